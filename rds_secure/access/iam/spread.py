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

from rds_secure.access.iam.context import OPEN, Context
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
        return _spread(self.whole, ((a & b, m & n) for a, m in self.parts() for b, n in other.parts()))

    def __or__(self, other: Spread) -> Spread:
        if other.yes | other.some == 0:
            return self
        if self.yes | self.some == 0:
            return other
        yes = self.yes | other.yes
        mine = [(when, left) for when, mask in self.maybe if (left := mask & ~yes)]
        others = [(when, left) for when, mask in other.maybe if (left := mask & ~yes)]
        if not mine or not others:
            return Spread(self.whole, yes, tuple(mine or others))
        only, theirs = reduce(or_, (mask for _, mask in mine)), reduce(or_, (mask for _, mask in others))
        parts = [(a | b, m & n) for a, m in mine for b, n in others]
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
        self.varying = tuple({key for known in self.contexts.values() for key in (*known.known, *known.closed)})
        self._open = [arn for arn in self.masks if arn.endswith(ANY)]
        split = sorted((":".join(fields[:_HEAD]), ":".join(fields[_HEAD:])) for fields in _fields(self.masks))
        self._named = {head: [rest for _, rest in group] for head, group in groupby(split, lambda pair: pair[0])}
        self._colons = {head: max(rest.count(":") for rest in rests) for head, rests in self._named.items()}
        self._fitting: dict[str, Spread] = {}

    def context(self, arn: str) -> Context:
        """The condition keys that follow from a resource."""
        return self.contexts.get(arn, OPEN)

    def varies(self, keys: Iterable[str]) -> bool:
        """Whether one of these (lower-case) keys depends on the resource."""
        return bool(self.varying) and any(key.startswith(self.varying) for key in keys)

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
        if not any(char in glob for char in _WILD):
            named = [*self._open, glob] if glob in self.masks else self._open
        else:
            named = [*self._open, *self._candidates(glob)]
        return _spread(self.whole, ((fits(glob, arn), self.masks[arn]) for arn in dict.fromkeys(named)))

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
            fitting = all(like(value, field) for value, field in zip(head.split(":"), fields, strict=False))
            if colons < self._colons[head]:
                yield from (f"{head}:{rest}" for rest in rests)
            elif fitting:
                for at in range(bisect_left(rests, beginning), len(rests)):
                    if not rests[at].startswith(beginning):
                        break
                    yield f"{head}:{rests[at]}"

    def each(self, mask: int) -> Iterator[tuple[str, int]]:
        """The ARNs in some places, with their masks there."""
        return ((arn, of & mask) for arn, of in self.masks.items() if of & mask)

    def spread(self, parts: Iterable[tuple[Formula, int]]) -> Spread:
        """A spread over these places, of disjoint groups."""
        return _spread(self.whole, parts)


def _fields(arns: Iterable[str]) -> Iterator[list[str]]:
    return (arn.split(":") for arn in arns if not arn.endswith(ANY) and arn.count(":") >= _HEAD)


def _until_wild(text: str) -> Iterator[str]:
    for char in text:
        if char in _WILD:
            return
        yield char
