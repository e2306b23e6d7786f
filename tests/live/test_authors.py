"""Who changed a thing last, as CloudTrail tells it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from rds_secure.live.authors import LOOKUPS, Author, authors
from rds_secure.values import Address
from tests.fakes import FakeReader, error
from tests.toy_account import ToyAccount, look, stack

pytestmark = pytest.mark.usefixtures("toys")

A = Address("toy", "a")
ARN = "arn:aws:sts::123456789012:assumed-role/admin/dana"


def event(call: str = "ModifyToy", *, read_only: str = "false", user: str = "dana", **details: Any) -> dict[str, Any]:
    said = {"userIdentity": {"arn": ARN}, "userAgent": "aws-cli/2", **details}
    return {
        "EventName": call,
        "ReadOnly": read_only,
        "Username": user,
        "EventTime": datetime(2026, 11, 23, 8, 30, tzinfo=UTC),
        "CloudTrailEvent": json.dumps(said),
    }


def asked(events: Mapping[str, list[Any]], declared: Mapping[str, Any] | None = None) -> tuple[Any, FakeReader]:
    account = ToyAccount()
    account.own_all({"toy.a": {}})
    snapshot = look(stack(declared or {"toy.a": {}}), account)

    def lookup(params: Mapping[str, Any]) -> Mapping[str, Any]:
        [attribute] = params["LookupAttributes"]
        return {"Events": events.get(attribute["AttributeValue"], [])}

    reader = FakeReader({("cloudtrail", "LookupEvents"): lookup})
    return authors(snapshot, snapshot.resources, reader), reader


def test_the_newest_change_is_told_by_its_principal_call_and_time() -> None:
    (found, unknown), reader = asked({"id-1": [event(), event("CreateToy", user="sam")]})
    assert found == {A: Author(ARN, "ModifyToy", "2026-11-23T08:30:00+00:00")}
    assert unknown == ""
    assert len(reader.calls) == 1


def test_reads_failures_and_our_own_calls_changed_nothing_that_drifted() -> None:
    events = [
        event("DescribeToys", read_only="true"),
        event("DeleteToy", errorCode="AccessDenied"),
        event("ModifyToy", userAgent="Boto3/1 rds-secure/0.1"),
        event("SetPeers"),
    ]
    (found, _), _ = asked({"id-1": events})
    assert found[A].call == "SetPeers"


def test_a_thing_is_looked_up_by_its_id_and_by_its_name() -> None:
    (found, _), reader = asked({"a": [event()]})
    assert found[A].call == "ModifyToy"
    assert [call[2]["LookupAttributes"][0]["AttributeValue"] for call in reader.calls] == ["id-1", "a"]


def test_one_that_is_not_there_is_looked_up_by_its_name() -> None:
    (found, _), _ = asked({"b": [event("DeleteToy")]}, {"toy.b": {}})
    assert found[Address("toy", "b")].call == "DeleteToy"


def test_an_event_that_names_no_arn_names_its_user_and_one_that_is_no_json_is_told_all_the_same() -> None:
    bare = {**event(), "CloudTrailEvent": "no JSON"}
    (found, _), _ = asked({"id-1": [bare]})
    assert found[A].who == "dana"


def test_cloudtrail_that_may_not_be_read_is_said_and_stops_nothing() -> None:
    """Meaning §8."""
    account = ToyAccount()
    account.own_all({"toy.a": {}})
    snapshot = look(stack({"toy.a": {}}), account)
    reader = FakeReader({("cloudtrail", "LookupEvents"): error("cloudtrail", "LookupEvents", "AccessDeniedException")})
    assert authors(snapshot, [A], reader) == (
        {},
        "CloudTrail could not be asked who changed what: AccessDeniedException",
    )


def test_no_more_is_looked_up_than_its_rate_allows() -> None:
    declared = {f"toy.x{number}": {} for number in range(LOOKUPS + 3)}
    (_, unknown), reader = asked({}, declared)
    assert unknown == "3 more were not looked up in CloudTrail"
    assert len(reader.calls) == LOOKUPS
