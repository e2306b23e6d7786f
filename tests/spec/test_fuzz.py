"""Whatever the input, data or problems come out and never a traceback."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rds_secure.spec import source
from rds_secure.spec.source import parse
from tests.spec.parsing import EXAMPLE, paths, place


def check(raw: bytes | str) -> None:
    """Data or a problem comes out, never an exception, and every problem has a place in the file."""
    found, problems = parse(raw, "f.yaml")

    assert found is not None or problems
    for problem in problems:
        assert problem.location is not None
        assert problem.location.file == "f.yaml"
        assert min(place(problem)) >= 1
        assert problem.what
        assert problem.fix
    if found is not None:
        assert set(found.positions) <= paths(found.data)
        assert problems or set(found.positions) == paths(found.data)


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_random_bytes_give_data_or_problems(raw: bytes) -> None:
    check(raw)


signs = st.sampled_from([*"abc01 \n\t'\"{}[]#:,&*!|>%@`$?-~<=.\\\r", ": ", "- ", "\n  ", "&a ", "*a", "<<: ", "---\n"])


@given(st.lists(signs, max_size=60).map("".join))
@settings(max_examples=400, deadline=None)
def test_random_yaml_signs_give_data_or_problems(text: str) -> None:
    check(text)


@given(st.lists(signs, max_size=60).map("".join))
@settings(max_examples=200, deadline=None)
def test_random_yaml_signs_give_data_or_problems_in_pure_python_too(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "_LOADER", yaml.SafeLoader)
        check(text)


@given(
    st.lists(
        st.tuples(st.integers(0, len(EXAMPLE)), st.integers(0, 5), st.text(max_size=3) | signs), min_size=1, max_size=4
    )
)
@settings(max_examples=400, deadline=None)
def test_a_mutated_spec_gives_data_or_problems(changes: list[tuple[int, int, str]]) -> None:
    text = EXAMPLE
    for start, length, inserted in changes:
        text = text[:start] + inserted + text[start + length :]

    check(text)
