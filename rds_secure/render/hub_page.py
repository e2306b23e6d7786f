"""What Security Hub says, and where we say otherwise, as text for people. Titles and reasons are strangers' text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text as Line

from rds_secure.audit.hub.model import Aside, Count, Disagreement, Health, HubReport, OfControl, OfResource
from rds_secure.render.screen import BOLD, DIM, GREEN, MAGENTA, RED, YELLOW, joined, part, words, wrapped
from rds_secure.render.trail_page import STYLES
from rds_secure.render.trail_view import stamp

FEW = 10
"""Resources that are shown, where not all are asked for; and of a control that fails, what fails it."""
_HEALTH = {Health.FAILED: RED, Health.UNKNOWN: YELLOW, Health.PASSED: GREEN, Health.NOT_EVALUATED: DIM}


def hub_section(found: HubReport, width: int, *, everything: bool = False) -> Iterator[Line]:
    """All lines; with ``everything`` every control and resource."""
    if found.unread:
        yield part("What Security Hub says", BOLD)
        yield from wrapped(words(f"Unknown: {found.unread}.", MAGENTA), width, 2, hang=2)
        return
    yield from wrapped(words(f"What Security Hub says: {counted(found)}", BOLD), width, 0)
    if note := put_aside(found.aside):
        yield from wrapped(words(note, DIM), width, 0)
    yield from _controls(found, width, everything=everything)
    yield from _resources(found.resources, width, everything=everything)
    yield from _disagreements(found, width)
    yield from _strange(found, width)
    yield Line()
    yield part("Not in this answer", BOLD)
    for gap in found.gaps:
        yield from wrapped(words(gap), width, 2, hang=2)


def counted(found: HubReport) -> str:
    """The answer in a line."""
    by = [one.count.health for one in found.controls]
    told = ", ".join(f"{by.count(health)} {health}" for health in Health if health in by)
    return f"{len(by)} controls: {told}. {compared(found)}"


def compared(found: HubReport) -> str:
    """How often the two sides differ."""
    if not found.compared:
        return "Nothing was compared."
    differ = len(found.disagreements)
    pairs = "1 verdict" if found.compared == 1 else f"{found.compared} verdicts"
    return f"Of {pairs} that both sides have, {differ} {'differs' if differ == 1 else 'differ'}."


def put_aside(aside: Aside) -> str:
    """What does not count, in a sentence; "" where everything does."""
    told = (
        (aside.suppressed, "suppressed"),
        (aside.archived, "archived"),
        (aside.abroad, "of other accounts or Regions"),
        (aside.repeated, "older or for another standard"),
        (aside.others, "about something else"),
        (aside.malformed, "malformed"),
        *((number, f"by {product}") for product, number in aside.products.items()),
    )
    listed = [f"{number} {what}" for number, what in told if number]
    return f"Findings that do not count: {', '.join(listed)}." if listed else ""


def sums(one: Count) -> str:
    """``2 failed, 1 unknown, 5 passed``, without what there is none of."""
    told = ((one.failed, "failed"), (one.unknown, "unknown"), (one.passed, "passed"))
    return ", ".join(f"{number} {what}" for number, what in told if number)


def without(controls: Iterable[OfControl]) -> list[str]:
    """The controls that are not evaluated."""
    return [one.id for one in controls if one.count.health is Health.NOT_EVALUATED]


def ranked(resources: Iterable[OfResource]) -> list[OfResource]:
    """Those with most failures first."""
    return sorted(resources, key=lambda one: (-one.count.failed, one.name or one.resource))


def differing(one: Disagreement) -> str:
    """A disagreement in a sentence."""
    rules = ", ".join(one.rules)
    message = f": {one.message}" if one.message else ""
    return (
        f"{one.control} {one.name}: Security Hub says {one.hub} (as of {stamp(one.updated)}), "
        f"we say {one.ours} ({rules}{message})"
    )


def few(names: tuple[str, ...], *, everything: bool) -> str:
    """The first names, and how many more there are."""
    shown = names if everything else names[:FEW]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return f"{', '.join(shown)}{more}"


def _controls(found: HubReport, width: int, *, everything: bool) -> Iterator[Line]:
    yield Line()
    yield part("By control", BOLD)
    for one in found.controls:
        health = one.count.health
        if health is Health.NOT_EVALUATED or (health is Health.PASSED and not everything):
            continue
        style = STYLES[one.severity] if one.severity and health is Health.FAILED else ""
        lead = [
            part(f"{one.id:<7}", BOLD),
            part(f"{one.severity!s:<8}" if one.severity else " " * 8, style),
            part(health, _HEALTH[health]),
        ]
        yield from wrapped([*lead, *words(f"({sums(one.count)}) {one.title}")], width, 2, hang=8)
        if one.failing:
            yield from wrapped(words(few(one.failing, everything=everything), DIM), width, 10, hang=0)
    passed = [one.id for one in found.controls if one.count.health is Health.PASSED]
    if passed and not everything:
        yield from wrapped([part("passed:", GREEN), *words(", ".join(passed))], width, 2, hang=2)
    if lacking := without(found.controls):
        yield from wrapped([part("not evaluated:", DIM), *words(", ".join(lacking))], width, 2, hang=2)


def _resources(resources: tuple[OfResource, ...], width: int, *, everything: bool) -> Iterator[Line]:
    if not resources:
        return
    yield Line()
    yield part("By resource", BOLD)
    order = ranked(resources)
    shown = order if everything else order[:FEW]
    for one in shown:
        health = one.count.health
        failed = f": {', '.join(one.failed)}" if one.failed else ""
        name = [part(one.name or one.resource, BOLD), part(health, _HEALTH[health])]
        yield from wrapped([*name, *words(f"({sums(one.count)}){failed}")], width, 2, hang=2)
    if len(order) > len(shown):
        yield joined("  ", part(f"and {len(order) - len(shown)} more; --all shows them"))


def _disagreements(found: HubReport, width: int) -> Iterator[Line]:
    if not found.disagreements:
        return
    yield Line()
    yield part("Where Security Hub and we differ", BOLD)
    for one in found.disagreements:
        yield from wrapped(words(differing(one)), width, 2, hang=2)
        if one.note:
            yield from wrapped(words(one.note, DIM), width, 6, hang=0)


def _strange(found: HubReport, width: int) -> Iterator[Line]:
    if not found.strange:
        return
    yield Line()
    yield part("Fails at Security Hub, and is nothing that we know: gone, or not read", BOLD)
    for one in found.strange:
        yield from wrapped(words(f"{one.control} {one.resource} as of {stamp(one.updated)}"), width, 2, hang=2)
