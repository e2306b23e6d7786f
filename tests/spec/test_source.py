"""One YAML text: what its data are, where they stand, and what is refused."""

from __future__ import annotations

import string
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rds_secure.errors import Location
from rds_secure.spec.source import MAX_DEPTH, MAX_PROBLEMS, MAX_VALUES, Plain, parse
from rds_secure.spec.text import MAX_BYTES
from tests.spec.parsing import EXAMPLE, bad, good, paths, place

# -- data --


@pytest.mark.parametrize(
    "text", ["on", "no", "yes", "22:30", "16.10", "012345678901", "1e3", "0x10", "true", "2026-11-24", "=", "1_000"]
)
def test_an_unquoted_scalar_stays_the_text_that_is_written(text: str, parser: str) -> None:
    value = good(f"a: {text}\n").data["a"]

    assert value == text
    assert type(value) is Plain


@pytest.mark.parametrize("text", ["'on'", '"on"', "|-\n  on", ">-\n  on"])
def test_quoted_and_block_scalars_are_ordinary_text(text: str, parser: str) -> None:
    value = good(f"a: {text}\n").data["a"]

    assert value == "on"
    assert type(value) is str


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_an_unquoted_null_is_none(text: str, parser: str) -> None:
    assert good(f"a: {text}\nb: [{text or '~'}]\n").data == {"a": None, "b": [None]}


@pytest.mark.parametrize("text", ["''", "'~'", '"null"', "nUll", "none"])
def test_what_only_resembles_null_is_text(text: str) -> None:
    assert isinstance(good(f"a: {text}\n").data["a"], str)


def test_keys_are_the_text_that_is_written() -> None:
    data = good("on: 1\n012: 2\n'null': 3\n1.10: 4\n").data

    assert list(data) == ["on", "012", "null", "1.10"]
    assert {type(key) for key in data} == {str}


def test_the_data_of_a_spec(parser: str) -> None:
    assert good(EXAMPLE).data == {
        "version": "1",
        "stack": "orders",
        "account": "123456789012",
        "resources": {
            "kms_key": {
                "orders-data": {
                    "rotation_days": "365",
                    "users": ["${iam_role.app}", "arn:aws:iam::123456789012:role/x"],
                }
            },
            "security_group": {
                "orders-db": {
                    "ingress": [
                        {"from": "10.0.0.0/8", "port": "5432"},
                        {"from": "::/0", "description": "[not a bracket\n  { nor this\n"},
                    ]
                }
            },
        },
    }


def test_an_unquoted_reference_in_block_style_is_a_value() -> None:
    assert good("a: ${kms_key.x}\nb:\n  - ${kms_key.y.arn}\n").data == {"a": "${kms_key.x}", "b": ["${kms_key.y.arn}"]}


def test_an_explicit_document_start_and_end_are_allowed(parser: str) -> None:
    assert good("%YAML 1.1\n---\na: 1\n...\n").data == {"a": "1"}


# -- positions --


def test_every_value_and_key_has_its_position(parser: str) -> None:
    found = good(EXAMPLE)
    rule = ("resources", "security_group", "orders-db", "ingress", 1)

    assert found.positions[()] == Location("f.yaml", 1, 1)
    assert found.positions["stack",] == Location("f.yaml", 2, 8)
    assert found.positions["account",] == Location("f.yaml", 3, 10)
    assert found.keys["resources", "kms_key", "orders-data"] == Location("f.yaml", 6, 5)
    assert found.positions["resources", "kms_key", "orders-data", "users", 1] == Location("f.yaml", 6, 66)
    assert found.positions[rule] == Location("f.yaml", 11, 11)
    assert found.keys[(*rule, "description")] == Location("f.yaml", 12, 11)
    assert found.positions[(*rule, "description")] == Location("f.yaml", 12, 24)


def test_a_column_counts_characters_not_bytes(parser: str) -> None:
    assert good("größe: [é, 😀, x]\n").positions["größe", 2] == Location("f.yaml", 1, 15)


