"""Public controls on RDS: what decides each is a field that is safe by itself, or that specs/strict.yaml writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jmespath
import pytest

from rds_secure.fields import Mode, ResourceSpec
from rds_secure.resources import KINDS_BY_NAME
from rds_secure.spec import load
from rds_secure.values import Address, Ref
from tests.contracts import account, specs
from tests.contracts.controls import CONTROLS, Chosen, Elsewhere, Safe
from tests.contracts.values import NEVER_WRITTEN
from tests.e2e.harness import SPECS

DECIDED = [row for row in CONTROLS if not isinstance(row, Elsewhere)]
SAFE = [row for row in CONTROLS if isinstance(row, Safe)]
CHOSEN = [row for row in CONTROLS if isinstance(row, Chosen)]
NEVER_PUBLISHED = 49


def rows(chosen: list[Any]) -> Any:
    """One test for each of these."""
    return pytest.mark.parametrize("row", chosen, ids=[f"{row.decides}: {row.ids.split()[0]}" for row in chosen])


@pytest.fixture(scope="module")
def strict() -> Mapping[Address, ResourceSpec]:
    """What specs/strict.yaml declares."""
    stack, _ = load([str(SPECS / "strict.yaml")])
    return stack.resources


@rows(DECIDED)
def test_what_decides_a_control_is_a_field_that_is_compared_with_aws(row: Safe | Chosen) -> None:
    kind, _, path = row.decides.partition(".")
    modes = {item.path.replace("[]", ""): item.mode for item in specs.variants(KINDS_BY_NAME[kind])}
    found = {mode for at, mode in modes.items() if f"{at}.".startswith(f"{path}.")}
    compared = found - {Mode.META} or path == "tags"  # which are compared by themselves
    assert compared or path in NEVER_WRITTEN[kind]


@rows(SAFE)
def test_a_field_is_as_the_control_asks_where_nobody_writes_otherwise(row: Safe) -> None:
    name = row.decides.partition(".")[0]
    made = account.planned(KINDS_BY_NAME[name], None, {**specs.minimal(name), **row.beside})
    calls: dict[str, Any] = {}
    for _, operation in made.operations():
        calls.setdefault(operation.action, _plain(operation.params))
    assert jmespath.search(row.sent, calls), calls


@rows(CHOSEN)
def test_the_strict_spec_writes_what_the_control_asks(row: Chosen, strict: Mapping[Address, ResourceSpec]) -> None:
    kind, _, field = row.decides.partition(".")
    asked = {str(at): spec for at, spec in strict.items() if at.kind == kind and row.of(spec)}
    assert asked
    assert [at for at, spec in asked.items() if not row.asked(getattr(spec, field))] == []


@rows(CHOSEN)
def test_a_field_that_has_to_be_written_has_no_default_that_would_do(row: Chosen) -> None:
    kind, _, field = row.decides.partition(".")
    info = KINDS_BY_NAME[kind].spec.model_fields[field]
    assert info.is_required() or not info.default or not row.asked(info.default)


def test_every_control_of_security_hub_on_rds_has_a_row() -> None:
    listed = {word for row in CONTROLS for word in row.ids.split() if word.startswith("RDS.")}
    assert listed == {f"RDS.{number}" for number in range(1, 52) if number != NEVER_PUBLISHED}
    assert all(row.because for row in CONTROLS if not isinstance(row, Safe))


def _plain(value: Any) -> Any:
    """As JMESPath takes it: lists and mappings, a reference as its text."""
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Ref) else value
