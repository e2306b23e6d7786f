"""The organization's policies from a file, in place of what Organizations says. It evaluates nothing.

The form is JSON: a list of levels, from the organization's root down to the account, each a list of policy documents.
A document may stand below ``{"name": …, "document": …}`` to be told by its name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rds_secure.access.account import Levels
from rds_secure.access.iam.policy import Policy, compile_policy
from rds_secure.errors import UsageError

_FORM = "a JSON list of levels from the root down, each a list of policy documents"


def levels_in(path: Path) -> Levels:
    """The levels that a file has. Raises `UsageError` for what is not of the form, or IAM would not have stored."""
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{path} is not JSON: {error}; it has to be {_FORM}") from error
    if not isinstance(written, list) or not all(isinstance(level, list) for level in written):
        raise UsageError(f"{path} is not {_FORM}")
    return tuple(tuple(_level(path, number, level)) for number, level in enumerate(written, 1))


def _level(path: Path, number: int, level: list[Any]) -> Iterator[Policy]:
    if not level:
        raise UsageError(f"{path}: level {number} has no policy, so it would allow nothing: leave it out")
    for place, item in enumerate(level, 1):
        where = f"policy {place} of level {number}"
        named = item if isinstance(item, dict) and "document" in item else {"document": item}
        document = named["document"]
        try:
            if not isinstance(document, dict):
                raise ValueError("not a policy document")
            yield compile_policy(str(named.get("name") or f"{where} in {path.name}"), document)
        except (ValueError, TypeError, AttributeError) as error:
            raise UsageError(f"{path}: {where}: {error}") from error
