"""The conditions of a statement, three-valued: true, false, or what is left of them while keys are open.

Sources: IAM user guide, "Condition operators" (what a missing key means, ``IfExists``, ``Null``), "Set operators for
multivalued context keys", "Policy variables with no value". A missing key makes an operator false, a negated one and
one with ``IfExists`` true; ``ForAllValues`` true; ``ForAnyValue`` false, and there ``IfExists`` changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from typing import Literal as OneOf

from rds_secure.access.iam.context import Context, Values
from rds_secure.access.iam.logic import NO, YES, Formula, Literal, constant
from rds_secure.access.iam.match import Template, Variable, template
from rds_secure.access.iam.operators import OPERATORS, Operator
from rds_secure.values import Ref, Text

Quantifier = OneOf["", "all", "any"]

_NAME = re.compile(r"(?:for(all|any)values?:)?(.+?)(ifexists)?")
_NULL = "null"


@dataclass(frozen=True)
class Condition:
    """One operator, one key and its operands; as an atom of a formula, that they compare.

    ``operator`` is the lower-case name without set operator and ``IfExists``; ``written``: all of it, as it is written.
    """

    quantifier: Quantifier
    operator: str
    if_exists: bool
    key: str
    operands: tuple[Template, ...]
    written: str = field(default="", compare=False)

    @cached_property
    def _hash(self) -> int:
        return hash((self.quantifier, self.operator, self.if_exists, self.key, self.operands))

    def __hash__(self) -> int:
        return self._hash  # formulas are compared all the time

    def holds(self, context: Context) -> Formula:
        """Whether the test holds; itself, with the variables that are known put in, where that is open.

        It stays open as well where nobody knows what IAM does: an unknown operator, values that cannot be compared,
        several values without a set operator.
        """
        values = context.get(self.key)
        decided = None if values is None else self._decided(values, context)
        return self._left(context) if decided is None else constant(decided)

    def _decided(self, values: Values, context: Context) -> bool | None:
        if self.operator == _NULL:
            return self._null(absent=not values, context=context)
        operation = OPERATORS.get(self.operator)
        if operation is None:
            return None
        if not values:
            return self.quantifier == "all" or (self.quantifier == "" and (operation.negated or self.if_exists))
        if self.quantifier == "" and len(values) > 1:
            return None
        results = [self._compared(operation, value, context) for value in values]
        return _all(results) if self.quantifier == "all" else _any(results)

    def _null(self, *, absent: bool, context: Context) -> bool | None:
        return _any(
            None if known.glob is None else known.glob.lower() == str(absent).lower()
            for operand in self.operands
            if (known := operand.within(context)) is not None
        )

    def _compared(self, operation: Operator, value: str, context: Context) -> bool | None:
        """Whether one value of the request compares; an operand whose variable has no value is equal to nothing."""
        known = [known for operand in self.operands if (known := operand.within(context)) is not None]
        found = _any(None if operand.glob is None else operation.compare(value, operand.glob) for operand in known)
        return not found if operation.negated and found is not None else found

    def _left(self, context: Context) -> Formula:
        """The test as a literal: a negated operator as the negation of its base, so that opposites are seen as such."""
        operands = tuple(known for operand in self.operands if (known := operand.within(context)) is not None)
        test = self if operands == self.operands else replace(self, operands=operands)
        operation = OPERATORS.get(self.operator)
        if operation is None or operation.base is None or self.quantifier:
            return Literal(test)
        return Literal(replace(test, operator=operation.base, if_exists=False), positive=False)

    def asked(self) -> Iterator[str]:
        """Lower-case keys that decide this test."""
        yield self.key.lower()
        yield from variables(self.operands)

    def text(self, *, holds: bool) -> str:
        """Such as ``aws:SourceIp in 10.0.0.0/8``; of several operands, one is enough to compare."""
        listed = ", ".join(map(str, self.operands)) or "(nothing)"
        if self.operator == _NULL:
            absent = (listed.lower() == "true") is holds
            return f"{self.key} is {'absent' if absent else 'present'}"
        operation = OPERATORS.get(self.operator)
        if operation is None:
            return f"{'' if holds else 'not '}{self.operator} {self.key} {listed}"
        phrase = f"{self.key} {operation.words[0 if holds or self.quantifier else 1]} {listed}"
        if self.quantifier:
            return f"{'' if holds else 'not '}{'every' if self.quantifier == 'all' else 'some'} {phrase}"
        return f"{phrase} ({'if' if holds else 'and'} present)" if self.if_exists else phrase


def _any(results: Iterable[bool | None]) -> bool | None:
    """Whether one is true, where None is not known."""
    seen = set(results)
    return True if True in seen else None if None in seen else False


def _all(results: Iterable[bool | None]) -> bool | None:
    seen = set(results)
    return False if False in seen else None if None in seen else True


def variables(templates: Iterable[Template]) -> Iterator[str]:
    """Lower-case keys of the variables in some texts."""
    for text in templates:
        yield from (part.key.lower() for part in text.parts if isinstance(part, Variable))


def parse(block: Mapping[str, Any], *, variables: bool) -> tuple[Condition, ...]:
    """The tests of a ``Condition`` element, all of which have to hold: {operator: {key: operand or operands}}."""
    return tuple(
        _test(operator, key, operands, variables) for operator, keys in block.items() for key, operands in keys.items()
    )


def _test(operator: str, key: str, operands: Any, variables: bool) -> Condition:
    found = _NAME.fullmatch(operator.lower())
    set_operator, name, if_exists = found.groups() if found else (None, operator.lower(), None)
    quantifier: Quantifier = "all" if set_operator == "all" else "any" if set_operator == "any" else ""
    listed = operands if isinstance(operands, list | tuple) else (operands,)
    written = tuple(sorted((template(_text(operand), variables=variables) for operand in listed), key=str))
    return Condition(quantifier, name, if_exists is not None, key, written, operator)


def _text(operand: Any) -> str | Text | Ref:
    """Conditions compare text: ``true`` and ``3600`` are read as they are written."""
    if isinstance(operand, str | Text | Ref):
        return operand
    return str(operand).lower() if isinstance(operand, bool) else str(operand)


def hold(conditions: Iterable[Condition], context: Context) -> Formula:
    """Whether all of a statement's tests hold."""
    result: Formula = YES
    for test in conditions:
        result &= test.holds(context)
        if result is NO:
            break
    return result
