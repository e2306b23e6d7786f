"""A baseline: what failed on the day it was recorded, so that only what is new stops a run. Reads and writes no file.

What is in it is known by its rule and by what it is of, never by a line: by its address where a stack has it, which
outlives another name, and by its name where none has.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

from rds_secure.errors import Location
from rds_secure.fields import Part, Pattern, Str
from rds_secure.finding import Finding, State
from rds_secure.rules.meta import BASELINE_OUTDATED, META
from rds_secure.rules.model import Subject
from rds_secure.rules.waivers import Scene
from rds_secure.spec.guardrails import RuleId

_META = frozenset(rule.id for rule in META)


class Entry(Part):
    """A rule that failed, and on what."""

    rule: RuleId
    """The rule."""
    of: Annotated[str, Pattern(r".+", "what fails: kind.key, or a name as findings have it")]
    """On what: an address where a stack has it (db_instance.orders), else as findings call it (db:legacy)."""
    stack: Str = ""
    """The stack that has the address."""


class BaselineFile(Part):
    """What `check --record` writes."""

    version: Literal["1"]
    """The version of this format."""
    findings: tuple[Entry, ...]
    """What failed."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is known to fail, and in which place of its file each entry is."""

    file: str
    entries: Mapping[Entry, Location] = field(default_factory=dict)


def entry_of(rule: str, thing: Finding | Subject, stack: str) -> Entry:
    """The entry of a failure. ``stack``: the one at hand. A policy that is written into something keeps its name."""
    name = thing.subject if isinstance(thing, Finding) else thing.name
    if thing.address is None:
        return Entry(rule=rule, of=name)
    inline = name.partition(": ")[2]
    of = f"{thing.address}: {inline}" if inline else str(thing.address)
    return Entry(rule=rule, of=of, stack=thing.stack or stack)


def known(
    baseline: Baseline, findings: Iterable[Finding], scene: Scene, stack: str, mandatory: frozenset[str]
) -> Iterator[Finding]:
    """The findings, those that the baseline has as known, and after them its entries that are needed no longer.

    Nothing that is mandatory, or about waivers, is ever known.
    """
    found = tuple(findings)
    bound = mandatory | _META
    for one in found:
        is_old = (
            one.state is State.FAIL and one.rule not in bound and entry_of(one.rule, one, stack) in baseline.entries
        )
        yield replace(one, state=State.KNOWN) if is_old else one
    states = {entry_of(one.rule, one, stack): one.state for one in found}
    seen = {entry_of("any", one, stack) for one in scene.subjects}
    for entry, at in baseline.entries.items():
        if _is_outdated(entry, states.get(entry), scene, seen, stack):
            severity = scene.rules[BASELINE_OUTDATED.id].severity
            message = "it does not fail any more"
            called = f"{entry.rule} of {f'{entry.stack}/' if entry.stack else ''}{entry.of}"
            rule = BASELINE_OUTDATED
            yield Finding(rule.id, State.FAIL, severity, called, message, rule.fix, location=at)


def _is_outdated(entry: Entry, state: State | None, scene: Scene, seen: set[Entry], stack: str) -> bool:
    """Whether an entry can be taken out, as far as that can be known."""
    rule = scene.rules.get(entry.rule)
    if rule is None or state is not None:
        return state is State.PASS
    if entry.model_copy(update={"rule": "any"}) in seen:  # the rule does not apply, or only the account can tell
        return not (scene.partial and rule.live)
    is_elsewhere = bool(entry.stack) and bool(stack) and entry.stack != stack
    return not (scene.partial or is_elsewhere) and scene.unlisted.isdisjoint(rule.of)


def recorded(findings: Iterable[Finding], stack: str, mandatory: frozenset[str], before: Baseline | None) -> str:
    """A baseline of what fails: sorted, as JSON. What is waived is not in it.

    Of the one ``before`` it keeps what nobody can tell: whatever is neither told here, nor outdated.
    """
    found = tuple(findings)
    bound = mandatory | _META
    entries = {
        entry_of(one.rule, one, stack)
        for one in found
        if one.state in (State.FAIL, State.KNOWN) and one.rule not in bound
    }
    if before:
        outdated = {one.location for one in found if one.rule == BASELINE_OUTDATED.id}
        waived = {entry_of(one.rule, one, stack) for one in found if one.state is State.WAIVED}
        kept = {entry for entry, at in before.entries.items() if at not in outdated and entry.rule not in bound}
        entries |= kept - waived
    listed = [one.model_dump(exclude_defaults=True) for one in sorted(entries, key=_order)]
    return json.dumps({"version": 1, "findings": listed}, indent=2, ensure_ascii=False) + "\n"


def _order(entry: Entry) -> tuple[str, str, str]:
    return entry.stack, entry.of, entry.rule
