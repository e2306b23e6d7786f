"""What Security Hub says, as data: findings, health by control and by resource, and where we say otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from rds_secure.finding import Severity, State


class Status(StrEnum):
    """``Compliance.Status`` of a finding."""

    FAILED = "failed"
    WARNING = "warning"
    """Something that it needs is missing, or the check does not fit the configuration."""
    NOT_AVAILABLE = "not available"
    """The check could not be made, or does not apply."""
    PASSED = "passed"


class Health(StrEnum):
    """What all findings of a control, or of a resource, amount to: one failure is enough, and then one doubt."""

    FAILED = "failed"
    UNKNOWN = "unknown"
    PASSED = "passed"
    NOT_EVALUATED = "not evaluated"
    """Security Hub has no finding: the control is off, has nothing to look at, or was not looked at yet."""


@dataclass(frozen=True, slots=True)
class Said:
    """What Security Hub says of one thing by one control.

    ``resource``: an ARN, or ``AWS::::Account:…``. ``severity``: that of the control; None where it is informational.
    ``updated``: when the finding was last touched, which is when the check was last made. ``why``: in its own words.
    """

    control: str
    resource: str
    type: str
    status: Status
    severity: Severity | None
    updated: datetime
    title: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Aside:
    """How many findings were read and do not count, by reason.

    ``products``: those of other products on databases, by its name. ``others``: about other controls, or what has
    nothing to do with databases. ``repeated``: older ones about the same, and those of further standards.
    ``malformed``: what makes no sense.
    """

    suppressed: int = 0
    archived: int = 0
    abroad: int = 0
    repeated: int = 0
    others: int = 0
    malformed: int = 0
    products: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Count:
    """How many findings of each status there are."""

    failed: int = 0
    unknown: int = 0
    passed: int = 0

    @property
    def health(self) -> Health:
        """What they amount to."""
        if self.failed:
            return Health.FAILED
        if self.unknown:
            return Health.UNKNOWN
        return Health.PASSED if self.passed else Health.NOT_EVALUATED


@dataclass(frozen=True, slots=True)
class OfControl:
    """A control. ``failing``: resources that fail it, by our name where we know them."""

    id: str
    title: str
    severity: Severity | None
    count: Count
    failing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OfResource:
    """A resource. ``name``: ours, "" where we know none; ``failed``: the controls that it fails."""

    resource: str
    name: str
    count: Count
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Security Hub and we say opposite things of one resource. ``rules``: those of ours that say so."""

    control: str
    resource: str
    name: str
    hub: Status
    ours: State
    rules: tuple[str, ...]
    updated: datetime
    message: str = ""
    """Why we say that it fails."""
    note: str = ""
    """What is known of why the two may differ."""


@dataclass(frozen=True, slots=True)
class HubReport:
    """The answer. ``unread``: why nothing could be read; then all of it is unknown, and nothing else is told.

    ``controls``: every control on RDS, and the further ones with a finding. ``strange``: what fails at Security Hub
    and is none of the things that we know. ``gaps``: what is not in this answer, in sentences.
    """

    account: str
    region: str
    controls: tuple[OfControl, ...] = ()
    resources: tuple[OfResource, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    strange: tuple[Said, ...] = ()
    compared: int = 0
    aside: Aside = field(default_factory=Aside)
    gaps: tuple[str, ...] = ()
    unread: str = ""

    def worst(self) -> Severity | None:
        """The highest severity of a control that fails; None where none does."""
        return max((one.severity for one in self.controls if one.count.failed and one.severity), default=None)
