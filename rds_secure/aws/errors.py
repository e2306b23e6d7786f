"""botocore's exceptions as ours, in one place, each from its cause. Codes are matched on the wire (RDS-25)."""

from __future__ import annotations

from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from rds_secure.aws.retry import UNCERTAIN
from rds_secure.errors import CallError, CredentialsError, DeniedError, RdsSecureError, UnsupportedError

NO_REPLY = "NoReply"
"""The code of a call that got no answer: it may have taken effect."""

_DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "AccessDeniedFault"}
)
_UNSUPPORTED = frozenset({"InvalidAction", "UnknownOperationException", "NotImplemented", "UnsupportedOperation"})
_CREDENTIALS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "AuthFailure",
        "InvalidAccessKeyId",
        "RequestExpired",
    }
)


BOTO = (boto.ClientError, boto.BotoCoreError, ResponseParserError)
"""What botocore raises. Anything else is a mistake of ours, and must not look like a lost reply."""

_SIGN_IN = "set AWS_PROFILE or pass --profile, sign in (aws sso login), or try it without an account: --sandbox"


def translate(service: str, action: str, error: Exception) -> RdsSecureError:
    """The error to raise for one of `BOTO`; raise it ``from`` the exception."""
    if isinstance(error, boto.ClientError):
        return _answered(service, action, error)
    if isinstance(error, ResponseParserError):  # ANY-3: an endpoint that answers with a page
        return UnsupportedError(service, action, "Unreadable", "the endpoint's answer cannot be read")
    if isinstance(error, boto.ParamValidationError):
        return CallError(service, action, "Invalid", f"the call is not valid: {error.kwargs['report']}", status=400)
    if isinstance(
        error,
        boto.NoCredentialsError
        | boto.PartialCredentialsError
        | boto.CredentialRetrievalError
        | boto.TokenRetrievalError
        | boto.SSOError
        | boto.ProfileNotFound
        | boto.ConfigParseError
        | boto.ConfigNotFound
        | boto.InvalidConfigError
        | boto.MetadataRetrievalError
        | boto.RefreshWithMFAUnsupportedError
        | boto.LoginError,
    ):
        return CredentialsError(f"no usable AWS credentials: {str(error).rstrip('.')}: {_SIGN_IN}")
    return CallError(service, action, NO_REPLY, str(error))


def _answered(service: str, action: str, error: boto.ClientError) -> RdsSecureError:
    answer, meta = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    code, message = str(answer.get("Code", "Unknown")), str(answer.get("Message", ""))
    status, request = int(meta.get("HTTPStatusCode", 0)), str(meta.get("RequestId", ""))
    if code in _CREDENTIALS:
        return CredentialsError(f"AWS does not accept the credentials: {code}: {message}")
    kind = CallError
    if code in _DENIED:
        kind = DeniedError
    elif code in _UNSUPPORTED or status == 501:
        kind = UnsupportedError
    uncertain = bool(meta.get(UNCERTAIN))
    return kind(service, action, code, message, status=status, request_id=request, uncertain=uncertain)
