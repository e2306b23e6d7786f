from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rds_secure.kind import FieldChange
from rds_secure.plan.model import Action, Kept, Plan, Refusal, Step
from rds_secure.render.terminal import plan_text
from rds_secure.values import Text, Value
from tests.render import plans
from tests.render.golden_files import assert_golden
from tests.render.streams import text_of

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def shown(plan: Plan, *, width: int = 80, color: bool = False, show_calls: bool = False) -> str:
    return text_of(plan_text, plan, width=width, color=color, show_calls=show_calls)


def changed(*changes: FieldChange, known: dict[str, str] | None = None) -> list[str]:
    """The lines below the heading of one changed resource."""
    step = Step(plans.address("db_instance.orders"), "orders", Action.UPDATE, changes=changes, cause="spec")
    return _body(shown(plans.plan(step, known=known)))


def created(path: str, value: Value, known: dict[str, str] | None = None, width: int = 80) -> list[str]:
    """The lines below the heading of one resource that is made, with one field."""
    step = Step(plans.address("db_instance.orders"), "orders", Action.CREATE, changes=plans.made({path: value}))
    return _body(shown(plans.plan(step, known=known), width=width))


def _body(text: str) -> list[str]:
    block = text.split("\n\n")[1].splitlines()[1:]
    return [line.removeprefix(" " * 6) for line in block]


@pytest.mark.parametrize("name", ["create_all", "update_everything", "drift", "refusals", "unseen", "empty", "pending"])
@pytest.mark.parametrize("width", [80, 120])
def test_plans_look_as_approved(name: str, width: int) -> None:
    assert_golden(f"{name}-{width}.txt", shown(getattr(plans, name)(), width=width))


@pytest.mark.parametrize("name", ["create_all", "update_everything"])
def test_calls_are_listed_as_approved(name: str) -> None:
    assert_golden(f"{name}-calls.txt", shown(getattr(plans, name)(), width=120, show_calls=True))


@pytest.mark.parametrize("name", ["update_everything", "drift", "refusals"])
def test_colours_are_as_approved(name: str) -> None:
    assert_golden(f"{name}-color.txt", shown(getattr(plans, name)(), color=True))


@pytest.mark.parametrize("name", ["create_all", "update_everything", "drift", "refusals", "empty", "pending"])
def test_colours_change_nothing_but_colours(name: str) -> None:
    plan = getattr(plans, name)()
    assert ANSI.sub("", shown(plan, color=True)) == shown(plan)


def test_values_read_as_a_spec_would_write_them() -> None:
    assert created("a", True) == ["a: true"]
    assert created("a", 7) == ["a: 7"]
    assert created("a", "16") == ["a: 16"]
    assert created("a", ("x", "y")) == ["a: [x, y]"]
    assert created("a", {"x": "1", "y": None, "z": ()}) == ["a: {x: 1}"]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("", '""'),
        (" edge ", '" edge "'),
        ("a → b", '"a → b"'),
        ("(none)", '"(none)"'),
        ("[x]", '"[x]"'),
        ('say "x"', 'say "x"'),
        ('"x"', r'"\"x\""'),
    ],
)
def test_texts_that_could_be_taken_for_something_else_are_quoted(text: str, quoted: str) -> None:
    assert created("a", text) == [f"a: {quoted}"]


def test_texts_with_separators_are_quoted_inside_lists_only() -> None:
    assert created("a", "x, y") == ["a: x, y"]
    assert created("a", ("x, y", "z")) == ['a: ["x, y", z]']
    assert created("a", {"k": "v: w"}) == ['a: {k: "v: w"}']


def test_a_reference_that_is_not_known_yet_says_what_will_tell() -> None:
    key = plans.ref("kms_key.orders-data.arn")
    assert created("kms_key", key) == ["kms_key: (known after apply: kms_key.orders-data.arn)"]
    assert created("keys", (key,)) == ["keys: [${kms_key.orders-data.arn}]"]


