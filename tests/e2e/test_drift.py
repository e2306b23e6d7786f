"""What was changed behind the tool's back: found, named by its attribute, told from a change of the spec, put back."""

from __future__ import annotations

from rds_secure.plan import Action
from tests.e2e.harness import Harness
from tests.e2e.rows import look, made, paths, rows, step_of
from tests.e2e.tables import Bench, Drifted


@rows("drifts")
def test_drift_is_named_and_repaired(bench: Bench, row: Drifted, harness: Harness) -> None:
    made(harness, bench, row)
    before = {path: look(harness, bench, path) for path in row.restores}
    harness.behind(row.mutate)
    assert {path: look(harness, bench, path) for path in row.restores} != before, "the mutation does nothing"

    applied = harness.apply(bench.resources(row.given, others=row.others))

    step = step_of(applied.plan.steps, bench)
    assert (step.action, step.cause) == (Action.UPDATE, "drift" if bench.taggable else "")
    assert paths(step) == {row.field}
    assert [str(other.address) for other in applied.plan.steps if other.operations] == [str(step.address)]
    harness.sandbox.pass_window()
    assert {path: look(harness, bench, path) for path in row.restores} == before
    assert applied.again.plan.is_empty
