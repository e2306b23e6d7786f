"""What the tests of the sandbox share: how AWS says no, and the seed's ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rds_secure.sandbox import Sandbox

Refusal = Callable[[str], AbstractContextManager[None]]


@contextmanager
def _refused(code: str) -> Iterator[None]:
    with pytest.raises(ClientError) as caught:
        yield
    assert caught.value.response["Error"]["Code"] == code


@pytest.fixture
def refused() -> Refusal:
    """``with refused("NotFoundException"):`` the calls inside end with this code on the wire."""
    return _refused


@pytest.fixture
def kms(sandbox: Sandbox) -> Any:
    return sandbox.client("kms")


@pytest.fixture
def secrets(sandbox: Sandbox) -> Any:
    return sandbox.client("secretsmanager")


@pytest.fixture
def iam(sandbox: Sandbox) -> Any:
    return sandbox.client("iam")


@pytest.fixture
def ec2(sandbox: Sandbox) -> Any:
    return sandbox.client("ec2")


@pytest.fixture
def rds(sandbox: Sandbox) -> Any:
    return sandbox.client("rds")


@pytest.fixture
def vpc(ec2: Any) -> str:
    """The id of the seeded VPC."""
    (found,) = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["main"]}])["Vpcs"]
    return found["VpcId"]


@pytest.fixture
def subnets(ec2: Any) -> list[str]:
    """The ids of the seeded private subnets."""
    found = ec2.describe_subnets(Filters=[{"Name": "tag:Tier", "Values": ["private"]}])["Subnets"]
    return [subnet["SubnetId"] for subnet in found]
