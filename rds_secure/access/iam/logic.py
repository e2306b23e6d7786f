"""What is true, false, or true if …: the formulas in which the engine answers. It knows nothing of policies.

A formula is built of atoms that nobody could decide yet (a test of a key that is open, a name nobody has chosen).
Those that are decided are the constants `YES` and `NO`, and every operation ends in one of them where the atoms do not
matter: so an answer that is one of them is the same however its atoms turn out. The reverse does not hold: that two
atoms exclude each other is not noticed unless one is the negation of the other.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol


class Atom(Protocol):
    """What an answer hinges on: hashable, equal to another one only if both always turn out alike."""

    @abstractmethod
    def text(self, *, holds: bool) -> str:
        """The atom in words, or its negation: ``aws:SourceIp in 10.0.0.0/8``."""


class Formula:
    """A truth that may depend on atoms; ``&``, ``|`` and ``~`` combine formulas, and simplify."""

    __slots__ = ()

    def __and__(self, other: Formula) -> Formula:
        if other is YES or self is NO:
            return self
        return other if self is YES or other is NO else every((self, other))

    def __or__(self, other: Formula) -> Formula:
        if other is NO or self is YES:
            return self
        return other if self is NO or other is YES else some((self, other))

    def __invert__(self) -> Formula:
        raise NotImplementedError

    def __str__(self) -> str:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Constant(Formula):
    """True or false whatever happens; there is one of each, `YES` and `NO`."""

    value: bool

    def __invert__(self) -> Formula:
        return NO if self.value else YES

    def __str__(self) -> str:
        return "always" if self.value else "never"


YES = Constant(True)
NO = Constant(False)


@dataclass(frozen=True, slots=True)
class Literal(Formula):
    """An atom, or its negation."""

    atom: Atom
    positive: bool = True

    def __invert__(self) -> Formula:
        return Literal(self.atom, not self.positive)

    def __str__(self) -> str:
        return self.atom.text(holds=self.positive)


@dataclass(frozen=True)
class _Several(Formula):
    parts: frozenset[Formula]

    @cached_property
    def _hash(self) -> int:
        return hash((type(self).__name__, self.parts))

    def __hash__(self) -> int:
        return self._hash

    def _joined(self, word: str) -> str:
        texts = sorted(f"({part})" if isinstance(part, _Several) else str(part) for part in self.parts)
        return f" {word} ".join(texts)


@dataclass(frozen=True, eq=True)
class Every(_Several):
    """All of at least two parts hold; made by `every`."""

    __hash__ = _Several.__hash__

    def __invert__(self) -> Formula:
        return some(~part for part in self.parts)

    def __str__(self) -> str:
        return self._joined("and")


@dataclass(frozen=True, eq=True)
class Some(_Several):
    """At least one of at least two parts holds; made by `some`."""

    __hash__ = _Several.__hash__

    def __invert__(self) -> Formula:
        return every(~part for part in self.parts)

    def __str__(self) -> str:
        return self._joined("or")


def constant(value: bool) -> Formula:
    """`YES` or `NO`."""
    return YES if value else NO


def every(formulas: Iterable[Formula]) -> Formula:
    """The conjunction; `YES` of nothing."""
    return _combined(formulas, Every, Some, YES, NO)


def some(formulas: Iterable[Formula]) -> Formula:
    """The disjunction; `NO` of nothing."""
    return _combined(formulas, Some, Every, NO, YES)


def _combined(
    formulas: Iterable[Formula],
    outer: type[_Several],
    inner: type[_Several],
    neutral: Formula,
    absorbing: Formula,
) -> Formula:
    """Flattened, without what adds nothing: written once for both connectives, which are each other's mirror image."""
    parts: set[Formula] = set()
    for formula in formulas:
        if formula is absorbing:
            return absorbing
        if isinstance(formula, outer):
            parts |= formula.parts
        elif formula is not neutral:
            parts.add(formula)
    if len(parts) < 2:
        return next(iter(parts), neutral)
    if any(isinstance(part, Literal) and ~part in parts for part in parts):
        return absorbing
    for part in [part for part in parts if isinstance(part, inner)]:
        if parts & part.parts:
            parts.discard(part)
        elif decided := {member for member in part.parts if isinstance(member, Literal) and ~member in parts}:
            rest = _combined(part.parts - decided, inner, outer, absorbing, neutral)
            return _combined([*(parts - {part}), rest], outer, inner, neutral, absorbing)
    if len(parts) < 2:
        return next(iter(parts), neutral)
    return outer(frozenset(parts))


def atoms(formula: Formula) -> Iterator[Atom]:
    """The atoms of a formula; one may come more than once."""
    if isinstance(formula, Literal):
        yield formula.atom
    elif isinstance(formula, _Several):
        for part in formula.parts:
            yield from atoms(part)


def resolve(formula: Formula, decide: Callable[[Atom], Formula]) -> Formula:
    """The formula with ``decide``'s answer in the place of each atom."""
    match formula:
        case Literal():
            decided = decide(formula.atom)
            return decided if formula.positive else ~decided
        case Every():
            return every(resolve(part, decide) for part in formula.parts)
        case Some():
            return some(resolve(part, decide) for part in formula.parts)
        case _:
            return formula
