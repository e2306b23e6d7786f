"""What of an instance's monitoring contradicts itself. Whether the role can be assumed shows only at AWS."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.kind import Complaint
from rds_secure.resources.db_instance.spec import DbInstanceSpec

_SECONDS = (0, 1, 5, 10, 15, 30, 60)
_ADVANCED_DAYS = 465


def monitoring(spec: DbInstanceSpec) -> Iterator[Complaint]:
    """Every problem: measurements of the operating system, Performance Insights."""
    yield from _metrics(spec)
    yield from _insights(spec)


def _metrics(spec: DbInstanceSpec) -> Iterator[Complaint]:
    seconds = spec.monitoring_seconds
    if seconds is not None and seconds not in _SECONDS:
        what = f"monitoring every {seconds} seconds is not possible"
        yield Complaint(("monitoring_seconds",), what, f"use one of {', '.join(map(str, _SECONDS))}")
    elif seconds and spec.monitoring_role is None:
        what = "nothing can send the measurements to CloudWatch without a role"
        fix = "write monitoring_role, a role that monitoring.rds.amazonaws.com is trusted to assume"
        yield Complaint(("monitoring_seconds",), what, fix)
    if spec.monitoring_role is not None and not seconds:
        what = "a role without monitoring has nothing to send"
        yield Complaint(("monitoring_role",), what, "write monitoring_seconds: 60, or take monitoring_role out")


def _insights(spec: DbInstanceSpec) -> Iterator[Complaint]:
    days = spec.insights_days
    if not spec.insights:
        for field in ("insights_days", "insights_key"):
            if getattr(spec, field) is not None:
                what = f"{field} without insights has no effect"
                yield Complaint((field,), what, f"write insights: true, or take {field} out")
        if spec.insights_mode == "advanced":
            what = "advanced Database Insights need Performance Insights"
            yield Complaint(("insights_mode",), what, f"write insights: true and insights_days: {_ADVANCED_DAYS}")
        return
    if days is not None and not _is_retention(days):
        what = f"insights are not kept for {days} days"
        yield Complaint(("insights_days",), what, "write 7, a multiple of 31 up to 713, or 731")
    elif spec.insights_mode == "advanced" and (days or 0) < _ADVANCED_DAYS:
        what = f"advanced Database Insights are kept for {_ADVANCED_DAYS} days at least"
        yield Complaint(("insights_mode",), what, f"write insights_days: {_ADVANCED_DAYS}")


def _is_retention(days: int) -> bool:
    """Whether AWS keeps insights for so many days (AWS's API reference)."""
    return days in (7, 731) or (days % 31 == 0 and 1 <= days // 31 <= 23)
