"""Databases in the middle of a migration, and the plan of each state of it. It judges none: see `test_migrations`.

What a migration finds is made up here, from specs; that reading yields just that is for the tests of the kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rds_secure import resources
from rds_secure.kind import Found, Kind
from rds_secure.plan import Plan
from rds_secure.resources.db_instance.migration import marks
from rds_secure.resources.db_instance.migration.look import FACT, State
from rds_secure.resources.db_instance.migration.marks import Names, Part
from tests.contracts import account, specs
from tests.contracts.values import KEY_ID, MINIMAL, STREAM_KEY, Written

KIND = resources.kind("db_instance")
_KEY = "${kms_key.neighbour}"

QUIET = "sg-0123456789abcdef9"
"""The group without rules."""


@dataclass(frozen=True)
class Move:
    """A database as it is, and as it is declared, with the entry that asks for the way from one to the other."""

    name: str
    before: Written
    after: Written

    @property
    def quiesces(self) -> bool:
        """Whether it is cut off before its snapshot."""
        return self.after["migration"].get("quiesce", "none") != "none"

    @property
    def rekeys(self) -> bool:
        """Whether there is a copy of the snapshot."""
        return "from" in self.after["migration"]


STAGES = ("asked", "marked", "quiesced", "snapshot", "copy", "restored", "settled", "aside")
"""How far it has come, in order: what was done last, before all that is planned."""

_RESTORED: Mapping[str, Any] = {
    "backup_days": 1,
    "backup_window": "00:00-00:30",
    "maintenance_window": "mon:00:00-mon:00:30",
    "max_storage_gib": None,
    "monitoring_seconds": 0,
    "monitoring_role": None,
    "insights": False,
    "insights_key": None,
    "master_password": None,
    "roles": (),
}
"""What a restored database has, whatever the one before had: it begins with the defaults of AWS."""


def moves() -> Iterator[Move]:
    """To a key from none and from another, of the least and of each whole spec; and to other subnets."""
    least = MINIMAL["db_instance"]
    yield Move(
        "encrypts",
        {**least, "encrypted": "false", "insights": "false"},
        {**least, "kms_key": _KEY, "insights": "false", "migration": {"from": "none", "to": _KEY}},
    )
    yield Move(
        "encrypts with the default key",
        {**least, "encrypted": "false", "insights": "false"},
        {**least, "insights": "false", "migration": {"from": "none"}},
    )
    yield Move(
        "moves",
        {**least, "kms_key": KEY_ID},
        {
            **least,
            "kms_key": KEY_ID,
            "subnet_group": "${db_subnet_group.neighbour}",
            "migration": {"from_subnet_group": least["subnet_group"], "quiesce": "revoke-ingress"},
        },
    )
    for number, full in enumerate(specs.maximal(KIND)):
        if "cluster" not in full and "replica_of" not in full and full.get("encrypted") != "false":
            asked = {"from": STREAM_KEY, "to": _KEY, "quiesce": "revoke-ingress", "attempt": str(number + 1)}
            yield Move(
                f"rekeys {number}",
                {**_without(full, "migration"), "kms_key": KEY_ID},
                {**full, "kms_key": _KEY, "migration": asked},
            )


def stages(move: Move) -> Iterator[str]:
    """The stages that a migration has."""
    left = {"quiesced": move.quiesces, "copy": move.rekeys}
    return (stage for stage in STAGES if left.get(stage, True))


def planned(move: Move, stage: str, *, alone: bool = False) -> Plan:
    """The plan of a migration that has come so far; ``alone``: the new key is not there yet."""
    return account.planned(
        KIND, move.before, move.after, alone=alone, seen=lambda live, wanted: _at(move, stage, live, wanted)
    )


def in_place(move: Move) -> Plan:
    """The plan once the new database has its name, and only marks are left."""
    return account.planned(KIND, move.after, move.after, seen=lambda live, _: _at_its_end(move, live))


def plans(kind: Kind[Any]) -> Iterator[Plan]:
    """Every plan of every migration, where the kind has any."""
    if kind is not KIND:
        return
    for move in moves():
        yield planned(move, "asked", alone=True)
        yield from (planned(move, stage) for stage in stages(move))
        yield in_place(move)


def _at(move: Move, stage: str, live: Found[Any], wanted: Found[Any]) -> Found[Any]:
    done = STAGES[: STAGES.index(stage) + 1]
    state = _begun(move, live)
    if "marked" in done:
        part = Part.QUIESCED if "quiesced" in done and move.quiesces else Part.SOURCE
        live = replace(live, tags={**live.tags, **marks.part_of(part, state.id)})
        state = replace(state, part=part)
    if "quiesced" in done and move.quiesces:
        state = replace(state, group=QUIET)
        live = replace(live, spec=live.spec.model_copy(update={"security_groups": (QUIET,)}))
    if "snapshot" in done:
        state = replace(state, snapshot=_snapshot(state.names.snapshot, state.id))
    if "copy" in done and move.rekeys:
        state = replace(state, copy=_snapshot(state.names.copy, state.id))
    if "restored" in done:
        spec = wanted.spec if "settled" in done else wanted.spec.model_copy(update=_RESTORED)
        tags = {**wanted.tags, **marks.part_of(Part.NEW, state.id)}
        name = state.names.new
        state = replace(state, new=replace(wanted, name=name, identity=name, spec=spec, tags=tags))
    if "aside" in done:
        live = replace(live, name=state.names.old)
    return replace(live, facts={**live.facts, FACT: replace(state, source=live)})


def _at_its_end(move: Move, live: Found[Any]) -> Found[Any]:
    state = replace(_begun(move, live), part=Part.NEW, in_place=True, source=live, new=live)
    tags = {**live.tags, **marks.part_of(Part.NEW, state.id)}
    return replace(live, tags=tags, facts={**live.facts, FACT: state})


def _begun(move: Move, live: Found[Any]) -> State:
    attempt = int(move.after["migration"].get("attempt", "1"))
    migration = marks.migration_id(live.exports["resource_id"], attempt)
    key = {"KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT"} if "kms_key" in move.after else None
    return State(migration, Names(live.name, migration), source=live, key=key)


def _snapshot(name: str, migration: str) -> Mapping[str, Any]:
    tags = [{"Key": key, "Value": value} for key, value in marks.part_of(Part.SNAPSHOT, migration).items()]
    return {"DBSnapshotIdentifier": name, "Status": "available", "TagList": tags}


def _without(written: Written, field: str) -> Written:
    return {name: value for name, value in written.items() if name != field}
