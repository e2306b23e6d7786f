"""What of an instance's storage does not fit its engine or itself (RDS-7). What is live already is not looked at."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.engines import Engine
from rds_secure.kind import Complaint
from rds_secure.resources.db_instance.spec import DbInstanceSpec

_PROVISIONED = ("io1", "io2")
_PROVISIONED_IOPS = range(1000, 256_001)
"""IOPS of io1 and io2 (ValidStorageOptions in AWS's API reference)."""

_IO2_PER_GIB = 1000
"""The most IOPS a GiB of io2 (user guide, from memory)."""

_THROUGHPUT_PER_IOPS = 0.25
"""MiB/s that one IOPS of gp3 carries (ValidStorageOptions)."""


def storage(spec: DbInstanceSpec, engine: Engine) -> Iterator[Complaint]:
    """Every problem: the type, its sizes, its performance."""
    kind = spec.storage_type or "gp3"
    sizes = engine.storage_gib.get(kind)
    if sizes is None:
        what = f"{engine.name} does not take {kind} storage"
        yield Complaint(("storage_type",), what, f"use {' or '.join(engine.storage_gib)}")
        return
    limits = f"{engine.name} takes {sizes.start} to {sizes.stop - 1} GiB of {kind}"
    if spec.storage_gib is None:  # which is said once
        return
    if spec.gib not in sizes:
        yield Complaint(("storage_gib",), f"{spec.gib} GiB are not possible", limits)
    yield from _growth(spec, sizes, limits)
    yield from _performance(spec, engine, kind)
    if spec.dedicated_log_volume and not engine.log_volume:
        what = f"{engine.name} has no volume of its own for the log"
        yield Complaint(("dedicated_log_volume",), what, "take dedicated_log_volume out")
    elif spec.dedicated_log_volume and kind not in _PROVISIONED:
        what = f"the log can have a volume of its own beside io1 and io2, not beside {kind}"
        yield Complaint(("dedicated_log_volume",), what, "take dedicated_log_volume out, or use io1 or io2")


def _growth(spec: DbInstanceSpec, sizes: range, limits: str) -> Iterator[Complaint]:
    if not spec.max_storage_gib:
        return
    if spec.max_storage_gib <= spec.gib:
        what = f"storage cannot grow from {spec.gib} to {spec.max_storage_gib} GiB"
        fix = "write a max_storage_gib above storage_gib, or 0 to keep AWS from growing it"
        yield Complaint(("max_storage_gib",), what, fix)
    elif spec.max_storage_gib not in sizes:
        yield Complaint(("max_storage_gib",), f"{spec.max_storage_gib} GiB are not possible", limits)


def _performance(spec: DbInstanceSpec, engine: Engine, kind: str) -> Iterator[Complaint]:
    if spec.iops is not None and spec.storage_type is None:
        what = "IOPS without a type of storage make AWS choose io1"
        yield Complaint(("iops",), what, "write storage_type: gp3, or io1 or io2")
    elif kind in _PROVISIONED:
        yield from _provisioned(spec, engine, kind)
    elif kind == "gp3":
        yield from _gp3(spec, engine)
    elif spec.iops is not None:
        what = f"{kind} storage takes no number of IOPS"
        yield Complaint(("iops",), what, "take iops out, or use gp3, io1 or io2")
    if spec.throughput_mbps is not None and kind != "gp3":
        what = f"only gp3 storage takes a throughput, not {kind}"
        yield Complaint(("throughput_mbps",), what, "take throughput_mbps out, or use gp3")


def _provisioned(spec: DbInstanceSpec, engine: Engine, kind: str) -> Iterator[Complaint]:
    lowest, highest = engine.iops_per_gib or (0, 0)
    if kind == "io2":
        highest = _IO2_PER_GIB
    least = max(_PROVISIONED_IOPS.start, round(lowest * spec.gib))
    most = min(_PROVISIONED_IOPS.stop - 1, round(highest * spec.gib))
    if spec.iops is None:
        what = f"{kind} needs a number of IOPS"
        yield Complaint(("storage_type",), what, f"write iops, {least} to {most} for {spec.gib} GiB, or use gp3")
    elif not least <= spec.iops <= most:
        what = f"{spec.iops} IOPS are not possible"
        yield Complaint(("iops",), what, f"{engine.name} takes {least} to {most} for {spec.gib} GiB of {kind}")


def _gp3(spec: DbInstanceSpec, engine: Engine) -> Iterator[Complaint]:
    """Below a size, which differs by engine, AWS takes neither; above it none that is less than what it gives."""
    settable = engine.gp3_settable_from_gib or 0
    for field, value, least in zip(
        ("iops", "throughput_mbps"), (spec.iops, spec.throughput_mbps), engine.gp3_least, strict=True
    ):
        if value is None:
            continue
        if spec.gib < settable:
            what = f"{engine.name} takes no {field} for {spec.gib} GiB of gp3"
            yield Complaint((field,), what, f"take {field} out, or write storage_gib: {settable} or more")
        elif value < least:
            what = f"{field} of {value} is less than the {least} that AWS gives anyway"
            yield Complaint((field,), what, f"write {least} or more, or take {field} out")
    iops = spec.iops or engine.gp3_least[0]
    if spec.throughput_mbps and spec.gib >= settable and spec.throughput_mbps > iops * _THROUGHPUT_PER_IOPS:
        what = f"{spec.throughput_mbps} MiB/s are more than a quarter of {iops} IOPS"
        needed = round(spec.throughput_mbps / _THROUGHPUT_PER_IOPS)
        yield Complaint(("throughput_mbps",), what, f"write iops: {needed} or more, or a lower throughput_mbps")
