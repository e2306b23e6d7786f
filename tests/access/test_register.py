"""The list for auditors: one row for each principal, path, verb and database, its statements, and since when."""

from __future__ import annotations

from rds_secure.access.register import Entry, review
from tests.access.iam.account import IAM, MFA, group, managed, role, user
from tests.access.iam.cases import ROOT, statement
from tests.access.postures import RDS, asked, made

DELETE = statement("Allow", "rds:DeleteDBInstance", f"{RDS}:db:*")


def rows(*items: object, **words: object) -> list[Entry]:
    return list(review(asked(*items, **words)))  # type: ignore[arg-type]


def brief(entry: Entry) -> tuple[str, ...]:
    return (entry.name, entry.verb, entry.database, entry.condition, entry.since, *entry.source)


def test_rows_are_by_principal_verb_and_database() -> None:
    mine = statement("Allow", ["rds:ModifyDBInstance", "rds:DeleteDBInstance"])
    found = rows(user("bob", mine), user("ann", mine), verbs=("modify", "delete"), principals=("ann", "bob"))
    assert [(entry.name, entry.verb, entry.database) for entry in found] == [
        (name, verb, database)
        for name in ("user ann", "user bob")
        for verb in ("delete", "modify")
        for database in ("db:orders", "db:payments", "any new one")
    ]


def test_the_statements_that_allow_it_are_told_for_each_database() -> None:
    orders = statement("Allow", "rds:DeleteDBInstance", f"{RDS}:db:orders", Sid="Orders")
    found = rows(
        user("ann", orders, groups=("ops",), attached=("deploy",)),
        group("ops", statement("Allow", "rds:Delete*", f"{RDS}:db:orders")),
        managed("deploy", statement("Deny", "rds:Stop*"), DELETE),
        principals=("ann",),
        on=("orders", "payments"),
    )
    assert [brief(entry)[2:] for entry in found] == [
        (
            *("db:orders", "", ""),
            *("Orders of own of user ann", "statement 2 of deploy", "statement 1 of own of group ops"),
        ),
        ("db:payments", "", "", "statement 2 of deploy"),
    ]


def test_root_needs_no_statement_and_a_policy_not_read_says_so() -> None:
    root, *_ = rows(user("ann"), principals=("root",), on=("orders",))
    assert root.source == ("root user",)
    lost = rows(user("ann", attached=("gone",)), principals=("ann",), on=("orders",), verbs=("delete",))
    assert {entry.source for entry in lost} == {(f"{IAM}:policy/gone, which was not read",)}
    assert "which was not read, allows it" in lost[0].condition


def test_a_policy_of_a_key_is_told_where_it_names_the_principal() -> None:
    named = statement("Allow", "kms:Decrypt", Principal={"AWS": [f"{IAM}:user/ann", f"{IAM}:role/app"]}, Sid="Use")
    people = (user("ann", statement("Allow", "kms:Decrypt")), role("app"), user("bob", statement("Allow", "kms:*")))
    found = {
        entry.name: entry.source
        for entry in rows(*people, key=(named,), verbs=("use-key",), on=("orders",), principals=("user/*", "app"))
    }
    policy = "Use of the policy of key/1234"
    assert found == {
        "user ann": ("statement 1 of own of user ann", policy),
        "user bob": ("statement 1 of own of user bob",),
        "role app": (policy,),
    }


def test_since_is_no_earlier_than_anything_it_takes() -> None:
    attached = made("2024-03-01", managed("deploy", DELETE))

    def since(*items: object) -> set[str]:
        return {entry.since for entry in rows(*items, principals=("ann",), verbs=("delete",), on=("orders",))}

    assert since(made("2025-01-01", user("ann", attached=("deploy",))), attached) == {"2025-01-01"}
    assert since(made("2023-01-01", user("ann", attached=("deploy",))), attached) == {"2024-03-01"}
    assert since(made("2023-01-01", user("ann", DELETE, attached=("deploy",))), attached) == {"2023-01-01"}
    assert since(user("ann", attached=("deploy",)), attached) == {"2024-03-01"}
    assert since(user("ann", DELETE)) == {""}
    ops = made("2022-05-05", group("ops", DELETE))
    assert since(made("2021-01-01", user("ann", groups=("ops",))), ops) == {"2022-05-05"}


def test_a_path_tells_its_roles_conditions_and_dates() -> None:
    trusts = [{"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole", "Condition": MFA}]
    ann = made("2020-01-01", user("ann", statement("Allow", "sts:AssumeRole")))
    dba = made("2026-02-03", role("dba", DELETE, trusts=trusts))
    (entry,) = rows(ann, dba, principals=("ann",), on=("orders",), verbs=("delete",))
    assert entry.path == (f"{IAM}:role/dba",)
    assert brief(entry)[3:] == (
        "to become role dba: aws:MultiFactorAuthPresent = true",
        "2026-02-03",
        "statement 1 of own of role dba",
    )
    assert entry.actions == ("rds:DeleteDBInstance",)
