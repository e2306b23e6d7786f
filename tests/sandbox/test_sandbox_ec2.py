"""Security groups in the sandbox, driven by boto3: each repair of rules and groups."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure.sandbox.endpoint import ACCOUNT


@pytest.fixture
def group(ec2: Any, vpc: str) -> str:
    return make_group(ec2, vpc, "db")


def make_group(ec2: Any, vpc: str, name: str) -> str:
    return ec2.create_security_group(GroupName=name, Description="for a test", VpcId=vpc)["GroupId"]


def rule(port: int = 5432, protocol: str = "tcp", **peers: Any) -> dict[str, Any]:
    return {"IpProtocol": protocol, "FromPort": port, "ToPort": port, **peers}


def cidr(network: str, description: str = "") -> dict[str, Any]:
    return {"IpRanges": [{"CidrIp": network, **({"Description": description} if description else {})}]}


def pair(group: str, description: str = "") -> dict[str, Any]:
    return {"UserIdGroupPairs": [{"GroupId": group, **({"Description": description} if description else {})}]}


def authorize(ec2: Any, group: str, *permissions: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    answer = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=list(permissions), **more)
    return answer["SecurityGroupRules"]


def ingress(ec2: Any, group: str) -> list[dict[str, Any]]:
    found = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    return [one for one in found if not one["IsEgress"]]


@pytest.mark.repair("ec2-rule-normal-form")
def test_a_rule_reads_back_in_normal_form(ec2, group):
    authorize(
        ec2,
        group,
        rule(protocol="6", **cidr("10.3.3.3/16")),
        rule(Ipv6Ranges=[{"CidrIpv6": "2001:0DB8:0:0::1/64"}]),
        {"IpProtocol": "50", **cidr("10.0.0.0/8")},
        rule(-1, "58", Ipv6Ranges=[{"CidrIpv6": "::/0"}]),
    )
    four, six, esp, ping = ingress(ec2, group)
    assert (four["CidrIpv4"], four["IpProtocol"], four["FromPort"]) == ("10.3.0.0/16", "tcp", 5432)
    assert six["CidrIpv6"] == "2001:db8::/64"
    assert (esp["IpProtocol"], esp["FromPort"], esp["ToPort"]) == ("50", -1, -1)
    assert ping["IpProtocol"] == "icmpv6"


@pytest.mark.repair("ec2-rule-normal-form")
def test_the_same_network_written_otherwise_is_a_duplicate(ec2, group, refused):
    authorize(ec2, group, rule(**cidr("10.3.0.0/16")))
    with refused("InvalidPermission.Duplicate"):
        authorize(ec2, group, rule(protocol="6", **cidr("10.3.3.3/16")))


@pytest.mark.repair("ec2-rule-identity")
def test_the_same_rule_with_another_description_is_a_duplicate(ec2, group, refused):
    authorize(ec2, group, rule(**cidr("10.3.0.0/16", "one")))
    authorize(ec2, group, rule(**pair(group, "one")))
    with refused("InvalidPermission.Duplicate"):
        authorize(ec2, group, rule(**cidr("10.3.0.0/16", "two")))
    with refused("InvalidPermission.Duplicate"):
        authorize(ec2, group, rule(**pair(group, "two")))


@pytest.mark.repair("ec2-group-rule-descriptions")
def test_a_group_rules_description_is_shown(ec2, group):
    authorize(ec2, group, rule(**pair(group, "each other")))
    (made,) = ingress(ec2, group)
    assert (made["Description"], made["ReferencedGroupInfo"]["GroupId"]) == ("each other", group)


@pytest.mark.repair("ec2-rule-owners")
def test_a_rule_names_the_owner_of_its_group(ec2, group):
    authorize(ec2, group, rule(**cidr("10.0.0.0/8")))
    assert [one["GroupOwnerId"] for one in ingress(ec2, group)] == [ACCOUNT]


@pytest.mark.repair("ec2-authorize-as-a-whole")
def test_authorize_answers_with_all_its_rules_and_tags_them(ec2, group):
    tags = [{"ResourceType": "security-group-rule", "Tags": [{"Key": "team", "Value": "data"}]}]
    made = authorize(ec2, group, rule(1, **cidr("10.0.0.0/8")), rule(2, **pair(group)), TagSpecifications=tags)
    assert [one["FromPort"] for one in made] == [1, 2]
    assert made == ingress(ec2, group)
    assert {one["Tags"][0]["Value"] for one in made} == {"data"}


@pytest.mark.repair("ec2-authorize-as-a-whole")
def test_a_refused_authorize_makes_none_of_its_rules(ec2, group, refused):
    authorize(ec2, group, rule(1, **cidr("10.0.0.0/8")))
    with refused("InvalidPermission.Duplicate"):
        authorize(ec2, group, rule(2, **cidr("10.0.0.0/8")), rule(1, **cidr("10.0.0.0/8")))
    assert [one["FromPort"] for one in ingress(ec2, group)] == [1]


@pytest.mark.repair("ec2-description-updates")
def test_descriptions_change_by_id_and_by_peer_and_go_away_when_left_out(ec2, group, refused):
    authorize(ec2, group, rule(**cidr("10.0.0.0/8", "net")), rule(**pair(group, "group")))
    net, peer = (one["SecurityGroupRuleId"] for one in ingress(ec2, group))
    by_id = [{"SecurityGroupRuleId": net, "Description": "new"}, {"SecurityGroupRuleId": peer}]
    ec2.update_security_group_rule_descriptions_ingress(GroupId=group, SecurityGroupRuleDescriptions=by_id)
    assert [one.get("Description") for one in ingress(ec2, group)] == ["new", None]
    by_peer = [rule(**cidr("10.0.0.0/8")), rule(**pair(group, "named"))]
    ec2.update_security_group_rule_descriptions_ingress(GroupId=group, IpPermissions=by_peer)
    assert [one.get("Description") for one in ingress(ec2, group)] == [None, "named"]
    with refused("InvalidSecurityGroupRuleId.NotFound"):
        ec2.update_security_group_rule_descriptions_egress(GroupId=group, SecurityGroupRuleDescriptions=by_id)


@pytest.mark.repair("ec2-group-creation")
def test_a_group_has_a_free_name_a_vpc_and_plain_texts(ec2, vpc, group, refused):
    with refused("InvalidGroup.Duplicate"):
        make_group(ec2, vpc, "DB")
    with refused("InvalidVpcID.NotFound"):
        make_group(ec2, "vpc-00000000", "other")
    with refused("InvalidParameterValue"):
        ec2.create_security_group(GroupName="why", Description="why?", VpcId=vpc)
    with refused("InvalidParameterValue"):
        authorize(ec2, group, rule(**cidr("10.0.0.0/8", "for Jürgen")))


@pytest.mark.repair("ec2-groups-in-use")
def test_a_group_that_a_rule_or_an_instance_uses_is_not_deleted(ec2, vpc, group, refused):
    other = make_group(ec2, vpc, "app")
    (made,) = authorize(ec2, group, rule(**pair(other)))
    authorize(ec2, other, rule(**pair(other)))
    with refused("DependencyViolation"):
        ec2.delete_security_group(GroupId=other)
    ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[made["SecurityGroupRuleId"]])
    ec2.delete_security_group(GroupId=other)

    (host,) = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["app-1"]}])["SecurityGroups"]
    with refused("DependencyViolation"):
        ec2.delete_security_group(GroupId=host["GroupId"])
    (reservation,) = ec2.describe_instances(Filters=[{"Name": "tag:Name", "Values": ["app-1"]}])["Reservations"]
    ec2.terminate_instances(InstanceIds=[reservation["Instances"][0]["InstanceId"]])
    ec2.delete_security_group(GroupId=host["GroupId"])


@pytest.mark.repair("ec2-instance-groups")
def test_the_interface_of_an_instance_has_the_groups_that_the_instance_has(ec2, group):
    (reservation,) = ec2.describe_instances(Filters=[{"Name": "tag:Name", "Values": ["app-1"]}])["Reservations"]
    (instance,) = reservation["Instances"]
    ec2.modify_instance_attribute(InstanceId=instance["InstanceId"], Groups=[group])
    in_group = [{"Name": "group-id", "Values": [group]}]
    (interface,) = ec2.describe_network_interfaces(Filters=in_group)["NetworkInterfaces"]
    assert interface["Attachment"]["InstanceId"] == instance["InstanceId"]
    assert [one["GroupId"] for one in interface["Groups"]] == [group]


@pytest.mark.repair("ec2-groups-in-use")
def test_a_default_group_is_not_deleted(ec2, vpc, refused):
    of_vpc = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    (default,) = ec2.describe_security_groups(Filters=of_vpc)["SecurityGroups"]
    with refused("CannotDelete"):
        ec2.delete_security_group(GroupId=default["GroupId"])


def test_rules_are_revoked_by_id_in_both_directions(ec2, group):
    authorize(ec2, group, rule(**cidr("10.0.0.0/8")))
    every = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    inward, outward = ([one["SecurityGroupRuleId"] for one in every if one["IsEgress"] is way] for way in (False, True))
    ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=inward)
    ec2.revoke_security_group_egress(GroupId=group, SecurityGroupRuleIds=outward)
    (left,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    assert (left["IpPermissions"], left["IpPermissionsEgress"]) == ([], [])


@pytest.fixture
def offices(ec2: Any) -> str:
    """A prefix list of the account, for ten networks at most."""
    made = ec2.create_managed_prefix_list(PrefixListName="offices", MaxEntries=10, AddressFamily="IPv4")
    return made["PrefixList"]["PrefixListId"]


def listed(prefix_list: str, description: str = "") -> dict[str, Any]:
    return {"PrefixListIds": [{"PrefixListId": prefix_list, **({"Description": description} if description else {})}]}


@pytest.mark.repair("ec2-prefix-list-rules")
def test_a_rule_about_a_prefix_list_has_its_description_and_the_list_exists(ec2, group, offices, refused):
    authorize(ec2, group, rule(**listed(offices, "all of them")))
    (made,) = ingress(ec2, group)
    assert (made["PrefixListId"], made["Description"]) == (offices, "all of them")
    (shown,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    assert shown["PrefixListIds"] == [{"PrefixListId": offices, "Description": "all of them"}]
    ec2.update_security_group_rule_descriptions_ingress(
        GroupId=group, SecurityGroupRuleDescriptions=[{"SecurityGroupRuleId": made["SecurityGroupRuleId"]}]
    )
    assert "Description" not in ingress(ec2, group)[0]
    with refused("InvalidPrefixListID.NotFound"):
        authorize(ec2, group, rule(**listed("pl-0123456789abcdef0")))


@pytest.mark.repair("ec2-prefix-list-quota")
def test_a_prefix_list_counts_as_its_largest_number_of_entries(ec2, group, offices, refused):
    authorize(ec2, group, *(rule(port, **cidr("10.0.0.0/8")) for port in range(1, 46)))
    authorize(ec2, group, rule(**listed(offices)))
    with refused("RulesPerSecurityGroupLimitExceeded"):
        authorize(ec2, group, rule(6432, **listed(offices)))
    assert len(ingress(ec2, group)) == 46


@pytest.mark.repair("ec2-default-groups")
def test_the_default_group_of_a_vpc_lets_its_members_reach_each_other(ec2, vpc):
    made = ec2.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
    for place in (vpc, made):
        filters = [{"Name": "group-name", "Values": ["default"]}, {"Name": "vpc-id", "Values": [place]}]
        (default,) = ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
        (rule,) = ingress(ec2, default["GroupId"])
        assert (rule["IpProtocol"], rule["ReferencedGroupInfo"]["GroupId"]) == ("-1", default["GroupId"])
