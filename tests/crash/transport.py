"""What stands between a connection and AWS: it sends, loses replies, answers in AWS's place, or kills the process.

It is botocore's `before-send`, so every attempt passes through, whoever repeats it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, partial
from threading import Lock
from typing import Any, NamedTuple, TypeAlias

from botocore.httpsession import URLLib3Session

from rds_secure import api
from rds_secure.aws.session import Access, Connection
from rds_secure.sandbox import Sandbox, inside
from tests.fakes import FakeClock


class Killed(BaseException):
    """The process is no more: nothing that it still does reaches AWS."""


class Way(StrEnum):
    """At which instant of a call the process is killed."""

    BEFORE = "before the call is sent"
    LOST = "after its effect, before the reply"
    AFTER = "after the reply"


class Call(NamedTuple):
    """The ``number``-th attempt at an action, such as the second at ``kms CreateKey``."""

    service: str
    action: str
    number: int

    @property
    def is_write(self) -> bool:
        """Whether it can change anything."""
        return not self.action.startswith(("Describe", "Get", "List", "Lookup"))

    def __str__(self) -> str:
        return f"{self.service} {self.action} {self.number}"


@dataclass(frozen=True)
class Kill:
    """Where a process ends."""

    call: Call
    way: Way

    def __str__(self) -> str:
        return f"{self.call}, {self.way}"


Send: TypeAlias = Callable[[], Any]
Meddler: TypeAlias = Callable[[Call, Send], Any]
"""Takes an attempt and what sends it; gives the HTTP response, or raises what botocore would."""


def honestly(_: Call, send: Send) -> Any:
    """Sends every call, and gives every answer."""
    return send()


@dataclass
class Transport:
    """Everything that one process sends. ``calls``: what went out, in order; ``dead``: whether it was killed.

    ``die``: what ends the process, where that is more than an exception after which nothing goes out.
    ``send``: over HTTP, until `account` has a sandbox in this process answer.
    """

    meddle: Meddler = honestly
    kill: Kill | None = None
    die: Callable[[], None] = lambda: None
    send: Callable[[Any], Any] = field(default_factory=lambda: _http().send)
    calls: list[Call] = field(default_factory=list)
    dead: bool = False

    def __post_init__(self) -> None:
        self._sent: Counter[tuple[str, str]] = Counter()
        self._answered: Counter[tuple[str, str]] = Counter()
        self._lock = Lock()

    def listen(self, connection: Connection) -> Connection:
        """Carry every call of a connection; to be asked before it makes its first client."""
        core: Any = connection._session
        core.events.register("before-send", self._send)
        core.events.register("after-call", self._arrived)
        core._session.register_component("data_loader", _loader())  # API models: read once a process, nothing else
        return connection

    def _send(self, request: Any, event_name: str, **_: Any) -> Any:
        _, service, action = event_name.split(".")
        with self._lock:
            self._alive()
            self._sent[service, action] += 1
            call = Call(service, action, self._sent[service, action])
            self._end_at(Kill(call, Way.BEFORE))
            self.calls.append(call)
        answer = self.meddle(call, lambda: self.send(request))
        with self._lock:
            self._alive()
            self._end_at(Kill(call, Way.LOST))
        return answer

    def _arrived(self, model: Any, **_: Any) -> None:
        subject = (model.service_model.service_id.hyphenize(), model.name)
        with self._lock:
            self._alive()
            self._answered[subject] += 1
            self._end_at(Kill(Call(*subject, self._answered[subject]), Way.AFTER))

    def _alive(self) -> None:
        if self.dead:
            raise Killed

    def _end_at(self, instant: Kill) -> None:
        if instant == self.kill:
            self.dead = True
            self.die()
            raise Killed


def account(sandbox: Sandbox, transport: Transport) -> api.Account:
    """An account as a new process sees it: nothing is known, every client is new."""
    transport.send = partial(inside.send, sandbox.application)
    connection = transport.listen(Connection(access(sandbox), FakeClock()))
    return api.Account(connection, connection.identity())


def access(sandbox: Sandbox) -> Access:
    """How to reach a sandbox."""
    given = sandbox.credentials
    return Access(
        region=sandbox.region,
        endpoint=sandbox.endpoint,
        access_key=given["aws_access_key_id"],
        secret_key=given["aws_secret_access_key"],
    )


@cache
def _http() -> URLLib3Session:
    return URLLib3Session(proxies={}, max_pool_connections=32)


@cache
def _loader() -> Any:
    from botocore.loaders import create_loader

    return create_loader()
