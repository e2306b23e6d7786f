"""Applies over a hostile network: throttled, broken, cut off. One apply must get there, with calls bounded.

``python -m tests.crash.seeds`` runs 50 seeds in some five minutes, and ends with 1 if anything is wrong;
``--scenario migrate`` the same for the migration of a database.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rds_secure.sandbox.server import serve_in_thread
from tests.crash.network import hostile
from tests.crash.picture import differences, picture
from tests.crash.process import Ground, apply, ground
from tests.crash.stack import EVERYTHING, PLAIN, migrated
from tests.crash.transport import Transport

BOUND = 4
"""How many times the attempts of an apply that nothing hinders it may take: 1.8 for each call that has to be repeated,
and twice that for looking at the account anew."""


def trouble(found: Ground, seed: int) -> tuple[list[str], int]:
    """What is wrong after an apply over such a network, and how many attempts it took."""
    found.lay()
    transport = Transport(meddle=hostile(seed))
    applied = apply(found.sandbox, found.spec, transport)
    found.sandbox.settle()
    wrong = [f"{item.address}: {item.operation.call}: {item.code}" for item in applied.outcome.failures]
    if applied.outcome.succeeded and not applied.again.is_empty:
        wrong.append("something is left to do")
    if len(transport.calls) > BOUND * len(found.calls):
        wrong.append(f"{len(transport.calls)} attempts, and {len(found.calls)} calls")
    return [*wrong, *differences(found.end, picture(found.sandbox))], len(transport.calls)


def main(words: Sequence[str] | None = None) -> int:
    """Run the seeds, and tell of each."""
    asked = argparse.ArgumentParser(prog="python -m tests.crash.seeds")
    asked.add_argument("--first", type=int, default=0)
    asked.add_argument("--count", type=int, default=50)
    asked.add_argument("--scenario", choices=("create", "migrate"), default="create")
    given = asked.parse_args(words)
    resources, before = (EVERYTHING, None) if given.scenario == "create" else (migrated(), PLAIN)
    bad, attempts = 0, []
    with serve_in_thread() as sandbox, tempfile.TemporaryDirectory() as folder:
        found = ground(sandbox, resources, Path(folder), before, realism="all")
        for seed in range(given.first, given.first + given.count):
            wrong, sent = trouble(found, seed)
            attempts.append(sent)
            bad += bool(wrong)
            for line in wrong:
                sys.stdout.write(f"seed {seed}: {line}\n")
                sys.stdout.flush()
    told = f"{min(attempts)} to {max(attempts)} attempts for {len(found.calls)} calls"
    sys.stdout.write(f"{given.count - bad} of {given.count} are right; {told}\n")
    return int(bool(bad))


if __name__ == "__main__":
    raise SystemExit(main())
