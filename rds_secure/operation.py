"""API calls as data: what a plan is made of. Nothing here can make a call.

An `Operation` names one AWS API call with its parameters, in which references may stand for what earlier calls
yield. Because it is data, it can be shown, saved, checked against the service's model, and executed by one loop.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import jmespath

from rds_secure.values import JSON, Address, Value

_WORD = re.compile(r"(.)([A-Z][a-z]+)")
_END = re.compile(r"([a-z0-9])([A-Z])")

_TAKING = (
    "Cancel",
    "Delete",
    "Deregister",
    "Detach",
    "Disable",
    "Disassociate",
    "Reboot",
    "Remove",
    "Reset",
    "Revoke",
    "Schedule",
    "Stop",
    "Untag",
)
"""How the actions begin that take something away."""

_PROJECTIONS = ("projection", "filter_projection", "value_projection")
"""How jmespath calls an expression that yields one value for each member."""


def snake(action: str, separator: str = "_") -> str:
    """``CreateDBInstance`` → ``create_db_instance``: boto3's method, and with ``-`` the AWS CLI's command."""
    if separator in action:
        return action
    return _END.sub(rf"\1{separator}\2", _WORD.sub(rf"\1{separator}\2", action)).lower()


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of a described object: every value at ``path`` (JMESPath) is one of ``any_of``.

    An empty ``any_of`` means that nothing may be there: null, or an empty list, mapping or string. A path that projects
    a list (``Groups[].Status``) asks every member of it, and of a list that is not there, for none was ever made, there
    is none to ask. ``what`` is it in words, which stand before "is creating" or "to be available".
    """

    path: str
    any_of: tuple[Value, ...] = ()
    what: str = ""

    def holds(self, value: JSON) -> bool:
        """Whether it holds for the value found at ``path``."""
        if not self.any_of:
            return value in (None, "", (), [], {})
        if value is None and jmespath.compile(self.path).parsed["type"] in _PROJECTIONS:
            return True
        if isinstance(value, list | tuple):
            return all(item in self.any_of for item in value)
        return value in self.any_of


@dataclass(frozen=True, slots=True)
class Wait:
    """What to wait for after a call: all of ``until`` at once (house rule 10), none of ``fail``.

    The object is what ``select`` (JMESPath) finds in the reply of ``service action params``, so that one poll
    can serve many waits. With ``gone`` the wait ends when nothing is found. ``exports``: attribute → JMESPath into the
    object, for what no reply has yet (an endpoint, RDS-1). Times in seconds.
    """

    service: str
    action: str
    params: Mapping[str, Value]
    select: str
    until: tuple[Condition, ...] = ()
    fail: tuple[Condition, ...] = ()
    exports: Mapping[str, str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    gone: bool = False
    timeout: int = 600
    interval: int = 5


@dataclass(frozen=True, slots=True)
class Retry:
    """An error that passes by itself: a consumer that does not see a new thing yet (IAM-1, EC2-4)."""

    code: str
    contains: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One API call.

    ``exports``: attribute → JMESPath into the reply; ``last_part(arn)`` is what stands behind its last colon.
    ``hands_on``: likewise, for later calls of the same step alone (`Handed`), and shown to nobody. Both yield text: a
    blob becomes base64, a number its digits. ``weak``: its references wait only for the call that yields the id, not
    for the whole resource (rule peers, attachments). ``releases``: resources it lets go of, so that their deletion need
    not wait for the rest of the step. ``after``: resources of which every call must be done first, although nothing of
    them is a parameter. ``repeatable``: may be sent again after a lost reply. ``done_on``: error codes which mean that
    it is done already. ``also``: IAM actions it needs beside its own. ``restarts``: it interrupts a database.
    ``region``: another one than the stack's, for the call alone: its wait polls in the stack's.
    """

    service: str
    action: str
    params: Mapping[str, Value]
    summary: str
    exports: Mapping[str, str] = field(default_factory=dict)
    hands_on: Mapping[str, str] = field(default_factory=dict)
    wait: Wait | None = None
    retry_on: tuple[Retry, ...] = ()
    done_on: tuple[str, ...] = ()
    releases: tuple[Address, ...] = ()
    after: tuple[Address, ...] = ()
    also: tuple[str, ...] = ()
    region: str = ""
    weak: bool = False
    repeatable: bool = True
    destructive: bool = False
    restarts: bool = False

    @property
    def call(self) -> str:
        """``rds:CreateDBInstance``."""
        return f"{self.service}:{self.action}"

    @property
    def method(self) -> str:
        """The name of boto3's method."""
        return snake(self.action)

    @property
    def takes_away(self) -> bool:
        """Whether it takes anything away, be it a tag, or the use of a database for some minutes: then the lock is
        looked at right before it (meaning §7)."""
        return self.destructive or self.restarts or self.action.startswith(_TAKING)
