"""The report of an apply as the published JSON shows it. How it is written: `json`, `markdown`.

Adding a field keeps `format_version`'s first number; anything that an old reader would misread changes it.
"""

from __future__ import annotations

from typing import Literal

from rds_secure import __version__
from rds_secure.plan.report import CallMade, ReadBack, Report
from rds_secure.render.published import View
from rds_secure.render.view import ACTIONS, ActionName


class CallMadeView(View):
    """One API call."""

    address: str
    """The resource, kind.name in the spec."""
    call: str
    """service:Action, such as rds:CreateDBInstance."""
    summary: str
    """What it does, for people."""
    outcome: Literal["done", "failed", "skipped", "interrupted"]
    """What became of it; skipped: it was never sent; interrupted: nobody waited for its effect any longer."""
    started: str
    """When it went out, in UTC; empty where it was not sent."""
    ended: str
    """When it was complete, its wait included, in UTC."""
    request_id: str
    """AWS's id of the request, of the last attempt; empty where there is none."""
    error: str
    """Why it was not done; empty where it was."""


class ReadBackView(View):
    """A resource that was touched, as it was found after the apply."""

    address: str
    """kind.name in the spec."""
    aws_name: str
    """Its name at AWS."""
    action: ActionName
    """What was to happen to it."""
    state: Literal["agrees", "pending", "differs", "gone", "unknown"]
    """agrees: it is as declared; pending: AWS has parked changes of ours; differs: it is not as declared yet; gone: it
    was deleted; unknown: nothing was read back."""
    exports: dict[str, str]
    """What others may want to know of it: ARN, endpoint, where its secret is. Never a secret."""


class ReportView(View):
    """What `rds-secure apply --report FILE` writes: the record of one change."""

    format_version: Literal["1.0"]
    """The version of this format."""
    tool_version: str
    """The version of rds-secure."""
    stack: str
    """The stack's name."""
    account: str
    """The account's id."""
    region: str
    """The region."""
    who: str
    """The ARN of the caller."""
    digest: str
    """The digest of the plan that was carried out: what was approved."""
    commit: str
    """The commit of the spec; empty where it is in no git repository."""
    clean: bool
    """Whether the spec is as that commit has it."""
    started: str
    """When the first call went out, in UTC."""
    ended: str
    """When all was read back, in UTC."""
    outcome: Literal["done", "failed", "interrupted", "not converged"]
    """How it ended."""
    calls: tuple[CallMadeView, ...]
    """Every call of the plan, in the order in which they ended."""
    resources: tuple[ReadBackView, ...]
    """Every resource that was touched, as it was found afterwards."""


def report_view(report: Report) -> ReportView:
    """The published form of a report."""
    plan = report.plan
    return ReportView(
        format_version="1.0",
        tool_version=__version__,
        stack=plan.stack,
        account=plan.account,
        region=plan.region,
        who=report.who,
        digest=plan.digest,
        commit=report.commit,
        clean=report.is_clean,
        started=report.started,
        ended=report.ended,
        outcome=report.outcome,
        calls=tuple(map(_call, report.calls)),
        resources=tuple(map(_resource, report.resources)),
    )


def _call(made: CallMade) -> CallMadeView:
    return CallMadeView(
        address=str(made.address),
        call=made.call,
        summary=made.summary,
        outcome=made.outcome,
        started=made.started,
        ended=made.ended,
        request_id=made.request_id,
        error=made.error,
    )


def _resource(found: ReadBack) -> ReadBackView:
    return ReadBackView(
        address=str(found.address),
        aws_name=found.name,
        action=ACTIONS[found.action],
        state=found.state,
        exports=dict(found.exports),
    )
