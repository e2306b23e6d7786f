"""botocore's exceptions as ours (errors.py): codes on the wire, what is denied, unknown, unanswered."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from rds_secure.aws.errors import NO_REPLY, translate
from rds_secure.errors import CallError, CredentialsError, DeniedError, RdsSecureError, UnsupportedError


def _answer(code: str, message: str = "as AWS says", status: int = 400) -> boto.ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "RequestId": "r-1"},
    }
    return boto.ClientError(response, "DescribeDBInstances")


def _translated(error: Exception) -> RdsSecureError:
    return translate("rds", "DescribeDBInstances", error)


def test_an_answer_keeps_its_code_message_status_and_request() -> None:
    """RDS-25: codes on the wire are not the names of exceptions."""
    error = _translated(_answer("DBInstanceNotFound", "DBInstance orders not found.", 404))
    assert isinstance(error, CallError)
    assert type(error) is CallError
    assert (error.service, error.action) == ("rds", "DescribeDBInstances")
    assert (error.code, error.message) == ("DBInstanceNotFound", "DBInstance orders not found.")
    assert (error.status, error.request_id) == (404, "r-1")
    assert str(error) == "rds DescribeDBInstances: DBInstanceNotFound: DBInstance orders not found."


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"])
def test_a_missing_permission_is_told_apart(code: str) -> None:
    """ANY-4; each service has its own word for it."""
    assert isinstance(_translated(_answer(code, status=403)), DeniedError)


@pytest.mark.parametrize(
    "error",
    [
        _answer("InvalidAction"),
        _answer("UnknownOperationException"),
        _answer("InternalFailure", status=501),
        ResponseParserError("invalid XML received"),
    ],
)
def test_what_the_endpoint_lacks_is_unknown(error: Exception) -> None:
    """ANY-3: what an endpoint lacks is unknown, never absent and never ok."""
    assert isinstance(_translated(error), UnsupportedError)


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId", "SignatureDoesNotMatch", "AuthFailure"])
def test_credentials_that_aws_does_not_accept_are_no_failed_call(code: str) -> None:
    error = _translated(_answer(code, "no", 403))
    assert isinstance(error, CredentialsError)
    assert str(error) == f"AWS does not accept the credentials: {code}: no"


@pytest.mark.parametrize(
    "error",
    [
        boto.NoCredentialsError(),
        boto.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
        boto.ProfileNotFound(profile="prod"),
        boto.UnauthorizedSSOTokenError(),
        boto.MetadataRetrievalError(error_msg="no role"),
        boto.InvalidConfigError(error_msg="a circle"),
    ],
)
def test_credentials_that_are_not_there_are_no_failed_call(error: Exception) -> None:
    translated = _translated(error)
    assert isinstance(translated, CredentialsError)
    assert str(translated).startswith("no usable AWS credentials: ")
    assert all(word in str(translated) for word in (": set AWS_PROFILE", "aws sso login", "--sandbox"))


@pytest.mark.parametrize(
    "error",
    [
        boto.ConnectionClosedError(endpoint_url="https://rds.eu-west-1.amazonaws.com"),
        boto.ReadTimeoutError(endpoint_url="https://rds.eu-west-1.amazonaws.com"),
        boto.EndpointConnectionError(endpoint_url="https://rds.eu-west-1.amazonaws.com"),
    ],
)
def test_a_call_without_an_answer_may_have_taken_effect(error: Exception) -> None:
    """ANY-1: a reply may be lost before or after the call took effect."""
    translated = _translated(error)
    assert isinstance(translated, CallError)
    assert (translated.code, translated.status) == (NO_REPLY, 0)
    assert "rds.eu-west-1.amazonaws.com" in translated.message


def test_a_call_that_is_not_valid_never_went_out() -> None:
    error = _translated(boto.ParamValidationError(report="Missing required parameter"))
    assert isinstance(error, CallError)
    assert (error.code, error.status) == ("Invalid", 400)


def test_an_answer_without_a_code_is_still_an_answer() -> None:
    error = _translated(boto.ClientError({}, "DescribeDBInstances"))
    assert isinstance(error, CallError)
    assert (error.code, error.message, error.status) == ("Unknown", "", 0)
