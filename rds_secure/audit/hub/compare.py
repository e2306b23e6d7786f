"""What Security Hub says of a thing, beside what our rules say of it: where the two are opposite. Pure.

Nobody is right by being listed first: a finding may be a day old, a control may ask for less than our rule, and our
reading may be wrong. What either side does not know is no disagreement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from rds_secure.audit.hub.controls import by_control
from rds_secure.audit.hub.model import Disagreement, Said, Status
from rds_secure.finding import Finding, State
from rds_secure.rules import RULES, Rule

ACCOUNT = "account"
"""What findings call the account."""

_OF_THE_ACCOUNT = (("rds", "es:"), ("cloudtrail", "trail/"), ("guardduty", "detector/"))
"""Service, and how its resources are called, that our rules ask about all at once, as things of the account."""
_ONE_IS_ENOUGH = ("RDS.19", "RDS.20", "RDS.21", "RDS.22", "GuardDuty.9")
"""Controls by which one such resource may do what the others do not; by all others, each has to."""

_NOTES: Mapping[str, str] = {
    **dict.fromkeys(
        _ONE_IS_ENOUGH[:4],
        "Security Hub passes where there is no subscription, or none of this kind; we ask that there is one",
    ),
    "RDS.1": "Security Hub may take 12 hours to see that a snapshot was made public",
}
"""Control → why it may differ from our rule (user guide, "controls for Amazon RDS")."""


class Compared(NamedTuple):
    """``number``: on how many pairs of a control and a resource both sides say passed or failed."""

    disagreements: tuple[Disagreement, ...]
    number: int


def compare(
    said: Iterable[Said],
    ours: Iterable[Finding],
    names: Mapping[str, tuple[str, ...]],
    rules: Iterable[Rule] = RULES,
) -> Compared:
    """Where both sides know and say opposite things. ``names``: ARN → what our findings call it."""
    asked, found = by_control(rules), dict[tuple[str, str], Finding]()
    for finding in ours:
        found[finding.rule, finding.subject] = finding
    number, opposite = 0, list[Disagreement]()
    for one, about in _merged(said, names):
        beside = [found[key] for rule in asked.get(one.control, ()) for name in about if (key := (rule, name)) in found]
        verdict = _verdict(beside)
        if verdict is None:
            continue
        number += 1
        if (one.status is Status.FAILED) is (verdict is State.PASS):
            opposite.append(_disagreement(one, verdict, about, beside))
    return Compared(tuple(sorted(opposite, key=lambda one: (one.control, one.resource))), number)


def named(resource: str, names: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What our findings call a resource; () where they know none."""
    parts = resource.split(":", 5)
    if len(parts) == 6 and any(
        parts[2] == service and parts[5].startswith(begin) for service, begin in _OF_THE_ACCOUNT
    ):
        return (ACCOUNT,)
    return names.get(resource, ())


def _merged(said: Iterable[Said], names: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[Said, tuple[str, ...]]]:
    """What passed or failed, with our names for it; of several that count for the account, the one that decides."""
    whole: dict[str, Said] = {}
    for one in said:
        if one.status not in (Status.PASSED, Status.FAILED):
            continue
        about = named(one.resource, names)
        if about != (ACCOUNT,):
            yield one, about
        elif (before := whole.get(one.control)) is None or _account_rank(one) > _account_rank(before):
            whole[one.control] = one
    for one in whole.values():
        yield one, (ACCOUNT,)


def _account_rank(one: Said) -> tuple[bool, datetime, str]:
    decides = Status.PASSED if one.control in _ONE_IS_ENOUGH else Status.FAILED
    return one.status is decides, one.updated, one.resource


def _verdict(beside: Iterable[Finding]) -> State | None:
    """What our rules amount to: one that fails is enough, and then one that does not know; None for that."""
    states = {one.state for one in beside}
    for state in (State.FAIL, State.KNOWN, State.WAIVED):
        if state in states:
            return state
    return State.PASS if states == {State.PASS} else None


def _disagreement(one: Said, verdict: State, about: tuple[str, ...], beside: list[Finding]) -> Disagreement:
    saying = [each for each in beside if each.state is verdict]
    return Disagreement(
        one.control,
        one.resource,
        saying[0].subject if len(about) > 1 else about[0],
        one.status,
        verdict,
        tuple(dict.fromkeys(each.rule for each in saying)),
        one.updated,
        saying[0].message,
        _NOTES.get(one.control, ""),
    )