def test_a_known_reference_is_followed_by_its_value_when_that_is_short() -> None:
    group = plans.ref("security_group.orders-db.id")
    assert created("a", group, {"security_group.orders-db.id": "sg-01"}) == ["a: ${security_group.orders-db} (sg-01)"]
    long = {"security_group.orders-db.id": "x" * 60}
    assert created("a", group, long) == ["a: ${security_group.orders-db.id}"]
    same = {"security_group.orders-db.id": "orders-db"}
    assert created("a", group, same) == ["a: ${security_group.orders-db}"]


def test_a_text_shows_what_is_known_of_it() -> None:
    user = Text(("dbuser:", plans.ref("db_instance.orders.resource_id"), "/app"))
    assert created("a", user) == ["a: dbuser:${db_instance.orders.resource_id}/app (known after apply)"]
    assert created("a", user, {"db_instance.orders.resource_id": "db-1"}) == ["a: dbuser:db-1/app"]


def test_what_is_blank_is_left_out_of_what_is_made() -> None:
    changes = plans.made({"a": None, "b": (), "c": {}, "d": 0, "e": False})
    step = Step(plans.address("iam_user.dana"), "dana", Action.CREATE, changes=changes)
    assert _body(shown(plans.plan(step))) == ["d: 0", "e: false"]


def test_a_list_that_is_too_long_goes_below_its_label() -> None:
    subnets = tuple(f"subnet-{index:017x}" for index in range(3))
    assert created("subnets", subnets) == ["subnets:", *(f"  + {subnet}" for subnet in subnets)]
    assert len(created("subnets", subnets, width=120)) == 1


def test_an_entry_of_a_mapping_that_is_too_long_goes_below_its_key() -> None:
    options = {"TDE": {}, "SSL": {"settings": {"first": "a" * 40, "second": "b" * 40}, "port": 2484}}
    assert created("options", options) == [
        "options:",
        "  SSL:",
        "    settings:",
        f"      first: {'a' * 40}",
        f"      second: {'b' * 40}",
        "    port: 2484",
    ]
    assert created("options", {"SSL": {"settings": {"a": "1"}}}) == ["options: {SSL: {settings: {a: 1}}}"]


def test_members_of_what_is_made_are_shown_by_their_labels() -> None:
    rule = plans.rule("from", "10.0.0.0/8", "5432", "all of us")
    change = FieldChange("ingress", new=rule, member="tcp 5432 from 10.0.0.0/8")
    step = Step(plans.address("security_group.db"), "db", Action.CREATE, changes=(change,))
    assert _body(shown(plans.plan(step))) == ["ingress:", "  + tcp 5432 from 10.0.0.0/8 (description: all of us)"]


def test_a_value_that_changes_is_shown_with_its_time() -> None:
    assert changed(FieldChange("a", 1, 2)) == ["a: 1 → 2"]
    assert changed(FieldChange("a", 1, 2, when="window")) == ["a: 1 → 2  (window)"]
    assert changed(FieldChange("a", 1, 2, when="now")) == ["a: 1 → 2  (now)"]
    assert changed(FieldChange("a", 1, 2, when="reboot", note="it waits")) == ["a: 1 → 2  (after a reboot, it waits)"]


def test_values_are_aligned_unless_a_label_is_very_long() -> None:
    lines = changed(FieldChange("a", 1, 2), FieldChange("longer", 1, 2), FieldChange("x" * 40, 1, 2))
    assert lines == ["a:      1 → 2", "longer: 1 → 2", f"{'x' * 40}: 1 → 2"]


def test_a_change_that_is_too_long_takes_two_lines() -> None:
    assert changed(FieldChange("a", "x" * 50, "y" * 50)) == [f"a: {'x' * 50}", f" → {'y' * 50}"]


def test_entries_of_a_mapping_are_told_from_members_of_a_set() -> None:
    assert changed(FieldChange("parameters", "0", "1", member="rds.force_ssl")) == ["parameters[rds.force_ssl]: 0 → 1"]
    assert changed(FieldChange("logs", new="audit", member="audit")) == ["logs:", "  + audit"]
    assert changed(FieldChange("logs", old="audit", member="audit")) == ["logs:", "  - audit"]


def test_a_mapping_is_one_even_if_an_entry_is_its_own_value() -> None:
    changes = FieldChange("tags", new="prod", member="prod"), FieldChange("tags", new="payments", member="team")
    assert changed(*changes) == ["tags[prod]: (none) → prod", "tags[team]: (none) → payments"]


