"""The table of rules: every control has its place, and every rule judges its own examples as it says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rds_secure.access.alone import offline
from rds_secure.access.posture import Posture
from rds_secure.finding import Finding, State
from rds_secure.inventory.model import Inventory, Place, Question
from rds_secure.rules import (
    CONTROLS,
    LIVE_CONTROLS,
    OUT_OF_SCOPE,
    RULES,
    Context,
    Guardrails,
    Of,
    Profile,
    Rule,
    judge,
    subjects_of,
)
from rds_secure.spec import load
from tests.rules.examples import ACCOUNT, INSTANCE, REGION, inventory, judged, states
from tests.rules.severities import SEVERITIES

SPECS = Path(__file__).parents[2] / "specs"
BY_ID = {rule.id: rule for rule in RULES}


def _found(inventory: Inventory, rules: tuple[Rule, ...]) -> list[Finding]:
    posture = Posture(inventory)
    return list(judge(rules, subjects_of(posture), Context(posture)))


HUB = "Security Hub"


def test_every_control_of_security_hub_is_a_rule_or_has_a_reason_not_to_be() -> None:
    decided = [one for rule in RULES for one in rule.aliases.get(HUB, ())]
    reasons = [control for control in OUT_OF_SCOPE if control in CONTROLS]
    assert len(LIVE_CONTROLS) == 49
    assert sorted((*decided, *reasons)) == sorted(CONTROLS)
    assert SEVERITIES.keys() == set(CONTROLS)
    assert all(reason for reason in OUT_OF_SCOPE.values())


def test_every_check_of_prowler_on_rds_is_a_rule_or_has_a_reason_not_to_be() -> None:
    decided = {one for rule in RULES for one in rule.aliases.get("Prowler", ())}
    assert decided | OUT_OF_SCOPE.keys() >= set(PROWLER.split())
    assert not decided & OUT_OF_SCOPE.keys()


PROWLER = """
rds_cluster_backtrack_enabled rds_cluster_copy_tags_to_snapshots rds_cluster_critical_event_subscription
rds_cluster_default_admin rds_cluster_deletion_protection rds_cluster_iam_authentication_enabled
rds_cluster_integration_cloudwatch_logs rds_cluster_minor_version_upgrade_enabled rds_cluster_multi_az
rds_cluster_non_default_port rds_cluster_protected_by_backup_plan rds_cluster_storage_encrypted
rds_instance_backup_enabled rds_instance_certificate_expiration rds_instance_copy_tags_to_snapshots
rds_instance_critical_event_subscription rds_instance_default_admin rds_instance_deletion_protection
rds_instance_deprecated_engine_version rds_instance_enhanced_monitoring_enabled
rds_instance_event_subscription_parameter_groups rds_instance_event_subscription_security_groups
rds_instance_extended_support rds_instance_iam_authentication_enabled rds_instance_inside_vpc
rds_instance_integration_cloudwatch_logs rds_instance_minor_version_upgrade_enabled rds_instance_multi_az
rds_instance_no_public_access rds_instance_non_default_port rds_instance_protected_by_backup_plan
rds_instance_storage_encrypted rds_instance_transport_encrypted rds_snapshots_encrypted rds_snapshots_public_access
guardduty_rds_protection_enabled
"""
"""Prowler 5.46.0: all of its checks of the service rds, and the one of GuardDuty on it."""


@pytest.mark.parametrize("rule", [rule for rule in RULES if HUB in rule.aliases], ids=lambda rule: rule.id)
def test_a_rule_is_as_severe_as_the_controls_that_it_stands_for(rule: Rule) -> None:
    """As the most severe of them; a severer one says why."""
    documented = max(SEVERITIES[control] for control in rule.aliases[HUB])
    assert rule.severity >= documented
    assert (rule.severity > documented) is bool(rule.stricter)


OWN = {"managed-password", "no-allow-taken-back", "no-default-group", "no-open-database", "snapshot-sharing-declared"}
"""Rules of our own, that nobody else has."""


def test_rules_have_ids_of_their_own_and_say_all_there_is_to_say() -> None:
    assert len(BY_ID) == len(RULES)
    for rule in RULES:
        assert all((rule.title, rule.why.endswith("."), rule.fix, rule.good, rule.bad, rule.of)), rule.id
        assert bool(rule.aliases) is (rule.id not in OWN), rule.id


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_judges_its_examples_as_it_says(rule: Rule, tmp_path: Path) -> None:
    assert judged(rule, rule.good, tmp_path) == {State.PASS}
    assert judged(rule, rule.bad, tmp_path) == {State.FAIL}
    if rule.doubt:
        assert judged(rule, rule.doubt, tmp_path) == {State.UNKNOWN}


ITSELF = {
    Of.INSTANCE: {"DescribeDBInstances"},
    Of.CLUSTER: {"DescribeDBClusters"},
    Of.PROXY: {"DescribeDBProxies"},
    Of.SNAPSHOT: {"DescribeDBSnapshots", "DescribeDBClusterSnapshots"},
    Of.SECURITY_GROUP: {"DescribeSecurityGroups"},
    Of.NETWORK_ACL: {"DescribeNetworkAcls", "DescribeDBInstances"},
    Of.SUBNET: {"DescribeSubnets", "DescribeDBInstances"},
    Of.VPC: {"DescribeVpcs", "DescribeDBInstances"},
    Of.SECRET: {"GetResourcePolicy", "DescribeDBProxies"},
    Of.KEY: {"DescribeKey"},
    Of.POLICY: {"GetAccountAuthorizationDetails"},
    Of.PRINCIPAL: {"GetAccountAuthorizationDetails"},
    Of.ACCOUNT: set[str](),
}
"""What describes a thing: all else that a rule looks at, it follows a reference to."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_that_follows_references_has_an_example_of_doubt(rule: Rule, tmp_path: Path) -> None:
    """Of a good thing nothing but itself is read: then no rule says that it fails, and what knows no more says so."""
    whole = inventory(rule, rule.good, tmp_path)
    itself = set().union(*(ITSELF[of] for of in rule.of))
    alone = replace(whole, replies={asked: it for asked, it in whole.replies.items() if asked.action in itself})
    found = states(rule, alone)
    assert State.FAIL not in found
    assert State.UNKNOWN not in found or rule.doubt, "an example of doubt is missing"


