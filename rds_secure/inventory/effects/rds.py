"""What calls of RDS have in common: where things are listed, and how parameters show in what is described."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeAlias

from rds_secure import engines
from rds_secure.inventory.effects import rds_interfaces
from rds_secure.inventory.effects.call import Call, Effect, tagged, untagged
from rds_secure.inventory.ledger import Ledger, Listing
from rds_secure.inventory.model import Reply

INSTANCES = Listing("rds", "DescribeDBInstances", "DBInstances", "DBInstanceIdentifier")
CLUSTERS = Listing("rds", "DescribeDBClusters", "DBClusters", "DBClusterIdentifier")
PROXIES = Listing("rds", "DescribeDBProxies", "DBProxies", "DBProxyName")
SUBNET_GROUPS = Listing("rds", "DescribeDBSubnetGroups", "DBSubnetGroups", "DBSubnetGroupName")
OPTION_GROUPS = Listing("rds", "DescribeOptionGroups", "OptionGroupsList", "OptionGroupName")
SNAPSHOTS = Listing("rds", "DescribeDBSnapshots", "DBSnapshots", "DBSnapshotIdentifier")
CLUSTER_SNAPSHOTS = Listing("rds", "DescribeDBClusterSnapshots", "DBClusterSnapshots", "DBClusterSnapshotIdentifier")

ON_ITS_WAY = "a copy is on its way"

Item: TypeAlias = dict[str, Any]
Shown: TypeAlias = Callable[[Ledger, Call, Item, Any], None]
"""Puts the value of one parameter into what is described."""


def under(name: str) -> Shown:
    """Shown as it was given, under this name."""

    def show(ledger: Ledger, call: Call, item: Item, value: Any) -> None:
        item[name] = value

    return show


def groups(ledger: Ledger, call: Call, item: Item, value: Any) -> None:
    """Security groups, in use at the end of the call's wait."""
    if item.get("VpcSecurityGroups") and "DBInstanceIdentifier" in item:
        rds_interfaces.regroup(ledger, item, value)
    item["VpcSecurityGroups"] = [{"VpcSecurityGroupId": group, "Status": "active"} for group in value]


def authority(ledger: Ledger, call: Call, item: Item, value: Any) -> None:
    """The certificate authority of its certificate."""
    item["CACertificateIdentifier"] = value
    item["CertificateDetails"] = {**item.get("CertificateDetails", {}), "CAIdentifier": value}


def exported(ledger: Ledger, call: Call, item: Item, value: Any) -> None:
    """The logs that a new one exports, or what a change adds to them and takes from them."""
    if isinstance(value, Mapping):
        kept = set(item.get("EnabledCloudwatchLogsExports", ())) - set(value.get("DisableLogTypes", ()))
        value = kept | set(value.get("EnableLogTypes", ()))
    item["EnabledCloudwatchLogsExports"] = sorted(value)


def managed(ledger: Ledger, call: Call, item: Item, value: Any) -> None:
    """The secret that RDS keeps of the master's password; its key is fixed when that begins (RDS-12)."""
    if not value:
        unmanaged(ledger, item)
    elif not item.get("MasterUserSecret"):
        what = "cluster" if "DBClusterArn" in item else "db"
        arn = call.arn("secretsmanager", f"secret:rds!{what}-{call.token('secret')}")  # RDS-12
        named = call.get("MasterUserSecretKmsKeyId")
        key = key_arn(call, named) if named else own_key(ledger, call, "aws/secretsmanager")
        item["MasterUserSecret"] = {"SecretArn": arn, "SecretStatus": "active", "KmsKeyId": key}
        secret = {"ARN": arn, "KmsKeyId": key, "OwningService": "rds", "RotationEnabled": True}
        ledger.put("secretsmanager", "DescribeSecret", arn, secret)
        ledger.put("secretsmanager", "GetResourcePolicy", arn, {"ARN": arn})


def unmanaged(ledger: Ledger, item: Item) -> None:
    """That secret goes with its database, or with its being managed (RDS-12)."""
    arn = (item.pop("MasterUserSecret", None) or {}).get("SecretArn", "")
    for action in ("DescribeSecret", "GetResourcePolicy"):
        if ledger.reply("secretsmanager", action, arn) is not None:
            ledger.put("secretsmanager", action, arn, {})


def joined(ledger: Ledger, call: Call, item: Item, value: Any) -> None:
    """The directory that it is joined to."""
    membership = {
        "Domain": call.get("Domain"),
        "Status": "joined",
        "FQDN": call.get("DomainFqdn"),
        "IAMRoleName": call.get("DomainIAMRoleName"),
        "OU": call.get("DomainOu"),
        "AuthSecretArn": call.get("DomainAuthSecretArn"),
        "DnsIps": list(call.get("DomainDnsIps") or ()),
    }
    item["DomainMemberships"] = [{name: value for name, value in membership.items() if value}]


def apart(ledger: Ledger, call: Call, item: Item, value: Any) -> None:
    """No directory any more."""
    if value:
        item["DomainMemberships"] = []


def key_arn(call: Call, key: str) -> str:
    """The ARN of a key that may be given by its id; who names it by an alias has its ARN from a look-up."""
    return key if key.startswith("arn:") else call.arn("kms", f"key/{key}")


def own_key(ledger: Ledger, call: Call, alias: str) -> str:
    """The ARN of the key of AWS's own that is used where none is named. Who may use it was not read."""
    arn = call.arn("kms", f"key/<{alias}>")
    own = {"KeyManager": "AWS", "KeyState": "Enabled", "Enabled": True, "KeySpec": "SYMMETRIC_DEFAULT"}
    metadata = {"KeyId": f"<{alias}>", "Arn": arn, "AWSAccountId": call.place.account, "MultiRegion": False, **own}
    ledger.put("kms", "DescribeKey", arn, {"KeyMetadata": metadata})
    return arn


