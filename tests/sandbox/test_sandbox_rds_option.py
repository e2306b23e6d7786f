"""RDS option groups in the sandbox, driven by boto3."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rds_secure.sandbox import Sandbox

TAGS = [{"Key": "team", "Value": "data"}]
ARN = "arn:aws:rds:us-east-1:123456789012:og:orders"


def make_group(rds: Any, name: str = "orders", engine: str = "oracle-ee", version: str = "19") -> dict[str, Any]:
    answer = rds.create_option_group(
        OptionGroupName=name,
        EngineName=engine,
        MajorEngineVersion=version,
        OptionGroupDescription="test",
        Tags=TAGS,
    )
    return answer["OptionGroup"]


def include(rds: Any, *options: Any, name: str = "orders") -> None:
    written = [{"OptionName": option} if isinstance(option, str) else option for option in options]
    rds.modify_option_group(OptionGroupName=name, OptionsToInclude=written, ApplyImmediately=True)


def remove(rds: Any, *options: str, name: str = "orders") -> None:
    rds.modify_option_group(OptionGroupName=name, OptionsToRemove=list(options), ApplyImmediately=True)


def options_of(rds: Any, name: str = "orders") -> dict[str, dict[str, Any]]:
    (group,) = rds.describe_option_groups(OptionGroupName=name)["OptionGroupsList"]
    return {option["OptionName"]: option for option in group["Options"]}


def settings_of(option: dict[str, Any]) -> dict[str, Any]:
    return {setting["Name"]: setting.get("Value") for setting in option["OptionSettings"]}


def make_instance(rds: Any, name: str = "orders", **more: Any) -> None:
    fields = {"Engine": "oracle-ee", "EngineVersion": "19", "OptionGroupName": "orders", **more}
    rds.create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.m5.large",
        AllocatedStorage=20,
        MasterUsername="dbowner",
        ManageMasterUserPassword=True,
        **fields,
    )


@pytest.fixture
def ssl(ec2: Any, vpc: str) -> dict[str, Any]:
    """Oracle's option SSL, with a security group."""
    group = ec2.create_security_group(GroupName="tls", Description="test", VpcId=vpc)["GroupId"]
    return {"OptionName": "SSL", "VpcSecurityGroupMemberships": [group]}


@pytest.mark.repair("rds-option-groups")
def test_a_group_has_a_free_name_and_any_version_of_an_engine(rds, refused):
    assert make_group(rds, "Orders")["OptionGroupName"] == "orders"
    for engine, version in (("mysql", "8.4"), ("sqlserver-se", "16.00"), ("postgres", "17"), ("db2-ae", "11.5")):
        assert make_group(rds, engine, engine, version)["MajorEngineVersion"] == version
    with refused("OptionGroupAlreadyExistsFault"):
        make_group(rds, "orders")
    with refused("InvalidParameterCombination"):
        make_group(rds, "other", "sqlserver-se", "16")
    for name, engine in (("no.dots", "oracle-ee"), ("other", "aurora-mysql"), ("other", "informix")):
        with refused("InvalidParameterValue"):
            make_group(rds, name, engine, "8.0")


@pytest.mark.repair("rds-option-group-lists")
def test_groups_are_listed_and_found_by_name_in_any_case(rds, refused):
    assert rds.describe_option_groups()["OptionGroupsList"] == []
    make_group(rds)
    make_group(rds, "reports", "mysql", "8.0")

    def names(**asked: str) -> list[str]:
        return [group["OptionGroupName"] for group in rds.describe_option_groups(**asked)["OptionGroupsList"]]

    assert names() == ["orders", "reports"]
    assert names(OptionGroupName="ORDERS") == ["orders"]
    assert names(EngineName="mysql") == names(EngineName="mysql", MajorEngineVersion="8.0") == ["reports"]
    assert names(EngineName="mysql", MajorEngineVersion="8.4") == []
    with refused("OptionGroupNotFoundFault"):
        names(OptionGroupName="nowhere")


