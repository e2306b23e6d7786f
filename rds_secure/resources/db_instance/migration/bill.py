"""What AWS bills while an old database is kept, in quantities of what is there. It knows no prices. Pure.

What counts is from the pages "Amazon RDS pricing" and "DB instance billing for Amazon RDS" (user guide): hours of the
class, GiB of storage by its type, performance beyond what that includes, and backups beyond what is free of charge.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from rds_secure.resources.db_instance.spec import DbInstanceSpec

HOURS: Final = 730
"""Of a month, as AWS counts in its examples."""

_FREE_DAYS: Final = 7
"""Of insights."""


def database(live: DbInstanceSpec) -> str:
    """What an instance alone costs, in one line; ``live`` is as it is at AWS."""
    return ", ".join(_database(live))


def _database(live: DbInstanceSpec) -> Iterator[str]:
    standby = ", with a standby (Multi-AZ)" if live.multi_az else ""
    yield f"{HOURS} hours of {live.instance_class} a month{standby}"
    performance = [
        *([f"{live.iops} IOPS"] if live.iops else ()),
        *([f"{live.throughput_mbps} MiB/s"] if live.throughput_mbps else ()),
    ]
    yield f"{live.gib} GiB of {live.storage_type or 'storage'}" + (
        f" with {' and '.join(performance)}" * bool(performance)
    )
    if live.dedicated_log_volume:
        yield "a dedicated log volume"
    if live.license == "license-included":
        yield "the licence that is included"
    if live.insights and (live.insights_days or 0) > _FREE_DAYS:
        yield f"{live.insights_days} days of insights"
    if live.backup_days:
        yield f"automated backups of {live.backup_days} days"


def snapshots(found: Iterable[Mapping[str, Any] | None]) -> str:
    """The same of snapshots as ``DescribeDBSnapshots`` has them; "" where there are none."""
    there = sorted((item for item in found if item is not None), key=lambda item: str(item["DBSnapshotIdentifier"]))
    return " and ".join(
        f"snapshot {item['DBSnapshotIdentifier']} of {item['AllocatedStorage']} GiB at most" for item in there
    )


FREE: Final = (
    "Backups and snapshots are billed by the GiB they hold, beyond as much as all databases of the account have "
    "storage in this region"
)
"""The allotment, which is the account's and not the database's (RDS pricing)."""


def prices(live: DbInstanceSpec, region: str) -> Iterator[str]:
    """Where the prices of these quantities are."""
    yield "what each of them costs differs by region: https://aws.amazon.com/rds/pricing, or"
    filters = {"regionCode": region, "instanceType": live.instance_class}
    matched = [f"Type=TERM_MATCH,Field={field},Value={value}" for field, value in filters.items()]
    service = ["--region", "us-east-1", "--service-code", "AmazonRDS"]  # one of few regions that answer
    yield f"  {shlex.join(['aws', 'pricing', 'get-products', *service, '--filters', *matched])}"
