"""A network that throttles, answers with 500s and cuts connections after the call took effect; drawn by a seed."""

from __future__ import annotations

import random
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError

from tests.crash.transport import Call, Meddler, Send

THROTTLED, BROKEN, CUT = 0.30, 0.10, 0.05
"""How many attempts in a hundred."""

CODES = {
    "EC2": "RequestLimitExceeded",
    "IAM": "Throttling",
    "RDS": "Throttling",
}
"""What services say when asked too often (ANY-1); those that speak JSON say ThrottlingException."""


def hostile(seed: int) -> Meddler:
    """What becomes of each attempt depends on the seed, the action, and how many of it there were: not on threads."""

    def meddle(call: Call, send: Send) -> Any:
        drawn = random.Random(f"{seed} {call}").random()
        if drawn < THROTTLED:
            return refused(call, 503 if call.service == "ec2" else 400, code(call), "Rate exceeded")
        if drawn < THROTTLED + BROKEN:
            return refused(call, 500, "InternalFailure", "something went wrong")
        answer = send()
        if drawn < THROTTLED + BROKEN + CUT:
            raise ConnectionClosedError(endpoint_url="the network")
        return answer

    return meddle


def code(call: Call) -> str:
    """Each service's own."""
    return CODES.get(call.service.upper(), "ThrottlingException")


def refused(call: Call, status: int, code: str, message: str) -> AWSResponse:
    """An error in the protocol of the service."""
    if call.service in ("ec2", "iam", "rds", "sts"):
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        nested = f"<Response><Errors>{error}</Errors></Response>"
        body = nested if call.service == "ec2" else f"<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>"
        kind = "text/xml"
    else:
        body, kind = f'{{"__type":"{code}","message":"{message}"}}', "application/x-amz-json-1.1"
    answer: Any = AWSResponse("the network", status, {"content-type": kind}, None)
    answer._content = body.encode()
    return answer  # type: ignore[no-any-return]
