"""What calls of RDS leave of snapshots, and of the accounts that they are shared with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rds_secure.inventory.effects import rds
from rds_secure.inventory.effects.call import Call, Effect, tagged
from rds_secure.inventory.effects.rds import CLUSTER_SNAPSHOTS, INSTANCES, SNAPSHOTS, Item
from rds_secure.inventory.ledger import Ledger
from rds_secure.inventory.model import Reply

_OF_INSTANCE = (
    "AllocatedStorage", "AvailabilityZone", "DBInstanceIdentifier", "DbiResourceId", "Engine", "EngineVersion",
    "IAMDatabaseAuthenticationEnabled", "Iops", "KmsKeyId", "LicenseModel", "MasterUsername", "StorageThroughput",
    "StorageType", "Timezone",
)  # fmt: skip
"""What a snapshot says of its instance under the same name."""


def look(ledger: Ledger, name: str) -> Reply | None:
    """A snapshot by its name, or by its ARN; also one that is made by the plan where snapshots were not read."""
    name = name.rpartition(":")[2]
    made: Reply | None = ledger.aside.get(("snapshot", name))
    return made or ledger.look(SNAPSHOTS, name)


def take(ledger: Ledger, call: Call, item: Reply, name: str) -> Item:
    """A snapshot of an instance, with its tags where they are copied."""
    copied = item.get("TagList", ()) if item.get("CopyTagsToSnapshot") else ()
    options: Any = item.get("OptionGroupMemberships") or ({},)
    snapshot: Item = {
        **{key: item[key] for key in _OF_INSTANCE if key in item},
        "DBSnapshotIdentifier": name,
        "DBSnapshotArn": call.arn("rds", f"snapshot:{name}"),
        "SnapshotType": "manual",
        "Status": "available",
        "Encrypted": item.get("StorageEncrypted", False),
        "Port": (item.get("Endpoint") or {}).get("Port", 0),
        "VpcId": (item.get("DBSubnetGroup") or {}).get("VpcId", ""),
        "OptionGroupName": options[0].get("OptionGroupName", ""),
        "TagList": tagged(copied, call.tags),
    }
    _keep(ledger, snapshot)
    return snapshot


def _keep(ledger: Ledger, snapshot: Item) -> None:
    name = snapshot["DBSnapshotIdentifier"]
    ledger.aside["snapshot", name] = snapshot
    ledger.add(SNAPSHOTS, snapshot)
    if ledger.knows(SNAPSHOTS):
        ledger.put("rds", "DescribeDBSnapshotAttributes", name, _shared_with_nobody(name))


def _shared_with_nobody(name: str) -> dict[str, Any]:
    attributes = [{"AttributeName": "restore", "AttributeValues": []}]
    result = {"DBSnapshotIdentifier": name, "DBSnapshotAttributes": attributes}
    return {"DBSnapshotAttributesResult": result}


def _created(ledger: Ledger, call: Call) -> Reply:
    item = ledger.look(INSTANCES, call["DBInstanceIdentifier"]) or {}
    return {"DBSnapshot": take(ledger, call, item, call["DBSnapshotIdentifier"])}


def _copied(ledger: Ledger, call: Call) -> Reply:
    """A copy, under another key where one is named."""
    source = look(ledger, call["SourceDBSnapshotIdentifier"]) or {}
    name = call["TargetDBSnapshotIdentifier"]
    copied = source.get("TagList", ()) if call.get("CopyTags") else ()
    snapshot: Item = {
        **source,
        "DBSnapshotIdentifier": name,
        "DBSnapshotArn": call.arn("rds", f"snapshot:{name}"),
        "SnapshotType": "manual",
        "TagList": tagged(copied, call.tags),
    }
    if call.get("KmsKeyId"):
        snapshot |= {"Encrypted": True, "KmsKeyId": rds.key_arn(call, call["KmsKeyId"])}
    _keep(ledger, snapshot)
    return {"DBSnapshot": snapshot}


def _deleted(ledger: Ledger, call: Call) -> Reply:
    ledger.drop(SNAPSHOTS, call["DBSnapshotIdentifier"])
    return {}


# Sharing


def _shared(ledger: Ledger, call: Call) -> Reply:
    return _attributes(ledger, call, "DBSnapshot")


def _cluster_shared(ledger: Ledger, call: Call) -> Reply:
    return _attributes(ledger, call, "DBClusterSnapshot")


def _attributes(ledger: Ledger, call: Call, what: str) -> Reply:
    reply = ledger.answer("rds", f"Describe{what}Attributes", call[f"{what}Identifier"]) or {}
    listed = reply.get(f"{what}AttributesResult", {}).setdefault(f"{what}Attributes", []) if reply else []
    found = next((each for each in listed if each["AttributeName"] == call["AttributeName"]), None)
    if found is None:
        found = {"AttributeName": call["AttributeName"], "AttributeValues": []}
        listed.append(found)
    left = set(found.get("AttributeValues", ())) - set(call.get("ValuesToRemove") or ())
    found["AttributeValues"] = sorted(left | set(call.get("ValuesToAdd") or ()))
    return {}


EFFECTS: Mapping[str, Effect] = {
    "CreateDBSnapshot": _created,
    "CopyDBSnapshot": _copied,
    "DeleteDBSnapshot": _deleted,
    "ModifyDBSnapshotAttribute": _shared,
    "ModifyDBClusterSnapshotAttribute": _cluster_shared,
}

__all__ = ["CLUSTER_SNAPSHOTS", "EFFECTS", "look", "take"]
