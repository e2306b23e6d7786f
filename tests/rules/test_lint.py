"""What rules say of policies: unknown words, wildcards, statements for nothing, escalation, whom a document lets in."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from rds_secure.access.alone import offline
from rds_secure.access.posture import Posture
from rds_secure.authorization import reference
from rds_secure.finding import State
from rds_secure.inventory.model import Inventory, Place, Question
from rds_secure.kind import Scope
from rds_secure.plan import permissions
from rds_secure.rules import Context, judge, subjects_of
from rds_secure.spec import load
from tests.rules.examples import ACCOUNT, REGION
from tests.rules.policies import DETAILS, LINT, allow, document, of_key, of_policy, of_secret, of_trust, told

ROOT = Path(__file__).parents[2]
DB = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:orders"
CLUSTER = f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:orders"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"


# What is ours is clean


@pytest.mark.parametrize("path", sorted((ROOT / "policies").glob("*.json")), ids=lambda path: path.name)
def test_the_policies_that_we_print_are_clean(path: Path) -> None:
    assert of_policy(json.loads(path.read_text(encoding="utf-8"))) == []


ANY_ROLE = {"replica.yaml"}
"""Specs alone that do not tell which role is passed: the source of the replica does."""


@pytest.mark.parametrize("path", sorted((ROOT / "specs").glob("*.yaml")), ids=lambda path: path.name)
def test_what_specs_write_and_what_they_need_is_clean(path: Path) -> None:
    _, sources = load((path,))
    plan, inventory = offline(sources, REGION)
    posture = Posture(inventory)
    found = [one for one in judge(LINT, subjects_of(posture), Context(posture)) if one.state is not State.PASS]
    scope = Scope(plan.account, plan.region, "aws", plan.stack, plan.known)
    least = [one for written in permissions.least(plan, scope) for one in of_policy(dict(written), plan.account)]
    assert found == []
    assert {one.rule for one in least} == ({"no-pass-any-role"} if path.name in ANY_ROLE else set())


# Words


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("rds:DeleteDBInstnace", "AWS has no such action: did you mean rds:DeleteDBInstance?"),
        ("rds:Descrbe*", "AWS has no such action"),
        ("rsd:DeleteDBInstance", "AWS has no service rsd: did you mean rds:DeleteDBInstance?"),
        ("rdss:Start*", "AWS has no service rdss: did you mean rds:Start*?"),
        ("rdss:Whatever", "AWS has no service rdss"),
    ],
)
def test_an_action_that_aws_does_not_have(action: str, said: str) -> None:
    found = of_policy(document(allow(action, Sid="Mine")))
    assert told(found, "known-actions") == [f"Mine names {action}, and as of 2026-10-27 {said}"]
    assert {str(one.severity) for one in found if one.rule == "known-actions"} == {"medium"}


@pytest.mark.parametrize("action", ["RDS:deletedbinstance", "rds:St?pDBInstance", "*", "bedrock:NoSuchThing", "rds:*"])
def test_actions_that_aws_has_or_that_nobody_can_tell(action: str) -> None:
    assert told(of_policy(document(allow(action, DB))), "known-actions") == []


def test_each_unknown_action_is_told_in_denies_and_exceptions_too() -> None:
    deny = {"Effect": "Deny", "NotAction": ["rds:Foo", "rds:StartDBInstance", "rds:Bar"], "Resource": "*"}
    said = told(of_policy(document(deny)), "known-actions")
    assert [message.split(",")[0] for message in said] == ["statement 1 names rds:Foo", "statement 1 names rds:Bar"]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("aws:SourceIP4", "aws:SourceIp"),
        ("aws:PrincipalOrgId", None),
        ("aws:RequestTags/team", "aws:RequestTag/"),
        ("rds:StorageEncrypt", "rds:storageencrypted"),
        ("rds:StorageEncrypted", None),
        ("rds:db-tag/team", None),
        ("bedrock:Whatever", None),
        ("oidc.example.com/x:sub", None),
        ("kms:EncryptionContext:aws:rds:db-id", None),
    ],
)
def test_a_condition_key_that_aws_does_not_have(key: str, said: str | None) -> None:
    written = allow("rds:CreateDBInstance", Condition={"StringEquals": {key: "x"}})
    expected = [f"statement 1 asks for {key}, and as of 2026-10-27 AWS has no such condition key: did you mean {said}?"]
    assert told(of_policy(document(written)), "known-condition-keys") == (expected if said else [])


def test_a_variable_is_a_condition_key_too() -> None:
    found = of_policy(document(allow("iam:ChangePassword", f"arn:aws:iam::{ACCOUNT}:user/${{aws:usrname}}")))
    assert told(found) == ["known-condition-keys"]
    assert found[0].path == ("document", "Statement", 0, "Resource", 0)


CONDITIONS = [
    ("rds:CreateDBInstance", "StringEquals", "aws:RequestTag/team", None),
    ("rds:CreateDBInstance", "Bool", "rds:StorageEncrypted", None),
    ("rds:DeleteDBInstance", "StringEquals", "aws:RequestTag/team", "never holds"),
    ("rds:DeleteDBInstance", "StringNotEquals", "aws:RequestTag/team", "always holds"),
    ("rds:DeleteDBInstance", "ForAllValues:StringEquals", "aws:TagKeys", "always holds"),
    ("rds:DeleteDBInstance", "StringEqualsIfExists", "aws:RequestTag/team", None),
    ("rds:DeleteDBInstance", "Null", "aws:TagKeys", None),
    ("rds:DeleteDBInstance", "StringEquals", "rds:DatabaseClass", None),
    ("rds:DescribeDBLogFiles", "StringEquals", "rds:Vpc", None),
    ("rds:DownloadDBLogFilePortion", "StringEquals", "rds:EndpointType", "never holds"),
    ("rds:*", "StringEquals", "rds:EndpointType", None),
    ("rds:DeleteDBInstance", "StringEquals", "kms:ViaService", "never holds"),
    ("rds-db:connect", "StringNotEquals", "rds:DatabaseClass", "always holds"),
    ("rds:DeleteDBInstance", "StringEquals", "bedrock:Whatever", None),
    ("rds:DeleteDBInstance", "ArnLike", "ec2:SourceInstanceArn", None),
    ("*", "StringEquals", "rds:EndpointType", None),
    ("bedrock:Invoke", "StringEquals", "aws:RequestTag/team", None),
    ("iam:PassRole", "StringEquals", "iam:PassedToService", None),
    ("rds:DeleteDBInstance", "StringEquals", "aws:PrincipalTag/team", None),
]


@pytest.mark.parametrize(("action", "operator", "key", "said"), CONDITIONS)
def test_a_key_that_requests_of_none_of_the_actions_have(
    action: str, operator: str, key: str, said: str | None
) -> None:
    found = told(of_policy(document(allow(action, Condition={operator: {key: "x"}}))), "condition-keys-fit-actions")
    expected = [f"statement 1 asks for {key}, which requests of none of its actions have, so that it {said}"]
    assert found == (expected if said else [])


@pytest.mark.parametrize(
    ("action", "resource", "said"),
    [
        ("rds:StartDBInstance", DB, None),
        ("rds:StartDBInstance", [CLUSTER, DB], None),
        ("rds:StartDBInstance", CLUSTER, "acts on arn:*:rds:*:*:db-capacity-reservation:*, arn:*:rds:*:*:db:*"),
        ("rds:Start*", CLUSTER, None),
        ("rds:StartDBInstance", "arn:aws:rds:*", None),
        ("rds:StartDBInstance", f"arn:aws:rds:{REGION}:*", None),
        ("rds:StartDBInstance", "*", None),
        ("rds:DescribeAccountAttributes", "*", None),
        ("rds:DescribeAccountAttributes", DB, "acts on '*' alone"),
        ("rds:DescribeAccountAttributes", f"arn:aws:rds:{REGION}:{ACCOUNT}:*", None),
        ("iam:ListUsers", f"arn:aws:iam::{ACCOUNT}:user/team/*", None),
        ("kms:ListKeys", KEY, "acts on '*' alone"),
        ("rds-db:connect", f"arn:aws:rds:{REGION}:{ACCOUNT}:snapshot:*", "acts on arn:*:rds-db:*:*:dbuser:*/*"),
        ("rds:StopDBInstance", "arn:aws:rds:*:*:cluster:*", "acts on arn:*:rds:*:*:db:*, arn:*:rds:*:*:snapshot:*"),
        ("s3:GetObject", "arn:aws:s3:::bucket", "acts on arn:*:s3:*:*:accesspoint/*/object/*, arn:*:s3:::*/*"),
        ("s3:PutBucketPolicy", "arn:aws:s3:::bucket/*", "acts on arn:*:s3:::*"),
        ("rds:Describe*", DB, None),
        ("rds:CreateDBInstance", f"arn:aws:rds:{REGION}:{ACCOUNT}:subgrp:db", None),
        ("rds-db:connect", DB, "acts on arn:*:rds-db:*:*:dbuser:*/*"),
        ("kms:Decrypt", KEY.replace("key/1", "alias/orders"), "acts on arn:*:kms:*:*:key/*"),
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/${{aws:username}}", None),
        ("bedrock:InvokeModel", DB, None),
    ],
)  # fmt: skip
def test_actions_on_what_they_do_not_act_on(action: str, resource: Any, said: str | None) -> None:
    found = told(of_policy(document(allow(action, resource))), "actions-fit-resources")
    ends = "" if said and said.endswith("alone") else ", and none of its resources is such"
    assert found == ([f"statement 1 names {action}, which {said}{ends}"] if said else [])


COMPARED = [
    ("StringEquals", "aws:SourceIp", "10.0.0.0/8", "compares aws:SourceIp, which is an address, by StringEquals"),
    ("IpAddress", "aws:SourceIp", "10.0.0.0/8", None),
    ("NotIpAddressIfExists", "aws:SourceIp", "10.0.0.0/8", None),
    ("IpAddress", "aws:SourceVpc", "vpc-1", "compares aws:SourceVpc, which is a text, by IpAddress"),
    ("NumericLessThan", "aws:MultiFactorAuthAge", "3600", None),
    ("NumericLessThan", "aws:username", "3", "compares aws:username, which is a text, by NumericLessThan"),
    ("DateGreaterThan", "aws:CurrentTime", "2026-01-01T00:00:00Z", None),
    ("NumericLessThan", "aws:EpochTime", "1700000000", None),
    ("StringLike", "aws:CurrentTime", "2026*", "compares aws:CurrentTime, which is a moment, by StringLike"),
    ("StringEquals", "aws:SecureTransport", "true", None),
    ("Bool", "aws:username", "true", "compares aws:username, which is a text, by Bool"),
    ("ArnLike", "kms:EncryptionContext:aws:logs:arn", "arn:aws:logs:*", None),
    ("ForAnyValue:StringEquals", "aws:TagKeys", "team", None),
    (
        "StringEquals",
        "aws:TagKeys",
        "team",
        "compares aws:TagKeys, which may have several values, by StringEquals without ForAnyValue or ForAllValues",
    ),
    (
        "ForAllValues:StringEquals",
        "aws:username",
        "ann",
        "compares aws:username, which has one value at most, by ForAllValues:StringEquals, which holds without any",
    ),
    (
        "StringEquals",
        "aws:PrincipalArn",
        "arn:aws:iam::123456789012:role/*",
        "compares aws:PrincipalArn with arn:aws:iam::123456789012:role/* by StringEquals, "
        "to which a wildcard is a character like others",
    ),
    ("StringEquals", "aws:username", "${*}", None),
    ("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/*", None),
    ("Null", "aws:TagKeys", "true", None),
    ("Bool", "bedrock:Whatever", "true", None),
    ("Bool", "bedrock:Whatever", "x", "compares bedrock:Whatever by Bool with x, which is not true or false"),
    ("Null", "aws:TagKeys", "yes", "compares aws:TagKeys by Null with yes, which is not true or false"),
    ("Bool", "aws:SecureTransport", "${aws:PrincipalTag/tls}", None),
    ("IpAddress", "aws:SourceIp", "2001:db8::/32", None),
    (
        "IpAddress",
        "aws:SourceIp",
        "10.0.0.0/33",
        "compares aws:SourceIp by IpAddress with 10.0.0.0/33, which is not an address or a network",
    ),
    (
        "NumericLessThan",
        "aws:MultiFactorAuthAge",
        "1h",
        "compares aws:MultiFactorAuthAge by NumericLessThan with 1h, which is not a number",
    ),
    ("ArnLike", "aws:PrincipalArn", "role/x", "compares aws:PrincipalArn by ArnLike with role/x, which is not an ARN"),
]


@pytest.mark.parametrize(("operator", "key", "value", "said"), COMPARED)
def test_what_cannot_be_compared(operator: str, key: str, value: str, said: str | None) -> None:
    written = allow("rds:*", DB, Condition={operator: {key: value}})
    assert told(of_policy(document(written)), "operators-fit-keys") == ([f"statement 1 {said}"] if said else [])


# Wildcards


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("rds:*", "allows every action of rds: 173, of which 118 write and 1 say who may do what"),
        ("rds-data:*", "allows every action of rds-data: 6, of which 6 write"),
        ("bedrock:*", "allows every action of bedrock"),
        ("*", "allows every action of every service"),
        ("rds:Describe*", None),
    ],
)
def test_every_action_of_a_service_is_counted(action: str, said: str | None) -> None:
    found = told(of_policy(document(allow(action, DB))), "no-service-wildcard")
    assert found == ([f"statement 1 {said}"] if said else [])


def test_all_but_some_is_every_service_too() -> None:
    written = {"Effect": "Allow", "NotAction": ["iam:*", "kms:*"], "Resource": DB}
    said = told(of_policy(document(written)), "no-service-wildcard")
    assert said == ["statement 1 allows every action of every service but iam:*, kms:*"]


def test_an_administrator_is_told_once() -> None:
    assert told(of_policy(document(allow("*")))) == ["no-admin-policy", "no-decrypt-with-every-key"]
    assert told(of_policy(document(allow(["iam:*", "*"])))) == ["no-admin-policy", "no-decrypt-with-every-key"]


@pytest.mark.parametrize(
    ("action", "rules"),
    [
        ("rds:Delete*", ["no-wide-wildcard"]),
        ("rds:Reboot*", []),
        ("rds:Describe*", []),
        ("kms:GenerateDataKey*", []),
        ("kms:Put*", []),
        ("kms:*Grant*", ["no-permission-wildcard"]),
        ("secretsmanager:*Policy", ["no-permission-wildcard"]),
        ("kms:PutKeyPolicy", []),
    ],
)
def test_wildcards_that_count(action: str, rules: list[str]) -> None:
    wanted = ("no-wide-wildcard", "no-permission-wildcard")
    resource = {"rds": DB, "kms": KEY, "secretsmanager": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:x"}
    found = of_policy(document(allow(action, resource[action.partition(":")[0]])))
    assert [one.rule for one in found if one.rule in wanted] == rules


def test_a_wildcard_says_what_it_stands_for() -> None:
    assert told(of_policy(document(allow("rds:Delete*", DB))), "no-wide-wildcard") == [
        "statement 1 allows rds:Delete*: 21, of which 21 write"
    ]
    assert told(of_policy(document(allow("kms:*Grant*", KEY))), "no-permission-wildcard") == [
        "statement 1 allows kms:*Grant*, which is 5 actions, and CreateGrant, RetireGrant, RevokeGrant among them"
    ]


@pytest.mark.parametrize(
    ("written", "rules"),
    [
        (allow("rds:RebootDBInstance"), ["no-writes-everywhere"]),
        (allow("rds:RebootDBInstance", f"arn:aws:rds:*:{ACCOUNT}:*"), ["no-writes-everywhere"]),
        (allow("rds:RebootDBInstance", f"arn:aws:rds:{REGION}:{ACCOUNT}:db:*"), []),
        (allow("rds:RebootDBInstance", Condition={"StringEquals": {"aws:ResourceTag/team": "a"}}), []),
        (allow("rds:CreateDBInstance"), []),
        (allow("rds:DescribeDBInstances"), []),
        (allow("kms:CreateKey"), []),
        (allow("kms:PutKeyPolicy"), ["no-permissions-everywhere"]),
        (allow("kms:Decrypt"), ["no-decrypt-with-every-key"]),
        (allow("iam:PassRole"), ["no-pass-any-role"]),
        (allow("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/*"), ["no-pass-any-role"]),
        (allow("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/rds-*"), []),
        (allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "rds.amazonaws.com"}}), []),
        ({"Effect": "Deny", "Action": "rds:RebootDBInstance", "Resource": "*"}, []),
    ],
)
def test_what_is_allowed_on_everything(written: dict[str, Any], rules: list[str]) -> None:
    assert told(of_policy(document(written))) == rules


# Statements


def test_statements_for_nothing_are_told_where_they_stand() -> None:
    deny = {"Effect": "Deny", "Action": "rds:Stop*", "Resource": "*", "Sid": "NoStop"}
    found = of_policy(
        document(
            allow("rds:Describe*", Sid="Read"), allow("rds:DescribeDBInstances"), deny, allow("rds:StopDBInstance", DB)
        )
    )
    assert [(one.rule, one.message, one.path) for one in found] == [
        (
            "no-shadowed-statement",
            "statement 2 says nothing that Read does not say already",
            ("document", "Statement", 1),
        ),
        ("no-allow-taken-back", "statement 4 allows nothing, as NoStop denies all of it", ("document", "Statement", 3)),
    ]


# Escalation


@pytest.mark.parametrize(
    ("statements", "state"),
    [
        ([allow("iam:PutUserPolicy", f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}")], State.FAIL),
        ([allow("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/*")], State.FAIL),
        ([allow("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/app-*")], None),
        ([allow("iam:CreatePolicyVersion", f"arn:aws:iam::{ACCOUNT}:policy/p")], State.FAIL),
        ([allow("iam:CreatePolicyVersion", f"arn:aws:iam::{ACCOUNT}:policy/q")], None),
        ([allow("iam:AddUserToGroup")], State.FAIL),
        ([allow("iam:CreateAccessKey")], State.FAIL),
        ([allow("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}")], None),
        ([allow("iam:PassRole")], None),
        ([allow(["iam:PassRole", "ec2:RunInstances"])], State.FAIL),
        ([allow("iam:PassRole"), allow("lambda:CreateFunction")], None),
        (
            [
                allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "rds.amazonaws.com"}}),
                allow("ec2:RunInstances"),
            ],
            None,
        ),
        (
            [
                allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}),
                allow("ec2:RunInstances"),
            ],
            State.FAIL,
        ),
        (
            [allow("iam:AttachUserPolicy", Condition={"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/X"}})],
            State.UNKNOWN,
        ),
        ([allow("iam:PutUserPolicy"), {"Effect": "Deny", "Action": "iam:Put*", "Resource": "*"}], None),
        ([allow("*")], None),
        ([allow("rds:*")], None),
    ],
    ids=lambda each: json.dumps(each)[:70] if isinstance(each, list) else None,
)
def test_a_policy_that_lets_somebody_have_more_than_it_says(
    statements: list[dict[str, Any]], state: State | None
) -> None:
    found = [one for one in of_policy(document(*statements)) if one.rule == "no-escalation"]
    assert [one.state for one in found] == ([state] if state else [])


def test_an_escalation_names_its_means() -> None:
    found = of_policy(
        document(allow("rds:Describe*"), allow(["iam:GetUser", "iam:PutUserPolicy", "iam:CreateAccessKey"]))
    )
    one = next(one for one in found if one.rule == "no-escalation")
    assert (
        one.message
        == "statement 2 lets whoever has it have more than it says, by iam:PutUserPolicy, iam:CreateAccessKey"
    )
    assert one.path == ("document", "Statement", 1, "Action", 1)


def test_an_inline_policy_is_about_whom_it_is_in() -> None:
    mine = document(allow("iam:PutUserPolicy", f"arn:aws:iam::{ACCOUNT}:user/dana"))
    states = {}
    for name in ("dana", "eve"):
        user = {
            "UserName": name,
            "Arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
            "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": mine}],
        }
        posture = Posture(Inventory(Place(ACCOUNT, REGION), {DETAILS: {"UserDetailList": [user]}}))
        found = judge(LINT, subjects_of(posture), Context(posture))
        states[name] = [one.state for one in found if one.rule == "no-escalation"]
    assert states == {"dana": [State.FAIL], "eve": [State.PASS]}


# Whom documents let in


def trust(principal: Any, condition: Any = None, action: str = "sts:AssumeRole") -> dict[str, Any]:
    written = {"Effect": "Allow", "Principal": principal, "Action": action}
    return document(written | ({"Condition": condition} if condition else {}))


MONITORING = {"Service": "monitoring.rds.amazonaws.com"}


@pytest.mark.parametrize(
    ("principal", "condition", "rules"),
    [
        (MONITORING, None, ["no-confused-deputy"]),
        (MONITORING, {"StringEquals": {"aws:SourceAccount": ACCOUNT}}, []),
        (MONITORING, {"StringEquals": {"AWS:sourceaccount": ACCOUNT}}, []),
        (MONITORING, {"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}}, ["no-confused-deputy"]),
        (MONITORING, {"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}, ["no-confused-deputy"]),
        (MONITORING, {"StringLike": {"aws:SourceAccount": "*"}}, ["no-confused-deputy"]),
        (MONITORING, {"ArnLike": {"aws:SourceArn": f"arn:aws:rds:*:{ACCOUNT}:db:*"}}, []),
        (MONITORING, {"ArnLike": {"aws:SourceArn": "arn:aws:rds:*:*:db:*"}}, ["no-confused-deputy"]),
        (MONITORING, {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::bucket"}}, []),
        (MONITORING, {"StringEquals": {"aws:SourceOrgID": "o-1"}}, []),
        (MONITORING, {"ForAnyValue:StringLike": {"aws:SourceOrgPaths": "o-1/*"}}, []),
        ({"Service": "cognito-idp.amazonaws.com"}, {"StringEquals": {"sts:ExternalId": "x"}}, []),
        ({"Service": "ec2.amazonaws.com"}, None, []),
        ({"Service": "ec2.amazonaws.com.cn"}, None, []),
        ({"Service": "lambda.amazonaws.com"}, None, []),
        ({"Service": "ecs-tasks.amazonaws.com"}, None, ["no-confused-deputy"]),
        ({"Service": ["ec2.amazonaws.com", "rds.amazonaws.com"]}, None, ["no-confused-deputy"]),
        ({"AWS": ACCOUNT}, None, []),
        ("*", None, ["trust-not-public"]),
        ({"AWS": "*"}, {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, []),
        ({"AWS": "*"}, {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/*"}}, []),
        ({"AWS": "*"}, {"Bool": {"aws:MultiFactorAuthPresent": "true"}}, ["trust-not-public?"]),
    ],
    ids=str,
)
def test_whom_a_role_lets_in(principal: Any, condition: Any, rules: list[str]) -> None:
    found = of_trust(trust(principal, condition))
    assert [one.rule + ("?" if one.state is State.UNKNOWN else "") for one in found] == rules


def test_roles_that_nobody_can_change_are_not_asked_about() -> None:
    assert of_trust(trust(MONITORING), "aws-service-role/rds.amazonaws.com/") == []


def test_a_deny_of_the_same_document_binds_too() -> None:
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sts:*",
        "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}},
    }
    public = trust({"AWS": "*"})
    assert told(of_trust(document(*public["Statement"], deny))) == []
    other = {**deny, "Action": "sts:TagSession"}
    assert told(of_trust(document(*public["Statement"], other))) == ["trust-not-public"]
    source = {**deny, "Condition": {"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}}
    assert told(of_trust(document(*trust(MONITORING)["Statement"], source))) == []


GITHUB = "token.actions.githubusercontent.com"


@pytest.mark.parametrize(
    ("provider", "condition", "rules"),
    [
        (GITHUB, None, ["web-identity-bound"]),
        (GITHUB, {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}}, ["web-identity-bound"]),
        (GITHUB, {"StringLike": {f"{GITHUB}:sub": "repo:us/*"}}, []),
        (GITHUB, {"StringLike": {f"{GITHUB}:sub": "*"}}, ["web-identity-bound"]),
        ("oidc.eks.eu-west-1.amazonaws.com/id/A1", None, []),
    ],
)
def test_identities_of_a_provider_that_many_share(provider: str, condition: Any, rules: list[str]) -> None:
    federated = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{provider}"}
    assert told(of_trust(trust(federated, condition, "sts:AssumeRoleWithWebIdentity"))) == rules


OURS = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})


@pytest.mark.parametrize(
    ("statement", "rules"),
    [
        (allow("kms:Decrypt", Principal={"Service": "rds.amazonaws.com"}), ["no-confused-deputy"]),
        (allow("kms:Decrypt", Principal={"Service": "ec2.amazonaws.com"}), ["no-confused-deputy"]),
        (
            allow(
                ["kms:Encrypt", "kms:Decrypt"],
                Principal={"Service": f"logs.{REGION}.amazonaws.com"},
                Condition={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:*"}},
            ),
            [],
        ),
        (allow("kms:Decrypt", Principal="*"), ["key-not-public"]),
        (allow("kms:Decript", Principal={"AWS": ACCOUNT}), ["known-actions"]),
        (allow("kms:Decrypt", Principal=OURS["Principal"]), ["no-shadowed-statement"]),
    ],
    ids=str,
)
def test_the_policy_of_a_key(statement: dict[str, Any], rules: list[str]) -> None:
    assert told(of_key(document(OURS, statement))) == rules
    assert of_key(document(OURS, statement), "AWS") == []


@pytest.mark.parametrize(
    ("statement", "rules"),
    [
        (allow("secretsmanager:GetSecretValue", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}), []),
        (allow("secretsmanager:GetSecretValue", Principal="*"), ["secret-not-public"]),
        (allow("secretsmanager:GetSecret", Principal={"AWS": ACCOUNT}), ["known-actions"]),
        (allow("secretsmanager:GetSecretValue", Principal={"Service": "glue.amazonaws.com"}), ["no-confused-deputy"]),
    ],
    ids=str,
)
def test_the_policy_of_a_secret(statement: dict[str, Any], rules: list[str]) -> None:
    assert told(of_secret(document(statement))) == rules


def test_a_secret_without_policy_is_fine_and_one_that_was_not_read_unknown() -> None:
    assert of_secret(None) == []
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:x"
    unread = Inventory(
        Place(ACCOUNT, REGION), unread={Question("secretsmanager", "GetResourcePolicy", arn): "AccessDenied"}
    )
    posture = Posture(unread)
    found = list(judge(LINT, subjects_of(posture), Context(posture)))
    assert {one.state for one in found} == {State.UNKNOWN}
    assert {one.subject for one in found} == {"secret:x"}


def test_the_readme_names_every_rule_and_says_of_how_many_services_actions_are_known() -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n### Policies\n")[2].partition("\n### ")[0]
    assert {rule.id for rule in LINT} == set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", section))
    assert f"a table of {len(reference().services)} services" in section
