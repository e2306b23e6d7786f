"""In-memory stand-ins for the protocols of the core. They keep the contract of the real ones, not AWS's behaviour."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Any, TypeVar

from rds_secure.errors import CallError
from rds_secure.values import canonical

T = TypeVar("T")
U = TypeVar("U")


class FakeReader:
    """A `Reader` that answers from a table.

    Keys are ``(service, action)``, or ``(service, action, value)`` where one of the parameters has that value; the
    longer key wins. Answers are replies, functions of the parameters, or a `CallError` to raise. A call that is not
    in the table is a mistake in the test. Equal calls are made once; ``calls`` are those that were made, and
    ``regions`` where each went, None for the stack's own.
    """

    def __init__(self, answers: Mapping[tuple[str, ...], Any]) -> None:
        self.answers = answers
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.regions: list[str | None] = []
        self._made: dict[str, Any] = {}

    def call(
        self,
        service: str,
        action: str,
        params: Mapping[str, Any] | None = None,
        *,
        absent: tuple[str, ...] = (),
        region: str | None = None,
        first_page: bool = False,
    ) -> Mapping[str, Any] | None:
        sent = dict(params or {})
        key = canonical((service, action, region, first_page, sent))
        if key not in self._made:
            self.calls.append((service, action, sent))
            self.regions.append(region)
            self._made[key] = self._answer(service, action, sent)
        answer = self._made[key]
        if isinstance(answer, CallError):
            if answer.code in absent:
                return None
            raise answer
        return answer  # type: ignore[no-any-return]

    def each(self, function: Callable[[T], U], items: Iterable[T]) -> list[U]:
        return [function(item) for item in items]

    def _answer(self, service: str, action: str, params: Mapping[str, Any]) -> Any:
        for value in params.values():
            if isinstance(value, str) and (service, action, value) in self.answers:
                answer = self.answers[service, action, value]
                break
        else:
            assert (service, action) in self.answers, f"no answer for {service} {action} {params}"
            answer = self.answers[service, action]
        return answer(params) if callable(answer) else answer


class FakeCaller:
    """A `Caller` that answers from a table, for apply: writes, and what waits poll.

    Keys are ``(service, action)``. An answer is a reply, a `CallError` to raise, a function of the parameters that
    gives either, or a list of answers, one for each call, of which the last stays. Without one the reply is empty.
    ``calls`` are those that were made, in the order in which they came; ``once`` those that must not be repeated;
    ``regions`` where each went, "" for the stack's own.
    """

    def __init__(self, answers: Mapping[tuple[str, str], Any] | None = None) -> None:
        self.answers = {
            key: list(found) if isinstance(found, list) else found for key, found in (answers or {}).items()
        }
        self.calls: list[tuple[str, str, Mapping[str, Any]]] = []
        self.once: list[str] = []
        self.regions: list[str] = []
        self._lock = Lock()

    def call(
        self, service: str, action: str, params: Mapping[str, Any], *, once: bool = False, region: str = ""
    ) -> Mapping[str, Any]:
        with self._lock:
            self.calls.append((service, action, params))
            if once:
                self.once.append(action)
            self.regions.append(region)
            answer = self.answers.get((service, action), {})
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if callable(answer):
            answer = answer(params)
        if isinstance(answer, CallError):
            raise answer
        return answer  # type: ignore[no-any-return]

    @property
    def actions(self) -> list[str]:
        """The names of the calls that were made."""
        return [action for _, action, _ in self.calls]


class FakeClock:
    """A `Clock` on which time passes by sleeping only. ``slept`` are the pauses; ``meanwhile`` runs in each."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []
        self.meanwhile: Callable[[], object] | None = None
        self._lock = Lock()

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self.time += seconds
        if self.meanwhile:
            self.meanwhile()

    def spread(self, seconds: float) -> float:
        return seconds


def error(service: str, action: str, code: str, message: str = "as AWS says", status: int = 400) -> CallError:
    """An answer that is an error with this code on the wire."""
    return CallError(service, action, code, message, status=status)
