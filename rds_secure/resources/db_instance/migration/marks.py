"""Ids, names and tags of a migration: which objects take part in it, and as what. Pure; nothing is read here.

The id comes from the database's own resource id, which a rename keeps and no copy has: so the tags that AWS copies to
whatever is restored (RDS-18) never make anything else the source of a migration.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rds_secure import ownership
from rds_secure.operation import Condition
from rds_secure.values import Address

_LONGEST: Final = 63
"""Characters in the identifier of an instance (AWS's API reference)."""


class Part(StrEnum):
    """What an object is in its migration: the value of `ownership.STEP`."""

    SOURCE = "source"
    """The database as it was, still in its place, or on its way out of it."""
    QUIESCED = "quiesced"
    """The same, and nobody can write to it any more."""
    SNAPSHOT = "snapshot"
    COPY = "copy"
    NEW = "new"
    """The database that is to take its place."""
    OLD = "old"
    """The source, once another one has its place."""
    GROUP = "group"
    """A security group without rules, which the source is put in."""
    BACK = "rolled-back"
    """The source, after the way back."""
    UNDONE = "undone"
    """What had its place before the way back."""


ON_THE_WAY = (Part.SOURCE, Part.QUIESCED)
"""The parts of a source whose migration goes on."""


def migration_id(resource_id: str, attempt: int) -> str:
    """Eight characters of the database it begins with, and the number of the attempt from the second on."""
    return _seed(resource_id) + (f"-{attempt}" if attempt > 1 else "")


def is_of(resource_id: str, migration: str) -> bool:
    """Whether a migration began with this very database."""
    return migration.partition("-")[0] == _seed(resource_id)


def _seed(resource_id: str) -> str:
    raw = hashlib.sha256(resource_id.encode()).digest()
    return base64.b32encode(raw).decode().lower()[:8]


@dataclass(frozen=True, slots=True)
class Names:
    """How the objects of a migration are called at AWS; ``name`` is the database's, before and after."""

    name: str
    id: str

    @property
    def new(self) -> str:
        """The new database, until it has its place."""
        return self._with("new")

    @property
    def old(self) -> str:
        """The old one, after that."""
        return self._with("old")

    @property
    def undone(self) -> str:
        """The new one, after the way back."""
        return self._with("undone")

    @property
    def snapshot(self) -> str:
        """The last snapshot of the old one."""
        return self._with("last")

    @property
    def copy(self) -> str:
        """Its copy under the new key."""
        return self._with("rekeyed")

    @property
    def group(self) -> str:
        """The security group without rules."""
        return self._with("quiet")

    def _with(self, word: str) -> str:
        ending = f"-{word}-{self.id}"
        return self.name.lower()[: _LONGEST - len(ending)].rstrip("-") + ending


def beside(name: str, part: Part, migration: str) -> Names:
    """The names of a migration, by that of what it left aside, ``orders-old-k3f9zq2w``; as good as it tells them."""
    return Names(name.removesuffix(f"-{part}-{migration}"), migration)


def aside(address: Address, part: Part, migration: str) -> Address:
    """The address of a database that is kept beside the one of this address: ``db_instance.orders#old-k3f9zq2w``."""
    return Address(address.kind, f"{address.name}#{part}-{migration}")


def base(address: Address) -> Address:
    """The address of the database beside which one is kept; its own for any other."""
    return Address(address.kind, address.name.partition("#")[0])


def tags(stack: str, address: Address, name: str, part: Part, migration: str) -> dict[str, str]:
    """The tags of an object that is a part of a migration and nothing else."""
    owner = {ownership.STACK: stack, ownership.ADDRESS: ownership.where(address, name)}
    return {**owner, **part_of(part, migration)}


def part_of(part: Part, migration: str) -> dict[str, str]:
    """The two tags that say which part an object has in which migration."""
    return {ownership.MIGRATION: migration, ownership.STEP: part.value}


def is_marked(migration: str) -> Condition:
    """That an object is of this migration, whoever else may have made one of its name."""
    return Condition(f"TagList[?Key=='{ownership.MIGRATION}'].Value | [0]", (migration,), "its mark")


def part(found: Mapping[str, str]) -> tuple[str, str]:
    """The migration that an object's tags name, and its part in it; empty where they name none."""
    return found.get(ownership.MIGRATION, ""), found.get(ownership.STEP, "")
