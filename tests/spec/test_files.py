"""Which files make up a stack, and what stops the run before anything is planned."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rds_secure.errors import Location
from rds_secure.spec.files import load
from rds_secure.spec.text import MAX_BYTES

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Puts a file below the working directory."""
    monkeypatch.chdir(tmp_path)

    def put(name: str, content: str | bytes = "version: 1\nstack: orders\n") -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return put


def names(*paths: Path | str) -> list[str]:
    """The files of a stack that has no problems."""
    sources, problems = load(paths)
    assert problems == ()
    return [source.file for source in sources]


def complaints(*paths: Path | str) -> list[str]:
    return [str(problem) for problem in load(paths)[1]]


def complaint(*paths: Path | str) -> str:
    (only,) = complaints(*paths)
    return only


def test_one_file_is_a_stack(write: Write) -> None:
    write("orders.yaml", "version: 1\nstack: orders\nresources: {}\n")

    (source,), problems = load(["orders.yaml"])

    assert problems == ()
    assert source.data == {"version": "1", "stack": "orders", "resources": {}}
    assert source.at(("stack",)) == Location("orders.yaml", 2, 8)


def test_naming_one_file_loads_all_of_its_stack_in_the_order_of_their_names(write: Write) -> None:
    for name in ("specs/keys.yml", "specs/b.yaml", "specs/a.YAML"):
        write(name)
    write("specs/billing.yaml", "version: 1\nstack: billing\n")

    assert names("specs/b.yaml") == ["specs/a.YAML", "specs/b.yaml", "specs/keys.yml"]


@pytest.mark.parametrize(
    "declaration", ["stack: orders", "'stack': \"orders\"", "stack : orders", "stack:   orders  # x"]
)
def test_a_stack_is_what_the_parser_reads_however_it_is_written(write: Write, declaration: str) -> None:
    write("a.yaml")
    write("b.yaml", f"version: 1\n{declaration}\n")
    write("c.yaml", "{version: 1, stack: orders}\n")

    assert names("a.yaml") == ["a.yaml", "b.yaml", "c.yaml"]


def test_a_folder_is_the_stack_in_it(write: Write) -> None:
    write("specs/a.yaml")
    write("specs/b.yaml")

    assert names("specs") == names(Path("specs")) == names("specs/") == ["specs/a.yaml", "specs/b.yaml"]


def test_a_folder_with_several_stacks_names_them(write: Write) -> None:
    write("specs/a.yaml")
    write("specs/b.yaml", "version: 1\nstack: billing\n")
    write("specs/c.yaml")

    sources, (problem,) = load(["specs"])

    assert sources == ()
    assert problem.what == "these are 2 stacks"
    assert problem.details == ("billing (specs/b.yaml)", "orders (specs/a.yaml, specs/c.yaml)")
    assert "name a file" in problem.fix


def test_files_of_several_stacks_cannot_be_named_together(write: Write) -> None:
    write("a.yaml")
    write("b.yaml", "version: 1\nstack: billing\n")

    assert "these are 2 stacks" in complaint("a.yaml", "b.yaml")


def test_the_same_stack_name_in_two_folders_is_two_stacks(write: Write) -> None:
    write("one/a.yaml")
    write("two/a.yaml")

    assert "orders (one/a.yaml)\n  orders (two/a.yaml)" in complaint("one/a.yaml", "two/a.yaml")


def test_what_is_named_twice_is_loaded_once(write: Write) -> None:
    write("specs/a.yaml")
    write("specs/b.yaml")

    assert names("specs/a.yaml", "specs/b.yaml", "./specs", "specs/../specs/a.yaml") == ["specs/a.yaml", "specs/b.yaml"]


def test_hidden_files_folders_inside_and_other_suffixes_are_not_read(write: Write) -> None:
    write("specs/a.yaml")
    for name in (".hidden.yaml", "deeper/b.yaml", "c.yaml.bak", "d.json", "folder.yaml/e.yaml"):
        write(f"specs/{name}")

    assert names("specs") == names("specs/a.yaml") == ["specs/a.yaml"]


def test_a_named_file_may_have_any_name(write: Write) -> None:
    write("a.yaml")
    write("orders.spec")
    write(".hidden.yaml")

    assert names("orders.spec") == ["a.yaml", "orders.spec"]
    assert names(".hidden.yaml") == [".hidden.yaml", "a.yaml"]


@pytest.mark.parametrize(
    "content",
    [
        "services: {db: {image: x}}\n",
        "a: [broken\n",
        "",
        "- stack: orders\n",
        "a:\n  stack: [\n",
        "# stack: orders\n",
        "{{ x }}",
    ],
)
def test_other_yaml_in_the_folder_is_ignored(write: Write, content: str) -> None:
    write("a.yaml")
    write("b.yaml", content)

    assert names("a.yaml") == names(".") == ["a.yaml"]


def test_a_named_file_without_a_stack_is_refused_and_not_loaded(write: Write) -> None:
    write("compose.yaml", "services: {}\n")
    write("a.yaml")

    sources, (problem,) = load(["compose.yaml", "a.yaml"])

    assert str(problem).startswith("compose.yaml:1:1: no stack: in this file: write the stack's name")
    assert [source.file for source in sources] == ["a.yaml"]


@pytest.mark.parametrize("value", ["", "~", "[orders]", "{a: b}", "''"])
def test_a_stack_without_a_name_is_left_to_the_model_when_named_and_stops_the_run_when_not(
    write: Write, value: str
) -> None:
    write("a.yaml")
    write("b.yaml", f"version: 1\nstack: {value}\n")

    assert names("b.yaml") == ["b.yaml"]
    assert complaint("a.yaml").startswith("b.yaml:2:")


