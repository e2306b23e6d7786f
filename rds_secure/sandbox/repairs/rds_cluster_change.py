"""RDS clusters as they are changed and deleted. Nothing is ever parked: every change is in effect at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moto.rds.exceptions import DBClusterNotFoundError, InvalidParameterCombination
from moto.rds.models import DBCluster, RDSBackend
from moto.rds.responses import RDSResponse

from rds_secure.engines import compare_versions, is_major_change
from rds_secure.sandbox.repairs.patch import around
from rds_secure.sandbox.repairs.rds import check_groups, usable_key
from rds_secure.sandbox.repairs.rds_cluster import check_family, hide_usual_type
from rds_secure.sandbox.repairs.rds_engine import newest

SHOWN_AS: Mapping[str, str] = {
    "monitoring_interval": "monitoring_interval",
    "monitoring_role_arn": "monitoring_role_arn",
    "enable_performance_insights": "performance_insights_enabled",
    "performance_insights_retention_period": "performance_insights_retention_period",
    "performance_insights_kms_key_id": "performance_insights_kms_key_id",
    "database_insights_mode": "database_insights_mode",
    "engine_lifecycle_support": "engine_lifecycle_support",
    "enable_iam_database_authentication": "iam_auth",
    "db_cluster_instance_class": "db_cluster_instance_class",
}
"""Parameter → attribute under which it is shown, of those that moto drops."""

Change = Callable[[RDSBackend, DBCluster, dict[str, Any]], None]


def _checked(check: Change) -> None:
    """Look at every change of a cluster before it is made; what it raises leaves the cluster as it is."""

    @around(RDSBackend, "modify_db_cluster")
    def modify(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> DBCluster:
        cluster, asked = _cluster(self, kwargs["db_cluster_identifier"]), dict(kwargs)
        check(self, cluster, asked)
        changed: DBCluster = original(self, asked)
        return changed


def _cluster(rds: RDSBackend, name: str) -> DBCluster:
    if name not in rds.clusters:
        raise DBClusterNotFoundError(name)
    return rds.clusters[name]


def unknown() -> None:
    """A cluster that does not exist is not found when it is to be changed."""
    _checked(lambda rds, cluster, asked: None)


def settings() -> None:
    """Monitoring, insights, lifecycle and IAM authentication are kept and can be changed."""

    @around(RDSBackend, "create_db_cluster")
    def create(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> DBCluster:
        made: DBCluster = original(self, kwargs)
        made.engine_lifecycle_support = "open-source-rds-extended-support"  # type: ignore[attr-defined]
        made.database_insights_mode = "standard"  # type: ignore[attr-defined]
        _set(self, made, dict(kwargs))
        return made

    _checked(_set)


def _set(rds: RDSBackend, cluster: DBCluster, asked: dict[str, Any]) -> None:
    if asked.get("enable_performance_insights"):
        asked["performance_insights_retention_period"] = asked.get("performance_insights_retention_period") or 7
        key = asked.get("performance_insights_kms_key_id") or "alias/aws/rds"
        asked["performance_insights_kms_key_id"] = usable_key(rds, key).arn
    for parameter, attribute in SHOWN_AS.items():
        if parameter in asked:
            setattr(cluster, attribute, asked.pop(parameter))


def log_exports() -> None:
    """Logs are switched on and off; twice changes nothing."""

    def switch(rds: RDSBackend, cluster: DBCluster, asked: dict[str, Any]) -> None:
        wanted = asked.pop("cloudwatch_logs_export_configuration", None) or {}
        kept = {*cluster.enabled_cloudwatch_logs_exports} - {*wanted.get("DisableLogTypes", ())}
        cluster.enabled_cloudwatch_logs_exports[:] = sorted(kept | {*wanted.get("EnableLogTypes", ())})

    _checked(switch)


def upgrades() -> None:
    """A version prefix means the newest on offer; a major change must be allowed and a downgrade never is (RDS-6)."""

    def upgrade(rds: RDSBackend, cluster: DBCluster, asked: dict[str, Any]) -> None:
        version = newest(cluster.engine, asked.get("engine_version") or cluster.engine_version) or ""
        if asked.get("engine_version"):
            asked["engine_version"] = version
            major = is_major_change(cluster.engine, cluster.engine_version, version)
            if major and not asked.get("allow_major_version_upgrade"):
                raise InvalidParameterCombination("The AllowMajorVersionUpgrade flag must be present when upgrading")
            if compare_versions(version, cluster.engine_version) < 0:
                raise InvalidParameterCombination(f"Cannot downgrade {cluster.engine} to {version}")
        check_family(rds, asked.get("db_cluster_parameter_group_name"), cluster.engine, version)

    _checked(upgrade)


def networks() -> None:
    """New security groups exist, in the VPC of the cluster."""

    def check(rds: RDSBackend, cluster: DBCluster, asked: dict[str, Any]) -> None:
        subnet_group = rds.subnet_groups.get(cluster.db_subnet_group_name)
        check_groups(rds, asked.get("vpc_security_group_ids") or (), subnet_group)

    _checked(check)


def storage() -> None:
    """Storage never shrinks (RDS-7); Aurora shows its type only where it is not the usual one."""

    def check(rds: RDSBackend, cluster: DBCluster, asked: dict[str, Any]) -> None:
        if (asked.get("allocated_storage") or cluster.allocated_storage) < cluster.allocated_storage:
            raise InvalidParameterCombination("Requested storage size cannot be less than the current storage size")

    _checked(check)

    @around(RDSBackend, "modify_db_cluster")
    def modify(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> DBCluster:
        changed: DBCluster = original(self, kwargs)
        hide_usual_type(self.clusters[changed.db_cluster_identifier])
        return changed


def final_snapshots() -> None:
    """A delete says what becomes of the data: a final snapshot, or none (RDS-11)."""

    @around(RDSResponse, "delete_db_cluster")
    def delete(original: Any, self: RDSResponse) -> Any:
        if bool(self.params.get("FinalDBSnapshotIdentifier")) == bool(self.params.get("SkipFinalSnapshot")):
            raise InvalidParameterCombination("Give FinalDBSnapshotIdentifier, or SkipFinalSnapshot, and not both")
        return original(self)
