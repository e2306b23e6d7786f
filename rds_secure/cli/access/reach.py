"""`rds-secure access reach`: from where databases can be reached."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from rds_secure.cli.access import source

if TYPE_CHECKING:
    from rds_secure.access.network.target import Target
    from rds_secure.access.posture import Posture
    from rds_secure.cli.access.source import Asked
    from rds_secure.render.reach_page import Reached

FORMS = ("text", "json", "markdown", "mermaid", "svg", "html")
PICTURES = ("mermaid", "svg", "html")


@click.command("reach")
@source.source
@click.option("--to", "to", multiple=True, metavar="DATABASE", help="Only of this database or proxy; may be repeated.")
@click.option("--from", "origin", metavar="SOURCE", help="Explain how an instance, interface or address fares.")
@click.option("--evidence", is_flag=True, help="Show everything that a connection passes, also where there is much.")
@click.option("--format", "form", type=click.Choice(FORMS), default="text", help="text is for people, svg to look at.")
def command(
    specs: tuple[str, ...],
    to: tuple[str, ...],
    origin: str | None,
    evidence: bool,
    form: str,
    profile: str | None,
    region: str | None,
    role_arn: str | None,
    sandbox: bool,
) -> None:
    """Show which addresses, EC2 instances and other interfaces can open a connection to which database or proxy.

    DATABASE is db:orders, cluster:orders, db-proxy:orders, plain orders, or an address such as db_instance.orders.
    SOURCE is an instance (i-0123), an interface (eni-0123), or an address (10.1.2.3); every hop is shown, and what
    blocks it. reachable: it can; possible: it depends on a failover, a stopped instance, or the client's port; latent:
    a security group allows it, and something else blocks it; unknown: something that decides was not read.
    """
    from rds_secure.access.posture import Posture
    from rds_secure.inventory import Topic

    if origin and form in PICTURES:
        raise click.UsageError(f"--from explains in words: leave --format {form} out, or use json or markdown")
    topics = {Topic.DATABASES, Topic.NETWORK, *([Topic.KEYS] if form in (*PICTURES, "markdown") else [])}
    asked = source.ask(topics, specs, profile, region, role_arn, sandbox)
    posture = Posture(asked.inventory)
    wanted = _wanted(asked, posture, to)
    if origin:
        _explain(asked, posture, wanted, origin, form)
    else:
        _show(asked, posture, wanted, form, show_evidence=evidence or bool(to))


def _wanted(asked: Asked, posture: Posture, to: tuple[str, ...]) -> tuple[Target, ...]:
    """The databases that are asked about: all, or those of ``--to``."""
    from rds_secure.access import naming

    targets = posture.network.targets
    chosen = naming.databases(to, [target.id for target in targets], asked.inventory)
    return targets if chosen is None else tuple(target for target in targets if target.id in chosen)


def _show(asked: Asked, posture: Posture, wanted: tuple[Target, ...], form: str, *, show_evidence: bool) -> None:
    from rds_secure.access.names import names_of
    from rds_secure.access.network.summary import exposures
    from rds_secure.render.reach_page import Reached

    targets = {target.id: target for target in wanted}
    answers = (posture.network.answer(target) for target in wanted)
    found = Reached(asked.inventory, targets, exposures(answers), names_of(asked.inventory), source.state(asked))
    if form == "json":
        from rds_secure.render.json import reach_json

        click.echo(reach_json(found))
    elif form == "markdown":
        from rds_secure.render.reach_markdown import reach_markdown

        click.echo(reach_markdown(found, posture.protection), nl=False)
    elif form in PICTURES:
        _draw(found, posture, form)
    else:
        from rds_secure.render.access_text import reach_text

        reach_text(found, stream=sys.stdout, show_evidence=show_evidence)


def _draw(found: Reached, posture: Posture, form: str) -> None:
    from rds_secure.render.graph import graph
    from rds_secure.render.mermaid import mermaid
    from rds_secure.render.reach_html import reach_html
    from rds_secure.render.reach_page import counted
    from rds_secure.render.svg import svg

    if form == "html":
        click.echo(reach_html(found, posture.protection), nl=False)
        return
    made = graph(found, posture.protection)
    click.echo(mermaid(made) if form == "mermaid" else svg(made, counted(found.exposures, found.inventory)), nl=False)


def _explain(asked: Asked, posture: Posture, wanted: tuple[Target, ...], origin: str, form: str) -> None:
    from rds_secure.access.names import names_of
    from rds_secure.access.network.explain import explain
    from rds_secure.render.reach_page import Explained

    pairs = [explain(posture.network, origin, target) for target in wanted]
    found = Explained(asked.inventory, pairs, names_of(asked.inventory), source.state(asked))
    if form == "json":
        from rds_secure.render.json import explained_json

        click.echo(explained_json(found))
    elif form == "markdown":
        from rds_secure.render.reach_markdown import explained_markdown

        click.echo(explained_markdown(found), nl=False)
    else:
        from rds_secure.render.access_text import explained_text

        explained_text(found, stream=sys.stdout)
