"""Waivers over findings: what somebody answers for, and waivers that no longer do what they are for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from rds_secure.finding import Excuse, Finding, State
from rds_secure.rules.meta import WAIVER_EXPIRED, WAIVER_REFUSED, WAIVER_UNUSED
from rds_secure.rules.model import Of, Rule, Subject
from rds_secure.spec.guardrails import Waived
from rds_secure.values import Ref


def today() -> date:
    """The day by which waivers are judged, also those of a spec alone: in UTC, as nobody's laptop has it."""
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True)
class Waivers:
    """Waivers, the day on which they are looked at, and those that do not stand by what binds the run, with why."""

    entries: tuple[Waived, ...] = ()
    on: date = field(default_factory=today)
    refused: Mapping[Waived, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scene:
    """What was asked of what: the rules by their ids, every subject, what could not be listed, whether there may be
    more than that."""

    rules: Mapping[str, Rule]
    subjects: Sequence[Subject]
    unlisted: frozenset[Of] = frozenset()
    partial: bool = False


def apply(waivers: Waivers, findings: Iterable[Finding], scene: Scene) -> tuple[Finding, ...]:
    """The findings, those that somebody answers for as waived, and after them what is wrong with the waivers.

    A waiver changes nothing but failures that it covers.
    """
    found = tuple(findings)
    valid, wrong = [], []
    for one in waivers.entries:
        if one.waiver.expires < waivers.on:
            wrong.append(_about(WAIVER_EXPIRED, one, f"it ended on {one.waiver.expires}", scene))
        elif why := waivers.refused.get(one):
            wrong.append(_about(WAIVER_REFUSED, one, why, scene))
        else:
            valid.append(one)
    unused = (one for one in valid if _is_unused(one, found, scene))
    wrong.extend(_about(WAIVER_UNUSED, one, "nothing that it covers fails", scene) for one in unused)
    return (*(_waived(one, valid) for one in found), *wrong)


def covers(waived: Waived, rule: str, subject: Subject | Finding) -> bool:
    """Whether a waiver is about what a rule says of this."""
    return waived.waiver.rule == rule and _is_of(waived, subject)


def called(waived: Waived) -> str:
    """A waiver as findings about it call it."""
    resource = waived.waiver.resource
    return f"waiver of {waived.waiver.rule} for {resource.target if isinstance(resource, Ref) else resource}"


def _is_of(waived: Waived, thing: Subject | Finding) -> bool:
    resource = waived.waiver.resource
    if isinstance(resource, Ref):
        return bool(waived.stack) and thing.stack in ("", waived.stack) and thing.address == resource.target
    return matches(resource, thing.name if isinstance(thing, Subject) else thing.subject)


def matches(glob: str, text: str) -> bool:
    """Whether a glob, in which ``*`` alone stands for others, is of the whole text; in linear time."""
    first, *rest = glob.split("*")
    if not rest:
        return glob == text
    *middle, last = rest
    if not (text.startswith(first) and text.endswith(last) and len(text) >= len(first) + len(last)):
        return False
    start, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, start, end)
        if found < 0:
            return False
        start = found + len(part)
    return True


def _waived(finding: Finding, valid: Iterable[Waived]) -> Finding:
    if finding.state is not State.FAIL:
        return finding
    covering = [one for one in valid if covers(one, finding.rule, finding)]
    if not covering:
        return finding
    longest = max(covering, key=lambda one: one.waiver.expires)
    return replace(finding, state=State.WAIVED, excuse=excuse(longest))


def excuse(waived: Waived) -> Excuse:
    """Who answers, why, and until when."""
    written = waived.waiver
    return Excuse(" ".join(written.reason.split()), " ".join(written.owner.split()), written.expires, waived.at)


def _is_unused(waived: Waived, findings: Iterable[Finding], scene: Scene) -> bool:
    """Whether nothing that it covers fails, as far as that can be known: what was not asked, or not seen, may."""
    rule = scene.rules.get(waived.waiver.rule)
    if rule is None:
        return False
    if any(one.state in (State.FAIL, State.UNKNOWN) and covers(waived, one.rule, one) for one in findings):
        return False
    resource = waived.waiver.resource
    if any(_is_of(waived, one) for one in scene.subjects) and (isinstance(resource, Ref) or "*" not in resource):
        return not (scene.partial and rule.live)
    return not (isinstance(resource, Ref) or scene.partial) and scene.unlisted.isdisjoint(rule.of)


def _about(rule: Rule, waived: Waived, message: str, scene: Scene) -> Finding:
    """What is wrong with a waiver, where it is written; as bad as the rule that is asked says."""
    severity = scene.rules[rule.id].severity
    return Finding(rule.id, State.FAIL, severity, called(waived), message, rule.fix, location=waived.at)
