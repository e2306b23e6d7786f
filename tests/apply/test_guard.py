"""A run whose lock is lost stops within seconds and before whatever takes something away (meaning §7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from rds_secure.apply import Outcome, run
from rds_secure.apply.guard import CHECK_SECONDS, Held
from rds_secure.events import Event, Started
from rds_secure.operation import Condition, Operation, Retry, Wait
from rds_secure.plan import Action, Plan, Step
from rds_secure.values import Address
from tests.fakes import FakeCaller, FakeClock, error

A, B, C = (Address("toy", name) for name in "abc")
WHY = "the lock was released by dana"


def _call(action: str, **more: Any) -> Operation:
    return Operation(service="toy", action=action, params={}, summary=action.lower(), **more)


class _Guarded:
    """A run under a lock that is lost at some time, or once a call has gone out."""

    def __init__(
        self,
        *steps: tuple[Address, tuple[Operation, ...]],
        answers: Mapping[tuple[str, str], Any] | None = None,
        lost_at: float = float("inf"),
        lost_after: str = "",
    ) -> None:
        self.caller, self.clock, self.events, self.looks = (
            FakeCaller(answers),
            FakeClock(),
            list[Event](),
            list[float](),
        )

        def look() -> str:
            self.looks.append(self.clock.time)
            return WHY if self.clock.time >= lost_at or lost_after in self.caller.actions else ""

        plan = Plan(
            "123456789012",
            "eu-west-1",
            "orders",
            tuple(Step(address, address.name, Action.UPDATE, operations) for address, operations in steps),
        )
        held = Held(7, look, self.clock)
        self.outcome: Outcome = run(plan, self.caller, self.clock, self.events.append, workers=1, guard=held)


def test_a_lock_that_is_ours_to_the_end_changes_nothing() -> None:
    done = _Guarded((A, (_call("Make"), _call("DeleteToy"))))
    assert done.caller.actions == ["Make", "DeleteToy"]
    assert done.outcome.succeeded


def test_calls_within_some_seconds_share_one_look() -> None:
    done = _Guarded((A, tuple(_call(f"Make{number}") for number in range(9))))
    assert len(done.looks) == 1


@pytest.mark.parametrize(
    "action", ["DeleteToy", "RevokeToy", "ScheduleToyDeletion", "DetachToy", "UntagToy", "ResetToy"]
)
def test_what_takes_something_away_is_preceded_by_a_look_of_its_own(action: str) -> None:
    done = _Guarded((A, (_call("Make"), _call(action), _call("Tag"))), lost_after="Make")
    assert done.caller.actions == ["Make"]
    assert done.outcome.lost == WHY
    assert done.outcome.skipped == [(A, 1), (A, 2)]
    assert [event.summary for event in done.events if isinstance(event, Started)] == ["make"]


def test_what_a_kind_calls_destructive_is_preceded_by_a_look_whatever_its_name() -> None:
    done = _Guarded((A, (_call("Make"), _call("Empty", destructive=True))), lost_after="Make")
    assert done.caller.actions == ["Make"]


def test_a_lost_lock_stops_everything_and_the_account_of_it_is_whole() -> None:
    done = _Guarded((A, (_call("Make"), _call("DeleteToy"))), (B, (_call("Other"),)), (C, (_call("Third"),)), lost_at=0)
    assert done.caller.calls == []
    assert (done.outcome.done, done.outcome.failures, done.outcome.interrupted) == ([], [], False)
    assert sorted(done.outcome.skipped) == [(A, 0), (A, 1), (B, 0), (C, 0)]
    assert not done.outcome.succeeded


@pytest.mark.parametrize("interval", [1, 30, 300])
@pytest.mark.parametrize("lost_at", [0.5, 7, 32])
def test_a_wait_of_any_length_ends_within_seconds_of_the_loss(interval: int, lost_at: float) -> None:
    ready = Wait("toy", "Describe", {}, "Toy", until=(Condition("Status", ("ready",)),), interval=interval)
    answers = {("toy", "Describe"): {"Toy": {"Status": "creating"}}}
    done = _Guarded((A, (_call("Make", wait=ready), _call("Tag"))), answers=answers, lost_at=lost_at)
    (failure,) = done.outcome.failures
    assert failure.message == "the lock was lost while waiting for: Status to be ready (is creating)"
    assert lost_at <= done.clock.time <= lost_at + CHECK_SECONDS
    assert done.outcome.skipped == [(A, 1)]
    pauses = [later - earlier for earlier, later in zip(done.looks, done.looks[1:], strict=False)]
    assert all(pause >= CHECK_SECONDS for pause in pauses)


def test_a_call_that_is_tried_again_ends_within_seconds_of_the_loss() -> None:
    answers = {("toy", "Make"): error("toy", "Make", "Busy")}
    done = _Guarded((A, (_call("Make", retry_on=(Retry("Busy"),)),)), answers=answers, lost_at=20)
    assert 20 <= done.clock.time <= 20 + CHECK_SECONDS
    assert done.outcome.lost == WHY
    assert [failure.code for failure in done.outcome.failures] == ["Busy"]


def test_what_takes_something_away_is_preceded_by_a_look_each_time_it_is_tried() -> None:
    answers = {("toy", "DeleteToy"): error("toy", "DeleteToy", "Busy")}
    done = _Guarded((A, (_call("DeleteToy", retry_on=(Retry("Busy"),)),)), answers=answers, lost_after="DeleteToy")
    assert done.caller.actions == ["DeleteToy"]
    assert done.outcome.skipped == [(A, 0)]
