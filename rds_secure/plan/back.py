"""(declared, live) → the plan that takes a migration back. Pure; what the calls are is the kind's affair."""

from __future__ import annotations

from dataclasses import replace

from rds_secure import resources
from rds_secure.errors import Problem, RefusedError
from rds_secure.live import Snapshot
from rds_secure.plan.approval import approved, basis
from rds_secure.plan.model import Action, Plan, Refusal, Step
from rds_secure.plan.retirement import uses
from rds_secure.values import Address


def back(snapshot: Snapshot, address: Address) -> Plan:
    """The way back of what is at an address, and nothing else. Raises `RefusedError` where there is no such thing."""
    resource, live = snapshot.resources.get(address), snapshot.live.get(address)
    asides = {at: item for at, item in snapshot.retired.items() if at.name.startswith(f"{address.name}#")}
    if resource is None:
        raise RefusedError([Problem(f"{address} is not declared in this spec", "name a database that is")])
    migrating = resources.kind(address.kind).roll_back(resource, live, asides, snapshot.scope)
    if migrating is None:
        raise RefusedError([Problem(f"no {resources.kind(address.kind).title} is ever migrated", "name a database")])
    step = Step(
        address=address,
        name=live.name if live else resource.name,
        action=Action.MIGRATE,
        operations=migrating.operations,
        notes=migrating.notes,
        uses=uses(live) if live else (),
    )
    made = Plan(
        account=snapshot.scope.account,
        region=snapshot.scope.region,
        stack=snapshot.scope.stack,
        steps=(step,),
        refusals=tuple(Refusal(address, what, fix) for what, fix in migrating.obstacles),
        known=snapshot.scope.known,
        unseen=snapshot.unseen,
        basis=basis(snapshot, (step,)),
    )
    return replace(made, digest=approved(made).digest)
