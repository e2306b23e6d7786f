"""From where databases can be reached, as the published JSON shows it. How it is written: `json`.

Adding a field keeps `format_version`'s first number; anything that an old reader would misread changes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

from rds_secure.access.network.evidence import Grade, Hop, Path, Verdict
from rds_secure.access.network.explain import Attempt, Explanation
from rds_secure.access.network.summary import Entrance, Exposure
from rds_secure.access.network.target import Target
from rds_secure.inventory import Inventory
from rds_secure.render.evidence import Names, said, unseen_words
from rds_secure.render.published import View
from rds_secure.render.reach_page import Explained, Reached

VerdictName: TypeAlias = Literal["none", "latent", "unknown", "possible", "reachable"]
GradeName: TypeAlias = Literal["passes", "possible", "unknown", "blocked"]

_VERDICTS: dict[Verdict, VerdictName] = {
    Verdict.NONE: "none",
    Verdict.LATENT: "latent",
    Verdict.UNKNOWN: "unknown",
    Verdict.POSSIBLE: "possible",
    Verdict.REACHABLE: "reachable",
}
_GRADES: dict[Grade, GradeName] = {
    Grade.OPEN: "passes",
    Grade.POSSIBLE: "possible",
    Grade.UNKNOWN: "unknown",
    Grade.BLOCKED: "blocked",
}


class HopView(View):
    """One thing that a connection has to pass."""

    check: str
    """What it is about."""
    result: GradeName
    """How it lets the connection through; unknown: it depends on what was not read."""
    evidence: tuple[str, ...]
    """What decided it: rules, entries, routes, settings."""


class ObstacleView(View):
    """Something that does not simply let connections through."""

    check: str
    """What it is about."""
    result: GradeName
    """How far it is in the way; possible: it depends."""


class PortView(View):
    """A port that is listened on."""

    port: int
    """Its number."""
    name: str
    """endpoint, listener, or the option that opens it."""
    pending: bool
    """Whether it will be so once a pending change is through."""
    security_groups: tuple[str, ...]
    """The groups that guard it."""


class EntranceView(View):
    """Addresses and interfaces that come by one way and fare alike."""

    verdict: VerdictName
    """What becomes of their connections: latent: a group lets them in, and something else blocks; possible: it depends
    on a failover, a stopped instance, the client's port; unknown: on what was not read."""
    way: str
    """By what they come: inside the VPC, peering, transit gateway, internet, private network, no link, EC2-Classic."""
    via: str
    """The VPC, peering or gateway; empty for none."""
    obstacles: tuple[ObstacleView, ...]
    """What is in their way."""
    addresses: tuple[str, ...]
    """Exactly which addresses, as the fewest networks."""
    instances: tuple[str, ...]
    """EC2 instances in view."""
    interfaces: tuple[str, ...]
    """Network interfaces in view, those of the instances too; what they are is told below `interfaces`."""
    evidence: tuple[HopView, ...]
    """The hops of one of them."""


class SideDoorView(View):
    """A way to the data that is no connection to the database itself, or one on behalf of others."""

    kind: str
    """data-api, proxy, load-balancer, nat-gateway, client-vpn, session-manager, replica, ec2-classic-group."""
    through: str
    """What it leads through; of session-manager "sources", which are the instances above."""
    verdict: VerdictName
    """How that reaches the database."""


class ReachedView(View):
    """A database or proxy."""

    database: str
    """db:, cluster: or db-proxy: and its name."""
    ports: tuple[PortView, ...]
    """Where it listens."""
    verdict: VerdictName
    """The best that anybody comes to."""
    internet: VerdictName
    """The best that anybody on the internet comes to."""
    entrances: tuple[EntranceView, ...]
    """From where it can be reached, the most dangerous first; nobody else is let in by its groups."""
    side_doors: tuple[SideDoorView, ...]
    """Other ways to its data."""
    not_read: tuple[str, ...]
    """What was not read, and may hide who reaches it."""


class InterfaceView(View):
    """A network interface that reaches a database, or might."""

    instance: str
    """The EC2 instance that has it; empty for none."""
    name: str
    """What the instance is called: its Name tag."""
    type: str
    """interface, lambda, network_load_balancer …"""
    vpc: str
    """Its VPC."""
    subnet: str
    """Its subnet."""
    addresses: tuple[str, ...]
    """Its private addresses."""


class AttemptView(View):
    """A connection from one address."""

    address: str
    """The address."""
    interface: str
    """The interface that has it; empty where none in view does."""
    instance: str
    """The instance; empty for none."""
    subnet: str
    """Its subnet; empty outside the VPCs in view."""
    verdict: VerdictName
    """What becomes of it."""
    paths: tuple[PathView, ...]
    """The paths to every port and place of the database, the one that comes furthest first."""


class PathView(View):
    """A connection to a port at a place, hop by hop."""

    way: str
    """By what it comes."""
    via: str
    """The VPC, peering or gateway; empty for none."""
    port: int
    """To which port."""
    member: str
    """To which instance of a cluster, or endpoint of a proxy."""
    subnet: str
    """Where that is, or may be."""
    verdict: VerdictName
    """What becomes of it."""
    hops: tuple[HopView, ...]
    """Everything that it has to pass, in order."""


