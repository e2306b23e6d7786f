"""The rules in words, for people and as Markdown: the documentation of a rule is the rule itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rds_secure.rules import OUT_OF_SCOPE, Rule


def listed(rules: Iterable[Rule]) -> str:
    """One line for each."""
    return "\n".join(f"{rule.id:<26} {rule.severity!s:<9} {rule.profile:<9} {rule.title}" for rule in rules)


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
