"""Where an answer comes from: the statements that allow it, and since when it can be so at the earliest. No I/O.

IAM keeps no date of an attachment, nor of an inline policy. What is known are the days on which users, groups and roles
were made, and on which the version of a managed policy was, that is in force (IAM API reference, `CreateDate`). An
answer is no older than its principal and the roles on its way, and not older than the oldest policy that allows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from rds_secure.access.iam.court import Asker
from rds_secure.access.iam.policy import Policy, Statement
from rds_secure.access.iam.verbs import VERBS, Verb
from rds_secure.access.iam.who import Allowed, Answer, Who
from rds_secure.inventory import Inventory, Reply


@dataclass(frozen=True)
class Origin:
    """The statements (``statement 2 of deploy``) that allow something, and the earliest day, "" where unknown."""

    statements: tuple[str, ...]
    since: str


_Source = tuple[Policy, Statement | None]
"""A statement of a policy; None: of one that was not read."""


class Origins:
    """The origins of the answers of one account."""

    def __init__(self, inventory: Inventory, who: Who) -> None:
        self._who = who
        self._details = inventory.reply("iam", "GetAccountAuthorizationDetails") or {}
        self._acts = {act.action: act for acts in VERBS.values() for act in acts}
        self._bits = {database.name: place for place, database in enumerate(who.databases)}
        self._found: dict[tuple[Asker, Verb, tuple[str, ...]], tuple[tuple[int, Origin], ...]] = {}
        self._masks: dict[tuple[str, ...], int] = {}

    def of(self, asker: Asker, answer: Answer, acts: Allowed) -> Iterator[tuple[tuple[str, ...], Origin]]:
        """The answer's databases by their origin; ``acts``: the actions of the answer that are meant."""
        last = self._roles[answer.way[-1].role] if answer.way else asker
        begun = max(self._made.get(arn, "") for arn in (asker.caller.arn, *(hop.role for hop in answer.way)))
        asked = self._mask(answer.databases)
        for mask, origin in self._at(last, answer.verb, tuple(action for action, _ in acts)):
            if both := mask & asked:
                yield self._who.names(both), Origin(origin.statements, max(begun, origin.since))

    def _mask(self, names: tuple[str, ...]) -> int:
        """Databases as bits."""
        if (found := self._masks.get(names)) is None:
            found = self._masks[names] = sum(1 << self._bits[name] for name in names)
        return found

    def _at(self, asker: Asker, verb: Verb, actions: tuple[str, ...]) -> tuple[tuple[int, Origin], ...]:
        """Groups of databases, as bits, with one origin."""
        key = (asker, verb, actions)
        if (found := self._found.get(key)) is None:
            groups: dict[tuple[_Source, ...], int] = {(): (1 << len(self._bits)) - 1}
            for source, mask in self._sources(asker, verb, actions):
                groups = _divided(groups, source, mask)
            listed = ((mask, self._origin(asker, sources)) for sources, mask in groups.items())
            found = self._found[key] = tuple(listed)
        return found

    def _sources(self, asker: Asker, verb: Verb, actions: tuple[str, ...]) -> Iterator[tuple[_Source, int]]:
        for action in actions:
            for policy, statement, mask in self._who.courts.allowing(asker, self._acts[action], fresh=verb == "create"):
                yield (policy, statement), mask

    def _origin(self, asker: Asker, sources: tuple[_Source, ...]) -> Origin:
        if asker.caller.kind == "root" and asker.caller.account == self._who.identities.account:
            return Origin(("root user",), "")
        begun = [self._dated.get(policy) or self._made.get(asker.caller.arn, "") for policy, _ in sources]
        return Origin(tuple(dict.fromkeys(_text(*source) for source in sources)), min(begun, default=""))

    @cached_property
    def _roles(self) -> Mapping[str, Asker]:
        return {role.caller.arn: role for role in self._who.ways.askers}

    @cached_property
    def _made(self) -> Mapping[str, str]:
        """The ARN of a user, group or role → the day on which it was made."""
        lists = ("UserDetailList", "GroupDetailList", "RoleDetailList")
        return {item["Arn"]: day for key in lists for item in self._details.get(key, ()) if (day := _day(item))}

    @cached_property
    def _dated(self) -> Mapping[Policy, str]:
        """Managed policies → the day of their version that is in force; inline ones of a group → that of the group."""
        identities = self._who.identities
        found = {}
        for item in self._details.get("Policies", ()):
            versions = (version for version in item.get("PolicyVersionList", ()) if version.get("IsDefaultVersion"))
            if (policy := identities.policies.get(item["Arn"])) and (day := _day(next(versions, {}))):
                found[policy] = day
        for group in identities.groups:
            found |= {policy: self._made.get(group.arn, "") for policy in group.inline}
        return found


def _divided(groups: Mapping[tuple[_Source, ...], int], source: _Source, where: int) -> dict[tuple[_Source, ...], int]:
    """Groups of databases by their sources, once one more is known."""
    found: dict[tuple[_Source, ...], int] = {}
    for sources, mask in groups.items():
        there = 0 if source in sources else mask & where
        if mask & ~there:
            found[sources] = found.get(sources, 0) | mask & ~there
        if there:
            found[*sources, source] = found.get((*sources, source), 0) | there
    return found


def _text(policy: Policy, statement: Statement | None) -> str:
    return f"{statement.name} of {policy.name}" if statement else f"{policy.name}, which was not read"


def _day(item: Reply | Mapping[str, Any]) -> str:
    """``CreateDate`` as a day in UTC; a recorded reply has it as a text."""
    made = item.get("CreateDate", "")
    return made.astimezone(UTC).date().isoformat() if isinstance(made, datetime) else str(made)[:10]
