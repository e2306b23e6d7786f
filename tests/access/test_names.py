"""What people call things: Name tags, and the databases that a word may mean."""

from __future__ import annotations

import pytest

from rds_secure.access.names import database, names_of
from rds_secure.errors import UsageError
from tests.access import world

KNOWN = ["db:orders", "db:ledger", "db:shop", "cluster:shop", "db-proxy:front"]


def test_a_name_tag_comes_before_the_name_of_a_group() -> None:
    names = names_of(world.world())
    assert (names["i-1"], names["vpc-1"], names["sg-db"]) == ("web", "main", "db")
    assert "i-3" not in names


@pytest.mark.parametrize(
    ("word", "means"),
    [
        ("db:orders", "db:orders"),
        ("orders", "db:orders"),
        ("db_instance.main", "db:orders"),
        ("cluster:shop", "cluster:shop"),
        ("front", "db-proxy:front"),
    ],
)
def test_a_database_is_meant_by_its_name_its_id_or_its_address(word: str, means: str) -> None:
    assert database(world.world(), word, KNOWN) == means


def test_in_the_middle_of_a_rename_a_database_is_meant_by_its_address_as_well() -> None:
    """Meaning §3: its tags have its resource id then."""
    tags = [
        {"Key": "rds-secure:stack", "Value": "shop"},
        {"Key": "rds-secure:address", "Value": "db_instance.main/db-ORDERS"},
    ]
    listed = {"DBInstances": [{**world.ORDERS, "TagList": tags}]}
    assert database(world.world({("rds", "DescribeDBInstances"): listed}), "db_instance.main", KNOWN) == "db:orders"


@pytest.mark.parametrize(
    ("word", "what"),
    [
        ("shop", "'shop' may be any of cluster:shop, db:shop"),
        ("order", "did you mean 'orders'?"),
        ("db_instance.mian", "did you mean 'db_instance.main'?"),
    ],
)
def test_a_word_that_means_none_or_several_is_wrong_usage(word: str, what: str) -> None:
    with pytest.raises(UsageError, match=r"database|any of") as caught:
        database(world.world(), word, KNOWN)
    assert what in str(caught.value)


def test_where_there_is_no_database_that_is_said() -> None:
    with pytest.raises(UsageError, match="there is none in this account"):
        database(world.world(), "orders", [])
