"""RDS instances under another name, until when they can be restored, what copies them. How long it takes: `realism`."""

from __future__ import annotations

from typing import Any

from moto.core.utils import utcnow
from moto.rds.exceptions import DBInstanceAlreadyExists
from moto.rds.models import DBInstance, RDSBackend

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
