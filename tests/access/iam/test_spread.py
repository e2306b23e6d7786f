"""Many formulas at once, and the resources that a pattern fits."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from rds_secure.access.iam.context import OPEN
from rds_secure.access.iam.logic import NO, YES, Formula
from rds_secure.access.iam.match import ANY, fits, template
from rds_secure.access.iam.spread import Spread, Universe, places
from tests.access.iam.test_logic import A, B, C

WHOLE = 0b1111

ARNS = (
    f"arn:aws:rds:eu-west-1:123456789012:db:{ANY}",
    "arn:aws:rds:eu-west-1:123456789012:db:orders",
    None,
    "arn:aws:rds:eu-west-1:123456789012:db:orders-old",
    "arn:aws:rds:us-east-1:123456789012:db:orders",
    "arn:aws:rds:eu-west-1:123456789012:snapshot:rds:orders",
    "arn:aws:iam::123456789012:role/team/app",
    "arn:aws:rds:eu-west-1:123456789012:db:orders",
)

PATTERNS = (
    *("*", "arn:aws:rds:*", "arn:aws:rds:eu-*", "arn:aws:rds:*:*:db:*", "arn:aws:rds:*:*:db:orders*", "arn:*:orders"),
    *("arn:aws:rds:eu-west-1:123456789012:db:orders", "arn:aws:rds:*:orders", "arn:aws:rds:*:db:orders"),
    *(
        "arn:aws:iam::*:role/*",
        "arn:aws:iam::123456789012:role/app",
        "arn:aws:rds:*:*:*:o?ders",
        "arn:aws:rds:*:*:*ders",
    ),
    *("arn:aws:rds:eu-west-1:*:snapshot:rds:*", "arn:aws:rds:*:snapshot:orders", "nothing", "*orders", "?"),
)


@st.composite
def spreads(draw: st.DrawFn) -> Spread:
    groups: dict[Formula, int] = {}
    for place in range(4):
        when = draw(st.sampled_from([NO, YES, A, B, A & C, ~A]))
        groups[when] = groups.get(when, 0) | 1 << place
    yes = groups.pop(YES, 0)
    groups.pop(NO, None)
    return Spread(WHOLE, yes, tuple(groups.items()))


@given(spreads(), spreads())
@settings(max_examples=80)
def test_operators_are_those_of_formulas_place_by_place(one: Spread, other: Spread) -> None:
    for place in range(4):
        a, b = one.at(place), other.at(place)
        assert (one & other).at(place) == a & b
        assert (one | other).at(place) == a | b
        assert (~one).at(place) == ~a
        assert one.when(B).at(place) == a & B
        assert one.within(0b0110).at(place) == (a if place in (1, 2) else NO)
    assert sum(mask for _, mask in one.parts()) == one.some


def test_a_universe_finds_what_trying_each_resource_finds() -> None:
    universe = Universe(ARNS)
    for pattern in PATTERNS:
        found = universe.fitting(template(pattern, variables=True), OPEN)
        for place, arn in enumerate(ARNS):
            assert found.at(place) == (NO if arn is None else fits(pattern, arn)), (pattern, arn)


def test_places_are_the_bits_that_are_set() -> None:
    assert list(places(0b101001)) == [0, 3, 5]
