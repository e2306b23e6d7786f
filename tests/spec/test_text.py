"""What bytes are taken for the text of a spec."""

from __future__ import annotations

import pytest

from tests.spec.parsing import bad, place


@pytest.mark.parametrize(
    ("raw", "word", "where"),
    [
        ("a: 1\n".encode("utf-16"), "UTF-16", (1, 1)),
        ("a: 1\n".encode("utf-16-be"), "NUL", (1, 1)),
        ("a: 1\n".encode("utf-16-le"), "NUL", (1, 2)),
        ("a: 1\nbä: é\n".encode("latin-1"), "0xE4", (2, 2)),
        ("é: 1\nb: é".encode() + b"\xff\n", "0xFF", (2, 5)),
        (b"\xef\xbb\xbfa: \x80\n", "0x80", (1, 4)),
        (b"a: \xc3", "0xC3", (1, 4)),
        (b"a: \xed\xa0\x80\n", "0xED", (1, 4)),
        (b"a: 1\nb: \x07\n", "U+0007", (2, 4)),
        (b"a: \x7f\n", "U+007F", (1, 4)),
        (b"a: \x1b[31m\n", "U+001B", (1, 4)),
        ("a: 1 # x\u2028b: 2\n", "U+2028", (1, 9)),
        ("a: 1 # x\x85b: 2\n", "U+0085", (1, 9)),
        ("a: 1 # x\rb: 2\n", "carriage return", (1, 9)),
        ("a: '\u202e'\n", "U+202E (right-to-left override)", (1, 5)),
        ("a: 1\n\ufeffb: 2\n", "U+FEFF", (2, 1)),
        ("a: \ud800\n", "U+D800", (1, 4)),
        ("a: \uffff\n", "U+FFFF", (1, 4)),
    ],
)
def test_what_is_not_plain_utf8_text_is_refused_at_its_place(
    raw: bytes | str, word: str, where: tuple[int, int]
) -> None:
    problem = bad(raw)

    assert word in problem.what
    assert place(problem) == where


def test_a_byte_that_is_not_utf8_is_shown_as_the_letter_it_probably_was() -> None:
    assert "'é'" in bad("a: é\n".encode("cp1252")).what
