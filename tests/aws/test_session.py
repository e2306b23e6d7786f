"""Sessions: where credentials and region come from, who we are, and clients that are made once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.credentials import DeferredRefreshableCredentials
from moto import mock_aws

from rds_secure.apply.lasting import Lasting
from rds_secure.aws.session import Access, Connection
from rds_secure.errors import CredentialsError, RdsSecureError

KEYS = {"access_key": "AKIAEXAMPLE", "secret_key": "example"}
ROLE = "arn:aws:iam::123456789012:role/deploy"


@mock_aws
def test_sts_says_who_and_where_we_are(connection: Connection) -> None:
    identity = connection.identity()
    assert (identity.account, identity.region, identity.partition) == ("123456789012", "eu-west-1", "aws")
    assert identity.arn.startswith("arn:aws:")


@mock_aws
def test_the_partition_is_read_from_our_own_arn() -> None:
    """ANY-5: partitions differ in ARNs."""
    identity = Connection(Access(region="cn-north-1", **KEYS)).identity()
    assert identity.partition == "aws-cn"


@mock_aws
def test_a_role_is_assumed_when_asked_for() -> None:
    """IAM-8; botocore renews such credentials by itself."""
    connection = Connection(Access(region="eu-west-1", role_arn=ROLE, **KEYS))
    assert "assumed-role/deploy/rds-secure-" in connection.identity().arn


@mock_aws
def test_the_credentials_of_a_role_renew_themselves_before_they_end() -> None:
    """IAM-8: a role that was assumed from a role session lasts an hour, and an apply may take longer."""
    core: Any = Connection(Access(region="eu-west-1", role_arn=ROLE, **KEYS)).client("sts")._request_signer._credentials
    assert isinstance(core, DeferredRefreshableCredentials)
    core.get_frozen_credentials()
    assert not core.refresh_needed(), "they are good for an hour"
    core._expiry_time = datetime.now(UTC) + timedelta(minutes=5)
    assert core.refresh_needed(), "and are not used to their last minute"


@pytest.mark.parametrize(
    ("environment", "access", "lasting"),
    [
        ({}, KEYS, Lasting()),
        ({"AWS_SESSION_TOKEN": "t"}, {}, Lasting(renew=False)),
        ({"AWS_SESSION_TOKEN": "t"}, {"role_arn": ROLE}, Lasting(renew=False)),
        ({}, {"role_arn": ROLE}, Lasting()),
        (
            {"AWS_SESSION_TOKEN": "t", "AWS_CREDENTIAL_EXPIRATION": "2126-11-24T12:00:00Z"},
            {"role_arn": ROLE},
            Lasting(renew=False, until=datetime(2126, 11, 24, 12, tzinfo=UTC)),
        ),
    ],
)
def test_how_long_credentials_last_is_told_by_where_they_come_from_iam_8(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], access: dict[str, str], lasting: Lasting
) -> None:
    """What a role is assumed with counts: the role's own credentials renew themselves as long as those are good."""
    given = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example", **environment}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert Connection(Access(region="eu-west-1", **access)).lasting() == lasting


@mock_aws
def test_a_role_in_another_account_is_assumed_there() -> None:
    other = ROLE.replace("123456789012", "210987654321")
    assert Connection(Access(region="eu-west-1", role_arn=other, **KEYS)).identity().account == "210987654321"


def test_a_role_needs_credentials_to_assume_it_with() -> None:
    with pytest.raises(CredentialsError, match="no AWS credentials to assume the role with"):
        Connection(Access(region="eu-west-1", role_arn=ROLE))


def test_missing_credentials_are_said_before_anything_goes_out() -> None:
    with pytest.raises(CredentialsError, match="no usable AWS credentials"):
        Connection(Access(region="eu-west-1")).identity()


def test_a_profile_that_is_not_there_is_said() -> None:
    with pytest.raises(CredentialsError, match="prod"):
        Connection(Access(profile="prod"))


def test_a_missing_region_is_said_with_the_ways_to_give_one() -> None:
    with pytest.raises(RdsSecureError, match="pass --region, or set AWS_REGION"):
        Connection(Access(**KEYS)).identity()


def test_the_region_comes_from_what_is_asked_for_then_the_environment_then_the_profile(
    monkeypatch: pytest.MonkeyPatch, config_file: Path
) -> None:
    config_file.write_text("[profile prod]\nregion = eu-west-3\n")
    assert Connection(Access(profile="prod", **KEYS)).region == "eu-west-3"
    monkeypatch.setenv("AWS_REGION", "eu-west-2")
    assert Connection(Access(profile="prod", **KEYS)).region == "eu-west-2"
    assert Connection(Access(profile="prod", region="eu-west-1", **KEYS)).region == "eu-west-1"


@mock_aws
def test_credentials_come_from_the_environment_as_with_every_aws_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    assert Connection(Access(region="eu-west-1")).identity().account == "123456789012"


def test_a_client_is_made_once_for_each_service_region_and_way_of_repeating(connection: Connection) -> None:
    rds = connection.client("rds")
    assert connection.client("rds") is rds
    others = [connection.client("rds", "us-east-1"), connection.client("rds", once=True), connection.client("iam")]
    assert len({id(client) for client in (rds, *others)}) == 4
    assert others[0].meta.region_name == "us-east-1"


def test_clients_are_made_once_even_when_many_ask(connection: Connection) -> None:
    with ThreadPoolExecutor(8) as pool:
        clients = list(pool.map(lambda _: connection.client("kms"), range(16)))
    assert all(client is clients[0] for client in clients)


def test_the_sdk_repeats_nothing_by_itself(connection: Connection) -> None:
    """ANY-7: what is made again is decided in `aws.retry`."""
    assert connection.client("rds").meta.config.retries == {"mode": "standard", "total_max_attempts": 1}


def test_calls_say_which_tool_makes_them(connection: Connection) -> None:
    assert "rds-secure/" in connection.client("rds").meta.config.user_agent_extra


def test_another_endpoint_takes_every_call() -> None:
    connection = Connection(Access(region="eu-west-1", endpoint="http://127.0.0.1:5000", **KEYS))
    assert connection.client("rds").meta.endpoint_url == "http://127.0.0.1:5000"


def test_no_proxy_stands_between_us_and_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    connection = Connection(Access(region="eu-west-1", endpoint="http://127.0.0.1:5000", **KEYS))
    assert connection.client("rds").meta.config.proxies == {}


@mock_aws
def test_what_is_made_through_a_connection_is_there_for_others(connection: Connection) -> None:
    connection.client("iam").create_user(UserName="dana")
    users = boto3.client("iam", aws_access_key_id="x", aws_secret_access_key="x").list_users()["Users"]
    assert [user["UserName"] for user in users] == ["dana"]
