"""What has become of an expectation: met, broken by whom or from where, or not known. Data, nothing is decided here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.escalate import Escalation
from rds_secure.access.iam.evaluate import Reason
from rds_secure.access.iam.logic import Formula
from rds_secure.access.iam.verbs import Verb
from rds_secure.access.network.answers import Range, Source
from rds_secure.access.network.intervals import Addresses
from rds_secure.spec.expect import Expected


class State(StrEnum):
    """Broken is worse than unknown."""

    MET = "met"
    UNKNOWN = "unknown"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class ByPrincipal:
    """Somebody who may, and is not expected to. ``things``: databases and keys by name.

    ``reasons``: the statements that allow it. ``escalation``: how it can give itself the right, where it has it not.
    """

    caller: Caller
    verb: Verb
    things: tuple[str, ...]
    when: Formula
    reasons: tuple[Reason, ...] = ()
    escalation: Escalation | None = None


@dataclass(frozen=True, slots=True)
class ByPath:
    """A place from where a target can be reached, and is not expected to be: addresses, or an interface in view."""

    target: str
    addresses: Addresses
    by: Range | Source


@dataclass(frozen=True, slots=True)
class Outcome:
    """``unknown``: in words, what was not read or cannot be decided and might break it."""

    expected: Expected
    breaches: tuple[ByPrincipal | ByPath, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def state(self) -> State:
        """What is unknown counts unless the expectation allows it in words."""
        if self.breaches:
            return State.BROKEN
        return State.UNKNOWN if self.unknown else State.MET

    @property
    def holds(self) -> bool:
        """Whether nothing is to be stopped by it."""
        allows = self.expected.expectation.unknown == "allow"
        return self.state is State.MET or (self.state is State.UNKNOWN and allows)
