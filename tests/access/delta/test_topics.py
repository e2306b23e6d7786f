"""What is read for the change in access: by the calls of a plan, and nothing where none bears on it."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure.access.account import NAMES
from rds_secure.access.delta.topics import GUARD, NOTHING, REACH, WHO, topics_of
from rds_secure.fields import markers
from rds_secure.inventory.questions import ACCESS
from rds_secure.operation import Operation
from rds_secure.plan.model import Action, Plan, Step
from rds_secure.resources import KINDS
from rds_secure.values import Address

HARMLESS = frozenset(
    {
        *("AllocatedStorage", "AllowMajorVersionUpgrade", "AutoMinorVersionUpgrade", "BacktrackWindow"),
        *("ConnectionPoolConfig", "CopyTagsToSnapshot", "DBClusterInstanceClass", "DBInstanceClass"),
        *("DatabaseInsightsMode", "DebugLogging", "DedicatedLogVolume", "Domain"),
        *("DomainAuthSecretArn", "DomainDnsIps", "DomainFqdn", "DomainIAMRoleName"),
        *("DomainOu", "EngineLifecycleSupport", "IdleClientTimeout", "Iops"),
        *("LicenseModel", "MasterUserPassword", "MaxAllocatedStorage", "MonitoringInterval"),
        *(
            "MonitoringRoleArn",
            "PerformanceInsightsRetentionPeriod",
            "PreferredBackupWindow",
            "PreferredMaintenanceWindow",
            "ApplyImmediately",
        ),
        *("PromotionTier", "ReplicaMode", "RoleArn", "ServerlessV2ScalingConfiguration"),
        *("StorageThroughput", "StorageType"),
    }
)
"""Parameters of changes that nothing about access follows from."""


def topics(action: str, service: str = "rds", **params: Any) -> frozenset[str]:
    operation = Operation(service=service, action=action, params=params, summary="")
    step = Step(Address("db_instance", "orders"), "orders", Action.UPDATE, (operation,))
    return topics_of(Plan("123456789012", "eu-west-1", "shop", (step,)))


def test_a_plan_without_calls_reads_nothing() -> None:
    assert topics_of(Plan("123456789012", "eu-west-1", "shop")) == NOTHING


@pytest.mark.parametrize(
    ("action", "service", "params", "wanted"),
    [
        ("CreateDBInstance", "rds", {"DBInstanceIdentifier": "orders"}, ACCESS),
        ("ModifyDBInstance", "rds", {"AllocatedStorage": 20, "ApplyImmediately": False}, NOTHING),
        ("ModifyDBInstance", "rds", {"PubliclyAccessible": True}, REACH | GUARD),
        ("ModifyDBInstance", "rds", {"DeletionProtection": False, "VpcSecurityGroupIds": ()}, REACH | GUARD),
        ("AttachUserPolicy", "iam", {}, WHO),
        ("AuthorizeSecurityGroupIngress", "ec2", {}, REACH),
        ("PutKeyPolicy", "kms", {}, WHO | GUARD),
        ("EnableSecurityHub", "securityhub", {}, NOTHING),
        ("TagRole", "iam", {"Tags": ({"Key": "rds-secure:stack", "Value": "shop"},)}, NOTHING),
        ("TagRole", "iam", {"Tags": ({"Key": "team", "Value": "a"},)}, WHO),
        ("UntagResource", "kms", {"TagKeys": ("rds-secure:applied",)}, NOTHING),
        ("TagResource", "kms", {"Tags": ({"TagKey": "rds-secure:stack", "TagValue": "shop"},)}, NOTHING),
        ("TagResource", "kms", {"Tags": ({"TagKey": "team", "TagValue": "a"},)}, WHO),
        ("UntagResource", "kms", {"TagKeys": ("team",)}, WHO),
        ("TagResource", "secretsmanager", {"Tags": ({"Key": "team", "Value": "a"},)}, WHO),
        ("AddTagsToResource", "rds", {"Tags": ({"Key": "team", "Value": "a"},)}, WHO),
        ("UpdateAlias", "kms", {}, WHO),
        ("DescribeDBInstances", "rds", {}, NOTHING),
    ],
)
def test_what_is_read_follows_from_the_calls(
    action: str, service: str, params: dict[str, Any], wanted: frozenset[str]
) -> None:
    assert topics(action, service, **params) == wanted


def test_every_parameter_by_which_a_database_is_changed_is_known_to_bear_on_access_or_not() -> None:
    fields = (marker for kind in KINDS if kind.name in NAMES for marker in markers(kind.spec).values())
    places = {marker.change for marker in fields}
    changed = {place.rpartition(".")[2] for place in places if "." not in place or place.startswith("ModifyDB")} - {""}
    bearing = {name for name in changed if topics("ModifyDBInstance", **{name: ""})}
    assert sorted(changed - bearing - HARMLESS) == []
    assert bearing & HARMLESS == set()
    assert len(bearing) > 15
