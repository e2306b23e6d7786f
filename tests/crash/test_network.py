"""Applies over a hostile network, by some of all the seeds; `seeds` has fifty."""

from __future__ import annotations

from pathlib import Path

from rds_secure.sandbox import Sandbox
from tests.crash.process import ground
from tests.crash.seeds import trouble
from tests.crash.stack import EVERYTHING


def test_an_apply_gets_there_over_a_hostile_network(sandbox_server: Sandbox, tmp_path: Path) -> None:
    """ANY-1, IAM-1, RDS-15, KMS-1: throttled, broken, cut off after the effect; and everything takes its time."""
    found = ground(sandbox_server, EVERYTHING, tmp_path, realism="all")
    assert {seed: wrong for seed in range(2) if (wrong := trouble(found, seed)[0])} == {}
