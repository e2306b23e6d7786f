"""Rules about the account and the secrets of databases: each way in which they pass, fail or do not know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rds_secure.access.posture import Posture
from rds_secure.finding import State
from rds_secure.inventory import Inventory, Place, Question, read
from rds_secure.inventory.questions import ACCESS, BULK, EVERYTHING, Topic
from rds_secure.inventory.redaction import redact, renamer_for
from rds_secure.rules import RULES, Context, judge, subjects_of
from tests.fakes import FakeReader
from tests.rules.examples import ACCOUNT, NOW, REGION

PLACE = Place(ACCOUNT, REGION)
TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/main"
ALL = {"IncludeManagementEvents": True, "ReadWriteType": "All"}


def verdicts(replies: Mapping[tuple[str, ...], Any]) -> dict[str, State]:
    inventory = Inventory(PLACE, {Question(*asked): reply for asked, reply in replies.items()})
    posture = Posture(inventory)
    return {one.rule: one.state for one in judge(RULES, subjects_of(posture), Context(posture, NOW))}


@pytest.mark.parametrize(
    ("trail", "status", "selectors", "state"),
    [
        ({"IsMultiRegionTrail": True}, True, {"EventSelectors": [ALL]}, State.PASS),
        ({"IsMultiRegionTrail": True}, False, {"EventSelectors": [ALL]}, State.FAIL),
        ({"IsMultiRegionTrail": False}, True, {"EventSelectors": [ALL]}, State.FAIL),
        ({"IsMultiRegionTrail": True}, True, {"EventSelectors": [{**ALL, "ReadWriteType": "ReadOnly"}]}, State.FAIL),
        (
            {"IsMultiRegionTrail": True},
            True,
            {"EventSelectors": [{**ALL, "ExcludeManagementEventSources": ["rdsdata.amazonaws.com"]}]},
            State.FAIL,
        ),
        (
            {"IsMultiRegionTrail": True},
            True,
            {"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]},
            State.PASS,
        ),
        (
            {"IsMultiRegionTrail": True},
            True,
            {
                "AdvancedEventSelectors": [
                    {
                        "FieldSelectors": [
                            {"Field": "eventCategory", "Equals": ["Management"]},
                            {"Field": "readOnly", "Equals": ["false"]},
                        ]
                    }
                ]
            },
            State.FAIL,
        ),
        ({"IsMultiRegionTrail": True}, True, None, State.UNKNOWN),
    ],
)
def test_a_trail_counts_that_keeps_every_call_that_manages(
    trail: dict[str, Any], status: bool, selectors: Any, state: State
) -> None:
    replies: dict[tuple[str, ...], Any] = {
        ("cloudtrail", "DescribeTrails"): {"trailList": [{"Name": "main", "TrailARN": TRAIL, **trail}]},
        ("cloudtrail", "GetTrailStatus", TRAIL): {"IsLogging": status},
    }
    if selectors is not None:
        replies["cloudtrail", "GetEventSelectors", TRAIL] = selectors
    assert verdicts(replies)["trail-on"] is state


def test_without_a_trail_or_a_detector_the_account_is_not_watched() -> None:
    found = verdicts(
        {("cloudtrail", "DescribeTrails"): {"trailList": []}, ("guardduty", "ListDetectors"): {"DetectorIds": []}}
    )
    assert (found["trail-on"], found["guardduty-logins"]) == (State.FAIL, State.FAIL)


def test_a_root_user_without_a_password_needs_no_second_factor() -> None:
    def root(**summary: int) -> State:
        return verdicts({("iam", "GetAccountSummary"): {"SummaryMap": summary}})["root-has-mfa"]

    assert root(AccountMFAEnabled=0, AccountPasswordPresent=0) is State.PASS
    assert root(AccountMFAEnabled=0) is State.FAIL
    assert root(AccountMFAEnabled=1, AccountPasswordPresent=1) is State.PASS


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"RotationEnabled": True}, State.PASS),
        ({"RotationEnabled": True, "LastRotatedDate": NOW - timedelta(days=7)}, State.PASS),
        ({"RotationEnabled": True, "LastRotatedDate": NOW - timedelta(days=91)}, State.FAIL),
        ({"RotationEnabled": True, "NextRotationDate": NOW - timedelta(days=3)}, State.FAIL),
        ({"RotationEnabled": True, "NextRotationDate": NOW + timedelta(days=3)}, State.PASS),
        ({}, State.FAIL),
    ],
)
def test_a_secret_has_to_change_and_to_have_changed(told: dict[str, Any], state: State) -> None:
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:orders-AbCdEf"
    proxy = {"DBProxyName": "orders", "Auth": [{"SecretArn": arn}]}
    replies = {
        ("rds", "DescribeDBProxies"): {"DBProxies": [proxy]},
        ("secretsmanager", "GetResourcePolicy", arn): {"ARN": arn},
        ("secretsmanager", "DescribeSecret", arn): {"ARN": arn, "Name": "orders", **told},
    }
    assert verdicts(replies)["secret-rotated"] is state


@pytest.mark.parametrize(
    ("engine", "version", "state"),
    [
        ("mysql", "5.7.44", State.FAIL),
        ("mysql", "8.4.5", State.PASS),
        ("oracle-ee", "19.0.0.0", None),
        ("mysql", "", State.UNKNOWN),
    ],
)
def test_support_ends_on_the_day_that_aws_tells(engine: str, version: str, state: State | None) -> None:
    def life(major: str, year: int) -> dict[str, Any]:
        ends = {"LifecycleSupportEndDate": datetime(year, 7, 31, tzinfo=UTC)}
        lives = [{"LifecycleSupportName": "open-source-rds-standard-support", **ends}]
        return {"Engine": "mysql", "MajorEngineVersion": major, "SupportedEngineLifecycles": lives}

    database = {"DBInstanceIdentifier": "orders", "Engine": engine, "EngineVersion": version}
    replies = {
        ("rds", "DescribeDBInstances"): {"DBInstances": [database]},
        ("rds", "DescribeDBMajorEngineVersions"): {"DBMajorEngineVersions": [life("5.7", 2024), life("8.4", 2029)]},
    }
    assert verdicts(replies).get("standard-support") is state


def test_the_account_is_read_for_rules_alone() -> None:
    assert {Topic.ACCOUNT} == EVERYTHING - ACCESS
    bulk = ((service, action) for service, actions in BULK[Topic.ACCOUNT].items() for action in actions)
    following = [("cloudtrail", "GetTrailStatus"), ("cloudtrail", "GetEventSelectors"), ("guardduty", "GetDetector")]
    answers: dict[tuple[str, ...], Any] = {key: {} for key in (*bulk, *following)}
    answers["cloudtrail", "DescribeTrails"] = {"trailList": [{"TrailARN": TRAIL}]}
    answers["guardduty", "ListDetectors"] = {"DetectorIds": ["1"]}
    reader = FakeReader(answers)
    found = read(reader, PLACE, (Topic.ACCOUNT,))
    asked = {*found.replies, *found.unread}
    assert {
        Question("cloudtrail", "GetTrailStatus", TRAIL),
        Question("cloudtrail", "GetEventSelectors", TRAIL),
        Question("guardduty", "GetDetector", "1"),
    } <= asked


def test_other_names_change_no_verdict_on_the_account() -> None:
    trail = {"Name": "main", "TrailARN": TRAIL, "IsMultiRegionTrail": True, "KmsKeyId": "key", "S3BucketName": "logs"}
    advanced = [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]
    features = [{"Name": "RDS_LOGIN_EVENTS", "Status": "ENABLED"}]
    replies = {
        Question("cloudtrail", "DescribeTrails"): {"trailList": [trail]},
        Question("cloudtrail", "GetTrailStatus", TRAIL): {"IsLogging": True},
        Question("cloudtrail", "GetEventSelectors", TRAIL): {"AdvancedEventSelectors": advanced},
        Question("guardduty", "ListDetectors"): {"DetectorIds": ["ab12"]},
        Question("guardduty", "GetDetector", "ab12"): {
            "Status": "ENABLED",
            "Features": features,
            "Tags": {"team": "x"},
        },
        Question("iam", "GetAccountSummary"): {"SummaryMap": {"AccountAccessKeysPresent": 0, "AccountMFAEnabled": 1}},
    }
    whole = Inventory(PLACE, replies)
    other = redact(whole, renamer_for(whole, b"a key"))

    def states(inventory: Inventory) -> dict[str, State]:
        posture = Posture(inventory)
        return {one.rule: one.state for one in judge(RULES, subjects_of(posture), Context(posture, NOW))}

    assert states(other) == states(whole)
    assert set(states(whole).values()) >= {State.PASS}
    assert "main" not in str(other.replies)
    assert "team" not in str(other.replies)
