"""What calls of RDS leave of instances: made, changed at once or put aside for the window, restarted, deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rds_secure import engines
from rds_secure.inventory.effects import rds, rds_interfaces, rds_snapshots
from rds_secure.inventory.effects.call import Call, Effect
from rds_secure.inventory.effects.rds import CLUSTERS, INSTANCES, Item, Shown, under
from rds_secure.inventory.ledger import Ledger
from rds_secure.inventory.model import Reply

_AS_GIVEN = (
    "AllocatedStorage", "AutoMinorVersionUpgrade", "AvailabilityZone", "BackupRetentionPeriod", "CharacterSetName",
    "CopyTagsToSnapshot", "DBClusterIdentifier", "DBInstanceClass", "DBName", "DatabaseInsightsMode",
    "DedicatedLogVolume", "DeletionProtection", "Engine", "EngineLifecycleSupport", "EngineVersion", "Iops",
    "LicenseModel", "MasterUsername", "MaxAllocatedStorage", "MonitoringInterval", "MonitoringRoleArn", "MultiAZ",
    "NcharCharacterSetName", "NetworkType", "PerformanceInsightsRetentionPeriod", "PreferredBackupWindow",
    "PreferredMaintenanceWindow", "PromotionTier", "ReplicaMode", "StorageEncrypted",
    "StorageThroughput", "StorageType", "Timezone",
)  # fmt: skip


def _port(ledger: Ledger, call: Call, item: Item, value: Any) -> None:
    item["Endpoint"] = {**item.get("Endpoint", {}), "Port": value}


def _network(ledger: Ledger, call: Call, item: Item, value: Any) -> None:
    """The subnet group is shown with all that it says of itself."""
    found = ledger.look(rds.SUBNET_GROUPS, value) or ledger.aside.get(("subnet group", value.lower()))
    item["DBSubnetGroup"] = dict(found) if found else {"DBSubnetGroupName": value}


def _parameters(ledger: Ledger, call: Call, item: Item, value: Any) -> None:
    """Another group is in effect after a restart (RDS-8); a new instance comes up with it."""
    held = [group["DBParameterGroupName"] for group in item.get("DBParameterGroups", ())]
    if held != [value]:
        status = "pending-reboot" if held else "in-sync"
        item["DBParameterGroups"] = [{"DBParameterGroupName": value, "ParameterApplyStatus": status}]


def _options(ledger: Ledger, call: Call, item: Item, value: Any) -> None:
    item["OptionGroupMemberships"] = [{"OptionGroupName": value, "Status": "in-sync"}]


def _public(ledger: Ledger, call: Call, item: Item, value: Any) -> None:
    if item.get("PubliclyAccessible") and not value:
        rds_interfaces.conceal(ledger, item)
    item["PubliclyAccessible"] = value


_SHOWN: Mapping[str, Shown] = {
    **{name: under(name) for name in _AS_GIVEN},
    "CACertificateIdentifier": rds.authority,
    "CloudwatchLogsExportConfiguration": rds.exported,
    "DBParameterGroupName": _parameters,
    "DBPortNumber": _port,
    "DBSubnetGroupName": _network,
    "DisableDomain": rds.apart,
    "Domain": rds.joined,
    "DomainFqdn": rds.joined,
    "EnableCloudwatchLogsExports": rds.exported,
    "EnableIAMDatabaseAuthentication": under("IAMDatabaseAuthenticationEnabled"),
    "EnablePerformanceInsights": rds.insights,
    "KmsKeyId": rds.storage_key,
    "ManageMasterUserPassword": rds.managed,
    "OptionGroupName": _options,
    "Port": _port,
    "PubliclyAccessible": _public,
    "VpcSecurityGroupIds": rds.groups,
}
"""Parameter → how it shows. What is in no table shows nowhere: a password, whether to apply at once."""

_PARKED: Mapping[str, str] = {
    "AllocatedStorage": "AllocatedStorage",
    "BackupRetentionPeriod": "BackupRetentionPeriod",
    "CACertificateIdentifier": "CACertificateIdentifier",
    "DBInstanceClass": "DBInstanceClass",
    "DBSubnetGroupName": "DBSubnetGroupName",
    "DedicatedLogVolume": "DedicatedLogVolume",
    "EnableIAMDatabaseAuthentication": "IAMDatabaseAuthenticationEnabled",
    "EngineVersion": "EngineVersion",
    "Iops": "Iops",
    "LicenseModel": "LicenseModel",
    "MultiAZ": "MultiAZ",
    "NewDBInstanceIdentifier": "DBInstanceIdentifier",
    "StorageThroughput": "StorageThroughput",
    "StorageType": "StorageType",
}
"""Parameter → as what it shows while it waits for the window (RDS-2)."""

_PARKED_UNSEEN = frozenset({"DisableDomain", "Domain", "DomainFqdn", "NetworkType", "OptionGroupName", "ReplicaMode"})
"""What waits as well, and shows elsewhere, or nowhere (RDS-24)."""

_INHERITED = (
    "AllocatedStorage", "CACertificateIdentifier", "CertificateDetails", "CharacterSetName", "DBName", "DBSubnetGroup",
    "Engine", "EngineVersion", "IAMDatabaseAuthenticationEnabled", "Iops", "KmsKeyId", "LicenseModel",
    "MasterUsername", "NetworkType", "OptionGroupMemberships", "PerformanceInsightsEnabled", "StorageEncrypted",
    "StorageThroughput", "StorageType", "Timezone",
)  # fmt: skip
"""What a replica and a restored instance have of their source, unless something else is said."""

_OF_CLUSTER = (
    "BackupRetentionPeriod", "CopyTagsToSnapshot", "EnabledCloudwatchLogsExports",
    "EngineVersion", "IAMDatabaseAuthenticationEnabled", "KmsKeyId", "MasterUsername", "NetworkType",
    "StorageEncrypted", "VpcSecurityGroups",
)  # fmt: skip
"""What an instance shows of its cluster."""


# Making


def _created(ledger: Ledger, call: Call) -> Reply:
    cluster = ledger.look(CLUSTERS, call.get("DBClusterIdentifier", ""))
    inherited = {name: cluster[name] for name in _OF_CLUSTER if name in cluster} if cluster else {}
    if cluster:
        inherited["Endpoint"] = {"Port": cluster.get("Port", 0)}
        if cluster.get("DBSubnetGroup"):
            _network(ledger, call, inherited, cluster["DBSubnetGroup"])
    item = _new(ledger, call, inherited)
    if cluster:
        _join(ledger, call, item)
    return {"DBInstance": item}


def _new(ledger: Ledger, call: Call, inherited: Mapping[str, Any]) -> Item:
    """A new instance, with what AWS says where the call says nothing."""
    name = call["DBInstanceIdentifier"].lower()
    item: Item = {
        "DBInstanceIdentifier": name,
        "DBInstanceArn": call.arn("rds", f"db:{name}"),
        "DbiResourceId": call.token("resource_id"),
        "DBInstanceStatus": "available",
        "PubliclyAccessible": False,
        "MultiAZ": False,
        "StorageEncrypted": False,
        "IAMDatabaseAuthenticationEnabled": False,
        "DeletionProtection": False,
        "NetworkType": "IPV4",
        "BackupRetentionPeriod": 1,
        "VpcSecurityGroups": [],
        "PendingModifiedValues": {},
        "TagList": call.tags,
        **inherited,
    }
    rds.show(_SHOWN, ledger, call, item, call.params)
    port = (item.get("Endpoint") or {}).get("Port") or rds.default_port(item.get("Engine", ""))
    item["Endpoint"] = {"Address": call.token("endpoint"), "Port": port}
    if "DBSubnetGroup" not in item:
        _network(ledger, call, item, "default")
    if not item.get("DBParameterGroups"):
        told = rds.family(item)
        _parameters(ledger, call, item, f"default.{told}" if told else call.token("parameter_group"))
    if not item.get("OptionGroupMemberships"):
        _options(ledger, call, item, rds.default_options(item) or call.token("option_group"))
    if item["StorageEncrypted"] and not item.get("KmsKeyId"):
        item["KmsKeyId"] = rds.own_key(ledger, call, "aws/rds")
    if item["StorageEncrypted"] and not item.get("DBClusterIdentifier"):
        rds.grant(ledger, call, item["KmsKeyId"], _context(item))
    ledger.add(INSTANCES, item)
    return item


def _context(item: Reply) -> Mapping[str, str]:
    return {"aws:rds:db-id": item.get("DbiResourceId", "")}


def _join(ledger: Ledger, call: Call, item: Item) -> None:
    cluster = ledger.edit(CLUSTERS, item["DBClusterIdentifier"]) or {}
    members = cluster.setdefault("DBClusterMembers", [])
    members.append(
        {
            "DBInstanceIdentifier": item["DBInstanceIdentifier"],
            "IsClusterWriter": not members,
            "DBClusterParameterGroupStatus": "in-sync",
            "PromotionTier": item.get("PromotionTier", 1),
        }
    )


def _replicated(ledger: Ledger, call: Call) -> Reply:
    """A replica: its source's in most, and each of them names the other; across Regions by ARN."""
    source = call["SourceDBInstanceIdentifier"]
    name = source.rpartition(":")[2]
    here = not source.startswith("arn:") or source.split(":")[3] == call.place.region
    found = (ledger.edit(INSTANCES, name) if here else None) or {}
    inherited = _of(found)
    if "DBParameterGroups" in found:
        inherited["DBParameterGroups"] = [
            {**group, "ParameterApplyStatus": "in-sync"} for group in found["DBParameterGroups"]
        ]
    inherited |= {"ReadReplicaSourceDBInstanceIdentifier": name if here else source, "BackupRetentionPeriod": 0}
    item = _new(ledger, call, inherited)
    replicas = found.setdefault("ReadReplicaDBInstanceIdentifiers", [])
    replicas.append(item["DBInstanceIdentifier"])
    return {"DBInstance": item}


