"""Groups: whose one is by its path, its policies, and the members that keep it."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure.fields import markers
from rds_secure.kind import Consequence, Found
from rds_secure.operation import Retry
from rds_secure.resources.iam_group import KIND, IamGroupSpec
from rds_secure.values import Address
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
from tests.resources.planning import actions, checked, compare, complaints, created, declare, updated

STACK = "/rds-secure/eu-west-1/orders/"
PATH = f"{STACK}team/"


def declared(**fields: Any) -> Any:
    return declare(KIND, "team", fields)


def live(*others: Any, described: Any = None, **fields: Any) -> Found[IamGroupSpec]:
    """The group ``team`` of our stack as it is read."""
    [item] = found(KIND, account(group("team", PATH, **fields), *others, described=described), declared())
    return item


# What is written


def test_iam_6_a_group_has_neither_tags_nor_a_path_to_write() -> None:
    assert not KIND.taggable
    assert not {"tags", "path"} & set(markers(IamGroupSpec))


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"name": "a/b"}, ("name",)),
        ({"name": "x" * 129}, ("name",)),
        ({"policies": ["${iam_policy.x}"]}, ("policies", 0)),
    ],
)
def test_a_mistake_is_found_offline(fields: dict[str, Any], path: tuple[Any, ...]) -> None:
    assert [where for where, _ in complaints(KIND, fields)] == [path]


def test_policies_outside_the_stack_must_exist() -> None:
    resource = declared(policies=["ReadOnlyAccess", "NoSuchAccess"])
    assert verified(KIND, account(), resource) == [(("policies", 1), "there is no policy NoSuchAccess")]


# What is read


def test_the_minimal_spec_is_in_sync_with_what_it_makes() -> None:
    difference, _ = compare(KIND, declared(), live())
    assert difference == type(difference)()


def test_a_group_is_ours_by_its_path() -> None:
    item = live(attached=[READ_ONLY], inline=["own"])
    assert item.owned_by_path is not None
    assert (item.owned_by_path.stack, item.owned_by_path.name) == ("orders", "team")
    assert (item.owned_by_path.address, item.keyed) == (Address("iam_group", "team"), True)
    assert item.spec.policies == (READ_ONLY,)
    assert item.spec.inline_policies == ("own",)
    assert item.exports == {"arn": arn("group", "team", PATH), "name": "team"}


@pytest.mark.parametrize(
    ("path", "stack"),
    [
        ("/", None),
        ("/teams/", None),
        ("/rds-secure/eu-west-1/orders/team/more/", None),
        ("/rds-secure/eu-west-1/billing/", "billing"),
        ("/rds-secure/eu-west-1/billing/team/", "billing"),
        ("/rds-secure/us-east-1/orders/", "orders in us-east-1"),
        ("/rds-secure/us-east-1/orders/team/", "orders in us-east-1"),
    ],
)
def test_a_declared_group_elsewhere_is_somebody_elses(path: str, stack: str | None) -> None:
    [item] = found(KIND, account(group("TEAM", path)), declared())
    assert item.identity == "team"
    assert (item.owned_by_path and item.owned_by_path.stack) == stack


def test_all_groups_under_our_path_are_read_with_one_call() -> None:
    theirs = group("theirs", "/rds-secure/eu-west-1/billing/theirs/")
    reader = account(group("Other-Name", PATH), group("old", STACK), group("stranger"), theirs)
    assert [item.name for item in found(KIND, reader, declared())] == ["Other-Name", "old"]
    assert reader.calls == [BULK]


def test_a_group_of_before_goes_by_its_name_and_stays_where_it_may_have_had_another() -> None:
    reader = account(group("old", STACK))
    [item] = found(KIND, reader, declare(KIND, "old", {}))
    assert not item.keyed
    assert inspected(KIND, reader, item) == "may go"
    [item] = found(KIND, reader, declared())
    assert inspected(KIND, reader, item) == "its path does not tell its key, so it may be what team was before"


# What is made and changed


def test_a_group_is_made_under_the_path_of_its_stack_and_key() -> None:
    made, attached = created(KIND, declared(policies=["ReadOnlyAccess"]))
    assert made.params == {"GroupName": "team", "Path": PATH}
    assert set(made.exports) == set(KIND.exports)
    assert attached.params == {"GroupName": "team", "PolicyArn": READ_ONLY}
    assert attached.retry_on == (Retry("NoSuchEntity"),)  # IAM-1


def test_policies_come_and_go() -> None:
    item = live(attached=[READ_ONLY], inline=["own"])
    assert actions(updated(KIND, declared(policies=[POWER_USER]), item)) == ["AttachGroupPolicy"]
    assert actions(updated(KIND, declared(policies=[POWER_USER], exclusive="true"), item)) == [
        "AttachGroupPolicy",
        "DetachGroupPolicy",
        "DeleteGroupPolicy",
    ]


# What is adopted


def test_iam_6_a_group_that_is_adopted_moves_below_our_path_and_the_plan_says_what_that_means() -> None:
    [item] = found(KIND, account(group("team", "/teams/")), declared())
    assert item.exports == {"name": "team"}, "an ARN that is about to change is none to refer to"
    _, change = compare(KIND, declared(), item)
    after = KIND.follow(change, {})
    [moved] = checked(after.operations)
    assert (moved.params, moved.destructive) == ({"GroupName": "team", "NewPath": PATH}, False)
    assert moved.wait is not None
    assert (moved.wait.action, moved.wait.exports["arn"]) == ("GetGroup", "Arn")
    assert [(item.path, item.old, item.new) for item in after.changes] == [("path", "/teams/", PATH)]
    [note] = after.notes
    assert f"from {arn('group', 'team', '/teams/')} to {arn('group', 'team', PATH)}: what names the old one" in note


@pytest.mark.parametrize("path", [PATH, STACK])
def test_a_group_of_the_stack_stays_where_it_is(path: str) -> None:
    [item] = found(KIND, account(group("team", path)), declared())
    _, change = compare(KIND, declared(), item)
    assert KIND.follow(change, {}) == Consequence()


# What is deleted


def test_outside_policies_are_detached_before_the_group_goes() -> None:
    own = arn("policy", "own")
    item = live(policy("own"), described={own: {"Tags": ours("iam_policy", "own")}}, attached=[READ_ONLY, own])
    calls = deleted(KIND, item)
    assert [(call.action, call.destructive) for call in calls] == [("DetachGroupPolicy", False), ("DeleteGroup", True)]
    assert calls[0].params["PolicyArn"] == READ_ONLY  # its own policies let go of it by themselves


def test_members_of_the_stack_leave_by_themselves() -> None:
    member = user("dana", groups=["team"], tags=ours("iam_user", "dana"))
    assert inspected(KIND, account(), live(member)) == "may go"


def test_iam_5_a_group_with_other_members_or_policies_stays() -> None:
    members = (
        user("eve", groups=["team"]),
        user("fay", groups=["team"], tags=ours("iam_user", "fay", stack="base")),
        user("gil", groups=["other"]),
    )
    item = live(*members, inline=["own"])
    assert inspected(KIND, account(), item) == "it has member eve, member fay, inline policy own: remove them first"
