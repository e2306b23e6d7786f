"""What happens between a plan and its deletions stops them: nothing that is still there is taken for gone."""

from __future__ import annotations

from typing import Any

from rds_secure import api
from tests.e2e.harness import EVERYTHING, Harness
from tests.e2e.looks import Client
from tests.e2e.tables.db_instance import BASE, shelf

KEY: dict[str, Any] = {"kms_key": {"data": {}}}
WRITTEN: dict[str, Any] = {**KEY, "db_instance": {"orders": {**BASE, "kms_key": "${kms_key.data}"}}}


def renamed(client: Client) -> None:
    client("rds").modify_db_instance(
        DBInstanceIdentifier="orders", NewDBInstanceIdentifier="orders-kept", ApplyImmediately=True
    )
    client("rds").get_waiter("db_instance_available").wait(DBInstanceIdentifier="orders-kept")


def test_a_database_that_somebody_renamed_is_not_gone_and_its_key_stays(harness: Harness) -> None:
    """Meaning §5."""
    shelf(harness.client)
    harness.make(WRITTEN)
    planned = harness.plan_destroy(WRITTEN, EVERYTHING)
    assert {"DeleteDBInstance", "ScheduleKeyDeletion"} <= {call.action for _, call in planned.plan.operations()}
    harness.behind(renamed)

    outcome = api.apply(planned, harness.account)

    assert "db_instance.orders was orders at the time of the plan, and is called orders-kept: it is not gone" in [
        item.message for item in outcome.failures
    ]
    (kept,) = harness.client("rds").describe_db_instances(DBInstanceIdentifier="orders-kept")["DBInstances"]
    assert harness.client("kms").describe_key(KeyId=kept["KmsKeyId"])["KeyMetadata"]["KeyState"] == "Enabled"


def test_a_key_that_somebody_began_to_use_since_the_plan_stays(harness: Harness) -> None:
    """Meaning §5."""
    shelf(harness.client)
    harness.make(KEY)
    planned = harness.plan_destroy(KEY, EVERYTHING)
    (live,) = planned.snapshot.retired.values()
    key = live.exports["arn"]
    harness.behind(lambda client: client("secretsmanager").create_secret(Name="app", SecretString="x", KmsKeyId=key))

    outcome = api.apply(planned, harness.account)

    (failure,) = outcome.failures
    assert "kms_key.data must stay: it is in use by secret app" in failure.message
    assert harness.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"
