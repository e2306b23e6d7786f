"""Our findings in Security Hub: what of them to send, over what is there already, and the sending of it in batches.

What fails is sent every time, under one id each, for Security Hub forgets what nobody updates within 90 days. What was
sent once and passes now is sent as passed and archived; what is gone is archived, as far as somebody looked for it.

An import cannot change a workflow (HUB-3): what is waived meanwhile is suppressed by BatchUpdateFindings. When the
waiver ends that is taken back, unless a person suppressed it, which a mark of ours on the finding tells. It is taken
back first: where that fails the finding is not imported over, so that the mark stays, and the next run tries again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from rds_secure.audit.trail.event import moment
from rds_secure.errors import CallError
from rds_secure.reader import Reader

Record = Mapping[str, Any]
"""A finding in ASFF."""

BATCH = 100
"""Findings of one call, of either action (partner guide, "Guidelines for using the BatchImportFindings API")."""

_OURS, _WAIVED = "rds-secure/", "rds-secure/waived-until"


class Caller(Protocol):
    """What carries a call to AWS."""

    def call(self, service: str, action: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """The reply. Raises `CallError`."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What is to be sent. ``new``, ``again``: what fails, or is not known any more. ``passed``, ``gone``: archived.

    ``reopen``: what is waived no more, and suppressed there by us; ``suppress``: the opposite. ``left``: how many of
    ours stay as they are there, because nobody looked for what they are about.
    """

    new: tuple[Record, ...] = ()
    again: tuple[Record, ...] = ()
    passed: tuple[Record, ...] = ()
    gone: tuple[Record, ...] = ()
    suppress: tuple[Record, ...] = ()
    reopen: tuple[Record, ...] = ()
    left: int = 0

    @property
    def records(self) -> tuple[Record, ...]:
        """Everything that is imported."""
        return (*self.new, *self.again, *self.passed, *self.gone)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.records or self.suppress or self.reopen)


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of it. ``failed``: id → why."""

    imported: int
    updated: int
    failed: Mapping[str, str]


def ours(reader: Reader, product: str) -> list[Record]:
    """Our findings that Security Hub has, archived ones too. Raises `CallError`."""
    filters = {
        "ProductArn": [{"Comparison": "EQUALS", "Value": product}],
        "GeneratorId": [{"Comparison": "PREFIX", "Value": _OURS}],
    }
    reply = reader.call("securityhub", "GetFindings", {"Filters": filters}) or {}
    listed = (one for one in reply.get("Findings") or () if isinstance(one, Mapping))
    return [one for one in listed if one.get("ProductArn") == product and _generator(one).startswith(_OURS)]


def sending(made: Iterable[Record], there: Iterable[Record], looked_for: Collection[str]) -> Sending:
    """What to send of the findings as they are now, over those that are there. Pure.

    ``looked_for``: generators whose things were all looked for, so that one that is not among ``made`` is gone.
    """
    before = {str(one["Id"]): one for one in there if one.get("Id")}
    now = {str(one["Id"]): one for one in made}
    new, again, passed = list[Record](), list[Record](), list[Record]()
    suppress, reopen = list[Record](), list[Record]()
    for name, one in now.items():
        old = before.get(name)
        if _status(one) == "FAILED":
            (again if old else new).append(_over(one, old))
        elif old and not _is_archived(old):
            (passed if _status(one) == "PASSED" else again).append(_over(one, old))
        else:
            continue
        if old and _is_waived(one) and _workflow(old) != "SUPPRESSED":
            suppress.append(one)
        elif old and _ended(one, old):
            reopen.append(one)
    missing = [one for name, one in before.items() if name not in now and not _is_archived(one)]
    gone = [one for one in missing if _generator(one) in looked_for]
    stamp = max((str(one["UpdatedAt"]) for one in now.values()), default="")
    return Sending(
        tuple(new),
        tuple(again),
        tuple(passed),
        tuple(_archived(one, stamp) for one in gone if stamp),
        tuple(suppress),
        tuple(reopen),
        len(missing) - (len(gone) if stamp else 0),
    )


def carry_out(plan: Sending, caller: Caller) -> Imported:
    """Take back what is suppressed no more, import, suppress. A call that fails is told for each finding in it."""
    failed: dict[str, str] = {}
    updated = 0
    for workflow in ("NEW", "RESOLVED"):
        listed = [one for one in plan.reopen if (_status(one) == "PASSED") is (workflow == "RESOLVED")]
        updated += _set(caller, listed, workflow, failed)
    imported = _import(caller, [one for one in plan.records if one["Id"] not in failed], failed)
    updated += _set(caller, [one for one in plan.suppress if one["Id"] not in failed], "SUPPRESSED", failed)
    return Imported(imported, updated, failed)


