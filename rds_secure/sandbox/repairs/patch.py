"""How a repair changes moto: it wraps a method or function, or adds what is missing. It knows no AWS service.

Both fail when moto changed under them, so that a repair that no longer fits is noticed when the server starts.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

Replacement = Callable[..., Any]


def around(owner: type | ModuleType, *names: str) -> Callable[[Replacement], Replacement]:
    """Call the decorated function in place of these methods, or functions of a module; it gets the original one first.

    Raises AttributeError when one does not exist.
    """

    def decorate(replacement: Replacement) -> Replacement:
        for name in names:
            _wrap(owner, name, replacement)
        return replacement

    return decorate


def _wrap(owner: type | ModuleType, name: str, replacement: Replacement) -> None:
    is_static = isinstance(inspect.getattr_static(owner, name), staticmethod)
    original = getattr(owner, name)

    @wraps(original)
    def method(*args: Any, **kwargs: Any) -> Any:
        return replacement(original, *args, **kwargs)

    setattr(owner, name, staticmethod(method) if is_static else method)


def amend_json(owner: type, *names: str) -> Callable[[Replacement], Replacement]:
    """Let the decorated function change the answer of methods that return JSON text: it gets (self, answer)."""

    def decorate(change: Replacement) -> Replacement:
        @around(owner, *names)
        def amended(original: Any, self: Any) -> str:
            answer = json.loads(original(self))
            change(self, answer)
            return json.dumps(answer)

        return change

    return decorate


def add(owner: type, name: str | None = None) -> Callable[[Replacement], Replacement]:
    """Give a class the decorated function, as a method; raises AttributeError when it has one of that name."""

    def decorate(method: Replacement) -> Replacement:
        _give(owner, name or method.__name__, method)
        return method

    return decorate


def add_property(owner: type, name: str, getter: Callable[[Any], Any]) -> None:
    """Give a class a read-only attribute; raises AttributeError when it has one of that name."""
    _give(owner, name, property(getter))


def replace_property(owner: type, name: str, getter: Callable[[Any], Any]) -> None:
    """Put another getter in the place of a property's; its setter stays. Raises AttributeError when there is none."""
    setattr(owner, name, property(getter, inspect.getattr_static(owner, name).fset))


def _give(owner: type, name: str, value: Any) -> None:
    if hasattr(owner, name):
        raise AttributeError(f"moto's {owner.__name__} has a {name} of its own")
    setattr(owner, name, value)
