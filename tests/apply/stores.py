"""A lock's store in memory, and contenders who take turns call by call, in any order a test chooses. No time passes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

from rds_secure.apply.generation import Entry, Record
from rds_secure.apply.lock import StackLock
from rds_secure.errors import CallError
from tests.fakes import FakeClock

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


class MemoryStore:
    """A `Store`. ``before`` and ``after`` run around each call: to interleave, to fail, to lose replies."""

    def __init__(self, kept: dict[str, Entry] | None = None) -> None:
        self.kept: dict[str, Entry] = {} if kept is None else kept
        self.now = NOON
        self.calls: list[tuple[str, tuple[str, ...]]] = []
        self.before: Callable[[str], object] = lambda call: None
        self.after: Callable[[str], object] = lambda call: None

    def entries(self) -> Mapping[str, Entry]:
        return self._call("entries", (), lambda: dict(self.kept))

    def get(self, names: Iterable[str]) -> Mapping[str, Entry]:
        asked = tuple(names)
        return self._call("get", asked, lambda: {name: self.kept[name] for name in asked if name in self.kept})

    def put(self, name: str, value: str) -> bool:
        def do() -> bool:
            made = name not in self.kept
            self.kept.setdefault(name, Entry(value, self.now))
            return made

        return self._call("put", (name,), do)

    def delete(self, name: str) -> None:
        self._call("delete", (name,), lambda: self.kept.pop(name, None))

    def _call(self, call: str, names: tuple[str, ...], do: Callable[[], Any]) -> Any:
        self.before(call)
        self.calls.append((call, names))
        reply = do()
        self.after(call)
        return reply

    def fill(self, numbers: Iterable[int], age: timedelta = timedelta(), *, released: bool = True) -> None:
        """Generations of somebody else's, that old."""
        for number in numbers:
            entry = Entry(Record(run=f"other-{number}", who="dana").text(), self.now - age)
            self.kept[f"{number:012}"] = entry
            if released:
                self.kept[f"{number:012}/released"] = entry


def lost(call: str = "put") -> CallError:
    """No answer came: it may have taken effect."""
    return CallError("ssm", call, "NoReply", "connection reset")


def contender(store: MemoryStore, run: str, clock: FakeClock | None = None) -> StackLock:
    """One run's way to the lock in the store."""
    return StackLock(store, Record(run=run, who=f"arn of {run}", where="here"), clock or FakeClock(), lambda: NOON)


def is_open(kept: Mapping[str, Entry], number: int, run: str) -> bool:
    """What open means: the generation is there, is that run's, and is not released (meaning §7)."""
    name = f"{number:012}"
    return name in kept and Record.of(kept[name].value).run == run and f"{name}/released" not in kept


class Player(Thread):
    """Does something with a store, one call at a time: each `step` lets one through. Ends with what it raised."""

    def __init__(self, store: MemoryStore, play: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._play, self._go, self._stopped = play, Event(), Event()
        self.error: BaseException | None = None
        self.over = False
        self.fate = ""
        """What becomes of the call that is let through: nothing, ``lost before`` or ``lost after`` it took effect."""
        store.before, store.after = self._wait, self._reply

    def run(self) -> None:
        try:
            self._play()
        except BaseException as error:
            self.error = error
        self.over = True
        self._stopped.set()

    def begin(self) -> None:
        """Go on to right before the first call."""
        self.start()
        self._stopped.wait()

    def step(self, fate: str = "") -> None:
        """One call, and on to right before the next one, or to the end."""
        self.fate = fate
        self._stopped.clear()
        self._go.set()
        self._stopped.wait()

    def _wait(self, call: str) -> None:
        self._stopped.set()
        self._go.wait()
        self._go.clear()
        if self.fate == "lost before":
            raise lost(call)

    def _reply(self, call: str) -> None:
        if self.fate == "lost after":
            raise lost(call)


@contextmanager
def playing(*players: Player) -> Iterator[None]:
    """All of them stand right before their first call; and at the end none is left waiting."""
    for player in players:
        player.begin()
    try:
        yield
    finally:
        for player in players:
            while not player.over:
                player.step()
            player.join()
