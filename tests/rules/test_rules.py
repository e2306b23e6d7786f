"""The table of rules: every control has its place, and every rule judges its own examples as it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from rds_secure.access.alone import offline
from rds_secure.access.posture import Posture
from rds_secure.finding import Finding, State
from rds_secure.inventory.model import Inventory, Place, Question
from rds_secure.rules import LIVE_CONTROLS, OUT_OF_SCOPE, RULES, Context, Guardrails, Profile, Rule, judge, subjects_of
from rds_secure.spec import load
from tests.rules.examples import ACCOUNT, INSTANCE, REGION, judged

SPECS = Path(__file__).parents[2] / "specs"
BY_ID = {rule.id: rule for rule in RULES}


def _found(inventory: Inventory, rules: tuple[Rule, ...]) -> list[Finding]:
    posture = Posture(inventory)
    return list(judge(rules, subjects_of(posture), Context(posture)))


def test_every_control_of_security_hub_is_a_rule_or_has_a_reason_not_to_be() -> None:
    decided = [one for rule in RULES for one in rule.aliases.get("Security Hub", ()) if one.startswith("RDS.")]
    assert len(LIVE_CONTROLS) == 49
    assert sorted((*decided, *OUT_OF_SCOPE)) == sorted(LIVE_CONTROLS)


def test_rules_have_ids_of_their_own_and_say_all_there_is_to_say() -> None:
    assert len(BY_ID) == len(RULES)
    without = {"managed-password", "no-allow-taken-back"}  # rules of our own, that nobody else has
    for rule in RULES:
        assert all((rule.title, rule.why.endswith("."), rule.fix, rule.good, rule.bad, rule.of)), rule.id
        assert bool(rule.aliases) is (rule.id not in without), rule.id


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_judges_its_examples_as_it_says(rule: Rule, tmp_path: Path) -> None:
    assert judged(rule, rule.good, tmp_path) == {State.PASS}
    assert judged(rule, rule.bad, tmp_path) == {State.FAIL}


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
