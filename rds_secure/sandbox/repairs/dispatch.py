"""How moto finds the service and the method for a request, and writes the answer; not what the answer is.

What services answer is in the modules of the services.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import xmltodict
from moto import backends
from moto.core import responses, serialize

from rds_secure.sandbox.repairs.patch import around


def names() -> None:
    """The names of all services, and of the methods of each, are looked up once: that was a third of every request."""
    services = cache(lambda original: tuple(original()))
    methods = cache(lambda original, service: frozenset(original(service)))

    @around(backends, "list_of_moto_modules")
    def list_services(original: Any) -> tuple[str, ...]:
        return services(original)

    @around(responses, "method_names_from_class")
    def list_methods(original: Any, service: type) -> frozenset[str]:
        return methods(original, service)


def members() -> None:
    """Under which names an object may have a member of an answer is worked out once for each class of objects.

    The shape knows what it is a member of, so it and the class decide alone; together with the next repair that was
    a third of every request.
    """
    known: WeakKeyDictionary[Any, dict[Any, tuple[str, ...]]] = WeakKeyDictionary()  # errors make shapes of their own

    @around(serialize.XFormedAttributePicker, "get_possible_keys")
    def possible_keys(original: Any, self: Any, context: Any) -> tuple[str, ...]:
        by_class = known.setdefault(context.shape, {})
        member = type(context.obj), context.key
        if member not in by_class:
            by_class[member] = tuple(dict.fromkeys(original(self, context)))
        return by_class[member]


def elements() -> None:
    """Whether something can be the name of an XML element is decided once for each name."""
    valid = cache(lambda original, name, kind: original(name, kind))

    @around(xmltodict, "_validate_name")
    def validate(original: Any, name: str, kind: str) -> None:
        valid(original, name, kind)
