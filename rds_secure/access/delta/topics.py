"""What has to be read to tell what a plan does to access: by its calls, and nothing for those that do nothing to it.

A table by action, and for the changes of databases by parameter; what no row names counts where its service can matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from rds_secure import ownership
from rds_secure.inventory.effects import NO_EFFECT
from rds_secure.inventory.questions import ACCESS, Topic
from rds_secure.operation import Operation
from rds_secure.plan.model import Plan

Topics: TypeAlias = frozenset[Topic]

NOTHING: Topics = frozenset()
WHO: Topics = frozenset({Topic.IDENTITIES, Topic.ORGANIZATION, Topic.DATABASES, Topic.KEYS})
REACH: Topics = frozenset({Topic.NETWORK, Topic.DATABASES})
GUARD: Topics = frozenset({Topic.PROTECTION, Topic.DATABASES, Topic.KEYS})

_SERVICES: Mapping[str, Topics] = MappingProxyType(
    {"iam": WHO, "organizations": WHO, "kms": WHO | GUARD, "ec2": REACH, "rds": ACCESS, "secretsmanager": WHO}
)
"""Service → what any of its calls may change; the others change nothing about access."""

_ACTIONS: Mapping[tuple[str, str], Topics] = MappingProxyType(
    {
        ("kms", "CreateKey"): NOTHING,
        ("kms", "CreateAlias"): WHO,
        ("kms", "UpdateAlias"): WHO,
        ("kms", "DeleteAlias"): WHO,
        ("kms", "TagResource"): WHO,
        ("kms", "UntagResource"): WHO,
        ("kms", "EnableKeyRotation"): GUARD,
        ("kms", "DisableKeyRotation"): GUARD,
        ("ec2", "CreateTags"): NOTHING,
        ("ec2", "DeleteTags"): NOTHING,
        ("ec2", "UpdateSecurityGroupRuleDescriptionsEgress"): NOTHING,
        ("ec2", "UpdateSecurityGroupRuleDescriptionsIngress"): NOTHING,
        ("rds", "CreateDBParameterGroup"): NOTHING,
        ("rds", "DeleteDBParameterGroup"): NOTHING,
        ("rds", "CreateDBClusterParameterGroup"): NOTHING,
        ("rds", "DeleteDBClusterParameterGroup"): NOTHING,
        ("rds", "ModifyDBParameterGroup"): GUARD,
        ("rds", "ResetDBParameterGroup"): GUARD,
        ("rds", "ModifyDBClusterParameterGroup"): GUARD,
        ("rds", "ResetDBClusterParameterGroup"): GUARD,
        ("rds", "CreateOptionGroup"): NOTHING,
        ("rds", "DeleteOptionGroup"): NOTHING,
        ("rds", "ModifyOptionGroup"): REACH | GUARD,
        ("rds", "CreateDBSubnetGroup"): NOTHING,
        ("rds", "DeleteDBSubnetGroup"): NOTHING,
        ("rds", "ModifyDBSubnetGroup"): REACH,
        ("rds", "ModifyDBSnapshotAttribute"): GUARD,
        ("rds", "ModifyDBClusterSnapshotAttribute"): GUARD,
        ("rds", "StartActivityStream"): GUARD,
        ("rds", "StopActivityStream"): GUARD,
        ("rds", "CreateEventSubscription"): NOTHING,
        ("rds", "ModifyEventSubscription"): NOTHING,
        ("rds", "DeleteEventSubscription"): NOTHING,
        ("rds", "AddSourceIdentifierToSubscription"): NOTHING,
        ("rds", "RemoveSourceIdentifierFromSubscription"): NOTHING,
        ("rds", "RebootDBInstance"): GUARD,
        ("rds", "RebootDBCluster"): GUARD,
        ("rds", "CreateDBSnapshot"): NOTHING,
        ("rds", "CreateDBClusterSnapshot"): NOTHING,
        ("rds", "CopyDBSnapshot"): NOTHING,
        ("rds", "CopyDBClusterSnapshot"): NOTHING,
        ("rds", "StartDBInstanceAutomatedBackupsReplication"): NOTHING,
        ("rds", "StopDBInstanceAutomatedBackupsReplication"): NOTHING,
        ("rds", "AddRoleToDBInstance"): NOTHING,
        ("rds", "AddRoleToDBCluster"): NOTHING,
        ("rds", "RemoveRoleFromDBInstance"): NOTHING,
        ("rds", "RemoveRoleFromDBCluster"): NOTHING,
        ("rds", "RegisterDBProxyTargets"): REACH,
        ("rds", "DeregisterDBProxyTargets"): REACH,
        ("rds", "EnableHttpEndpoint"): REACH,
        ("rds", "DisableHttpEndpoint"): REACH,
        ("rds", "AddTagsToResource"): WHO,
        ("rds", "RemoveTagsFromResource"): WHO,
        ("secretsmanager", "CreateSecret"): NOTHING,
        ("secretsmanager", "UpdateSecret"): NOTHING,
        ("secretsmanager", "DeleteSecret"): NOTHING,
    }
)
"""What has an effect that bears on nothing by itself: nothing uses it yet, or no more; what uses it is another call."""

_MODIFY = ("ModifyDBInstance", "ModifyDBCluster", "ModifyDBProxy", "ModifyDBProxyTargetGroup")

_PARAMETERS: Mapping[str, Topics] = MappingProxyType(
    {
        "VpcSecurityGroupIds": REACH,
        "DBSubnetGroupName": REACH | WHO,
        "PubliclyAccessible": REACH | GUARD,
        "DBPortNumber": REACH,
        "Port": REACH,
        "MultiAZ": REACH,
        "NetworkType": REACH,
        "EnableHttpEndpoint": REACH,
        "SecurityGroups": REACH,
        "NewDBInstanceIdentifier": ACCESS,
        "NewDBClusterIdentifier": ACCESS,
        "DBParameterGroupName": WHO | GUARD,
        "DBClusterParameterGroupName": WHO | GUARD,
        "DBInstanceParameterGroupName": WHO | GUARD,
        "OptionGroupName": ACCESS,
        "EngineVersion": GUARD,
        "DeletionProtection": GUARD,
        "BackupRetentionPeriod": GUARD,
        "CACertificateIdentifier": GUARD,
        "EnableIAMDatabaseAuthentication": WHO | GUARD,
        "ManageMasterUserPassword": WHO | GUARD,
        "MasterUserSecretKmsKeyId": WHO | GUARD,
        "EnablePerformanceInsights": GUARD,
        "PerformanceInsightsKMSKeyId": GUARD,
        "CloudwatchLogsExportConfiguration": GUARD,
        "RequireTLS": GUARD,
        "Auth": WHO | GUARD,
        "DefaultAuthScheme": GUARD,
    }
)
"""What bears on access of the parameters by which databases and proxies are changed; the others are left out."""

_MARKS = ownership.OURS | {ownership.MIGRATION, ownership.STEP, ownership.DATA_KEY}
_READS = ("Describe", "Get", "List")
_TAGGING = ("Tag", "Untag", "AddTags", "RemoveTags")


def topics_of(plan: Plan) -> Topics:
    """What to read; empty where no call bears on access."""
    return NOTHING.union(*(_topics(operation) for _, operation in plan.operations()))


def _topics(operation: Operation) -> Topics:
    service, action = operation.service, operation.action
    if is_idle(operation):
        return NOTHING
    if action in _MODIFY:
        return NOTHING.union(*(_PARAMETERS.get(name, NOTHING) for name in operation.params))
    return _ACTIONS.get((service, action), _SERVICES.get(service, NOTHING))


def is_idle(operation: Operation) -> bool:
    """Whether a call changes nothing that an inventory tells of, but for tags of ours."""
    is_without_effect = (operation.service, operation.action) in NO_EFFECT
    return is_without_effect or operation.action.startswith(_READS) or _is_mark(operation)


def _is_mark(operation: Operation) -> bool:
    """Whether a call sets or removes tags of ours alone, which no policy goes by."""
    return operation.action.startswith(_TAGGING) and set(tag_keys(operation.params)) <= _MARKS


def tag_keys(params: Mapping[str, Any]) -> Iterator[str]:
    """The keys of the tags that a call sets or removes."""
    yield from params.get("TagKeys", ())
    yield from (str(tag.get("Key", tag.get("TagKey"))) for tag in params.get("Tags", ()))
