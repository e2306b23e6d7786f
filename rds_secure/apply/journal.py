"""A file that says what an apply has done so far, for whoever comes after a crash. Nothing depends on it.

One JSON object a line, each appended, flushed and synced before the call that it announces goes out: a call that was
``started`` and is neither ``done`` nor ``failed`` may have taken effect. Parameters are never in it, so no secret is.
AWS itself is what the next apply goes by; a journal that is lost costs nothing but knowledge.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, TypeAlias

from rds_secure.events import Done, Event, Failed, Skipped, Started, Stopping, utc

KEPT = 20
"""How many journals of a stack are kept; the oldest go first."""

PLAN = ".plan"
"""The end of the name of the plan that an apply carries out, beside its journal."""

FORMAT = 1

Line: TypeAlias = Mapping[str, Any]


def folder(state: Path, account: str, region: str, stack: str) -> Path:
    """Where the journals of a stack are, below the folder where this tool keeps its state."""
    return state / "applies" / account / region / stack


class Journal:
    """An observer that writes every event of one apply down. It never raises: an apply goes on without it.

    ``trouble`` says why it could not be written; "" as long as it is.
    """

    def __init__(self, path: Path, now: Callable[[], str] = utc) -> None:
        self.path, self._now = path, now
        self.trouble = ""
        self._lock = Lock()
        self._file: int | None = None
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            self._fail(error)

    def begin(self, *, stack: str, account: str, region: str, who: str, digest: str, calls: int) -> None:
        """What is about to be carried out, and by whom."""
        told = {"stack": stack, "account": account, "region": region, "who": who, "digest": digest, "calls": calls}
        self._write("begin", {"format": FORMAT, **told})
        _forget(self.path.parent)

    def __call__(self, event: Event) -> None:
        """Write an event down, if it changes what is known of a call."""
        match event:
            case Started():
                self._write("started", _subject(event))
            case Done():
                told = {"request_id": event.request_id, "seconds": round(event.elapsed, 3)}
                self._write("done", {**_subject(event), **told})
            case Failed(interrupted=True):
                pass  # it was only waited for no longer: so it stays open, and may have taken effect
            case Failed():
                told = {"request_id": event.request_id, "code": event.code, "message": event.message}
                self._write("failed", {**_subject(event), **told})
            case Skipped():
                self._write("skipped", {**_subject(event), "because": str(event.because)})
            case Stopping():
                self._write("stopping", {})
            case _:
                pass

    def end(self, outcome: str) -> None:
        """How it ended: ``done``, ``failed``, ``interrupted`` or ``not converged``; and close the file."""
        self._write("end", {"outcome": outcome})
        with self._lock, suppress(OSError):
            if self._file is not None:
                os.close(self._file)
            self._file = None

    def _write(self, event: str, told: Mapping[str, Any]) -> None:
        line = json.dumps({"at": self._now(), "event": event, **told}) + "\n"
        with self._lock:
            if self._file is None:
                return
            try:
                os.write(self._file, line.encode())
                os.fsync(self._file)
            except OSError as error:
                self._fail(error)

    def _fail(self, error: OSError) -> None:
        self.trouble = f"{self.path} cannot be written: {error.strerror}"
        self._file = None


@dataclass(frozen=True, slots=True)
class Record:
    """What a journal tells of an apply: what is done, what failed, and what may have taken effect.

    ``ended``: how, "" where it just stops, as after a crash.
    """

    path: Path
    begin: Line
    done: tuple[Line, ...]
    failed: tuple[Line, ...]
    open: tuple[Line, ...]
    ended: str

    @property
    def is_complete(self) -> bool:
        """Whether all of it was done, so that there is nothing to resume."""
        return self.ended == "done"

    @property
    def left(self) -> int:
        """How many calls were never started."""
        told = len(self.done) + len(self.failed) + len(self.open)
        return max(0, int(self.begin.get("calls", 0)) - told)  # a call in doubt is told twice (`again`)


def last(where: Path) -> Record | None:
    """What the newest journal of a folder tells; None where there is none that can be read."""
    for path in sorted(where.glob("*.jsonl"), reverse=True):
        if found := read(path):
            return found
    return None


def settle(where: Path) -> None:
    """Note that nothing is left of the last apply, so that it need not be told again."""
    found = last(where)
    if found and not found.is_complete:
        Journal(found.path).end("done")


def read(path: Path) -> Record | None:
    """What a journal tells; None where it has no beginning. A line that was cut off by a crash is left out."""
    lines = list(_lines(path))
    if not lines or lines[0]["event"] != "begin" or lines[0].get("format") != FORMAT:
        return None
    calls: dict[tuple[str, str, str], list[Line]] = {}
    settled: dict[str, list[Line]] = {"done": [], "failed": []}
    for line in lines:
        subject = (str(line.get("address")), str(line.get("call")), str(line.get("summary")))
        if line["event"] == "started":
            calls.setdefault(subject, []).append(line)
        elif line["event"] in settled and calls.get(subject):
            calls[subject].pop()
            settled[line["event"]].append(line)
    ended = next((str(line["outcome"]) for line in reversed(lines) if line["event"] == "end"), "")
    still = tuple(line for started in calls.values() for line in started)
    return Record(path, lines[0], tuple(settled["done"]), tuple(settled["failed"]), still, ended)


def _lines(path: Path) -> Iterator[Line]:
    try:
        text = path.read_bytes().decode(errors="replace")
    except OSError:
        return
    for written in text.splitlines():
        try:
            line = json.loads(written)
        except ValueError:
            continue
        if isinstance(line, dict) and isinstance(line.get("event"), str):
            yield line


def _subject(event: Started | Done | Failed | Skipped) -> dict[str, Any]:
    return {"address": str(event.address), "call": event.call, "summary": event.summary}


def _forget(where: Path) -> None:
    """Delete the oldest journals of a stack."""
    for path in sorted(where.glob("*.jsonl"))[:-KEPT]:
        with suppress(OSError):
            path.unlink()
            path.with_suffix(PLAN).unlink()
