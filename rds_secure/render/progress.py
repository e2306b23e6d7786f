"""An apply as it goes on, line by line: each call when it is complete, waits now and then, failures at once."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock
from typing import TextIO

from rich.text import Text as Line

from rds_secure.events import Done, Event, Failed, Retrying, Skipped, Started, Verifying, Waiting
from rds_secure.render.screen import BOLD, DIM, RED, YELLOW, joined, part, write
from rds_secure.values import Address


class Progress:
    """An `Observer` that writes; events may come from many threads.

    The number in front of a line counts the calls that are over. A stream that is closed (``… | head``) silences it:
    an apply goes on whether or not anybody reads along.
    """

    def __init__(self, stream: TextIO, *, color: bool | None = None) -> None:
        self._stream, self._color = stream, color
        self._lock = Lock()
        self._over, self._total = 0, 0
        self._is_closed = False

    def __call__(self, event: Event) -> None:
        """Draw one event."""
        with self._lock:
            lines = list(self._lines(event))
            if lines and not (self._is_closed or self._stream.closed):
                try:
                    write(self._stream, lines, self._color)
                except OSError:  # a broken pipe
                    self._is_closed = True

    def _lines(self, event: Event) -> Iterator[Line]:
        match event:
            case Started():
                self._total = max(self._total, event.total)
            case Done():
                yield joined(self._over_now(), _subject(event.address), part(event.summary), _took(event.elapsed))
            case Failed():
                yield joined(
                    self._over_now(),
                    _subject(event.address),
                    part(f"FAILED: {event.summary}: {event.code}: {event.message}", f"{BOLD} {RED}"),
                )
            case Skipped():
                why = f"skipped: {event.summary} (it needs {event.because})"
                yield joined(self._over_now(), _subject(event.address), part(why, YELLOW))
            case Waiting():
                text = f"waiting for {duration(event.elapsed)}: {event.missing}"
                yield joined(self._margin(), _subject(event.address, DIM), part(text, DIM))
            case Retrying():
                text = f"{event.summary}: again, after {event.code}"
                yield joined(self._margin(), _subject(event.address, DIM), part(text, DIM))
            case Verifying():
                again = "" if event.attempt == 1 else f" (attempt {event.attempt})"
                yield joined(self._margin(), f"reading AWS back{again}")

    def _over_now(self) -> Line:
        self._over += 1
        total = max(self._total, self._over)
        return part(f"[{self._over:>{len(str(total))}}/{total}] ", DIM)

    def _margin(self) -> str:
        return " " * (2 * len(str(self._total)) + 4)


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
