"""A command line for every test of this folder."""

from __future__ import annotations

import pytest

from tests.cli.running import Run, runner


@pytest.fixture
def ran(capsys: pytest.CaptureFixture[str]) -> Run:
    """``ran("validate", "specs")`` → exit code, output and error output."""
    return runner(capsys)
