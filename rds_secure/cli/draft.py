"""`rds-secure import`: a spec of what exists, to be reviewed and adopted."""

from __future__ import annotations

from pathlib import Path

import click

from rds_secure.cli import options


@click.command("import")
@click.argument("stack", metavar="STACK")
@options.access
@click.option("--name", "names", multiple=True, metavar="PATTERN", help="Databases of this name, such as orders-*.")
@click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", help="Databases with this tag; all that are given.")
@click.option("--vpc", default="", metavar="ID", help="Databases in this VPC.")
@click.option("--all", "everything", is_flag=True, help="Everything of RDS in the region, and policies about it.")
@click.option(
    "--principals",
    "with_principals",
    is_flag=True,
    help="Also the IAM roles that these use, the users and roles of this --name and --tag, and groups whose --name is "
    "written in full; with their policies.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write to a new file.")
def command(
    stack: str,
    profile: str | None,
    region: str | None,
    role_arn: str | None,
    sandbox: bool,
    names: tuple[str, ...],
    tags: tuple[str, ...],
    vpc: str,
    everything: bool,
    with_principals: bool,
    out: Path | None,
) -> int:
    """Write a spec of what exists already, for a stack of this name. Nothing is changed.

    What is asked for is taken with all that it uses, apart from what belongs to another stack, and, without
    --principals, from users, groups and roles. The spec lists everything below adopt:, so that a plan of it has tags
    to add and nothing else; to a group, which takes none, a path.
    """
    from rds_secure import api
    from rds_secure.draft import Selection
    from rds_secure.errors import RdsSecureError, UsageError
    from rds_secure.render.spec_file import spec_text
    from rds_secure.spec import named

    if everything == bool(names or tags or vpc):
        raise click.UsageError("say what to import: --name, --tag or --vpc, or --all alone")
    wrong = [tag for tag in tags if "=" not in tag]
    if wrong:
        raise click.UsageError(f"--tag {wrong[0]} has no value: write KEY=VALUE")
    if out and out.exists():
        raise UsageError(f"{out} exists already: name a new file, or print to the terminal without --out")
    account = options.connect(named(stack), profile, region, role_arn, sandbox)
    pairs = dict(tag.split("=", 1) for tag in tags)
    drafted = api.draft(stack, account, Selection(names, pairs, vpc, everything, with_principals))
    if not drafted.entries:
        asked = "of RDS" if everything else "of that name, tag or VPC"
        raise RdsSecureError(f"nothing {asked} in {account.identity.region} is free to be adopted: no file was written")
    text = spec_text(drafted)
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
        click.echo(f"{out} is written: review it, then run rds-secure plan {out}")
    return 0
