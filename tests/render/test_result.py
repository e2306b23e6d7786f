from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from rds_secure.plan.model import Plan
from rds_secure.render.terminal import result_text
from rds_secure.values import Address
from tests.render import plans
from tests.render.golden_files import assert_golden
from tests.render.plans import address
from tests.render.streams import text_of

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-0f3d-aBcDeF"
DATABASE = {
    "name": "orders",
    "arn": "arn:aws:rds:eu-west-1:123456789012:db:orders",
    "resource_id": "db-ABCDEFGHIJKL",
    "endpoint": "orders.c0ffee.eu-west-1.rds.amazonaws.com",
    "port": "5432",
    "secret": SECRET,
}
EXPORTS = {
    address("db_instance.orders"): DATABASE,
    address("db_parameter_group.orders~implied"): {"name": "orders-postgres16", "arn": "arn:aws:rds:…:pg:orders"},
    address("iam_group.orders-operators"): {"name": "orders-operators", "arn": "arn:aws:iam::123456789012:group/o"},
    address("security_group.orders-db"): {"id": "sg-0bbbbbbbbbbbbbbbb", "arn": "", "name": "orders-db"},
}


TUESDAY = datetime(2026, 11, 24, 9, 10, tzinfo=UTC)
DATABASE = address("db_instance.orders")


def shown(
    plan: Plan, exports: Mapping[Address, Mapping[str, str]] = EXPORTS, waiting: Mapping[Address, str] | None = None
) -> str:
    return text_of(result_text, plan, exports, color=False, waiting=waiting or {}, now=TUESDAY)


def test_results_look_as_approved() -> None:
    assert_golden("result-create.txt", shown(plans.create_all()))
    assert_golden("result-update.txt", shown(plans.update_everything(), waiting={DATABASE: "sun:03:00-sun:04:00"}))


def test_an_endpoint_is_one_text_that_can_be_copied() -> None:
    text = shown(plans.create_all())
    assert "endpoint:    orders.c0ffee.eu-west-1.rds.amazonaws.com:5432\n" in text
    assert "port:" not in text


def test_a_secret_is_shown_by_its_arn_with_the_way_to_read_it() -> None:
    text = shown(plans.create_all())
    assert f"secret:      {SECRET}\n" in text
    assert f"aws secretsmanager get-secret-value --region eu-west-1 --secret-id '{SECRET}' --query SecretString" in text


def test_a_secret_that_something_is_kept_in_is_nothing_to_be_read_here() -> None:
    text = shown(plans.create_all(), {address("db_instance.orders"): {"arn": SECRET}})
    assert f"arn: {SECRET}\n" in text
    assert "get-secret-value" not in text


def test_names_that_are_the_key_and_empty_values_are_left_out() -> None:
    text = shown(plans.create_all())
    assert "name:        orders" not in text
    assert "  + security_group.orders-db  created\n      id: sg-0bbbbbbbbbbbbbbbb\n" in text
    assert "name: orders-postgres16" in text


def test_deleted_and_untouched_resources_have_no_attributes() -> None:
    text = shown(plans.update_everything(), {address("iam_user.bob"): {"arn": "arn:gone"}})
    assert "  - iam_user.bob  deleted\n" in text
    assert "arn:gone" not in text
    assert "iam_user.dana" not in text


def test_what_waits_for_its_window_is_no_disagreement() -> None:
    assert "AWS agrees with the spec.\n" in shown(plans.create_all())
    assert "but for what waits for its window.\n" in shown(plans.create_all(), waiting={DATABASE: ""})


@pytest.mark.parametrize(
    ("window", "said"),
    [
        ("sun:03:00-sun:04:00", "its maintenance window, which opens on 2026-11-29 at 03:00 UTC"),
        ("tue:09:30-tue:10:00", "its maintenance window, which opens on 2026-11-24 at 09:30 UTC"),
        ("tue:09:00-tue:09:30", "its maintenance window, which opens on 2026-12-01 at 09:00 UTC"),
        ("mon:23:45-tue:00:15", "its maintenance window, which opens on 2026-11-30 at 23:45 UTC"),
        ("", "its maintenance window"),
    ],
)
def test_a_pending_change_says_until_when(window: str, said: str) -> None:
    """RDS-2."""
    text = shown(plans.create_all(), waiting={DATABASE: window})
    assert text.endswith(f"      db_instance.orders is pending until {said}\n")
