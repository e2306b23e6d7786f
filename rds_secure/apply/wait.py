"""Waiting until things are really ready: several conditions at once, one poll for all who ask the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from threading import Lock
from typing import Any, NamedTuple, Protocol, TypeAlias

from rds_secure.apply.clock import Clock
from rds_secure.errors import CallError
from rds_secure.operation import Condition, Wait
from rds_secure.paths import search
from rds_secure.values import canonical

Report: TypeAlias = Callable[[str, str, float], None]
"""What is told of a wait that goes on, with every look: what is missing, what is there in its place, seconds so far."""


class Asker(Protocol):
    """What a poll needs: one read call."""

    def call(self, service: str, action: str, params: Mapping[str, Any], *, once: bool = False) -> Mapping[str, Any]:
        """The reply, or `CallError`."""


class WaitFailed(Exception):  # noqa: N818 - it says what happened
    """The object went into a state that it does not leave by itself, or time ran out."""


class Interrupted(WaitFailed):
    """Somebody stopped the run while it waited, or was about to make a call again."""


@dataclass(slots=True)
class _Poll:
    lock: Lock
    at: float = float("-inf")
    turn: int = -1
    reply: Any = None


class Waiter:
    """Polls on behalf of all running operations; equal questions within half an interval are asked once.

    No wait ends on a reply to a question that was asked before it began, for that is of before its call. Turns tell
    them apart where a clock is too coarse to.
    """

    def __init__(self, asker: Asker, clock: Clock, pause: Callable[[float], bool] | None = None) -> None:
        """``pause``: sleeps, and says whether to go on after it."""
        self._asker, self._clock, self._pause = asker, clock, pause or self._sleep
        self._polls: dict[str, _Poll] = {}
        self._lock = Lock()
        self._turns = count()
        self._stopped = False

    def stop(self) -> None:
        """End every wait at its next look: what it waits for goes on at AWS, and the next plan sees how far it got."""
        self._stopped = True

    def wait(self, wait: Wait, params: Mapping[str, Any], report: Report) -> Any:
        """The object, once all conditions hold; None for one that is gone. Raises `WaitFailed`, `CallError`."""
        asked = start = self._clock.now()
        turn = next(self._turns)
        while True:
            found = self._look(wait, params, asked, turn)
            lacks = _lacks(wait, found)
            if not lacks:
                return found
            missing, now = "; ".join(lack.missing for lack in lacks), self._clock.now()
            if now - start >= wait.timeout:
                raise WaitFailed(f"after {wait.timeout} s still waiting for: {missing}")
            if self._stopped:
                raise Interrupted(f"interrupted while waiting for: {missing}")
            report(missing, lacks[0].seen, now - start)
            if not self._pause(self._clock.spread(wait.interval)) and not self._stopped:
                raise WaitFailed(f"the lock was lost while waiting for: {missing}")
            asked = max(start, self._clock.now() - wait.interval / 2)

    def _sleep(self, seconds: float) -> bool:
        self._clock.sleep(seconds)
        return True

    def _look(self, wait: Wait, params: Mapping[str, Any], asked: float, turn: int) -> Any:
        """What the poll finds; a reply that somebody else asked for at ``asked`` or later, after ``turn``, will do."""
        key = f"{wait.service} {wait.action} {canonical(params)}"
        with self._lock:
            poll = self._polls.setdefault(key, _Poll(Lock()))
        with poll.lock:
            if poll.at < asked or poll.turn < turn:
                started, poll.turn = self._clock.now(), next(self._turns)
                try:
                    poll.reply = self._asker.call(wait.service, wait.action, params)
                except CallError as error:
                    if error.code not in wait.absent:
                        raise
                    poll.reply = None
                poll.at = started
            return search(wait.select, poll.reply) if poll.reply is not None else None


class _Lack(NamedTuple):
    """A condition that does not hold, in words: what is missing, and what is there in its place."""

    missing: str
    seen: str


def _lacks(wait: Wait, found: Any) -> list[_Lack]:
    """What is not as it should be yet; nothing when the wait is over. Raises `WaitFailed`."""
    if wait.gone:
        return [_Lack("it to be gone", "still there")] if found is not None else []
    if found is None:
        return [_Lack("it to appear", "not there yet")]
    for condition in wait.fail:
        value = search(condition.path, found)
        seen = value if isinstance(value, list) else [value]
        if any(item is not None and condition.holds(item) for item in seen):
            raise WaitFailed(f"{_is(condition, value)}: it will not become ready by itself")
    lacks = []
    for condition in wait.until:
        value = search(condition.path, found)
        if not condition.holds(value):
            wanted = " or ".join(dict.fromkeys(_said(condition, item) for item in condition.any_of)) or _NOTHING
            missing = f"{_named(condition)} to be {wanted} (is {_said(condition, value)})"
            lacks.append(_Lack(missing, _is(condition, value)))
    return lacks


_NOTHING = "nothing"


def _is(condition: Condition, value: Any) -> str:
    return f"{_named(condition)} is {_said(condition, value)}"


def _named(condition: Condition) -> str:
    return condition.what or condition.path


def _said(condition: Condition, value: Any) -> str:
    """A value in words: what a list has in it once, of a mapping what is in it, for others may be long or secret."""
    if condition.path.startswith("type("):
        return "not known" if value == "null" else "known"
    if value in (None, "", [], (), {}):
        return _NOTHING
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple | Mapping):
        return " and ".join(dict.fromkeys(map(str, value)))
    return str(value)
