"""Text for people: plans, results, errors, and an apply as it goes on. What each looks like is in the pages.

``color``: True or False, or None for what the stream and NO_COLOR say. ``width`` in columns, None for the terminal's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TextIO

from rds_secure.access.delta.model import Delta
from rds_secure.errors import Problem, RdsSecureError
from rds_secure.plan.drift import Drift
from rds_secure.plan.model import Plan
from rds_secure.render.drift_page import drift_page
from rds_secure.render.live import LiveProgress
from rds_secure.render.migration_page import migration_page
from rds_secure.render.plan_page import plan_page
from rds_secure.render.problem import error_page
from rds_secure.render.progress import Progress
from rds_secure.render.result_page import Exports, Windows, result_page
from rds_secure.render.screen import columns, is_live, write
from rds_secure.rules.judgement import Judgement
from rds_secure.values import Address

__all__ = ["Progress", "drift_text", "error_text", "migration_text", "plan_text", "progress", "result_text"]


def progress(stream: TextIO, now: Callable[[], float]) -> Progress | LiveProgress:
    """What draws an apply, to be used in a ``with``: a picture at a terminal, lines elsewhere.

    ``now``: the clock by which the run waits, in seconds.
    """
    return LiveProgress(stream, now) if is_live(stream) else Progress(stream)


def plan_text(
    plan: Plan,
    *,
    stream: TextIO,
    color: bool | None = None,
    show_calls: bool = False,
    width: int | None = None,
    then: str = "",
    access: Delta | None = None,
    judged: Judgement | None = None,
    show_findings: bool = False,
) -> None:
    """Write a plan; with ``show_calls`` also every API call, and the same call as an ``aws`` command.

    ``then``: the command that applies exactly this plan. ``access``: what the plan does to access. ``judged``: what it
    makes worse by the rules; with ``show_findings`` also what failed before.
    """
    page = plan_page(plan, width or columns(stream), show_calls, then, access, judged, show_findings)
    write(stream, page, color)


def drift_text(found: Drift, *, stream: TextIO, color: bool | None = None, width: int | None = None) -> None:
    """Write what differs from a spec."""
    write(stream, drift_page(found, width or columns(stream)), color)


def migration_text(
    plan: Plan, address: Address, *, stream: TextIO, color: bool | None = None, width: int | None = None
) -> None:
    """Write how far the migration of a database has come."""
    write(stream, migration_page(plan, address, width or columns(stream)), color)


def result_text(
    plan: Plan,
    exports: Exports,
    *,
    stream: TextIO,
    waiting: Windows,
    now: datetime,
    color: bool | None = None,
    refused: int = 0,
) -> None:
    """Write what the apply of a plan has made; ``exports``, and what is ``waiting``, were read back after it.

    ``now``: in UTC. ``refused``: how many refusals the plan after it has.
    """
    write(stream, result_page(plan, exports, waiting, now, refused), color)


def error_text(error: RdsSecureError | Sequence[Problem], *, stream: TextIO, color: bool | None = None) -> None:
    """Write an error, or the problems that were found in a spec."""
    write(stream, error_page(error), color)
