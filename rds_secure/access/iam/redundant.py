"""Statements without which a policy decides every request alike: what others say already, what others take back.

Only what is sure is told (see `globs`): there may be more. Whatever is told may be taken out together. The policy is
looked at by itself: another one may deny what this one denies twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rds_secure.access.iam.globs import covers, overlap, template_covers
from rds_secure.access.iam.match import Template
from rds_secure.access.iam.policy import Policy, Statement


@dataclass(frozen=True)
class Redundant:
    """A statement by its place in the policy, and those that make it needless. ``denied``: they take it all back."""

    place: int
    by: tuple[int, ...]
    denied: bool = False


@lru_cache(maxsize=1 << 8)
def redundant(policy: Policy) -> tuple[Redundant, ...]:
    """What could be left out of a policy, in its order. Of two that say the same it is the later one."""
    statements = policy.statements or ()
    gone: dict[int, Redundant] = {}
    for place in range(len(statements) - 1, -1, -1):
        others = [other for other in range(len(statements)) if other != place and other not in gone]
        if by := _covered(
            statements, place, [one for one in others if statements[one].allow is statements[place].allow]
        ):
            gone[place] = Redundant(place, by)
    for place, statement in enumerate(statements):
        denying = [one for one in range(len(statements)) if one not in gone and not statements[one].allow]
        if statement.allow and place not in gone and (by := _covered(statements, place, denying)):
            gone[place] = Redundant(place, by, denied=True)
    return tuple(gone[place] for place in sorted(gone))


def _covered(statements: Sequence[Statement], place: int, others: Sequence[int]) -> tuple[int, ...]:
    """Those of the others of which one applies whenever a statement does; none if it says more than they do."""
    statement = statements[place]
    able = [one for one in others if _whenever(statements[one], statement)]
    used: set[int] = set()
    for action in _pieces(statement.actions, statement.not_actions):
        for resource in _pieces(statement.resources, statement.not_resources):
            by = next(
                (
                    one
                    for one in able
                    if _has_actions(statements[one], action) and _has_resources(statements[one], resource)
                ),
                None,
            )
            if by is None:
                return ()
            used.add(by)
    return tuple(sorted(used))


@dataclass(frozen=True)
class _Piece:
    """One pattern, or all that none of some patterns takes."""

    patterns: tuple[Template, ...]
    negated: bool = False


def _pieces(patterns: tuple[Template, ...], negated: bool) -> Iterator[_Piece]:
    if negated:
        yield _Piece(patterns, negated=True)
    else:
        yield from (_Piece((pattern,)) for pattern in patterns)


def _whenever(wide: Statement, narrow: Statement) -> bool:
    """Whether conditions and principals let one apply whenever they let the other."""
    return set(wide.conditions) <= set(narrow.conditions) and _names(wide, narrow)


def _names(wide: Statement, narrow: Statement) -> bool:
    mine, theirs = wide.principals, narrow.principals
    if mine is None or theirs is None:
        return mine is theirs
    if mine.negated or theirs.negated:
        return (
            mine.negated is theirs.negated and wide.allow is narrow.allow and set(mine.entries) == set(theirs.entries)
        )
    everybody = ("AWS", "*") in mine.entries and all(kind == "AWS" for kind, _ in theirs.entries)
    return everybody or set(theirs.entries) <= set(mine.entries)


def _has_actions(statement: Statement, piece: _Piece) -> bool:
    mine, theirs = _named(statement.actions), _named(piece.patterns)
    if not statement.not_actions:
        return mine.cover("*" if piece.negated else theirs.first)
    if piece.negated:
        return all(map(theirs.cover, (*mine.plain, *mine.wild)))
    return not any(overlap(my, theirs.first) for my in (*mine.plain, *mine.wild))


@dataclass(frozen=True)
class _Named:
    """Patterns of actions in lower case: thousands of plain names are looked up, not matched one by one."""

    first: str
    plain: frozenset[str]
    wild: tuple[str, ...]

    def cover(self, pattern: str) -> bool:
        """Whether one of them takes all that a pattern takes."""
        return pattern in self.plain or any(covers(wide, pattern) for wide in self.wild)


@lru_cache(maxsize=1 << 12)
def _named(patterns: tuple[Template, ...]) -> _Named:
    names = [pattern.widest.lower() for pattern in patterns]
    wild = tuple(name for name in names if set(name) & {"*", "?"})
    return _Named(names[0] if names else "", frozenset(names) - frozenset(wild), wild)


def _has_resources(statement: Statement, piece: _Piece) -> bool:
    if not statement.not_resources:
        if piece.negated:
            return any(pattern.glob == "*" for pattern in statement.resources)
        return any(template_covers(pattern, piece.patterns[0]) for pattern in statement.resources)
    return piece.negated and set(statement.resources) <= set(piece.patterns)
