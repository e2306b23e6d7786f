"""Roles: trust policies, sessions and boundaries, and the calls that make, change and delete a role."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from rds_secure.kind import Found
from rds_secure.operation import Retry
from rds_secure.resources.iam_role import KIND, IamRoleSpec
from rds_secure.values import Address, Ref, Text
from tests.models import assert_valid_call
from tests.resources.iam_account import (
    ACCOUNT,
    BULK,
    POWER_USER,
    READ_ONLY,
    account,
    arn,
    deleted,
    found,
    inspected,
    ours,
    profile,
    role,
    trusting,
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
    updated,
)

ECS = "ecs-tasks.amazonaws.com"
SERVICES = {"services": [ECS]}
CI, BOUND = Address("iam_role", "ci"), Address("iam_policy", "bound")
GUARDED = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": ECS},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        }
    ],
}


def declared(trust: Any = SERVICES, **fields: Any) -> Any:
    return declare(KIND, "app", {**({"trust": trust} if trust else {}), **fields})


def live(trust: Any = GUARDED, described: Any = None, own: Any = None, **fields: Any) -> Found[IamRoleSpec]:
    """The role ``app`` of our stack as it is read; ``own``: the roles in its instance profile, if there is one."""
    detail = role("app", trust=trust, tags=ours("iam_role", "app"), **fields)
    profiles = () if own is None else [profile("app", *own, tags=ours("iam_role", "app"))]
    reader = account(detail, described={detail["Arn"]: described or {}}, profiles=profiles)
    [item] = found(KIND, reader, declared(instance_profile=str(own is not None).lower()))
    return item


def trust_of(trust: Any, scope: Any = SCOPE) -> Any:
    """The statements of the trust policy that is made of this."""
    return KIND.normalise(declared(trust), None, scope).document["Statement"]


# Who may assume it


def test_services_may_assume_it_for_this_account_only() -> None:
    spec = KIND.normalise(declared(), None, SCOPE)
    assert spec.trust is None
    assert trust_of(SERVICES) == (
        {
            "Effect": "Allow",
            "Principal": {"Service": (ECS,)},
            "Action": ("sts:AssumeRole",),
            "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        },
    )


@pytest.mark.parametrize(
    ("more", "condition"),
    [
        ({"source_account": "false"}, None),
        (
            {"conditions": {"StringLike": {"AWS:sourceaccount": "1*"}}},
            {"StringLike": {"AWS:sourceaccount": "1*"}},
        ),
        (
            {"conditions": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}},
            {"StringEquals": {"aws:RequestedRegion": "eu-west-1", "aws:SourceAccount": ACCOUNT}},
        ),
    ],
)
def test_the_source_account_is_asked_for_unless_written_otherwise(more: Any, condition: Any) -> None:
    [statement] = trust_of({**SERVICES, **more})
    assert statement.get("Condition") == condition


def test_accounts_users_and_roles_get_a_statement_of_their_own() -> None:
    principals = ["210987654321", "${iam_role.ci}", arn("user", "dana")]
    _, statement = trust_of({**SERVICES, "principals": principals}, replace(SCOPE, partition="aws-cn"))
    assert statement["Principal"] == {"AWS": ("arn:aws-cn:iam::210987654321:root", Ref(CI, "arn"), arn("user", "dana"))}
    assert "Condition" not in statement


def test_conditions_bind_the_principals() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    [statement] = trust_of({"principals": [ACCOUNT], "conditions": mfa})
    assert statement["Condition"] == mfa


@pytest.mark.parametrize(
    ("fields", "path", "what"),
    [
        ({}, (), "nothing says who may assume it"),
        ({"trust": SERVICES, "document": GUARDED}, (), "both 'trust' and 'document' are written"),
        ({"trust": {}}, ("trust",), "nobody may assume the role"),
        (
            {"trust": {**SERVICES, "principals": [ACCOUNT], "conditions": {"Bool": {"aws:SecureTransport": "true"}}}},
            ("trust", "conditions"),
            "the conditions would bind the services as well as the principals",
        ),
        (
            {"trust": {**SERVICES, "conditions": {"StringEquals": "x"}}},
            ("trust", "conditions"),
            "statement 1: the condition StringEquals has no keys",
        ),
        ({"trust": {"principals": ["${iam_role.app}"]}}, ("trust",), "it trusts itself, before it exists"),
        ({"document": trusting(AWS="${iam_role.app}")}, ("document",), "it trusts itself, before it exists"),
        (
            {"document": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]}},
            ("document", "Statement", 0),
            "statement 1: Principal is missing",
        ),
        ({"trust": SERVICES, "name": "x" * 65}, ("name",), f"'{'x' * 65}' is not a name that IAM takes"),
        (
            {"trust": SERVICES, "policies": ["${iam_policy.orders}"]},
            ("policies", 0),
            "an attachment is written at the policy of the stack",
        ),
    ],
)
def test_a_mistake_is_found_offline(fields: dict[str, Any], path: tuple[Any, ...], what: str) -> None:
    assert complaints(KIND, fields, key="app") == [(path, what)]


@pytest.mark.parametrize("principal", ["*", "12345", "arn:aws:iam::123456789012:role/*", "${iam_group.team}", "dana"])
def test_principals_are_accounts_users_and_roles(principal: str) -> None:
    with pytest.raises(ValidationError, match=r"principals\.0"):
        IamRoleSpec.model_validate({"trust": {"principals": [principal]}})


@pytest.mark.parametrize("seconds", ["3599", "43201", "1h"])
def test_a_session_lasts_one_to_twelve_hours(seconds: str) -> None:
    with pytest.raises(ValidationError, match="max_session"):
        IamRoleSpec.model_validate({"trust": SERVICES, "max_session": seconds})


# What must exist


def test_trusted_users_and_roles_of_the_account_must_exist() -> None:
    principals = [
        arn("user", "dana"),
        arn("role", "gone", "/x/"),
        "arn:aws:iam::210987654321:role/elsewhere",
        ACCOUNT,
        "${iam_role.ci}",
    ]
    reader = account(user("dana"))
    assert verified(KIND, reader, declared({"principals": principals}, boundary="NoSuchAccess")) == [
        (("trust", "principals", 1), f"there is no {arn('role', 'gone', '/x/')}"),
        (("boundary",), "there is no policy NoSuchAccess"),
    ]
    for call in reader.calls:
        assert_valid_call(*call)


@pytest.mark.parametrize(("quota", "wrong"), [({}, 1), ({"AssumeRolePolicySizeQuota": 4096}, 0)])
def test_a_trust_policy_has_2048_characters_unless_aws_gave_the_account_more(quota: Any, wrong: int) -> None:
    many = [f"arn:aws:iam::210987654321:role/team-{number:04}" for number in range(50)]
    reader = account(answers={("iam", "GetAccountSummary"): {"SummaryMap": quota}})
    assert len(verified(KIND, reader, declared({"principals": many}))) == wrong


# What is read


def test_the_minimal_spec_is_in_sync_with_what_it_makes() -> None:
    difference, _ = compare(KIND, declared(), live())
    assert difference == type(difference)()


def test_iam_6_description_and_longest_session_are_read_one_by_one() -> None:
    item = live(
        described={"Description": "the app", "MaxSessionDuration": 7200},
        attached=[READ_ONLY],
        inline=["own"],
        boundary=POWER_USER,
        profiles=["web"],
    )
    assert (item.spec.description, item.spec.max_session) == ("the app", 7200)
    assert (item.spec.policies, item.spec.inline_policies) == ((READ_ONLY,), ("own",))
    assert item.spec.boundary == POWER_USER
    assert item.facts["instance_profiles"] == ("web",)
    assert item.exports == {"arn": arn("role", "app"), "name": "app", "id": "ARIDAPP"}


def test_declared_and_owned_roles_are_read_and_no_others() -> None:
    reader = account(role("App"), role("old", tags=ours("iam_role", "old")), role("stranger"))
    assert [item.name for item in found(KIND, reader, declared())] == ["App", "old"]
    assert reader.calls[0] == BULK
    assert [call[1:] for call in reader.calls[1:]] == [
        ("GetRole", {"RoleName": "App"}),
        ("GetRole", {"RoleName": "old"}),
        ("GetInstanceProfile", {"InstanceProfileName": "old"}),  # which goes with it, whether it still holds it or not
    ]
    for call in reader.calls:
        assert_valid_call(*call)


def test_a_role_that_vanishes_between_two_calls_is_absent() -> None:
    assert found(KIND, account(role("app"), answers={("iam", "GetRole"): None}), declared()) == []


# What is made


def test_a_role_is_made_whole_with_its_tags() -> None:
    resource = declared(
        {"principals": ["${iam_role.ci}"]},
        path="/apps/",
        description="the app",
        max_session="7200",
        boundary="${iam_policy.bound}",
        policies=["ReadOnlyAccess"],
    )
    made, attached = created(KIND, resource)
    document = made.params["AssumeRolePolicyDocument"]
    assert isinstance(document, Text)
    assert Ref(CI, "arn") in document.parts
    assert {key: made.params[key] for key in ("Path", "Description", "MaxSessionDuration", "PermissionsBoundary")} == {
        "Path": "/apps/",
        "Description": "the app",
        "MaxSessionDuration": 7200,
        "PermissionsBoundary": Ref(BOUND, "arn"),
    }
    assert {"Key": "rds-secure:home", "Value": "eu-west-1"} in made.params["Tags"]
    assert set(made.exports) == set(KIND.exports)
    assert attached.params == {"RoleName": "app", "PolicyArn": READ_ONLY}


def test_design_rule_4_a_trusted_role_must_exist_so_its_predicted_arn_is_not_filled_in() -> None:
    [made] = created(
        KIND, declared({"principals": ["${iam_role.ci}"]}), knowing(SCOPE, (CI, {"arn": arn("role", "ci")}))
    )
    assert Ref(CI, "arn") in made.params["AssumeRolePolicyDocument"].parts


def test_iam_1_a_principal_that_iam_does_not_see_yet_is_waited_for() -> None:
    [made] = created(KIND, declared())
    assert made.retry_on == (Retry("MalformedPolicyDocument", "Invalid principal"),)
    assert made.weak


def test_the_arn_is_known_from_the_name() -> None:
    spec = IamRoleSpec.model_validate({"path": "/apps/", "trust": SERVICES})
    assert KIND.predict(SCOPE, "app", spec) == {"arn": arn("role", "app", "/apps/"), "name": "app"}


# What is changed


def test_another_trust_policy_is_set_as_a_whole() -> None:
    [call] = updated(KIND, declared(), live(trusting(AWS="*")))
    assert call.action == "UpdateAssumeRolePolicy"
    assert json.loads(call.params["PolicyDocument"])["Statement"][0]["Principal"] == {"Service": [ECS]}
    assert call.retry_on == (Retry("MalformedPolicyDocument", "Invalid principal"),)


def test_iam_4_a_principal_that_was_deleted_and_made_again_is_trusted_again() -> None:
    principals = {"principals": [arn("user", "dana")]}
    [call] = updated(KIND, declared(principals), live(trusting(AWS="AIDAJQABLZS4A3QDU576Q")))
    assert call.action == "UpdateAssumeRolePolicy"


def test_iam_3_an_account_id_and_its_root_are_one_principal() -> None:
    trusted = trusting(AWS=f"arn:aws:iam::{ACCOUNT}:root")
    assert updated(KIND, declared({"principals": [ACCOUNT]}), live(trusted)) == ()


@pytest.mark.parametrize(
    ("described", "summary"),
    [
        ({"Description": "old"}, "change description"),
        ({"MaxSessionDuration": 43200}, "change max_session"),
        ({"Description": "old", "MaxSessionDuration": 43200}, "change description and max_session"),
    ],
)
def test_description_and_longest_session_are_sent_together(described: Any, summary: str) -> None:
    [call] = updated(KIND, declared(description="new"), live(described={"Description": "new", **described}))
    assert call.params == {"RoleName": "app", "Description": "new", "MaxSessionDuration": 3600}
    assert call.summary == summary


def test_a_description_that_is_left_out_is_removed() -> None:
    [call] = updated(KIND, declared(), live(described={"Description": "old"}))
    assert call.params["Description"] == ""


def test_a_new_boundary_comes_before_trust_and_a_removed_one_last() -> None:
    before = live(trusting(AWS="*"), attached=[POWER_USER], inline=["own"])
    calls = updated(KIND, declared(boundary="ReadOnlyAccess", exclusive="true", policies=[READ_ONLY]), before)
    assert actions(calls) == [
        "PutRolePermissionsBoundary",
        "UpdateAssumeRolePolicy",
        "AttachRolePolicy",
        "DetachRolePolicy",
        "DeleteRolePolicy",
    ]
    bounded = live(trusting(AWS="*"), boundary=POWER_USER)
    assert actions(updated(KIND, declared(), bounded)) == ["UpdateAssumeRolePolicy", "DeleteRolePermissionsBoundary"]


def test_another_path_is_refused() -> None:
    difference, _ = compare(KIND, declared(path="/apps/"), live())
    assert [change.path for change, _ in difference.refused] == ["path"]


def test_tags_are_set_and_removed_by_name() -> None:
    calls = checked(KIND.tag(declared(), {"team": "x"}, ("old",), SCOPE))
    assert [(call.action, call.params["RoleName"]) for call in calls] == [("TagRole", "app"), ("UntagRole", "app")]


# What is deleted


def test_outside_policies_are_detached_before_the_role_goes() -> None:
    calls = deleted(KIND, live(attached=[READ_ONLY]))
    assert [(call.action, call.destructive) for call in calls] == [("DetachRolePolicy", False), ("DeleteRole", True)]
    assert all(call.done_on == ("NoSuchEntity",) for call in calls)


def test_a_role_with_nothing_of_others_may_go() -> None:
    assert inspected(KIND, account(), live(attached=[READ_ONLY])) == "may go"


def test_a_role_that_an_instance_profile_holds_stays() -> None:
    said = "it has the instance profile web, inline policy own: remove them first"
    assert inspected(KIND, account(), live(profiles=["web"], inline=["own"])) == said


# Its instance profile

OURS = ours("iam_role", "app")


def test_a_profile_is_made_with_the_marks_of_the_role_and_then_gets_it() -> None:
    *_, made, added = created(KIND, declared(instance_profile="true", path="/apps/", tags={"team": "x"}))
    assert (made.action, made.params["InstanceProfileName"], made.params["Path"]) == (
        "CreateInstanceProfile",
        "app",
        "/apps/",
    )
    assert [tag["Key"] for tag in made.params["Tags"]] == ["rds-secure:address", "rds-secure:home", "rds-secure:stack"]
    assert (added.action, added.params) == (
        "AddRoleToInstanceProfile",
        {"InstanceProfileName": "app", "RoleName": "app"},
    )
    assert added.retry_on == (Retry("NoSuchEntity"),)  # IAM-1
    assert added.also == ("iam:PassRole",)  # ANY-4


@pytest.mark.parametrize(
    ("own", "calls"),
    [
        (None, ["CreateInstanceProfile", "AddRoleToInstanceProfile"]),
        ((), ["AddRoleToInstanceProfile"]),
        (("other",), ["RemoveRoleFromInstanceProfile", "AddRoleToInstanceProfile"]),
        (("app",), []),
    ],
)
def test_a_profile_is_put_right(own: Any, calls: list[str]) -> None:
    """A profile holds one role: another one leaves it first."""
    assert actions(updated(KIND, declared(instance_profile="true"), live(own=own))) == calls


def test_a_profile_that_is_no_longer_wanted_is_emptied_and_deleted() -> None:
    removed, gone = updated(KIND, declared(), live(own=["app"]))
    assert (removed.action, gone.action, gone.destructive) == (
        "RemoveRoleFromInstanceProfile",
        "DeleteInstanceProfile",
        True,
    )
    assert "EC2 instances that have it lose the role" in gone.summary


def test_iam_5_a_role_leaves_its_own_profile_before_it_goes() -> None:
    item = live(own=["app"], profiles=["app"])
    assert inspected(KIND, account(), item) == "may go"
    assert actions(deleted(KIND, item)) == ["RemoveRoleFromInstanceProfile", "DeleteInstanceProfile", "DeleteRole"]


@pytest.mark.parametrize(
    ("tags", "whose"),
    [
        ({}, "no stack"),
        (ours("iam_role", "app", "billing"), "stack 'billing'"),
        (ours("iam_role", "b"), "stack 'orders'"),
    ],
)
def test_a_profile_of_others_is_neither_taken_nor_counted(tags: dict[str, str], whose: str) -> None:
    detail = role("app", trust=GUARDED, tags=OURS, profiles=["app"])
    reader = account(detail, profiles=[profile("app", "app", tags=tags)])
    resource = declared(instance_profile="true")
    [item] = found(KIND, reader, resource)
    assert (item.spec.instance_profile, item.facts["instance_profiles"]) == (False, ("app",))
    said = f"instance profile app exists already and belongs to {whose}"
    assert verified(KIND, reader, resource) == [(("instance_profile",), said)]
    assert inspected(KIND, reader, item) == "it has the instance profile app: remove it first"


def test_the_own_profile_is_no_obstacle_and_is_asked_for_its_tags_alone() -> None:
    detail = role("app", tags=OURS, profiles=["app", "web"])
    reader = account(detail, profiles=[profile("app", "app", tags=OURS), profile("web", "app")])
    [item] = found(KIND, reader, declared())
    assert (item.spec.instance_profile, item.facts["instance_profiles"]) == (True, ("web",))
    assert verified(KIND, reader, declared(instance_profile="true")) == []
    assert [call[2] for call in reader.calls if call[1] == "GetInstanceProfile"] == [{"InstanceProfileName": "app"}]
    for call in reader.calls:
        assert_valid_call(*call)
