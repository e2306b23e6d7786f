"""Credentials, region and clients. One boto3 session for a run; clients are made once each, when first needed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from threading import Event, Lock
from typing import Any

import boto3
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    Credentials,
    DeferredRefreshableCredentials,
    EnvProvider,
    RefreshableCredentials,
)
from botocore.exceptions import BotoCoreError, EndpointConnectionError, InvalidRegionError
from botocore.session import Session

from rds_secure import __version__
from rds_secure.apply.clock import Clock, SystemClock
from rds_secure.apply.lasting import Lasting
from rds_secure.aws import regions
from rds_secure.aws.errors import BOTO, translate
from rds_secure.aws.rate import Limits
from rds_secure.aws.retry import Retry
from rds_secure.errors import CredentialsError, RdsSecureError
from rds_secure.live import Identity

IN_FLIGHT = 32
"""Calls at once: measured to be within 15 % of the best for 500 calls at 50 ms."""


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach AWS: what the command line says, or the sandbox. Anything left out comes the default way."""

    profile: str | None = None
    region: str | None = None
    role_arn: str | None = None
    endpoint: str | None = None
    access_key: str | None = None
    secret_key: str | None = None


class Connection:
    """Clients for one account and region. All that they send shares its retries and its rates, but for the sandbox's,
    which nobody shares."""

    def __init__(self, access: Access, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._limits = Limits(self._clock)
        self._endpoint = access.endpoint
        self._local = bool(access.endpoint and "//127.0.0.1:" in access.endpoint)  # no proxy leads back to this machine
        self._clients: dict[tuple[str, str | None, bool], Any] = {}
        self._lock = Lock()
        self.stopping = Event()
        """Set while a run is being stopped: nothing that fails is tried again then."""
        try:
            core = Session(profile=access.profile)
            if access.access_key:
                core.set_credentials(access.access_key, access.secret_key or "")
            self._source = _assume(core, access.role_arn, access) if access.role_arn else None
            # Every other AWS tool takes AWS_REGION; botocore only knows AWS_DEFAULT_REGION and the profile's.
            region = access.region or os.environ.get("AWS_REGION")
            self._session = boto3.Session(botocore_session=core, region_name=region)
        except BotoCoreError as error:
            raise translate("session", "", error) from error
        self.region: str | None = self._session.region_name

    def client(self, service: str, region: str | None = None, *, once: bool = False) -> Any:
        """The client of a service. ``once``: nothing that may have taken effect is sent again (KMS-1)."""
        key = (service, region, once)
        with self._lock:  # making clients is not thread-safe in boto3; using them is
            if key not in self._clients:
                config = Config(
                    retries={"mode": "standard", "total_max_attempts": 1},  # `Retry` decides
                    max_pool_connections=IN_FLIGHT,
                    user_agent_extra=f"rds-secure/{__version__}",
                    proxies={} if self._local else None,
                )
                self._clients[key] = self._governed(
                    service,
                    self._session.client(
                        service,  # type: ignore[call-overload]
                        region_name=region or self.region,
                        endpoint_url=self._endpoint,
                        config=config,
                    ),
                    region or self.region,
                    once=once,
                )
            return self._clients[key]

    @cached_property
    def _regions(self) -> frozenset[str]:
        return regions.listed(self._session)

    def _governed(self, service: str, client: Any, region: str | None, *, once: bool) -> Any:
        """A client whose attempts are made again as `Retry` says, and wait for their turn as `Limits` does.

        ``region``: the one that was asked for; a client of what is global (IAM) says another one.
        """
        is_local = client.meta.endpoint_url.startswith("http://127.0.0.1:")
        where = client.meta.region_name or ""
        exists = is_local or region in self._regions
        client.meta.events.register("needs-retry", Retry(self._clock, self.stopping, once=once, exists=exists))
        if not is_local:
            client.meta.events.register(
                "before-sign", lambda operation_name, **_: self._limits.take(service, where, operation_name)
            )
        return client

    def identity(self) -> Identity:
        """Who asks: the first call of every run. Raises `CredentialsError`."""
        if not self.region:
            raise RdsSecureError("no region: write 'region:' in the spec, pass --region, or set AWS_REGION")
        try:
            reply = self.client("sts").get_caller_identity()
        except (EndpointConnectionError, InvalidRegionError) as error:
            wrong = regions.missing(self.region, self._regions)
            raise wrong or translate("sts", "GetCallerIdentity", error) from error
        except BOTO as error:
            raise translate("sts", "GetCallerIdentity", error) from error
        partition = reply["Arn"].split(":")[1]
        return Identity(reply["Account"], self.region, partition, reply["Arn"])

    def lasting(self) -> Lasting:
        """How long the credentials last, or those with which a role is assumed: a role's own renew themselves."""
        found = self._source or self._session.get_credentials()
        if isinstance(found, RefreshableCredentials):  # from the environment the same ones are read again
            until = found._expiry_time if found.method == EnvProvider.METHOD else None  # type: ignore[attr-defined]
            return Lasting(renew=until is None, until=until)
        return Lasting(renew=found is None or not found.token)


def _assume(core: Session, role_arn: str, access: Access) -> Credentials:
    """Act as a role, with credentials that renew themselves (IAM-8) by the ones that are returned."""
    source = core.get_credentials()
    if source is None:
        raise CredentialsError("no AWS credentials to assume the role with: configure a profile, or set AWS_PROFILE")

    def creator(service: str, **options: Any) -> Any:
        return core.create_client(service, endpoint_url=access.endpoint, region_name=access.region, **options)

    fetcher = AssumeRoleCredentialFetcher(
        client_creator=creator,
        source_credentials=source,
        role_arn=role_arn,
        extra_args={"RoleSessionName": f"rds-secure-{os.getpid()}"},
    )
    core._credentials = DeferredRefreshableCredentials(  # type: ignore[attr-defined]
        method="assume-role", refresh_using=fetcher.fetch_credentials
    )
    return source