def test_a_byte_order_mark_is_no_column_and_crlf_is_one_line_end(parser: str) -> None:
    found = good(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")

    assert found.positions["a",] == Location("f.yaml", 1, 4)
    assert found.positions["b",] == Location("f.yaml", 2, 4)


def test_what_is_not_written_stands_at_the_nearest_thing_around_it() -> None:
    found = good("a:\n  b: {c: 1}\n")

    assert found.at(("a", "b", "d", 0, "e")) == found.positions["a", "b"] == Location("f.yaml", 2, 6)
    assert found.at(("z",)) == Location("f.yaml", 1, 1)


def test_key_at_is_the_key_of_an_entry_and_the_place_of_an_item() -> None:
    found = good("a: {b: [1, 2]}\n")

    assert found.key_at(("a", "b")) == Location("f.yaml", 1, 5)
    assert found.key_at(("a", "b", 1)) == found.at(("a", "b", 1)) == Location("f.yaml", 1, 12)
    assert found.key_at(("a", "x")) == found.at(("a", "x")) == Location("f.yaml", 1, 4)


words = st.text(string.ascii_letters + string.digits + " '\"{}[]#:,&*!|>%@`$é😀\n-", max_size=8)
trees = st.recursive(
    words | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=20,
)


@given(data=st.dictionaries(words, trees, min_size=1, max_size=4), flow=st.booleans())
@settings(deadline=None)
def test_what_a_yaml_writer_wrote_is_read_back_and_positioned(data: dict[str, Any], flow: bool) -> None:
    found = good(yaml.safe_dump(data, allow_unicode=True, default_flow_style=flow))

    assert found.data == data
    assert set(found.positions) == paths(data)
    assert set(found.keys) == {path for path in paths(data) if path and isinstance(path[-1], str)}


# -- aliases --


def test_an_alias_stands_for_its_anchor_and_its_parts_are_where_they_are_written(parser: str) -> None:
    found = good("a: &x\n  - {b: 1}\nc: {d: *x}\ne: &y z\nf: *y\n")

    assert found.data == {"a": [{"b": "1"}], "c": {"d": [{"b": "1"}]}, "e": "z", "f": "z"}
    assert found.positions["c", "d"] == Location("f.yaml", 3, 8)
    assert found.positions["c", "d", 0, "b"] == found.positions["a", 0, "b"] == Location("f.yaml", 2, 9)
    assert found.keys["c", "d", 0, "b"] == Location("f.yaml", 2, 6)


def test_an_alias_means_the_latest_anchor_of_that_name(parser: str) -> None:
    assert good("a: &x 1\nb: *x\nc: &x [&x 2, *x]\nd: *x\n").data == {"a": "1", "b": "1", "c": ["2", "2"], "d": "2"}


def test_a_key_can_be_an_anchor(parser: str) -> None:
    assert good("&x a: 1\nb: *x\n").data == {"a": "1", "b": "a"}


def test_an_alias_without_anchor_is_refused_with_quotes_as_the_way_out(parser: str) -> None:
    problem = bad("a: *everything\n")

    assert place(problem) == (1, 4)
    assert "quotes" in problem.fix


@pytest.mark.parametrize("text", ["a: &x [1, *x]\n", "a: &x {b: {c: *x}}\n", "&x a: &y {b: *y}\n"])
def test_an_alias_inside_its_own_anchor_is_refused(text: str, parser: str) -> None:
    assert "contains itself" in bad(text).what


def test_a_billion_laughs_are_refused_without_being_expanded(parser: str) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]

    problem = bad("\n".join(lines))

    assert f"{MAX_VALUES:,}" in problem.what
    assert place(problem)[0] == 6


def test_aliases_cannot_nest_deeper_than_brackets(parser: str) -> None:
    half = MAX_DEPTH // 2
    text = f"a: &a {'[' * half}{']' * half}\nb: {'[' * half}*a{']' * half}\n"

    assert "deeper" in bad(text).what
    good(text.replace("[*a]", "*a"))


# -- bounds --


bottomless = {
    "brackets": "[" * 100_000,
    "braces": "{a: " * 100_000,
    "dashes": "- " * 100_000,
    "questions": "? " * 100_000,
    "bracket per line": "[\n" * 100_000,
    "explicit keys": "{? " * 100_000,
    "indentation": "\n".join(" " * depth + "a:" for depth in range(3000)),
}


@pytest.mark.parametrize("text", bottomless.values(), ids=bottomless)
def test_bottomless_nesting_is_refused(text: str, parser: str) -> None:
    found, problems = parse(text, "f.yaml")

    assert found is None
    assert f"deeper than {MAX_DEPTH} levels" in problems[-1].what


def test_depth_is_counted_exactly(parser: str) -> None:
    deepest = "a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)

    good(deepest)
    assert f"deeper than {MAX_DEPTH}" in bad(deepest.replace("[]", "[[]]")).what


@pytest.mark.parametrize("text", ['"{}"', "'{}'", "# {}", "|\n  {}", "x{}"])
def test_brackets_that_open_nothing_are_no_depth(text: str, parser: str) -> None:
    good("a: " + text.format("[{" * 1000) + "\nb: 1\n")