def _restored(ledger: Ledger, call: Call) -> Reply:
    snapshot = rds_snapshots.look(ledger, call["DBSnapshotIdentifier"]) or {}
    inherited = _of(snapshot)
    inherited.pop("OptionGroupMemberships", None)
    if snapshot.get("OptionGroupName"):
        _options(ledger, call, inherited, snapshot["OptionGroupName"])
    if snapshot.get("Port"):
        inherited["Endpoint"] = {"Port": snapshot["Port"]}
    if snapshot.get("Encrypted"):
        inherited["StorageEncrypted"] = True
    return {"DBInstance": _new(ledger, call, inherited)}


def _of(source: Reply) -> Item:
    found = {name: source[name] for name in _INHERITED if name in source}
    if (source.get("Endpoint") or {}).get("Port"):
        found["Endpoint"] = {"Port": source["Endpoint"]["Port"]}
    return found


# Changing


def _modified(ledger: Ledger, call: Call) -> Reply:
    item = ledger.edit(INSTANCES, call["DBInstanceIdentifier"])
    if item is None:
        return {}
    waiting = () if call.get("ApplyImmediately") else tuple(_waiting(call, item))
    at_once = [name for name in call.params if name not in waiting]
    version = item.get("EngineVersion")
    if _restarts(item, call, at_once):
        _restart(item)  # before its group is another one, which waits for the next
    rds.show(_SHOWN, ledger, call, item, at_once)
    if "EngineVersion" in at_once and item.get("EngineVersion") != version:
        _restart(item)
    for name in waiting:
        _park(call, item, name)
    if call.get("ApplyImmediately"):
        _flush(ledger, call, item)
        if call.get("NewDBInstanceIdentifier"):
            _rename(ledger, call, item, call["NewDBInstanceIdentifier"].lower())
    return {"DBInstance": item}


