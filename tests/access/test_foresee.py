"""Plans are foreseen call by call, in the order of their references; what a call yields is there for those after it."""

from __future__ import annotations

from typing import Any

from rds_secure.access.also import questions
from rds_secure.access.foresee import foresee
from rds_secure.inventory import Inventory, Place, Question, Topic
from rds_secure.inventory.questions import EVERYTHING
from rds_secure.operation import Operation
from rds_secure.plan import Action, Plan, Step
from rds_secure.values import Address, Lookup, Ref, Secret, Text, Value

PLACE = Place("123456789012", "eu-west-1")
GROUPS = Question("ec2", "DescribeSecurityGroups")
NETWORK = Inventory(PLACE, {GROUPS: {"SecurityGroups": []}, Question("ec2", "DescribeSecurityGroupRules"): {}})
KEY = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0000-4000-8000-00000000000a"
POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def call(service: str, action: str, exports: dict[str, str] | None = None, **params: Value) -> Operation:
    return Operation(service=service, action=action, params=params, summary="call", exports=exports or {})


def step(address: str, *operations: Operation) -> Step:
    return Step(Address.parse(address), address, Action.CREATE, operations)


def plan(*steps: Step, known: dict[Ref, str] | None = None) -> Plan:
    return Plan(PLACE.account, PLACE.region, "orders", steps, known=known or {})


def group(name: str, peer: Value) -> Step:
    own = Ref(Address("security_group", name), "id")
    rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "UserIdGroupPairs": ({"GroupId": peer},)}
    made = call("ec2", "CreateSecurityGroup", {"id": "GroupId"}, GroupName=name, Description=name, VpcId="vpc-1")
    allowed = call("ec2", "AuthorizeSecurityGroupIngress", GroupId=own, IpPermissions=(rule,))
    return step(f"security_group.{name}", made, allowed)


def test_a_rule_names_a_group_that_is_made_by_the_same_plan() -> None:
    after = foresee(NETWORK, plan(group("a", Ref(Address("security_group", "b"), "id")), group("b", "sg-1")))
    peers = {
        each["GroupName"]: each["IpPermissions"][0]["UserIdGroupPairs"][0]["GroupId"]
        for each in after.items("ec2", "DescribeSecurityGroups", "SecurityGroups")
    }
    assert peers == {"a": "<security_group.b>", "b": "sg-1"}


def test_what_is_known_is_filled_in_and_a_text_stands_for_the_rest() -> None:
    known = Ref(Address("iam_role", "app"), "arn")
    unknown = Ref(Address("db_instance", "orders"), "resource_id")
    policy = Text(('{"a": "', known, '", "b": "', unknown, '"}'))
    operation = call("kms", "PutKeyPolicy", KeyId=Lookup("kms_key", (("alias", "alias/x"),)), Policy=policy)
    after = foresee(Inventory(PLACE), plan(step("kms_key.data", operation), known={known: "arn:role"}))
    ((arn, reply),) = after.each("kms", "GetKeyPolicy").items()
    assert arn == "arn:aws:kms:eu-west-1:123456789012:key/<kms_key alias=alias/x>"
    assert reply["Policy"] == '{"a": "arn:role", "b": "<db_instance.orders.resource_id>"}'


def test_no_password_is_in_what_is_foreseen() -> None:
    question = Question("rds", "DescribeDBInstances")
    before = Inventory(PLACE, {question: {"DBInstances": []}})
    password = Secret("env", "PASSWORD")
    operation = call("rds", "CreateDBInstance", DBInstanceIdentifier="a", Engine="mysql", MasterUserPassword=password)
    after = foresee(before, plan(step("db_instance.a", operation)))
    assert after.items(*_listing(question))
    assert "PASSWORD" not in str(after)
    assert "<secret>" not in str(after)


def _listing(question: Question) -> tuple[str, str, str]:
    return question.service, question.action, "DBInstances"


def test_a_plan_whose_calls_wait_for_each_other_is_foreseen_as_far_as_that_goes() -> None:
    """It is refused, and shown all the same."""
    group = Ref(Address("security_group", "a"), "id")
    one = call("ec2", "CreateSecurityGroup", GroupName="a", Description="a", VpcId=Ref(Address("kind", "b"), "vpc"))
    other = call("kms", "CreateKey", Policy=Text(("x", group)))
    after = foresee(NETWORK, plan(step("security_group.a", one), step("kind.b", other)))
    (made,) = after.items("ec2", "DescribeSecurityGroups", "SecurityGroups")
    assert made["VpcId"] == "<kind.b.vpc>"


def test_a_plan_without_calls_leaves_everything_as_it_is() -> None:
    assert foresee(NETWORK, plan()) == NETWORK


def asked(operation: Operation, topics: Any = EVERYTHING) -> set[str]:
    return {str(question) for question in questions(plan(step("kind.x", operation)), topics)}


def test_keys_that_only_the_plan_names_are_asked_about() -> None:
    wanted = {
        f"kms:{action} of {KEY}"
        for action in ("DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListGrants", "ListResourceTags")
    }
    assert asked(call("rds", "CreateDBInstance", KmsKeyId=KEY)) == wanted
    assert asked(call("kms", "DisableKey", KeyId=KEY.rpartition("/")[2])) == wanted
    assert asked(call("rds", "CreateDBInstance", KmsKeyId=KEY), {Topic.NETWORK}) == set()
    assert asked(call("rds", "CreateDBInstance", KmsKeyId=Ref(Address("kms_key", "new"), "arn"))) == set()


def test_policies_of_awss_own_and_groups_are_asked_about_where_they_bear_on_the_question() -> None:
    attach = call("iam", "AttachUserPolicy", UserName="dana", PolicyArn=POLICY)
    assert asked(attach) == {f"iam:GetPolicy of {POLICY}"}
    assert asked(attach, {Topic.NETWORK}) == set()
    group = call("rds", "CreateDBParameterGroup", DBParameterGroupName="g", DBParameterGroupFamily="mysql8.0")
    assert asked(group) == {"rds:DescribeDBParameters of g", "rds:DescribeDBParameters of default.mysql8.0"}
