"""Policy documents with other names: what they say stays the same, or the whole document counts as unread.

Actions, services as principals, addresses, numbers and moments stay. A wildcard inside a word (``db:ord*``) cannot be
renamed so that it fits the same names: such a document becomes `UNREADABLE`, so that answers are unknown, never wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from rds_secure import documents
from rds_secure.inventory.redaction.names import Renamer, UnalignedError

UNREADABLE = "redacted"
"""What stands in the place of a document; no JSON, so that it counts as unread."""

_DIGITS = 11
"""Of a number that is no account's id."""

_TAG = re.compile(r"([a-z0-9-]+:(?:[a-z-]*tag))/(.*)", re.IGNORECASE | re.DOTALL)
_CONTEXT = re.compile(r"(kms:EncryptionContext:)(.*)", re.IGNORECASE | re.DOTALL)
_OWN = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+(?:/(?:access-reviews|[A-Z][A-Za-z]*))?")
_AS_WRITTEN = re.compile(r"numeric|date|bool|null|ipaddress|notipaddress")
_NO_NAME = re.compile(
    r"true|false|[-+]?\d{1,11}(\.\d+)?|\d{4}-\d\d-\d\d[\dtz:.+-]*|[\da-f]*[.:][\da-f.:]*(/\d{1,3})?", re.IGNORECASE
)
"""Truths, numbers, moments, addresses and networks."""

_EXACT = re.compile(r"string(not)?equals(ignorecase)?")
_NAMELESS = re.compile(
    r"aws:(requestedregion|principaltype|principalservicename|principalservicenameslist|calledvia\w*|sourceip|"
    r"securetransport|viaawsservice|principalisawsservice|multifactorauth\w*)|kms:(viaservice|grantoperations|key\w+)|"
    r"iam:(passedtoservice|awsservicename)|rds:(databaseengine|databaseclass|storagesize|piops|multi-?az)"
)
"""Keys whose values are AWS's words."""

_COMPARED = re.compile(r"aws:(principal|user|resource)|kms:calleraccount|.*tag/")
"""Keys whose values are compared with what is in the inventory; others are open, whatever is written."""


def redacted(document: Any, renamer: Renamer) -> Any:
    """A document as text or mapping, as it was given; `UNREADABLE` where it cannot be renamed, or was no document."""
    try:
        made = _document(documents.parse(document), renamer)
    except ValueError:
        return UNREADABLE
    return made if isinstance(document, Mapping) else json.dumps(made)


def _document(document: Mapping[str, Any], renamer: Renamer) -> dict[str, Any]:
    made: dict[str, Any] = {"Version": document["Version"]} if "Version" in document else {}
    if "Id" in document:
        made["Id"] = renamer.text(str(document["Id"]))
    written = document.get("Statement", ())
    made["Statement"] = [_statement(item, renamer) for item in _listed(written)]
    return made


def _listed(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _statement(written: Any, renamer: Renamer) -> dict[str, Any]:
    if not isinstance(written, Mapping):
        raise ValueError("not a statement")
    made: dict[str, Any] = {}
    for key, value in written.items():
        if key in ("Effect", "Action", "NotAction"):
            made[key] = value
        elif key == "Sid":
            made[key] = renamer.text(str(value))
        elif key in ("Principal", "NotPrincipal"):
            made[key] = _principals(value, renamer)
        elif key in ("Resource", "NotResource"):
            made[key] = [_pattern(_text(item), renamer) for item in _listed(value)]
        elif key == "Condition":
            made[key] = _conditions(value, renamer)
    return made


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value


def _principals(value: Any, renamer: Renamer) -> Any:
    if not isinstance(value, Mapping):
        return renamer.text(_text(value))
    return {
        kind: [entry if kind == "Service" else renamer.text(_text(entry)) for entry in _listed(entries)]
        for kind, entries in value.items()
    }


def _conditions(value: Any, renamer: Renamer) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(tests, Mapping) for tests in value.values()):
        raise ValueError("not a condition")
    return {
        operator: {key_of(key, renamer): _operands(operator, key, operands, renamer) for key, operands in tests.items()}
        for operator, tests in value.items()
    }


def key_of(key: str, renamer: Renamer) -> str:
    """A condition key: tags and encryption contexts have names in it, and so have keys of identity providers."""
    if found := _TAG.fullmatch(key):
        return f"{found[1]}/{renamer.tag_key(found[2])}"
    if found := _CONTEXT.fullmatch(key):
        return f"{found[1]}{renamer.text(found[2])}"
    return key if _OWN.fullmatch(key) else renamer.text(key)


def _operands(operator: str, key: str, operands: Any, renamer: Renamer) -> list[Any]:
    name = re.sub(r"^for(all|any)values?:|ifexists$", "", operator.lower())
    if _NAMELESS.fullmatch(key.lower()):
        return list(_listed(operands))
    if _AS_WRITTEN.match(name):
        return [_as_written(item) for item in _listed(operands)]
    if name.startswith("binary"):
        raise ValueError("nobody sees which names are in bytes")
    is_key = key.lower() == "aws:tagkeys"
    compared, is_exact = _COMPARED.match(key.lower()) is not None, _EXACT.fullmatch(name) is not None

    def operand(item: Any) -> Any:
        if isinstance(item, bool):
            return item
        item = str(item) if isinstance(item, int) else item
        text = _text(item)
        if not any(sign in text for sign in ("${", "*", "?")):
            return renamer.tag_key(text) if is_key else renamer.text(text)
        return _pattern(text, renamer, strict=compared and ("${" in text or not is_exact))

    return [operand(item) for item in _listed(operands)]


def _as_written(operand: Any) -> Any:
    if isinstance(operand, str) and not _NO_NAME.fullmatch(operand):
        raise ValueError("neither a truth, a number, a moment nor an address")
    if isinstance(operand, int) and len(str(abs(operand))) > _DIGITS:
        raise ValueError("a number that may be an account")
    return operand


def _pattern(text: str, renamer: Renamer, *, strict: bool = True) -> str:
    return renamer.pattern(text, lambda variable: _variable(variable, renamer), strict=strict)


def _variable(variable: str, renamer: Renamer) -> str:
    """``${aws:PrincipalTag/team, 'none'}``; ``${*}`` and the like are characters."""
    inside = variable[2:-1]
    if inside in ("*", "?", "$"):
        return variable
    key, comma, default = inside.partition(",")
    if not comma:
        return f"${{{key_of(key.strip(), renamer)}}}"
    value = default.strip()
    if not (value.startswith("'") and value.endswith("'") and len(value) > 1):
        raise UnalignedError(variable)
    return f"${{{key_of(key.strip(), renamer)}, '{renamer.text(value[1:-1])}'}}"
