"""The rule that conditions compare what can be compared: operators that are for the type of a key, and for its values.

Source: IAM user guide, "Condition operators" and "Set operators for multivalued context keys". What works although it
is not meant so is not told: texts, numbers and truths can be compared as texts for being the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from rds_secure.access.iam.conditions import Condition
from rds_secure.access.iam.match import Template
from rds_secure.access.iam.operators import OPERATORS
from rds_secure.access.iam.policy import Statement
from rds_secure.authorization import reference
from rds_secure.finding import Severity
from rds_secure.rules.model import Rule, Subject, Verdict, aka
from rds_secure.rules.written import DOCUMENTS, each_statement, wrong

_FAMILIES = ("string", "numeric", "date", "bool", "binary", "ipaddress", "arn", "null")
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "String": "a text",
        "ARN": "an ARN",
        "Bool": "true or false",
        "Numeric": "a number",
        "Date": "a moment",
        "IPAddress": "an address",
    }
)
_COMPARABLE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "String": ("string", "arn", "binary", "null"),
        "ARN": ("string", "arn", "null"),
        "Bool": ("bool", "string", "null"),
        "Numeric": ("numeric", "string", "date", "null"),
        "Date": ("date", "numeric", "null"),
        "IPAddress": ("ipaddress", "null"),
    }
)
"""Type of a key → operators that can compare it."""

_SENSE: Mapping[str, str] = MappingProxyType(
    {
        "numeric": "a number",
        "date": "a moment",
        "bool": "true or false",
        "null": "true or false",
        "ipaddress": "an address or a network",
        "arn": "an ARN",
    }
)
_EXAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "numeric": "0",
        "date": "2026-01-01",
        "bool": "true",
        "ipaddress": "192.0.2.1",
    }
)
"""What each operator can compare: with an operand that makes sense it says yes or no."""

_AS_IT_IS = ("stringequals", "stringnotequals", "stringequalsignorecase", "stringnotequalsignorecase")
"""Operators to which a wildcard is a character like others."""


def _incomparable(statement: Statement, place: int, subject: Subject) -> Iterator[Verdict]:
    for test in statement.conditions:
        for said in _wrongs(test):
            yield wrong(subject, place, said, "Condition", test.written, test.key)


def _wrongs(test: Condition) -> Iterator[str]:
    kind = reference().key_type(test.key) or ""
    single = kind.removeprefix("ArrayOf")
    family = _family(test.operator)
    if single in _COMPARABLE and family and family not in _COMPARABLE[single]:
        yield f"compares {test.key}, which is {_WORDS[single]}, by {test.written}"
        return
    if kind.startswith("ArrayOf") and not test.quantifier and family != "null":
        several = "which may have several values"
        yield f"compares {test.key}, {several}, by {test.written} without ForAnyValue or ForAllValues"
    if kind and not kind.startswith("ArrayOf") and test.quantifier == "all":
        yield f"compares {test.key}, which has one value at most, by {test.written}, which holds without any"
    senseless = [operand for operand in test.operands if _is_senseless(test.operator, operand)]
    if senseless:
        yield f"compares {test.key} by {test.written} with {senseless[0]}, which is not {_SENSE[family]}"
    wild = [operand for operand in test.operands if test.operator in _AS_IT_IS and _has_wildcard(operand)]
    if wild:
        yield f"compares {test.key} with {wild[0]} by {test.written}, to which a wildcard is a character like others"


def _is_senseless(operator: str, operand: Template) -> bool:
    """Whether nothing could ever compare with an operand; of one with a variable nobody knows."""
    if operand.glob is None:
        return False
    if operator == "null":
        return operand.glob.lower() not in ("true", "false")
    if _family(operator) == "arn":
        return not operand.glob.startswith(("arn:", "*"))
    operation, example = OPERATORS.get(operator), _EXAMPLES.get(_family(operator))
    return operation is not None and example is not None and operation.compare(example, operand.glob) is None


def _family(operator: str) -> str:
    return next((name for name in _FAMILIES if operator.removeprefix("not").startswith(name)), "")


def _has_wildcard(operand: Template) -> bool:
    return any(isinstance(part, str) and set(part) & {"*", "?"} for part in operand.parts)


_STATEMENT = "Effect: Allow, Action: 'rds:StartDBInstance', Resource: '*'"

RULES = (
    Rule(
        id="operators-fit-keys",
        of=DOCUMENTS,
        severity=Severity.MEDIUM,
        title="Conditions compare what can be compared",
        why="An operator for something else never holds, or always, whatever the request says.",
        fix="take the operator for the type: IpAddress, Bool; StringLike for wildcards; ForAnyValue for several values",
        decide=each_statement(_incomparable),
        good=f"{{{_STATEMENT}, Condition: {{IpAddress: {{'aws:SourceIp': 203.0.113.0/24}}}}}}",
        bad=f"{{{_STATEMENT}, Condition: {{StringEquals: {{'aws:SourceIp': 203.0.113.0/24}}}}}}",
        field="document",
        aliases=aka(
            analyzer="FORALLVALUES_WITH_SINGLE_VALUED_KEY", parliament="MISMATCHED_TYPE MISMATCHED_TYPE_BUT_USABLE"
        ),
    ),
)
