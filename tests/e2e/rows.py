"""The rows of the tables as pytest takes them, and the first steps that every row's test begins with."""

from __future__ import annotations

from typing import Any

import jmespath
import pytest

from rds_secure.plan import Step
from rds_secure.resources import KINDS_BY_NAME
from rds_secure.values import Address
from tests.e2e.harness import Harness
from tests.e2e.looks import LOOKS
from tests.e2e.tables import BENCHES, KEY, Bench
from tests.e2e.tables.bench import Row


def benches(*, owned: bool = False, made: bool = False) -> pytest.MarkDecorator:
    """Parametrises a test by kind; ``owned``: by those only whose objects have an owner of their own; ``made``: and are
    made by somebody, where AWS does not make them by itself."""
    found = [
        bench
        for bench in BENCHES
        if not (owned and KINDS_BY_NAME[bench.kind].setting) and not (made and KINDS_BY_NAME[bench.kind].claimed)
    ]
    return pytest.mark.parametrize("bench", found, ids=[bench.kind for bench in found])


def rows(table: str) -> pytest.MarkDecorator:
    """Parametrises a test by every row of a table, of every kind."""
    found: list[tuple[Bench, Row]] = [(bench, row) for bench in BENCHES for row in getattr(bench, table)]
    return pytest.mark.parametrize(("bench", "row"), found, ids=[f"{bench.kind}-{row}" for bench, row in found])


def prepared(harness: Harness, bench: Bench, row: Row | None = None) -> None:
    """The account as it is before the stack is applied for the first time."""
    for prepare in (bench.prepare, row.prepare if row else None):
        if prepare:
            harness.behind(prepare)


def made(harness: Harness, bench: Bench, row: Row) -> None:
    """The account with the row's resource in it, as it is written before the change."""
    prepared(harness, bench, row)
    harness.make(bench.resources(row.given, others=row.others))


def look(harness: Harness, bench: Bench, path: str, name: str = "") -> Any:
    """What boto3 sees at a path of the row's resource."""
    return jmespath.search(path, LOOKS[bench.kind](harness.client, name or bench.name))


def step_of(steps: tuple[Step, ...], bench: Bench) -> Step:
    """The step of the row's resource."""
    return next(step for step in steps if step.address == Address(bench.kind, KEY))


def paths(step: Step) -> set[str]:
    """The attributes that a step changes."""
    return {change.path for change in step.changes}