def test_a_member_that_stays_shows_what_differs_in_it() -> None:
    old, new = plans.rule("from", "::/0", "5432", "a"), plans.rule("from", "::/0", "5432", "b")
    change = FieldChange("ingress", old, new, member="tcp 5432 from ::/0")
    assert changed(change) == ["ingress:", "  ~ tcp 5432 from ::/0 (description: a → b)"]


def test_a_member_shows_what_differs_in_a_mapping_inside_it() -> None:
    old, new = ({"settings": {"a": "1", "b": level}, "port": 1} for level in ("REQUIRED", "REQUESTED"))
    assert changed(FieldChange("options", old, new, member="NNE")) == [
        "options:",
        "  ~ NNE (settings.b: REQUIRED → REQUESTED)",
    ]


def test_a_document_shows_its_statements_and_never_all_of_its_json() -> None:
    change = FieldChange("document", plans.KEY_POLICY, plans.KEY_POLICY, detail=("~ Use", "  - action kms:Decrypt"))
    assert changed(change) == ["document:", "  ~ Use", "    - action kms:Decrypt"]


def test_every_action_of_a_new_policy_is_shown() -> None:
    actions = tuple(f"rds:DescribeSomething{index}" for index in range(40))
    document = {"Version": "2012-10-17", "Statement": ({"Effect": "Allow", "Action": actions, "Resource": "*"},)}
    text = " ".join(created("document", document))
    assert all(action in text for action in actions)


def test_negated_elements_and_conditions_are_spelled_out() -> None:
    statement = {
        "Effect": "Deny",
        "NotPrincipal": {"AWS": ("a", "b"), "Service": "s"},
        "NotAction": "rds:*",
        "NotResource": ("x", "y"),
        "Condition": {"StringEquals": {"aws:k": ("1", "2")}, "Bool": {"aws:b": "true"}},
    }
    lines = created("document", {"Version": "2008-10-17", "Id": "i", "Statement": statement}, width=200)
    assert lines == [
        "document:",
        "  Version: 2008-10-17",
        "  Id: i",
        "  + deny all but rds:* to all but AWS a, AWS b, Service s on all but x, y "
        "if aws:k StringEquals 1 or 2 and aws:b Bool true",
    ]


@pytest.mark.parametrize(
    ("changes", "summary"),
    [
        ({}, "No changes. AWS agrees with the spec."),
        ({"pending": 1}, "No changes. AWS agrees with the spec; 1 change of ours waits for the window."),
        ({"kept": 2}, "No changes. No longer declared, and kept: kms_key.k0, kms_key.k1."),
        (
            {"kept": 7, "pending": 1},
            "No changes. No longer declared, and kept: kms_key.k0, kms_key.k1, kms_key.k2, kms_key.k3, kms_key.k4 and "
            "2 more; 1 change of ours waits for the window.",
        ),
        ({"create": 3, "update": 1}, "Plan: 3 to create, 1 to change, 0 to delete."),
        ({"delete": 2, "kept": 2}, "Plan: 0 to create, 0 to change, 2 to delete, 2 kept."),
        ({"let_go": 1}, "Plan: 0 to create, 0 to change, 0 to delete, 1 to let go."),
        (
            {"retag": 1, "pending": 2},
            "Plan: 0 to create, 0 to change, 0 to delete, 1 tags only; 2 changes of ours wait for the window.",
        ),
    ],
)
def test_the_summary_counts_what_happens(changes: dict[str, int], summary: str) -> None:
    call = (plans.call("iam", "CreateUser", {"UserName": "x"}, "create user x"),)
    names = {"create": Action.CREATE, "update": Action.UPDATE, "delete": Action.DELETE, "retag": Action.RETAG}
    names["let_go"] = Action.LET_GO
    steps = [
        Step(plans.address(f"iam_user.{name}{index}"), "x", action, call)
        for name, action in names.items()
        for index in range(changes.get(name, 0))
    ]
    if waiting := changes.get("pending"):
        parked = tuple(FieldChange(f"field{index}", 1, 2) for index in range(waiting))
        steps.append(Step(plans.address("db_instance.x"), "x", Action.NONE, pending=parked))
    kept = tuple(Kept(plans.address(f"kms_key.k{index}"), "k", "it is used") for index in range(changes.get("kept", 0)))
    text = shown(plans.plan(*steps, kept=kept), width=200)
    assert summary in text.splitlines()


