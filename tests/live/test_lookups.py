"""Look-ups: what is found by tag or alias outside the spec (meaning §2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from rds_secure.live import read_live
from rds_secure.live.lookups import resolve_lookups
from rds_secure.live.sight import Sight
from rds_secure.values import Address, Lookup
from tests.fakes import FakeReader
from tests.toy import IDENTITY
from tests.toy_account import ToyAccount, stack

pytestmark = pytest.mark.usefixtures("toys")

A = Address("toy", "a")


def _tags(**tags: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _subnet(identifier: str, vpc: str, tier: str) -> dict[str, Any]:
    return {"SubnetId": identifier, "VpcId": vpc, "Tags": _tags(Tier=tier, Stage="live")}


EC2 = {
    ("ec2", "DescribeVpcs"): {
        "Vpcs": [
            {"VpcId": "vpc-0000000b", "Tags": _tags(Name="main", Owner="a")},
            {"VpcId": "vpc-0000000a", "Tags": _tags(Name="spare")},
            {"VpcId": "vpc-0000000c", "Tags": _tags(Name="spare")},
            {"VpcId": "vpc-0000000d"},
        ]
    },
    ("ec2", "DescribeSubnets"): {
        "Subnets": [
            _subnet("subnet-3", "vpc-0000000b", "private"),
            _subnet("subnet-1", "vpc-0000000b", "private"),
            _subnet("subnet-2", "vpc-0000000a", "private"),
            _subnet("subnet-4", "vpc-0000000b", "public"),
        ]
    },
}


def _resolve(fields: Mapping[str, Any], answers: Mapping[tuple[str, ...], Any] = EC2) -> tuple[Any, list[str]]:
    specs, _, problems = resolve_lookups(stack({"toy.a": fields}), FakeReader(answers), Sight())
    return specs[A], [f"{problem.what}: {problem.fix}" for problem in problems]


def test_a_field_takes_the_one_match() -> None:
    spec, problems = _resolve({"vpc": {"tag": {"Name": "main"}}})
    assert (spec.vpc, problems) == ("vpc-0000000b", [])


def test_all_tags_must_match() -> None:
    assert _resolve({"vpc": {"tag": {"Name": "main", "Owner": "a"}}})[0].vpc == "vpc-0000000b"
    assert _resolve({"vpc": {"tag": {"Name": "main", "Owner": "b"}}})[1] != []


def test_a_field_refuses_several_matches_and_names_them() -> None:
    """Meaning §2."""
    _, problems = _resolve({"vpc": {"tag": {"Name": "spare"}}})
    assert problems == [
        "2 match tag:Name=spare: vpc-0000000a, vpc-0000000c: add tags until one is left, or write its id"
    ]


def test_a_field_refuses_no_match() -> None:
    _, problems = _resolve({"vpc": {"tag": {"Name": "other"}}})
    assert problems == ["no vpc matches tag:Name=other: correct the tags, or write an id"]


def test_a_list_takes_all_matches_in_order() -> None:
    """Meaning §2."""
    spec, problems = _resolve({"subnets": {"tag": {"Tier": "private"}}})
    assert (spec.subnets, problems) == (("subnet-1", "subnet-2", "subnet-3"), [])


def test_a_list_may_hold_ids_beside_look_ups() -> None:
    spec, _ = _resolve({"subnets": ["subnet-9", {"tag": {"Tier": "public"}}]})
    assert spec.subnets == ("subnet-9", "subnet-4")


def test_a_list_needs_one_match_at_least() -> None:
    """Meaning §2."""
    _, problems = _resolve({"subnets": {"tag": {"Tier": "other"}}})
    assert problems == ["no subnet matches tag:Tier=other: correct the tags, or write an id"]


@pytest.mark.parametrize("vpc", ["vpc-0000000b", {"tag": {"Name": "main"}}])
def test_a_look_up_of_subnets_may_name_their_vpc(vpc: Any) -> None:
    """Meaning §2."""
    spec, problems = _resolve({"subnets": {"vpc": vpc, "tag": {"Tier": "private"}}})
    assert (spec.subnets, problems) == (("subnet-1", "subnet-3"), [])


def test_subnets_of_a_vpc_that_is_not_there_match_nothing() -> None:
    _, problems = _resolve({"subnets": {"vpc": {"tag": {"Name": "other"}}, "tag": {"Tier": "private"}}})
    assert problems == ["no subnet matches tag:Tier=private, vpc=(tag:Name=other): correct the tags, or write an id"]


def test_every_look_up_that_fails_is_a_problem() -> None:
    declared = stack({"toy.a": {"vpc": {"tag": {"Name": "x"}}}, "toy.b": {"subnets": {"tag": {"Tier": "x"}}}})
    assert len(resolve_lookups(declared, FakeReader(EC2), Sight())[2]) == 2


def test_equal_look_ups_are_looked_up_once_and_the_matches_are_kept() -> None:
    main = {"tag": {"Name": "main"}}
    reader = FakeReader(EC2)
    _, found, _ = resolve_lookups(stack({"toy.a": {"vpc": main}, "toy.b": {"vpc": main}}), reader, Sight())
    assert found == {Lookup("vpc", (("tag:Name", "main"),)): ("vpc-0000000b",)}
    assert [action for _, action, _ in reader.calls] == ["DescribeVpcs"]


def test_a_spec_without_look_ups_asks_nothing() -> None:
    reader = FakeReader({})
    specs, found, problems = resolve_lookups(stack({"toy.a": {"vpc": "vpc-0000000b"}}), reader, Sight())
    assert (specs[A].vpc, found, problems, reader.calls) == ("vpc-0000000b", {}, [], [])


KEY_ARN = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
ALIASES = {
    ("kms", "ListAliases"): {
        "Aliases": [
            {"AliasName": "alias/aws/rds", "AliasArn": "arn:aws:kms:eu-west-1:123456789012:alias/aws/rds"},
            {
                "AliasName": "alias/data",
                "AliasArn": "arn:aws:kms:eu-west-1:123456789012:alias/data",
                "TargetKeyId": "11111111-2222-3333-4444-555555555555",
            },
        ]
    }
}


def _find(lookup: Lookup, answers: Mapping[tuple[str, ...], Any]) -> tuple[str, ...]:
    """What a look-up finds, in whatever field it is written."""
    declared = stack({"toy.a": {}})
    spec = declared.resources[A].model_copy(update={"subnets": (lookup,)})
    return resolve_lookups(replace(declared, resources={A: spec}), FakeReader(answers), Sight())[1][lookup]


@pytest.mark.parametrize("alias", ["alias/data", "arn:aws:kms:eu-west-1:123456789012:alias/data"])
def test_an_alias_stands_for_the_arn_of_its_key(alias: str) -> None:
    """RDS-3: a key given by alias always comes back as the key's ARN."""
    assert _find(Lookup("kms_key", (("alias", alias),)), ALIASES) == (KEY_ARN,)


