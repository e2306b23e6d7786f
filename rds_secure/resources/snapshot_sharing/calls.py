"""The calls that share a snapshot, stop sharing it, and note which accounts are the spec's."""

from __future__ import annotations

from collections.abc import Iterable

from rds_secure.operation import Operation, Retry
from rds_secure.resources.snapshot_sharing.read import NOTED
from rds_secure.resources.snapshot_sharing.sort import Sort
from rds_secure.values import Value


def note(arn: str, hashes: frozenset[str]) -> Operation:
    """Which accounts are the spec's; no other tag of the snapshot is touched."""
    tag = {"Key": NOTED, "Value": f"1.{''.join(sorted(hashes))}"}
    return Operation(
        service="rds",
        action="AddTagsToResource",
        params={"ResourceName": arn, "Tags": (tag,)},
        summary="note whom the spec shares it with",
    )


def share(sort: Sort, name: str, added: Iterable[Value], removed: Iterable[Value]) -> tuple[Operation, ...]:
    """One call for whoever gets in and whoever loses access; none where nobody does."""
    lists = {"ValuesToAdd": tuple(sorted(added)), "ValuesToRemove": tuple(sorted(removed))}
    given = {parameter: accounts for parameter, accounts in lists.items() if accounts}
    if not given:
        return ()
    said = {"ValuesToAdd": "share with", "ValuesToRemove": "stop sharing with"}
    operation = Operation(
        service="rds",
        action=sort.change,
        params={sort.snapshot: name, "AttributeName": "restore", **given},
        summary=", ".join(f"{said[parameter]} {' '.join(accounts)}" for parameter, accounts in given.items()),
        retry_on=(Retry(sort.busy),),
        done_on=() if lists["ValuesToAdd"] else sort.gone,
    )
    return (operation,)
