"""Described databases as values of a spec's fields, by the paths of their markers. It calls nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import jmespath

from rds_secure import ownership, tagging
from rds_secure.fields import ResourceSpec, markers
from rds_secure.kind import Scope
from rds_secure.values import Value

AsRead = Callable[[Any, Mapping[str, Any]], Value]
"""What is found at a field's path, and all that was described → the field's value."""


def values(spec: type[ResourceSpec], described: Mapping[str, Any], special: Mapping[str, AsRead]) -> dict[str, Value]:
    """The value of every field that has a path; ``special``: those that are not as they are found."""
    found: dict[str, Value] = {}
    for name, marker in markers(spec).items():
        if marker.read:
            value = jmespath.search(marker.read, described)
            found[name] = special[name](value, described) if name in special else value
    return found


def truth(value: Any, described: Mapping[str, Any]) -> Value:
    """Flags that are off may be absent."""
    return bool(value)


def lower(value: Any, described: Mapping[str, Any]) -> Value:
    """Names, which AWS lower-cases (RDS-5)."""
    return value.lower() if isinstance(value, str) else value


def members(value: Any, described: Mapping[str, Any]) -> Value:
    """A set, sorted."""
    return tuple(sorted(value or ()))


def logs(value: Any, described: Mapping[str, Any]) -> Value:
    """Absent when there are none (RDS-17); what is being switched counts as done, for it waits for no window."""
    changing = (described.get("PendingModifiedValues") or {}).get("PendingCloudwatchLogsExports") or {}
    switched = {*(value or ()), *(changing.get("LogTypesToEnable") or ())}
    return tuple(sorted(switched - {*(changing.get("LogTypesToDisable") or ())}))


def password(value: Any, described: Mapping[str, Any]) -> Value:
    """managed where there is a secret."""
    return "managed" if value else "unmanaged"


def password_version(value: Any, described: Mapping[str, Any]) -> Value:
    """What our tag says was set last; None where it says nothing."""
    noted = tagging.mapping(described.get("TagList")).get(ownership.PASSWORD, "")
    return int(noted) if noted.isdecimal() else None


def exports(paths: Mapping[str, str], described: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Attribute and value, of those that exist."""
    for attribute, path in paths.items():
        value = jmespath.search(path, described)
        if value:
            yield attribute, str(value)


def key_arn(key: Value, scope: Scope) -> Value:
    """AWS answers with the ARN of a key whatever it was given (RDS-3)."""
    return scope.arn("kms", f"key/{key}") if isinstance(key, str) and not key.startswith("arn:") else key


def free_name(name: str, taken: Iterable[str]) -> str:
    """The first of ``<name>-final-1``, ``-2``, … that no snapshot has (RDS-11)."""
    pattern = re.compile(rf"{re.escape(name.lower())}-final-(\d+)")
    matches = (pattern.fullmatch(one.lower()) for one in taken)
    numbers = {int(match.group(1)) for match in matches if match}
    return f"{name.lower()}-final-{next(number for number in range(1, len(numbers) + 2) if number not in numbers)}"
