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
