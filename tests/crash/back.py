"""A migration that was killed somewhere, and is then taken back: what is there after that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from rds_secure import api
from rds_secure.spec import load
from rds_secure.values import Address
from tests.crash.process import Ground, apply
from tests.crash.transport import Call, Kill, Killed, Transport, Way, account
from tests.fakes import FakeClock

LEDGER = Address("db_instance", "ledger")


def trouble_back(ground: Ground, kill: Kill, on_the_way: int = 0) -> list[str]:
    """What is wrong after a migration was killed and taken back; nothing where the old database is all there.

    ``on_the_way``: at which of its own writes the way back is killed as well, and begun again; 0 for none.
    """
    ground.lay()
    before = _instances(ground)["ledger"]
    with suppress(Killed):
        apply(ground.sandbox, ground.spec, Transport(kill=kill))
    ground.sandbox.settle()
    if on_the_way:
        sent = _writes_of_the_way_back(ground)
        with suppress(Killed):
            roll_back(ground, Transport(kill=Kill(sent[min(on_the_way, len(sent)) - 1], Way.LOST)))
        ground.sandbox.settle()
    roll_back(ground, Transport())
    ground.sandbox.settle()
    return list(_wrong(ground, before))


def roll_back(ground: Ground, transport: Transport) -> None:
    """Take the migration back, if there is anything to take back."""
    planned, reached = _planned(ground, transport)
    if planned.plan.is_applicable and not planned.plan.is_empty:
        outcome = api.apply(planned, reached, clock=FakeClock())
        assert outcome.succeeded, outcome.failures


def _planned(ground: Ground, transport: Transport) -> tuple[api.Planned, api.Account]:
    stack, sources = load([str(ground.spec)])
    reached = account(ground.sandbox, transport)
    return api.make_plan(stack, reached, sources, roll_back=LEDGER), reached


def _writes_of_the_way_back(ground: Ground) -> list[Call]:
    """The calls that it is going to make, numbered as the transport numbers them."""
    counted = Counter[tuple[str, str]]()
    found = list[Call]()
    for step, operation in _planned(ground, Transport())[0].plan.operations():
        if step.address == LEDGER and not operation.action.startswith("Describe"):
            counted[operation.service, operation.action] += 1
            found.append(Call(operation.service, operation.action, counted[operation.service, operation.action]))
    return found


def _wrong(ground: Ground, before: dict[str, Any]) -> Iterator[str]:
    found = _instances(ground)
    now = found.get("ledger")
    if now is None:
        yield "there is no database of the name"
        return
    for name in ("DbiResourceId", "VpcSecurityGroups", "Endpoint", "StorageEncrypted", "AllocatedStorage"):
        if now[name] != before[name]:
            yield f"{name} is {now[name]}, and was {before[name]}"
    if not now["DeletionProtection"]:
        yield "it is not protected from deletion"
    for name, other in found.items():
        if "-new-" in name:
            yield f"{name} is still there"
        if "-undone-" in name and not other["DeletionProtection"]:
            yield f"{name} is not protected"
    groups = ground.sandbox.client("ec2").describe_security_groups()["SecurityGroups"]
    yield from (f"{group['GroupName']} is still there" for group in groups if "-quiet-" in group["GroupName"])
    assert isinstance(ground.before, Path)
    stack, sources = load([str(ground.before)])
    plan = api.make_plan(stack, account(ground.sandbox, Transport()), sources).plan
    if not plan.is_applicable:
        yield from (f"{item.what}: {item.fix}" for item in plan.obstacles)
    yield from (f"{step.address} would change" for step in plan.steps if step.operations)


def _instances(ground: Ground) -> dict[str, dict[str, Any]]:
    listed = ground.sandbox.client("rds").describe_db_instances()["DBInstances"]
    return {item["DBInstanceIdentifier"]: dict(item) for item in listed}
