"""Drift as text for people: what is not as it should be, resource by resource, and who changed it last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.text import Text as Line

from rds_secure.plan import Action
from rds_secure.plan.drift import Deviation, Drift, Sort
from rds_secure.render.plan_page import Steps, refused, section, unseen
from rds_secure.render.screen import BOLD, DIM, GREEN, YELLOW, joined, part, words, wrapped

SORTS: Mapping[Sort, str] = {
    Sort.MISSING: "is missing",
    Sort.DIFFERS: "differs",
    Sort.UNDECLARED: "is declared no longer",
    Sort.MARKS: "has outdated marks of ours",
    Sort.ADDED: "has additions of others",
}
"""What is wrong with a resource, for people."""

_COUNTED: Mapping[Sort, str] = {
    Sort.MISSING: "missing",
    Sort.DIFFERS: "different",
    Sort.UNDECLARED: "declared no longer",
    Sort.MARKS: "with outdated marks",
    Sort.ADDED: "with additions of others",
}


def drift_page(found: Drift, width: int) -> Iterator[Line]:
    """All lines."""
    plan = found.plan
    yield joined(part(f"Stack {plan.stack}", BOLD), part(f" · account {plan.account} · {plan.region}", DIM))
    steps = Steps(plan, width, show_calls=False)
    for deviation in found.deviations:
        yield Line()
        yield from steps.heading(deviation.step)
        yield from _who(deviation, width)
        yield from () if deviation.sort is Sort.MISSING else steps.body(deviation.step)
    waiting = (
        joined("  ", part(step.address), ": ", part(change.path), f" {change.old} → {change.new}")
        for step, change in found.pending
    )
    yield from section("Parked by AWS until the window, no drift", waiting)
    yield from section("In conflict", (line for refusal in found.refusals for line in refused(refusal, width)), YELLOW)
    hidden = (line for item in found.plan.unseen for line in unseen(item, width))
    yield from section("Not seen, and so unknown", hidden, YELLOW)
    if found.unknown:
        yield from section("Notes", wrapped(words(found.unknown), width, 2, hang=2))
    yield Line()
    yield _summary(found)


def _who(deviation: Deviation, width: int) -> Iterator[Line]:
    author = deviation.author
    said = SORTS[deviation.sort]
    if author:
        said += f"; last changed by {author.who} with {author.call} at {author.at}"
    return wrapped(words(said), width, 6, hang=2)


def _summary(found: Drift) -> Line:
    if found.is_none:
        return joined(part("No drift.", f"{BOLD} {GREEN}"), " AWS agrees with the spec.")
    return joined(part("Drift:", f"{BOLD} {YELLOW}"), " ", ", ".join(counted(found)), ".")


def counted(found: Drift) -> Iterator[str]:
    """How many resources differ, and how: "2 missing"."""
    for sort, word in _COUNTED.items():
        if number := sum(item.sort is sort for item in found.deviations):
            yield f"{number} {word}"
    if found.refusals:
        yield f"{len(found.refusals)} in conflict"
    if unseen := found.plan.count(Action.UNSEEN):
        yield f"{unseen} not seen"
