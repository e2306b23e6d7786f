"""A plan as the published JSON shows it: the names and types that other programs rely on. How it is written: `json`.

Adding a field keeps `format_version`'s first number; anything that an old reader would misread changes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from rds_secure.access.delta.model import Delta
from rds_secure.kind import FieldChange
from rds_secure.live import Unseen
from rds_secure.operation import Operation
from rds_secure.plan import actions
from rds_secure.plan.model import FORMAT, Action, Kept, Plan, Refusal, Step
from rds_secure.render.access_view import AccessView, access_view
from rds_secure.render.findings_view import FindingsView, findings_view
from rds_secure.render.published import View
from rds_secure.render.value import name
from rds_secure.rules.judgement import Judgement
from rds_secure.values import JSON, Handed, Ref, encode, refs, resolve

ActionName: TypeAlias = Literal["create", "update", "migrate", "delete", "let_go", "retag", "none", "unseen"]

ACTIONS: Mapping[Action, ActionName] = {
    Action.CREATE: "create",
    Action.UPDATE: "update",
    Action.MIGRATE: "migrate",
    Action.DELETE: "delete",
    Action.LET_GO: "let_go",
    Action.RETAG: "retag",
    Action.NONE: "none",
    Action.UNSEEN: "unseen",
}
"""Every action by its published name."""


class ChangeView(View):
    """One difference of a field, or of one member of it."""

    path: str
    """The field, dotted inside nested parts."""
    member: str
    """The label of a set's member or the key of a mapping's entry that differs; empty for a whole field."""
    old: JSON
    """The live value; null where nothing is there."""
    parked: JSON
    """What AWS has put aside for the maintenance window; null where nothing is."""
    new: JSON
    """The value to be; null where it is removed."""
    when: str
    """When AWS puts it into effect: now, window, reboot, or empty where it does not matter."""
    note: str
    """A remark for people."""
    detail: tuple[str, ...]
    """Lines for people: a policy document's difference by statement."""
    unknown: tuple[str, ...]
    """What in the new value only apply will tell: kind.name.attribute."""


class CallView(View):
    """One API call."""

    service: str
    """botocore's name of the service, such as rds."""
    action: str
    """The API's name of the call, such as CreateDBInstance."""
    method: str
    """boto3's method, such as create_db_instance."""
    region: str
    """The region that it goes to."""
    params: JSON
    """The call's parameters."""
    summary: str
    """What it does, for people."""
    destructive: bool
    """Whether it deletes."""
    iam_actions: tuple[str, ...]
    """The IAM actions that it needs."""


class StepView(View):
    """Everything that happens to one resource."""

    address: str
    """kind.name in the spec."""
    kind: str
    """The kind of resource."""
    name: str
    """Its key in the spec."""
    aws_name: str
    """Its name at AWS."""
    action: ActionName
    """What happens to it; migrate: another database with its data takes its place; retag: only the tags that mark it
    as ours and up to date; let_go: these come off."""
    cause: Literal["spec", "drift", ""]
    """Why it changes: the spec is another than was last applied, or AWS was changed behind it."""
    changes: tuple[ChangeView, ...]
    """The differences that the calls settle."""
    pending: tuple[ChangeView, ...]
    """Changes of ours that AWS has parked for the maintenance window."""
    strangers: tuple[ChangeView, ...]
    """Others' additions, which are left alone."""
    notes: tuple[str, ...]
    """What else is worth knowing."""
    calls: tuple[CallView, ...]
    """The API calls, in order."""


class KeptView(View):
    """Something of the stack that stays although it is no longer declared."""

    address: str
    """kind.name, as it was declared."""
    aws_name: str
    """Its name at AWS."""
    reason: str
    """Why it stays."""


class LocationView(View):
    """A place in a spec file."""

    file: str
    """The file, as it was named."""
    line: int
    """The line, from 1."""
    column: int
    """The column, from 1."""


class RefusalView(View):
    """Something that the spec asks for and that is not done; any of them stops the whole apply."""

    address: str
    """The resource it is about."""
    what: str
    """What is asked for, and why it is not done."""
    fix: str
    """What to do about it."""
    location: LocationView | None
    """Where the spec asks for it."""


class SummaryView(View):
    """How many resources each action happens to."""

    create: int
    """Resources to be made."""
    update: int
    """Resources to be changed."""
    migrate: int
    """Databases of which the place is to be taken by another one with their data."""
    delete: int
    """Resources to be deleted."""
    let_go: int
    """Resources that stay as they are and are ours no longer."""
    retag: int
    """Resources of which only our own tags change."""
    kept: int
    """Resources that stay although they are no longer declared."""
    refused: int
    """Refusals."""
    calls: int
    """API calls."""


class UnseenView(View):
    """A read that AWS denied, or that the endpoint does not offer."""

    service: str
    """botocore's name of the service."""
    action: str
    """The API's name of the call."""
    code: str
    """The error code of the answer."""
    message: str
    """What AWS says."""
    kinds: tuple[str, ...]
    """The kinds of which nothing is known."""
    addresses: tuple[str, ...]
    """What is declared and cannot be compared; if there is any, the plan is not applicable."""


