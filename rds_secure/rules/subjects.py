"""The things of an inventory that rules are about, each under the name that findings call it by. It judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from rds_secure import tagging
from rds_secure.access import account
from rds_secure.access.iam.identities import Group, Identities, Role, User, read_policy
from rds_secure.access.iam.policy import Policy
from rds_secure.access.posture import Posture
from rds_secure.inventory.model import Inventory, Reply
from rds_secure.ownership import owner
from rds_secure.rules.model import Detail, Of, Subject
from rds_secure.values import Address, Ref

_LISTED: tuple[tuple[Of, str, str, str, str, str], ...] = (
    (Of.INSTANCE, "rds", "DescribeDBInstances", "DBInstances", "DBInstanceIdentifier", "db:"),
    (Of.CLUSTER, "rds", "DescribeDBClusters", "DBClusters", "DBClusterIdentifier", "cluster:"),
    (Of.PROXY, "rds", "DescribeDBProxies", "DBProxies", "DBProxyName", "db-proxy:"),
    (Of.SNAPSHOT, "rds", "DescribeDBSnapshots", "DBSnapshots", "DBSnapshotIdentifier", "snapshot:"),
    (
        Of.SNAPSHOT,
        "rds",
        "DescribeDBClusterSnapshots",
        "DBClusterSnapshots",
        "DBClusterSnapshotIdentifier",
        "cluster-snapshot:",
    ),
    (Of.SECURITY_GROUP, "ec2", "DescribeSecurityGroups", "SecurityGroups", "GroupId", ""),
)
"""What → service, action, the key of its listing, the key of an item's name, and how findings begin that name."""

Spot = tuple[str, Address]
"""A stack, and an address in it. The stack is "" for the one at hand, of what is not there yet."""
Owned = Mapping[str, Spot]
"""ARN or id → where that stands: of what a stack is known to own, also where AWS tells no tags (keys, policies)."""

SNAPSHOTS = ("snapshot:", "cluster-snapshot:")
"""How the names of snapshots begin."""

_PLACED: tuple[tuple[Of, str, str, str], ...] = (
    (Of.NETWORK_ACL, "DescribeNetworkAcls", "NetworkAcls", "NetworkAclId"),
    (Of.SUBNET, "DescribeSubnets", "Subnets", "SubnetId"),
    (Of.VPC, "DescribeVpcs", "Vpcs", "VpcId"),
)
"""What of EC2 is asked about only where databases are → action, the key of its listing, that of an item's name."""

_IDENTITIES = (
    *("DBInstanceArn", "DBClusterArn", "DBProxyArn", "DBSnapshotArn", "DBClusterSnapshotArn"),
    *("GroupId", "Arn"),
)
_PLACEHOLDER = re.compile(r"<([a-z_]+\.[A-Za-z0-9_-]+)>")
"""What stands for the id of something that is not there yet."""


def owned_by(stack: str, known: Mapping[Ref, str]) -> Owned:
    """What a stack owns, by what references to it yield."""
    return {value: (stack, ref.target) for ref, value in known.items() if ref.attribute in ("arn", "id")}


def subjects_of(posture: Posture, owned: Owned = MappingProxyType({})) -> Iterator[Subject]:
    """Everything in the inventory, with what the engines know of it, and where it stands in a stack."""
    for subject in _subjects(posture):
        known = (owned.get(str(subject.reply.get(key))) for key in _IDENTITIES)
        spot = next((each for each in known if each), None)
        yield replace(subject, stack=spot[0], address=spot[1]) if spot else subject


def _subjects(posture: Posture) -> Iterator[Subject]:
    inventory = posture.inventory
    known: dict[str, Detail] = {one.id: one for one in posture.protection.databases}
    known.update((one.id, one) for one in posture.protection.proxies)
    known.update((one.id, one) for one in posture.protection.snapshots)
    for of, service, action, key, name, prefix in _LISTED:
        for item in inventory.items(service, action, key):
            called = f"{prefix}{item[name]}"
            yield _subject(of, called, item, _tagged(item, item[name]), known.get(called))
    yield from _around(inventory)
    yield from _keys(posture)
    yield from _secrets(inventory)
    yield from _identities(inventory)
    yield Subject(Of.ACCOUNT, "account", {})


def _around(inventory: Inventory) -> Iterator[Subject]:
    """The subnets that databases may be in, their network ACLs, and their VPCs."""
    listed = inventory.items("rds", "DescribeDBSubnetGroups", "DBSubnetGroups")
    groups = {each["DBSubnetGroupName"]: each for each in listed}
    used = [each.get("DBSubnetGroup") or {} for each in inventory.items("rds", "DescribeDBInstances", "DBInstances")]
    clusters = inventory.items("rds", "DescribeDBClusters", "DBClusters")
    used.extend(groups.get(each.get("DBSubnetGroup", ""), {}) for each in clusters)
    subnets = {subnet["SubnetIdentifier"] for group in used for subnet in group.get("Subnets", ())}
    wanted = {Of.SUBNET: subnets, Of.VPC: {group.get("VpcId") for group in used}}
    for of, action, key, name in _PLACED:
        for item in inventory.items("ec2", action, key):
            links = {link.get("SubnetId") for link in item.get("Associations", ())}
            if (links & subnets) if of is Of.NETWORK_ACL else item[name] in wanted[of]:
                yield Subject(of, item[name], item)


