"""An event of CloudTrail as data, parsed leniently: whatever a record holds, it gives an event or None. No judgement.

Source: CloudTrail user guide, "CloudTrail record contents" and "CloudTrail userIdentity element". Names of keys are
compared without case: RDS lowers only the first letter of its parameters (``dBInstanceIdentifier``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SAME = frozenset({"accessdenied", "accessdeniedexception", "unauthorizedoperation"})
"""The codes of a denied call, without ``Client.`` in front; there are also those that begin with NotAuthorized."""

_SESSION = re.compile(r"arn:([a-z-]+):sts::(\d{12}):(assumed-role|federated-user)/([^/]+)(?:/.*)?", re.DOTALL)
_LINKED = re.compile(r"arn:[a-z-]+:iam::\d{12}:role/aws-service-role/")
"""A role of a service. Only services make roles with this path; names and the rest of a path anybody chooses."""
_READS = ("Describe", "List", "Get", "Download", "Lookup")
_BACKED = frozenset({"rds.amazonaws.com", "backup.amazonaws.com"})
_DEPTH = 32


@dataclass(frozen=True, slots=True)
class Identity:
    """Who made a call. ``mfa``: whether its session was opened with a second factor; None where nothing tells."""

    kind: str
    """IAMUser, AssumedRole, Root, FederatedUser, AWSService, AWSAccount …"""
    arn: str
    account: str
    name: str
    invoked_by: str
    issuer: str
    mfa: bool | None

    @property
    def principal(self) -> str:
        """The ARN of the user, or of the role (not of its session); what else there is to call it by, else."""
        if self.issuer:
            return self.issuer
        return principal_of(self.arn) or self.invoked_by or self.name or self.account or self.kind or "somebody"

    @property
    def is_aws(self) -> bool:
        """Whether AWS acted for itself: a service, a role linked to one, or RDS or Backup on behalf of somebody.

        No other ``invokedBy`` excuses anybody: CloudFormation does what a stranger tells it to.
        """
        return self.kind == "AWSService" or bool(_LINKED.match(self.issuer)) or self.invoked_by in _BACKED


@dataclass(frozen=True, slots=True)
class Event:
    """One call. ``read_only``: None where the record does not say. ``things``: the ARNs it says it was about."""

    id: str
    at: datetime
    source: str
    """The service as CloudTrail calls it: ``rds.amazonaws.com``."""
    name: str
    region: str
    account: str
    """Whose trail it is in."""
    address: str
    agent: str
    """What the caller says of itself. Anybody can say anything."""
    error: str
    message: str
    read_only: bool | None
    from_console: bool
    identity: Identity
    params: Mapping[str, Any]
    response: Mapping[str, Any]
    things: tuple[str, ...]

    @property
    def denied(self) -> bool:
        """Whether IAM refused the call."""
        code = self.error.lower().removeprefix("client.")
        return code in SAME or code.startswith("notauthorized")

    @property
    def writes(self) -> bool:
        """Whether the call was to change something."""
        return not self.name.startswith(_READS) if self.read_only is None else not self.read_only

    @property
    def service(self) -> str:
        """The first part of the source: ``rds``."""
        return self.source.partition(".")[0]


def principal_of(arn: str) -> str:
    """The ARN of the role or user behind a session's; any other as it is."""
    if found := _SESSION.fullmatch(arn):
        return f"arn:{found[1]}:iam::{found[2]}:{'role' if found[3] == 'assumed-role' else 'user'}/{found[4]}"
    return arn


def parse(record: object) -> Event | None:
    """A record of a trail file, decoded; None for what is none: no name, no source, or no time that can be read."""
    if not isinstance(record, Mapping):
        return None
    found = folded(record)
    source, name, at = text(found.get("eventsource")), text(found.get("eventname")), moment(found.get("eventtime"))
    if not source or not name or at is None:
        return None
    return Event(
        text(found.get("eventid")),
        at,
        source.lower(),
        name,
        text(found.get("awsregion")),
        text(found.get("recipientaccountid")),
        text(found.get("sourceipaddress")),
        text(found.get("useragent")),
        text(found.get("errorcode")),
        text(found.get("errormessage")),
        flag(found.get("readonly")),
        flag(found.get("sessioncredentialfromconsole")) is True,
        _identity(found.get("useridentity")),
        mapping(found.get("requestparameters")),
        mapping(found.get("responseelements")),
        tuple(_things(found.get("resources"))),
    )


def unwrapped(item: Any) -> Any:
    """The record in an item of LookupEvents, where it is one; None if that is no JSON."""
    inner = item.get("CloudTrailEvent") if isinstance(item, dict) else None
    if not isinstance(inner, str):
        return item
    try:
        return json.loads(inner)
    except (ValueError, RecursionError):
        return None


def _identity(value: object) -> Identity:
    found = folded(mapping(value))
    session = folded(mapping(found.get("sessioncontext")))
    issuer = folded(mapping(session.get("sessionissuer"))) if session else session
    told = folded(mapping(session.get("attributes"))) if session else session
    return Identity(
        text(found.get("type")),
        text(found.get("arn")),
        text(found.get("accountid")),
        text(found.get("username")) or text(issuer.get("username")),
        text(found.get("invokedby")),
        text(issuer.get("arn")),
        flag(told.get("mfaauthenticated")),
    )


def _things(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else ():
        if arn := text(look(item, "arn")):
            yield arn


def folded(value: Mapping[Any, Any]) -> dict[str, Any]:
    """The same with keys in lower case."""
    return {str(key).lower(): item for key, item in value.items()}


def mapping(value: object) -> Mapping[str, Any]:
    """The value, where it is a mapping; else an empty one."""
    return value if isinstance(value, Mapping) else {}


def text(value: object) -> str:
    """The value, where it is a text; else "". Halves of characters are written out, so that it can be encoded."""
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()


def word(value: object) -> str:
    """A text, a number or a flag as a text; "" for anything else."""
    if isinstance(value, bool):
        return str(value).lower()
    try:
        return str(value) if isinstance(value, int | float) else text(value)
    except ValueError:  # an integer of thousands of digits
        return ""


def flag(value: object) -> bool | None:
    """True and false, also as words; None for anything else."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


def moment(value: object) -> datetime | None:
    """A time in ISO 8601, of UTC where it does not say."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        if found is None:
            return None
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def look(value: object, *path: str) -> Any:
    """What is there below these keys, compared without case; None where there is nothing."""
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value[key] if key in value else _alike(value, key.lower())
    return value


def _alike(value: Mapping[Any, Any], key: str) -> Any:
    return next((item for name, item in value.items() if str(name).lower() == key), None)


def listed(value: object) -> Iterator[Any]:
    """The members of a list as services write one: a list, or a mapping with ``items`` or ``member``, or one alone."""
    if isinstance(value, Mapping):
        for key in ("items", "item", "member"):
            if (inner := look(value, key)) is not None:
                yield from listed(inner)
                return
        yield value
    elif isinstance(value, list):
        yield from value
    elif value is not None:
        yield value


def below(value: object, names: frozenset[str], depth: int = _DEPTH) -> Iterator[str]:
    """The texts below any of these keys (in lower case), however deep."""
    if depth <= 0:
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            if str(key).lower() in names and isinstance(item, str):
                yield text(item)
            elif isinstance(item, Mapping | list):
                yield from below(item, names, depth - 1)
    elif isinstance(value, list):
        for item in value:
            yield from below(item, names, depth - 1)
