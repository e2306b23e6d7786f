"""Changes of a live instance that AWS makes in general, but not as things are. Pure: a live instance tells."""

from __future__ import annotations

from rds_secure.database import checks
from rds_secure.kind import FieldChange, Live
from rds_secure.resources.db_instance import copies, options
from rds_secure.resources.db_instance.spec import DbInstanceSpec

STORAGE = frozenset({"storage_gib", "storage_type", "iops", "throughput_mbps", "dedicated_log_volume"})
"""What changes the volumes; the limit up to which they may grow does not."""


def refuses(change: FieldChange, wanted: DbInstanceSpec, live: Live[DbInstanceSpec]) -> str:
    """What to do instead of the change; "" where it can be made."""
    if live.facts["status"] == "stopped":
        return checks.STOPPED
    if change.path == "engine_version":
        return checks.older(wanted.engine_version or "", live.spec.engine_version or "")
    if change.path in STORAGE and live.facts["status"] == "storage-optimization":  # RDS-7
        kept = "none" if change.old is None else change.old
        return f"its storage is being optimised after the last change, for some hours: leave {kept} until then"
    if change.path == "network_type" and wanted.when != "now":  # RDS-24
        return "AWS does not show that it waits for its window, so no plan could tell it was asked for: write when: now"
    if change.path == "backup_copy.key":
        return copies.refuses(change.path, wanted, live.spec)
    if change.path == "option_group":
        return options.refuses(live)
    if change.path == "storage_gib":
        return _growth(wanted, live)
    return ""


def _growth(wanted: DbInstanceSpec, live: Live[DbInstanceSpec]) -> str:
    limit = live.spec.max_storage_gib
    if wanted.max_storage_gib is None and limit and limit <= wanted.gib:
        return (
            f"AWS may let it grow to {limit} GiB only: write a larger max_storage_gib too, or 0 to keep it from growing"
        )
    return ""
