"""Readers that look over the shoulder of the real one: which calls a kind makes, and how many wait for each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from rds_secure.api import Account
from rds_secure.aws.reader import AwsReader
from rds_secure.errors import DeniedError
from rds_secure.kind import Reader
from rds_secure.live import read_live
from rds_secure.plan import Deletion, Plan, plan
from rds_secure.spec import Stack
from rds_secure.values import canonical

T = TypeVar("T")
U = TypeVar("U")


class Listening:
    """Notes every call that is asked for, repeated ones too."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.calls: list[tuple[str, str]] = []

    def call(self, service: str, action: str, params: Mapping[str, Any] | None = None, **more: Any) -> Any:
        self.calls.append((service, action))
        return self._reader.call(service, action, params, **more)

    def each(self, function: Callable[[T], U], items: Iterable[T]) -> list[U]:
        return [function(item) for item in items]


class Denying(Listening):
    """Denies one action, whatever its parameters; the others are answered by the reader, each once."""

    def __init__(self, reader: Reader, denied: tuple[str, str]) -> None:
        super().__init__(reader)
        self._denied = denied

    def call(self, service: str, action: str, params: Mapping[str, Any] | None = None, **more: Any) -> Any:
        if (service, action) == self._denied:
            raise DeniedError(service, action, "AccessDenied", "the test says no", status=403)
        return super().call(service, action, params, **more)


def denials(account: Account, stack: Stack, deletion: Deletion) -> Iterator[tuple[Plan, tuple[str, str]]]:
    """The plan with each call that it reads with denied in turn, and which call that was."""
    with AwsReader(account.connection) as reader:
        listening = Listening(reader)
        read_live(stack, listening, account.identity, deletion.stateful)
        for call in sorted(set(listening.calls)):
            snapshot = read_live(stack, Denying(reader, call), account.identity, deletion.stateful)
            yield plan(snapshot, stack.at, deletion), call


class Counting(Listening):
    """Counts how many round trips wait for each other, as if each took one unit of time and nothing else any.

    It makes one call after the other; what `each` would do at the same time starts at the same time of this clock. A
    repeated call is answered when the first one is.
    """

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader)
        self.now = 0
        self.depth = 0
        self._answered: dict[str, int] = {}

    def call(self, service: str, action: str, params: Mapping[str, Any] | None = None, **more: Any) -> Any:
        key = canonical((service, action, params or {}, more.get("region")))
        answered = min(self._answered.get(key, self.now + 1), self.now + 1)
        self._answered[key] = answered
        self.now = max(self.now, answered)
        self.depth = max(self.depth, self.now)
        return super().call(service, action, params, **more)

    def each(self, function: Callable[[T], U], items: Iterable[T]) -> list[U]:
        start, end, results = self.now, self.now, []
        for item in items:
            self.now = start
            results.append(function(item))
            end = max(end, self.now)
        self.now = end
        return results
