"""Which rows of the layer are on, and how a row wraps moto so that it can be switched while the sandbox runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from rds_secure.sandbox.repairs import patch

_on: set[str] = set()


def is_on(row: str) -> bool:
    """Whether the row of this name is on."""
    return row in _on


def only(rows: Iterable[str]) -> None:
    """These rows are on, and no others."""
    names = set(rows)
    _on.clear()
    _on.update(names)


def around(row: str, owner: type | ModuleType, *names: str) -> Callable[[patch.Replacement], patch.Replacement]:
    """As `patch.around`, but the decorated function is called only while the row is on."""

    def decorate(replacement: patch.Replacement) -> patch.Replacement:
        @patch.around(owner, *names)
        def switched(original: Any, *args: Any, **named: Any) -> Any:
            return replacement(original, *args, **named) if is_on(row) else original(*args, **named)

        return replacement

    return decorate
