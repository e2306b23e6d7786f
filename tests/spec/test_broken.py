"""Broken specs, each tried alone: what `expected.yaml` says about them is what is reported."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from rds_secure.errors import Problem
from rds_secure.spec.files import load

BROKEN = Path(__file__).parent / "broken"
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((BROKEN / "expected.yaml").read_text())


def alone(name: str, folder: Path) -> Path:
    """A copy of a broken spec in a folder of its own, and what to name on the command line."""
    if (BROKEN / name).is_dir():
        shutil.copytree(BROKEN / name, folder / name)
        return folder / name / str(EXPECTED["loader"].get(name, {}).get("load", ""))
    return Path(shutil.copy(BROKEN / name, folder / name))


def says(problem: Problem, expected: dict[str, Any], name: str) -> bool:
    """Whether a problem has the place and the words that are expected."""
    if "line" in expected:
        at = problem.location
        if at is None or at.line != expected["line"] or at.column != expected.get("column", at.column):
            return False
        if Path(at.file).name != expected.get("file", name):
            return False
    said = "\n".join((f"{problem.what}: {problem.fix}", *problem.details))
    return all(word in said for word in expected["words"])


def test_every_broken_spec_is_in_the_table_once() -> None:
    written = {path.name for path in BROKEN.iterdir()} - {"expected.yaml"}

    assert written == {name for level in EXPECTED.values() for name in level}
    assert sum(map(len, EXPECTED.values())) == len(written) >= 60


@pytest.mark.parametrize("name", EXPECTED["loader"])
def test_a_broken_file_is_explained_where_it_is_broken(name: str, tmp_path: Path) -> None:
    _, problems = load([alone(name, tmp_path)])

    assert len(problems) == 1, [str(problem) for problem in problems]
    assert says(problems[0], EXPECTED["loader"][name], name), str(problems[0])


@pytest.mark.parametrize("name", EXPECTED["model"])
def test_a_spec_that_only_the_model_can_refuse_loads(name: str, tmp_path: Path) -> None:
    sources, problems = load([alone(name, tmp_path)])

    assert problems == ()
    assert sources
