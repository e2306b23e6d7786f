"""Whether the least policy of a plan covers the calls that were made: every action, and what each write acts on."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rds_secure import api
from rds_secure.kind import Scope
from rds_secure.operation import Operation
from rds_secure.plan import actions
from rds_secure.plan.targets import rights
from rds_secure.values import Address, Value

ANYBODY = frozenset({"sts:GetCallerIdentity"})
"""What needs no permission."""


class Policy:
    """The documents of a plan, as IAM reads them; conditions are taken to hold."""

    def __init__(self, planned: api.Planned) -> None:
        self._allowed: dict[str, list[re.Pattern[str]]] = {}
        for document in api.least_policy(planned):
            for statement in document["Statement"]:
                for action in statement["Action"]:
                    self._allowed.setdefault(action, []).extend(map(_pattern, statement["Resource"]))

    def uncovered(self, calls: Iterable[tuple[str, str]]) -> set[str]:
        """The actions of these calls (service and action) that are allowed on nothing."""
        return {actions.name(*call) for call in calls} - self._allowed.keys() - ANYBODY

    def misses(
        self, address: Address, service: str, action: str, params: Value, scope: Scope, region: str
    ) -> list[str]:
        """What a call with these parameters, nothing of which is unknown any more, acts on and is not allowed on."""
        operation = Operation(service=service, action=action, params=params, summary="", region=region)
        return [
            f"{right.action} on {right.arn}"
            for right in rights(address, operation, scope)
            if not any(pattern.fullmatch(right.arn) for pattern in self._allowed.get(right.action, ()))
        ]


def _pattern(resource: str) -> re.Pattern[str]:
    return re.compile(re.escape(resource).replace(r"\*", ".*").replace(r"\?", "."))
