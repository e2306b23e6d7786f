"""The lock of a stack: numbered generations, of which the highest alone can be open (meaning §7). It knows no SSM.

What entries say is in `generation`; here they are made, looked at, and cleaned up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from rds_secure.apply.clock import Clock
from rds_secure.apply.generation import Entry, Generation, Record, entry_name, generations, newest, release_name
from rds_secure.apply.guard import Held
from rds_secure.errors import CallError, LockedError, RdsSecureError

ROUNDS = 10
"""How often a contest is entered anew at once; each loss means that somebody else won."""

KEPT_GENERATIONS = 20
KEPT = timedelta(days=7)
SWEPT_AT_ONCE = 5
"""What stays of the past, and how much of the rest one holder cleans up: SSM's rates are everybody's (ANY-6)."""


class Store(Protocol):
    """The entries of one stack's lock. Every method raises `RdsSecureError` where it cannot tell."""

    def entries(self) -> Mapping[str, Entry]:
        """All of them."""

    def get(self, names: Iterable[str]) -> Mapping[str, Entry]:
        """Those of the names that exist, as of one moment."""

    def put(self, name: str, value: str) -> bool:
        """Make an entry, never in the place of another: whether there was none of that name."""

    def delete(self, name: str) -> None:
        """Take an entry away; one that is gone is fine."""


class StackLock:
    """One run's way to the lock of a stack: to look, to take it, to give it back, and to close what somebody left.

    ``me``: who we are; its time and digest are filled in when something is written.
    """

    def __init__(self, store: Store, me: Record, clock: Clock, now: Callable[[], datetime]) -> None:
        self._store, self._me, self._clock, self._now = store, me, clock, now
        self._tried = 0
        self._is_sure = False

    @property
    def tried(self) -> int:
        """The generation that is ours, or may be because a reply was lost; 0 for none."""
        return self._tried

    def look(self, number: int = 0) -> Generation | None:
        """The newest generation, or the one of that number, as long as it is kept. Takes nothing."""
        found = generations(self._store.entries())
        return found.get(number or max(found, default=0))

    def acquire(self, digest: str, timeout: float, waiting: Callable[[Generation], object]) -> Held:
        """Take the lock, within ``timeout`` seconds; ``waiting`` is told for whom. Raises `LockedError`, `CallError`.

        Whatever comes of it, `release` gives back what was taken, or may have been.
        """
        text = self._record(digest).text()
        self._wait(lambda: self._contend(text), timeout, waiting)
        return Held(self._tried, self._why_lost, self._clock)

    def idle(self, timeout: float, waiting: Callable[[Generation], object]) -> None:
        """Wait until nobody holds the lock, and take nothing; otherwise as `acquire`."""
        self._wait(self._holder, timeout, waiting)

    def release(self) -> int:
        """Close the generation that is ours, if there is one; its number, else 0. Raises `RdsSecureError`."""
        number, is_ours = self._tried, self._is_sure
        if number and not is_ours:
            is_ours = self._is_mine(self._store.get([entry_name(number)]).get(entry_name(number)))
        if is_ours:
            self.close(number)
        self._tried, self._is_sure = 0, False
        return number if is_ours else 0

    def close(self, number: int) -> None:
        """Release a generation, whoever holds it; one that is released already stays so. It touches no other."""
        self._store.put(release_name(number), self._record("").text())

    def _wait(
        self, attempt: Callable[[], Generation | None], timeout: float, waiting: Callable[[Generation], object]
    ) -> None:
        """Try until nobody is in the way. Raises `LockedError` with who still is after ``timeout`` seconds."""
        start, pause, told = self._clock.now(), 1.0, 0
        while (rival := attempt()) is not None:
            left = timeout - (self._clock.now() - start)
            if left <= 0:
                raise LockedError(rival.number, str(rival.record))
            if told != rival.number:
                waiting(rival)
                told = rival.number
            self._clock.sleep(min(self._clock.spread(pause), left))
            pause = min(pause * 1.5, 10.0)

    def _holder(self) -> Generation | None:
        top = self.look()
        return top if top and top.is_held else None

    def _contend(self, text: str) -> Generation | None:
        """Take the lock, or find who has it."""
        rival = None
        for _ in range(ROUNDS):
            top = newest(self._store.entries())
            if top and top.is_held and not self._is_mine(top.holder):
                return top
            rival = self._put(_next(top), text)
            if rival:
                continue
            entries = self._store.entries()
            rival = newest(entries)
            if rival is None or (rival.number <= self._tried and rival.is_held):
                self._sweep(entries)
                return None
            self.release()  # others were here and left while we were about to put, or somebody unlocked ours already
        return rival

    def _put(self, number: int, text: str) -> Generation | None:
        """Make the generation of that number ours, or find whose it is. After a lost reply it has our run's id."""
        self._tried, self._is_sure = number, False
        try:
            made = self._store.put(entry_name(number), text)
        except CallError as error:
            if 400 <= error.status < 500:
                self._tried = 0  # it was refused, so nothing was made
            raise
        there = None if made else self._store.get([entry_name(number)]).get(entry_name(number))
        self._is_sure = made or self._is_mine(there)
        if self._is_sure:
            return None
        self._tried = 0
        return Generation(number, there, None)

    def _why_lost(self) -> str:
        """Why our generation is open no more: it is, while it is there, ours, and not released. No answer means no."""
        name, released = entry_name(self._tried), release_name(self._tried)
        try:
            found = self._store.get([name, released])
        except RdsSecureError as error:
            return f"the lock cannot be looked at: {error}"
        if released in found:
            by = Record.of(found[released].value)
            return f"the lock (generation {self._tried}) was released by {by.who} on {by.where} at {by.when}"
        return "" if self._is_mine(found.get(name)) else f"the lock (generation {self._tried}) is not there any more"

    def _sweep(self, entries: Mapping[str, Entry]) -> None:
        """Clean up behind us: what is old and released, its release last, so that it is never seen as held."""
        ours = entries.get(entry_name(self._tried))
        if ours is None:
            return
        past = [
            generation.number
            for generation in generations(entries).values()
            if generation.number < self._tried - KEPT_GENERATIONS
            and generation.release
            and ours.modified - generation.release.modified > KEPT
        ]
        try:
            for number in sorted(past)[:SWEPT_AT_ONCE]:
                self._store.delete(entry_name(number))
                self._store.delete(release_name(number))
        except RdsSecureError:
            return  # the next holder tries again; nothing depends on it

    def _is_mine(self, entry: Entry | None) -> bool:
        return entry is not None and Record.of(entry.value).run == self._me.run

    def _record(self, digest: str) -> Record:
        return replace(self._me, when=self._now().strftime("%Y-%m-%dT%H:%M:%SZ"), digest=digest)


def _next(top: Generation | None) -> int:
    """The number to take: the one after the newest, or the newest that is ours already."""
    if top is None:
        return 1
    return top.number if top.is_held else top.number + 1
