"""Who may do what to which database, in small accounts."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rds_secure.access.iam.identities import Identities
from rds_secure.access.iam.who import Who
from tests.access.iam.account import (
    IAM,
    MFA,
    SECRET,
    account,
    estate,
    group,
    key_policy,
    line,
    managed,
    role,
    told,
    user,
)
from tests.access.iam.cases import ACCOUNT, ALLOW_ALL, KEY, ORDERS, OTHER, ROOT, policy, statement

ALL = "* orders payments"
DELETE = statement("Allow", "rds:DeleteDBInstance")
ASSUME = statement("Allow", "sts:AssumeRole")


def test_an_allowed_action_allows_its_verb_on_what_it_names() -> None:
    found = account(user("ann", DELETE), user("bob", statement("Allow", "rds:DeleteDBInstance", ORDERS)), user("eve"))
    assert told(found, "ann") == [("delete", ALL, "always")]
    assert told(found, "bob") == [
        ("delete", "*", f"the name fits {ORDERS}"),
        ("delete", "orders", "always"),
    ]
    assert told(found, "eve") == []


def test_in_general_asks_about_databases_of_any_name() -> None:
    mine = statement("Allow", "rds:Delete*", "arn:aws:rds:*:*:db:dev-*")
    assert told(account(user("ann", mine)), "ann") == [("delete", "*", "the name fits arn:aws:rds:*:*:db:dev-*")]


def test_creating_needs_all_that_is_named() -> None:
    only_db = statement("Allow", "rds:CreateDBInstance", "arn:aws:rds:*:*:db:*")
    groups = statement("Allow", "rds:CreateDBInstance", ["arn:aws:rds:*:*:pg:orders", "arn:aws:rds:*:*:subgrp:*"])
    assert told(account(user("ann", only_db)), "ann") == [("create", "payments", "always")]
    assert ("create", "orders payments", "always") in told(account(user("ann", only_db, groups)), "ann")


def test_tags_of_a_database_decide_but_not_of_one_yet_to_be_made() -> None:
    mine = {"Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}}
    found = account(
        user("ann", statement("Allow", "rds:StopDBInstance", **mine), tags={"team": "a"}),
        user("bob", statement("Allow", "rds:RestoreDBInstanceFromS3", **mine), tags={"team": "a"}),
    )
    assert told(found, "ann") == [
        ("modify", "*", "aws:ResourceTag/team = a"),
        ("modify", "orders", "always"),
    ]
    assert told(found, "bob") == [("create", ALL, "aws:ResourceTag/team = a")]


def test_connecting_names_the_user_of_the_database() -> None:
    app = f"arn:aws:rds-db:*:{ACCOUNT}:dbuser:db-1/app"
    found = account(
        user("ann", statement("Allow", "rds-db:connect", app)),
        user("bob", statement("Allow", "rds-db:connect", "arn:aws:rds-db:*:*:dbuser:db-2/*")),
    )
    assert told(found, "ann") == [("connect", "* orders", f"the name fits {app}")]
    assert ("connect", "payments", "always") in told(found, "bob")


def test_groups_boundaries_and_the_organization_count() -> None:
    found = account(
        user("ann", groups=("dba",)),
        user("bob", groups=("dba",), boundary="reads"),
        group("dba", DELETE, attached=("reads",)),
        managed("reads", statement("Allow", "rds:Describe*")),
    )
    described = [("describe", "*", "always"), ("describe", "orders payments", "always")]
    assert told(found, "ann") == [("delete", ALL, "always"), *described]
    assert told(found, "bob") == described
    no_deletes = (ALLOW_ALL, policy(statement("Deny", "rds:Delete*")))
    limited = account(user("ann", DELETE), levels=((ALLOW_ALL,), no_deletes))
    assert told(limited, "ann") == []
    assert "delete" not in {row[0] for row in told(limited, ROOT)}
    assert ("modify", "*", "always") in told(limited, ROOT)


def test_keys_are_used_by_whom_their_policy_lets() -> None:
    found = account(user("ann", statement("Allow", "kms:Decrypt", KEY)), role("app"))
    assert told(found, "ann") == [
        ("use key", "*", f"the name fits {KEY} and the policy of the key lets the account decide = true"),
        ("use key", "orders", "always"),
    ]
    to_app = key_policy(statement("Allow", ["kms:Decrypt", "kms:PutKeyPolicy"], Principal={"AWS": f"{IAM}:role/app"}))
    locked = estate(key=to_app)
    assert ("use key", "orders", "always") not in told(found, "ann", locked)
    assert ("use key", "orders", "always") in told(found, "app", locked)
    assert ("break key", "orders", "always") in told(found, "app", locked)
    assert not [row for row in told(found, ROOT, locked) if row[:2] == ("use key", "orders")]


def test_secrets_are_read_by_whom_either_side_lets() -> None:
    found = account(user("ann", statement("Allow", "secretsmanager:*", SECRET)), user("bob"))
    assert ("read secret", "orders", "always") in told(found, "ann")
    shared = (policy(statement("Allow", "secretsmanager:GetSecretValue", Principal={"AWS": f"{IAM}:user/bob"})),)
    assert told(found, "bob", estate(secret=shared)) == [("read secret", "orders", "always")]


def test_who_can_become_a_role_can_do_what_it_can() -> None:
    found = account(
        user("ann", ASSUME),
        user("bob", statement("Allow", "sts:AssumeRole", f"{IAM}:role/other")),
        user("cid"),
        role("dba", DELETE, trusts={"AWS": ROOT}),
        role("named", DELETE, trusts={"AWS": f"{IAM}:user/cid"}),
    )
    assert told(found, "ann") == [("delete", ALL, "always", "dba (always)")]
    assert told(found, "bob") == []
    assert told(found, "cid") == [("delete", ALL, "always", "named (always)")]


def test_roles_are_followed_to_the_end_each_by_the_best_way() -> None:
    found = account(
        user("ann", ASSUME),
        role("one", ASSUME, trusts={"AWS": ROOT}),
        role("two", ASSUME, trusts={"AWS": f"{IAM}:role/one"}),
        role("three", ASSUME, DELETE, trusts={"AWS": [f"{IAM}:role/two", f"{IAM}:role/three"]}),
        role("back", ASSUME, trusts={"AWS": f"{IAM}:role/three"}),
    )
    assert told(found, "ann") == [("delete", ALL, "always", "one (always)", "two (always)", "three (always)")]
    assert told(found, "three") == [("delete", ALL, "always")]


def test_the_root_user_becomes_no_role() -> None:
    who = Who(account(role("dba", DELETE, trusts={"AWS": ROOT})), estate())
    assert who.askers[0].caller.arn == ROOT
    assert list(who.ways.of(who.askers[0])) == []


def test_conditions_of_a_hop_are_told_with_it() -> None:
    trusts = [{"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole", "Condition": MFA}]
    found = account(user("ann", ASSUME), role("dba", statement("Allow", "rds:DeleteDBInstance"), trusts=trusts))
    assert told(found, "ann") == [("delete", ALL, "always", "dba (aws:MultiFactorAuthPresent = true)")]
    answers = [answer for answer in Who(found, estate()).answers() if answer.principal.name == "ann"]
    assert [answer.sure for answer in answers] == [False]


def _trusting(condition: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    trusts = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole"}
    return [trusts | ({"Condition": condition} if condition else {})]


def test_a_way_without_conditions_is_better_than_a_shorter_one_with_some() -> None:
    found = account(
        user("ann", ASSUME),
        role("one", ASSUME, trusts=_trusting()),
        role(
            "dba",
            DELETE,
            trusts=[*_trusting(MFA), *_trusting({"ArnLike": {"aws:PrincipalArn": f"{IAM}:role/one"}})],
        ),
    )
    assert told(found, "ann") == [("delete", ALL, "always", "one (always)", "dba (always)")]


def test_ways_with_other_conditions_are_told_each() -> None:
    office = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
    found = account(
        user("ann", ASSUME),
        role("one", DELETE, trusts=_trusting(MFA)),
        role("same", DELETE, trusts=_trusting(MFA)),
        role("two", DELETE, trusts=_trusting(office)),
    )
    assert told(found, "ann") == [
        ("delete", ALL, "always", "one (aws:MultiFactorAuthPresent = true)"),
        ("delete", ALL, "always", "two (aws:SourceIp in 192.0.2.0/24)"),
    ]


def test_a_way_that_adds_nothing_is_not_told() -> None:
    found = account(user("ann", DELETE, ASSUME), role("dba", DELETE, trusts={"AWS": ROOT}))
    assert told(found, "ann") == [("delete", ALL, "always")]


def test_whom_trust_policies_keys_and_secrets_name_from_outside_is_told() -> None:
    found = account(
        role("app", statement("Allow", "rds:StopDBInstance"), InstanceProfileList=[{"InstanceProfileName": "web"}]),
        role("partner", DELETE, trusts={"AWS": [OTHER, f"arn:aws:iam::{OTHER}:role/ci"]}),
        role("anyone", DELETE, trusts={"AWS": "*"}),
        role(
            "sso",
            DELETE,
            trusts=[
                {
                    "Effect": "Allow",
                    "Principal": {"Federated": f"{IAM}:saml-provider/idp"},
                    "Action": "sts:AssumeRoleWithSAML",
                }
            ],
        ),
    )
    who = Who(found, estate())
    rows: dict[str, set[tuple[str, ...]]] = {}
    profiles: set[tuple[str, ...]] = set()
    for answer in who.answers():
        rows.setdefault(answer.principal.arn, set()).add(line(answer))
        profiles |= {(answer.principal.arn, hop.role.rpartition("/")[2], *hop.profiles) for hop in answer.way}
    assert ("delete", ALL, "always", "anyone (always)") in rows["*"]
    assert ("modify", ALL, "always", "app (always)") in rows["ec2.amazonaws.com"]
    assert ("ec2.amazonaws.com", "app", "web") in profiles
    assert ("*", "app") not in profiles
    assert ("delete", ALL, "always", "sso (always)") in rows[f"{IAM}:saml-provider/idp"]
    assert f"arn:aws:iam::{OTHER}:root" in rows
    assert f"arn:aws:iam::{OTHER}:role/ci" in rows


def test_what_was_not_read_is_unknown_and_said_so() -> None:
    found = account(user("ann", attached=("hidden",)))
    row = next(row for row in told(found, "ann") if row[0] == "delete")
    assert row[2] == (
        f"{IAM}:policy/hidden, which was not read, allows it and "
        f"{IAM}:policy/hidden, which was not read, does not deny it"
    )


RENAMED = {"ann": "zoe", "dba": "admins", "one": "alpha", "orders": "bookings"}


def _some_account(names: dict[str, str], statements: list[dict[str, Any]]) -> Identities:
    ann, dba, one = (names.get(name, name) for name in ("ann", "dba", "one"))
    return account(
        user(ann, *statements[:2], groups=(dba,)),
        group(dba, *statements[2:4]),
        role(one, *statements[4:], trusts={"AWS": f"{IAM}:user/{ann}"}),
    )


ACTIONS = st.sampled_from(["rds:*", "rds:Delete*", "rds:StopDBInstance", "kms:*", "*"])


@given(st.lists(st.builds(statement, st.sampled_from(["Allow", "Allow", "Deny"]), ACTIONS), min_size=6, max_size=6))
@settings(max_examples=25)
def test_other_names_for_principals_change_nothing_else(statements: list[dict[str, Any]]) -> None:
    before = told(_some_account({}, statements), "ann")
    after = told(_some_account(RENAMED, statements), "zoe")
    assert [tuple(text.replace("alpha", "one") for text in row) for row in after] == before
