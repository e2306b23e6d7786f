"""Engine versions as text: prefixes, order, major versions and parameter group families (RDS-6). Knows no version list.

Aurora MySQL writes versions in several ways: ``8.0.mysql_aurora.3.05.2`` is also ``3.05.2``, and
``8.4.mysql_aurora.8.4.7`` is also ``8.4.7``. All are understood.
"""

from __future__ import annotations

import re

from rds_secure.engines.engine import ENGINES, Engine

_AURORA = "mysql_aurora"
_AURORA_MAJORS = {"1": "5.6", "2": "5.7", "3": "8.0"}
"""Aurora MySQL's own major version → the MySQL version it speaks, up to 8.4, where the two became one."""


def family(engine: str, version: str) -> str | None:
    """The parameter group family of a version: ``postgres16``, ``mysql8.0``, ``sqlserver-se-15.0``, ``oracle-ee-19``.

    None for an unknown engine, and for a version too short to tell (``8`` of MySQL may be 8.0 or 8.4).
    """
    facts = ENGINES.get(engine)
    numbers = _major_numbers(facts, version) if facts else None
    if facts is None or numbers is None:
        return None
    return f"{engine}{facts.family_separator}{'.'.join(str(int(number)) for number in numbers)}"


def engine_of_family(family: str) -> str | None:
    """The engine a parameter group family belongs to; None for a name that is no family's."""
    return next((name for name, engine in ENGINES.items() if family_version(engine, family) is not None), None)


def family_version(engine: Engine, family: str) -> tuple[int, ...] | None:
    """The version in the name of one of the engine's families, as numbers; None if it is not one of them."""
    rest = family.removeprefix(engine.name + engine.family_separator)
    if rest == family or not re.fullmatch(r"\d+(\.\d+)?", rest):
        return None
    return tuple(int(number) for number in rest.split("."))


def major(engine: str, version: str) -> str:
    """The major version as option groups name it: ``16``, ``8.0``, ``15.00``, ``19``.

    Raises ValueError for an unknown engine or a version too short to tell.
    """
    facts = ENGINES.get(engine)
    numbers = _major_numbers(facts, version) if facts else None
    if numbers is None:
        raise ValueError(f"{engine} {version}: no major version can be told from this")
    return ".".join(numbers)


def signs_in_by_iam(engine: str, version: str) -> bool:
    """Whether a version can authenticate IAM principals; one too short to tell is taken for a late one."""
    facts = ENGINES.get(engine)
    numbers = _major_numbers(facts, version) if facts else None
    if facts is None or not facts.iam_auth:
        return False
    return numbers is None or tuple(map(int, numbers)) >= facts.iam_since


def matches(wanted: str, live: str) -> bool:
    """Whether a version is the wanted one, or a later part of it: 16 matches 16.3, and 16.1 does not match 16.10."""
    prefix, parts = _parts(wanted, aurora=_AURORA in live), _parts(live)
    return bool(prefix) and parts[: len(prefix)] == prefix


def satisfies(engine: str, wanted: str, live: str, minor_upgrades: bool) -> bool:
    """Whether a live version is in sync with a written one (RDS-6).

    It matches, or AWS has moved it on to a newer minor version of the same major one, where that is switched on.
    """
    if matches(wanted, live):
        return True
    return minor_upgrades and not is_major_change(engine, wanted, live) and compare_versions(wanted, live) < 0


def is_major_change(engine: str, old: str, new: str) -> bool:
    """Whether two versions have different major versions; what is too short to tell is taken for the same.

    Raises ValueError for an unknown engine.
    """
    facts = ENGINES.get(engine)
    if facts is None:
        raise ValueError(f"{engine!r} is no engine")
    before, after = _leading(facts, old), _leading(facts, new)
    return any(int(one) != int(other) for one, other in zip(before, after, strict=False))


def compare_versions(one: str, other: str) -> int:
    """-1, 0 or 1, by number where there are numbers: 16.9 < 16.10, 5.7.44 < 5.7.44-rds.20240408."""
    aurora = _AURORA in one or _AURORA in other
    before, after = _parts(one, aurora=aurora), _parts(other, aurora=aurora)
    return (before > after) - (before < after)


def _parts(version: str, *, aurora: bool = False) -> tuple[tuple[int, str], ...]:
    """The numbers and words of a version, so that they can be compared; a word comes before every number."""
    text = _aurora_form(version) if aurora else version
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.findall(r"\d+|[^\d.-]+", text))


def _aurora_form(version: str) -> str:
    """The long form of an Aurora MySQL version; a bare MySQL version such as ``8.0`` stays."""
    numbers = version.split(".")
    if _AURORA in numbers:
        return version
    if numbers[0] in _AURORA_MAJORS:
        return f"{_AURORA_MAJORS[numbers[0]]}.{_AURORA}.{version}"
    return f"{numbers[0]}.{numbers[1]}.{_AURORA}.{version}" if len(numbers) > 2 else version


def _major_numbers(engine: Engine, version: str) -> list[str] | None:
    """The numbers of the major version as they are written; None when there are too few."""
    numbers = _leading(engine, version)
    return numbers if numbers and len(numbers) == _length(engine, numbers[0]) else None


def _leading(engine: Engine, version: str) -> list[str]:
    """The numbers that a version begins with, as far as they belong to the major version."""
    numbers = (_aurora_form(version) if engine.name == "aurora-mysql" else version).split(".")
    kept = numbers[: _length(engine, numbers[0])]
    return kept if all(number.isdecimal() for number in kept) else []


def _length(engine: Engine, first: str) -> int:
    single = engine.single_major_from
    return 1 if single is not None and first.isdecimal() and int(first) >= single else 2
