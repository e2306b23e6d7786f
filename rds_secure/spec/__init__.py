"""Specs: files to text to a checked stack, with a position for every value. Nothing here calls AWS."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from rds_secure.errors import Problem, SpecError, UsageError
from rds_secure.interpolation import KEY
from rds_secure.spec import files
from rds_secure.spec.environment import Environment
from rds_secure.spec.source import Source
from rds_secure.spec.stack import Stack, build, collected

__all__ = ["Environment", "Source", "Stack", "build", "load", "named"]


def named(name: str) -> Stack:
    """A stack of that name without resources. Raises `UsageError` for what is no name."""
    if not re.fullmatch(KEY, name):
        raise UsageError(f"{name!r} is not a stack name: use lower-case letters, digits and hyphens, a letter first")
    return Stack(name, None, None, {}, {})


def load(paths: Sequence[str | Path]) -> tuple[Stack, tuple[Source, ...]]:
    """The stack that files or a folder declare, and its sources. Raises `SpecError` with all problems."""
    sources, problems = files.load(paths)
    if not problems:
        return build(sources), sources
    more: tuple[Problem, ...] = ()
    try:
        build(sources, complete=False)
    except SpecError as error:
        more = error.problems
    raise SpecError(collected(problems, more))
