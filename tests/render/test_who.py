"""Who may do what as people and programs read it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from rds_secure.access.findings import Asked, Findings, find
from rds_secure.access.iam.logic import NO, YES, Literal, every, some
from rds_secure.access.iam.match import NameFits
from rds_secure.access.posture import Posture
from rds_secure.access.why import why
from rds_secure.inventory import Inventory, Question
from rds_secure.render.condition_view import AllView, AnyView, ConditionTestView, condition_view
from rds_secure.render.json import who_schema
from rds_secure.render.who import who_text, why_text
from rds_secure.render.who_json import who_json
from rds_secure.render.who_markdown import who_markdown
from rds_secure.render.who_words import counted, databases, listed
from tests.access.iam.account import user
from tests.access.iam.cases import policy, statement
from tests.access.postures import DETAILS, KEY, PLACE, RDS, SHOP, asked, inventory
from tests.render.golden_files import assert_golden
from tests.render.streams import Terminal, text_of


def unread() -> Findings:
    """The shop's account, of which not everything could be read."""
    known = inventory(*SHOP)
    lost = {
        Question("organizations", "DescribeOrganization"): "AccessDenied",
        Question("kms", "GetKeyPolicy", KEY): "x",
    }
    replies = {question: reply for question, reply in known.replies.items() if question not in lost}
    return find(Posture(Inventory(PLACE, replies, lost)), Asked(verbs=("use-key", "delete"), principals=("user/*",)))


def many() -> Findings:
    """An account with many principals, each of which may do something of its own."""
    people = [user(f"u{n:03}", statement("Allow", "rds:DeleteDBInstance", f"{RDS}:db:x{n}*")) for n in range(40)]
    alike = [user(f"v{n:03}", statement("Allow", "rds:DeleteDBInstance")) for n in range(40)]
    return asked(*people, *alike, verbs=("delete",))


def no_identities() -> Findings:
    return find(Posture(Inventory(PLACE, {}, {DETAILS: "AccessDenied"})))


CASES = {"shop": lambda: asked(*SHOP), "unread": unread, "many": many, "no-identities": no_identities}


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("name", CASES)
def test_who_looks_as_approved(name: str, width: int) -> None:
    shown = text_of(who_text, CASES[name](), width=width, color=False)
    assert_golden(f"who-{name}-{width}.txt", shown)


@pytest.mark.parametrize("name", CASES)
def test_who_as_markdown_is_as_approved(name: str) -> None:
    assert_golden(f"who-{name}.md", who_markdown(CASES[name]()))


def test_lines_fit_the_width_but_for_words_that_are_longer() -> None:
    for width in (80, 140):
        lines = text_of(who_text, asked(*SHOP), width=width, color=False).splitlines()
        assert [line for line in lines if len(line) > width and "arn:" not in line] == []


def test_colour_is_for_terminals() -> None:
    stream = Terminal()
    who_text(asked(*SHOP), stream=stream, color=True)
    assert "\x1b[1;31mdelete" in stream.getvalue()
    assert "\x1b" not in text_of(who_text, asked(*SHOP))


def test_all_shows_every_row_and_name() -> None:
    short, whole = (text_of(who_text, many(), everything=everything, width=80) for everything in (False, True))
    assert "and 32 more" in short
    assert "--all shows it" in short
    assert all(f"user {kind}{n:03}" in whole for kind in "uv" for n in range(40))
    assert "--all" not in whole


def test_who_obeys_its_schema() -> None:
    schema = who_schema()
    Draft202012Validator.check_schema(schema)
    for name, found in CASES.items():
        shown = json.loads("".join(who_json(found())))
        Draft202012Validator(schema).validate(shown)
        assert shown["known"] is (name != "no-identities")


def test_every_field_of_the_schema_is_described() -> None:
    schema = who_schema()
    for part in (schema, *schema["$defs"].values()):
        assert [name for name, field in part["properties"].items() if "description" not in field] == []


def answers(found: Findings) -> Any:
    return json.loads("".join(who_json(found)))


def test_the_json_says_what_is_allowed_when_and_by_which_way() -> None:
    shown = answers(asked(*SHOP, principals=("bob",), verbs=("delete",), on=("orders",)))
    (answer,) = shown["answers"]
    assert answer["principal"] == "arn:aws:iam::123456789012:user/bob"
    assert answer["databases"] == {"all": True, "names": []}
    assert (answer["sure"], answer["itself"], answer["when"]["text"]) == (False, True, "always")
    (hop,) = answer["way"]
    assert hop["when"]["condition"] == {
        "test": "aws:MultiFactorAuthPresent = true",
        "key": "aws:MultiFactorAuthPresent",
        "operator": "bool",
        "values": ["true"],
        "holds": True,
    }


