"""What a run reports while it goes on. Renderers draw these; nothing here prints (house rule 8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from rds_secure.values import Address


@dataclass(frozen=True, slots=True)
class Started:
    """A call goes out; ``number`` of ``total`` operations of the plan. ``call``: ``rds:CreateDBInstance``."""

    address: Address
    summary: str
    number: int
    total: int
    call: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A wait goes on, sent with every look: what is still ``missing``, and ``seen`` in its place. Time in seconds."""

    address: Address
    missing: str
    elapsed: float
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Retrying:
    """A call is sent again because of an error that passes by itself."""

    address: Address
    summary: str
    code: str


@dataclass(frozen=True, slots=True)
class Done:
    """An operation is complete, its wait included. Time in seconds. ``request_id``: AWS's own, of the last attempt."""

    address: Address
    summary: str
    elapsed: float
    call: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """An operation failed; ``message`` says why in AWS's words. ``interrupted``: nobody waited for it any longer."""

    address: Address
    summary: str
    code: str
    message: str
    call: str = ""
    request_id: str = ""
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Skipped:
    """An operation was not started, because of one that it needs."""

    address: Address
    summary: str
    because: Address
    call: str = ""


@dataclass(frozen=True, slots=True)
class Verifying:
    """The account is read back, for the ``attempt``-th time, until nothing is left to do."""

    attempt: int


@dataclass(frozen=True, slots=True)
class Stopping:
    """Somebody wants it to end: calls that are out come back, and no more go out."""


Event: TypeAlias = Started | Waiting | Retrying | Done | Failed | Skipped | Verifying | Stopping
Observer: TypeAlias = Callable[[Event], None]


def utc() -> str:
    """The time of an event, in UTC, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def ignore(event: Event) -> None:
    """The observer that looks away."""


def each(*observers: Observer) -> Observer:
    """One observer that tells every event to all of them, in this order."""

    def tell(event: Event) -> None:
        for observe in observers:
            observe(event)

    return tell
