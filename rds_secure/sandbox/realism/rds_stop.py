"""RDS instances and clusters that are stopped and started, which take no change in between."""

from __future__ import annotations

from typing import Any

from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBCluster, DBInstance, RDSBackend
from moto.rds.responses import RDSResponse

from rds_secure.sandbox.realism.course import Step, course
from rds_secure.sandbox.realism.switch import around

_ROW = "rds-stopping"
_STATES = {"stop": ("stopping", "stopped"), "start": ("starting", "available")}


def instances() -> None:
    """An instance is `stopping`, then `stopped`, and can then be deleted, but takes no change, reboot, snapshot."""

    @around(_ROW, RDSBackend, "stop_db_instance")
    def stop(original: Any, self: RDSBackend, *args: Any, **named: Any) -> DBInstance:
        return _begin(original(self, *args, **named), "stop")  # type: ignore[no-any-return]

    @around(_ROW, RDSBackend, "start_db_instance")
    def start(original: Any, self: RDSBackend, *args: Any, **named: Any) -> DBInstance:
        return _begin(original(self, *args, **named), "start")  # type: ignore[no-any-return]

    @around(_ROW, RDSBackend, "modify_db_instance", "reboot_db_instance")
    def refuse(original: Any, self: RDSBackend, db_instance_identifier: str, *args: Any, **named: Any) -> Any:
        database = self.databases.get(db_instance_identifier)
        if database is not None and database.status == "stopped":
            raise RDSClientError("InvalidDBInstanceState", f"DB instance {db_instance_identifier} is stopped.")
        return original(self, db_instance_identifier, *args, **named)

    @around(_ROW, RDSResponse, "create_db_snapshot")
    def snapshot(original: Any, self: RDSResponse) -> Any:
        database = self.backend.databases.get(self.params["DBInstanceIdentifier"])
        if database is not None and database.status == "stopped":  # API reference of CreateDBSnapshot
            raise RDSClientError("InvalidDBInstanceState", f"DB instance {database.db_instance_identifier} is stopped.")
        return original(self)


def clusters() -> None:
    """A cluster is stopped with its instances; it takes no change then, and no instance comes or goes."""

    @around(_ROW, RDSBackend, "stop_db_cluster")
    def stop(original: Any, self: RDSBackend, cluster_identifier: str) -> DBCluster:
        answer: DBCluster = original(self, cluster_identifier)
        _with_members(self.clusters[cluster_identifier], "stop")
        return answer

    @around(_ROW, RDSBackend, "start_db_cluster")
    def start(original: Any, self: RDSBackend, cluster_identifier: str) -> DBCluster:
        answer: DBCluster = original(self, cluster_identifier)
        _with_members(self.clusters[cluster_identifier], "start")
        return answer

    @around(_ROW, RDSBackend, "modify_db_cluster")
    def modify(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> Any:
        _check(self, kwargs["db_cluster_identifier"])
        return original(self, kwargs)

    @around(_ROW, RDSBackend, "create_db_instance")
    def join(original: Any, self: RDSBackend, db_kwargs: Any) -> Any:
        _check(self, db_kwargs.get("db_cluster_identifier"))
        return original(self, db_kwargs)

    @around(_ROW, RDSBackend, "delete_db_instance")
    def leave(original: Any, self: RDSBackend, db_instance_identifier: str, *args: Any, **named: Any) -> Any:
        database = self.databases.get(db_instance_identifier)
        _check(self, getattr(database, "db_cluster_identifier", None))
        return original(self, db_instance_identifier, *args, **named)


def _check(rds: RDSBackend, name: str | None) -> None:
    cluster = rds.clusters.get(name or "")
    if cluster is not None and cluster.status == "stopped":
        raise RDSClientError("InvalidDBClusterStateFault", f"DB cluster {name} is stopped.")


def _with_members(cluster: DBCluster, what: str) -> None:
    for one in (cluster, *cluster.members):
        _begin(one, what)


def _begin(database: Any, what: str) -> Any:
    passing, lasting = _STATES[what]
    database.status = passing
    course(database).ahead = [Step(passing), Step(lasting)]
    return database
