"""A small distribution as an installer leaves it: a module, and beside it its metadata."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import indent

import pytest

RULE = """
from rds_secure.finding import Severity
from rds_secure.rules import PASSED, Context, Of, Rule, Subject, Verdict, failed


def decide(subject: Subject, context: Context) -> Verdict:
{decide}


RULES = (
    Rule(
        "{id}", (Of.INSTANCE,), Severity.LOW, "Names begin with acme-", "Bills are split by them.",
        "name it acme-…", decide, "db_instance: {{acme-orders: {{}}}}", "db_instance: {{orders: {{}}}}",{more}
    ),
)
"""
DECIDE = """
name = subject.name.removeprefix("db:")
return PASSED if name.startswith("acme-") else failed(f"{name} does not begin with acme-")
"""


def install(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    decide: str = DECIDE,
    rule: str = "acme/named",
    more: str = "",
    point: str = "acme = acme_rules:RULES",
    package: str = "acme-rules",
    module: str = "acme_rules",
    code: str = "",
) -> Path:
    """Install it into a folder, which goes on Python's path until the test is over."""
    folder.mkdir(parents=True, exist_ok=True)
    text = code or RULE.format(id=rule, decide=indent(decide, "    "), more=f"\n        {more}" if more else "")
    (folder / f"{module}.py").write_text(text)
    info = folder / f"{module}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[rds_secure.rules]\n{point}\n")
    (info / "RECORD").write_text("".join(f"{path.relative_to(folder)},,\n" for path in sorted(info.iterdir())))
    monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.syspath_prepend(folder)
    return folder
