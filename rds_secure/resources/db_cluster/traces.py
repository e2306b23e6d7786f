"""What is left of a cluster that is declared and not there (RDS-15): it must not begin again, empty, by mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rds_secure import ownership, tagging
from rds_secure.kind import Reader, Resource, Scope, together
from rds_secure.resources.db_cluster.spec import DbClusterSpec


def traces(reader: Reader, resource: Resource[DbClusterSpec], scope: Scope) -> tuple[str, ...]:
    """Snapshots with our tags, and retained backups; lists that all missing clusters share."""
    snapshots, backups = together(
        reader,
        lambda: (reader.call("rds", "DescribeDBClusterSnapshots") or {})["DBClusterSnapshots"],
        lambda: (reader.call("rds", "DescribeDBClusterAutomatedBackups") or {})["DBClusterAutomatedBackups"],
    )
    return (*_snapshots(snapshots, resource, scope), *_backups(backups, resource, scope))


def _snapshots(listed: list[Mapping[str, Any]], resource: Resource[DbClusterSpec], scope: Scope) -> Iterator[str]:
    ours = sorted(item["DBClusterSnapshotIdentifier"] for item in listed if _is_ours(item, resource, scope))
    if ours:
        yield f"snapshot{'s' if len(ours) > 1 else ''} {', '.join(ours)}"


def _backups(listed: list[Mapping[str, Any]], resource: Resource[DbClusterSpec], scope: Scope) -> Iterator[str]:
    """Backups that outlived a cluster of the name, unless their tags say that it was another's."""
    for item in listed:
        named = str(item.get("DBClusterIdentifier", "")).lower() == resource.name.lower()
        untagged = ownership.owner(tagging.mapping(item.get("TagList"))) is None
        if named and item.get("Status") == "retained" and (untagged or _is_ours(item, resource, scope)):
            yield "automated backups that were retained"
            return


def _is_ours(item: Mapping[str, Any], resource: Resource[DbClusterSpec], scope: Scope) -> bool:
    """Whether the tags that AWS copied are those of this address (RDS-18)."""
    owner = ownership.owner(tagging.mapping(item.get("TagList")))
    return owner is not None and (owner.stack, owner.address) == (scope.stack, resource.address)
