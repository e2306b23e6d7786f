"""Policies, profiles and baselines on disk, and their schemas. What they mean, their own modules say."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from rds_secure.errors import Location, Problem, SpecError, UsageError
from rds_secure.rules.baseline import Baseline, BaselineFile
from rds_secure.rules.binding import of_waivers, unknown
from rds_secure.rules.policy import Policy, PolicyFile, unfit
from rds_secure.rules.profile import Chosen, ProfileFile
from rds_secure.spec import Stack
from rds_secure.spec.complaints import problems_of
from rds_secure.spec.schema import part_schema
from rds_secure.spec.source import Source, parse

P = TypeVar("P", bound=BaseModel)


def read_policy(path: Path, known: Collection[str]) -> Policy:
    """A policy; ``known``: the ids of all rules that there are. Raises `SpecError` with every problem."""
    said, source = _read(path, PolicyFile, "a policy")
    policy = Policy(said, source)
    problems = [
        *unknown(((name, source.key_at(where)) for name, where in policy.named() if where[0] != "waivers"), known),
        *of_waivers(policy.waivers, known),
        *(Problem(what, fix, at) for what, fix, at in unfit(policy)),
    ]
    if problems:
        raise SpecError(problems)
    return policy


def read_profile(path: Path, known: Collection[str]) -> Chosen:
    """A profile of one's own. Raises `SpecError` with every problem."""
    chosen = Chosen(*_read(path, ProfileFile, "a profile, that is a file that lists rules"))
    if problems := list(unknown(((name, chosen.source.at(where)) for name, where in chosen.named()), known)):
        raise SpecError(problems)
    return chosen


def read_baseline(path: Path) -> Baseline:
    """A baseline. What it has of rules that there are no longer is left alone. Raises `SpecError`."""
    said, source = _read(path, BaselineFile, "a baseline")
    return Baseline(source.file, {entry: source.at(("findings", index)) for index, entry in enumerate(said.findings)})


def write_baseline(path: Path, text: str) -> None:
    """Write a baseline. Raises `UsageError`."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error


def missing_packages(policies: Iterable[Policy], installed: Collection[str]) -> Iterator[Problem]:
    """Packages that a policy asks for, and that give no rules here."""
    have = {_normal(name) for name in installed}
    for policy in policies:
        for index, name in enumerate(policy.said.packages):
            if _normal(name) not in have:
                fix = "install it where rds-secure is installed"
                yield Problem(f"no rules of the package {name!r} are here", fix, policy.at("packages", index))


def _normal(name: str) -> str:
    """As packages are compared (PyPA specifications, "Names and normalization")."""
    return name.replace("_", "-").replace(".", "-").lower()


def beside_spec(policies: Iterable[Policy], stacks: Iterable[Stack]) -> Iterator[Problem]:
    """Policies that lie in the folder of the spec that they bind, where whoever changes the spec changes them too."""
    folders = {os.path.realpath(Path(source.file).parent) for stack in stacks for source in stack.sources.values()}
    for policy in policies:
        path = Path(policy.file)
        if {os.path.realpath(path.parent), os.path.realpath(path.resolve().parent)} & folders:
            fix = "move it to a folder, best a repository, that others answer for than those who write the spec"
            yield Problem(
                f"the policy {policy.file} lies beside the spec that it binds", fix, Location(policy.file, 1, 1)
            )


def policy_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a policy."""
    return part_schema(PolicyFile, "rds-secure policy")


def profile_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a profile."""
    return part_schema(ProfileFile, "rds-secure profile")


def baseline_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a baseline."""
    return part_schema(BaselineFile, "rds-secure baseline")


def _read(path: Path, part: type[P], what: str) -> tuple[P, Source]:
    shown = str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        problem = Problem(f"it cannot be read: {error.strerror}", f"name {what}", Location(shown, 1, 1))
        raise SpecError([problem]) from error
    if not raw.strip():
        raise SpecError([Problem("the file is empty", f"write {what}, or name another file", Location(shown, 1, 1))])
    source, problems = parse(raw, shown)
    if source is None or problems:
        raise SpecError(problems)
    try:
        return part.model_validate(source.data), source
    except ValidationError as error:
        raise SpecError(problems_of(error, part, source, (), source.data)) from error
