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
from rds_secure.access.iam.policy import Policy
from rds_secure.access.iam.spread import places
from rds_secure.access.iam.verbs import VERBS, Verb
from rds_secure.access.iam.who import Allowed, Answer, Who
from rds_secure.inventory import Inventory, Reply


@dataclass(frozen=True)
class Origin:
    """The statements (``statement 2 of deploy``) that allow something, and the earliest day, "" where unknown."""

    statements: tuple[str, ...]
    since: str


class Origins:
    """The origins of the answers of one account."""

    def __init__(self, inventory: Inventory, who: Who) -> None:
        self._who = who
        self._details = inventory.reply("iam", "GetAccountAuthorizationDetails") or {}
        self._acts = {act.action: act for acts in VERBS.values() for act in acts}
        self._bits = {database.name: place for place, database in enumerate(who.databases)}
        self._found: dict[tuple[Asker, Verb, tuple[str, ...]], dict[int, Origin]] = {}

    def of(self, asker: Asker, answer: Answer, acts: Allowed) -> Iterator[tuple[str, Origin]]:
        """Each of the answer's databases with its origin; ``acts``: the actions of the answer that are meant."""
        last = self._roles[answer.way[-1].role] if answer.way else asker
        found = self._at(last, answer.verb, tuple(action for action, _ in acts))
        begun = max(self._made.get(arn, "") for arn in (asker.caller.arn, *(hop.role for hop in answer.way)))
        for name in answer.databases:
            origin = found.get(self._bits[name], Origin((), ""))
            yield name, Origin(origin.statements, max(begun, origin.since))

    def _at(self, asker: Asker, verb: Verb, actions: tuple[str, ...]) -> dict[int, Origin]:
        """The origin for each database, by its bit."""
        key = (asker, verb, actions)
        if (found := self._found.get(key)) is None:
            alike: dict[int, Origin] = {}
            named: dict[int, dict[tuple[Policy, str], None]] = {}
            for source, mask in self._sources(asker, verb, actions):
                for place in places(mask):
                    named.setdefault(place, {})[source] = None
            same: dict[tuple[tuple[Policy, str], ...], Origin] = {}
            for place, sources in named.items():
                listed = tuple(sources)
                if listed not in same:
                    same[listed] = self._origin(asker, listed)
                alike[place] = same[listed]
            if asker.caller.kind == "root" and asker.caller.account == self._who.identities.account:
                alike = dict.fromkeys(range(len(self._bits)), Origin(("root user",), ""))
            found = self._found[key] = alike
        return found

    def _sources(self, asker: Asker, verb: Verb, actions: tuple[str, ...]) -> Iterator[tuple[tuple[Policy, str], int]]:
        for action in actions:
            allowing = self._who.courts.allowing(asker, self._acts[action], fresh=verb == "create")
            for policy, statement, mask in allowing:
                text = f"{statement.name} of {policy.name}" if statement else f"{policy.name}, which was not read"
                yield (policy, text), mask

    def _origin(self, asker: Asker, sources: tuple[tuple[Policy, str], ...]) -> Origin:
        begun = [self._dated.get(policy) or self._made.get(asker.caller.arn, "") for policy, _ in sources]
        return Origin(tuple(dict.fromkeys(text for _, text in sources)), min(begun, default=""))

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


def _day(item: Reply | Mapping[str, Any]) -> str:
    """``CreateDate`` as a day in UTC; a recorded reply has it as a text."""
    made = item.get("CreateDate", "")
    return made.astimezone(UTC).date().isoformat() if isinstance(made, datetime) else str(made)[:10]
