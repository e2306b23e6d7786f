"""Answers in order for people: alike principals together, what is dangerous first, nothing that cannot come true."""

from __future__ import annotations

from typing import Any

from rds_secure.access.findings import Findings, find
from rds_secure.access.iam.logic import NO, YES, Literal
from rds_secure.access.iam.match import NameFits
from rds_secure.access.listing import Half, halves
from rds_secure.access.naming import label
from rds_secure.access.posture import Posture
from rds_secure.inventory import Inventory
from tests.access.iam.account import IAM, MFA, managed, role, user
from tests.access.iam.cases import ACCOUNT, ALLOW_ALL, OTHER, policy, statement
from tests.access.postures import DETAILS, KEY, PLACE, RDS, SHOP, asked

FITS = Literal(NameFits("x"))


def told(found: Findings, verb: str) -> list[tuple[str, ...]]:
    """The rows of a verb: principals, databases, when, only what, and the roles on the way."""
    assert found.listing is not None
    rows = [row for listed in found.listing.rows.values() for row in listed if row.verb == verb]
    return [
        (
            " ".join(label(caller, ACCOUNT) for caller in row.principals),
            " ".join(row.databases),
            str(row.when),
            *row.only,
            *(hop.role.rpartition("/")[2] for hop in row.way),
        )
        for row in rows
    ]


def test_alike_principals_share_a_row_and_unconditional_rows_come_first() -> None:
    mine = statement("Allow", "rds:DeleteDBInstance")
    found = asked(user("ann", mine | {"Condition": MFA}), user("bob", mine), user("cid", mine))
    assert told(found, "delete") == [
        ("user bob user cid", "* db:orders db:payments", "always"),
        ("user ann", "* db:orders db:payments", "aws:MultiFactorAuthPresent = true"),
    ]


def test_verbs_come_by_danger() -> None:
    found = asked(user("ann", statement("Allow")))
    assert found.listing is not None
    assert list(found.listing.rows) == [
        *("delete", "break key", "modify", "read secret", "connect", "use key", "create", "describe"),
    ]


def test_outsiders_come_before_the_accounts_own() -> None:
    mine = statement("Allow", "rds:DeleteDBInstance")
    found = asked(user("ann", mine), role("app", mine, trusts={"AWS": f"arn:aws:iam::{OTHER}:root"}))
    rows = told(found, "delete")
    assert rows[0] == (f"account {OTHER}", "* db:orders db:payments", "always", "app")
    assert rows[1][0] == "user ann role app"


def test_a_database_to_come_has_no_name_that_another_one_has() -> None:
    for arn in (f"{RDS}:db:orders", "arn:aws:rds:*:*:db:orders"):
        assert told(asked(user("ann", statement("Allow", "rds:DeleteDBInstance", arn))), "delete") == [
            ("user ann", "db:orders", "always")
        ]
    wide = asked(user("ann", statement("Allow", "rds:DeleteDBInstance", f"{RDS}:db:ord*")))
    assert ("user ann", "*", f"the name fits {RDS}:db:ord*") in told(wide, "delete")


def test_users_inside_a_database_are_not_users_of_another() -> None:
    app = f"arn:aws:rds-db:*:{ACCOUNT}:dbuser:db-1/app"
    found = asked(user("ann", statement("Allow", "rds-db:connect", app)))
    assert told(found, "connect") == [("user ann", "db:orders", f"the name fits {app}")]


def test_the_key_of_a_database_to_come_is_taken_to_let_the_account_decide() -> None:
    assert told(asked(user("ann", statement("Allow", "kms:Decrypt"))), "use key") == [
        ("user ann", "* db:orders", "always")
    ]
    assert told(asked(user("ann", statement("Allow", "kms:Decrypt", KEY))), "use key") == [
        ("user ann", "db:orders", "always")
    ]


def test_who_may_delete_snapshots_is_not_taken_for_who_may_delete_databases() -> None:
    snapshots = statement("Allow", "rds:DeleteDBSnapshot")
    assert told(asked(user("ann", snapshots)), "delete") == [
        ("user ann", "* db:orders db:payments", "always", "rds:DeleteDBSnapshot")
    ]
    both = asked(user("ann", snapshots, statement("Allow", "rds:DeleteDBInstance", Condition=MFA)))
    assert told(both, "delete") == [
        ("user ann", "* db:orders db:payments", "aws:MultiFactorAuthPresent = true"),
        ("user ann", "* db:orders db:payments", "always", "rds:DeleteDBSnapshot"),
    ]


