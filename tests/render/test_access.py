"""What a plan does to access, as people and programs are shown it: in sentences, the worst first."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rds_secure.access.delta.model import (
    Appearing,
    Danger,
    Delta,
    Door,
    Effect,
    Permission,
    Principal,
    Protecting,
    Reaching,
)
from rds_secure.access.network.evidence import Verdict
from rds_secure.access.network.intervals import Addresses
from rds_secure.render.access_words import lines, summary
from rds_secure.render.json import plan_json, plan_schema
from rds_secure.render.markdown import LIMIT, plan_markdown
from rds_secure.render.terminal import plan_text
from tests.render import deltas, plans
from tests.render.golden_files import assert_golden
from tests.render.streams import text_of
from tests.render.test_markdown import HOSTILE, markup


def text(delta: Delta, *, width: int = 100, color: bool = False) -> str:
    return text_of(plan_text, plans.empty(), width=width, color=color, access=delta)


@pytest.mark.parametrize("width", [80, 120])
def test_the_text_is_as_approved(width: int) -> None:
    assert_golden(f"access-{width}.txt", text(deltas.everything(), width=width))


def test_colours_are_as_approved() -> None:
    assert_golden("access-color.txt", text(deltas.everything(), color=True))


def test_the_markdown_is_as_approved() -> None:
    assert_golden("access.md", plan_markdown(plans.empty(), "", deltas.everything()))


def test_the_json_is_as_approved_and_obeys_its_schema() -> None:
    found = plan_json(plans.empty(), deltas.everything())
    assert_golden("access.json", found + "\n")
    Draft202012Validator(plan_schema()).validate(json.loads(found))


def test_what_was_left_out_is_null_and_in_no_text() -> None:
    assert json.loads(plan_json(plans.empty()))["access"] is None
    assert "Access" not in text_of(plan_text, plans.empty(), width=100, color=False)
    assert "Access" not in plan_markdown(plans.empty())


def test_nothing_that_changes_is_one_line() -> None:
    assert text(Delta()).splitlines().count("Access: no change.") == 1
    assert "Access: no change.\n" in plan_markdown(plans.empty(), "", Delta())
    assert lines(Delta()) == ()


def test_what_is_not_known_is_no_no() -> None:
    blind = Delta(unknown=("not known before and after: ec2:DescribeVpcs (AccessDenied)",))
    assert summary(blind) == "Access: no change, as far as is known."
    assert "ec2:DescribeVpcs" in text(blind)
    assert "ec2:DescribeVpcs" in plan_markdown(plans.empty(), "", blind)


def test_the_worst_comes_first_whatever_it_is_about() -> None:
    found = [
        line.danger for line in lines(deltas.everything()) if "is new" not in line.text and "goes" not in line.text
    ]
    assert found == sorted(found)
    assert found[0] is Danger.INTERNET
    assert summary(deltas.everything()).startswith("Access: open to the internet")


def test_verbs_of_the_same_principals_on_the_same_terms_are_one_sentence() -> None:
    told = [line.text for line in lines(deltas.everything())]
    assert "role app-ci can now delete and modify db:orders" in told
    assert "user ops-0, user ops-1, user ops-2 and 37 more can now delete any database" in told


def test_private_networks_that_a_rule_for_everybody_lets_in_go_without_saying() -> None:
    private = Reaching(deltas.ORDERS, "private network", Verdict.NONE, Verdict.LATENT, Addresses.parse("10.0.0.0/8"))
    everybody = Reaching(deltas.ORDERS, "internet", Verdict.NONE, Verdict.REACHABLE, Addresses.parse("0.0.0.0/0"))
    assert len(lines(Delta(reach=(everybody, private)))) == 1
    assert len(lines(Delta(reach=(private,)))) == 1
    assert len(lines(Delta(reach=(everybody, replace(private, databases=("db:other",)))))) == 2


def test_conditions_say_what_they_were() -> None:
    told = [line.text for line in lines(deltas.everything())]
    assert f"user dana can delete db:orders only {deltas.MFA} (before: always)" in told
    assert f"account 210987654321 can now use the key of db:orders without conditions (before: {deltas.MFA})" in told
    assert "user eve can modify db:orders if b = 2 (before: if a = 1)" in told


def _hostile(name: str) -> Delta:
    who = Principal("user", f"arn:aws:iam::123456789012:user/{name}")
    permission = deltas.permission(deltas.GAINS, "delete", who, on=(f"db:{name}",), now=f"if {name}")
    other: Permission = replace(permission, way=(f"arn:aws:iam::123456789012:role/{name}",))
    protecting = Protecting(deltas.LOSES, (name,), name, name, name, Danger.GAIN)
    return Delta(permissions=(permission, other), protection=(protecting,), gone=(name,), unknown=(name,))


@given(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60)))
@settings(max_examples=60, deadline=None)
def test_nobodys_name_is_markup(name: str) -> None:
    wanted = markup(plan_markdown(plans.empty(), "", _hostile("plain")))
    assert markup(plan_markdown(plans.empty(), "", _hostile(name.replace("/", "")))) == wanted


def test_however_much_changes_it_fits_into_a_comment() -> None:
    many = tuple(
        deltas.permission(
            deltas.GAINS, "delete", Principal("user", f"arn:aws:iam::1:user/{'x' * 60}{number}"), now=f"if {number}"
        )
        for number in range(2000)
    )
    text = plan_markdown(plans.update_everything(), "", Delta(permissions=many))
    assert len(text) < LIMIT
    assert "changes more, for which there is no room here" in text


def test_who_can_destroy_what_is_new_endangers_no_data_that_is_there() -> None:
    may = Permission(
        Effect.GAINS, (Principal("user", "arn:aws:iam::1:user/dana"),), "delete", ("db:new",), "", "always"
    )
    assert summary(Delta((may,))) == "Access: data can be destroyed more easily than before."
    assert summary(Delta((may,), appeared=(Appearing("db:new"),))) == (
        "Access: somebody can destroy the data of what is new."
    )
    both = replace(may, databases=("db:new", "db:old"))
    assert summary(Delta((both,), appeared=(Appearing("db:new"),))).endswith("than before.")


def test_side_doors_are_told_for_people() -> None:
    def told(kind: str, through: str, was: Verdict, now: Verdict) -> str:
        (line,) = lines(Delta(doors=(Door(("db:a",), kind, through, was, now),)))
        return line.text

    assert told("proxy", "db-proxy:a", Verdict.NONE, Verdict.POSSIBLE) == (
        "db:a: a side door opens: a proxy db-proxy:a (possible)"
    )
    assert told("data-api", "db:a", Verdict.REACHABLE, Verdict.NONE) == (
        "db:a: a side door closes: the Data API, for whoever IAM lets"
    )
    assert told("nat-gateway", "nat-1", Verdict.UNKNOWN, Verdict.REACHABLE).endswith("nat-1 (before: unknown)")
