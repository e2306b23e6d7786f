"""Managed policies: documents, versions and attachments, and the calls that make, change and delete a policy."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rds_secure.operation import Retry
from rds_secure.ownership import STACK
from rds_secure.resources.iam_policy import KIND, IamPolicySpec
from rds_secure.values import Address, Ref, Text
from tests.models import assert_valid_call
from tests.resources.iam_account import (
    ACCOUNT,
    BULK,
    account,
    allowing,
    arn,
    deleted,
    found,
    group,
    inspected,
    ours,
    policy,
    role,
    user,
    verified,
)
from tests.resources.planning import (
    SCOPE,
    actions,
    checked,
    compare,
    complaints,
    created,
    declare,
    knowing,
    link,
    updated,
    wanted,
)

ARN = arn("policy", "orders")
STATEMENT = {"effect": "allow", "actions": ["rds:Describe*"], "resources": ["*"]}
MINIMAL = {"statements": [STATEMENT]}
DATABASE = Address("db_instance", "orders")
DANA, TEAM, APP = Address("iam_user", "dana"), Address("iam_group", "team"), Address("iam_role", "app")
KNOWING = knowing(
    SCOPE,
    (DANA, {"name": "dana", "arn": arn("user", "dana")}),
    (TEAM, {"name": "team"}),
    (APP, {"name": "app"}),
)


def declared(**fields: Any) -> Any:
    return declare(KIND, "orders", {**MINIMAL, **fields})


def live(*versions: Any, default: int = -1, others: tuple[Any, ...] = (), **described: Any) -> Any:
    """The one policy of an account with these versions."""
    described.setdefault("Tags", ours("iam_policy", "orders"))
    reader = account(policy("orders", *versions, default=default), *others, described={ARN: described})
    [item] = found(KIND, reader, declared())
    return item


def document_of(operation: Any) -> Any:
    sent = operation.params["PolicyDocument"]
    return json.loads(sent if isinstance(sent, str) else str(sent))


# What is written


def test_a_statement_may_have_every_element() -> None:
    statements = [
        {
            "sid": "Own",
            "effect": "deny",
            "not_actions": ["rds:Describe*"],
            "not_resources": ["${db_instance.orders}"],
            "conditions": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
    spec = KIND.normalise(declared(statements=statements), None, SCOPE)
    assert spec.document == {
        "Version": "2012-10-17",
        "Statement": (
            {
                "Sid": "Own",
                "Effect": "Deny",
                "NotAction": ("rds:Describe*",),
                "NotResource": (Ref(DATABASE, "arn"),),
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ),
    }
    assert spec.statements == ()


def test_a_raw_document_keeps_iam_variables_and_finds_references() -> None:
    resource = "arn:aws:rds-db:eu-west-1:1:dbuser:${db_instance.orders.resource_id}/${aws:username}"
    spec = IamPolicySpec.model_validate({"document": allowing("rds-db:connect", resource=resource)})
    assert spec.document["Statement"][0]["Resource"] == Text(
        ("arn:aws:rds-db:eu-west-1:1:dbuser:", Ref(DATABASE, "resource_id"), "/${aws:username}")
    )


@pytest.mark.parametrize(
    ("fields", "path", "what"),
    [
        ({}, (), "nothing says what it allows"),
        ({**MINIMAL, "document": allowing("*")}, (), "both 'statements' and 'document' are written"),
        ({**MINIMAL, "name": "orders team"}, ("name",), "'orders team' is not a name that IAM takes"),
        ({**MINIMAL, "name": "x" * 129}, ("name",), f"'{'x' * 129}' is not a name that IAM takes"),
        (
            {"statements": [STATEMENT, {"effect": "allow", "resources": ["*"]}]},
            ("statements", 1),
            "statement 2: actions is missing",
        ),
        (
            {"document": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "rds:*"}]}},
            ("document", "Statement", 0),
            "statement 1: Resource is missing",
        ),
        (
            {"document": {**allowing("rds:*"), "Name": "orders"}},
            ("document",),
            "the document has an unknown key 'Name'",
        ),
    ],
)
def test_a_mistake_is_found_offline(fields: dict[str, Any], path: tuple[Any, ...], what: str) -> None:
    assert complaints(KIND, fields) == [(path, what)]


def test_a_complaint_about_a_condition_says_what_to_write() -> None:
    spec = IamPolicySpec.model_validate({"statements": [{**STATEMENT, "conditions": {"Bool": "x"}}]})
    [complaint] = KIND.check("orders", spec)
    assert complaint.what == "statement 1: the condition Bool has no keys"
    assert complaint.fix == "write {key: value}"


def test_every_complaint_about_a_document_says_what_to_do() -> None:
    """The texts of `documents.problems` are taken apart; none may fall through."""
    broken = {
        "Version": "2020-01-01",
        "Name": "orders",
        "Statement": [
            {},
            {"Effect": "Maybe", "Action": "x", "Resource": "y", "Principal": "*", "Sid": "a b"},
            {"Effect": "Allow", "Action": ["a:b"], "NotAction": ["a:b"], "Resource": "*", "Sid": "Own", "More": "x"},
            {"Effect": "Allow", "Action": ["a:b"], "Resource": "*", "Sid": "Own", "Condition": {"Is": {"x": "y"}}},
            {"Effect": "Allow", "Action": ["a:b"], "Resource": "*", "Condition": "\u4e2d"},
            "x",
        ],
    }
    complaints = list(KIND.check("orders", IamPolicySpec.model_validate({"document": broken})))
    assert len(complaints) > 12
    for complaint in complaints:
        assert complaint.fix != "correct it"
        assert "write" not in complaint.what


def test_iam_2_a_document_that_is_too_long_is_found_offline() -> None:
    long = [{**STATEMENT, "resources": [f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:{number:0100}" for number in range(43)]}]
    [(path, what)] = complaints(KIND, {"statements": long})
    assert path == ("statements",)
    assert what.startswith("the policy has 6")


def test_iam_2_a_reference_counts_as_little_as_an_arn_can_have() -> None:
    [short] = [{**STATEMENT, "resources": ["${db_instance.orders}"] * 150}]
    assert complaints(KIND, {"statements": [short]}) == []
    [(path, _)] = complaints(KIND, {"statements": [{**STATEMENT, "resources": ["${db_instance.orders}"] * 160}]})
    assert path == ("statements",)


@pytest.mark.parametrize("name", ["AWSReservedSSO_Admin_0123456789abcdef", "AWSServiceRoleForRDS"])
def test_iam_9_nothing_is_attached_to_roles_of_others(name: str) -> None:
    [(path, what)] = complaints(KIND, {**MINIMAL, "attach_to": {"roles": ["app", name]}})
    assert path == ("attach_to", "roles", 1)
    assert name in what


@pytest.mark.parametrize("wrong", ["${iam_group.team}", "a b", "${iam_user.dana}x", {"tag": {"Name": "x"}}])
def test_users_are_references_or_names(wrong: Any) -> None:
    with pytest.raises(ValidationError, match=r"attach_to\.users\.0"):
        IamPolicySpec.model_validate({**MINIMAL, "attach_to": {"users": [wrong]}})


@pytest.mark.parametrize("path", ["", "orders/", "/orders", "/a b/", "//" * 300])
def test_a_path_begins_and_ends_with_a_slash(path: str) -> None:
    with pytest.raises(ValidationError, match="is not a path"):
        IamPolicySpec.model_validate({**MINIMAL, "path": path})


# What must exist


def test_existing_principals_are_looked_for_in_the_one_bulk_reply() -> None:
    reader = account(user("dana"), group("team"), role("app"))
    attach_to = {"users": ["dana", "eve"], "groups": ["team", "Team"], "roles": ["app", "${iam_role.app}"]}
    assert verified(KIND, reader, declared(attach_to=attach_to)) == [
        (("attach_to", "users", 1), "there is no user eve in this account"),
        (("attach_to", "groups", 1), "there is no group Team in this account"),
    ]
    assert reader.calls == [BULK]


def test_iam_2_a_principal_takes_ten_policies() -> None:
    full = [arn("policy", f"p{number}") for number in range(10)]
    resource = declared(attach_to={"users": ["dana"]})
    assert verified(KIND, account(user("dana", attached=full)), resource) == [
        (("attach_to", "users", 0), "user dana would have 11 policies attached, more than IAM allows")
    ]
    assert verified(KIND, account(user("dana", attached=full[1:])), resource) == []
    reader = account(user("dana", attached=full))
    verified(KIND, reader, resource)
    for call in reader.calls:
        assert_valid_call(*call)


def test_iam_2_a_larger_quota_of_the_account_counts() -> None:
    full = [arn("policy", f"p{number}") for number in range(10)]
    quota = {("iam", "GetAccountSummary"): {"SummaryMap": {"AttachedPoliciesPerUserQuota": 20}}}
    reader = account(user("dana", attached=full), answers=quota)
    assert verified(KIND, reader, declared(attach_to={"users": ["dana"]})) == []


def test_what_is_attached_already_needs_no_room() -> None:
    full = [ARN, *(arn("policy", f"p{number}") for number in range(9))]
    reader = account(user("dana", attached=full), policy("orders"))
    assert verified(KIND, reader, declared(attach_to={"users": ["dana"]})) == []


# What is read


def test_the_minimal_spec_is_in_sync_with_what_it_makes() -> None:
    resource = declared()
    difference, _ = compare(KIND, resource, live(allowing("RDS:describe*")))
    assert difference == type(difference)()


def test_the_default_version_and_all_attachments_are_read() -> None:
    others = (
        user("eve", attached=[ARN]),
        user("dana", attached=[ARN]),
        group("team", attached=[ARN]),
        role("app", attached=[ARN]),
        role("other"),
    )
    item = live(allowing("rds:*"), allowing("s3:*"), default=0, others=others, Description="for operators")
    assert item.spec.document["Statement"][0]["Action"] == ("rds:*",)
    assert item.spec.attach_to.users == ("dana", "eve")
    assert item.spec.attach_to.groups == ("team",)
    assert item.spec.attach_to.roles == ("app",)
    assert item.spec.description == "for operators"
    assert item.exports == {"arn": ARN, "name": "orders", "id": "ANPAORDERS"}
    assert item.tags[STACK] == "orders"
    assert [(version["id"], version["default"]) for version in item.facts["versions"]] == [("v2", False), ("v1", True)]


def test_declared_and_tagged_policies_are_read_and_no_others() -> None:
    reader = account(policy("Orders"), policy("old"), policy("stranger"))
    items = found(KIND, reader, declared(), tagged={arn("policy", "old"): ours("iam_policy", "old")})
    assert [item.name for item in items] == ["Orders", "old"]
    assert [call[1] for call in reader.calls] == ["GetAccountAuthorizationDetails", "GetPolicy", "GetPolicy"]
    for call in reader.calls:
        assert_valid_call(*call)


def test_the_name_comes_from_the_arn_where_the_details_have_none() -> None:
    detail = policy("orders", path="/teams/")
    del detail["PolicyName"]
    [item] = found(KIND, account(detail), declared())
    assert (item.name, item.spec.path) == ("orders", "/teams/")


def test_a_policy_that_vanishes_between_two_calls_is_absent() -> None:
    reader = account(policy("orders"), answers={("iam", "GetPolicy"): None})
    assert found(KIND, reader, declared()) == []


# What is made


def test_a_policy_is_made_with_its_tags_then_attached() -> None:
    attach_to = {"users": ["${iam_user.dana}"], "groups": ["legacy"], "roles": ["${iam_role.app}", "${iam_role.app}"]}
    resource = declared(path="/teams/", description="for operators", attach_to=attach_to)
    made, *attached = created(KIND, resource)
    assert made.params["Path"] == "/teams/"
    assert made.params["Description"] == "for operators"
    assert {"Key": "rds-secure:home", "Value": "eu-west-1"} in made.params["Tags"]
    assert document_of(made) == allowing("rds:Describe*") | {
        "Statement": [{"Effect": "Allow", "Action": ["rds:Describe*"], "Resource": ["*"]}]
    }
    assert set(made.exports) == set(KIND.exports)
    assert [(call.action, call.params) for call in attached] == [
        ("AttachUserPolicy", {"UserName": Ref(DANA, "name"), "PolicyArn": arn("policy", "orders", "/teams/")}),
        ("AttachGroupPolicy", {"GroupName": "legacy", "PolicyArn": arn("policy", "orders", "/teams/")}),
        ("AttachRolePolicy", {"RoleName": Ref(APP, "name"), "PolicyArn": arn("policy", "orders", "/teams/")}),
    ]


def test_iam_1_an_attachment_waits_for_what_iam_does_not_see_yet() -> None:
    _, attached = created(KIND, declared(attach_to={"users": ["${iam_user.dana}"]}))
    assert attached.retry_on == (Retry("NoSuchEntity"),)
    assert attached.weak


def test_an_arn_that_follows_from_a_name_is_filled_in_before_the_database_exists() -> None:
    database = f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:orders"
    resource = declared(statements=[{**STATEMENT, "resources": ["${db_instance.orders}"]}])
    [made] = created(KIND, resource, knowing(SCOPE, (DATABASE, {"arn": database})))
    assert document_of(made)["Statement"][0]["Resource"] == [database]


def test_an_id_that_is_not_known_yet_stays_a_gap_in_the_text() -> None:
    connect = "arn:aws:rds-db:eu-west-1:1:dbuser:${db_instance.orders.resource_id}/app"
    [made] = created(KIND, declared(statements=[{**STATEMENT, "resources": [connect]}]))
    assert isinstance(made.params["PolicyDocument"], Text)
    assert Ref(DATABASE, "resource_id") in made.params["PolicyDocument"].parts
    assert made.weak


def test_the_arn_is_known_from_the_name() -> None:
    resource = declared(path="/teams/", name="Orders")
    assert KIND.predict(SCOPE, resource.name, resource.spec) == {
        "arn": arn("policy", "Orders", "/teams/"),
        "name": "Orders",
    }
    china = replace(SCOPE, partition="aws-cn")
    assert KIND.predict(china, "x", IamPolicySpec.model_construct())["arn"] == f"arn:aws-cn:iam::{ACCOUNT}:policy/x"


WORDS = st.sampled_from(["rds:Describe*", "s3:GetObject", "kms:Decrypt", "*"])
ARNS = st.sampled_from(["*", "arn:aws:s3:::orders/*", "${iam_user.dana}", "arn:aws:s3:::home/${aws:username}"])
STATEMENTS = st.fixed_dictionaries(
    {
        "effect": st.sampled_from(["allow", "deny"]),
        "actions": st.lists(WORDS, min_size=1, max_size=3),
        "resources": st.lists(ARNS, min_size=1, max_size=3),
    },
    optional={"conditions": st.just({"Bool": {"aws:SecureTransport": "true"}})},
)


@given(st.lists(STATEMENTS, min_size=1, max_size=4))
def test_what_is_made_is_in_sync_when_it_is_read_back(statements: list[dict[str, Any]]) -> None:
    resource = declared(statements=statements)
    [made] = created(KIND, resource, KNOWING)
    difference, _ = compare(KIND, resource, live(document_of(made)), KNOWING)
    assert difference.changes == []


# What is changed


def test_another_document_is_a_new_default_version_sent_once() -> None:
    [call] = updated(KIND, declared(), live(allowing("*")))
    assert (call.action, call.repeatable) == ("CreatePolicyVersion", False)
    assert call.params["SetAsDefault"] is True
    assert document_of(call)["Statement"][0]["Action"] == ["rds:Describe*"]


def test_iam_2_the_oldest_version_is_retired_when_there_are_five() -> None:
    versions = [allowing(f"s3:Get{number}") for number in range(5)]
    retired, made = updated(KIND, declared(), live(*versions, default=0))
    assert (retired.action, retired.params["VersionId"]) == ("DeletePolicyVersion", "v2")
    assert retired.summary == "retire version v2 of 2026-05-17, the oldest of the 5 that IAM keeps"
    assert made.action == "CreatePolicyVersion"


def test_iam_2_versions_are_old_by_number_not_by_text() -> None:
    item = live(*(allowing(f"s3:Get{number}") for number in range(5)))
    versions = [{**version, "id": f"v{int(version['id'][1:]) + 8}"} for version in item.facts["versions"]]
    retired, _ = updated(KIND, declared(), replace(item, facts={"versions": tuple(versions)}))
    assert retired.params["VersionId"] == "v9"


def test_an_older_version_that_is_just_the_declared_one_is_made_the_default_again() -> None:
    drifted = live(allowing("rds:*"), allowing("rds:describe*"), allowing("*"))
    [call] = updated(KIND, declared(), drifted)
    assert (call.action, call.params["VersionId"]) == ("SetDefaultPolicyVersion", "v2")


def test_attachments_come_after_the_document_and_the_new_ones_first() -> None:
    others = (user("dana", attached=[ARN]), user("eve"), group("team", attached=[ARN]))
    resource = declared(attach_to={"users": ["eve"], "roles": ["${iam_role.app}"]})
    calls = updated(KIND, resource, live(allowing("*"), others=others), KNOWING)
    assert [(call.action, call.summary) for call in calls] == [
        ("CreatePolicyVersion", "make a new default version"),
        ("AttachUserPolicy", "attach to user eve"),
        ("AttachRolePolicy", "attach to role app"),
        ("DetachUserPolicy", "detach from user dana"),
        ("DetachGroupPolicy", "detach from group team"),
    ]
    assert calls[3].params == {"UserName": "dana", "PolicyArn": ARN}
    assert calls[3].releases == (DANA,)
    assert calls[3].done_on == ("NoSuchEntity",)


def test_other_attachments_are_drift_unless_the_policy_shares_them() -> None:
    others = (user("dana", attached=[ARN]),)
    item = live(allowing("rds:Describe*"), others=others)
    assert actions(updated(KIND, declared(), item)) == ["DetachUserPolicy"]
    difference, _ = compare(KIND, declared(exclusive="false"), item)
    assert difference.changes == []
    assert [(change.path, change.member) for change in difference.strangers] == [("attach_to.users", "dana")]


def test_a_reference_and_the_name_it_yields_are_one_attachment() -> None:
    item = live(allowing("rds:Describe*"), others=(user("dana", attached=[ARN]),))
    for written in ("dana", "${iam_user.dana}"):
        difference, _ = compare(KIND, declared(attach_to={"users": [written]}), item, KNOWING)
        assert difference.changes == []


def test_another_path_is_refused_and_another_description_noted() -> None:
    difference, _ = compare(KIND, declared(path="/x/", description="new"), live(Description="old"))
    assert [change.path for change, _ in difference.refused] == ["path"]
    assert [(change.path, change.old) for change in difference.noted] == [("description", "old")]
    assert difference.changes == []


def test_an_empty_description_is_none() -> None:
    difference, _ = compare(KIND, declared(description=""), live())
    assert difference.noted == []


def test_tags_are_set_and_removed_by_arn() -> None:
    resource = declared(path="/x/")
    calls = checked(KIND.tag(resource, {"team": "x"}, ("old",), SCOPE))
    assert actions(calls) == ["TagPolicy", "UntagPolicy"]
    assert {call.params["PolicyArn"] for call in calls} == {arn("policy", "orders", "/x/")}
    assert Retry("NoSuchEntity") in calls[0].retry_on  # IAM-1: it may have been made a moment ago


# What is deleted


def test_iam_5_attachments_and_old_versions_go_before_the_policy() -> None:
    others = (user("dana", attached=[ARN]), group("legacy", attached=[ARN]))
    calls = deleted(KIND, live(allowing("a:b"), allowing("c:d"), others=others), KNOWING)
    assert actions(calls) == ["DetachUserPolicy", "DetachGroupPolicy", "DeletePolicyVersion", "DeletePolicy"]
    assert [call.releases for call in calls] == [(DANA,), (), (), ()]
    assert calls[2].params["VersionId"] == "v1"
    assert [call.destructive for call in calls] == [False, False, False, True]
    assert all(call.done_on == ("NoSuchEntity",) for call in calls)
    assert Retry("DeleteConflict") in calls[3].retry_on


def test_a_policy_that_bounds_a_stranger_stays() -> None:
    tags = ours("iam_user", "dana")
    reader = account(policy("orders"), user("dana", boundary=ARN, tags=tags), role("ci", boundary=ARN))
    [item] = found(KIND, reader, declared())
    said = "it is the permissions boundary of role ci: give them another first"
    assert inspected(KIND, reader, item) == said


def test_a_policy_that_bounds_only_what_is_ours_may_go() -> None:
    tags = ours("iam_user", "dana")
    reader = account(policy("orders"), user("dana", boundary=ARN, tags=tags))
    [item] = found(KIND, reader, declared())
    assert inspected(KIND, reader, item) == "may go"


def test_a_live_policy_refers_to_its_principals_so_that_they_can_be_deleted_after_it() -> None:
    item = live(allowing("rds:*"), others=(user("dana", attached=[ARN]),))
    assert link(item, Address("iam_policy", "orders"), KNOWING).spec.attach_to.users == (Ref(DANA, "name"),)


def test_names_of_declared_policies_are_asked_for_without_case() -> None:
    assert wanted(KIND, declared(name="Orders")).identities == {"orders"}
