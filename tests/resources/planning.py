"""One resource through the steps of a plan, for tests of a kind: declare, read, link, compare. It plans no stack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from rds_secure import ownership
from rds_secure.fields import Reference, mapped
from rds_secure.kind import Change, Found, Kind, Live, Resource, Scope, Wanted
from rds_secure.live.declared import written
from rds_secure.operation import Operation
from rds_secure.plan.diff import Difference, diff
from rds_secure.values import Address, Ref
from tests.models import assert_valid

SCOPE = Scope("123456789012", "eu-west-1", "aws", "orders")


def declare(kind: Kind[Any], key: str, fields: Mapping[str, Any], scope: Scope = SCOPE) -> Resource[Any]:
    """A resource as the planner gets it, not yet normalised."""
    address, spec = Address(kind.name, key), kind.spec.model_validate(fields)
    name = kind.aws_name(scope.stack, key, spec)
    home = scope.region if kind.home else ""
    tags = ownership.tags(
        scope.stack, address, name, written(spec), getattr(spec, "tags", {}), home, kind.own_tags(spec)
    )
    return Resource(address, name, spec, spec, tags if kind.taggable else {})


def complaints(kind: Kind[Any], fields: Mapping[str, Any], key: str = "orders") -> list[tuple[tuple[Any, ...], str]]:
    """What the kind finds wrong with a spec: where, and what."""
    return [(item.path, item.what) for item in kind.check(key, kind.spec.model_validate(fields))]


def wanted(kind: Kind[Any], *resources: Resource[Any], scope: Scope = SCOPE, tagged: Any = None) -> Wanted:
    """What a read is asked for when these are declared."""
    identities = frozenset(kind.identity(resource.name, resource.spec, scope) for resource in resources)
    return Wanted(scope, identities, tagged or {}, declared={resource.address: resource for resource in resources})


def link(found: Found[Any], address: Address, scope: Scope) -> Live[Any]:
    """What was read, with the ids of the scope's known things as references."""
    index = {(ref.target.kind, ref.attribute, value): ref for ref, value in scope.known.items()}

    def leaf(value: Any, marker: Reference | None, many: bool) -> Any:
        if marker is None or not isinstance(value, str):
            return value
        keys = [(kind, marker.attribute, value) for kind in marker.kinds]
        return next((index[key] for key in keys if key in index), value)

    return Live(address, found, mapped(found.spec, leaf))


def knowing(scope: Scope, *found: tuple[Address, Mapping[str, str]]) -> Scope:
    """The scope with the exports of these known."""
    known = {Ref(address, name): value for address, exports in found for name, value in exports.items()}
    return replace(scope, known={**scope.known, **known})


def compare(
    kind: Kind[Any], resource: Resource[Any], found: Found[Any], scope: Scope = SCOPE
) -> tuple[Difference, Change[Any]]:
    """The differences, and the change that the kind is asked to settle."""
    scope = knowing(scope, (resource.address, found.exports))
    live = link(found, resource.address, scope)
    resource = replace(resource, spec=kind.normalise(resource, live, scope))
    difference = diff(kind, resource, live, scope.known)
    return difference, Change(resource, live, tuple(difference.changes), scope)


def created(kind: Kind[Any], resource: Resource[Any], scope: Scope = SCOPE) -> tuple[Operation, ...]:
    """The calls that make it, each valid against the service's model."""
    return checked(kind.create(replace(resource, spec=kind.normalise(resource, None, scope)), scope))


def updated(kind: Kind[Any], resource: Resource[Any], found: Found[Any], scope: Scope = SCOPE) -> tuple[Operation, ...]:
    """The calls that settle the differences, each valid against the service's model."""
    difference, change = compare(kind, resource, found, scope)
    return checked(kind.update(change)) if difference.changes else ()


def checked(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """The operations, each valid against the service's model."""
    operations = tuple(operations)
    for operation in operations:
        assert_valid(operation)
    return operations


def actions(operations: Iterable[Operation]) -> list[str]:
    """The names of the calls, in order."""
    return [operation.action for operation in operations]
