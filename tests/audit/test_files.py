"""Trail files as they are found in the wild: packed, broken off, joined, with other things beside them."""

from __future__ import annotations

import gzip
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rds_secure.audit.trail import files
from rds_secure.audit.trail.files import Folder, values
from tests.audit.records import record

ONE, TWO = record("rds:StopDBInstance"), record("rds:StartDBInstance")


def read(path: Path) -> tuple[list[Any], Folder]:
    folder = Folder(path)
    return list(folder.records()), folder


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"Records": [ONE, TWO]}),
        json.dumps({"Records": [ONE, TWO]}, indent=2),
        json.dumps([ONE, TWO]),
        f"{json.dumps(ONE)}\n{json.dumps(TWO)}\n",
        f"{json.dumps({'Records': [ONE]})}\n{json.dumps({'Records': [TWO]})}",
        json.dumps({"NextToken": "x", "Records": [ONE, TWO]}),
        json.dumps({"Events": [{"EventId": "1", "CloudTrailEvent": json.dumps(one)} for one in (ONE, TWO)]}),
        "\ufeff" + json.dumps({"records": [ONE, TWO], "more": [1]}),
    ],
    ids=["records", "indented", "list", "lines", "joined", "other keys first", "looked up", "marked"],
)
def test_every_form_of_a_file_gives_its_records(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(text.encode()))
    found, folder = read(tmp_path)
    assert found == [ONE, TWO, ONE, TWO]
    assert (folder.files, folder.broken) == (2, [])


def test_digests_and_other_files_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "CloudTrail-Digest").mkdir()
    (tmp_path / "CloudTrail-Digest" / "d.json").write_text("{}")
    (tmp_path / "notes.txt").write_text("{")
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "a.json").write_text(json.dumps([ONE]))
    assert read(tmp_path)[0] == [ONE]


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (json.dumps({"Records": [ONE, TWO]})[:-40].encode(), [ONE]),
        (b'{"Records":[nonsense', []),
        (b'{"Records":[' + b"[" * 100_000, []),
        (b"\xff\xfe\x00", []),
        (b'{"Records":[' + b"9" * 5000 + b"]}", []),
    ],
    ids=["cut off", "no JSON", "deep", "no text", "a number without end"],
)
def test_what_a_broken_file_holds_before_the_break_is_read_and_the_break_told(
    tmp_path: Path, data: bytes, kept: list[Any]
) -> None:
    (tmp_path / "a.json").write_bytes(data)
    (tmp_path / "b.json").write_text(json.dumps([TWO]))
    found, folder = read(tmp_path)
    assert found == [*kept, TWO]
    assert len(folder.broken) == 1
    assert folder.gaps()[0].startswith("Not read to its end: a.json")


def test_a_packed_file_that_is_cut_off_or_no_such_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(json.dumps([ONE] * 50).encode())[:-20])
    (tmp_path / "b.json.gz").write_bytes(b"plain")
    _, folder = read(tmp_path)
    assert [one.partition(":")[0] for one in folder.broken] == ["a.json.gz", "b.json.gz"]


def test_a_record_of_any_length_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_LONGEST", 1000)
    monkeypatch.setattr(files, "_CHUNK", 100)
    (tmp_path / "a.json").write_text(json.dumps([ONE, {"x": "y" * 5000}, TWO]))
    found, folder = read(tmp_path)
    assert (found, len(folder.broken)) == ([ONE], 1)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=20), max_size=4), max_size=6),
    st.integers(1, 40),
    st.sampled_from([None, 2]),
)
def test_records_are_the_same_however_the_file_is_cut_into_pieces(
    listed: list[Any], chunk: int, indent: int | None
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "_CHUNK", chunk)
        patch.setattr(files, "_HEAD", 4096)
        text = json.dumps({"Records": listed}, indent=indent)
        assert list(values(_Pieces(text))) == listed


class _Pieces(StringIO):
    """The first piece holds the opening, as it does in files: 256 KB."""

    def read(self, size: int | None = -1) -> str:
        return super().read(max(size or 0, 20) if self.tell() == 0 else size)
