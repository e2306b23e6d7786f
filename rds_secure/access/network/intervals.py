"""Exact sets of addresses as sorted, disjoint intervals of integers. They know no security group and no route.

`Intervals` is a set of numbers: addresses of one family, or ports. `Addresses` is one set per family.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Literal, NamedTuple, TypeAlias

Family: TypeAlias = Literal[4, 6]
Span: TypeAlias = tuple[int, int]
"""First and last number, both inside."""

FAMILIES: tuple[Family, ...] = (4, 6)
BITS: dict[Family, int] = {4: 32, 6: 128}
TOP: dict[Family, int] = {family: 2**bits - 1 for family, bits in BITS.items()}


class IP(NamedTuple):
    """One address: its family, and its number."""

    family: Family
    number: int

    @classmethod
    def parse(cls, text: str) -> IP:
        """``10.0.0.1`` or ``2001:db8::1``. Raises ValueError."""
        address = ip_address(text)
        return cls(address.version, int(address))

    def __str__(self) -> str:
        return str(IPv4Address(self.number) if self.family == 4 else IPv6Address(self.number))


@dataclass(frozen=True, slots=True)
class Intervals:
    """A set of non-negative integers. ``spans`` are sorted, and neither overlap nor touch: equal sets are equal."""

    spans: tuple[Span, ...] = ()

    @classmethod
    def of(cls, spans: Iterable[Span]) -> Intervals:
        """The set of the numbers of any spans, in any order; a span that ends before it begins is empty."""
        joined: list[Span] = []
        for first, last in sorted(span for span in spans if span[0] <= span[1]):
            if joined and first <= joined[-1][1] + 1:
                joined[-1] = (joined[-1][0], max(joined[-1][1], last))
            else:
                joined.append((first, last))
        return cls(tuple(joined))

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int):
            return False
        index = bisect_right(self.spans, (number, number)) - 1
        candidates = self.spans[max(index, 0) : index + 2]
        return any(first <= number <= last for first, last in candidates)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.spans)

    def __or__(self, other: Intervals) -> Intervals:
        if not self or not other:
            return self or other
        return Intervals.of((*self.spans, *other.spans))

    def __and__(self, other: Intervals) -> Intervals:
        return Intervals(tuple(_common(self.spans, other.spans)))

    def __sub__(self, other: Intervals) -> Intervals:
        return Intervals(tuple(_rest(self.spans, other.spans)))

    def __le__(self, other: Intervals) -> bool:
        """Whether all of it is in the other set."""
        return not self - other

    def complement(self, top: int) -> Intervals:
        """The numbers from 0 to ``top`` that are not in it."""
        return Intervals(((0, top),)) - self


NOTHING = Intervals()


def _common(left: tuple[Span, ...], right: tuple[Span, ...]) -> Iterator[Span]:
    i = j = 0
    while i < len(left) and j < len(right):
        first, last = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if first <= last:
            yield first, last
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1


def _rest(left: tuple[Span, ...], right: tuple[Span, ...]) -> Iterator[Span]:
    j = 0
    for first, last in left:
        while j < len(right) and right[j][1] < first:
            j += 1
        k = j
        while k < len(right) and right[k][0] <= last:
            if first < right[k][0]:
                yield first, right[k][0] - 1
            first = right[k][1] + 1
            k += 1
        if first <= last:
            yield first, last


@dataclass(frozen=True, slots=True)
class Addresses:
    """A set of IPv4 and IPv6 addresses."""

    v4: Intervals = NOTHING
    v6: Intervals = NOTHING

    @classmethod
    def parse(cls, *networks: str) -> Addresses:
        """The addresses of networks or single addresses; bits after the prefix are dropped, as EC2 does.

        Raises ValueError for a text that is neither.
        """
        spans: dict[int, list[Span]] = {4: [], 6: []}
        for text in networks:
            network = ip_network(text, strict=False)
            spans[network.version].append((int(network.network_address), int(network.broadcast_address)))
        return cls(Intervals.of(spans[4]), Intervals.of(spans[6]))

    @classmethod
    def within(cls, family: Family, intervals: Intervals) -> Addresses:
        """A set of one family."""
        return cls(v4=intervals) if family == 4 else cls(v6=intervals)

    @classmethod
    def single(cls, ip: IP) -> Addresses:
        """The set of one address."""
        return cls.within(ip.family, Intervals(((ip.number, ip.number),)))

    def of(self, family: Family) -> Intervals:
        """Its addresses of one family."""
        return self.v4 if family == 4 else self.v6

    def __bool__(self) -> bool:
        return bool(self.v4 or self.v6)

    def __contains__(self, ip: IP) -> bool:
        return ip.number in self.of(ip.family)

    def __len__(self) -> int:
        return len(self.v4) + len(self.v6)

    def __or__(self, other: Addresses) -> Addresses:
        return Addresses(self.v4 | other.v4, self.v6 | other.v6)

    def __and__(self, other: Addresses) -> Addresses:
        return Addresses(self.v4 & other.v4, self.v6 & other.v6)

    def __sub__(self, other: Addresses) -> Addresses:
        return Addresses(self.v4 - other.v4, self.v6 - other.v6)

    def __le__(self, other: Addresses) -> bool:
        """Whether all of it is in the other set."""
        return self.v4 <= other.v4 and self.v6 <= other.v6

    def complement(self) -> Addresses:
        """All addresses of both families that are not in it."""
        return EVERYWHERE - self

    def networks(self) -> tuple[str, ...]:
        """The fewest networks that make it up, IPv4 first, by number."""
        return tuple(network for family in FAMILIES for network in _networks(family, self.of(family)))

    def ranges(self) -> tuple[str, ...]:
        """``10.0.0.0-10.0.0.9``, and single addresses as they are; IPv4 first, by number."""
        return tuple(_range(family, span) for family in FAMILIES for span in self.of(family).spans)

    def __str__(self) -> str:
        return ", ".join(self.networks()) or "none"


NO_ADDRESS = Addresses()
EVERYWHERE = Addresses(Intervals(((0, TOP[4]),)), Intervals(((0, TOP[6]),)))


def union(sets: Iterable[Addresses]) -> Addresses:
    """The addresses that are in at least one of the sets."""
    every = tuple(sets)
    return Addresses(
        Intervals.of(span for one in every for span in one.v4.spans),
        Intervals.of(span for one in every for span in one.v6.spans),
    )


def _networks(family: Family, intervals: Intervals) -> Iterator[str]:
    for first, last in intervals.spans:
        while first <= last:
            aligned = (first & -first).bit_length() - 1 if first else BITS[family]
            size = min(aligned, (last - first + 1).bit_length() - 1)
            yield f"{IP(family, first)}/{BITS[family] - size}"
            first += 1 << size


def _range(family: Family, span: Span) -> str:
    first, last = (str(IP(family, number)) for number in span)
    return first if first == last else f"{first}-{last}"
