"""`rds-secure audit`: what was done in an account."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS: dict[str, str] = {
    "trail": "What CloudTrail shows that nobody should have done, by principal.",
}
"""Every audit with its line in --help; the module of that name in this package holds `command`."""


class _Audits(click.Group):
    """Commands that are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"rds_secure.cli.audit.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Audits"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group("audit", cls=_Audits)
def command() -> None:
    """Look at an account, and at what was done in it. Nothing is changed."""
