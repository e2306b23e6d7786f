"""The tables of meanings and of facts about AWS: each row names the tests that show it, and those exist."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
MISSING = re.compile(r"(not yet|part of issue \d+): \S.*")
PACKAGE = TESTS.parent / "rds_secure"
FACT = re.compile(r"\b(?:ANY|EC2|IAM|KMS|RDS|SM)-\d+\b")


def rows(table: str) -> Iterator[tuple[str, str, str]]:
    """Id, what it asks for, and what shows it; the heads of tables left out."""
    for line in (TESTS / table).read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and re.search(r"\d", cells[0]):
            name, what, shown = cells
            yield name, what, shown


MEANINGS = {name: shown for name, _, shown in rows("MEANINGS.md")}
FACTS = {name: shown for name, _, shown in rows("FACTS.md")}


@cache
def functions(path: Path) -> frozenset[str]:
    return frozenset(node.name for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("table", ["MEANINGS.md", "FACTS.md"])
def test_each_row_names_tests_that_exist_or_says_why_there_is_none(table: str) -> None:
    wrong: list[str] = []
    for name, what, shown in rows(table):
        assert what, name
        if MISSING.fullmatch(shown):
            continue
        named = re.findall(r"`([^`]+)::(test_\w+)`", shown)
        if not named or re.sub(r"`[^`]+`", "", shown).strip():
            wrong.append(f"{name}: {shown!r} is neither a list of tests nor a reason why there is none")
        wrong.extend(
            f"{name}: there is no {file}::{test}"
            for file, test in named
            if not (TESTS / file).is_file() or test not in functions(TESTS / file)
        )
    assert wrong == []


@pytest.mark.parametrize(("table", "separator"), [("MEANINGS.md", "."), ("FACTS.md", "-")])
def test_each_row_is_there_once_and_none_is_left_out(table: str, separator: str) -> None:
    names = [name for name, _, _ in rows(table)]
    counts: Counter[str] = Counter(name.split(separator)[0] for name in names)
    every = {f"{group}{separator}{number}" for group, count in counts.items() for number in range(1, count + 1)}
    assert sorted(names) == sorted(every)


def test_the_meanings_are_those_of_the_guide() -> None:
    guide = (TESTS.parent / "CONTRIBUTING.md").read_text("utf-8").split("## What the words mean")[1].split("\n## ")[0]
    chapters = re.findall(r"^(\d+)\. \*\*", guide, re.MULTILINE)
    assert {name.split(".")[0] for name in MEANINGS} == set(chapters) != set()


def test_each_fact_that_code_or_tests_cite_is_in_the_table() -> None:
    cited = {
        (fact, path.name)
        for folder in (PACKAGE, TESTS)
        for path in sorted(folder.rglob("*.py"))
        for fact in FACT.findall(path.read_text("utf-8"))
    }
    assert sorted(item for item in cited if item[0] not in FACTS) == []