def unlisted(inventory: Inventory) -> frozenset[Of]:
    """What there may be more of: its listing was not read. Keys and secrets are read only if something names them."""
    missing = {Of.KEY, Of.SECRET}
    missing |= {of for of, service, action, *_ in _LISTED if inventory.reply(service, action) is None}
    missing |= {of for of, action, *_ in _PLACED if inventory.reply("ec2", action) is None}
    if inventory.reply("iam", "GetAccountAuthorizationDetails") is None:
        missing |= {Of.POLICY, Of.PRINCIPAL}
    return frozenset(missing)


def _keys(posture: Posture) -> Iterator[Subject]:
    """Keys with their policies; an unread policy is one without statements."""
    for arn, reply in posture.inventory.each("kms", "DescribeKey").items():
        if found := reply.get("KeyMetadata"):
            name = f"key:{arn.rpartition('/')[2]}"
            said = posture.inventory.reply("kms", "GetKeyPolicy", arn) or {}
            policy = read_policy(name, said["Policy"]) if said.get("Policy") else Policy(name, None)
            yield _subject(Of.KEY, name, {"Arn": arn, **found}, _placed(arn), policy)


def _secrets(inventory: Inventory) -> Iterator[Subject]:
    """Secrets with their policies; an unread policy is one without statements."""
    for arn in dict.fromkeys(
        question.subject
        for question in (*inventory.replies, *inventory.unread)
        if (question.service, question.action) == ("secretsmanager", "GetResourcePolicy")
    ):
        said = inventory.reply("secretsmanager", "GetResourcePolicy", arn)
        if said == {}:
            continue  # it is not there
        told = inventory.reply("secretsmanager", "DescribeSecret", arn) or {}
        name = f"secret:{arn.rpartition(':')[2]}"
        document = (said or {}).get("ResourcePolicy") or "{}"
        policy = read_policy(name, document) if said is not None else Policy(name, None)
        yield _subject(Of.SECRET, name, {"Arn": arn, **told}, _placed(arn), policy)


def _identities(inventory: Inventory) -> Iterator[Subject]:
    """Policies of the account's own, managed and inline, and everybody who can have one."""
    found = account.identities_of(inventory)
    if found is None:
        return
    details = inventory.reply("iam", "GetAccountAuthorizationDetails") or {}
    yield from _managed(details, found)
    lists: tuple[tuple[str, str, tuple[User | Group | Role, ...]], ...] = (
        ("user", "UserDetailList", found.users),
        ("group", "GroupDetailList", found.groups),
        ("role", "RoleDetailList", found.roles),
    )
    for kind, key, listed in lists:
        items = {item["Arn"]: item for item in details.get(key, ())}
        for one in listed:
            yield from _holder(kind, items[one.arn], one)


def _managed(details: Reply, found: Identities) -> Iterator[Subject]:
    principals: tuple[User | Group | Role, ...] = (*found.users, *found.groups, *found.roles)
    allowing = {arn for one in principals for arn in one.attached}
    bounding = {*(one.boundary for one in found.users), *(one.boundary for one in found.roles)} - allowing
    for item in details.get("Policies", ()):
        if f":iam::{found.account}:" in item["Arn"]:
            where = _tagged(item, item["PolicyName"]) or _placed(item.get("PolicyId", ""))
            made = _subject(Of.POLICY, f"policy/{item['PolicyName']}", item, where, found.managed(item["Arn"]))
            yield replace(made, bounds=item["Arn"] in bounding)


def _holder(kind: str, item: Reply, one: User | Group | Role) -> Iterator[Subject]:
    where = _tagged(item, one.name) or _by_path(item)
    yield _subject(Of.PRINCIPAL, f"{kind}/{one.name}", item, where, one)
    for policy in one.inline:
        yield _subject(Of.POLICY, f"{kind}/{one.name}: {policy.name}", item, where, policy, inline=True)


def _subject(of: Of, name: str, item: Reply, where: Spot | None, detail: Detail, *, inline: bool = False) -> Subject:
    stack, address = where or ("", None)
    return Subject(of, name, item, address, detail, inline, stack)


def _by_path(item: Reply) -> Spot | None:
    """Groups of IAM have no tags: the path of ours says whose they are (``/rds-secure/REGION/STACK/KEY/``)."""
    match item.get("Path", "").split("/"):
        case ["", "rds-secure", _, stack, key, ""]:
            return stack, Address("iam_group", key)
    return None


def _placed(text: str) -> Spot | None:
    """Where something stands whose id is not there yet."""
    match = _PLACEHOLDER.search(text)
    return ("", Address.parse(match[1])) if match else None


def _tagged(item: Reply, name: str) -> Spot | None:
    """Where it stands in a stack, by its own tags; those that came along with a copy are not (RDS-18)."""
    found = owner(tagging.mapping(item.get("TagList") or item.get("Tags")))
    return (found.stack, found.address) if found and found.name in (name, item.get("GroupName")) else None
