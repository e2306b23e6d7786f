"""An answer, folded: by the way that sources come and what is in their way, the open internet first."""

from __future__ import annotations

from rds_secure.access.network.evidence import Check, Grade, Verdict, Way
from rds_secure.access.network.summary import exposure, exposures
from tests.access.network.kit import (
    BASE,
    Instance,
    Network,
    answer,
    change,
    database,
    group,
    guarded,
    interface,
    rule,
)
from tests.access.network.test_reach_internet import PUBLIC, public_network


def inside(*more: str) -> Network:
    """Interfaces that a rule lets in, one running, one stopped, one whose groups let nothing out."""
    network = change(
        BASE,
        interfaces=(
            interface("eni-2", "10.0.2.11", instance="i-2"),
            interface("eni-3", "10.0.2.12", groups=("sg-mute",), instance="i-3"),
            interface("eni-4", "10.0.2.13", instance="i-4"),
        ),
        instances=(Instance("i-2", "stopped"), Instance("i-3", "running"), Instance("i-4", "running")),
        groups=(group("sg-mute"),),
    )
    return guarded(rule("10.0.2.0/24"), *map(rule, more), network=network)


def test_sources_that_fare_alike_are_one_entrance_with_their_addresses() -> None:
    found = exposure(answer(inside()))
    open_one, possible, latent = found.entrances
    assert (open_one.verdict, open_one.origin.way, str(open_one.addresses)) == (
        Verdict.REACHABLE, Way.INSIDE, "10.0.2.0/24",
    )  # fmt: skip
    assert sorted(one.interface.id for one in open_one.interfaces) == ["eni-1", "eni-4"]
    assert (possible.verdict, possible.obstacles) == (Verdict.POSSIBLE, ((Check.STATE, Grade.POSSIBLE),))
    assert (latent.verdict, latent.obstacles) == (Verdict.LATENT, ((Check.SOURCE_GROUPS, Grade.BLOCKED),))
    assert [one.interface.id for one in latent.interfaces] == ["eni-3"]
    assert [rule.rule.cidr for rule in open_one.rules] == ["10.0.2.0/24"]


def test_every_source_is_in_one_entrance_with_its_verdict() -> None:
    found = answer(inside())
    listed = {one.interface: one.verdict for one in found.sources}
    folded = {
        one.interface.id: entrance.verdict for entrance in exposure(found).entrances for one in entrance.interfaces
    }
    assert folded == listed
    assert all(one.alike.best.origin == one.outcome.best.origin for one in found.sources)


def test_the_open_internet_comes_before_anything_inside() -> None:
    network = public_network(rule("0.0.0.0/0"))
    first, *_ = exposure(answer(network, PUBLIC)).entrances
    assert (first.origin.way, first.verdict) == (Way.INTERNET, Verdict.REACHABLE)
    saved = database("db-2", subnets=("subnet-db",))
    listed = exposures([answer(network, saved), answer(network, PUBLIC)])
    assert [one.answer.target for one in listed] == [PUBLIC.id, "db-2"]
    assert [str(one.internet) for one in listed] == ["reachable", "latent"]


def test_nobody_is_let_in_by_nothing() -> None:
    found = exposure(answer(guarded()))
    assert (found.entrances, found.verdict, found.internet) == ((), Verdict.NONE, Verdict.NONE)


def test_a_place_that_is_not_known_makes_it_possible_and_is_told() -> None:
    network = guarded(rule("10.0.2.0/24"), acls={})
    unsure = exposure(answer(network)).entrances
    assert all(one.verdict is Verdict.UNKNOWN and not one.depends_on_place for one in unsure)
