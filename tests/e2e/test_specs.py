"""Every file in specs/: applied, in sync at once, and taken down again."""

from __future__ import annotations

from pathlib import Path

import pytest

from rds_secure.plan import Action
from rds_secure.resources import KINDS_BY_NAME
from tests.e2e.harness import EVERYTHING, SPECS, Harness
from tests.e2e.tables.snapshot_sharing import archived

BEFORE = {
    "snapshot_sharing": lambda client: archived(client, "example-audit", "example-snapshot-sharing"),
}
"""What has to be there already."""

KEPT = {"strict": {"option_group.strict-mysql", "option_group.strict-sqlserver"}}
"""What stays even so: the automated backups of a database outlive it, and need its option group (RDS-10)."""

FILES = sorted(SPECS.glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_an_example_is_applied_once_and_destroyed(
    file: Path, harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXAMPLE_ORDERS_PASSWORD", "correct-horse-battery")
    if file.stem in BEFORE:
        harness.behind(BEFORE[file.stem])

    applied = harness.apply(file)

    assert applied.writes
    assert applied.again.plan.is_empty
    assert not applied.again.plan.notes
    harness.recorder.clear()
    assert harness.apply(file).writes == ()

    gone = harness.destroy(file, EVERYTHING)
    left = [step for step in applied.plan.steps if KINDS_BY_NAME[step.address.kind].setting]
    ended = gone.plan.count(Action.DELETE) + gone.plan.count(Action.LET_GO)
    kept = {str(item.address) for item in gone.plan.kept if item.address.kind == "option_group"}
    assert kept == KEPT.get(file.stem, set())
    assert ended == len(applied.plan.steps) - len(left) - len(kept)
    assert harness.destroy(file, EVERYTHING).writes == ()
