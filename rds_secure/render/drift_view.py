"""Drift as the published JSON shows it. How it is written: `json`.

Adding a field keeps `format_version`'s first number; anything that an old reader would misread changes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from rds_secure.kind import FieldChange
from rds_secure.plan.drift import Deviation, Drift
from rds_secure.render.published import View
from rds_secure.render.view import ChangeView, RefusalView, UnseenView, change_view, refusal_view, unseen_view
from rds_secure.values import Ref


class AuthorView(View):
    """Who changed something last."""

    who: str
    """The ARN or name of the principal."""
    call: str
    """The API call."""
    at: str
    """When, in UTC."""


class DeviationView(View):
    """A resource that is not as it should be."""

    address: str
    """kind.name in the spec."""
    aws_name: str
    """Its name at AWS."""
    what: Literal["missing", "differs", "undeclared", "marks", "added"]
    """What is wrong: it is not there; it is not as declared; it is declared no longer; only our own tags are outdated;
    others added something that a plan leaves alone."""
    cause: Literal["spec", "drift", ""]
    """Whether the spec is another one than was last applied, or AWS was changed behind it; empty where no tag tells."""
    changes: tuple[ChangeView, ...]
    """What differs: old is live, new as declared."""
    strangers: tuple[ChangeView, ...]
    """What others added."""
    changed_by: AuthorView | None
    """Who changed it last beside this tool, where CloudTrail can tell."""


class PendingView(View):
    """A change of ours that AWS has parked until the window."""

    address: str
    """kind.name in the spec."""
    change: ChangeView
    """The change."""


class DriftView(View):
    """What `rds-secure drift --format json` prints."""

    format_version: Literal["1.0"]
    """The version of this format."""
    stack: str
    """The stack's name."""
    account: str
    """The account's id."""
    region: str
    """The region."""
    drifted: bool
    """Whether anything differs: exit code 2."""
    deviations: tuple[DeviationView, ...]
    """What differs, by address."""
    pending: tuple[PendingView, ...]
    """What waits for a window, which is no drift."""
    conflicts: tuple[RefusalView, ...]
    """What an apply could not settle."""
    unseen: tuple[UnseenView, ...]
    """What could not be read, so that nobody knows whether it differs; anything declared among it counts as drift."""
    unknown: str
    """Why it is not known who changed things; empty where it is."""
    notes: tuple[str, ...]
    """What is worth knowing of the whole stack."""


def drift_view(found: Drift) -> DriftView:
    """The published form of drift."""
    plan = found.plan
    return DriftView(
        format_version="1.0",
        stack=plan.stack,
        account=plan.account,
        region=plan.region,
        drifted=not found.is_none,
        deviations=tuple(_deviation(item, plan.known) for item in found.deviations),
        pending=tuple(
            PendingView(address=str(step.address), change=change_view(change, plan.known))
            for step, change in found.pending
        ),
        conflicts=tuple(map(refusal_view, found.refusals)),
        unseen=tuple(map(unseen_view, plan.unseen)),
        unknown=found.unknown,
        notes=plan.notes,
    )


def _deviation(item: Deviation, known: Mapping[Ref, str]) -> DeviationView:
    def shown(changes: Iterable[FieldChange]) -> tuple[ChangeView, ...]:
        return tuple(change_view(change, known) for change in changes)

    author = item.author
    return DeviationView(
        address=str(item.step.address),
        aws_name=item.step.name,
        what=item.sort.value,
        cause=item.step.cause,
        changes=shown(item.step.changes),
        strangers=shown(item.step.strangers),
        changed_by=AuthorView(who=author.who, call=author.call, at=author.at) if author else None,
    )
