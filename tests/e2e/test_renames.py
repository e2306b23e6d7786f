"""Databases and clusters under another name, through the whole pipeline: what keeps up, what is refused, what is lost."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure import api, ownership
from rds_secure.plan import Action
from rds_secure.plan.part import moved
from rds_secure.plan.approval import approved
from rds_secure.values import Address
from tests.e2e.harness import Harness, Resources
from tests.e2e.tables.db_instance import BASE, shelf
from tests.e2e.test_clusters import STACK as CLUSTERED

ORDERS = Address("db_instance", "orders")
READERS = {"statements": [{"effect": "allow", "actions": ["rds:Describe*"], "resources": ["${db_instance.orders}"]}]}


def stack(name: str | None = None, **more: Any) -> dict[str, Any]:
    """A database, and what refers to it by name and by ARN."""
    written = {"name": name} if name else {}
    return {
        "db_instance": {"orders": {**BASE, **written, **more}},
        "event_subscription": {
            "failures": {
                "topic": "arn:aws:sns:eu-central-1:123456789012:alerts",
                "source_type": "db-instance",
                "sources": ["${db_instance.orders}"],
            }
        },
        "iam_policy": {"readers": READERS},
    }


def databases(harness: Harness) -> dict[str, Any]:
    return {one["DBInstanceIdentifier"]: one for one in harness.client("rds").describe_db_instances()["DBInstances"]}


def refusals(planned: api.Planned) -> list[str]:
    return [item.what for item in planned.plan.refusals]


def test_another_name_takes_everything_along(harness: Harness) -> None:
    """Meaning §2, RDS-30."""
    shelf(harness.client)
    harness.make(stack())
    before = databases(harness)["orders"]

    planned = harness.plan(stack("sales"))
    for step in planned.plan.steps:
        print(
            step.address,
            step.action,
            step.changes,
            *step.notes,
            *[o.summary + str(dict(o.params)) for o in step.operations],
            sep="\n   ",
        )
    print(planned.plan.refusals)
    applied = harness.carry_out(planned)
    for w in applied.writes:
        print(w)

    after = databases(harness)
    assert list(after) == ["sales"]
    assert after["sales"]["DbiResourceId"] == before["DbiResourceId"]
    assert after["sales"]["Endpoint"] != before["Endpoint"]
    assert applied.again.plan.is_empty
