"""What has to be read to tell which rules a plan breaks: by its calls, and nothing for those that no rule is about.

A table by action, and for the changes of databases by parameter. What no row names is read for: a rule that is new, or
a parameter that is, costs a few reads and is not missed.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from rds_secure.access.delta.topics import is_idle
from rds_secure.inventory.questions import Topic
from rds_secure.operation import Operation
from rds_secure.plan.model import Plan

Topics: TypeAlias = frozenset[Topic]

NOTHING: Topics = frozenset()
DATABASES: Topics = frozenset({Topic.DATABASES})
POLICIES: Topics = frozenset({Topic.IDENTITIES})
KEYS: Topics = frozenset({Topic.KEYS})
"""Of keys and secrets that the calls name; those that databases use are read with `DATABASES`."""
STORAGE: Topics = DATABASES | KEYS
GROUPS: Topics = frozenset({Topic.NETWORK, Topic.DATABASES})
SETTINGS: Topics = frozenset({Topic.PROTECTION, Topic.DATABASES})
EVENTS: Topics = frozenset({Topic.PROTECTION})
"""Who is told of them."""
WHOLE: Topics = STORAGE | GROUPS | SETTINGS

_SERVICES: Mapping[str, Topics] = MappingProxyType(
    {"iam": POLICIES, "kms": KEYS, "secretsmanager": KEYS, "ec2": GROUPS, "rds": WHOLE}
)
"""Service → what rules about its things need; there are none about those of the others."""

_ACTIONS: Mapping[str, Topics] = MappingProxyType(
    {
        "CreateDBParameterGroup": NOTHING,
        "DeleteDBParameterGroup": NOTHING,
        "CreateDBClusterParameterGroup": NOTHING,
        "DeleteDBClusterParameterGroup": NOTHING,
        "CreateOptionGroup": NOTHING,
        "DeleteOptionGroup": NOTHING,
        "CreateDBSubnetGroup": NOTHING,
        "DeleteDBSubnetGroup": NOTHING,
        "ModifyDBSubnetGroup": GROUPS,
        "ModifyDBParameterGroup": SETTINGS,
        "ResetDBParameterGroup": SETTINGS,
        "ModifyDBClusterParameterGroup": SETTINGS,
        "ResetDBClusterParameterGroup": SETTINGS,
        "ModifyOptionGroup": SETTINGS,
        "ModifyDBSnapshotAttribute": SETTINGS,
        "ModifyDBClusterSnapshotAttribute": SETTINGS,
        "RebootDBInstance": SETTINGS,
        "RebootDBCluster": SETTINGS,
        "CreateDBSnapshot": NOTHING,
        "CreateDBClusterSnapshot": NOTHING,
        "CopyDBSnapshot": NOTHING,
        "CopyDBClusterSnapshot": NOTHING,
        "DeleteDBSnapshot": NOTHING,
        "DeleteDBClusterSnapshot": NOTHING,
        "DeleteDBInstance": DATABASES,
        "DeleteDBCluster": DATABASES,
        "CreateDBProxy": DATABASES,
        "ModifyDBProxy": DATABASES,
        "DeleteDBProxy": DATABASES,
        "RegisterDBProxyTargets": NOTHING,
        "DeregisterDBProxyTargets": NOTHING,
        "EnableHttpEndpoint": NOTHING,
        "DisableHttpEndpoint": NOTHING,
        "StartActivityStream": STORAGE,
        "StopActivityStream": STORAGE,
        "StartDBInstanceAutomatedBackupsReplication": NOTHING,
        "StopDBInstanceAutomatedBackupsReplication": NOTHING,
        "AddRoleToDBInstance": NOTHING,
        "AddRoleToDBCluster": NOTHING,
        "RemoveRoleFromDBInstance": NOTHING,
        "RemoveRoleFromDBCluster": NOTHING,
        "CreateEventSubscription": EVENTS,
        "ModifyEventSubscription": EVENTS,
        "DeleteEventSubscription": EVENTS,
        "AddSourceIdentifierToSubscription": EVENTS,
        "RemoveSourceIdentifierFromSubscription": EVENTS,
        "AddTagsToResource": DATABASES,
        "RemoveTagsFromResource": DATABASES,
        "DisableKey": STORAGE | SETTINGS,
        "ScheduleKeyDeletion": STORAGE | SETTINGS,
        "CreateSecret": NOTHING,
        "PutSecretValue": NOTHING,
        "UpdateSecret": NOTHING,
        "UpdateSecretVersionStage": NOTHING,
        "DeleteSecret": NOTHING,
        "CreateTags": NOTHING,
        "DeleteTags": NOTHING,
        **{f"{verb}{what}": NOTHING for verb in ("Tag", "Untag") for what in ("Policy", "Role", "User")},
    }
)
"""What needs less, or more: nothing uses what is made yet, or no more; what uses it is another call."""

_MODIFY = ("ModifyDBInstance", "ModifyDBCluster")

_PARAMETERS: Mapping[str, Topics] = MappingProxyType(
    {
        "VpcSecurityGroupIds": GROUPS,
        "DBSubnetGroupName": GROUPS,
        "Port": GROUPS,
        "DBPortNumber": GROUPS,
        "NewDBInstanceIdentifier": WHOLE,
        "NewDBClusterIdentifier": WHOLE,
        "DBParameterGroupName": SETTINGS,
        "DBClusterParameterGroupName": SETTINGS,
        "DBInstanceParameterGroupName": SETTINGS,
        "OptionGroupName": SETTINGS,
        "EngineVersion": SETTINGS,
        "CACertificateIdentifier": SETTINGS,
        "EnablePerformanceInsights": STORAGE,
        "PerformanceInsightsKMSKeyId": STORAGE,
        **dict.fromkeys(
            (
                *("AllocatedStorage", "AllowMajorVersionUpgrade", "ApplyImmediately", "DBClusterIdentifier"),
                *("DBClusterInstanceClass", "DBInstanceClass", "DBInstanceIdentifier", "DatabaseInsightsMode"),
                *("DedicatedLogVolume", "Domain", "DomainAuthSecretArn", "DomainDnsIps", "DomainFqdn"),
                *("DomainIAMRoleName", "DomainOu", "EngineLifecycleSupport", "Iops", "LicenseModel"),
                *("MaxAllocatedStorage", "MonitoringRoleArn", "NetworkType", "PerformanceInsightsRetentionPeriod"),
                *("PreferredBackupWindow", "PreferredMaintenanceWindow", "PromotionTier", "ReplicaMode"),
                *("ServerlessV2ScalingConfiguration", "StorageThroughput", "StorageType"),
            ),
            NOTHING,
        ),
    }
)
"""What a parameter by which a database is changed needs more than databases, or that nothing is said about it."""


def topics_of(plan: Plan, *, old: bool = False) -> Topics:
    """What to read; empty where no call can break a rule. ``old``: also what tells which are broken already."""
    if old:
        return WHOLE | POLICIES
    return NOTHING.union(*(_topics(operation) for _, operation in plan.operations()))


def _topics(operation: Operation) -> Topics:
    if is_idle(operation):
        return NOTHING
    if operation.action in _MODIFY:
        return NOTHING.union(*(_PARAMETERS.get(name, DATABASES) for name in operation.params))
    found = _SERVICES.get(operation.service, NOTHING)
    return _ACTIONS.get(operation.action, found) if found else NOTHING
