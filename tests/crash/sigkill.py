"""The command line as a process of its own that is ended by SIGKILL at one instant of an apply, and then run again.

``python -m tests.crash.sigkill`` does so at 20 instants, and ends with 1 if anything is wrong. No handler, no `finally`
and no exit hook runs in such a process.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from rds_secure.sandbox.server import serve_in_thread
from tests.crash.picture import differences, picture
from tests.crash.process import Ground
from tests.crash.sweep import instants, laid, sample
from tests.crash.transport import Kill
from tests.e2e.harness import ROOT

AGAIN = "from rds_secure.cli.main import main; main()"


def trouble(found: Ground, kill: Kill, state: Path) -> list[str]:
    """What is wrong after the process died, and the next one ran."""
    found.lay()
    instant = (*kill.call[:2], str(kill.call.number), kill.way.name)
    first = _python(found, state, "-m", "tests.crash.victim", str(found.spec), *instant)
    if first.returncode != -signal.SIGKILL:
        return [f"ended with {first.returncode}: {first.stderr}"]
    second = _python(found, state, "-c", AGAIN, "apply", str(found.spec), "--yes", "--no-lock")
    if second.returncode:
        return [f"the next ended with {second.returncode}: {second.stderr}"]
    return list(differences(found.end, picture(found.sandbox)))


def _python(found: Ground, state: Path, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "RDS_SECURE_"))}
    return subprocess.run(
        [sys.executable, *words],
        env={**kept, **found.sandbox.environment, "XDG_STATE_HOME": str(state)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def main() -> int:
    """Kill 20 processes."""
    with serve_in_thread() as sandbox, tempfile.TemporaryDirectory() as folder:
        found = laid(sandbox, "create", Path(folder), "none")
        wrong = {kill: trouble(found, kill, Path(folder) / "state") for kill in sample(instants(found), 20)}
    for kill, lines in wrong.items():
        sys.stdout.write("".join(f"{kill}: {line}\n" for line in lines))
    sys.stdout.write(f"{sum(not lines for lines in wrong.values())} of {len(wrong)} are right\n")
    return int(any(wrong.values()))


if __name__ == "__main__":
    raise SystemExit(main())
