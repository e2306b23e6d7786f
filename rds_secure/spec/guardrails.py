"""`waivers:` and `guardrails:` of a spec: what somebody answers for, and what is asked for beyond what binds anyway.

Only their form is checked here; which rules there are, and what a waiver covers, the guardrails tell (`rules`).

waivers:
  - rule: private-subnets
    resource: ${db_instance.orders}
    reason: the partner's link ends in this subnet until spring
    owner: dba@example.com
    expires: 2027-03-31
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import PlainValidator, WithJsonSchema

from rds_secure.errors import Location
from rds_secure.fields import Invalid, Part, Pattern, Reference
from rds_secure.interpolation import shown
from rds_secure.spec.source import Source
from rds_secure.values import Ref

_RULE = r"[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)?"
RuleId = Annotated[str, Pattern(_RULE, "the id of a rule: one that 'rds-secure explain' lists")]
"""An id as it is written; whether there is such a rule is not known here."""
Grade = Literal["low", "medium", "high", "critical"]

_SUBJECT = r"(?=.*[A-Za-z0-9])[!-~][ -~]{0,511}"
_RESOURCE = Reference(
    (),
    "",
    _SUBJECT,
    "what a finding is about: ${kind.key}, or a name as findings have it such as db:legacy, in which * stands for "
    "anything",
)
_TEXT = r"[\s\S]*\S[\s\S]*"


def _day(value: Any) -> Any:
    fix = "write a day such as 2027-01-31"
    if isinstance(value, date):
        return value
    if not (isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)):
        raise Invalid(f"{shown(value)} is not a day", fix)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Invalid(f"there is no day {shown(value)}", fix) from None


Day = Annotated[
    date,
    PlainValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
]


class Waiver(Part):
    """Somebody answers for what a rule finds fault with, until a day. From then on it fails again."""

    rule: RuleId
    """The rule; each has a waiver of its own."""
    resource: Annotated[Ref | str, _RESOURCE]
    """Of what: ${kind.key}, or a name as findings have it (db:legacy, role/app), in which * stands for anything."""
    reason: Annotated[str, Pattern(_TEXT, "a reason: why it is as it is, for whoever reads this next year")]
    """Why it is as it is."""
    owner: Annotated[str, Pattern(_TEXT, "an owner: who answers for it")]
    """Who answers for it."""
    expires: Day
    """The last day on which it holds, in UTC: 2027-01-31."""


class Tightening(Part):
    """What a spec asks for beyond what binds it anyway: it can only tighten it."""

    rules: Literal["baseline", "strict"] | None = None
    """The least profile with which this stack is judged."""
    also: tuple[RuleId, ...] = ()
    """Rules that are asked as well, whatever the profile."""
    fail_on: Grade | None = None
    """The severity from which on a failure stops a run."""


@dataclass(frozen=True, slots=True)
class Waived:
    """A waiver, where it is written, and in which stack ("": in none, so that it can name no address)."""

    waiver: Waiver
    at: Location
    stack: str = ""


@dataclass(frozen=True, slots=True)
class Tightened:
    """What a stack asks for, and where: the place of each field that is written."""

    said: Tightening = field(default_factory=Tightening)
    at: Mapping[str, Location] = field(default_factory=dict)


def waivers(stack: str, sources: Sequence[Source]) -> tuple[Waived, ...]:
    """What the sound headers of a stack's files waive, file by file."""
    return tuple(
        Waived(Waiver.model_validate(data), source.at(("waivers", index)), stack)
        for source in sources
        for index, data in enumerate(source.data.get("waivers") or ())
    )


def tightening(said: Tightening, sources: Sequence[Source]) -> Tightened:
    """The same with its places: where the first of the stack's files has it, as all that do say the same."""
    first = next((source for source in sources if source.data.get("guardrails")), None)
    at = {name: first.at(("guardrails", name)) for name in said.model_fields_set} if first else {}
    return Tightened(said, at)
