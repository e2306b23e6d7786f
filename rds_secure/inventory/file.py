"""Files of recordings: canonical JSON, gzip where the name ends in .gz, checked when read. It calls nothing.

The same recording gives the same bytes. There is no secret in it, but much about an account: only its owner may read
it.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

import rds_secure
from rds_secure.errors import Problem, RefusedError, UsageError
from rds_secure.inventory.lossless import decoded, encoded
from rds_secure.inventory.model import Place
from rds_secure.inventory.recording import Answer, Call, Recording, Refusal
from rds_secure.values import canonical

FORMAT = "1.0"
MAX_BYTES = 512 * 1024 * 1024
"""A file with more, unpacked, is none of ours."""

_ANEW = "make a new one with rds-secure access snapshot --out FILE"
_KIND = "access-snapshot"
_GZIP = b"\x1f\x8b"


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ErrorData(_Data):
    """An answer that was an error."""

    sort: Literal["denied", "unsupported", "error"]
    """Whether the caller may not ask, the endpoint does not offer it, or anything else was wrong."""
    code: str
    """The code on the wire."""
    message: str = ""
    """What AWS said; nothing in a redacted snapshot."""
    status: int = 0
    """The HTTP status."""


class CallData(_Data):
    """A read call, and how it was answered: either ``reply`` or ``error``.

    In parameters and replies a moment is ``{"$time": …}`` (ISO 8601), bytes are ``{"$bytes": …}`` (base64).
    """

    service: str
    """The service, as boto3 calls it."""
    action: str
    """The action, as AWS documents it."""
    params: dict[str, JsonValue]
    """The parameters."""
    region: str = ""
    """The region that was asked, where it is not the account's."""
    first_page: bool = False
    """Whether only the first page was asked for."""
    reply: dict[str, JsonValue] | None = None
    """The reply, all pages joined."""
    error: ErrorData | None = None
    """The error."""


class SnapshotFile(_Data):
    """What `rds-secure access snapshot --out FILE` writes, and `--snapshot FILE` takes."""

    kind: Literal["access-snapshot"]
    """What this file is."""
    format_version: Literal["1.0"]
    """The version of this format; a file of another one is refused."""
    tool_version: str
    """The version of rds-secure that wrote it."""
    recorded_at: str = Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
    """When the account was read, in UTC."""
    redacted: bool
    """Whether the names of the account were taken out."""
    account: str
    """The account."""
    region: str
    """The region."""
    partition: str
    """The partition: aws, aws-cn, aws-us-gov."""
    caller: str
    """The ARN of who asked."""
    stack: str
    """The stack whose plan can be made from it; empty where none was given."""
    calls: tuple[CallData, ...]
    """Every read call, sorted."""
    checksum: str
    """SHA-256, in hexadecimal, of the canonical JSON of all the rest of this file."""


def write(recording: Recording) -> str:
    """The text of a recording's file."""
    content = {
        "kind": _KIND,
        "format_version": FORMAT,
        "tool_version": rds_secure.__version__,
        "recorded_at": recording.at,
        "redacted": recording.redacted,
        "account": recording.place.account,
        "region": recording.place.region,
        "partition": recording.place.partition,
        "caller": recording.caller,
        "stack": recording.of,
        "calls": [_call(asked, recording.answers[asked]) for asked in sorted(recording.answers)],
    }
    return json.dumps({**content, "checksum": _checksum(content)}, sort_keys=True, separators=(",", ":")) + "\n"


def _call(asked: Call, answer: Answer) -> dict[str, Any]:
    where = {"region": asked.region} if asked.region else {}
    only = {"first_page": True} if asked.first_page else {}
    said = {"error": asdict(answer)} if isinstance(answer, Refusal) else {"reply": encoded(answer)}
    params = json.loads(asked.params)
    return {"service": asked.service, "action": asked.action, "params": params, **where, **only, **said}


def read(raw: bytes, name: str) -> Recording:
    """The recording with these bytes, packed or not. Raises `RefusedError`: nothing of a damaged one is used."""
    text = _unpacked(raw, name)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise _refused(f"{name} is no snapshot file: it is not JSON") from None
    if not isinstance(content, dict) or content.get("kind") != _KIND:
        raise _refused(f"{name} is no snapshot file")
    if content.get("format_version") != FORMAT:
        wrote = f", written by rds-secure {content.get('tool_version')}; this is {rds_secure.__version__}"
        raise _refused(f"{name} is a snapshot file of another format ({content.get('format_version')}){wrote}")
    found = content.pop("checksum", None)
    if found != _checksum(content):
        raise _refused(f"{name} is not as it was written: its checksum does not fit")
    try:
        file = SnapshotFile.model_validate_json(text)
        answers = dict(map(_answer, file.calls))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise _refused(f"{name} is no snapshot file that can be used: {where}: {first['msg']}") from None
    except ValueError as error:
        raise _refused(f"{name} is no snapshot file that can be used: {error}") from None
    place = Place(file.account, file.region, file.partition)
    return Recording(place, file.caller, file.recorded_at, answers, file.stack, file.redacted)


def _answer(data: CallData) -> tuple[Call, Answer]:
    asked = Call(data.service, data.action, canonical(data.params), data.region, data.first_page)
    if (data.reply is None) is (data.error is None):
        raise ValueError(f"{data.service} {data.action} has neither a reply nor an error, or both")
    if data.error is not None:
        return asked, Refusal(data.error.sort, data.error.code, data.error.message, data.error.status)
    reply: Mapping[str, Any] = decoded(data.reply)
    return asked, reply


def load(path: Path) -> Recording:
    """Read a snapshot file. Raises `RefusedError`, and `UsageError` for one that cannot be read."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    return read(raw, str(path))


def save(path: Path, recording: Recording) -> None:
    """Write a snapshot file, which only its owner may read, in the place of an older one, but of nothing else.

    Raises `UsageError`.
    """
    if path.exists() and not _is_one(path):
        raise UsageError(f"{path} exists already and is no snapshot file: name another file")
    raw = write(recording).encode()
    if path.suffix == ".gz":
        raw = gzip.compress(raw, mtime=0)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error


def _is_one(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            start = stream.read(1 << 16)
        if start.startswith(_GZIP):
            start = zlib.decompressobj(wbits=31).decompress(start, 1 << 16)
    except (OSError, zlib.error):
        return False
    return start.startswith(b'{"account":')


def _unpacked(raw: bytes, name: str) -> bytes:
    if raw.startswith(_GZIP):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as stream:
                raw = stream.read(MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error):
            raise _refused(f"{name} is damaged: it cannot be unpacked") from None
    if len(raw) > MAX_BYTES:
        raise _refused(f"{name} is larger than any snapshot file")
    return raw


def _checksum(content: Mapping[str, Any]) -> str:
    return sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def file_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of snapshot files."""
    schema = SnapshotFile.model_json_schema(mode="validation")
    schema["title"] = "rds-secure access snapshot"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _refused(what: str) -> RefusedError:
    return RefusedError([Problem(what, _ANEW)])
