"""The commit that a spec is of, as git tells it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from rds_secure.cli.revision import revision


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=dana", "-c", "user.email=dana@example.com", "-c", "commit.gpgsign=false"]
    return subprocess.run(
        ["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "orders.yaml").write_text("version: 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Declare orders")
    return tmp_path


def test_a_spec_is_of_the_commit_that_is_checked_out(repository: Path) -> None:
    (repository / "other.txt").write_text("of no matter")
    assert revision([str(repository / "orders.yaml")]) == (git(repository, "rev-parse", "HEAD"), True)


def test_a_spec_that_was_changed_since_is_not_clean(repository: Path) -> None:
    (repository / "orders.yaml").write_text("version: 1 # changed\n")
    assert revision([str(repository / "orders.yaml")])[1] is False


def test_outside_of_a_repository_there_is_none(tmp_path: Path) -> None:
    assert revision([str(tmp_path / "orders.yaml")]) == ("", False)
    assert revision([str(tmp_path / "none" / "orders.yaml")]) == ("", False)
    assert revision([]) == ("", False)
