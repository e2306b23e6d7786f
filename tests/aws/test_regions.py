"""Regions that nobody answers for: misspelt ones, and new ones that botocore does not list yet."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from rds_secure.aws.regions import missing
from rds_secure.aws.retry import AWAY_ATTEMPTS, BROKEN_ATTEMPTS
from rds_secure.aws.session import Access, Connection
from rds_secure.errors import CallError, RdsSecureError
from tests.fakes import FakeClock


def asked(region: str, attempts: list[str]) -> Connection:
    """A connection behind which no name can be resolved."""
    connection = Connection(Access(region=region, access_key="AKIAEXAMPLE", secret_key="example"), FakeClock())

    def away(request: Any, **_: Any) -> None:
        attempts.append(request.url)
        raise EndpointConnectionError(endpoint_url=request.url)

    connection.client("sts").meta.events.register("before-send", away)
    return connection


@pytest.mark.parametrize(
    ("region", "meant"),
    [
        ("eu-west-9", "did you mean eu-west-1?"),
        ("us-eats-1", "did you mean us-east-1?"),
        ("moon", "write the name of one"),
    ],
)
def test_a_region_that_nobody_knows_and_that_does_not_answer_is_said(region: str, meant: str) -> None:
    attempts: list[str] = []
    with pytest.raises(RdsSecureError, match=f"there is no region {region} .*: {meant[:-1]}") as raised:
        asked(region, attempts).identity()
    assert not isinstance(raised.value, CallError)
    assert len(attempts) == AWAY_ATTEMPTS


def test_of_one_that_is_listed_only_the_failure_is_told() -> None:
    attempts: list[str] = []
    with pytest.raises(CallError, match="NoReply"):
        asked("eu-west-1", attempts).identity()
    assert len(attempts) == BROKEN_ATTEMPTS


def test_what_is_no_name_of_a_host_is_no_region_either() -> None:
    with pytest.raises(RdsSecureError, match=r"there is no region eu west 1 .*: did you mean eu-west-1"):
        Connection(Access(region="eu west 1", access_key="AKIAEXAMPLE", secret_key="example")).identity()


def test_every_partition_counts() -> None:
    known = Connection(Access(region="eu-west-1"))._regions
    assert {"eu-west-1", "cn-north-1", "us-gov-west-1"} <= known
    assert missing("cn-north-1", known) is None
