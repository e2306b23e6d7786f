"""The sandbox of this folder's tests: one connection for the whole process, because making clients takes long."""

from __future__ import annotations

from pathlib import Path

import pytest

from rds_secure import api
from rds_secure.sandbox import Sandbox
from tests.e2e.harness import Harness, Recorder, connect


@pytest.fixture(scope="session")
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture(scope="session")
def account(sandbox_server: Sandbox, recorder: Recorder) -> api.Account:
    return connect(sandbox_server, recorder)


@pytest.fixture
def harness(sandbox: Sandbox, account: api.Account, recorder: Recorder, tmp_path: Path) -> Harness:
    """A freshly seeded account in which nothing has been called yet, and where things take their time as at AWS."""
    sandbox.realism("all")
    recorder.clear()
    return Harness(sandbox, account, recorder, tmp_path)
