"""The entry point: finds the command, runs it, and turns every failure into a message and an exit code.

Exit codes: 0 done or nothing to do, 1 error, 2 changes pending, 3 stopped by a safety rule, 64 wrong usage,
130 interrupted. click's own 1 and 2 are mapped. A traceback is never shown.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module

import click

COMMANDS = {
    "validate": "Check a spec without calling AWS.",
    "check": "Judge a spec by the rules of security; no credentials needed.",
    "explain": "What a rule of security asks for, why, and how to do it.",
    "plan": "Show what apply would change, and the calls it would make.",
    "apply": "Carry out the plan, wait until all is ready, read back.",
    "destroy": "Delete what a stack owns; databases and keys are kept unless asked for.",
    "drift": "Show what differs from the spec, and who changed it.",
    "access": "Who may do what, from where what can be reached, how data is protected.",
    "audit": "Judge an account by the rules of security, and what was done in it.",
    "migration": "How far a migration has come, the rest of it, and the way back.",
    "unlock": "Release the lock of a stack whose holder is gone.",
    "import": "Write a spec of what exists already, to be adopted.",
    "schema": "Print the JSON Schema of specs, plans, plan files, drift or reports.",
    "sandbox": "A local stand-in for AWS to try things on.",
}
"""Every command with its line in --help; the module of that name in this package holds `command`."""

_MODULES = {"import": "draft"}
"""The commands whose name no module can have."""

GARBAGE = (200_000, 50, 50)
"""When Python looks for cycles among its objects: what a command builds is kept until it ends, so that looking after
every 700 objects costs a third of the time of a question about a large account, and finds nothing."""

USAGE = 64
INTERRUPTED = 130


class _Commands(click.Group):
    """Commands that are imported when they are asked for, so that --help loads nothing but click."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"rds_secure.cli.{_MODULES.get(cmd_name, cmd_name)}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from rds_secure.spec.suggest import closest

            guess = closest(args[0], COMMANDS)
            ctx.fail(f"no such command {args[0]!r}" + (f": did you mean {guess!r}?" if guess else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="rds-secure", prog_name="rds-secure")
def group() -> None:
    """Declare in YAML how Amazon RDS databases are secured; review the plan; apply it.

    There is no state file: live AWS and the tags on it are the state. Nothing is ever replaced.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit; at once where somebody interrupted it, whatever is still on its way."""
    gc.set_threshold(*GARBAGE)
    code = run(arguments)
    if code == INTERRUPTED:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)  # else the interpreter would wait for calls that are out
    sys.exit(code)


def run(arguments: list[str] | None = None) -> int:
    """Run a command line; the exit code."""
    try:
        result = group.main(arguments, prog_name="rds-secure", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return USAGE
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):  # the reader of our output has gone (`… | head`), where click would exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _failed(error)


def _failed(error: Exception) -> int:
    from rds_secure.errors import RdsSecureError

    if not isinstance(error, RdsSecureError):
        return _unexpected(error)
    from rds_secure.render.terminal import error_text

    error_text(error, stream=sys.stderr)
    return error.exit_code


def _unexpected(error: Exception) -> int:
    """A mistake of ours: say so without a traceback, and where to find it."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "?"
    click.echo(f"internal error ({type(error).__name__} at {where}): {error}", err=True)
    click.echo("this is a mistake in rds-secure; please report it. RDS_SECURE_DEBUG=1 shows the traceback", err=True)
    if os.environ.get("RDS_SECURE_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    return 1
