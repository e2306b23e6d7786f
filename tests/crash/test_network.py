"""Applies over a hostile network, by some of all the seeds, of which `seeds` has fifty; credentials that expire."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from rds_secure.apply.run import WORKERS
from rds_secure.sandbox import Sandbox
from tests.crash.network import refused
from tests.crash.process import apply, ground
from tests.crash.seeds import trouble
from tests.crash.stack import EVERYTHING
from tests.crash.transport import Call, Send, Transport


def test_an_apply_gets_there_over_a_hostile_network(sandbox_server: Sandbox, tmp_path: Path) -> None:
    """ANY-1, IAM-1, RDS-15, KMS-1: throttled, broken, cut off after the effect; and everything takes its time.

    Seed 47 loses the call that makes a key until the last look, at which KMS does not show it yet (KMS-4).
    """
    found = ground(sandbox_server, EVERYTHING, tmp_path, realism="all")
    assert {seed: wrong for seed in (0, 47) if (wrong := trouble(found, seed)[0])} == {}


class Expiring:
    """Credentials that hold for so many writes, and then no longer."""

    def __init__(self, writes: int) -> None:
        self.left, self.refused = writes, 0
        self._lock = Lock()

    def __call__(self, call: Call, send: Send) -> Any:
        with self._lock:
            if self.left <= 0:
                self.refused += 1
                return refused(call, 403, "ExpiredToken", "The security token included in the request is expired")
            self.left -= call.is_write
        return send()


@pytest.mark.parametrize("writes", [1, 20])
def test_credentials_that_expire_stop_the_run_and_the_next_goes_on(
    writes: int, sandbox_server: Sandbox, tmp_path: Path
) -> None:
    """Running calls end, nothing more goes out, and what is done and what remains is told."""
    found = ground(sandbox_server, EVERYTHING, tmp_path)
    found.lay()
    credentials = Expiring(writes)

    applied = apply(found.sandbox, found.spec, Transport(meddle=credentials))

    outcome, total = applied.outcome, sum(1 for _ in applied.planned.plan.operations())
    assert {failure.code for failure in outcome.failures} == {"CredentialsError"}
    assert 0 < credentials.refused <= WORKERS
    assert len(outcome.done) + len(outcome.failures) + len(outcome.skipped) == total
    assert not outcome.interrupted
    assert found.finish() == []
