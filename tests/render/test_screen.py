from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rds_secure.render.screen import PIPE_WIDTH, columns, has_color, joined, part, printable, words, wrapped, write
from tests.render.streams import Terminal

COLOR = {"NO_COLOR": "", "FORCE_COLOR": "", "TERM": "xterm"}


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    for name, value in COLOR.items():
        monkeypatch.setenv(name, value)


def test_a_terminal_has_colour_and_a_pipe_has_none() -> None:
    assert has_color(Terminal())
    assert not has_color(io.StringIO())


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_terminal_can_be_told_to_show_no_colour(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    stream = Terminal()
    write(stream, [part("bold", "bold red")])
    assert stream.getvalue() == "bold\n"


def test_no_color_wins_over_force_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert has_color(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not has_color(Terminal())


def test_what_is_asked_for_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = io.StringIO()
    write(stream, [part("bold", "bold")], color=True)
    assert stream.getvalue() == "\x1b[1mbold\x1b[0m\n"


def test_markup_emoji_and_numbers_are_left_as_they_are() -> None:
    stream = io.StringIO()
    write(stream, [part("[bold]x[/] :smile: 42 http://a.b 'q'")], color=True)
    assert stream.getvalue() == "[bold]x[/] :smile: 42 http://a.b 'q'\n"


def test_long_lines_are_left_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    stream = Terminal()
    write(stream, [part("word " * 100 + "x" * 100)], color=False)
    assert stream.getvalue().count("\n") == 1


def test_the_width_is_what_columns_says_and_never_very_small(monkeypatch: pytest.MonkeyPatch) -> None:
    assert columns(io.StringIO()) == PIPE_WIDTH
    monkeypatch.setenv("COLUMNS", "132")
    assert columns(io.StringIO()) == 132
    monkeypatch.setenv("COLUMNS", "10")
    assert columns(io.StringIO()) == 60


def test_a_stream_that_lacks_our_signs_gets_the_nearest_it_has() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    write(stream, [part("a → b · ü…")])
    assert raw.getvalue() == b"a -> b . \\xfc...\n"


@given(st.text(st.characters(), max_size=20))
def test_printable_text_prints_and_is_left_alone_if_it_already_did(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert (shown == text) is text.isprintable()


@given(st.lists(st.text("abc", min_size=1, max_size=30), min_size=1), st.integers(10, 80), st.integers(0, 4))
def test_wrapping_keeps_all_words_and_the_width(texts: list[str], width: int, hang: int) -> None:
    lines = [line.plain for line in wrapped(words(" ".join(texts)), width, 2, hang)]
    assert " ".join(lines).split() == texts
    assert all(len(line) <= width or len(line.split()) == 1 for line in lines)
    assert all(line.startswith(" " * (2 + hang)) for line in lines[1:])


def test_a_piece_that_fits_a_line_is_never_broken() -> None:
    lines = list(wrapped([part("a b"), part("c d e")], 7, 0))
    assert [line.plain for line in lines] == ["a b", "c d e"]


def test_pieces_keep_their_styles() -> None:
    stream = io.StringIO()
    write(stream, [joined("x ", part("y", "red"))], color=True)
    assert stream.getvalue() == "x \x1b[31my\x1b[0m\n"
