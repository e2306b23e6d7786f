"""RDS-15: a declared database that is missing and has left traces is not made again, empty, without being asked."""

from __future__ import annotations

from typing import Any

from rds_secure import api
from rds_secure.plan import Action, Plan
from rds_secure.spec import load
from rds_secure.values import Address
from tests.e2e.harness import DATA, EVERYTHING, Harness
from tests.e2e.looks import Client
from tests.e2e.tables.db_instance import BASE, shelf

ORDERS = Address("db_instance", "orders")
WRITTEN: dict[str, Any] = {"db_instance": {"orders": BASE}}


def lost(client: Client) -> None:
    rds = client("rds")
    rds.modify_db_instance(DBInstanceIdentifier="orders", DeletionProtection=False, ApplyImmediately=True)
    rds.delete_db_instance(
        DBInstanceIdentifier="orders", FinalDBSnapshotIdentifier="last-words", DeleteAutomatedBackups=False
    )


def planned(harness: Harness, *empty: Address) -> Plan:
    stack, sources = load([str(harness.spec(WRITTEN))])
    return api.make_plan(stack, harness.account, sources, create_empty=frozenset(empty)).plan


def refusals(plan: Plan) -> list[str]:
    return [f"{item.address}: {item.what}: {item.fix}" for item in plan.refusals]


def test_a_database_that_is_deleted_behind_the_tool_is_not_begun_again_empty(harness: Harness) -> None:
    shelf(harness.client)
    harness.make(WRITTEN)
    harness.behind(lost)
    made = planned(harness)
    [said] = refusals(made)
    assert "db_instance.orders is not there, and was before" in said
    assert "last-words" in said
    assert "--create-empty db_instance.orders" in said
    assert made.refusals[0].location is not None
    assert not made.is_applicable

    asked = planned(harness, ORDERS)
    assert asked.is_applicable
    assert asked.count(Action.CREATE) >= 1


def test_what_was_destroyed_on_purpose_is_asked_about_as_well(harness: Harness) -> None:
    shelf(harness.client)
    harness.make(WRITTEN)
    harness.destroy(WRITTEN, DATA)
    [said] = refusals(planned(harness))
    assert "snapshot" in said
    harness.destroy(WRITTEN, EVERYTHING)
    assert planned(harness, ORDERS).is_applicable


def test_nothing_is_asked_while_the_database_is_there(harness: Harness) -> None:
    shelf(harness.client)
    harness.make(WRITTEN)
    harness.client("rds").create_db_snapshot(DBInstanceIdentifier="orders", DBSnapshotIdentifier="by-hand")
    harness.recorder.clear()
    assert planned(harness).is_empty
    assert not {"DescribeEvents", "DescribeDBInstanceAutomatedBackups"} & {call.action for call in harness.reads()}
