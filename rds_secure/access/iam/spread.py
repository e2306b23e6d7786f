"""One formula for each of many resources at once: sets of them as bits of an integer. It knows no policies.

An account has thousands of principals and hundreds of databases; nearly always all databases get the same answer, or a
few groups of them do. A `Spread` keeps those groups apart, and `Universe` finds the resources that a pattern fits
without trying each.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from operator import or_

from rds_secure.access.iam.context import OPEN, Context, Values
from rds_secure.access.iam.logic import NO, YES, Formula
from rds_secure.access.iam.match import ANY, Template, fits, like, template_fits

_HEAD = 5
_WILD = "*?\ue000\ue001"


@dataclass(frozen=True, slots=True)
class Spread:
    """For each place of ``whole`` (a bit each) a formula: `YES` in ``yes``, what is said in ``maybe``, otherwise `NO`.

    No place is in two masks. The operators are those of formulas, place by place.
    """

    whole: int
    yes: int = 0
    maybe: tuple[tuple[Formula, int], ...] = ()

    @property
    def some(self) -> int:
        """The places where the answer is not `NO`."""
        return reduce(or_, (mask for _, mask in self.maybe), self.yes) if self.maybe else self.yes

    def at(self, place: int) -> Formula:
        """The formula of one place (the number of its bit)."""
        bit = 1 << place
        return YES if self.yes & bit else next((when for when, mask in self.maybe if mask & bit), NO)

    def __and__(self, other: Spread) -> Spread:
        if not other.maybe:
            return self if other.yes == self.whole else self.within(other.yes)
        if not self.maybe:
            return other if self.yes == self.whole else other.within(self.yes)
        return _spread(self.whole, ((a & b, m & n) for a, m in self.parts() for b, n in other.parts() if m & n))

    def __or__(self, other: Spread) -> Spread:
        if not other.yes and not other.maybe:
            return self
        if not self.yes and not self.maybe:
            return other
        yes = self.yes | other.yes
        mine = [(when, left) for when, mask in self.maybe if (left := mask & ~yes)]
        others = [(when, left) for when, mask in other.maybe if (left := mask & ~yes)]
        if not mine or not others:
            return Spread(self.whole, yes, tuple(mine or others))
        only, theirs = reduce(or_, (mask for _, mask in mine)), reduce(or_, (mask for _, mask in others))
        parts = [(a | b, m & n) for a, m in mine for b, n in others if m & n]
        parts += [(YES, yes), *((a, m & ~theirs) for a, m in mine), *((b, n & ~only) for b, n in others)]
        return _spread(self.whole, parts)

    def __invert__(self) -> Spread:
        left = self.whole & ~self.some
        return Spread(self.whole, left, tuple((~when, mask) for when, mask in self.maybe))

    def when(self, formula: Formula) -> Spread:
        """The same, wherever a formula holds."""
        if formula is YES:
            return self
        if formula is NO:
            return Spread(self.whole)
        return _spread(self.whole, ((when & formula, mask) for when, mask in self.parts()))

    def within(self, mask: int) -> Spread:
        """The same in some places, and `NO` in all others."""
        left = tuple((when, part & mask) for when, part in self.maybe if part & mask) if self.maybe else ()
        return Spread(self.whole, self.yes & mask, left)

    def cut(self, first: int, whole: int) -> Spread:
        """The places from ``first`` on, as many as ``whole`` has, as a spread of their own."""
        left = tuple((when, part) for when, mask in self.maybe if (part := mask >> first & whole))
        return Spread(whole, self.yes >> first & whole, left)

    def parts(self) -> Iterator[tuple[Formula, int]]:
        """The groups of places with one formula, without those where it is `NO`."""
        if self.yes:
            yield YES, self.yes
        yield from self.maybe


def _spread(whole: int, parts: Iterable[tuple[Formula, int]]) -> Spread:
    """A spread of disjoint groups."""
    masks: dict[Formula, int] = {}
    for when, mask in parts:
        if mask and when is not NO:
            masks[when] = masks.get(when, 0) | mask
    yes = masks.pop(YES, 0)
    return Spread(whole, yes, tuple(masks.items()))


def places(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class Universe:
    """One ARN, or none, in each place; ``contexts`` are the condition keys that follow from an ARN (its tags)."""

    def __init__(self, arns: Sequence[str | None], contexts: Mapping[str, Context] | None = None) -> None:
        self.whole = (1 << len(arns)) - 1
        self.masks: dict[str, int] = {}
        for place, arn in enumerate(arns):
            if arn is not None:
                self.masks[arn] = self.masks.get(arn, 0) | 1 << place
        self.there = reduce(or_, self.masks.values(), 0)
        self.contexts = contexts or {}
        self.common, self._varying = _common([self.context(arn) for arn in self.masks])
        split = sorted((":".join(fields[:_HEAD]), ":".join(fields[_HEAD:])) for fields in _fields(self.masks))
        self._named = {head: [rest for _, rest in group] for head, group in groupby(split, lambda pair: pair[0])}
        self._open = {head: [rest for rest in rests if rest.endswith(ANY)] for head, rests in self._named.items()}
        self._colons = {head: max(rest.count(":") for rest in rests) for head, rests in self._named.items()}
        self._alike: dict[frozenset[str], tuple[tuple[Context, int], ...]] = {}
        self._fitting: dict[str, Spread] = {}

    def context(self, arn: str) -> Context:
        """The condition keys that follow from a resource."""
        return self.contexts.get(arn, OPEN)

    def alike(self, keys: frozenset[str]) -> tuple[tuple[Context, int], ...]:
        """Groups of places that have the same values for these (lower-case) keys, with a context of theirs."""
        if (found := self._alike.get(keys)) is None:
            varying = sorted(key for key in keys if key.startswith(self._varying)) if self._varying else []
            groups: dict[tuple[Values | None, ...], tuple[Context, int]] = {}
            for arn, mask in self.masks.items() if varying else ():
                context = self.context(arn)
                values = tuple(context.get(key) for key in varying)
                first, others = groups.get(values, (context, 0))
                groups[values] = first, others | mask
            found = self._alike[keys] = tuple(groups.values()) if varying else ((self.common, self.there),)
        return found

    def fitting(self, pattern: Template, caller: Context) -> Spread:
        """Where a resource of a policy fits."""
        known = pattern.within(caller)
        if known is None:
            return Spread(self.whole)
        if (glob := known.glob) is not None:
            if (found := self._fitting.get(glob)) is None:
                found = self._fitting[glob] = self._find(glob)
            return found
        each = ((template_fits(known, arn, self.context(arn)), mask) for arn, mask in self.masks.items())
        return _spread(self.whole, each)

    def _find(self, glob: str) -> Spread:
        if glob == "*":
            return Spread(self.whole, self.there)
        return _spread(self.whole, ((fits(glob, arn), self.masks[arn]) for arn in self._candidates(glob)))

    def _candidates(self, glob: str) -> Iterator[str]:
        """The ARNs that a pattern could fit: by its first five fields, and by how the sixth begins.

        A ``*`` that would have to cross a colon needs more colons in the ARN's last field than the pattern's has.
        """
        fields = glob.split(":", _HEAD)
        if len(fields) <= _HEAD:
            yield from self.masks
            return
        beginning = "".join(_until_wild(fields[_HEAD]))
        colons = fields[_HEAD].count(":")
        for head, rests in self._named.items():
            if colons < self._colons[head]:
                yield from (f"{head}:{rest}" for rest in rests)
            elif all(like(value, field) for value, field in zip(head.split(":"), fields, strict=False)):
                yield from (f"{head}:{rest}" for rest in _beginning(rests, beginning))
                yield from (f"{head}:{rest}" for rest in self._open.get(head, ()) if beginning.startswith(rest[:-1]))

    def spread(self, parts: Iterable[tuple[Formula, int]]) -> Spread:
        """A spread over these places, of disjoint groups."""
        return _spread(self.whole, parts)


def _common(contexts: Sequence[Context]) -> tuple[Context, tuple[str, ...]]:
    """What all contexts know alike, and how the keys begin that they do not."""
    if not contexts:
        return OPEN, ()
    first, *others = contexts
    known = {key: values for key, values in first.known.items() if all(of.known.get(key) == values for of in others)}
    closed = tuple(prefix for prefix in first.closed if all(prefix in of.closed for of in others))
    differing = {key for of in contexts for key in (*of.known, *of.closed) if key not in known}
    return Context(known, () if differing else closed), tuple(differing)


def _fields(arns: Iterable[str]) -> Iterator[list[str]]:
    return (arn.split(":") for arn in arns)


def _beginning(texts: Sequence[str], prefix: str) -> Iterator[str]:
    """Of sorted texts those that begin so and are longer, or have no name yet."""
    for at in range(bisect_left(texts, prefix), len(texts)):
        if not texts[at].startswith(prefix):
            return
        yield texts[at]


def _until_wild(text: str) -> Iterator[str]:
    for char in text:
        if char in _WILD:
            return
        yield char
