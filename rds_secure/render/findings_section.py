"""What a plan makes worse by the rules, as a part of its page: one line where nothing does. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text as Line

from rds_secure.finding import Severity
from rds_secure.render.findings_words import MENDED, UNSURE, WORSE, about, lines, summary
from rds_secure.render.screen import BOLD, DIM, GREEN, RED, YELLOW, joined, part, words, wrapped
from rds_secure.rules.judgement import Judgement

GRADES = {Severity.CRITICAL: f"{BOLD} {RED}", Severity.HIGH: RED, Severity.MEDIUM: YELLOW, Severity.LOW: ""}
"""The colour of every severity."""

_SIGNS = {MENDED: GREEN, UNSURE: YELLOW}


def findings_section(judged: Judgement, width: int, *, everything: bool = False) -> Iterator[Line]:
    """A heading, and below it what is not refused: what gets worse, how to mend it, and what is mended."""
    worst = max((one.severity for one in judged.change.worse), default=None)
    yield Line()
    style = f"{BOLD} {GRADES[worst]}".strip() if worst else BOLD if not judged.change.is_empty else ""
    yield from wrapped(words(summary(judged), style), width, 0, hang=2)
    for line in lines(judged, everything=everything):
        finding = line.finding
        style = GRADES[finding.severity] if line.sign == WORSE else _SIGNS.get(line.sign, DIM)
        place = [joined(part(finding.location, BOLD), ":")] if finding.location and line.fixed else []
        said = [part(line.sign, style), *words(f"{line.word}:", style), *place, *words(about(finding))]
        yield from wrapped(said, width, 2, hang=2)
        if line.fixed:
            yield from wrapped(words(f"what to do: {finding.fix}"), width, 6, hang=2)
