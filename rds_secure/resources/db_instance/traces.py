"""What is left of a database that is declared and not there (RDS-15): it must not begin again, empty, by mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from rds_secure import ownership, tagging
from rds_secure.database import rename
from rds_secure.kind import Reader, Resource, Scope, together
from rds_secure.resources.db_instance.migration import marks, restore
from rds_secure.resources.db_instance.migration.marks import Part
from rds_secure.resources.db_instance.spec import DbInstanceSpec

_TWO_WEEKS = 20160
"""Minutes for which AWS keeps events (AWS's API reference)."""


def traces(reader: Reader, resource: Resource[DbInstanceSpec], scope: Scope) -> tuple[str, ...]:
    """Snapshots with our tags, retained backups and recent events; lists that all missing databases share."""
    if on_its_way := list(_on_its_way_back(reader, resource, scope)):
        return tuple(on_its_way)
    if resource.spec.replica_of is not None:  # it is copied from its source again
        return ()
    snapshots, backups, events = together(
        reader,
        lambda: (reader.call("rds", "DescribeDBSnapshots") or {})["DBSnapshots"],
        lambda: (reader.call("rds", "DescribeDBInstanceAutomatedBackups") or {})["DBInstanceAutomatedBackups"],
        lambda: (reader.call("rds", "DescribeEvents", {"SourceType": "db-instance", "Duration": _TWO_WEEKS}) or {})[
            "Events"
        ],
    )
    if resource.spec.restore_from is not None:
        return tuple(_newer(snapshots, backups, resource, scope))
    return (
        *_snapshots(snapshots, resource, scope),
        *_backups(backups, resource, scope),
        *_events(events, resource),
    )


def _on_its_way_back(reader: Reader, resource: Resource[DbInstanceSpec], scope: Scope) -> Iterator[str]:
    """A database that is to have the name again: the way back of a migration was interrupted between two renames."""
    for item in (reader.call("rds", "DescribeDBInstances") or {})["DBInstances"]:
        tags = tagging.mapping(item.get("TagList"))
        owner = ownership.owner(tags)
        is_it = owner is not None and (owner.stack, marks.base(owner.address)) == (scope.stack, resource.address)
        if is_it and marks.part(tags)[1] in (Part.BACK, *marks.ON_THE_WAY):
            fix = f"finish that with rds-secure migration roll-back {resource.address} SPEC"
            yield f"database {item['DBInstanceIdentifier']}, which is in the middle of a migration: {fix}"


def _newer(
    snapshots: list[Mapping[str, Any]],
    backups: list[Mapping[str, Any]],
    resource: Resource[DbInstanceSpec],
    scope: Scope,
) -> Iterator[str]:
    """What has later data than the snapshot that it would be made from, which may be written since long ago."""
    wished = str(resource.spec.restore_from)
    copies = f"{restore.stem(resource.name)}-"  # of that very snapshot, or one before
    times = {name: _taken(item) for item in snapshots for name in (item["DBSnapshotIdentifier"], _arn(item))}
    since = times.get(wished)
    for item in snapshots:
        name = item["DBSnapshotIdentifier"]
        is_other = wished not in (name, _arn(item)) and not name.startswith(copies)
        if is_other and _is_ours(item, resource, scope) and (since is None or _taken(item) > since):
            yield f"snapshot {name}, which is newer than {wished}"
    for item in backups:
        latest = (item.get("RestoreWindow") or {}).get("LatestTime")
        is_its = any(_backups([item], resource, scope))
        if is_its and latest is not None and (since is None or latest > since):
            yield f"automated backups up to {latest:%Y-%m-%d %H:%M} UTC, which are newer than {wished}"


def _arn(item: Mapping[str, Any]) -> str:
    return str(item.get("DBSnapshotArn", ""))


def _taken(item: Mapping[str, Any]) -> datetime:
    """When the data was as it is in a snapshot, copied or not; one that is being taken has the latest."""
    taken = item.get("OriginalSnapshotCreateTime") or item.get("SnapshotCreateTime")
    return taken if isinstance(taken, datetime) else datetime.max.replace(tzinfo=UTC)


def _snapshots(listed: list[Mapping[str, Any]], resource: Resource[DbInstanceSpec], scope: Scope) -> Iterator[str]:
    ours = sorted(item["DBSnapshotIdentifier"] for item in listed if _is_ours(item, resource, scope))
    if ours:
        yield f"snapshot{'s' if len(ours) > 1 else ''} {', '.join(ours)}"


def _backups(listed: list[Mapping[str, Any]], resource: Resource[DbInstanceSpec], scope: Scope) -> Iterator[str]:
    """Backups that outlived a database of the name, unless their tags say that it was another's.

    Or that go on for one which is not listed: it was marked, and gets another name just now (`database.rename`).
    """
    for item in listed:
        if rename.is_marked(item, resource.address, scope.stack):
            yield f"automated backups of {item['DBInstanceIdentifier']}, which gets another name: wait until it has it"
            return
        named = str(item.get("DBInstanceIdentifier", "")).lower() == resource.name.lower()
        untagged = ownership.owner(tagging.mapping(item.get("TagList"))) is None
        if named and item.get("Status") == "retained" and (untagged or _is_ours(item, resource, scope)):
            yield "automated backups that were retained"
            return


def _events(listed: list[Mapping[str, Any]], resource: Resource[DbInstanceSpec]) -> Iterator[str]:
    said = [
        str(item.get("Message", ""))
        for item in listed
        if str(item.get("SourceIdentifier", "")).lower() == resource.name.lower()
    ]
    if said:
        yield f"events of the last two weeks, the last one {said[-1]!r}"


def _is_ours(item: Mapping[str, Any], resource: Resource[DbInstanceSpec], scope: Scope) -> bool:
    """Whether the tags that AWS copied are those of this address (RDS-18)."""
    owner = ownership.owner(tagging.mapping(item.get("TagList")))
    return owner is not None and (owner.stack, owner.address) == (scope.stack, resource.address)
