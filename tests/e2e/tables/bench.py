"""What the tables of this folder are made of: one `Bench` for each kind, with rows that a test takes one at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import EllipsisType
from typing import Any, TypeAlias

from tests.e2e.harness import Resources
from tests.e2e.looks import Client

KEY = "orders"
"""The key of the resource that a row is about."""

Fields: TypeAlias = Mapping[str, Any | EllipsisType]
"""Fields to write over those of the bench; ``...`` takes one out."""

Mutation: TypeAlias = Callable[[Client], object]
"""Something done with boto3, behind the tool's back."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """What the rows of all tables have in common.

    ``given``: fields that are written from the start. ``others``: what else the stack declares. ``prepare``: what is
    in the account before.
    """

    field: str
    given: Fields = dataclasses.field(default_factory=dict)
    others: Resources = dataclasses.field(default_factory=dict)
    prepare: Mutation | None = None
    note: str = ""

    def __str__(self) -> str:
        return f"{self.field}-{self.note}" if self.note else self.field


@dataclass(frozen=True, kw_only=True)
class Changed(Row):
    """A field that changes in place: what is written then, and what boto3 sees (JMESPath into the kind's look → value).

    ``path``: the attribute that the plan names, where that is another one. ``meanwhile``: what happens at AWS between
    the first apply and the change. ``name``: the AWS name afterwards, where it changes.
    """

    fields: Fields
    sees: Mapping[str, Any]
    path: str = ""
    meanwhile: Mutation | None = None
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Drifted(Row):
    """Something that was changed behind the tool's back, and is put back.

    ``field`` is the attribute that the plan names; ``restores``: what boto3 sees again as it was (JMESPath).
    """

    mutate: Mutation
    restores: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Refused(Row):
    """A change that is never made: what is written, and a part of what the refusal says."""

    fields: Fields
    says: str = "cannot change "


@dataclass(frozen=True, kw_only=True)
class Noted(Row):
    """A difference that AWS cannot settle and that does no harm: what is written, and where boto3 sees no change."""

    fields: Fields
    stays: str


@dataclass(frozen=True)
class Bench:
    """Everything there is to test of one kind.

    ``base``: the least that can be written. ``stranger`` makes an object of the same name that nobody owns; ``fixed``:
    fields without which the name would depend on the stack. ``cause``: what tells that a difference is drift, "" where
    no tag does. ``not_tested``: fields that are in no table, and why.
    """

    kind: str
    name: str
    base: Fields
    changes: tuple[Changed, ...]
    drifts: tuple[Drifted, ...]
    refusals: tuple[Refused, ...]
    stranger: Mutation
    noted: tuple[Noted, ...] = ()
    not_tested: Mapping[str, str] = dataclasses.field(default_factory=dict)
    prepare: Mutation | None = None
    fixed: Fields = dataclasses.field(default_factory=dict)
    taggable: bool = True

    def resources(self, *written: Fields, others: Resources | None = None) -> Resources:
        """The stack with the resource as it is written: one mapping of fields over the other."""
        fields: dict[str, Any] = {}
        for more in (self.base, *written):
            fields |= more
        kept = {name: value for name, value in fields.items() if value is not ...}
        beside = dict(others or {})
        return {**beside, self.kind: {**beside.get(self.kind, {}), KEY: kept}}
