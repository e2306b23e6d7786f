"""Policy documents from the statements of a spec: ``{effect: allow, actions: […], resources: […]}``. Checks nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rds_secure import values
from rds_secure.documents.form import LANGUAGE
from rds_secure.values import Value

_ELEMENTS = {
    "sid": "Sid",
    "effect": "Effect",
    "principals": "Principal",
    "not_principals": "NotPrincipal",
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
    "conditions": "Condition",
}


def statements_from(statements: Iterable[Mapping[str, Value]]) -> Value:
    """The document of a spec's statements, in their order.

    Each has ``effect`` (allow, deny) and any of ``sid``, ``actions``, ``resources``, ``principals`` (or their ``not_``
    forms) and ``conditions`` ({operator: {key: value or list}}); None and empty mean left out. Principals are ``"*"``
    or {AWS | Service | Federated | CanonicalUser: list}. Raises ValueError for any other key.
    """
    return {"Version": LANGUAGE, "Statement": tuple(_statement(statement) for statement in statements)}


def _statement(statement: Mapping[str, Value]) -> Value:
    if unknown := sorted(set(statement) - set(_ELEMENTS)):
        raise ValueError(f"a statement has no {unknown[0]!r}: it takes {', '.join(_ELEMENTS)}")
    written = {key: item for key, item in statement.items() if item not in (None, "", (), [], {})}
    return {name: _element(key, written[key]) for key, name in _ELEMENTS.items() if key in written}


def _element(key: str, value: Value) -> Value:
    match key:
        case "effect":
            return str(value).capitalize()
        case "conditions":
            return values.transform(values.freeze(value), _text)
        case _:
            return values.freeze(value)


def _text(operand: Value) -> Value:
    """Conditions compare text: ``true`` and ``3600`` are written as AWS shows them."""
    if isinstance(operand, bool):
        return str(operand).lower()
    return str(operand) if isinstance(operand, int | float) else operand
