"""Buckets: what goes out at once, what waits, and who shares."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from rds_secure.aws.rate import RATES, Bucket, Limits, Rate
from tests.fakes import FakeClock


def test_a_burst_goes_out_at_once_and_then_each_waits_for_its_token() -> None:
    clock = FakeClock()
    bucket = Bucket(Rate(3, 2), clock)
    for _ in range(5):
        bucket.take()
    assert clock.slept == [0.5, 0.5]


def test_tokens_come_back_with_time_but_no_more_than_the_burst() -> None:
    clock = FakeClock()
    bucket = Bucket(Rate(2, 1), clock)
    for _ in range(2):
        bucket.take()
    clock.time += 100
    for _ in range(3):
        bucket.take()
    assert clock.slept == [1]


class Frozen(FakeClock):
    """Nobody who sleeps wakes up: what each was told to sleep is what it would take."""

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)


def test_threads_share_a_bucket_and_none_gets_a_token_of_another() -> None:
    clock = Frozen()
    limits = Limits(clock, {("rds", ""): Rate(20, 2)}, share=0.5)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: limits.take("rds", "eu-west-1", "ModifyDBInstance"), range(14)))
    assert sorted(clock.slept) == [1, 2, 3, 4]


def test_services_regions_and_sorts_of_calls_do_not_wait_for_each_other() -> None:
    clock = Frozen()
    rates = {("rds", ""): Rate(1, 1), ("rds", "Describe"): Rate(1, 1), ("iam", ""): Rate(1, 1)}
    limits = Limits(clock, rates, share=1)
    for service, region, action in (
        ("rds", "eu-west-1", "ModifyDBInstance"),
        ("rds", "eu-west-1", "DescribeDBInstances"),
        ("rds", "us-east-1", "ModifyDBInstance"),
        ("iam", "us-east-1", "CreateUser"),
        ("unheard-of", "us-east-1", "CreateUser"),
    ):
        limits.take(service, region, action)
    assert clock.slept == []
    limits.take("rds", "eu-west-1", "CreateDBInstance")
    assert clock.slept == [1]


def test_an_ordinary_plan_does_not_wait() -> None:
    """As many reads as a plan of a whole stack makes, all at the same moment."""
    clock = Frozen()
    limits = Limits(clock)
    for service, action, count in (
        ("rds", "DescribeDBInstances", 30),
        ("rds", "ListTagsForResource", 20),
        ("ec2", "DescribeSecurityGroups", 10),
        ("iam", "GetAccountAuthorizationDetails", 5),
        ("kms", "DescribeKey", 50),
        ("kms", "GetKeyPolicy", 50),
        ("resourcegroupstaggingapi", "GetResources", 2),
    ):
        for _ in range(count):
            limits.take(service, "eu-west-1", action)
    assert clock.slept == []


@pytest.mark.parametrize("row", RATES, ids=lambda row: ":".join(row))
def test_every_row_lets_something_through(row: tuple[str, str]) -> None:
    rate = RATES[row]
    assert rate.burst >= 1
    assert rate.per_second > 0