def test_a_refused_plan_never_says_no_changes() -> None:
    text = shown(plans.refusals())
    assert "No changes" not in text
    assert "Refused: 2 problems to settle before anything is applied." in text


def test_resources_in_sync_are_not_mentioned() -> None:
    assert "db_instance" not in shown(plans.empty())


def test_each_short_step_takes_one_line() -> None:
    call = (plans.call("iam", "TagRole", {"RoleName": "x"}, "set tags"),)
    steps = [Step(plans.address(f"iam_role.r{index}"), f"r{index}", Action.RETAG, call) for index in range(3)]
    assert "  · iam_role.r0  tags only\n  · iam_role.r1  tags only\n  · iam_role.r2  tags only\n" in shown(
        plans.plan(*steps)
    )


def test_what_is_let_go_is_said_in_these_words_and_not_as_a_deletion() -> None:
    """Meaning §3."""
    call = (plans.call("ec2", "DeleteTags", {"Resources": ("sg-1",)}, "remove tags"),)
    step = Step(plans.address("default_security_group.main"), "default", Action.LET_GO, call)
    text = shown(plans.plan(step), width=120)
    assert "  · default_security_group.main (default)  let go: our tags come off, nothing else changes\n" in text
    assert "0 to delete, 1 to let go." in text


def test_the_same_plan_is_always_the_same_text() -> None:
    assert shown(plans.create_all()) == shown(plans.create_all())


@settings(deadline=None)
@given(st.text(min_size=1))
def test_nothing_from_outside_can_command_the_terminal_or_forge_a_line(data: str) -> None:
    def one(text: str) -> str:
        change = FieldChange(text, text, (text, {text: text}), member=text, note=text, detail=())
        scalar = FieldChange("a", text, None, note=text)
        document = FieldChange("d", detail=(text,))
        step = Step(
            plans.address("kms_key.k"),
            text,
            Action.UPDATE,
            changes=(change, scalar, document),
            pending=(scalar,),
            strangers=(change,),
            notes=(text,),
        )
        refusal = Refusal(plans.address("kms_key.k"), text, text)
        kept = Kept(plans.address("kms_key.old"), text, text)
        return shown(plans.plan(step, kept=(kept,), refusals=(refusal,), notes=(text,)), width=10_000)

    text = one(data)
    assert all(line.isprintable() for line in text.split("\n"))
    assert text.count("\n") == one("x" * 50).count("\n")


def test_control_characters_are_written_out() -> None:
    step = Step(
        plans.address("kms_key.k"),
        "alias/\x1b[2J",
        Action.UPDATE,
        changes=(FieldChange("description", "a\nb", "\u202eevil\x9b31m\x7f"),),
    )
    text = shown(plans.plan(step))
    assert r"kms_key.k (alias/\x1b[2J)" in text
    assert r"description: a\nb → \u202eevil\x9b31m\x7f" in text


def test_what_is_parked_is_shown_in_three_columns_or_below_each_other_where_they_are_too_wide() -> None:
    """RDS-2: live, parked and desired."""
    change = FieldChange(
        "instance_class", "db.m7g.large", "db.m7g.large", when="window", note="x", parked="db.r7g.large"
    )
    step = Step(plans.address("db_instance.orders"), "orders", Action.UPDATE, changes=(change,))
    wide = shown(plans.plan(step), width=120).splitlines()
    assert wide[3:5] == [
        "                      live          parked        desired",
        "      instance_class: db.m7g.large  db.r7g.large  db.m7g.large  (window, x)",
    ]
    narrow = shown(plans.plan(step), width=60).splitlines()
    assert narrow[3:7] == [
        "      instance_class:  (window, x)",
        "        live     db.m7g.large",
        "        parked   db.r7g.large",
        "        desired  db.m7g.large",
    ]
