"""What is done of a plan after a second look: only what was approved, nothing destructive, nothing made twice."""

from __future__ import annotations

from typing import Any

from rds_secure.apply import Outcome
from rds_secure.apply.again import PAUSES, in_doubt, merged, next_look, rest
from rds_secure.apply.run import Failure
from rds_secure.operation import Operation
from rds_secure.plan import Action, Plan, Step
from rds_secure.values import Address, Ref

A, B, C = (Address("toy", name) for name in "abc")


def call(action: str, **more: Any) -> Operation:
    return Operation(service="toy", action=action, params=more.pop("params", {}), summary=action.lower(), **more)


def plan(**steps: tuple[Operation, ...]) -> Plan:
    made = (Step(Address("toy", name), name, Action.CREATE, operations) for name, operations in steps.items())
    return Plan("123456789012", "eu-west-1", "orders", tuple(made))


MAKE, TELL = call("Make", repeatable=False), call("Tell")
NEEDS_A = call("Make", params={"Id": Ref(A, "id")})
FIRST = plan(a=(MAKE, TELL), b=(NEEDS_A,), c=(TELL,))
LOST = Failure(A, MAKE, "NoReply", "as AWS says", uncertain=True)
OUTCOME = Outcome(done=[(C, 0)], failures=[LOST], skipped=[(A, 1), (B, 0)])


def addresses(found: Plan) -> list[Address]:
    return [step.address for step in found.steps]


def test_there_is_doubt_only_where_every_failure_may_be_none() -> None:
    """RDS-15, KMS-1."""
    denied = Failure(B, TELL, "AccessDenied", "as AWS says")
    assert in_doubt(OUTCOME)
    assert not in_doubt(Outcome(done=[(C, 0)]))
    assert not in_doubt(Outcome(failures=[LOST, denied]))
    assert not in_doubt(Outcome(failures=[LOST], interrupted=True))


def test_what_is_found_made_is_gone_on_with() -> None:
    now = plan(a=(TELL,), b=(NEEDS_A,), c=(TELL,))
    assert addresses(rest(FIRST, OUTCOME, now, first_look=True)) == [A, B]


def test_what_must_not_be_made_twice_is_not_made_after_the_first_look_nor_what_needs_it() -> None:
    """KMS-1."""
    assert addresses(rest(FIRST, OUTCOME, FIRST, first_look=True)) == []
    assert addresses(rest(FIRST, OUTCOME, FIRST, first_look=False)) == [A, B]


def test_there_is_no_first_look_where_nothing_could_be_made_after_it() -> None:
    told = Failure(C, TELL, "NoReply", "as AWS says", uncertain=True)
    assert next_look(OUTCOME, 0) == (PAUSES[0] + PAUSES[1], 2)
    assert next_look(OUTCOME, 3) == (PAUSES[3], 4)
    assert next_look(Outcome(failures=[LOST, told]), 0) == (PAUSES[0], 1)


def test_but_it_is_where_it_was_never_sent() -> None:
    lost = Failure(C, TELL, "NoReply", "as AWS says", uncertain=True)
    outcome = Outcome(failures=[lost], skipped=[(A, 0), (A, 1), (B, 0)])
    assert addresses(rest(FIRST, outcome, FIRST, first_look=True)) == [A, B, C]


def test_calls_that_were_not_in_the_plan_are_not_made() -> None:
    """Meaning §6."""
    now = plan(a=(call("Repaint"),), b=(TELL,), c=(TELL,))
    assert addresses(rest(FIRST, OUTCOME, now, first_look=False)) == []


def test_a_call_that_would_do_more_than_was_approved_is_not_made() -> None:
    """Meaning §6: somebody added a rule meanwhile, which nobody has approved to be removed."""
    first = plan(c=(call("Tell", params={"Remove": ("x",)}),))
    outcome = Outcome(failures=[Failure(C, first.steps[0].operations[0], "NoReply", "as AWS says", uncertain=True)])
    wider = plan(c=(call("Tell", params={"Remove": ("x", "stranger")}),))
    assert addresses(rest(first, outcome, wider, first_look=False)) == []
    assert addresses(rest(first, outcome, first, first_look=False)) == [C]


def test_nothing_destructive_is_done_on_a_second_look() -> None:
    now = plan(a=(call("Tell", destructive=True),))
    assert addresses(rest(FIRST, OUTCOME, now, first_look=False)) == []


def test_all_is_done_that_the_second_look_did_or_did_not_find_to_do() -> None:
    now = plan(a=(TELL,), b=())
    carried = rest(FIRST, OUTCOME, now, first_look=True)
    after = merged(FIRST, OUTCOME, now, carried, Outcome(done=[(A, 0)]))
    assert after.succeeded
    assert sorted(after.done) == [(A, 0), (A, 1), (B, 0), (C, 0)]


def test_what_was_left_out_stays_a_failure_and_in_doubt() -> None:
    carried = rest(FIRST, OUTCOME, FIRST, first_look=True)
    after = merged(FIRST, OUTCOME, FIRST, carried, Outcome())
    assert (after.done, after.failures, after.skipped) == ([(C, 0)], [LOST], [(A, 1), (B, 0)])
    assert in_doubt(after)


def test_what_fails_again_is_told_with_the_newer_words() -> None:
    now = plan(a=(TELL,), b=(NEEDS_A,))
    carried = rest(FIRST, OUTCOME, now, first_look=True)
    denied = Failure(A, TELL, "AccessDenied", "as AWS says")
    after = merged(FIRST, OUTCOME, now, carried, Outcome(failures=[denied], skipped=[(B, 0)]))
    assert (after.done, after.failures, after.skipped) == ([(C, 0)], [denied], [(A, 1), (B, 0)])


def test_what_was_done_and_is_not_seen_yet_holds_nothing_up() -> None:
    """KMS-4: a new alias takes seconds to be seen."""
    lost = Failure(C, TELL, "NoReply", "as AWS says", uncertain=True)
    outcome = Outcome(done=[(A, 0), (A, 1)], failures=[lost], skipped=[(B, 0)])
    assert addresses(rest(FIRST, outcome, plan(a=(TELL,), b=(NEEDS_A,)), first_look=True)) == [B]
