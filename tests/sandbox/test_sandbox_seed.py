"""What is in the sandbox before anybody makes anything."""

from __future__ import annotations

from typing import Any

import boto3

from rds_secure.sandbox import Sandbox
from rds_secure.sandbox.seed import AWAY, KEY_AWAY


def tags(item: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in item["Tags"]}


def test_the_vpc_has_three_private_and_three_public_subnets_in_three_zones(ec2, vpc):
    (main,) = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]
    assert main["CidrBlock"] == "10.20.0.0/16"
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    zones = {
        tier: sorted(s["AvailabilityZone"] for s in subnets if tags(s)["Tier"] == tier)
        for tier in ("private", "public")
    }
    assert zones["private"] == zones["public"] == ["us-east-1a", "us-east-1b", "us-east-1c"]
    assert len({tags(subnet)["Name"] for subnet in subnets}) == len(subnets) == 6


def test_only_public_subnets_have_a_way_to_the_internet(ec2, vpc):
    (gateway,) = ec2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [vpc]}])[
        "InternetGateways"
    ]
    for tier in ("private", "public"):
        subnets = ec2.describe_subnets(Filters=[{"Name": "tag:Tier", "Values": [tier]}])["Subnets"]
        for subnet in subnets:
            of_subnet = [{"Name": "association.subnet-id", "Values": [subnet["SubnetId"]]}]
            (table,) = ec2.describe_route_tables(Filters=of_subnet)["RouteTables"]
            targets = {route.get("GatewayId") for route in table["Routes"]}
            assert (gateway["InternetGatewayId"] in targets) is (tier == "public")
            (acl,) = ec2.describe_network_acls(Filters=of_subnet)["NetworkAcls"]
            assert tags(acl)["Name"] == "main"


def test_each_host_stands_in_its_tier_with_a_security_group_of_its_name(ec2):
    subnets = {subnet["SubnetId"]: subnet for subnet in ec2.describe_subnets()["Subnets"]}
    hosts = [host for reservation in ec2.describe_instances()["Reservations"] for host in reservation["Instances"]]
    tiers = {tags(host)["Name"]: tags(subnets[host["SubnetId"]])["Tier"] for host in hosts}
    assert tiers == {"bastion": "public", "app-1": "private", "app-2": "private"}
    for host in hosts:
        (group,) = host["SecurityGroups"]
        assert group["GroupName"] == tags(host)["Name"]
        (described,) = ec2.describe_security_groups(GroupIds=[group["GroupId"]])["SecurityGroups"]
        assert tags(described)["Name"] == group["GroupName"]
        assert "0.0.0.0/0" not in {r["CidrIp"] for p in described["IpPermissions"] for r in p["IpRanges"]}


def test_a_key_in_another_region_is_there_for_copies_of_backups(sandbox: Sandbox):
    kms = boto3.client("kms", region_name=AWAY, endpoint_url=sandbox.endpoint, **sandbox.credentials)
    (key,) = kms.list_keys()["Keys"]
    assert key["KeyArn"] == f"arn:aws:kms:{AWAY}:{sandbox.account}:key/{KEY_AWAY}"
    assert kms.describe_key(KeyId=key["KeyArn"])["KeyMetadata"]["KeyState"] == "Enabled"


def test_a_reset_forgets_what_was_made_and_seeds_anew(sandbox: Sandbox, ec2, kms, rds, vpc):
    kms.create_key()
    ec2.create_security_group(GroupName="db", Description="d", VpcId=vpc)
    sandbox.client("s3").create_bucket(Bucket="trail")
    sandbox.reset()
    sandbox.client("s3").create_bucket(Bucket="trail")
    assert kms.list_keys()["Keys"] == []
    assert rds.describe_db_instances()["DBInstances"] == []
    names = {group["GroupName"] for group in ec2.describe_security_groups()["SecurityGroups"]}
    assert names == {"default", "bastion", "app-1", "app-2"}
