"""RDS subnet and parameter groups in the sandbox, and the tagging API, driven by boto3."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rds_secure.sandbox import Sandbox

TAGS = [{"Key": "team", "Value": "data"}]
FORCE_SSL = {"ParameterName": "rds.force_ssl", "ParameterValue": "1", "ApplyMethod": "pending-reboot"}


def make_subnet_group(rds: Any, subnets: list[str], name: str = "private") -> dict[str, Any]:
    answer = rds.create_db_subnet_group(
        DBSubnetGroupName=name, DBSubnetGroupDescription="old", SubnetIds=subnets, Tags=TAGS
    )
    return answer["DBSubnetGroup"]


def make_parameter_group(rds: Any, name: str = "orders", family: str = "postgres16") -> dict[str, Any]:
    answer = rds.create_db_parameter_group(
        DBParameterGroupName=name, DBParameterGroupFamily=family, Description="test", Tags=TAGS
    )
    return answer["DBParameterGroup"]


def make_instance(rds: Any, **more: Any) -> None:
    asked: dict[str, Any] = {
        "DBInstanceIdentifier": "orders",
        "DBInstanceClass": "db.t4g.micro",
        "Engine": "postgres",
        "EngineVersion": "16",
        "AllocatedStorage": 20,
        "MasterUsername": "dbowner",
        "ManageMasterUserPassword": True,
    }
    rds.create_db_instance(**asked | more)


@pytest.mark.repair("rds-subnet-groups")
def test_a_subnet_group_has_a_free_name_and_two_zones(rds, subnets, refused):
    made = make_subnet_group(rds, subnets, "Private")
    assert (made["DBSubnetGroupName"], made["SupportedNetworkTypes"]) == ("private", ["IPV4"])
    with refused("DBSubnetGroupAlreadyExists"):
        make_subnet_group(rds, subnets, "private")
    with refused("DBSubnetGroupDoesNotCoverEnoughAZs"):
        make_subnet_group(rds, subnets[:1], "one-zone")
    with refused("InvalidSubnet"):
        make_subnet_group(rds, ["subnet-00000000", *subnets], "nowhere")
    with refused("InvalidParameterValue"):
        make_subnet_group(rds, subnets, "default")


@pytest.mark.repair("rds-subnet-group-changes")
def test_a_subnet_group_survives_a_change(rds, subnets, refused):
    make_subnet_group(rds, subnets)
    rds.modify_db_subnet_group(DBSubnetGroupName="private", DBSubnetGroupDescription="new", SubnetIds=subnets[:2])
    (found,) = rds.describe_db_subnet_groups(DBSubnetGroupName="private")["DBSubnetGroups"]
    assert found["DBSubnetGroupDescription"] == "new"
    assert [subnet["SubnetIdentifier"] for subnet in found["Subnets"]] == subnets[:2]
    assert rds.list_tags_for_resource(ResourceName=found["DBSubnetGroupArn"])["TagList"] == TAGS
    with refused("DBSubnetGroupNotFoundFault"):
        rds.modify_db_subnet_group(DBSubnetGroupName="nowhere", SubnetIds=subnets)
    with refused("DBSubnetGroupDoesNotCoverEnoughAZs"):
        rds.modify_db_subnet_group(DBSubnetGroupName="private", SubnetIds=subnets[:1])


@pytest.mark.repair("rds-parameter-group-names")
def test_a_parameter_groups_name_has_no_dots_and_no_case(rds, refused):
    assert make_parameter_group(rds, "Orders")["DBParameterGroupName"] == "orders"
    (found,) = rds.describe_db_parameter_groups(DBParameterGroupName="ORDERS")["DBParameterGroups"]
    assert found["DBParameterGroupName"] == "orders"
    with refused("DBParameterGroupAlreadyExists"):
        make_parameter_group(rds, "orders")
    for name in ("or.ders", "or--ders", "orders-", "1orders"):
        with refused("InvalidParameterValue"):
            make_parameter_group(rds, name)
    with refused("DBParameterGroupNotFound"):
        rds.describe_db_parameter_groups(DBParameterGroupName="nowhere")


@pytest.mark.repair("rds-parameters")
def test_a_parameter_says_who_set_it_and_how_it_applies(rds, refused):
    make_parameter_group(rds, family="postgres14")
    rds.modify_db_parameter_group(DBParameterGroupName="orders", Parameters=[FORCE_SSL])
    (shown,) = rds.describe_db_parameters(DBParameterGroupName="Orders", Source="user")["Parameters"]
    assert FORCE_SSL.items() <= shown.items()
    assert (shown["Source"], shown["ApplyType"], shown["DataType"]) == ("user", "dynamic", "boolean")
    assert rds.describe_db_parameters(DBParameterGroupName="orders", Source="system")["Parameters"] == []
    with refused("DBParameterGroupNotFound"):
        rds.describe_db_parameters(DBParameterGroupName="nowhere")


@pytest.mark.repair("rds-parameters")
def test_a_parameter_set_to_its_default_does_not_count_as_set(rds):
    make_parameter_group(rds)
    rds.modify_db_parameter_group(DBParameterGroupName="orders", Parameters=[FORCE_SSL])
    assert rds.describe_db_parameters(DBParameterGroupName="orders", Source="user")["Parameters"] == []
    (shown,) = rds.describe_db_parameters(DBParameterGroupName="orders")["Parameters"]
    assert (shown["ParameterName"], shown["ParameterValue"], shown["Source"]) == ("rds.force_ssl", "1", "system")


@pytest.mark.repair("rds-engine-defaults")
def test_a_family_says_what_it_comes_with(rds, refused):
    def default(family: str) -> dict[str, str]:
        reply = rds.describe_engine_default_parameters(DBParameterGroupFamily=family)
        return {row["ParameterName"]: row["ParameterValue"] for row in reply["EngineDefaults"]["Parameters"]}

    assert default("postgres14") == {"rds.force_ssl": "0"}
    assert default("postgres16") == {"rds.force_ssl": "1"}
    assert default("mysql8.0") == {"require_secure_transport": "0"}
    with refused("InvalidParameterValue"):
        default("nothing1")


@pytest.mark.repair("rds-parameters")
def test_a_static_parameter_is_not_applied_at_once(rds, refused):
    make_parameter_group(rds, "windows", "sqlserver-se-15.0")
    with refused("InvalidParameterCombination"):
        rds.modify_db_parameter_group(
            DBParameterGroupName="windows", Parameters=[FORCE_SSL | {"ApplyMethod": "immediate"}]
        )
    many = [FORCE_SSL | {"ParameterName": f"parameter_{number}"} for number in range(21)]
    with refused("InvalidParameterValue"):
        rds.modify_db_parameter_group(DBParameterGroupName="windows", Parameters=many)


@pytest.mark.repair("rds-parameter-resets")
def test_a_reset_takes_back_what_was_set(rds, refused):
    make_parameter_group(rds, family="postgres14")
    other = FORCE_SSL | {"ParameterName": "log_statement", "ParameterValue": "ddl"}

    def names() -> list[str]:
        shown = rds.describe_db_parameters(DBParameterGroupName="orders", Source="user")["Parameters"]
        return [parameter["ParameterName"] for parameter in shown]

    rds.modify_db_parameter_group(DBParameterGroupName="orders", Parameters=[FORCE_SSL, other])
    named = [{"ParameterName": "rds.force_ssl", "ApplyMethod": "pending-reboot"}]
    rds.reset_db_parameter_group(DBParameterGroupName="orders", Parameters=named)
    assert names() == ["log_statement"]
    rds.reset_db_parameter_group(DBParameterGroupName="orders", ResetAllParameters=True)
    assert names() == []
    with refused("DBParameterGroupNotFound"):
        rds.reset_db_parameter_group(DBParameterGroupName="nowhere", Parameters=named)


@pytest.mark.repair("rds-groups-in-use")
def test_groups_in_use_are_not_deleted(rds, subnets, refused):
    make_subnet_group(rds, subnets)
    make_parameter_group(rds)
    make_instance(rds, DBSubnetGroupName="Private", DBParameterGroupName="Orders")
    with refused("InvalidDBSubnetGroupStateFault"):
        rds.delete_db_subnet_group(DBSubnetGroupName="private")
    with refused("InvalidDBParameterGroupState"):
        rds.delete_db_parameter_group(DBParameterGroupName="orders")
    rds.delete_db_instance(DBInstanceIdentifier="orders", SkipFinalSnapshot=True)
    rds.delete_db_subnet_group(DBSubnetGroupName="private")
    rds.delete_db_parameter_group(DBParameterGroupName="orders")
    with refused("DBSubnetGroupNotFoundFault"):
        rds.delete_db_subnet_group(DBSubnetGroupName="private")


@pytest.mark.repair("rds-groups-in-use")
def test_a_default_group_is_neither_changed_nor_deleted(rds, refused):
    make_instance(rds)
    rds.delete_db_instance(DBInstanceIdentifier="orders", SkipFinalSnapshot=True)
    with refused("InvalidDBParameterGroupState"):
        rds.delete_db_parameter_group(DBParameterGroupName="default.postgres16")
    with refused("InvalidDBParameterGroupState"):
        rds.modify_db_parameter_group(DBParameterGroupName="default.postgres16", Parameters=[FORCE_SSL])


@pytest.mark.repair("tagging-rds-groups")
@pytest.mark.repair("tagging-iam-policies")
def test_the_tagging_api_sees_every_kind_that_has_tags(sandbox: Sandbox, rds, ec2, kms, iam, vpc, subnets):
    key = kms.create_key(Tags=[{"TagKey": "team", "TagValue": "data"}])["KeyMetadata"]["Arn"]
    specification = [{"ResourceType": "security-group", "Tags": TAGS}]
    group = ec2.create_security_group(GroupName="db", Description="d", VpcId=vpc, TagSpecifications=specification)
    document = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "rds:*", "Resource": "*"}]}
    )
    policy = iam.create_policy(PolicyName="read", PolicyDocument=document, Tags=TAGS)["Policy"]["Arn"]
    subnet_group = make_subnet_group(rds, subnets)["DBSubnetGroupArn"]
    parameter_group = make_parameter_group(rds)["DBParameterGroupArn"]
    make_instance(rds, Tags=TAGS)
    instance = rds.describe_db_instances()["DBInstances"][0]["DBInstanceArn"]
    expected = {
        "kms:key": key,
        "ec2:security-group": group["SecurityGroupArn"],
        "iam:policy": policy,
        "rds:subgrp": subnet_group,
        "rds:pg": parameter_group,
        "rds:db": instance,
    }

    def found(**asked: Any) -> list[str]:
        pages = sandbox.client("resourcegroupstaggingapi").get_paginator("get_resources").paginate(**asked)
        return [one["ResourceARN"] for page in pages for one in page["ResourceTagMappingList"]]

    wanted = [{"Key": "team", "Values": ["data"]}]
    assert sorted(found(TagFilters=wanted)) == sorted(expected.values())
    assert found(TagFilters=[{"Key": "team", "Values": ["other"]}]) == []
    for kind, arn in expected.items():
        assert found(TagFilters=wanted, ResourceTypeFilters=[kind]) == [arn]
