"""Answers about access as text for people; what each looks like is in its page. ``width``, ``color``: `terminal`."""

from __future__ import annotations

from typing import TextIO

from rds_secure.render.encryption_page import encryption_page
from rds_secure.render.protection import Told
from rds_secure.render.reach_page import Explained, Reached, explained_page, reach_page
from rds_secure.render.screen import columns, write


def reach_text(
    found: Reached, *, stream: TextIO, show_evidence: bool = False, color: bool | None = None, width: int | None = None
) -> None:
    """Write from where databases can be reached; with ``show_evidence`` every hop of one connection for each way."""
    write(stream, reach_page(found, width or columns(stream), show_evidence=show_evidence), color)


def explained_text(found: Explained, *, stream: TextIO, color: bool | None = None, width: int | None = None) -> None:
    """Write how a source fares with databases."""
    write(stream, explained_page(found, width or columns(stream)), color)


def encryption_text(told: Told, *, stream: TextIO, color: bool | None = None, width: int | None = None) -> None:
    """Write how data is protected."""
    write(stream, encryption_page(told, width or columns(stream)), color)