class ExplanationView(View):
    """One pair: a source and a database."""

    source: str
    """As it was asked for."""
    database: str
    """db:, cluster: or db-proxy: and its name."""
    verdict: VerdictName
    """What becomes of the best attempt."""
    attempts: tuple[AttemptView, ...]
    """Every way to try, the one that comes furthest first."""


class UnreadView(View):
    """A question that AWS did not answer."""

    call: str
    """The call, and of what it was asked."""
    code: str
    """The error code."""


class ReachView(View):
    """What `rds-secure access reach --format json` prints."""

    format_version: Literal["1.0"]
    """The version of this format."""
    account: str
    """The account's id."""
    region: str
    """The region."""
    of: str
    """Which state of the account is told, in words; empty for the account as it is."""
    partial: bool
    """Whether it is told of a spec alone, so that there may be more."""
    databases: tuple[ReachedView, ...]
    """Databases and proxies, the most dangerous first; empty with --from."""
    interfaces: dict[str, InterfaceView]
    """The interfaces that are named above, by id."""
    explanations: tuple[ExplanationView, ...]
    """Pairs that were asked for with --from."""
    unread: tuple[UnreadView, ...]
    """What AWS did not answer, and what depends on it is unknown."""


def reach_view(found: Reached) -> ReachView:
    """The published form of the whole answer."""
    return ReachView(
        **_frame(found.inventory, found.of),
        databases=tuple(_reached(one, found.targets[one.answer.target]) for one in found.exposures),
        interfaces=dict(sorted(_interfaces(found))),
        explanations=(),
    )


def explained_view(found: Explained) -> ReachView:
    """The published form of pairs."""
    return ReachView(
        **_frame(found.inventory, found.of),
        databases=(),
        interfaces={},
        explanations=tuple(_explanation(one, found.names) for one in found.pairs),
    )


def _frame(inventory: Inventory, of: str) -> dict[str, object]:
    return {
        "format_version": "1.0",
        "account": inventory.place.account,
        "region": inventory.place.region,
        "of": of,
        "partial": inventory.partial,
        "unread": tuple(
            UnreadView(call=str(question), code=code) for question, code in sorted(inventory.unread.items())
        ),
    }


def _reached(one: Exposure, target: Target) -> ReachedView:
    return ReachedView(
        database=one.answer.target,
        ports=tuple(
            PortView(port=door.port, name=door.name, pending=door.pending, security_groups=door.groups)
            for door in target.doors
        ),
        verdict=_VERDICTS[one.verdict],
        internet=_VERDICTS[one.internet],
        entrances=tuple(map(_entrance, one.entrances)),
        side_doors=tuple(
            SideDoorView(kind=door.kind, through=door.through, verdict=_VERDICTS[door.verdict])
            for door in one.answer.side_doors
        ),
        not_read=tuple(map(unseen_words, one.answer.unseen)),
    )


def _entrance(one: Entrance) -> EntranceView:
    return EntranceView(
        verdict=_VERDICTS[one.verdict],
        way=one.origin.way.value,
        via=one.origin.via,
        obstacles=tuple(ObstacleView(check=check.value, result=_GRADES[grade]) for check, grade in one.obstacles),
        addresses=one.addresses.networks(),
        instances=tuple(sorted({each.interface.instance for each in one.interfaces if each.interface.instance})),
        interfaces=tuple(sorted(each.interface.id for each in one.interfaces)),
        evidence=_hops(one.outcome.best.hops, {}),
    )


def _hops(hops: Iterable[Hop], names: Names) -> tuple[HopView, ...]:
    return tuple(
        HopView(
            check=hop.check.value,
            result=_GRADES[hop.grade],
            evidence=tuple(said(one, names) for one in hop.evidence),
        )
        for hop in hops
    )


def _interfaces(found: Reached) -> Iterator[tuple[str, InterfaceView]]:
    entrances = (entrance for exposure in found.exposures for entrance in exposure.entrances)
    every = {one.interface.id: one.interface for entrance in entrances for one in entrance.interfaces}
    for one in every.values():
        yield (
            one.id,
            InterfaceView(
                instance=one.instance,
                name=found.names.get(one.instance, ""),
                type=one.type,
                vpc=one.vpc,
                subnet=one.subnet,
                addresses=one.private.networks(),
            ),
        )


def _explanation(one: Explanation, names: Names) -> ExplanationView:
    return ExplanationView(
        source=one.source,
        database=one.target,
        verdict=_VERDICTS[one.verdict],
        attempts=tuple(_attempt(attempt, names) for attempt in one.attempts),
    )


def _attempt(one: Attempt, names: Names) -> AttemptView:
    return AttemptView(
        address=one.address,
        interface=one.interface,
        instance=one.instance,
        subnet=one.subnet,
        verdict=_VERDICTS[one.outcome.verdict],
        paths=tuple(_path(path, names) for path in one.outcome.paths),
    )


def _path(one: Path, names: Names) -> PathView:
    return PathView(
        way=one.origin.way.value,
        via=one.origin.via,
        port=one.door.port,
        member=one.place.member,
        subnet=one.place.subnet,
        verdict=_VERDICTS[one.verdict],
        hops=_hops(one.hops, names),
    )
