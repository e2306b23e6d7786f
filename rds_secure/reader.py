"""How AWS is read: the protocol that kinds are handed, and several readings at the same time. It calls nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class Reader(Protocol):
    """Read calls. Every page of a list is followed; equal calls are made once."""

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
        """The reply; None where AWS answers with one of the codes in ``absent``. Raises `CallError`.

        ``region``: another one than the stack's, for what AWS keeps in one region (IAM). ``first_page``: no more than
        AWS gives at once, for lists that begin with what is wanted.
        """

    def each(self, function: Callable[[T], U], items: Iterable[T]) -> list[U]:
        """``function`` of every item, in parallel, in the order of the items."""


def together(reader: Reader, *tasks: Callable[[], Any]) -> list[Any]:
    """What each of the tasks yields; they read at the same time, so that none waits for another's round trip."""
    return reader.each(lambda task: task(), tasks)
