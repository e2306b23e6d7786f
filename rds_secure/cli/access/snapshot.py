"""`rds-secure access snapshot`: records what the account answers, for plans and questions without credentials."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rds_secure.cli import options

if TYPE_CHECKING:
    from rds_secure.inventory.recording import Recording


_LEAST = 16
"""Characters of a salt of one's own; fewer could be found out by trying."""


@click.command("snapshot")
@click.argument("specs", nargs=-1, metavar="[SPEC…]")
@options.access
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The file to write; packed where its name ends in .gz. Only you may read it.",
)
@click.option(
    "--from",
    "origin",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Take this snapshot in place of the account; with --redact.",
)
@click.option(
    "--redact",
    is_flag=True,
    help="Put other names in the place of names, ids and account ids: for questions of access, not for plans.",
)
@click.option(
    "--salt-from-env",
    "variable",
    metavar="NAME",
    help="With --redact: the same names get the same other ones wherever this environment variable is the same.",
)
def command(
    specs: tuple[str, ...],
    profile: str | None,
    region: str | None,
    role_arn: str | None,
    sandbox: bool,
    out: Path,
    origin: Path | None,
    redact: bool,
    variable: str | None,
) -> None:
    """Record what the account answers to the questions of access and, with SPEC, to everything a plan of it asks.

    `plan SPEC --snapshot FILE` and `access … --snapshot FILE` then need no credentials and no network. There is no
    secret in the file, but who may do what in the account: share it with nobody who may not know that, or only with
    --redact.
    """
    from rds_secure.inventory import file

    if redact and specs:
        raise click.UsageError("no plan can be made of a redacted snapshot: leave SPEC out")
    if variable and not redact:
        raise click.UsageError("--salt-from-env is for --redact")
    key = _key(variable)
    if origin is None:
        recording = _recorded(specs, profile, region, role_arn, sandbox)
    elif not redact or profile or region or role_arn or sandbox:
        raise click.UsageError("--from takes a snapshot in place of the account, for --redact: no other option fits")
    else:
        recording = file.load(origin)
    if redact and not recording.redacted:
        from rds_secure.inventory.redaction.recording import redacted_recording

        recording = redacted_recording(recording, key)
    file.save(out, recording)
    click.echo(_told(recording, out))


def _key(variable: str | None) -> bytes:
    """By which names are made: by chance, and kept nowhere, unless an environment variable has it."""
    if variable is None:
        return secrets.token_bytes(32)
    value = os.environ.get(variable, "")
    if len(value) < _LEAST:
        raise click.UsageError(f"the environment variable {variable} has to have {_LEAST} characters or more")
    return value.encode()


def _recorded(
    specs: tuple[str, ...], profile: str | None, region: str | None, role_arn: str | None, sandbox: bool
) -> Recording:
    from rds_secure import api
    from rds_secure.spec import load, named

    stack, sources = load(specs) if specs else (named("access"), ())
    account = options.connect(stack, profile, region, role_arn, sandbox)
    return api.record(account, stack if specs else None, sources)


def _told(recording: Recording, out: Path) -> str:
    from rds_secure.inventory.recording import Refusal

    place = recording.place
    denied = {
        f"{asked.service}:{asked.action}"
        for asked, answer in recording.answers.items()
        if isinstance(answer, Refusal) and answer.sort == "denied"
    }
    unread = f"; denied, so that what depends on it stays unknown: {', '.join(sorted(denied))}" if denied else ""
    return f"{out}: account {place.account}, {place.region}, {len(recording.answers)} calls{unread}"
