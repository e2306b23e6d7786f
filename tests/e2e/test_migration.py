"""A living database gets another key, encryption or other subnets, by a new one in its place: whole runs."""

from __future__ import annotations

from typing import Any

from rds_secure.plan import Action
from tests.e2e.harness import Harness, Resources

STACK = "bench"

KEYS: Resources = {"kms_key": {"one": {"description": "One"}, "two": {"description": "Two"}}}
NETWORK: Resources = {
    "security_group": {
        "orders-db": {"vpc": {"tag": {"Name": "main"}}, "ingress": [{"from": "10.20.0.0/16", "port": 5432}]}
    },
    "db_subnet_group": {"orders": {"subnets": {"vpc": {"tag": {"Name": "main"}}, "tag": {"Tier": "private"}}}},
}
DATABASE: dict[str, Any] = {
    "engine": "postgres",
    "engine_version": "16",
    "instance_class": "db.t4g.medium",
    "storage_gib": 20,
    "subnet_group": "${db_subnet_group.orders}",
    "security_groups": ["${security_group.orders-db}"],
    "log_exports": ["postgresql"],
    "backup_days": 5,
    "max_storage_gib": 100,
}


def resources(**database: Any) -> Resources:
    policy = {
        "statements": [
            {
                "effect": "allow",
                "actions": ["rds-db:connect"],
                "resources": [
                    "arn:aws:rds-db:${aws.region}:${aws.account_id}:dbuser:${db_instance.orders.resource_id}/app"
                ],
            }
        ]
    }
    return {
        **KEYS,
        **NETWORK,
        "db_instance": {"orders": {**DATABASE, **database}},
        "iam_policy": {"orders-app": policy},
    }


def described(harness: Harness, name: str = "orders") -> dict[str, Any]:
    (found,) = harness.client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    return dict(found)


def names(harness: Harness) -> list[str]:
    return sorted(item["DBInstanceIdentifier"] for item in harness.client("rds").describe_db_instances()["DBInstances"])


def key(harness: Harness, name: str) -> str:
    listed = harness.client("kms").list_aliases()["Aliases"]
    (found,) = (item["TargetKeyId"] for item in listed if item["AliasName"] == f"alias/{STACK}/{name}")
    return str(harness.client("kms").describe_key(KeyId=found)["KeyMetadata"]["Arn"])


_CHANGING = {
    *(
        "DBInstanceStatus",
        "DbiResourceId",
        "InstanceCreateTime",
        "KmsKeyId",
        "LatestRestorableTime",
        "MasterUserSecret",
    ),
    *("StorageEncrypted", "TagList", "PerformanceInsightsKMSKeyId"),
}


def kept_values(instance: dict[str, Any]) -> dict[str, Any]:
    """What stays as it was; what is off may be absent."""
    return {name: value for name, value in instance.items() if name not in _CHANGING and value not in (False, [])}


def test_another_key(harness: Harness) -> None:
    harness.make(resources(kms_key="${kms_key.one}"))
    before, old_key = described(harness), key(harness, "one")
    asked = resources(kms_key="${kms_key.two}", migration={"from": old_key, "to": "${kms_key.two}"})

    planned = harness.plan(harness.spec(asked))
    (step,) = (step for step in planned.plan.steps if str(step.address) == "db_instance.orders")
    assert step.action is Action.MIGRATE
    applied = harness.apply(asked)

    after = described(harness)
    assert after["KmsKeyId"] == key(harness, "two") != before["KmsKeyId"]
    assert kept_values(after) == kept_values(before)
    assert applied.again.plan.is_empty
    (kept,) = applied.again.plan.kept
    old = described(harness, kept.name)
    assert old["DbiResourceId"] == before["DbiResourceId"]
    assert old["DeletionProtection"]
