"""The spec reference in the README, made from the kinds; ``python -m rds_secure.spec.reference`` renews it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
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
_COMMON = {name for part in (ResourceSpec, Named, Tagged) for name in part.model_fields}


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


def _kind(kind: Kind[Any]) -> Iterator[str]:
    yield f"<details><summary><code>{kind.name}</code>: {kind.title}</summary>"
    yield ""
    yield f"| {' | '.join(_COLUMNS)} |"
    yield f"|{'---|' * len(_COLUMNS)}"
    yield from _rows(kind.spec, "")
    yield ""
    exports = ", ".join(f"`{name}` ({what})" for name, what in kind.exports.items())
    yield f"A reference may ask for: {exports}."
    yield ""
    yield "</details>"
    yield ""


def _rows(spec: type[BaseModel], prefix: str) -> Iterator[str]:
    ordered = sorted(spec.model_fields.items(), key=lambda item: _rank(spec, item[0]))
    for name, info in ordered:
        shown = f"{prefix}{info.alias or name}"
        marker = next((item for item in info.metadata if isinstance(item, Field)), Field(Mode.META))
        cells = (
            f"`{shown}`",
            f"{info.description or ''}{_choices(info.annotation)}",
            _default(info.default, required=info.is_required()),
            _treatment(marker),
            _code(marker.create) + (f" ({_code(marker.change)})" if marker.change not in ("", marker.create) else ""),
            _code(marker.read),
            _code(marker.terraform),
        )
        yield f"| {' | '.join(_escaped(cell) for cell in cells)} |"
        for part in _parts(info.annotation):
            yield from _rows(part, f"{shown}{_INSIDE.get(get_origin(info.annotation), '')}.")


def _rank(spec: type[BaseModel], name: str) -> int:
    """A kind's own fields first, then those that it shares with similar kinds; what every kind has comes last."""
    return 0 if name in spec.__annotations__ else 2 if name in _COMMON else 1


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


def _treatment(marker: Field) -> str:
    effect = {"window": ", in the window", "now": ", at once", "reboot": ", after a reboot"}.get(marker.applies, "")
    return f"{marker.mode}{effect}"


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
