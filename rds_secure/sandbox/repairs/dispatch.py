"""How moto finds the service and the method for a request. What these answer is in the modules of the services."""

from __future__ import annotations

from functools import cache
from typing import Any

from moto import backends
from moto.core import responses

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