@pytest.mark.repair("rds-offered-options")
def test_every_engine_says_which_options_it_has(rds, refused):
    def offered(**asked: str) -> set[str]:
        return {option["Name"] for option in rds.describe_option_group_options(**asked)["OptionGroupOptions"]}

    assert "TDE" in offered(EngineName="sqlserver-se", MajorEngineVersion="15.00")
    assert "TDE" not in offered(EngineName="sqlserver-se", MajorEngineVersion="14.00")
    assert offered(EngineName="postgres", MajorEngineVersion="16") == offered(EngineName="db2-ce") == set()
    with refused("InvalidParameterValue"):
        offered(EngineName="informix")


@pytest.mark.repair("rds-options")
def test_an_option_has_settings_a_port_and_a_security_group_and_changes_bit_by_bit(rds, ssl, refused):
    make_group(rds)
    include(rds, {**ssl, "OptionSettings": [{"Name": "SQLNET.SSL_VERSION", "Value": "1.2"}]})

    (option,) = options_of(rds).values()
    assert (option["Port"], option["Permanent"], option["Persistent"]) == (2484, False, False)
    (membership,) = option["VpcSecurityGroupMemberships"]
    assert membership == {"VpcSecurityGroupId": ssl["VpcSecurityGroupMemberships"][0], "Status": "active"}
    assert settings_of(option)["SQLNET.SSL_VERSION"] == "1.2"
    assert settings_of(option)["FIPS.SSLFIPS_140"] == "FALSE", "AWS adds settings of its own"

    include(rds, {"OptionName": "SSL", "Port": 2500})
    assert options_of(rds)["SSL"]["Port"] == 2500
    assert settings_of(options_of(rds)["SSL"])["SQLNET.SSL_VERSION"] == "1.2"
    with refused("InvalidParameterValue"):
        include(rds, {"OptionName": "SSL", "OptionSettings": [{"Name": "nothing", "Value": "1"}]})
    with refused("InvalidParameterValue"):
        include(rds, {"OptionName": "SSL", "VpcSecurityGroupMemberships": ["sg-00000000"]})
    remove(rds, "SSL")
    assert options_of(rds) == {}


@pytest.mark.repair("rds-options")
def test_options_exclude_and_need_each_other_or_are_not_offered(rds, ssl, refused):
    make_group(rds)
    include(rds, ssl)
    with refused("InvalidParameterCombination"):
        include(rds, "NATIVE_NETWORK_ENCRYPTION")
    with refused("InvalidParameterCombination"):
        include(rds, "APEX-DEV")
    with refused("InvalidParameterValue"):
        include(rds, "MEMCACHED")
    with refused("InvalidParameterValue"):
        include(rds, {"OptionName": "OEM", "Port": 5500})
    assert options_of(rds).keys() == {"SSL"}


@pytest.mark.repair("rds-options")
def test_an_option_has_its_default_version_or_needs_one(rds, ssl, refused):
    agent = {**ssl, "OptionName": "OEM_AGENT"}
    make_group(rds)
    include(rds, agent)
    assert options_of(rds)["OEM_AGENT"]["OptionVersion"].startswith("13.")
    make_group(rds, "old", version="12.1")
    for more in ({}, {"OptionVersion": "1.0"}):
        with refused("InvalidParameterCombination"):
            include(rds, {**agent, **more}, name="old")
    include(rds, {**agent, "OptionVersion": "13.5.0.0.v3"}, name="old")
    assert options_of(rds, "old")["OEM_AGENT"]["OptionVersion"] == "13.5.0.0.v3"


