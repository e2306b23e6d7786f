"""A file of limits beside the spec, for what its author must not be able to loosen. It only reads and checks."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from rds_secure.errors import Location, Problem, SpecError
from rds_secure.spec.complaints import problems_of
from rds_secure.spec.source import parse
from rds_secure.spec.transfer import Safety


def read_safety(path: Path) -> Safety:
    """The limits in a file, written as below ``safety:`` of a spec. Raises `SpecError`."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        what = f"it cannot be read: {error.strerror}"
        raise SpecError([Problem(what, "name a file of limits", Location(str(path), 1, 1))]) from error
    source, problems = parse(raw, str(path))
    if source is None or problems:
        raise SpecError(problems)
    try:
        return Safety.model_validate(source.data)
    except ValidationError as error:
        raise SpecError(problems_of(error, Safety, source, (), source.data)) from error
