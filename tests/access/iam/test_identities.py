"""An account from what `GetAccountAuthorizationDetails` answers."""

from __future__ import annotations

from rds_secure.access.iam.evaluate import Request, evaluate
from rds_secure.access.iam.identities import identities, read_policy
from tests.access.iam.account import IAM, account, group, managed, role, user
from tests.access.iam.cases import ACCOUNT, ORDERS, statement

ALLOW = statement("Allow", "rds:*")
DENY = statement("Deny", "rds:Delete*")


def test_a_users_policies_are_its_own_the_attached_and_those_of_its_groups() -> None:
    found = account(
        user("ann", ALLOW, groups=("dba", "gone"), attached=("shared", "unknown"), boundary="limit"),
        group("dba", DENY, attached=("more",)),
        *(managed(name, ALLOW) for name in ("shared", "more", "limit")),
    )
    policies = found.policies_of(found.users[0])
    assert [policy.name for policy in policies.identity or ()] == [
        *("own of user ann", "shared", f"{IAM}:policy/unknown"),
        *("own of group dba", "more", "the group gone"),
    ]
    assert [policy.statements is None for policy in policies.identity or ()] == [False, False, True, False, False, True]
    assert policies.boundary is not None
    assert policies.boundary.name == "limit"


def test_only_the_default_version_of_a_policy_counts() -> None:
    found = account(user("ann", attached=("p",)), managed("p", statement("Allow", "rds:Describe*")))
    ann = found.users[0]
    request = Request(found.caller(ann), "rds:DeleteDBInstance", ORDERS, ACCOUNT)
    assert evaluate(request, found.policies_of(ann)).outcome == "implicit"


def test_a_deny_of_a_group_counts() -> None:
    found = account(user("ann", ALLOW, groups=("dba",)), group("dba", DENY))
    ann = found.users[0]
    request = Request(found.caller(ann), "rds:DeleteDBInstance", ORDERS, ACCOUNT)
    assert evaluate(request, found.policies_of(ann)).outcome == "denied"


def test_tags_of_a_role_are_known_unless_its_sessions_may_bring_others() -> None:
    tagging = [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": ["sts:AssumeRole", "sts:TagSession"]}]
    found = account(role("a", tags={"team": "x"}), role("b", tags={"team": "x"}, trusts=tagging), user("u"))
    fixed, open_ = (found.caller(identity).context() for identity in found.roles)
    ann = found.caller(found.users[0]).context()
    assert fixed.get("aws:PrincipalTag/team") == ("x",)
    assert fixed.get("aws:PrincipalTag/other") == ()
    assert open_.get("aws:PrincipalTag/team") is None
    assert ann.get("aws:PrincipalTag/team") == ()
    assert ann.get("aws:username") == ("u",)
    assert fixed.get("aws:username") == ()


def test_instance_profiles_belong_to_their_role() -> None:
    found = account(role("app", InstanceProfileList=[{"InstanceProfileName": "web"}]))
    assert found.roles[0].profiles == ("web",)


def test_what_makes_no_sense_is_unread_and_an_empty_account_is_empty() -> None:
    assert read_policy("p", "not json").statements is None
    assert read_policy("p", {"Statement": [{"Effect": "Perhaps", "Action": "*"}]}).statements is None
    assert identities({}, ACCOUNT).users == ()
