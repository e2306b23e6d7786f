"""No test here finds credentials, a profile or a region outside of itself, and none asks the network for any."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rds_secure.aws.session import Access, Connection


@pytest.fixture(autouse=True)
def config_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The AWS config file of the test, which does not exist unless the test writes it."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    path = tmp_path / "config"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return path


@pytest.fixture
def connection() -> Connection:
    """A connection with credentials that nobody has."""
    return Connection(Access(region="eu-west-1", access_key="AKIAEXAMPLE", secret_key="example"))
