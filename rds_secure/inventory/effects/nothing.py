"""Calls that bear neither on access nor on protection as far as an inventory tells of it, and why. A table, no code."""

from collections.abc import Mapping
from types import MappingProxyType

_LOOK = "it only looks"
_TEXT = "a description is read by people alone"
_MAINTENANCE = "when maintenance is done decides nothing about access"
_DATA = "the data key or the secret's value is for those who may read it already"
_MARKS = "these tags are in no reply that access is computed from"

NO_EFFECT: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("iam", "GetGroup"): _LOOK,
        ("iam", "UpdateRole"): "a description, and how long a session lasts: not who may begin one",
        ("kms", "DescribeKey"): _LOOK,
        ("kms", "GenerateDataKeyWithoutPlaintext"): _DATA,
        ("kms", "UpdateKeyDescription"): _TEXT,
        ("rds", "ApplyPendingMaintenanceAction"): _MAINTENANCE,
        ("rds", "DescribeDBClusters"): _LOOK,
        ("rds", "DescribeDBInstances"): _LOOK,
        ("rds", "DescribeDBProxies"): _LOOK,
        ("rds", "DescribeDBProxyTargets"): _LOOK,
        ("rds", "DescribeDBSnapshots"): _LOOK,
        ("rds", "DescribeEventSubscriptions"): _LOOK,
        ("rds", "DescribePendingMaintenanceActions"): _LOOK,
        ("rds", "ModifyDBProxyTargetGroup"): "how many connections a proxy pools, and how long they last",
        ("secretsmanager", "PutSecretValue"): _DATA,
        ("secretsmanager", "UpdateSecretVersionStage"): _DATA,
        ("ssm", "AddTagsToResource"): _MARKS,
        ("ssm", "DeleteParameter"): _DATA,
        ("ssm", "GetParameter"): _LOOK,
        ("ssm", "LabelParameterVersion"): _DATA,
        ("ssm", "PutParameter"): _DATA,
        ("ssm", "RemoveTagsFromResource"): _MARKS,
        **{
            ("securityhub", action): "Security Hub reports on resources, and changes none"
            for action in (
                "BatchDisableStandards",
                "BatchEnableStandards",
                "GetEnabledStandards",
                "TagResource",
                "UntagResource",
                "UpdateSecurityHubConfiguration",
            )
        },
    }
)
