"""How far the migration of one database has come, as lines: what is left of it, what is in the way, what is aside."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text as Line

from rds_secure.plan.model import Action, Plan
from rds_secure.render.plan_page import Steps, kept_lines, refused, section
from rds_secure.render.screen import BOLD, RED, joined, part
from rds_secure.values import Address


def migration_page(plan: Plan, address: Address, width: int) -> Iterator[Line]:
    """All lines; one alone where there is no migration."""
    (step,) = (step for step in plan.steps if step.address == address)
    aside = [kept for kept in plan.kept if kept.address.name.startswith(f"{address.name}#")]
    refusals = [item for item in plan.refusals if item.address == address]
    if step.action is Action.MIGRATE:
        yield from Steps(plan, width, show_calls=False).lines(step)
    else:
        yield joined(part(address, BOLD), ": no migration is on its way, and the spec asks for none")
    yield from section("Kept aside", (line for kept in aside for line in kept_lines(kept, width)))
    yield from section("In the way", (line for refusal in refusals for line in refused(refusal, width)), RED)
