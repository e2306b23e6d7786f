"""`rds-secure migration` as it is typed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.harness import Resources
from tests.e2e.test_commands import Commands, command, connections  # noqa: F401 - fixtures
from tests.e2e.test_migration import DATABASE, half_done, resources


def _let_eve_delete(client: Any) -> None:
    client("iam").create_user(UserName="eve")
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "rds:*", "Resource": "*"}]}
    client("iam").put_user_policy(UserName="eve", PolicyName="own", PolicyDocument=json.dumps(document))


def test_how_far_it_has_come_and_the_way_back(command: Commands) -> None:  # noqa: F811
    command.harness.make(resources(encrypted=False))
    asked = command.harness.spec(resources(kms_key="${kms_key.two}", migration={"from": "none"}))

    unknown = command("migration", "status", "db_instance.order", asked)
    assert (unknown.code, "did you mean 'db_instance.orders'?" in unknown.err) == (64, True)
    before = command("migration", "status", "db_instance.orders", asked)
    assert (before.code, "take snapshot orders-last-" in before.out) == (0, True)
    not_begun = command("migration", "continue", "db_instance.orders", asked, "--yes")
    assert (not_begun.code, "was begun" in not_begun.err) == (3, True)
    nowhere = command("migration", "roll-back", "db_instance.orders", asked, "--confirm", "db_instance.orders")
    assert (nowhere.code, "it is in no migration" in nowhere.out) == (3, True)
    assert command.writes == []

    command.harness.make(asked)
    aside = command("migration", "status", "db_instance.orders", asked)
    assert "Kept aside" in aside.out
    declined = command.typing("no", "migration", "roll-back", "db_instance.orders", asked)
    assert (declined.code, "LOST from orders" in declined.out) == (1, True)
    alone = {"only": ["root"], "may": "delete", "on": "every database"}
    watched = command.harness.spec(resources(kms_key="${kms_key.two}", migration={"from": "none"}), expect=[alone])
    command.harness.behind(_let_eve_delete)
    assert command("plan", watched).code == 3
    back = command.typing("db_instance.orders", "migration", "roll-back", "db_instance.orders", watched)
    assert (back.code, "not as expected: " in back.out) == (0, True)  # what is broken is said, and stops no way back
    assert "AWS agrees with the spec" not in back.out


def test_going_on_deletes_no_data_and_begins_nothing(command: Commands) -> None:  # noqa: F811
    other = {"other": {**DATABASE, "deletion_protection": False}}
    both = resources(encrypted=False)
    command.harness.make({**both, "db_instance": {**both["db_instance"], **other}})
    asked = resources(kms_key="${kms_key.two}", migration={"from": "none"})
    half_done(command.harness, {**asked, "db_instance": {**asked["db_instance"], **other}}, "CopyDBSnapshot")
    removed = command.harness.spec(asked, removed=[{"address": "db_instance.other", "keep": False}])

    ran = command("migration", "continue", "db_instance.orders", removed, "--yes")

    assert (ran.code, "db_instance.other would be deleted as well" in ran.err) == (3, True)
    assert command.harness.client("rds").describe_db_instances(DBInstanceIdentifier="other")
    rest = command.harness.spec({**asked, "db_instance": {**asked["db_instance"], **other}})
    assert command("migration", "continue", "db_instance.orders", rest, "--yes").code == 0
    assert command("migration", "continue", "db_instance.orders", rest, "--yes").code == 3


@pytest.mark.parametrize("action", ["RestoreDBInstanceFromDBSnapshot", "ModifyDBInstance"])
@pytest.mark.parametrize("on", ["every database", "${db_instance.orders}"])
def test_going_on_is_not_stopped_by_what_is_broken_already_however_it_is_called_meanwhile(
    command: Commands,  # noqa: F811
    action: str,
    on: str,
) -> None:
    command.harness.make(resources(encrypted=False))
    expected = [{"only": ["root"], "may": ["delete", "modify"], "on": on}]
    asked = command.harness.spec(resources(kms_key="${kms_key.two}", migration={"from": "none"}), expect=expected)
    half_done(command.harness, asked, action)
    command.harness.behind(_let_eve_delete)

    assert command("apply", asked, "--yes").code == 3
    rest = command("migration", "continue", "db_instance.orders", asked, "--yes")

    assert "not as expected: already, before the rest of this: only root may delete" in " ".join(rest.out.split())
    assert (rest.code, rest.err) == (0, "")


OLD = {"minor_upgrades": False}
"""A setting that fails a rule of high severity, before a migration and after it."""


def _sinful(declared: Resources) -> Resources:
    database = declared["db_instance"]["orders"]
    return {**declared, "db_instance": {"orders": {**database, **OLD}}}


@pytest.mark.parametrize(
    "action",
    ["CreateDBSnapshot", "CopyDBSnapshot", "RestoreDBInstanceFromDBSnapshot", "ModifyDBInstance", "AddTagsToResource"],
)
def test_a_migration_that_mends_is_stopped_by_no_old_failure_wherever_it_is_cut_short(
    command: Commands,  # noqa: F811
    action: str,
) -> None:
    command.harness.make(_sinful(resources(encrypted=False)))
    asked = command.harness.spec(_sinful(resources(kms_key="${kms_key.two}", migration={"from": "none"})))
    shown = command("plan", asked, "--fail-on", "low")
    assert shown.code == 0, shown.out
    assert "mended: storage-encrypted: db_instance.orders" in " ".join(shown.out.split())

    command.harness.recorder.refusals[action] = "InternalFailure"
    stopped = command("apply", asked, "--yes", "--fail-on", "low")
    command.harness.recorder.refusals.clear()
    assert stopped.code == (1 if action in command.calls else 0), stopped.out
    rest = command("apply", asked, "--yes", "--fail-on", "low")
    assert rest.code == 0, rest.out


def test_what_the_way_back_makes_worse_is_told_and_stops_it_never(command: Commands) -> None:  # noqa: F811
    command.harness.make(resources(encrypted=False))
    asked = command.harness.spec(resources(kms_key="${kms_key.two}", migration={"from": "none"}))
    command.harness.make(asked)
    back = command.typing("db_instance.orders", "migration", "roll-back", "db_instance.orders", asked)
    assert back.code == 0, back.out
    assert "Guardrails: 1 gets worse;" in back.out, back.out
    assert "storage-encrypted: db_instance.orders (db:orders)" in " ".join(back.out.split())
