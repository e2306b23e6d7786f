"""What calls of RDS leave of clusters. Their members are instances, and show much of what their cluster has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rds_secure.inventory.effects import rds, rds_interfaces
from rds_secure.inventory.effects.call import Call, Effect
from rds_secure.inventory.effects.rds import CLUSTER_SNAPSHOTS, CLUSTERS, INSTANCES, Item, Shown, under
from rds_secure.inventory.ledger import Ledger
from rds_secure.inventory.model import Reply

_AS_GIVEN = (
    "AllocatedStorage", "AutoMinorVersionUpgrade", "AvailabilityZones", "BacktrackWindow", "BackupRetentionPeriod",
    "CopyTagsToSnapshot", "DBClusterInstanceClass", "DatabaseInsightsMode", "DatabaseName", "DeletionProtection",
    "Engine", "EngineLifecycleSupport", "EngineMode", "EngineVersion", "Iops", "MasterUsername", "MonitoringInterval",
    "MonitoringRoleArn", "NetworkType", "PerformanceInsightsRetentionPeriod", "Port", "PreferredBackupWindow",
    "PreferredMaintenanceWindow", "PubliclyAccessible", "ServerlessV2ScalingConfiguration", "StorageEncrypted",
    "StorageType",
)  # fmt: skip


def _parameters(ledger: Ledger, call: Call, item: Item, value: Any) -> None:
    """Another group is in effect after each member's restart (RDS-8)."""
    held, item["DBClusterParameterGroup"] = item.get("DBClusterParameterGroup"), value
    for member in item.get("DBClusterMembers", ()) if held not in (None, value) else ():
        member["DBClusterParameterGroupStatus"] = "pending-reboot"


def _member_parameters(ledger: Ledger, call: Call, item: Item, value: Any) -> None:
    """The group of all members, which a major upgrade takes along (RDS-6)."""
    for member in item.get("DBClusterMembers", ()):
        instance = ledger.edit(INSTANCES, member["DBInstanceIdentifier"]) or {}
        instance["DBParameterGroups"] = [{"DBParameterGroupName": value, "ParameterApplyStatus": "in-sync"}]


_SHOWN: Mapping[str, Shown] = {
    **{name: under(name) for name in _AS_GIVEN},
    "CACertificateIdentifier": rds.authority,
    "CloudwatchLogsExportConfiguration": rds.exported,
    "DBClusterParameterGroupName": _parameters,
    "DBInstanceParameterGroupName": _member_parameters,
    "DBSubnetGroupName": under("DBSubnetGroup"),
    "Domain": rds.joined,
    "EnableCloudwatchLogsExports": rds.exported,
    "EnableHttpEndpoint": under("HttpEndpointEnabled"),
    "EnableIAMDatabaseAuthentication": under("IAMDatabaseAuthenticationEnabled"),
    "EnablePerformanceInsights": rds.insights,
    "KmsKeyId": rds.storage_key,
    "ManageMasterUserPassword": rds.managed,
    "VpcSecurityGroupIds": rds.groups,
}

_PARKED: Mapping[str, str] = {
    "AllocatedStorage": "AllocatedStorage",
    "EnableIAMDatabaseAuthentication": "IAMDatabaseAuthenticationEnabled",
    "EngineVersion": "EngineVersion",
    "Iops": "Iops",
    "NewDBClusterIdentifier": "DBClusterIdentifier",
    "StorageType": "StorageType",
}
"""Parameter → as what it shows while it waits for the window (RDS-2)."""

_PARKED_UNSEEN = frozenset({"CACertificateIdentifier", "DBClusterInstanceClass", "Domain", "NetworkType"})
"""What waits as well, and shows nowhere (RDS-24)."""

_OF_MEMBERS = (
    "BackupRetentionPeriod", "EnabledCloudwatchLogsExports", "EngineVersion",
    "IAMDatabaseAuthenticationEnabled", "NetworkType", "VpcSecurityGroups",
)  # fmt: skip
"""What members show of their cluster, and go on showing when it changes."""


def _created(ledger: Ledger, call: Call) -> Reply:
    name = call["DBClusterIdentifier"].lower()
    item: Item = {
        "DBClusterIdentifier": name,
        "DBClusterArn": call.arn("rds", f"cluster:{name}"),
        "DbClusterResourceId": call.token("resource_id"),
        "Status": "available",
        "Endpoint": call.token("endpoint"),
        "ReaderEndpoint": call.token("reader"),
        "StorageEncrypted": False,
        "IAMDatabaseAuthenticationEnabled": False,
        "HttpEndpointEnabled": False,
        "DeletionProtection": False,
        "NetworkType": "IPV4",
        "BackupRetentionPeriod": 1,
        "DBSubnetGroup": "default",
        "VpcSecurityGroups": [],
        "DBClusterMembers": [],
        "AssociatedRoles": [],
        "TagList": call.tags,
    }
    rds.show(_SHOWN, ledger, call, item, call.params)
    item["Port"] = item.get("Port") or rds.default_port(item["Engine"])
    if not item.get("DBClusterParameterGroup"):
        told = rds.family(item)
        item["DBClusterParameterGroup"] = f"default.{told}" if told else call.token("parameter_group")
    if item["StorageEncrypted"]:
        item["KmsKeyId"] = item.get("KmsKeyId") or rds.own_key(ledger, call, "aws/rds")
        rds.grant(ledger, call, item["KmsKeyId"], _context(item))
    ledger.add(CLUSTERS, item)
    return {"DBCluster": item}


