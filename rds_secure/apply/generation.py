"""Generations of a stack's lock as entries of a store: names, texts, and what they say (meaning §7). It calls nothing.

A generation is an entry ``n`` that says who holds it; ``n/released`` beside it closes it, once and for all. Nothing is
ever overwritten, so whatever closes one generation leaves every other one as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

_ENTRY = re.compile(r"([0-9]{12})(/released)?")
_LONGEST = 380
"""Characters of one thing that a record says, so that all of it fits a parameter, which takes 4096."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a store keeps under a name, and when that was put there, by the store's clock."""

    value: str
    modified: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """Who holds or released a generation: a run's random id, a caller's ARN, a host or CI job, UTC, a plan's digest."""

    run: str = ""
    who: str = "?"
    where: str = "?"
    when: str = "?"
    digest: str = ""

    def __str__(self) -> str:
        plan = f" (plan digest {self.digest})" if self.digest else ""
        return f"{self.who} on {self.where} since {self.when}{plan}"

    def text(self) -> str:
        """As it is stored: plain ASCII, and without double braces, which would name another parameter."""
        return json.dumps({name: _plain(text)[:_LONGEST] for name, text in asdict(self).items()})

    @classmethod
    def of(cls, text: str) -> Record:
        """What a stored text says; nobody knows what somebody else wrote there, and that holds the lock as well."""
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            return cls()
        known = {name: said[name] for name in cls.__dataclass_fields__ if isinstance(said.get(name), str)}
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Generation:
    """One turn of the lock: who took it, None where only the release is left, and its release, None while it lasts."""

    number: int
    holder: Entry | None
    release: Entry | None

    @property
    def record(self) -> Record:
        """Who took it."""
        return Record.of(self.holder.value) if self.holder else Record()

    @property
    def is_held(self) -> bool:
        """Whether it keeps others out."""
        return self.release is None


def _plain(text: str) -> str:
    shown = "".join(character if " " <= character <= "~" else "?" for character in text)
    return re.sub(r"([{}])\1+", r"\1", shown)


def entry_name(number: int) -> str:
    """What the entry of a generation is called."""
    return f"{number:012}"


def release_name(number: int) -> str:
    """What the entry that closes it is called."""
    return f"{entry_name(number)}/released"


def generations(entries: Mapping[str, Entry]) -> dict[int, Generation]:
    """What the entries say, by number; names that are none of ours say nothing."""
    numbers = {int(match[1]) for match in map(_ENTRY.fullmatch, entries) if match}
    return {
        number: Generation(number, entries.get(entry_name(number)), entries.get(release_name(number)))
        for number in numbers
    }


def newest(entries: Mapping[str, Entry]) -> Generation | None:
    """The generation of the highest number."""
    found = generations(entries)
    return found[max(found)] if found else None
