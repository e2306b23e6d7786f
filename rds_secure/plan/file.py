"""Plan files: a plan as it was approved, with the stack it was made from. No call is ever carried out of one.

What is applied is always planned anew, from the stack inside and from what is live; the file says what was approved
(meaning §6). There is no secret in it: a stack names the sources of secrets, and live values hold none.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

import rds_secure
from rds_secure.errors import Problem, RefusedError, SpecError, UsageError
from rds_secure.plan.approval import approved
from rds_secure.plan.approved import Approved, ApprovedAccess, Data
from rds_secure.plan.model import Plan
from rds_secure.spec import Source
from rds_secure.spec.source import parse
from rds_secure.values import Address

MAX_BYTES = 64 * 1024 * 1024
"""A file larger than this is none of ours."""

_ANEW = "make a new one with plan --out"
_MARKS = (b'"checksum"', b'"format_version"')


class SourceText(Data):
    """One file of the stack, as it was read."""

    file: str
    """Its name, as it was shown."""
    text: str
    """What is in it."""


class Options(Data):
    """The options that the plan was made with and that change what it may do."""

    prune_limit: int | None
    """How many deletions were allowed in words; null for the rule."""
    create_empty: tuple[str, ...]
    """Databases that may begin again empty."""


class PlanFile(Data):
    """What `rds-secure plan --out FILE` writes, and `rds-secure apply FILE` takes."""

    format_version: Literal["1.2"]
    """The version of this format; a file of another one is refused."""
    tool_version: str
    """The version of rds-secure that wrote it; one with another first number refuses it."""
    approved: Approved
    """The plan, and the live values that it was derived from: what the digest covers."""
    digest: str
    """The plan's digest, as the plan itself shows it."""
    options: Options
    """The options that it is planned with again."""
    sources: tuple[SourceText, ...]
    """The stack, from which the plan is made again before anything is called."""
    access: ApprovedAccess | None
    """Who gains what, as it was shown; null where it was not shown."""
    checksum: str
    """SHA-256, in hexadecimal, of all the rest of this file."""

    def stack(self) -> tuple[Source, ...]:
        """The sources of the stack. Raises `SpecError`."""
        found = [parse(source.text, source.file) for source in self.sources]
        if problems := [problem for _, problems in found for problem in problems]:
            raise SpecError(problems)
        return tuple(source for source, _ in found if source)

    def create_empty(self) -> frozenset[Address]:
        """The databases that may begin again empty."""
        return frozenset(Address.parse(address) for address in self.options.create_empty)


def write(
    plan: Plan,
    sources: Sequence[Source],
    prune_limit: int | None,
    create_empty: frozenset[Address],
    access: ApprovedAccess | None = None,
) -> str:
    """The text of a plan's file, always the same for the same plan: keys sorted, ASCII only."""
    file = PlanFile(
        format_version="1.2",
        tool_version=rds_secure.__version__,
        approved=approved(plan),
        digest=plan.digest,
        options=Options(prune_limit=prune_limit, create_empty=tuple(sorted(map(str, create_empty)))),
        sources=tuple(SourceText(file=source.file, text=source.text) for source in sources),
        access=access,
        checksum="",
    )
    return sealed(file)


def sealed(file: PlanFile) -> str:
    """The text of a plan file, with the checksum that fits what is in it."""
    return _text(file.model_copy(update={"checksum": _checksum(file)}))


def read(raw: bytes, name: str) -> PlanFile:
    """The plan file with these bytes. Raises `RefusedError`: nothing of one that is not as it was written is used."""
    try:
        file = PlanFile.model_validate_json(raw)
    except ValidationError as error:
        raise _refused(name, raw, error) from None
    if file.checksum != _checksum(file) or _text(file).encode() != raw:
        raise RefusedError([Problem(f"{name} is not as it was written: its checksum does not fit", _ANEW)])
    if file.digest != file.approved.digest:
        raise RefusedError([Problem(f"{name} does not hold the plan of its digest", _ANEW)])
    if _major(file.tool_version) != _major(rds_secure.__version__):
        what = f"{name} is a plan of rds-secure {file.tool_version}, and this is {rds_secure.__version__}"
        raise RefusedError([Problem(what, f"use that version, or {_ANEW}")])
    return file


def load(path: str | Path) -> PlanFile:
    """Read a plan file. Raises `RefusedError`, and `UsageError` for one that cannot be read."""
    try:
        with Path(path).open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if len(raw) > MAX_BYTES:
        raise RefusedError([Problem(f"{path} is larger than any plan file", _ANEW)])
    return read(raw, str(path))


def is_one(path: str | Path) -> bool:
    """Whether a file looks like a plan file rather than like a spec."""
    try:
        if not Path(path).is_file():
            return False
        with Path(path).open("rb") as stream:
            raw = stream.read(MAX_BYTES)
    except (OSError, ValueError):
        return False
    return raw.lstrip()[:1] == b"{" and any(mark in raw for mark in _MARKS)


def save(path: Path, text: str) -> None:
    """Write a plan file, in the place of an older one, but of nothing else. Raises `UsageError`."""
    if path.exists() and not is_one(path):
        raise UsageError(f"{path} exists already and is no plan file: name another file")
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.write_bytes(text.encode())
        draft.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error


def file_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of plan files."""
    schema = PlanFile.model_json_schema(mode="validation")
    schema["title"] = "rds-secure plan file"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _text(file: PlanFile) -> str:
    return json.dumps(file.model_dump(mode="json"), sort_keys=True, indent=1) + "\n"


def _checksum(file: PlanFile) -> str:
    content = file.model_dump(mode="json", exclude={"checksum"})
    return sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _refused(name: str, raw: bytes, error: ValidationError) -> RefusedError:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    if first["type"] == "json_invalid":
        return RefusedError([Problem(f"{name} is no plan file: it is not JSON", _ANEW)])
    if first["loc"] == ("format_version",) and first["type"] == "literal_error":
        return RefusedError([Problem(f"{name} is a plan file of another format", _ANEW)])
    what = f"{name} is no plan file that can be used: {where}: {first['msg']}" if where else f"{name} is no plan file"
    return RefusedError([Problem(what, _ANEW)])


def _major(version: str) -> str:
    return version.partition(".")[0]
