"""Every call that any kind can emit fits botocore's models, and every field of every spec reaches a call."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import botocore.session
import pytest
from botocore.model import ServiceModel

import rds_secure
from rds_secure.fields import Mode, markers
from rds_secure.kind import Kind
from rds_secure.operation import Operation
from rds_secure.plan import Action
from rds_secure.resources import KINDS
from rds_secure.resources.kms_key.grants import GrantOperation
from tests.contracts import account, effects, emitted, specs
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


FILLED_IN = {
    "db_cluster": {"iam_auth", "parameter_group", "minor_upgrades"},
    "db_instance": {"iam_auth", "parameter_group"},
}
"""Fields that may be left out and still have a value of ours, so that one taken out is a change."""

ONE_WAY = {
    **{
        (kind, "master_password"): "unmanaged leaves it as it is; only the way back is a change, in words"
        for kind in ("db_cluster", "db_instance")
    },
}
"""Changes that are none on purpose, and why; the opposite change makes a call."""

NO_CALL = ("iam:PassRole",)
"""Permissions that no call has the name of."""


PERMISSIONS_ONLY = ("iam:PassRole",)
"""IAM actions that are no calls."""


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
        for condition in (*operation.wait.until, *operation.wait.fail) if operation.wait else ():
            assert re.fullmatch(r"[a-z][\w .,/-]*", condition.what), f"{operation.action}: {condition.path} in words"
        assert operation.service == service(operation.service).signing_name, "IAM calls the service otherwise"
        for action in operation.also:
            owner, _, name = action.partition(":")
            assert name in service(owner).operation_names or action in NO_CALL, action
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

    assert (type(kind).delete is Kind.delete) == (kind.singleton or kind.setting), "nothing else goes without a call"
    if kind.setting:  # what is no longer declared of it is not found
        return
    deleted = account.subject(account.planned(kind, written, None), kind)
    assert any(operation.destructive for operation in checked(deleted.operations)) is not kind.singleton
    assert (deleted.action, account.calls(deleted) == []) == _ENDS[kind.singleton]


_ENDS = {False: (Action.DELETE, False), True: (Action.LET_GO, True)}
"""What happens to what is no longer declared: it is deleted by its calls, or a singleton's tags come off."""


@pytest.mark.parametrize(("kind", "variant"), VARIANTS, ids=IDS)
def test_one_field_changed_makes_valid_calls(kind: Kind[Any], variant: Variant) -> None:
    """There and back again, and made and deleted: beside neighbours and with them, in a simple and a crowded account.

    The calls of a refused plan are never sent, but they are shown, and so must be valid too.
    """
    for before, after in (
        (variant.before, variant.after),
        (variant.after, variant.before),
        (None, variant.after),
        (variant.after, None),
    ):
        for other in ({"alone": True} if before is None else {"crowded": True}), {}:
            made = account.planned(kind, before, after, **other)
            checked(operation for _, operation in made.operations())


@pytest.mark.parametrize(("kind", "field", "before", "after"), RESETS, ids=RESET_IDS)
def test_a_field_taken_out_makes_valid_calls(kind: Kind[Any], field: str, before: Written, after: Written) -> None:
    made = account.planned(kind, before, after)
    checked(operation for _, operation in made.operations())
    adopted = markers(kind.spec)[_python_name(kind, field)].mode is Mode.ADOPT
    if adopted and field not in FILLED_IN.get(kind.name, ()):
        step = account.subject(made, kind)
        assert not [change for change in step.changes if change.path == field], "left out, it is AWS's to choose"


@pytest.mark.parametrize(("kind", "variant"), COMPARED, ids=COMPARED_IDS)
def test_every_field_reaches_a_call_or_is_refused_or_noted(kind: Kind[Any], variant: Variant) -> None:
    sides = (variant.before, variant.after)
    one_way = (kind.name, variant.path) in ONE_WAY
    before, after = sides[::-1] if one_way else sides
    made = account.planned(kind, before, after)
    step = account.subject(made, kind)
    if one_way and variant.field not in after:
        assert not step.changes
        assert step.notes
        return

    match variant.mode:
        case Mode.CREATE_ONLY:
            fresh = [
                account.params(account.subject(account.planned(kind, None, side), kind).operations)
                for side in (variant.before, variant.after)
            ]
            assert any(refusal.address == step.address for refusal in made.refusals) or kind.versioned
            assert fresh[0] != fresh[1] or kind.claimed
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
        if "exclusive" in kind.spec.model_fields:
            shown = account.subject(account.planned(kind, least, least, **{field: found}), kind)
            assert [change.path for change in shown.strangers] == [field]
            assert not shown.operations

        exclusive = emitted.exclusive(kind, least)
        removed = account.subject(account.planned(kind, exclusive, exclusive, **{field: found}), kind)
        assert len(checked(removed.operations)) == 1


def test_every_call_that_the_source_of_the_kinds_names_is_among_those_that_are_checked() -> None:
    checked_here = {item.action for kind in KINDS for item in emitted.operations(kind)}
    missing = [name for name in _named() if not any(re.fullmatch(name, action) for action in checked_here)]
    assert missing == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_calls_keep_what_the_kind_promises(kind: Kind[Any]) -> None:
    for operation in emitted.operations(kind):
        assert operation.service in kind.services
        assert operation.exports.keys() <= kind.exports.keys()
        assert len({retry.code for retry in operation.retry_on} & {*operation.done_on}) == 0, "retried, or done?"
        assert not (operation.repeatable and operation.action in ("CreateKey", "CreatePolicyVersion")), "KMS-1"


