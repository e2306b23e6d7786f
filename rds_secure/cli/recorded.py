"""``--snapshot FILE``: a recorded account in place of the account itself. No credentials, no network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rds_secure.cli import options

if TYPE_CHECKING:
    from rds_secure.live.recorded import Readings, Recorded
    from rds_secure.spec import Stack

F = TypeVar("F", bound=Callable[..., Any])

_KEY = "rds_secure.snapshot"


def _keep(ctx: click.Context, param: click.Parameter, value: Path | None) -> None:
    ctx.meta[_KEY] = value


def snapshot(function: F) -> F:
    """``--snapshot``; what it names is for `readings`, and no parameter of the command."""
    return click.option(
        "--snapshot",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        expose_value=False,
        callback=_keep,
        help="Read what `access snapshot` recorded in place of the account: no credentials, no network.",
    )(function)


def given() -> Path | None:
    """The file that ``--snapshot`` names."""
    found: Path | None = click.get_current_context().meta.get(_KEY)
    return found


def readings(stack: Stack, profile: str | None, region: str | None, role_arn: str | None, sandbox: bool) -> Readings:
    """What the options lead to: a recorded account, or the account itself (`options.connect`)."""
    path = given()
    if path is None:
        return options.connect(stack, profile, region, role_arn, sandbox)
    if profile or role_arn or sandbox:
        raise click.UsageError("--snapshot calls nothing: leave --profile, --role-arn and --sandbox out")
    return opened(path, stack, region)


def opened(path: Path, stack: Stack, region: str | None = None) -> Recorded:
    """A recorded account for a stack; where the stack declares anything, its names have to be those of the account."""
    from rds_secure.errors import Problem, RefusedError
    from rds_secure.inventory import file
    from rds_secure.live.recorded import recorded

    recording = file.load(path)
    if recording.redacted and stack.resources:
        fix = "use a snapshot that is not, or leave SPEC out"
        raise RefusedError([Problem(f"{path} is redacted: its names are not those of a spec", fix)])
    return recorded(recording, stack, region)


def told(found: Readings) -> Readings:
    """The same, and a word on the side that it is a recording, for answers that do not say it themselves."""
    from rds_secure.live.recorded import Recorded

    if isinstance(found, Recorded):
        click.echo(since(found.recording.at), err=True)
    return found


def since(at: str) -> str:
    """What to say above everything that is made of a recording."""
    return f"Recorded {at}: this is about the account as it was then."
