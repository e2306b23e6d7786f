"""Replies of EC2 and RDS as AWS gives them: a VPC with one of everything that a network is made of."""

from __future__ import annotations

from typing import Any

from botocore.session import Session
from botocore.validate import ParamValidator

ACCOUNT, OTHER = "111111111111", "222222222222"


def assert_shaped(service: str, action: str, reply: Any) -> None:
    """Fails if a reply has a key or a type that the service model does not have."""
    shape = Session().get_service_model(service, api_version=None).operation_model(action).output_shape
    report = ParamValidator().validate(reply, shape)
    assert not report.has_errors(), f"{action}: {report.generate_report()}"


def _entry(number: int, action: str, protocol: str, *, out: bool = False, **more: Any) -> dict[str, Any]:
    return {"RuleNumber": number, "Egress": out, "RuleAction": action, "Protocol": protocol, **more}


EC2: dict[str, Any] = {
    "DescribeSecurityGroups": {
        "SecurityGroups": [
            {
                "GroupId": "sg-db",
                "OwnerId": ACCOUNT,
                "VpcId": "vpc-a",
                "IpPermissions": [
                    {
                        "IpProtocol": "tcp",
                        "FromPort": 5432,
                        "ToPort": 5432,
                        "IpRanges": [{"CidrIp": "10.0.2.0/24"}, {"CidrIp": "198.51.100.0/24"}],
                        "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/56"}],
                        "PrefixListIds": [{"PrefixListId": "pl-1"}],
                        "UserIdGroupPairs": [
                            {
                                "GroupId": "sg-b",
                                "UserId": ACCOUNT,
                                "VpcId": "vpc-b",
                                "VpcPeeringConnectionId": "pcx-1",
                                "PeeringStatus": "active",
                            }
                        ],
                    }
                ],
                "IpPermissionsEgress": [],
            },
            {
                "GroupId": "sg-app",
                "OwnerId": ACCOUNT,
                "VpcId": "vpc-a",
                "IpPermissions": [],
                "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
            },
        ]
    },
    "DescribeManagedPrefixLists": {"PrefixLists": [{"PrefixListId": "pl-1", "OwnerId": OTHER}]},
    "DescribeNetworkAcls": {
        "NetworkAcls": [
            {
                "NetworkAclId": "acl-a",
                "VpcId": "vpc-a",
                "Associations": [{"SubnetId": f"subnet-{name}"} for name in ("db", "db2", "app")],
                "Entries": [
                    _entry(100, "allow", "-1", CidrBlock="0.0.0.0/0"),
                    _entry(101, "allow", "-1", Ipv6CidrBlock="::/0"),
                    _entry(100, "allow", "6", out=True, CidrBlock="0.0.0.0/0", PortRange={"From": 1024, "To": 65535}),
                    _entry(90, "allow", "6", out=True, CidrBlock="10.0.0.0/8", PortRange={"From": 5432, "To": 5432}),
                    _entry(101, "allow", "6", out=True, Ipv6CidrBlock="::/0", PortRange={"From": 1024, "To": 65535}),
                    _entry(32767, "deny", "-1", out=True, CidrBlock="0.0.0.0/0"),
                ],
            }
        ]
    },
    "DescribeSubnets": {
        "Subnets": [
            {
                "SubnetId": "subnet-db",
                "VpcId": "vpc-a",
                "OwnerId": ACCOUNT,
                "AvailabilityZone": "eu-west-1a",
                "CidrBlock": "10.0.1.0/24",
                "Ipv6CidrBlockAssociationSet": [
                    {"Ipv6CidrBlock": "2001:db8::/64", "Ipv6CidrBlockState": {"State": "associated"}},
                    {"Ipv6CidrBlock": "2001:db8:0:9::/64", "Ipv6CidrBlockState": {"State": "disassociated"}},
                ],
                "BlockPublicAccessStates": {"InternetGatewayBlockMode": "off"},
            },
            {
                "SubnetId": "subnet-db2",
                "VpcId": "vpc-a",
                "OwnerId": ACCOUNT,
                "AvailabilityZone": "eu-west-1b",
                "CidrBlock": "10.0.3.0/24",
            },
            {
                "SubnetId": "subnet-app",
                "VpcId": "vpc-a",
                "OwnerId": OTHER,
                "AvailabilityZone": "eu-west-1b",
                "CidrBlock": "10.0.2.0/24",
            },
        ]
    },
    "DescribeRouteTables": {
        "RouteTables": [
            {
                "RouteTableId": "rtb-main",
                "VpcId": "vpc-a",
                "Associations": [{"Main": True, "AssociationState": {"State": "associated"}}],
                "Routes": [
                    {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
                    {"DestinationCidrBlock": "10.9.0.0/16", "VpcPeeringConnectionId": "pcx-1", "State": "active"},
                    {"DestinationPrefixListId": "pl-1", "TransitGatewayId": "tgw-1", "State": "blackhole"},
                    {
                        "DestinationCidrBlock": "192.168.0.0/16",
                        "GatewayId": "vgw-1",
                        "Origin": "EnableVgwRoutePropagation",
                        "State": "active",
                    },
                    {
                        "DestinationCidrBlock": "10.7.0.0/16",
                        "InstanceId": "i-9",
                        "NetworkInterfaceId": "eni-9",
                        "State": "active",
                    },
                ],
            },
            {
                "RouteTableId": "rtb-db",
                "VpcId": "vpc-a",
                "Associations": [
                    {"Main": False, "SubnetId": "subnet-db", "AssociationState": {"State": "associated"}},
                    {"Main": False, "SubnetId": "subnet-app", "AssociationState": {"State": "disassociated"}},
                    {"Main": False, "GatewayId": "igw-1"},
                ],
                "Routes": [
                    {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
                    {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"},
                    {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1", "State": "active"},
                ],
            },
        ]
    },
    "DescribeVpcs": {
        "Vpcs": [
            {
                "VpcId": "vpc-a",
                "OwnerId": ACCOUNT,
                "CidrBlock": "10.0.0.0/16",
                "CidrBlockAssociationSet": [
                    {"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}},
                    {"CidrBlock": "100.64.0.0/16", "CidrBlockState": {"State": "associated"}},
                    {"CidrBlock": "100.65.0.0/16", "CidrBlockState": {"State": "failed"}},
                ],
                "Ipv6CidrBlockAssociationSet": [
                    {"Ipv6CidrBlock": "2001:db8::/56", "Ipv6CidrBlockState": {"State": "associated"}}
                ],
            }
        ]
    },
    "DescribeInternetGateways": {
        "InternetGateways": [
            {"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-a", "State": "available"}]},
            {"InternetGatewayId": "igw-2", "Attachments": [{"VpcId": "vpc-b", "State": "detaching"}]},
        ]
    },
    "DescribeVpcPeeringConnections": {
        "VpcPeeringConnections": [
            {
                "VpcPeeringConnectionId": "pcx-1",
                "Status": {"Code": "active"},
                "RequesterVpcInfo": {
                    "VpcId": "vpc-a",
                    "OwnerId": ACCOUNT,
                    "Region": "eu-west-1",
                    "CidrBlock": "10.0.0.0/16",
                },
                "AccepterVpcInfo": {
                    "VpcId": "vpc-b",
                    "OwnerId": OTHER,
                    "Region": "eu-north-1",
                    "CidrBlock": "10.9.0.0/16",
                    "CidrBlockSet": [{"CidrBlock": "10.9.0.0/16"}, {"CidrBlock": "10.10.0.0/16"}],
                    "Ipv6CidrBlockSet": [{"Ipv6CidrBlock": "2001:db8:9::/56"}],
                },
            }
        ]
    },
    "DescribeTransitGatewayAttachments": {
        "TransitGatewayAttachments": [
            {
                "TransitGatewayAttachmentId": "att-a",
                "TransitGatewayId": "tgw-1",
                "TransitGatewayOwnerId": ACCOUNT,
                "ResourceOwnerId": ACCOUNT,
                "ResourceType": "vpc",
                "ResourceId": "vpc-a",
                "State": "available",
                "Association": {"TransitGatewayRouteTableId": "tgw-rtb-1", "State": "associated"},
            },
            {
                "TransitGatewayAttachmentId": "att-shared",
                "TransitGatewayId": "tgw-2",
                "TransitGatewayOwnerId": OTHER,
                "ResourceOwnerId": ACCOUNT,
                "ResourceType": "vpc",
                "ResourceId": "vpc-a",
                "State": "available",
            },
        ]
    },
    "DescribeTransitGatewayVpcAttachments": {
        "TransitGatewayVpcAttachments": [
            {
                "TransitGatewayAttachmentId": "att-a",
                "SubnetIds": ["subnet-db"],
                "Options": {"SecurityGroupReferencingSupport": "enable"},
            }
        ]
    },
    "DescribeTransitGatewayRouteTables": {
        "TransitGatewayRouteTables": [
            {"TransitGatewayRouteTableId": "tgw-rtb-1", "TransitGatewayId": "tgw-1"},
            {"TransitGatewayRouteTableId": "tgw-rtb-2", "TransitGatewayId": "tgw-1"},
        ]
    },
    "DescribeTransitGateways": {
        "TransitGateways": [
            {"TransitGatewayId": "tgw-1", "Options": {"SecurityGroupReferencingSupport": "disable"}},
            {"TransitGatewayId": "tgw-2"},
        ]
    },
    "DescribeNetworkInterfaces": {
        "NetworkInterfaces": [
            {
                "NetworkInterfaceId": "eni-1",
                "VpcId": "vpc-a",
                "SubnetId": "subnet-app",
                "OwnerId": ACCOUNT,
                "InterfaceType": "interface",
                "Status": "in-use",
                "Attachment": {"InstanceId": "i-1"},
                "Groups": [{"GroupId": "sg-z"}, {"GroupId": "sg-app"}],
                "PrivateIpAddress": "10.0.2.10",
                "PrivateIpAddresses": [
                    {"PrivateIpAddress": "10.0.2.10", "Association": {"PublicIp": "203.0.113.1"}},
                    {"PrivateIpAddress": "10.0.2.11"},
                ],
                "Association": {"PublicIp": "203.0.113.1"},
                "Ipv6Addresses": [{"Ipv6Address": "2001:db8::10"}],
                "Ipv4Prefixes": [{"Ipv4Prefix": "10.0.2.64/28"}],
                "Ipv6Prefixes": [{"Ipv6Prefix": "2001:db8:0:1::/80"}],
            },
            {
                "NetworkInterfaceId": "eni-db",
                "VpcId": "vpc-a",
                "SubnetId": "subnet-db",
                "OwnerId": ACCOUNT,
                "Status": "in-use",
                "RequesterId": "amazon-rds",
                "Description": "RDSNetworkInterface",
                "Groups": [{"GroupId": "sg-db"}],
                "PrivateIpAddress": "10.0.1.5",
            },
        ]
    },
    "DescribeInstances": {
        "Reservations": [{"Instances": [{"InstanceId": "i-1", "State": {"Name": "running"}}]}, {"Instances": []}]
    },
    "DescribeNatGateways": {
        "NatGateways": [
            {
                "NatGatewayId": "nat-1",
                "VpcId": "vpc-a",
                "SubnetId": "subnet-db",
                "State": "available",
                "NatGatewayAddresses": [{"PublicIp": "203.0.113.9"}, {"PrivateIp": "10.0.1.9"}],
            }
        ]
    },
    "DescribeVpcBlockPublicAccessOptions": {
        "VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "block-ingress", "State": "update-complete"}
    },
}

ENTRIES = {"pl-1": {"Entries": [{"Cidr": "10.0.7.0/24"}]}}
TRANSIT_ROUTES = {
    "tgw-rtb-1": {
        "Routes": [
            {
                "DestinationCidrBlock": "10.0.0.0/16",
                "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "att-a"}],
                "Type": "propagated",
                "State": "active",
            },
            {"PrefixListId": "pl-1", "Type": "static", "State": "blackhole"},
        ],
        "AdditionalRoutesAvailable": False,
    },
    "tgw-rtb-2": {"Routes": [], "AdditionalRoutesAvailable": True},
}

SUBNET_GROUP = {
    "DBSubnetGroupName": "main",
    "VpcId": "vpc-a",
    "Subnets": [
        {"SubnetIdentifier": "subnet-db", "SubnetStatus": "Active"},
        {"SubnetIdentifier": "subnet-db2", "SubnetStatus": "Active"},
        {"SubnetIdentifier": "subnet-gone", "SubnetStatus": "Inactive"},
    ],
}

RDS: dict[str, Any] = {
    "DescribeDBInstances": {
        "DBInstances": [
            {
                "DBInstanceIdentifier": "orders",
                "Engine": "postgres",
                "Endpoint": {"Port": 5432, "Address": "orders.example"},
                "AvailabilityZone": "eu-west-1a",
                "MultiAZ": True,
                "SecondaryAvailabilityZone": "eu-west-1b",
                "PubliclyAccessible": False,
                "NetworkType": "DUAL",
                "DBSubnetGroup": SUBNET_GROUP,
                "VpcSecurityGroups": [
                    {"VpcSecurityGroupId": "sg-old", "Status": "removing"},
                    {"VpcSecurityGroupId": "sg-db", "Status": "active"},
                    {"VpcSecurityGroupId": "sg-new", "Status": "adding"},
                ],
                "PendingModifiedValues": {"Port": 6000},
                "OptionGroupMemberships": [{"OptionGroupName": "default:postgres-16"}],
                "ReadReplicaDBInstanceIdentifiers": ["near", "arn:aws:rds:eu-north-1:111111111111:db:far"],
            },
            {
                "DBInstanceIdentifier": "ledger",
                "Engine": "oracle-ee",
                "Endpoint": {"Port": 1521},
                "ListenerEndpoint": {"Port": 1522},
                "PubliclyAccessible": True,
                "DBSubnetGroup": SUBNET_GROUP,
                "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-db", "Status": "active"}],
                "OptionGroupMemberships": [{"OptionGroupName": "secure"}],
                "DBSecurityGroups": [{"DBSecurityGroupName": "old", "Status": "active"}],
            },
            {
                "DBInstanceIdentifier": "shop-1",
                "DBClusterIdentifier": "shop",
                "Engine": "aurora-postgresql",
                "DbInstancePort": 0,
                "PubliclyAccessible": True,
                "DBSubnetGroup": SUBNET_GROUP,
                "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-db", "Status": "active"}],
                "OptionGroupMemberships": [{"OptionGroupName": "hidden"}],
            },
        ]
    },
    "DescribeDBClusters": {
        "DBClusters": [
            {
                "DBClusterIdentifier": "shop",
                "Port": 5433,
                "DBSubnetGroup": "main",
                "DBClusterMembers": [{"DBInstanceIdentifier": "shop-1"}, {"DBInstanceIdentifier": "shop-2"}],
                "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-db", "Status": "active"}],
                "HttpEndpointEnabled": True,
                "ReadReplicaIdentifiers": ["arn:aws:rds:eu-north-1:111111111111:cluster:shop-far"],
            },
            {
                "DBClusterIdentifier": "tiny",
                "EngineMode": "serverless",
                "Port": 3306,
                "DBSubnetGroup": "main",
                "DBClusterMembers": [],
                "VpcSecurityGroups": [
                    {"VpcSecurityGroupId": "sg-db", "Status": "active"},
                    {"VpcSecurityGroupId": "sg-new", "Status": "adding"},
                ],
            },
        ]
    },
    "DescribeDBSubnetGroups": {"DBSubnetGroups": [SUBNET_GROUP]},
    "DescribeOptionGroups": {
        "OptionGroupsList": [
            {
                "OptionGroupName": "secure",
                "Options": [
                    {
                        "OptionName": "OEM",
                        "Port": 5500,
                        "VpcSecurityGroupMemberships": [{"VpcSecurityGroupId": "sg-oem", "Status": "active"}],
                    },
                    {"OptionName": "Timezone"},
                ],
            }
        ]
    },
    "DescribeDBSecurityGroups": {
        "DBSecurityGroups": [
            {
                "DBSecurityGroupName": "old",
                "IPRanges": [{"CIDRIP": "198.51.100.0/24", "Status": "authorized"}],
                "EC2SecurityGroups": [{"EC2SecurityGroupName": "web", "EC2SecurityGroupOwnerId": OTHER}],
            }
        ]
    },
    "DescribeDBProxies": {
        "DBProxies": [
            {
                "DBProxyName": "front",
                "EngineFamily": "MYSQL",
                "VpcId": "vpc-a",
                "VpcSecurityGroupIds": ["sg-db"],
                "VpcSubnetIds": ["subnet-db", "subnet-db2"],
                "EndpointNetworkType": "IPV4",
            }
        ]
    },
    "DescribeDBProxyEndpoints": {
        "DBProxyEndpoints": [
            {"DBProxyEndpointName": "default", "DBProxyName": "front", "IsDefault": True},
            {
                "DBProxyEndpointName": "reader",
                "DBProxyName": "front",
                "IsDefault": False,
                "VpcId": "vpc-b",
                "VpcSecurityGroupIds": ["sg-b"],
                "VpcSubnetIds": ["subnet-b"],
            },
        ]
    },
}

PROXY_TARGETS = {
    "front": {
        "Targets": [
            {"Type": "TRACKED_CLUSTER", "RdsResourceId": "shop"},
            {"Type": "RDS_INSTANCE", "RdsResourceId": "shop-1", "TrackedClusterId": "shop"},
        ]
    }
}
