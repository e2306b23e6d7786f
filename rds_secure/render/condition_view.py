"""Conditions as the published JSON shows them: as text, and as a tree of tests. They are not decided here."""

from __future__ import annotations

from typing import TypeAlias

from rds_secure.access.iam.conditions import Condition
from rds_secure.access.iam.logic import NO, Every, Formula, Literal, Some
from rds_secure.render.published import View


class ConditionTestView(View):
    """One test, or something that nobody can decide beforehand."""

    test: str
    """In words, such as aws:SourceIp in 10.0.0.0/8."""
    key: str
    """The condition key that is tested; empty where it is no test of a key."""
    operator: str
    """IAM's operator in small letters, such as ipaddress; with for-all-values or for-any-value in front."""
    values: tuple[str, ...]
    """What the key is compared with; one is enough."""
    holds: bool
    """Whether the test has to hold; false: it must not."""


class AllView(View):
    """All of it has to hold."""

    all: tuple[ConditionView, ...]
    """The parts."""


class AnyView(View):
    """One of it is enough."""

    any: tuple[ConditionView, ...]
    """The parts."""


ConditionView: TypeAlias = ConditionTestView | AllView | AnyView

_SETS = {"": "", "all": "for-all-values:", "any": "for-any-value:"}


def condition_view(when: Formula) -> ConditionView | None:
    """A condition; None for what is always so."""
    match when:
        case Literal():
            return _test(when)
        case Every():
            return AllView(all=_parts(when))
        case Some():
            return AnyView(any=_parts(when))
        case _:
            return (
                None if when is not NO else ConditionTestView(test="never", key="", operator="", values=(), holds=True)
            )


def _parts(when: Every | Some) -> tuple[ConditionView, ...]:
    ordered = sorted(when.parts, key=str)
    return tuple(view for part in ordered if (view := condition_view(part)) is not None)


def _test(when: Literal) -> ConditionTestView:
    atom, holds = when.atom, when.positive
    if not isinstance(atom, Condition):
        return ConditionTestView(test=str(when), key="", operator="", values=(), holds=holds)
    operator = f"{_SETS[atom.quantifier]}{atom.operator}{'ifexists' if atom.if_exists else ''}"
    return ConditionTestView(
        test=str(when), key=atom.key, operator=operator, values=tuple(map(str, atom.operands)), holds=holds
    )


AllView.model_rebuild()
AnyView.model_rebuild()
