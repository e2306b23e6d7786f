"""Which word was probably meant."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rds_secure.spec.suggest import closest

KINDS = ("db_instance", "db_parameter_group", "db_subnet_group", "iam_policy", "iam_user", "kms_key", "security_group")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("db_instanse", "db_instance"),
        ("DBInstance", "db_instance"),
        ("db-instance", "db_instance"),
        ("dbinstance", "db_instance"),
        ("security_groups", "security_group"),
        ("secuirty_group", "security_group"),
        ("kms", "kms_key"),
        ("rds_cluster", None),
        ("", None),
        ("x" * 100_000, None),
    ],
)
def test_the_nearest_candidate_is_found(word: str, meant: str | None) -> None:
    assert closest(word, KINDS) == meant


def test_the_order_of_the_candidates_does_not_matter() -> None:
    assert closest("porta", ["portb", "portc"]) == closest("porta", ["portc", "portb"]) == "portb"


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=5))
@settings(deadline=None)
def test_only_a_candidate_is_ever_suggested_and_an_equal_one_always(word: str, others: list[str]) -> None:
    assert closest(word, others) in {None, *others}
    assert closest("kms_key", [*others, "kms_key"]) is not None


def test_without_candidates_nothing_is_suggested() -> None:
    assert closest("kms_key", []) is None
