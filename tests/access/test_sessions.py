"""What somebody may do in a session that is given policies when it begins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rds_secure.access.iam.court import Asker
from rds_secure.access.iam.escalate import Escalations
from rds_secure.access.iam.explain import explain
from rds_secure.access.iam.identities import Identities
from rds_secure.access.iam.who import Who
from rds_secure.access.sessions import Passed, limited, names, passed
from rds_secure.errors import SpecError, UsageError
from tests.access.iam.account import IAM, account, estate, managed, role, user
from tests.access.iam.cases import ANN, ORDERS, ROOT, document, policy, statement

STOP_ORDERS = policy(statement("Allow", "rds:StopDBInstance", resource=ORDERS), name="ci.json")
READS = policy(statement("Allow", "rds:Describe*"), name="reads")


def asker(identities: Identities, name: str, *given: Any, arns: tuple[str, ...] = ()) -> tuple[Who, Asker]:
    """Somebody of an account, in a session that is given a policy, and the question about the account."""
    who = Who(identities, estate())
    known = next(found for found in who.askers if found.caller.name == name)
    (found,) = limited([known], Passed(*given, managed=arns), identities)
    return who, found


def verbs(who: Who, found: Asker) -> set[str]:
    """What one may do to orders, with the way."""
    return {
        " ".join([answer.verb, *(hop.role.rpartition("/")[2] for hop in answer.way)])
        for answer in who.answers_of(found)
        if "orders" in answer.databases
    }


def test_a_session_may_what_both_its_role_and_its_policies_allow() -> None:
    identities = account(role("ci", statement("Allow", "rds:*")), managed("reads", statement("Allow", "rds:Describe*")))
    assert verbs(*asker(identities, "ci", STOP_ORDERS)) == {"modify"}
    assert verbs(*asker(identities, "ci", STOP_ORDERS, arns=(f"{IAM}:policy/reads",))) == {"modify", "describe"}
    poor = account(role("ci", statement("Allow", "rds:Describe*")))
    assert verbs(*asker(poor, "ci", STOP_ORDERS)) == set()


def test_a_managed_policy_that_iam_does_not_show_is_unknown_and_one_that_is_not_there_an_error() -> None:
    identities = account(role("ci", statement("Allow", "rds:*")))
    who, found = asker(identities, "ci", arns=("arn:aws:iam::aws:policy/ReadOnlyAccess",))
    assert all(not answer.sure for answer in who.answers_of(found))
    with pytest.raises(UsageError, match=r"there is no policy .*policy/gone"):
        asker(identities, "ci", arns=(f"{IAM}:policy/gone",))


def test_the_roles_that_a_session_assumes_are_not_limited_its_own_among_them() -> None:
    trusts = {"AWS": ROOT}
    identities = account(
        role("ci", statement("Allow", ["rds:*", "sts:AssumeRole"]), trusts=trusts),
        role("dba", statement("Allow", "rds:*"), trusts=trusts),
    )
    assert verbs(*asker(identities, "ci", STOP_ORDERS)) == {"modify"}
    hop = policy(statement("Allow", "sts:AssumeRole", resource=f"{IAM}:role/dba"))
    assert "delete dba" in verbs(*asker(identities, "ci", hop))
    itself = policy(statement("Allow", "sts:AssumeRole", resource=f"{IAM}:role/ci"))
    assert "delete ci" in verbs(*asker(identities, "ci", itself))


def test_somebody_for_whom_a_user_began_a_session_assumes_no_role() -> None:
    identities = account(
        user("ann", statement("Allow", "rds:*"), statement("Allow", "sts:AssumeRole")),
        role("dba", statement("Allow", ["rds:*", "kms:*"]), trusts={"AWS": ROOT}),
    )
    who, found = asker(identities, "ann", policy(statement("Allow")))
    assert found.caller.token
    assert {answer.way for answer in who.answers_of(found)} == {()}
    assert "use key dba" in verbs(who, next(one for one in who.askers if one.caller.name == "ann"))


def test_what_a_session_can_give_itself_is_limited_too_but_not_what_it_can_give_others() -> None:
    own = statement("Allow", "iam:PutRolePolicy", resource=f"{IAM}:role/ci")
    trust = statement("Allow", "iam:UpdateAssumeRolePolicy", resource=f"{IAM}:role/ci")
    identities = account(role("ci", own, trust, statement("Allow", "rds:Delete*")))
    given = policy(own, trust, statement("Allow", "rds:StopDBInstance"))
    who, found = asker(identities, "ci", given)
    gained = {one.action: set(one.verbs) for one in Escalations(who).of(identities.roles[0], found)}
    assert gained == {"iam:PutRolePolicy": {"modify"}, "iam:UpdateAssumeRolePolicy": {"delete"}}
    unlimited = {one.action: set(one.verbs) for one in Escalations(who).of(identities.roles[0])}
    assert {"modify", "read secret"} <= unlimited["iam:PutRolePolicy"]
    assert "iam:UpdateAssumeRolePolicy" not in unlimited


def test_the_policy_that_does_not_allow_it_is_named() -> None:
    identities = account(role("ci", statement("Allow", "rds:*")))
    who, found = asker(identities, "ci", STOP_ORDERS)
    (explained,) = explain(who, found, "delete", "orders")
    assert {act.decision.lacking for act in explained.acts} == {("session",)}
    (explained,) = explain(who, found, "modify", "orders")
    allowed = next(act.decision for act in explained.acts if act.action == "rds:StopDBInstance")
    assert [(reason.place, reason.policy) for reason in allowed.reasons] == [
        ("identity", "own of role ci"),
        ("session", "ci.json"),
    ]


def test_a_key_that_names_the_role_is_limited_by_the_session_and_one_that_names_the_session_is_not() -> None:
    def key(named: str) -> Any:
        return {"key": (policy(statement("Allow", "kms:*", Principal={"AWS": named}), name="key"),)}

    identities = account(role("ci"))
    for named, expected in (
        (f"{IAM}:role/ci", ""),
        (IAM.replace("iam", "sts") + ":assumed-role/ci/night", "the session is named night"),
    ):
        who = Who(identities, estate(**key(named)))
        known = next(found for found in who.askers if found.caller.name == "ci" and found.caller.session is None)
        (found,) = limited([known], Passed(READS), identities)
        assert {str(answer.when) for answer in who.answers_of(found) if answer.verb == "use key"} == set(
            filter(None, [expected])
        )


def test_root_services_and_providers_have_no_session_of_that_kind() -> None:
    who = Who(account(role("ci")), estate())
    for found in who.askers:
        if found.caller.kind not in ("user", "role"):
            with pytest.raises(UsageError, match="name a role, or a user who begins sessions"):
                list(limited([found], Passed(READS), who.identities))


# Files


def write(folder: Path, written: Any) -> str:
    file = folder / "ci.json"
    file.write_text(written if isinstance(written, str) else json.dumps(written, indent=2))
    return str(file)


def test_a_file_and_arns_are_what_a_session_is_given(tmp_path: Path) -> None:
    arns = [f"{IAM}:policy/one", f"{IAM}:policy/two"]
    found = passed([arns[0], write(tmp_path, document(statement("Allow", "rds:*"))), arns[1], arns[0]])
    assert found is not None
    assert found.inline is not None
    assert (found.inline.name, found.managed) == ("ci.json", tuple(arns))
    assert names(found) == ("ci.json", *arns)
    assert (passed([]), names(None)) == (None, ())


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{", r"ci\.json:1:1: not JSON"),
        ("[]", r"ci\.json:1:1: not a policy document"),
        (document(statement("Allow", "rds:*"), statement("Allow", "rds")), r"ci\.json:9:5: statement 2: Action 'rds'"),
        (document(statement("Perhaps")), r"ci\.json:4:5: statement 1: Effect is 'Perhaps'"),
        (document(statement("Allow", Principal={"AWS": ANN.arn})), r"ci\.json:4:5: statement 1: Principal is not"),
        (document(statement("Allow", [f"rds:{'x' * 60}{n}" for n in range(40)])), r"characters without white space"),
    ],
)
def test_what_sts_would_refuse_is_said_with_its_place(tmp_path: Path, written: Any, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        passed([write(tmp_path, written)])


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"none\.json:1:1: it cannot be read"):
        passed([str(tmp_path / "none.json")])


def test_a_session_is_given_one_document_and_ten_managed_policies_at_most() -> None:
    with pytest.raises(UsageError, match=r"one document at most, not a\.json and b\.json"):
        passed(["a.json", "b.json"])
    with pytest.raises(UsageError, match="10 managed policies at most, not 11"):
        passed([f"{IAM}:policy/{number}" for number in range(11)])
