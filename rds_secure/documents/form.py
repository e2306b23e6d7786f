"""The canonical form of a policy document, in which nothing without meaning is left (IAM-3). Not what is sent to AWS.

Without meaning are: the order of statements and of values, one-element lists against single values, duplicates, the
case of action names, condition operators and condition keys, the principal ``"*"`` against ``{"AWS": "*"}``, an account
id against the ARN of its root, numbers and booleans against their text in conditions, an empty Sid or Condition.
A Sid is kept: two documents that differ in a Sid are different, though harmlessly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from rds_secure import values
from rds_secure.values import Value

LANGUAGE = "2012-10-17"
"""The version of the policy language to write; only it knows variables such as ``${aws:username}``."""

OLD_LANGUAGE = "2008-10-17"
"""The language AWS reads a document in that names no Version."""

_ACCOUNT = re.compile(r"\d{12}")
_TRUTH = re.compile(r"((forallvalues|foranyvalue):)?(bool|boolifexists|null)")


def canonical(document: Value, *, partition: str = "aws") -> Value:
    """The one form of all documents that mean the same; idempotent, and total: what is malformed is kept as it is.

    ``partition`` completes bare account ids among the principals (ANY-5).
    """
    if not isinstance(document, Mapping):
        return values.freeze(document)
    form = {key: values.freeze(item) for key, item in document.items()}
    form["Version"] = form.get("Version") or OLD_LANGUAGE
    form["Statement"] = distinct(_statement(item, partition) for item in listed(form.get("Statement", ())))
    return form


def equal(one: Value, other: Value, *, partition: str = "aws") -> bool:
    """Whether two documents mean the same (and carry the same Sids)."""
    return bool(canonical(one, partition=partition) == canonical(other, partition=partition))


def listed(value: Value) -> tuple[Any, ...]:
    """A value as AWS reads it where it takes one or several: a single one is a list of one."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def distinct(items: Iterable[Value]) -> tuple[Any, ...]:
    """The items in the order of their canonical text, each once."""
    by_text = {values.canonical(item): item for item in items}
    return tuple(by_text[text] for text in sorted(by_text))


def _statement(statement: Value, partition: str) -> Value:
    if not isinstance(statement, Mapping):
        return statement
    form = {name: _element(name, item, partition) for name, item in statement.items()}
    return {name: item for name, item in form.items() if not (name in ("Sid", "Condition") and item in ("", {}))}


def _element(name: str, value: Value, partition: str) -> Value:
    match name:
        case "Action" | "NotAction":
            return distinct(item.lower() if isinstance(item, str) else item for item in listed(value))
        case "Resource" | "NotResource":
            return distinct(listed(value))
        case "Principal" | "NotPrincipal":
            return _principals(value, partition)
        case "Condition":
            return _conditions(value)
        case _:
            return value


def _principals(value: Value, partition: str) -> Value:
    if listed(value) == ("*",):
        value = {"AWS": "*"}
    if not isinstance(value, Mapping):
        return value
    return {
        kind: distinct(_principal(item, partition) if kind == "AWS" else item for item in listed(items))
        for kind, items in value.items()
    }


def _principal(principal: Value, partition: str) -> Value:
    if isinstance(principal, str) and _ACCOUNT.fullmatch(principal):
        return f"arn:{partition}:iam::{principal}:root"
    return principal


def _conditions(value: Value) -> Value:
    if not isinstance(value, Mapping):
        return value
    form = {operator: _tests(operator, tests) for operator, tests in _lowered(value).items()}
    return {operator: tests for operator, tests in form.items() if tests != {}}


def _tests(operator: str, tests: Value) -> Value:
    if not isinstance(tests, Mapping):
        return tests
    truth = _TRUTH.fullmatch(operator.lower()) is not None
    return {key: distinct(_operand(item, truth) for item in listed(items)) for key, items in _lowered(tests).items()}


def _operand(value: Value, truth: bool) -> Value:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    return value.lower() if truth and isinstance(value, str) else value


def _lowered(mapping: Mapping[str, Value]) -> Mapping[str, Value]:
    """The mapping with lower-case keys, unless two of them would fall together: their tests are joined by *and*."""
    lowered = {key.lower(): item for key, item in mapping.items()}
    return lowered if len(lowered) == len(mapping) else mapping
