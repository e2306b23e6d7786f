"""Reads `reference.tsv`, service by service, when one is first asked for. `tests/authorization/renew.py` writes it.

Lines of the file: ``#`` a remark; ``=`` prefixes of services, ``+`` other prefixes of condition keys; ``@`` begins the
block of a service. In a block: ``?`` a condition key and its type, ``%`` a type of resources, its ARN and its keys;
any other line is an action, its level, its types (``*`` behind one: always one of these) and its keys. Keys are numbers
of the ``?`` lines before; one that begins with a colon has the prefix of the service.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from rds_secure.authorization.keys import GLOBAL
from rds_secure.authorization.model import Action, Level, ResourceType, Service, key_fits

_FILE = Path(__file__).with_name("reference.tsv")


@dataclass(frozen=True)
class Reference:
    """``date`` (``2026-10-27``) is the day of the data. ``prefixes``: of all services that AWS has."""

    date: str
    prefixes: frozenset[str]
    key_prefixes: frozenset[str]
    _blocks: Mapping[str, str]
    _read: dict[str, Service] = field(default_factory=dict, compare=False)

    @property
    def services(self) -> tuple[str, ...]:
        """The prefixes of the services whose actions are known."""
        return tuple(self._blocks)

    def service(self, prefix: str) -> Service | None:
        """A service whose actions are known; case is ignored."""
        name = prefix.lower()
        if name not in self._read and name in self._blocks:
            self._read[name] = _service(name, self._blocks[name].splitlines())
        return self._read.get(name)

    def action(self, name: str) -> Action | None:
        """An action by its full name (``rds:DeleteDBInstance``)."""
        prefix, _, rest = name.partition(":")
        service = self.service(prefix)
        return service.actions.get(rest.lower()) if service else None

    def key_type(self, key: str) -> str | None:
        """The type of a condition key (``String``, ``ArrayOfString``, …); None for one that AWS does not have.

        "" is one of which that cannot be told: of a service that is not in the table, or of an identity provider.
        """
        for known, kind in self._everywhere.items():
            if key_fits(known, key):
                return kind
        prefix = key.lower().partition(":")[0]
        if prefix == "aws":
            return None
        for service in self._with_keys(prefix):
            for known, kind in service.keys.items():
                if key_fits(known, key):
                    return kind
        told = prefix in self._blocks or not (prefix in self.prefixes | self.key_prefixes or "." in prefix)
        return None if told else ""

    @cached_property
    def _everywhere(self) -> Mapping[str, str]:
        return {key.lower(): kind for key, kind in GLOBAL.items()}

    def _with_keys(self, prefix: str) -> Iterable[Service]:
        """The services that may define keys with a prefix: federation is in the block of STS."""
        own = self.service(prefix)
        others = [self.service("sts")] if own is None or prefix == "sts" else [own, self.service("sts")]
        return [service for service in others if service]


@cache
def reference() -> Reference:
    """The reference that comes with this package; it is read once."""
    return parse(_FILE.read_text(encoding="utf-8"))


def parse(text: str) -> Reference:
    """The reference from its file. Raises ValueError if its head is not as it should be."""
    head, *blocks = text.split("\n@")
    lines = head.splitlines()
    dates = [line.rpartition(" ")[2] for line in lines if line.startswith("# as of ")]
    if len(dates) != 1:
        raise ValueError("the reference does not say as of when it is")
    named = {mark: frozenset(_words(lines, mark)) for mark in "=+"}
    by_name = {name: rest for name, _, rest in (block.partition("\n") for block in blocks)}
    return Reference(dates[0], named["="], named["+"], by_name)


def _words(lines: Iterable[str], mark: str) -> Iterable[str]:
    return (word for line in lines if line.startswith(mark) for word in line[1:].split())


def _service(prefix: str, lines: Sequence[str]) -> Service:
    keys: list[tuple[str, str]] = []
    types: dict[str, ResourceType] = {}
    actions: dict[str, Action] = {}
    for line in lines:
        first, *rest = line.split("\t")
        if line.startswith("?"):
            keys.append((_key(prefix, first[1:]), rest[0]))
        elif line.startswith("%"):
            types[first[1:]] = ResourceType(first[1:], rest[0], _keys(keys, rest[1]))
        else:
            level, of, own = rest
            named = of.split()
            names = tuple(name.removesuffix("*") for name in named)
            required = frozenset(name.removesuffix("*") for name in named if name.endswith("*"))
            all_keys = _keys(keys, own).union(*(types[name].keys for name in names))
            actions[first.lower()] = Action(first, Level(level), names, required, all_keys)
    return Service(prefix, actions, types, dict(keys))


def _key(prefix: str, written: str) -> str:
    return f"{prefix}{written}".lower() if written.startswith(":") else written.lower()


def _keys(keys: Sequence[tuple[str, str]], numbers: str) -> frozenset[str]:
    return frozenset(keys[int(number)][0] for number in numbers.split())
