"""Patterns against each other: what is sure is so for every text, and what overlaps has a text in common."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rds_secure.access.iam.context import OPEN
from rds_secure.access.iam.globs import arn_covers, arns_overlap, covers, overlap, template_covers
from rds_secure.access.iam.logic import NO, YES
from rds_secure.access.iam.match import fits, like, template, template_fits

GLOBS = st.text("ab*?", max_size=5)
TEXTS = tuple("".join(each) for size in range(7) for each in product("ab", repeat=size))
ARN_GLOBS = st.sampled_from(["*", "a:*", "a:b:*", "a:b:*:*", "a*:*"]) | st.lists(
    st.sampled_from(["a", "b", "*", "a*", "*b", "?", "", "a?"]), min_size=3, max_size=7
).map(":".join)
ARNS = st.lists(st.sampled_from(["a", "b", "ab", "", "ba"]), min_size=5, max_size=8).map(":".join)


@given(GLOBS, GLOBS)
def test_a_glob_that_covers_another_takes_all_its_texts(wide: str, narrow: str) -> None:
    if covers(wide, narrow):
        assert all(like(text, wide) for text in TEXTS if like(text, narrow))


@given(GLOBS, GLOBS)
def test_globs_overlap_where_a_text_fits_both(one: str, other: str) -> None:
    """Five characters each: if there is a common text, there is one of at most ten, and with these letters of six."""
    shared = [text for text in TEXTS if like(text, one) and like(text, other)]
    assert overlap(one, other) is overlap(other, one)
    assert overlap(one, other) or not shared
    if "*" not in one + other:
        assert overlap(one, other) is bool(shared)


@given(ARN_GLOBS, ARN_GLOBS, st.lists(ARNS, min_size=20, max_size=40))
def test_a_pattern_of_arns_that_covers_another_fits_for_sure_what_that_may_fit(
    wide: str, narrow: str, arns: list[str]
) -> None:
    if wide != narrow and arn_covers(wide, narrow):
        assert all(fits(wide, arn) is YES for arn in arns if fits(narrow, arn) is not NO)


@pytest.mark.parametrize(
    ("other", "may"),
    [
        ("*", True),
        ("arn:*", True),
        ("arn:aws:rds:*", True),
        ("arn:aws:rds:eu-west-1:*", True),
        ("arn:aws:kms:*", False),
        ("arn:aws:rds:*:*:db:*", True),
        ("arn:aws:rds:*:*:*", True),
        ("arn:aws:rds:*:*:cluster:*", False),
        ("arn:aws:rds:*:*:cluster:db:x", False),
        ("arn:aws:rds:eu-west-1:123456789012:db:orders", True),
    ],
)
def test_arns_of_a_type_that_a_pattern_may_fit(other: str, may: bool) -> None:
    assert arns_overlap("arn:*:rds:*:*:db:*", other) is may


@pytest.mark.parametrize(
    ("wide", "narrow", "sure"),
    [
        ("*", "a", True),
        ("rds:*", "rds:Describe*", True),
        ("rds:Describe*", "rds:DescribeDBInstances", True),
        ("rds:?", "rds:*", False),
        ("rds:?*", "rds:*", False),
        ("rds:*Instance", "rds:Delete*Instance", True),
        ("rds:Delete*", "rds:*", False),
        ("a?", "a*", False),
        ("a*", "a?", True),
        ("a?c", "abc", True),
    ],
)
def test_wider_globs(wide: str, narrow: str, sure: bool) -> None:
    assert covers(wide, narrow) is sure


@pytest.mark.parametrize(
    ("wide", "narrow", "sure"),
    [
        ("*", "arn:aws:rds:*:*:db:x", True),
        ("arn:aws:rds:*:*:*", "arn:aws:rds:eu-west-1:123456789012:db:x", True),
        ("arn:aws:rds:*", "arn:aws:rds:*:123456789012:db:x", True),
        ("arn:aws:rds:*:*:db:*", "arn:aws:rds:eu-west-1:*:db:x", False),  # whose star may cross a colon
        ("arn:aws:rds:*:*:db:*", "arn:aws:rds:eu-*-1:123456789012:db:x*", True),
        ("arn:aws:rds:*:db:x", "arn:aws:rds:*:db:x", True),
        ("arn:aws:rds:*:db:x", "arn:aws:rds:eu-west-1:123456789012:db:x", False),
        ("arn:aws:rds:*:*:db:x", "arn:aws:rds:*:*:db:*", False),
    ],
)
def test_wider_patterns_of_arns(wide: str, narrow: str, sure: bool) -> None:
    assert arn_covers(wide, narrow) is sure


@pytest.mark.parametrize(
    ("wide", "narrow", "sure"),
    [
        ("arn:aws:iam::1:user/*", "arn:aws:iam::1:user/${aws:username}", True),
        ("arn:aws:iam::1:user/${aws:username}", "arn:aws:iam::1:user/${aws:username}", True),
        ("arn:aws:iam::1:user/${aws:username}", "arn:aws:iam::1:user/ann", False),
        ("arn:aws:iam::*:user/*", "arn:aws:iam::${aws:PrincipalAccount}:user/ann", False),
        ("*", "arn:aws:iam::${aws:PrincipalAccount}:user/ann", True),
    ],
)
def test_texts_with_variables(wide: str, narrow: str, sure: bool) -> None:
    assert template_covers(template(wide, variables=True), template(narrow, variables=True)) is sure


def test_a_covered_text_with_a_variable_fits_nothing_more() -> None:
    wide = template("arn:aws:iam::1:user/*", variables=True)
    narrow = template("arn:aws:iam::1:user/${aws:username}", variables=True)
    for arn in ("arn:aws:iam::1:user/ann", "arn:aws:iam::1:user/team/ann:x"):
        assert template_fits(narrow, arn, OPEN) is not NO
        assert template_fits(wide, arn, OPEN) is YES
