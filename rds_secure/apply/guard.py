"""Whether a run may still write: the lock that it holds, looked at now and then. It takes and releases nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from threading import Lock
from typing import Protocol

from rds_secure.apply.clock import Clock

CHECK_SECONDS = 5.0
"""How old the last look at the lock may be while a run goes on (meaning §7)."""


class Guard(Protocol):
    """What a run asks before it goes on."""

    def lost(self, *, fresh: bool = False) -> str:
        """Why it may not, in words; empty where it may. ``fresh``: as of now, and not of some seconds ago."""

    def due(self) -> float:
        """Seconds until the next look is due."""


class NoLock:
    """The guard of a run without a lock."""

    def lost(self, *, fresh: bool = False) -> str:
        return ""

    def due(self) -> float:
        return math.inf


class Held:
    """A generation of the lock, while its holder works. Shared by all workers: one look serves them for some seconds.

    ``look`` says why it is open no more, empty while it is. Once it was seen closed, it stays closed.
    """

    def __init__(self, number: int, look: Callable[[], str], clock: Clock) -> None:
        self.number = number
        self._look, self._clock = look, clock
        self._at, self._lost = -math.inf, ""
        self._lock = Lock()

    def lost(self, *, fresh: bool = False) -> str:
        with self._lock:
            if not self._lost and (fresh or self.due() == 0):
                self._at = self._clock.now()
                self._lost = self._look()
            return self._lost

    def due(self) -> float:
        return max(0.0, self._at + CHECK_SECONDS - self._clock.now())
