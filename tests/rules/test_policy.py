"""A policy: what it asks for, whom it lets waive what, and what is wrong with one as it is written."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from rds_secure.errors import Location, SpecError
from rds_secure.finding import Severity
from rds_secure.rules import META, RULES, Profile
from rds_secure.rules.files import policy_schema, profile_schema, read_policy, read_profile
from rds_secure.rules.policy import Policy, refusals
from rds_secure.rules.profile import asks
from rds_secure.spec.guardrails import Waived, Waiver
from rds_secure.values import Address, Ref

TODAY = date(2026, 11, 24)
BY_ID = {rule.id: rule for rule in (*RULES, *META)}
HERE = Ref(Address("db_instance", "orders"), "")


def policy(folder: Path, text: str = "", name: str = "policy.yaml") -> Policy:
    path = folder / name
    path.write_text(f"version: 1\n{text}")
    return read_policy(path, BY_ID)


def waived(rule: str = "multi-az", owner: str = "dana@example.com", until: date = TODAY) -> Waived:
    made = Waiver(rule=rule, resource=HERE, reason="x", owner=owner, expires=until)
    return Waived(made, Location("spec.yaml", 7, 5), "orders")


def refused(policies: list[Policy], *entries: Waived) -> list[str]:
    return list(refusals(policies, entries, BY_ID, TODAY).values())


def test_a_policy_says_everything_whatever_is_left_out(tmp_path: Path) -> None:
    bare = policy(tmp_path)
    assert (bare.profile, bare.fail_on, bare.waivers) == (Profile.BASELINE, Severity.HIGH, ())
    assert (bare.said.baseline, bare.said.waive) == ("refused", ())


def test_nobody_waives_what_no_policy_lets_them(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    assert refused([policy(tmp_path)], waived()) == [
        f"{path} does not let dana@example.com waive multi-az, which is medium"
    ]


@pytest.mark.parametrize(
    ("grant", "stands"),
    [
        ("owners: [dana@example.com], days: 30", True),
        ("owners: ['*@example.com'], days: 30", True),
        ("owners: ['*@example.org'], days: 30", False),
        ("owners: [Dana@example.com], days: 30", False),
        ("owners: ['*'], rules: [multi-az], days: 30", True),
        ("owners: ['*'], rules: [own-port], days: 30", False),
        ("owners: ['*'], up_to: medium, days: 30", True),
        ("owners: ['*'], up_to: low, days: 30", False),
    ],
)
def test_a_grant_says_who_may_waive_what(grant: str, stands: bool, tmp_path: Path) -> None:
    assert bool(refused([policy(tmp_path, f"waive: [{{{grant}}}]\n")], waived())) is not stands


def test_a_grant_says_for_how_long_at_most(tmp_path: Path) -> None:
    made = policy(tmp_path, "waive: [{owners: ['*'], days: 7}, {owners: [dana*], days: 30}]\n")
    assert refused([made], waived(until=date(2026, 12, 24))) == []
    assert refused([made], waived(until=date(2026, 12, 25))) == [
        f"{made.file} lets dana@example.com waive multi-az until 2026-12-24 at most"
    ]
    assert refused([made], waived(owner="sam", until=date(2026, 12, 2))) == [
        f"{made.file} lets sam waive multi-az until 2026-12-01 at most"
    ]


def test_what_is_mandatory_is_waived_by_nobody(tmp_path: Path) -> None:
    made = policy(tmp_path, "mandatory: [multi-az]\nwaive: [{owners: ['*'], days: 30}]\n")
    assert refused([made], waived()) == [f"{made.file} makes multi-az mandatory"]
    assert refused([made], waived("own-port")) == []


def test_every_policy_has_to_let_a_waiver_stand(tmp_path: Path) -> None:
    mild = policy(tmp_path, "waive: [{owners: ['*'], days: 30}]\n")
    bare = policy(tmp_path, name="other.yaml")
    assert refused([mild], waived()) == []
    assert len(refused([mild, bare], waived())) == len(refused([bare, mild], waived())) == 1


OWN = "waivers: [{rule: multi-az, resource: 'db:*', reason: x, owner: y, expires: 2026-11-30}]\n"


def test_a_waiver_of_the_policys_own_needs_no_grant_but_of_other_policies(tmp_path: Path) -> None:
    made, bare = policy(tmp_path, OWN), policy(tmp_path, name="other.yaml")
    assert str(made.waivers[0].at) == f"{made.file}:2:11"
    assert refused([made], *made.waivers) == []
    assert len(refused([made, bare], *made.waivers)) == 1


BROKEN = [
    ("also: [multi-a]", "2:8: there is no rule 'multi-a': did you mean 'multi-az'?"),
    ("mandatory: [quite-another]", "2:13: there is no rule 'quite-another': 'rds-secure explain' lists the rules"),
    ("severities: {tls-require: low}", "2:14: there is no rule 'tls-require': did you mean 'tls-required'?"),
    ("severities: {tls-required: worst}", "severities.tls-required: 'worst' is not possible: write low, medium, high"),
    ("also: [acme/tags]", "there is no rule 'acme/tags': install the package whose rules begin with acme/"),
    ("waive: [{owners: [], days: 1}]", "2:18: waive.owners: nothing is listed here: write at least one"),
    ("waive: [{owners: [x]}]", "'days' is missing"),
    ("waive: [{owners: [x], days: 0}]", "waive.days: 0 is less than 1: write at least 1"),
    ("waive: [{owners: [x], rules: [multi-a], days: 1}]", "2:31: there is no rule 'multi-a'"),
    ("rules: lax", "rules: 'lax' is not possible: write baseline or strict"),
    ("fail_on_old: maybe", "fail_on_old: 'maybe' is neither true nor false: write true or false"),
    ("baseline: yes", "baseline: 'yes' is not possible: write refused or allowed"),
    ("waivers: [{rule: multi-az, resource: x, reason: x, owner: x}]", "'expires' is missing"),
    (OWN.replace("multi-az", "multi-a").rstrip(), "2:11: there is no rule 'multi-a'"),
    (OWN.replace("multi-az", "waiver-expired").rstrip(), "waiver-expired cannot be waived"),
    (OWN.replace("'db:*'", '"${db_instance.a}"').rstrip(), "a policy belongs to no stack"),
    (f"mandatory: [multi-az]\n{OWN}".rstrip(), "multi-az is mandatory, and waived as well"),
    ("profile: strict", "there is no field 'profile' here"),
    ("packages: ['../x']", "packages: '../x' is not the name of a Python package"),
]


@pytest.mark.parametrize(("text", "said"), BROKEN)
def test_what_is_wrong_with_a_policy_is_said_where_it_is(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        policy(tmp_path, f"{text}\n")
    (problem,) = caught.value.problems
    assert str(problem).startswith(f"{tmp_path}/policy.yaml:")
    assert said in str(problem)


@pytest.mark.parametrize("content", ["", "[]", "rules: [", "rules: strict\n"])
def test_a_file_that_is_no_policy_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(content)
    with pytest.raises(SpecError, match=r"policy\.yaml:[12]:"):
        read_policy(path, BY_ID)
    with pytest.raises(SpecError, match="it cannot be read: No such file"):
        read_policy(tmp_path / "missing.yaml", BY_ID)


UNKNOWABLE = {"there is no rule", "cannot be waived", "a policy belongs to no stack", "is mandatory, and waived"}
"""What no schema can tell."""


@pytest.mark.parametrize(("text", "said"), BROKEN)
def test_the_published_schema_refuses_what_the_reader_refuses(text: str, said: str) -> None:
    validator = Draft202012Validator(policy_schema())
    written = json.loads(json.dumps(yaml.safe_load(f"version: 1\n{text}\n"), default=str))
    assert validator.is_valid(written) is any(each in said for each in UNKNOWABLE)


def test_the_published_schema_takes_a_whole_policy(tmp_path: Path) -> None:
    text = (
        "rules: strict\nalso: [own-port]\nmandatory: [multi-az]\nseverities: {own-port: high}\nfail_on: low\n"
        "waive: [{owners: [x], rules: [own-port], up_to: high, days: 90}]\nbaseline: allowed\npackages: [acme-rules]\n"
        f"{OWN.replace('multi-az', 'own-port')}"
    )
    assert policy(tmp_path, text).severity(BY_ID["own-port"]) is Severity.HIGH
    written = json.loads(json.dumps(yaml.safe_load(f"version: 1\n{text}"), default=str))
    assert Draft202012Validator(policy_schema()).is_valid(written)


def test_a_profile_of_ones_own_lists_rules(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text("version: 1\nrules: [baseline, multi-az]\nwithout: [not-public]\n")
    chosen = read_profile(path, BY_ID)
    asked = {rule.id for rule in RULES if asks(chosen, rule)}
    assert asked == {rule.id for rule in RULES if asks(Profile.BASELINE, rule)} - {"not-public"} | {"multi-az"}
    assert str(chosen) == chosen.value == str(path)
    assert Draft202012Validator(profile_schema()).is_valid(yaml.safe_load(path.read_text()))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules: [strikt]", "2:9: there is no rule 'strikt'"),
        ("rules: []", "rules: nothing is listed here: write at least one"),
        ("rules: [strict]\nwithout: [multi-a]", "3:11: there is no rule 'multi-a': did you mean 'multi-az'?"),
        ("without: [multi-az]", "'rules' is missing"),
    ],
)
def test_what_is_wrong_with_a_profile_is_said_where_it_is(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(f"version: 1\n{text}\n")
    with pytest.raises(SpecError) as caught:
        read_profile(path, BY_ID)
    assert said in str(caught.value)
