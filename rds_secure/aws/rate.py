"""How many calls a process sends in a second: one bucket for each service and region, whoever calls. No retries.

A plan with hundreds of resources would otherwise use up what AWS grants the whole account, and throttle the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import NamedTuple

from rds_secure.apply.clock import Clock

SHARE = 0.5
"""How much of what the account is granted is ours: the other half is for whoever else works in it."""


class Rate(NamedTuple):
    """A bucket as AWS describes its own: how many calls at once, and how many more each second."""

    burst: int
    per_second: float


RATES: Mapping[tuple[str, str], Rate] = {
    # EC2 API Reference, "Request throttling": reads, and then what changes something.
    ("ec2", "Describe"): Rate(100, 20),
    ("ec2", ""): Rate(50, 5),
    # IAM and RDS do not say; these have passed where many tools run side by side (from memory).
    ("iam", ""): Rate(100, 20),
    ("rds", "Describe"): Rate(100, 20),
    ("rds", "List"): Rate(100, 20),
    ("rds", ""): Rate(50, 5),
    # KMS Developer Guide, "Request quotas": the slowest of each sort.
    ("kms", "Create"): Rate(5, 5),
    ("kms", "Get"): Rate(100, 100),
    ("kms", "Describe"): Rate(1000, 1000),
    ("kms", "List"): Rate(100, 100),
    ("kms", ""): Rate(10, 5),
    # CloudTrail User Guide, "Quotas": LookupEvents, two a second in an account and region.
    ("cloudtrail", "LookupEvents"): Rate(2, 2),
    # Secrets Manager User Guide, "Quotas": reads, lists, and writes.
    ("secretsmanager", "Describe"): Rate(1000, 1000),
    ("secretsmanager", "Get"): Rate(1000, 1000),
    ("secretsmanager", "List"): Rate(100, 100),
    ("secretsmanager", ""): Rate(50, 50),
    # AWS General Reference, Systems Manager: GetParameter(s) 40, PutParameter 3 a second; lists from memory (ANY-6).
    ("ssm", "Get"): Rate(40, 40),
    ("ssm", "Put"): Rate(3, 3),
    ("ssm", ""): Rate(10, 5),
    # Security Hub API Reference, "Welcome": GetFindings three a second; BatchEnableStandards one; the rest ten.
    ("securityhub", "BatchEnableStandards"): Rate(1, 1),
    ("securityhub", "GetFindings"): Rate(6, 3),
    ("securityhub", ""): Rate(30, 10),
    # Resource Groups Tagging API Reference (from memory).
    ("resourcegroupstaggingapi", ""): Rate(15, 15),
}
"""Service and how an action begins → what AWS grants; the longest beginning counts. What is not here has no limit."""


class Bucket:
    """Tokens that come back with time. Whoever finds none waits until there is one, in the order of asking."""

    def __init__(self, rate: Rate, clock: Clock) -> None:
        self._rate, self._clock = rate, clock
        self._tokens, self._at = float(rate.burst), clock.now()
        self._lock = Lock()

    def take(self) -> None:
        """Use one; sleeps while there is none."""
        with self._lock:
            now = self._clock.now()
            self._tokens = min(self._rate.burst, self._tokens + max(0.0, now - self._at) * self._rate.per_second)
            self._at = now
            self._tokens -= 1  # below nothing: it is promised to those who wait
            pause = -self._tokens / self._rate.per_second
        if pause > 0:
            self._clock.sleep(pause)


class Limits:
    """All buckets of a process."""

    def __init__(self, clock: Clock, rates: Mapping[tuple[str, str], Rate] = RATES, share: float = SHARE) -> None:
        self._clock, self._rates, self._share = clock, rates, share
        self._buckets: dict[tuple[str, str, str], Bucket] = {}
        self._lock = Lock()

    def take(self, service: str, region: str, action: str) -> None:
        """Wait until one more call of this action may go out."""
        rows = [row for row in self._rates if row[0] == service and action.startswith(row[1])]
        if not rows:
            return
        row = max(rows, key=lambda row: len(row[1]))
        with self._lock:
            key = (*row, region)
            if key not in self._buckets:
                rate = self._rates[row]
                ours = Rate(max(1, int(rate.burst * self._share)), rate.per_second * self._share)
                self._buckets[key] = Bucket(ours, self._clock)
        self._buckets[key].take()
