"""The table of repairs as a whole: each row is named once, tested, and applied once."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from rds_secure.sandbox import Sandbox
from rds_secure.sandbox.repairs import REPAIRS, apply_all, patch

MARK = re.compile(r'mark\.repair\("([\w-]+)"\)')


def test_each_repair_has_a_test_and_each_marked_test_a_repair():
    texts = [path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    assert {name for text in texts for name in MARK.findall(text)} == {repair.name for repair in REPAIRS}


def test_names_are_unique_and_every_row_says_what_is_wrong_and_how_we_know():
    assert max(Counter(repair.name for repair in REPAIRS).values()) == 1
    assert all(repair.wrong and re.fullmatch(r"API|§\d+|[A-Z0-9]+-\d+", repair.source) for repair in REPAIRS)
    assert all((repair.apply.__doc__ or "").strip() for repair in REPAIRS)


def test_repairs_are_applied_once(sandbox: Sandbox):
    from moto.kms.models import KmsBackend

    before = KmsBackend.create_key
    apply_all()
    assert KmsBackend.create_key is before


class Victim:
    @staticmethod
    def double(number: int) -> int:
        return 2 * number

    def greet(self, name: str) -> str:
        return f"hello {name}"


def test_a_wrapped_method_gets_the_original_first():
    @patch.around(Victim, "greet", "double")
    def louder(original, *args):
        return original(*args) * 2

    assert Victim().greet("you") == "hello youhello you"
    assert Victim.double(3) == 12


def test_a_repair_that_does_not_fit_moto_any_more_fails():
    with pytest.raises(AttributeError):
        patch.around(Victim, "missing")(lambda original: None)
    with pytest.raises(AttributeError):
        patch.add(Victim, "greet")(lambda self: None)
    with pytest.raises(AttributeError):
        patch.replace_property(Victim, "missing", lambda self: None)
