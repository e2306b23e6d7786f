"""Security Hub's view of an account, read, counted and held against ours. What cannot be read is unknown, and said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from rds_secure.audit.hub.compare import compare, named
from rds_secure.audit.hub.controls import WATCHED
from rds_secure.audit.hub.model import Aside, Count, HubReport, OfControl, OfResource, Said, Status
from rds_secure.audit.hub.reading import records, why
from rds_secure.audit.hub.sift import sift
from rds_secure.errors import CallError
from rds_secure.finding import Finding
from rds_secure.inventory import Place
from rds_secure.reader import Reader
from rds_secure.rules import LIVE_CONTROLS, Subject
from rds_secure.rules.arns import by_arn

LAG = "Security Hub looks again when a resource changes, and else every 12 to 24 hours: what changed since may show."
"""User guide, "Schedule for running security checks"."""


def hub_report(
    reader: Reader, place: Place, subjects: Iterable[Subject] = (), ours: Iterable[Finding] = ()
) -> HubReport:
    """What Security Hub says of databases, and where ``ours`` says otherwise of the ``subjects`` that were judged."""
    try:
        found = sift(records(reader, place), place)
    except CallError as error:
        return HubReport(place.account, place.region, unread=why(error, place))
    return of(found.said, found.aside, place, by_arn(subjects, place), tuple(ours))


def of(
    said: tuple[Said, ...], aside: Aside, place: Place, names: Mapping[str, tuple[str, ...]], ours: tuple[Finding, ...]
) -> HubReport:
    """The same, of findings that are there. Pure.

    Of other controls than those on RDS, only what we judged as well counts: subnets and keys of databases, not all.
    """
    near = tuple(one for one in said if one.control in LIVE_CONTROLS or not names or named(one.resource, names))
    said, aside = near, replace(aside, others=aside.others + len(said) - len(near))
    compared = compare(said, ours, names)
    strange = tuple(one for one in said if one.status is Status.FAILED and not named(one.resource, names))
    return HubReport(
        place.account,
        place.region,
        tuple(_controls(said, names)),
        tuple(_resources(said, names)),
        compared.disagreements,
        strange if names else (),
        compared.number,
        aside,
        tuple(_gaps(said, names)),
    )


def count(said: Iterable[Said]) -> Count:
    """How many of each status."""
    statuses = [one.status for one in said]
    failed, passed = statuses.count(Status.FAILED), statuses.count(Status.PASSED)
    return Count(failed, len(statuses) - failed - passed, passed)


def _grouped(said: Iterable[Said], key: Callable[[Said], str]) -> Mapping[str, list[Said]]:
    groups = defaultdict[str, list[Said]](list)
    for one in said:
        groups[key(one)].append(one)
    return groups


def _controls(said: tuple[Said, ...], names: Mapping[str, tuple[str, ...]]) -> Iterator[OfControl]:
    groups = _grouped(said, lambda one: one.control)
    for control in WATCHED:
        about = groups.get(control, [])
        if about or control in LIVE_CONTROLS:
            failing = [_called(one.resource, names) for one in about if one.status is Status.FAILED]
            severity = max((one.severity for one in about if one.severity), default=None)
            title = next((one.title for one in about if one.title), "")
            yield OfControl(control, title, severity, count(about), tuple(sorted(failing)))


def _resources(said: tuple[Said, ...], names: Mapping[str, tuple[str, ...]]) -> Iterator[OfResource]:
    for resource, about in sorted(_grouped(said, lambda one: one.resource).items()):
        failed = tuple(one.control for one in about if one.status is Status.FAILED)
        yield OfResource(resource, next(iter(names.get(resource, ())), ""), count(about), failed)


def _called(resource: str, names: Mapping[str, tuple[str, ...]]) -> str:
    return next(iter(names.get(resource, ())), resource)


def _gaps(said: tuple[Said, ...], names: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    if not said:
        yield "No finding on databases at all: no standard is enabled that has these controls, or it is too early."
    if not names:
        yield "Nothing of the account was judged beside, so that nothing is compared."
    yield LAG
