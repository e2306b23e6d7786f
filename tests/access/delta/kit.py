"""Inventories to be compared, put together of the replies of IAM and KMS, EC2 and RDS that a test needs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rds_secure.access.delta import Delta, compare
from rds_secure.access.posture import Posture
from rds_secure.inventory import Inventory, Place, Question
from tests.access.iam.cases import ACCOUNT, ROOT, document, statement

REGION = "eu-west-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234"
DELEGATED = (statement("Allow", "kms:*", Principal={"AWS": ROOT}),)
_LISTS = {"UserName": "UserDetailList", "GroupName": "GroupDetailList", "RoleName": "RoleDetailList"}


def database(name: str, **more: Any) -> dict[str, Any]:
    """An instance, as short as it can be."""
    return {
        "DBInstanceIdentifier": name,
        "DBInstanceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{name}",
        "DbiResourceId": f"db-{name}",
        "Engine": "postgres",
        "Endpoint": {"Port": 5432},
        "PubliclyAccessible": False,
    } | more


ORDERS, PAYMENTS = database("orders"), database("payments")


def people(
    *items: Mapping[str, Any],
    databases: Iterable[Mapping[str, Any]] = (ORDERS, PAYMENTS),
    keys: Mapping[str, Iterable[dict[str, Any]]] | None = None,
) -> Inventory:
    """An account with these users, groups, roles, policies and databases; ``keys``: ARN → statements of its policy."""
    details: dict[str, list[Any]] = {"Policies": [item for item in items if "PolicyVersionList" in item]}
    details |= {listed: [item for item in items if key in item] for key, listed in _LISTS.items()}
    replies: dict[Question, Any] = {
        Question("iam", "GetAccountAuthorizationDetails"): details,
        Question("organizations", "DescribeOrganization"): {},
        Question("rds", "DescribeDBInstances"): {"DBInstances": list(databases)},
    }
    for arn, statements in (keys or {}).items():
        replies[Question("kms", "GetKeyPolicy", arn)] = {"Policy": json.dumps(document(*statements))}
        replies[Question("kms", "ListGrants", arn)] = {"Grants": []}
    return Inventory(Place(ACCOUNT, REGION), replies)


def guarded(*databases: Mapping[str, Any], **replies: Any) -> Inventory:
    """An account with these databases, and further replies: ``kms_DescribeKey`` of the key, listings of RDS."""
    found: dict[Question, Any] = {Question("rds", "DescribeDBInstances"): {"DBInstances": list(databases)}}
    for name, reply in replies.items():
        service, action = name.split("_")
        found[Question(service, action, KEY if service == "kms" else "")] = reply
    return Inventory(Place(ACCOUNT, REGION), found)


def group(name: str, *sources: str) -> dict[str, Any]:
    """A security group that lets networks, or those who carry a group, in to PostgreSQL, and everything out."""
    rule = {
        "IpProtocol": "tcp",
        "FromPort": 5432,
        "ToPort": 5432,
        "IpRanges": [{"CidrIp": source} for source in sources if ":" not in source and not source.startswith("sg-")],
        "Ipv6Ranges": [{"CidrIpv6": source} for source in sources if ":" in source],
        "UserIdGroupPairs": [{"GroupId": source, "UserId": ACCOUNT} for source in sources if source.startswith("sg-")],
    }
    out = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    found = {"GroupId": name, "OwnerId": ACCOUNT, "VpcId": "vpc-a", "IpPermissions": [rule] if sources else []}
    return found | {"IpPermissionsEgress": out}


def _subnet(name: str, block: str) -> dict[str, Any]:
    zone = {"AvailabilityZone": f"{REGION}a", "OwnerId": ACCOUNT}
    return {"SubnetId": name, "VpcId": "vpc-a", "CidrBlock": block} | zone


def _interface(name: str, address: str, **more: Any) -> dict[str, Any]:
    found = {"NetworkInterfaceId": f"eni-{name}", "VpcId": "vpc-a", "OwnerId": ACCOUNT, "Status": "in-use"}
    addresses = {"PrivateIpAddress": address, "PrivateIpAddresses": [{"PrivateIpAddress": address}]}
    return found | {"SubnetId": "subnet-app", "InterfaceType": "interface"} | addresses | more


_EVERY = [
    {"RuleNumber": 100, "Egress": out, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}
    for out in (False, True)
]
_ROUTES = [
    {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
    {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"},
]


def placed(name: str, **more: Any) -> dict[str, Any]:
    """An instance in the network of `network`, guarded by ``sg-db``."""
    inside = {
        "AvailabilityZone": f"{REGION}a",
        "DBSubnetGroup": {
            "DBSubnetGroupName": "main",
            "VpcId": "vpc-a",
            "Subnets": [{"SubnetIdentifier": "subnet-db", "SubnetStatus": "Active"}],
        },
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-db", "Status": "active"}],
    }
    return database(name, **inside, **more)


def network(*sources: str, databases: Iterable[Mapping[str, Any]] | None = None, instances: int = 1) -> Inventory:
    """A VPC, 10.0.0.0/16, with databases in 10.0.1.0/24 whose group lets some sources in, and instances in 10.0.2.0/24.

    Their group is sg-app; both subnets have a route to the internet.
    """
    hosts = range(1, instances + 1)
    listed: dict[str, Any] = {action: {key: []} for action, key in _EMPTY.items()}
    ec2: dict[str, Any] = listed | {
        "DescribeSecurityGroups": {"SecurityGroups": [group("sg-db", *sources), group("sg-app")]},
        "DescribeNetworkAcls": {
            "NetworkAcls": [
                {
                    "NetworkAclId": "acl-a",
                    "VpcId": "vpc-a",
                    "Associations": [{"SubnetId": f"subnet-{name}"} for name in ("db", "app")],
                    "Entries": _EVERY,
                }
            ]
        },
        "DescribeSubnets": {"Subnets": [_subnet("subnet-db", "10.0.1.0/24"), _subnet("subnet-app", "10.0.2.0/24")]},
        "DescribeRouteTables": {
            "RouteTables": [
                {
                    "RouteTableId": "rtb-main",
                    "VpcId": "vpc-a",
                    "Associations": [{"Main": True, "AssociationState": {"State": "associated"}}],
                    "Routes": _ROUTES,
                }
            ]
        },
        "DescribeVpcs": {"Vpcs": [{"VpcId": "vpc-a", "OwnerId": ACCOUNT, "CidrBlock": "10.0.0.0/16"}]},
        "DescribeInternetGateways": {
            "InternetGateways": [
                {"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-a", "State": "available"}]}
            ]
        },
        "DescribeNetworkInterfaces": {
            "NetworkInterfaces": [
                _interface(
                    str(number),
                    f"10.0.2.{number}",
                    Groups=[{"GroupId": "sg-app"}],
                    Attachment={"InstanceId": f"i-{number}"},
                )
                for number in hosts
            ]
        },
        "DescribeInstances": {
            "Reservations": [
                {"Instances": [{"InstanceId": f"i-{number}", "State": {"Name": "running"}} for number in hosts]}
            ]
        },
        "DescribeVpcBlockPublicAccessOptions": {"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "off"}},
    }
    replies: dict[Question, Any] = {Question("ec2", action): reply for action, reply in ec2.items()}
    there = (placed("orders"), placed("payments")) if databases is None else databases
    replies[Question("rds", "DescribeDBInstances")] = {"DBInstances": list(there)}
    return Inventory(Place(ACCOUNT, REGION), replies)


_EMPTY = {
    "DescribeManagedPrefixLists": "PrefixLists",
    "DescribeEgressOnlyInternetGateways": "EgressOnlyInternetGateways",
    "DescribeVpcPeeringConnections": "VpcPeeringConnections",
    "DescribeTransitGatewayAttachments": "TransitGatewayAttachments",
    "DescribeTransitGatewayVpcAttachments": "TransitGatewayVpcAttachments",
    "DescribeTransitGatewayRouteTables": "TransitGatewayRouteTables",
    "DescribeTransitGateways": "TransitGateways",
    "DescribeNatGateways": "NatGateways",
}


def delta(before: Inventory, after: Inventory) -> Delta:
    """What changes from one to the other."""
    return compare(Posture(before), Posture(after))


def permitted(found: Delta) -> list[tuple[str, str, str, str, str]]:
    """Who, verb, databases, before and after, the worst first."""
    return [
        (", ".join(one.name for one in item.principals), item.verb, " ".join(item.databases), item.was, item.now)
        for item in found.permissions
    ]


def reached(found: Delta) -> list[tuple[str, str, str, str, str]]:
    """Databases, way, before and after, addresses."""
    return [
        (" ".join(item.databases), item.way, str(item.was), str(item.now), str(item.addresses)) for item in found.reach
    ]
