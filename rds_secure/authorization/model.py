"""One service of the reference: its actions, its types of resources, its condition keys. Plain data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Level(StrEnum):
    """What an action does, as AWS sorts actions; the letters are those of the file."""

    LIST = "L"
    READ = "R"
    TAGGING = "T"
    WRITE = "W"
    PERMISSIONS = "P"
    """Permissions management: it says who may do what."""


@dataclass(frozen=True, slots=True)
class ResourceType:
    """``arn``: a pattern that every ARN of the type fits. ``keys``: lower-case condition keys (see `Action`)."""

    name: str
    arn: str
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Action:
    """``types``: what it acts on, none if only on ``*``; ``required``: those of which a request always has one.

    ``keys``: lower-case condition keys that its requests have, those of its types included; ``*`` in one stands for
    what somebody chooses, such as the key of a tag.
    """

    name: str
    level: Level
    types: tuple[str, ...] = ()
    required: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()

    @property
    def writes(self) -> bool:
        """Whether it changes anything but tags."""
        return self.level in (Level.WRITE, Level.PERMISSIONS)


@dataclass(frozen=True)
class Service:
    """``actions``: by lower-case name, without prefix; ``keys``: lower-case condition key → its type."""

    prefix: str
    actions: Mapping[str, Action]
    types: Mapping[str, ResourceType]
    keys: Mapping[str, str]

    def matching(self, pattern: str) -> tuple[Action, ...]:
        """The actions that a pattern without prefix names; case is ignored."""
        if "*" not in pattern and "?" not in pattern:
            found = self.actions.get(pattern.lower())
            return (found,) if found else ()
        fits = _regex(pattern.lower())
        return tuple(action for name, action in self.actions.items() if fits.fullmatch(name))

    def arns(self, action: Action) -> tuple[str, ...]:
        """Patterns of the ARNs that an action acts on."""
        return tuple(self.types[name].arn for name in action.types)


def key_fits(key: str, written: str) -> bool:
    """Whether a condition key of the reference is the one that is written; case is ignored."""
    return _regex(key).fullmatch(written.lower()) is not None if "*" in key else key == written.lower()


@lru_cache(maxsize=1 << 12)
def _regex(glob: str) -> re.Pattern[str]:
    wild = {"*": ".*", "?": "."}
    return re.compile("".join(wild.get(char) or re.escape(char) for char in glob), re.DOTALL)
