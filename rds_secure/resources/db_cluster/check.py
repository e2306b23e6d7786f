"""What is wrong with the spec of a cluster, as far as that shows without AWS: rules across fields, per engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rds_secure import engines
from rds_secure.database import checks
from rds_secure.engines import ENGINES, Engine
from rds_secure.kind import Complaint
from rds_secure.resources.db_cluster.spec import DbClusterSpec

MULTI_AZ = ("mysql", "postgres")
"""Engines of Multi-AZ DB clusters, which make their own instances; the others are Aurora."""

_AURORA_TYPES = ("aurora", "aurora-iopt1")

_ONLY_MULTI_AZ: Mapping[str, str] = {
    "instance_class": "its instances have classes of their own: write it there",
    "storage_gib": "its storage grows by itself: take it out",
    "iops": "its storage takes no number of IOPS: take it out",
    "public": "its instances say it: write it there",
    "ca": "its instances have certificates of their own: write it there",
    "monitoring_seconds": "its instances are looked at: write it there",
    "monitoring_role": "its instances are looked at: write it there",
}
"""Fields that Aurora does not take, and what to do (AWS's API reference)."""

_ONLY_AURORA = (
    *("availability_zones", "backtrack_seconds", "data_api", "domain", "instance_parameter_group"),
    *("network_type", "serverless"),
)


def is_multi_az(spec: DbClusterSpec) -> bool:
    """Whether it is a Multi-AZ DB cluster, and not one of Aurora."""
    return spec.engine in MULTI_AZ


def check(key: str, spec: DbClusterSpec) -> Iterator[Complaint]:
    """Every problem; those that depend on the engine only where it is known."""
    yield from checks.name(key, spec.name, "a cluster", 52 if is_multi_az(spec) else 63)
    if not spec.security_groups:
        yield Complaint(("security_groups",), "a cluster needs a security group", "name one or more")
    yield from checks.credentials(spec.master_password, spec.password_version, spec.master_secret_key)
    yield from checks.windows(spec.backup_window, spec.maintenance_window)
    yield from checks.encryption(encrypted=spec.encrypted, key=spec.kms_key)
    yield from checks.monitoring(spec.monitoring_seconds, spec.monitoring_role)
    yield from checks.insights(
        on=spec.insights, days=spec.insights_days, mode=spec.insights_mode, key=spec.insights_key
    )
    yield from _roles(spec)
    engine, known = ENGINES.get(spec.engine), [*checks.names(clustered=True), *MULTI_AZ]
    if engine is None:
        yield checks.engine(spec.engine, known)
    elif engine.name not in known:
        what = f"{engine.name} does not run in clusters"
        yield Complaint(("engine",), what, "declare a db_instance, or use another engine")
    else:
        yield from checks.version(engine, spec.engine_version, implied=_leaves_parameters(spec))
        yield from checks.port(engine, spec.port)
        yield from checks.db_name(engine, spec.db_name, "cluster")
        yield from checks.logs(engine, spec.log_exports)
        yield from _multi_az(spec, engine) if is_multi_az(spec) else _aurora(spec, engine)


def family_of(spec: DbClusterSpec) -> str | None:
    """The family of the cluster parameter group that the spec leaves to us; None where no parameter would force TLS.

    Also None where engine and version do not tell: `check` says so.
    """
    if not _leaves_parameters(spec) or spec.engine not in (*checks.names(clustered=True), *MULTI_AZ):
        return None
    family = engines.family(spec.engine, spec.engine_version or "")
    return family if family and engines.tls_parameters(family) else None


def _leaves_parameters(spec: DbClusterSpec) -> bool:
    return spec.parameter_group is None and "parameter_group" not in spec.ignore


def _aurora(spec: DbClusterSpec, engine: Engine) -> Iterator[Complaint]:
    for field, fix in _ONLY_MULTI_AZ.items():
        if getattr(spec, field) not in (None, False):
            yield Complaint((field,), f"{engine.name} does not take {field} for a cluster", fix)
    if spec.storage_type not in (None, *_AURORA_TYPES):
        what = f"{engine.name} does not take {spec.storage_type} storage"
        yield Complaint(("storage_type",), what, f"use {' or '.join(_AURORA_TYPES)}")
    if spec.backtrack_seconds and engine.name != "aurora-mysql":
        what = f"{engine.name} cannot be wound back"
        yield Complaint(("backtrack_seconds",), what, "take backtrack_seconds out")
    if len(spec.availability_zones or ()) > 3:
        what = f"the storage of {engine.name} lies in three zones"
        yield Complaint(("availability_zones",), what, "name three or fewer")
    if spec.domain is not None and (spec.domain.directory is None) != (spec.domain.role is None):
        what = "RDS calls Directory Service by a role, and a directory has an id"
        yield Complaint(("domain",), what, "write directory and role, or {} for none")
    if spec.serverless:
        yield from _serverless(spec)


def _roles(spec: DbClusterSpec) -> Iterator[Complaint]:
    """A feature has one role; without features there is one of each."""
    seen = set()
    for index, item in enumerate(spec.roles):
        if item.feature is None and spec.engine.endswith(("postgresql", "postgres")):
            what = f"{spec.engine} takes a role for one of its features"
            yield Complaint(("roles", index), what, "add feature, such as s3Import")
        elif (item.feature or item.role) in seen:
            what = f"{item.feature} has a role already" if item.feature else f"{item.role} is there already"
            yield Complaint(("roles", index), what, "keep one")
        seen.add(item.feature or item.role)


def _serverless(spec: DbClusterSpec) -> Iterator[Complaint]:
    scale = spec.serverless
    if scale is None:
        return
    if scale.max < max(scale.min, 1):
        what = f"nothing can scale from {scale.min:g} to {scale.max:g}"
        yield Complaint(("serverless", "max"), what, "write a max of 1 or more, and not below min")
    if scale.pause_seconds is not None and scale.min:
        what = f"instances that scale down to {scale.min:g} never pause"
        yield Complaint(("serverless", "pause_seconds"), what, "write min: 0, or take pause_seconds out")


def _multi_az(spec: DbClusterSpec, engine: Engine) -> Iterator[Complaint]:
    for field in _ONLY_AURORA:
        if getattr(spec, field):
            what = f"only Aurora takes {field}, not a Multi-AZ DB cluster of {engine.name}"
            yield Complaint((field,), what, "take it out, or use an engine of Aurora")
    for field, example in (("instance_class", "db.m6gd.large"), ("storage_gib", "100")):
        if getattr(spec, field) is None:
            what = f"a Multi-AZ DB cluster of {engine.name} needs {field}"
            yield Complaint((), what, f"add {field}: {example}, or use an engine of Aurora")
    if spec.storage_type in _AURORA_TYPES:
        what = f"{engine.name} does not take {spec.storage_type} storage"
        yield Complaint(("storage_type",), what, "use gp3 or io1 or io2")
    elif spec.storage_gib is not None:
        yield from _size(spec, engine, spec.storage_gib)


def _size(spec: DbClusterSpec, engine: Engine, gib: int) -> Iterator[Complaint]:
    kind = spec.storage_type or "io1"
    sizes, (least, most) = engine.storage_gib[kind], engine.iops_per_gib or (0, 0)
    if gib not in sizes:
        limits = f"{engine.name} takes {sizes.start} to {sizes.stop - 1} GiB of {kind}"
        yield Complaint(("storage_gib",), f"{gib} GiB are not possible", limits)
    if kind == "gp3":
        return
    if spec.iops is None:
        what = f"{kind} storage of a Multi-AZ DB cluster needs a number of IOPS"
        yield Complaint(("storage_type",) if spec.storage_type else (), what, "add iops, or write storage_type: gp3")
    elif not least * gib <= spec.iops <= most * gib:
        what = f"{spec.iops} IOPS are not possible for {gib} GiB"
        yield Complaint(("iops",), what, f"use {least * gib:g} to {most * gib:g}")
