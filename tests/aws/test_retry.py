"""Which attempts are made again, how often, and after what pauses."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, SSLError

from rds_secure.aws.caller import AwsCaller
from rds_secure.aws.retry import BROKEN_ATTEMPTS, LONGEST, THROTTLED_ATTEMPTS, Retry
from rds_secure.aws.session import Access, Connection
from rds_secure.errors import CallError, StoppedError
from tests.crash.network import code, refused
from tests.crash.transport import Call
from tests.fakes import FakeClock

CUT = ConnectionClosedError(endpoint_url="the network")
AWAY = EndpointConnectionError(endpoint_url="the network")


class Service:
    """A service that answers from a list, of which the last stays: an error code, an exception, or "" for yes."""

    def __init__(self, service: str, *answers: str | Exception) -> None:
        self.service, self.answers, self.attempts = service, list(answers), 0
        self.clock = FakeClock()
        self.connection = Connection(
            Access(region="eu-west-1", access_key="AKIAEXAMPLE", secret_key="example"), self.clock
        )
        events: Any = self.connection._session.events
        events.register("before-send", self._answer)

    def call(self, action: str, params: dict[str, Any], *, once: bool = False) -> Any:
        return AwsCaller(self.connection).call(self.service, action, params, once=once)

    def _answer(self, **_: Any) -> Any:
        answer = self.answers[min(self.attempts, len(self.answers) - 1)]
        self.attempts += 1
        if isinstance(answer, Exception):
            raise answer
        call = Call(self.service, "", 1)
        if answer:
            status = 500 if answer == "InternalFailure" else 503 if self.service == "ec2" else 400
            return refused(call, status, answer, "as AWS says")
        done: Any = AWSResponse("the network", 200, {}, None)
        done._content = b"{}" if self.service == "kms" else b"<Response/>"
        return done


CREATE_KEY: dict[str, Any] = {"Description": "data"}
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "ec2": ("CreateTags", {"Resources": ["sg-1"], "Tags": []}),
    "iam": ("TagUser", {"UserName": "dana", "Tags": []}),
    "kms": ("EnableKey", {"KeyId": "1"}),
    "rds": ("DeleteDBSubnetGroup", {"DBSubnetGroupName": "orders"}),
}


@pytest.mark.parametrize("name", CALLS)
def test_throttling_ends_in_success_however_a_service_calls_it(name: str) -> None:
    """ANY-1."""
    service = Service(name, *[code(Call(name, "", 1))] * 12, "")
    service.call(*CALLS[name])
    assert service.attempts == 13
    assert service.clock.slept[:6] == [1, 2, 4, 8, 16, LONGEST]


def test_throttling_that_never_ends_is_given_up() -> None:
    service = Service("rds", "Throttling")
    with pytest.raises(CallError, match="Throttling") as raised:
        service.call(*CALLS["rds"])
    assert service.attempts == THROTTLED_ATTEMPTS
    assert sum(service.clock.slept) < 8 * 60
    assert not raised.value.uncertain


@pytest.mark.parametrize("answer", ["InternalFailure", CUT, AWAY], ids=["500", "cut", "away"])
def test_what_breaks_off_is_made_again_for_some_seconds(answer: str | Exception) -> None:
    """ANY-1."""
    service = Service("rds", answer)
    with pytest.raises(CallError):
        service.call(*CALLS["rds"])
    assert service.attempts == BROKEN_ATTEMPTS
    assert sum(service.clock.slept) == pytest.approx(12.6)


@pytest.mark.parametrize(
    ("answer", "after", "uncertain"),
    [("Throttling", "Throttling", False), (CUT, "no reply", True), (AWAY, "no reply", False)],
)
def test_nothing_is_made_again_once_the_run_is_stopping(answer: str | Exception, after: str, uncertain: bool) -> None:
    service = Service("rds", answer)
    service.clock.meanwhile = service.connection.stopping.set
    with pytest.raises(StoppedError, match=f"interrupted before another attempt, after {after}") as raised:
        service.call(*CALLS["rds"])
    assert (service.attempts, raised.value.uncertain) == (1, uncertain)
    with pytest.raises(StoppedError):
        service.call(*CALLS["rds"])
    assert (service.attempts, len(service.clock.slept)) == (2, 1)


@pytest.mark.parametrize(("name", "limit"), [("kms", "LimitExceededException"), ("iam", "LimitExceeded")])
def test_a_full_quota_is_final(name: str, limit: str) -> None:
    """ANY-7: botocore's standard mode would take it for throttling."""
    service = Service(name, limit)
    with pytest.raises(CallError, match=limit):
        service.call(*CALLS[name])
    assert service.attempts == 1


def test_a_full_quota_is_final_also_where_it_comes_as_429() -> None:
    """ANY-7: so it does from Security Hub."""
    answer = {"Error": {"Code": "LimitExceededException"}, "ResponseMetadata": {"HTTPStatusCode": 429}}
    assert Retry(FakeClock(), Event())((None, answer), None, {"context": {}}, None) is None
    throttled = {"Error": {"Code": "Slower"}, "ResponseMetadata": {"HTTPStatusCode": 429}}
    assert Retry(FakeClock(), Event())((None, throttled), None, {"context": {}}, None) == 0


TLS = SSLError(endpoint_url="https://kms", error="bad record mac")


@pytest.mark.parametrize("answer", ["InternalFailure", CUT, TLS], ids=["500", "cut", "tls"])
def test_a_call_that_must_not_be_made_twice_is_not(answer: str | Exception) -> None:
    """KMS-1."""
    service = Service("kms", answer)
    with pytest.raises(CallError) as raised:
        service.call("CreateKey", CREATE_KEY, once=True)
    assert service.attempts == 1
    assert raised.value.uncertain


@pytest.mark.parametrize("answer", ["ThrottlingException", AWAY], ids=["throttled", "away"])
def test_but_it_is_made_again_where_nothing_was_done(answer: str | Exception) -> None:
    """KMS-1."""
    service = Service("kms", answer, "")
    service.call("CreateKey", CREATE_KEY, once=True)
    assert service.attempts == 2


@pytest.mark.parametrize(
    ("before", "uncertain"), [(CUT, True), ("InternalFailure", True), ("Throttling", False)], ids=["cut", "500", "wait"]
)
def test_an_answer_after_a_lost_one_is_told_apart(before: str | Exception, uncertain: bool) -> None:
    """RDS-15: what exists already may be what the attempt before has made."""
    service = Service("iam", before, "EntityAlreadyExists")
    with pytest.raises(CallError, match="EntityAlreadyExists") as raised:
        service.call(*CALLS["iam"])
    assert raised.value.uncertain is uncertain


def test_every_attempt_waits_for_its_turn() -> None:
    """CloudTrail grants two look-ups a second, of which one is ours."""
    service = Service("cloudtrail", "")
    look: Callable[[], Any] = lambda: service.connection.client("cloudtrail").lookup_events()  # noqa: E731
    for _ in range(4):
        look()
    assert service.clock.slept == [1, 1, 1]


def test_there_are_no_limits_on_this_machine() -> None:
    clock = FakeClock()
    access = Access(region="eu-west-1", endpoint="http://127.0.0.1:9", access_key="x", secret_key="x")
    connection = Connection(access, clock)
    events: Any = connection._session.events
    done: Any = AWSResponse("the network", 200, {}, None)
    done._content = b"{}"
    events.register("before-send", lambda **_: done)
    for _ in range(5):
        connection.client("cloudtrail").lookup_events()
    assert clock.slept == []
