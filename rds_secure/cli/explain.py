"""`rds-secure explain`: the rules of security, and the kinds and fields of specs, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rds_secure.rules import Rule


@click.command("explain")
@click.argument("word", required=False, metavar="[RULE|KIND[.FIELD]]")
@click.option("--format", "form", type=click.Choice(["text", "markdown"]), default="text", help="markdown: all rules.")
@click.option("--sandbox", is_flag=True, help="Accepted everywhere; explain calls nothing.")
def command(word: str | None, form: str, sandbox: bool) -> None:
    """Say what a rule of `check` asks for, why, how to do it, and what others call it; or what a kind or field is.

    RULE is an id such as storage-encrypted, or what others call it: RDS.3, CKV_AWS_16. KIND is one of a spec, such as
    db_instance; FIELD one of its fields, such as db_instance.public: where AWS has it, when a change takes effect, what
    Terraform calls it, and which rules it decides. Without a word, list them all.
    """
    from rds_secure.render.explain import explained, listed, rules_markdown
    from rds_secure.rules import META, OUT_OF_SCOPE, installed

    rules = (*installed.load().table, *META)
    if word is not None and (told := _of_spec(word, rules, form)):
        click.echo(told)
        return
    found = [one for one in rules if word is None or _is_called(one.id, one.aliases, word)]
    if not found:
        if named := next((each for each in OUT_OF_SCOPE if each.lower() == str(word).lower()), ""):
            click.echo(f"{named} is decided by no rule: {OUT_OF_SCOPE[named]}")
            return
        raise click.UsageError(_unknown(str(word), [one.id for one in rules]))
    if form == "markdown":
        click.echo(rules_markdown(found), nl=False)
    elif word is None:
        from rds_secure.render.explain_spec import kinds_listed
        from rds_secure.resources import KINDS

        click.echo(f"Rules:\n{listed(found)}\n\nKinds:\n{kinds_listed(KINDS)}")
    else:
        click.echo("\n\n".join(map(explained, found)))


def _of_spec(word: str, rules: Sequence[Rule], form: str) -> str:
    """What is said of a kind or a field; "" where the word is none. Raises `UsageError` for a field that is not."""
    from rds_secure.render.explain_spec import field_explained, fields_named, kind_explained
    from rds_secure.resources import KINDS_BY_NAME
    from rds_secure.spec.reference import documented, of_kind
    from rds_secure.spec.suggest import closest

    name, _, path = word.partition(".")
    kind = KINDS_BY_NAME.get(name)
    if kind is None:
        return ""
    if not path:
        return of_kind(kind) if form == "markdown" else kind_explained(kind, rules)
    fields = fields_named(kind, path)
    if not fields:
        guess = closest(path, [each.path for each in documented(kind.spec)])
        raise click.UsageError(f"{name} has no field {path!r}" + (f": did you mean {guess!r}?" if guess else ""))
    return "\n\n".join(field_explained(kind, each, rules) for each in fields)


def _unknown(word: str, ids: Sequence[str]) -> str:
    from rds_secure.resources import KINDS_BY_NAME
    from rds_secure.spec.suggest import closest

    guess = closest(word, [*ids, *KINDS_BY_NAME])
    return f"there is no rule or kind {word!r}" + (f": did you mean {guess!r}?" if guess else "")


def _is_called(name: str, aliases: Mapping[str, tuple[str, ...]], word: str) -> bool:
    names = [name, *(each for ids in aliases.values() for each in ids)]
    return word.lower() in (each.lower() for each in names)