@pytest.mark.parametrize(
    "content",
    [
        b"stack: orders\na: [broken\n",
        b"{stack: orders, a: [broken}\n",
        b"'stack': orders\na: {\n",
        b"version: 1\r\nstack: orders\r\na: b: c\r\n",
        b"stack: billing\nstack: billing\n",
        "\ufeffstack: orders\na: [\n".encode(),
        "stack: orders\n".encode("utf-16"),
        "version: 1\nstack: orders\n".encode("utf-16-le"),
        "stack: orders # é\n".encode("latin-1"),
        b"---\na: 1\n---\nstack: orders\n",
    ],
)
def test_a_stack_file_that_cannot_be_parsed_stops_the_run_even_if_it_was_not_named(
    write: Write, content: bytes
) -> None:
    write("a.yaml")
    write("b.yaml", content)

    sources, problems = load(["a.yaml"])

    assert [source.file for source in sources] == ["a.yaml"]
    assert [problem.location.file for problem in problems if problem.location] == ["b.yaml"]


def test_all_problems_of_all_files_are_reported(write: Write) -> None:
    write("a.yaml", "stack: orders\na: 1\na: 2\nb: !x 1\n")
    write("b.yaml", "stack: orders\na: [\n")

    assert [text.rsplit(":", 5)[0][:6] for text in complaints("a.yaml")] == ["a.yaml", "a.yaml", "b.yaml"]


def test_a_folder_without_stack_files_is_refused(write: Write) -> None:
    write("specs/notes.txt")
    write("specs/values.yaml", "a: 1\n")

    assert "specs holds no stack: 1 YAML file in it, none with a stack: line" in complaint("specs")


def test_a_path_that_does_not_exist_gets_a_suggestion(write: Write) -> None:
    write("specs/orders.yaml")

    assert complaint("specs/order.yml") == "specs/order.yml does not exist: did you mean specs/orders.yaml?"
    assert complaint("spec") == "spec does not exist: did you mean specs?"
    assert complaint("nowhere/x.yaml") == "nowhere/x.yaml does not exist: name a file or a folder that exists"


def test_nothing_an_empty_path_and_standard_input_are_refused(write: Write) -> None:
    write("a.yaml")

    assert "no spec is named" in complaint()
    assert "an empty path" in complaint("")
    assert "standard input" in complaint("-")
    assert len(complaints("-", "", "b.yaml", "a.yaml")) == 3


def test_a_path_no_system_call_takes_is_refused(write: Write) -> None:
    assert "cannot be read" in complaint("a\0b.yaml")
    assert "cannot be read" in complaint("x" * 5000)


def test_a_path_through_a_file_is_refused(write: Write) -> None:
    write("a.yaml")

    assert "cannot be read: not a directory" in complaint("a.yaml/b.yaml")


def test_links_are_followed_and_stay_in_their_folder(write: Write) -> None:
    write("elsewhere/real.yaml")
    write("elsewhere/other.yaml")
    write("specs/a.yaml")
    Path("specs/b.yaml").symlink_to("../elsewhere/real.yaml")

    assert names("specs/b.yaml") == ["specs/a.yaml", "specs/b.yaml"]


@pytest.mark.parametrize("target", ["loop.yaml", "gone.txt"])
def test_a_link_that_leads_nowhere_stops_the_run_named_or_not(write: Write, target: str) -> None:
    write("a.yaml")
    Path("loop.yaml").symlink_to(target)

    for path in ("loop.yaml", "a.yaml"):
        assert complaint(path).startswith("loop.yaml is a link ")


def test_a_pipe_is_not_waited_for(write: Write) -> None:
    write("a.yaml")
    os.mkfifo("pipe.yaml")

    for path in ("pipe.yaml", "a.yaml"):
        assert "pipe.yaml is not a regular file" in complaint(path)


def test_a_file_that_may_not_be_read_stops_the_run(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.yaml")
    write("b.yaml")
    really_open = Path.open

    def guarded_open(path: Path, *args: Any, **kwargs: Any) -> Any:
        if path.name == "b.yaml":
            raise PermissionError(13, "Permission denied", str(path))
        return really_open(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", guarded_open)

    assert complaint("a.yaml").startswith("b.yaml cannot be read: permission denied: allow reading it")


def test_a_folder_that_may_not_be_listed_stops_the_run(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("specs/a.yaml")

    def refuse(path: Path) -> Any:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", refuse)

    assert complaint("specs/a.yaml").startswith("specs cannot be read: permission denied")


def test_a_huge_file_is_refused(write: Write) -> None:
    write("a.yaml", b"stack: orders\n" + b"#" * MAX_BYTES)

    assert "larger than" in complaint("a.yaml")


def test_a_file_is_called_as_one_would_type_it(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write("specs/a.yaml")
    write("specs/b.yaml")

    assert names(tmp_path / "specs" / "a.yaml") == names("./specs/a.yaml") == ["specs/a.yaml", "specs/b.yaml"]

    monkeypatch.chdir(tmp_path / "specs")
    assert names(".") == names("a.yaml") == ["a.yaml", "b.yaml"]

    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    assert names("../specs") == ["../specs/a.yaml", "../specs/b.yaml"]
    assert names(tmp_path / "specs") == [str(tmp_path / "specs" / name) for name in ("a.yaml", "b.yaml")]
