"""What an audit of a trail costs, and whether it finds what is planted: CPU seconds, to look at.

    python -m tests.bench.trail [--events 100000]

Ends with 1 where something planted is not found, something else is, or it takes more than 10 s of CPU.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from time import process_time

from rds_secure.audit.trail.files import Folder
from rds_secure.audit.trail.judge import judge
from tests.audit.generated import JUDGED_BY, found_in, trail

SECONDS = 10.0


def main() -> int:
    parser = argparse.ArgumentParser(description="What an audit of a trail costs.")
    parser.add_argument("--events", type=int, default=100_000)
    given = parser.parse_args()
    with TemporaryDirectory() as name:
        expected = trail(Path(name), given.events)
        start = process_time()
        seen = judge(Folder(Path(name)).records(), JUDGED_BY)
        found = found_in(seen)
        took = process_time() - start
    print(f"{seen.events} events in {took:.2f} s of CPU, {took / seen.events * 1e6:.0f} µs each")  # noqa: T201
    print(f"at most {getrusage(RUSAGE_SELF).ru_maxrss / 1024:.0f} MB of memory")  # noqa: T201
    print(f"planted {len(expected)}, not found {expected - found or 0}, false {found - expected or 0}")  # noqa: T201
    return int(found != expected or took > SECONDS)


if __name__ == "__main__":
    sys.exit(main())
