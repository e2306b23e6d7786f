"""An account in replies, with a database of each sort, as reach, protection and their pictures are told of it.

`orders` is open to the internet, and weak; `ledger` (Oracle) is as it should be; cluster `shop` waits for a reboot;
`front` is a proxy of it. What a test changes is a copy.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from rds_secure.inventory import Inventory, Place, Question
from rds_secure.inventory.questions import ASKED
from rds_secure.inventory.recording import Recording, call

ACCOUNT, OTHER, REGION = "111111111111", "222222222222", "eu-west-1"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/aaaa"
LOCKED = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/bbbb"
FOREIGN = f"arn:aws:kms:{REGION}:{OTHER}:key/cccc"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!db-1"


def arn(kind: str, name: str) -> str:
    return f"arn:aws:rds:{REGION}:{ACCOUNT}:{kind}:{name}"


def _subnet_group(name: str, *subnets: str) -> dict[str, Any]:
    listed = [{"SubnetIdentifier": one, "SubnetStatus": "Active"} for one in subnets]
    return {"DBSubnetGroupName": name, "VpcId": "vpc-1", "Subnets": listed}


PUBLIC, PRIVATE = _subnet_group("public", "subnet-pub"), _subnet_group("private", "subnet-db")

ORDERS: dict[str, Any] = {
    "DBInstanceIdentifier": "orders",
    "DBInstanceArn": arn("db", "orders"),
    "DbiResourceId": "db-ORDERS",
    "Engine": "postgres",
    "EngineVersion": "16.10",
    "Endpoint": {"Port": 5432},
    "PubliclyAccessible": True,
    "DBSubnetGroup": PUBLIC,
    "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-open", "Status": "active"}],
    "DBParameterGroups": [{"DBParameterGroupName": "pg16", "ParameterApplyStatus": "in-sync"}],
    "StorageEncrypted": False,
    "DeletionProtection": False,
    "BackupRetentionPeriod": 0,
    "IAMDatabaseAuthenticationEnabled": False,
    "CACertificateIdentifier": "rds-ca-2019",
    "PendingModifiedValues": {"AllocatedStorage": 50},
    "TagList": [
        {"Key": "rds-secure:stack", "Value": "shop"},
        {"Key": "rds-secure:address", "Value": "db_instance.main/orders"},
    ],
}
LEDGER: dict[str, Any] = {
    "DBInstanceIdentifier": "ledger",
    "DBInstanceArn": arn("db", "ledger"),
    "DbiResourceId": "db-LEDGER",
    "Engine": "oracle-ee",
    "EngineVersion": "19.0.0.0.ru-2026-07.rur-2026-07.r1",
    "Endpoint": {"Port": 1521},
    "PubliclyAccessible": False,
    "DBSubnetGroup": PRIVATE,
    "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-db", "Status": "active"}],
    "DBParameterGroups": [{"DBParameterGroupName": "ora19", "ParameterApplyStatus": "in-sync"}],
    "OptionGroupMemberships": [{"OptionGroupName": "native", "Status": "in-sync"}],
    "StorageEncrypted": True,
    "KmsKeyId": KEY,
    "DeletionProtection": True,
    "BackupRetentionPeriod": 14,
    "IAMDatabaseAuthenticationEnabled": False,
    "CertificateDetails": {"CAIdentifier": "rds-ca-rsa2048-g1", "ValidTill": datetime(2027, 11, 24, 12, tzinfo=UTC)},
    "MasterUserSecret": {"SecretArn": SECRET, "SecretStatus": "active", "KmsKeyId": KEY},
    "PerformanceInsightsEnabled": True,
    "PerformanceInsightsKMSKeyId": KEY,
    "ActivityStreamStatus": "started",
    "ActivityStreamKmsKeyId": LOCKED,
}
MEMBER: dict[str, Any] = {
    "DBInstanceIdentifier": "shop-1",
    "DBInstanceArn": arn("db", "shop-1"),
    "DbiResourceId": "db-SHOP1",
    "DBClusterIdentifier": "shop",
    "Engine": "aurora-mysql",
    "EngineVersion": "8.0.mysql_aurora.3.10.1",
    "Endpoint": {"Port": 3306},
    "PubliclyAccessible": False,
    "DBSubnetGroup": PRIVATE,
    "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-db", "Status": "active"}],
    "StorageEncrypted": True,
    "KmsKeyId": LOCKED,
    "DeletionProtection": False,
    "BackupRetentionPeriod": 7,
    "IAMDatabaseAuthenticationEnabled": True,
    "CACertificateIdentifier": "rds-ca-rsa2048-g1",
}
SHOP: dict[str, Any] = {
    "DBClusterIdentifier": "shop",
    "DBClusterArn": arn("cluster", "shop"),
    "DbClusterResourceId": "cluster-SHOP",
    "Engine": "aurora-mysql",
    "EngineVersion": "8.0.mysql_aurora.3.10.1",
    "Port": 3306,
    "DBSubnetGroup": "private",
    "DBClusterMembers": [{"DBInstanceIdentifier": "shop-1", "DBClusterParameterGroupStatus": "pending-reboot"}],
    "DBClusterParameterGroup": "aurora8",
    "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-db", "Status": "active"}],
    "StorageEncrypted": True,
    "KmsKeyId": LOCKED,
    "DeletionProtection": True,
    "BackupRetentionPeriod": 7,
    "IAMDatabaseAuthenticationEnabled": True,
    "HttpEndpointEnabled": True,
}
PROXY: dict[str, Any] = {
    "DBProxyName": "front",
    "EngineFamily": "MYSQL",
    "VpcId": "vpc-1",
    "VpcSecurityGroupIds": ["sg-db"],
    "VpcSubnetIds": ["subnet-db"],
    "RequireTLS": False,
    "Auth": [{"SecretArn": SECRET}],
}


def _tags(name: str) -> list[dict[str, str]]:
    return [{"Key": "Name", "Value": name}]


def _permission(port: int, *cidrs: str, group: str = "") -> dict[str, Any]:
    pairs = [{"GroupId": group, "UserId": ACCOUNT}] if group else []
    ranges = [{"CidrIp": cidr} for cidr in cidrs]
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": ranges, "UserIdGroupPairs": pairs}


def _group(name: str, *ingress: dict[str, Any], out: bool = False) -> dict[str, Any]:
    egress = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}] if out else []
    return {
        "GroupId": f"sg-{name}", "GroupName": name, "OwnerId": ACCOUNT, "VpcId": "vpc-1",
        "IpPermissions": list(ingress), "IpPermissionsEgress": egress,
    }  # fmt: skip


def _interface(number: int, address: str, subnet: str, group: str) -> dict[str, Any]:
    return {
        "NetworkInterfaceId": f"eni-{number}", "VpcId": "vpc-1", "SubnetId": subnet, "OwnerId": ACCOUNT,
        "InterfaceType": "interface", "Status": "in-use", "Groups": [{"GroupId": group}],
        "PrivateIpAddresses": [{"PrivateIpAddress": address, "Primary": True}],
        "Attachment": {"InstanceId": f"i-{number}"},
    }  # fmt: skip


def _instance(number: int, state: str, name: str) -> dict[str, Any]:
    return {"InstanceId": f"i-{number}", "State": {"Name": state}, "Tags": _tags(name)}


def _table(name: str, *targets: tuple[str, str], main: bool = False, subnet: str = "") -> dict[str, Any]:
    routes = [{"DestinationCidrBlock": to, "GatewayId": by, "State": "active"} for to, by in targets]
    where = {"Main": main} | ({"SubnetId": subnet} if subnet else {})
    return {"RouteTableId": name, "VpcId": "vpc-1", "Routes": routes, "Associations": [where]}


def _subnet(name: str, cidr: str) -> dict[str, Any]:
    return {
        "SubnetId": name, "VpcId": "vpc-1", "AvailabilityZone": f"{REGION}a", "OwnerId": ACCOUNT, "CidrBlock": cidr,
        "Tags": _tags(name.removeprefix("subnet-")),
    }  # fmt: skip


_LOCAL = ("10.0.0.0/16", "local")

EC2: dict[str, Any] = {
    "DescribeVpcs": {
        "Vpcs": [
            {
                "VpcId": "vpc-1", "OwnerId": ACCOUNT, "CidrBlock": "10.0.0.0/16", "Tags": _tags("main"),
                "CidrBlockAssociationSet": [
                    {"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}},
                ],
            }
        ]
    },
    "DescribeSubnets": {
        "Subnets": [
            _subnet("subnet-pub", "10.0.0.0/24"), _subnet("subnet-db", "10.0.1.0/24"),
            _subnet("subnet-app", "10.0.2.0/24"),
        ]
    },
    "DescribeSecurityGroups": {
        "SecurityGroups": [
            _group("open", _permission(5432, "0.0.0.0/0")),
            _group("db", _permission(3306, "192.168.0.0/16", group="sg-app"), _permission(1521, "10.0.2.0/24")),
            _group("app", out=True),
            _group("mute"),
        ]
    },
    "DescribeNetworkAcls": {
        "NetworkAcls": [
            {
                "NetworkAclId": "acl-1", "VpcId": "vpc-1",
                "Associations": [{"SubnetId": one} for one in ("subnet-pub", "subnet-db", "subnet-app")],
                "Entries": [
                    {
                        "RuleNumber": 100, "Egress": out, "RuleAction": "allow", "Protocol": "-1",
                        "CidrBlock": "0.0.0.0/0",
                    }
                    for out in (False, True)
                ],
            }
        ]
    },
    "DescribeRouteTables": {
        "RouteTables": [
            _table("rtb-main", _LOCAL, main=True),
            _table("rtb-pub", _LOCAL, ("0.0.0.0/0", "igw-1"), subnet="subnet-pub"),
        ]
    },
    "DescribeInternetGateways": {
        "InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1", "State": "available"}]}]
    },
    "DescribeNetworkInterfaces": {
        "NetworkInterfaces": [
            _interface(1, "10.0.2.10", "subnet-app", "sg-app"),
            _interface(2, "10.0.2.11", "subnet-app", "sg-app"),
            _interface(3, "10.0.2.12", "subnet-app", "sg-mute"),
        ]
    },
    "DescribeInstances": {
        "Reservations": [
            {"Instances": [_instance(1, "running", "web"), _instance(2, "stopped", "batch")]},
            {"Instances": [_instance(3, "running", "")]},
        ]
    },
    "DescribeEgressOnlyInternetGateways": {"EgressOnlyInternetGateways": []},
    "DescribeManagedPrefixLists": {"PrefixLists": []},
    "DescribeNatGateways": {"NatGateways": []},
    "DescribeTransitGatewayAttachments": {"TransitGatewayAttachments": []},
    "DescribeTransitGatewayRouteTables": {"TransitGatewayRouteTables": []},
    "DescribeTransitGatewayVpcAttachments": {"TransitGatewayVpcAttachments": []},
    "DescribeTransitGateways": {"TransitGateways": []},
    "DescribeVpcPeeringConnections": {"VpcPeeringConnections": []},
    "DescribeVpcBlockPublicAccessOptions": {"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "off"}},
}  # fmt: skip


def _parameter(name: str, value: str | None, kind: str = "dynamic") -> dict[str, Any]:
    return {"Parameters": [{"ParameterName": name, "ApplyType": kind} | ({"ParameterValue": value} if value else {})]}


def _snapshot(name: str, of: str, kind: str = "manual", **more: Any) -> dict[str, Any]:
    return {"DBSnapshotIdentifier": name, "DBInstanceIdentifier": of, "SnapshotType": kind} | more


def _shared(name: str, *accounts: str) -> dict[str, Any]:
    restore = [{"AttributeName": "restore", "AttributeValues": list(accounts)}]
    return {"DBSnapshotAttributesResult": {"DBSnapshotIdentifier": name, "DBSnapshotAttributes": restore}}


def _certificate(name: str, year: int) -> dict[str, Any]:
    return {"CertificateIdentifier": name, "ValidTill": datetime(year, 12, 24, 12, tzinfo=UTC)}


def _key(name: str, **more: Any) -> dict[str, Any]:
    return {
        "KeyMetadata": {"KeyId": name, "KeyManager": "CUSTOMER", "KeyState": "Enabled", "MultiRegion": False} | more
    }


_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*",
                   "Resource": "*"}],
}  # fmt: skip

REPLIES: Mapping[tuple[str, ...], Any] = {
    ("rds", "DescribeDBInstances"): {"DBInstances": [ORDERS, LEDGER, MEMBER]},
    ("rds", "DescribeDBClusters"): {"DBClusters": [SHOP]},
    ("rds", "DescribeDBProxies"): {"DBProxies": [PROXY]},
    ("rds", "DescribeDBProxyEndpoints"): {"DBProxyEndpoints": []},
    ("rds", "DescribeDBProxyTargets", "front"): {"Targets": [{"Type": "TRACKED_CLUSTER", "RdsResourceId": "shop"}]},
    ("rds", "DescribeDBSubnetGroups"): {"DBSubnetGroups": [PUBLIC, PRIVATE]},
    ("rds", "DescribeDBSecurityGroups"): {"DBSecurityGroups": []},
    ("rds", "DescribeOptionGroups"): {
        "OptionGroupsList": [
            {
                "OptionGroupName": "native",
                "Options": [
                    {
                        "OptionName": "NATIVE_NETWORK_ENCRYPTION",
                        "OptionSettings": [{"Name": "SQLNET.ENCRYPTION_SERVER", "Value": "REQUIRED"}],
                    },
                    {"OptionName": "TDE", "Persistent": True, "Permanent": True},
                ],
            }
        ]
    },
    ("rds", "DescribeDBParameters", "pg16"): _parameter("rds.force_ssl", "0"),
    ("rds", "DescribeDBParameters", "ora19"): {"Parameters": []},
    ("rds", "DescribeDBClusterParameters", "aurora8"): _parameter("require_secure_transport", "ON"),
    ("rds", "DescribeCertificates"): {
        "Certificates": [_certificate("rds-ca-2019", 2026), _certificate("rds-ca-rsa2048-g1", 2061)]
    },
    ("rds", "DescribeDBSnapshots"): {
        "DBSnapshots": [
            _snapshot("rds:ledger-1", "ledger", "automated", Encrypted=True, KmsKeyId=KEY),
            _snapshot("ledger-audit", "ledger", Encrypted=True, KmsKeyId=FOREIGN),
            _snapshot("orders-everybody", "orders", Encrypted=False),
        ]
    },
    ("rds", "DescribeDBClusterSnapshots"): {"DBClusterSnapshots": []},
    ("rds", "DescribeDBSnapshotAttributes", "ledger-audit"): _shared("ledger-audit", OTHER),
    ("rds", "DescribeDBSnapshotAttributes", "orders-everybody"): _shared("orders-everybody", "all"),
    ("kms", "DescribeKey", KEY): _key("aaaa"),
    ("kms", "GetKeyPolicy", KEY): {"Policy": json.dumps(_POLICY)},
    ("kms", "GetKeyRotationStatus", KEY): {"KeyRotationEnabled": True},
    ("kms", "ListGrants", KEY): {"Grants": []},
    ("kms", "DescribeKey", LOCKED): _key("bbbb", KeyState="PendingDeletion"),
    ("kms", "GetKeyPolicy", LOCKED): {"Policy": json.dumps(_POLICY)},
    ("kms", "GetKeyRotationStatus", LOCKED): {"KeyRotationEnabled": False},
    ("kms", "ListGrants", LOCKED): {"Grants": []},
    ("secretsmanager", "DescribeSecret", SECRET): {"ARN": SECRET, "KmsKeyId": KEY, "RotationEnabled": True},
    ("secretsmanager", "GetResourcePolicy", SECRET): {"ARN": SECRET},
    ("logs", "DescribeLogGroups", "/aws/rds/instance/orders/"): {"logGroups": []},
    ("logs", "DescribeLogGroups", "/aws/rds/instance/ledger/"): {
        "logGroups": [{"logGroupName": "/aws/rds/instance/ledger/alert", "retentionInDays": 30, "kmsKeyId": KEY}]
    },
    ("logs", "DescribeLogGroups", "/aws/rds/instance/shop-1/"): {"logGroups": []},
    ("logs", "DescribeLogGroups", "/aws/rds/cluster/shop/"): {"logGroups": []},
    ("iam", "GetAccountAuthorizationDetails"): {
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": [],
        "Policies": [],
    },
    ("organizations", "DescribeOrganization"): {},
    **{("ec2", action): reply for action, reply in EC2.items()},
}

DENIED = {Question("kms", action, FOREIGN): "AccessDeniedException" for action in ("DescribeKey", "GetKeyPolicy")}


def world(changes: Mapping[tuple[str, ...], Any] | None = None, *denied: tuple[str, ...]) -> Inventory:
    """The account, with replies changed (None: taken out), and these questions denied."""
    replies = {Question(*key): reply for key, reply in {**REPLIES, **(changes or {})}.items() if reply is not None}
    unread = {**DENIED, **{Question(*key): "AccessDenied" for key in denied}}
    found = {question: reply for question, reply in replies.items() if question not in unread}
    return Inventory(Place(ACCOUNT, REGION), found, unread)


def recording(inventory: Inventory) -> Recording:
    """The same as a recording, to be asked by the command line."""
    made = Recording(inventory.place, f"arn:aws:iam::{ACCOUNT}:user/dana", "2026-11-24T12:00:00Z")
    answers = {}
    for question, reply in inventory.replies.items():
        asked = ASKED.get((question.service, question.action))
        params = asked.params(question.subject) if asked and question.subject else {}
        answers[call(question.service, question.action, params)] = reply
    return replace(made, answers=answers)