def test_what_is_said_of_snapshots_is_left_out_where_the_database_says_it_too() -> None:
    database, snapshot = ("rds:DeleteDBInstance", YES), ("rds:DeleteDBSnapshot", FITS)
    assert halves((database, snapshot)) == (Half(True, YES, (database, snapshot)),)
    assert halves((snapshot,)) == (Half(False, FITS, (snapshot,)),)
    assert halves((("rds:DeleteDBInstance", FITS), snapshot))[0].itself
    assert len(halves((("rds:DeleteDBInstance", FITS), snapshot))) == 1
    assert len(halves((("rds:DeleteDBInstance", FITS), ("rds:DeleteDBSnapshot", YES)))) == 2
    assert all(half.when is not NO for half in halves((database, snapshot)))


def test_root_is_told_once_and_services_in_short() -> None:
    listing = asked(*SHOP).listing
    assert listing is not None
    assert set(listing.root) == set(listing.choice.verbs)
    shown = {label(caller, ACCOUNT) for rows in listing.rows.values() for row in rows for caller in row.principals}
    assert shown == {
        *("user ann", "user bob", "user cid", "user eve", "role dba", "role app-ci", "role app-host"),
        f"account {OTHER}",
    }
    assert [(row.principal.arn, row.verbs) for row in listing.services] == [
        ("ec2.amazonaws.com", ("connect",)),
        ("rds.amazonaws.com", ("describe",)),
    ]
    assert [(row.principal.name, row.verbs) for row in listing.linked] == [("AWSServiceRoleForRDS", ("describe",))]


def test_root_has_rows_where_the_organization_limits_it() -> None:
    limited = ((ALLOW_ALL,), (ALLOW_ALL, policy(statement("Deny", "rds:Delete*"))))
    listing = asked(*SHOP, levels=limited).listing
    assert listing is not None
    assert "delete" not in listing.root
    assert "modify" in listing.root


def test_services_that_are_asked_about_have_rows() -> None:
    assert told(asked(*SHOP, principals=("service/ec2*",)), "connect") == [
        (
            "service ec2.amazonaws.com",
            "* db:orders db:payments",
            f"the name fits arn:aws:rds-db:*:{ACCOUNT}:dbuser:*/app",
            "app-host",
        )
    ]


def test_only_what_is_asked_about_is_told() -> None:
    found = asked(*SHOP, on=("orders",), verbs=("delete", "read-secret"), principals=("role/*", "ann"))
    assert found.listing is not None
    assert list(found.listing.rows) == ["delete", "read secret"]
    assert {name for rows in found.listing.rows.values() for row in rows for name in row.databases} == {"db:orders"}
    assert found.escalations == ()


def test_what_others_can_give_themselves_is_told_once_for_all_of_them() -> None:
    helps = statement("Allow", "iam:CreatePolicyVersion", f"{IAM}:policy/own")
    given: Any = {"attached": ("own",)}
    found = asked(user("ann", **given), user("bob", **given), managed("own", helps))
    (gain,) = found.gains
    assert [caller.name for caller in gain.principals] == ["ann", "bob"]
    assert [by.targets for by in gain.means] == [(f"{IAM}:policy/own",)]
    assert dict(gain.given)["delete"] == ("*", "db:orders", "db:payments")
    assert dict(gain.given)["read secret"] == ("*", "db:orders")
    (only,) = asked(user("ann", **given), managed("own", helps), on=("payments",), verbs=("delete",)).gains
    assert only.given == (("delete", ("db:payments",)),)
    assert asked(user("ann", statement("Allow", "iam:PutUserPolicy"))).gains[0].means[0].targets == ("itself",)


def test_nothing_is_told_where_nobody_was_read() -> None:
    found = find(Posture(Inventory(PLACE, {}, {DETAILS: "AccessDenied"})))
    assert found.listing is None
    assert found.gains == ()
    assert [(item.call, item.code) for item in found.unknown] == [
        ("iam:GetAccountAuthorizationDetails", "AccessDenied")
    ]
