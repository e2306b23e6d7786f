"""What stands in for a typed yes: which deletions --yes leaves open, and the command that a plan ends with."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest

from rds_secure.cli import approve
from rds_secure.plan import Action, Plan, Step
from rds_secure.values import Address
from tests.cli.running import runner


def _plan(*deleted: str, kept: str = "db_instance.kept") -> Plan:
    addresses = [Address.parse(item) for item in deleted]
    steps = [Step(item, item.name, Action.DELETE) for item in addresses]
    return Plan("123456789012", "eu-west-1", "orders", (*steps, Step(Address.parse(kept), "kept", Action.UPDATE)))


def test_yes_confirms_no_deletion_of_a_database_a_cluster_or_a_key() -> None:
    """Meaning §5."""
    plan = _plan("db_cluster.a", "db_instance.b", "iam_user.c", "kms_key.d")
    assert approve.unconfirmed(plan, ()) == ("db_cluster.a", "db_instance.b", "kms_key.d")
    assert approve.unconfirmed(plan, ("db_instance.b", "kms_key.d")) == ("db_cluster.a",)
    assert approve.unconfirmed(_plan("iam_user.c"), ()) == ()


def test_where_nobody_can_be_asked_it_is_said_what_confirms_them() -> None:
    assert approve.instead(("db_instance.b", "kms_key.d")) == (
        "--yes confirms no deletion of a database or key: "
        "pass --confirm db_instance.b --confirm kms_key.d, or apply an approved plan"
    )
    assert approve.instead(()) == "pass --yes, or --expect DIGEST with the approved plan's digest"


def test_the_command_has_all_that_the_plan_was_made_with_quoted_for_a_shell() -> None:
    arguments = (
        ("it's here/", "more.yaml"),
        "abc",
        "my profile",
        "eu-west-1",
        "arn:x",
        True,
        0,
        Path("s.yaml"),
        ("db_instance.a",),
    )
    words = shlex.split(approve.apply_command(*arguments))
    assert words[:4] == ["rds-secure", "apply", "it's here/", "more.yaml"]
    assert words[4:] == [
        *("--profile", "my profile", "--region", "eu-west-1", "--role-arn", "arn:x", "--sandbox"),
        *("--prune-limit", "0", "--safety", "s.yaml", "--create-empty", "db_instance.a", "--expect", "abc"),
    ]
    shortest = approve.apply_command(("a.yaml",), "abc", None, None, None, False, None, None, ())
    assert shortest == "rds-secure apply a.yaml --expect abc"


def test_a_digest_that_begins_with_a_dash_is_an_argument_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """Base64url has it; the command that a plan ends with must be taken as it is printed."""
    command = approve.apply_command(("none.yaml",), "-digest", None, None, None, False, None, None, ())
    ran = runner(capsys)(*shlex.split(command)[1:])
    assert (ran.code, "none.yaml does not exist" in ran.err) == (1, True)


def test_a_plan_file_is_applied_alone(tmp_path: Path) -> None:
    file = tmp_path / "orders.plan"
    file.write_text('{"checksum": ""}')
    assert approve.one_plan_file((str(file),)) == str(file)
    assert approve.one_plan_file(("a.yaml",)) is None
    with pytest.raises(click.UsageError, match="is a plan file, which is applied alone"):
        approve.one_plan_file((str(file), "a.yaml"))
