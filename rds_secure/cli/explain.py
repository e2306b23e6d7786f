"""`rds-secure explain`: the rules of security in words."""

from __future__ import annotations

from collections.abc import Mapping

import click


@click.command("explain")
@click.argument("rule", required=False)
@click.option("--format", "form", type=click.Choice(["text", "markdown"]), default="text", help="markdown: all rules.")
@click.option("--sandbox", is_flag=True, help="Accepted everywhere; explain calls nothing.")
def command(rule: str | None, form: str, sandbox: bool) -> None:
    """Say what a rule of `check` asks for, why, how to do it, and what others call it; without RULE list them all.

    RULE is an id such as storage-encrypted, or what others call it: RDS.3, CKV_AWS_16.
    """
    from rds_secure.render.explain import explained, listed, rules_markdown
    from rds_secure.rules import META, OUT_OF_SCOPE, installed
    from rds_secure.spec.suggest import closest

    rules = (*installed.load().table, *META)
    found = [one for one in rules if rule is None or _is_called(one.id, one.aliases, rule)]
    if not found:
        if named := next((each for each in OUT_OF_SCOPE if each.lower() == str(rule).lower()), ""):
            click.echo(f"{named} is decided by no rule: {OUT_OF_SCOPE[named]}")
            return
        guess = closest(str(rule), [one.id for one in rules])
        raise click.UsageError(f"there is no rule {rule!r}" + (f": did you mean {guess!r}?" if guess else ""))
    if form == "markdown":
        click.echo(rules_markdown(found), nl=False)
    else:
        click.echo(listed(found) if rule is None else "\n\n".join(map(explained, found)))


def _is_called(name: str, aliases: Mapping[str, tuple[str, ...]], word: str) -> bool:
    names = [name, *(each for ids in aliases.values() for each in ids)]
    return word.lower() in (each.lower() for each in names)
