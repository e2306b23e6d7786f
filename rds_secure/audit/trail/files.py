"""Trail files of a folder, record by record: ``*.json`` and ``*.json.gz``, in bounded memory. It judges nothing.

A file holds ``{"Records": […]}``; a list, JSON lines, and what `aws cloudtrail lookup-events` prints are read as well.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from rds_secure.audit.trail.event import unwrapped

_CHUNK = 1 << 18
_LONGEST = 8 << 20
"""Characters of one record; CloudTrail's own have 256 KB at most (CloudTrail user guide, "Quotas")."""

_OPENING = re.compile(r'\s*(?:\{\s*"(?:records|events)"\s*:\s*)?\[', re.IGNORECASE)
_CLOSING = re.compile(r"\s*\}?\s*")
_BETWEEN = re.compile(r"[\s,]*")
_HEAD, _TOLD = 256, 20


@dataclass
class Folder:
    """What is read from a folder, and what of it could not be."""

    path: Path
    files: int = 0
    malformed: int = 0
    """Records, or rests of files, that are no JSON."""
    broken: list[str] = field(default_factory=list)
    """Files that could not be read to their end, with why."""

    def records(self) -> Iterator[Any]:
        """Every record, file by file in the order of their names. Digests, which hold no events, are left out."""
        for path in sorted(self.path.rglob("*")):
            if path.name.endswith((".json", ".json.gz")) and "CloudTrail-Digest" not in path.parts and path.is_file():
                self.files += 1
                yield from self._of(path)

    def gaps(self) -> list[str]:
        """What could not be read, in sentences."""
        shown = [f"Not read to its end: {one}." for one in self.broken[:_TOLD]]
        return [*shown, *([f"{len(self.broken) - _TOLD} more files likewise."] if len(self.broken) > _TOLD else [])]

    def _of(self, path: Path) -> Iterator[Any]:
        try:
            with _opened(path) as stream:
                yield from self._unwrapped(stream)
        except (OSError, EOFError, zlib.error, UnicodeError) as error:
            self.broken.append(f"{path.name}: {error}")
        except (ValueError, RecursionError):
            self.malformed += 1
            self.broken.append(f"{path.name}: what follows is no JSON")

    def _unwrapped(self, stream: TextIO) -> Iterator[Any]:
        for value in values(stream):
            if isinstance(value, dict):
                inner = next((value[key] for key in ("Records", "Events") if isinstance(value.get(key), list)), None)
                if inner is not None:
                    yield from map(unwrapped, inner)
                    continue
            yield unwrapped(value)


def _opened(path: Path) -> TextIO:
    if path.name.endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8-sig", errors="replace")
    return path.open(encoding="utf-8-sig", errors="replace")


def values(stream: TextIO) -> Iterator[Any]:
    """The members of the list that a text is or begins with, else the values that follow one another.

    Raises ValueError where what follows is no JSON, or is longer than any record.
    """
    decoder = json.JSONDecoder()
    buffer = stream.read(_CHUNK)
    opening = _OPENING.match(buffer[:_HEAD])
    at, more = (opening.end() if opening else 0), True
    while True:
        at = _BETWEEN.match(buffer, at).end()  # type: ignore[union-attr]
        if opening and buffer[at : at + 1] == "]":
            buffer = _CLOSING.sub("", buffer[at + 1 :] + stream.read(_CHUNK), count=1)
            opening, at = _OPENING.match(buffer[:_HEAD]), 0
            if not opening:
                return
            at = opening.end()
            continue
        try:
            if at == len(buffer):
                raise ValueError("nothing yet")
            value, end = decoder.raw_decode(buffer, at)
            if end == len(buffer) and more:  # a number may go on
                raise ValueError("perhaps not all")
        except ValueError:
            rest = buffer[at:]
            if not more and not rest and not opening:
                return
            if not more or len(rest) > _LONGEST:
                raise
            chunk = stream.read(max(_CHUNK, len(rest)))
            buffer, at, more = rest + chunk, 0, bool(chunk)
            continue
        yield value
        at = end
