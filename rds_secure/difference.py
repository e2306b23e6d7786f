"""A difference between what is declared and what is live, and what may follow from some. Data; it knows no kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rds_secure.operation import Operation
from rds_secure.values import Value


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One difference that the plan will settle, or name.

    ``path`` is the field, dotted inside nested parts (``attach_to.users``). Sets and mappings differ member by
    member: ``member`` is its label or key, ``old`` is None where it is added, ``new`` where it is removed.
    ``parked``: what AWS has put aside for the window, neither live nor, perhaps, wanted (RDS-2).
    ``when``: now, window, reboot, or "" where it does not matter. ``detail``: lines of a statement-level difference.
    """

    path: str
    old: Value = None
    new: Value = None
    member: str = ""
    when: str = ""
    note: str = ""
    detail: tuple[str, ...] = ()
    parked: Value = None


@dataclass(frozen=True, slots=True)
class Consequence:
    """What has to happen to a resource besides its own differences: a restart, because of what it uses.

    ``changes`` say it, ``operations`` do it, after those that settle the differences; ``notes`` say what is left.
    """

    changes: tuple[FieldChange, ...] = ()
    operations: tuple[Operation, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Renaming:
    """Another name for what exists (`Kind.rename`), all of it or what is left of that.

    ``changes`` say it; ``operations`` do it, after all other calls but those for tags, which address the new name.
    ``obstacles``: why it cannot be made, and what to do, in pairs. ``notes`` say what it takes along.
    """

    changes: tuple[FieldChange, ...] = ()
    operations: tuple[Operation, ...] = ()
    notes: tuple[str, ...] = ()
    obstacles: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Migrating:
    """A change that AWS does not make in place, made by another object in the place of the first (`Kind.migrate`).

    ``settles``: the differences that it makes, which would be refused otherwise. ``operations``: all calls that are
    left, in the place of every other call for the resource; with ``finishes`` they are only the last ones, beside
    those. ``exports``: what the object yields that has the place by then, as far as it is known. ``obstacles``: why it
    cannot be made, and what to do, in pairs. ``notes`` say what it means.
    """

    settles: tuple[FieldChange, ...] = ()
    operations: tuple[Operation, ...] = ()
    notes: tuple[str, ...] = ()
    obstacles: tuple[tuple[str, str], ...] = ()
    finishes: bool = False
    exports: Mapping[str, str] = field(default_factory=dict)
