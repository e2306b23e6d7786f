"""What an apply has made: ids, ARNs, endpoints, and where secrets are. Never a secret."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from rich.text import Text as Line

from rds_secure.plan.model import Action, Plan
from rds_secure.render.plan_page import SYMBOLS
from rds_secure.render.screen import BOLD, DIM, GREEN, YELLOW, joined, part
from rds_secure.values import Address

Exports = Mapping[Address, Mapping[str, str]]

_DONE = {
    Action.CREATE: "created",
    Action.UPDATE: "changed",
    Action.MIGRATE: "migrated",
    Action.RETAG: "tags only",
    Action.DELETE: "deleted",
    Action.LET_GO: "let go",
}


Windows = Mapping[Address, str]
"""The resources of which changes are parked, and the weekly window each waits for: ``sun:03:00-sun:04:00``, or ""."""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def result_page(plan: Plan, exports: Exports, waiting: Windows, now: datetime, refused: int = 0) -> Iterator[Line]:
    """What was made, changed and deleted by the calls of a plan; ``exports`` are those that were read back."""
    yield Line()
    for step in plan.steps:
        if step.operations and step.action is not Action.RETAG:
            symbol, style = SYMBOLS[step.action]
            yield joined("  ", part(symbol, style), " ", part(step.address, BOLD), part(f"  {_DONE[step.action]}", DIM))
            if step.action is not Action.DELETE:
                yield from _attributes(_shown(step.address, exports.get(step.address, {})), plan.region)
    yield Line()
    counts = [f"{number} {word}" for action, word in _DONE.items() if (number := plan.count(action))]
    agrees = "AWS agrees with the spec, but for what waits for its window." if waiting else "AWS agrees with the spec."
    if refused:  # the way back of a migration that the spec asks for still
        agrees = "The spec asks for something that is refused now: see the next plan."
    yield joined(part("Done:", f"{BOLD} {GREEN}"), f" {', '.join(counts) or 'nothing to do'}. {agrees}")
    for address, window in sorted(waiting.items()):
        yield joined("      ", part(f"{address} is pending until {_next(window, now)}", YELLOW))


def _next(window: str, now: datetime) -> str:
    """When a weekly window opens next, in UTC; a window that AWS does not tell stays "its window"."""
    if not re.fullmatch(r"\w{3}:\d\d:\d\d-\w{3}:\d\d:\d\d", window) or window[:3] not in _DAYS:
        return "its maintenance window"
    day, hour, minute = window.partition("-")[0].split(":")
    opens = now.replace(hour=int(hour), minute=int(minute)) + timedelta((_DAYS.index(day) - now.weekday()) % 7)
    opens += timedelta(7 if opens <= now else 0)
    return f"its maintenance window, which opens on {opens:%Y-%m-%d at %H:%M} UTC"


def _shown(address: Address, exports: Mapping[str, str]) -> dict[str, str]:
    """The exports that say something: not what is empty, nor a name that is the key; host and port as one."""
    shown = {key: item for key, item in exports.items() if item and (key, item) != ("name", address.name)}
    if "endpoint" in shown and "port" in shown:
        shown["endpoint"] += f":{shown.pop('port')}"
    return shown


def _attributes(exports: Mapping[str, str], region: str) -> Iterator[Line]:
    column = max(map(len, exports), default=0) + 2
    for key, item in exports.items():
        yield joined(" " * 6, part(f"{key}:".ljust(column), DIM), part(item))
        if ":secretsmanager:" in item and key != "arn":  # a secret that belongs to it, not one that it is kept in
            words = ["aws", "secretsmanager", "get-secret-value", "--region", region, "--secret-id", item]
            words += ["--query", "SecretString", "--output", "text"]
            yield joined(" " * (6 + column), part(shlex.join(words), DIM))
