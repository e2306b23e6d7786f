"""What was approved, as data: the part of a plan that its digest covers (meaning §6). How it is made: `approval`.

All of it is plain JSON, so that it can lie in a plan file, and whoever has the file can check the digest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict

from rds_secure.values import JSON, digest


class Data(BaseModel):
    """The base of all parts: frozen, nothing is converted, nothing unknown is let through."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True)


class ApprovedCall(Data):
    """One API call."""

    service: str
    """botocore's name of the service, such as rds."""
    action: str
    """The API's name of the call, such as CreateDBInstance."""
    params: dict[str, JSON]
    """The call's parameters; {"$ref": …} stands for what another resource yields."""
    summary: str
    """What it does, for people."""
    destructive: bool
    """Whether it deletes."""


class ApprovedChange(Data):
    """One difference of a field, or of one member of it."""

    path: str
    """The field, dotted inside nested parts."""
    member: str
    """The label of a set's member or the key of a mapping's entry; empty for a whole field."""
    in_set: bool
    """Whether the member is one of a set."""
    old: JSON
    """The live value; null where nothing is there."""
    parked: JSON
    """What AWS has put aside for the maintenance window."""
    new: JSON
    """The value to be; null where it is removed."""
    when: str
    """When it takes effect: now, window, reboot, or empty."""
    note: str
    """A remark for people."""


class ApprovedStep(Data):
    """Everything that happens to one resource."""

    address: str
    """kind.name in the spec."""
    name: str
    """Its name at AWS."""
    action: Literal["create", "update", "migrate", "delete", "let go", "tags only", "none", "not seen"]
    """What happens to it."""
    cause: str
    """Why: spec, drift, or empty."""
    changes: tuple[ApprovedChange, ...]
    """The differences that the calls settle."""
    pending: tuple[ApprovedChange, ...]
    """Changes that AWS has parked for the maintenance window."""
    calls: tuple[ApprovedCall, ...]
    """The API calls, in order."""


class ApprovedGain(Data):
    """Something that somebody may do once the plan is carried out, or that protects a database less."""

    who: str
    """The principal's ARN; the groups that an interface carries, a side door; empty where nobody gains by it."""
    what: str
    """What it is: a verb, an action, "reach", an aspect of protection."""
    on: str
    """A database, "*" for any."""
    when: str
    """On which conditions; of "reach" the verdict, of protection what it becomes."""


class ApprovedReach(Data):
    """Addresses that reach a database once the plan is carried out."""

    database: str
    """The database."""
    way: str
    """How they come."""
    verdict: str
    """How sure that is: unknown, possible, reachable."""
    networks: tuple[str, ...]
    """The addresses."""


class ApprovedAccess(Data):
    """Who gains what by a plan, as it was shown: what is gained when it is applied must be a part of it.

    Nor may anything be unknown then that was known, for nobody could tell what is gained.
    """

    gains: tuple[ApprovedGain, ...]
    """By principals and interfaces, and of what protects."""
    reach: tuple[ApprovedReach, ...]
    """By addresses."""
    unread: tuple[str, ...]
    """The questions that AWS did not answer, so that not all was known: kms:GetKeyPolicy of an ARN."""
    ends: dict[str, str]
    """Of what changes: ARN of a principal → digest of what it may then; database → of from where it is reached then."""

    @property
    def digest(self) -> str:
        """22 base64url characters; equal for equal gains of which as much is known."""
        return digest(self.model_dump(mode="json", exclude={"ends"}), 22)


class Approved(Data):
    """What an approval is bound to."""

    format_version: Literal["1.1"]
    """The version of this format."""
    account: str
    """The account's id."""
    region: str
    """The region."""
    stack: str
    """The stack's name."""
    steps: tuple[ApprovedStep, ...]
    """All resources of the stack, by address."""
    live: dict[str, dict[str, JSON]]
    """The live values that the steps were derived from: kind.name → field → value."""
    parked: dict[str, dict[str, JSON]]
    """What AWS had parked and the plan would make at once: kind.name → field → value."""
    lookups: dict[str, tuple[str, ...]]
    """What look-ups found."""
    referred: dict[str, str]
    """What references in the steps yielded, as far as that was known: ${kind.name.attribute} → value."""

    @property
    def digest(self) -> str:
        """43 base64url characters; equal for equal steps out of equal values, whatever their order."""
        return digest(self.model_dump(mode="json"))

    def by_address(self) -> dict[str, ApprovedStep]:
        """The steps."""
        return {step.address: step for step in self.steps}

    def calls(self) -> Iterator[ApprovedCall]:
        """Every call."""
        for step in self.steps:
            yield from step.calls
