"""What Security Hub says, and where we say otherwise, as the published JSON of an audit shows it (`audit_view`)."""

from __future__ import annotations

from rds_secure.audit.hub.model import Count, Disagreement, Health, HubReport, OfControl, OfResource, Said, Status
from rds_secure.finding import Severity, State
from rds_secure.render.published import View
from rds_secure.render.trail_view import LEVELS, Level, stamp


class CountView(View):
    """How many findings there are of each status."""

    failed: int
    """FAILED."""
    unknown: int
    """WARNING or NOT_AVAILABLE."""
    passed: int
    """PASSED."""


class ControlView(View):
    """A control of Security Hub."""

    control: str
    """Its id across standards, such as RDS.3."""
    title: str
    """As Security Hub calls it; empty where it has no finding."""
    severity: Level | None
    """That of the control; null where it has no finding."""
    health: Health
    """One failure is enough for failed. Not evaluated: there is no finding."""
    count: CountView
    """Findings by what they say."""
    failing: tuple[str, ...]
    """What fails it: db:orders, or an ARN where it is nothing that we know."""


class ResourceView(View):
    """A resource that Security Hub has findings on."""

    resource: str
    """Its ARN."""
    name: str
    """As our findings call it; empty where they do not know it."""
    health: Health
    """One failure is enough for failed."""
    count: CountView
    """Findings by what they say."""
    failed: tuple[str, ...]
    """The controls that it fails."""


class DisagreementView(View):
    """Security Hub and we say opposite things."""

    control: str
    """The id of the control across standards."""
    resource: str
    """Of which resource."""
    name: str
    """As our findings call it."""
    hub: Status
    """What Security Hub says."""
    ours: State
    """What our rules say."""
    rules: tuple[str, ...]
    """The ids of those rules."""
    updated: str
    """When Security Hub last touched its finding, in UTC and ISO 8601."""
    message: str
    """Why we say that it fails."""
    note: str
    """Why the two may differ, where that is known."""


class StrangeView(View):
    """What fails at Security Hub and is nothing that we know: it is gone, or was not read."""

    control: str
    """The id of the control across standards."""
    resource: str
    """The resource."""
    type: str
    """What it is, as Security Hub calls it."""
    updated: str
    """When Security Hub last touched its finding, in UTC and ISO 8601."""


class AsideView(View):
    """How many findings were read and do not count."""

    suppressed: int
    """By somebody, in Security Hub."""
    archived: int
    """By Security Hub itself: what they are about is gone."""
    abroad: int
    """Of other accounts or Regions."""
    repeated: int
    """Older ones about the same, or the same for another standard."""
    others: int
    """About other controls, or what has nothing to do with databases."""
    malformed: int
    """That make no sense."""
    products: dict[str, int]
    """On databases, by other products."""


class HubView(View):
    """Security Hub's view of the account."""

    unread: str
    """Why Security Hub could not be read: then all of it is unknown, and the lists are empty. Else empty."""
    worst: Level | None
    """The highest severity of a control that fails."""
    controls: tuple[ControlView, ...]
    """Every control on RDS, and others with a finding."""
    resources: tuple[ResourceView, ...]
    """Every resource with a finding."""
    compared: int
    """Pairs of a control and a resource of which both sides say passed or failed."""
    disagreements: tuple[DisagreementView, ...]
    """Where both sides know, and say opposite things."""
    strange: tuple[StrangeView, ...]
    """What fails at Security Hub and is nothing that we know."""
    aside: AsideView
    """What was read and does not count."""
    gaps: tuple[str, ...]
    """What is not in this answer, in sentences."""


def hub_view(found: HubReport) -> HubView:
    """The whole answer."""
    aside = found.aside
    return HubView(
        unread=found.unread,
        worst=_level(found.worst()),
        controls=tuple(map(_control, found.controls)),
        resources=tuple(map(_resource, found.resources)),
        compared=found.compared,
        disagreements=tuple(map(_disagreement, found.disagreements)),
        strange=tuple(map(_strange, found.strange)),
        aside=AsideView(
            suppressed=aside.suppressed,
            archived=aside.archived,
            abroad=aside.abroad,
            repeated=aside.repeated,
            others=aside.others,
            malformed=aside.malformed,
            products=dict(aside.products),
        ),
        gaps=found.gaps,
    )


def _level(severity: Severity | None) -> Level | None:
    return None if severity is None else LEVELS[severity]


def _count(one: Count) -> CountView:
    return CountView(failed=one.failed, unknown=one.unknown, passed=one.passed)


def _control(one: OfControl) -> ControlView:
    return ControlView(
        control=one.id,
        title=one.title,
        severity=_level(one.severity),
        health=one.count.health,
        count=_count(one.count),
        failing=one.failing,
    )


def _resource(one: OfResource) -> ResourceView:
    return ResourceView(
        resource=one.resource, name=one.name, health=one.count.health, count=_count(one.count), failed=one.failed
    )


def _disagreement(one: Disagreement) -> DisagreementView:
    return DisagreementView(
        control=one.control,
        resource=one.resource,
        name=one.name,
        hub=one.hub,
        ours=one.ours,
        rules=one.rules,
        updated=stamp(one.updated),
        message=one.message,
        note=one.note,
    )


def _strange(one: Said) -> StrangeView:
    return StrangeView(control=one.control, resource=one.resource, type=one.type, updated=stamp(one.updated))
