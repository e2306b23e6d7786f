"""`rds-secure access snapshot`: records what the account answers, for plans and questions without credentials."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rds_secure.cli import options

if TYPE_CHECKING:
    from rds_secure.inventory.recording import Recording


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
def command(
    specs: tuple[str, ...],
    profile: str | None,
    region: str | None,
    role_arn: str | None,
    sandbox: bool,
    out: Path,
) -> None:
    """Record what the account answers to the questions of access and, with SPEC, to everything a plan of it asks.

    `plan SPEC --snapshot FILE` and `access … --snapshot FILE` then need no credentials and no network. There is no
    secret in the file, but who may do what in the account: share it with nobody who may not know that.
    """
    from rds_secure.inventory import file

    recording = _recorded(specs, profile, region, role_arn, sandbox)
    file.save(out, recording)
    click.echo(_told(recording, out))


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
