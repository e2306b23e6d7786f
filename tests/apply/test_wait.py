"""Waits: several conditions at once, failures, deletions, time, and one poll for all who ask the same (house rules)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from rds_secure.apply.wait import Waiter, WaitFailed
from rds_secure.errors import CallError
from rds_secure.operation import Condition, Wait
from tests.fakes import FakeCaller, FakeClock, error

DESCRIBE = ("rds", "DescribeDBInstances")
READY = Wait(
    service="rds",
    action="DescribeDBInstances",
    params={},
    select="DBInstances[?DBInstanceIdentifier=='orders'] | [0]",
    until=(
        Condition("DBInstanceStatus", ("available", "storage-optimization")),
        Condition("PendingModifiedValues"),
        Condition("VpcSecurityGroups[].Status", ("active",)),
    ),
    fail=(Condition("DBInstanceStatus", ("failed", "incompatible-network")),),
    absent=("DBInstanceNotFound",),
    timeout=600,
    interval=10,
)


def _instance(status: str = "available", **more: Any) -> Mapping[str, Any]:
    instance: dict[str, Any] = {
        "DBInstanceIdentifier": "orders",
        "DBInstanceStatus": status,
        "PendingModifiedValues": {},
    }
    instance["VpcSecurityGroups"] = [{"Status": "active"}]
    return {"DBInstances": [{"DBInstanceIdentifier": "other", "DBInstanceStatus": "creating"}, {**instance, **more}]}


class _Waiting:
    """One waiter with its account and its clock."""

    def __init__(self, *answers: Any) -> None:
        self.caller, self.clock = FakeCaller({DESCRIBE: list(answers)}), FakeClock()
        self.waiter = Waiter(self.caller, self.clock)
        self.reports: list[tuple[str, str, float]] = []

    def __call__(self, wait: Wait = READY, params: Mapping[str, Any] | None = None) -> Any:
        return self.waiter.wait(wait, params or {}, lambda *report: self.reports.append(report))

    @property
    def polls(self) -> int:
        return len(self.caller.calls)


def test_what_is_ready_is_found_at_once() -> None:
    waiting = _Waiting(_instance())
    assert waiting()["DBInstanceIdentifier"] == "orders"
    assert waiting.clock.slept == []


def test_a_wait_goes_on_until_the_object_appears_and_is_ready() -> None:
    """RDS-1: `creating` → `backing-up` → `available`."""
    nothing: Mapping[str, Any] = {"DBInstances": []}
    waiting = _Waiting(nothing, _instance("creating"), _instance("backing-up"), _instance())
    assert waiting()["DBInstanceStatus"] == "available"
    assert waiting.clock.slept == [10, 10, 10]


def test_all_conditions_must_hold_at_once() -> None:
    """RDS-1, RDS-17: right after a change the status still reads `available` with values pending."""
    waiting = _Waiting(
        _instance(PendingModifiedValues={"MultiAZ": True}),
        _instance("modifying"),
        _instance(VpcSecurityGroups=[{"Status": "active"}, {"Status": "adding"}]),
        _instance(VpcSecurityGroups=[{"Status": "active"}, {"Status": "active"}]),
    )
    waiting()
    assert waiting.polls == 4


def test_a_list_that_is_absent_keeps_no_wait_from_ending() -> None:
    """It waited until time ran out."""
    optional = replace(READY, until=(*READY.until, Condition("OptionGroupMemberships[].Status", ("in-sync",))))
    assert _Waiting(_instance())(optional) is not None
    missing = {"OptionGroupMemberships": None}
    assert _Waiting(_instance(**missing))(optional) is not None


def test_a_usable_state_will_do() -> None:
    """RDS-1: `storage-optimization` is usable, and lasts for hours."""
    assert _Waiting(_instance("storage-optimization"))() is not None


def test_a_state_that_does_not_pass_ends_the_wait() -> None:
    waiting = _Waiting(_instance("creating"), _instance("incompatible-network"))
    with pytest.raises(WaitFailed, match="DBInstanceStatus is incompatible-network: it will not become ready by itse"):
        waiting()


def test_a_condition_is_said_in_its_words() -> None:
    """Paths of JMESPath are nothing to read; neither are the values of what AWS has parked, which may be long."""
    worded = replace(
        READY,
        until=(
            Condition("DBInstanceStatus", ("available",), "the database"),
            Condition("type(Endpoint.Address)", ("string",), "its host name"),
            Condition("VpcSecurityGroups[].Status", ("active",), "its security groups"),
            Condition("PendingModifiedValues", what="what AWS has parked"),
            Condition("MultiAZ", (True,), "multi_az"),
        ),
        fail=(Condition("DBInstanceStatus", ("failed",), "the database"),),
    )
    states = [{"Status": "active"}, {"Status": "adding"}, {"Status": "adding"}]
    going = _instance(
        "modifying", VpcSecurityGroups=states, PendingModifiedValues={"Port": 1, "Iops": 2}, MultiAZ=False
    )
    with pytest.raises(WaitFailed) as raised:
        _Waiting(going)(worded)
    assert str(raised.value) == (
        "after 600 s still waiting for: the database to be available (is modifying); "
        "its host name to be known (is not known); its security groups to be active (is active and adding); "
        "what AWS has parked to be nothing (is Port and Iops); multi_az to be true (is false)"
    )
    with pytest.raises(WaitFailed, match=r"^the database is failed: it will not become ready by itself$"):
        _Waiting(_instance("failed"))(worded)


def test_one_failed_part_of_several_ends_the_wait() -> None:
    failing = replace(READY, fail=(Condition("Parts[].Status", ("failed",)),))
    waiting = _Waiting(_instance("modifying", Parts=[{"Status": "active"}, {"Status": "failed"}]))
    with pytest.raises(WaitFailed, match="failed"):
        waiting(failing)


@pytest.mark.parametrize("parts", [{}, {"Parts": []}, {"Parts": [{"Status": "active"}]}])
def test_what_is_not_there_has_not_failed(parts: Mapping[str, Any]) -> None:
    """RDS-1: there is no secret, and so no status of it, until RDS has made one."""
    failing = replace(READY, fail=(Condition("Parts[].Status", ("failed",)), Condition("Secret.Status", ("failed",))))
    assert _Waiting(_instance(**parts))(failing) is not None


def test_a_wait_for_the_end_is_over_when_nothing_is_found() -> None:
    waiting = _Waiting(_instance("deleting"), {"DBInstances": []})
    assert waiting(replace(READY, until=(), gone=True)) is None
    assert waiting.polls == 2


def test_a_wait_for_the_end_is_over_when_aws_says_so() -> None:
    waiting = _Waiting(_instance("deleting"), error(*DESCRIBE, "DBInstanceNotFound"))
    assert waiting(replace(READY, until=(), gone=True)) is None


def test_what_aws_does_not_know_yet_is_waited_for() -> None:
    waiting = _Waiting(error(*DESCRIBE, "DBInstanceNotFound"), _instance())
    assert waiting() is not None


def test_an_error_of_the_poll_is_an_error_of_the_wait() -> None:
    waiting = _Waiting(_instance("creating"), error(*DESCRIBE, "AccessDenied"))
    with pytest.raises(CallError) as raised:
        waiting()
    assert raised.value.code == "AccessDenied"


def test_time_runs_out_with_the_words_for_what_is_missing() -> None:
    waiting = _Waiting(_instance("creating", PendingModifiedValues={"Port": 1}, VpcSecurityGroups=[]))
    with pytest.raises(WaitFailed) as raised:
        waiting()
    assert str(raised.value) == (
        "after 600 s still waiting for: DBInstanceStatus to be available or storage-optimization (is creating); "
        "PendingModifiedValues to be nothing (is Port)"
    )
    assert waiting.clock.time == READY.timeout


@pytest.mark.parametrize(("gone", "words"), [(False, "it to appear"), (True, "it to be gone")])
def test_time_runs_out_for_what_neither_comes_nor_goes(gone: bool, words: str) -> None:
    waiting = _Waiting(_instance() if gone else {"DBInstances": []})
    with pytest.raises(WaitFailed, match=f"after 600 s still waiting for: {words}"):
        waiting(replace(READY, gone=gone))


def test_a_wait_reports_what_is_missing_and_what_is_there_with_every_look() -> None:
    """How much of it is shown is the renderer's business."""
    nothing: Mapping[str, Any] = {"DBInstances": []}
    waiting = _Waiting(nothing, _instance("creating"), _instance(PendingModifiedValues={"Port": 1}), _instance())
    waiting()
    assert waiting.reports == [
        ("it to appear", "not there yet", 0),
        (
            "DBInstanceStatus to be available or storage-optimization (is creating)",
            "DBInstanceStatus is creating",
            10,
        ),
        ("PendingModifiedValues to be nothing (is Port)", "PendingModifiedValues is Port", 20),
    ]


