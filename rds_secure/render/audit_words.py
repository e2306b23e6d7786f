"""An audit in words, for pages of any form: sums, how a database stands, what is not known. No lines, no markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rds_secure.access.naming import label
from rds_secure.access.protection import Unknown
from rds_secure.audit.history import Change, Comparison, Sort
from rds_secure.audit.report import Audit, failing
from rds_secure.audit.standing import VERBS, Allowed, Standing
from rds_secure.finding import Finding, Severity, State
from rds_secure.inventory import Question
from rds_secure.render.protection import Mood, short_key, whose
from rds_secure.render.reach_page import headline
from rds_secure.render.trail_page import called
from rds_secure.render.trail_view import stamp

WORST_FIRST = tuple(sorted(Severity, reverse=True))

_NAMED = 3
"""Principals that are named where more are counted."""


LET_PASS: Mapping[State, str] = {State.WAIVED: "Waived", State.KNOWN: "Known before, in the baseline"}
"""States in which something fails and stops nothing, and the headings over them."""


def heading(found: Audit) -> str:
    """Of what, and when."""
    where = f"Account {found.account} · {found.region}" if found.account else "The account was not asked"
    return f"{where} · {beside(found)}"


def beside(found: Audit) -> str:
    """Of which stacks, when, and by which rules."""
    stacks = f"stack{'' if len(found.stacks) == 1 else 's'} {', '.join(found.stacks)} · " if found.stacks else ""
    return f"{stacks}{stamp(found.at)} · rules: {found.guardrails.called}"


def graded(findings: Iterable[Finding]) -> Mapping[Severity, int]:
    """How many there are of each severity, the worst first; none of those of which there is none."""
    listed = [one.severity for one in findings]
    return {grade: listed.count(grade) for grade in WORST_FIRST if grade in listed}


def grades(counts: Mapping[Severity, int]) -> str:
    """``2 critical, 1 low``."""
    return ", ".join(f"{number} {grade}" for grade, number in counts.items())


def summed(found: Audit) -> str:
    """What the rules found, in a line."""
    if found.posture is None:
        return "No rule was asked."
    counts = {state: sum(one.state is state for one in found.findings) for state in State}
    failed = grades(graded(failing(found.findings))) or "Nothing fails"
    let_pass = "".join(f", {counts[state]} {state}" for state in LET_PASS if counts[state])
    return f"{failed}{let_pass}; {counts[State.UNKNOWN]} not known, {counts[State.PASS]} passed."


def expected(found: Audit) -> str:
    """How many expectations hold, in a line; "" where nothing is expected."""
    every = len(found.expectations)
    return f"{every - len(found.broken)} of {every} expectations hold." if every else ""


SIGNS: Mapping[Sort, str] = {Sort.NEW: "+", Sort.GONE: "-", Sort.CHANGED: "~"}


def since(one: Comparison) -> str:
    """What has become of an earlier audit, in a line."""
    told = ", ".join(f"{len(one.of(sort))} {sort}" for sort in Sort)
    return f"Since {stamp(one.since)}: {told}." if one.changes else f"Since {stamp(one.since)}: nothing has changed."


def blinded(one: Comparison) -> str:
    """What nobody sees any more, in a line; "" where that is nothing."""
    number = one.blinded
    return f"{number} answer{'' if number == 1 else 's'} passed then, and nobody knows now." if number else ""


def told(one: Change) -> str:
    """A change: what about what, and in what it differs."""
    what = f"{one.rule}: {called(one.subject)}" + (f": {one.entry.message}" if one.entry.message else "")
    return f"{what} ({one.note})" if one.note else what


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing about a database."""

    label: str
    text: str
    mood: Mood


def facts(one: Standing, found: Audit) -> Iterator[Fact]:
    """How a database stands, in few words each."""
    yield from _who(one, found)
    yield _reach(one)
    yield _storage(one, found)
    yield _tls(one)
    yield _recovery(one)


def _who(one: Standing, found: Audit) -> Iterator[Fact]:
    for verb in VERBS:
        if one.allowed is None:
            yield Fact(verb, "not known: identities were not read", Mood.UNKNOWN)
        else:
            yield Fact(verb, allowed(one.allowed[verb], found.account), Mood.PLAIN)


def allowed(who: Allowed, account: str) -> str:
    """Who may, by name as far as they are few."""
    told = [
        *([_names([label(each, account) for each in who.always])] if who.always else []),
        *([f"{len(who.perhaps)} on conditions"] if who.perhaps else []),
        *([f"{len(who.by_themselves)} can give themselves the right"] if who.by_themselves else []),
    ]
    return "; ".join(told) or "nobody but the root user"


def _names(names: Sequence[str]) -> str:
    few = sorted(names)[:_NAMED]
    return ", ".join(few) + (f" and {len(names) - len(few)} more" if len(names) > len(few) else "")


