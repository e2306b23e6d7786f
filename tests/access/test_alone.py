"""What a spec alone tells of access, and what it does not; and that it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from rds_secure.access.alone import offline
from rds_secure.access.posture import Posture
from rds_secure.inventory import Inventory
from rds_secure.spec import load

SPEC = """
version: 1
stack: orders
{header}
resources:
  kms_key:
    data: {{users: ["${{iam_role.app}}"]}}
  iam_role:
    app: {{trust: {{services: [ec2.amazonaws.com]}}, instance_profile: true}}
  iam_policy:
    app:
      statements:
        - {{effect: allow, actions: [rds:DeleteDBInstance], resources: ["${{db_instance.orders.arn}}"]}}
        - effect: allow
          actions: [rds-db:connect]
          resources:
            - "arn:aws:rds-db:${{aws.region}}:${{aws.account_id}}:dbuser:${{db_instance.orders.resource_id}}/app"
      attach_to: {{roles: ["${{iam_role.app}}"]}}
  security_group:
    db:
      vpc: {{tag: {{Name: main}}}}
      ingress:
        - {{from: 10.20.0.0/16, port: 5432}}
        - {{from: {{tag: {{Name: bastion}}}}, port: 5432}}
        - {{from: {{prefix_list: com.amazonaws.eu-west-1.s3}}, port: 5432}}
  db_subnet_group:
    db: {{subnets: {{vpc: {{tag: {{Name: main}}}}, tag: {{Tier: private}}}}}}
  db_instance:
    orders:
      engine: postgres
      engine_version: "16"
      instance_class: db.t4g.micro
      storage_gib: 20
      kms_key: ${{kms_key.data}}
      subnet_group: ${{db_subnet_group.db}}
      security_groups: ["${{security_group.db}}"]
"""


def told(folder: Path, header: str = "region: eu-west-1", region: str = "") -> Inventory:
    file = folder / "stack.yaml"
    file.write_text(SPEC.format(header=header))
    plan, inventory = offline(load([str(file)])[1], region)
    assert plan.is_applicable
    return inventory


def test_who_is_told_from_the_policies_of_the_spec(tmp_path: Path) -> None:
    inventory = told(tmp_path)
    assert inventory.partial
    found = {
        (answer.principal.arn, answer.verb): answer.databases
        for answer in Posture(inventory).allowed
        if answer.principal.kind == "role" and "db:orders" in answer.databases
    }
    role = "arn:aws:iam::000000000000:role/app"
    assert {verb for principal, verb in found if principal == role} == {"delete", "connect", "use key", "break key"}


def test_ids_that_do_not_exist_yet_are_texts_in_the_form_of_what_they_stand_for(tmp_path: Path) -> None:
    inventory = told(tmp_path)
    (instance,) = inventory.items("rds", "DescribeDBInstances", "DBInstances")
    assert instance["KmsKeyId"] == "arn:aws:kms:eu-west-1:000000000000:key/<kms_key.data>"
    assert instance["VpcSecurityGroups"] == [{"VpcSecurityGroupId": "<security_group.db>", "Status": "active"}]
    assert instance["DBSubnetGroup"]["Subnets"][0]["SubnetIdentifier"].startswith("<subnet tag:Tier=private")
    assert inventory.reply("kms", "GetKeyPolicy", instance["KmsKeyId"])
    (group,) = inventory.items("ec2", "DescribeSecurityGroups", "SecurityGroups")
    assert group["VpcId"] == "<vpc tag:Name=main>"
    (rules,) = group["IpPermissions"]
    assert rules["UserIdGroupPairs"] == [{"GroupId": "<security_group tag:Name=bastion>", "UserId": "000000000000"}]
    assert rules["PrefixListIds"] == [{"PrefixListId": "<prefix_list name=com.amazonaws.eu-west-1.s3>"}]


def test_what_no_spec_tells_is_unread(tmp_path: Path) -> None:
    inventory = told(tmp_path)
    unread = {question.action for question in inventory.unread}
    assert {"DescribeNetworkInterfaces", "DescribeRouteTables", "DescribeDBSnapshots", "DescribeOrganization"} <= unread
    (answer,) = Posture(inventory).reached
    assert answer.unseen


@pytest.mark.parametrize(
    ("header", "region", "arn"),
    [
        ("account: '210987654321'", "", "arn:aws:rds:us-east-1:210987654321:db:orders"),
        ("", "eu-central-1", "arn:aws:rds:eu-central-1:000000000000:db:orders"),
        ("region: cn-north-1", "", "arn:aws-cn:rds:cn-north-1:000000000000:db:orders"),
    ],
)
def test_account_and_region_are_those_of_the_spec(tmp_path: Path, header: str, region: str, arn: str) -> None:
    (instance,) = told(tmp_path, header, region).items("rds", "DescribeDBInstances", "DBInstances")
    assert instance["DBInstanceArn"] == arn
