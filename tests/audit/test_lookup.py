"""What is looked up in CloudTrail, in which order, how far, and what is said where it could not be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from rds_secure.audit.trail.lookup import LookUps
from rds_secure.audit.trail.patterns import BY_CALL
from rds_secure.errors import DeniedError
from rds_secure.inventory import Place
from tests.audit.records import ACCOUNT, REGION, record
from tests.fakes import FakeReader
from tests.models import assert_valid_call

PLACE = Place(ACCOUNT, REGION)
SINCE, UNTIL = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)


def item(number: int, call: str = "rds:DescribeDBInstances") -> dict[str, Any]:
    made = record(call) | {"eventID": f"e-{number}"}
    return {"EventTime": datetime(2026, 11, 20, 10, 0, 59 - number, tzinfo=UTC), "CloudTrailEvent": json.dumps(made)}


def asked(params: Mapping[str, Any]) -> tuple[str, str]:
    (attribute,) = params["LookupAttributes"]
    return attribute["AttributeKey"], attribute["AttributeValue"]


def reader(pages: int = 1, denied: str = "") -> FakeReader:
    """RDS has so many pages of an event each; every other look-up finds nothing."""

    def answer(params: Mapping[str, Any]) -> dict[str, Any]:
        if denied and asked(params)[1] == denied:
            raise DeniedError("cloudtrail", "LookupEvents", "AccessDeniedException", "no")
        if asked(params) != ("EventSource", "rds.amazonaws.com"):
            return {"Events": []}
        page = int(params.get("NextToken", 0))
        more = {"NextToken": str(page + 1)} if page + 1 < pages else {}
        return {"Events": [item(page)], **more}

    return FakeReader({("cloudtrail", "LookupEvents"): answer})


def test_rds_comes_first_then_every_call_that_a_pattern_is_about() -> None:
    found = reader()
    records = list(LookUps(found, PLACE, SINCE, UNTIL).records())
    looked = [asked(params) for _, _, params in found.calls]
    assert looked[0] == ("EventSource", "rds.amazonaws.com")
    others = {call.partition(":")[2] for call in BY_CALL if not call.startswith("rds:")}
    assert {value for key, value in looked if key == "EventName"} == others
    assert [one["eventID"] for one in records] == ["e-0"]
    assert {params["StartTime"] for _, _, params in found.calls} == {SINCE.isoformat()}
    for service, action, params in found.calls:
        assert_valid_call(service, action, params)


def test_events_of_iam_are_where_its_partition_keeps_them() -> None:
    found = reader()
    list(LookUps(found, PLACE).records())
    regions = {asked(params)[1]: region for (_, _, params), region in zip(found.calls, found.regions, strict=True)}
    assert regions["AttachRolePolicy"] == "us-east-1"
    assert regions["DisableKey"] is None


def test_pages_are_followed_backwards() -> None:
    found = reader(pages=4)
    assert len(list(LookUps(found, PLACE).records())) == 4


def test_beyond_the_limit_only_calls_of_patterns_are_looked_up_and_that_is_said() -> None:
    found = reader(pages=9)
    looked = LookUps(found, PLACE, limit=3)
    assert len(list(looked.records())) == 3
    before = "2026-11-20T10:00:57+00:00"
    assert before in looked.gaps[0]
    rest = [params for _, _, params in found.calls if asked(params)[1] == "DeleteDBInstance"]
    assert [params["EndTime"] for params in rest] == [before]


def test_a_service_that_may_not_be_looked_up_is_said_and_the_rest_goes_on() -> None:
    found = reader(denied="AddUserToGroup")
    looked = LookUps(found, PLACE)
    list(looked.records())
    assert looked.gaps == ["iam:AddUserToGroup in us-east-1: AccessDeniedException"]
    names = {asked(params)[1] for _, _, params in found.calls}
    assert "AuthorizeSecurityGroupIngress" in names
    assert "AttachRolePolicy" not in names


def test_where_nothing_can_be_read_there_is_no_answer() -> None:
    with pytest.raises(DeniedError):
        list(LookUps(reader(denied="rds.amazonaws.com"), PLACE).records())
