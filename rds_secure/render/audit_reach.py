"""From where databases are reached, as a part of a page: the picture, and the same in words for a small screen."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.access.network.evidence import Verdict
from rds_secure.access.network.summary import Entrance, Exposure, exposures
from rds_secure.access.posture import Posture
from rds_secure.render.addresses import spoken
from rds_secure.render.evidence import Names, by_way, in_the_way
from rds_secure.render.graph import graph
from rds_secure.render.html import listed, said, text
from rds_secure.render.reach_page import Reached, counted, door_words, headline, ports, sources, together
from rds_secure.render.svg import svg

_DATABASES = 100
"""As many groups of databases are told in words."""

_KINDS = {Verdict.REACHABLE: "high", Verdict.POSSIBLE: "medium", Verdict.UNKNOWN: "unknown", Verdict.LATENT: "dim"}


def pictures(posture: Posture, names: Names) -> Iterator[str]:
    """The picture, and who gets in by which way."""
    inventory = posture.inventory
    targets = {target.id: target for target in posture.network.targets}
    if not targets:
        return
    found = Reached(inventory, targets, exposures(posture.reached), names)
    summed = counted(found.exposures, inventory)
    yield f"<p><strong>{text(summed)}</strong></p>"
    yield '<div class="wide" tabindex="0" role="group" aria-label="Picture; it can be moved sideways">'
    yield f"{svg(graph(found, posture.protection), summed)}</div>"
    yield '<div class="cards">'
    groups = list(together(found.exposures))
    for alike in groups[:_DATABASES]:
        yield from _database(found, alike)
    yield "</div>"
    if len(groups) > _DATABASES:
        yield f'<p class="dim">{len(groups) - _DATABASES} more are left out here; access reach has all.</p>'


def _database(found: Reached, alike: tuple[Exposure, ...]) -> Iterator[str]:
    one = alike[0]
    worst = max(one.internet if one.internet > Verdict.LATENT else Verdict.NONE, one.verdict)
    from_outside = worst is Verdict.REACHABLE and one.internet is not Verdict.REACHABLE
    kind = "" if from_outside else _KINDS.get(worst, "good")
    yield f'<article class="card"><h3>{text(", ".join(each.answer.target for each in alike))}</h3>'
    yield f'<div class="dim">{text(ports(found.targets[one.answer.target].doors))}</div>'
    yield f"<div>{said(headline(one), kind)}</div>"
    yield from listed(_entrance(entrance, found) for entrance in one.entrances)
    yield from listed(f"side door: {text(door_words(door, found.names))}" for door in one.answer.side_doors)
    yield "</article>"


def _entrance(one: Entrance, found: Reached) -> str:
    why = "; ".join(in_the_way(check, grade) for check, grade in one.obstacles)
    who = ", ".join([*spoken(one.addresses), *sources(one, found.names)])
    return (
        f"{said(one.verdict, _KINDS.get(one.verdict, ''))} {text(by_way(one.origin, found.names))}"
        f"{f': {text(why)}' if why else ''}<br><code>{text(who)}</code>"
    )
