"""Text about who may do what, written to a stream. What it looks like is in the pages.

``color``: True or False, or None for what the stream and NO_COLOR say. ``width`` in columns, None for the terminal's.
"""

from __future__ import annotations

from typing import TextIO

from rds_secure.access.findings import Findings
from rds_secure.access.why import Why
from rds_secure.render.screen import columns, write
from rds_secure.render.who_page import who_page
from rds_secure.render.why_page import why_page


def who_text(
    found: Findings, *, stream: TextIO, color: bool | None = None, width: int | None = None, everything: bool = False
) -> None:
    """Write who may do what; ``everything``: with what is left out otherwise because it is long."""
    write(stream, who_page(found, width or columns(stream), everything=everything), color)


def why_text(found: Why, *, stream: TextIO, color: bool | None = None, width: int | None = None) -> None:
    """Write why somebody may do something, or may not."""
    write(stream, why_page(found, width or columns(stream)), color)
