"""When an attempt is made again that AWS throttled or that got lost, and after what pause. It knows no call by name.

It takes the place of botocore's own retries, which repeat a full quota as if it were throttling (ANY-7), never a call
that must not be made twice, not even where AWS said that nothing was done, and sleep by a clock that no test can turn.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from threading import Event
from typing import Any

from botocore import exceptions as boto

from rds_secure.apply.clock import Clock
from rds_secure.errors import StoppedError

THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TooManyUpdates",
    }
)
"""Each service's own code for "not so fast" (ANY-1): nothing was done. ``LimitExceeded…`` is not among them (ANY-7)."""

BROKEN_CODES = frozenset({"RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete"})
BROKEN_STATUS = frozenset({500, 502, 503, 504})
"""Answers which do not say whether anything was done (ANY-1)."""

THROTTLED_ATTEMPTS = 25
"""As Terraform's provider, some seven minutes in all: others of the account are busy, and then they are not."""

BROKEN_ATTEMPTS = 7
"""Of those that broke off: 13 seconds of pauses. More would make a machine without a network wait for nothing."""

AWAY_ATTEMPTS = 2
"""To connect to a region that botocore does not list: it may be misspelt."""

LONGEST = 20.0
"""The longest pause in seconds, as botocore's."""

UNCERTAIN = "MayHaveTakenEffect"
"""A member of ``ResponseMetadata``: an attempt before the one that was answered may have taken effect."""

_COUNTS = "rds-secure-attempts"


class Retry:
    """A handler of botocore's event ``needs-retry``. ``once``: an attempt that may have taken effect is the last.

    ``exists``: whether the region is known to be there. Once ``stopping`` is set, no attempt is made again: what would
    have been ends in a `StoppedError`.
    """

    def __init__(self, clock: Clock, stopping: Event, *, once: bool = False, exists: bool = True) -> None:
        self._clock, self._stopping, self._once, self._exists = clock, stopping, once, exists

    def __call__(
        self,
        response: Any,
        caught_exception: Exception | None,
        request_dict: Mapping[str, Any],
        operation: Any,
        **_: Any,
    ) -> int | None:
        """0 for another attempt, now that the pause is over; None where what there is is final."""
        counts: MutableMapping[str, int] = request_dict["context"].setdefault(_COUNTS, {"throttled": 0, "broken": 0})
        parsed: dict[str, Any] = response[1] if response else {}
        if counts.get("uncertain") and parsed:
            parsed.setdefault("ResponseMetadata", {})[UNCERTAIN] = True
        if _throttled(parsed):
            sort, limit, first = "throttled", THROTTLED_ATTEMPTS, 1.0
        elif isinstance(caught_exception, boto.ConnectionError | boto.HTTPClientError) or _broken(parsed):
            sort, limit, first = "broken", BROKEN_ATTEMPTS, 0.2
        else:
            return None
        if isinstance(caught_exception, _NEVER_SENT):
            limit = limit if self._exists else AWAY_ATTEMPTS
        elif sort == "broken":
            counts["uncertain"] = 1
            if self._once:
                return None
        counts[sort] += 1
        if counts[sort] >= limit:
            return None
        if not self._stopping.is_set():
            self._clock.sleep(self._clock.spread(min(first * 2 ** (counts[sort] - 1), LONGEST)))
        if self._stopping.is_set():
            why = f"interrupted before another attempt, after {_code(parsed) or 'no reply'}"
            service, action = operation.service_model.service_name, operation.name
            raise StoppedError(service, action, "Interrupted", why, uncertain=bool(counts.get("uncertain")))
        return 0


_NEVER_SENT = (boto.EndpointConnectionError, boto.ConnectTimeoutError, boto.ProxyConnectionError)
"""No connection came about. An error of TLS is not among them: one may also come after the call was sent."""


def _code(parsed: Mapping[str, Any]) -> str:
    return str(parsed.get("Error", {}).get("Code", ""))


def _throttled(parsed: Mapping[str, Any]) -> bool:
    is_429 = parsed.get("ResponseMetadata", {}).get("HTTPStatusCode") == 429
    return _code(parsed) in THROTTLED or (is_429 and "LimitExceeded" not in _code(parsed))


def _broken(parsed: Mapping[str, Any]) -> bool:
    return _code(parsed) in BROKEN_CODES or parsed.get("ResponseMetadata", {}).get("HTTPStatusCode") in BROKEN_STATUS
