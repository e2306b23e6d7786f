"""Whether what is about to be deleted is still what the plan looked at. Pure; it is `live` that reads it again."""

from __future__ import annotations

from typing import Any

from rds_secure import ownership
from rds_secure.kind import Live
from rds_secure.live import Snapshot
from rds_secure.plan.approval import approved_calls, is_id, values
from rds_secure.plan.model import Plan, Step
from rds_secure.plan.part import set_by, shown
from rds_secure.values import canonical


def moved_since(plan: Plan, snapshot: Snapshot, step: Step, index: int, now: Live[Any] | None) -> str:
    """What moved of a step's object since the plan, before its call with this index goes out; "" where nothing did.

    What it has let go of by now is no reason to stop, and neither is what the step itself changed: earlier calls of it,
    and the changes that it settles. An object that is gone needs no deletion, and the call finds out.
    """
    before = snapshot.live.get(step.address) or snapshot.retired.get(step.address)
    if now is None or before is None:
        return ""
    if (was := _whose(before)) != (whose := _whose(now)):
        return f"{step.address} was {was} at the time of the plan, and is {whose}"
    if now.name.lower() != before.name.lower():
        return f"{step.address} was {before.name} at the time of the plan, and is called {now.name}: it is not gone"
    old, new = plan.basis.live[str(step.address)], values(snapshot, now, step)
    settled = {change.path for change in step.changes} | set_by(step.address.kind, approved_calls(step)[:index])
    moved = [
        f"{step.address}.{name} {shown(old.get(name))} → {shown(value)} since the plan"
        for name, value in sorted(new.items())
        if not (name.partition("[")[0] in settled or (step.changes and is_id(name)))
        and canonical(old.get(name)) != canonical(value)
    ]
    return "; ".join(moved)


def _whose(live: Live[Any]) -> str:
    """Whose it is, in words."""
    owner = live.found.owned_by_path or ownership.owner(live.found.tags)
    return f"{owner.address} of stack {owner.stack!r}" if owner else "nobody's"
