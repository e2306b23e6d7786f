"""Errors as text for people: what is wrong, where, and what to do. Which exit code follows is the command line's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text as Line

from rds_secure.errors import CallError, DeniedError, Problem, RdsSecureError, RefusedError, SpecError, UnsupportedError
from rds_secure.inventory.recording import NOT_RECORDED
from rds_secure.render.screen import BOLD, RED, joined, part

_THROTTLED = frozenset({"Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyUpdates"})  # ANY-1

_READS = ("Describe", "Get", "List", "Lookup", "Simulate")
"""How actions begin that change nothing."""


def error_page(error: RdsSecureError | Sequence[Problem]) -> Iterator[Line]:
    """All lines of an error, or of problems that were found."""
    if isinstance(error, SpecError | RefusedError):
        yield from _problems(error.problems)
    elif isinstance(error, CallError):
        yield from _call(error)
    elif isinstance(error, RdsSecureError):
        first, *rest = str(error).splitlines() or [type(error).__name__]
        yield joined(part("error:", f"{BOLD} {RED}"), " ", part(first))
        yield from (part(line) for line in rest)
    else:
        yield from _problems(error)


def _problems(problems: Sequence[Problem]) -> Iterator[Line]:
    """One line each, never broken, so that editors and CI find the place; what it is about in lines below."""
    for problem in problems:
        place = joined(part(problem.location, BOLD), ": ") if problem.location else Line()
        yield joined(place, part(problem.what, RED), ": ", part(problem.fix))
        yield from (joined("  ", part(line)) for line in problem.details)
    if len(problems) > 1:
        yield Line(f"{len(problems)} problems.", BOLD)


def _call(error: CallError) -> Iterator[Line]:
    if error.code == NOT_RECORDED:
        yield joined(part(error.message, RED))
        return
    yield joined(part(f"{error.service} {error.action} failed:", f"{BOLD} {RED}"), " ", part(error.code))
    yield joined("  AWS says:   ", part(error.message))
    if error.request_id:
        yield joined("  request id: ", part(error.request_id))
    yield joined("  what to do: ", part(_advice(error)))


def _advice(error: CallError) -> str:
    if isinstance(error, DeniedError):
        return f"allow the caller {error.service}:{error.action}, or use other credentials (--profile, --role-arn)"
    if isinstance(error, UnsupportedError):
        return "use an endpoint that offers this call; without its answer nothing is assumed"
    if not error.status and error.action.startswith(_READS):
        return "look whether the endpoint can be reached; then run the same command again"
    if not error.status:
        return "look whether the endpoint can be reached; then plan again, for the call may have taken effect"
    if error.code in _THROTTLED:
        return "wait a little, then run the same command again"
    return "settle what AWS says, then run the same command again: it goes on from what is there"
