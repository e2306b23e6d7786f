"""Importing an account that somebody built by hand, bad habits included: the spec's plan has tags to add, no more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rds_secure import api, ownership
from rds_secure.draft import Selection
from rds_secure.plan import Action
from rds_secure.render.spec_file import spec_text
from rds_secure.spec import load
from tests.e2e.harness import Harness
from tests.e2e.looks import Client, named

EVERYTHING = Selection(everything=True)
OPEN = [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


def by_hand(client: Client) -> None:
    """Two databases of one team, a third one of nobody, keys, groups and policies; nothing carries a tag of ours."""
    ec2, rds, kms, iam = client("ec2"), client("rds"), client("kms"), client("iam")
    vpc = named(client, "vpc", "main")
    subnets = [
        subnet["SubnetId"] for subnet in ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    ]
    rds.create_db_subnet_group(DBSubnetGroupName="Legacy Net", DBSubnetGroupDescription="old", SubnetIds=subnets)
    application = ec2.create_security_group(GroupName="App Servers", Description="apps", VpcId=vpc)["GroupId"]
    database = ec2.create_security_group(GroupName="legacy-db", Description="databases", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=database, IpPermissions=OPEN)
    from_application = {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3307}
    ec2.authorize_security_group_ingress(
        GroupId=database, IpPermissions=[from_application | {"UserIdGroupPairs": [{"GroupId": application}]}]
    )
    key = kms.create_key(Description="legacy data", Tags=[{"TagKey": "team", "TagValue": "orders"}])["KeyMetadata"]
    kms.create_alias(AliasName="alias/legacy/data", TargetKeyId=key["KeyId"])
    kms.enable_key_rotation(KeyId=key["KeyId"])
    rds.create_db_parameter_group(
        DBParameterGroupName="legacy-mysql8-0", DBParameterGroupFamily="mysql8.0", Description="tuned by hand"
    )
    rds.modify_db_parameter_group(
        DBParameterGroupName="legacy-mysql8-0",
        Parameters=[{"ParameterName": "max_connections", "ParameterValue": "99", "ApplyMethod": "pending-reboot"}],
    )
    common = {
        "DBInstanceClass": "db.t4g.medium",
        "MasterUsername": "admin",
        "MasterUserPassword": "not-a-secret",
        "DBSubnetGroupName": "Legacy Net",
        "VpcSecurityGroupIds": [database],
        "Tags": [{"Key": "team", "Value": "orders"}],
    }
    rds.create_db_instance(
        DBInstanceIdentifier="Legacy-Orders",
        Engine="postgres",
        EngineVersion="16.3",
        AllocatedStorage=50,
        PubliclyAccessible=True,
        BackupRetentionPeriod=0,
        **common,
    )
    rds.create_db_instance(
        DBInstanceIdentifier="legacy-shop",
        Engine="mysql",
        EngineVersion="8.0.40",
        AllocatedStorage=100,
        StorageEncrypted=True,
        KmsKeyId=key["Arn"],
        DBParameterGroupName="legacy-mysql8-0",
        DeletionProtection=True,
        **common,
    )
    rds.create_db_instance(
        DBInstanceIdentifier="lonely", Engine="postgres", EngineVersion="15.7", AllocatedStorage=20, **common
    )
    on_one = statement("rds:ModifyDBInstance", "arn:aws:rds:us-east-1:123456789012:db:legacy-orders")
    on_all = statement("rds:*", "*")
    arns = [
        iam.create_policy(PolicyName=name, PolicyDocument=document)["Policy"]["Arn"]
        for name, document in (("Legacy_Operators", on_one), ("dba", on_all), ("files", statement("s3:*", "*")))
    ]
    iam.create_user(UserName="Fritz")
    for arn in arns:
        iam.attach_user_policy(UserName="Fritz", PolicyArn=arn)


def statement(action: str, resource: str) -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}
    )


def imported(harness: Harness, folder: Path, selection: Selection = EVERYTHING, stack: str = "legacy") -> Path:
    """The file that `rds-secure import` writes."""
    file = folder / f"{stack}.yaml"
    file.write_text(spec_text(api.draft(stack, harness.account, selection)))
    return file


def declared(file: Path) -> set[str]:
    stack, _ = load([file])
    return {str(address) for address in stack.resources}


def test_the_plan_of_what_is_imported_adds_tags_and_nothing_else(harness: Harness, tmp_path: Path) -> None:
    harness.behind(by_hand)
    file = imported(harness, tmp_path)

    first = harness.plan(file).plan

    assert first.refusals == ()
    assert {(str(step.address), step.action, step.changes) for step in first.steps} == {
        (address, Action.RETAG, ()) for address in declared(file)
    }
    assert declared(file) == {
        "db_instance.legacy-orders",
        "db_instance.legacy-shop",
        "db_instance.lonely",
        "db_parameter_group.legacy",
        "db_subnet_group.legacy-net",
        "iam_policy.dba",
        "iam_policy.legacy-operators",
        "kms_key.data",
        "security_group.app-servers",
        "security_group.legacy-db",
    }


def test_applying_it_adds_the_tags_and_importing_again_gives_the_same_file(harness: Harness, tmp_path: Path) -> None:
    harness.behind(by_hand)
    file = imported(harness, tmp_path)
    text = file.read_text()

    applied = harness.apply(file)

    tagging = {"AddTagsToResource", "CreateTags", "TagPolicy", "TagResource"}
    assert {call.action for call in applied.writes} == tagging
    assert harness.plan(file).plan.is_empty
    assert imported(harness, tmp_path).read_text() == text


def test_it_says_what_is_less_safe_than_the_defaults_and_has_no_password(harness: Harness, tmp_path: Path) -> None:
    harness.behind(by_hand)
    text = imported(harness, tmp_path).read_text()
    orders = text[text.index("    legacy-orders:") : text.index("    legacy-shop:")]

    assert "      # the default is true\n      encrypted: false\n" in orders
    assert "      # the default is false\n      public: true\n" in orders
    assert "      master_password: unmanaged\n" in orders
    assert "not-a-secret" not in text
    assert "${kms_key.data}" in text
    assert "${security_group.app-servers}" in text
    assert "${db_instance.legacy-orders.arn}" in text


def test_without_its_adopt_lines_the_plan_changes_nothing_that_was_not_a_default(
    harness: Harness, tmp_path: Path
) -> None:
    """So that these can be taken out one day: whatever differs from its default is written."""
    harness.behind(by_hand)
    file = imported(harness, tmp_path)
    harness.make(file)
    text = file.read_text()
    file.write_text(text[: text.index("\nadopt:") + 1])

    later = harness.plan(file).plan

    assert later.refusals == ()
    assert [(str(step.address), change.path) for step in later.steps for change in step.changes] == []
    assert {step.action for step in later.steps} == {Action.RETAG}


@pytest.mark.parametrize(
    ("selection", "databases"),
    [
        (Selection(names=("legacy-*",)), {"legacy-orders", "legacy-shop"}),
        (Selection(names=("LEGACY-ORDERS", "lonely")), {"legacy-orders", "lonely"}),
        (Selection(tags={"team": "orders"}), {"legacy-orders", "legacy-shop", "lonely"}),
        (Selection(tags={"team": "billing"}), set()),
    ],
)
def test_only_what_is_asked_for_is_taken_with_what_it_uses(
    harness: Harness, tmp_path: Path, selection: Selection, databases: set[str]
) -> None:
    harness.behind(by_hand)
    drafted = api.draft("legacy", harness.account, selection)
    found = {entry.address.name for entry in drafted.entries if entry.address.kind == "db_instance"}
    kinds = {entry.address.kind for entry in drafted.entries}
    assert found == databases
    assert ("kms_key" in kinds) == ("legacy-shop" in databases)
    assert ("security_group" in kinds) == bool(databases)


def test_a_vpc_selects_the_databases_in_it(harness: Harness) -> None:
    harness.behind(by_hand)
    inside = api.draft("legacy", harness.account, Selection(vpc=named(harness.client, "vpc", "main")))
    outside = api.draft("legacy", harness.account, Selection(vpc="vpc-0123456789abcdef0"))
    assert {entry.address.name for entry in inside.entries if entry.address.kind == "db_instance"} == {
        "legacy-orders",
        "legacy-shop",
        "lonely",
    }
    assert outside.entries == ()


def test_what_belongs_to_another_stack_is_never_taken(harness: Harness, tmp_path: Path) -> None:
    harness.behind(by_hand)
    other: dict[str, Any] = {f"security_group.{key}": None for key in ("legacy-db",)}
    group = {"name": "legacy-db", "vpc": {"tag": {"Name": "main"}}, "description": "databases", "exclusive": False}
    harness.make(harness.spec({"security_group": {"legacy-db": group}}, stack="other", adopt=other))
    before = ownership.owner(tags_of(harness.client, "legacy-db"))

    file = imported(harness, tmp_path)

    assert before
    assert before.stack == "other"
    assert "security_group.legacy-db" not in declared(file)
    group_id = named_group(harness.client, "legacy-db")["GroupId"]
    assert f"security_groups: [{group_id}]" in file.read_text()
    assert {step.action for step in harness.plan(file).plan.steps} == {Action.RETAG}


def named_group(client: Client, name: str) -> dict[str, Any]:
    (group,) = client("ec2").describe_security_groups(Filters=[{"Name": "group-name", "Values": [name]}])[
        "SecurityGroups"
    ]
    return dict(group)


def tags_of(client: Client, name: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in named_group(client, name)["Tags"]}
