"""The sandbox of this folder's tests: one connection for the whole process, an account for each module."""

from __future__ import annotations

import pytest

from rds_secure import api
from rds_secure.sandbox import Sandbox
from tests.e2e.harness import Harness, Recorder, connect


@pytest.fixture(scope="session")
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture(scope="session")
def live_account(sandbox_server: Sandbox, recorder: Recorder) -> api.Account:
    return connect(sandbox_server, recorder)


@pytest.fixture(scope="module")
def harness(
    sandbox_server: Sandbox, live_account: api.Account, recorder: Recorder, tmp_path_factory: pytest.TempPathFactory
) -> Harness:
    """A seeded account for a whole module; nothing has been called yet."""
    sandbox_server.reset()
    recorder.clear()
    return Harness(sandbox_server, live_account, recorder, tmp_path_factory.mktemp("specs"))
