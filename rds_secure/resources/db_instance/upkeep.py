"""Maintenance that AWS has pending for an instance: looked up where a spec says when to make it, and planned then.

What a spec leaves to AWS is not looked up: AWS makes it by itself, in a window, once its date has passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from rds_secure.errors import DeniedError, UnsupportedError
from rds_secure.kind import Change, Consequence, FieldChange, Found, Reader, Wanted
from rds_secure.operation import Operation, Retry, Wait
from rds_secure.resources.db_instance.spec import DbInstanceSpec

PENDING = "maintenance"
"""The fact that holds what is pending, and is not there where nobody looked."""

_OPT_IN = {"next-window": "next-maintenance", "now": "immediate"}
_SAID = {"next-window": "in the next window", "now": "now"}


def with_pending(reader: Reader, found: Found[DbInstanceSpec], wanted: Wanted) -> Found[DbInstanceSpec]:
    """The instance, with what AWS has pending for it. One list serves all instances."""
    declared = [item.spec for item in wanted.declared.values() if item.name.lower() == found.identity]
    if not any(isinstance(spec, DbInstanceSpec) and spec.maintenance in _OPT_IN for spec in declared):
        return found
    try:
        reply = reader.call("rds", "DescribePendingMaintenanceActions") or {}
    except (DeniedError, UnsupportedError) as error:
        note = f"what maintenance AWS has pending could not be seen: {error.code}"
        return replace(found, facts={**found.facts, "notes": (*found.facts.get("notes", ()), note)})
    arn = found.exports.get("arn", "")
    pending = tuple(
        action
        for item in reply["PendingMaintenanceActions"]
        if item["ResourceIdentifier"] == arn
        for action in item["PendingMaintenanceActionDetails"]
    )
    return replace(found, facts={**found.facts, PENDING: pending})


def follow(change: Change[DbInstanceSpec]) -> Consequence:
    """The calls that have pending maintenance made when the spec says; an opt-in for now is never taken back by AWS."""
    when = change.resource.spec.maintenance
    pending = change.live.facts.get(PENDING, ())
    if when not in _OPT_IN:
        return Consequence()
    asked = [action for action in pending if not _is_asked_for(action, when)]
    return Consequence(
        changes=tuple(
            FieldChange("maintenance", member=action["Action"], new=when, when="now" if when == "now" else "window")
            for action in asked
        ),
        operations=tuple(_apply(change, action["Action"], when) for action in asked),
        notes=tuple(_notes(asked)),
    )


def _is_asked_for(action: Mapping[str, Any], when: str) -> bool:
    return action.get("OptInStatus") in ("immediate", _OPT_IN[when])


def _apply(change: Change[DbInstanceSpec], action: str, when: str) -> Operation:
    return Operation(
        service="rds",
        action="ApplyPendingMaintenanceAction",
        params={
            "ResourceIdentifier": change.live.exports["arn"],
            "ApplyAction": action,
            "OptInType": _OPT_IN[when],
        },
        summary=f"have AWS make the pending {action} {_SAID[when]}",
        wait=_until_made(change.live.exports["arn"], action) if when == "now" else None,
        retry_on=(Retry("InvalidDBInstanceState"),),
        restarts=when == "now",
    )


def _until_made(arn: str, action: str) -> Wait:
    """Until AWS lists it no more. What it restarts meanwhile differs from action to action."""
    mine = f"PendingMaintenanceActions[?ResourceIdentifier=='{arn}'].PendingMaintenanceActionDetails[]"
    return Wait(
        service="rds",
        action="DescribePendingMaintenanceActions",
        params={},
        select=f"{mine} | [?Action=='{action}'] | [0]",
        gone=True,
        timeout=3 * 3600,
        interval=30,
    )


def _notes(pending: list[Mapping[str, Any]]) -> Iterator[str]:
    for action in pending:
        said = [f"AWS has {action['Action']} pending: {action.get('Description', 'no description')}"]
        for name, words in (("AutoAppliedAfterDate", "made by itself after"), ("ForcedApplyDate", "forced on")):
            if date := action.get(name):
                said.append(f"{words} {str(date)[:10]}")
        yield "; ".join(said)
