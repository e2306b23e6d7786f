"""Policy documents: the canonical form, JSON text, the diff by statement, the checks. Pure; nothing is called."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rds_secure import values
from rds_secure.documents import (
    MANAGED_POLICY_LIMIT,
    StatementChange,
    canonical,
    diff,
    equal,
    parse,
    problems,
    render,
    size,
    statements_from,
    template,
    unique_ids,
)
from rds_secure.values import Address, Lookup, Ref, Text

ORDERS = Ref(Address("db_instance", "orders"), "arn")
RESOURCE_ID = Ref(Address("db_instance", "orders"), "resource_id")
ROLE = "arn:aws:iam::123456789012:role/app"


def document(*statements: dict[str, Any], **top: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements, **top}


def allow(actions: Any = "rds:DescribeDBInstances", resources: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


# -- generated documents, and other ways to write the same one


def one_or_many(item: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return item | st.lists(item, min_size=1, max_size=4)


REFS = st.sampled_from([ORDERS, Text(("arn:aws:rds-db:eu-west-1:123456789012:dbuser:", RESOURCE_ID, "/app"))])
ACTIONS = st.sampled_from(["rds:ModifyDBInstance", "rds:Describe*", "kms:Decrypt", "kms:CreateGrant", "*"])
RESOURCES = st.sampled_from(["*", "arn:aws:rds:*:*:db:orders", 'arn:aws:s3:::a"b\\c', "${aws:username}"]) | REFS
PRINCIPALS = st.sampled_from(["*", "123456789012", ROLE, "arn:aws:iam::123456789012:root", "AROAEXAMPLEEXAMPLEID1"])
OPERANDS = st.sampled_from(["a", "b", "true", "10.0.0.0/8", True, False, 7, 3600]) | REFS
CONDITIONS = st.dictionaries(
    st.sampled_from(["StringEquals", "ForAnyValue:StringLike", "Bool", "NumericLessThanIfExists"]),
    st.dictionaries(
        st.sampled_from(["aws:SourceAccount", "aws:PrincipalTag/Team", "kms:ViaService"]),
        one_or_many(OPERANDS),
        min_size=1,
        max_size=2,
    ),
    min_size=1,
    max_size=2,
)
STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional={
        "Sid": st.sampled_from(["", "One", "Two", "Three"]),
        "Action": one_or_many(ACTIONS),
        "NotAction": one_or_many(ACTIONS),
        "Resource": one_or_many(RESOURCES),
        "Principal": st.just("*") | st.fixed_dictionaries({}, optional={"AWS": one_or_many(PRINCIPALS)}),
        "NotPrincipal": st.fixed_dictionaries({"Service": one_or_many(st.just("rds.amazonaws.com"))}),
        "Condition": CONDITIONS,
    },
)
DOCUMENTS = st.fixed_dictionaries(
    {"Statement": STATEMENTS | st.lists(STATEMENTS, max_size=4)},
    optional={"Version": st.sampled_from(["2012-10-17", "2008-10-17"]), "Id": st.just("key-default-1")},
)


@st.composite
def documents_written_twice(draw: st.DrawFn) -> tuple[Any, Any]:
    """A document, and the same one with keys, lists, case and one-element lists changed."""
    original = draw(DOCUMENTS)
    return original, rewritten(draw, original)


def rewritten(draw: st.DrawFn, value: Any, place: str = "") -> Any:
    if isinstance(value, dict):
        keys = draw(st.permutations(list(value)))
        return {_cased(draw, key, place): rewritten(draw, value[key], _below(place, key)) for key in keys}
    if isinstance(value, list):
        again = draw(st.lists(st.sampled_from(value), max_size=2)) if value else []
        items = [
            rewritten(draw, item, place) if isinstance(item, dict) else respelled(draw, item, place)
            for item in draw(st.permutations(value + again))
        ]
        return items[0] if len(items) == 1 and draw(st.booleans()) else items
    value = respelled(draw, value, place)
    return [value] if place in ("Action", "Resource", "AWS", "operand") and draw(st.booleans()) else value


def respelled(draw: st.DrawFn, value: Any, place: str) -> Any:
    """A single value in another spelling of the same meaning."""
    if place == "operand" and isinstance(value, bool):
        return draw(st.sampled_from([value, str(value).lower()]))
    if place == "Action":
        return draw(st.sampled_from([value, value.upper(), value.lower()]))
    if place == "AWS" and value == "123456789012":
        return draw(st.sampled_from([value, f"arn:aws:iam::{value}:root"]))
    return value


def _below(place: str, key: str) -> str:
    match place, key:
        case _, "Action" | "NotAction":
            return "Action"
        case "operator", _:
            return "key"
        case "key", _:
            return "operand"
        case _, "Condition":
            return "operator"
        case _:
            return key


def _cased(draw: st.DrawFn, key: str, place: str) -> str:
    return draw(st.sampled_from([key, key.upper(), key.lower()])) if place in ("operator", "key") else key


@given(DOCUMENTS)
def test_canonical_form_of_a_canonical_form_is_itself(written: Any) -> None:
    form = canonical(written)
    assert canonical(form) == form


@given(documents_written_twice())
def test_order_case_and_one_element_lists_do_not_matter(pair: tuple[Any, Any]) -> None:
    assert equal(*pair)
    assert diff(*pair) == ()


@given(DOCUMENTS, DOCUMENTS)
def test_diff_is_empty_exactly_when_the_documents_are_equal(one: Any, other: Any) -> None:
    assert (diff(one, other) == ()) == equal(one, other)


@given(DOCUMENTS, DOCUMENTS)
def test_every_change_says_what_changed(one: Any, other: Any) -> None:
    assert all(change.details for change in diff(one, other))


@given(DOCUMENTS, DOCUMENTS)
def test_diff_the_other_way_round_adds_what_this_one_removes(one: Any, other: Any) -> None:
    def count(changes: tuple[StatementChange, ...], verb: str) -> int:
        return sum(change.verb == verb for change in changes)

    there, back = diff(one, other), diff(other, one)
    assert count(there, "added") == count(back, "removed")
    assert count(there, "changed") == count(back, "changed")


@given(DOCUMENTS, st.dictionaries(st.sampled_from([ORDERS, RESOURCE_ID]), st.just("arn:x:y:z::w"), max_size=2))
def test_a_filled_in_template_is_the_rendered_document(written: Any, known: dict[Ref, str]) -> None:
    everything = {ORDERS: "arn:x:y:z::w", RESOURCE_ID: "arn:x:y:z::w", **known}
    filled = values.resolve(template(written), everything)
    assert filled == render(values.resolve(written, everything))


@given(DOCUMENTS)
def test_parsing_a_rendered_document_gives_an_equal_one(written: Any) -> None:
    known = values.resolve(written, {ORDERS: "arn:aws:rds:::db:orders", RESOURCE_ID: "db-1"})
    assert equal(parse(render(known)), known)
    assert equal(parse(quote(render(known))), known)


# -- canonical form


def test_a_missing_version_means_the_old_language() -> None:
    statement = allow()
    assert equal({"Statement": [statement]}, {"Version": "2008-10-17", "Statement": [statement]})
    assert not equal({"Statement": [statement]}, document(statement))


def test_duplicate_statements_and_values_count_once() -> None:
    assert equal(document(allow(["rds:*", "RDS:*"]), allow("rds:*")), document(allow("rds:*")))


def test_resources_and_condition_values_keep_their_case() -> None:
    assert not equal(document(allow(resources="arn:aws:s3:::Bucket")), document(allow(resources="arn:aws:s3:::bucket")))
    tagged = {"StringEquals": {"aws:username": "Dana"}}
    assert not equal(
        document(allow(Condition=tagged)), document(allow(Condition={"StringEquals": {"aws:username": "dana"}}))
    )


def test_everybody_is_the_same_written_either_way() -> None:
    assert equal(document(allow(Principal="*")), document(allow(Principal={"AWS": ["*"]})))
    assert not equal(document(allow(Principal="*")), document(allow(Principal={"Service": "*"})))


def test_an_account_is_its_root_in_its_own_partition() -> None:
    account = document(allow(Principal={"AWS": "123456789012"}))
    china = document(allow(Principal={"AWS": "arn:aws-cn:iam::123456789012:root"}))
    assert equal(account, china, partition="aws-cn")
    assert not equal(account, china)
    assert diff(account, china, partition="aws-cn") == ()


def test_a_sid_is_part_of_the_document_and_an_empty_one_is_none() -> None:
    assert not equal(document(allow(Sid="One")), document(allow()))
    assert equal(document(allow(Sid="")), document(allow()))


def test_truth_in_a_condition_is_text_of_any_case() -> None:
    forms: list[Any] = [True, "true", "True", ["true"]]
    written = [document(allow(Condition={"Bool": {"aws:SecureTransport": form}})) for form in forms]
    assert all(equal(written[0], other) for other in written)


def test_numbers_in_a_condition_are_text() -> None:
    ages: list[Any] = [3600, 3600.0, "3600"]
    written = [document(allow(Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": age}})) for age in ages]
    assert all(equal(written[0], other) for other in written)


def test_a_condition_without_values_is_not_the_same_as_no_condition() -> None:
    never = document(allow(Condition={"StringEquals": {"aws:PrincipalOrgID": []}}))
    assert not equal(never, document(allow()))
    assert equal(document(allow(Condition={})), document(allow()))


def test_operators_that_differ_in_case_only_stay_apart() -> None:
    both = {"StringEquals": {"aws:SourceAccount": "1"}, "stringequals": {"aws:SourceAccount": "2"}}
    merged = {"StringEquals": {"aws:SourceAccount": ["1", "2"]}}
    assert not equal(document(allow(Condition=both)), document(allow(Condition=merged)))


def test_a_reference_is_not_its_own_text() -> None:
    assert not equal(document(allow(resources=ORDERS)), document(allow(resources=str(ORDERS))))


@pytest.mark.parametrize("malformed", [None, "text", [], {}, {"Statement": "text"}, document(allow(Condition="x"))])
def test_what_is_malformed_has_a_canonical_form_too(malformed: Any) -> None:
    assert canonical(canonical(malformed)) == canonical(malformed)
    assert diff(malformed, document(allow())) != ()


# -- JSON text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ('{"Statement": [}', "line 1, column 16"),
        ("[]", "a JSON object is needed, not list"),
        ('"text"', "a JSON object is needed, not str"),
        ('{"Statement": [], "Statement": []}', "'Statement' appears twice"),
        ('{"Statement": NaN}', "NaN"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("%7B%22Statement", "not JSON"),
    ],
)
def test_text_that_is_no_document_is_refused_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(text)


def test_url_encoded_text_is_decoded_once_and_plus_stays_plus() -> None:
    written = document(allow(resources="arn:aws:s3:::a+b%20c"))
    assert parse(quote(json.dumps(written))) == values.freeze(written)


def test_lists_of_a_parsed_document_are_tuples() -> None:
    assert parse('{"Statement": [{"Action": ["a:b"]}]}') == {"Statement": ({"Action": ("a:b",)},)}
    assert parse({"Statement": [{"Action": ["a:b"]}]}) == {"Statement": ({"Action": ("a:b",)},)}


def test_rendered_text_is_compact_and_keeps_statements_as_written() -> None:
    written = {"Statement": [allow("b:B", Sid="Two"), allow(["b:B", "a:A"], Sid="One")], "Version": "2012-10-17"}
    assert render(written) == (
        '{"Version":"2012-10-17","Statement":['
        '{"Sid":"Two","Effect":"Allow","Action":"b:B","Resource":"*"},'
        '{"Sid":"One","Effect":"Allow","Action":["b:B","a:A"],"Resource":"*"}]}'
    )


def test_rendered_text_does_not_depend_on_the_order_of_keys() -> None:
    statement = allow(Condition={"Bool": {"b:b": "true", "a:a": "true"}})
    assert render(document(dict(reversed(statement.items())))) == render(document(statement))


def test_template_has_the_references_between_pieces_of_json() -> None:
    user = Text(('arn:"', RESOURCE_ID, "/app"))
    assert template({"Statement": ({"Resource": (ORDERS, user)},)}) == Text(
        ('{"Statement":[{"Resource":["', ORDERS, '","arn:\\"', RESOURCE_ID, '/app"]}]}')
    )


def test_a_document_with_unknown_parts_is_not_rendered() -> None:
    with pytest.raises(ValueError, match=r"not known yet: \$\{db_instance.orders.arn\}"):
        render(document(allow(resources=ORDERS)))


def test_a_look_up_is_never_sent() -> None:
    with pytest.raises(ValueError, match="look-up"):
        template(document(allow(resources=Lookup("kms_key", (("alias", "x"),)))))


def test_whitespace_is_free_of_charge() -> None:
    # IAM-2: the quota counts characters that are no whitespace, inside strings too.
    plain, spaced = document(allow(Sid="ab")), document(allow(Sid="a b"))
    assert size(plain) == size(spaced) == len(render(plain))
    assert size(document(*(allow(f"rds:Action{index}") for index in range(110)))) > MANAGED_POLICY_LIMIT


def test_what_is_not_known_yet_counts_nothing() -> None:
    assert size(document(allow(resources=ORDERS))) == size(document(allow(resources="")))


# -- diff


def test_actions_and_resources_are_named_as_written_one_a_line() -> None:
    old = document(allow(["rds:describeDBinstances", "rds:StartDBInstance"], "arn:aws:rds:::db:a", Sid="Ops"))
    new = document(allow(["rds:DescribeDBInstances", "rds:ModifyDBInstance"], [ORDERS, "*"], Sid="Ops"))
    assert diff(old, new) == (
        StatementChange(
            "changed",
            "Ops",
            (
                "- action rds:StartDBInstance",
                "+ action rds:ModifyDBInstance",
                "- resource arn:aws:rds:::db:a",
                "+ resource *",
                "+ resource ${db_instance.orders.arn}",
            ),
        ),
    )


def test_conditions_and_principals_are_named_by_key() -> None:
    old = document(allow(Sid="Use", Principal={"AWS": ROLE}, Condition={"StringEquals": {"aws:SourceAccount": "1"}}))
    new = document(allow(Sid="Use", Principal="*", Condition={"stringequals": {"aws:sourceAccount": ["2"]}}))
    assert diff(old, new) == (
        StatementChange(
            "changed",
            "Use",
            (f"principal AWS: - {ROLE} + *", "condition stringequals aws:sourceAccount: - 1 + 2"),
        ),
    )


def test_a_key_opened_to_everybody_is_seen() -> None:
    old = document(allow("kms:*", Sid="Root", Principal={"AWS": "arn:aws:iam::123456789012:root"}))
    new = document(allow("kms:*", Sid="Root", Principal={"AWS": ["123456789012", "*"]}))
    assert diff(old, new) == (StatementChange("changed", "Root", ("principal AWS: + *",)),)


def test_an_effect_that_flips_is_a_change_of_that_statement() -> None:
    old, new = document(allow("rds:Delete*")), document(allow("rds:Delete*") | {"Effect": "Deny"})
    assert diff(old, new) == (StatementChange("changed", "Deny rds:Delete*", ("effect: - Allow + Deny",)),)


def test_a_new_statement_lists_all_of_it() -> None:
    extra = allow("kms:Decrypt", Sid="Extra", Condition={"Bool": {"aws:SecureTransport": True}})
    change = diff(document(allow()), document(allow(), extra))
    details = (
        "sid: + Extra",
        "effect: + Allow",
        "+ action kms:Decrypt",
        "+ resource *",
        "condition Bool aws:SecureTransport: + true",
    )
    assert change == (StatementChange("added", "Extra", details),)
    assert [(item.verb, item.label) for item in diff(document(extra), document())] == [("removed", "Extra")]


def test_the_sid_decides_which_statements_belong_together() -> None:
    old = document(allow("rds:A", Sid="One"), allow("kms:B", Sid="Two"))
    new = document(allow("kms:B", Sid="One"), allow("rds:A", Sid="Two"))
    assert diff(old, new) == (
        StatementChange("changed", "One", ("- action rds:A", "+ action kms:B")),
        StatementChange("changed", "Two", ("- action kms:B", "+ action rds:A")),
    )


def test_a_renamed_statement_is_found_by_being_the_same() -> None:
    old = document(allow("rds:A", "arn:aws:rds:::db:a", Sid="Old"), allow("rds:A", "arn:aws:rds:::db:b"))
    new = document(allow("rds:A", "arn:aws:rds:::db:a", Sid="New"), allow("rds:A", "arn:aws:rds:::db:b"))
    assert diff(old, new) == (StatementChange("changed", "New", ("sid: - Old + New",)),)


def test_statements_without_sid_are_matched_by_what_they_share() -> None:
    reads, writes = ["rds:DescribeA", "rds:DescribeB", "rds:DescribeC"], ["kms:Encrypt", "kms:Decrypt"]
    changes = diff(document(allow(reads), allow(writes)), document(allow([*reads, "rds:DescribeD"]), allow(writes[:1])))
    assert [change.verb for change in changes] == ["changed", "changed"]
    assert {change.details for change in changes} == {("+ action rds:DescribeD",), ("- action kms:Decrypt",)}


def test_statements_with_little_in_common_are_removed_and_added() -> None:
    old, new = document(allow(["rds:A", "rds:B", "rds:C"])), document(allow(["kms:A", "kms:B", "kms:C"]))
    assert [change.verb for change in diff(old, new)] == ["added", "removed"]


def test_a_label_without_sid_is_effect_and_actions() -> None:
    changes = diff(
        document(), document(allow(["rds:A", "rds:B", "rds:C", "rds:D"]), {"Effect": "Deny", "NotAction": "*"})
    )
    assert [change.label for change in changes] == ["Allow rds:A, rds:B and 2 more", "Deny all but *"]


def test_a_change_beside_the_statements_belongs_to_the_document() -> None:
    assert diff({"Statement": [allow()]}, document(allow(), Id="x")) == (
        StatementChange("changed", "document", ("Id: + x", "Version: - 2008-10-17 + 2012-10-17")),
    )


def test_identical_labels_come_in_a_fixed_order() -> None:
    many = [allow("rds:A", f"arn:aws:rds:::db:{index}") for index in range(9)]
    details = [change.details for change in diff(document(), document(*many))]
    assert details == sorted(details)


# -- statements of a spec


def test_statements_of_a_spec_become_iam_json() -> None:
    made = statements_from(
        [
            {
                "sid": "Use",
                "effect": "allow",
                "actions": ["rds:ModifyDBInstance"],
                "resources": [ORDERS],
                "conditions": {"Bool": {"aws:SecureTransport": True}, "NumericLessThan": {"a:Age": [60, 90]}},
                "principals": None,
                "not_actions": (),
            },
            {"effect": "deny", "not_actions": "iam:*", "not_resources": "*", "not_principals": {"AWS": [ROLE]}},
        ]
    )
    assert made == {
        "Version": "2012-10-17",
        "Statement": (
            {
                "Sid": "Use",
                "Effect": "Allow",
                "Action": ("rds:ModifyDBInstance",),
                "Resource": (ORDERS,),
                "Condition": {"Bool": {"aws:SecureTransport": "true"}, "NumericLessThan": {"a:Age": ("60", "90")}},
            },
            {"Effect": "Deny", "NotPrincipal": {"AWS": (ROLE,)}, "NotAction": "iam:*", "NotResource": "*"},
        ),
    }


def test_an_unknown_key_in_a_statement_is_refused() -> None:
    with pytest.raises(ValueError, match="no 'action': it takes sid, effect"):
        statements_from([{"effect": "allow", "action": "rds:*"}])


# -- checks


def test_good_documents_have_no_problems() -> None:
    policy = document(allow(["rds:Describe*", "*"], [ORDERS, "*", "arn:aws:s3:::x", "arn:*:rds:*"], Sid="Ok1"))
    key = document(allow("kms:*", Sid="Enable IAM policies", Principal={"AWS": ["123456789012", ROLE, ORDERS, "*"]}))
    trust = document(
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Condition": {"ForAnyValue:StringLikeIfExists": {"aws:PrincipalTag/a": "b"}, "Null": {"aws:x": "true"}},
        }
    )
    assert problems(policy, principals="forbidden") == ()
    assert problems(key, principals="required", resources="required") == ()
    assert problems(trust, principals="required", resources="forbidden") == ()


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("text", "the document is no mapping: write Version, Id, Statement"),
        (document(), "there is no statement: write at least one"),
        (document(allow(), version=1), "the document has an unknown key 'version'"),
        ({"Version": "2012-10-18", "Statement": allow()}, "Version '2012-10-18' is not known: write '2012-10-17'"),
        (document("text"), "statement 1 is no mapping"),  # type: ignore[arg-type]
        (document(allow(), {}), "statement 2 is empty"),
        (document(allow(Actions="x")), "statement 1 has an unknown key 'Actions'"),
        (document({"Action": "rds:*", "Resource": "*"}), "statement 1: Effect is missing: write Allow or Deny"),
        (document(allow() | {"Effect": "allow"}), "statement 1: Effect is 'allow': write Allow or Deny"),
        (document({"Effect": "Allow", "Resource": "*"}), "statement 1: Action is missing: write Action, or NotAction"),
        (document(allow([])), "statement 1: Action is missing"),
        (document({"Effect": "Deny", "Action": "*"}), "statement 1: Resource is missing"),
        (document(allow(NotAction="rds:*")), "both Action and NotAction are written: keep one of them"),
        (document(allow(NotResource="*", Sid="A")), "statement 1 (A): both Resource and NotResource are written"),
        (document(allow("DescribeDBInstances")), "'DescribeDBInstances' is no action: write service:Name, or *"),
        (document(allow("rds:Describe DB")), "'rds:Describe DB' is no action"),
        (document(allow(["rds:*", 7])), "7 is no action"),
        (document(allow(resources="orders")), "'orders' is no ARN: write arn:partition:service:region:account:"),
        (document(allow(resources="arn:aws:rds:db")), "'arn:aws:rds:db' is no ARN"),
        (document(allow(Sid="no spaces")), "the Sid has characters that IAM refuses: use letters and digits only"),
        (document(allow(Sid="A"), allow("rds:*", Sid="A")), "the Sid 'A' is used 2 times"),
        (document(allow(Principal="*")), "statement 1: Principal is not allowed here: take it out"),
        (document(allow(Condition=["x"])), "Condition is no mapping"),
        (document(allow(Condition={"StringIs": {"aws:x": "y"}})), "'StringIs' is no condition operator"),
        (document(allow(Condition={"NullIfExists": {"aws:x": "y"}})), "'NullIfExists' is no condition operator"),
        (document(allow(Condition={"Bool": {}})), "the condition Bool has no keys"),
        (document(allow(Condition={"Bool": {"MFA": "true"}})), "'MFA' is no condition key"),
        (document(allow(Sid="Grün", Condition={"StringLike": {"aws:x": "→"}})), "AWS refuses these characters"),
    ],
)
def test_what_iam_would_refuse_is_named(broken: Any, message: str) -> None:
    found = problems(broken, principals="forbidden")
    assert any(message in problem for problem in found), found


@pytest.mark.parametrize(
    ("principal", "message"),
    [
        (None, "Principal is missing: write Principal, or NotPrincipal"),
        ("dana", "Principal is neither * nor a mapping"),
        ({"Aws": "*"}, "Principal has an unknown key 'Aws': it takes AWS, Service, Federated, CanonicalUser"),
        ({"AWS": "dana"}, "'dana' is no principal: write the ARN of a user or role"),
        ({"AWS": "arn:aws:iam::123456789012:role/*"}, "has a wildcard, which AWS refuses: test aws:PrincipalArn"),
        ({"AWS": "arn:aws:iam::123456789012:group/x"}, "is a group, which AWS refuses"),
    ],
)
def test_what_a_resource_policy_would_be_refused_for_is_named(principal: Any, message: str) -> None:
    statement = allow("kms:*") | ({} if principal is None else {"Principal": principal})
    found = problems(document(statement), principals="required", resources="required")
    assert len(found) == 1
    assert message in found[0]


def test_a_trust_policy_names_no_resource() -> None:
    trust = document(allow("sts:AssumeRole", Principal={"Service": "rds.amazonaws.com"}))
    assert problems(trust, principals="required", resources="forbidden") == (
        "statement 1: Resource is not allowed here: take it out",
    )


@given(DOCUMENTS)
def test_checks_never_fail_on_any_document(written: Any) -> None:
    assert all(": " in problem for problem in problems(written))


def test_principals_that_were_deleted_are_found() -> None:
    gone, user = "AROAEXAMPLEEXAMPLEID1", "AIDAEXAMPLEEXAMPLEID2"
    written = document(
        allow(Principal={"AWS": [gone, ROLE]}),
        allow("kms:*", Principal={"AWS": user, "Service": gone}),
        allow(Principal="*"),
    )
    assert unique_ids(written) == (user, gone)
    assert unique_ids("text") == ()
