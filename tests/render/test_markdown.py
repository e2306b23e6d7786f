"""The plan for pull requests: what comes first, what is never cut, and that nobody's text is ever markup in it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rds_secure.errors import Location
from rds_secure.kind import FieldChange
from rds_secure.live import Unseen
from rds_secure.plan.model import Action, Kept, Plan, Refusal, Step
from rds_secure.render.markdown import LIMIT, code, dangers, fence, hidden, plan_markdown
from rds_secure.values import Address
from tests.render import plans
from tests.render.golden_files import assert_golden

THEN = "rds-secure apply specs/orders.yaml --expect q0Yb2oX3mHqz5xV1kUe8Jr7cTn4sLwD6aGfPiBhNyZE"
FOLD = re.compile(r"(<details><summary><code>[^<>]*</code> [a-z ]+</summary>|</details>)\n")
HOSTILE = [
    "</code></summary></details><script>alert(1)</script>",
    "`` ` ``` \n```\n# owned",
    "| a | b |\n|---|---|",
    "[click](javascript:alert(1)) ![x](https://evil.example/x.png)",
    "@everyone #1 https://evil.example www.evil.example a@b.example",
    "<!-- <img src=x onerror=alert(1)> &lt;b&gt;",
    "**bold** _it_ ~~gone~~ \\` \u202e\u0000\u2028",
    " ` ",
    "",
]


@pytest.mark.parametrize("name", ["create_all", "update_everything", "refusals", "empty", "pending"])
def test_the_markdown_is_as_approved(name: str) -> None:
    plan = getattr(plans, name)()
    assert_golden(f"{name}.md", plan_markdown(plan, "" if plan.is_empty or plan.refusals else THEN))


def test_the_verdict_is_the_first_thing_said_and_the_command_the_last() -> None:
    lines = plan_markdown(plans.update_everything(), THEN).splitlines()
    assert lines[0] == "## Plan of stack `orders`"
    assert lines[2].startswith("**2 deletions, 1 change at once, 2 changes of access** · ")
    assert lines[-3:] == ["```sh", THEN, "```"]


def test_dangers_are_in_the_order_of_what_can_be_lost() -> None:
    reboot = plans.call("rds", "RebootDBInstance", {}, "reboot it", restarts=True)
    gone = plans.call("rds", "DeleteDBInstance", {}, "delete it", destructive=True)
    plan = plans.plan(
        Step(plans.address("iam_user.bob"), "bob", Action.DELETE, (plans.call("iam", "DeleteUser", {}, "delete bob"),)),
        Step(plans.address("db_instance.a"), "a", Action.UPDATE, (reboot,), (FieldChange("public", True, False),)),
        Step(plans.address("db_instance.b"), "b", Action.DELETE, (gone,)),
    )
    assert [line.split("**")[1] + re.findall("`[^`]*`", line)[0] for line in dangers(plan)] == [
        "deletes`db_instance.b`",
        "deletes`iam_user.bob`",
        "restarts`db_instance.a`",
        "access`db_instance.a`",
    ]
    text = plan_markdown(plan)
    assert text.index("<code>db_instance.b</code>") < text.index("<code>iam_user.bob</code>")


@given(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=80)))
@settings(max_examples=150, deadline=None)
@example("`" * 5000)
def test_nobodys_text_is_markup(text: str) -> None:
    """Whatever it holds, all that is markup is ours; what is foreign stands in code alone."""
    document = plan_markdown(_hostile(text), THEN)
    assert len(document) < LIMIT
    allowed = plan_markdown(_hostile("plain"), THEN)
    assert markup(document) == markup(allowed)


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_a_code_span_and_a_fence_show_their_text(text: str) -> None:
    (inline,) = MarkdownIt("commonmark").parse(f"a {code(text)} b")[1:2]
    (span,) = [token for token in inline.children or () if token.type == "code_inline"]
    assert span.content == (_printable(text) if text.strip(" ") else f'"{text}"')
    (block,) = MarkdownIt("commonmark").parse(fence([text, "```", "~~~"]))
    assert block.type == "fence"
    assert block.content == f"{_printable(text)}\n```\n~~~\n"


def test_a_read_that_was_not_answered_names_what_it_hides_if_anything() -> None:
    address = Address("db_instance", "orders")
    denied, unchecked = (Unseen("rds", "X", "No", "", (), found) for found in ((address,), ()))
    lines = hidden([denied, unchecked])
    assert [line.partition(";")[0] for line in lines] == ["- `rds X: No` hides `db_instance.orders`", "- `rds X: No`"]


def test_what_there_is_no_room_for_is_counted_and_the_worst_is_kept() -> None:
    quiet = [
        Step(
            Address("db_subnet_group", f"s{n:04}"), f"s{n}", Action.UPDATE, changes=(FieldChange("d", "x" * 900, "y"),)
        )
        for n in range(200)
    ]
    gone = Step(
        plans.address("db_instance.zz"), "zz", Action.DELETE, (plans.call("rds", "DeleteDBInstance", {}, "delete zz"),)
    )
    text = plan_markdown(plans.plan(*quiet, gone), THEN)
    assert len(text) < LIMIT
    assert "**deletes** `db_instance.zz` with its data" in text
    assert "<code>db_instance.zz</code>" in text
    shown = text.count("<details>")
    assert f"**{201 - shown} resources left out, for there is no room here**" in text
    assert text.endswith(f"```sh\n{THEN}\n```\n")


def test_even_dangers_that_have_no_room_are_counted() -> None:
    call = plans.call("iam", "DeleteUser", {}, "delete it " * 10)
    plan = plans.plan(*(Step(Address("iam_user", f"u{n}"), f"u{n}", Action.DELETE, (call,)) for n in range(900)))
    text = plan_markdown(plan)
    assert len(text) < LIMIT
    assert text.splitlines()[2].startswith("**900 deletions**")
    listed = text.count("- **deletes**")
    assert f"**and {900 - listed} dangers more, for which there is no room here**" in text


def test_a_fold_that_is_too_long_says_so() -> None:
    changes = tuple(FieldChange(f"f{n}", "a" * 60, "b" * 20) for n in range(500))
    text = plan_markdown(plans.plan(Step(Address("db_subnet_group", "s"), "s", Action.UPDATE, changes=changes)))
    assert re.search(r"\n\.\.\. [0-9]+ more lines are left out here\n", text)


def test_an_endless_command_is_replaced_by_its_pattern() -> None:
    then = f"rds-secure apply {'x ' * 5000}--expect of-the-plan.of-its-gains"
    found = plan_markdown(plans.update_everything(), then)
    assert "\nrds-secure apply SPEC --expect of-the-plan.of-its-gains\n" in found


def _hostile(text: str) -> Plan:
    """A plan that has this text wherever a stranger's text can stand."""
    address, name = Address("iam_user", text or "x"), f"{text}-"
    change = FieldChange("inline_policies", (text,), {"k": text}, member=text, note=text)
    step = Step(
        address, name, Action.UPDATE, (plans.call("iam", "PutX", {"N": text}, text, destructive=True),), (change,)
    )
    gone = Step(
        Address("kms_key", text or "x"), name, Action.DELETE, (plans.call("kms", "X", {}, text),), notes=(text,)
    )
    return replace(
        plans.plan(
            step,
            gone,
            kept=(Kept(address, text, text),),
            refusals=(Refusal(address, text, text, Location(text, 1, 1)), Refusal(address, text, text)),
            notes=(text,),
        ),
        stack=text,
        region=text,
    )


def markup(document: str) -> list[object]:
    """Everything of a document but what is in code; HTML has to be ours, with text in it that is escaped."""
    found: list[object] = []
    for token in MarkdownIt("commonmark").parse(document):
        if token.type == "html_block":
            assert FOLD.fullmatch(token.content), token.content
            found.append(re.sub("<code>[^<>]*</code>", "", token.content))
        elif token.type == "inline":
            found += [
                (child.type, "" if child.type == "code_inline" else child.content) for child in token.children or ()
            ]
        else:
            found.append(token.type)
    return found


def _printable(text: str) -> str:
    return "".join(item if item.isprintable() else ascii(item)[1:-1] for item in text)
