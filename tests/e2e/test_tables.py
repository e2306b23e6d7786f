"""Whether the tables are complete: no field of any kind is in none of them, and none of them names what is no field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from rds_secure.fields import Mode, markers
from rds_secure.resources import KINDS, KINDS_BY_NAME
from tests.e2e.rows import benches
from tests.e2e.tables import BENCHES, Bench


def fields(part: type[BaseModel], above: str = "") -> Iterator[tuple[str, Mode]]:
    """Every field as it is written, with its mode; those of parts inside with dots."""
    modes = {name: marker.mode for name, marker in markers(part).items()}
    for name, info in part.model_fields.items():
        path = f"{above}{info.alias or name}"
        yield path, modes[name]
        for inner in inside(info.annotation):
            yield from fields(inner, f"{path}.")


def inside(annotation: Any) -> set[type[BaseModel]]:
    """The parts that a field's type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    return {part for argument in get_args(annotation) for part in inside(argument)}


def in_tables(bench: Bench) -> set[str]:
    return {row.field for table in (bench.changes, bench.refusals, bench.noted) for row in table}


def test_every_kind_has_its_tables() -> None:
    assert [bench.kind for bench in BENCHES] == [kind.name for kind in KINDS]


@benches()
def test_every_field_is_in_a_table_or_its_absence_has_a_reason(bench: Bench) -> None:
    expected = {path for path, mode in fields(KINDS_BY_NAME[bench.kind].spec) if mode is not Mode.META}

    assert expected - in_tables(bench) - bench.not_tested.keys() == set()
    assert expected >= bench.not_tested.keys()
    assert in_tables(bench).isdisjoint(bench.not_tested)
    assert all(bench.not_tested.values())


@benches()
def test_the_tables_name_fields_only(bench: Bench) -> None:
    known = {path for path, _ in fields(KINDS_BY_NAME[bench.kind].spec)} | {"name"}  # a group's name is its only key

    assert in_tables(bench) | {row.field for row in bench.drifts} <= known


@benches()
def test_fields_that_are_fixed_are_refused_and_others_change(bench: Bench) -> None:
    modes = dict(fields(KINDS_BY_NAME[bench.kind].spec))

    fixed = {path for path, mode in modes.items() if mode is Mode.CREATE_ONLY}
    assert fixed <= {row.field for row in bench.refusals}
    assert fixed.isdisjoint(row.field for row in bench.changes)
    assert {row.field for row in bench.noted} == {path for path, mode in modes.items() if mode is Mode.NOTED}


@pytest.mark.parametrize("table", ["changes", "drifts", "refusals"])
def test_no_two_rows_of_a_kind_go_by_the_same_name(table: str) -> None:
    for bench in BENCHES:
        names = [str(row) for row in getattr(bench, table)]
        assert len(names) == len(set(names))
