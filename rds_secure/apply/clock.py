"""Time, as something that is handed in: tests bring their own, and nothing sleeps behind their back."""

from __future__ import annotations

import random
import time
from typing import Protocol


class Clock(Protocol):
    """Seconds, sleeping, and chance for spreading retries."""

    def now(self) -> float:
        """Seconds since some moment."""

    def sleep(self, seconds: float) -> None:
        """Wait that long."""

    def spread(self, seconds: float) -> float:
        """A duration around ``seconds``, so that parallel retries do not meet."""


class SystemClock:
    """The real one; ``speed``: how many of its seconds pass in one, for a place where everything is quicker."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed

    def now(self) -> float:
        return time.monotonic() * self._speed

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self._speed)

    def spread(self, seconds: float) -> float:
        return seconds * random.uniform(0.7, 1.3)  # noqa: S311 - no secret depends on it