ADDING = (
    "Add",
    "Apply",
    "Associate",
    "Attach",
    "Authorize",
    "Batch",
    "Copy",
    "Create",
    "Describe",
    "Enable",
    "Generate",
    "Label",
    "Modify",
    "Put",
    "Register",
    "Restore",
    "Set",
    "Start",
    "Tag",
    "Update",
)
"""How actions begin that add or change something, or only look. One that begins otherwise takes something away, until
listed here."""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_call_that_takes_something_away_is_preceded_by_a_look_at_the_lock(kind: Kind[Any]) -> None:
    """Meaning §7."""
    for operation in emitted.operations(kind):
        adds = operation.action.startswith(ADDING) and not (operation.destructive or operation.restarts)
        assert operation.takes_away is not adds, operation.action


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_every_call_leaves_can_be_told_without_making_it(kind: Kind[Any]) -> None:
    assert list(effects.untold(emitted.operations(kind))) == []
    effects.foreseen(kind.name, emitted.operations(kind))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_error_codes_are_those_of_the_call(kind: Kind[Any]) -> None:
    """RDS-25: as they are on the wire, not as exceptions are named."""
    for operation in emitted.operations(kind):
        model = service(operation.service).operation_model(operation.action)
        possible = {shape.metadata.get("error", {}).get("code", shape.name) for shape in model.error_shapes}
        codes = {*operation.done_on, *(retry.code for retry in operation.retry_on)}
        unknown = {code for code in codes - possible if (operation.action, code) not in UNMODELLED}
        assert not (possible and unknown), operation.action  # EC2's models have no errors at all


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_a_wait_takes_for_gone_is_an_answer_of_its_call(kind: Kind[Any]) -> None:
    """RDS-25: a code that AWS never answers would make of each deletion an error."""
    waits = (operation.wait for operation in emitted.operations(kind) if operation.wait)
    for service_name, action, codes in {(wait.service, wait.action, wait.absent) for wait in waits if wait.absent}:
        assert {*codes} & _answers(service_name, action), action


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_a_read_takes_for_absent_is_an_answer_of_its_call(kind: Kind[Any]) -> None:
    """RDS-25: an absence that is not told apart would stop every plan; it is never taken for a denial (meaning §8)."""
    reads = list(_reads(kind))
    known = {code for service_name, action, _ in reads for code in _answers(service_name, action)}
    for service_name, action, codes in reads:
        assert {*codes} & _answers(service_name, action), action
        assert {*codes} <= known, "several reads may share their codes, each of which one of them answers"


def _answers(service_name: str, action: str) -> set[str]:
    """The error codes of a call, as they are on the wire."""
    shapes = service(service_name).operation_model(action).error_shapes
    return {shape.metadata.get("error", {}).get("code", shape.name) for shape in shapes}


def _reads(kind: Kind[Any]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Service, action and codes of each ``reader.call(…, absent=…)`` in a kind's source that names all three."""
    modules = (module for name, module in sys.modules.items() if f"{name}.".startswith(f"{_package(kind)}."))
    for module in modules:
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "call":
                given = {keyword.arg: keyword.value for keyword in node.keywords}
                named = [item.value for item in node.args[:2] if isinstance(item, ast.Constant)]
                if len(named) == 2 and "absent" in given:
                    names = {item.id for item in ast.walk(given["absent"]) if isinstance(item, ast.Name)}
                    if names <= vars(module).keys():  # what is local is put together from such
                        codes = eval(compile(ast.Expression(given["absent"]), "absent", "eval"), vars(module))
                        yield str(named[0]), str(named[1]), codes


def _package(kind: Kind[Any]) -> str:
    return type(kind).__module__


UNMODELLED = {
    ("CreateDBCluster", "InvalidParameterValue"): "a role that is not seen yet (IAM-1); in no model of RDS",
    ("ModifyDBCluster", "InvalidParameterValue"): "a role that is not seen yet (IAM-1); in no model of RDS",
    ("CreateRole", "NoSuchEntity"): "a boundary that is not seen yet, as CreateUser answers (IAM-1)",
    **{
        (action, "InvalidParameterValue"): "a role that is not seen yet (IAM-1)"
        for action in (
            "AddRoleToDBCluster",
            "AddRoleToDBInstance",
            "CreateDBInstance",
            "CreateDBInstanceReadReplica",
            "ModifyDBInstance",
            "RestoreDBInstanceFromDBSnapshot",
        )
    },
    ("DeleteGroup", "ConcurrentModification"): "other deletions of IAM answer it",
    ("DeletePolicy", "ConcurrentModification"): "other deletions of IAM answer it",
    ("ModifyOptionGroup", "InvalidParameterValue"): "what it says of a role that it does not see yet is in no model",
}
"""Codes that the model of a call lacks, and why they are waited for all the same."""

_ROOT = Path(rds_secure.__file__).parent


def _named() -> Iterator[str]:
    """Each writing call that is named in the source of the kinds and of what they share, as a pattern.

    What a grant allows others to call is none of them.
    """
    files = [
        *(_ROOT / "resources").rglob("*.py"),
        *(_ROOT / "iam").glob("*.py"),
        *(_ROOT / "network").glob("*.py"),
        *(_ROOT / "database").glob("*.py"),
        _ROOT / "tagging.py",
    ]
    known = {name for owner in ("ec2", "iam", "kms", "rds", "securityhub") for name in service(owner).operation_names}
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [re.escape(part.value) if isinstance(part, ast.Constant) else ".+" for part in node.values]
                pattern = "".join(map(str, parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                pattern = re.escape(node.value)
            else:
                continue
            reading = pattern.startswith(("Describe", "Get", "List", ".+"))
            if (
                not reading
                and pattern not in get_args(GrantOperation)
                and any(re.fullmatch(pattern, name) for name in known)
            ):
                yield pattern


def _python_name(kind: Kind[Any], field: str) -> str:
    return specs.written_fields(kind.name, kind.spec)[field][0]
