"""The operators of conditions: how one value of a request compares with one operand of a policy. A table, no I/O.

Source: IAM user guide, "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

import base64
import binascii
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from ipaddress import ip_address, ip_network
from types import MappingProxyType
from typing import Any

from rds_secure.access.iam.match import fits_arn_condition, like, plain

Compare = Callable[[str, str], bool | None]
"""Takes a value and an operand (a glob, see `match`); None if they cannot be compared."""


@dataclass(frozen=True)
class Operator:
    """An operator without its set operator and without ``IfExists``.

    A negated one asks that no operand compares; ``base`` is then the name of the one it negates.
    ``words`` stand between key and operands: where it holds, and where it does not.
    """

    compare: Compare
    words: tuple[str, str]
    base: str | None = None

    @property
    def negated(self) -> bool:
        return self.base is not None


def _same(value: str, operand: str) -> bool:
    return value == plain(operand)


def _same_ignoring_case(value: str, operand: str) -> bool:
    return value.lower() == plain(operand).lower()


def _truth(value: str, operand: str) -> bool | None:
    pair = (value.lower(), plain(operand).lower())
    return pair[0] == pair[1] if set(pair) <= {"true", "false"} else None


def _bytes(value: str, operand: str) -> bool | None:
    try:
        return base64.b64decode(value, validate=True) == base64.b64decode(plain(operand), validate=True)
    except binascii.Error:
        return None


def _within(value: str, operand: str) -> bool | None:
    try:
        address, network = ip_address(value), ip_network(plain(operand), strict=False)
    except ValueError:
        return None
    return address.version == network.version and address in network


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _moment(text: str) -> datetime | None:
    """A W3C form of ISO 8601, or seconds since 1970; without an offset it is UTC."""
    try:
        if text.isdecimal() and len(text) > 4:
            return datetime.fromtimestamp(int(text), UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _ordered(read: Callable[[str], Any], relation: Callable[[Any, Any], bool]) -> Compare:
    def compare(value: str, operand: str) -> bool | None:
        left, right = read(value), read(plain(operand))
        return None if left is None or right is None else relation(left, right)

    return compare


def _table() -> Mapping[str, Operator]:
    equal, likeness = ("=", "≠"), ("like", "unlike")
    table = {
        "stringequals": Operator(_same, equal),
        "stringequalsignorecase": Operator(_same_ignoring_case, equal),
        "stringlike": Operator(like, likeness),
        "bool": Operator(_truth, equal),
        "binaryequals": Operator(_bytes, equal),
        "ipaddress": Operator(_within, ("in", "not in")),
        "arnequals": Operator(fits_arn_condition, likeness),
        "arnlike": Operator(fits_arn_condition, likeness),
    }
    for prefix, read in (("numeric", _number), ("date", _moment)):
        table[f"{prefix}equals"] = Operator(_ordered(read, operator.eq), equal)
        table[f"{prefix}lessthan"] = Operator(_ordered(read, operator.lt), ("<", "not <"))
        table[f"{prefix}lessthanequals"] = Operator(_ordered(read, operator.le), ("≤", "not ≤"))
        table[f"{prefix}greaterthan"] = Operator(_ordered(read, operator.gt), (">", "not >"))
        table[f"{prefix}greaterthanequals"] = Operator(_ordered(read, operator.ge), ("≥", "not ≥"))
    for name, negated in _NEGATED.items():
        positive = table[negated]
        table[name] = Operator(positive.compare, positive.words[::-1], negated)
    return MappingProxyType(table)


_NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
    "notipaddress": "ipaddress",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
}
"""Every negated operator, and what it negates."""

OPERATORS = _table()
"""By lower-case name; ``Null`` is not among them, as it compares no values."""
