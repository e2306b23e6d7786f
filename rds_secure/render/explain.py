"""The rules in words, for people and as Markdown: the documentation of a rule is the rule itself.

``python -m rds_secure.render.explain`` renews the table in the README.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from rds_secure.rules import META, OUT_OF_SCOPE, RULES, Rule


def listed(rules: Iterable[Rule]) -> str:
    """One line for each."""
    return "\n".join(f"{rule.id:<26} {rule.severity!s:<9} {rule.profile:<9} {rule.title}" for rule in rules)


BEGIN, END = "<!-- rules: begin -->", "<!-- rules: end -->"


def insert(readme: str) -> str:
    """A README with its table of rules brought up to date; ValueError where the marks are missing."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the README lacks {BEGIN} or {END}")
    rows = (f"| `{rule.id}` | {rule.severity} | {rule.profile} | {rule.title} |" for rule in (*RULES, *META))
    table = "\n".join(("| rule | severity | profile | what it asks for |", "|---|---|---|---|", *rows))
    summary = f"<details><summary>All {len(RULES) + len(META)} rules</summary>"
    return f"{before}{BEGIN}\n\n{summary}\n\n{table}\n\n</details>\n\n{END}{after}"


def explained(rule: Rule) -> str:
    """All that there is to say of one."""
    return "\n".join(_lines(rule))


def _lines(rule: Rule) -> Iterator[str]:
    yield f"{rule.id} · {rule.severity} · {rule.profile}"
    yield rule.title
    yield ""
    yield rule.why
    yield f"Fix:  {rule.fix}"
    if rule.live:
        yield "It needs the account: no spec tells."
    yield f"Good: {rule.good}"
    yield f"Bad:  {rule.bad}"
    if rule.doubt:
        yield f"Not known: {rule.doubt}"
    if rule.stricter:
        yield f"Severer than the controls below: {rule.stricter}."
    for whose, ids in rule.aliases.items():
        yield f"{whose}: {', '.join(ids)}"


def rules_markdown(rules: Iterable[Rule]) -> str:
    """All of them, and the controls that none is about."""
    lines = ["# Rules of security", ""]
    for rule in rules:
        lines += [f"## {rule.id}", "", f"{rule.title}. Severity {rule.severity}, profile {rule.profile}.", "", rule.why]
        doubt = [f"# not known\n{rule.doubt}"] if rule.doubt else []
        lines += [
            "",
            f"Fix: {rule.fix}.",
            "",
            "```yaml",
            f"# good\n{rule.good}",
            f"# bad\n{rule.bad}",
            *doubt,
            "```",
            "",
        ]
        lines += [f"Severer than the controls below: {rule.stricter}.", ""] if rule.stricter else []
        lines += [f"- {whose}: {', '.join(ids)}" for whose, ids in rule.aliases.items()]
        lines += [""] if rule.aliases else []
    lines += ["## Controls that no rule is about", ""]
    lines += [f"- {control}: {reason}" for control, reason in OUT_OF_SCOPE.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "README.md")
    path.write_text(insert(path.read_text(encoding="utf-8")), encoding="utf-8")
