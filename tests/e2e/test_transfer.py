"""Things that change hands, and databases that go because the spec says so (meaning §4, §5)."""

from __future__ import annotations

from typing import Any

from rds_secure import ownership
from rds_secure.plan import Action, Deletion
from tests.e2e.harness import Harness, Resources
from tests.e2e.tables.db_instance import BASE, shelf
from tests.e2e.test_ownership import refused

ROLE = {"trust": {"services": ["ecs-tasks.amazonaws.com"]}}
DATABASE = {**BASE, "kms_key": "${kms_key.data}"}
OLD: Resources = {"kms_key": {"data": {}}, "iam_role": {"app": ROLE}, "db_instance": {"orders": DATABASE}}


def test_another_key_in_the_spec_changes_nothing_but_tags(harness: Harness) -> None:
    harness.behind(shelf)
    harness.apply(harness.spec(OLD))
    new: Resources = {
        "kms_key": {"main": {"alias": "alias/bench/data"}},
        "iam_role": {"service": {**ROLE, "name": "app"}},
        "db_instance": {"shop": {**DATABASE, "name": "orders", "kms_key": "${kms_key.main}"}},
    }
    moved = [
        {"from": f"{kind}.{old}", "to": f"{kind}.{key}"}
        for kind, old, key in (
            ("kms_key", "data", "main"),
            ("iam_role", "app", "service"),
            ("db_instance", "orders", "shop"),
        )
    ]
    done = harness.apply(harness.spec(new, moved=moved))
    assert {str(step.address): step.action for step in done.plan.steps if step.operations} == {
        "kms_key.main": Action.RETAG,
        "iam_role.service": Action.RETAG,
        "db_instance.shop": Action.RETAG,
        "db_parameter_group.shop~implied": Action.RETAG,
    }
    assert harness.plan(harness.spec(new, moved=moved)).plan.is_empty


def test_a_role_goes_from_one_stack_to_another_only_when_both_say_so(harness: Harness) -> None:
    other: Resources = {"iam_group": {"rest": {}}}
    harness.apply(harness.spec({**other, "iam_role": {"app": ROLE}}))
    taker = harness.spec(
        {"iam_role": {"service": {**ROLE, "name": "app"}}},
        stack="billing",
        moved=[{"from": "bench/iam_role.app", "to": "iam_role.service"}],
    )
    harness.recorder.clear()
    [said] = refused(harness, harness.plan(taker))
    assert said == "iam_role.service: IAM role app belongs to stack 'bench', which does not give it"

    giver = harness.spec(other, moved=[{"from": "iam_role.app", "to": "billing/iam_role.service"}])
    harness.apply(giver, Deletion())
    assert _tags(harness)[ownership.OFFER] == "billing/iam_role.service"
    harness.apply(taker)
    tags = _tags(harness)
    assert (tags[ownership.STACK], tags[ownership.ADDRESS]) == ("billing", "iam_role.service/app")
    assert ownership.OFFER not in tags
    assert harness.plan(giver).plan.is_empty
    assert harness.plan(taker).plan.is_empty


def test_a_removed_database_leaves_its_snapshot_and_keeps_its_key(harness: Harness) -> None:
    harness.behind(shelf)
    harness.apply(harness.spec(OLD))
    rest: Resources = {"iam_role": {"app": ROLE}}
    gone = [
        {"address": "db_instance.orders", "keep": False},
        {"address": "kms_key.data", "keep": False},
    ]
    done = harness.apply(harness.spec(rest, removed=gone), Deletion())
    assert {str(kept.address): kept.reason for kept in done.plan.kept} == {
        "kms_key.data": "the final snapshot of db_instance.orders needs it"
    }
    [snapshot] = harness.client("rds").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    assert snapshot["DBInstanceIdentifier"] == "orders"
    again = harness.plan(harness.spec(rest, removed=gone)).plan
    assert again.notes == ("removed: there is no db_instance.orders, so its entry can be taken out",)
    assert again.is_empty  # the key is in use by the snapshot


def test_a_database_that_is_let_go_loses_our_tags_alone(harness: Harness) -> None:
    harness.behind(shelf)
    harness.apply(harness.spec(OLD))
    before = _database(harness)
    rest: Resources = {"iam_role": {"app": ROLE}}
    free = [{"address": "db_instance.orders", "keep": True}]
    done = harness.apply(harness.spec(rest, removed=free), Deletion())
    assert {str(kept.address): kept.reason for kept in done.plan.kept} == {"kms_key.data": "no longer declared, kept"}
    after = _database(harness)
    assert not [tag for tag in after["TagList"] if tag["Key"].startswith("rds-secure:")]
    for volatile in ("TagList", "LatestRestorableTime"):
        before.pop(volatile, None), after.pop(volatile, None)
    assert after == before


def _tags(harness: Harness) -> dict[str, str]:
    found = harness.client("iam").list_role_tags(RoleName="app")["Tags"]
    return {tag["Key"]: tag["Value"] for tag in found}


def _database(harness: Harness) -> dict[str, Any]:
    [database] = harness.client("rds").describe_db_instances()["DBInstances"]
    return dict(database)
