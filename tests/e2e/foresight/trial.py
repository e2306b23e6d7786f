"""One world, made and changed in the sandbox: foreseen before each apply, and looked at after it. It judges none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import yaml

from rds_secure import api
from rds_secure.access.also import questions
from rds_secure.access.foresee import foresee
from rds_secure.errors import SpecError
from rds_secure.inventory import Inventory
from rds_secure.inventory.questions import EVERYTHING
from rds_secure.plan import Plan
from rds_secure.sandbox import Sandbox
from rds_secure.spec import Source, Stack, load
from rds_secure.values import Ref
from tests.e2e.foresight import worlds
from tests.e2e.harness import EVERYTHING as ALL_OF_IT
from tests.e2e.harness import PRUNING
from tests.fakes import FakeClock

ROWS = "rds-window,rds-cluster-window,rds-parameter-status,rds-cluster-parameters"
"""The rows of the sandbox's realism that are on: what waits for a window, or for a restart, does so for good."""


@dataclass(frozen=True)
class Seen:
    """What was, what was foreseen, what came of it, and what references yield by then."""

    before: Inventory
    foreseen: Inventory
    real: Inventory
    known: dict[Ref, str]
    plan: Plan


class Refused(Exception):  # noqa: N818 - it says what happened
    """The plan of a world cannot be applied; another world is to be tried."""


def seen(
    sandbox: Sandbox, account: api.Account, folder: Path, seed: int, changes: int = 2, *, small: bool = False
) -> Iterator[Seen]:
    """A world of this seed, as many changes of it, and its end. What cannot be applied raises `Refused`."""
    sandbox.realism(ROWS)
    random = Random(seed)
    world = worlds.world(random)
    for number in range(changes + 1):
        stack, sources = _loaded(folder / f"{seed}-{number}", worlds.halved(world) if small else world)
        yield applied(
            sandbox, account, lambda stack=stack, sources=sources: api.make_plan(stack, account, sources, PRUNING)
        )
        world = worlds.change(random, world)
    yield applied(sandbox, account, lambda: api.make_plan(stack.emptied(), account, (), ALL_OF_IT))


def _loaded(folder: Path, world: worlds.World) -> tuple[Stack, tuple[Source, ...]]:
    folder.mkdir()
    spec = folder / "stack.yaml"
    spec.write_text(yaml.safe_dump({"version": 1, "stack": "foresight", "resources": world}, sort_keys=False))
    try:
        return load([str(spec)])
    except SpecError as error:
        raise Refused(str(error)) from error


def applied(sandbox: Sandbox, account: api.Account, plan: Callable[[], api.Planned]) -> Seen:
    """Foresee what ``plan`` makes, and carry it out."""
    planned = plan()
    if not planned.plan.is_applicable:
        raise Refused("; ".join(problem.what for problem in planned.plan.obstacles))
    before = api.take_inventory(account, EVERYTHING, questions(planned.plan, EVERYTHING))
    foreseen = foresee(before, planned.plan)
    outcome = api.apply(planned, account, clock=FakeClock())
    assert outcome.succeeded, [(failure.operation.action, failure.message) for failure in outcome.failures]
    sandbox.settle()
    known = {**planned.snapshot.scope.known, **plan().snapshot.scope.known}
    real = api.take_inventory(account, EVERYTHING, before.replies)
    return Seen(before, foreseen, real, known, planned.plan)
