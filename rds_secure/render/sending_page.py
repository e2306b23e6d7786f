"""What is about to be sent to Security Hub, and what came of it, as text for people. It sends nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.audit.hub.importing import Imported, Record, Sending
from rds_secure.render.screen import printable

_SHOWN = 40
"""Findings that are listed of each sort."""
_FAILED = 10


def sending_text(plan: Sending, where: str) -> str:
    """All of it by sort, with the resource; ``where``: the Region and account."""
    return "\n".join(printable(line) for line in _lines(plan, where))


def _lines(plan: Sending, where: str) -> Iterator[str]:
    if plan.is_empty:
        yield f"Nothing to send to Security Hub in {where}."
    else:
        number = len(plan.records)
        yield f"To Security Hub in {where}: {number} {'finding' if number == 1 else 'findings'}"
    for title, listed in (
        ("new", plan.new),
        ("again", plan.again),
        ("passed, to be archived", plan.passed),
        ("gone, to be archived", plan.gone),
        ("to be suppressed, for they are waived", plan.suppress),
        ("suppressed no more, for they are not waived any longer", plan.reopen),
    ):
        if listed:
            yield f"  {title}: {len(listed)}"
        for one in listed[:_SHOWN]:
            yield f"    {_said(one)}"
        if len(listed) > _SHOWN:
            yield f"    and {len(listed) - _SHOWN} more"
    if plan.left:
        what = "finding of ours stays" if plan.left == 1 else "findings of ours stay"
        yield f"  {plan.left} {what} as they are there: nobody looked for what they are about"


def _said(one: Record) -> str:
    severity = str((one.get("Severity") or {}).get("Label", "")).lower()
    fields = one.get("ProductFields") or {}
    rule = fields.get("rds-secure/rule") or str(one.get("GeneratorId"))
    resource = next((str(each.get("Id")) for each in one.get("Resources") or ()), "?")
    return f"{severity:<13} {rule}: {fields.get('rds-secure/subject') or resource}"


def came_of(done: Imported) -> str:
    """How much was taken, and why the rest was not."""
    lines = [f"Security Hub took {done.imported} findings, and set the workflow of {done.updated}."]
    if done.failed:
        lines.append(f"It did not take {len(done.failed)}:")
        by_why: dict[str, list[str]] = {}
        for name, why in done.failed.items():
            by_why.setdefault(why, []).append(name)
        for why, names in list(by_why.items())[:_FAILED]:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            lines.append(f"  {why}: {names[0]}{more}")
    return "\n".join(map(printable, lines))
