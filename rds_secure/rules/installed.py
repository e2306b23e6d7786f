"""Rules of other packages: what installed distributions give by the entry point group `rds_secure.rules`.

    [project.entry-points."rds_secure.rules"]
    acme = "acme_rules:RULES"          # a tuple of Rule, each with an id such as acme/owner-tag

Nothing is ever taken from the working folder or from where a spec lies: who changes a spec could change it too.
"""

from __future__ import annotations

import os
import re
import site
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import Distribution, EntryPoint, distributions
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from rds_secure.errors import Problem, SpecError
from rds_secure.finding import Severity, State
from rds_secure.rules.model import Context, Decide, Of, Profile, Rule, Subject, Verdict
from rds_secure.rules.table import RULES

GROUP = "rds_secure.rules"
_WORD = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
_STATES = (State.PASS, State.FAIL, State.UNKNOWN, State.NOT_APPLICABLE)
_TEXTS = ("title", "why", "fix", "good", "bad")


@dataclass(frozen=True, slots=True)
class Installed:
    """The rules of installed packages, and the names of those packages."""

    rules: tuple[Rule, ...] = ()
    names: frozenset[str] = frozenset()

    @property
    def table(self) -> tuple[Rule, ...]:
        """Those, after our own."""
        return (*RULES, *self.rules)


@dataclass(frozen=True, slots=True)
class Guarded:
    """A rule of somebody else's, as it is asked: where it fails itself, that is its verdict. ``broken``: which one."""

    decide: Decide
    package: str
    broken: State = State.UNKNOWN

    def __call__(self, subject: Subject, context: Context) -> Verdict:
        try:
            verdict = self.decide(subject, context)
        except (Exception, SystemExit) as error:
            return self._broken(f"raised {type(error).__name__}")
        if not isinstance(verdict, Verdict) or verdict.state not in _STATES or not isinstance(verdict.message, str):
            return self._broken("gave no verdict")
        return verdict

    def _broken(self, how: str) -> Verdict:
        return Verdict(self.broken, f"the rule itself {how}, which is a mistake in the package {self.package}")


def load(folders: Iterable[str | Path] = ()) -> Installed:
    """The rules of all installed packages. ``folders``: where specs lie; nothing is taken from there, nor from the
    working folder. Raises `SpecError` with all that is wrong with them."""
    barred = tuple(os.path.realpath(folder) for folder in (Path.cwd(), *folders))
    problems: list[Problem] = []
    given: dict[str, tuple[Rule, ...]] = {}
    names: dict[str, str] = {}
    for package, distribution, point in sorted(_points(), key=lambda each: (each[2].name, each[0])):
        if names.setdefault(point.name, package) != package:
            fix = "uninstall one of the two"
            problems.append(Problem(f"the packages {names[point.name]} and {package} both give {point.name!r}", fix))
        elif wrong := _misplaced(package, distribution, point, barred):
            problems.append(wrong)
        elif isinstance(found := _value(package, point, barred), Problem):
            problems.append(found)
        else:
            problems += (Problem(f"{package}: {what}", "correct the package") for what in _wrong(point.name, found))
            given[package] = tuple(found) if isinstance(found, tuple | list) else ()
    if problems:
        raise SpecError(problems)
    rules = (replace(rule, decide=Guarded(rule.decide, package)) for package, each in given.items() for rule in each)
    return Installed(tuple(rules), frozenset(given))


def _points() -> Iterator[tuple[str, Distribution, EntryPoint]]:
    """The entry points of the group; of a package that is found twice, the one that Python imports."""
    seen = set()
    for distribution in distributions():
        package = distribution.metadata["Name"] or "?"
        if package not in seen:
            yield from ((package, distribution, point) for point in distribution.entry_points.select(group=GROUP))
        seen.add(package)


