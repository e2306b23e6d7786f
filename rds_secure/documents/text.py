"""Policy documents as JSON text: read from AWS, and written for it, with gaps where an ARN is not known yet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn
from urllib.parse import unquote

from rds_secure import values
from rds_secure.values import Lookup, Ref, Text, Value

MANAGED_POLICY_LIMIT = 6144
"""Characters of a managed policy, whitespace not counted (IAM-2)."""

TRUST_POLICY_LIMIT = 2048
"""Characters of a role's trust policy by default, whitespace not counted (AWS's API reference, memory)."""

KEY_POLICY_LIMIT = 32768
"""Bytes of a KMS key policy (AWS's API reference, memory)."""

_ORDER = (
    *("Version", "Id", "Statement"),
    *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"),
)
_RANK = {name: rank for rank, name in enumerate(_ORDER)}


def parse(text: str | Mapping[str, Any]) -> Value:
    """A document from JSON text, from URL-encoded JSON text (IAM-3), or as botocore decoded it.

    Raises ValueError when it is no JSON object, or when a key appears twice: which one AWS heeds is not known.
    """
    if isinstance(text, Mapping):
        return values.freeze(text)
    stripped = text.strip()
    if stripped.startswith("%"):
        stripped = unquote(stripped)
    try:
        document = json.loads(stripped, object_pairs_hook=_object, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise ValueError("not a policy document: nested too deeply") from error
    if not isinstance(document, Mapping):
        raise ValueError(f"not a policy document: a JSON object is needed, not {type(document).__name__}")
    return values.freeze(document)


def render(document: Value) -> str:
    """The JSON text to send, without whitespace; raises ValueError while a reference in it is not known.

    Statements and values keep the order they are written in; keys stand in AWS's customary order.
    """
    text = template(document)
    if not isinstance(text, str):
        unknown = ", ".join(sorted({str(ref) for ref in values.refs(text)}))
        raise ValueError(f"not known yet: {unknown}")
    return text


def template(document: Value) -> str | Ref | Text:
    """The JSON text to send, with the references still in it; a plain string when there are none.

    What a reference yields (an ARN, an id) takes its place unescaped: no ARN or id holds a quote or a backslash.
    Raises ValueError for a look-up, which is resolved before a document is made.
    """
    return values.text(_pieces(document))


def size(document: Value) -> int:
    """Characters as IAM counts them against its quotas: whitespace anywhere is free (IAM-2).

    What is not known yet counts nothing, so then this is the least the size can be.
    """
    known = (piece for piece in _pieces(document) if isinstance(piece, str))
    return sum(not character.isspace() for piece in known for character in piece)


def _pieces(value: Value) -> Iterator[str | Ref]:
    match value:
        case Mapping():
            yield "{"
            for index, key in enumerate(sorted(value, key=lambda name: (_RANK.get(name, len(_RANK)), name))):
                yield f"{',' if index else ''}{_quoted(key)}:"
                yield from _pieces(value[key])
            yield "}"
        case list() | tuple():
            yield "["
            for index, item in enumerate(value):
                yield "," if index else ""
                yield from _pieces(item)
            yield "]"
        case Ref() | Text():
            yield '"'
            for part in value.parts if isinstance(value, Text) else (value,):
                yield part if isinstance(part, Ref) else _quoted(part)[1:-1]
            yield '"'
        case Lookup():
            raise ValueError(f"a look-up cannot stand in a policy document: {value}")
        case _:
            yield _quoted(value)


def _quoted(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"not a policy document: the key {twice!r} appears twice in one object")
    return result


def _constant(name: str) -> NoReturn:
    raise ValueError(f"not JSON: {name} is no value")
