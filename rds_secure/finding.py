"""What a rule says of a thing: the one form in which rules, audits and their renderers speak. It judges nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from rds_secure.errors import Location
from rds_secure.values import Address


class Severity(IntEnum):
    """How bad a failure is; the words are those of Security Hub."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    def __str__(self) -> str:
        return self.name.lower()

    @classmethod
    def parse(cls, word: str) -> Severity:
        """``high`` → HIGH; raises KeyError for anything else."""
        return cls[word.upper()]


class State(StrEnum):
    """What a rule says of a thing."""

    FAIL = "fail"
    UNKNOWN = "unknown"
    """Something that decides was not read, or follows only from what AWS knows."""
    WAIVED = "waived"
    """It fails, and somebody answers for that until a day."""
    KNOWN = "known"
    """It fails, and did when the baseline was recorded."""
    PASS = "pass"  # noqa: S105
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Excuse:
    """Why a failure is let pass, who answers for that, until which day, and where that is written."""

    reason: str
    owner: str
    until: date
    location: Location


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule on one thing.

    ``subject``: ``db:orders``, ``sg-0123…``, ``role/app``, ``account``. ``address``: where it stands in a stack, if it
    is of one. ``path``: the field of the spec that decides, below the resource. ``location``: where that is written.
    ``stack``: the one that ``address`` is in; "" for the one at hand.
    ``excuse``: of what is waived.
    """

    rule: str
    state: State
    severity: Severity
    subject: str
    message: str
    fix: str = ""
    address: Address | None = None
    path: tuple[str | int, ...] = ()
    location: Location | None = None
    stack: str = ""
    excuse: Excuse | None = None
    thing: str = ""
    """An id that it keeps, whatever it is called."""
    what: tuple[str, ...] = ()
    """What exactly fails, such as each open port: more of it is worse."""
