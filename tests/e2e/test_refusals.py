"""Changes that AWS cannot make in place, or that could lose data: exit code 3, with advice, and nothing is written."""

from __future__ import annotations

import pytest

from rds_secure import api
from rds_secure.errors import RefusedError
from tests.e2e.harness import PRUNING, Harness
from tests.e2e.rows import look, made, rows, step_of
from tests.e2e.tables import KEY, Bench, Noted, Refused


@rows("refusals")
def test_a_change_that_cannot_be_made_is_refused(bench: Bench, row: Refused, harness: Harness) -> None:
    made(harness, bench, row)
    spec = harness.spec(bench.resources(row.given, row.fields, others=row.others))

    planned = harness.plan(spec, PRUNING)

    assert not planned.plan.is_applicable
    refusals = [refusal for refusal in planned.plan.refusals if row.says in refusal.what]
    (refusal,) = [refusal for refusal in refusals if str(refusal.address) == f"{bench.kind}.{KEY}"]
    assert refusal.fix
    assert refusal.location is not None
    assert refusal.location.file.endswith("stack.yaml")
    with pytest.raises(RefusedError) as raised:
        api.apply(planned, harness.account)
    assert raised.value.exit_code == 3
    assert harness.recorder.writes == []


@rows("noted")
def test_a_difference_that_does_no_harm_is_only_noted(bench: Bench, row: Noted, harness: Harness) -> None:
    made(harness, bench, row)
    before = look(harness, bench, row.stays)

    applied = harness.apply(bench.resources(row.given, row.fields, others=row.others))

    step = step_of(applied.plan.steps, bench)
    assert step.changes == ()
    assert any(note.startswith(f"{row.field} differs") for note in step.notes)
    assert look(harness, bench, row.stays) == before
    assert applied.again.plan.is_empty
