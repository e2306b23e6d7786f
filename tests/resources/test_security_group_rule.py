"""Single rules in groups of others: whose they are, how they are read, and the calls that make and replace them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from rds_secure import ownership, tagging
from rds_secure.kind import Found
from rds_secure.resources.security_group_rule import KIND
from rds_secure.resources.security_group_rule.spec import SecurityGroupRuleSpec
from rds_secure.values import Address, Ref
from tests.fakes import FakeReader
from tests.models import assert_valid_call
from tests.resources.planning import (
    SCOPE,
    actions,
    checked,
    compare,
    complaints,
    created,
    declare,
    knowing,
    link,
    updated,
    wanted,
)

THEIRS, APP = "sg-00000000000000001", "sg-00000000000000002"
ORDERS = Address("security_group_rule", "orders")
OFFICES = {"PrefixListId": "pl-0000000a", "PrefixListName": "offices", "AddressFamily": "IPv4", "MaxEntries": 20}
MINIMAL: dict[str, Any] = {"group": THEIRS, "peer": "10.0.0.0/8", "port": "5432"}
OURS = {ownership.STACK: "orders", ownership.ADDRESS: "security_group_rule.orders/orders"}


def row(identifier: str = "sgr-1", tags: Mapping[str, str] = OURS, **fields: Any) -> dict[str, Any]:
    """A row of DescribeSecurityGroupRules."""
    peer = {} if {"PrefixListId", "ReferencedGroupInfo"} & fields.keys() else {"CidrIpv4": "10.0.0.0/8"}
    base = {"IsEgress": False, "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, **peer}
    ids = {"SecurityGroupRuleId": identifier, "GroupId": THEIRS, "GroupOwnerId": SCOPE.account}
    return {**base, **ids, "Tags": list(tagging.pairs(tags)), **fields}


def reader(*rows: Any, owner: Mapping[str, str] | None = None) -> FakeReader:
    groups = [{"GroupId": THEIRS, "GroupName": "billing", "Tags": list(tagging.pairs(owner or {}))}]
    return FakeReader(
        {
            ("ec2", "DescribeSecurityGroups"): {"SecurityGroups": [*groups, {"GroupId": APP, "GroupName": "app"}]},
            ("ec2", "DescribeSecurityGroupRules"): {"SecurityGroupRules": list(rows)},
            ("ec2", "DescribeManagedPrefixLists"): {"PrefixLists": [OFFICES]},
        }
    )


def read(*rows: Any, **fields: Any) -> list[Found[SecurityGroupRuleSpec]]:
    return list(KIND.read(reader(*rows), wanted(KIND, declare(KIND, "orders", {**MINIMAL, **fields}))))


def verified(fake: FakeReader, **fields: Any) -> list[str]:
    return [item.what for item in KIND.verify(fake, declare(KIND, "orders", {**MINIMAL, **fields}), SCOPE)]


# What is declared


def test_a_rule_in_a_group_of_the_stack_is_refused_with_the_place_to_write_it() -> None:
    own = {**MINIMAL, "group": "${security_group.app}", "direction": "egress"}
    (item,) = KIND.check("orders", SecurityGroupRuleSpec.model_validate(own))
    assert (item.path, item.fix) == (("group",), "write the rule in the egress: of security_group.app")
    owner = {ownership.STACK: "orders", ownership.ADDRESS: "security_group.billing/billing"}
    assert verified(reader(owner=owner)) == [f"{THEIRS} is security_group.billing of this stack, with all its rules"]
    assert verified(reader(owner={**owner, ownership.STACK: "billing"})) == []


@pytest.mark.parametrize(
    ("fields", "path", "said"),
    [
        ({"peer": "10.0.0.5"}, ("peer",), "has no prefix length"),
        ({"port": "70000"}, ("port",), "is no port"),
        ({"ignore": ["port"]}, ("ignore", 0), "cannot be left to others"),
    ],
)
def test_a_wrong_rule_is_one_complaint_in_its_place(fields: Any, path: Any, said: str) -> None:
    ((where, what),) = complaints(KIND, {**MINIMAL, **fields})
    assert where == path
    assert said in what


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"group": "sg-99999999"}, "there is no security group sg-99999999 here"),
        ({"peer": "sg-99999999"}, "there is no security group sg-99999999 here"),
        ({"peer": "pl-99999999"}, "there is no prefix list pl-99999999 here"),
    ],
)
def test_an_id_that_does_not_exist_is_a_complaint(fields: Any, said: str) -> None:
    assert verified(reader(), **fields) == [said]


def test_ec2_2_the_rules_of_the_others_count_and_its_own_older_one_does_not() -> None:
    others = [row(f"sgr-{number}", {}, FromPort=number, ToPort=number) for number in range(1, 60)]
    assert verified(reader(*others)) == []
    assert verified(reader(*others, row("sgr-99", FromPort=99, ToPort=99))) == []
    full = [*others, row("sgr-60", {}, FromPort=60, ToPort=60)]
    assert verified(reader(*full)) == ["the IPv4 rules count as 61, and AWS allows 60"]
    assert verified(reader(*full), rule_quota="61") == []
    assert verified(reader(*others), peer="pl-0000000a") == [
        "the IPv4 rules count as 79, 20 of pl-0000000a among them, and AWS allows 60"
    ]


# What is live


def test_a_rule_reads_as_it_is_declared_by_one_call() -> None:
    fake = reader(row(), row("sgr-2", {}, FromPort=1, ToPort=1))
    (live,) = KIND.read(fake, wanted(KIND, declare(KIND, "orders", MINIMAL)))
    difference, _ = compare(KIND, declare(KIND, "orders", MINIMAL), live)
    assert (difference.changes, difference.refused, difference.noted) == ([], [], [])
    assert live.exports == {"id": "sgr-1", "arn": SCOPE.arn("ec2", "security-group-rule/sgr-1")}
    assert (live.name, live.tags) == ("orders", OURS)
    assert [action for _, action, _ in fake.calls] == ["DescribeSecurityGroupRules"]
    for service, action, params in fake.calls:
        assert_valid_call(service, action, params)


def test_a_strangers_rule_in_its_place_is_read_whatever_its_description() -> None:
    (live,) = read(row("sgr-9", {"team": "billing"}, Description="mine"), row("sgr-8", {}, CidrIpv4="10.9.0.0/16"))
    assert (live.name, live.identity) == ("sgr-9", f"{THEIRS}/tcp 5432 from 10.0.0.0/8")
    assert ownership.owner(live.tags) is None


def test_a_rule_of_the_stack_is_read_although_it_is_no_longer_declared() -> None:
    assert [live.exports["id"] for live in KIND.read(reader(row()), wanted(KIND))] == ["sgr-1"]


def test_of_two_rules_of_one_address_the_declared_one_is_it_and_the_other_is_left_over() -> None:
    (live,) = read(row("sgr-1", FromPort=22, ToPort=22), row("sgr-2"))
    assert (live.exports["id"], live.spec.leftovers) == ("sgr-2", ("sgr-1",))
    (revoke,) = updated(KIND, declare(KIND, "orders", MINIMAL), live)
    assert revoke.params == {"GroupId": THEIRS, "SecurityGroupRuleIds": ("sgr-1",)}


# Operations


def test_a_new_rule_carries_its_tags_and_nothing_else_is_done_to_the_group() -> None:
    (made,) = created(KIND, declare(KIND, "orders", {**MINIMAL, "description": "ours"}))
    assert made.action == "AuthorizeSecurityGroupIngress"
    assert made.params["GroupId"] == THEIRS
    assert made.params["IpPermissions"][0]["IpRanges"] == ({"CidrIp": "10.0.0.0/8", "Description": "ours"},)
    (tagged,) = made.params["TagSpecifications"]
    assert tagged["ResourceType"] == "security-group-rule"
    assert tagging.mapping(tagged["Tags"])[ownership.ADDRESS] == "security_group_rule.orders/orders"
    assert made.exports["id"] == "SecurityGroupRules[0].SecurityGroupRuleId"
    assert made.weak


def test_ec2_2_another_rule_is_added_before_the_old_one_is_revoked_by_its_id() -> None:
    (live,) = read(row())
    authorize, revoke = updated(KIND, declare(KIND, "orders", {**MINIMAL, "port": "6432"}), live)
    assert (authorize.params["IpPermissions"][0]["FromPort"], bool(authorize.params["TagSpecifications"])) == (
        6432,
        True,
    )
    assert revoke.params == {"GroupId": THEIRS, "SecurityGroupRuleIds": ("sgr-1",)}


def test_where_both_do_not_fit_the_quota_the_old_rule_goes_first() -> None:
    (live,) = read(row(), row("sgr-2", {}, PrefixListId="pl-0000000a"))
    fields = {**MINIMAL, "port": "6432"}
    assert actions(updated(KIND, declare(KIND, "orders", {**fields, "rule_quota": "22"}), live))[0].startswith("Auth")
    assert actions(updated(KIND, declare(KIND, "orders", {**fields, "rule_quota": "21"}), live))[0].startswith("Revoke")


def test_a_description_changes_in_place_and_goes_when_it_is_left_out() -> None:
    (live,) = read(row(Description="old"))
    (describe,) = updated(KIND, declare(KIND, "orders", {**MINIMAL, "description": "new"}), live)
    assert describe.action == "UpdateSecurityGroupRuleDescriptionsIngress"
    assert describe.params["SecurityGroupRuleDescriptions"] == ({"SecurityGroupRuleId": "sgr-1", "Description": "new"},)
    (describe,) = updated(KIND, declare(KIND, "orders", MINIMAL), live)
    assert describe.params["SecurityGroupRuleDescriptions"] == ({"SecurityGroupRuleId": "sgr-1"},)


def test_a_rule_that_no_longer_names_a_group_of_the_stack_releases_it() -> None:
    scope = knowing(SCOPE, (Address("security_group", "app"), {"id": APP}))
    (live,) = read(row(ReferencedGroupInfo={"GroupId": APP, "UserId": SCOPE.account}))
    _, revoke = updated(KIND, declare(KIND, "orders", MINIMAL), live, scope)
    assert revoke.releases == (Address("security_group", "app"),)


def test_another_group_or_direction_is_refused() -> None:
    (live,) = read(row())
    for fields in ({"group": APP}, {"direction": "egress"}):
        difference, _ = compare(KIND, declare(KIND, "orders", {**MINIMAL, **fields}), live)
        assert [change.path for change, _ in difference.refused] == list(fields)


def test_it_is_deleted_by_its_id_with_all_that_is_left_over() -> None:
    (live,) = read(row("sgr-1", FromPort=22, ToPort=22), row("sgr-2"))
    (revoke,) = checked(KIND.delete(link(live, ORDERS, SCOPE), SCOPE))
    assert revoke.destructive
    assert revoke.params == {"GroupId": THEIRS, "SecurityGroupRuleIds": ("sgr-1", "sgr-2")}
    assert "InvalidSecurityGroupRuleId.NotFound" in revoke.done_on


def test_tags_go_to_the_rule_that_an_apply_has_just_made() -> None:
    (live,) = read(row())
    add, remove = checked(KIND.tag(link(live, ORDERS, SCOPE), {"team": "payments"}, ("old",), SCOPE))
    assert add.params["Resources"] == remove.params["Resources"] == (Ref(ORDERS, "id"),)
