"""What an inventory tells an audit: what belongs to databases, and who is listed."""

from __future__ import annotations

from dataclasses import replace

from rds_secure.access.posture import Posture
from rds_secure.audit.trail.context import Context, context_of, identity_key
from rds_secure.inventory import Inventory, Question
from tests.access import postures, world
from tests.access.iam.account import IAM, role, user
from tests.access.iam.cases import statement

DELETE = statement("Allow", "rds:DeleteDBInstance")
SECRET = statement("Allow", "secretsmanager:GetSecretValue")


def made(inventory: Inventory) -> Context:
    return context_of(Posture(inventory), accounts=["333333333333"])


def test_what_belongs_to_databases_is_known() -> None:
    found = made(world.world())
    assert found.groups is not None
    assert {"sg-open", "sg-db"} <= found.groups
    assert found.keys is not None
    assert "aaaa" in found.keys
    assert found.secrets == {"rds!db-1"}
    assert found.tables
    assert found.is_known("333333333333")
    assert not found.is_known("222222222222")


def test_what_was_not_read_is_not_known() -> None:
    found = made(Inventory(postures.PLACE))
    assert (found.groups, found.keys, found.secrets, found.tables, found.acls) == (None,) * 5
    assert (found.allowed, found.writers, found.holders) == (None,) * 3
    assert found.may("rds:DeleteDBInstance", f"{IAM}:user/dana") is None


def test_whoever_may_is_listed_for_what_he_may() -> None:
    found = made(postures.inventory(user("dana", DELETE), role("app", SECRET), user("guest")))
    assert found.may("rds:DeleteDBInstance", f"{IAM}:user/dana")
    assert not found.may("rds:ModifyDBInstance", f"{IAM}:user/dana")
    assert found.may("rds:CreateDBSnapshot", f"{IAM}:user/dana"), "no verb is about it: whoever may change anything"
    assert not found.may("rds:CreateDBSnapshot", f"{IAM}:user/guest")
    assert found.may("secretsmanager:GetSecretValue", f"{IAM}:role/deploy/app"), "names are unique without their path"
    assert not found.may("rds:CreateDBSnapshot", f"{IAM}:role/app")


def test_a_principal_holds_its_rights_by_groups_and_policies() -> None:
    from tests.access.iam.account import group, managed

    items = (user("dana", groups=("dbas",)), group("dbas", attached=("deploy",)), managed("deploy", DELETE))
    found = made(postures.inventory(*items, user("guest")))
    assert found.holders == {"user/dana", "group/dbas", f"{IAM}:policy/deploy"}


def test_a_spec_alone_tells_who_and_no_ids() -> None:
    inventory = replace(postures.inventory(user("dana", DELETE)), partial=True)
    found = made(inventory)
    assert (found.groups, found.keys, found.stand_in) == (None, None, "")
    assert found.may("rds:DeleteDBInstance", f"{IAM}:user/dana")


def test_route_tables_of_a_whole_network_count_where_a_subnet_has_none_of_its_own() -> None:
    database = {"DBInstanceIdentifier": "a", "DBSubnetGroup": {"DBSubnetGroupName": "g"}}
    group = {"DBSubnetGroupName": "g", "VpcId": "vpc-1", "Subnets": [{"SubnetIdentifier": "s-1"}]}
    tables = [
        {"RouteTableId": "rtb-main", "VpcId": "vpc-1", "Associations": [{"Main": True}]},
        {"RouteTableId": "rtb-other", "VpcId": "vpc-2", "Associations": [{"Main": True}]},
        {"RouteTableId": "rtb-own", "VpcId": "vpc-1", "Associations": [{"SubnetId": "s-2"}]},
    ]
    replies = {
        Question("rds", "DescribeDBInstances"): {"DBInstances": [database]},
        Question("rds", "DescribeDBClusters"): {"DBClusters": []},
        Question("rds", "DescribeDBSubnetGroups"): {"DBSubnetGroups": [group]},
        Question("ec2", "DescribeRouteTables"): {"RouteTables": tables},
    }
    assert made(Inventory(postures.PLACE, replies)).tables == {"rtb-main"}
    tables[2]["Associations"] = [{"SubnetId": "s-1"}]
    assert made(Inventory(postures.PLACE, replies)).tables == {"rtb-own"}


def test_keys_of_identities_have_no_path() -> None:
    assert identity_key(f"{IAM}:role/a/b/c") == f"{IAM}:role/c"
    assert identity_key("rds.amazonaws.com") == "rds.amazonaws.com"
