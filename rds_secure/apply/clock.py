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
    """The real one."""

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def spread(self, seconds: float) -> float:
        return seconds * random.uniform(0.7, 1.3)  # noqa: S311 - no secret depends on it
