"""What a plan makes worse by the rules, as people and programs are shown it: the worst first, with how to mend it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rds_secure.errors import Location
from rds_secure.plan.model import Plan
from rds_secure.render.findings_words import summary
from rds_secure.render.json import plan_json, plan_schema
from rds_secure.render.markdown import LIMIT, plan_markdown
from rds_secure.render.terminal import plan_text
from rds_secure.reviews import refusal
from rds_secure.rules.change import Change
from rds_secure.rules.judgement import Bounds, Judgement
from tests.render import judgements, plans
from tests.render.golden_files import assert_golden
from tests.render.judgements import BACKUPS, OLD, PUBLIC
from tests.render.streams import text_of
from tests.render.test_markdown import HOSTILE, markup


def refused(judged: Judgement) -> Plan:
    """A plan in which what stops it is refused, as a review refuses it."""
    return replace(plans.empty(), refusals=tuple(map(refusal, judged.stopping)))


def text(judged: Judgement, *, width: int = 100, color: bool = False, everything: bool = False) -> str:
    plan = refused(judged)
    return text_of(plan_text, plan, width=width, color=color, judged=judged, show_findings=everything)


@pytest.mark.parametrize("width", [80, 120])
def test_the_text_is_as_approved(width: int) -> None:
    assert_golden(f"findings-{width}.txt", text(judgements.everything(), width=width))


def test_colours_are_as_approved_with_what_failed_before() -> None:
    assert_golden("findings-color.txt", text(judgements.everything(), color=True, everything=True))


def test_the_markdown_is_as_approved() -> None:
    judged = judgements.everything()
    assert_golden("findings.md", plan_markdown(refused(judged), "", None, judged, show_findings=True))


def test_the_json_is_as_approved_and_obeys_its_schema() -> None:
    judged = judgements.everything()
    found = plan_json(refused(judged), None, judged)
    assert_golden("findings.json", found + "\n")
    Draft202012Validator(plan_schema()).validate(json.loads(found))


def test_what_was_not_judged_is_null_and_in_no_text() -> None:
    assert json.loads(plan_json(plans.empty()))["findings"] is None
    assert "Guardrails" not in text_of(plan_text, plans.empty(), width=100, color=False)
    assert "Guardrails" not in plan_markdown(plans.empty())


LISTS = "(rds-secure check SPEC --online lists them)"


@pytest.mark.parametrize(
    ("old", "told"),
    [
        ((), "nothing gets worse."),
        ((OLD,), f"nothing gets worse; 1 old failure of others stays {LISTS}."),
        ((BACKUPS, PUBLIC), f"nothing gets worse; 2 old failures of this stack stay {LISTS}."),
        ((BACKUPS, OLD), f"nothing gets worse; 2 old failures stay, 1 of them of this stack {LISTS}."),
    ],
)
def test_nothing_that_gets_worse_is_one_line(old: tuple[object, ...], told: str) -> None:
    judged = judgements.nothing(*old)  # type: ignore[arg-type]
    assert f"Guardrails: {told}" in " ".join(text(judged).split())
    assert f"\nGuardrails: {told}\n" in plan_markdown(plans.empty(), "", None, judged)


def test_what_stops_a_plan_is_told_once_where_it_is_refused() -> None:
    for shown in (
        text(judgements.everything()),
        plan_markdown(refused(judgements.everything()), "", None, judgements.everything()),
    ):
        assert shown.count("it lets the world connect to orders") == 1
    every = [
        part for part in (text(judgements.everything()),) if "orders.yaml:12:7" in part and "no-open-database" in part
    ]
    assert every, "with its rule, its resource and its line"


def test_what_failed_before_stops_only_what_is_bound_by_it_and_only_what_is_declared() -> None:
    change = Change(old=(PUBLIC, OLD))
    bound = Judgement(Bounds(old=True), change, frozenset({judgements.GROUP}))
    assert bound.stopping == (PUBLIC,)
    assert "; 2 old failures stay, 1 of them of this stack, 1 of them refused (" in summary(bound)
    assert replace(bound, bounds=Bounds()).stopping == ()


@given(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60)))
@settings(max_examples=60, deadline=None)
def test_nobodys_text_is_markup(name: str) -> None:
    def hostile(text: str) -> str:
        finding = replace(BACKUPS, subject=text, message=text, fix=text, location=Location(text, 1, 1), address=None)
        judged = Judgement(Bounds(), Change((finding,), (finding,), (finding,), (finding,), (finding,)))
        return plan_markdown(plans.empty(), "", None, judged, show_findings=True)

    assert markup(hostile(name)) == markup(hostile("plain"))


def test_however_much_gets_worse_it_fits_into_a_comment() -> None:
    many = tuple(replace(BACKUPS, subject=f"db:{'x' * 60}{number}") for number in range(2000))
    shown = plan_markdown(plans.update_everything(), "", None, Judgement(Bounds(), Change(many)))
    assert len(shown) < LIMIT
    assert "findings more, for which there is no room here" in shown
