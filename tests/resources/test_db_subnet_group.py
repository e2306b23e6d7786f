"""Subnet groups: how they are checked, read and compared, and the calls that make, change and delete them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rds_secure import ownership, tagging
from rds_secure.fields import Invalid
from rds_secure.kind import Found
from rds_secure.resources.db_subnet_group import KIND, DbSubnetGroupSpec
from rds_secure.values import Address, Lookup, Ref
from tests.fakes import FakeReader, error
from tests.models import assert_valid_call
from tests.resources.planning import (
    SCOPE,
    actions,
    checked,
    compare,
    complaints,
    created,
    declare,
    link,
    updated,
    wanted,
)

A, B, C = "subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb", "subnet-0cccccccccccccccc"
VPC = "vpc-0123456789abcdef0"
ARN = "arn:aws:rds:eu-west-1:123456789012:subgrp:orders"
MINIMAL = {"subnets": [A, B]}


def described(name: str = "orders", subnets: tuple[str, ...] = (A, B), **fields: Any) -> dict[str, Any]:
    """A member of DescribeDBSubnetGroups."""
    return {
        "DBSubnetGroupName": name,
        "DBSubnetGroupDescription": "managed by rds-secure",
        "VpcId": VPC,
        "SubnetGroupStatus": "Complete",
        "Subnets": [
            {
                "SubnetIdentifier": subnet,
                "SubnetAvailabilityZone": {"Name": f"eu-west-1{'abc'[number]}"},
                "SubnetOutpost": {},
                "SubnetStatus": "Active",
            }
            for number, subnet in enumerate(subnets)
        ],
        "DBSubnetGroupArn": ARN.replace("orders", name),
        "SupportedNetworkTypes": ["IPV4"],
        **fields,
    }


def reader(*groups: dict[str, Any], tags: dict[str, str] | None = None) -> FakeReader:
    return FakeReader(
        {
            ("rds", "DescribeDBSubnetGroups"): {"DBSubnetGroups": list(groups)},
            ("rds", "ListTagsForResource"): {"TagList": list(tagging.pairs(tags or {}))},
        }
    )


def found(**fields: Any) -> Found[DbSubnetGroupSpec]:
    [one] = KIND.read(reader(described(**fields)), wanted(KIND, declare(KIND, "orders", MINIMAL)))
    return one


def in_vpc(*subnets: tuple[str, str, str]) -> FakeReader:
    """The account has these subnets: id, zone, VPC."""
    listed = [{"SubnetId": name, "AvailabilityZone": zone, "VpcId": vpc} for name, zone, vpc in subnets]
    return FakeReader({("ec2", "DescribeSubnets"): {"Subnets": listed}})


def verified(looking: FakeReader) -> list[str]:
    return [item.what for item in KIND.verify(looking, declare(KIND, "orders", MINIMAL), SCOPE)]


def test_one_look_up_stands_for_all_subnets_that_it_finds() -> None:
    spec = DbSubnetGroupSpec.model_validate({"subnets": {"vpc": VPC, "tag": {"Tier": "private"}}})
    assert spec.subnets == (Lookup("subnet", (("tag:Tier", "private"), ("vpc", VPC))),)


def test_a_group_without_subnets_and_the_reserved_name_are_refused_offline() -> None:
    assert complaints(KIND, {"subnets": []}) == [(("subnets",), "a subnet group needs subnets")]
    assert complaints(KIND, MINIMAL, key="default") == [(("name",), "AWS reserves the name 'default'")]
    assert complaints(KIND, MINIMAL) == []


def test_something_else_than_a_subnet_id_is_refused() -> None:
    with pytest.raises(ValueError, match="'vpc-1' is not a subnet id") as caught:
        DbSubnetGroupSpec.model_validate({"subnets": ["vpc-1"]})
    assert isinstance(caught.value.errors()[0]["ctx"]["error"], Invalid)  # type: ignore[attr-defined]


def test_subnets_must_exist_in_one_vpc_and_cover_two_zones_rds_10() -> None:
    assert verified(in_vpc((A, "eu-west-1a", VPC), (B, "eu-west-1b", VPC))) == []
    assert verified(in_vpc((A, "eu-west-1a", VPC))) == [f"there is no {B} here"]
    assert verified(in_vpc((A, "eu-west-1a", VPC), (B, "eu-west-1b", "vpc-2"))) == [
        "the subnets are in more than one VPC"
    ]
    assert verified(in_vpc((A, "eu-west-1a", VPC), (B, "eu-west-1a", VPC))) == ["all subnets are in eu-west-1a"]


def test_what_is_read_equals_what_is_declared() -> None:
    difference, _ = compare(KIND, declare(KIND, "orders", MINIMAL), found(subnets=(B, A)))
    assert (difference.changes, difference.refused, difference.noted) == ([], [], [])


def test_reading_asks_for_the_tags_of_our_groups_only() -> None:
    looking = reader(described(), described(name="a-stranger"), tags={"team": "payments"})
    [one] = KIND.read(looking, wanted(KIND, declare(KIND, "Orders", MINIMAL)))
    assert (one.name, one.tags) == ("orders", {"team": "payments"})  # RDS-5: in lower case
    assert one.exports == {"name": "orders", "arn": ARN, "vpc": VPC}
    assert [call[1] for call in looking.calls] == ["DescribeDBSubnetGroups", "ListTagsForResource"]
    for service, action, params in looking.calls:
        assert_valid_call(service, action, params)


def test_a_tagged_group_is_read_although_nothing_declares_it() -> None:
    groups = reader(described(name="old"))
    assert [one.name for one in KIND.read(groups, wanted(KIND, tagged={ARN.replace("orders", "old"): {}}))] == ["old"]


def test_a_denied_read_is_no_absence() -> None:
    denied = error("rds", "ListTagsForResource", "AccessDenied", status=403)
    looking = reader(described())
    looking.answers = {**looking.answers, ("rds", "ListTagsForResource"): denied}
    with pytest.raises(type(denied)):
        KIND.read(looking, wanted(KIND, declare(KIND, "orders", MINIMAL)))


def test_a_new_group_is_made_with_its_tags_in_one_call() -> None:
    resource = declare(KIND, "orders", {**MINIMAL, "description": "Private", "tags": {"team": "payments"}})
    [made] = created(KIND, resource)
    assert made.action == "CreateDBSubnetGroup"
    assert made.params["DBSubnetGroupName"] == "orders"
    assert made.params["DBSubnetGroupDescription"] == "Private"
    assert made.params["SubnetIds"] == (A, B)
    assert tagging.mapping(made.params["Tags"]) == resource.tags
    assert {"name", "arn", "vpc"} == set(made.exports) == set(KIND.exports)


def test_name_and_arn_are_known_beforehand() -> None:
    assert KIND.predict(SCOPE, "Orders", DbSubnetGroupSpec.model_validate(MINIMAL)) == {"name": "orders", "arn": ARN}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"description": "Private", "subnets": [A, B]}, "change description"),
        ({"subnets": [A, C]}, "change subnets"),
    ],
)
def test_every_change_sends_all_subnets(fields: dict[str, Any], said: str) -> None:
    [changed] = updated(KIND, declare(KIND, "orders", fields), found())
    assert (changed.action, changed.summary) == ("ModifyDBSubnetGroup", said)
    assert changed.params["SubnetIds"] == tuple(fields["subnets"])


def test_a_subnet_that_comes_and_one_that_goes_are_two_differences() -> None:
    difference, _ = compare(KIND, declare(KIND, "orders", {"subnets": [A, C]}), found())
    assert [(item.member, item.old, item.new) for item in difference.changes] == [(B, B, None), (C, None, C)]


OURS = {ownership.STACK: "orders", ownership.ADDRESS: "db_instance.orders/orders"}


def database(name: str, group: Any, tags: dict[str, str] | None = None, thing: str = "DBInstance") -> dict[str, Any]:
    ids = {f"{thing}Identifier": name, f"{thing}Arn": SCOPE.arn("rds", f"{thing}:{name}")}
    return {**ids, "DBSubnetGroup": group, "TagList": list(tagging.pairs(tags or {}))}


@pytest.mark.parametrize(
    ("instances", "clusters", "said"),
    [
        ([database("billing", {"DBSubnetGroupName": "orders"})], [], "database billing"),
        ([database("restored", {"DBSubnetGroupName": "orders"}, OURS)], [], "database restored"),  # RDS-18: a copy
        ([], [database("events", "orders", thing="DBCluster")], "cluster events"),
        ([database("orders", {"DBSubnetGroupName": "orders"}, OURS)], [], ""),  # the planner knows of it
        ([database("going", {"DBSubnetGroupName": "orders"})], [], ""),
        ([database("elsewhere", {"DBSubnetGroupName": "other"})], [database("x", "other", thing="DBCluster")], ""),
        ([database("without", None)], [], ""),
    ],
)
def test_rds_10_a_group_in_use_outside_the_stack_is_not_deleted_and_says_by_whom(
    instances: list[Any], clusters: list[Any], said: str
) -> None:
    looking = FakeReader(
        {
            ("rds", "DescribeDBInstances"): {"DBInstances": instances},
            ("rds", "DescribeDBClusters"): {"DBClusters": clusters},
        }
    )
    live = link(found(), Address(KIND.name, "orders"), SCOPE)
    going = frozenset({SCOPE.arn("rds", "DBInstance:going")})
    assert KIND.inspect(looking, live, SCOPE, going) == (f"it is in use by {said}" if said else live)
    for service, action, params in looking.calls:
        assert_valid_call(service, action, params)


def test_deleting_it_twice_is_deleting_it() -> None:
    [gone] = checked(KIND.delete(link(found(), Address(KIND.name, "orders"), SCOPE), SCOPE))
    assert (gone.params, gone.destructive) == ({"DBSubnetGroupName": "orders"}, True)
    assert gone.done_on == ("DBSubnetGroupNotFoundFault",)  # RDS-25


def test_tags_are_set_and_removed_by_calls_of_their_own() -> None:
    live = link(found(), Address(KIND.name, "orders"), SCOPE)
    calls = checked(KIND.tag(live, {"team": "payments"}, ("old",), SCOPE))
    assert actions(calls) == ["AddTagsToResource", "RemoveTagsFromResource"]
    assert {call.params["ResourceName"] for call in calls} == {ARN}


def test_subnets_that_belong_to_the_stack_would_stay_references() -> None:
    resource = declare(KIND, "orders", MINIMAL)
    subnet = Ref(Address("subnet", "a"), "id")
    spec = resource.spec.model_copy(update={"subnets": (subnet, B)})
    [made] = created(KIND, replace(resource, spec=spec))
    assert made.params["SubnetIds"] == (subnet, B)
