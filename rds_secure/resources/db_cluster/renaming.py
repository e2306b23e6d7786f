"""Another name for a cluster: what it is asked of, and what keeps it from that. `database.rename` has the calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rds_secure.database import holders, rename
from rds_secure.kind import Change, Found, Reader, Renaming, Wanted
from rds_secure.resources.db_cluster import operations, waits
from rds_secure.resources.db_cluster.spec import DbClusterSpec


def with_holders(
    reader: Reader, found: Found[DbClusterSpec], wanted: Wanted, described: Mapping[str, Any]
) -> Found[DbClusterSpec]:
    """The same; where it is to have another name, with what keeps it from that."""
    if not rename.asked("db_cluster", found, wanted):
        return found
    return rename.about_to(found, _holders(reader, found, described))


def _holders(reader: Reader, found: Found[DbClusterSpec], described: Mapping[str, Any]) -> Iterator[str]:
    """Its instances keep their names, and RDS keeps them with it."""
    yield from holders.copies(described)
    if whole := described.get("GlobalClusterIdentifier"):
        yield f"it is a part of global cluster {whole}"
    if source := described.get("ReplicationSourceIdentifier"):
        yield f"it replicates {source}"
    for replica in described.get("ReadReplicaIdentifiers") or ():
        yield f"{replica} replicates it"
    yield from holders.around(reader, found.name, found.exports["arn"], cluster=True)


def renaming(change: Change[DbClusterSpec]) -> Renaming | None:
    """All of a rename, or what is left of it; None where there is none."""
    also = operations.members(change.live.spec, "Modify")
    return rename.renaming(change, rename.CLUSTER, waits.ready(change.resource.name), also=also)
