"""Stacks that are killed: one with every kind in it, and one that exists already and changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from tests.contracts.test_reads import STACK

Resources: TypeAlias = Mapping[str, Mapping[str, Mapping[str, Any]]]

STORED: Resources = {
    "data_key": {
        **STACK["data_key"],
        "everything-secret": {"kms_key": "${kms_key.everything}", "store": {"secret": "bench/data"}},
    },
    "db_instance": {
        **STACK["db_instance"],
        "everything-member": {
            "engine": "aurora-mysql",
            "cluster": "${db_cluster.everything}",
            "instance_class": "db.r7g.large",
        },
    },
}

STREAMED: Resources = {
    "activity_stream": {
        "everything": {
            "of": "${db_cluster.everything}",
            "instance": "${db_instance.everything-member}",
            "kms_key": "${kms_key.everything}",
        }
    }
}

EVERYTHING: Resources = {**STACK, **STORED, **STREAMED}
"""Every kind; data keys in both stores, and a member of the cluster."""


def changed() -> Resources:
    """`EVERYTHING` with a change to most kinds: versions of policies and data keys, rules, key policies, databases."""
    one = {kind: dict(resources["everything"]) for kind, resources in EVERYTHING.items()}
    one["iam_policy"]["statements"] = [{"effect": "allow", "actions": ["rds:List*"], "resources": ["*"]}]
    one["iam_role"]["policies"] = ["SecurityAudit"]
    one["iam_user"]["policies"] = []
    one["security_group"]["ingress"] = [{"from": "self", "port": 5433}]
    one["kms_key"]["users"] = ["${iam_user.everything}"]
    one["kms_key"]["rotation_days"] = 180
    one["data_key"]["version"] = 2
    one["db_parameter_group"]["parameters"] = {"work_mem": "128"}
    one["db_cluster_parameter_group"]["parameters"] = {"time_zone": "Europe/Berlin"}
    one["db_instance"]["backup_days"] = 14
    one["db_cluster"]["backup_days"] = 14
    one["event_subscription"]["categories"] = ["failure", "deletion"]
    one["snapshot_sharing"]["accounts"] = ["345678901234"]
    one["db_proxy"]["idle_seconds"] = 900
    return {kind: {**EVERYTHING[kind], "everything": fields} for kind, fields in one.items()}


PLAIN: Resources = {
    "kms_key": {"data": {"description": "Encrypts the database"}},
    "security_group": {
        "ledger-db": {"vpc": {"tag": {"Name": "main"}}, "ingress": [{"from": "10.20.0.0/16", "port": 5432}]},
    },
    "db_subnet_group": {"ledger": {"subnets": {"vpc": {"tag": {"Name": "main"}}, "tag": {"Tier": "private"}}}},
    "iam_policy": {
        "ledger-app": {
            "statements": [
                {
                    "effect": "allow",
                    "actions": ["rds-db:connect"],
                    "resources": [
                        "arn:aws:rds-db:${aws.region}:${aws.account_id}:dbuser:${db_instance.ledger.resource_id}/app"
                    ],
                }
            ]
        }
    },
    "db_instance": {
        "ledger": {
            "engine": "postgres",
            "engine_version": "16",
            "instance_class": "db.t4g.medium",
            "storage_gib": 20,
            "encrypted": False,
            "subnet_group": "${db_subnet_group.ledger}",
            "security_groups": ["${security_group.ledger-db}"],
            "max_storage_gib": 100,
        }
    },
}
"""A database that is not encrypted, and what names it."""


def migrated() -> Resources:
    """The same, encrypted: by a migration."""
    ledger = {name: value for name, value in PLAIN["db_instance"]["ledger"].items() if name != "encrypted"}
    asked = {"kms_key": "${kms_key.data}", "migration": {"from": "none", "quiesce": "revoke-ingress"}}
    return {**PLAIN, "db_instance": {"ledger": {**ledger, **asked}}}
