"""An apply as it goes on at a terminal: a line for each call that is out, redrawn in place; what is over scrolls above.

`progress` has the lines of what is over, and all there is for a pipe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text as Line

from rds_secure.events import Done, Event, Failed, Retrying, Started, Stopping, Verifying, Waiting
from rds_secure.render.progress import Lines, duration
from rds_secure.render.screen import BOLD, DIM, YELLOW, joined, part
from rds_secure.values import Address

FRAMES_PER_SECOND = 8

SPARE_LINES = 4
"""Lines of the terminal that the picture leaves to what is above it."""


@dataclass(slots=True)
class _Running:
    """A call that is out: since when, by the clock that is handed in, and what it waits for."""

    summary: str
    since: float
    note: str = ""


class LiveProgress:
    """An `Observer` to be used in a ``with``, at the end of which the picture goes and the cursor is as it was.

    ``now``: the seconds of the clock by which the run waits. Events may come from many threads; a terminal that goes
    away stops nothing.
    """

    def __init__(self, stream: TextIO, now: Callable[[], float]) -> None:
        self._now = now
        self._order, self._lock = Lock(), Lock()  # of lines that are written, and of what the picture is made of
        self._lines = Lines()
        self._running: dict[Address, _Running] = {}
        self._phase = ""
        self._console = Console(file=stream, highlight=False, markup=False, emoji=False, legacy_windows=False)
        self._live = Live(
            console=self._console,
            get_renderable=self.picture,
            refresh_per_second=FRAMES_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> LiveProgress:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # the terminal has gone
            self._live.stop()

    def __call__(self, event: Event) -> None:
        """Take up one event."""
        with self._order:
            with self._lock:
                self._note(event)
                lines = [] if isinstance(event, Waiting | Retrying) else list(self._lines.of(event))
            with suppress(OSError):
                for line in lines:
                    self._console.print(line, soft_wrap=True)

    def _note(self, event: Event) -> None:
        match event:
            case Started():
                self._running[event.address] = _Running(event.summary, self._now())
            case Waiting() if event.address in self._running:
                self._running[event.address].note = event.seen
            case Retrying() if event.address in self._running:
                self._running[event.address].note = f"again, after {event.code}"
            case Done() | Failed():
                self._running.pop(event.address, None)
            case Stopping():
                self._phase = "stopping: what is out comes back first"
            case Verifying():
                self._phase = "reading AWS back"

    def picture(self) -> RenderableType:
        """What is drawn now; nothing wraps, so that it takes as many lines as it has."""
        with self._lock:
            width, height = self._console.size
            rows = sorted(self._running.items(), key=lambda item: (item[1].since, item[0]))
            room = max(height - SPARE_LINES, 1)
            shown = rows[:room]
            names = max((len(str(address)) for address, _ in shown), default=0)
            lines = [self._row(address, running, min(names, width // 2), width) for address, running in shown]
            return Group(*lines, *self._foot(len(rows) - len(shown), width))

    def _row(self, address: Address, running: _Running, names: int, width: int) -> Line:
        """The address, what goes on, and how long it has been going on, on the right."""
        took = duration(self._now() - running.since)
        name = _cut(part(str(address)), names)
        text = part(running.summary) if not running.note else part(f"{running.note} ({running.summary})", DIM)
        room = max(width - len("  ") - names - len("  ") - len("  ") - len(took), 0)
        return joined("  ", name, "  ", _cut(text, room), "  ", part(took, DIM))

    def _foot(self, hidden: int, width: int) -> Iterator[Line]:
        if not (self._running or self._phase):
            return
        over = f"{self._lines.over} of {max(self._lines.total, self._lines.over)} done"
        pieces = [
            over,
            f"{len(self._running)} running" if self._running else "",
            f"{hidden} not shown" if hidden else "",
        ]
        line = joined("  ", part(", ".join(filter(None, pieces)), BOLD))
        yield _cut(joined(line, part(f"  {self._phase}", YELLOW) if self._phase else ""), width, pad=False)


def _cut(line: Line, width: int, *, pad: bool = True) -> Line:
    line.truncate(width, overflow="ellipsis", pad=pad)
    line.no_wrap = True
    return line
