"""RDS clusters as they come, change and go: their statuses, what waits for the window, what their instances lack.

What their instances have in common with others is in `rds_status`, `rds_changes` and `rds_parameters`.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBCluster, DBClusterParameterGroup, DBInstance, DBInstanceClustered, RDSBackend
from moto.rds.responses import RDSResponse

from rds_secure.sandbox.realism.course import USABLE, Step, course, look, set_out, then
from rds_secure.sandbox.realism.rds_changes import Slow, pending
from rds_secure.sandbox.realism.rds_status import change_groups, make_secret, memberships
from rds_secure.sandbox.realism.switch import around, is_on
from rds_secure.sandbox.repairs import patch
from rds_secure.sandbox.repairs.rds_engine import newest
from rds_secure.sandbox.repairs.rds_group import apply_type
from rds_secure.sandbox.repairs.rds_renames import check_free

SLOW: Mapping[str, Slow] = {
    "db_cluster_instance_class": Slow(""),  # RDS-24
    "allocated_storage": Slow("AllocatedStorage"),
    "storage_type": Slow("StorageType"),
    "iops": Slow("Iops"),
    "engine_version": Slow("EngineVersion", "upgrading"),
    "backup_retention_period": Slow("BackupRetentionPeriod", parks=False),
    "enable_iam_database_authentication": Slow("IAMDatabaseAuthenticationEnabled", "configuring-iam-database-auth"),
    "master_user_password": Slow("MasterUserPassword", "resetting-master-credentials", parks=False),
    "cloudwatch_logs_export_configuration": Slow(
        "PendingCloudwatchLogsExports", "configuring-log-exports", parks=False
    ),
    "new_db_cluster_identifier": Slow("DBClusterIdentifier", "renaming"),
}
"""moto's name of a parameter of ModifyDBCluster → what becomes of it (AWS's API reference, and RDS-2)."""

UPGRADE = ("allow_major_version_upgrade", "db_cluster_parameter_group_name", "db_instance_parameter_group_name")
"""What goes along with an upgrade (RDS-6)."""


def looks() -> None:
    """Each DescribeDBClusters is a look at the clusters that it asks for; moto's own way of passing time is off."""
    shown = DBCluster.status.fget  # type: ignore[attr-defined]
    patch.replace_property(DBCluster, "status", lambda one: one._status if course(one).ahead else shown(one))

    @patch.around(RDSResponse, "describe_db_clusters")
    def describe(original: Any, self: RDSResponse) -> Any:
        named = self.params.get("DBClusterIdentifier")
        for name, cluster in list(self.backend.clusters.items()):
            if named is None or named.lower() in (name.lower(), cluster.arn.lower()):
                look(cluster)
        return original(self)


