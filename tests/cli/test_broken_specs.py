"""Every kind of mistake, through the command line: exit 1, one clear message at the place, no traceback, no call."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Run
from tests.spec.test_broken import EXPECTED, alone

ROWS = {name: row for level in EXPECTED.values() for name, row in level.items()}
MESSAGE = re.compile(r"(?:(?P<file>[^\s:]+):(?P<line>\d+):(?P<column>\d+): )?(?P<said>\S.*: \S.*(?:\n  \S.*)*)")


@pytest.mark.parametrize("name", ROWS)
def test_a_broken_spec_is_one_message_at_its_place(
    name: str, tmp_path: Path, ran: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("a connection is opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.chdir(tmp_path)
    row = ROWS[name]

    result = ran("validate", alone(name, tmp_path).relative_to(tmp_path))

    assert (result.code, result.out) == (1, "")
    assert len([line for line in result.err.splitlines() if not line.startswith("  ")]) == 1, result.err
    found = MESSAGE.fullmatch(result.err.rstrip("\n"))
    assert found, result.err
    assert all(word in found["said"] for word in row["words"]), result.err
    if "line" in row:
        assert Path(found["file"]).name == row.get("file", name)
        assert int(found["line"]) == row["line"], result.err
        assert int(found["column"]) == row.get("column", int(found["column"])), result.err
    assert not [word for word in row.get("never", ()) if word in result.err]


def test_every_broken_spec_but_those_about_no_file_has_its_line() -> None:
    without = {name for name, row in ROWS.items() if "line" not in row}

    assert without <= {"several-stacks", "no-stack-files"}
