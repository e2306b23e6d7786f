"""All patterns: those of single calls by what is called, and those that hold for calls of any name. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from rds_secure.audit.trail.around import AROUND, key_names
from rds_secure.audit.trail.context import Context
from rds_secure.audit.trail.event import Event
from rds_secure.audit.trail.hit import HIGH, MEDIUM, Hit, Pattern, beside, thing
from rds_secure.audit.trail.rds import RDS

_ON = re.compile(r"on resource: (\S+)")

BURST, MINUTES, KINDS = 5, 10, 3
"""Denied calls are worse where there are so many within so many minutes, or of so many different actions: somebody
tries out what works."""


def _denied(event: Event, context: Context) -> Hit | None:
    if not event.denied:
        return None
    about = _ON.search(event.message)
    what = f"{event.service}:{event.name} denied{f' on {about[1]}' if about else ''}"
    if event.service == "rds":
        return Hit(MEDIUM, what)
    return beside(MEDIUM, what, event, key_names(event), context.keys, context) if event.service == "kms" else None


def _root(event: Event, context: Context) -> Hit | None:
    if event.identity.kind != "Root" or event.identity.invoked_by or event.service not in WATCHED:
        return None
    return Hit(HIGH, f"{event.service}:{event.name} by the root user")


def _without_mfa(event: Event, context: Context) -> Hit | None:
    who = event.identity
    if who.kind != "IAMUser" or who.mfa is not False or not event.writes or event.error:
        return None
    if event.service not in WATCHED or not (event.from_console or "console" in event.agent.lower()):
        return None
    call = f"{event.service}:{event.name}"
    return Hit(HIGH, f"{call} in the console without a second factor") if _bears(call) else None


def _bears(call: str) -> bool:
    return call.startswith("rds:") or call in BY_CALL


def _not_listed(event: Event, context: Context) -> Hit | None:
    if event.service != "rds" or event.error or not event.writes:
        return None
    if context.may(f"rds:{event.name}", event.identity.principal) is not False:
        return None
    return Hit(MEDIUM, f"{event.name} of {thing(event)} by somebody who is not listed for it")


DENIED = Pattern("denied-calls", "denied calls", (), _denied)
ROOT = Pattern("root-used", "the root user at work", (), _root)
ALWAYS = (
    Pattern("no-mfa", "changes without a second factor", (), _without_mfa),
    Pattern("not-in-spec", "changes by somebody who is not listed for them", (), _not_listed),
)

PATTERNS: tuple[Pattern, ...] = (*RDS, *AROUND, DENIED, ROOT, *ALWAYS)


def _by_call() -> dict[str, tuple[Pattern, ...]]:
    found: dict[str, tuple[Pattern, ...]] = {}
    for pattern in (*RDS, *AROUND):
        for call in pattern.calls:
            found[call] = (*found.get(call, ()), pattern)
    return found


BY_CALL: Mapping[str, tuple[Pattern, ...]] = MappingProxyType(_by_call())
"""``rds:DeleteDBInstance`` → the patterns that look at it."""

WATCHED = frozenset(call.partition(":")[0] for call in BY_CALL)
"""The services that are looked at."""
