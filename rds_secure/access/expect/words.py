"""An expectation that does not hold, in words: who or what path breaks it, what is not known, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rds_secure.access.expect.outcome import ByPath, ByPrincipal, Outcome
from rds_secure.access.iam.estate import GENERAL
from rds_secure.access.iam.logic import YES
from rds_secure.access.naming import label, short
from rds_secure.access.network.answers import Range, Source
from rds_secure.access.network.evidence import ByRule, Hop
from rds_secure.access.network.model import Rule
from rds_secure.errors import Problem
from rds_secure.values import Ref

TOLD = 5
"""Breaches that are told of one expectation; the others are counted."""


def problem(outcome: Outcome, account: str) -> Problem:
    """What is wrong with an expectation that does not hold, and what to do about it."""
    entry = outcome.expected.expectation
    why = f" ({entry.because})" if entry.because else ""
    told = list(_bounded([*_breaches(outcome, account), *outcome.unknown]))
    if outcome.breaches:
        return Problem(f"{expected(outcome)}{why}, but {'; '.join(told)}", _mend(outcome), outcome.expected.at)
    fix = "let the caller read it, or write 'unknown: allow' if that may stay open"
    return Problem(f"{expected(outcome)}{why}: nobody knows: {'; '.join(told)}", fix, outcome.expected.at)


def problems(outcomes: Iterable[Outcome], account: str) -> tuple[Problem, ...]:
    """Those of all that do not hold."""
    return tuple(problem(outcome, account) for outcome in outcomes if not outcome.holds)


def expected(outcome: Outcome) -> str:
    """What is expected, in one line: ``only root may delete db:orders``."""
    entry = outcome.expected.expectation
    if entry.reach:
        places = ", ".join(map(_written, entry.only_from)) or "nowhere"
        return f"{', '.join(map(_written, entry.reach))} may be reached only from {places}"
    whom = ", ".join(map(_written, entry.only))
    subject = f"only {whom}" if whom else "nobody"
    return f"{subject} may {' or '.join(entry.may)} {', '.join(_thing(_written(item)) for item in entry.on)}"


def _written(item: Ref | str) -> str:
    if isinstance(item, Ref):
        return str(item.target)
    return short(item) if item.startswith("arn:") else item


def _bounded(lines: list[str]) -> Iterator[str]:
    yield from lines[:TOLD]
    if len(lines) > TOLD:
        yield f"and {len(lines) - TOLD} more"


def _breaches(outcome: Outcome, account: str) -> Iterator[str]:
    for breach in outcome.breaches:
        yield _principal(breach, account) if isinstance(breach, ByPrincipal) else _path(breach)


def _principal(breach: ByPrincipal, account: str) -> str:
    """``role app may delete db:orders, by statement 1 of p, if …``."""
    who = label(breach.caller, account)
    what = f"{breach.verb} {', '.join(map(_thing, breach.things))}"
    condition = "" if breach.when is YES else f", if {breach.when}"
    if found := breach.escalation:
        return f"{who} can give itself the right to {what}, by {found.action} on {_targets(found.targets)}{condition}"
    statements = [f"{reason.statement} of {reason.policy}" for reason in breach.reasons[:2]]
    by = f", by {' and '.join(statements)}" if statements else ""
    return f"{who} may {what}{by}{condition}"


def _thing(name: str) -> str:
    """A database or key after a verb, which says already that it is a key."""
    called = short(name) if name.startswith("arn:") else name
    return "any database" if name == GENERAL else called.removeprefix("key ")


def _targets(arns: tuple[str, ...]) -> str:
    more = f" and {len(arns) - 1} more" if len(arns) > 1 else ""
    return f"{short(arns[0])}{more}" if arns else "itself"


def _path(breach: ByPath) -> str:
    """``db:orders can be reached from 0.0.0.0/0 (internet by igw-1), by the rule for 0.0.0.0/0 in sg-1``."""
    by = breach.by
    if isinstance(by, Source):
        place = f"{by.instance or by.interface} ({by.address})"
    else:
        place = f"{breach.addresses} ({_way(by)})"
    return f"{breach.target} can be reached from {place}{_rule(by.outcome.best.hops)}"


def _way(one: Range) -> str:
    return one.origin.way.value + (f" by {one.origin.via}" if one.origin.via else "")


def _rule(hops: Iterable[Hop]) -> str:
    for hop in hops:
        for one in hop.evidence:
            if isinstance(one, ByRule) and not one.rule.egress:
                return f", by {_peer(one.rule)} in {one.group}"
    return ""


def _peer(rule: Rule) -> str:
    what = rule.cidr or rule.prefix_list or (rule.group.group if rule.group else "")
    return f"the rule {rule.id} for {what}" if rule.id else f"the rule for {what}"


def _mend(outcome: Outcome) -> str:
    if outcome.expected.expectation.reach:
        return "take out what lets it through, or add it to 'only_from'"
    return "take the permission away, or add who has it to 'only'"