def _context(item: Reply) -> Mapping[str, str]:
    return {"aws:rds:dbc-id": item.get("DbClusterResourceId", "")}


def _modified(ledger: Ledger, call: Call) -> Reply:
    item = ledger.edit(CLUSTERS, call["DBClusterIdentifier"])
    if item is None:
        return {}
    waits = not call.get("ApplyImmediately")
    waiting = [name for name in call.params if waits and (name in _PARKED or name in _PARKED_UNSEEN)]
    rds.show(_SHOWN, ledger, call, item, [name for name in call.params if name not in waiting])
    for name in waiting:
        shown, pending = _PARKED.get(name), item.setdefault("PendingModifiedValues", {})
        if shown and item.get(shown) == call[name]:
            pending.pop(shown, None)
        elif shown:
            pending[shown] = call[name]
    if not waits:
        _flush(ledger, call, item)
        if call.get("NewDBClusterIdentifier"):
            _rename(ledger, call, item, call["NewDBClusterIdentifier"].lower())
    _members_follow(ledger, item)
    return {"DBCluster": item}


def _flush(ledger: Ledger, call: Call, item: Item) -> None:
    """ApplyImmediately makes what waits as well (RDS-2)."""
    by_name = {shown: name for name, shown in _PARKED.items()}
    for shown, value in (item.pop("PendingModifiedValues", None) or {}).items():
        name = by_name.get(shown, "")
        if name in _SHOWN and name not in call.params:
            _SHOWN[name](ledger, call, item, value)


def _rename(ledger: Ledger, call: Call, item: Item, name: str) -> None:
    """ARN and endpoints follow from the name (RDS-30); members name it by it, and keep their own."""
    arn = item.get("DBClusterArn", call.arn("rds", f"cluster:{name}"))
    item |= {
        "DBClusterIdentifier": name,
        "DBClusterArn": f"{arn.rpartition(':')[0]}:{name}",
        "Endpoint": call.token("endpoint"),
        "ReaderEndpoint": call.token("reader"),
    }
    for member in item.get("DBClusterMembers", ()):
        instance = ledger.edit(INSTANCES, member["DBInstanceIdentifier"])
        if instance is not None:
            instance["DBClusterIdentifier"] = name


def _members_follow(ledger: Ledger, item: Item) -> None:
    for member in item.get("DBClusterMembers", ()):
        instance = ledger.edit(INSTANCES, member["DBInstanceIdentifier"])
        if instance is not None:
            groups = [each["VpcSecurityGroupId"] for each in item.get("VpcSecurityGroups", ())]
            rds_interfaces.regroup(ledger, instance, groups)
            instance |= {name: item[name] for name in _OF_MEMBERS if name in item}
            instance["Endpoint"] = {**instance.get("Endpoint", {}), "Port": item.get("Port", 0)}


def _deleted(ledger: Ledger, call: Call) -> Reply:
    item = ledger.edit(CLUSTERS, call["DBClusterIdentifier"])
    if item is None:
        return {}
    if call.get("FinalDBSnapshotIdentifier"):
        _keep(ledger, call, item, call["FinalDBSnapshotIdentifier"])
    ledger.drop(CLUSTERS, item["DBClusterIdentifier"])
    rds.ungrant(ledger, item.get("KmsKeyId"), _context(item))
    rds.unmanaged(ledger, item)
    return {"DBCluster": item}


def _keep(ledger: Ledger, call: Call, item: Reply, name: str) -> None:
    """A snapshot of all that it has, shared with nobody."""
    kept = ("AllocatedStorage", "DBClusterIdentifier", "DbClusterResourceId", "Engine", "EngineVersion", "KmsKeyId",
            "MasterUsername", "Port", "StorageEncrypted", "IAMDatabaseAuthenticationEnabled")  # fmt: skip
    ledger.add(
        CLUSTER_SNAPSHOTS,
        {
            **{key: item[key] for key in kept if key in item},
            "DBClusterSnapshotIdentifier": name,
            "DBClusterSnapshotArn": call.arn("rds", f"cluster-snapshot:{name}"),
            "SnapshotType": "manual",
            "Status": "available",
            "TagList": list(item.get("TagList", ())) if item.get("CopyTagsToSnapshot") else [],
        },
    )
    if ledger.knows(CLUSTER_SNAPSHOTS):
        attributes = [{"AttributeName": "restore", "AttributeValues": []}]
        result = {"DBClusterSnapshotIdentifier": name, "DBClusterSnapshotAttributes": attributes}
        reply = {"DBClusterSnapshotAttributesResult": result}
        ledger.put("rds", "DescribeDBClusterSnapshotAttributes", name, reply)


def _http(ledger: Ledger, call: Call) -> Reply:
    """The Data API, on or off."""
    item = ledger.edit(CLUSTERS, call["ResourceArn"].rpartition(":")[2]) or {}
    item["HttpEndpointEnabled"] = call.action == "EnableHttpEndpoint"
    return {}


EFFECTS: Mapping[str, Effect] = {
    "CreateDBCluster": _created,
    "ModifyDBCluster": _modified,
    "DeleteDBCluster": _deleted,
    "EnableHttpEndpoint": _http,
    "DisableHttpEndpoint": _http,
}
