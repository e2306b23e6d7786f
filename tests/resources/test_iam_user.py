"""Users: groups, boundary and outside policies, and what keeps one from being deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from rds_secure.kind import Found
from rds_secure.operation import Retry
from rds_secure.resources.iam_user import KIND, IamUserSpec
from rds_secure.values import Address, Ref
from tests.models import assert_valid_call
from tests.resources.iam_account import (
    BULK,
    POWER_USER,
    READ_ONLY,
    account,
    arn,
    deleted,
    found,
    group,
    inspected,
    ours,
    policy,
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

TEAM, BOUND = Address("iam_group", "team"), Address("iam_policy", "bound")
KNOWING = knowing(SCOPE, (TEAM, {"name": "team"}), (BOUND, {"arn": arn("policy", "bound")}))
NO_CREDENTIALS: dict[tuple[str, ...], Any] = {
    ("iam", "ListAccessKeys"): {"AccessKeyMetadata": []},
    ("iam", "ListMFADevices"): {"MFADevices": []},
    ("iam", "ListSSHPublicKeys"): {"SSHPublicKeys": []},
    ("iam", "ListSigningCertificates"): {"Certificates": []},
    ("iam", "ListServiceSpecificCredentials"): {"ServiceSpecificCredentials": []},
    ("iam", "GetLoginProfile"): None,
}


def declared(**fields: Any) -> Any:
    return declare(KIND, "dana", fields)


def live(*others: Any, described: Any = None, **fields: Any) -> Found[IamUserSpec]:
    """The user ``dana`` of our stack as it is read."""
    detail = user("dana", tags=ours("iam_user", "dana"), **fields)
    [item] = found(KIND, account(detail, *others, described=described), declared())
    return item


# What is written


@pytest.mark.parametrize(
    ("fields", "path", "what"),
    [
        ({"name": "dana@example.com "}, ("name",), "'dana@example.com ' is not a name that IAM takes"),
        ({"name": "x" * 65}, ("name",), f"'{'x' * 65}' is not a name that IAM takes"),
        (
            {"policies": ["ReadOnlyAccess", "${iam_policy.orders}"]},
            ("policies", 1),
            "an attachment is written at the policy of the stack",
        ),
    ],
)
def test_a_mistake_is_found_offline(fields: dict[str, Any], path: tuple[Any, ...], what: str) -> None:
    assert complaints(KIND, fields) == [(path, what)]


@pytest.mark.parametrize(
    "fields",
    [
        {"inline_policies": ["own"]},
        {"policies": ["arn:aws:iam::1:policy/x"]},
        {"boundary": "${iam_role.app}"},
        {"groups": ["${iam_user.eve}"]},
        {"access_keys": ["1"]},
    ],
)
def test_what_a_user_cannot_have_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        IamUserSpec.model_validate(fields)


def test_any_5_a_bare_name_is_a_policy_of_aws_in_its_partition() -> None:
    spec = KIND.normalise(declared(policies=["job-function/ViewOnlyAccess"], boundary="PowerUserAccess"), None, SCOPE)
    assert spec.policies == ("arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",)
    assert spec.boundary == POWER_USER


# What must exist


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (READ_ONLY.replace("aws:iam", "aws-cn:iam"), "is of partition aws-cn, and this account of aws"),
        ("arn:aws:iam::210987654321:policy/theirs", "belongs to account 210987654321"),
    ],
)
def test_any_5_policies_and_boundary_are_of_this_partition_and_account(written: str, said: str) -> None:
    reader = account()
    problems = verified(KIND, reader, declared(policies=[written], boundary=written))
    assert [path for path, _ in problems] == [("policies", 0), ("boundary",)]
    assert all(said in what for _, what in problems)
    assert ("iam", "GetPolicy", {"PolicyArn": written}) not in reader.calls


def test_a_bare_name_is_one_of_aws_s_own_in_the_partition_of_the_account() -> None:
    """ANY-5."""
    scope = replace(SCOPE, partition="aws-cn")
    of_china = READ_ONLY.replace("aws:iam", "aws-cn:iam")
    reader = account(answers={("iam", "GetPolicy", of_china): {"Policy": {"Arn": of_china}}})
    resource = declared(policies=["ReadOnlyAccess"])
    assert list(KIND.verify(reader, resource, scope)) == []
    assert KIND.normalise(resource, None, scope).policies == (of_china,)


def test_a_policy_that_aws_lets_nobody_attach_is_refused() -> None:
    """AWS answers PolicyNotAttachable."""
    answer = {"Policy": {"Arn": READ_ONLY, "IsAttachable": False}}
    reader = account(answers={("iam", "GetPolicy", READ_ONLY): answer})
    [(path, said)] = verified(KIND, reader, declared(policies=[READ_ONLY]))
    assert path == ("policies", 0)
    assert "attaches to nothing else" in said


def test_groups_policies_and_boundary_outside_the_stack_must_exist() -> None:
    resource = declared(
        groups=["team", "legacy", "${iam_group.operators}"],
        policies=["ReadOnlyAccess", "ReadOnlyAcess", arn("policy", "gone")],
        boundary=arn("policy", "gone"),
    )
    reader = account(group("legacy"))
    assert verified(KIND, reader, resource) == [
        (("groups", 0), "there is no group team in this account"),
        (("policies", 1), "there is no policy ReadOnlyAcess"),
        (("policies", 2), f"there is no policy {arn('policy', 'gone')}"),
        (("boundary",), f"there is no policy {arn('policy', 'gone')}"),
    ]
    for call in reader.calls:
        assert_valid_call(*call)


def test_a_policy_of_a_stack_is_attached_there_not_here() -> None:
    theirs = arn("policy", "shared")
    reader = account(policy("shared"), described={theirs: {"Tags": ours("iam_policy", "shared", stack="base")}})
    assert verified(KIND, reader, declared(policies=[theirs])) == [
        (("policies", 0), f"the policy {theirs} belongs to stack 'base'")
    ]


@pytest.mark.parametrize(("exclusive", "count"), [("false", 11), ("true", 1)])
def test_iam_2_policies_that_stay_take_room(exclusive: str, count: int) -> None:
    full = [arn("policy", f"p{number}") for number in range(10)]
    reader = account(user("dana", attached=full))
    found_wrong = verified(KIND, reader, declared(policies=["ReadOnlyAccess"], exclusive=exclusive))
    assert len(found_wrong) == (1 if count > 10 else 0)


def test_iam_2_a_user_is_in_ten_groups_at_most() -> None:
    groups = [f"g{number}" for number in range(11)]
    reader = account(*(group(name) for name in groups))
    [(path, what)] = verified(KIND, reader, declared(groups=groups))
    assert path == ("groups",)
    assert "11 groups" in what


def test_a_spec_that_names_nothing_outside_asks_nothing() -> None:
    reader = account()
    assert verified(KIND, reader, declared(groups=["${iam_group.team}"], boundary="${iam_policy.bound}")) == []
    assert {call[1] for call in reader.calls} <= {"GetAccountAuthorizationDetails"}


# What is read


def test_the_minimal_spec_is_in_sync_with_what_it_makes() -> None:
    difference, _ = compare(KIND, declared(), live())
    assert difference == type(difference)()


def test_iam_6_a_user_is_read_whole_from_the_bulk_reply() -> None:
    item = live(
        group("team"),
        path="/people/",
        groups=["team", "legacy"],
        attached=[READ_ONLY],
        inline=["own"],
        boundary=POWER_USER,
    )
    assert item.spec == IamUserSpec.model_construct(
        path="/people/",
        groups=("legacy", "team"),
        boundary=POWER_USER,
        policies=(READ_ONLY,),
        inline_policies=("own",),
    )
    assert item.exports == {"arn": arn("user", "dana", "/people/"), "name": "dana"}


def test_declared_and_owned_users_are_read_with_one_call_and_no_others() -> None:
    reader = account(
        user("Dana"),
        user("old", tags=ours("iam_user", "old")),
        user("theirs", tags=ours("iam_user", "theirs", stack="base")),
        user("stranger"),
    )
    assert [item.name for item in found(KIND, reader, declared())] == ["Dana", "old"]
    assert reader.calls == [BULK]


def test_policies_of_stacks_are_never_strangers() -> None:
    """meaning §3: an attachment has one home, the policy's; another stack's is shown as theirs."""
    own, theirs, plain = (arn("policy", name) for name in ("own", "theirs", "plain"))
    described = {
        own: {"Tags": ours("iam_policy", "own")},
        theirs: {"Tags": ours("iam_policy", "theirs", stack="base")},
    }
    policies = (policy("own"), policy("theirs"), policy("plain"))
    item = live(*policies, described=described, attached=[own, theirs, plain, READ_ONLY])
    assert item.spec.policies == (plain, READ_ONLY)
    assert item.facts["theirs"] == {theirs: "base"}
    assert item.facts["notes"] == (f"policy {theirs} of stack 'base' is attached",)
    assert item.facts["attached"] == 4


def test_a_policy_that_the_tagging_api_knows_as_ours_is_not_asked_for() -> None:
    reader = account(user("dana", attached=[arn("policy", "own")]))
    tagged = {arn("policy", "own"): ours("iam_policy", "own")}
    [item] = found(KIND, reader, declared(), tagged=tagged)
    assert item.spec.policies == ()
    assert reader.calls == [BULK]


# What is made


def test_a_user_is_made_with_its_tags_then_joins_groups_and_gets_policies() -> None:
    resource = declared(
        path="/people/",
        groups=["${iam_group.team}", "legacy"],
        boundary="${iam_policy.bound}",
        policies=["ReadOnlyAccess"],
    )
    made, *rest = created(KIND, resource)
    assert made.params == {
        "UserName": "dana",
        "Path": "/people/",
        "PermissionsBoundary": Ref(BOUND, "arn"),
        "Tags": made.params["Tags"],
    }
    assert {"Key": "rds-secure:home", "Value": "eu-west-1"} in made.params["Tags"]
    assert set(made.exports) == set(KIND.exports)
    assert [(call.action, call.params) for call in rest] == [
        ("AddUserToGroup", {"GroupName": Ref(TEAM, "name"), "UserName": "dana"}),
        ("AddUserToGroup", {"GroupName": "legacy", "UserName": "dana"}),
        ("AttachUserPolicy", {"UserName": "dana", "PolicyArn": READ_ONLY}),
    ]


def test_iam_1_calls_about_new_things_are_tried_again() -> None:
    for call in created(KIND, declared(groups=["x"], boundary="PowerUserAccess", policies=["ReadOnlyAccess"])):
        assert call.retry_on == (Retry("NoSuchEntity"),)
        assert call.weak


def test_no_access_key_and_no_password_is_ever_made() -> None:
    assert actions(created(KIND, declared())) == ["CreateUser"]


# What is changed


def test_a_new_boundary_comes_first_and_a_removed_one_last() -> None:
    item = live(groups=["old"], attached=[READ_ONLY], boundary=arn("policy", "bound"))
    fields = {"groups": ["new"], "policies": ["ReadOnlyAccess", POWER_USER]}
    put = updated(KIND, declared(**fields, boundary="PowerUserAccess"), item, KNOWING)
    assert actions(put) == [
        "PutUserPermissionsBoundary",
        "AddUserToGroup",
        "RemoveUserFromGroup",
        "AttachUserPolicy",
    ]
    assert put[0].params["PermissionsBoundary"] == POWER_USER
    removed = updated(KIND, declared(**fields), item, KNOWING)
    assert actions(removed)[-1] == "DeleteUserPermissionsBoundary"
    assert removed[-1].releases == put[0].releases == (BOUND,)


def test_another_group_is_drift_and_left() -> None:
    [call] = updated(KIND, declared(), live(groups=["team"]), KNOWING)
    assert call.action == "RemoveUserFromGroup"
    assert call.params == {"GroupName": "team", "UserName": "dana"}
    assert call.releases == (TEAM,)


def test_other_policies_are_shown_and_go_only_where_the_user_is_exclusive() -> None:
    item = live(attached=[READ_ONLY], inline=["own"])
    difference, _ = compare(KIND, declared(), item)
    assert difference.changes == []
    assert [change.member for change in difference.strangers] == [READ_ONLY, "own"]
    calls = updated(KIND, declared(exclusive="true"), item)
    assert [(call.action, call.destructive) for call in calls] == [
        ("DetachUserPolicy", False),
        ("DeleteUserPolicy", True),
    ]
    assert calls[1].params == {"UserName": "dana", "PolicyName": "own"}


@pytest.mark.parametrize(
    ("held", "order"),
    [(9, ["AttachUserPolicy", "DetachUserPolicy"]), (10, ["DetachUserPolicy", "AttachUserPolicy"])],
)
def test_iam_2_a_policy_goes_before_another_comes_only_where_there_is_no_room(held: int, order: list[str]) -> None:
    kept = [arn("policy", f"p{number}") for number in range(held - 1)]
    item = live(*(policy(f"p{number}") for number in range(held - 1)), attached=[READ_ONLY, *kept])
    resource = declared(policies=[POWER_USER, *kept], exclusive="true")
    assert actions(updated(KIND, resource, item)) == order


def test_another_path_is_refused() -> None:
    difference, _ = compare(KIND, declared(path="/people/"), live())
    assert [change.path for change, _ in difference.refused] == ["path"]


def test_tags_are_set_and_removed_by_name() -> None:
    calls = checked(KIND.tag(declared(name="Dana"), {"team": "x"}, ("old",), SCOPE))
    assert [(call.action, call.params["UserName"]) for call in calls] == [("TagUser", "Dana"), ("UntagUser", "Dana")]


# What is deleted


def test_a_user_leaves_its_groups_before_it_goes() -> None:
    calls = deleted(KIND, live(groups=["team"], attached=[READ_ONLY]), KNOWING)
    assert actions(calls) == ["RemoveUserFromGroup", "DetachUserPolicy", "DeleteUser"]
    assert calls[0].releases == (TEAM,)
    assert [call.destructive for call in calls] == [False, False, True]
    assert Retry("DeleteConflict") in calls[2].retry_on


def test_a_user_with_nothing_of_its_own_may_go() -> None:
    reader = account(user("dana", attached=[READ_ONLY]), answers=NO_CREDENTIALS)
    [item] = found(KIND, reader, declared())
    assert inspected(KIND, reader, item) == "may go"
    for call in reader.calls:
        assert_valid_call(*call)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({("iam", "ListAccessKeys"): {"AccessKeyMetadata": [{"AccessKeyId": "AKIA1"}]}}, "access key AKIA1"),
        ({("iam", "ListMFADevices"): {"MFADevices": [{"SerialNumber": "arn:mfa"}]}}, "MFA device arn:mfa"),
        ({("iam", "ListSSHPublicKeys"): {"SSHPublicKeys": [{"SSHPublicKeyId": "APKA1"}]}}, "SSH key APKA1"),
        (
            {("iam", "ListSigningCertificates"): {"Certificates": [{"CertificateId": "C1"}]}},
            "signing certificate C1",
        ),
        (
            {
                ("iam", "ListServiceSpecificCredentials"): {
                    "ServiceSpecificCredentials": [{"ServiceSpecificCredentialId": "ACCA1"}]
                }
            },
            "credential ACCA1",
        ),
        ({("iam", "GetLoginProfile"): {"LoginProfile": {"UserName": "dana"}}}, "a console password"),
    ],
)
def test_iam_5_a_user_with_credentials_stays(answer: Any, said: str) -> None:
    reader = account(user("dana"), answers={**NO_CREDENTIALS, **answer})
    [item] = found(KIND, reader, declared())
    assert inspected(KIND, reader, item) == f"it has {said}: remove it first"


def test_a_user_with_anything_of_others_stays() -> None:
    theirs = arn("policy", "theirs")
    described = {theirs: {"Tags": ours("iam_policy", "theirs", stack="base")}}
    detail = user("dana", attached=[theirs], inline=["own"])
    reader = account(detail, policy("theirs"), described=described, answers=NO_CREDENTIALS)
    [item] = found(KIND, reader, declared())
    said = "it has policy theirs of stack 'base', inline policy own: remove them first"
    assert inspected(KIND, reader, item) == said
