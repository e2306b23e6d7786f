"""`rds-secure access`: who may do what, from where what can be reached, and how the data is protected."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS: dict[str, str] = {
    "who": "Who may do what to which database, and who can give themselves more.",
    "review": "The same as a list for auditors: principal, path, verb, database, condition, since, source.",
    "reach": "From where databases can be reached.",
    "encryption": "How data is protected.",
    "snapshot": "Record the account, for use without credentials.",
}
"""Every question with its line in --help; the module of that name in this package holds `command`."""


class _Questions(click.Group):
    """Commands that are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"rds_secure.cli.access.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Questions"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group("access", cls=_Questions)
def command() -> None:
    """Who may do what, from where what can be reached, how data is protected: of an account, or of a spec.

    Without SPEC the account is asked as it is. With SPEC the answer is for the account as applying the spec would leave
    it; with --offline for the spec alone, without credentials, as far as that tells. Nothing is changed.
    With --snapshot a recorded account is asked, without credentials (`access snapshot` records one).
    """
