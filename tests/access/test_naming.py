"""Words for principals, databases and verbs, and what is said of those that mean nothing."""

from __future__ import annotations

import pytest

from rds_secure.access import naming
from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.court import Asker
from rds_secure.access.iam.evaluate import Policies
from rds_secure.errors import UsageError
from rds_secure.ownership import ADDRESS, STACK
from tests.access.iam.account import IAM
from tests.access.iam.cases import ACCOUNT, OTHER, ROOT
from tests.access.postures import inventory

TAGS = {STACK: "shop", ADDRESS: "iam_role.ci/app-ci"}
CALLERS = (
    Caller("root", ROOT, ACCOUNT),
    Caller("user", f"{IAM}:user/team/dana", ACCOUNT),
    Caller("role", f"{IAM}:role/app-ci", ACCOUNT, tags=TAGS),
    Caller("role", f"{IAM}:role/app-host", ACCOUNT),
    Caller("user", f"{IAM}:user/app-ci", ACCOUNT),
    Caller("role", f"arn:aws:iam::{OTHER}:role/deploy", OTHER, session="night"),
    Caller("root", f"arn:aws:iam::{OTHER}:root", OTHER),
    Caller("service", "ec2.amazonaws.com"),
    Caller("federated", f"{IAM}:oidc-provider/token.actions.githubusercontent.com"),
    Caller("anyone", "*"),
)
ASKERS = tuple(Asker(caller, Policies()) for caller in CALLERS)
LABELS = (
    "root",
    "user dana",
    "role app-ci",
    "role app-host",
    "user app-ci",
    f"role deploy of {OTHER} (session night)",
    f"account {OTHER}",
    "service ec2.amazonaws.com",
    "provider token.actions.githubusercontent.com",
    "anyone",
)


def meant(*patterns: str) -> list[str]:
    return [naming.label(asker.caller, ACCOUNT) for asker in naming.principals(patterns, ASKERS, ACCOUNT)]


def test_principals_are_called_as_people_call_them() -> None:
    assert tuple(naming.label(caller, ACCOUNT) for caller in CALLERS) == LABELS
    assert meant() == list(LABELS)


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("dana", "user dana"),
        ("Dana", "user dana"),
        ("user/dana", "user dana"),
        ("user dana", "user dana"),
        (f"{IAM}:user/team/dana", "user dana"),
        ("iam_role.ci", "role app-ci"),
        (f"account/{OTHER}", f"account {OTHER}"),
        ("ec2.amazonaws.com", "service ec2.amazonaws.com"),
        ("anyone", "anyone"),
        ("root", "root"),
    ],
)
def test_a_principal_is_meant_by_any_of_its_names(word: str, found: str) -> None:
    assert naming.label(naming.principal(word, ASKERS, ACCOUNT).caller, ACCOUNT) == found


def test_patterns_mean_several() -> None:
    assert meant("role/app-*") == ["role app-ci", "role app-host"]
    assert meant("dana", "service/*") == ["user dana", "service ec2.amazonaws.com"]


def test_a_word_that_means_nobody_or_several_is_refused() -> None:
    with pytest.raises(UsageError, match=r"there is no principal 'dna': did you mean 'dana'\?"):
        naming.principal("dna", ASKERS, ACCOUNT)
    with pytest.raises(
        UsageError, match="'app-ci' could be role app-ci, user app-ci: say which, such as 'role app-ci'"
    ):
        naming.principal("app-ci", ASKERS, ACCOUNT)


def test_databases_are_meant_by_name_pattern_and_new() -> None:
    known, there = ("*", "db:orders", "db:payments"), inventory()
    assert naming.databases((), known, there) is None
    assert naming.databases(("orders", "db:payments"), known, there) == {"db:orders", "db:payments"}
    assert naming.databases(("pay*",), known, there) == {"db:payments"}
    assert naming.databases(("new",), known, there) == {"*"}
    with pytest.raises(UsageError, match="did you mean 'orders'"):
        naming.databases(("oders",), known, there)
    with pytest.raises(UsageError, match=r"no database is called like 'x\*'"):
        naming.databases(("x*",), known, there)


def test_databases_are_told_from_files() -> None:
    assert all(map(naming.names_database, ("db:orders", "cluster:shop", "db_instance.orders")))
    assert not any(map(naming.names_database, ("specs", "db_instance.yaml", "orders", "./db:orders")))


def test_verbs_may_be_parted_by_a_hyphen() -> None:
    assert naming.verb("read-secret") == naming.verb("Read secret") == "read secret"
    with pytest.raises(UsageError, match=r"no verb 'delte': did you mean 'delete'\?; the verbs are create, modify"):
        naming.verb("delte")
