"""Applies that are killed at some of all their instants; `sweep` has them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from rds_secure.sandbox import Sandbox
from tests.crash.process import Ground
from tests.crash.sweep import instants, laid, sample
from tests.crash.transport import Way

SIZES = {"create": ("all", 4), "change": ("none", 3)}
"""Scenario → what takes its time in it, and after how many kills somebody applies again."""


@pytest.mark.parametrize("scenario", SIZES)
def test_the_next_apply_finishes_what_a_killed_one_began(
    scenario: str, sandbox_server: Sandbox, tmp_path: Path
) -> None:
    realism, size = SIZES[scenario]
    found: Ground = laid(sandbox_server, scenario, tmp_path, realism)
    kills = sample(instants(found), size)
    assert {kill.way for kill in kills} == set(Way)

    troubles = {str(kill): trouble for kill in kills if (trouble := found.trouble(kill))}

    assert troubles == {}
