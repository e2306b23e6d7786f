"""The command line as tests run it: in this process, or in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from rds_secure.cli.main import run

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    """What a command line came to."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


def runner(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs command lines in this process."""

    def ran(*arguments: str | Path) -> Ran:
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return ran


def alone(code: str, *arguments: str) -> Ran:
    """Python code in a process of its own, with no configuration of AWS in sight."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "RDS_SECURE_"))}
    made = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=kept,
        check=False,
    )
    return Ran(made.returncode, made.stdout, made.stderr)
