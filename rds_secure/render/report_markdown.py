"""The report of an apply as Markdown, for a change record. What comes from AWS stands in code spans (`markdown`)."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.plan.report import CallMade, ReadBack, Report
from rds_secure.render.markdown import code, section

_OUTCOMES = {
    "done": "Done: every call succeeded, and a second look at AWS found everything as planned.",
    "failed": "Failed: what is left is done by the same apply once more.",
    "interrupted": "Interrupted: what is left is done by the same apply once more.",
    "not converged": "Not converged: all calls were made, but AWS does not agree with the spec yet.",
}


def report_markdown(report: Report) -> str:
    """All of it."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    plan = report.plan
    yield f"## Change of stack {code(plan.stack)}"
    yield ""
    waits = any(found.state == "pending" for found in report.resources)
    yield f"**{_OUTCOMES[report.outcome]}**{' Some of it waits for its window.' if waits else ''}"
    yield ""
    yield f"- account {code(plan.account)}, region {code(plan.region)}"
    yield f"- by {code(report.who)}, from {report.started} to {report.ended}"
    yield f"- plan {code(plan.digest)}"
    commit = f"commit {code(report.commit)}{'' if report.is_clean else ', with changes that are not in it'}"
    yield f"- spec of {commit}" if report.commit else "- spec of no commit"
    for title, lines in (("Resources", map(_resource, report.resources)), ("Calls", map(_call, report.calls))):
        for block in section(title, tuple(lines)):
            yield from ("", block)


def _resource(found: ReadBack) -> str:
    exports = ", ".join(f"{code(name)} {code(value)}" for name, value in sorted(found.exports.items()))
    shown = f"- {code(found.address)} ({found.action.value}): {found.state}"
    return f"{shown}; {exports}" if exports else shown


def _call(made: CallMade) -> str:
    request = f", request {code(made.request_id)}" if made.request_id else ""
    when = f", {made.started} to {made.ended}" if made.ended else ""
    error = f": {code(made.error)}" if made.error else ""
    return f"- {made.outcome}: {code(made.call)} for {code(made.address)}{request}{when}{error}"
