"""Formulas mean what a truth table says, and are constants where their atoms do not matter."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from rds_secure.access.iam.logic import NO, YES, Atom, Formula, Literal, atoms, constant, every, resolve, some


@dataclass(frozen=True)
class Named:
    name: str

    def text(self, *, holds: bool) -> str:
        return self.name if holds else f"not {self.name}"


A, B, C = (Literal(Named(name)) for name in "abc")

FORMULAS: st.SearchStrategy[Formula] = st.recursive(
    st.sampled_from([A, B, C, ~A, ~B, YES, NO]),
    lambda inner: (
        st.lists(inner, max_size=3).map(every) | st.lists(inner, max_size=3).map(some) | inner.map(lambda f: ~f)
    ),
    max_leaves=8,
)


def table(formula: Formula) -> list[bool]:
    """Its truth for every filling of a, b and c."""
    rows = []
    for values in product([False, True], repeat=3):
        filling = dict(zip("abc", values, strict=True))

        def decide(atom: Atom, filling: dict[str, bool] = filling) -> Formula:
            assert isinstance(atom, Named)
            return constant(filling[atom.name])

        rows.append(resolve(formula, decide) is YES)
    return rows


@given(FORMULAS, FORMULAS)
@settings(max_examples=80)
def test_connectives_mean_what_the_truth_table_says(one: Formula, other: Formula) -> None:
    assert table(one & other) == [a and b for a, b in zip(table(one), table(other), strict=True)]
    assert table(one | other) == [a or b for a, b in zip(table(one), table(other), strict=True)]
    assert table(~one) == [not a for a in table(one)]


@given(FORMULAS)
def test_a_negation_is_undone_by_another(formula: Formula) -> None:
    assert ~~formula == formula


def test_what_adds_nothing_is_left_out() -> None:
    assert every([]) is YES
    assert some([]) is NO
    assert A & ~A is NO
    assert A | ~A is YES
    assert A & (A | B) == A
    assert A | (A & B) == A
    assert A & (~A | B) == A & B
    assert A & (~A | B) & ~B is NO
    assert (A & B) & C == A & (C & B)


def test_how_formulas_read() -> None:
    assert str(A & (B | ~C)) == "(b or not c) and a"
    assert (str(YES), str(NO)) == ("always", "never")
    assert set(atoms(A & (B | ~A))) == {Named("a"), Named("b")}
