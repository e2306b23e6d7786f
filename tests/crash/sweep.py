"""Kills an apply at every single call, in three ways, and tells what the next apply, or the way back, made of it.

``python -m tests.crash.sweep create`` (``change``, ``migrate``, or ``back``, where a migration is taken back after it
was killed) takes a quarter of an hour; ``--part 1/4`` does a fourth of it, ``--sample 30`` that many instants,
``--realism all`` lets AWS take its time. It ends with 1 if anything
is wrong.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from rds_secure.sandbox import Sandbox
from rds_secure.sandbox.server import serve_in_thread
from tests.crash.back import trouble_back
from tests.crash.process import Ground, ground
from tests.crash.stack import EVERYTHING, PLAIN, changed, migrated
from tests.crash.transport import Kill, Way

SCENARIOS = {
    "create": (EVERYTHING, None),
    "change": (changed(), EVERYTHING),
    "migrate": (migrated(), PLAIN),
    "back": (migrated(), PLAIN),
}
"""Name → what is applied, and what was before."""


def laid(sandbox: Sandbox, scenario: str, folder: Path, realism: str) -> Ground:
    """The account that the applies of a scenario are killed in."""
    resources, before = SCENARIOS[scenario]
    return ground(sandbox, resources, folder, before, realism)


def instants(found: Ground) -> list[Kill]:
    """Every call that an apply sends, three ways, in the order in which they went out."""
    return [Kill(call, way) for call in found.calls for way in Way]


def sample(kills: Sequence[Kill], size: int, seed: int = 0) -> list[Kill]:
    """Some of the instants from the first write on: every way alike, spread over all of the apply."""
    first = next(index for index, kill in enumerate(kills) if kill.call.is_write)
    drawn = random.Random(seed)
    later = kills[first:]
    strides = [later[len(later) * number // size : len(later) * (number + 1) // size] for number in range(size)]
    ways = [list(Way)[number % len(Way)] for number in range(size)]
    return [
        drawn.choice([kill for kill in stride if kill.way is way]) for stride, way in zip(strides, ways, strict=True)
    ]


def main(words: Sequence[str] | None = None) -> int:
    """Sweep, and print a table."""
    asked = argparse.ArgumentParser(prog="python -m tests.crash.sweep")
    asked.add_argument("scenario", choices=SCENARIOS)
    asked.add_argument("--realism", default="none")
    asked.add_argument("--sample", type=int)
    asked.add_argument("--part", default="1/1")
    given = asked.parse_args(words)
    part, parts = map(int, given.part.split("/"))
    with serve_in_thread() as sandbox, tempfile.TemporaryDirectory() as folder:
        found = laid(sandbox, given.scenario, Path(folder), given.realism)
        every = instants(found)
        kills = (sample(every, given.sample) if given.sample else every)[part - 1 :: parts]
        trouble = partial(trouble_back, found) if given.scenario == "back" else found.trouble
        troubles = {kill: trouble(kill) for kill in _told(kills)}
    for line in table(troubles):
        sys.stdout.write(f"{line}\n")
    return int(any(troubles.values()))


def table(troubles: dict[Kill, list[str]]) -> Iterator[str]:
    """A line for each action: how many instants, and after how many the next apply made everything right."""
    swept, right = Counter[str](), Counter[str]()
    for kill, trouble in troubles.items():
        name = f"{kill.call.service} {kill.call.action}"
        swept[name] += 1
        right[name] += not trouble
    for name in sorted(swept):
        yield f"{name:<55} {swept[name]:>5} {right[name]:>5}"
    yield f"{'all':<55} {swept.total():>5} {right.total():>5}"
    for kill, trouble in troubles.items():
        yield from (f"{kill}: {line}" for line in trouble)


def _told(kills: Sequence[Kill]) -> Iterator[Kill]:
    for number, kill in enumerate(kills, 1):
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{number} of {len(kills)}")
        yield kill


if __name__ == "__main__":
    raise SystemExit(main())
