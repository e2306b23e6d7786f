"""Kinds and their fields in words: what each is, where AWS has it, and which rules it decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rds_secure.kind import Kind
from rds_secure.rules import Rule
from rds_secure.rules.model import KINDS
from rds_secure.spec.reference import Documented, documented

_WHEN = {
    "now": "at once",
    "window": "in the next maintenance window, or at once if 'when: now' is written",
    "reboot": "after a reboot",
    "call": "at once, by calls of its own",
    "never": "never: AWS does not change it",
}
"""`Field.applies` → when a change of a field takes effect."""


def kinds_listed(kinds: Iterable[Kind[Any]]) -> str:
    """One line for each."""
    return "\n".join(f"{kind.name:<26} {kind.title}" for kind in kinds)


def kind_explained(kind: Kind[Any], rules: Iterable[Rule]) -> str:
    """A kind: its fields, what others may refer to, and the rules about it."""
    return "\n".join(_kind(kind, [rule for rule in rules if _is_about(rule, kind.name)]))


def _kind(kind: Kind[Any], rules: Sequence[Rule]) -> Iterator[str]:
    yield f"{kind.name} · {kind.title}"
    yield ""
    for each in documented(kind.spec):
        default = f" [{each.default.strip('`')}]" if each.default else ""
        yield f"  {each.path:<30} {_first(each.text)}{default}"
    yield ""
    yield "A reference may ask for: " + ", ".join(f"{name} ({what})" for name, what in kind.exports.items())
    if rules:
        yield f"Rules about it: {', '.join(rule.id for rule in rules)}"


def _first(text: str) -> str:
    """The first sentence."""
    end = text.find(". ")
    return text if end < 0 else text[: end + 1]


def fields_named(kind: Kind[Any], path: str) -> tuple[Documented, ...]:
    """The fields of a kind that a path means, ``ingress[].port`` or ``ingress.port``."""
    return tuple(each for each in documented(kind.spec) if _bare(each.path) == _bare(path))


def _bare(path: str) -> str:
    return path.replace("[]", "").replace(".*", "").lower()


def field_explained(kind: Kind[Any], field: Documented, rules: Iterable[Rule]) -> str:
    """All that there is to say of one field."""
    return "\n".join(_field(kind, field, rules))


def _field(kind: Kind[Any], field: Documented, rules: Iterable[Rule]) -> Iterator[str]:
    marker = field.marker
    yield f"{kind.name}.{field.path} · {field.treatment}"
    yield field.text
    yield ""
    told = {
        "Left out": "no, it has to be written" if field.default == "required" else field.default.strip("`"),
        "AWS": marker.create,
        "Changed by": marker.change if marker.change != marker.create else "",
        "Read from": marker.read,
        "Terraform": marker.terraform,
        "A change takes effect": _WHEN[marker.applies] if marker.create or marker.change else "",
    }
    yield from (f"{what}: {value}" for what, value in told.items() if value)
    if decided := [rule for rule in rules if _is_about(rule, kind.name) and rule.field == field.path]:
        yield ""
        yield "Rules that it decides:"
        yield from (f"  {rule.id:<26} {rule.severity!s:<9} {rule.title}" for rule in decided)


def _is_about(rule: Rule, kind: str) -> bool:
    return any(kind in KINDS.get(of, ()) for of in rule.of)
