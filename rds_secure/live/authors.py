"""Who changed a thing last, as far as CloudTrail can tell. It reads ninety days of events at most, and changes nothing.

CloudTrail answers two look-ups a second in an account and region, by one attribute each (guide to LookupEvents), so
only things that differ are looked up, and no more than `LOOKUPS` of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rds_secure import resources
from rds_secure.errors import CallError
from rds_secure.kind import Reader, Scope
from rds_secure.live.snapshot import Snapshot
from rds_secure.live.tagged import IAM_REGION
from rds_secure.values import Address

LOOKUPS = 20
"""How many things are looked up at most: 20 s at CloudTrail's rate, by up to two names each."""

_US = "rds-secure/"


@dataclass(frozen=True, slots=True)
class Author:
    """Who made a change: the ARN or name of the principal, the API call, and when (UTC, ISO 8601)."""

    who: str
    call: str
    at: str


def authors(snapshot: Snapshot, addresses: Iterable[Address], reader: Reader) -> tuple[dict[Address, Author], str]:
    """By address, who changed each thing last beside this tool; and why that is not known, "" where it is."""
    asked = sorted(addresses)
    found: dict[Address, Author] = {}
    for address in asked[:LOOKUPS]:
        try:
            author = _author(snapshot, address, reader)
        except CallError as error:
            return found, f"CloudTrail could not be asked who changed what: {error.code}"
        if author:
            found[address] = author
    left = len(asked) - LOOKUPS
    return found, f"{left} more were not looked up in CloudTrail" if left > 0 else ""


def _author(snapshot: Snapshot, address: Address, reader: Reader) -> Author | None:
    region = _region(address, snapshot.scope)
    for name in _names(snapshot, address):
        params = {"LookupAttributes": [{"AttributeKey": "ResourceName", "AttributeValue": name}]}
        reply = reader.call("cloudtrail", "LookupEvents", params, region=region, first_page=True) or {}
        for event in reply.get("Events", ()):  # the newest come first
            if author := _changer(event):
                return author
    return None


def _region(address: Address, scope: Scope) -> str | None:
    home = IAM_REGION.get(scope.partition)
    return home if resources.kind(address.kind).home and home != scope.region else None


def _names(snapshot: Snapshot, address: Address) -> Iterator[str]:
    """What CloudTrail may know it by: its id where AWS gives it one, and its name or ARN."""
    found = snapshot.live.get(address) or snapshot.retired.get(address)
    if found is None:
        yield snapshot.resources[address].name
        return
    exports = found.exports
    names = [exports.get("id"), found.name] if exports.get("id") else [found.name, exports.get("arn")]
    yield from dict.fromkeys(name for name in names if name)


def _changer(event: Mapping[str, Any]) -> Author | None:
    """Who is behind an event; None where it changed nothing, failed, or was this tool's own."""
    details = _details(event)
    agent = str(details.get("userAgent", ""))
    if event.get("ReadOnly") == "true" or "errorCode" in details or _US in agent:
        return None
    identity = details.get("userIdentity") or {}
    who = identity.get("arn") or event.get("Username") or identity.get("invokedBy") or identity.get("type")
    return Author(str(who or "somebody"), str(event.get("EventName", "")), _time(event.get("EventTime")))


def _details(event: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        details = json.loads(event.get("CloudTrailEvent") or "{}")
    except ValueError:
        return {}
    return details if isinstance(details, dict) else {}


def _time(value: object) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds") if isinstance(value, datetime) else str(value or "")
