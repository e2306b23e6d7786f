"""Address space cut where rules begin and end: which rules cover which piece. Knows rules as numbers only."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rds_secure.access.network.intervals import Intervals

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pieces(Generic[T]):
    """A value for every number from 0 on: ``values[i]`` from ``starts[i]`` up to the next start.

    ``starts`` begins with 0. The last piece has no end: what is asked about never leaves its family.
    """

    starts: Sequence[int]
    values: Sequence[T]

    def index(self, number: int) -> int:
        """Which piece a number is in."""
        return bisect_right(self.starts, number) - 1

    def at(self, number: int) -> T:
        """The value of a number."""
        return self.values[bisect_right(self.starts, number) - 1]

    def over(self, intervals: Intervals) -> Iterator[T]:
        """The values of the pieces that a set touches, in order; one value may come several times."""
        for first, last in intervals.spans:
            index = self.index(first)
            while index < len(self.starts) and self.starts[index] <= last:
                yield self.values[index]
                index += 1


def cover(layers: Sequence[Intervals], value: Callable[[tuple[int, ...]], T]) -> Pieces[T]:
    """Cuts the numbers where layers begin and end; each piece has ``value`` of the layers, by number, that cover it."""
    edges: dict[int, list[int]] = {0: []}
    for layer, intervals in enumerate(layers):
        for first, last in intervals.spans:
            edges.setdefault(first, []).append(layer)
            edges.setdefault(last + 1, []).append(~layer)
    starts, values, active, known = sorted(edges), [], list[int](), dict[tuple[int, ...], T]()
    for start in starts:
        for change in edges[start]:
            if change < 0:
                active.remove(~change)
        for change in edges[start]:
            if change >= 0:
                insort(active, change)
        key = tuple(active)
        if key not in known:
            known[key] = value(key)
        values.append(known[key])
    return Pieces(starts, values)


def cuts(pieces: Iterable[Pieces[T]], *sets: Intervals) -> list[int]:
    """Every start of pieces and edge of sets, sorted: between two of them, none changes its value."""
    starts = {0}
    for one in pieces:
        starts.update(one.starts)
    for intervals in sets:
        for first, last in intervals.spans:
            starts.update((first, last + 1))
    return sorted(starts)
