"""On which conditions something is allowed, made comparable: alternatives, each a chain of requests. No policies.

A way over roles takes several requests, and what holds for one need not for the next: so their conditions are kept
apart, in their order, and never simplified across.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from rds_secure.access.delta.model import ALWAYS, Effect
from rds_secure.access.iam.logic import YES, Formula, some

Chain: TypeAlias = tuple[Formula, ...]
"""What has to hold, request by request; requests without conditions are left out, so () is "always"."""

State: TypeAlias = frozenset[Chain]
"""Alternatives: one of the chains is enough. Empty: not at all."""

NEVER: State = frozenset()
SURE: State = frozenset({()})


def chain(formulas: Iterable[Formula]) -> Chain:
    """The chain of requests with these conditions."""
    return tuple(formula for formula in formulas if formula is not YES)


def state(chains: Iterable[Chain]) -> State:
    """What is allowed where any of the chains is: those of one request are put together."""
    found = set(chains)
    if () in found:
        return SURE
    single = some(one for (one,) in (chain for chain in found if len(chain) == 1))
    if single is YES:
        return SURE
    longer = {chain for chain in found if len(chain) > 1}
    return frozenset(longer | ({(single,)} if any(len(chain) == 1 for chain in found) else set()))


def effect(was: State, now: State) -> Effect:
    """Which way it goes: more is allowed where each alternative of before still does, and the reverse."""
    if _within(was, now):
        return Effect.GAINS
    return Effect.LOSES if _within(now, was) else Effect.CHANGES


def _within(narrow: State, wide: State) -> bool:
    return all(any(_implies(one, other) for other in wide) for one in narrow)


def _implies(one: Chain, other: Chain) -> bool:
    if not other:
        return True
    return len(one) == len(other) and all((a | b) == b for a, b in zip(one, other, strict=True))


def said(found: State) -> str:
    """A state in words: "", "always", or "if …"."""
    if not found:
        return ""
    if found == SURE:
        return ALWAYS
    return "; or ".join(sorted("if " + ", and then if ".join(map(str, chain)) for chain in found))
