"""Default groups: what is read of them, and the calls that empty them, and no others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rds_secure import ownership, tagging
from rds_secure.kind import Found
from rds_secure.resources.default_security_group import KIND, DefaultSecurityGroupSpec
from rds_secure.values import Address
from tests.fakes import FakeReader
from tests.models import assert_valid_call
from tests.resources.planning import SCOPE, actions, checked, compare, declare, link, updated, wanted

VPC, OTHER = "vpc-0123456789abcdef0", "vpc-0fedcba9876543210"
GROUP = "sg-00000000000000001"
MAIN = declare(KIND, "main", {"vpc": VPC})


def group(vpc: str = VPC, name: str = "default", tags: Mapping[str, str] | None = None) -> dict[str, Any]:
    identifier = GROUP if vpc == VPC else "sg-00000000000000002"
    return {"GroupId": identifier, "GroupName": name, "VpcId": vpc, "Tags": list(tagging.pairs(tags or {}))}


def row(identifier: str, tags: Mapping[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    base = {"IsEgress": False, "IpProtocol": "-1", "GroupId": GROUP, "GroupOwnerId": SCOPE.account}
    return {**base, "SecurityGroupRuleId": identifier, "Tags": list(tagging.pairs(tags or {})), **fields}


TO_ITSELF = row("sgr-1", ReferencedGroupInfo={"GroupId": GROUP, "UserId": SCOPE.account})
TO_ALL = row("sgr-2", IsEgress=True, CidrIpv4="0.0.0.0/0")


def reader(*rows: Any, groups: Any = (), interfaces: Any = ()) -> FakeReader:
    return FakeReader(
        {
            ("ec2", "DescribeSecurityGroups"): {"SecurityGroups": list(groups or [group()])},
            ("ec2", "DescribeSecurityGroupRules"): {"SecurityGroupRules": list(rows)},
            ("ec2", "DescribeVpcs"): {"Vpcs": [{"VpcId": VPC}]},
            ("ec2", "DescribeNetworkInterfaces"): {"NetworkInterfaces": list(interfaces)},
        }
    )


def found(*rows: Any, **more: Any) -> Found[DefaultSecurityGroupSpec]:
    (only,) = KIND.read(reader(*rows, **more), wanted(KIND, MAIN))
    return only


def test_it_is_found_by_its_vpc_or_by_our_tags_and_no_other_group_is() -> None:
    ours = {ownership.STACK: "orders"}
    groups = [group(), group(OTHER, tags=ours), group(VPC, "orders", ours), group("vpc-1")]
    assert [item.identity for item in KIND.read(reader(groups=groups), wanted(KIND, MAIN))] == [VPC, OTHER]


def test_without_rules_it_is_as_declared_and_nobody_is_asked_who_uses_it() -> None:
    fake = reader()
    (live,) = KIND.read(fake, wanted(KIND, MAIN))
    assert compare(KIND, MAIN, live)[0].changes == []
    assert live.exports == {"id": GROUP, "arn": SCOPE.arn("ec2", f"security-group/{GROUP}"), "name": "default"}
    assert [action for _, action, _ in fake.calls] == ["DescribeSecurityGroups", "DescribeSecurityGroupRules"]


def test_all_rules_go_by_their_ids_in_both_directions() -> None:
    """EC2-5: by properties, a default VPC would not tell that a rule was missing."""
    ingress, egress = updated(KIND, MAIN, found(TO_ITSELF, TO_ALL))
    assert actions((ingress, egress)) == ["RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress"]
    assert ingress.params == {"GroupId": GROUP, "SecurityGroupRuleIds": ("sgr-1",)}
    assert egress.params == {"GroupId": GROUP, "SecurityGroupRuleIds": ("sgr-2",)}
    assert actions(updated(KIND, MAIN, found(TO_ALL))) == ["RevokeSecurityGroupEgress"]


def test_who_loses_the_rules_is_said() -> None:
    interfaces = [{"NetworkInterfaceId": "eni-1", "Attachment": {"InstanceId": "i-1"}}]
    fake = reader(TO_ALL, interfaces=interfaces)
    (live,) = KIND.read(fake, wanted(KIND, MAIN))
    assert live.facts["notes"] == ("interface eni-1 (i-1) uses the group, and loses its rules",)
    for service, action, params in fake.calls:
        assert_valid_call(service, action, params)


def test_a_rule_that_is_a_resource_of_its_own_stays() -> None:
    live = found(row("sgr-3", {ownership.STACK: "billing"}, CidrIpv4="10.0.0.0/8"))
    assert updated(KIND, MAIN, live) == ()
    assert live.facts["notes"] == ("all traffic from 10.0.0.0/8 belongs to stack billing",)


def test_another_vpc_is_refused() -> None:
    difference, _ = compare(KIND, declare(KIND, "main", {"vpc": OTHER}), found())
    assert [change.path for change, _ in difference.refused] == ["vpc"]
    assert [item.what for item in KIND.verify(reader(), declare(KIND, "main", {"vpc": OTHER}), SCOPE)] == [
        f"there is no {OTHER} here"
    ]


def test_nothing_makes_or_deletes_it() -> None:
    live = link(found(TO_ALL), Address(KIND.name, "main"), SCOPE)
    assert (KIND.create(MAIN, SCOPE), KIND.delete(live, SCOPE)) == ((), ())
    (off,) = checked(KIND.tag(live, {}, ("rds-secure:stack",), SCOPE))
    assert (off.action, off.params["Resources"]) == ("DeleteTags", (GROUP,))
