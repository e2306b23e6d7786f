"""One `apply` as a process of its own would run it: nothing is left of the one before but what is at AWS."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import yaml

from rds_secure import api
from rds_secure.apply import Outcome
from rds_secure.plan import Deletion, Plan
from rds_secure.sandbox import Sandbox
from rds_secure.spec import load
from tests.crash.picture import Picture, differences, picture
from tests.crash.stack import Resources
from tests.crash.transport import Call, Kill, Killed, Transport, account
from tests.e2e.harness import STACK
from tests.e2e.tables.snapshot_sharing import archived
from tests.fakes import FakeClock

PRUNING = Deletion(limit=99)


@dataclass(frozen=True)
class Applied:
    """What an apply came to, and the plan after it."""

    planned: api.Planned
    outcome: Outcome
    again: Plan


def apply(sandbox: Sandbox, spec: Path, transport: Transport) -> Applied:
    """Plan, apply, verify."""
    stack, sources = load([str(spec)])
    reached = account(sandbox, transport)
    planned = api.make_plan(stack, reached, sources, PRUNING)
    outcome = api.apply(planned, reached, clock=FakeClock())
    again = api.verify(planned, reached, PRUNING, clock=FakeClock()) if outcome.succeeded else planned
    return Applied(planned, outcome, again.plan)


def written(resources: Resources, folder: Path) -> Path:
    """A spec file with these resources."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "stack.yaml"
    file.write_text(yaml.safe_dump({"version": 1, "stack": STACK, "resources": resources}, sort_keys=False))
    return file


@dataclass(frozen=True)
class Ground:
    """An account before an apply, the apply, and the account after it where nothing comes in between.

    ``calls``: what such an apply sends; ``first_write``: the index of the first that changes something.
    """

    sandbox: Sandbox
    spec: Path
    before: Path | None
    realism: str
    start: Picture
    end: Picture
    calls: tuple[Call, ...]

    @property
    def first_write(self) -> int:
        """The index of the first call that changes something."""
        return next(index for index, call in enumerate(self.calls) if call.is_write)

    def lay(self) -> None:
        """The account as it is before the apply."""
        _lay(self.sandbox, self.before, self.realism)

    def trouble(self, kill: Kill) -> list[str]:
        """What is wrong after an apply was killed and another one ran; nothing where all is well."""
        self.lay()
        transport = Transport(kill=kill)
        with suppress(Killed):
            apply(self.sandbox, self.spec, transport)
        if transport.dead and not any(call.is_write for call in transport.calls):
            return list(differences(self.start, picture(self.sandbox)))
        self.sandbox.settle()
        return self.finish()

    def finish(self) -> list[str]:
        """What is wrong after a plain apply of an account in any state."""
        applied = apply(self.sandbox, self.spec, Transport())
        self.sandbox.settle()
        wrong = [
            f"{item.address}: {item.operation.call}: {item.code}: {item.message}" for item in applied.outcome.failures
        ]
        if applied.outcome.succeeded and not applied.again.is_empty:
            wrong += [f"{step.address}: still to do after the apply" for step in applied.again.steps if step.operations]
        wrong += [f"{note}" for note in applied.again.notes]
        return [*wrong, *differences(self.end, picture(self.sandbox))]


def ground(
    sandbox: Sandbox, resources: Resources, folder: Path, before: Resources | None = None, realism: str = "none"
) -> Ground:
    """Where applies of a spec are killed; ``before``: what an earlier apply has made."""
    spec = written(resources, folder / "spec")
    earlier = written(before, folder / "before") if before else None
    _lay(sandbox, earlier, realism)
    start, transport = picture(sandbox), Transport()
    applied = apply(sandbox, spec, transport)
    assert applied.outcome.succeeded, applied.outcome.failures
    assert applied.again.is_empty
    sandbox.settle()
    return Ground(sandbox, spec, earlier, realism, start, picture(sandbox), tuple(transport.calls))


def _lay(sandbox: Sandbox, before: Path | None, realism: str) -> None:
    sandbox.realism("none")
    sandbox.reset()
    archived(sandbox.client)
    if before:
        assert apply(sandbox, before, Transport()).outcome.succeeded
    sandbox.realism(realism)
