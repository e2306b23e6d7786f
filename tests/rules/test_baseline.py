"""A baseline: what it has does not block, what it does not have does, and what it need not have any more is said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from rds_secure.errors import Location, SpecError, UsageError
from rds_secure.finding import Finding, Severity, State
from rds_secure.rules import META, RULES, Guardrails, Of, Profile, Subject
from rds_secure.rules.baseline import Baseline, known, recorded
from rds_secure.rules.files import baseline_schema, read_baseline, write_baseline
from rds_secure.rules.waivers import Scene
from rds_secure.values import Address

ORDERS = Subject(Of.INSTANCE, "db:orders", {}, Address("db_instance", "orders"))
LEGACY = Subject(Of.INSTANCE, "db:legacy", {})
INLINE = Subject(Of.POLICY, "role/app: all", {}, Address("iam_role", "app"), inline=True)
SCENE = Scene({rule.id: rule for rule in (*RULES, *META)}, (ORDERS, LEGACY, INLINE))
NONE: frozenset[str] = frozenset()


def finding(subject: Subject = ORDERS, rule: str = "multi-az", state: State = State.FAIL) -> Finding:
    return Finding(rule, state, Severity.MEDIUM, subject.name, "x", "y", subject.address, stack=subject.stack)


def baseline(folder: Path, *findings: Finding, before: Baseline | None = None) -> Baseline:
    path = folder / "baseline.json"
    write_baseline(path, recorded(findings, "orders", NONE, before))
    return read_baseline(path)


def told(made: Baseline, *findings: Finding, scene: Scene = SCENE, bound: frozenset[str] = NONE) -> list[str]:
    """``state subject``, or of an entry ``outdated subject``."""
    found = known(made, findings, scene, "orders", bound)
    return [f"{'outdated' if one.rule == 'baseline-outdated' else one.state} {one.subject}" for one in found]


def test_what_is_in_it_is_known_and_what_is_not_fails(tmp_path: Path) -> None:
    made = baseline(tmp_path, finding())
    assert told(made, finding(), finding(LEGACY)) == ["known db:orders", "fail db:legacy"]
    assert told(made, finding(rule="own-port"))[0] == "fail db:orders"


def test_a_thing_of_a_stack_is_known_by_its_address_and_no_other(tmp_path: Path) -> None:
    made = baseline(tmp_path, finding())
    renamed = replace(finding(), subject="db:orders-2")
    assert told(made, renamed) == ["known db:orders-2"]
    assert told(made, replace(finding(), address=Address("db_instance", "other")))[0] == "fail db:orders"
    assert told(made, replace(finding(), stack="other"))[0] == "fail db:orders"
    assert told(made, replace(finding(), stack="orders"))[0] == "known db:orders"
    assert told(made, replace(finding(), address=None))[0] == "fail db:orders"


def test_a_policy_in_a_role_is_known_by_its_own_name_too(tmp_path: Path) -> None:
    made = baseline(tmp_path, finding(INLINE, "no-admin-policy"))
    assert told(made, finding(INLINE, "no-admin-policy")) == ["known role/app: all"]
    assert told(made, replace(finding(INLINE, "no-admin-policy"), subject="role/app: more"))[0] == "fail role/app: more"


def test_what_is_mandatory_or_about_waivers_is_never_known(tmp_path: Path) -> None:
    made = baseline(tmp_path, finding())
    assert told(made, finding(), bound=frozenset({"multi-az"})) == ["fail db:orders"]
    about = Finding("waiver-refused", State.FAIL, Severity.HIGH, "a waiver", "x")
    assert json.loads(recorded([about, finding()], "orders", frozenset({"multi-az"}), None))["findings"] == []


@pytest.mark.parametrize("state", [State.PASS, State.UNKNOWN, State.WAIVED])
def test_only_what_fails_is_known(state: State, tmp_path: Path) -> None:
    assert told(baseline(tmp_path, finding()), finding(state=state))[0] == f"{state} db:orders"


def test_an_entry_that_fails_no_more_is_said_where_it_is_written(tmp_path: Path) -> None:
    made = baseline(tmp_path, finding())
    (_, one) = known(made, [finding(state=State.PASS)], SCENE, "orders", NONE)
    assert (one.rule, one.state, one.severity) == ("baseline-outdated", State.FAIL, Severity.LOW)
    assert one.subject == "multi-az of orders/db_instance.orders"
    assert one.location == Location(str(tmp_path / "baseline.json"), 4, 5)


def test_nobody_calls_an_entry_outdated_who_cannot_know(tmp_path: Path) -> None:
    gone, ours = Subject(Of.INSTANCE, "db:gone", {}), baseline(tmp_path, finding())
    assert told(ours, finding(state=State.UNKNOWN)) == ["unknown db:orders"]
    assert told(ours, scene=Scene({rule.id: rule for rule in META}, (ORDERS,))) == []
    there = baseline(tmp_path, finding(gone))
    assert told(there) == ["outdated multi-az of db:gone"]
    assert told(there, scene=replace(SCENE, partial=True)) == []
    assert told(there, scene=replace(SCENE, unlisted=frozenset({Of.INSTANCE}))) == []
    live = next(rule.id for rule in RULES if rule.live and Of.INSTANCE in rule.of)
    assert told(baseline(tmp_path, finding(rule=live)), scene=replace(SCENE, partial=True)) == []
    elsewhere = replace(finding(), stack="other", address=Address("db_instance", "gone"))
    assert told(baseline(tmp_path, elsewhere)) == []


def test_recording_is_sorted_and_twice_the_same(tmp_path: Path) -> None:
    some = [finding(), finding(LEGACY), finding(rule="own-port"), finding(LEGACY, state=State.PASS)]
    text = recorded(some, "orders", NONE, None)
    assert text == recorded([*reversed(some), finding()], "orders", NONE, None)
    assert json.loads(text) == {
        "version": 1,
        "findings": [
            {"rule": "multi-az", "of": "db:legacy"},
            {"rule": "multi-az", "of": "db_instance.orders", "stack": "orders"},
            {"rule": "own-port", "of": "db_instance.orders", "stack": "orders"},
        ],
    }
    assert Draft202012Validator(baseline_schema()).is_valid(json.loads(text))


def test_recording_again_keeps_what_nobody_can_tell_and_drops_what_is_over(tmp_path: Path) -> None:
    before = baseline(tmp_path, finding(), finding(LEGACY), finding(rule="own-port"))
    now = [
        *known(before, [finding(state=State.PASS), finding(rule="own-port", state=State.WAIVED)], SCENE, "orders", NONE)
    ]
    alone = [*known(before, [finding()], replace(SCENE, subjects=(ORDERS,), partial=True), "orders", NONE)]
    assert set(baseline(tmp_path, *now, before=before).entries) == set()
    after = {entry.of for entry in baseline(tmp_path, *alone, before=before).entries}
    assert after == {"db:legacy", "db_instance.orders"}


def test_what_is_known_stops_nothing(tmp_path: Path) -> None:
    binding = Guardrails(Profile.STRICT, Severity.LOW, baseline=baseline(tmp_path, finding()), stack="orders")
    assert binding.stopping(binding.settled([finding()], SCENE)) == ()
    assert len(binding.stopping(binding.settled([finding(LEGACY)], SCENE))) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "the file is empty: write a baseline"),
        ('{"version": 1}', "'findings' is missing"),
        ('{"version": 2, "findings": []}', "version: '2' is not possible: write 1"),
        ('{"version": 1, "findings": [{"rule": "multi-az"}]}', "'of' is missing"),
        ('{"version": 1, "findings": [{"rule": "A B", "of": "x"}]}', "findings.rule: 'A B' is not the id of a rule"),
        ('{"version": 1, "findings": [{"rule": "multi-az", "of": ""}]}', "'' is not what fails: write kind.key"),
    ],
)
def test_what_is_no_baseline_is_refused(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(content)
    with pytest.raises(SpecError) as caught:
        read_baseline(path)
    assert said in str(caught.value)


def test_a_baseline_that_cannot_be_written_is_a_plain_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written: No such file"):
        write_baseline(tmp_path / "missing" / "baseline.json", "{}")