def test_a_file_has_a_largest_size() -> None:
    assert "larger" in bad(b"#" * (MAX_BYTES + 1)).what


def test_a_file_has_a_largest_number_of_values() -> None:
    assert f"more than {MAX_VALUES:,} values" in bad(f"a: [{'1,' * MAX_VALUES}]\n").what


def test_a_long_line_is_no_problem(parser: str) -> None:
    assert len(good(f"a: {'x' * 100_000}\nb: '{'y ' * 50_000}'\n").data["a"]) == 100_000


def test_problems_are_reported_up_to_a_number() -> None:
    _, problems = parse("a: 1\n" * 1000, "f.yaml")

    assert len(problems) == MAX_PROBLEMS + 1
    assert "too many" in problems[-1].what


# -- refusals --


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "~\n"])
def test_an_empty_file_is_refused(text: str, parser: str) -> None:
    assert "empty" in bad(text).what


@pytest.mark.parametrize(
    ("text", "word"),
    [("- a\n", "a list"), ("just words\n", "a single text"), ("'a: 1'\n", "a single text"), ("[]\n", "a list")],
)
def test_a_file_that_is_no_mapping_is_refused(text: str, word: str, parser: str) -> None:
    assert word in bad(text).what


def test_colons_without_spaces_are_named_as_the_mistake() -> None:
    assert "space after the colon" in bad("version:1\nstack:orders\n").fix


def test_a_duplicate_key_names_both_places_and_the_first_value_stays(parser: str) -> None:
    text = "a:\n  port: 1\n  b: {}\n  port: {x: [1]}\n"
    found, problems = parse(text, "f.yaml")

    assert [str(problem) for problem in problems] == [
        "f.yaml:4:3: the key 'port' stands here again, first written in line 2, column 3: keep one of the two"
    ]
    assert found is not None
    assert found.data == {"a": {"port": "1", "b": {}}}
    assert found.positions["a", "port"] == Location("f.yaml", 2, 9)
    assert ("a", "port", "x") not in found.positions


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("a: &x {b: 1}\nc:\n  <<: *x\n  d: 1\n", "merge keys", (3, 3)),
        ("a: !foo 1\n", "YAML tags", (1, 4)),
        ("a: !!binary aGVsbG8=\n", "YAML tags", (1, 4)),
        ("a: !!python/object/apply:os.system [id]\n", "YAML tags", (1, 4)),
        ("a: !!str 16.10\n", "YAML tags", (1, 4)),
        ("a: ! x\n", "YAML tags", (1, 4)),
        ("a: !!set {b}\n", "YAML tags", (1, 4)),
        ("!!map {a: 1}\n", "YAML tags", (1, 1)),
        ("? [a, b]\n: 1\nc: 2\n", "a list as a key", (1, 3)),
        ("{? {a: b} : 1}\n", "a mapping as a key", (1, 4)),
        ("? []\n: 1\n", "a list as a key", (1, 3)),
        ("a: &x 1\n*x : 2\n", "an alias as a key", (2, 1)),
        ("~: 1\n", "an empty key", (1, 1)),
        (": 1\n", "an empty key", (1, 1)),
        ("null: 1\n", "an empty key", (1, 1)),
        ("a: 1\n---\nb: 2\n", "a second document", (2, 1)),
        ("a: 1\n---\n", "a second document", (2, 1)),
        ('a: "\\0"\n', "U+0000", (1, 4)),
        ('a: "x\\u202Ey"\n', "right-to-left override", (1, 4)),
    ],
)
def test_what_yaml_has_and_a_spec_has_not(text: str, what: str, where: tuple[int, int], parser: str) -> None:
    problem = bad(text)

    assert what in problem.what
    assert place(problem) == where


def test_cloudformation_tags_are_answered_with_references() -> None:
    assert "${kind.name}" in bad("a: !Ref orders\n").fix
    assert "${kind.name}" in bad("a: !GetAtt orders.Arn\n").fix


def test_all_problems_of_a_file_are_found_at_once(parser: str) -> None:
    _, problems = parse("a: 1\na: 2\nb: !x y\n~: 3\nc: *none\nd: [1\n", "f.yaml")

    assert [place(problem)[0] for problem in problems[:4]] == [2, 3, 4, 5]
    assert "closing ]" in problems[4].what


def test_what_is_thrown_away_leaves_no_trace(parser: str) -> None:
    found, problems = parse("? {a: [1]}\n: {b: 2}\n<<: {c: 3}\nd: 4\n", "f.yaml")

    assert len(problems) == 2
    assert found is not None
    assert found.data == {"d": "4"}
    assert set(found.positions) == {(), ("d",)}
