"""What an apply has made: ids, ARNs, endpoints, and where secrets are. Never a secret."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from rich.text import Text as Line

from rds_secure.plan.model import Action, Plan
from rds_secure.render.plan_page import SYMBOLS
from rds_secure.render.screen import BOLD, DIM, GREEN, joined, part
from rds_secure.values import Address

Exports = Mapping[Address, Mapping[str, str]]

_DONE = {
    Action.CREATE: "created",
    Action.UPDATE: "changed",
    Action.RETAG: "tags only",
    Action.DELETE: "deleted",
    Action.LET_GO: "let go",
}


def result_page(plan: Plan, exports: Exports, waiting: bool) -> Iterator[Line]:
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
    yield joined(part("Done:", f"{BOLD} {GREEN}"), f" {', '.join(counts) or 'nothing to do'}. {agrees}")


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