def _restarts(item: Item, call: Call, at_once: Iterable[str]) -> bool:
    """Whether another class, or another port (which waits for no window, RDS-24), restarts it."""
    held = {"DBInstanceClass": item.get("DBInstanceClass"), "DBPortNumber": item.get("Endpoint", {}).get("Port")}
    return any(name in held and call[name] != held[name] for name in at_once)


def _waiting(call: Call, item: Item) -> Iterable[str]:
    """What of a change waits for the window (RDS-2)."""
    version = str(call.get("EngineVersion") or item.get("EngineVersion", ""))
    upgrades = (
        engines.is_major_change(item["Engine"], item["EngineVersion"], version) if _told(item, version) else False
    )
    for name in call.params:
        if name == "BackupRetentionPeriod":  # only from none, or to none
            if not (call[name] and item.get(name)) and call[name] != item.get(name):
                yield name
        elif name in _PARKED or name in _PARKED_UNSEEN or (name == "DBParameterGroupName" and upgrades):  # RDS-6
            yield name


def _told(item: Item, version: str) -> bool:
    return bool(item.get("Engine") in engines.ENGINES and item.get("EngineVersion") and version)


def _park(call: Call, item: Item, name: str) -> None:
    """Put a value aside; the one that it has, or is to have, takes back what was put aside before."""
    value, pending = call[name], item.setdefault("PendingModifiedValues", {})
    if name in _PARKED:
        shown = _PARKED[name]
        if item.get(shown) == value or (name == "DBSubnetGroupName" and _subnet_group(item) == value):
            pending.pop(shown, None)
        else:
            pending[shown] = value
    elif name == "OptionGroupName":
        held = [each for each in item.get("OptionGroupMemberships", ()) if _is_settled(each)]
        if any(each["OptionGroupName"] == value for each in held):
            item["OptionGroupMemberships"] = held
        else:
            leaving = [{**each, "Status": "pending-maintenance-removal"} for each in held]
            coming = {"OptionGroupName": value, "Status": "pending-maintenance-apply"}
            item["OptionGroupMemberships"] = [*leaving, coming]


def _subnet_group(item: Item) -> str | None:
    return (item.get("DBSubnetGroup") or {}).get("DBSubnetGroupName")


def _is_settled(membership: Reply) -> bool:
    return membership.get("Status") != "pending-maintenance-apply"


