"""What was recorded is answered again, calls that were not are unknown, and nothing that could be a secret is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rds_secure.errors import CallError, DeniedError, UnsupportedError
from rds_secure.inventory import Place, Question, Topic, read
from rds_secure.inventory.lossless import decoded, encoded
from rds_secure.inventory.recorded import RecordedReader, RecordingReader
from rds_secure.inventory.recording import NOT_RECORDED, Recording
from rds_secure.inventory.withheld import WITHHELD, without_secrets
from rds_secure.live.sight import Sight
from tests.fakes import FakeReader

PLACE = Place("123456789012", "eu-west-1")
ROLE = {"RoleName": "dba"}
DENIED = DeniedError("kms", "ListKeys", "AccessDenied", "no", status=400)
GONE = CallError("iam", "GetRole", "NoSuchEntity", "gone", status=404)

MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))]))
LEAVES = st.none() | st.booleans() | st.integers() | st.text() | st.binary() | MOMENTS
REPLIES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=4) | st.sampled_from(["$time", "$bytes", "$mapping", "$"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


def recorded(noting: RecordingReader) -> RecordedReader:
    return RecordedReader(
        Recording(PLACE, "arn:aws:iam::123456789012:user/dana", "2026-11-24T20:00:00Z", noting.answers)
    )


def noting(answers: dict[tuple[str, ...], Any]) -> RecordingReader:
    return RecordingReader(FakeReader(answers), PLACE.region)


@given(REPLIES)
def test_replies_are_written_without_loss(reply: Any) -> None:
    assert decoded(encoded(reply)) == reply


@pytest.mark.parametrize("mangled", [{"$time": 1}, {"$time": "then"}, {"$bytes": "?"}, {"$mapping": {}, "more": 1}])
def test_a_mangled_form_is_no_value(mangled: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        decoded(mangled)


def test_what_was_answered_is_answered_again_whatever_the_order_of_the_parameters() -> None:
    first = noting({("rds", "DescribeDBSnapshots"): {"DBSnapshots": [{"SnapshotCreateTime": datetime(2026, 1, 1)}]}})
    reply = first.call("rds", "DescribeDBSnapshots", {"A": 1, "B": [2]})
    assert recorded(first).call("rds", "DescribeDBSnapshots", {"B": [2], "A": 1}) == reply


def test_errors_are_answered_again_and_absence_is_up_to_who_asks() -> None:
    first = noting({("iam", "GetRole"): GONE, ("kms", "ListKeys"): DENIED})
    assert first.call("iam", "GetRole", ROLE, absent=("NoSuchEntity",)) is None
    with pytest.raises(DeniedError):
        first.call("kms", "ListKeys")
    again = recorded(first)
    assert again.call("iam", "GetRole", ROLE, absent=("NoSuchEntity",)) is None
    with pytest.raises(CallError, match="NoSuchEntity: gone"):
        again.call("iam", "GetRole", ROLE)
    with pytest.raises(DeniedError, match="AccessDenied"):
        again.call("kms", "ListKeys")


def test_a_call_without_an_answer_is_not_noted() -> None:
    first = noting({("kms", "ListKeys"): CallError("kms", "ListKeys", "NoReply", "cut off")})
    with pytest.raises(CallError):
        first.call("kms", "ListKeys")
    assert not first.answers


def test_a_call_that_was_not_recorded_is_unknown_and_named() -> None:
    nothing = recorded(noting({}))
    with pytest.raises(
        UnsupportedError, match=r'kms GetKeyPolicy \{"KeyId":"1"\} is not in the recorded snapshot of 2026'
    ):
        nothing.call("kms", "GetKeyPolicy", {"KeyId": "1"}, absent=("NotFoundException",))
    sight = Sight()
    assert sight.look(lambda: nothing.call("kms", "ListKeys"), None, kinds=("kms_key",)) is None
    assert [(item.code, item.kinds) for item in sight.unseen({})] == [(NOT_RECORDED, ("kms_key",))]
    found = read(nothing, PLACE, {Topic.IDENTITIES})
    assert found.unread == {Question("iam", "GetAccountAuthorizationDetails"): NOT_RECORDED}


def test_what_an_endpoint_lacks_is_off_and_what_was_not_recorded_is_unknown() -> None:
    asked = Question("ec2", "DescribeVpcBlockPublicAccessOptions")
    lacking = UnsupportedError(asked.service, asked.action, "NotImplemented", "no", status=501)
    first = noting({(asked.service, asked.action): lacking})
    with pytest.raises(UnsupportedError):
        first.call(asked.service, asked.action)
    assert asked in read(recorded(first), PLACE, set(), [asked]).replies
    assert read(recorded(noting({})), PLACE, set(), [asked]).unread == {asked: NOT_RECORDED}


def test_the_accounts_own_region_is_the_same_named_or_not_and_others_are_not() -> None:
    first = noting({("rds", "DescribeDBInstances"): {"DBInstances": []}})
    first.call("rds", "DescribeDBInstances", region="eu-west-1")
    again = recorded(first)
    assert again.call("rds", "DescribeDBInstances") == {"DBInstances": []}
    with pytest.raises(UnsupportedError, match="in us-east-1"):
        again.call("rds", "DescribeDBInstances", region="us-east-1")


def test_a_whole_list_answers_for_its_first_page_but_not_the_other_way_round() -> None:
    answers = {("rds", "DescribeEvents"): {"Events": []}, ("rds", "DescribeDBInstances"): {"DBInstances": []}}
    first = noting(answers)
    first.call("rds", "DescribeEvents")
    first.call("rds", "DescribeDBInstances", first_page=True)
    again = recorded(first)
    assert again.call("rds", "DescribeEvents", first_page=True) == {"Events": []}
    with pytest.raises(UnsupportedError):
        again.call("rds", "DescribeDBInstances")


@pytest.mark.parametrize("field", sorted(WITHHELD))
def test_what_could_be_a_secret_is_dropped_at_any_depth(field: str) -> None:
    reply = {"Items": [{"Name": "kept", field: "hunter2"}], field: b"hunter2", "ResponseMetadata": {"RequestId": "1"}}
    assert without_secrets(reply) == {"Items": [{"Name": "kept"}]}


def test_that_a_password_waits_is_kept_and_the_password_is_not() -> None:
    reply = {"DBInstances": [{"PendingModifiedValues": {"MasterUserPassword": "hunter2", "Port": 5433}}]}
    kept = {"DBInstances": [{"PendingModifiedValues": {"MasterUserPassword": "****", "Port": 5433}}]}
    assert without_secrets(reply) == kept


def test_values_of_parameters_and_passwords_among_options_are_dropped_and_other_values_are_not() -> None:
    reply = {
        "Parameter": {"Name": "/app/key", "Value": "hunter2"},
        "Parameters": [{"ParameterName": "ssl", "ParameterValue": "1"}, {"Name": "/app", "Value": "hunter2"}],
        "OptionSettings": [
            {"Name": "AGENT_REGISTRATION_PASSWORD", "Value": "hunter2", "DefaultValue": ""},
            {"Name": "SQLNET.ENCRYPTION_SERVER", "Value": "REQUIRED"},
        ],
        "Tags": [{"Key": "team", "Value": "shop"}],
    }
    assert without_secrets(reply) == {
        "Parameter": {"Name": "/app/key"},
        "Parameters": [{"ParameterName": "ssl", "ParameterValue": "1"}, {"Name": "/app"}],
        "OptionSettings": [
            {"Name": "AGENT_REGISTRATION_PASSWORD"},
            {"Name": "SQLNET.ENCRYPTION_SERVER", "Value": "REQUIRED"},
        ],
        "Tags": [{"Key": "team", "Value": "shop"}],
    }


def test_whoever_asks_through_a_recording_gets_no_secret_either() -> None:
    first = noting({("secretsmanager", "GetSecretValue"): {"Name": "a", "SecretString": "hunter2"}})
    assert first.call("secretsmanager", "GetSecretValue") == {"Name": "a"}
    assert "hunter2" not in repr(first.answers)
