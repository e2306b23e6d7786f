"""The entry point: finding commands, exit codes for every kind of failure, and no traceback ever."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from rds_secure import api
from rds_secure.cli import options, validate
from rds_secure.cli.access import COMMANDS as QUESTIONS
from rds_secure.cli.main import COMMANDS, group, main
from rds_secure.errors import (
    ApplyError,
    CallError,
    CredentialsError,
    DeclinedError,
    DeniedError,
    LockedError,
    Problem,
    RdsSecureError,
    RefusedError,
    SpecError,
    StaleError,
    StoppedError,
    UnsupportedError,
    UsageError,
)
from tests.cli.running import ROOT, Run

MAIN = importlib.import_module("rds_secure.cli.main")
SEED = ROOT / "specs" / "seed.yaml"
BROKEN = ROOT / "tests" / "spec" / "broken" / "field-misspelt.yaml"


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes `validate` fail as it is told to."""

    def fail_with(error: BaseException) -> None:
        def callback(**_: Any) -> None:
            raise error

        monkeypatch.setattr(validate.command, "callback", callback)

    return fail_with


# Help and usage


def test_help_lists_every_command_with_a_line(ran: Run) -> None:
    result = ran("--help")

    assert (result.code, result.err) == (0, "")
    for name, line in COMMANDS.items():
        assert f"  {name} " in result.out
        assert " ".join(line.split()) in " ".join(result.out.split())
    assert ran("-h").out == result.out


def commands(command: click.Command = group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inside = command.get_command(context, name)
            assert inside is not None
            yield from commands(inside, (*path, name))


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_command_has_a_help_that_describes_it_and_its_options(path: tuple[str, ...], ran: Run) -> None:
    result = ran(*path, "--help")

    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"Usage: {' '.join(('rds-secure', *path))}")
    command: click.Command = group
    for name in path:
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), name)  # type: ignore[assignment]
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_every_command_takes_sandbox(ran: Run) -> None:
    for name in set(COMMANDS) - {"sandbox", "migration", "access", "audit"}:
        assert "--sandbox" in ran(name, "--help").out
    for name in QUESTIONS:
        assert "--sandbox" in ran("access", name, "--help").out
    for name in ("status", "continue", "roll-back"):
        assert "--sandbox" in ran("migration", name, "--help").out
    for name in QUESTIONS:
        assert "--sandbox" in ran("access", name, "--help").out


def test_the_version_is_that_of_the_package(ran: Run) -> None:
    from rds_secure import __version__

    result = ran("--version")

    assert (result.code, result.out) == (0, f"rds-secure, version {__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("aply", "specs"), "no such command 'aply': did you mean 'apply'?"),
        (("Validate",), "no such command 'Validate': did you mean 'validate'?"),
        (("frobnicate",), "no such command 'frobnicate'"),
        (("--frobnicate",), "No such option '--frobnicate'"),
        (("plan", "--frobnicate", "specs"), "No such option '--frobnicate'"),
        (("plan", "--fromat", "json", "specs"), "--format"),
        (("plan",), "Missing argument 'SPEC…'"),
        (("validate",), "Missing argument 'SPEC…'"),
        (("plan", "--format", "yaml", "specs"), "'yaml' is not one of 'text', 'json'"),
        (("apply", "--prune-limit", "-1", "specs"), "-1 is not in the range"),
        (("apply", "--prune-limit", "many", "specs"), "'many' is not a valid integer"),
        (("plan", "--create-empty", "db_instance.nobody", str(SEED)), "this stack declares no such resource"),
        (("apply", "--create-empty", "nobody", str(SEED)), "--create-empty nobody"),
        (("schema", "instance"), "'instance' is not one of 'stack', 'plan'"),
        (("sandbox", "strat"), "start"),
        (("destroy", "--no-final-snapshot", "specs"), "--no-final-snapshot goes with --include-data"),
        (("destroy", "--confirm", "other", str(SEED)), "--confirm other does not name the stack, which is seed"),
        (("plan", "--sandbox", "--profile", "x", str(SEED)), "--sandbox has no profiles"),
        (("apply", "--sandbox", "--role-arn", "x", str(SEED)), "--sandbox has no profiles"),
    ],
)
def test_wrong_usage_is_64_and_says_how_it_is_meant(arguments: tuple[str, ...], says: str, ran: Run) -> None:
    result = ran(*arguments)

    assert (result.code, result.out) == (64, "")
    assert result.err.startswith("Usage: rds-secure")
    assert says in result.err


def test_no_command_at_all_is_wrong_usage_and_shows_the_help(ran: Run) -> None:
    result = ran()

    assert result.code == 64
    assert "Commands:" in result.out + result.err


# Failures

