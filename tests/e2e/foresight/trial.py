"""One world, made and changed in the sandbox: foreseen before each apply, and looked at after it. It judges none."""

from __future__ import annotations

from collections.abc import Iterator
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
from rds_secure.plan import Deletion, Plan
from rds_secure.spec import load
from rds_secure.values import Ref
from tests.e2e.foresight import worlds
from tests.fakes import FakeClock

ROWS = "rds-window,rds-parameter-status"
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


def seen(account: api.Account, folder: Path, seed: int, changes: int = 2) -> Iterator[Seen]:
    """A world of this seed, and as many changes of it. What cannot be applied ends it."""
    random = Random(seed)
    world = worlds.world(random)
    for number in range(changes + 1):
        spec = folder / f"{seed}-{number}" / "stack.yaml"
        spec.parent.mkdir(parents=True)
        data = {"version": 1, "stack": "foresight", "resources": world}
        spec.write_text(yaml.safe_dump(data, sort_keys=False))
        yield _applied(account, spec)
        world = worlds.change(random, world)


def _applied(account: api.Account, spec: Path) -> Seen:
    try:
        stack, sources = load([str(spec)])
    except SpecError as error:
        raise Refused(str(error)) from error
    deletion = Deletion(limit=99)
    planned = api.make_plan(stack, account, sources, deletion)
    if not planned.plan.is_applicable:
        raise Refused("; ".join(problem.what for problem in planned.plan.obstacles))
    before = api.take_inventory(account, EVERYTHING, questions(planned.plan, EVERYTHING))
    foreseen = foresee(before, planned.plan)
    outcome = api.apply(planned, account, clock=FakeClock())
    assert outcome.succeeded, [(failure.operation.action, failure.message) for failure in outcome.failures]
    again = api.make_plan(stack, account, sources, deletion)
    real = api.take_inventory(account, EVERYTHING, foreseen.replies)
    return Seen(before, foreseen, real, {**planned.snapshot.scope.known, **again.snapshot.scope.known}, planned.plan)
