"""In-memory stand-ins for the protocols of the core. They keep the contract of the real ones, not AWS's behaviour."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from rds_secure.errors import CallError
from rds_secure.values import canonical

T = TypeVar("T")
U = TypeVar("U")


class FakeReader:
    """A `Reader` that answers from a table.

    Keys are ``(service, action)``, or ``(service, action, value)`` where one of the parameters has that value; the
    longer key wins. Answers are replies, functions of the parameters, or a `CallError` to raise. A call that is not
    in the table is a mistake in the test. Equal calls are made once; ``calls`` are those that were made.
    """

    def __init__(self, answers: Mapping[tuple[str, ...], Any]) -> None:
        self.answers = answers
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self._made: dict[str, Any] = {}

    def call(
        self, service: str, action: str, params: Mapping[str, Any] | None = None, *, absent: tuple[str, ...] = ()
    ) -> Mapping[str, Any] | None:
        sent = dict(params or {})
        key = canonical((service, action, sent))
        if key not in self._made:
            self.calls.append((service, action, sent))
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


def error(service: str, action: str, code: str, message: str = "as AWS says", status: int = 400) -> CallError:
    """An answer that is an error with this code on the wire."""
    return CallError(service, action, code, message, status=status)