def test_a_wait_that_is_stopped_ends_at_its_next_look() -> None:
    waiting = _Waiting(_instance("creating"))
    waiting.clock.meanwhile = waiting.waiter.stop
    with pytest.raises(WaitFailed, match="interrupted while waiting for: DBInstanceStatus to be available"):
        waiting()
    assert waiting.polls == 2


def test_what_is_ready_is_ready_even_if_stopped() -> None:
    waiting = _Waiting(_instance())
    waiting.waiter.stop()
    assert waiting() is not None


# One poll for all


def test_a_reply_from_before_a_call_never_answers_the_wait_after_it() -> None:
    """RDS-17: what was read before a change says nothing about it, however little time there is between."""
    waiting = _Waiting(_instance())
    waiting()
    waiting()
    assert waiting.polls == 2


def test_a_wait_takes_what_another_one_has_just_asked_for() -> None:
    """One poll of all instances serves everyone who waits for one."""
    waiting = _Waiting(_instance("creating"), _instance())
    other = replace(READY, select="DBInstances[?DBInstanceIdentifier=='other'] | [0]", until=())

    def another_one_asks() -> None:
        waiting.waiter.wait(other, {}, lambda *_: None)
        waiting.clock.time += 4

    waiting.clock.meanwhile = another_one_asks
    waiting()
    assert waiting.polls == 2


def test_a_wait_never_takes_its_own_last_reply_again() -> None:
    waiting = _Waiting(_instance("creating"), _instance("creating"), _instance())
    waiting.clock.spread = lambda seconds: seconds * 0.7  # type: ignore[method-assign]
    waiting()
    assert (waiting.polls, len(waiting.clock.slept)) == (3, 2)


def test_different_questions_are_asked_each() -> None:
    waiting = _Waiting(_instance())
    waiting(READY, {"DBInstanceIdentifier": "orders"})
    waiting(READY, {"DBInstanceIdentifier": "other"})
    assert waiting.polls == 2
    assert [params for _, _, params in waiting.caller.calls] == [
        {"DBInstanceIdentifier": "orders"},
        {"DBInstanceIdentifier": "other"},
    ]


def test_a_poll_that_failed_is_asked_again_by_the_next_wait() -> None:
    waiting = _Waiting(error(*DESCRIBE, "Throttling"), _instance())
    with pytest.raises(CallError):
        waiting()
    assert waiting() is not None
