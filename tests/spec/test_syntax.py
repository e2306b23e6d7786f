"""Syntax errors in words that say what to do, the same for both parsers; values are not repeated."""

from __future__ import annotations

import pytest

from tests.spec.parsing import bad, place


@pytest.mark.parametrize(
    ("text", "words", "where"),
    [
        ("a:\n\tb: 1\n", "tab", (2, 1)),
        ("a:\n  b: 1\n\tc: 2\n", "tab", (3, 1)),
        ("a:\n  b: 1\n  \tc: 2\n", "tab", (3, 3)),
        (
            "a: {from: ${security_group.x}, port: 1}\n",
            "an unquoted ${…} inside [ ] or { }: put the whole value in",
            (1, 11),
        ),
        ("a: [${kms_key.x}]\n", "an unquoted ${…}", (1, 5)),
        ("a:\n  - [b, arn:${kms_key.x.arn}/c]\n", "an unquoted ${…}", (2, 13)),
        ('a: "b\nc: d\n', "never closed", (1, 4)),
        ("a: 'it's'\n", "text after the end of a value", (1, 8)),
        ("a: [1, 2\nb: c\n", "closing ] is missing; the opening one is at line 1, column 4", (2, 2)),
        ("a: {b: 1\nc: 2\n", "closing } is missing; the opening one is at line 1, column 4", (2, 2)),
        ("a: {b: 1 c: 2}\n", "a comma", (1, 11)),
        ("a: [1}\n", "close it with ]", (1, 6)),
        ("a: ]\n", "without an opening bracket", (1, 4)),
        ("a: [1]]\n", "without an opening bracket", (1, 7)),
        ("a: [1,,2]\n", "a value is missing before the comma", (1, 7)),
        ("a: b: c\n", "a second colon", (1, 5)),
        ("a:\n  b:1\n  c: 2\n", "space after the colon", (3, 3)),
        ("a: 1\n  b: 2\n", "indented deeper", (2, 3)),
        ("a:\n    b: 1\n  c: 2\n", "the indentation fits no line above", (3, 3)),
        ("a:\n  - x\n  b: 1\n", "no item of the list that begins at line 2, column 3", (3, 3)),
        ("a:\n  b: 1\n  - x\n", "a list item among the keys", (3, 3)),
        ("  a: 1\nb: 2\n", "same column", (2, 1)),
        ("a: 1\n...\nb: 2\n", "same column", (3, 1)),
        ("a: - b\n", "list item cannot begin here", (1, 4)),
        ("a: 1\nb\nc: 2\n", "", (2, 1)),
        ("a: @x\n", "cannot begin with @: put the value in quotes", (1, 4)),
        ("a: `x`\n", "cannot begin with `", (1, 4)),
        ("a: %x\n", "cannot begin with %", (1, 4)),
        ("a: *\n", 'an unquoted * begins this value: put the value in quotes, such as "*"', (1, 4)),
        ("a: [*]\n", "an unquoted *", (1, 5)),
        ("a: & b\n", "an unquoted &", (1, 4)),
        ("a: !x!y z\n", "tags", (1, 4)),
        ("a: !<x\n", "tags", (1, 4)),
        ("a: |x\n y\n", "block of text", (1, 4)),
        ('a: "x\n---\ny"\n', "inside quotes", (2, 1)),
        ("%YAML 3.0\n---\na: 1\n", "directive", (1, 1)),
        ("a: 1\n% b\n", "directive", (2, 1)),
        ("a: 1\n- b\n", "a list item among the keys", (2, 1)),
        (f"{'x' * 2000}: 1\n", "more than 1024 characters", (1, 1)),
    ],
)
def test_a_syntax_error_says_what_and_what_to_do(text: str, words: str, where: tuple[int, int], parser: str) -> None:
    problem = bad(text)

    assert words in f"{problem.what}: {problem.fix}"
    assert "this is not YAML" not in problem.what
    assert place(problem) == where


@pytest.mark.parametrize("text", ['a: "\\d"\n', 'a: "\\x1"\n', 'a: "\\UFFFFFFFF"\n'])
def test_a_bad_escape_is_refused_in_its_line(text: str, parser: str) -> None:
    assert "escape" in bad("b: 1\n" + text).what


def test_a_message_never_repeats_a_value(parser: str) -> None:
    secret = "Hunter2"
    texts = [
        f"p:{secret}\nb: 1\n",
        f"p: !{secret}\n",
        f"p: *{secret}\n",
        f"p: '{secret}\n",
        f"p: '{secret}' {secret}\n",
    ]
    texts += [f"p: [{secret}\nb: 1\n", f"p: @{secret}\n", f"p: {secret}: {secret}\n", f"p: 1\np: {secret}\n"]

    for text in texts:
        assert secret not in str(bad(text))
