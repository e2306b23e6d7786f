"""Importing users, groups and roles that somebody made by hand: those that are asked for, and no others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rds_secure import api, ownership
from rds_secure.draft import Selection
from rds_secure.plan import Action
from tests.e2e.harness import Harness
from tests.e2e.looks import Client, named
from tests.e2e.test_import import declared, imported, statement

ORDERS = Selection(names=("orders*", "Operators"), principals=True)
ENHANCED = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"


def trusting(**principal: str) -> str:
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [trust]})


def by_hand(client: Client) -> None:
    """A database with a role for its metrics, a user and a role of its application, and a group of people."""
    iam, rds, ec2 = client("iam"), client("rds"), client("ec2")
    metrics = iam.create_role(
        RoleName="rds-metrics", AssumeRolePolicyDocument=trusting(Service="monitoring.rds.amazonaws.com")
    )["Role"]["Arn"]
    iam.attach_role_policy(RoleName="rds-metrics", PolicyArn=ENHANCED)
    iam.create_service_linked_role(AWSServiceName="rds.amazonaws.com")
    iam.create_group(GroupName="Operators")
    iam.create_group(GroupName="orders-people")
    for name in ("orders-app", "Fritz"):
        iam.create_user(UserName=name, Tags=[{"Key": "team", "Value": "orders"}])
        iam.add_user_to_group(GroupName="Operators", UserName=name)
    iam.add_user_to_group(GroupName="orders-people", UserName="orders-app")
    iam.put_user_policy(UserName="orders-app", PolicyName="by-hand", PolicyDocument=statement("s3:*", "*"))
    user = iam.get_user(UserName="orders-app")["User"]["Arn"]
    iam.create_role(RoleName="Orders-Batch", MaxSessionDuration=7200, AssumeRolePolicyDocument=trusting(AWS=user))
    trust = trusting(AWS=iam.get_role(RoleName="Orders-Batch")["Role"]["Arn"])
    iam.create_role(RoleName="unrelated", AssumeRolePolicyDocument=trust)
    for name, users in (("orders-files", ["orders-app"]), ("company", ["orders-app", "Fritz"])):
        arn = iam.create_policy(PolicyName=name, PolicyDocument=statement("s3:Get*", "*"))["Policy"]["Arn"]
        iam.attach_role_policy(RoleName="Orders-Batch", PolicyArn=arn)
        for each in users:
            iam.attach_user_policy(UserName=each, PolicyArn=arn)
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [named(client, "vpc", "main")]}])["Subnets"]
    ids = [subnet["SubnetId"] for subnet in subnets]
    rds.create_db_subnet_group(DBSubnetGroupName="orders", DBSubnetGroupDescription="old", SubnetIds=ids)
    rds.create_db_instance(
        DBInstanceIdentifier="orders",
        Engine="postgres",
        EngineVersion="16.3",
        DBInstanceClass="db.t4g.medium",
        AllocatedStorage=50,
        MasterUsername="admin1",
        MasterUserPassword="not-a-secret",
        DBSubnetGroupName="orders",
        MonitoringInterval=60,
        MonitoringRoleArn=metrics,
    )


def people(addresses: set[str]) -> set[str]:
    return {address for address in addresses if address.startswith("iam_")}


TAKEN = {
    "iam_group.operators",
    "iam_policy.orders-files",
    "iam_role.orders-batch",
    "iam_role.rds-metrics",
    "iam_user.orders-app",
}


def test_they_come_with_their_policies_and_only_marks_are_to_be_added(harness: Harness, tmp_path: Path) -> None:
    harness.behind(by_hand)
    file = imported(harness, tmp_path, ORDERS, "orders")

    first = harness.plan(file).plan

    text = file.read_text()
    assert "monitoring_seconds: 60\n      monitoring_role: ${iam_role.rds-metrics}\n" in text
    assert "groups: ['${iam_group.operators}', orders-people]\n" in text
    assert text.count("policies: ['arn:aws:iam::123456789012:policy/company']\n") == 2
    assert "inline policies here that a spec does not write, and that stay: by-hand\n    orders-app:" in text
    assert people(declared(file)) == TAKEN
    assert first.refusals == ()
    moved = {(str(step.address), change.path) for step in first.steps for change in step.changes}
    assert moved == {("iam_group.operators", "path")}
    assert {step.action for step in first.steps} == {Action.RETAG, Action.UPDATE}


def test_importing_again_gives_the_same_file_and_nothing_but_marks_is_written(harness: Harness, tmp_path: Path) -> None:
    harness.behind(by_hand)
    file = imported(harness, tmp_path, ORDERS, "orders")
    text = file.read_text()

    applied = harness.apply(file)

    tagging = {"AddTagsToResource", "TagPolicy", "TagRole", "TagUser"}
    assert {call.action for call in applied.writes} == {*tagging, "UpdateGroup"}
    assert harness.plan(file).plan.is_empty
    assert imported(harness, tmp_path, ORDERS, "orders").read_text() == text


@pytest.mark.parametrize(
    ("selection", "taken"),
    [
        (Selection(everything=True), set()),
        (Selection(everything=True, principals=True), {"iam_role.rds-metrics"}),
        (Selection(names=("orders*", "Operators")), set()),
        (
            Selection(names=("*",), principals=True),
            TAKEN - {"iam_group.operators"} | {"iam_policy.company", "iam_role.unrelated", "iam_user.fritz"},
        ),
        (Selection(tags={"team": "orders"}, principals=True), {"iam_user.orders-app", "iam_user.fritz"}),
        (Selection(vpc="vpc-0123456789abcdef0", principals=True), set()),
    ],
)
def test_nobody_comes_unasked_and_no_group_by_a_pattern(
    harness: Harness, selection: Selection, taken: set[str]
) -> None:
    """Nor a role that AWS made for itself, which ``*`` would match."""
    harness.behind(by_hand)
    drafted = api.draft("orders", harness.account, selection)
    assert people({str(entry.address) for entry in drafted.entries}) == taken


def test_who_belongs_to_another_stack_is_left_to_it(harness: Harness, tmp_path: Path) -> None:
    harness.behind(by_hand)
    other: dict[str, Any] = {"iam_group": {"operators": {"name": "Operators"}}, "iam_role": {"rds-metrics": {}}}
    other["iam_role"]["rds-metrics"] = {
        "trust": {"services": ["monitoring.rds.amazonaws.com"], "source_account": False}
    }
    adopt = {"iam_group.operators": None, "iam_role.rds-metrics": None}
    harness.make(harness.spec(other, stack="other", adopt=adopt))

    file = imported(harness, tmp_path, ORDERS, "orders")

    assert people(declared(file)) == TAKEN - {"iam_group.operators", "iam_role.rds-metrics"}
    assert "groups: [Operators, orders-people]\n" in file.read_text()
    assert "monitoring_role: arn:aws:iam::123456789012:role/rds-metrics\n" in file.read_text()
    role = harness.client("iam").get_role(RoleName="rds-metrics")["Role"]
    assert {tag["Key"]: tag["Value"] for tag in role["Tags"]}[ownership.STACK] == "other"
