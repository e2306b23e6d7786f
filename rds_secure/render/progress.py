"""An apply as it goes on, line by line: each call when it is complete, waits now and then, failures at once.

What a terminal shows of the calls that go on is in `live`.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock
from typing import TextIO

from rich.text import Text as Line

from rds_secure.events import Done, Event, Failed, Retrying, Skipped, Started, Verifying, Waiting
from rds_secure.render.screen import BOLD, DIM, RED, YELLOW, joined, part, write
from rds_secure.values import Address

HEARTBEAT = 30.0
"""Seconds between two lines about a wait that goes on."""


class Lines:
    """What is written of each event. The number in front of a line counts the calls that are over."""

    def __init__(self) -> None:
        self.over, self.total = 0, 0
        self._told: dict[Address, float] = {}

    def of(self, event: Event) -> Iterator[Line]:
        """The lines of one event; many have none."""
        match event:
            case Started():
                self.total = max(self.total, event.total)
                self._told.pop(event.address, None)
            case Done():
                yield joined(self._over_now(), _subject(event.address), part(event.summary), _took(event.elapsed))
            case Failed(interrupted=True):
                text = f"{event.summary}: {event.message}"
                yield joined(self._over_now(), _subject(event.address), part(text, YELLOW))
            case Failed():
                yield joined(
                    self._over_now(),
                    _subject(event.address),
                    part(f"FAILED: {event.summary}: {event.code}: {event.message}", f"{BOLD} {RED}"),
                )
            case Skipped():
                why = f"skipped: {event.summary} (it needs {event.because})"
                yield joined(self._over_now(), _subject(event.address), part(why, YELLOW))
            case Waiting() if event.elapsed - self._told.get(event.address, 0.0) >= HEARTBEAT:
                self._told[event.address] = event.elapsed
                text = f"waiting for {duration(event.elapsed)}: {event.missing}"
                yield joined(self._margin(), _subject(event.address, DIM), part(text, DIM))
            case Retrying():
                text = f"{event.summary}: again, after {event.code}"
                yield joined(self._margin(), _subject(event.address, DIM), part(text, DIM))
            case Verifying():
                again = "" if event.attempt == 1 else f" (attempt {event.attempt})"
                yield joined(self._margin(), f"reading AWS back{again}")

    def _over_now(self) -> Line:
        self.over += 1
        total = max(self.total, self.over)
        return part(f"[{self.over:>{len(str(total))}}/{total}] ", DIM)

    def _margin(self) -> str:
        return " " * (2 * len(str(self.total)) + 4)


class Progress:
    """An `Observer` that writes lines; events may come from many threads.

    A stream that is closed (``… | head``) silences it: an apply goes on whether or not anybody reads along.
    """

    def __init__(self, stream: TextIO, *, color: bool | None = None) -> None:
        self._stream, self._color = stream, color
        self._lock = Lock()
        self._lines = Lines()
        self._is_closed = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing: every line was written at once."""

    def __call__(self, event: Event) -> None:
        """Write the lines of one event."""
        with self._lock:
            lines = list(self._lines.of(event))
            if lines and not (self._is_closed or self._stream.closed):
                try:
                    write(self._stream, lines, self._color)
                except OSError:  # a broken pipe
                    self._is_closed = True


def duration(seconds: float) -> str:
    """``2.1 s``, ``45 s``, ``7 min 5 s``"""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _subject(address: Address, style: str = "") -> Line:
    return part(f"{address}: ", style)


def _took(seconds: float) -> Line:
    return part(f" ({duration(seconds)})", DIM)
