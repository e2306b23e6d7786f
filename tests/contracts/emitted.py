"""Every operation that each kind emits over all generated specs, in all states of the account. It judges none."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from rds_secure.kind import Kind
from rds_secure.operation import Operation
from rds_secure.plan import Plan
from tests.contracts import account, migrations, specs
from tests.contracts.values import NEVER_WRITTEN, Written


@cache
def operations(kind: Kind[Any]) -> tuple[Operation, ...]:
    """What making, changing and deleting the subject takes; by both sides of every variant, and by the whole specs.

    A migration is among it in each of its states.
    """
    return tuple(operation for made in _plans(kind) for operation in _of_subject(made))


def _of_subject(made: Plan) -> Iterator[Operation]:
    for step in made.steps:
        if step.address.name.split("/")[0] == account.SUBJECT:
            yield from step.operations


def _plans(kind: Kind[Any]) -> Iterator[Plan]:
    least = specs.minimal(kind.name)
    for full in specs.maximal(kind):
        yield from _between(kind, least, full)
    for variant in specs.variants(kind):
        yield from _between(kind, variant.before, variant.after)
    yield from migrations.plans(kind)
    for field, found in NEVER_WRITTEN.get(kind.name, {}).items():
        yield account.planned(kind, least, exclusive(kind, least), **{field: found})


def _between(kind: Kind[Any], one: Written, other: Written) -> Iterator[Plan]:
    yield account.planned(kind, None, other)
    yield account.planned(kind, other, None)
    for crowded in (False, True):
        yield account.planned(kind, one, other, crowded=crowded)
        yield account.planned(kind, other, exclusive(kind, one), crowded=crowded)


def exclusive(kind: Kind[Any], written: Written) -> Written:
    """The spec that takes away what it does not name, where its kind leaves that open."""
    return {**written, "exclusive": "true"} if "exclusive" in kind.spec.model_fields else written
