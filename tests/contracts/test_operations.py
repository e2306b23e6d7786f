"""Every call that any kind can emit fits botocore's models, and every field of every spec reaches a call."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.model import ServiceModel

from rds_secure.fields import Mode, markers
from rds_secure.kind import Kind
from rds_secure.operation import Operation
from rds_secure.resources import KINDS
from tests.contracts import account, specs
from tests.contracts.specs import Variant
from tests.contracts.values import NEVER_WRITTEN, Written
from tests.models import assert_valid

VARIANTS = [(kind, variant) for kind in KINDS for variant in specs.variants(kind)]
IDS = [f"{kind.name}.{variant}" for kind, variant in VARIANTS]
COMPARED = [(kind, variant) for kind, variant in VARIANTS if variant.mode is not Mode.META]
COMPARED_IDS = [f"{kind.name}.{variant}" for kind, variant in COMPARED]
WHOLE: list[tuple[Kind[Any], Written]] = [
    (kind, written) for kind in KINDS for written in (specs.minimal(kind.name), *specs.maximal(kind))
]
WHOLE_IDS = [f"{kind.name}-{number}" for number, (kind, _) in enumerate(WHOLE)]
RESETS = [(kind, *reset) for kind in KINDS for reset in specs.resets(kind)]
RESET_IDS = [f"{kind.name}.{field}-{number}" for number, (kind, field, *_) in enumerate(RESETS)]


FILLED_IN = {"db_instance": {"iam_auth", "parameter_group"}}
"""Fields that may be left out and still have a value of ours, so that one taken out is a change."""

ONE_WAY = {
    ("db_instance", "master_password"): "unmanaged leaves the password as it is, so only the way back is a change",
}
"""Changes that are none on purpose, and why; the opposite change makes a call."""


@cache
def service(name: str) -> ServiceModel:
    """botocore's model of a service."""
    return botocore.session.get_session().get_service_model(name)


def checked(operations: Iterable[Operation]) -> list[Operation]:
    """Each fits the service's model, says what it does, and needs permissions that there are."""
    found = list(operations)
    for operation in found:
        assert_valid(operation)
        assert operation.summary == operation.summary.strip()
        assert operation.summary[:1].islower(), operation.summary
        assert operation.summary[-1] != "."
        assert "\n" not in operation.summary
        for action in operation.also:
            owner, _, name = action.partition(":")
            assert name in service(owner).operation_names, action
            assert action != f"{operation.service}:{operation.action}", "its own action needs no mention"
    return found


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_field_has_a_value_to_be_tested_with(kind: Kind[Any]) -> None:
    for part in specs.parts(kind.spec):
        name = kind.name if part is kind.spec else part.__name__
        for field in specs.written_fields(name, part):
            specs.values(name, part, field)  # raises where there is none


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_maximal_specs_have_every_field_and_no_default(kind: Kind[Any]) -> None:
    written = [
        next(spec for address, spec in account.stack(kind, full).resources.items() if address.name == account.SUBJECT)
        for full in specs.maximal(kind)
    ]
    for name, _ in specs.written_fields(kind.name, kind.spec).values():
        assert any(not specs.is_default(spec, name) for spec in written), f"{kind.name}.{name}"


@pytest.mark.parametrize(("kind", "written"), WHOLE, ids=WHOLE_IDS)
def test_what_creates_deletes_and_leaves_alone(kind: Kind[Any], written: Written) -> None:
    created = account.subject(account.planned(kind, None, written), kind)
    assert checked(created.operations)

    again = account.planned(kind, written, written)
    assert not again.refusals
    assert list(again.operations()) == []

    deleted = account.subject(account.planned(kind, written, None), kind)
    assert any(operation.destructive for operation in checked(deleted.operations))


@pytest.mark.parametrize(("kind", "variant"), VARIANTS, ids=IDS)
def test_one_field_changed_makes_valid_calls(kind: Kind[Any], variant: Variant) -> None:
    """There and back again, and made and deleted; the calls of a plan that is refused are never sent."""
    for before, after in (
        (variant.before, variant.after),
        (variant.after, variant.before),
        (None, variant.after),
        (variant.after, None),
    ):
        made = account.planned(kind, before, after)
        if made.is_applicable:
            checked(operation for _, operation in made.operations())


@pytest.mark.parametrize(("kind", "field", "before", "after"), RESETS, ids=RESET_IDS)
def test_a_field_taken_out_makes_valid_calls(kind: Kind[Any], field: str, before: Written, after: Written) -> None:
    made = account.planned(kind, before, after)
    if made.is_applicable:
        checked(operation for _, operation in made.operations())
    adopted = markers(kind.spec)[_python_name(kind, field)].mode is Mode.ADOPT
    if adopted and field not in FILLED_IN.get(kind.name, ()):
        step = account.subject(made, kind)
        assert not [change for change in step.changes if change.path == field], "left out, it is AWS's to choose"


@pytest.mark.parametrize(("kind", "variant"), COMPARED, ids=COMPARED_IDS)
def test_every_field_reaches_a_call_or_is_refused_or_noted(kind: Kind[Any], variant: Variant) -> None:
    sides = (variant.before, variant.after)
    before, after = sides[::-1] if (kind.name, variant.path) in ONE_WAY else sides
    made = account.planned(kind, before, after)
    step = account.subject(made, kind)

    match variant.mode:
        case Mode.CREATE_ONLY:
            fresh = [
                account.params(account.subject(account.planned(kind, None, side), kind).operations)
                for side in (variant.before, variant.after)
            ]
            assert any(refusal.address == step.address for refusal in made.refusals) or kind.versioned
            assert fresh[0] != fresh[1]
        case Mode.NOTED:
            assert any(variant.field in note for note in step.notes)
            assert not account.calls(step)
        case _:
            assert account.calls(step), f"{variant.after}: no call"
            assert step.changes
            assert not made.refusals


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.name in NEVER_WRITTEN], ids=lambda kind: kind.name)
def test_what_a_spec_can_only_leave_empty_is_emptied_where_it_is_exclusive(kind: Kind[Any]) -> None:
    for field, found in NEVER_WRITTEN[kind.name].items():
        least = specs.minimal(kind.name)
        shown = account.subject(account.planned(kind, least, least, **{field: found}), kind)
        assert [change.path for change in shown.strangers] == [field]
        assert not shown.operations

        exclusive = {**least, "exclusive": "true"}
        removed = account.subject(account.planned(kind, exclusive, exclusive, **{field: found}), kind)
        assert len(checked(removed.operations)) == 1


def _python_name(kind: Kind[Any], field: str) -> str:
    return specs.written_fields(kind.name, kind.spec)[field][0]
