"""Instances of Aurora clusters: what is theirs, and what is the cluster's. Pure; the cluster itself is another kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rds_secure.engines import Engine
from rds_secure.fields import Mode, markers
from rds_secure.kind import Complaint, Found, Live, Reader
from rds_secure.resources.db_instance.spec import DbInstanceSpec
from rds_secure.values import Value

_OWN = frozenset(
    {
        "availability_zone",
        "ca",
        "cluster",
        "engine",
        "insights",
        "insights_days",
        "insights_key",
        "insights_mode",
        "instance_class",
        "maintenance_window",
        "minor_upgrades",
        "monitoring_role",
        "monitoring_seconds",
        "parameter_group",
        "promotion_tier",
        "public",
    }
)
"""Fields of an instance that are not its cluster's (AWS's API reference for CreateDBInstance)."""

OF_THE_CLUSTER = frozenset(
    name for name, marker in markers(DbInstanceSpec).items() if marker.mode is not Mode.META and name not in _OWN
)
"""Fields that AWS does not take for an instance of a cluster."""

_NEEDED = ("storage_gib", "security_groups", "subnet_group")
_ONLY_OF_MEMBERS = ("promotion_tier",)


def check(spec: DbInstanceSpec, engine: Engine | None) -> Iterator[Complaint]:
    """What is written here and is the cluster's; what is missing where there is none."""
    if spec.cluster is None:
        yield from _alone(spec)
        return
    for field in sorted(OF_THE_CLUSTER & spec.model_fields_set):
        what = f"{field} of a cluster's member is the cluster's"
        yield Complaint((field,), what, "write it there, and take it out here")
    if engine is not None and not engine.clustered:
        what = f"an instance of {engine.name} cannot join a cluster"
        yield Complaint(("engine",), what, "use aurora-postgresql or aurora-mysql, or take cluster out")


def _alone(spec: DbInstanceSpec) -> Iterator[Complaint]:
    for field in _NEEDED:
        if field not in spec.model_fields_set:
            yield Complaint((), f"{field!r} is missing", f"add {field}, or the cluster that it belongs to")
    for field in _ONLY_OF_MEMBERS:
        if getattr(spec, field) is not None:
            yield Complaint((field,), f"{field} is for instances of a cluster", f"take {field} out")


def as_the_cluster_has_it(live: Live[DbInstanceSpec] | None) -> dict[str, Value]:
    """Field of the cluster → what it has: never a difference here, and never sent."""
    empty = {name: () if markers(DbInstanceSpec)[name].as_set else None for name in OF_THE_CLUSTER}
    return {name: getattr(live.spec, name) for name in OF_THE_CLUSTER} if live else empty


def with_its_cluster(reader: Reader, instance: Found[DbInstanceSpec]) -> Found[DbInstanceSpec]:
    """A member with what its cluster says of it: the cluster's parameter group, and whether that waits for a reboot."""
    if not isinstance(instance.spec.cluster, str):
        return instance
    reply = reader.call("rds", "DescribeDBClusters") or {}
    for cluster in reply["DBClusters"]:
        for member in cluster.get("DBClusterMembers") or ():
            if member["DBInstanceIdentifier"].lower() == instance.identity:
                group = str(cluster.get("DBClusterParameterGroup", "")).lower()
                waits = member.get("DBClusterParameterGroupStatus") == "pending-reboot"  # RDS-8
                waiting = (*instance.facts.get("waiting", ()), *((group,) if waits else ()))
                return replace(instance, facts={**instance.facts, "cluster_group": group, "waiting": waiting})
    return instance
