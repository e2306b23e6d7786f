"""What holds of every migration in each of its states, whatever database it is of: see `migrations`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from rds_secure.fields import Mode
from rds_secure.operation import Operation
from rds_secure.plan import Action
from rds_secure.plan.approval import approved
from rds_secure.plan.part import moved
from rds_secure.resources.db_instance.migration import marks
from rds_secure.resources.db_instance.migration.marks import Names
from tests.contracts import account, migrations, specs
from tests.contracts.migrations import KIND, STAGES, Move
from tests.contracts.specs import Variant
from tests.contracts.test_operations import FILLED_IN, checked
from tests.contracts.values import KEY_ID, MINIMAL, STREAM_KEY

MOVES = list(migrations.moves())
EVERY = pytest.mark.parametrize("move", MOVES, ids=lambda move: move.name)
STATES = [(move, stage) for move in MOVES for stage in migrations.stages(move)]
EVERY_STATE = pytest.mark.parametrize(("move", "stage"), STATES, ids=[f"{move.name}, {at}" for move, at in STATES])


def calls(move: Move, stage: str) -> tuple[Operation, ...]:
    """What is left to call."""
    return account.subject(migrations.planned(move, stage), KIND).operations


@EVERY_STATE
def test_what_is_left_of_a_migration_is_planned_and_nothing_else(move: Move, stage: str) -> None:
    made = migrations.planned(move, stage)
    step = account.subject(made, KIND)
    assert (made.refusals, step.action) == ((), Action.MIGRATE)
    assert checked(step.operations)
    assert {change.path for change in step.changes} <= {
        *("encrypted", "kms_key", "subnet_group", "insights_key", "master_secret_key", "availability_zone")
    }


@EVERY
def test_once_the_new_database_is_in_its_place_only_marks_are_left(move: Move) -> None:
    made = migrations.in_place(move)
    step = account.subject(made, KIND)
    assert (made.refusals, account.calls(step)) == ((), [])
    assert checked(step.operations)


@EVERY
def test_whoever_approved_a_migration_has_approved_what_is_left_of_it_later(move: Move) -> None:
    """Meaning §6."""
    stages = list(migrations.stages(move))
    plans = [*(migrations.planned(move, stage) for stage in stages), migrations.in_place(move)]
    for number, earlier in enumerate(plans[:-1]):
        for later in plans[number + 1 :]:
            assert moved(approved(earlier), later) == ()
    other = replace(move, after={**move.after, "instance_class": "db.r7g.16xlarge"})
    assert moved(approved(plans[0]), migrations.planned(other, "asked")), "another target is another plan"


@EVERY_STATE
def test_what_was_begun_is_never_begun_again(move: Move, stage: str) -> None:
    begun = {
        "CreateSecurityGroup": "quiesced",
        "RebootDBInstance": "quiesced",
        "CreateDBSnapshot": "snapshot",
        "CopyDBSnapshot": "copy",
        "RestoreDBInstanceFromDBSnapshot": "restored",
    }
    found = [item.action for item in calls(move, stage) if item.action in begun]
    expected = {
        action
        for action, by in begun.items()
        if STAGES.index(stage) < STAGES.index(by) and by in migrations.stages(move)
    }
    assert sorted(found) == sorted(expected)


@EVERY_STATE
def test_the_source_is_never_deleted_and_never_unprotected(move: Move, stage: str) -> None:
    for operation in calls(move, stage):
        assert not operation.destructive
        assert not operation.action.startswith(("Delete", "Stop"))
        assert operation.params.get("DeletionProtection") is not False or "-new-" in str(operation.params)


@EVERY_STATE
def test_the_lock_is_looked_at_before_whatever_interrupts_the_database(move: Move, stage: str) -> None:
    """Meaning §7."""
    interrupting = {"NewDBInstanceIdentifier", "VpcSecurityGroupIds", "ForceFailover"}
    for operation in calls(move, stage):
        interrupts = operation.action.endswith("DBInstance") and bool(interrupting & operation.params.keys())
        assert operation.takes_away is (interrupts or operation.action.startswith("Remove")), operation.summary


@EVERY
def test_only_an_encrypted_copy_under_the_key_is_restored(move: Move) -> None:
    names, made = _names(move), {item.action: item for item in calls(move, "asked")}
    restored = made["RestoreDBInstanceFromDBSnapshot"].params["DBSnapshotIdentifier"]
    if not move.rekeys:
        assert restored == names.snapshot
        return
    assert restored == names.copy == made["CopyDBSnapshot"].params["TargetDBSnapshotIdentifier"]
    [seen] = [item for item in calls(move, "asked") if item.params == {"DBSnapshotIdentifier": names.copy}]
    assert seen.wait
    looked_at = {condition.path: condition.any_of for condition in seen.wait.until}
    assert looked_at["Encrypted"] == (True,)
    assert looked_at.get("KmsKeyId", (None,)) == (made["CopyDBSnapshot"].params["KmsKeyId"],) or (
        "kms_key" not in move.after
    )


@EVERY
def test_the_old_database_makes_room_only_when_the_new_one_was_compared(move: Move) -> None:
    for stage in migrations.stages(move):
        if stage != "aside":
            summaries = [item.summary for item in calls(move, stage)]
            compared, renamed = _first(summaries, "compare every field"), _first(summaries, "rename")
            settled = _first(summaries, "set what a restore leaves out")
            assert settled < compared < renamed


# Nothing is lost on the way

CARRIED = [
    item
    for item in specs.variants(KIND)
    if item.mode is not Mode.META
    and not {"cluster", "replica_of"} & item.after.keys()
    and not {item.before.get("encrypted"), item.after.get("encrypted")} & {"false"}
]
NOT_CARRIED = {
    "kms_key": "is what the migration is about",
    "master_secret_key-1": "is the key that it has anyway",
    "backup_copy": "is refused: it would stay with the old database",
    "master_password": "is in the snapshot, where it is not managed",
    "password_version": "is kept in a tag, of which all are copied",
}
"""Fields that have another way to the new database, or none, and why."""


IN_THE_SNAPSHOT = {
    *("engine", "engine_version", "storage_gib", "db_name", "master_username"),
    *("character_set", "nchar_character_set", "timezone"),
}
"""Fields that come with the data: no call can give them, and they are compared like all others."""

NOT_COMPARED = {
    "domain": "is compared as a whole: it has joined",
    "roles": "are waited for where they are added",
}
"""Fields that are not looked at again before the new database gets its place, and why."""

ON_THE_WAY = [item for item in CARRIED if not {item.field, str(item)} & NOT_CARRIED.keys()]


@pytest.mark.parametrize("variant", ON_THE_WAY, ids=str)
def test_every_field_of_a_database_is_given_to_the_new_one_and_compared(variant: Variant) -> None:
    one, other = (calls(_rekeyed(side), "asked") for side in (variant.before, variant.after))
    assert _told(one) != _told(other) or variant.field in IN_THE_SNAPSHOT
    assert (_compared(one) == _compared(other)) is (
        variant.field in NOT_COMPARED and variant.path != "domain.directory"
    )


ADOPTED = [
    item
    for item in CARRIED
    if item.path == item.field
    and item.mode is Mode.ADOPT
    and item.field not in NOT_CARRIED.keys() | FILLED_IN[KIND.name]
]


@pytest.mark.parametrize("variant", ADOPTED, ids=str)
def test_what_a_spec_leaves_to_the_database_is_as_it_was(variant: Variant) -> None:
    needed = MINIMAL[KIND.name].keys() - {variant.field}
    silent = _rekeyed({name: value for name, value in variant.before.items() if name in needed})
    moves = (replace(silent, before={**side, "kms_key": KEY_ID}) for side in (variant.before, variant.after))
    one, other = (calls(move, "asked") for move in moves)
    assert _told(one) != _told(other) or variant.field in IN_THE_SNAPSHOT
    assert (_compared(one) == _compared(other)) is (variant.field in NOT_COMPARED)


def _rekeyed(written: Any) -> Move:
    asked = {"from": STREAM_KEY, "to": "${kms_key.neighbour}"}
    return Move(
        "rekeys", {**written, "kms_key": KEY_ID}, {**written, "kms_key": "${kms_key.neighbour}", "migration": asked}
    )


def _told(operations: Iterable[Operation]) -> list[Any]:
    """All that calls tell the new database."""
    return [
        {name: value for name, value in item.params.items() if name != "Tags"}
        for item in operations
        if "-new-" in str(item.params.get("DBInstanceIdentifier")) and not item.action.startswith("Describe")
    ]


def _compared(operations: Iterable[Operation]) -> list[Any]:
    """All that is looked at before it gets its place."""
    [wait] = [item.wait for item in operations if item.summary.startswith("compare")]
    assert wait
    return [(condition.path, condition.any_of) for condition in wait.until]


def _names(move: Move) -> Names:
    attempt = int(move.after["migration"].get("attempt", "1"))
    identifier = "db-ABCDEFGHIJKLMNOPQRSTUV01"
    return Names(move.after.get("name", account.SUBJECT), marks.migration_id(identifier, attempt))


def _first(summaries: list[str], start: str) -> int:
    return next((number for number, summary in enumerate(summaries) if summary.startswith(start)), -1)
