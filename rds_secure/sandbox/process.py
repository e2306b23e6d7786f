"""The shared sandbox as a process of its own: start, find, reset, stop. What it serves is `server`'s business."""

from __future__ import annotations

import importlib.util
import os
import secrets
import socket
import subprocess
import sys

from rds_secure.errors import RdsSecureError
from rds_secure.sandbox import state
from rds_secure.sandbox.endpoint import HOST, UNREACHABLE, Sandbox, endpoint

START_SECONDS = 60
"""How long a server may take to load moto and seed the account; about two seconds on an idle machine."""

NEEDED = ("moto", "flask", "flask_cors")
"""What ``moto[server]`` brings along."""


class _Server(subprocess.Popen[bytes]):
    """A child that is meant to outlive this process: not waiting for it is no mistake to warn about."""

    def __del__(self) -> None:
        pass


_children: dict[int, _Server] = {}
"""The servers that this process started, to be reaped when it stops them."""


def start() -> Sandbox:
    """The running sandbox, started if there is none; raises RdsSecureError when it cannot be started."""
    with state.locked():
        return status() or _spawn()


def status() -> Sandbox | None:
    """The running sandbox, or None. A process that merely reuses its old port is never taken for it."""
    record = state.read()
    if record is None:
        return None
    found = _sandbox(record)
    try:
        found.ask("GET", "status", timeout=START_SECONDS)
    except UNREACHABLE:
        return None
    return found


def reset() -> Sandbox:
    """The sandbox with nothing in it but its seed; started if there is none."""
    running = status()
    if running is None:
        return start()
    running.reset()
    return running


def stop() -> bool:
    """End the running sandbox and forget its state; False when there was none."""
    with state.locked():
        running = status()
        if running is not None:
            _end(running)
        state.remove()
        return running is not None


def _sandbox(record: state.Record) -> Sandbox:
    return Sandbox(endpoint(record.port), record.token, pid=record.pid)


def _spawn() -> Sandbox:
    """Start a server that outlives this process, on a socket that is open already: to connect is to wait for it."""
    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        raise RdsSecureError("the sandbox needs moto, which is not installed: pip install 'rds-secure[sandbox]'")
    token = secrets.token_hex(16)
    with socket.create_server((HOST, 0)) as listener, state.log_path().open("wb") as log:
        child = _Server(
            [sys.executable, "-P", "-m", "rds_secure.sandbox.server", str(listener.fileno())],
            cwd=state.home(),
            env=_environment() | {"RDS_SECURE_SANDBOX_TOKEN": token},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )
        record = state.Record(child.pid, listener.getsockname()[1], token)
    state.write(record)
    started = _sandbox(record)
    try:
        started.ask("GET", "status", timeout=START_SECONDS)
    except UNREACHABLE as error:
        child.kill()
        child.wait()
        state.remove()
        raise RdsSecureError(f"the sandbox did not start; the end of {state.log_path()}:\n{_log_tail()}") from error
    _children[child.pid] = child
    return started


def _environment() -> dict[str, str]:
    """This process's environment without what would make moto behave otherwise from one machine to the next."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}


def _log_tail(lines: int = 15) -> str:
    return "\n".join(state.log_path().read_text("utf-8", "replace").splitlines()[-lines:])


def _end(running: Sandbox) -> None:
    """Ask the server to go: it answers first, and then ends."""
    child = _children.pop(running.pid or 0, None)
    try:
        running.ask("POST", "stop")
        if child is not None:
            child.wait(START_SECONDS)
    except (*UNREACHABLE, subprocess.TimeoutExpired) as error:
        raise RdsSecureError(f"the sandbox (process {running.pid}) does not stop: end that process") from error