ERRORS: list[tuple[RdsSecureError, int, str]] = [
    (SpecError([Problem("this is wrong", "correct it so")]), 1, "this is wrong: correct it so"),
    (CallError("rds", "CreateDBInstance", "Throttling", "Rate exceeded", status=400), 1, "Rate exceeded"),
    (DeniedError("rds", "CreateDBInstance", "AccessDenied", "not allowed", status=403), 1, "not allowed"),
    (UnsupportedError("rds", "CreateDBInstance", "NotImplemented", "no such", status=500), 1, "no such"),
    (StoppedError("rds", "CreateDBInstance", "Interrupted", "before another attempt"), 1, "before another attempt"),
    (CredentialsError("there are no credentials"), 1, "there are no credentials"),
    (ApplyError("3 of 5 calls are done"), 1, "3 of 5 calls are done"),
    (StaleError("toy.a.size 1 → 2 since the plan"), 1, "toy.a.size 1 → 2 since the plan"),
    (LockedError(7, "dana on laptop"), 1, "locked by dana on laptop"),
    (DeclinedError("declined: nothing was changed"), 1, "declined: nothing was changed"),
    (RefusedError([Problem("that would replace it", "make another one")]), 3, "that would replace it"),
    (UsageError("there is no terminal to ask on"), 64, "there is no terminal to ask on"),
    (RdsSecureError("something else"), 1, "something else"),
]


@pytest.mark.parametrize(("error", "code", "says"), ERRORS, ids=[type(error).__name__ for error, _, _ in ERRORS])
def test_every_kind_of_failure_has_its_exit_code_and_message(
    error: RdsSecureError, code: int, says: str, ran: Run, fails: Any
) -> None:
    fails(error)

    result = ran("validate", SEED)

    assert (result.code, result.out) == (code, "")
    assert says in result.err
    assert "Traceback" not in result.err


def subclasses(error: type[RdsSecureError]) -> set[type[RdsSecureError]]:
    return {error}.union(*map(subclasses, error.__subclasses__()))


def test_no_kind_of_failure_is_forgotten_here() -> None:
    ours = {error for error in subclasses(RdsSecureError) if error.__module__.startswith("rds_secure.")}

    assert {type(error) for error, _, _ in ERRORS} == ours


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort(), EOFError()], ids=repr)
def test_an_interruption_is_130(error: BaseException, ran: Run, fails: Any) -> None:
    fails(error)

    result = ran("validate", SEED)

    assert (result.code, result.out, result.err.strip()) == (130, "", "interrupted")


def test_a_mistake_of_ours_shows_no_traceback_and_says_where_and_what_to_do(
    ran: Run, fails: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(ZeroDivisionError("division by zero"))
    monkeypatch.delenv("RDS_SECURE_DEBUG", raising=False)

    result = ran("validate", SEED)

    assert (result.code, result.out) == (1, "")
    first, second = result.err.splitlines()
    assert first.startswith("internal error (ZeroDivisionError at tests.cli.test_main:")
    assert first.endswith(": division by zero")
    assert "report it" in second


def test_a_traceback_is_shown_only_when_asked_for(ran: Run, fails: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fails(ZeroDivisionError("division by zero"))
    monkeypatch.setenv("RDS_SECURE_DEBUG", "1")

    result = ran("validate", SEED)

    assert result.code == 1
    assert "Traceback (most recent call last)" in result.err


@pytest.mark.parametrize(("returned", "code"), [(None, 0), (0, 0), (2, 2), (3, 3)])
def test_what_a_command_returns_is_the_exit_code(
    returned: int | None, code: int, ran: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validate.command, "callback", lambda **_: returned)

    assert ran("validate", SEED).code == code


def test_main_exits_with_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MAIN, "run", lambda arguments: 64 if arguments == ["x"] else 0)

    with pytest.raises(SystemExit) as caught:
        main(["x"])
    assert caught.value.code == 64


@pytest.mark.parametrize("arguments", [["--help"], ["schema"], ["validate", str(SEED)]], ids=lambda value: value[0])
def test_a_reader_that_goes_away_is_no_error(arguments: list[str]) -> None:
    program = "from rds_secure.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
    assert (process.returncode, err) == (0, b"")


# Nothing is called before the spec is in order


@pytest.mark.parametrize("command", ["plan", "apply", "destroy"])
def test_a_broken_spec_stops_every_command_before_aws_is_asked(
    command: str, ran: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(*_: Any) -> None:
        raise AssertionError("AWS is asked")

    monkeypatch.setattr(api, "connect", connect)

    result = ran(command, shutil.copy(BROKEN, tmp_path))

    assert (result.code, result.out) == (1, "")
    assert "did you mean 'deletion_protection'?" in result.err


class Terminal:
    """A terminal on which an answer is typed."""

    def __init__(self, typed: str, terminal: bool = True) -> None:
        self.typed, self.terminal = typed, terminal

    def isatty(self) -> bool:
        return self.terminal

    def readline(self, *_: Any) -> str:
        return self.typed


@pytest.mark.parametrize(("typed", "agrees"), [("yes\n", True), (" yes \n", True), ("y\n", False), ("\n", False)])
def test_only_the_word_itself_is_consent(typed: str, agrees: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))

    assert options.ask("Type 'yes'", "yes", "pass --yes") is agrees


def test_without_a_terminal_a_question_is_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("yes\n", terminal=False))

    with pytest.raises(UsageError, match="pass --confirm STACK"):
        options.ask("Type 'yes'", "yes", "pass --confirm STACK")


def test_every_exit_code_is_explained_at_the_entry_point() -> None:
    explained = set(re.findall(r"\b(\d+) [a-z]", str(MAIN.__doc__)))

    assert explained >= {"0", "2", "130"} | {str(error.exit_code) for error in subclasses(RdsSecureError)}
