"""Where findings point: a field that is written, the key of the resource where none is; and online by what is owned."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from rds_secure.access.alone import offline
from rds_secure.access.posture import Posture
from rds_secure.finding import Finding, State
from rds_secure.resources import KINDS_BY_NAME
from rds_secure.rules import RULES, Context, Of, Rule, judge, subjects_of
from rds_secure.rules.model import KINDS
from rds_secure.spec import load
from tests.rules.examples import BASE, REGION

WRITTEN = [rule for rule in RULES if rule.field and "db_instance" in (yaml.safe_load(rule.bad) or {})]


def found(path: Path, text: str) -> list[Finding]:
    path.write_text(text)
    stack, sources = load((path,))
    posture = Posture(offline(sources, REGION)[1])
    findings = judge(RULES, subjects_of(posture), Context(posture), stack.place)
    return [one for one in findings if one.state is State.FAIL]


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.field], ids=lambda rule: rule.id)
def test_the_field_of_a_rule_is_one_of_every_kind_that_it_is_about(rule: Rule) -> None:
    """Snapshots and secrets are no kinds; keys and policies may also be written as documents."""
    for of in rule.of:
        lacking = [name for name in KINDS.get(of, ()) if rule.field not in KINDS_BY_NAME[name].spec.model_fields]
        assert not lacking or (of is Of.PRINCIPAL and len(lacking) < len(KINDS[of])), lacking


def test_several_rules_are_decided_by_what_is_written() -> None:
    assert len(WRITTEN) >= 12


@pytest.mark.parametrize("rule", WRITTEN, ids=lambda rule: rule.id)
def test_a_failure_points_to_the_value_of_its_field(rule: Rule, tmp_path: Path) -> None:
    whole = yaml.safe_load(yaml.safe_dump(BASE))
    whole["resources"]["db_instance"]["orders"].update(yaml.safe_load(rule.bad)["db_instance"]["orders"])
    text = yaml.safe_dump(whole, sort_keys=False, default_flow_style=False)
    findings = [one for one in found(tmp_path / "spec.yaml", text) if one.rule == rule.id]
    assert findings
    for one in findings:
        assert one.location is not None
        line = text.splitlines()[one.location.line - 1]
        assert line.startswith(f"      {rule.field}: ")
        assert one.location.column == len(f"      {rule.field}: ") + 1


def test_what_is_not_written_points_to_the_key_of_its_resource(tmp_path: Path) -> None:
    text = yaml.safe_dump(BASE, sort_keys=False)
    places = {one.rule: one.location for one in found(tmp_path / "spec.yaml", text) if one.subject == "db:orders"}
    line = text.splitlines().index("    orders:") + 1
    for rule in ("multi-az", "log-exports", "enhanced-monitoring", "own-tags"):
        at = places[rule]
        assert at is not None
        assert (at.line, at.column) == (line, 5), rule
