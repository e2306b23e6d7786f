"""RDS databases under another name, until when they can be restored, what copies them. How long it takes: `realism`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.core.utils import utcnow
from moto.rds.exceptions import DBInstanceAlreadyExists, RDSClientError
from moto.rds.models import DBCluster, DBInstance, RDSBackend

from rds_secure.sandbox.repairs.patch import around, replace_property


def renames() -> None:
    """A new name is valid and free; replicas, proxies and automated backups go with it, manual snapshots do not.

    Replicas stay those of the instance (user guide, "Renaming a DB instance"); the others from memory.
    """

    @around(RDSBackend, "modify_db_instance")
    def modify(original: Any, self: RDSBackend, db_instance_identifier: str, db_kwargs: Any) -> DBInstance:
        new = db_kwargs.get("new_db_instance_identifier")
        if new is None:
            return original(self, db_instance_identifier, db_kwargs)  # type: ignore[no-any-return]
        old = self.describe_db_instances(db_instance_identifier)[0].db_instance_identifier
        self._validate_db_identifier(new)
        if new.lower() != old and new in self.databases:
            raise DBInstanceAlreadyExists
        changed: DBInstance = original(self, db_instance_identifier, db_kwargs)
        follow(self, changed, old)
        return changed


def follow(rds: RDSBackend, database: DBInstance, old: str) -> None:
    """What names an instance by its name of before names it by that of now."""
    new = database.db_instance_identifier
    before = database.arn.removesuffix(new) + old
    changes = {old: new, before: database.arn}
    for other in rds.databases.values():
        other.replicas = [changes.get(name, name) for name in other.replicas]
        source = other.source_db_instance_identifier
        other.source_db_instance_identifier = changes.get(source, source) if source else source
    for proxy in rds.db_proxies.values():
        for group in proxy.proxy_target_groups.values():
            for target in group.targets:
                target.rds_resource_id = changes.get(target.rds_resource_id, target.rds_resource_id)
    for snapshot in rds.database_snapshots.values():
        if snapshot.snapshot_type == "automated" and snapshot.dbi_resource_id == database.dbi_resource_id:
            snapshot.db_instance_identifier = snapshot.database.db_instance_identifier = new


def cluster_renames() -> None:
    """A new name is free, and comes in lower case; members, proxies and automated snapshots go with it."""

    @around(RDSBackend, "modify_db_cluster")
    def modify(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> DBCluster:
        new, old = kwargs.get("new_db_cluster_identifier"), kwargs["db_cluster_identifier"]
        if not new:
            return original(self, kwargs)  # type: ignore[no-any-return]
        self._validate_db_identifier(new)
        check_free(self, new, old)
        members = list(self.clusters[old].members)
        changed: DBCluster = original(self, {**kwargs, "new_db_cluster_identifier": new.lower()})
        _cluster_follows(self, self.clusters[new.lower()], members, old)
        return changed


def check_free(rds: RDSBackend, new: str, old: str) -> None:
    """Whether no other cluster has a name."""
    if new.lower() != old and new.lower() in rds.clusters:
        raise RDSClientError("DBClusterAlreadyExistsFault", "DB Cluster already exists")


def _cluster_follows(rds: RDSBackend, cluster: DBCluster, members: Iterable[DBInstance], old: str) -> None:
    new = cluster.db_cluster_identifier
    for member in members:
        member.db_cluster_identifier = new
    for proxy in rds.db_proxies.values():
        for group in proxy.proxy_target_groups.values():
            for target in group.targets:
                if target.type == "TRACKED_CLUSTER" and target.rds_resource_id == old:
                    target.rds_resource_id = new
    for snapshot in rds.cluster_snapshots.values():
        if snapshot.snapshot_type == "automated" and snapshot.db_cluster_identifier == old:
            snapshot.db_cluster_identifier = snapshot.cluster.db_cluster_identifier = new


def restorable_times() -> None:
    """A database without backups cannot be restored to any time."""
    replace_property(
        DBInstance, "latest_restorable_time", lambda made: utcnow() if made.backup_retention_period else None
    )


def blue_green_lists() -> None:
    """They come in pages, as every list of RDS."""

    @around(RDSBackend, "describe_blue_green_deployments")
    def describe(original: Any, self: RDSBackend, **params: Any) -> Any:
        return original(
            self, **{name: value for name, value in params.items() if name not in ("marker", "max_records")}
        )
