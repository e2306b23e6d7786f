"""What there is to say of every field of a spec, and the reference in the README that is made of it.

``python -m rds_secure.spec.reference`` renews that.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from rds_secure import resources
from rds_secure.fields import Field, Mode, Named, ResourceSpec, Tagged
from rds_secure.kind import Kind

BEGIN, END = "<!-- spec reference: begin -->", "<!-- spec reference: end -->"
_INSIDE: dict[Any, str] = {tuple: "[]", dict: ".*"}
_COLUMNS = ("field", "what", "default", "on change", "AWS parameter (change)", "read from", "Terraform")


def reference() -> str:
    """The reference of every kind, as Markdown."""
    return "\n".join(line for kind in resources.KINDS for line in _kind(kind))


def insert(readme: str) -> str:
    """A README with its reference brought up to date; ValueError where the marks are missing."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the README lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n\n{reference()}\n{END}{after}"


def of_kind(kind: Kind[Any]) -> str:
    """The reference of one kind, as Markdown."""
    return "\n".join(_kind(kind))


def _kind(kind: Kind[Any]) -> Iterator[str]:
    yield f"<details><summary><code>{kind.name}</code>: {kind.title}</summary>"
    yield ""
    yield f"| {' | '.join(_COLUMNS)} |"
    yield f"|{'---|' * len(_COLUMNS)}"
    yield from _rows(kind.spec)
    yield ""
    exports = ", ".join(f"`{name}` ({what})" for name, what in kind.exports.items())
    yield f"A reference may ask for: {exports}."
    yield ""
    yield "</details>"
    yield ""


_COMMON = {*Named.model_fields, *Tagged.model_fields, *ResourceSpec.model_fields}


def _place(spec: type[BaseModel], name: str) -> int:
    """What is new in a spec comes first, then what it shares with some, and last what every kind has."""
    if name in _COMMON and name not in spec.__annotations__:
        return 2
    return int(any(name in getattr(base, "model_fields", ()) for base in spec.__mro__[1:]))


@dataclass(frozen=True, slots=True)
class Documented:
    """A field. ``path``: as a spec has it, ``ingress[].port``; ``text``: what it is, and what can be chosen.

    ``default``: what holds where it is left out, "" for nothing; ``marker``: where AWS has it, and how we treat it.
    """

    path: str
    text: str
    default: str
    marker: Field

    @property
    def top(self) -> str:
        """The field of the resource that it is, or is in."""
        return self.path.partition(".")[0].partition("[")[0]

    @property
    def treatment(self) -> str:
        """What a change of it does, and when."""
        marker = self.marker
        effect = {"window": ", in the window", "now": ", at once", "reboot": ", after a reboot"}.get(marker.applies, "")
        return f"{marker.mode}{effect}"


def documented(spec: type[BaseModel], prefix: str = "") -> Iterator[Documented]:
    """Every field of a spec, each followed by those in it; what is particular to a kind comes first."""
    for name, info in sorted(spec.model_fields.items(), key=lambda item: _place(spec, item[0])):
        shown = f"{prefix}{info.alias or name}"
        marker = next((item for item in info.metadata if isinstance(item, Field)), Field(Mode.META))
        text = f"{info.description or ''}{_choices(info.annotation)}"
        yield Documented(shown, text, _default(info.default, required=info.is_required()), marker)
        for part in _parts(info.annotation):
            yield from documented(part, f"{shown}{_INSIDE.get(get_origin(info.annotation), '')}.")


def _rows(spec: type[BaseModel]) -> Iterator[str]:
    for each in documented(spec):
        marker = each.marker
        cells = (
            f"`{each.path}`",
            each.text,
            each.default,
            each.treatment,
            _code(marker.create) + (f" ({_code(marker.change)})" if marker.change not in ("", marker.create) else ""),
            _code(marker.read),
            _code(marker.terraform),
        )
        yield f"| {' | '.join(_escaped(cell) for cell in cells)} |"


def _default(value: Any, *, required: bool) -> str:
    if required:
        return "required"
    if value is None or value is PydanticUndefined:
        return ""
    if isinstance(value, BaseModel):
        return ""
    if value in ((), {}, ""):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _choices(annotation: Any) -> str:
    words = list(_words(annotation))
    return f" One of {', '.join(map(_code, words))}." if words else ""


def _words(annotation: Any) -> Iterator[str]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return
    for argument in get_args(annotation):
        if get_origin(annotation) is Literal:
            yield argument
        else:
            yield from _words(argument)


def _parts(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _parts(argument)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _escaped(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


if __name__ == "__main__":
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "README.md")
    path.write_text(insert(path.read_text(encoding="utf-8")), encoding="utf-8")