def _flush(ledger: Ledger, call: Call, item: Item) -> None:
    """ApplyImmediately makes what waits as well (RDS-2)."""
    pending = item.get("PendingModifiedValues") or {}
    by_name = {shown: name for name, shown in _PARKED.items()}
    for shown, value in list(pending.items()):
        name = by_name.get(shown)
        if name is None or name == "NewDBInstanceIdentifier" or name in call.params:
            continue
        _SHOWN[name](ledger, call, item, value)
        if name in ("DBInstanceClass", "EngineVersion"):
            _restart(item)
    new = pending.get("DBInstanceIdentifier")
    item["PendingModifiedValues"] = {}
    coming = [each for each in item.get("OptionGroupMemberships", ()) if not _is_settled(each)]
    if coming and "OptionGroupName" not in call.params:
        _options(ledger, call, item, coming[0]["OptionGroupName"])
    if new and not call.get("NewDBInstanceIdentifier"):
        _rename(ledger, call, item, new)


def _rename(ledger: Ledger, call: Call, item: Item, name: str) -> None:
    """ARN and endpoint follow from the name (RDS-30), and others name it by it."""
    old = item["DBInstanceIdentifier"]
    arn = item.get("DBInstanceArn", call.arn("rds", f"db:{old}"))
    item |= {
        "DBInstanceIdentifier": name,
        "DBInstanceArn": f"{arn.rpartition(':')[0]}:{name}",
        "Endpoint": {**item.get("Endpoint", {}), "Address": call.token("endpoint")},
    }
    _restart(item)
    for key, there in (
        ("ReadReplicaSourceDBInstanceIdentifier", "ReadReplicaDBInstanceIdentifiers"),
        ("ReadReplicaDBInstanceIdentifiers", "ReadReplicaSourceDBInstanceIdentifier"),
    ):
        named = item.get(key) or ()
        for other in (named,) if isinstance(named, str) else named:
            found = ledger.edit(INSTANCES, other)
            if found and isinstance(found.get(there), str):
                found[there] = name
            elif found:
                found[there] = [name if each == old else each for each in found.get(there, ())]
    if item.get("DBClusterIdentifier"):
        cluster = ledger.edit(CLUSTERS, item["DBClusterIdentifier"]) or {}
        for member in cluster.get("DBClusterMembers", ()):
            if member["DBInstanceIdentifier"] == old:
                member["DBInstanceIdentifier"] = name


def _rebooted(ledger: Ledger, call: Call) -> Reply:
    item = ledger.edit(INSTANCES, call["DBInstanceIdentifier"])
    if item is not None:
        _restart(item)
        cluster = ledger.edit(CLUSTERS, item.get("DBClusterIdentifier") or "")
        for member in (cluster or {}).get("DBClusterMembers", ()):
            if member["DBInstanceIdentifier"] == item["DBInstanceIdentifier"]:
                member["DBClusterParameterGroupStatus"] = "in-sync"
    return {"DBInstance": item or {}}


def _restart(item: Item) -> None:
    """After a restart every parameter is in effect (RDS-8)."""
    for group in item.get("DBParameterGroups", ()):
        group["ParameterApplyStatus"] = "in-sync"


def _deleted(ledger: Ledger, call: Call) -> Reply:
    item = ledger.edit(INSTANCES, call["DBInstanceIdentifier"])
    if item is None:
        return {}
    if call.get("FinalDBSnapshotIdentifier"):
        rds_snapshots.take(ledger, call, item, call["FinalDBSnapshotIdentifier"])
    rds_interfaces.remove(ledger, item)
    ledger.drop(INSTANCES, item["DBInstanceIdentifier"])
    rds.ungrant(ledger, item.get("KmsKeyId"), _context(item))
    rds.unmanaged(ledger, item)
    if item.get("DBClusterIdentifier"):
        cluster = ledger.edit(CLUSTERS, item["DBClusterIdentifier"]) or {}
        gone = item["DBInstanceIdentifier"]
        cluster["DBClusterMembers"] = [
            member for member in cluster.get("DBClusterMembers", ()) if member["DBInstanceIdentifier"] != gone
        ]
    source = ledger.edit(INSTANCES, item.get("ReadReplicaSourceDBInstanceIdentifier") or "") or {}
    names = source.get("ReadReplicaDBInstanceIdentifiers", ())
    source["ReadReplicaDBInstanceIdentifiers"] = [name for name in names if name != item["DBInstanceIdentifier"]]
    return {"DBInstance": item}


EFFECTS: Mapping[str, Effect] = {
    "CreateDBInstance": _created,
    "CreateDBInstanceReadReplica": _replicated,
    "RestoreDBInstanceFromDBSnapshot": _restored,
    "ModifyDBInstance": _modified,
    "RebootDBInstance": _rebooted,
    "DeleteDBInstance": _deleted,
}
