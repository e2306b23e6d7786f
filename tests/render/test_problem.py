from __future__ import annotations

import pytest

from rds_secure.errors import (
    ApplyError,
    CallError,
    DeclinedError,
    DeniedError,
    Location,
    Problem,
    RdsSecureError,
    RefusedError,
    SpecError,
    UnsupportedError,
)
from rds_secure.render.terminal import error_text
from tests.render.golden_files import assert_golden
from tests.render.streams import text_of

PROBLEMS = (
    Problem("there is no field 'allocated_storage' here", "did you mean 'storage_gib'?", Location("a.yaml", 12, 7)),
    Problem("'vpc' is missing", "add it (its VPC: an id, or a look-up by tags)", Location("b.yaml", 3, 5)),
    Problem("the account is 210987654321", "use credentials of 123456789012"),
)
MESSAGE = "User: arn:aws:iam::123456789012:user/dana is not authorized to perform: kms:CreateKey"
DENIED = DeniedError("kms", "CreateKey", "AccessDeniedException", MESSAGE, status=400, request_id="0f3d-17")


def shown(error: RdsSecureError, *, color: bool = False) -> str:
    return text_of(error_text, error, color=color)


def test_problems_and_answers_look_as_approved() -> None:
    assert_golden("errors.txt", shown(SpecError(PROBLEMS)) + "\n" + shown(DENIED))
    assert_golden("errors-color.txt", shown(SpecError(PROBLEMS), color=True) + "\n" + shown(DENIED, color=True))


def test_every_problem_is_one_line_that_begins_with_its_place() -> None:
    assert shown(SpecError(PROBLEMS[:2])).splitlines() == [
        "a.yaml:12:7: there is no field 'allocated_storage' here: did you mean 'storage_gib'?",
        "b.yaml:3:5: 'vpc' is missing: add it (its VPC: an id, or a look-up by tags)",
        "2 problems.",
    ]


def test_one_problem_is_not_counted() -> None:
    assert shown(RefusedError(PROBLEMS[:1])).count("\n") == 1


def test_bare_problems_look_like_those_of_an_error() -> None:
    assert text_of(error_text, PROBLEMS, color=False) == shown(SpecError(PROBLEMS))


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (DENIED, "allow the caller kms:CreateKey"),
        (UnsupportedError("iam", "ListGroups", "InvalidAction", "no"), "use an endpoint that offers this call"),
        (CallError("rds", "CreateDBInstance", "NoReply", "timed out"), "may have taken effect"),
        (CallError("rds", "DescribeDBInstances", "NoReply", "timed out"), "reached; then run the same command again"),
        (CallError("iam", "GetUser", "Throttling", "Rate exceeded", status=400), "wait a little"),
        (CallError("rds", "ModifyDBInstance", "InvalidParameterValue", "no", status=400), "settle what AWS says"),
    ],
)
def test_an_answer_of_aws_is_shown_with_what_to_do(error: CallError, advice: str) -> None:
    text = shown(error)
    assert f"{error.service} {error.action} failed: {error.code}" in text
    assert f"AWS says:   {error.message}" in text
    assert advice in text


def test_a_request_id_is_shown_where_there_is_one() -> None:
    assert "request id: 0f3d-17" in shown(DENIED)
    assert "request id" not in shown(CallError("iam", "GetUser", "X", "y", status=400))


def test_a_call_that_was_not_recorded_says_what_to_do_and_nothing_of_aws() -> None:
    error = UnsupportedError(
        "kms", "ListKeys", "NotRecorded", "kms ListKeys is not in the recorded snapshot: record anew"
    )
    assert shown(error) == "kms ListKeys is not in the recorded snapshot: record anew\n"


def test_other_errors_are_shown_line_by_line() -> None:
    assert shown(DeclinedError("declined: nothing was changed")) == "error: declined: nothing was changed\n"
    assert (
        shown(ApplyError("2 of 3 calls are done\n  kms_key.k: X")) == "error: 2 of 3 calls are done\n  kms_key.k: X\n"
    )


def test_an_error_without_words_still_says_what_it_is() -> None:
    assert shown(ApplyError()) == "error: ApplyError\n"


def test_words_of_aws_cannot_command_the_terminal() -> None:
    error = CallError("iam", "GetUser", "X\x1b[2J", "a\r\nb", status=400, request_id="\x07")
    assert r"X\x1b[2J" in shown(error)
    assert r"a\r\nb" in shown(error)
    assert r"\x07" in shown(error)
