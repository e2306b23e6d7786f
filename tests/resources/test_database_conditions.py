"""What instances and clusters are waited for with: never satisfied by what AWS does not list yet (RDS-17, RDS-24)."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure.database import conditions
from rds_secure.operation import Condition
from rds_secure.paths import search
from rds_secure.values import Address, Ref

ROLE = "arn:aws:iam::123456789012:role/export"


def holds(condition: Condition, found: dict[str, Any]) -> bool:
    return condition.holds(search(condition.path, found))


@pytest.mark.parametrize("feature", ["s3Export", None])
def test_a_role_that_is_not_listed_yet_is_not_in_use(feature: str | None) -> None:
    condition = conditions.with_role(ROLE, feature)
    listed = {"RoleArn": ROLE, "FeatureName": "s3Export"}
    assert not holds(condition, {})
    assert not holds(
        condition, {"AssociatedRoles": [{"RoleArn": "other", "FeatureName": "Lambda", "Status": "ACTIVE"}]}
    )
    assert not holds(condition, {"AssociatedRoles": [{**listed, "Status": "PENDING"}]})
    assert holds(condition, {"AssociatedRoles": [{**listed, "Status": "ACTIVE"}]})


def test_one_whose_arn_is_not_known_is_among_those_that_have_to_be_in_use() -> None:
    condition = conditions.with_role(Ref(Address("iam_role", "export"), "arn"), None)
    assert not holds(condition, {"AssociatedRoles": [{"Status": "PENDING"}]})


@pytest.mark.parametrize("window", [False, True])
def test_a_directory_is_joined_when_it_is_listed_as_such_or_parked_until_its_window(window: bool) -> None:
    condition = conditions.joined(window=window)
    assert not holds(condition, {})
    assert not holds(condition, {"DomainMemberships": [{"Status": "joining"}]})
    assert holds(condition, {"DomainMemberships": [{"Status": "joined"}]})
    assert holds(condition, {"DomainMemberships": [{"Status": "pending-maintenance-join"}]}) is window


def test_a_directory_is_left_when_none_is_listed() -> None:
    assert holds(conditions.left(), {})
    assert not holds(conditions.left(), {"DomainMemberships": [{"Status": "removing"}]})
