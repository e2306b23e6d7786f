"""In which form an audit is told. It decides nothing."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rds_secure.audit.report import Audit

FORMS = ("text", "json", "markdown", "sarif", "junit", "html", "asff")


def show(found: Audit, form: str, *, everything: bool) -> None:
    """Write it to the standard output."""
    if form == "text":
        from rds_secure.render.audit_page import audit_text

        audit_text(found, stream=sys.stdout, everything=everything)
    elif form == "json":
        from rds_secure.render.audit_view import audit_json

        click.echo(audit_json(found, version("rds-secure")))
    elif form == "markdown":
        from rds_secure.render.audit_markdown import audit_markdown

        click.echo(audit_markdown(found), nl=False)
    elif form == "html":
        from rds_secure.render.audit_html import audit_html

        click.echo(audit_html(found), nl=False)
    elif form == "sarif":
        from pathlib import Path

        from rds_secure.render.audit_machine import audit_sarif

        click.echo(audit_sarif(found, version("rds-secure"), str(Path.cwd())))
    elif form == "asff":
        from rds_secure.cli.audit.hub import in_asff
        from rds_secure.render.asff import asff_json

        click.echo(asff_json(in_asff(found)))
    else:
        from rds_secure.render.audit_machine import audit_junit

        click.echo(audit_junit(found))