def _reach(one: Standing) -> Fact:
    if one.exposure is None:
        return Fact("reach", "not known: its network was not read", Mood.UNKNOWN)
    mood = Mood.WEAK if str(one.exposure.internet) in ("reachable", "possible") else Mood.PLAIN
    return Fact("reach", headline(one.exposure), mood)


def _storage(one: Standing, found: Audit) -> Fact:
    encrypted, arn = one.protected.encrypted, one.protected.key
    if isinstance(encrypted, Unknown):
        return Fact("storage", f"not known: {encrypted.why}", Mood.UNKNOWN)
    if not encrypted:
        return Fact("storage", "not encrypted", Mood.WEAK)
    key = found.posture.protection.key(arn) if found.posture and isinstance(arn, str) else None
    if key is None or not isinstance(key.state, str):
        return Fact("storage", "encrypted, its key was not read", Mood.UNKNOWN)
    state = "" if key.usable is True else f" ({key.state})"
    mood = Mood.GOOD if key.usable is True else Mood.WEAK
    return Fact("storage", f"encrypted, {whose(key)} {short_key(key.arn)}{state}", mood)


def _tls(one: Standing) -> Fact:
    tls = one.protected.tls
    if isinstance(tls.in_effect, Unknown):
        return Fact("TLS", f"not known: {tls.in_effect.why}", Mood.UNKNOWN)
    return Fact("TLS", "required", Mood.GOOD) if tls.in_effect else Fact("TLS", "not required", Mood.WEAK)


def _recovery(one: Standing) -> Fact:
    days, kept = one.protected.backup_days, one.protected.deletion_protection
    backups = "not known" if isinstance(days, Unknown) else f"{days} days" if days else "none"
    held = "deletion protection not known"
    if isinstance(kept, bool):
        held = "protected from deletion" if kept else "not protected from deletion"
    if one.protected.cluster:
        return Fact("backups", f"those of {one.protected.cluster}", Mood.PLAIN)
    known = not isinstance(days, Unknown) and isinstance(kept, bool)
    return Fact("backups", f"{backups}, {held}", (Mood.GOOD if days and kept else Mood.WEAK) if known else Mood.UNKNOWN)


def stands(stack: str, address: object) -> str:
    """Where something stands: ``stack orders, db_instance.orders``; "" for what is of none."""
    return f"stack {stack}, {address}" if stack else str(address or "")


@dataclass(frozen=True, slots=True)
class Group:
    """What fails of one thing, the worst first. ``name``: what people call it, where its id says nothing."""

    subject: str
    name: str
    findings: tuple[Finding, ...]

    @property
    def called(self) -> str:
        """Its id, and its name beside it."""
        return f"{self.subject} ({self.name})" if self.name else self.subject

    @property
    def stands(self) -> str:
        """Where it stands in a stack."""
        return next((stands(one.stack, one.address) for one in self.findings if one.address), "")


def groups(found: Audit) -> tuple[Group, ...]:
    """What fails by what it is about, the worst first."""
    by: dict[str, list[Finding]] = {}
    for one in sorted(failing(found.findings), key=lambda each: (-each.severity, each.rule)):
        by.setdefault(one.subject, []).append(one)
    made = (Group(subject, found.names.get(subject, ""), tuple(listed)) for subject, listed in by.items())
    return tuple(sorted(made, key=_rank))


def _rank(one: Group) -> tuple[list[int], str]:
    grades = [finding.severity for finding in one.findings]
    return [-grades.count(grade) for grade in WORST_FIRST], one.subject


def reasons(found: Audit) -> Mapping[str, tuple[Finding, ...]]:
    """Why things are not known → what is not, most first. What one denied call hides is one reason."""
    unread = found.posture.inventory.unread if found.posture else {}
    calls = {f"{each}: {code}": _denied(each, code) for each, code in unread.items()}
    by: dict[str, list[Finding]] = {}
    for one in found.findings:
        if one.state is State.UNKNOWN:
            by.setdefault(calls.get(one.message, one.message), []).append(one)
    return {why: tuple(by[why]) for why in sorted(by, key=lambda why: (-len(by[why]), why))}


def unread(found: Audit) -> tuple[str, ...]:
    """The calls that were not answered, by why not, each with how often."""
    asked = found.posture.inventory.unread if found.posture else {}
    by: dict[str, list[str]] = {}
    for each, code in sorted(asked.items()):
        by.setdefault(code, []).append(f"{each.service}:{each.action}")
    return tuple(f"{code}: {', '.join(_counted(calls))}" for code, calls in by.items())


def _counted(names: Sequence[str]) -> Iterator[str]:
    for name in dict.fromkeys(names):
        number = names.count(name)
        yield f"{name} ({number} times)" if number > 1 else name


def _denied(question: Question, code: str) -> str:
    return f"{question.service}:{question.action} was not answered ({code})"
