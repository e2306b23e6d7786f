"""What calls of RDS leave of proxies and their targets, activity streams, and backups that are copied elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rds_secure.inventory.effects import rds, rds_interfaces
from rds_secure.inventory.effects.call import Call, Effect
from rds_secure.inventory.effects.rds import CLUSTERS, INSTANCES, PROXIES, Item
from rds_secure.inventory.effects.rds_groups import vpc_of
from rds_secure.inventory.ledger import Ledger
from rds_secure.inventory.model import Reply

# Proxies

_OF_PROXY = ("DebugLogging", "DefaultAuthScheme", "IdleClientTimeout", "RequireTLS", "RoleArn")
"""What a proxy shows as it was given, when it is made and when it is changed."""


def _proxied(ledger: Ledger, call: Call) -> Reply:
    name, subnets = call["DBProxyName"].lower(), tuple(call["VpcSubnetIds"])
    proxy: Item = {
        "DBProxyName": name,
        "DBProxyArn": call.arn("rds", f"db-proxy:{call.token('resource_id')}"),
        "Status": "available",
        "EngineFamily": call["EngineFamily"],
        "VpcId": vpc_of(ledger, call, subnets),
        "VpcSecurityGroupIds": list(call.get("VpcSecurityGroupIds") or ()),
        "VpcSubnetIds": list(subnets),
        "Auth": [dict(auth) for auth in call.get("Auth") or ()],
        "Endpoint": call.token("endpoint"),
        "EndpointNetworkType": call.get("EndpointNetworkType", "IPV4"),
        "RequireTLS": False,
        **{key: call[key] for key in _OF_PROXY if key in call.params},
    }
    ledger.add(PROXIES, proxy)
    ledger.put("rds", "DescribeDBProxyTargets", name, {"Targets": []})
    return {"DBProxy": proxy}


def _reproxied(ledger: Ledger, call: Call) -> Reply:
    proxy = ledger.edit(PROXIES, call["DBProxyName"]) or {}
    proxy |= {key: call[key] for key in _OF_PROXY if key in call.params}
    if "SecurityGroups" in call.params:
        proxy["VpcSecurityGroupIds"] = list(call["SecurityGroups"])
        rds_interfaces.regroup_proxy(ledger, call["DBProxyName"], call["SecurityGroups"])
    if "Auth" in call.params:
        proxy["Auth"] = [dict(auth) for auth in call["Auth"]]
    return {"DBProxy": proxy}


def _unproxied(ledger: Ledger, call: Call) -> Reply:
    ledger.drop(PROXIES, call["DBProxyName"])
    rds_interfaces.remove_proxy(ledger, call["DBProxyName"])
    if ledger.answer("rds", "DescribeDBProxyTargets", call["DBProxyName"]) is not None:
        ledger.put("rds", "DescribeDBProxyTargets", call["DBProxyName"], {})
    return {}


def _targeted(ledger: Ledger, call: Call) -> Reply:
    listed = ledger.answer("rds", "DescribeDBProxyTargets", call["DBProxyName"])
    if listed is not None:
        listed["Targets"] = [*listed.get("Targets", ()), *_targets(ledger, call)]
    return {}


def _targets(ledger: Ledger, call: Call) -> list[dict[str, Any]]:
    """An instance; a cluster, and each of its members."""
    found = [{"RdsResourceId": name, "Type": "RDS_INSTANCE"} for name in call.get("DBInstanceIdentifiers") or ()]
    for name in call.get("DBClusterIdentifiers") or ():
        found.append({"RdsResourceId": name, "Type": "TRACKED_CLUSTER"})
        members = (ledger.look(CLUSTERS, name) or {}).get("DBClusterMembers", ())
        found.extend(
            {"RdsResourceId": member["DBInstanceIdentifier"], "TrackedClusterId": name, "Type": "RDS_INSTANCE"}
            for member in members
        )
    return found


def _untargeted(ledger: Ledger, call: Call) -> Reply:
    listed = ledger.answer("rds", "DescribeDBProxyTargets", call["DBProxyName"])
    gone = {*(call.get("DBInstanceIdentifiers") or ()), *(call.get("DBClusterIdentifiers") or ())}
    if listed is not None:
        listed["Targets"] = [
            each
            for each in listed.get("Targets", ())
            if gone.isdisjoint({each.get("RdsResourceId"), each.get("TrackedClusterId")})
        ]
    return {}


# Activity streams


_STREAM = (
    "ActivityStreamStatus", "ActivityStreamMode", "ActivityStreamKmsKeyId", "ActivityStreamKinesisStreamName",
    "ActivityStreamEngineNativeAuditFieldsIncluded",
)  # fmt: skip


def _database(ledger: Ledger, call: Call) -> Item:
    kind, name = (["", *call["ResourceArn"].split(":")])[-2:]
    return ledger.edit(CLUSTERS if kind == "cluster" else INSTANCES, name) or {}


def _streamed(ledger: Ledger, call: Call) -> Reply:
    key, native = rds.key_arn(call, call["KmsKeyId"]), call.get("EngineNativeAuditFieldsIncluded", False)
    values = ("started", call["Mode"], key, call.token("stream"), native)
    item = _database(ledger, call)
    item |= dict(zip(_STREAM, values, strict=True))
    return {"KinesisStreamName": call.token("stream"), "KmsKeyId": key}


def _unstreamed(ledger: Ledger, call: Call) -> Reply:
    item = _database(ledger, call)
    for name in _STREAM:
        item.pop(name, None)
    item["ActivityStreamStatus"] = "stopped"
    return {}


# Copies of backups, which are noted at the instance, and are in another Region


def _copied(ledger: Ledger, call: Call) -> Reply:
    item = ledger.edit(INSTANCES, call["SourceDBInstanceArn"].rpartition(":")[2]) or {}
    region = call["KmsKeyId"].split(":")[3] if call.get("KmsKeyId") else "<region>"
    arn = f"arn:{call.place.partition}:rds:{region}:{call.place.account}:auto-backup:{call.token('backup')}"
    item["DBInstanceAutomatedBackupsReplications"] = [{"DBInstanceAutomatedBackupsArn": arn}]
    return {}


def _uncopied(ledger: Ledger, call: Call) -> Reply:
    item = ledger.edit(INSTANCES, call["SourceDBInstanceArn"].rpartition(":")[2]) or {}
    item["DBInstanceAutomatedBackupsReplications"] = []
    return {}


EFFECTS: Mapping[str, Effect] = {
    "CreateDBProxy": _proxied,
    "ModifyDBProxy": _reproxied,
    "DeleteDBProxy": _unproxied,
    "RegisterDBProxyTargets": _targeted,
    "DeregisterDBProxyTargets": _untargeted,
    "StartActivityStream": _streamed,
    "StopActivityStream": _unstreamed,
    "StartDBInstanceAutomatedBackupsReplication": _copied,
    "StopDBInstanceAutomatedBackupsReplication": _uncopied,
}