@pytest.mark.repair("rds-options")
def test_a_role_of_an_option_exists(rds, iam, refused):
    make_group(rds, engine="sqlserver-se", version="15.00")
    trust = {"Version": "2012-10-17", "Statement": []}
    audit = {"OptionName": "SQLSERVER_AUDIT", "OptionSettings": [{"Name": "IAM_ROLE_ARN", "Value": ""}]}
    arn = iam.create_role(RoleName="audit", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    for value in (f"{arn}-not-there", "audit"):
        audit["OptionSettings"] = [{"Name": "IAM_ROLE_ARN", "Value": value}]
        with refused("InvalidParameterValue"):
            include(rds, audit)
    audit["OptionSettings"] = [{"Name": "IAM_ROLE_ARN", "Value": arn}]
    include(rds, audit)
    assert settings_of(options_of(rds)["SQLSERVER_AUDIT"])["IAM_ROLE_ARN"] == arn


@pytest.mark.repair("rds-option-locks")
def test_a_permanent_option_stays_and_a_persistent_one_while_its_group_is_used_rds_9(rds, refused):
    make_group(rds)
    make_group(rds, "reports", "sqlserver-ee", "15.00")
    for group in ("orders", "reports"):
        include(rds, "TDE", name=group)
    assert options_of(rds)["TDE"]["Permanent"]
    assert not options_of(rds, "reports")["TDE"]["Permanent"]
    with refused("InvalidParameterCombination"):
        remove(rds, "TDE")
    make_instance(rds, Engine="sqlserver-ee", EngineVersion="15.00", OptionGroupName="reports")
    with refused("InvalidParameterCombination"):
        remove(rds, "TDE", name="reports")
    rds.delete_db_instance(DBInstanceIdentifier="orders", SkipFinalSnapshot=True, DeleteAutomatedBackups=True)
    remove(rds, "TDE", name="reports")
    assert options_of(rds, "reports") == {}


@pytest.mark.repair("rds-option-groups-in-use")
def test_a_group_stays_while_a_database_or_a_backup_uses_it_rds_10(rds, refused):
    make_group(rds)
    make_instance(rds)
    with refused("InvalidOptionGroupStateFault"):
        rds.delete_option_group(OptionGroupName="Orders")
    rds.delete_db_instance(DBInstanceIdentifier="orders", FinalDBSnapshotIdentifier="last")
    with refused("InvalidOptionGroupStateFault"):
        rds.delete_option_group(OptionGroupName="orders")
    rds.delete_db_snapshot(DBSnapshotIdentifier="last")
    rds.delete_option_group(OptionGroupName="orders")
    with refused("OptionGroupNotFoundFault"):
        rds.delete_option_group(OptionGroupName="orders")


@pytest.mark.repair("rds-option-group-fit")
def test_an_instance_has_a_group_of_its_engine_and_version_and_its_backups_say_which_rds_9(rds, refused):
    make_group(rds)
    make_group(rds, "reports", "sqlserver-ee", "15.00")
    with refused("InvalidParameterCombination"):
        make_instance(rds, OptionGroupName="reports")
    with refused("OptionGroupNotFoundFault"):
        make_instance(rds, OptionGroupName="nowhere")
    make_instance(rds, OptionGroupName="ORDERS")
    (instance,) = rds.describe_db_instances()["DBInstances"]
    assert instance["OptionGroupMemberships"] == [{"OptionGroupName": "orders", "Status": "in-sync"}]
    for group, code in (("reports", "InvalidParameterCombination"), ("nowhere", "OptionGroupNotFoundFault")):
        with refused(code):
            rds.modify_db_instance(DBInstanceIdentifier="orders", OptionGroupName=group)
    (snapshot,) = rds.describe_db_snapshots()["DBSnapshots"]
    (backups,) = rds.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    assert snapshot["OptionGroupName"] == backups["OptionGroupName"] == "orders"


def test_a_group_has_tags_and_one_that_does_not_exist_has_none(rds, sandbox: Sandbox, refused):
    make_group(rds)
    assert rds.list_tags_for_resource(ResourceName=ARN)["TagList"] == TAGS
    tagging = sandbox.client("resourcegroupstaggingapi")
    found = tagging.get_resources(ResourceTypeFilters=["rds:og"])["ResourceTagMappingList"]
    assert [item["ResourceARN"] for item in found] == [ARN]
    with refused("OptionGroupNotFoundFault"):
        rds.list_tags_for_resource(ResourceName=ARN.replace("orders", "nowhere"))
