"""An earlier audit, read from the JSON that it was printed as: only what is compared of it, so that any 1.x will do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ValidationError

from rds_secure.audit.history import EXPECT, TRAIL, Entry, Name, Record, trail_rule, worst
from rds_secure.errors import UsageError
from rds_secure.finding import Severity, State
from rds_secure.render.trail_view import Level


class _Finding(BaseModel):
    rule: str
    subject: str
    state: State
    severity: Level
    message: str


class _Expectation(BaseModel):
    stack: str
    expected: str
    holds: bool
    what: str


class _Hit(BaseModel):
    pattern: str
    attempted: bool
    title: str
    severity: Level
    last: AwareDatetime


class _Principal(BaseModel):
    principal: str
    findings: tuple[_Hit, ...]


class _Trail(BaseModel):
    principals: tuple[_Principal, ...]


class _Audit(BaseModel):
    account: str
    region: str
    at: AwareDatetime
    rules: tuple[str, ...]
    stacks: tuple[str, ...]
    findings: tuple[_Finding, ...]
    expectations: tuple[_Expectation, ...]
    trail: _Trail | None


class _Format(BaseModel):
    format_version: str


def earlier(path: Path) -> Record:
    """The audit in a file. Raises `UsageError` for one that is none, or of a format that is not known."""
    fix = "name what 'rds-secure audit --format json' printed"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise UsageError(f"{path} cannot be read: {reason}") from error
    try:
        version = _Format.model_validate_json(text).format_version
    except ValidationError as error:
        raise UsageError(f"{path} is no audit: {fix}") from error
    if version.partition(".")[0] != "1":
        raise UsageError(f"{path} has format {version}, which this version of rds-secure does not know")
    try:
        found = _Audit.model_validate_json(text)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise UsageError(f"{path} is no whole audit ({where} is not as it should be): {fix}") from error
    asked = (*found.rules, *(f"{EXPECT}{stack}" for stack in found.stacks), *([TRAIL] if found.trail else []))
    return Record(found.account, found.region, found.at, frozenset(asked), worst(_entries(found)))


def _entries(found: _Audit) -> Iterator[tuple[Name, Entry]]:
    for one in found.findings:
        yield (one.rule, one.subject), Entry(one.state, Severity.parse(one.severity), one.message)
    for told in found.expectations:
        state = State.PASS if told.holds else State.FAIL
        yield (f"{EXPECT}{told.stack}", told.expected), Entry(state, Severity.HIGH, told.what)
    for suspect in found.trail.principals if found.trail else ():
        for hit in suspect.findings:
            name = (trail_rule(hit.pattern, attempted=hit.attempted), suspect.principal)
            yield name, Entry(State.FAIL, Severity.parse(hit.severity), hit.title, hit.last)
