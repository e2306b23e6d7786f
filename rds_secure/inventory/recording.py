"""A recording: the read calls of an account with their answers, as data. It reads and writes no file.

A call that is not in it was not made, and what depends on it is unknown: never absent (meaning §8).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from rds_secure.errors import CallError, DeniedError, UnsupportedError
from rds_secure.inventory.lossless import encoded
from rds_secure.inventory.model import Place, Reply
from rds_secure.values import canonical

NOT_RECORDED = "NotRecorded"
"""The code of a call that a recording does not have; AWS has no such code."""


@dataclass(frozen=True, slots=True, order=True)
class Call:
    """A read call. ``params``: canonical JSON; ``region`` is "" for the account's own; see `reader.Reader.call`."""

    service: str
    action: str
    params: str
    region: str = ""
    first_page: bool = False


def call(
    service: str,
    action: str,
    params: Mapping[str, Any] | None = None,
    region: str | None = None,
    *,
    first_page: bool = False,
) -> Call:
    """A call with these parameters."""
    return Call(service, action, canonical(encoded(params or {})), region or "", first_page)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is an error: of which class it was raised, its code on the wire, message and HTTP status."""

    sort: str
    code: str
    message: str = ""
    status: int = 0

    def error(self, asked: Call) -> CallError:
        """The error as it was raised."""
        return _SORTS[self.sort](asked.service, asked.action, self.code, self.message, status=self.status)


_SORTS: Mapping[str, type[CallError]] = {"denied": DeniedError, "unsupported": UnsupportedError, "error": CallError}


def refusal(error: CallError) -> Refusal:
    """An error as data."""
    sort = next((sort for sort, of in _SORTS.items() if isinstance(error, of)), "error")
    return Refusal(sort, error.code, error.message, error.status)


Answer: TypeAlias = Reply | Refusal


@dataclass(frozen=True, slots=True)
class Recording:
    """What an account answered, and when (ISO 8601, UTC). ``caller``: the ARN of who asked. ``of``: the stack planned.

    ``redacted``: names are not those of the account, so that no spec can be compared with it.
    """

    place: Place
    caller: str
    at: str
    answers: Mapping[Call, Answer] = field(default_factory=dict)
    of: str = ""
    redacted: bool = False


def not_recorded(asked: Call, recording: Recording) -> UnsupportedError:
    """The error for a call that a recording lacks: what depends on it counts as unread."""
    spec = "" if recording.redacted else " SPEC…"
    message = (
        f"{_said(asked)} is not in the recorded snapshot of {recording.at}: record anew what this spec needs, "
        f"with rds-secure access snapshot{spec} --out FILE"
    )
    return UnsupportedError(asked.service, asked.action, NOT_RECORDED, message)


def _said(asked: Call) -> str:
    params = "" if asked.params == "{}" else f" {asked.params}"
    return f"{asked.service} {asked.action}{params}{f' in {asked.region}' if asked.region else ''}"
