"""(declared, live) → the plan that takes a migration back. Pure; what the calls are is the kind's affair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rds_secure import resources
from rds_secure.errors import Problem, RefusedError
from rds_secure.fields import values_of
from rds_secure.live import Snapshot
from rds_secure.operation import Operation
from rds_secure.plan.approval import approved, basis
from rds_secure.plan.model import Action, Plan, Refusal, Step
from rds_secure.plan.planner import Locate, plan
from rds_secure.plan.retirement import uses
from rds_secure.values import Address, Ref, refs


def back(snapshot: Snapshot, locate: Locate, address: Address, migration: str = "") -> Plan:
    """The way back of what is at an address, and what follows it elsewhere: policies that name the database by its id.

    ``snapshot`` is read with the address as ``leaving``. ``migration``: the id of the one that is taken back, where it
    is not the last. Raises `RefusedError` where there is no such thing.
    """
    resource, live = snapshot.resources.get(address), snapshot.live.get(address)
    asides = {at: item for at, item in snapshot.retired.items() if at.name.startswith(f"{address.name}#")}
    if resource is None:
        raise RefusedError([Problem(f"{address} is not declared in this spec", "name a database that is")])
    migrating = resources.kind(address.kind).roll_back(resource, live, asides, snapshot.scope, migration)
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
    exported = {Ref(address, name) for operation in step.operations for name in _exports(operation)}
    known = {ref: value for ref, value in snapshot.scope.known.items() if ref not in exported}
    known |= {ref: value for name, value in migrating.exports.items() if (ref := Ref(address, name)) not in exported}
    around = replace(snapshot, scope=replace(snapshot.scope, known=known))
    steps = tuple(sorted((step, *_following(around, locate, step)), key=lambda step: step.address))
    made = Plan(
        account=snapshot.scope.account,
        region=snapshot.scope.region,
        stack=snapshot.scope.stack,
        steps=steps,
        refusals=(
            *(Refusal(address, what, fix) for what, fix in migrating.obstacles),
            *(Refusal(address, item.what, item.fix) for item in snapshot.conflicts if item.address == address),
        ),
        known=known,
        unseen=snapshot.unseen,
        basis=basis(around, steps),
    )
    return replace(made, digest=approved(made).digest)


def _following(snapshot: Snapshot, locate: Locate, back: Step) -> Iterator[Step]:
    """What of a plan of everything is a change because another database has the address; the rest waits."""
    for step in plan(snapshot, locate).steps if back.operations else ():
        resource = snapshot.resources.get(step.address)
        named = {ref.target for ref in refs(values_of(resource.spec))} if resource else set()
        if step.action is Action.UPDATE and back.address in named:
            yield step


def _exports(operation: Operation) -> set[str]:
    return {*operation.exports, *(operation.wait.exports if operation.wait else ())}
