"""What is read to judge a plan: enough for every rule that its calls can break, and nothing where they break none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from rds_secure.access.alone import offline
from rds_secure.access.posture import Posture
from rds_secure.fields import markers
from rds_secure.finding import State
from rds_secure.inventory.model import Inventory
from rds_secure.inventory.questions import ACCESS, BULK, Topic
from rds_secure.operation import Operation
from rds_secure.plan.model import Action, Plan, Step
from rds_secure.resources import KINDS_BY_NAME
from rds_secure.rules import RULES, Context, Of, Rule, judge, subjects_of
from rds_secure.rules.topics import DATABASES, GROUPS, KEYS, NOTHING, POLICIES, SETTINGS, WHOLE, topics_of
from rds_secure.spec import load
from rds_secure.values import Address
from tests.rules.examples import BASE, NOW, REGION, account
from tests.rules.examples import KEYS as ARNS

_FOLLOWING = {
    ("rds", "DescribeDBParameters"): Topic.PROTECTION,
    ("rds", "DescribeDBClusterParameters"): Topic.PROTECTION,
    ("rds", "DescribeDBSnapshotAttributes"): Topic.PROTECTION,
    ("rds", "DescribeDBClusterSnapshotAttributes"): Topic.PROTECTION,
    ("rds", "DescribeDBProxyTargets"): Topic.DATABASES,
    ("ec2", "GetManagedPrefixListEntries"): Topic.NETWORK,
}
_SERVICES = {"kms": Topic.KEYS, "secretsmanager": Topic.KEYS, "logs": Topic.PROTECTION, "iam": Topic.IDENTITIES}
_SERVICES |= dict.fromkeys(("cloudtrail", "guardduty"), Topic.ACCOUNT)


def topic(service: str, action: str) -> Topic:
    """The topic that a question belongs to."""
    bulk = {(name, each): topic for topic, asked in BULK.items() for name, actions in asked.items() for each in actions}
    return bulk.get((service, action)) or _FOLLOWING.get((service, action)) or _SERVICES[service]


def only(inventory: Inventory, topics: Iterable[Topic]) -> Inventory:
    """As much of an inventory as is read for these topics."""
    wanted = set(topics)
    kept = {one: reply for one, reply in inventory.replies.items() if topic(one.service, one.action) in wanted}
    return replace(inventory, replies=kept)


def planned(action: str, service: str = "rds", **params: Any) -> Plan:
    operation = Operation(service=service, action=action, params=params, summary="")
    step = Step(Address("db_instance", "orders"), "orders", Action.UPDATE, (operation,))
    return Plan("123456789012", "eu-west-1", "shop", (step,))


def changed_by(field: str) -> list[str]:
    """The parameters by which a field of an instance is changed."""
    marker = markers(KINDS_BY_NAME["db_instance"].spec).get(field)
    return [marker.change.rpartition(".")[2]] if marker and marker.change else []


CHANGED = [
    pytest.param(rule, parameter, id=f"{rule.id}-{parameter}")
    for rule in RULES
    if "db_instance" in (yaml.safe_load(rule.bad) or {})
    for parameter in changed_by(rule.field)
]


def test_most_rules_about_databases_can_be_broken_by_a_change() -> None:
    assert len(CHANGED) >= 10


@pytest.mark.parametrize(("rule", "parameter"), CHANGED)
def test_what_is_read_for_a_change_tells_whether_it_breaks_the_rule(rule: Rule, parameter: str, tmp_path: Path) -> None:
    whole = yaml.safe_load(yaml.safe_dump(BASE))
    whole["resources"]["db_instance"]["orders"].update(yaml.safe_load(rule.bad)["db_instance"]["orders"])
    path = tmp_path / "spec.yaml"
    path.write_text(yaml.safe_dump(whole))
    read = only(offline(load((path,))[1], REGION)[1], topics_of(planned("ModifyDBInstance", **{parameter: ""})))
    posture = Posture(read)
    found = [one.state for one in judge([rule], subjects_of(posture), Context(posture))]
    assert State.FAIL in found


CALLS = {
    Of.INSTANCE: ("rds", "CreateDBInstance"),
    Of.CLUSTER: ("rds", "CreateDBCluster"),
    Of.PROXY: ("rds", "ModifyDBProxy"),
    Of.SNAPSHOT: ("rds", "ModifyDBSnapshotAttribute"),
    Of.SECURITY_GROUP: ("ec2", "RevokeSecurityGroupIngress"),
    Of.KEY: ("kms", "PutKeyPolicy"),
    Of.SECRET: ("secretsmanager", "PutResourcePolicy"),
    Of.POLICY: ("iam", "CreatePolicyVersion"),
    Of.PRINCIPAL: ("iam", "PutUserPolicy"),
    Of.ACCOUNT: ("rds", "ModifyEventSubscription"),
}
"""A call that can break rules about a kind of thing."""

OF_ACCOUNT = {
    *("guardduty-logins", "trail-on", "trail-encrypted", "trail-validated", "security-hub-on", "root-has-no-keys"),
    *("root-has-mfa", "password-policy", "standard-support", "flow-logs"),
}
"""Rules about what no plan changes, or what is asked of AWS as a whole: `check --online` alone reads for them."""

UNTOUCHED = {Of.NETWORK_ACL, Of.SUBNET, Of.SECRET}
"""What no plan makes worse: networks are not made here, and RDS rotates the secrets that it makes."""

TOLD = [
    rule
    for rule in RULES
    if "db_instance" not in (yaml.safe_load(rule.bad) or {})
    and rule.id not in OF_ACCOUNT
    and rule.of[0] not in UNTOUCHED
]


@pytest.mark.parametrize("name", sorted(OF_ACCOUNT))
def test_nothing_is_read_in_vain_for_what_no_plan_changes(name: str) -> None:
    (rule,) = (rule for rule in RULES if rule.id == name)
    told = yaml.safe_load(rule.bad)
    posture = Posture(only(account(rule, told), ACCESS))
    assert {one.state for one in judge([rule], subjects_of(posture), Context(posture, NOW))} <= {State.UNKNOWN}


@pytest.mark.parametrize("rule", TOLD, ids=lambda rule: rule.id)
def test_what_is_read_for_a_call_tells_whether_it_breaks_the_rule(rule: Rule) -> None:
    service, action = CALLS[rule.of[0]]
    told = yaml.safe_load(rule.bad.replace("<CUSTOMER-KEY>", ARNS["CUSTOMER"]).replace("<AWS-OWN-KEY>", ARNS["AWS"]))
    posture = Posture(only(account(rule, told), topics_of(planned(action, service))))
    found = [one.state for one in judge([rule], subjects_of(posture), Context(posture, NOW))]
    assert State.FAIL in found


@pytest.mark.parametrize(
    ("action", "service", "params", "wanted"),
    [
        ("CreateDBInstance", "rds", {}, WHOLE),
        ("ModifyDBInstance", "rds", {"AllocatedStorage": 20, "ApplyImmediately": False}, NOTHING),
        ("ModifyDBInstance", "rds", {"CopyTagsToSnapshot": False}, DATABASES),
        ("ModifyDBInstance", "rds", {"SomethingNew": 1}, DATABASES),
        ("ModifyDBInstance", "rds", {"DBParameterGroupName": "g", "VpcSecurityGroupIds": ()}, SETTINGS | GROUPS),
        ("SomethingNew", "rds", {}, WHOLE),
        ("AttachUserPolicy", "iam", {}, POLICIES),
        ("AuthorizeSecurityGroupIngress", "ec2", {}, GROUPS),
        ("PutKeyPolicy", "kms", {}, KEYS),
        ("TagRole", "iam", {"Tags": ({"Key": "team", "Value": "a"},)}, NOTHING),
        ("AddTagsToResource", "rds", {"Tags": ({"Key": "team", "Value": "a"},)}, DATABASES),
        ("AddTagsToResource", "rds", {"Tags": ({"Key": "rds-secure:stack", "Value": "a"},)}, NOTHING),
        ("PutResourcePolicy", "secretsmanager", {}, KEYS),
        ("PutSecretValue", "secretsmanager", {}, NOTHING),
        ("EnableSecurityHub", "securityhub", {}, NOTHING),
    ],
)
def test_what_is_read_follows_from_the_calls(
    action: str, service: str, params: dict[str, Any], wanted: frozenset[Topic]
) -> None:
    assert topics_of(planned(action, service, **params)) == wanted


def test_a_plan_without_calls_reads_nothing_unless_old_failures_are_asked_for() -> None:
    nothing = Plan("123456789012", "eu-west-1", "shop")
    assert topics_of(nothing) == NOTHING
    assert topics_of(nothing, old=True) == ACCESS - {Topic.ORGANIZATION}
