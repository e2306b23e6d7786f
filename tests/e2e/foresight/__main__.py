"""Tries many worlds: `python -m tests.e2e.foresight N [SEED]`. Exit 1 where anything differs."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from rds_secure.sandbox.server import serve_in_thread
from tests.e2e.foresight.compare import differences, misjudged
from tests.e2e.foresight.trial import ROWS, Refused, seen
from tests.e2e.harness import Recorder, connect


def main(count: int, first: int) -> int:
    """Try ``count`` worlds, from this seed on; the number of those that differ."""
    wrong, steps, refused = 0, 0, 0
    with serve_in_thread() as sandbox, tempfile.TemporaryDirectory() as folder:
        account = connect(sandbox, Recorder())
        for seed in range(first, first + count):
            sandbox.reset()
            sandbox.realism(ROWS)
            try:
                for number, each in enumerate(seen(account, Path(folder), seed)):
                    steps += 1
                    if found := (*differences(each), *misjudged(each)):
                        wrong += 1
                        sys.stdout.write(f"seed {seed}, step {number}: {len(found)} differences\n")
                        sys.stdout.write("".join(f"  {line}\n" for line in found[:12]))
            except Refused as error:
                refused += 1
                sys.stdout.write(f"seed {seed}: refused: {error}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{steps} applies, {wrong} differ, {refused} plans refused\n")
    return wrong


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)))
