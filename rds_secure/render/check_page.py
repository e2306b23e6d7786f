"""What `check` finds, as text for people and as Markdown. Nothing in it steers a terminal; it decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rds_secure.finding import Finding, State
from rds_secure.render.check_view import counted
from rds_secure.render.findings_words import answered
from rds_secure.render.markdown import code

_WRONG = (State.FAIL, State.WAIVED, State.KNOWN, State.UNKNOWN)
_LISTED = 200
"""Findings in Markdown: GitHub takes 65,536 characters in a comment."""


def ordered(findings: Sequence[Finding], state: State) -> list[Finding]:
    """Those of a state, the worst first."""
    return sorted(
        (one for one in findings if one.state is state), key=lambda one: (-one.severity, one.rule, one.subject)
    )


def summary(findings: Sequence[Finding]) -> str:
    """How many of each, in words."""
    counts = counted(findings)
    let_pass = "".join(f", {counts[state]} {state}" for state in (State.WAIVED, State.KNOWN) if counts[state])
    return f"{counts[State.FAIL]} failed{let_pass}, {counts[State.UNKNOWN]} unknown, {counts[State.PASS]} passed"


def check_text(findings: Sequence[Finding], of: str) -> str:
    """The failures with where and how to mend them, what is unknown, and the sum."""
    return "\n".join(_plain(line) for line in _lines(findings, of))


def _lines(findings: Sequence[Finding], of: str) -> Iterator[str]:
    yield of
    for one in ordered(findings, State.FAIL):
        yield ""
        yield f"{str(one.severity).upper()} {one.rule}: {one.subject}: {one.message}"
        if one.location:
            yield f"  at:  {one.location}"
        yield f"  fix: {one.fix}"
    waived = ordered(findings, State.WAIVED)
    if waived:
        yield ""
        yield "Waived:"
    for one in waived:
        yield f"  - {one.severity} {one.rule}: {one.subject}: {one.message}"
        yield f"    {answered(one)}"
    old = ordered(findings, State.KNOWN)
    if old:
        yield ""
        yield "Known before, in the baseline:"
    for one in old:
        yield f"  - {one.severity} {one.rule}: {one.subject}: {one.message}"
    unknown = ordered(findings, State.UNKNOWN)
    if unknown:
        yield ""
        yield "Not known:"
    for one in unknown:
        yield f"  ? {one.rule}: {one.subject}: {one.message}"
    yield ""
    yield f"{summary(findings)}."


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def check_markdown(findings: Sequence[Finding], of: str) -> str:
    """The same for a pull request; names and messages stand in code."""
    lines = ["## Rules of security", "", f"**{summary(findings)}** · {code(of)}", ""]
    wrong = [one for state in _WRONG for one in ordered(findings, state)]
    if wrong:
        lines += ["| severity | rule | of | what | where |", "| --- | --- | --- | --- | --- |"]
    for one in wrong[:_LISTED]:
        grade = str(one.severity if one.state is State.FAIL else one.state)
        message = f"{one.message}; {answered(one)}" if one.excuse else one.message
        cells = (one.rule, one.subject, message, str(one.location or ""))
        lines.append(f"| {grade} | {' | '.join(_cell(cell) for cell in cells)} |")
    if len(wrong) > _LISTED:
        lines += ["", f"and {len(wrong) - _LISTED} more"]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return code(text).replace("|", "\\|") if text else ""
