"""Who alone may: whom a list means, and who breaks an expectation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rds_secure.access.expect import ByPrincipal, Names, Outcome, State, problems
from rds_secure.inventory import Inventory, Question
from rds_secure.values import Address
from tests.access.expect.kit import NOTHING, Known, known, outcome
from tests.access.iam.account import IAM, MFA, account, estate, group, key_policy, managed, role, user
from tests.access.iam.cases import ACCOUNT, KEY, OTHER, statement

DELETE = statement("Allow", "rds:DeleteDBInstance")
ON = {"may": "delete", "on": "db:orders"}


def of(*items: dict[str, Any], **governing: Any) -> Known:
    """An account whose databases are called db:orders and db:payments, as in an inventory."""
    asked = estate(**governing)
    renamed = tuple(replace(database, name=f"db:{database.name}") for database in asked.databases)
    return Known(account(*items), replace(asked, databases=renamed))


def breakers(found: Outcome) -> list[str]:
    """Who breaks it."""
    breaches = [breach for breach in found.breaches if isinstance(breach, ByPrincipal)]
    return [f"{breach.caller.kind} {breach.caller.name}" for breach in breaches]


def test_it_is_met_where_only_those_may() -> None:
    posture = of(role("dba", DELETE), role("app", statement("Allow", "rds:Describe*")))
    assert outcome(posture, only=["root", f"{IAM}:role/dba"], **ON).state is State.MET


def test_whoever_else_may_breaks_it_and_the_statement_is_named() -> None:
    found = outcome(of(role("dba", DELETE), role("app", DELETE)), only=["root", f"{IAM}:role/dba"], **ON)
    assert breakers(found) == ["role app"]
    (breach,) = found.breaches
    assert isinstance(breach, ByPrincipal)
    assert (breach.verb, breach.things, str(breach.when)) == ("delete", ("db:orders",), "always")
    assert [(reason.policy, reason.statement) for reason in breach.reasons] == [("own of role app", "statement 1")]


def test_root_has_to_be_named_like_everybody() -> None:
    assert breakers(outcome(of(), only=[], **ON)) == [f"root {IAM}:root"]


def test_a_permission_on_conditions_counts_with_its_condition() -> None:
    found = outcome(of(user("ann", {**DELETE, "Condition": MFA})), only=["root"], **ON)
    assert breakers(found) == ["user ann"]
    assert "MultiFactorAuthPresent" in str(found.breaches[0].when)  # type: ignore[union-attr]


def test_a_reference_means_what_it_yields() -> None:
    names = Names(known(iam_role__dba=f"{IAM}:role/dba"))
    assert outcome(of(role("dba", DELETE)), names, only=["${iam_role.dba}", "root"], **ON).holds


def test_a_group_means_its_members() -> None:
    posture = of(group("ops", DELETE), user("ann", groups=("ops",)), user("bob", DELETE))
    assert breakers(outcome(posture, only=["root", f"{IAM}:group/ops"], **ON)) == ["user bob"]


def test_a_star_stands_for_anything_in_an_arn() -> None:
    posture = of(role("dba-1", DELETE), role("dba-2", DELETE), role("app", DELETE))
    assert breakers(outcome(posture, only=["root", f"{IAM}:role/dba-*"], **ON)) == ["role app"]


def test_a_role_that_somebody_assumes_is_who_acts() -> None:
    trust = {"AWS": [f"{IAM}:user/ann", f"arn:aws:iam::{OTHER}:root"]}
    posture = of(role("dba", DELETE, trusts=trust), user("ann", statement("Allow", "sts:AssumeRole")))
    assert outcome(posture, only=["root", f"{IAM}:role/dba"], **ON).holds


def test_roles_that_are_linked_to_a_service_are_not_counted() -> None:
    linked = role("AWSServiceRoleForX", DELETE) | {"Arn": f"{IAM}:role/aws-service-role/x.amazonaws.com/R"}
    assert outcome(of(linked), only=["root"], **ON).holds


def test_a_path_that_looks_like_that_of_a_service_does_not_make_a_role_one() -> None:
    disguised = role("app", DELETE) | {"Arn": f"{IAM}:role/x:role/aws-service-role/app"}
    assert breakers(outcome(of(disguised), only=["root"], **ON)) == ["role app"]


def test_rds_itself_is_not_counted() -> None:
    granted = statement("Allow", "kms:Decrypt", Principal={"Service": "rds.eu-west-1.amazonaws.com"})
    assert outcome(of(key=key_policy(granted)), only=["root"], may="use key", on=KEY).holds


def test_every_database_means_those_that_are_yet_to_be_made() -> None:
    own = statement("Allow", "rds:DeleteDBInstance", "arn:aws:rds:*:*:db:dev-*")
    found = outcome(of(user("ann", own)), only=["root"], may="delete", on="every database")
    assert found.breaches[0].things == ("*",)  # type: ignore[union-attr]
    assert outcome(of(user("ann", own)), only=["root"], **ON).holds


def test_every_database_is_not_known_where_clusters_could_not_be_listed() -> None:
    posture = of()
    posture.__dict__["inventory"] = Inventory(
        NOTHING.place, unread={Question("rds", "DescribeDBClusters"): "AccessDenied"}
    )
    assert outcome(posture, only=["root"], may="delete", on="every database").state is State.UNKNOWN
    assert outcome(posture, only=["root"], **ON).state is State.MET


def test_databases_of_the_stack_are_those_that_it_declares() -> None:
    names = Names(aws_name=lambda address: address.name, declared=[Address("db_instance", "payments")])
    posture = of(user("ann", statement("Allow", "rds:DeleteDBInstance", "*:db:orders")))
    assert outcome(posture, names, only=["root"], may="delete", on="every database of this stack").holds


def test_who_can_give_himself_the_right_breaks_it_unless_that_is_allowed() -> None:
    posture = of(user("ann", statement("Allow", "iam:PutUserPolicy")))
    found = outcome(posture, only=["root"], **ON)
    assert found.breaches[0].escalation is not None  # type: ignore[union-attr]
    assert outcome(posture, only=["root"], escalation="allow", **ON).holds


def test_a_policy_that_was_not_read_leaves_it_unknown() -> None:
    posture = of(role("app", attached=("secret",)))
    found = outcome(posture, only=["root"], **ON)
    assert (found.state, found.holds) == (State.UNKNOWN, False)
    assert "was not read" in found.unknown[0]
    assert outcome(posture, only=["root"], unknown="allow", **ON).holds


def test_a_policy_that_was_not_read_does_not_hide_one_that_allows() -> None:
    found = outcome(of(role("app", DELETE, attached=("secret",))), only=["root"], **ON)
    assert (found.state, breakers(found)) == (State.BROKEN, ["role app"])


def test_without_the_identities_nothing_is_known() -> None:
    assert outcome(Known(), only=["root"], **ON).unknown == ("the identities of the account were not read",)


def test_a_database_that_is_not_there_is_unknown() -> None:
    assert outcome(of(), only=["root"], may="delete", on="db:oders").unknown == ("there is no db:oders in the account",)


@pytest.mark.parametrize("on", [KEY, "${kms_key.data}", "db:orders"])
def test_a_key_is_judged_by_itself_or_by_its_database(on: str) -> None:
    use = statement("Allow", "kms:Decrypt")
    posture = of(user("ann", use), key=key_policy())
    names = Names(known(kms_key__data=KEY))
    assert breakers(outcome(posture, names, only=["root"], may="use key", on=on)) == ["user ann"]


def test_other_accounts_services_and_anyone_are_named_in_words() -> None:
    grants = [
        statement("Allow", "kms:Decrypt", Principal={"AWS": f"arn:aws:iam::{OTHER}:root"}),
        statement("Allow", "kms:Decrypt", Principal={"Service": "logs.amazonaws.com"}),
    ]
    posture = of(key=key_policy(*grants))
    found = outcome(posture, only=["root"], may="use key", on=KEY)
    assert breakers(found) == [f"root arn:aws:iam::{OTHER}:root", "service logs.amazonaws.com"]
    assert outcome(
        posture, only=["root", f"account {OTHER}", "service logs.amazonaws.com"], may="use key", on=KEY
    ).holds
    anyone = of(key=key_policy(statement("Allow", "kms:Decrypt", Principal="*")))
    assert "anyone *" in breakers(outcome(anyone, only=["root"], may="use key", on=KEY))


def test_a_key_is_called_so_once() -> None:
    found = outcome(
        of(user("ann", statement("Allow", "kms:Decrypt")), key=key_policy()), only=["root"], may="use key", on=KEY
    )
    (told,) = problems([found], ACCOUNT)
    assert (
        f"only root may use key {KEY.rpartition('/')[2]}, but user ann may use key {KEY.rpartition('/')[2]}"
        in told.what
    )


STATEMENTS = st.sampled_from(
    [DELETE, {**DELETE, "Condition": MFA}, statement("Allow", "iam:*"), statement("Allow"), statement("Deny", "rds:*")]
)
ACCOUNTS = st.tuples(st.lists(STATEMENTS, max_size=3), st.lists(STATEMENTS, max_size=3))


@settings(max_examples=40, deadline=None)
@given(ACCOUNTS, st.sets(st.sampled_from(["root", f"{IAM}:role/dba", f"{IAM}:user/ann"])), st.data())
def test_naming_one_more_never_breaks_it(
    written: tuple[list[Any], list[Any]], only: set[str], data: st.DataObject
) -> None:
    posture = of(role("dba", *written[0]), user("ann", *written[1]))
    more = only | {data.draw(st.sampled_from([f"{IAM}:role/dba", f"{IAM}:user/*"]))}
    assert len(outcome(posture, only=sorted(more), **ON).breaches) <= len(
        outcome(posture, only=sorted(only), **ON).breaches
    )


@settings(max_examples=40, deadline=None)
@given(ACCOUNTS, STATEMENTS.filter(lambda item: item["Effect"] == "Allow"))
def test_one_more_allow_never_mends_it(written: tuple[list[Any], list[Any]], more: Any) -> None:
    before = of(role("dba", *written[0]), user("ann", *written[1]), managed("m", DELETE))
    after = of(role("dba", *written[0]), user("ann", *written[1], more), managed("m", DELETE))
    was, now = (outcome(posture, only=["root"], **ON) for posture in (before, after))
    assert set(breakers(was)) <= set(breakers(now))