def insights(ledger: Ledger, call: Call, item: Item, value: Any) -> None:
    """Insights, under the key that is named, or has been, or AWS's own (RDS-13)."""
    item["PerformanceInsightsEnabled"] = value
    if value and not item.get("PerformanceInsightsKMSKeyId"):
        named = call.get("PerformanceInsightsKMSKeyId")
        key = key_arn(call, named) if named else own_key(ledger, call, "aws/rds")
        item["PerformanceInsightsKMSKeyId"] = key


def storage_key(ledger: Ledger, call: Call, item: Item, value: Any) -> None:
    """The key of its storage, on which RDS has a grant from then on (RDS-3)."""
    item["KmsKeyId"] = key_arn(call, value)


GRANTED = ("Decrypt", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo", "CreateGrant", "DescribeKey")
"""What RDS may do with the key of a database."""


def grant(ledger: Ledger, call: Call, key: str, context: Mapping[str, str]) -> None:
    """The grant by which RDS uses a key for one database (RDS-3)."""
    listed = ledger.answer("kms", "ListGrants", key)
    service = f"rds.{call.place.region}.amazonaws.com"
    if listed is not None:
        listed["Grants"] = [
            *listed.get("Grants", ()),
            {
                "KeyId": key,
                "GrantId": f"<{call.address}.grant>",
                "GranteePrincipal": service,
                "RetiringPrincipal": service,
                "IssuingAccount": f"arn:{call.place.partition}:iam::{call.place.account}:root",
                "Operations": list(GRANTED),
                "Constraints": {"EncryptionContextSubset": dict(context)},
            },
        ]


def ungrant(ledger: Ledger, key: str | None, context: Mapping[str, str]) -> None:
    """That grant goes with its database."""
    listed = ledger.answer("kms", "ListGrants", key) if key else None
    if listed is not None:
        listed["Grants"] = [each for each in listed.get("Grants", ()) if _context(each) != dict(context)]


def _context(item: Reply) -> Any:
    return (item.get("Constraints") or {}).get("EncryptionContextSubset")


def show(table: Mapping[str, Shown], ledger: Ledger, call: Call, item: Item, names: Iterable[str]) -> None:
    """Put each of these parameters where the table says; what it does not know shows nowhere."""
    for name in names:
        if name in table:
            table[name](ledger, call, item, call[name])


def family(item: Item) -> str | None:
    """The family of its parameter groups; None where its version is not told."""
    return engines.family(item.get("Engine", ""), str(item.get("EngineVersion", "")))


def default_options(item: Item) -> str | None:
    """AWS's own option group for an engine and its version; None where that is not told."""
    try:
        major = engines.major(item.get("Engine", ""), str(item.get("EngineVersion", "")))
    except ValueError:
        return None
    return f"default:{item['Engine']}-{major.replace('.', '-')}"


def default_port(engine: str) -> int:
    """The port that a new database of an engine listens on (RDS API, CreateDBInstance); 0 for an unknown engine."""
    facts = engines.ENGINES.get(engine)
    return facts.port if facts else 0


# Tags


_TAGGED: Mapping[str, tuple[Listing, str]] = {
    "db": (INSTANCES, "TagList"),
    "cluster": (CLUSTERS, "TagList"),
    "snapshot": (SNAPSHOTS, "TagList"),
    "cluster-snapshot": (CLUSTER_SNAPSHOTS, "TagList"),
}
"""What shows its tags where it is listed, by what its ARN calls it."""


def _named(ledger: Ledger, call: Call) -> tuple[Item, str]:
    kind, name = (["", *call["ResourceName"].split(":")])[-2:]
    listing, key = _TAGGED.get(kind, (None, ""))
    found = ledger.edit(listing, name) if listing else None
    return (found if found is not None else {}), key or "TagList"


def _tag(ledger: Ledger, call: Call) -> Reply:
    item, key = _named(ledger, call)
    item[key] = tagged(item.get(key, ()), call.tags)
    return {}


def _untag(ledger: Ledger, call: Call) -> Reply:
    item, key = _named(ledger, call)
    item[key] = untagged(item.get(key, ()), call["TagKeys"])
    return {}


# Roles


def _given(listing: Listing, ledger: Ledger, call: Call) -> Reply:
    item = ledger.edit(listing, call[listing.name]) or {}
    role = {"RoleArn": call["RoleArn"], "FeatureName": call.get("FeatureName", ""), "Status": "ACTIVE"}
    item["AssociatedRoles"] = [*_other_roles(item, call), role]
    return {}


def _taken(listing: Listing, ledger: Ledger, call: Call) -> Reply:
    item = ledger.edit(listing, call[listing.name]) or {}
    item["AssociatedRoles"] = _other_roles(item, call)
    return {}


def _other_roles(item: Item, call: Call) -> list[Any]:
    gone = (call["RoleArn"], call.get("FeatureName", ""))
    return [role for role in item.get("AssociatedRoles", ()) if (role["RoleArn"], role.get("FeatureName", "")) != gone]


EFFECTS: Mapping[str, Effect] = {
    "AddTagsToResource": _tag,
    "RemoveTagsFromResource": _untag,
    "AddRoleToDBInstance": partial(_given, INSTANCES),
    "RemoveRoleFromDBInstance": partial(_taken, INSTANCES),
    "AddRoleToDBCluster": partial(_given, CLUSTERS),
    "RemoveRoleFromDBCluster": partial(_taken, CLUSTERS),
}