def _import(caller: Caller, listed: Sequence[Record], failed: dict[str, str]) -> int:
    """How many were imported; the others are in ``failed``."""
    done = 0
    for batch in _batches(listed):
        try:
            reply = caller.call("securityhub", "BatchImportFindings", {"Findings": list(batch)})
        except CallError as error:
            failed |= {str(one["Id"]): f"{error.code}: {error.message}" for one in batch}
            continue
        done += int(reply.get("SuccessCount", 0))
        failed |= {
            str(bad["Id"]): f"{bad['ErrorCode']}: {bad['ErrorMessage']}" for bad in reply["FailedFindings"] or ()
        }
    return done


def _set(caller: Caller, listed: Sequence[Record], workflow: str, failed: dict[str, str]) -> int:
    """How many got another workflow; the others are in ``failed``."""
    done = 0
    for batch in _batches(listed):
        known = [{name: one[name] for name in ("Id", "ProductArn")} for one in batch]
        params = {"FindingIdentifiers": known, "Workflow": {"Status": workflow}}
        try:
            reply = caller.call("securityhub", "BatchUpdateFindings", params)
        except CallError as error:
            failed |= {str(one["Id"]): f"{error.code}: {error.message}" for one in batch}
            continue
        done += len(reply["ProcessedFindings"])
        for bad in reply["UnprocessedFindings"]:
            failed[str(bad["FindingIdentifier"]["Id"])] = f"{bad['ErrorCode']}: {bad['ErrorMessage']}"
    return done


def _over(one: Record, old: Record | None) -> Record:
    """A finding over the one that is there: of the same beginning, and updated later, or it would change nothing."""
    if old is None:
        return one
    kept = {name: old[name] for name in ("CreatedAt", "FirstObservedAt") if old.get(name)}
    if _status(one) == "WARNING" and _is_waived(old):  # nobody knows whether it still is
        kept["ProductFields"] = {**one["ProductFields"], _WAIVED: old["ProductFields"][_WAIVED]}
    return {**one, **kept, "UpdatedAt": _later(str(one["UpdatedAt"]), old)}


def _archived(old: Record, stamp: str) -> Record:
    """A finding on what is gone, as it was but for that. What Security Hub added is not sent back to it."""
    kept = {name: old[name] for name in _MEMBERS if name in old}
    fields = {name: value for name, value in (old.get("ProductFields") or {}).items() if name.startswith(_OURS)}
    resources = [{name: one[name] for name in _OF_RESOURCE if name in one} for one in old.get("Resources") or ()]
    at = _later(stamp, old)
    gone = {"RecordState": "ARCHIVED", "Compliance": {**(old.get("Compliance") or {}), "Status": "NOT_AVAILABLE"}}
    return {**kept, "ProductFields": fields, "Resources": resources, **gone, "UpdatedAt": at, "LastObservedAt": at}


_MEMBERS = (
    "SchemaVersion", "Id", "ProductArn", "ProductName", "GeneratorId", "AwsAccountId", "Types", "CreatedAt",
    "FirstObservedAt", "Severity", "FindingProviderFields", "Title", "Description", "Remediation",
)  # fmt: skip
_OF_RESOURCE = ("Type", "Id", "Partition", "Region")
"""What we send of a finding, and of what it is about, but for what changes when that is gone."""


def _later(stamp: str, old: Record) -> str:
    """A time that is after the last update: this one, or a second after that, should clocks differ."""
    now, then = moment(stamp), moment(old.get("UpdatedAt"))
    if now is None or then is None or now > then:
        return stamp
    return f"{then + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S.%f}"[:23] + "Z"


def _batches(listed: Sequence[Record]) -> Iterator[Sequence[Record]]:
    for start in range(0, len(listed), BATCH):
        yield listed[start : start + BATCH]


def _status(one: Record) -> str:
    return str((one.get("Compliance") or {}).get("Status", ""))


def _workflow(one: Record) -> str:
    return str((one.get("Workflow") or {}).get("Status", ""))


def _is_waived(one: Record) -> bool:
    """Whether we say, or said, that somebody answers for it."""
    return _WAIVED in (one.get("ProductFields") or {})


def _ended(one: Record, old: Record) -> bool:
    """Whether what we suppressed is waived no more, as far as that is known."""
    by_us = _is_waived(old) and _workflow(old) == "SUPPRESSED"
    return by_us and not _is_waived(one) and _status(one) != "WARNING"


def _is_archived(one: Record) -> bool:
    return one.get("RecordState") == "ARCHIVED"


def _generator(one: Record) -> str:
    return str(one.get("GeneratorId") or "")
