"""`rds-secure validate`: what it prints, and that it asks nobody."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import ROOT, Run

HEADER = "version: 1\nstack: orders\n"


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a connection fails the test."""

    def refuse(*_: Any) -> None:
        raise AssertionError("a connection is opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_spec_without_problems(ran: Run, folder: Path) -> None:
    (folder / "orders.yaml").write_text(f"{HEADER}resources: {{iam_group: {{operators: {{}}}}}}\n")

    result = ran("validate", "orders.yaml")

    assert (result.code, result.out, result.err) == (0, "orders: 1 resource, no problems.\n", "")


def test_a_folder_and_all_files_of_the_stack_that_a_file_belongs_to(ran: Run, folder: Path) -> None:
    (folder / "a.yaml").write_text(f"{HEADER}resources: {{iam_group: {{operators: {{}}}}}}\n")
    (folder / "b.yaml").write_text(
        f"{HEADER}resources: {{iam_user: {{dana: {{groups: ['${{iam_group.operators}}']}}}}}}\n"
    )
    expected = (0, "orders: 2 resources, no problems.\n")

    for arguments in (["."], ["a.yaml"], ["b.yaml", "a.yaml"], [".", "--sandbox"]):
        result = ran("validate", *arguments)
        assert (result.code, result.out) == expected


def test_problems_are_told_one_a_line_as_editors_read_them(ran: Run, folder: Path) -> None:
    (folder / "a.yaml").write_text(f"{HEADER}resources:\n  iam_group:\n    operators: {{polices: []}}\n    B: {{}}\n")

    result = ran("validate", "a.yaml")

    assert (result.code, result.out) == (1, "")
    assert result.err == (
        "a.yaml:5:17: there is no field 'polices' here: did you mean 'policies'?\n"
        "a.yaml:6:5: 'B' cannot be the key of a resource: "
        "use lower-case letters, digits and hyphens, a letter first, at most 63\n"
        "2 problems.\n"
    )


def test_nothing_that_is_written_can_command_a_terminal(ran: Run, folder: Path) -> None:
    (folder / "a.yaml").write_text(f'{HEADER}resources: {{iam_group: {{"\\u001b[31m": {{}}, "[red]": {{}}}}}}\n')

    result = ran("validate", "a.yaml")

    assert result.code == 1
    assert "\x1b" not in result.err
    assert "'[red]' cannot be" in result.err


def test_a_path_that_leads_nowhere(ran: Run, folder: Path) -> None:
    result = ran("validate", "orders.yaml")

    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("orders.yaml does not exist")


@pytest.mark.parametrize("path", sorted((ROOT / "specs").glob("*.yaml")), ids=lambda path: path.name)
def test_every_example_is_in_order(path: Path, ran: Run) -> None:
    result = ran("validate", path)

    assert (result.code, result.err) == (0, "")
    assert result.out.endswith("no problems.\n")
