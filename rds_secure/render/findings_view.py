"""What a plan makes worse by the rules, in its published form: a part of `view.PlanView`. How it is written: `json`."""

from __future__ import annotations

from typing import Literal

from rds_secure.render.check_view import FindingView, finding_view
from rds_secure.render.findings_words import summary
from rds_secure.render.published import View
from rds_secure.rules.judgement import Judgement

SeverityName = Literal["low", "medium", "high", "critical"]


class WorseView(View):
    """Something that fails, and did not before."""

    finding: FindingView
    """What fails, why, where, and how to mend it."""
    stops: bool
    """Whether the plan is refused because of it."""


class FindingsView(View):
    """What a plan does by the rules of security, as far as its calls bear on them."""

    summary: str
    """All of it in one sentence."""
    profile: str
    """Which rules were asked: baseline, strict, or the file that lists them."""
    policies: tuple[str, ...]
    """The files that nothing else loosens."""
    fail_on: SeverityName
    """From which severity on a failure stops the plan."""
    fail_on_old: bool
    """Whether a failure of what the stack declares stops it that was there before."""
    worse: tuple[WorseView, ...]
    """What fails, and did not before."""
    excused: tuple[FindingView, ...]
    """What gets worse too, but somebody answers for it, or a baseline has it."""
    unsure: tuple[FindingView, ...]
    """What passed, and nobody can tell any more."""
    mended: tuple[FindingView, ...]
    """What failed, and does not any more, or is gone; as it was."""
    old: tuple[WorseView, ...]
    """What failed before, and still does."""


def findings_view(judged: Judgement) -> FindingsView:
    """The published form of a judgement."""
    change, stopping = judged.change, set(judged.stopping)
    worse, old = (
        tuple(WorseView(finding=finding_view(one), stops=one in stopping) for one in part)
        for part in (change.worse, change.old)
    )
    excused, unsure, mended = (
        tuple(map(finding_view, part)) for part in (change.excused, change.unsure, change.mended)
    )
    return FindingsView(
        summary=summary(judged),
        profile=judged.bounds.guardrails.profile.value,
        policies=tuple(policy.file for policy in judged.bounds.guardrails.policies),
        fail_on=judged.bounds.guardrails.fail_on.name.lower(),
        fail_on_old=judged.bounds.old,
        worse=worse,
        excused=excused,
        unsure=unsure,
        mended=mended,
        old=old,
    )
