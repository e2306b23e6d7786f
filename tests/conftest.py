"""Fixtures that all tests share: a seeded sandbox, one server per test process, emptied before each test that asks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from botocore.loaders import JSONFileLoader
from hypothesis import settings

from rds_secure.sandbox import Sandbox
from tests import toy

settings.register_profile("untimed", settings(), deadline=None)  # how long a law takes says nothing about it
settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "realism(name): what a row of the sandbox's ROWS shows while it alone is on")
    config.addinivalue_line("markers", "repair(name): the behaviour that a row of the sandbox's REPAIRS brings about")


@pytest.fixture(scope="session", autouse=True)
def models_parsed_once() -> Iterator[None]:
    """Each of botocore's model files is parsed once in a test process, not once for every session that a test opens."""
    load_file = JSONFileLoader.load_file
    loader = JSONFileLoader()
    with pytest.MonkeyPatch.context() as monkeypatch:
        parsed = cache(lambda path: load_file(loader, path))
        monkeypatch.setattr(JSONFileLoader, "load_file", lambda _, path: parsed(path))
        yield


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[Sandbox]:
    """The sandbox of this test process; moto is loaded only when a test wants it."""
    from rds_secure.sandbox.server import serve_in_thread

    with serve_in_thread() as server:
        yield server


@pytest.fixture
def sandbox(sandbox_server: Sandbox) -> Sandbox:
    """The sandbox with nothing in it but its seed, in which nothing takes time.

    ``sandbox.client("kms")`` looks at it with boto3.
    """
    sandbox_server.realism("none")
    sandbox_server.reset()
    return sandbox_server


@pytest.fixture(scope="module")
def toys() -> Iterator[None]:
    """The toy kinds are the kinds that there are."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        toy.register(monkeypatch)
        yield
