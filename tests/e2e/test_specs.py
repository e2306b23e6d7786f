"""Every file in specs/: applied, in sync at once, and taken down again."""

from __future__ import annotations

from pathlib import Path

import pytest

from rds_secure.plan import Action
from tests.e2e.harness import EVERYTHING, SPECS, Harness

FILES = sorted(SPECS.glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_an_example_is_applied_once_and_destroyed(
    file: Path, harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXAMPLE_ORDERS_PASSWORD", "correct-horse-battery")
    applied = harness.apply(file)

    assert applied.writes
    assert applied.again.plan.is_empty
    assert not applied.again.plan.notes
    harness.recorder.clear()
    assert harness.apply(file).writes == ()

    gone = harness.destroy(file, EVERYTHING)
    assert gone.plan.count(Action.DELETE) == len(applied.plan.steps)
    assert harness.destroy(file, EVERYTHING).writes == ()
