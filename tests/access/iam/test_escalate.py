"""Who can give themselves more than they have."""

from __future__ import annotations

import pytest

from rds_secure.access.iam.escalate import Escalations
from rds_secure.access.iam.identities import Identities
from rds_secure.access.iam.who import Who
from tests.access.iam.account import IAM, MFA, account, estate, group, managed, role, user
from tests.access.iam.cases import statement

DELETE = statement("Allow", "rds:DeleteDBInstance")
EVERY = ("create", "modify", "delete", "describe", "connect", "read secret", "use key", "break key")


def told(identities: Identities, name: str = "ann") -> list[tuple[str, ...]]:
    """Action, targets, what it gives, the verbs, when, and the service that runs things as a role."""
    found = [one for one in Escalations(Who(identities, estate())).all() if one.principal.name == name]
    return [
        (
            one.action.removeprefix("iam:"),
            " ".join(arn.removeprefix(f"{IAM}:") for arn in one.targets),
            one.gift,
            " ".join(one.verbs),
            str(one.when),
            one.launch,
        )
        for one in found
    ]


@pytest.mark.parametrize("action", ["PutUserPolicy", "AttachUserPolicy"])
def test_a_user_who_may_write_its_own_policies(action: str) -> None:
    mine = statement("Allow", f"iam:{action}", f"{IAM}:user/${{aws:username}}")
    found = account(user("ann", mine), user("bob", statement("Allow", f"iam:{action}", f"{IAM}:user/ann")))
    assert told(found) == [(action, "user/ann", "anything", " ".join(EVERY), "always", "")]
    assert told(found, "bob") == []


def test_a_role_that_may_write_its_own_policies() -> None:
    found = account(role("app", statement("Allow", "iam:PutRolePolicy", Condition=MFA)), role("other"))
    assert told(found, "app") == [
        ("PutRolePolicy", "role/app", "anything", " ".join(EVERY), "aws:MultiFactorAuthPresent = true", "")
    ]


def test_policies_of_ones_groups_and_those_attached_to_oneself() -> None:
    version = statement("Allow", ["iam:CreatePolicyVersion", "iam:PutGroupPolicy"])
    found = account(
        user("ann", version, groups=("dba",), attached=("mine",)),
        group("dba", attached=("ours",)),
        group("other"),
        *(managed(name, statement("Allow", "s3:*")) for name in ("mine", "ours", "theirs")),
    )
    assert [row[:2] for row in told(found)] == [
        ("PutGroupPolicy", "group/dba"),
        ("CreatePolicyVersion", "policy/mine policy/ours"),
    ]


def test_what_is_denied_is_no_means() -> None:
    found = account(user("ann", statement("Allow", "iam:*"), statement("Deny", "iam:*")))
    assert told(found) == []


def test_a_group_that_one_can_enter_gives_what_its_policies_allow() -> None:
    found = account(
        user("ann", statement("Allow", "iam:AddUserToGroup"), groups=("in",)),
        group("in", DELETE | {"Action": "rds:Stop*"}),
        group("dba", DELETE),
        group("poor", statement("Allow", "s3:*")),
    )
    assert told(found) == [("AddUserToGroup", "group/dba", "what it may", "delete", "always", "")]


def test_another_users_credentials_give_what_that_user_may() -> None:
    found = account(
        user("ann", statement("Allow", ["iam:CreateAccessKey", "iam:CreateLoginProfile"], f"{IAM}:user/*")),
        user("bob", DELETE),
        user("eve"),
    )
    assert [row[:4] for row in told(found)] == [
        ("CreateAccessKey", "user/bob", "what it may", "delete"),
        ("CreateLoginProfile", "user/bob", "what it may", "delete"),
    ]


def test_what_one_has_already_is_nothing_to_gain() -> None:
    found = account(user("ann", statement("Allow", "iam:CreateAccessKey"), DELETE), user("bob", DELETE))
    assert told(found) == []


def test_a_trust_policy_that_one_may_write() -> None:
    found = account(user("ann", statement("Allow", "iam:UpdateAssumeRolePolicy")), role("dba", DELETE), role("poor"))
    assert told(found) == [("UpdateAssumeRolePolicy", "role/dba", "what it may", "delete", "always", "")]


def test_a_role_is_passed_to_a_service_that_it_trusts_and_that_one_may_use() -> None:
    launch = statement("Allow", ["iam:PassRole", "ec2:RunInstances", "lambda:CreateFunction"])
    found = account(
        user("ann", launch),
        role("app", DELETE),
        role("fn", DELETE, trusts={"Service": "lambda.amazonaws.com"}),
    )
    assert told(found) == [("PassRole", "role/app", "what it may", "delete", "always", "ec2.amazonaws.com")]


@pytest.mark.parametrize(
    ("operator", "service", "when"),
    [
        ("StringEquals", "ec2.amazonaws.com", "always"),
        ("StringLike", "ec2.*", "always"),
        ("StringEquals", "rds.amazonaws.com", None),
        ("StringNotEquals", "ec2.amazonaws.com", None),
    ],
)
def test_a_condition_on_the_service_is_decided_by_what_runs_the_role(
    operator: str, service: str, when: str | None
) -> None:
    passing = statement("Allow", "iam:PassRole", Condition={operator: {"iam:PassedToService": service}})
    found = account(user("ann", passing, statement("Allow", "ec2:RunInstances")), role("app", DELETE))
    assert [row[4] for row in told(found)] == ([when] if when else [])


def test_a_boundary_that_one_may_take_off() -> None:
    mine = statement("Allow", ["iam:DeleteUserPermissionsBoundary", "rds:*"])
    found = account(
        user("ann", mine, boundary="limit"),
        user("bob", mine),
        managed("limit", statement("Allow", ["iam:*", "rds:Describe*"])),
    )
    assert [row[:3] for row in told(found)] == [
        ("DeleteUserPermissionsBoundary", "user/ann", "the boundary's rest"),
    ]
    assert told(found, "bob") == []


def test_who_may_do_everything_has_nothing_to_gain() -> None:
    assert told(account(user("ann", statement("Allow")), user("bob", statement("Allow")))) == []
