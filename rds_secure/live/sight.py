"""What could not be read: which call, and what is therefore unknown (meaning §8). What follows is decided in `plan`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from threading import Lock
from typing import Any, TypeVar, get_args

from pydantic import BaseModel

from rds_secure import resources
from rds_secure.errors import CallError, DeniedError, UnsupportedError
from rds_secure.fields import Reference, values_of
from rds_secure.inventory.recording import NOT_RECORDED
from rds_secure.kind import Kind, Resource
from rds_secure.values import Address, refs

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unseen:
    """A read that AWS denied, or that the endpoint does not offer (ANY-3).

    ``kinds``: those of which nothing is known, neither what is there nor what is not. ``addresses``: what is declared
    and cannot be compared: of these kinds, or referring to something that is.
    """

    service: str
    action: str
    code: str
    message: str
    kinds: tuple[str, ...] = ()
    addresses: tuple[Address, ...] = ()

    @property
    def call(self) -> str:
        """The call, and how it was answered: ``rds DescribeDBInstances: AccessDenied``."""
        return f"{self.service} {self.action}: {self.code}"


@dataclass(slots=True)
class _Gap:
    """Everything that one answer to one call hides."""

    messages: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    addresses: set[Address] = field(default_factory=set)


class Sight:
    """Reads that may be denied, from many threads, and a note of each that was."""

    def __init__(self) -> None:
        self._gaps: dict[tuple[str, str, str], _Gap] = {}
        self._lock = Lock()

    def look(
        self, read: Callable[[], T], otherwise: T, *, kinds: Iterable[str] = (), addresses: Iterable[Address] = ()
    ) -> T:
        """What ``read`` yields; where it is denied ``otherwise``, and it is noted what is unknown now."""
        try:
            return read()
        except (DeniedError, UnsupportedError) as error:
            self._note(error, kinds, addresses)
            return otherwise

    def check(self, read: Callable[[], list[T]], address: Address) -> list[T]:
        """What a check of something declared finds wrong; denied, it hides the address.

        What a recording does not have hides nothing here: nothing is applied on it, and the plan says what is missing.
        """
        try:
            return read()
        except (DeniedError, UnsupportedError) as error:
            self._note(error, (), () if error.code == NOT_RECORDED else (address,))
            return []

    def _note(self, error: CallError, kinds: Iterable[str], addresses: Iterable[Address]) -> None:
        with self._lock:
            gap = self._gaps.setdefault((error.service, error.action, error.code), _Gap())
            gap.messages.add(error.message)
            gap.kinds.update(kinds)
            gap.addresses.update(addresses)

    def hides(self, address: Address) -> bool:
        """Whether something of this address has been denied so far."""
        with self._lock:
            return any(address in gap.addresses or address.kind in gap.kinds for gap in self._gaps.values())

    def unseen(self, declared: Mapping[Address, Resource[Any]]) -> tuple[Unseen, ...]:
        """Each call that was denied, with everything declared that cannot be compared without it; sorted."""
        return tuple(
            Unseen(
                *call,
                message=min(gap.messages),
                kinds=tuple(sorted(gap.kinds)),
                addresses=_closed(declared, {*gap.addresses, *(item for item in declared if item.kind in gap.kinds)}),
            )
            for call, gap in sorted(self._gaps.items())
        )


def _closed(declared: Mapping[Address, Resource[Any]], hidden: set[Address]) -> tuple[Address, ...]:
    """The addresses, and all that refer to them, directly or not: their live side names things that are not known."""
    uses = {
        address: {ref.target for ref in refs((values_of(item.written), values_of(item.spec)))}
        for address, item in declared.items()
    }
    while found := {address for address, used in uses.items() if address not in hidden and used & hidden}:
        hidden |= found
    return tuple(sorted(hidden))


def hidden(unseen: Iterable[Unseen]) -> frozenset[Address]:
    """What is declared and cannot be compared."""
    return frozenset(address for item in unseen for address in item.addresses)


def unsure(unseen: Iterable[Unseen], kind: Kind[Any]) -> str:
    """Why nobody can tell whether an object of a kind is still used, and may be deleted; "" where one can.

    For databases and keys everything has to be seen.
    """
    for item in unseen:
        kinds = {*item.kinds, *(address.kind for address in item.addresses)}
        if kind.stateful or any(kind.name in {name, *_refers_to(_spec(name))} for name in kinds):
            return f"what uses it could not be seen ({item.call})"
    return ""


def _spec(kind: str) -> type[BaseModel]:
    spec: type[BaseModel] = resources.kind(kind).spec
    return spec


@cache
def _refers_to(spec: type[BaseModel]) -> frozenset[str]:
    """The kinds that any field of a spec, however deep, may refer to."""
    return frozenset(
        name
        for info in spec.model_fields.values()
        for found in _references(info.annotation, tuple(info.metadata))
        for name in found
    )


def _references(annotation: Any, metadata: tuple[Any, ...]) -> Iterator[Iterable[str]]:
    yield from (item.kinds for item in metadata if isinstance(item, Reference))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield _refers_to(annotation)
    for argument in get_args(annotation):
        yield from _references(argument, tuple(getattr(argument, "__metadata__", ())))
