"""What a plan makes worse by the rules, in words: one sentence for all, and a line for each. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rds_secure.finding import Finding
from rds_secure.rules.judgement import Judgement

WORSE, MENDED, UNSURE, LEFT = "!", "+", "?", "·"

_LISTS = "rds-secure check SPEC --online lists them"


@dataclass(frozen=True, slots=True)
class Line:
    """A finding to be shown. ``word``: what became of it; ``fixed``: whether to say how to mend it."""

    sign: str
    word: str
    finding: Finding
    fixed: bool = False


def summary(judged: Judgement) -> str:
    """All of it in one sentence."""
    change = judged.change
    parts = [
        f"{_gets(len(change.worse))} worse{_refused(change.worse, judged)}" if change.worse else "nothing gets worse",
        f"{_are(len(change.excused))} let pass" if change.excused else "",
        f"{len(change.unsure)} cannot be told any more" if change.unsure else "",
        f"{_are(len(change.mended))} mended" if change.mended else "",
        f"{_old(judged)}{_refused(change.old, judged)} ({_LISTS})" if change.old else "",
    ]
    return f"Guardrails: {'; '.join(filter(None, parts))}."


def lines(judged: Judgement, *, everything: bool = False) -> Iterator[Line]:
    """What changes, but for what is refused and told as that; with ``everything`` also what failed before."""
    change, stopping = judged.change, set(judged.stopping)
    yield from (Line(WORSE, str(one.severity), one, True) for one in change.worse if one not in stopping)
    yield from (Line(UNSURE, "not known any more", one) for one in change.unsure)
    yield from (Line(LEFT, str(one.state), one) for one in change.excused)
    yield from (Line(MENDED, "mended", one) for one in change.mended)
    if everything:
        yield from (Line(LEFT, f"{one.severity}, as before", one, True) for one in change.old if one not in stopping)


def about(finding: Finding) -> str:
    """What a rule says of what: ``backups-kept: db_instance.orders (db:orders): backups are kept for 3 days``."""
    answers = f"; {answered(finding)}" if finding.excuse else ""
    return f"{finding.rule}: {whose(finding)}: {finding.message}{answers}"


def answered(finding: Finding) -> str:
    """Who answers for what is waived, until when, and why; "" for anything else."""
    excuse = finding.excuse
    return f"until {excuse.until} by {excuse.owner}: {excuse.reason}" if excuse else ""


def whose(finding: Finding) -> str:
    """What it is about, in the words of the spec and of AWS; what has no id yet goes by its address alone."""
    if finding.address is None:
        return finding.subject
    return str(finding.address) if "<" in finding.subject else f"{finding.address} ({finding.subject})"


def _gets(number: int) -> str:
    return f"{number} {'gets' if number == 1 else 'get'}"


def _are(number: int) -> str:
    return f"{number} {'is' if number == 1 else 'are'}"


def _refused(part: Sequence[Finding], judged: Judgement) -> str:
    """How many of these stop the plan."""
    number = len(set(judged.stopping).intersection(part))
    if not number:
        return ""
    return f", and {'is' if number == 1 else 'are'} refused" if number == len(part) else f", {number} of them refused"


def _old(judged: Judgement) -> str:
    """How many failures were there before: of what the stack has, and of others."""
    total = len(judged.change.old)
    mine = sum(1 for one in judged.change.old if one.address)
    of = "of this stack" if mine == total else f"{mine} of them of this stack" if mine else "of others"
    if mine not in (0, total):
        return f"{total} old failures stay, {of}"
    return f"{total} old failure {of} stays" if total == 1 else f"{total} old failures {of} stay"
