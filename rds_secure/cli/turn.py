"""One turn at a stack: its lock around what changes something, and what is said about it. Options in, messages out."""

from __future__ import annotations

import shlex
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click

from rds_secure import api
from rds_secure.apply import Generation, Guard, NoLock, StackLock
from rds_secure.errors import ApplyError, LockedError, RdsSecureError
from rds_secure.render.screen import printable

UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Turn:
    """The lock of one stack for one command; ``lock`` is None with ``--no-lock``. Timeout in seconds.

    ``reaching``: the options with which this account is reached.
    """

    stack: str
    reaching: tuple[str, ...]
    lock: StackLock | None
    timeout: float

    def next(self) -> int:
        """The generation that will be ours if nobody applies before us; `UNKNOWN` while somebody does."""
        try:
            newest = self.lock.look() if self.lock else None
        except RdsSecureError:
            return UNKNOWN
        if newest is None:
            return 1
        return UNKNOWN if newest.is_held else newest.number + 1

    def came_between(self, expected: int) -> bool:
        """Whether somebody has applied and is gone, which is waited for. Raises `ApplyError` for one who stays."""
        if self.lock is None:
            return False
        try:
            self.lock.idle(self.timeout, self._waiting)
        except LockedError as error:
            raise self._locked(error.generation, error.holder) from error
        except RdsSecureError:
            return False
        return self.next() != expected

    @contextmanager
    def hold(self, digest: str, expected: int) -> Iterator[tuple[Guard, bool]]:
        """Hold the lock: what the run asks before each step, and whether another one came between."""
        if self.lock is None:
            yield NoLock(), False
            return
        try:
            with _orderly(), api.hold(self.lock, digest, self.timeout, self._waiting, self._stuck) as held:
                yield held, held.number != expected
        except LockedError as error:
            raise self._locked(error.generation, error.holder) from error

    def _locked(self, generation: int, holder: object) -> ApplyError:
        what_to_do = f"wait for it (--lock-timeout 10m), or, if it is gone, {self._unlock(generation)}"
        return ApplyError(f"{self.stack} is locked by {holder}\n{what_to_do}")

    def _waiting(self, holder: Generation) -> None:
        say = f"waiting up to {self.timeout:g} s for the lock of {self.stack}, held by {holder.record}"
        click.echo(printable(say), err=True)

    def _stuck(self, generation: int, why: BaseException) -> None:
        say = f"the lock of {self.stack} could not be released: {str(why) or 'interrupted'}"
        click.echo(printable(f"{say}; once this run is over, {self._unlock(generation)}"), err=True)

    def _unlock(self, generation: int) -> str:
        words = ("rds-secure", "unlock", self.stack, "--generation", str(generation), *self.reaching)
        return f"run {shlex.join(words)}"


def turn(stack: str, account: api.Account, timeout: float, no_lock: bool, reaching: Iterable[str]) -> Turn:
    """What the options ask for; ``reaching``: those that lead to the account."""
    if no_lock and timeout:
        raise click.UsageError("--lock-timeout waits for the lock, --no-lock takes none: leave one of them out")
    lock = None if no_lock else api.stack_lock(stack, account)
    return Turn(stack, tuple(reaching), lock, timeout)


@contextmanager
def _orderly() -> Iterator[None]:
    """Let those who end a job or close a terminal interrupt us as Ctrl-C does, so that nothing is left locked."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[signal.Signals, Any] = {}
    stop: Callable[[int, Any], None] = signal.default_int_handler
    try:
        for name in (signal.SIGTERM, signal.SIGHUP):
            before[name] = signal.signal(name, stop)
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