def test_what_was_not_read_is_unknown() -> None:
    place = Place(ACCOUNT, REGION)
    bare = Inventory(place, {Question("rds", "DescribeDBInstances"): {"DBInstances": [dict(INSTANCE)]}})
    states = {one.rule: one.state for one in _found(bare, RULES)}
    for name in ("storage-encrypted", "customer-key", "tls-required", "private-subnets", "not-public", "multi-az"):
        assert states[name] is State.UNKNOWN, name


WRITTEN_ON_PURPOSE = {
    ("db_instance.yaml", "tls-required"),  # Oracle, where nothing is forced without an option
    ("kms_key.yaml", "key-rotated"),  # rotation_days: off
    ("seed.yaml", "no-policies-on-users"),
}


@pytest.mark.parametrize("path", sorted(SPECS.glob("*.yaml")), ids=lambda path: path.name)
def test_the_defaults_of_our_specs_fail_no_rule(path: Path) -> None:
    profile = Profile.STRICT if path.name == "strict.yaml" else Profile.BASELINE
    found = _found(offline(load((path,))[1], REGION)[1], Guardrails(profile).rules)
    failed = {(path.name, one.rule) for one in found if one.state is State.FAIL}
    assert failed == {each for each in WRITTEN_ON_PURPOSE if each[0] == path.name}


def test_principals_are_judged_by_their_own_policies_in_whatever_order_aws_lists_them() -> None:
    inline = {"UserPolicyList": [{"PolicyName": "p", "PolicyDocument": {"Statement": []}}]}
    users = [{"UserName": name, "Arn": f"arn:aws:iam::{ACCOUNT}:user/{name}"} for name in ("zoe", "ann")]
    users[0] |= inline
    details = {Question("iam", "GetAccountAuthorizationDetails"): {"UserDetailList": users}}
    rules = (BY_ID["no-inline-policies"],)
    found = {one.subject: one.state for one in _found(Inventory(Place(ACCOUNT, REGION), details), rules)}
    assert found == {"user/zoe": State.FAIL, "user/ann": State.PASS}


def test_a_policy_that_only_bounds_gives_nobody_anything() -> None:
    def details(**more: object) -> Inventory:
        arn = f"arn:aws:iam::{ACCOUNT}:policy/bounds"
        document = {"Statement": [{"Effect": "Allow", "Action": each, "Resource": "*"} for each in ("*", "rds:*")]}
        versions = [{"IsDefaultVersion": True, "VersionId": "v1", "Document": document}]
        user = {"UserName": "ann", "Arn": f"arn:aws:iam::{ACCOUNT}:user/ann"}
        bounded = user | {"PermissionsBoundary": {"PermissionsBoundaryArn": arn}}
        policy = {"PolicyName": "bounds", "Arn": arn, "PolicyVersionList": versions}
        attached = [{"PolicyArn": arn, "PolicyName": "bounds"}] if more else []
        reply = {"UserDetailList": [bounded | {"AttachedManagedPolicies": attached}], "Policies": [policy]}
        return Inventory(Place(ACCOUNT, REGION), {Question("iam", "GetAccountAuthorizationDetails"): reply})

    rules = (BY_ID["no-admin-policy"], BY_ID["no-service-wildcard"], BY_ID["no-decrypt-with-every-key"])
    assert {one.state for one in _found(details(), rules)} == {State.PASS}
    assert {one.state for one in _found(details(attached=True), rules)} == {State.FAIL}
