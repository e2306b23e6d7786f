"""Changes of a live cluster that AWS does not make, or not as things are. Pure: a live cluster tells."""

from __future__ import annotations

from rds_secure.database import checks
from rds_secure.kind import FieldChange, Live
from rds_secure.resources.db_cluster.check import is_multi_az
from rds_secure.resources.db_cluster.spec import DbClusterSpec

_RESTORE = "restore a snapshot of it as a new cluster, declared under another key of the spec"

ADVICE = {
    "encrypted": "the encryption of a cluster is chosen when it is made or restored (RDS-4): write what it has, or "
    f"{_RESTORE}",
    "kms_key": f"AWS never changes the key of a cluster (RDS-4): keep the one it has, or under the new key {_RESTORE}",
    "subnet_group": f"a cluster stays in its subnets: {_RESTORE}",
    "engine": "AWS never changes the engine: declare a new cluster under another key of the spec, and move the data",
    "db_name": "it only counts when a cluster is made: create further ones inside, and write the one it was made with",
    "master_username": "AWS never renames it: write the name that it has, and create further users inside",
    "master_secret_key": "the key of a managed password is fixed (RDS-12): write the one that it has, or leave it out",
    "insights_key": "the key of insights never changes (RDS-13): write the one that it has, or leave it out",
    "availability_zones": "the zones of its storage are chosen when a cluster is made: write some that it has, or "
    "leave them out",
    "public": f"AWS decides it when a cluster is made: write what it has, or {_RESTORE}",
}
"""Field that never changes → what to do instead."""


def refuses(change: FieldChange, wanted: DbClusterSpec, live: Live[DbClusterSpec]) -> str:
    """What to do instead of the change; "" where it can be made."""
    if live.facts["status"] == "stopped":
        return checks.STOPPED
    if change.path == "engine_version":
        return checks.older(wanted.engine_version or "", live.spec.engine_version or "")
    if change.path == "port" and is_multi_az(wanted):
        return f"AWS changes the port of Aurora clusters only: write {live.spec.port}"
    if change.path == "instance_class" and wanted.when == "window":
        return (
            "AWS shows nowhere that such a change waits for its window (RDS-24), so that nobody could tell whether it "
            "was asked for: write when: now, and apply it when a restart is welcome"
        )
    if change.path == "network_type" and wanted.when == "window":  # RDS-24
        return "AWS does not show that it waits for its window, so no plan could tell it was asked for: write when: now"
    if change.path == "backtrack_seconds" and not live.spec.backtrack_seconds:
        return f"it can be switched on only when a cluster is made: take it out, or {_RESTORE}"
    if live.facts["status"] == "storage-optimization" and change.path in ("storage_gib", "storage_type", "iops"):
        return "its storage is being optimised after the last change, for some hours: leave it until then"  # RDS-7
    return ""
