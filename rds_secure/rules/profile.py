"""A profile of one's own: a file that lists which rules are asked. Reads no file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field as Setting

from rds_secure.fields import Part
from rds_secure.rules.model import Profile, Rule
from rds_secure.spec.guardrails import RuleId
from rds_secure.spec.source import Path, Source


class ProfileFile(Part):
    """Which rules are asked, in the place of baseline or strict."""

    version: Literal["1"]
    """The version of this format."""
    rules: Annotated[tuple[RuleId, ...], Setting(min_length=1)]
    """Ids of rules; baseline and strict stand for all that those have."""
    without: tuple[RuleId, ...] = ()
    """Rules of these that are not asked."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A profile of one's own, by the path of its file."""

    said: ProfileFile
    source: Source

    @property
    def value(self) -> str:
        """What it is called: the path of its file."""
        return self.source.file

    def __str__(self) -> str:
        return self.value

    def named(self) -> Iterator[tuple[str, Path]]:
        """Every rule that it names, and where."""
        words = set(Profile)
        yield from ((name, ("rules", index)) for index, name in enumerate(self.said.rules) if name not in words)
        yield from ((name, ("without", index)) for index, name in enumerate(self.said.without))


def asks(profile: Profile | Chosen, rule: Rule) -> bool:
    """Whether a rule is asked: ``strict`` has those of ``baseline`` too."""
    if isinstance(profile, Profile):
        return profile is Profile.STRICT or rule.profile is Profile.BASELINE
    if rule.id in profile.said.without:
        return False
    words = [Profile(name) for name in profile.said.rules if name in set(Profile)]
    return rule.id in profile.said.rules or any(asks(word, rule) for word in words)
