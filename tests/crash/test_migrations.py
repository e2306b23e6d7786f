"""Migrations that are killed go on, or are taken back, and the old database is all there. `sweep` has every instant."""

from __future__ import annotations

import pytest

from rds_secure.sandbox import Sandbox
from tests.crash.back import trouble_back
from tests.crash.process import Ground
from tests.crash.sweep import instants, laid
from tests.crash.transport import Call, Kill, Way


@pytest.fixture(scope="module")
def ground(sandbox_server: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Laid anew before each kill."""
    return laid(sandbox_server, "migrate", tmp_path_factory.mktemp("ground"), "none")


def test_the_next_apply_goes_on_with_a_migration_that_was_killed(ground: Ground) -> None:
    kills = [
        Kill(Call("ec2", "CreateSecurityGroup", 1), Way.AFTER),
        Kill(Call("rds", "RestoreDBInstanceFromDBSnapshot", 1), Way.LOST),
        Kill(Call("rds", "RemoveTagsFromResource", 1), Way.BEFORE),
    ]
    assert set(kills) <= set(instants(ground))

    troubles = {str(kill): trouble for kill in kills if (trouble := ground.trouble(kill))}

    assert troubles == {}


@pytest.mark.parametrize(
    ("call", "on_the_way"),
    [
        (Call("rds", "CopyDBSnapshot", 1), 0),
        (Call("rds", "ModifyDBInstance", 3), 2),  # the first rename: nobody has the name
        (Call("iam", "CreatePolicyVersion", 1), 3),  # all but done: the way back renames, and is killed there
    ],
    ids=str,
)
def test_the_way_back_leads_to_the_old_database_wherever_it_was_killed(
    ground: Ground, call: Call, on_the_way: int
) -> None:
    assert trouble_back(ground, Kill(call, Way.LOST), on_the_way) == []
