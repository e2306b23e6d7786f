"""A network out of the replies of EC2's describe calls. It reads replies, it makes no call and judges nothing.

Replies have the shapes of botocore's model, all pages joined. A reply that is None, or missing, was not read: the part
of the network that it would fill is None.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from rds_secure.access.network.from_transit import transit_parts
from rds_secure.access.network.intervals import Addresses
from rds_secure.access.network.model import (
    AclEntry,
    GroupPair,
    Instance,
    Interface,
    InternetGateway,
    NatGateway,
    Network,
    NetworkAcl,
    Peering,
    PeeringSide,
    PrefixList,
    Route,
    RouteTable,
    Rule,
    SecurityGroup,
    Subnet,
    Vpc,
)

Reply: TypeAlias = Mapping[str, Any]
Replies: TypeAlias = Mapping[str, Reply | None]
"""API action → its reply: ``DescribeSubnets`` → ``{"Subnets": […]}``."""


def network_of(
    account: str,
    region: str,
    replies: Replies,
    *,
    entries: Replies | None = None,
    transit_routes: Replies | None = None,
) -> Network:
    """The network of an account and Region.

    ``entries``: prefix list → the reply of GetManagedPrefixListEntries. ``transit_routes``: transit gateway route table
    → that of SearchTransitGatewayRoutes.
    """

    def part(action: str, key: str, make: Any) -> dict[str, Any] | None:
        reply = replies.get(action)
        return None if reply is None else {made.id: made for item in reply[key] if (made := make(item))}

    options = replies.get("DescribeVpcBlockPublicAccessOptions")
    return Network(
        account,
        region,
        groups=part("DescribeSecurityGroups", "SecurityGroups", security_group),
        prefix_lists=part(
            "DescribeManagedPrefixLists",
            "PrefixLists",
            lambda item: prefix_list(item, (entries or {}).get(item["PrefixListId"])),
        ),
        acls=part("DescribeNetworkAcls", "NetworkAcls", network_acl),
        subnets=part("DescribeSubnets", "Subnets", subnet),
        tables=part("DescribeRouteTables", "RouteTables", route_table),
        vpcs=part("DescribeVpcs", "Vpcs", vpc),
        internet_gateways=part("DescribeInternetGateways", "InternetGateways", internet_gateway),
        peerings=part("DescribeVpcPeeringConnections", "VpcPeeringConnections", peering),
        interfaces=part("DescribeNetworkInterfaces", "NetworkInterfaces", interface),
        instances=_instances(replies.get("DescribeInstances")),
        nat_gateways=part("DescribeNatGateways", "NatGateways", nat_gateway),
        block_mode=options["VpcBlockPublicAccessOptions"].get("InternetGatewayBlockMode", "off") if options else None,
        **transit_parts(account, replies, transit_routes or {}),
    )


def security_group(item: Reply) -> SecurityGroup:
    """A group of DescribeSecurityGroups."""
    rules = (
        *(rule for each in item.get("IpPermissions", ()) for rule in _rules(each, egress=False)),
        *(rule for each in item.get("IpPermissionsEgress", ()) for rule in _rules(each, egress=True)),
    )
    return SecurityGroup(item["GroupId"], item.get("OwnerId", ""), item.get("VpcId", ""), rules)


def _rules(permission: Reply, *, egress: bool) -> Iterator[Rule]:
    """One rule for each peer of a permission."""
    what = (egress, str(permission["IpProtocol"]), permission.get("FromPort"), permission.get("ToPort"))
    for each in permission.get("IpRanges", ()):
        yield Rule(*what, cidr=each["CidrIp"])
    for each in permission.get("Ipv6Ranges", ()):
        yield Rule(*what, cidr=each["CidrIpv6"])
    for each in permission.get("PrefixListIds", ()):
        yield Rule(*what, prefix_list=each["PrefixListId"])
    for each in permission.get("UserIdGroupPairs", ()):
        pair = GroupPair(
            each.get("GroupId", ""),
            each.get("UserId", ""),
            each.get("VpcId", ""),
            each.get("VpcPeeringConnectionId", ""),
            each.get("PeeringStatus", ""),
        )
        yield Rule(*what, group=pair)


def prefix_list(item: Reply, entries: Reply | None) -> PrefixList:
    """A list of DescribeManagedPrefixLists, with its entries if they were read."""
    networks = None if entries is None else tuple(entry["Cidr"] for entry in entries["Entries"])
    return PrefixList(item["PrefixListId"], item.get("OwnerId", ""), networks)


def network_acl(item: Reply) -> NetworkAcl:
    """An ACL of DescribeNetworkAcls."""
    subnets = frozenset(each["SubnetId"] for each in item.get("Associations", ()) if each.get("SubnetId"))
    return NetworkAcl(item["NetworkAclId"], item.get("VpcId", ""), tuple(map(_entry, item["Entries"])), subnets)


def _entry(item: Reply) -> AclEntry:
    ports = item.get("PortRange") or {}
    return AclEntry(
        item["RuleNumber"],
        item["Egress"],
        item["RuleAction"] == "allow",
        str(item["Protocol"]),
        item.get("CidrBlock") or item["Ipv6CidrBlock"],
        ports.get("From"),
        ports.get("To"),
    )


def subnet(item: Reply) -> Subnet:
    """A subnet of DescribeSubnets."""
    six = _associated(item, "Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock")
    networks = (*((item["CidrBlock"],) if item.get("CidrBlock") else ()), *six)
    mode = (item.get("BlockPublicAccessStates") or {}).get("InternetGatewayBlockMode")
    return Subnet(item["SubnetId"], item["VpcId"], item["AvailabilityZone"], item.get("OwnerId", ""), networks, mode)


def vpc(item: Reply) -> Vpc:
    """A VPC of DescribeVpcs, with every network that is associated with it."""
    four = tuple(_associated(item, "CidrBlockAssociationSet", "CidrBlock")) or (item["CidrBlock"],)
    six = _associated(item, "Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock")
    return Vpc(item["VpcId"], item.get("OwnerId", ""), (*four, *six))


def _associated(item: Reply, key: str, network: str) -> Iterator[str]:
    for each in item.get(key, ()):
        state = (each.get(f"{network}State") or {}).get("State", "associated")
        if state in ("associated", "associating", "disassociating"):
            yield each[network]


_TARGETS = (
    "GatewayId",
    "EgressOnlyInternetGatewayId",
    "NatGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "LocalGatewayId",
    "CarrierGatewayId",
    "CoreNetworkArn",
    "OdbNetworkArn",
    "NetworkInterfaceId",
    "InstanceId",
)
_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")


def route_table(item: Reply) -> RouteTable:
    """A table of DescribeRouteTables."""
    every = [each for each in item.get("Associations", ()) if _is_on(each)]
    return RouteTable(
        item["RouteTableId"],
        item.get("VpcId", ""),
        tuple(map(_route, item.get("Routes", ()))),
        main=any(each.get("Main") for each in every),
        subnets=frozenset(each["SubnetId"] for each in every if each.get("SubnetId")),
        gateways=frozenset(each["GatewayId"] for each in every if each.get("GatewayId")),
    )


def _is_on(association: Reply) -> bool:
    return (association.get("AssociationState") or {}).get("State", "associated") in ("associated", "associating")


def _route(item: Reply) -> Route:
    return Route(
        next((item[key] for key in _DESTINATIONS if item.get(key)), ""),
        next((item[key] for key in _TARGETS if item.get(key)), ""),
        item.get("State", "active"),
        propagated=item.get("Origin") == "EnableVgwRoutePropagation",
    )


def internet_gateway(item: Reply) -> InternetGateway:
    """A gateway of DescribeInternetGateways; EC2 calls an attachment that works ``available``."""
    on = (each["VpcId"] for each in item.get("Attachments", ()) if each.get("State") in ("available", "attached"))
    return InternetGateway(item["InternetGatewayId"], frozenset(on))


def peering(item: Reply) -> Peering:
    """A connection of DescribeVpcPeeringConnections."""
    return Peering(
        item["VpcPeeringConnectionId"],
        item["Status"]["Code"],
        _side(item["RequesterVpcInfo"]),
        _side(item["AccepterVpcInfo"]),
    )


def _side(item: Reply) -> PeeringSide:
    four = [each["CidrBlock"] for each in item.get("CidrBlockSet", ())]
    six = [each["Ipv6CidrBlock"] for each in item.get("Ipv6CidrBlockSet", ())]
    if not four and item.get("CidrBlock"):
        four = [item["CidrBlock"]]
    return PeeringSide(item.get("VpcId", ""), item.get("OwnerId", ""), item.get("Region", ""), (*four, *six))


def interface(item: Reply) -> Interface:
    """An interface of DescribeNetworkInterfaces, with all its addresses and the prefixes delegated to it."""
    return Interface(
        item["NetworkInterfaceId"],
        item.get("VpcId", ""),
        item.get("SubnetId", ""),
        item.get("OwnerId", ""),
        Addresses.parse(*_private(item)),
        Addresses.parse(*_public(item)),
        tuple(sorted(each["GroupId"] for each in item.get("Groups", ()))),
        (item.get("Attachment") or {}).get("InstanceId", ""),
        item.get("InterfaceType", "interface"),
        item.get("RequesterId", ""),
        item.get("Description", ""),
        item.get("Status", "in-use"),
    )


def _private(item: Reply) -> Iterable[str]:
    found = [each["PrivateIpAddress"] for each in item.get("PrivateIpAddresses", ())]
    if not found and item.get("PrivateIpAddress"):
        found = [item["PrivateIpAddress"]]
    found += [each["Ipv6Address"] for each in item.get("Ipv6Addresses", ())]
    found += [each["Ipv4Prefix"] for each in item.get("Ipv4Prefixes", ())]
    return found + [each["Ipv6Prefix"] for each in item.get("Ipv6Prefixes", ())]


def _public(item: Reply) -> Iterator[str]:
    for each in (item, *item.get("PrivateIpAddresses", ())):
        if (each.get("Association") or {}).get("PublicIp"):
            yield each["Association"]["PublicIp"]


def nat_gateway(item: Reply) -> NatGateway:
    """A gateway of DescribeNatGateways."""
    addresses = (each["PublicIp"] for each in item.get("NatGatewayAddresses", ()) if each.get("PublicIp"))
    return NatGateway(
        item["NatGatewayId"],
        item.get("VpcId", ""),
        item.get("SubnetId", ""),
        item.get("State", ""),
        Addresses.parse(*addresses),
    )


def _instances(reply: Reply | None) -> Mapping[str, Instance] | None:
    if reply is None:
        return None
    every = (item for reservation in reply["Reservations"] for item in reservation["Instances"])
    return {item["InstanceId"]: Instance(item["InstanceId"], item["State"]["Name"]) for item in every}
