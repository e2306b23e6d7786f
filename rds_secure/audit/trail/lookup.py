"""CloudTrail's LookupEvents, record by record: what bears on databases, newest first, up to a limit. It judges nothing.

One attribute for each look-up, 50 events a page, 90 days, one Region; data events are never in it (CloudTrail API
reference). How many look-ups a second go out is the reader's business.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rds_secure.audit.trail.event import moment, unwrapped
from rds_secure.audit.trail.patterns import BY_CALL
from rds_secure.errors import CallError, DeniedError, UnsupportedError
from rds_secure.inventory import Place
from rds_secure.live.tagged import IAM_REGION
from rds_secure.reader import Reader

PAGE = 50
DAYS = 90
LIMIT = 5_000
"""Events of one look-up: 100 s at the half of CloudTrail's rate that is ours."""

_ORDER = ("cloudtrail", "kms", "iam", "ec2", "secretsmanager", "securityhub", "backup")
"""Services that are looked up call by call, after RDS; the worst first."""


@dataclass
class LookUps:
    """What is looked up, and what of it could not be. ``limit``: events of one look-up."""

    reader: Reader
    place: Place
    since: datetime | None = None
    until: datetime | None = None
    limit: int = LIMIT
    gaps: list[str] = field(default_factory=list)

    def records(self) -> Iterator[Any]:
        """Every record. Raises `CallError` where nothing at all can be read."""
        reached = yield from self._walk("EventSource", "rds.amazonaws.com")
        if reached is not None:
            self.gaps.append(f"of RDS's events before {reached}, only calls that a pattern is about: there were more "
                             f"than {self.limit}; --limit reads more")  # fmt: skip
            yield from self._calls("rds", reached)
        for service in _ORDER:
            yield from self._calls(service)

    def _calls(self, service: str, before: str = "") -> Iterator[Any]:
        """Of one service, call by call. Where one may not be looked up, none of it may."""
        home = IAM_REGION.get(self.place.partition, self.place.region) if service == "iam" else self.place.region
        for call in sorted(call for call in BY_CALL if call.startswith(f"{service}:")):
            try:
                reached = yield from self._walk("EventName", call.partition(":")[2], home, before)
            except CallError as error:
                self.gaps.append(f"{call} in {home}: {error.code}")
                if isinstance(error, DeniedError | UnsupportedError):
                    return
                continue
            if reached is not None:
                self.gaps.append(f"{call} in {home} before {reached}: there were more than {self.limit} events")

    def _walk(self, key: str, value: str, region: str = "", before: str = "") -> Generator[Any, None, str | None]:
        """The events with an attribute, backwards; the time of the last one where there are more than the limit."""
        params: dict[str, Any] = {
            "LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}],
            "MaxResults": PAGE,
        }
        until = moment(before) or self.until
        params |= {"StartTime": self.since.isoformat()} if self.since else {}
        params |= {"EndTime": until.isoformat()} if until else {}
        where = region if region and region != self.place.region else None
        count, last = 0, ""
        while True:
            reply = self.reader.call("cloudtrail", "LookupEvents", params, region=where, first_page=True) or {}
            for item in reply.get("Events", ()):
                count, last = count + 1, _time(item) or last
                yield unwrapped(item)
            if not reply.get("NextToken"):
                return None
            if count >= self.limit:
                return last
            params = {**params, "NextToken": reply["NextToken"]}


def _time(item: Mapping[str, Any]) -> str:
    value = item.get("EventTime")
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value or "")
