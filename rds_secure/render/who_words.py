"""The words in which access is told, to people on a screen and in Markdown alike: databases, ways, conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rds_secure.access.gains import ITSELF, By, Gain
from rds_secure.access.iam.become import Hop, Way
from rds_secure.access.iam.estate import GENERAL
from rds_secure.access.iam.logic import YES, Formula
from rds_secure.access.iam.verbs import Verb
from rds_secure.access.listing import Listing
from rds_secure.access.naming import short

MEANS: Mapping[Verb, str] = {
    "delete": "databases, their snapshots and backups",
    "break key": "disable or delete the key of a database, or change who may use it",
    "modify": "settings, parameters, who a snapshot is shared with; restart and stop",
    "read secret": "the password of the master user",
    "connect": "log in to a database by IAM, or send SQL through the Data API",
    "use key": "decrypt with the key of a database, or let others do so",
    "create": "databases, also copies from snapshots and backups",
    "describe": "see settings, tags and logs",
}
"""What each verb is about."""

NEW = "new ones"
"""Databases that are yet to be made."""

_NAMED, _FEW = 6, 3
"""So many databases are named one by one; so few always, where new ones are not among them."""


def databases(
    names: Sequence[str], possible: Sequence[str], most: int | None = _NAMED, *, chosen: bool = False
) -> list[str]:
    """Which databases: ``all``, ``all but db:x``, or their names; ``most`` are named, None for all of them.

    ``chosen``: only these were asked about, so that few of them are better named.
    """
    standing = [name for name in names if name != GENERAL]
    if chosen and len(possible) <= _FEW:
        return listed([*standing, *([NEW] if GENERAL in names else [])], None)
    there = set(names)
    missing = [name for name in possible if name not in there]
    if not missing:
        return ["all"]
    if not standing:
        return [NEW]
    lacking = [name for name in missing if name != GENERAL]
    if GENERAL not in names and len(standing) <= _FEW:
        return listed(standing, None)
    if not lacking:
        return ["all", "there", "are"]
    if len(lacking) < len(standing) and (most is None or len(lacking) <= most):
        head = ["all", "but"] if GENERAL in names else ["all", "there", "are", "but"]
        return [*head, *listed(lacking, most)]
    return listed([*standing, *([NEW] if GENERAL in names else [])], most)


def where(listing: Listing, verb: Verb, names: Sequence[str], most: int | None = _NAMED) -> list[str]:
    """Which databases, of those of a listing on which a verb is possible."""
    return databases(names, listing.possible[verb], most, chosen=listing.choice.databases is not None)


def listed(names: Sequence[str], most: int | None) -> list[str]:
    """Names with commas, of which at most so many are told."""
    if most is None or len(names) <= most + 1:
        shown, more = list(names), 0
    else:
        shown, more = list(names[:most]), len(names) - most
    commas = [f"{name}," for name in shown[: None if more else -1]] + shown[len(shown) if more else -1 :]
    return [*commas, f"and {more:,} more"] if more else commas


def condition(when: Formula) -> str:
    """``if …``, or nothing where it is always so."""
    return "" if when is YES else f"if {when}"


def way(gone: Way) -> str:
    """``as role a, then role b``: the roles that are assumed, each with its condition."""
    return ", then ".join(_hop(hop, first=number == 0) for number, hop in enumerate(gone))


def _hop(hop: Hop, *, first: bool) -> str:
    profiles = f" (on hosts with the profile {', '.join(hop.profiles)})" if hop.profiles else ""
    when = f" ({condition(hop.when)})" if hop.when is not YES else ""
    return f"{'as ' if first else ''}{short(hop.role)}{profiles}{when}"


def how(gone: Way, when: Formula, only: Sequence[str] = ()) -> str:
    """The way and the condition; nothing for what somebody may always do as itself."""
    limited = f"only {', '.join(action.partition(':')[2] for action in only)}" if only else ""
    return ", ".join(text for text in (limited, way(gone), condition(when)) if text)


def in_session(policies: Sequence[str]) -> str:
    """What sessions that are asked about are given when they begin."""
    given = (short(name) if name.startswith("arn:") else name for name in policies)
    return f"In a session that is given {joined_words(tuple(given))} when it begins."


def by(means: By, most: int | None = 2) -> str:
    """``iam:PassRole on role a, role b to lambda.amazonaws.com``."""
    targets = " ".join(listed([target if target == ITSELF else short(target) for target in means.targets], most))
    return f"{means.action} on {targets}{f' to {means.launch}' if means.launch else ''}"


def given(gain: Gain, listing: Listing, most: int | None = _NAMED) -> str:
    """``delete, modify on all; read secret on db:orders``."""
    told: dict[str, list[Verb]] = {}
    for verb, names in gain.given:
        told.setdefault(" ".join(where(listing, verb, names, most)), []).append(verb)
    return "; ".join(f"{', '.join(verbs)} on {place}" for place, verbs in told.items())


def counted(number: int, noun: str) -> str:
    """``1 role``, ``2,000 roles``; "identity" → "identities"."""
    several = f"{noun[:-1]}ies" if noun.endswith("ty") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else several}"


def joined_words(words: Iterable[str]) -> str:
    """``a, b and c``."""
    found = list(words)
    return " and ".join([", ".join(found[:-1]), found[-1]]) if len(found) > 1 else "".join(found)
