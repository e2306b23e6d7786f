"""Processes that are ended by SIGKILL; `sigkill` has twenty of them."""

from __future__ import annotations

from pathlib import Path

from rds_secure.sandbox import Sandbox
from tests.crash.sigkill import trouble
from tests.crash.sweep import instants, laid, sample
from tests.crash.transport import Way


def test_the_command_line_goes_on_where_one_that_was_killed_stopped(sandbox_server: Sandbox, tmp_path: Path) -> None:
    found = laid(sandbox_server, "create", tmp_path, "none")
    kills = sample(instants(found), 3, seed=1)
    assert {kill.way for kill in kills} == set(Way)
    wrong = {str(kill): lines for kill in kills if (lines := trouble(found, kill, tmp_path / "state"))}
    assert wrong == {}
