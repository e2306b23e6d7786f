"""Reach and protection of a real account in the sandbox: as it is, as a spec would leave it, and so it is after it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.test_commands import QUICKSTART, Commands, command, connections  # noqa: F401 - fixtures


def _opened(tmp_path: Path) -> Path:
    """The quickstart, with the VPC's networks let in."""
    spec = yaml.safe_load(QUICKSTART.read_text())
    spec["resources"]["security_group"]["quickstart-db"]["ingress"] = [{"port": 5432, "from": "10.20.0.0/16"}]
    path = tmp_path / "stack.yaml"
    path.write_text(yaml.safe_dump(spec))
    return path


def _entrances(shown: str) -> list[tuple[Any, ...]]:
    (database,) = json.loads(shown)["databases"]
    return [(one["verdict"], one["way"], one["addresses"], one["instances"]) for one in database["entrances"]]


def test_what_is_foreseen_is_what_comes(command: Commands, tmp_path: Path) -> None:  # noqa: F811
    command.harness.make(QUICKSTART)
    command.harness.recorder.clear()
    reach = ("access", "reach", "--format", "json", "--to", "db_instance.quickstart")
    spec = _opened(tmp_path)

    assert _entrances(command(*reach).out) == []
    foreseen = command(*reach, spec)
    assert (foreseen.code, foreseen.err) == (0, "")
    assert command.writes == [], "questions change nothing"
    command.harness.make(spec)
    after = command(*reach)
    assert _entrances(foreseen.out) == _entrances(after.out) != []

    told = command("access", "encryption")
    assert (told.code, told.err) == (0, "")
    assert "1 database: 1 encrypted, 1 with TLS forced and in effect." in told.out
    assert "in Secrets Manager under key" in told.out
    assert ", rotated" in told.out
