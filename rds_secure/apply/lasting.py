"""Whether the caller's credentials may end before a plan does, and what to say then. Pure: it asks no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter

from rds_secure.plan import Plan
from rds_secure.plan.graph import Node, order

CHAINED = 3600
"""How long a role session that was assumed from another one lasts at most, in seconds (IAM-8)."""

_BEFORE = (
    "use credentials that renew themselves, or new ones; if they end meanwhile, run the same apply again with others"
)


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long credentials last: for good or as long as they ``renew``, ``until`` a moment, or nobody knows."""

    renew: bool = True
    until: datetime | None = None


def longest_wait(plan: Plan) -> int:
    """What the waits of a plan may take at most, in seconds: the sum along the longest chain of its calls."""
    graph = order(plan.steps, plan.known)
    operations = {
        (step.address, index): operation for step in plan.steps for index, operation in enumerate(step.operations)
    }
    ends: dict[Node, int] = {}
    for node in TopologicalSorter(graph).static_order():
        wait = operations[node].wait
        ends[node] = max((ends[before] for before in graph[node]), default=0) + (wait.timeout if wait else 0)
    return max(ends.values(), default=0)


def warning(lasting: Lasting, now: datetime, seconds: int) -> str:
    """What to say before an apply whose waits may take so many seconds; "" where the credentials last as long.

    Where the end is not known it is that of a chained session, which is the shortest there is by itself (IAM-8).
    """
    if lasting.renew:
        return ""
    if lasting.until is None:
        known = "it is not known when these credentials of a session end: within an hour if one role assumed another"
        return f"{known}, and the waits of this plan may take {_said(seconds)}: {_BEFORE}" if seconds > CHAINED else ""
    left = (lasting.until - now).total_seconds()
    ends = f"these credentials end in {_said(left)}" if left > 0 else "these credentials have ended"
    return f"{ends}, and the waits of this plan may take {_said(seconds)}: {_BEFORE}" if seconds > left else ""


def _said(seconds: float) -> str:
    hours, minutes = divmod(max(1, round(seconds / 60)), 60)
    return " ".join([*([f"{hours} h"] if hours else []), *([f"{minutes} min"] if minutes else [])])
