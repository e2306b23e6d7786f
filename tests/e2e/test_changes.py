"""Every field that can change in place: one call for what changed and for nothing else, seen by boto3, then in sync.

What waits for the maintenance window is not changed again by a second plan (RDS-2), and is there once it has passed.
"""

from __future__ import annotations

from rds_secure.plan import Action
from tests.e2e.harness import Harness
from tests.e2e.rows import look, made, paths, rows, step_of
from tests.e2e.tables import Bench, Changed


@rows("changes")
def test_a_changed_field_changes_in_place(bench: Bench, row: Changed, harness: Harness) -> None:
    made(harness, bench, row)
    if row.meanwhile:
        harness.behind(row.meanwhile)
    expected = {path: wanted(harness.client) if callable(wanted) else wanted for path, wanted in row.sees.items()}
    before = {path: look(harness, bench, path) for path in expected}
    assert all(before[path] != expected[path] for path in expected), f"nothing to see: {before}"

    changed = bench.resources(row.given, row.fields, others=row.others)

    applied = harness.apply(changed)

    step = step_of(applied.plan.steps, bench)
    assert (step.action, step.cause) == (Action.UPDATE, "spec" if bench.taggable else "")
    assert paths(step) == set((row.path or row.field).split())
    assert applied.again.plan.is_empty
    if applied.again.plan.waits_for_window:
        assert any(change.when == "window" for change in step.changes)
        assert harness.plan(changed).plan.is_empty
        harness.sandbox.pass_window()
        later = harness.plan(changed).plan
        assert (later.is_empty, later.waits_for_window) == (True, False)
    assert {path: look(harness, bench, path, row.name) for path in expected} == expected
