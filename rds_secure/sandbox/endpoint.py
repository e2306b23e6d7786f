"""What a client has to know of a running sandbox, and the few private requests its server answers.

It does not start or find one: see `process` for the shared server and `server` for one inside this process.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

HOST = "127.0.0.1"
REGION = "us-east-1"
ACCOUNT = "123456789012"
"""The account that moto answers for when it does not know the access key."""

CREDENTIALS: Mapping[str, str] = MappingProxyType({"aws_access_key_id": "sandbox", "aws_secret_access_key": "sandbox"})

PRIVATE = "/rds-secure-sandbox/"
"""Where the server answers about itself; no AWS API has such a path."""

TOKEN_HEADER = "X-Sandbox-Token"  # noqa: S105 - the name of a header, not a secret

SPEED = 30
"""How many seconds of waiting are one second there. Its own time is counted in looks, so any will do (CONTRIBUTING)."""

REALISM = "RDS_SECURE_SANDBOX_REALISM"
"""The environment variable that says which rows of `realism` a sandbox starts with: all, none, or names."""

UNREACHABLE = (OSError, http.client.HTTPException, ValueError)
"""What asking a port raises when no sandbox is behind it: nobody listens, or somebody else answers."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox. ``pid`` is None when it lives in this very process, where ``application`` is the sandbox.

    What this class does then goes to the application itself, not over a socket (`inside`).
    """

    endpoint: str
    token: str = field(repr=False)
    region: str = REGION
    account: str = ACCOUNT
    pid: int | None = None
    application: Any = field(default=None, repr=False, compare=False)

    @property
    def credentials(self) -> Mapping[str, str]:
        """Dummy credentials, as keyword arguments of a boto3 session or client."""
        return CREDENTIALS

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment variables that point any AWS SDK, and the AWS CLI, at this sandbox."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": CREDENTIALS["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": CREDENTIALS["aws_secret_access_key"],
        }

    def client(self, service: str, region: str = "") -> Any:
        """A boto3 client of a service, such as ``kms``, for looking at the sandbox from outside the tool."""
        return _client(self, service, region or self.region)

    def reset(self) -> None:
        """Forget everything that was made, and seed the account anew. Raises OSError when the sandbox is gone."""
        self.ask("POST", "reset")

    def realism(self, words: str) -> None:
        """Switch rows of `realism` on and off: ``all``, ``none``, or names with commas; all that goes on is done."""
        self.ask("POST", f"realism/{words}")

    def settle(self) -> None:
        """Let everything that takes a moment be done; what waits for a maintenance window goes on waiting."""
        self.ask("POST", "settle")

    def pass_window(self) -> None:
        """Let the maintenance windows of all databases pass, and what was parked for them be made."""
        self.ask("POST", "window")

    def ask(self, method: str, what: str, *, timeout: float = 60) -> None:
        """Make a private request; raises one of `UNREACHABLE` unless a sandbox with this token does what is asked."""
        connection = http.client.HTTPConnection(HOST, _port(self.endpoint), timeout=timeout)
        try:
            connection.request(method, PRIVATE + what, headers={TOKEN_HEADER: self.token})
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        if answer != {"token": self.token}:
            raise ConnectionRefusedError(f"{self.endpoint} is not this sandbox, or refused to {what}")


def endpoint(port: int) -> str:
    """The URL of a server on this port of the local host."""
    return f"http://{HOST}:{port}"


def _port(url: str) -> int:
    return urlsplit(url).port or 80


@cache
def _client(sandbox: Sandbox, service: str, region: str) -> Any:
    """One client each, over one session that reads each service model once, and never through a proxy."""
    from botocore.config import Config

    client = _session().client(service, region_name=region, endpoint_url=sandbox.endpoint, config=Config(proxies={}))
    if sandbox.application:
        from rds_secure.sandbox import inside

        inside.answering(client.meta.events, sandbox.application)
    return client


@cache
def _session() -> Any:
    import boto3

    return boto3.session.Session(
        aws_access_key_id=CREDENTIALS["aws_access_key_id"],
        aws_secret_access_key=CREDENTIALS["aws_secret_access_key"],
        region_name=REGION,
    )
