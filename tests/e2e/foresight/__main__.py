"""Tries many worlds: `python -m tests.e2e.foresight N [SEED]`; with N = 0 the examples. Exit 1 where any differs."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from rds_secure import api
from rds_secure.errors import RdsSecureError
from rds_secure.sandbox import Sandbox
from rds_secure.sandbox.server import serve_in_thread
from rds_secure.spec import load
from tests.e2e.foresight.compare import differences, misjudged
from tests.e2e.foresight.trial import ROWS, Refused, applied, seen
from tests.e2e.harness import EVERYTHING, PRUNING, Recorder, connect

SPECS = Path(__file__).parents[3] / "specs"


def examples(sandbox: Sandbox, account: api.Account) -> int:
    """Try every example; the number of those that differ."""
    wrong = 0
    for spec in sorted(SPECS.glob("*.yaml")):
        sandbox.reset()
        sandbox.realism(ROWS)
        stack, sources = load([str(spec)])
        for plan in (
            lambda stack=stack, sources=sources: api.make_plan(stack, account, sources, PRUNING),
            lambda stack=stack: api.make_plan(stack.emptied(), account, (), EVERYTHING),
        ):
            try:
                found = differences(applied(sandbox, account, plan))
            except (Refused, RdsSecureError, AssertionError) as error:
                sys.stdout.write(f"{spec.name}: refused: {error}\n"[:300])
                break
            wrong += bool(found)
            sys.stdout.write("".join(f"{spec.name}: {line}\n" for line in found[:12]))
            sys.stdout.flush()
    return wrong


def main(count: int, first: int) -> int:
    """Try ``count`` worlds, from this seed on; the number of those that differ."""
    wrong, steps, refused = 0, 0, 0
    with serve_in_thread() as sandbox, tempfile.TemporaryDirectory() as folder:
        account = connect(sandbox, Recorder())
        if not count:
            return examples(sandbox, account)
        for seed in range(first, first + count):
            sandbox.reset()
            try:
                for number, each in enumerate(seen(sandbox, account, Path(folder), seed)):
                    steps += 1
                    if found := (*differences(each), *misjudged(each)):
                        wrong += 1
                        sys.stdout.write(f"seed {seed}, step {number}: {len(found)} differences\n")
                        sys.stdout.write("".join(f"  {line}\n" for line in found[:12]))
            except Refused as error:
                refused += 1
                sys.stdout.write(f"seed {seed}: refused: {error}\n")
            except AssertionError as error:
                wrong += 1
                sys.stdout.write(f"seed {seed}: cannot be applied: {error}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{steps} applies, {wrong} differ, {refused} plans refused\n")
    return wrong


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)))
