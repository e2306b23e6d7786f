"""A second evaluator, written without looking at the first: two-valued, slow, for complete contexts.

It has what `cases` can draw: identity policies, a boundary, a session's policy, levels of an organization; actions and
resources with their negations; the operators of strings, Bool and Null, with set operators and IfExists.
"""

from __future__ import annotations

import re
from typing import Any

Document = dict[str, Any]
Keys = dict[str, str]


def allowed(
    action: str,
    resource: str,
    keys: Keys,
    identity: list[Document],
    limits: list[list[Document]],
) -> bool:
    """``keys`` are those that are present; each of ``limits`` is a group of policies of which one must allow."""
    everything = [identity, *limits]
    if any(says(document, "Deny", action, resource, keys) for group in everything for document in group):
        return False
    return all(any(says(document, "Allow", action, resource, keys) for document in group) for group in everything)


def says(document: Document, effect: str, action: str, resource: str, keys: Keys) -> bool:
    return any(
        statement["Effect"] == effect and applies(statement, action, resource, keys)
        for statement in document["Statement"]
    )


def applies(statement: Document, action: str, resource: str, keys: Keys) -> bool:
    if "Action" in statement:
        acts = any(glob(pattern.lower(), action.lower()) for pattern in statement["Action"])
    else:
        acts = not any(glob(pattern.lower(), action.lower()) for pattern in statement["NotAction"])
    listed = [put_in(pattern, keys) for pattern in statement.get("Resource") or statement["NotResource"]]
    about = any(pattern is not None and arn(pattern, resource) for pattern in listed)
    about = about if "Resource" in statement else not about
    tests = statement.get("Condition", {})
    return acts and about and all(holds(name, key, tests[name][key], keys) for name in tests for key in tests[name])


def glob(pattern: str, text: str) -> bool:
    return (
        re.fullmatch("".join({"*": ".*", "?": "."}.get(char) or re.escape(char) for char in pattern), text) is not None
    )


def arn(pattern: str, resource: str) -> bool:
    """By fields; what is shorter has to end in ``*``."""
    if pattern == "*":
        return True
    fields, of = pattern.split(":", 5), resource.split(":", 5)
    if len(fields) < 6:
        return (
            pattern.endswith("*")
            and all(map(glob, fields[:-1], of))
            and glob(fields[-1], ":".join(of[len(fields) - 1 :]))
        )
    return all(map(glob, fields, of))


def put_in(pattern: str, keys: Keys) -> str | None:
    for name in re.findall(r"\$\{(.*?)\}", pattern):
        if name not in keys:
            return None
        pattern = pattern.replace("${" + name + "}", keys[name])
    return pattern


def holds(name: str, key: str, operands: str | list[str], keys: Keys) -> bool:
    if name == "Null":
        return (operands == "true") is (key not in keys)
    quantifier, _, operator = name.rpartition(":")
    optional = operator.endswith("IfExists")
    operator = operator.removesuffix("IfExists")
    negated = "Not" in operator
    if key not in keys:
        return {"ForAllValues": True, "ForAnyValue": False, "": negated or optional}[quantifier]
    value = keys[key]
    match operator.replace("Not", ""):
        case "StringEquals":
            found = value in operands
        case "StringLike":
            found = any(glob(operand, value) for operand in operands)
        case "Bool":
            found = value in operands
        case _:
            raise AssertionError(operator)
    return found is not negated
