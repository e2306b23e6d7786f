"""The whole account as plain data that is equal for equal accounts: ids are names, moments are gone.

Everything there is of a kind is listed, so that a twin, an orphan or a left-over shows. It is read with boto3 alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from rds_secure.sandbox import Sandbox
from tests.e2e import looks
from tests.e2e.looks import LOOKS, Client, tags

RANDOM = (
    (re.compile(r"\bsgr-[0-9a-f]+"), "a rule"),
    (re.compile(r"\bpl-[0-9a-f]+"), "a prefix list"),
    (re.compile(r"\bdb-[0-9A-Z]{20,}"), "a database that is gone"),
    (re.compile(r"\.(cluster-ro|cluster|db-proxy)-[0-9a-z]{12}\."), r".\1."),
    (re.compile(r"(:secret:[^\"]+?)-[0-9A-Za-z]{6}(?=\")"), r"\1"),
    (re.compile(r"(rds:[a-z-]+)-\d{4}(?:-\d\d){4}"), r"\1"),
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "a UUID"),
)
"""What is different each time, and says nothing: what it belongs to is told by where it stands."""

CHANCE = frozenset(
    {"GrantId", "GrantToken", "HostedZoneId", "PolicyId", "ResponseMetadata", "RoleId", "SubscribedAt", "UserId"}
)
"""Fields whose value is different each time."""

Picture = Mapping[str, Any]


def picture(sandbox: Sandbox) -> Picture:
    """Kind → everything that there is of it, each as `looks` sees it."""
    client = sandbox.client
    seen: dict[str, Any] = {
        kind: {name: LOOKS[kind](client, name) for name in names(client)} for kind, names in NAMES.items()
    }
    seen["kms_key"] = [
        {**looks.kms_key(client, key), "grants": client("kms").list_grants(KeyId=key)["Grants"]}
        for key in _keys(client)
    ]
    seen["policy versions"] = {name: _versions(client, name) for name in NAMES["iam_policy"](client)}
    seen["aliases"] = sorted(alias["AliasName"] for alias in client("kms").list_aliases()["Aliases"])
    for group in seen["iam_group"].values():
        del group["GroupId"]
    seen["security groups"] = client("ec2").describe_security_groups()["SecurityGroups"]
    seen["rules"] = client("ec2").describe_security_group_rules()["SecurityGroupRules"]
    seen["snapshots"] = [
        {**snapshot, "tags": tags(snapshot["TagList"])}
        for snapshot in client("rds").describe_db_snapshots()["DBSnapshots"]
    ]
    seen["secrets"] = sorted(item["Name"] for item in client("secretsmanager").list_secrets()["SecretList"])
    text = json.dumps(_ordered(_plain(seen)), sort_keys=True)
    for random, name in sorted(_ids(client).items(), key=lambda pair: -len(pair[0])):
        text = text.replace(random, name)
    for migration in set(re.findall(r'"rds-secure:migration": "(\w+)"', text)):
        text = text.replace(migration, "migration")
    for pattern, name in RANDOM:
        text = pattern.sub(name, text)
    return _ordered(json.loads(text))  # type: ignore[no-any-return]


def differences(expected: Any, found: Any, path: str = "") -> Iterator[str]:
    """Where two pictures differ: ``db_instance.orders.DeletionProtection: True, not False``."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted({*expected, *found}):
            yield from differences(expected.get(key), found.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for number, pair in enumerate(zip(expected, found, strict=True)):
            yield from differences(*pair, f"{path}[{number}]")
    elif expected != found:
        yield f"{path}: {_short(found)}, not {_short(expected)}"


def _parameters(client: Client) -> list[str]:
    return [item["Name"] for item in client("ssm").describe_parameters()["Parameters"]]


NAMES: Mapping[str, Callable[[Client], list[str]]] = {
    "iam_group": lambda client: [item["GroupName"] for item in client("iam").list_groups()["Groups"]],
    "iam_user": lambda client: [item["UserName"] for item in client("iam").list_users()["Users"]],
    "iam_role": lambda client: [item["RoleName"] for item in client("iam").list_roles()["Roles"]],
    "iam_policy": lambda client: [
        item["PolicyName"] for item in client("iam").list_policies(Scope="Local")["Policies"]
    ],
    "data_key": lambda client: [
        *(item["Name"] for item in client("secretsmanager").list_secrets()["SecretList"] if "!" not in item["Name"]),
        *(name for name in _parameters(client) if "/lock/" not in name),  # a killed process leaves its lock
    ],
    "db_subnet_group": lambda client: _rds(client, "describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupName"),
    "db_parameter_group": lambda client: _rds(
        client, "describe_db_parameter_groups", "DBParameterGroups", "DBParameterGroupName"
    ),
    "db_cluster_parameter_group": lambda client: _rds(
        client, "describe_db_cluster_parameter_groups", "DBClusterParameterGroups", "DBClusterParameterGroupName"
    ),
    "option_group": lambda client: [
        name
        for name in _rds(client, "describe_option_groups", "OptionGroupsList", "OptionGroupName")
        if not name.startswith("default:")
    ],
    "db_cluster": lambda client: _rds(client, "describe_db_clusters", "DBClusters", "DBClusterIdentifier"),
    "db_instance": lambda client: _rds(client, "describe_db_instances", "DBInstances", "DBInstanceIdentifier"),
    "db_proxy": lambda client: _rds(client, "describe_db_proxies", "DBProxies", "DBProxyName"),
    "event_subscription": lambda client: _rds(
        client, "describe_event_subscriptions", "EventSubscriptionsList", "CustSubscriptionId"
    ),
    "security_hub": lambda client: ["main"] if looks.exists(client, "security_hub", "main") else [],
    "activity_stream": lambda client: ["everything"] if looks.exists(client, "activity_stream", "everything") else [],
    "snapshot_sharing": lambda client: [
        name
        for name in _rds(client, "describe_db_snapshots", "DBSnapshots", "DBSnapshotIdentifier")
        if looks.exists(client, "snapshot_sharing", name)
    ],
}
"""Kind → the names of all there are. Keys and security groups have none that is sure to be theirs alone."""


def _rds(client: Client, method: str, result: str, name: str) -> list[str]:
    return [item[name] for item in getattr(client("rds"), method)()[result]]


def _keys(client: Client) -> list[str]:
    return [key["KeyId"] for key in client("kms").list_keys()["Keys"]]


def _versions(client: Client, name: str) -> list[tuple[str, bool]]:
    listed = client("iam").list_policy_versions(PolicyArn=looks.policy_arn(client, name))["Versions"]
    return [(version["VersionId"], version["IsDefaultVersion"]) for version in listed]


def _ids(client: Client) -> dict[str, str]:
    """Random id → a name for it, from a tag, an alias or a name that does not change."""
    ec2, kms, rds = client("ec2"), client("kms"), client("rds")
    vpcs = {item["VpcId"]: f"vpc {_name(item, item['CidrBlock'])}" for item in ec2.describe_vpcs()["Vpcs"]}
    subnets = {
        item["SubnetId"]: f"subnet {_name(item, item['CidrBlock'])}" for item in ec2.describe_subnets()["Subnets"]
    }
    groups = {
        item["GroupId"]: f"group {vpcs[item['VpcId']]} {item['GroupName']}"
        for item in ec2.describe_security_groups()["SecurityGroups"]
    }
    keys = {}
    for key in _keys(client):
        aliases = [item["AliasName"] for item in kms.list_aliases(KeyId=key)["Aliases"]]
        tagged = tags(kms.list_resource_tags(KeyId=key)["Tags"], "TagKey", "TagValue")
        keys[key] = f"key {' '.join(aliases) or tagged.get('rds-secure:address', '')}"
    databases = {
        item["DbiResourceId"]: f"database {item['DBInstanceIdentifier']}"
        for item in rds.describe_db_instances()["DBInstances"]
    }
    clusters = {
        item["DbClusterResourceId"]: f"cluster {item['DBClusterIdentifier']}"
        for item in rds.describe_db_clusters()["DBClusters"]
    }
    proxies = {
        item["DBProxyArn"].rpartition(":")[2]: f"proxy {item['DBProxyName']}"
        for item in rds.describe_db_proxies()["DBProxies"]
    }
    return {**vpcs, **subnets, **groups, **keys, **databases, **clusters, **proxies}


def _name(item: Mapping[str, Any], otherwise: str) -> str:
    return tags(item.get("Tags")).get("Name", otherwise)


def _plain(value: Any, key: str = "") -> Any:
    """Data without chance and moments, nor what is encrypted anew each time, of which the length is kept."""
    if isinstance(value, Mapping):
        return {str(name): _plain(item, name) for name, item in value.items() if name not in CHANCE}
    if isinstance(value, list | tuple):
        return [_plain(item, key) for item in value]
    if isinstance(value, datetime):
        return "a moment"
    if isinstance(value, bytes) or (key in ("value", "Value", "kept", "Ciphertext") and len(str(value)) > 100):
        return f"{len(value)} characters"
    return value


def _ordered(value: Any) -> Any:
    """Lists of objects in an order that their content gives."""
    if isinstance(value, dict):
        return {name: _ordered(item) for name, item in value.items()}
    if isinstance(value, list):
        return sorted((_ordered(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) < 200 else f"{text[:200]}…"
