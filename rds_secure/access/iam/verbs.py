"""What people may do to a database, as the actions of AWS and the resources each is asked for. A table, no code.

Source: service authorization reference of RDS, RDS IAM authentication, RDS Data API, Secrets Manager and KMS. An action
is allowed only if it is for each resource it names; those in ``also`` count where the database has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Part = Literal[
    "db", "cluster", "pg", "cluster-pg", "og", "subgrp", "snapshot", "cluster-snapshot", "auto-backup",
    "dbuser", "secret", "key",
]  # fmt: skip
"""What belongs to a database and has an ARN of its own."""

Verb = Literal["create", "modify", "delete", "describe", "connect", "read secret", "use key", "break key"]


@dataclass(frozen=True)
class Act:
    """An action, what it is always asked for, and what it is asked for too where there is one."""

    action: str
    needs: tuple[Part, ...]
    also: tuple[Part, ...] = ()


def _acts(service: str, part: Part, *names: str) -> tuple[Act, ...]:
    return tuple(Act(f"{service}:{name}", (part,)) for name in names)


VERBS: Mapping[Verb, tuple[Act, ...]] = MappingProxyType(
    {
        "create": (
            Act("rds:CreateDBInstance", ("db",), ("cluster", "og", "pg", "subgrp")),
            Act("rds:CreateDBInstanceReadReplica", ("db",), ("og", "pg", "subgrp")),
            Act("rds:RestoreDBInstanceFromDBSnapshot", ("db", "snapshot"), ("og", "pg", "subgrp")),
            Act("rds:RestoreDBInstanceFromS3", ("db",), ("og", "pg", "subgrp")),
            Act("rds:RestoreDBInstanceToPointInTime", ("db",), ("og", "pg", "subgrp")),
            Act("rds:CreateDBCluster", ("cluster",), ("cluster-pg", "og", "subgrp")),
            Act("rds:RestoreDBClusterFromSnapshot", ("cluster", "cluster-snapshot"), ("cluster-pg", "og", "subgrp")),
            Act("rds:RestoreDBClusterFromS3", ("cluster",), ("cluster-pg", "og", "subgrp")),
            Act("rds:RestoreDBClusterToPointInTime", ("cluster",), ("cluster-pg", "og", "subgrp")),
            *_acts("rds", "snapshot", "CopyDBSnapshot"),
            *_acts("rds", "cluster-snapshot", "CopyDBClusterSnapshot"),
        ),
        "modify": (
            *_acts("rds", "db", "ModifyDBInstance", "RebootDBInstance", "StartDBInstance", "StopDBInstance"),
            *_acts("rds", "db", "PromoteReadReplica", "ApplyPendingMaintenanceAction", "AddRoleToDBInstance"),
            *_acts("rds", "cluster", "ModifyDBCluster", "RebootDBCluster", "StartDBCluster", "StopDBCluster"),
            *_acts("rds", "cluster", "FailoverDBCluster", "PromoteReadReplicaDBCluster", "AddRoleToDBCluster"),
            *_acts("rds", "pg", "ModifyDBParameterGroup", "ResetDBParameterGroup"),
            *_acts("rds", "cluster-pg", "ModifyDBClusterParameterGroup", "ResetDBClusterParameterGroup"),
            *_acts("rds", "og", "ModifyOptionGroup"),
            *_acts("rds", "subgrp", "ModifyDBSubnetGroup"),
            *_acts("rds", "snapshot", "ModifyDBSnapshotAttribute"),
            *_acts("rds", "cluster-snapshot", "ModifyDBClusterSnapshotAttribute"),
        ),
        "delete": (
            *_acts("rds", "db", "DeleteDBInstance"),
            *_acts("rds", "cluster", "DeleteDBCluster"),
            *_acts("rds", "snapshot", "DeleteDBSnapshot"),
            *_acts("rds", "cluster-snapshot", "DeleteDBClusterSnapshot"),
            *_acts("rds", "auto-backup", "DeleteDBInstanceAutomatedBackup"),
        ),
        "describe": (
            *_acts("rds", "db", "DescribeDBInstances", "ListTagsForResource", "DownloadDBLogFilePortion"),
            *_acts("rds", "cluster", "DescribeDBClusters"),
            *_acts("rds", "snapshot", "DescribeDBSnapshots"),
        ),
        "connect": (
            *_acts("rds-db", "dbuser", "connect"),
            Act("rds-data:ExecuteStatement", ("cluster",)),
        ),
        "read secret": _acts("secretsmanager", "secret", "GetSecretValue"),
        "use key": _acts("kms", "key", "Decrypt", "GenerateDataKey", "ReEncryptFrom", "CreateGrant"),
        "break key": _acts("kms", "key", "ScheduleKeyDeletion", "DisableKey", "PutKeyPolicy", "RevokeGrant"),
    }
)
