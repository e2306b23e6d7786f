"""What calls of IAM, EC2 and KMS leave. No effect changes what was read, or makes up what was not."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from rds_secure.inventory import Inventory, Question
from rds_secure.inventory.effects import iam, kms
from rds_secure.inventory.effects.ec2 import GROUPS, RULES
from rds_secure.inventory.ledger import Ledger
from tests.inventory.effects import PLACE, Replies

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"
ALL = '{"Version": "2012-10-17", "Statement": []}'
POLICY = "arn:aws:iam::123456789012:policy/p"


# Principals and policies


def people(**more: Any) -> Replies:
    user = {"UserName": "dana", "Arn": "arn:aws:iam::123456789012:user/dana", "GroupList": [], **more}
    versions = [{"VersionId": "v3", "IsDefaultVersion": True, "Document": {"Statement": ["old"]}}]
    policy = {"PolicyName": "p", "Arn": POLICY, "DefaultVersionId": "v3", "PolicyVersionList": versions}
    return Replies({iam.USERS: [user], iam.GROUPS: [], iam.ROLES: [], iam.POLICIES: [policy]})


def test_a_new_version_of_a_policy_counts_from_when_it_is_the_default() -> None:
    replies = people()
    replies.call("iam", "CreatePolicyVersion", PolicyArn=POLICY, PolicyDocument=ALL, SetAsDefault=False)
    versions = {each["VersionId"]: each["IsDefaultVersion"] for each in _policy(replies)["PolicyVersionList"]}
    assert versions == {"v3": True, "v4": False}
    replies.call("iam", "SetDefaultPolicyVersion", PolicyArn=POLICY, VersionId="v4")
    replies.call("iam", "DeletePolicyVersion", PolicyArn=POLICY, VersionId="v3")
    (left,) = _policy(replies)["PolicyVersionList"]
    assert (left["VersionId"], left["IsDefaultVersion"], left["Document"]["Statement"]) == ("v4", True, [])
    replies.call("iam", "CreatePolicyVersion", PolicyArn=POLICY, PolicyDocument=ALL, SetAsDefault=True)
    assert _policy(replies)["DefaultVersionId"] == "v5", "a number is never used twice"


def _policy(replies: Replies) -> Any:
    return replies.listed(iam.POLICIES, POLICY)


def test_members_of_a_group_are_told_by_the_user() -> None:
    replies = people()
    replies.call("iam", "CreateGroup", "iam_group.ops", GroupName="ops")
    for _ in range(2):
        replies.call("iam", "AddUserToGroup", GroupName="ops", UserName="dana")
    assert replies.listed(iam.USERS, "dana")["GroupList"] == ["ops"]
    replies.call("iam", "UpdateGroup", GroupName="ops", NewPath="/new/", NewGroupName="operators")
    assert replies.listed(iam.USERS, "dana")["GroupList"] == ["operators"]
    assert replies.listed(iam.GROUPS, "operators")["Arn"].endswith(":group/new/operators")
    replies.call("iam", "RemoveUserFromGroup", GroupName="operators", UserName="dana")
    assert replies.listed(iam.USERS, "dana")["GroupList"] == []


def test_a_role_has_its_instance_profile_once_it_is_in_it() -> None:
    replies = people()
    replies.call("iam", "CreateRole", "iam_role.app", RoleName="app", AssumeRolePolicyDocument=ALL, Path="/x/")
    replies.call("iam", "CreateInstanceProfile", "iam_role.app", InstanceProfileName="app", Path="/x/")
    assert replies.listed(iam.ROLES, "app")["InstanceProfileList"] == []
    replies.call("iam", "AddRoleToInstanceProfile", InstanceProfileName="app", RoleName="app")
    (profile,) = replies.listed(iam.ROLES, "app")["InstanceProfileList"]
    assert profile["Arn"] == "arn:aws:iam::123456789012:instance-profile/x/app"


def test_a_policy_of_awss_own_is_taken_in_when_it_was_read_by_itself() -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    user = {"UserName": "dana", "Arn": "arn:aws:iam::123456789012:user/dana"}
    more = {
        Question("iam", "GetPolicy", arn): {"Policy": {"Arn": arn, "PolicyName": "R", "DefaultVersionId": "v9"}},
        Question("iam", "GetPolicyVersion", f"{arn} v9"): {
            "PolicyVersion": {"VersionId": "v9", "IsDefaultVersion": True, "Document": {}}
        },
    }
    replies = Replies({iam.USERS: [user], iam.POLICIES: []}, more)
    replies.call("iam", "AttachUserPolicy", UserName="dana", PolicyArn=arn)
    assert replies.listed(iam.POLICIES, arn)["PolicyVersionList"][0]["VersionId"] == "v9"


# Rules


OPEN = {"IpProtocol": "6", "FromPort": 5432, "ToPort": 5432, "IpRanges": ({"CidrIp": "10.0.0.0/8"},)}


def network(**more: Any) -> Replies:
    vpc = {"VpcId": "vpc-6", "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": "2001:db8::/56"}]}
    return Replies({GROUPS: [], RULES: []}, {Question("ec2", "DescribeVpcs"): {"Vpcs": [vpc, {"VpcId": "vpc-4"}]}})


def make(replies: Replies, vpc: str = "vpc-4") -> str:
    made = replies.call("ec2", "CreateSecurityGroup", "security_group.db", GroupName="db", Description="db", VpcId=vpc)
    return str(made["GroupId"])


@pytest.mark.parametrize(("vpc", "rules"), [("vpc-4", 1), ("vpc-6", 2)])
def test_a_new_group_reaches_everything_until_that_is_taken_away(vpc: str, rules: int) -> None:
    """EC2-2."""
    replies = network()
    group = make(replies, vpc)
    assert group == "<security_group.db>"
    assert len(replies.ledger.items(RULES)) == rules
    for peers in ({"IpRanges": ({"CidrIp": "0.0.0.0/0"},)}, {"Ipv6Ranges": ({"CidrIpv6": "::/0"},)}):
        everything = ({"IpProtocol": "-1", **peers},)
        replies.call("ec2", "RevokeSecurityGroupEgress", GroupId=group, IpPermissions=everything)
    assert not replies.listed(GROUPS, group)["IpPermissionsEgress"]
    assert not replies.ledger.items(RULES)


def test_rules_are_told_twice_and_revoked_by_what_they_say_or_by_their_id() -> None:
    replies = network()
    group = make(replies)
    pair = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": ({"GroupId": "sg-2"},)}
    made = replies.call("ec2", "AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=(OPEN, pair, OPEN))
    first, second = made["SecurityGroupRules"]
    (item,) = replies.listed(GROUPS, group)["IpPermissions"]
    assert (item["IpProtocol"], len(item["IpRanges"])) == ("tcp", 1)
    assert item["UserIdGroupPairs"] == [{"GroupId": "sg-2", "UserId": PLACE.account}]
    replies.call(
        "ec2", "RevokeSecurityGroupIngress", GroupId=group, SecurityGroupRuleIds=(second["SecurityGroupRuleId"],)
    )
    assert replies.listed(GROUPS, group)["IpPermissions"][0]["UserIdGroupPairs"] == []
    replies.call("ec2", "RevokeSecurityGroupIngress", GroupId=group, IpPermissions=(OPEN,))
    assert replies.listed(GROUPS, group)["IpPermissions"] == []
    assert replies.listed(RULES, first["SecurityGroupRuleId"]) is None


def test_a_rule_that_is_changed_keeps_its_id() -> None:
    replies = network()
    group = make(replies)
    (rule,) = replies.call("ec2", "AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=(OPEN,))[
        "SecurityGroupRules"
    ]
    request = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIpv6": "2001:db8::/32"}
    update = {"SecurityGroupRuleId": rule["SecurityGroupRuleId"], "SecurityGroupRule": request}
    replies.call("ec2", "ModifySecurityGroupRules", GroupId=group, SecurityGroupRules=(update,))
    (item,) = replies.listed(GROUPS, group)["IpPermissions"]
    assert (item["FromPort"], item["IpRanges"], item["Ipv6Ranges"]) == (443, [], [{"CidrIpv6": "2001:db8::/32"}])
    assert replies.listed(RULES, rule["SecurityGroupRuleId"])["CidrIpv6"] == "2001:db8::/32"


def test_what_aws_tells_of_a_peering_stays_when_other_rules_change() -> None:
    pair = {"GroupId": "sg-9", "UserId": "210987654321", "VpcPeeringConnectionId": "pcx-1", "PeeringStatus": "active"}
    held = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [pair]}
    group = {"GroupId": "sg-1", "OwnerId": PLACE.account, "IpPermissions": [held], "IpPermissionsEgress": []}
    replies = Replies({GROUPS: [group], RULES: []})
    replies.call("ec2", "AuthorizeSecurityGroupIngress", GroupId="sg-1", IpPermissions=(OPEN,))
    assert replies.listed(GROUPS, "sg-1")["IpPermissions"][0]["UserIdGroupPairs"] == [pair]


def test_a_rule_revoked_by_an_id_that_nobody_read_leaves_the_groups_unknown() -> None:
    group = {"GroupId": "sg-1", "OwnerId": PLACE.account, "IpPermissions": [OPEN], "IpPermissionsEgress": []}
    replies = Replies({GROUPS: [group]})
    replies.call("ec2", "RevokeSecurityGroupIngress", GroupId="sg-1", SecurityGroupRuleIds=("sgr-1",))
    after = replies.ledger.inventory()
    assert after.reply("ec2", "DescribeSecurityGroups") is None
    assert Question("ec2", "DescribeSecurityGroups") in after.unread


# Keys


def test_a_key_is_foreseen_under_an_arn_of_its_form() -> None:
    replies = Replies({})
    made = replies.call("kms", "CreateKey", "kms_key.orders", Policy=ALL)["KeyMetadata"]
    assert made["Arn"] == "arn:aws:kms:eu-west-1:123456789012:key/<kms_key.orders>"
    assert replies.reply("kms", "GetKeyPolicy", made["Arn"])["Policy"] == ALL
    replies.call("kms", "EnableKeyRotation", KeyId=made["KeyId"], RotationPeriodInDays=180)
    assert replies.reply("kms", "GetKeyRotationStatus", made["Arn"])["RotationPeriodInDays"] == 180
    replies.call("kms", "ScheduleKeyDeletion", KeyId=made["KeyId"], PendingWindowInDays=30)
    assert replies.reply("kms", "DescribeKey", made["Arn"])["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_a_policy_is_known_once_it_is_put_and_the_grants_of_a_key_that_was_not_read_stay_unknown() -> None:
    replies = Replies({})
    replies.call("kms", "PutKeyPolicy", KeyId=KEY, Policy=ALL, PolicyName="default")
    replies.call("kms", "CreateGrant", KeyId=KEY, GranteePrincipal="x", Operations=("Decrypt",))
    assert replies.reply("kms", "GetKeyPolicy", KEY)["Policy"] == ALL
    assert replies.reply("kms", "ListGrants", KEY) is None


def test_tags_of_keys_and_secrets_and_aliases_are_as_they_are_set() -> None:
    secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:s-AbCdEf"
    replies = Replies(
        {kms.ALIASES: [{"AliasName": "alias/old", "TargetKeyId": "1"}]},
        {
            Question("kms", "ListResourceTags", KEY): {"Tags": [{"TagKey": "team", "TagValue": "a"}]},
            Question("secretsmanager", "DescribeSecret", secret): {"ARN": secret},
        },
    )
    replies.call("kms", "TagResource", KeyId=KEY.rpartition("/")[2], Tags=({"TagKey": "team", "TagValue": "b"},))
    assert replies.reply("kms", "ListResourceTags", KEY) == {"Tags": [{"TagKey": "team", "TagValue": "b"}]}
    replies.call("kms", "UntagResource", KeyId=KEY, TagKeys=("team",))
    assert replies.reply("kms", "ListResourceTags", KEY) == {"Tags": []}
    replies.call("secretsmanager", "TagResource", SecretId=secret, Tags=({"Key": "team", "Value": "b"},))
    assert replies.reply("secretsmanager", "DescribeSecret", secret)["Tags"] == [{"Key": "team", "Value": "b"}]
    replies.call("secretsmanager", "UntagResource", SecretId=secret, TagKeys=("team",))
    assert replies.reply("secretsmanager", "DescribeSecret", secret)["Tags"] == []
    replies.call("kms", "CreateAlias", AliasName="alias/new", TargetKeyId="2")
    replies.call("kms", "UpdateAlias", AliasName="alias/old", TargetKeyId="2")
    named = replies.ledger.inventory().items("kms", "ListAliases", "Aliases")
    assert {alias["AliasName"]: alias["TargetKeyId"] for alias in named} == {"alias/new": "2", "alias/old": "2"}
    replies.call("kms", "DeleteAlias", AliasName="alias/new")
    assert replies.listed(kms.ALIASES, "alias/new") is None


def test_tags_of_a_key_that_was_not_read_stay_unknown_and_a_new_one_has_its_own() -> None:
    replies = Replies({})
    replies.call("kms", "TagResource", KeyId=KEY, Tags=({"TagKey": "team", "TagValue": "b"},))
    assert replies.reply("kms", "ListResourceTags", KEY) is None
    tags = ({"TagKey": "team", "TagValue": "a"},)
    made = replies.call("kms", "CreateKey", "kms_key.orders", Tags=tags)["KeyMetadata"]
    assert replies.reply("kms", "ListResourceTags", made["Arn"]) == {"Tags": list(tags)}


# What was read


def test_what_was_read_stays_as_it_was() -> None:
    user = {"UserName": "dana", "Arn": "arn:…:user/dana", "GroupList": ["ops"], "Tags": [{"Key": "a", "Value": "1"}]}
    question = Question("iam", "GetAccountAuthorizationDetails")
    before = Inventory(PLACE, {question: {"UserDetailList": [user], "GroupDetailList": []}})
    kept, ledger = deepcopy(before), Ledger(before)
    edited = ledger.edit(iam.USERS, "DANA")
    assert edited is not None
    edited["GroupList"].append("more")
    ledger.add(iam.GROUPS, {"GroupName": "new"})
    ledger.drop(iam.USERS, "nobody")
    assert before == kept
    after = ledger.inventory()
    assert after.items("iam", question.action, "UserDetailList")[0]["GroupList"] == ["ops", "more"]
    assert after.items("iam", question.action, "GroupDetailList") == ({"GroupName": "new"},)


def test_what_was_not_read_stays_unread() -> None:
    replies = Replies({})
    replies.call("iam", "CreateUser", "iam_user.dana", UserName="dana")
    replies.call("iam", "AttachUserPolicy", UserName="dana", PolicyArn=POLICY)
    assert make(replies) == "<security_group.db>"
    assert {question.service for question in replies.ledger.inventory().replies} == set()


def test_other_descriptions_are_told_in_both_places_and_change_nothing_else() -> None:
    replies = network()
    group = make(replies)
    (made,) = replies.call("ec2", "AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=(OPEN,))[
        "SecurityGroupRules"
    ]
    name = made["SecurityGroupRuleId"]

    def told() -> tuple[Any, Any]:
        (permission,) = replies.listed(GROUPS, group)["IpPermissions"]
        assert permission["IpRanges"][0]["CidrIp"] == "10.0.0.0/8"
        return permission["IpRanges"][0].get("Description"), replies.listed(RULES, name).get("Description")

    for text, item in (("offices", {"Description": "offices"}), (None, {})):
        update = {"SecurityGroupRuleId": name, **item}
        replies.call(
            "ec2", "UpdateSecurityGroupRuleDescriptionsIngress", GroupId=group, SecurityGroupRuleDescriptions=(update,)
        )
        assert told() == (text, text)
    described = {**OPEN, "IpRanges": ({"CidrIp": "10.0.0.0/8", "Description": "by what it says"},)}
    replies.call("ec2", "UpdateSecurityGroupRuleDescriptionsIngress", GroupId=group, IpPermissions=(described,))
    assert told() == ("by what it says", "by what it says")
