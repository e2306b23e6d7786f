"""Specs of several stacks at once, as an audit takes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rds_secure.errors import SpecError
from rds_secure.spec import load_each

Write = Callable[[str, str], Path]
GROUP = "version: 1\nstack: {}\nresources:\n  iam_group:\n    {}: {{}}\n"


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Puts a file below the working directory."""
    monkeypatch.chdir(tmp_path)

    def put(name: str, content: str) -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return path

    return put


def problems(*paths: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        load_each(paths)
    return [str(problem) for problem in caught.value.problems]


def test_each_stack_is_loaded_once_whichever_of_its_files_are_named(write: Write) -> None:
    write("orders/a.yaml", GROUP.format("orders", "first"))
    write("orders/b.yaml", GROUP.format("orders", "second"))
    write("billing/a.yaml", GROUP.format("billing", "third"))
    loaded = load_each(["orders", "orders/a.yaml", "billing/a.yaml"])
    assert [(stack.name, [source.file for source in sources]) for stack, sources in loaded] == [
        ("orders", ["orders/a.yaml", "orders/b.yaml"]),
        ("billing", ["billing/a.yaml"]),
    ]


def test_a_folder_may_hold_several(write: Write) -> None:
    write("all/a.yaml", GROUP.format("orders", "first"))
    write("all/b.yaml", GROUP.format("billing", "second"))
    assert [stack.name for stack, _ in load_each(["all"])] == ["billing", "orders"]


def test_one_name_in_two_folders_is_a_problem(write: Write) -> None:
    for folder in ("a", "b"):
        write(f"{folder}/s.yaml", GROUP.format("orders", "first"))
    assert problems("a", "b") == ["stack orders is declared in 2 folders: name one of them\n  a/s.yaml\n  b/s.yaml"]


def test_problems_of_all_are_told_at_once(write: Write) -> None:
    write("a/s.yaml", GROUP.format("orders", "first").replace("iam_group", "iam_gruop"))
    write("b/s.yaml", GROUP.format("billing", "second").replace("{}", "{nothing: 1}"))
    found = problems("a", "b")
    assert [one.partition(":")[0] for one in found] == ["a/s.yaml", "b/s.yaml"]
    write("a/s.yaml", "stack: [")
    assert [one.partition(":")[0] for one in problems("a", "b")] == ["a/s.yaml", "b/s.yaml"]


def test_a_named_file_without_a_stack_is_a_problem(write: Write) -> None:
    write("a.yaml", "x: 1\n")
    assert problems("a.yaml")
    assert problems("nowhere") == ["nowhere does not exist: name a file or a folder that exists"]
