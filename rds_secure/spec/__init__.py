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

__all__ = ["Environment", "Source", "Stack", "build", "load", "load_each", "named"]


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
    raise SpecError(collected(problems, _more(sources)))


def load_each(paths: Sequence[str | Path]) -> tuple[tuple[Stack, tuple[Source, ...]], ...]:
    """Every stack that files or folders declare, with its sources. Raises `SpecError` with all problems of all."""
    listed, problems = files.load_each(paths)
    if not problems:
        built: list[tuple[Stack, tuple[Source, ...]]] = []
        more: list[Problem] = []
        for sources in listed:
            try:
                built.append((build(sources), sources))
            except SpecError as error:
                more += error.problems
        if not more:
            return tuple(built)
        raise SpecError(more)
    raise SpecError(collected(problems, tuple(problem for sources in listed for problem in _more(sources))))


def _more(sources: Sequence[Source]) -> tuple[Problem, ...]:
    """What is wrong with as much of a stack as could be read."""
    try:
        build(sources, complete=False)
    except SpecError as error:
        return error.problems
    return ()
