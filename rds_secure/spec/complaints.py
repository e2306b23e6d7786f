"""pydantic's errors in the words of a spec: what is wrong, where, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rds_secure.errors import Problem
from rds_secure.fields import Field
from rds_secure.interpolation import Invalid, shown
from rds_secure.operation import snake
from rds_secure.spec.source import Path, Source
from rds_secure.spec.suggest import closest

_LIMITS = {
    "greater_than_equal": ("ge", "less than", "at least"),
    "greater_than": ("gt", "not more than", "more than"),
    "less_than_equal": ("le", "more than", "at most"),
    "less_than": ("lt", "not less than", "less than"),
}
_SHAPES = {"model_type": "mapping", "dict_type": "mapping", "tuple_type": "list", "list_type": "list"}


def problems_of(
    error: ValidationError, spec: type[BaseModel], source: Source, base: Path, data: Any, *, complete: bool = True
) -> list[Problem]:
    """What is wrong with ``data``, which stands at ``base`` in ``source`` and does not make a ``spec``.

    A field that is there under another name is not missing as well; where not all that is written could be read
    (not ``complete``), none is.
    """
    entries = error.errors()
    wanted = {
        (*entry["loc"][:-1], _guess(str(entry["loc"][-1]), _part(spec, entry["loc"][:-1])))
        for entry in entries
        if entry["type"] == "extra_forbidden"
    }
    return [
        _problem(entry, spec, source, base, data)
        for entry in entries
        if entry["type"] != "missing" or (complete and entry["loc"] not in wanted)
    ]


def _problem(error: ErrorDetails, spec: type[BaseModel], source: Source, base: Path, data: Any) -> Problem:
    inside = _inside(error["loc"], data)
    path = (*base, *inside)
    kind = error["type"]
    if kind == "extra_forbidden":
        word = str(error["loc"][-1])
        fix = meant(word, _part(spec, error["loc"][:-1]))
        return Problem(f"there is no field {shown(word)} here", fix, source.key_at(path))
    if kind == "missing":
        name = str(error["loc"][-1])
        return Problem(f"{name!r} is missing", _hint(_part(spec, error["loc"][:-1]), name), source.at(path))
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, Invalid):
        if error["loc"][-1:] == ("[key]",):
            return Problem(f"{_label(inside[:-1])}{cause.what}", cause.fix, source.key_at(path))
        return Problem(f"{_label(inside)}{cause.what}", cause.fix, source.at((*path, *cause.path)))
    if kind in _LIMITS:
        key, compared, bound = _LIMITS[kind]
        limit = error["ctx"][key]
        return Problem(
            f"{_label(inside)}{error['input']} is {compared} {limit}", f"write {bound} {limit}", source.at(path)
        )
    if kind in ("literal_error", "enum"):
        choices = str(error["ctx"]["expected"]).replace("'", "")
        given = "this" if "password" in _label(inside) else shown(error["input"])  # no secret is ever repeated
        what = "nothing is written here" if error["input"] is None else f"{given} is not possible"
        return Problem(f"{_label(inside)}{what}", f"write {choices}", source.at(path))
    if kind == "too_short":
        return Problem(f"{_label(inside)}nothing is listed here", "write at least one", source.at(path))
    if kind in _SHAPES:
        what = f"{_label(inside)}a {_SHAPES[kind]} is needed here"
        fix = "write [item, …]" if _SHAPES[kind] == "list" else "write 'key: value' below it, one a line"
        return Problem(what, fix, source.at(path))
    return Problem(f"{_label(inside)}{error['msg']}", "correct it", source.at(path))


def _inside(loc: tuple[int | str, ...], data: Any) -> Path:
    """The part of pydantic's location that exists in the data; it names steps of its own as well."""
    found: list[str | int] = []
    for step in loc:
        listed = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if listed or (isinstance(data, Mapping) and step in data):
            data = data[step]
            found.append(step)
    return tuple(found)


def _label(path: Path) -> str:
    names = [str(step) for step in path if isinstance(step, str)]
    return f"{'.'.join(names)}: " if names else ""


def _part(spec: Any, loc: tuple[int | str, ...]) -> type[BaseModel]:
    """The spec type that a location inside ``spec`` belongs to."""
    for step in loc:
        by_alias = {info.alias or name: info for name, info in spec.model_fields.items()}
        if isinstance(step, str) and step in by_alias:
            spec = _model(by_alias[step].annotation) or spec
    part: type[BaseModel] = spec
    return part


def _model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for argument in get_args(annotation) if (found := _model(argument))), None)


def meant(word: str, spec: type[BaseModel]) -> str:
    """What to do about a field that a spec type lacks: one may be meant by its name in Terraform or in the AWS API."""
    guess = _guess(word, spec)
    if guess:
        return f"did you mean {guess!r}?"
    return f"use one of {', '.join(sorted(info.alias or name for name, info in spec.model_fields.items()))}"


def _guess(word: str, spec: type[BaseModel]) -> str | None:
    known = _names(spec)
    return known.get(word) or known.get(word.lower()) or known.get(closest(word, known) or "")


@cache
def _names(spec: type[BaseModel]) -> dict[str, str]:
    """Every name that a field goes by, here, in Terraform and in the AWS API → its name here."""
    names = {shown: shown for shown in (info.alias or name for name, info in spec.model_fields.items())}
    for name, info in spec.model_fields.items():
        for marker in info.metadata:
            if isinstance(marker, Field):
                for other in (marker.terraform, *map(_last, (marker.create, marker.change, marker.read))):
                    if other:
                        names.setdefault(other.lower(), info.alias or name)
                        names.setdefault(snake(other), info.alias or name)
    return names


def _last(path: str) -> str:
    return path.replace("[]", "").rpartition(".")[2]


def _hint(spec: type[BaseModel], name: str) -> str:
    info = next((info for field, info in spec.model_fields.items() if name in (field, info.alias)), None)
    description = " ".join((info.description or "").split()) if info else ""
    described = description.partition(". ")[0].rstrip(".").replace("`", "")
    if not re.match("[A-Z]{2}", described):
        described = described[:1].lower() + described[1:]
    return f"add it ({described})" if described else "add it"
