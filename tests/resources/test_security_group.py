"""Security groups: how rules are written and compared, and the calls that make, change and delete a group."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rds_secure import network, ownership, tagging
from rds_secure.fields import Mode, markers, values_of
from rds_secure.kind import Found
from rds_secure.network import EgressRule, IngressRule
from rds_secure.resources.security_group import KIND
from rds_secure.resources.security_group.spec import SecurityGroupSpec
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

VPC = "vpc-0123456789abcdef0"
OWN, APP, OTHER = "sg-00000000000000001", "sg-00000000000000002", "sg-00000000000000009"
ACCOUNT = SCOPE.account
ORDERS, APPLICATION = Address("security_group", "orders"), Address("security_group", "app")
ALL_V4: dict[str, Any] = {"IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "CidrIpv4": "0.0.0.0/0", "IsEgress": True}
OFFICES = {"PrefixListId": "pl-0000000a", "PrefixListName": "offices", "AddressFamily": "IPv4", "MaxEntries": 20}
CLOUDFRONT = {
    "PrefixListId": "pl-0000000b",
    "PrefixListName": "com.amazonaws.global.cloudfront.origin-facing",
    "AddressFamily": "IPv4",
}
TO_ANY = {"to": "0.0.0.0/0", "protocol": "all"}


def row(identifier: str = "sgr-1", group: str = OWN, tags: Mapping[str, str] | None = None, **fields: Any) -> Any:
    """A row of DescribeSecurityGroupRules."""
    base = {"IsEgress": False, "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}
    ids = {"SecurityGroupRuleId": identifier, "GroupId": group, "GroupOwnerId": ACCOUNT}
    return {**base, **ids, "Tags": list(tagging.pairs(tags or {})), **fields}


def to_group(group: str, account: str = ACCOUNT) -> dict[str, Any]:
    return {"ReferencedGroupInfo": {"GroupId": group, "UserId": account}}


def described(name: str = "orders", group: str = OWN, **fields: Any) -> dict[str, Any]:
    """A group of DescribeSecurityGroups, without the rules that a row says better."""
    return {
        "GroupId": group,
        "GroupName": name,
        "Description": "managed by rds-secure",
        "VpcId": VPC,
        "OwnerId": ACCOUNT,
        "IpPermissions": [],
        "IpPermissionsEgress": [],
        "Tags": [],
        **fields,
    }


def reader(*rows: Any, groups: Any = (), **more: Any) -> FakeReader:
    answers: dict[tuple[str, ...], Any] = {
        ("ec2", "DescribeSecurityGroups"): {"SecurityGroups": [*(groups or [described()])]},
        ("ec2", "DescribeSecurityGroupRules"): {"SecurityGroupRules": list(rows)},
        ("ec2", "DescribeVpcs"): {"Vpcs": [{"VpcId": VPC}]},
        ("ec2", "DescribeNetworkInterfaces"): {"NetworkInterfaces": more.get("interfaces", [])},
        ("rds", "DescribeDBInstances"): {"DBInstances": more.get("instances", [])},
        ("rds", "DescribeDBClusters"): {"DBClusters": more.get("clusters", [])},
        ("ec2", "DescribeManagedPrefixLists"): {"PrefixLists": [OFFICES, CLOUDFRONT]},
    }
    return FakeReader(answers)


def spec(**fields: Any) -> dict[str, Any]:
    return {"vpc": VPC, **fields}


def found(*rows: Any, groups: Any = ()) -> Found[SecurityGroupSpec]:
    (only,) = KIND.read(reader(*rows, groups=groups), wanted(KIND, declare(KIND, "orders", spec())))
    return only


def rule(direction: str = "ingress", **fields: str) -> Any:
    kind = IngressRule if direction == "ingress" else EgressRule
    return network.normal(kind.model_validate(fields), own=OWN, account=ACCOUNT)


# How rules are written


def test_a_rule_is_written_and_shown_with_from_and_to() -> None:
    ingress = IngressRule.model_validate({"from": "10.0.0.0/8", "port": "5432"})
    assert ingress.from_ == "10.0.0.0/8"
    assert values_of(ingress)["from"] == "10.0.0.0/8"
    assert values_of(EgressRule.model_validate({"to": "10.0.0.0/8", "port": "1"}))["to"] == "10.0.0.0/8"
    assert {"from", "port", "ports", "protocol", "description"} == set(IngressRule.model_json_schema()["properties"])


def test_an_error_in_a_rule_is_placed_at_the_written_key() -> None:
    with pytest.raises(ValidationError) as error:
        SecurityGroupSpec.model_validate(spec(ingress=[{"from": "10.0.0.0/8; drop", "port": "5432"}]))
    assert error.value.errors()[0]["loc"][:3] == ("ingress", 0, "from")


@pytest.mark.parametrize(
    ("written", "normal", "label"),
    [
        # EC2-1: the network address, IPv6 compressed, protocols by name
        (
            {"from": "10.3.3.3/16", "port": "05432"},
            {"from": "10.3.0.0/16", "port": "5432"},
            "tcp 5432 from 10.3.0.0/16",
        ),
        ({"from": "2001:0DB8:0:0::1/32", "port": "1"}, {"from": "2001:db8::/32"}, "tcp 1 from 2001:db8::/32"),
        ({"from": "10.0.0.0/8", "protocol": "6", "port": "1"}, {"protocol": "tcp"}, "tcp 1 from 10.0.0.0/8"),
        ({"from": "10.0.0.0/8", "protocol": "17", "port": "1"}, {"protocol": "udp"}, "udp 1 from 10.0.0.0/8"),
        ({"from": "10.0.0.0/8", "protocol": "-1"}, {"protocol": "all", "port": "all"}, "all traffic from 10.0.0.0/8"),
        ({"from": "10.0.0.0/8", "protocol": "050"}, {"protocol": "50", "port": "all"}, "50 from 10.0.0.0/8"),
        ({"from": "10.0.0.0/8", "ports": "0-65535"}, {"port": "all", "ports": None}, "tcp all from 10.0.0.0/8"),
        ({"from": "10.0.0.0/8", "ports": "80-80"}, {"port": "80", "ports": None}, "tcp 80 from 10.0.0.0/8"),
        ({"from": "10.0.0.0/8", "ports": "80-90"}, {"port": None, "ports": "80-90"}, "tcp 80-90 from 10.0.0.0/8"),
        ({"from": "10.0.0.0/8", "protocol": "icmp"}, {"port": "all"}, "icmp from 10.0.0.0/8"),
        ({"from": "10.0.0.0/8", "protocol": "1", "port": "3/4"}, {"port": "3/4"}, "icmp 3/4 from 10.0.0.0/8"),
        ({"from": "self", "port": "1"}, {"from": OWN}, f"tcp 1 from {OWN}"),
        ({"from": f"{ACCOUNT}/{APP}", "port": "1"}, {"from": APP}, f"tcp 1 from {APP}"),
        ({"from": f"999999999999/{APP}", "port": "1"}, {}, f"tcp 1 from 999999999999/{APP}"),
        ({"from": "10.0.0.0/8", "port": "1", "description": ""}, {"description": None}, "tcp 1 from 10.0.0.0/8"),
    ],
)
def test_a_rule_has_one_normal_form(written: dict[str, str], normal: dict[str, Any], label: str) -> None:
    values = values_of(rule(**written))
    assert values.items() >= normal.items()
    assert network.label(values) == label


@pytest.mark.parametrize(
    ("written", "path", "said"),
    [
        ({"from": "10.0.0.5", "port": "1"}, "from", "has no prefix length"),
        ({"from": "10.0.0.0/33", "port": "1"}, "from", "is not a network"),
        ({"from": "abc", "port": "1"}, "from", "is not a network"),
        ({"from": "self"}, None, "needs its port"),
        ({"from": "self", "port": "1", "ports": "1-2"}, "ports", "both port and ports"),
        ({"from": "self", "ports": "9-8"}, "ports", "backwards"),
        ({"from": "self", "port": "65536"}, "port", "is no port"),
        ({"from": "self", "port": "3/4"}, "port", "ICMP type"),
        ({"from": "self", "port": "22", "protocol": "all"}, "port", "has no ports"),
        ({"from": "self", "ports": "22-23", "protocol": "50"}, "ports", "has no ports"),
        ({"from": "self", "protocol": "256"}, "protocol", "no protocol 256"),
        ({"from": "self", "protocol": "icmp", "ports": "1-2"}, "ports", "types, not ports"),
        ({"from": "self", "protocol": "icmp", "port": "256"}, "port", "is no icmp type"),
    ],
)
def test_a_wrong_rule_is_one_complaint_in_its_place(written: dict[str, str], path: str | None, said: str) -> None:
    ((where, what),) = complaints(KIND, spec(ingress=[{"from": "10.9.9.9/32", "port": "9"}, written]))
    assert where == ("ingress", 1, *([path] if path else []))
    assert said in what


@pytest.mark.parametrize("text", ['say "hi"', "what?", "Büro", "x" * 256])
def test_ec2_5_texts_have_only_the_characters_of_ec2(text: str) -> None:
    with pytest.raises(ValidationError):
        SecurityGroupSpec.model_validate(spec(description=text))
    with pytest.raises(ValidationError):
        IngressRule.model_validate({"from": "self", "port": "1", "description": text})


def test_two_rules_that_differ_in_their_description_only_are_the_same_rule() -> None:
    twice = [{"from": "10.0.0.1/8", "port": "1"}, {"from": "10.0.0.0/8", "port": "01", "description": "again"}]
    assert complaints(KIND, spec(ingress=twice)) == [
        (("ingress", 1), "'tcp 1 from 10.0.0.0/8' is written twice, here and as number 1")
    ]


def test_ec2_2_rules_are_counted_per_direction_and_family() -> None:
    v4 = [{"from": f"10.0.{index}.0/24", "port": "1"} for index in range(60)]
    v6 = [{"from": f"2001:db8:{index}::/48", "port": "1"} for index in range(60)]
    assert complaints(KIND, spec(ingress=[*v4, *v6])) == []
    assert complaints(KIND, spec(ingress=[*v4, {"from": "self", "port": "1"}])) == [
        (("ingress",), "61 IPv4 rules are written, and AWS allows 60")
    ]
    assert complaints(KIND, spec(ingress=[*v4, {"from": "self", "port": "1"}], rule_quota="61")) == []


@pytest.mark.parametrize("name", ["default", "Default", "sg-orders", "SG-1", "Büro", "x" * 256])
def test_a_name_that_ec2_refuses_is_a_complaint(name: str) -> None:
    ((where, _),) = complaints(KIND, spec(name=name))
    assert where == ("name",)


def test_ec2_5_names_ignore_case_within_a_vpc() -> None:
    one, other = declare(KIND, "a", spec(name="Orders")), declare(KIND, "b", spec(name="orders"))
    elsewhere = declare(KIND, "c", {"vpc": "vpc-99999999", "name": "orders"})
    assert KIND.identity(one.name, one.spec, SCOPE) == KIND.identity(other.name, other.spec, SCOPE)
    assert KIND.identity(one.name, one.spec, SCOPE) != KIND.identity(elsewhere.name, elsewhere.spec, SCOPE)


NETWORKS = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).flatmap(
    lambda address: st.integers(0, address.max_prefixlen).map(lambda length: f"{address}/{length}")
)
PORTS = st.one_of(
    st.fixed_dictionaries({"port": st.integers(0, 65535).map(str)}),
    st.fixed_dictionaries({"port": st.just("all")}),
    st.tuples(st.integers(0, 65535), st.integers(0, 65535)).map(lambda two: {"ports": f"{min(two)}-{max(two)}"}),
)
RULES = st.one_of(
    st.tuples(st.fixed_dictionaries({"protocol": st.sampled_from(["tcp", "udp", "6", "17"])}), PORTS),
    st.tuples(
        st.fixed_dictionaries({"protocol": st.sampled_from(["icmp", "1", "58"])}),
        st.sampled_from([{}, {"port": "8"}, {"port": "3/4"}, {"port": "all"}]),
    ),
    st.tuples(st.fixed_dictionaries({"protocol": st.sampled_from(["all", "-1", "50", "0"])}), st.just({})),
).map(lambda parts: parts[0] | parts[1])


@given(RULES, NETWORKS | st.sampled_from(["self", APP, f"999999999999/{APP}", "pl-12345678"]))
def test_the_normal_form_of_a_rule_is_what_ec2_gives_back(written: dict[str, str], peer: str) -> None:
    for direction, word in (("ingress", "from"), ("egress", "to")):
        normal = rule(direction, **{**written, word: peer})
        assert network.normal(normal, own=OWN, account=ACCOUNT) == normal
        assert not list(network.complaints(normal))
        assert network.read_rule(_stored(network.permission(values_of(normal)), direction)) == normal


def _stored(permission: Mapping[str, Any], direction: str) -> dict[str, Any]:
    """What DescribeSecurityGroupRules shows of a permission that was sent."""
    peers = {"IpRanges": "CidrIpv4", "Ipv6Ranges": "CidrIpv6", "PrefixListIds": "PrefixListId"}
    ports = {"FromPort": permission.get("FromPort", -1), "ToPort": permission.get("ToPort", -1)}
    stored: dict[str, Any] = row(IpProtocol=permission["IpProtocol"], IsEgress=direction == "egress", **ports)
    for name, member in peers.items():
        for peer in permission.get(name, ()):
            value = next(value for key, value in peer.items() if key != "Description")
            stored[member] = value if name == "PrefixListIds" else str(ip_network(value))
    for pair in permission.get("UserIdGroupPairs", ()):
        stored |= to_group(pair["GroupId"], pair.get("UserId", ACCOUNT))
    return stored


# Reading


def test_a_minimal_group_reads_as_it_is_declared() -> None:
    live = found()
    difference, _ = compare(KIND, declare(KIND, "orders", spec()), live)
    assert (difference.changes, difference.refused, difference.noted) == ([], [], [])
    assert live.exports == {"id": OWN, "arn": f"arn:aws:ec2:eu-west-1:{ACCOUNT}:security-group/{OWN}", "name": "orders"}


def test_reading_takes_two_calls_whatever_the_number_of_groups() -> None:
    groups = [described(f"g{index}", f"sg-{index:017x}") for index in range(20)]
    fake = reader(*(row(f"sgr-{index}", f"sg-{index:017x}") for index in range(20)), groups=groups)
    declared = [declare(KIND, f"g{index}", spec()) for index in range(20)]
    assert len(list(KIND.read(fake, wanted(KIND, *declared)))) == 20
    assert [action for _, action, _ in fake.calls] == ["DescribeSecurityGroupRules", "DescribeSecurityGroups"]
    for service, action, params in fake.calls:
        assert_valid_call(service, action, params)


def test_what_is_declared_tagged_or_known_to_the_tagging_api_is_read_and_no_other() -> None:
    mine = {ownership.STACK: "orders"}
    groups = [
        described("ORDERS", OWN),
        described("retired", APP, Tags=list(tagging.pairs(mine))),
        described("by-arn", "sg-00000000000000003"),
        described("stranger", OTHER),
    ]
    arn = SCOPE.arn("ec2", "security-group/sg-00000000000000003")
    request = wanted(KIND, declare(KIND, "orders", spec()), tagged={arn: mine})
    assert [item.name for item in KIND.read(reader(groups=groups), request)] == ["ORDERS", "retired", "by-arn"]


def test_the_description_of_a_group_rule_may_stand_with_the_group_only() -> None:
    pair = {"GroupId": APP, "UserId": ACCOUNT, "Description": "order service"}
    permission = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [pair]}
    live = found(row(**to_group(APP)), groups=[described(IpPermissions=[permission])])
    assert live.spec.ingress[0].description == "order service"


def test_a_rule_that_belongs_to_a_stack_of_its_own_is_left_alone_and_noted() -> None:
    tags = {ownership.STACK: "billing"}
    live = found(row(tags=tags, CidrIpv4="10.0.0.0/8"))
    assert live.spec.ingress == ()
    assert live.facts["notes"] == ("tcp 5432 from 10.0.0.0/8 belongs to stack billing",)
    declared = declare(KIND, "orders", spec(ingress=[{"from": "10.0.0.0/8", "port": "5432"}]))
    assert updated(KIND, declared, live) == ()  # EC2 has it already: adding it again would be a Duplicate


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"vpc": "vpc-99999999"}, "there is no vpc-99999999 here"),
        ({"vpc": VPC, "egress": [{"to": OTHER, "port": "1"}]}, f"there is no security group {OTHER} here"),
    ],
)
def test_an_id_that_does_not_exist_is_a_complaint(fields: dict[str, Any], said: str) -> None:
    (complaint,) = KIND.verify(reader(), declare(KIND, "orders", fields), SCOPE)
    assert complaint.what == said


def test_groups_of_other_accounts_and_of_the_spec_are_not_looked_for() -> None:
    peers = ["${security_group.app}", f"999999999999/{OTHER}", OWN, "self", "10.0.0.0/8"]
    declared = declare(KIND, "orders", spec(ingress=[{"from": peer, "port": "1"} for peer in peers]))
    assert list(KIND.verify(reader(), declared, SCOPE)) == []


def test_a_prefix_list_that_does_not_exist_is_a_complaint() -> None:
    fields = spec(ingress=[{"from": "self", "port": "1"}, {"from": "pl-99999999", "port": "5432"}])
    (complaint,) = KIND.verify(reader(), declare(KIND, "orders", fields), SCOPE)
    assert (complaint.path, complaint.what) == (("ingress", 1, "from"), "there is no prefix list pl-99999999 here")


@pytest.mark.parametrize(
    ("peers", "said"),
    [
        (["pl-0000000a"] * 3, []),
        (["pl-0000000a"] * 3 + ["10.0.0.0/8"], ["count as 61, 20 of pl-0000000a among them, and AWS allows 60"]),
        (["pl-0000000a"] * 3 + ["2001:db8::/32"], []),  # another family
        (["pl-0000000b"] + ["10.0.0.0/8"] * 5, []),  # AWS's own have no size, but a weight
        (["pl-0000000a", "pl-0000000b"], ["count as 75, 20 of pl-0000000a and 55 of pl-0000000b among them"]),
    ],
)
def test_ec2_2_a_prefix_list_counts_as_its_largest_number_of_entries(peers: list[str], said: list[str]) -> None:
    rules = [{"from": peer, "port": str(number)} for number, peer in enumerate(peers)]
    assert complaints(KIND, spec(ingress=rules)) == []  # offline nobody knows how large a list is
    found = [item.what for item in KIND.verify(reader(), declare(KIND, "orders", spec(ingress=rules)), SCOPE)]
    assert len(found) == len(said)
    assert all(words in what for words, what in zip(said, found, strict=True))


def test_the_sizes_of_prefix_lists_are_read_only_where_a_rule_names_one() -> None:
    live = found(row(PrefixListId="pl-0000000a"))
    assert live.spec.ingress[0].from_ == "pl-0000000a"
    assert live.facts["lists"]["pl-0000000a"].size == 20
    assert found(row(CidrIpv4="10.0.0.0/8")).facts["lists"] == {}


# Creating


def test_ec2_2_a_new_group_loses_the_rule_that_allows_everything() -> None:
    create, revoke, revoke_v6 = created(KIND, declare(KIND, "orders", spec()))
    assert create.params["VpcId"] == VPC
    assert create.params["GroupName"] == "orders"
    (tagged,) = create.params["TagSpecifications"]
    assert tagging.mapping(tagged["Tags"])[ownership.ADDRESS] == "security_group.orders/orders"
    assert create.exports["id"] == "GroupId"
    assert revoke.action == "RevokeSecurityGroupEgress"
    assert revoke.params["IpPermissions"] == ({"IpProtocol": "-1", "IpRanges": ({"CidrIp": "0.0.0.0/0"},)},)
    # In a VPC with IPv6 AWS adds a second one; where there is none, nothing is found, which is as good.
    assert revoke_v6.params["IpPermissions"] == ({"IpProtocol": "-1", "Ipv6Ranges": ({"CidrIpv6": "::/0"},)},)
    assert revoke_v6.done_on == ("InvalidPermission.NotFound",)


def test_the_rule_that_allows_everything_stays_where_it_is_asked_for() -> None:
    _, revoke = created(KIND, declare(KIND, "orders", spec(egress=[TO_ANY])))
    assert revoke.params["IpPermissions"] == ({"IpProtocol": "-1", "Ipv6Ranges": ({"CidrIpv6": "::/0"},)},)
    _, describe, _ = created(KIND, declare(KIND, "orders", spec(egress=[{**TO_ANY, "description": "all of it"}])))
    assert describe.action == "UpdateSecurityGroupRuleDescriptionsEgress"
    assert describe.params["IpPermissions"][0]["IpRanges"] == ({"CidrIp": "0.0.0.0/0", "Description": "all of it"},)


def test_each_direction_is_authorized_by_one_weak_call() -> None:
    fields = spec(
        ingress=[
            {"from": "${security_group.app}", "port": "5432", "description": "order service"},
            {"from": "2001:db8::/32", "ports": "80-90"},
            {"from": "self", "protocol": "icmp"},
        ],
        egress=[{"to": f"999999999999/{APP}", "port": "all"}, {"to": "pl-12345678", "protocol": "50"}],
    )
    _, _, _, ingress, egress = created(KIND, declare(KIND, "orders", fields))
    assert ingress.weak
    assert egress.weak
    assert [retry.code for retry in ingress.retry_on] == ["InvalidGroup.NotFound"]  # EC2-4
    assert ingress.done_on == ("InvalidPermission.Duplicate",)
    ports = {"FromPort": 5432, "ToPort": 5432}
    pair = {"GroupId": Ref(APPLICATION, "id"), "Description": "order service"}
    assert {"IpProtocol": "tcp", **ports, "UserIdGroupPairs": (pair,)} in ingress.params["IpPermissions"]
    own = {"UserIdGroupPairs": ({"GroupId": Ref(ORDERS, "id")},)}
    assert {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, **own} in ingress.params["IpPermissions"]
    assert egress.params["IpPermissions"] == (
        {"IpProtocol": "50", "PrefixListIds": ({"PrefixListId": "pl-12345678"},)},
        {
            "IpProtocol": "tcp",
            "FromPort": 0,
            "ToPort": 65535,
            "UserIdGroupPairs": ({"UserId": "999999999999", "GroupId": APP},),
        },
    )


def test_rules_that_two_look_ups_make_the_same_are_sent_once() -> None:
    declared = declare(KIND, "orders", spec(ingress=[{"from": APP, "port": "1"}, {"from": APP, "port": "01"}]))
    *_, ingress = created(KIND, declared)
    assert len(ingress.params["IpPermissions"]) == 1


# Changing


def test_rules_are_added_before_others_are_revoked_by_their_ids() -> None:
    """EC2-2, EC2-5."""
    live = found(row("sgr-7", CidrIpv4="10.0.0.0/8"))
    declared = declare(KIND, "orders", spec(ingress=[{"from": "10.1.0.0/16", "port": "5432"}]))
    authorize, revoke = updated(KIND, declared, live)
    assert authorize.params["GroupId"] == OWN
    assert authorize.params["IpPermissions"][0]["IpRanges"] == ({"CidrIp": "10.1.0.0/16"},)
    assert revoke.action == "RevokeSecurityGroupIngress"
    assert revoke.params == {"GroupId": OWN, "SecurityGroupRuleIds": ("sgr-7",)}


def test_where_both_do_not_fit_the_quota_the_old_rules_go_first() -> None:
    live = found(row("sgr-7", CidrIpv4="10.0.0.0/8"))
    fields = spec(ingress=[{"from": "10.1.0.0/16", "port": "5432"}], rule_quota="1")
    assert actions(updated(KIND, declare(KIND, "orders", fields), live)) == [
        "RevokeSecurityGroupIngress",
        "AuthorizeSecurityGroupIngress",
    ]


def test_rules_of_the_other_family_do_not_crowd_and_prefix_lists_do_as_they_count() -> None:
    v6 = found(row("sgr-7", CidrIpv6="2001:db8::/32"))
    fields = spec(ingress=[{"from": "10.1.0.0/16", "port": "5432"}], rule_quota="1")
    assert actions(updated(KIND, declare(KIND, "orders", fields), v6))[0] == "AuthorizeSecurityGroupIngress"
    listed = found(row("sgr-7", PrefixListId="pl-0000000a"))
    fields["rule_quota"] = "20"
    assert actions(updated(KIND, declare(KIND, "orders", fields), listed))[0] == "RevokeSecurityGroupIngress"


@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_a_description_changes_and_goes_by_the_id_of_its_rule(direction: str) -> None:
    word, is_egress = ("from", False) if direction == "ingress" else ("to", True)
    live = found(
        row("sgr-1", CidrIpv4="10.0.0.0/8", Description="old", IsEgress=is_egress),
        row("sgr-2", IsEgress=is_egress, **to_group(APP)),
    )
    rules = [
        {word: "10.0.0.0/8", "port": "5432"},
        {word: "${security_group.app}", "port": "5432", "description": "new"},
    ]
    scope = knowing(SCOPE, (APPLICATION, {"id": APP}))
    (describe,) = updated(KIND, declare(KIND, "orders", spec(**{direction: rules})), live, scope)
    assert describe.action == f"UpdateSecurityGroupRuleDescriptions{direction.capitalize()}"
    assert describe.params["SecurityGroupRuleDescriptions"] == (
        {"SecurityGroupRuleId": "sgr-1"},
        {"SecurityGroupRuleId": "sgr-2", "Description": "new"},
    )


def test_a_stranger_among_the_rules_is_removed_or_with_exclusive_false_only_shown() -> None:
    live = found(row("sgr-9", CidrIpv4="0.0.0.0/0"))
    assert actions(updated(KIND, declare(KIND, "orders", spec()), live)) == ["RevokeSecurityGroupIngress"]
    difference, _ = compare(KIND, declare(KIND, "orders", spec(exclusive="false")), live)
    assert difference.changes == []
    assert [stranger.member for stranger in difference.strangers] == ["tcp 5432 from 0.0.0.0/0"]


def test_the_egress_rule_of_aws_is_a_stranger() -> None:
    (revoke,) = updated(KIND, declare(KIND, "orders", spec()), found(row("sgr-3", **ALL_V4)))
    assert (revoke.action, revoke.params["SecurityGroupRuleIds"]) == ("RevokeSecurityGroupEgress", ("sgr-3",))
    assert updated(KIND, declare(KIND, "orders", spec(egress=[TO_ANY])), found(row("sgr-3", **ALL_V4))) == ()


def test_rules_about_groups_of_the_stack_and_about_itself_are_in_sync() -> None:
    live = found(row("sgr-1", **to_group(APP)), row("sgr-2", **to_group(OWN)))
    peers = ["${security_group.app}", "self"]
    declared = declare(KIND, "orders", spec(ingress=[{"from": peer, "port": "5432"} for peer in peers]))
    assert updated(KIND, declared, live, knowing(SCOPE, (APPLICATION, {"id": APP}))) == ()


def test_revoking_a_rule_about_a_group_of_the_stack_releases_that_group() -> None:
    live = found(row("sgr-1", **to_group(APP)))
    (revoke,) = updated(KIND, declare(KIND, "orders", spec()), live, knowing(SCOPE, (APPLICATION, {"id": APP})))
    assert revoke.releases == (APPLICATION,)
    (revoke,) = updated(KIND, declare(KIND, "orders", spec()), found(row("sgr-2", **to_group(OWN))))
    assert revoke.releases == ()


def test_another_vpc_is_refused_and_another_description_noted() -> None:
    fields = {"vpc": "vpc-99999999", "description": "another"}
    difference, _ = compare(KIND, declare(KIND, "orders", fields), found())
    ((refused, advice),) = difference.refused
    assert refused.path == "vpc"
    assert "another key" in advice
    assert [noted.path for noted in difference.noted] == ["description"]


def test_every_field_reaches_a_call_or_is_fixed_at_creation() -> None:
    for name, marker in markers(SecurityGroupSpec).items():
        assert marker.mode is Mode.META or (marker.create and marker.read), name


# Tags and deletion


def test_tags_are_set_and_removed_by_id() -> None:
    live = link(found(), ORDERS, SCOPE)
    add, remove = checked(KIND.tag(live, {"team": "payments"}, ("old",), SCOPE))
    assert add.params["Resources"] == remove.params["Resources"] == (OWN,)
    (later,) = checked(KIND.tag(declare(KIND, "orders", spec()), {"team": "payments"}, (), SCOPE))
    assert later.params["Resources"] == (Ref(ORDERS, "id"),)


def test_ec2_3_a_group_lets_go_of_others_before_it_is_deleted() -> None:
    read = found(
        row("sgr-1", **to_group(APP)),
        row("sgr-2", **to_group(OWN)),
        row("sgr-3", IsEgress=True, **to_group(APP)),
        row("sgr-4", CidrIpv4="10.0.0.0/8"),
    )
    scope = knowing(SCOPE, (APPLICATION, {"id": APP}), (ORDERS, {"id": OWN}))
    ingress, egress, delete = checked(KIND.delete(link(read, ORDERS, scope), scope))
    assert ingress.params["SecurityGroupRuleIds"] == ("sgr-1",)
    assert egress.params["SecurityGroupRuleIds"] == ("sgr-3",)
    assert ingress.releases == egress.releases == (APPLICATION,)
    assert delete.params == {"GroupId": OWN}
    assert delete.destructive
    assert [retry.code for retry in delete.retry_on] == ["DependencyViolation"]


INTERFACE = {"NetworkInterfaceId": "eni-1", "Attachment": {"InstanceId": "i-1"}}
RDS_INTERFACE = {"NetworkInterfaceId": "eni-2", "RequesterManaged": True, "Description": "RDSNetworkInterface"}


def database(name: str, tags: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {
        "DBInstanceIdentifier": name,
        "DBInstanceArn": SCOPE.arn("rds", f"db:{name}"),
        "VpcSecurityGroups": [{"VpcSecurityGroupId": OWN}],
        "TagList": list(tagging.pairs(tags or {})),
    }


OURS = {ownership.STACK: "orders", ownership.ADDRESS: "db_instance.orders/orders"}


@pytest.mark.parametrize(
    ("fake", "said"),
    [
        (reader(interfaces=[INTERFACE]), "interface eni-1 (i-1)"),
        (
            reader(row("sgr-1", OTHER, **to_group(OWN)), groups=[described(), described("x", OTHER)]),
            f"a rule of {OTHER}",
        ),
        (reader(instances=[database("billing")]), "database billing"),
        (reader(instances=[database("restored", OURS)]), "database restored"),  # RDS-18: a copy with our tags
    ],
)
def test_ec2_3_a_group_in_use_outside_the_stack_is_not_deleted_and_says_by_whom(fake: FakeReader, said: str) -> None:
    live = link(found(), ORDERS, SCOPE)
    assert KIND.inspect(fake, live, SCOPE, frozenset()) == f"it is in use by {said}"
    for service, action, params in fake.calls:
        assert_valid_call(service, action, params)


def test_databases_of_the_stack_and_those_that_go_too_do_not_hold_a_group() -> None:
    live = link(found(), ORDERS, SCOPE)
    fake = reader(instances=[database("orders", OURS), database("going")], interfaces=[RDS_INTERFACE])
    assert KIND.inspect(fake, live, SCOPE, frozenset({SCOPE.arn("rds", "db:going")})) is live


def test_groups_of_the_stack_that_name_it_do_not_hold_a_group() -> None:
    live = link(found(), ORDERS, SCOPE)
    sibling = described("app", APP, Tags=list(tagging.pairs({ownership.STACK: "orders"})))
    fake = reader(row("sgr-1", APP, **to_group(OWN)), groups=[described(), sibling])
    assert KIND.inspect(fake, live, SCOPE, frozenset()) is live


def test_a_group_that_holds_a_rule_of_another_stack_is_not_deleted() -> None:
    read = found(row(tags={ownership.STACK: "billing"}, CidrIpv4="10.0.0.0/8"))
    answer = KIND.inspect(reader(), link(read, ORDERS, SCOPE), SCOPE, frozenset())
    assert answer == "it holds rules that are not ours: tcp 5432 from 10.0.0.0/8"
