"""Sets of addresses obey the laws of sets, compared with Python's own on a small universe."""

from __future__ import annotations

from ipaddress import collapse_addresses, ip_address, ip_network, summarize_address_range

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rds_secure.access.network.intervals import EVERYWHERE, IP, Addresses, Intervals, union
from rds_secure.access.network.pieces import cover

TOP = 40
NUMBERS = st.frozensets(st.integers(0, TOP))
SPANS = st.lists(st.tuples(st.integers(0, TOP), st.integers(0, TOP)))


def intervals(numbers: frozenset[int]) -> Intervals:
    return Intervals.of((number, number) for number in numbers)


def members(some: Intervals) -> set[int]:
    return {number for first, last in some.spans for number in range(first, last + 1)}


@given(SPANS)
def test_spans_in_any_order_become_sorted_ones_that_do_not_touch(spans: list[tuple[int, int]]) -> None:
    made = Intervals.of(spans)

    assert members(made) == {number for first, last in spans for number in range(first, last + 1)}
    assert all(left[1] + 1 < right[0] for left, right in zip(made.spans, made.spans[1:], strict=False))
    assert len(made) == len(members(made))


@given(NUMBERS, NUMBERS)
def test_they_are_sets(left: frozenset[int], right: frozenset[int]) -> None:
    a, b = intervals(left), intervals(right)

    assert members(a | b) == left | right
    assert members(a & b) == left & right
    assert members(a - b) == left - right
    assert members(a.complement(TOP)) == set(range(TOP + 1)) - left
    assert (a <= b) == (left <= right)
    assert (a == b) == (left == right)
    assert [number in a for number in range(-1, TOP + 2)] == [number in left for number in range(-1, TOP + 2)]
    assert bool(a) == bool(left)


@given(NUMBERS, NUMBERS)
def test_equal_sets_have_equal_spans(left: frozenset[int], right: frozenset[int]) -> None:
    a, b = intervals(left), intervals(right)

    assert a | b == b | a
    assert (a - b) | (a & b) == a
    assert (a | b).complement(TOP) == a.complement(TOP) & b.complement(TOP)


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)).map(sorted), max_size=6))
def test_networks_are_the_fewest(spans: list[list[int]]) -> None:
    base = int(ip_address("10.0.0.0"))
    some = Addresses(Intervals.of((base + first, base + last) for first, last in spans))
    expected = collapse_addresses(
        network
        for first, last in spans
        for network in summarize_address_range(ip_address(base + first), ip_address(base + last))
    )

    assert some.networks() == tuple(map(str, sorted(expected)))
    assert Addresses.parse(*some.networks()) == some


def test_both_families() -> None:
    some = Addresses.parse("10.0.0.0/31", "2001:db8::/127", "10.0.0.2")

    assert some.networks() == ("10.0.0.0/31", "10.0.0.2/32", "2001:db8::/127")
    assert some.ranges() == ("10.0.0.0-10.0.0.2", "2001:db8::-2001:db8::1")
    assert len(some) == 5
    assert IP.parse("10.0.0.2") in some
    assert IP.parse("::10.0.0.2") not in some
    assert str(Addresses()) == "none"
    assert not Addresses()


def test_two_halves_are_everything() -> None:
    assert Addresses.parse("0.0.0.0/1", "128.0.0.0/1", "::/0") == EVERYWHERE
    assert EVERYWHERE.networks() == ("0.0.0.0/0", "::/0")
    assert not EVERYWHERE.complement()
    assert union([Addresses.parse("10.0.0.0/8"), Addresses.parse("::/0")]) <= EVERYWHERE


def test_bits_after_the_prefix_are_dropped() -> None:
    assert Addresses.parse("10.1.2.3/8") == Addresses.parse("10.0.0.0/8")
    with pytest.raises(ValueError, match="does not appear"):
        Addresses.parse("pl-0123")


def test_everything_but_is_exact() -> None:
    rest = Addresses.parse("10.0.0.0/8") - Addresses.parse("10.1.0.0/16")

    assert sum(ip_network(text).num_addresses for text in rest.networks()) == 2**24 - 2**16
    assert IP.parse("10.1.0.0") not in rest
    assert IP.parse("10.2.0.0") in rest


@given(st.lists(NUMBERS, max_size=5), st.integers(0, TOP))
def test_pieces_know_what_covers_a_number(layers: list[frozenset[int]], number: int) -> None:
    made = cover([intervals(layer) for layer in layers], lambda active: active)

    assert made.at(number) == tuple(index for index, layer in enumerate(layers) if number in layer)


@given(st.lists(NUMBERS, max_size=4), NUMBERS)
def test_pieces_know_what_a_set_touches(layers: list[frozenset[int]], asked: frozenset[int]) -> None:
    made = cover([intervals(layer) for layer in layers], lambda active: active)

    assert set(made.over(intervals(asked))) == {made.at(number) for number in asked}