class PlanView(View):
    """What `rds-secure plan --format json` prints.

    Values and parameters are JSON in which {"$ref": "kind.name", "attribute": …} stands for what a resource yields,
    {"$handed": "kind.name", "attribute": …} for what one call hands to the next and nobody is shown, {"$text": […]} for
    a text with such parts in it, {"$lookup": …, "match": …} for something outside the spec, and
    {"$secret": "env", "name": …, "key": …} for the source of a text that is never shown. A mapping that has such a key
    without meaning it stands below {"$mapping": …}.
    """

    format_version: Literal["1.1"]
    """The version of this format; its first number changes when an old reader would misread it."""
    stack: str
    """The stack's name."""
    account: str
    """The account's id."""
    region: str
    """The region."""
    digest: str
    """What an approval is bound to."""
    applicable: bool
    """Whether it may be applied: nothing is refused, and everything declared was seen."""
    empty: bool
    """Whether there is no call to make."""
    waits_for_window: bool
    """Whether AWS has parked changes of ours for the maintenance window."""
    summary: SummaryView
    """The counts."""
    steps: tuple[StepView, ...]
    """All resources of the stack, by address; those in sync have the action none."""
    kept: tuple[KeptView, ...]
    """What stays although it is no longer declared."""
    refusals: tuple[RefusalView, ...]
    """What stops the apply."""
    unseen: tuple[UnseenView, ...]
    """What could not be read, and so is unknown."""
    notes: tuple[str, ...]
    """What is worth knowing of the whole stack."""
    known: dict[str, str]
    """What the plan's references yield, as far as it is known: kind.name.attribute → value."""
    access: AccessView | None
    """What the plan does to access; null where that was left out."""
    findings: FindingsView | None
    """What the plan makes worse by the rules of security; null where that was left out."""


def view(plan: Plan, access: Delta | None = None, judged: Judgement | None = None) -> PlanView:
    """The published form of a plan, of what it does to access, and of what it makes worse."""
    return PlanView(
        format_version=FORMAT,
        stack=plan.stack,
        account=plan.account,
        region=plan.region,
        digest=plan.digest,
        applicable=plan.is_applicable,
        empty=plan.is_empty,
        waits_for_window=plan.waits_for_window,
        summary=_summary(plan),
        steps=tuple(_step(step, plan.known, plan.region) for step in plan.steps),
        kept=tuple(_kept(kept) for kept in plan.kept),
        refusals=tuple(refusal_view(refusal) for refusal in plan.refusals),
        unseen=tuple(map(unseen_view, plan.unseen)),
        notes=plan.notes,
        known={name(ref): plan.known[ref] for ref in _mentioned(plan) if ref in plan.known},
        access=access_view(access, plan.known) if access else None,
        findings=findings_view(judged) if judged else None,
    )


def unseen_view(item: Unseen) -> UnseenView:
    """A call that was denied or is not offered, and what it hides."""
    return UnseenView(
        service=item.service,
        action=item.action,
        code=item.code,
        message=item.message,
        kinds=item.kinds,
        addresses=tuple(map(str, item.addresses)),
    )


def _summary(plan: Plan) -> SummaryView:
    return SummaryView(
        create=plan.count(Action.CREATE),
        update=plan.count(Action.UPDATE),
        migrate=plan.count(Action.MIGRATE),
        delete=plan.count(Action.DELETE),
        let_go=plan.count(Action.LET_GO),
        retag=plan.count(Action.RETAG),
        kept=len(plan.kept),
        refused=len(plan.refusals),
        calls=sum(1 for _ in plan.operations()),
    )


def _step(step: Step, known: Mapping[Ref, str], region: str) -> StepView:
    def shown(changes: tuple[FieldChange, ...]) -> tuple[ChangeView, ...]:
        return tuple(change_view(change, known) for change in changes)

    return StepView(
        address=str(step.address),
        kind=step.address.kind,
        name=step.address.name,
        aws_name=step.name,
        action=ACTIONS[step.action],
        cause=step.cause,
        changes=shown(step.changes),
        pending=shown(step.pending),
        strangers=shown(step.strangers),
        notes=step.notes,
        calls=tuple(_call(operation, region) for operation in step.operations),
    )


def change_view(change: FieldChange, known: Mapping[Ref, str]) -> ChangeView:
    """A difference in its published form; ``known``: what references yield."""
    return ChangeView(
        path=change.path,
        member=change.member,
        old=encode(change.old),
        parked=encode(change.parked),
        new=encode(change.new),
        when=change.when,
        note=change.note,
        detail=change.detail,
        unknown=tuple(sorted({name(ref) for ref in refs(resolve(change.new, known))})),
    )


def _call(operation: Operation, region: str) -> CallView:
    return CallView(
        service=operation.service,
        action=operation.action,
        method=operation.method,
        region=operation.region or region,
        params=encode(operation.params),
        summary=operation.summary,
        destructive=operation.destructive,
        iam_actions=(actions.name(operation.service, operation.action), *operation.also),
    )


def _kept(kept: Kept) -> KeptView:
    return KeptView(address=str(kept.address), aws_name=kept.name, reason=kept.reason)


def refusal_view(refusal: Refusal) -> RefusalView:
    """A refusal in its published form."""
    place = refusal.location
    location = LocationView(file=place.file, line=place.line, column=place.column) if place else None
    return RefusalView(address=str(refusal.address), what=refusal.what, fix=refusal.fix, location=location)


def _mentioned(plan: Plan) -> list[Ref]:
    """Every reference in the plan's changes and calls, sorted."""
    found = set[Ref]()
    for step in plan.steps:
        for change in (*step.changes, *step.pending, *step.strangers):
            found.update(refs((change.old, change.new)))
        for operation in step.operations:
            found.update(refs(operation.params))
    return sorted(ref for ref in found if not isinstance(ref, Handed))