def test_the_json_names_the_databases_or_those_that_are_not_meant() -> None:
    shown = answers(asked(*SHOP, verbs=("delete",), principals=("app-ci", "cid")))
    told = {(each["principal"].rpartition("/")[2], each["itself"]): each["databases"] for each in shown["answers"]}
    assert told["cid", True] == {"all": False, "names": ["db:orders"]}
    assert told["app-ci", False] == {"all": True, "names": ["db:orders"]}
    assert shown["databases"] == ["*", "db:orders", "db:payments"]
    assert answers(asked(*SHOP))["possible"]["read secret"] == ["*", "db:orders"]


def test_conditions_are_trees() -> None:
    first, second, third = (Literal(NameFits(name)) for name in "abc")
    tree = condition_view(some([every([first, second]), ~third]))
    assert isinstance(tree, AnyView)
    neither, both = tree.any
    assert isinstance(both, AllView)
    assert [part.test for part in both.all if isinstance(part, ConditionTestView)] == [
        "the name fits a",
        "the name fits b",
    ]
    assert isinstance(neither, ConditionTestView)
    assert (neither.test, neither.holds) == ("the name does not fit c", False)
    assert condition_view(YES) is None
    assert isinstance(condition_view(NO), ConditionTestView)


def test_tests_of_keys_have_their_parts() -> None:
    several = {"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": ["a*", "b"]}}
    shown = answers(asked(user("ann", statement("Allow", "rds:*", Condition=several)), principals=("ann",)))
    assert shown["answers"][0]["when"]["condition"] == {
        "test": "some aws:TagKeys like a*, b",
        "key": "aws:TagKeys",
        "operator": "for-any-value:stringlikeifexists",
        "values": ["a*", "b"],
        "holds": True,
    }


def test_nothing_from_aws_is_markdown_or_commands_a_terminal() -> None:
    hostile = user("x`</details>\x1b[2J<b>[y](https://example.com)", statement("Allow"))
    found = asked(hostile | {"Arn": "arn:aws:iam::123456789012:user/x`</details>\x1b[2J<b>[y](https://example.com)"})
    html = MarkdownIt("commonmark", {"html": True}).render(who_markdown(found))
    assert "<a " not in html
    assert "<b>" not in html
    assert "\x1b" not in text_of(who_text, found)
    assert "\x1b" not in "".join(who_json(found))


def test_markdown_stays_below_what_a_comment_takes() -> None:
    people = [user(f"u{n:03}", statement("Allow", "*", f"arn:aws:*:*:*:*:x{n}-{'y' * 80}*")) for n in range(400)]
    shown = who_markdown(asked(*people))
    assert len(shown) < 60_000
    assert "rows more, for which there is no room here" in shown


EXPLAINED = [
    ("bob", "delete", ()),
    ("cid", "delete", ("orders",)),
    ("app-ci", "read-secret", ()),
    ("eve", "modify", ()),
]


@pytest.mark.parametrize(("principal", "verb", "on"), EXPLAINED)
def test_why_looks_as_approved(principal: str, verb: str, on: tuple[str, ...]) -> None:
    found = why(Posture(inventory(*SHOP)), Asked([principal], [verb], on))
    assert_golden(f"why-{principal}-{verb}.txt", text_of(why_text, found, width=80, color=False))


def test_why_names_denies_and_what_is_missing() -> None:
    denied = user("ann", statement("Allow", "rds:*"), statement("Deny", "rds:Delete*", Sid="Never"))
    limited = ((policy(statement("Allow", "rds:Describe*"), name="only reads"),),)
    posture = Posture(inventory(denied, user("bob", statement("Allow", "rds:*"))), limited)
    ann = text_of(why_text, why(posture, Asked(["ann"], ["delete"])), width=120)
    assert "- denies Never of own of user ann (policy of the principal)" in ann
    bob = text_of(why_text, why(posture, Asked(["bob"], ["delete"])), width=120)
    assert "not allowed: a level of the organization does not allow it" in bob


def test_databases_in_words() -> None:
    there = ["*", *(f"db:{n}" for n in range(9))]
    assert databases(there, there) == ["all"]
    assert databases(["*"], there) == ["new ones"]
    assert databases(there[1:], there) == ["all", "there", "are"]
    assert databases(there[:-1], there) == ["all", "but", "db:8"]
    assert databases(there[1:-1], there) == ["all", "there", "are", "but", "db:8"]
    assert databases(there[1:3], there) == ["db:0,", "db:1"]
    assert databases(["*", "db:1"], there) == ["db:1,", "new ones"]
    assert databases(["*", "db:1"], ["*", "db:1"], chosen=True) == ["db:1,", "new ones"]


def test_numbers_in_words() -> None:
    assert (counted(1, "role"), counted(2000, "role")) == ("1 role", "2,000 roles")
    assert listed(["a", "b", "c"], 2) == ["a,", "b,", "c"]
    assert listed(["a", "b", "c", "d"], 2) == ["a,", "b,", "and 2 more"]


def test_a_state_that_is_not_the_accounts_own_is_said() -> None:
    found = replace(asked(*SHOP, verbs=("delete",)), of="stack shop, as applying the spec would leave it")
    assert "stack shop, as applying the spec would leave it" in text_of(who_text, found, width=100)
    assert "stack shop, as applying the spec would leave it" in who_markdown(found)
