"""Whatever a record holds, it gives an event or none, and judging it never fails."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rds_secure.audit.report import Audit
from rds_secure.audit.trail.context import Context
from rds_secure.audit.trail.event import parse, principal_of
from rds_secure.audit.trail.judge import judge
from rds_secure.audit.trail.patterns import BY_CALL
from rds_secure.audit.trail.report import report
from rds_secure.render.audit_machine import audit_junit, audit_sarif
from rds_secure.render.audit_markdown import audit_markdown
from rds_secure.render.audit_page import audit_page
from rds_secure.render.audit_view import audit_json
from rds_secure.rules import Guardrails
from tests.audit.records import ACCOUNT, CONTEXT, IAM, record, role, user

KEYS = st.sampled_from(
    [
        "eventTime", "eventName", "eventSource", "userIdentity", "requestParameters", "responseElements", "resources",
        "sessionContext", "attributes", "arn", "type", "errorCode", "groupId", "ipPermissions", "items", "valuesToAdd",
        "attributeName", "parameters", "parameterName", "optionsToRemove", "keyId", "secretId", "vpcSecurityGroupIds",
        "ModifySecurityGroupRulesRequest", "GroupId", "masterUserPassword", "policyArn", "securityGroupRuleSet",
    ]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8)
JSON = st.recursive(
    LEAVES | st.sampled_from(["2026-11-20T10:00:00Z", "0001-01-01T00:00:00+14:00", "rds.amazonaws.com", "all", "true"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=4), inner, max_size=5),
    max_leaves=10,
)


@settings(max_examples=60, deadline=None)
@given(JSON)
def test_any_json_gives_an_event_or_none(value: Any) -> None:
    judge([value], CONTEXT)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(BY_CALL)), JSON, JSON, JSON, st.booleans())
def test_any_parameters_of_a_call_that_is_looked_at_can_be_judged_and_shown(
    call: str, params: Any, response: Any, who: Any, known: bool
) -> None:
    made = record(call, params, who, responseElements=response, userAgent=str(params)[:40])
    seen = judge([made], CONTEXT if known else Context())
    found = Audit(datetime(2026, 11, 24, tzinfo=UTC), Guardrails(), trail=report(seen, "a test"))
    assert (seen.events, seen.malformed) == (1, 0)
    page = "\n".join(line.plain for line in audit_page(found, 80))
    for text in (audit_json(found, "1"), audit_markdown(found), audit_sarif(found, "1"), audit_junit(found), page):
        assert text.encode()
        assert all(line.isprintable() for line in text.split("\n"))


def test_the_case_of_keys_does_not_matter() -> None:
    made = record("rds:DeleteDBInstance", {"dBInstanceIdentifier": "orders"})

    def louder(value: Any) -> Any:
        return {key.upper(): louder(item) for key, item in value.items()} if isinstance(value, dict) else value

    event, loud = parse(made), parse(louder(made))
    assert event is not None
    assert loud is not None
    assert (loud.name, loud.at, loud.identity) == (event.name, event.at, event.identity)


@pytest.mark.parametrize(
    "broken",
    [{"eventTime": "yesterday"}, {"eventTime": None}, {"eventTime": 1}, {"eventName": None}, {"eventSource": ["rds"]}],
)
def test_a_record_without_name_source_or_time_is_none(broken: dict[str, Any]) -> None:
    assert parse(record("rds:StopDBInstance") | broken) is None
    assert judge([record("rds:StopDBInstance") | broken, None, [], "x"], CONTEXT).malformed == 4


def test_times_are_of_utc() -> None:
    for written in ("2026-11-20T10:00:00Z", "2026-11-20T10:00:00", "2026-11-20T12:00:00+02:00"):
        event = parse(record("rds:StopDBInstance") | {"eventTime": written})
        assert event is not None
        assert event.at == datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("identity", "principal"),
    [
        (user(), f"{IAM}:user/dana"),
        (role(), f"{IAM}:role/deploy/ci"),
        ({"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/x"}, f"{IAM}:role/ci"),
        ({"type": "AWSService", "invokedBy": "rds.amazonaws.com"}, "rds.amazonaws.com"),
        ({"type": "AWSAccount", "accountId": "222222222222"}, "222222222222"),
        ({"type": "WebIdentityUser", "userName": "me"}, "me"),
        ({}, "somebody"),
        ([], "somebody"),
    ],
)
def test_a_principal_is_the_user_or_role_not_its_session(identity: Any, principal: str) -> None:
    event = parse(record("rds:StopDBInstance") | {"userIdentity": identity})
    assert event is not None
    assert event.identity.principal == principal


def test_the_role_behind_a_session() -> None:
    assert principal_of(f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/run/1") == f"{IAM}:role/ci"
    assert principal_of(f"{IAM}:user/dana") == f"{IAM}:user/dana"


def test_halves_of_characters_can_be_shown() -> None:
    made = json.loads(json.dumps(record("rds:DeleteDBSnapshot", {})).replace("aws-cli/2.31", "x\\ud800\\u001b[31m"))
    (suspect,) = judge([made], CONTEXT).suspects()
    assert suspect.findings[0].evidence[0].agent.encode() == b"x\\ud800\x1b[31m"
