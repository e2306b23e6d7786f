"""The migration of one database as a plan has it: the calls that are left, what they settle, what is in the way."""

from __future__ import annotations

from typing import Final

from rds_secure.kind import Change, FieldChange, Migrating
from rds_secure.resources.db_instance.migration import look, steps
from rds_secure.resources.db_instance.migration.marks import Part
from rds_secure.resources.db_instance.migration.obstacles import obstacles
from rds_secure.resources.db_instance.migration.target import target
from rds_secure.resources.db_instance.migration.words import words
from rds_secure.resources.db_instance.spec import DbInstanceSpec
from rds_secure.resources.db_instance.spec.migration import UNENCRYPTED

SETTLES: Final = frozenset(
    {"availability_zone", "encrypted", "insights_key", "kms_key", "master_secret_key", "subnet_group"}
)
"""Fields that AWS fixes when a database is made, and that a migration gives another value."""

_ASKING: Final = frozenset({"encrypted", "kms_key", "subnet_group"})
"""Those of them for which there is a migration."""


def migrate(change: Change[DbInstanceSpec], refused: tuple[FieldChange, ...]) -> Migrating | None:
    """What is to be done, or None where no migration is asked for and none goes on."""
    state = look.of(change.live.found)
    if state is None:
        return None
    if state.in_place and state.part == Part.BACK:
        address = change.resource.address
        fix = f"finish that: rds-secure migration roll-back {address} SPEC"
        return Migrating(obstacles=((f"{address} is on its way back from migration {state.id}", fix),))
    if state.in_place:
        return Migrating(operations=tuple(steps.finished(change, state)), finishes=True)
    asked = look.asks(change.resource.spec, change.live.found.spec)
    is_asked = asked and any(item.path in _ASKING for item in refused)
    settled = tuple(item for item in refused if is_asked and item.path in SETTLES)
    spec = target(change.resource.spec, change.live.spec)
    goes_on = is_asked and state.part != Part.BACK
    in_the_way = tuple(obstacles(change, state, spec, settled))
    return Migrating(
        settles=settled,
        operations=tuple(steps.left(change, state, spec)) if goes_on else (),
        notes=tuple(words(change, state, spec, clear=not in_the_way)) if goes_on else (),
        obstacles=in_the_way,
    )


def advice(field: str, live: DbInstanceSpec) -> str:
    """How to ask for a migration, in the place of a change that AWS does not make (RDS-4); "" for other fields."""
    if field == "subnet_group":
        entry, given = f"{{from_subnet_group: {live.subnet_group}}}", "its subnets"
    elif field in _ASKING:
        now = str(live.kms_key) if live.encrypted else UNENCRYPTED
        entry, given = f"{{from: {now}, to: KEY}}", "encryption and key"
    else:
        return ""
    if live.cluster or live.replica_of:
        return f"AWS gives {given} only to a new database: declare one under another key of the spec"
    return (
        f"AWS gives {given} only to a new database: to have one made with the data of this one, which then takes its "
        f"place, write 'migration: {entry}' beside it; the next plan shows every step of that. Or keep what it has"
    )