def _misplaced(package: str, distribution: Distribution, point: EntryPoint, barred: tuple[str, ...]) -> Problem | None:
    """Whether a package, or its code, lies where whoever changes a spec could put it."""
    places = [str(distribution.locate_file(""))]
    with _without(barred):
        try:
            spec = find_spec(point.module.partition(".")[0])
        except (ImportError, ValueError):
            spec = None
    if spec:
        places += [spec.origin] if spec.origin else []
        places += spec.submodule_search_locations or []
    for place in places:
        if _is_barred(place, barred):
            what = f"the rules of the package {package} lie in {os.path.realpath(place)}"
            fix = "install it into an environment: nothing is taken from the working folder, nor from beside a spec"
            return Problem(what, fix)
    return None


def _value(package: str, point: EntryPoint, barred: tuple[str, ...]) -> Any:
    with _without(barred):
        try:
            return point.load()
        except (Exception, SystemExit) as error:
            what = f"the rules of the package {package} cannot be loaded: {point.value} raised {type(error).__name__}"
            return Problem(what, "correct the package, or uninstall it")


class _without:  # noqa: N801 - reads as a word
    """Imports see no folder that is barred."""

    def __init__(self, barred: tuple[str, ...]) -> None:
        self._barred, self._path = barred, list[str]()

    def __enter__(self) -> None:
        self._path = list(sys.path)
        sys.path[:] = [entry for entry in sys.path if not _is_barred(entry, self._barred)]

    def __exit__(self, *exception: object) -> None:
        sys.path[:] = self._path


def _is_barred(place: str, barred: tuple[str, ...]) -> bool:
    """Whether a place is in one of these folders, and in no environment that lies in it (``.venv``)."""
    real = os.path.realpath(place)
    if any(_is_in(real, each) for each in _environments()):
        return False
    return any(_is_in(real, folder) for folder in barred)


def _is_in(place: str, folder: str) -> bool:
    return place == folder or place.startswith(folder.rstrip(os.sep) + os.sep)


def _environments() -> set[str]:
    """The folders into which packages are installed for this Python."""
    paths = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages()]
    if site.ENABLE_USER_SITE:
        paths.append(site.getusersitepackages())
    return {os.path.realpath(path) for path in paths}


def _wrong(prefix: str, value: Any) -> Iterator[str]:
    """What is wrong with what an entry point gives."""
    if not re.fullmatch(_WORD, prefix):
        yield f"the entry point {prefix!r} begins the ids of its rules: it has lower-case words and hyphens only"
    elif not isinstance(value, tuple | list) or not all(isinstance(rule, Rule) for rule in value):
        yield f"the entry point {prefix!r} gives no tuple of rds_secure.rules.Rule"
    else:
        ids = [rule.id for rule in value]
        yield from (f"there are two rules {name!r}" for name in sorted({name for name in ids if ids.count(name) > 1}))
        for rule in value:
            yield from (f"rule {rule.id!r}: {what}" for what in _incomplete(prefix, rule))


def _incomplete(prefix: str, rule: Rule) -> Iterator[str]:
    if not (isinstance(rule.id, str) and re.fullmatch(rf"{re.escape(prefix)}/{_WORD}", rule.id)):
        yield f"its id is not {prefix}/ and lower-case words with hyphens"
    for name in _TEXTS:
        text = getattr(rule, name)
        if not (isinstance(text, str) and text.strip()):
            yield f"it has no {name!r}"
    for name in ("good", "bad"):
        if not _is_yaml(getattr(rule, name)):
            yield f"its {name!r} is no YAML"
    if not (isinstance(rule.of, tuple) and rule.of and all(isinstance(each, Of) for each in rule.of)):
        yield "its 'of' is no tuple of rds_secure.rules.Of"
    if not (isinstance(rule.severity, Severity) and isinstance(rule.profile, Profile) and callable(rule.decide)):
        yield "it needs a 'severity', a 'profile' and a 'decide'"


def _is_yaml(text: Any) -> bool:
    try:
        return yaml.safe_load(str(text)) is not None
    except yaml.YAMLError:
        return False
