"""Where the shared sandbox leaves its traces: one record of what runs, a log, and a lock. It starts nothing.

The lock is flock(2), so the shared sandbox is for POSIX systems; the rest of the package is not bound to them.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Record:
    """The server that was started last: who it is, and the token that proves it."""

    pid: int
    port: int
    token: str


def home() -> Path:
    """``$RDS_SECURE_HOME``, else ``rds-secure`` in the XDG state directory; made when missing, for its owner only."""
    chosen = os.environ.get("RDS_SECURE_HOME")
    states = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    path = Path(chosen) if chosen else Path(states) / "rds-secure"
    path = path.expanduser().absolute()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def log_path() -> Path:
    """The log of the server, next to its record."""
    return home() / "sandbox.log"


def read() -> Record | None:
    """The record, or None when there is none, or none that can be understood."""
    try:
        return Record(**json.loads(_record_path().read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write(record: Record) -> None:
    """Replace the record in one step: a reader sees the old one or the new one, whole."""
    path = _record_path()
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(record), file)
    draft.replace(path)


def remove() -> None:
    """Forget the record."""
    _record_path().unlink(missing_ok=True)


@contextmanager
def locked() -> Iterator[None]:
    """Hold the lock that makes two starts end with one server. It is released even when the process dies."""
    with (home() / "sandbox.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _record_path() -> Path:
    return home() / "sandbox.json"
