"""The loop that carries out a plan: order, references, retries, failures, interruption. No AWS, no time."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from threading import Event as Flag
from threading import Lock
from time import sleep
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rds_secure.apply import Outcome, run
from rds_secure.apply.run import RETRY_SECONDS
from rds_secure.errors import CallError, CredentialsError, DeniedError, StoppedError
from rds_secure.events import Done, Event, Failed, Retrying, Skipped, Started, Waiting, ignore
from rds_secure.operation import Condition, Operation, Retry, Wait
from rds_secure.plan import Action, Node, Plan, Step, order
from rds_secure.values import Address, Handed, Ref, Text
from tests.fakes import FakeCaller, FakeClock, error
from tests.plan.test_graph import closure, plans

A, B, C = (Address("toy", name) for name in "abc")


def _call(action: str = "Make", params: Mapping[str, Any] | None = None, **more: Any) -> Operation:
    return Operation(service="toy", action=action, params=params or {}, summary=action.lower(), **more)


def _step(address: Address, *operations: Operation, action: Action = Action.CREATE) -> Step:
    return Step(address, address.name, action, operations)


def _plan(*steps: Step, known: Mapping[Ref, str] | None = None) -> Plan:
    return Plan("123456789012", "eu-west-1", "orders", steps, known=known or {})


class _Run:
    """A run of a plan, and all that was seen of it."""

    def __init__(self, plan: Plan, answers: Mapping[tuple[str, str], Any] | None = None, workers: int = 4) -> None:
        self.caller, self.clock, self.events = FakeCaller(answers), FakeClock(), list[Event]()
        self.outcome: Outcome = run(plan, self.caller, self.clock, self.events.append, workers)

    def seen(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


# Calls and references


def test_an_empty_plan_calls_nothing() -> None:
    done = _Run(_plan(_step(A, action=Action.NONE)))
    assert (done.caller.calls, done.events) == ([], [])
    assert done.outcome.succeeded


def test_the_calls_of_a_step_go_out_in_order() -> None:
    done = _Run(_plan(_step(A, _call("Make"), _call("Change"), _call("Tag"))))
    assert done.caller.actions == ["Make", "Change", "Tag"]
    assert done.outcome.done == [(A, 0), (A, 1), (A, 2)]
    assert done.outcome.succeeded


def test_what_a_call_yields_is_filled_in_where_it_is_referred_to() -> None:
    make = _call("Make", exports={"id": "Toy.Id", "port": "Toy.Port"})
    params = {"Id": Ref(A, "id"), "Text": Text(("port ", Ref(A, "port"))), "All": ({"In": (Ref(A, "id"),)},)}
    done = _Run(
        _plan(_step(A, make), _step(B, _call("Use", params))), {("toy", "Make"): {"Toy": {"Id": "x", "Port": 7}}}
    )
    assert done.caller.calls[-1] == ("toy", "Use", {"Id": "x", "Text": "port 7", "All": ({"In": ("x",)},)})


BLOB = b"\x00\xff key material"
TEXT = "AP8ga2V5IG1hdGVyaWFs"
HANDING = _call("Make", exports={"id": "Id"}, hands_on={"blob": "Blob", "version": "Version"})
KEEPING = _call("Keep", {"Value": Handed(A, "blob"), "Tag": Text((Handed(A, "version"), "/", Ref(A, "id")))})
MADE = {("toy", "Make"): {"Id": "x", "Blob": BLOB, "Version": 3}}


def test_what_one_call_hands_on_is_filled_in_as_text_and_a_blob_in_base64() -> None:
    done = _Run(_plan(_step(A, HANDING, KEEPING)), MADE)
    assert done.caller.calls[-1] == ("toy", "Keep", {"Value": TEXT, "Tag": "3/x"})


def test_what_one_call_hands_on_is_no_attribute() -> None:
    done = _Run(_plan(_step(A, HANDING, _call("Use", {"Id": Ref(A, "blob")}))), MADE)
    assert done.caller.actions == ["Make"]
    [failure] = done.outcome.failures
    assert failure.message == "${toy.a.blob} is not known yet: run apply again when it is there"


def test_a_blob_is_in_no_event_and_no_failure_even_if_aws_repeats_it() -> None:
    refused = error("toy", "Keep", "Invalid", f"the value {TEXT} is too long")
    done = _Run(_plan(_step(A, HANDING, KEEPING)), {**MADE, ("toy", "Keep"): refused})
    [failure] = done.outcome.failures
    assert failure.message == "the value (a blob) is too long"
    assert TEXT not in repr((done.events, done.outcome))


def test_what_is_known_already_is_filled_in() -> None:
    done = _Run(_plan(_step(A, _call("Use", {"Id": Ref(B, "id")})), known={Ref(B, "id"): "b-1"}))
    assert done.caller.calls == [("toy", "Use", {"Id": "b-1"})]


def test_what_a_call_yields_is_newer_than_what_was_known() -> None:
    steps = _step(A, _call("Make", exports={"id": "Id"}), _call("Use", {"Id": Ref(A, "id")}))
    done = _Run(_plan(steps, known={Ref(A, "id"): "old"}), {("toy", "Make"): {"Id": "new"}})
    assert done.caller.calls[-1] == ("toy", "Use", {"Id": "new"})


def test_what_is_not_known_yet_is_never_sent() -> None:
    """RDS-1: there is no endpoint until an instance is available."""
    steps = (
        _step(A, _call("Make", exports={"endpoint": "Endpoint"})),
        _step(B, _call("Use", {"To": Ref(A, "endpoint")})),
    )
    done = _Run(_plan(*steps))
    assert done.caller.actions == ["Make"]
    (failure,) = done.outcome.failures
    assert failure.message == "${toy.a.endpoint} is not known yet: run apply again when it is there"
    assert failure.address == B


def test_a_call_that_must_not_be_repeated_is_sent_as_such() -> None:
    """KMS-1: sent twice, CreateKey makes two keys."""
    done = _Run(_plan(_step(A, _call("CreateKey", repeatable=False), _call("TagKey"))))
    assert done.caller.once == ["CreateKey"]


def test_at_most_so_many_calls_are_in_flight_as_there_are_workers() -> None:
    lock, flying, most = Lock(), 0, 0

    def fly(_: Mapping[str, Any]) -> Mapping[str, Any]:
        nonlocal flying, most
        with lock:
            flying += 1
            most = max(most, flying)
        with lock:
            flying -= 1
        return {}

    steps = [_step(Address("toy", f"n{number}"), _call()) for number in range(12)]
    assert _Run(_plan(*steps), {("toy", "Make"): fly}, workers=3).outcome.succeeded
    assert most <= 3


def test_independent_calls_are_in_flight_together() -> None:
    met = {"a": Flag(), "b": Flag()}

    def meet(params: Mapping[str, Any]) -> Any:
        met[params["Me"]].set()
        return {} if met[params["Other"]].wait(timeout=30) else error("toy", "Make", "Lonely")

    steps = [_step(at, _call("Make", {"Me": at.name, "Other": other.name})) for at, other in ((A, B), (B, A))]
    assert _Run(_plan(*steps), {("toy", "Make"): meet}).outcome.failures == []


# Failures


def test_a_failed_call_stops_only_what_depends_on_it() -> None:
    steps = (
        _step(A, _call("Fail", exports={"id": "Id"}), _call("Never")),
        _step(B, _call("Use", {"Id": Ref(A, "id")})),
        _step(C, _call("Make"), _call("Change")),
    )
    done = _Run(_plan(*steps), {("toy", "Fail"): error("toy", "Fail", "AccessDenied", "you may not")})
    assert sorted(done.caller.actions) == ["Change", "Fail", "Make"]
    (failure,) = done.outcome.failures
    assert (failure.address, failure.code, failure.message) == (A, "AccessDenied", "you may not")
    assert done.outcome.skipped == [(A, 1), (B, 0)]
    assert sorted(done.outcome.done) == [(C, 0), (C, 1)]
    assert not done.outcome.succeeded
    assert done.seen(Failed) == [Failed(A, "fail", "AccessDenied", "you may not", "toy:Fail")]
    assert done.seen(Skipped) == [Skipped(A, "never", A, "toy:Never"), Skipped(B, "use", A, "toy:Use")]


def test_a_call_that_is_done_already_is_done() -> None:
    """RDS-11: what is gone need not be deleted."""
    gone = {("toy", "Delete"): error("toy", "Delete", "NotFound")}
    done = _Run(_plan(_step(A, _call("Delete", done_on=("NotFound",)), _call("Tell"))), gone)
    assert done.outcome.succeeded
    assert done.caller.actions == ["Delete", "Tell"]
    assert not _Run(_plan(_step(A, _call("Delete", done_on=("Other",)))), gone).outcome.succeeded


def test_expired_credentials_end_the_run() -> None:
    steps = [_step(Address("toy", f"n{number}"), _call(f"Make{number}")) for number in range(5)]
    expired = CredentialsError("AWS does not accept the credentials: ExpiredToken")

    def expire(_: Mapping[str, Any]) -> Any:
        raise expired

    done = _Run(_plan(*steps), {("toy", "Make1"): expire}, workers=1)
    assert done.caller.actions == ["Make0", "Make1"]
    assert [failure.message for failure in done.outcome.failures] == [str(expired)]
    assert len(done.outcome.skipped) == 3


def test_a_mistake_of_ours_is_not_taken_for_a_failed_call() -> None:
    def slip(_: Mapping[str, Any]) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        _Run(_plan(_step(A, _call("Make"))), {("toy", "Make"): slip})


# Retries


def test_an_error_that_passes_by_itself_is_tried_again() -> None:
    """IAM-1: what was just made is not seen everywhere for some seconds."""
    answers = [error("toy", "Use", "NoSuchEntity", "role app is not there"), error("toy", "Use", "Busy"), {}]
    use = _call("Use", retry_on=(Retry("NoSuchEntity", "role app"), Retry("Busy")))
    done = _Run(_plan(_step(A, use)), {("toy", "Use"): answers})
    assert done.outcome.succeeded
    assert done.seen(Retrying) == [Retrying(A, "use", "NoSuchEntity"), Retrying(A, "use", "Busy")]
    assert done.clock.slept == [1, 2]


@pytest.mark.parametrize(
    "answer", [error("toy", "Use", "NoSuchEntity", "user dana"), error("toy", "Use", "AccessDenied", "role app")]
)
def test_only_the_exact_error_is_tried_again(answer: CallError) -> None:
    done = _Run(_plan(_step(A, _call("Use", retry_on=(Retry("NoSuchEntity", "role app"),)))), {("toy", "Use"): answer})
    assert done.caller.actions == ["Use"]
    assert [failure.code for failure in done.outcome.failures] == [answer.code]


def test_retries_are_bounded_and_ever_longer() -> None:
    never = {("toy", "Use"): error("toy", "Use", "NoSuchEntity")}
    done = _Run(_plan(_step(A, _call("Use", retry_on=(Retry("NoSuchEntity"),)))), never)
    assert [failure.code for failure in done.outcome.failures] == ["NoSuchEntity"]
    assert done.clock.slept[:6] == [1, 2, 4, 8, 15, 15]
    assert RETRY_SECONDS <= done.clock.time < RETRY_SECONDS + 15


def test_doubt_stays_with_a_call_that_is_tried_again() -> None:
    """RDS-15: it is busy with what an earlier attempt began, whose reply was lost."""
    answers = [CallError("toy", "Use", "Busy", "as AWS says", uncertain=True)]

    def use(_: Mapping[str, Any]) -> Any:
        return answers.pop() if answers else error("toy", "Use", "Busy")

    done = _Run(_plan(_step(A, _call("Use", retry_on=(Retry("Busy"),)))), {("toy", "Use"): use})
    assert [(failure.code, failure.uncertain) for failure in done.outcome.failures] == [("Busy", True)]


def test_a_reply_that_was_lost_is_not_asked_for_again() -> None:
    """KMS-1: after a lost reply nothing is repeated here; the next plan looks."""
    lost = {("toy", "CreateKey"): CallError("toy", "CreateKey", "NoReply", "connection reset")}
    done = _Run(_plan(_step(A, _call("CreateKey", repeatable=False, retry_on=(Retry("NotFound"),)))), lost)
    assert done.caller.actions == ["CreateKey"]
    assert [failure.code for failure in done.outcome.failures] == ["NoReply"]


# Waits

READY = Wait("toy", "Describe", {"Id": Ref(A, "id")}, "Toy", until=(Condition("Status", ("ready",)),), interval=10)


def test_what_shows_only_when_it_is_ready_is_there_for_those_who_refer_to_it() -> None:
    """RDS-1: an instance has no endpoint when its create call returns."""
    ready = replace(READY, exports={"endpoint": "Address"})
    answers = {
        ("toy", "Make"): {"Id": "a-1"},
        ("toy", "Describe"): {"Toy": {"Status": "ready", "Address": "a-1.example"}},
    }
    make = _call("Make", exports={"id": "Id"}, wait=ready)
    done = _Run(_plan(_step(A, make), _step(B, _call("Use", {"Host": Ref(A, "endpoint")}))), answers)
    assert done.outcome.succeeded
    assert done.caller.calls[-1] == ("toy", "Use", {"Host": "a-1.example"})


def test_what_refers_to_something_waits_until_it_is_ready() -> None:
    make = _call("Make", exports={"id": "Id"}, wait=READY)
    answers = {
        ("toy", "Make"): {"Id": "a-1"},
        ("toy", "Describe"): [{"Toy": {"Status": "creating"}}, {"Toy": {"Status": "ready"}}],
    }
    done = _Run(_plan(_step(A, make), _step(B, _call("Use", {"Id": Ref(A, "id")}))), answers)
    assert done.caller.actions == ["Make", "Describe", "Describe", "Use"]
    assert done.caller.calls[1] == ("toy", "Describe", {"Id": "a-1"})
    assert done.seen(Done)[0] == Done(A, "make", 10, "toy:Make")


def test_a_wait_that_fails_is_a_failed_call() -> None:
    make = _call("Make", exports={"id": "Id"}, wait=READY)
    answers = {("toy", "Make"): {"Id": "a-1"}, ("toy", "Describe"): {"Toy": {"Status": "creating"}}}
    done = _Run(_plan(_step(A, make, _call("Tag"))), answers)
    (failure,) = done.outcome.failures
    assert failure.message.startswith("after 600 s still waiting for: Status to be ready")
    assert done.outcome.skipped == [(A, 1)]
    assert [event.elapsed for event in done.seen(Waiting)][:2] == [0, 10]


# Events


def test_every_call_is_reported_with_its_number() -> None:
    done = _Run(_plan(_step(A, _call("Make"), _call("Tag")), _step(B, _call("Make"))), workers=1)
    assert [(event.number, event.total) for event in done.seen(Started)] == [(1, 3), (2, 3), (3, 3)]
    assert Counter(event.address for event in done.seen(Done)) == {A: 2, B: 1}


# Ctrl-C


@contextmanager
def interruptible() -> Iterator[tuple[Callable[[], None], Flag]]:
    """A function that presses Ctrl-C, and a flag that is up as soon as the main thread has seen it."""
    import threading

    seen, main = Flag(), threading.main_thread().ident

    def handle(*_: object) -> None:
        seen.set()
        raise KeyboardInterrupt

    def press() -> None:
        assert main is not None
        signal.pthread_kill(main, signal.SIGINT)

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield press, seen
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_interrupted_run_lets_running_calls_finish_and_starts_no_more() -> None:
    with interruptible() as (press, seen):

        def make(_: Mapping[str, Any]) -> Any:
            press()
            was_seen = seen.wait(timeout=30)
            sleep(0.1)  # the handler raises after it has said so, and the run has to note it
            return {"Id": "a-1"} if was_seen else error("toy", "Make", "NotInterrupted")

        steps = [_step(A, _call("Make"), _call("Tag")), _step(B, _call("Other")), _step(C, _call("Third"))]
        done = _Run(_plan(*steps), {("toy", "Make"): make}, workers=1)
    assert done.caller.actions == ["Make"]
    assert done.outcome.done == [(A, 0)]
    assert done.outcome.skipped == [(A, 1), (B, 0), (C, 0)]
    assert (done.outcome.interrupted, done.outcome.failures, done.outcome.succeeded) == (True, [], False)


def test_an_interrupted_run_waits_and_retries_no_longer() -> None:
    with interruptible() as (press, seen):
        pressed = Lock()

        def never_ready(_: Mapping[str, Any]) -> Any:
            if pressed.acquire(blocking=False):
                press()
            return (
                {"Toy": {"Status": "creating"}} if seen.wait(timeout=30) else error("toy", "Describe", "NotInterrupted")
            )

        def never_there(_: Mapping[str, Any]) -> Any:
            return error("toy", "Use", "NoSuchEntity" if seen.wait(timeout=30) else "NotInterrupted")

        make = _call("Make", exports={"id": "Id"}, wait=READY)
        steps = [_step(A, make), _step(B, _call("Use", retry_on=(Retry("NoSuchEntity"),)))]
        answers = {("toy", "Make"): {"Id": "a"}, ("toy", "Describe"): never_ready, ("toy", "Use"): never_there}
        done = _Run(_plan(*steps), answers)
    assert done.outcome.interrupted
    messages = {failure.address: failure.message for failure in done.outcome.failures}
    assert messages[A].startswith("interrupted while waiting for: Status to be ready")
    assert messages[B] == "interrupted before another attempt, after NoSuchEntity"
    assert {event.interrupted for event in done.seen(Failed)} == {True}
    assert done.clock.time < RETRY_SECONDS


def test_a_call_that_is_not_made_again_because_of_ctrl_c_is_not_called_failed() -> None:
    stopped = StoppedError("toy", "Make", "Interrupted", "interrupted before another attempt, after Throttling")
    [event] = _Run(_plan(_step(A, _call())), {("toy", "Make"): stopped}).seen(Failed)
    assert (event.interrupted, event.message) == (True, stopped.message)


# Laws


@settings(deadline=None, max_examples=60)
@given(plans(), st.data())
def test_every_call_goes_out_once_after_all_it_needs_unless_something_it_needs_failed(
    steps: tuple[Step, ...], data: st.DataObject
) -> None:
    try:
        graph = order(steps)
    except ValueError:  # a cycle, which is refused before a run
        assume(False)
    nodes = {operation.action: node for step in steps for node, operation in _calls(step)}
    failing = {nodes[action] for action in data.draw(st.sets(st.sampled_from(sorted(nodes)), max_size=3))}
    lock, started, finished, early = Lock(), Counter[Node](), set[Node](), set[Node]()

    class Caller:
        def call(
            self, service: str, action: str, params: Mapping[str, Any], *, once: bool = False, region: str = ""
        ) -> Mapping[str, Any]:
            node = nodes[action]
            with lock:
                started[node] += 1
                if not graph[node] <= finished:
                    early.add(node)
            if node in failing:
                raise error(service, action, "Failed")
            with lock:
                finished.add(node)
            return {"Id": f"id of {node[0]}"}

    outcome = run(_plan(*steps), Caller(), FakeClock(), ignore, workers=3)

    lost = {node for node in graph if closure(graph, node) & failing}
    assert early == set()
    assert started == Counter(set(graph) - lost)
    assert set(outcome.skipped) == lost
    assert {_node(failure.operation, nodes) for failure in outcome.failures} == failing - lost
    assert set(outcome.done) == set(graph) - lost - failing
    assert len(outcome.done) + len(outcome.failures) + len(outcome.skipped) == len(graph)


def _calls(step: Step) -> Iterator[tuple[Node, Operation]]:
    yield from (((step.address, index), operation) for index, operation in enumerate(step.operations))


def _node(operation: Operation, nodes: Mapping[str, Node]) -> Node:
    return nodes[operation.action]


# What is about to be deleted is looked at again


def test_a_deletion_whose_object_moved_is_not_made_and_the_others_are() -> None:
    gone = _call("Delete", destructive=True)
    asked: list[Node] = []

    def moved(node: Node) -> str:
        asked.append(node)
        return "toy.a.size 1 → 2 since the plan" if node[0] == A else ""

    plan = _plan(
        _step(A, _call("Release"), gone, _call("Tidy"), action=Action.DELETE),
        _step(B, gone, action=Action.DELETE),
        _step(C, _call("Make")),
    )
    caller, events = FakeCaller(), list[Event]()
    outcome = run(plan, caller, FakeClock(), events.append, recheck=moved)
    assert sorted(asked) == [(A, 0), (B, 0)]  # the first call of a deletion may be what unprotects it
    assert sorted(caller.actions) == ["Delete", "Make"]
    assert [(item.address, item.code, item.message) for item in outcome.failures] == [
        (A, "StaleError", "toy.a.size 1 → 2 since the plan")
    ]
    assert outcome.skipped == [(A, 1), (A, 2)]
    assert [event.message for event in events if isinstance(event, Failed)] == ["toy.a.size 1 → 2 since the plan"]


def test_a_deletion_that_cannot_be_looked_at_is_not_made() -> None:
    """What could not be read is unknown (meaning §8)."""

    def denied(node: Node) -> str:
        raise DeniedError("toy", "DescribeToys", "AccessDenied", "not you")

    caller = FakeCaller()
    plan = _plan(_step(A, _call("Delete", destructive=True), action=Action.DELETE))
    outcome = run(plan, caller, FakeClock(), ignore, recheck=denied)
    assert caller.calls == []
    assert [item.code for item in outcome.failures] == ["AccessDenied"]
