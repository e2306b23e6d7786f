"""The shared sandbox: started once, found by other processes, never mistaken for another, gone when stopped."""

from __future__ import annotations

import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rds_secure import sandbox
from rds_secure.errors import RdsSecureError
from rds_secure.sandbox import process, state
from rds_secure.sandbox.endpoint import REALISM, Sandbox


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state directory of the test's own; what was started in it is stopped, and nothing in it takes time."""
    monkeypatch.setenv("RDS_SECURE_HOME", str(tmp_path))
    monkeypatch.setenv(REALISM, "none")
    yield tmp_path
    sandbox.stop()


def run(code: str) -> str:
    """What a fresh interpreter prints for this code."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_one_server_serves_all_commands_until_stopped(home: Path):
    assert sandbox.status() is None
    started = sandbox.start()
    assert sandbox.start() == sandbox.status() == started
    assert run("from rds_secure import sandbox; print(sandbox.status().endpoint)") == started.endpoint

    started.client("kms").create_key(Description="kept")
    assert (
        run(
            "from rds_secure import sandbox; kms = sandbox.start().client('kms');"
            "print(kms.describe_key(KeyId=kms.list_keys()['Keys'][0]['KeyId'])['KeyMetadata']['Description'])"
        )
        == "kept"
    )
    assert sandbox.reset() == started
    assert started.client("kms").list_keys()["Keys"] == []

    assert run("from rds_secure import sandbox; print(sandbox.stop())") == "True"
    assert sandbox.status() is None
    assert sandbox.stop() is False
    assert not (home / "sandbox.json").exists()


def test_two_starts_at_once_end_with_one_server():
    code = "from rds_secure import sandbox; print(sandbox.start().pid)"
    racers = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    pids = {racer.communicate()[0] for racer in racers}
    assert [racer.returncode for racer in racers] == [0, 0]
    assert len(pids) == 1


def test_a_record_of_a_dead_server_is_not_a_sandbox():
    started = sandbox.start()
    process._children[started.pid or 0].kill()
    process._children.pop(started.pid or 0).wait()
    assert sandbox.status() is None
    assert sandbox.start().pid != started.pid


class Stranger(http.server.BaseHTTPRequestHandler):
    """Some other program that answers on the port that a sandbox had."""

    answer = b'{"token": "of somebody else"}'

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *args: object) -> None:
        pass


@pytest.mark.parametrize("answer", [b'{"token": "of somebody else"}', b"<html>", b"[]"])
def test_another_program_on_the_old_port_is_not_a_sandbox(answer: bytes, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Stranger, "answer", answer)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        state.write(state.Record(pid=1, port=server.server_port, token="ours"))
        assert sandbox.status() is None
        assert sandbox.stop() is False
        server.shutdown()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"pid": 1, "port": 2, "token": "x", "more": 3}'])
def test_a_record_that_cannot_be_understood_is_none(home: Path, text: str):
    (home / "sandbox.json").write_text(text)
    assert sandbox.status() is None


def test_a_record_is_for_its_owner_alone(home: Path):
    record = state.Record(pid=1, port=2, token="x")
    state.write(record)
    assert state.read() == record
    assert (home / "sandbox.json").stat().st_mode & 0o077 == 0
    assert [path.name for path in home.iterdir()] == ["sandbox.json"]


def test_the_state_directory_follows_xdg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("RDS_SECURE_HOME")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    assert state.home() == tmp_path / "xdg" / "rds-secure"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert state.home() == tmp_path / ".local" / "state" / "rds-secure"


def test_without_moto_the_way_to_get_it_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(process, "NEEDED", ("a_module_that_is_not_installed",))
    with pytest.raises(RdsSecureError, match=r"pip install 'rds-secure\[sandbox\]'"):
        sandbox.start()
    assert state.read() is None


def test_a_server_that_fails_to_start_shows_its_log(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONHASHSEED", "no number")
    with pytest.raises(RdsSecureError, match="PYTHONHASHSEED"):
        sandbox.start()
    assert sandbox.status() is None


def test_importing_the_sandbox_loads_neither_boto3_nor_moto():
    code = "import sys, json, rds_secure.sandbox; print(json.dumps(sorted(sys.modules)))"
    assert not {"boto3", "botocore", "moto", "flask"} & set(json.loads(run(code)))


def test_a_sandbox_names_its_credentials_and_place():
    there = Sandbox("http://127.0.0.1:1", "token")
    assert (there.region, there.account, there.pid) == ("us-east-1", "123456789012", None)
    assert set(there.credentials) == {"aws_access_key_id", "aws_secret_access_key"}
