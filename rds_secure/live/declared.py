"""What is declared, ready to be planned: names, tags, what references yield before anything is there. Asks nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rds_secure import ownership, resources
from rds_secure.fields import ResourceSpec, plain
from rds_secure.kind import Resource, Scope
from rds_secure.spec.stack import Stack
from rds_secure.values import Address, Ref, Value


def written(spec: ResourceSpec) -> dict[str, Value]:
    """A spec as written, defaults left out: what the applied-hash is made of."""
    fields = type(spec).model_fields
    return {
        name: plain(getattr(spec, name))
        for name, info in fields.items()
        if name in spec.model_fields_set and getattr(spec, name) != info.default
    }


def resource_of(stack: Stack, address: Address, spec: Any, scope: Scope) -> Resource[Any]:
    """A declared resource, ready to be planned; ``spec`` is what was written, its look-ups found."""
    kind, as_written = resources.kind(address.kind), stack.resources[address]
    name = stack.aws_name(address)
    tags: dict[str, str] = {}
    if kind.taggable:
        user = {**stack.tags, **as_written.tags}  # type: ignore[attr-defined]
        home = scope.region if kind.home else ""
        # The stack's tags are its own as well; and while it is adopted, what is not written stays as it is.
        adopted = {"adopt": True} if address in stack.adopt else {}
        as_applied = {**written(as_written), **({"tags": user} if user else {}), **adopted}
        tags = ownership.tags(stack.name, address, name, as_applied, user, home, kind.own_tags(as_written))
    return Resource(address, name, spec, as_written, tags)


def predicted(declared: Mapping[Address, Resource[Any]], scope: Scope) -> dict[Ref, str]:
    """What references yield that follows from names: a setting is found by the ARN of what it is of."""
    told = {at: resources.kind(at.kind).predict(scope, item.name, item.spec) for at, item in declared.items()}
    return {Ref(at, attribute): value for at, exports in told.items() for attribute, value in exports.items()}