def creating() -> None:
    """A new cluster is `creating`, then `available`."""

    @around("rds-cluster-creating", RDSBackend, "create_db_cluster")
    def create(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> DBCluster:
        made: DBCluster = original(self, kwargs)
        made.status = "creating"
        then(made, Step("creating"), Step("creating"), Step("available"))
        return made


def secret_creating() -> None:
    """As that of an instance (see `rds_status.secret_creating`)."""

    @around("rds-secret-creating", RDSBackend, "create_db_cluster", "modify_db_cluster")
    def make(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> DBCluster:
        name = kwargs["db_cluster_identifier"]
        had_one = hasattr(self.clusters.get(name), "master_user_secret")
        answer: DBCluster = original(self, kwargs)
        make_secret(self.clusters[answer.db_cluster_identifier], had_one)
        return answer


def security_groups_joining() -> None:
    """As those of an instance (see `rds_status.security_groups_joining`)."""
    patch.replace_property(DBCluster, "vpc_security_groups", memberships)

    @around("rds-security-groups-joining", RDSBackend, "create_db_cluster", "modify_db_cluster")
    def change(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> DBCluster:
        cluster = self.clusters.get(kwargs["db_cluster_identifier"])
        before = tuple(cluster.vpc_security_group_ids) if cluster is not None else ()
        answer: DBCluster = original(self, kwargs)
        change_groups(self.clusters[answer.db_cluster_identifier], before)
        return answer


def deferred() -> None:
    """After a call the status still reads `available`, then `modifying` or the like, and the old values stay so long.

    With ApplyImmediately=false most changes are parked; true makes them, and all that was parked before.
    """
    plain = RDSBackend.modify_db_cluster
    patch.add_property(DBCluster, "pending_modified_values", lambda cluster: pending(course(cluster), SLOW))

    @patch.add(DBCluster)
    def update(self: DBCluster, *, in_effect: bool = False, **changes: Any) -> None:
        status = self.status
        plain(self.backend, {**changes, "db_cluster_identifier": self.db_cluster_identifier})
        self.status = status  # which moto makes `available`

    @patch.around(RDSBackend, "modify_db_cluster")
    def modify(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> DBCluster:
        cluster = self.clusters.get(kwargs["db_cluster_identifier"])
        if cluster is None:
            return original(self, kwargs)  # type: ignore[no-any-return]
        if is_on("rds-cluster-modifying") or is_on("rds-cluster-window"):
            _take_up(self, cluster, kwargs)
        else:
            cluster.update(**kwargs)  # type: ignore[attr-defined]
        return cluster


def _take_up(rds: RDSBackend, cluster: Any, changes: Mapping[str, Any]) -> None:
    """Do at once what AWS does at once, and put the rest on its way, or aside."""
    slow = _slow(cluster, changes)
    if slow:
        _try(rds, cluster, slow)
    cluster.update(**{name: value for name, value in changes.items() if name not in slow})
    now = bool(changes.get("apply_immediately"))
    parks = is_on("rds-cluster-window") and not now
    aside = {name: value for name, value in slow.items() if parks and (name in UPGRADE or SLOW[name].parks)}
    status = next((SLOW[name].status for name in slow if name in SLOW), "modifying")
    set_out(cluster, slow, aside, now=now, status=status, takes_time=is_on("rds-cluster-modifying"))


def _try(rds: RDSBackend, cluster: DBCluster, changes: Mapping[str, Any]) -> None:
    """What AWS would refuse, it refuses now."""
    name = cluster.db_cluster_identifier
    stand_in: Any = copy.copy(cluster)
    rds.clusters[name] = stand_in
    try:
        stand_in.update(**changes)
    finally:
        rds.clusters[name] = cluster


def _slow(cluster: DBCluster, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes that take time, with what goes along; a value that the cluster has, or is to have, is none.

    Another name is none of them: it takes time by a row of its own (`renaming`).
    """
    slow = {}
    for name, value in changes.items():
        if name in SLOW and name != "new_db_cluster_identifier" and value is not None:
            wanted = newest(cluster.engine, value) if name == "engine_version" else value
            if wanted != _current(cluster, name):
                slow[name] = wanted
            else:
                course(cluster).parked.pop(name, None)  # the old value again: nothing is left to do
    if "engine_version" in slow:
        slow |= {name: changes[name] for name in UPGRADE if changes.get(name) is not None}
    return slow


def renaming() -> None:
    """Another name is a change as others: parked, or on its way while the status is `renaming`."""

    @around("rds-cluster-renaming", RDSBackend, "modify_db_cluster")
    def modify(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> DBCluster:
        new, old = kwargs.get("new_db_cluster_identifier"), kwargs["db_cluster_identifier"]
        if not new or new.lower() == old or old not in self.clusters:
            return original(self, kwargs)  # type: ignore[no-any-return]
        check_free(self, new, old)
        rest = {name: value for name, value in kwargs.items() if name != "new_db_cluster_identifier"}
        cluster: DBCluster = original(self, rest)
        name, now = {"new_db_cluster_identifier": new.lower()}, bool(kwargs.get("apply_immediately"))
        set_out(cluster, name, {} if now else name, now=now, status="renaming", takes_time=True)
        return cluster


def _current(cluster: DBCluster, name: str) -> Any:
    if name == "enable_iam_database_authentication":
        return bool(cluster.iam_auth)
    return None if name == "master_user_password" else getattr(cluster, name, None)


def busy() -> None:
    """While a cluster is not available, it takes no change and no instance."""

    @around("rds-cluster-busy", RDSBackend, "modify_db_cluster")
    def modify(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> Any:
        _refuse(self, kwargs["db_cluster_identifier"])
        return original(self, kwargs)

    @around("rds-cluster-busy", RDSBackend, "create_db_instance")
    def join(original: Any, self: RDSBackend, db_kwargs: Any) -> Any:
        _refuse(self, db_kwargs.get("db_cluster_identifier"))
        return original(self, db_kwargs)

    @around("rds-cluster-busy", RDSBackend, "delete_db_cluster")
    def delete(original: Any, self: RDSBackend, cluster_identifier: str, *args: Any, **named: Any) -> Any:
        _refuse(self, cluster_identifier)
        return original(self, cluster_identifier, *args, **named)


def _refuse(rds: RDSBackend, name: str | None) -> None:
    cluster = rds.clusters.get(name or "")
    if cluster is None or cluster.status in (*USABLE, "stopped"):
        return
    look(cluster)
    if cluster.status != "stopped":
        what = f"DB cluster {name} is not in available state."
        raise RDSClientError("InvalidDBClusterStateFault", what)


def deleting() -> None:
    """A deleted cluster is `deleting` for a moment, in which it still uses what it used."""

    @around("rds-cluster-deleting", RDSBackend, "delete_db_cluster")
    def delete(original: Any, self: RDSBackend, cluster_identifier: str, *args: Any, **named: Any) -> DBCluster:
        going: DBCluster = original(self, cluster_identifier, *args, **named)
        self.clusters[cluster_identifier] = going
        going.status = "deleting"
        course(going).later = {}
        course(going).ahead = [Step("deleting"), Step("deleting"), Step(effect=_gone)]
        return going


def _gone(cluster: DBCluster) -> None:
    cluster.backend.clusters.pop(cluster.db_cluster_identifier, None)


def parameters() -> None:
    """The instances of a cluster lack its static parameters, or its other group, until they are rebooted (RDS-8)."""
    shown = DBCluster.db_cluster_members.fget  # type: ignore[attr-defined]

    def members(cluster: DBCluster) -> list[dict[str, Any]]:
        states = {one.db_instance_identifier: course(one).cluster_parameters for one in cluster.members}
        return [{**one, _STATUS: states[one["DBInstanceIdentifier"]]} for one in shown(cluster)]

    patch.replace_property(DBCluster, "db_cluster_members", members)

    @around("rds-cluster-parameters", RDSBackend, "modify_db_cluster_parameter_group")
    def put(original: Any, self: RDSBackend, name: str, changes: Any) -> DBClusterParameterGroup:
        group: DBClusterParameterGroup = original(self, name, changes)
        _wait_if_static(group, changes)
        return group

    @around("rds-cluster-parameters", RDSResponse, "reset_db_cluster_parameter_group")
    def reset(original: Any, self: RDSResponse) -> Any:
        answer = original(self)
        group = self.backend.db_cluster_parameter_groups[self.params["DBClusterParameterGroupName"]]
        _wait_if_static(group, self.params.get("Parameters", []))
        return answer

    @around("rds-cluster-parameters", DBCluster, "update")
    def update(original: Any, self: DBCluster, **changes: Any) -> None:
        before = self.parameter_group
        original(self, **changes)
        if self.parameter_group != before and not changes.get("engine_version"):
            _wait_for_reboot(self)

    @around("rds-cluster-parameters", RDSBackend, "reboot_db_instance")
    def reboot(original: Any, self: RDSBackend, db_instance_identifier: str) -> DBInstance:
        database: DBInstance = original(self, db_instance_identifier)
        if isinstance(database, DBInstanceClustered):
            then(database, Step(effect=_in_sync))
        return database


_STATUS = "DBClusterParameterGroupStatus"


def _wait_if_static(group: DBClusterParameterGroup, changes: Any) -> None:
    family, name = group.db_parameter_group_family, group.name.lower()
    if any(apply_type(family, change["ParameterName"]) == "static" for change in changes):
        for cluster in group.backend.clusters.values():
            if cluster.parameter_group.lower() == name:
                _wait_for_reboot(cluster)


def _wait_for_reboot(cluster: DBCluster) -> None:
    for member in cluster.members:
        course(member).cluster_parameters = "pending-reboot"


def _in_sync(member: DBInstance) -> None:
    course(member).cluster_parameters = "in-sync"