@pytest.mark.parametrize("alias", ["alias/aws/rds", "alias/none"])
def test_an_alias_without_a_key_finds_nothing(alias: str) -> None:
    assert _find(Lookup("kms_key", (("alias", alias),)), ALIASES) == ()


def test_keys_are_found_by_their_tags() -> None:
    def resources(params: Mapping[str, Any]) -> Mapping[str, Any]:
        assert params == {
            "TagFilters": [{"Key": "Name", "Values": ["data"]}, {"Key": "Stage", "Values": ["live"]}],
            "ResourceTypeFilters": ["kms:key"],
        }
        return {"ResourceTagMappingList": [{"ResourceARN": "arn:b"}, {"ResourceARN": "arn:a"}]}

    answers = {("resourcegroupstaggingapi", "GetResources"): resources}
    assert _find(Lookup("kms_key", (("tag:Name", "data"), ("tag:Stage", "live"))), answers) == ("arn:a", "arn:b")


def test_a_reading_keeps_what_look_ups_found() -> None:
    """Meaning §2."""
    account = ToyAccount()
    account.answers |= EC2
    snapshot = read_live(stack({"toy.a": {"vpc": {"tag": {"Name": "main"}}}}), account.reader(), IDENTITY)
    assert list(snapshot.lookups.values()) == [("vpc-0000000b",)]
    assert snapshot.resources[A].spec.vpc == "vpc-0000000b"
    assert snapshot.resources[A].written.vpc == Lookup("vpc", (("tag:Name", "main"),))


PREFIX_LISTS = {
    ("ec2", "DescribeManagedPrefixLists"): {
        "PrefixLists": [
            {"PrefixListId": "pl-0000000a", "PrefixListName": "offices"},
            {"PrefixListId": "pl-0000000b", "PrefixListName": "twins"},
            {"PrefixListId": "pl-0000000c", "PrefixListName": "twins"},
        ]
    }
}


@pytest.mark.parametrize(
    ("name", "found", "said"),
    [
        ("offices", "pl-0000000a", []),
        ("Offices", "", ["no prefix_list matches name=Offices: correct the name, or write an id"]),
        ("twins", "pl-0000000b", ["2 match name=twins: pl-0000000b, pl-0000000c: write the id of one"]),
    ],
)
def test_a_prefix_list_is_found_by_its_name(name: str, found: str, said: list[str]) -> None:
    spec, problems = _resolve({"vpc": Lookup("prefix_list", (("name", name),))}, PREFIX_LISTS)
    assert (spec.vpc, problems) == (found, said)
