"""What people call things: Name tags and names beside ids, and the databases that a word may mean. Decides nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from rds_secure import tagging
from rds_secure.errors import UsageError
from rds_secure.inventory.model import Inventory, Reply
from rds_secure.ownership import owner
from rds_secure.spec.suggest import suggestion

_NAMED: tuple[tuple[str, str, str], ...] = (
    ("DescribeVpcs", "Vpcs", "VpcId"),
    ("DescribeSubnets", "Subnets", "SubnetId"),
    ("DescribeSecurityGroups", "SecurityGroups", "GroupId"),
    ("DescribeVpcPeeringConnections", "VpcPeeringConnections", "VpcPeeringConnectionId"),
    ("DescribeTransitGateways", "TransitGateways", "TransitGatewayId"),
    ("DescribeInternetGateways", "InternetGateways", "InternetGatewayId"),
    ("DescribeNatGateways", "NatGateways", "NatGatewayId"),
    ("DescribeRouteTables", "RouteTables", "RouteTableId"),
    ("DescribeNetworkAcls", "NetworkAcls", "NetworkAclId"),
)
"""Actions of EC2, the key of their listing, and the key of an id."""

_DATABASES: tuple[tuple[str, str, str, str], ...] = (
    ("db", "DescribeDBInstances", "DBInstances", "DBInstanceIdentifier"),
    ("cluster", "DescribeDBClusters", "DBClusters", "DBClusterIdentifier"),
    ("db-proxy", "DescribeDBProxies", "DBProxies", "DBProxyName"),
)


def names_of(inventory: Inventory) -> Mapping[str, str]:
    """Id → Name tag, else the name of a group, of what EC2 lists; things without either are left out."""
    found: dict[str, str] = {}
    for action, key, id_key in _NAMED:
        for item in inventory.items("ec2", action, key):
            if name := _name(item):
                found[item[id_key]] = name
    for reservation in inventory.items("ec2", "DescribeInstances", "Reservations"):
        for item in reservation.get("Instances", ()):
            if name := _name(item):
                found[item["InstanceId"]] = name
    return found


def _name(item: Reply) -> str:
    tags = tagging.mapping(item.get("Tags"))
    return tags.get("Name") or item.get("GroupName") or ""


def database(inventory: Inventory, word: str, known: Collection[str]) -> str:
    """Which of the ``known`` databases (``db:orders``) a word means: that itself, ``orders``, or an address in a spec.

    Which address a database has, the tags on it tell. Raises `UsageError` for a word that means none or several.
    """
    if word in known:
        return word
    addresses = dict(_addresses(inventory))
    if addresses.get(word) in known:
        return addresses[word]
    alike = sorted(name for name in known if name.partition(":")[2] == word)
    if len(alike) == 1:
        return alike[0]
    if alike:
        raise UsageError(f"{word!r} may be any of {', '.join(alike)}: write one of these")
    if not known:
        raise UsageError(f"no database {word!r}: there is none in this account and Region, or none could be read")
    candidates = {*known, *(name.partition(":")[2] for name in known), *addresses}
    raise UsageError(f"no database {word!r}: {suggestion(word, candidates)}")


def _addresses(inventory: Inventory) -> Iterator[tuple[str, str]]:
    """The addresses that tags note on databases (meaning §3), and how access calls these."""
    for called, action, key, id_key in _DATABASES:
        for item in inventory.items("rds", action, key):
            found = owner(tagging.mapping(item.get("TagList")))
            # In the middle of a rename its tags have its resource id (meaning §3); names are in small letters at AWS.
            names = {item[id_key], item.get("DbiResourceId"), item.get("DbClusterResourceId")}
            if found and not names.isdisjoint({found.name, found.name.lower()}):
                yield str(found.address), f"{called}:{item[id_key]}"
