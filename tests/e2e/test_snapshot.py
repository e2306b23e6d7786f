"""A recorded account: plans and questions of it need no credentials, no network, and call nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml

from rds_secure import api
from tests.e2e.harness import SPECS
from tests.e2e.test_commands import Commands, command, connections  # noqa: F401 - fixtures

QUICKSTART = SPECS / "quickstart.yaml"


@pytest.fixture
def recorded(command: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: F811
    """The account with the quickstart in it, recorded; from here on nobody can connect to it."""
    command.harness.make(QUICKSTART)
    path = tmp_path / "account.json.gz"
    made = command("access", "snapshot", QUICKSTART, "--out", path)
    assert (made.code, made.err, command.writes) == (0, "", [])
    assert "account 123456789012, us-east-1" in made.out
    command.harness.recorder.clear()

    def forbidden(*_: object) -> NoReturn:
        raise AssertionError("nothing may connect")

    monkeypatch.setattr(api, "Connection", forbidden)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    return path


def edited(tmp_path: Path, change: Any) -> Path:
    """The quickstart as a pull request would change it."""
    spec = yaml.safe_load(QUICKSTART.read_text())
    change(spec["resources"])
    path = tmp_path / "pull-request" / "stack.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(spec))
    return path


def test_plans_and_questions_of_a_recording_call_nothing(
    command: Commands,  # noqa: F811
    recorded: Path,
    tmp_path: Path,
) -> None:
    same = command("plan", QUICKSTART, "--snapshot", recorded, "--detailed-exitcode")
    assert (same.code, same.err) == (0, "")
    assert same.out.startswith("Recorded 20")
    assert "No changes" in same.out

    longer = edited(tmp_path, lambda kinds: kinds["db_instance"]["quickstart"].update(backup_days=30))
    changed = command("plan", longer, "--snapshot", recorded, "--detailed-exitcode", "--format", "markdown")
    assert (changed.code, changed.err) == (2, "")
    assert changed.out.startswith("> Recorded 20")
    assert "rds-secure apply" not in changed.out

    def add(kinds: Any) -> None:
        databases = kinds["db_instance"]
        databases["second"] = {**databases["quickstart"], "instance_class": "db.r6g.large"}

    added = command("plan", edited(tmp_path, add), "--snapshot", recorded, "--detailed-exitcode")
    assert (added.code, added.err) == (2, ""), added.out
    assert "2 to create" in added.out
    assert "rds DescribeOrderableDBInstanceOptions: NotRecorded" in added.out
    assert "is not in the recorded snapshot of 20" in added.out

    group = edited(tmp_path, lambda kinds: kinds.update(db_cluster_parameter_group={"more": {"family": "mysql8.4"}}))
    unseen = command("plan", group, "--snapshot", recorded)
    assert unseen.code == 3, unseen
    assert "rds DescribeDBClusterParameterGroups: NotRecorded" in unseen.out

    reach = command("access", "reach", "--snapshot", recorded)
    assert (reach.code, "db:quickstart" in reach.out) == (0, True)
    assert command.calls == []
