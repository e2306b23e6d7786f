"""The parameters of the calls that create and change an instance, field by field. It makes no operation.

Most are a field's value under the name that its marker says; some fields are sent together, or in another form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from rds_secure import engines
from rds_secure.database import calls
from rds_secure.fields import Field, markers
from rds_secure.kind import Change
from rds_secure.resources.db_instance.spec import AFTERWARDS, INHERITED, SOURCE_ARN, DbInstanceSpec, Domain
from rds_secure.values import Value

_FIELDS = markers(DbInstanceSpec)
_BY_OTHER_CALLS = frozenset({"roles", "replica_of", "backup_copy"})


def at_create(spec: DbInstanceSpec) -> dict[str, Value]:
    """The parameters of ``CreateDBInstance`` for everything that is written or a default of ours."""
    params: dict[str, Value] = {}
    for name, marker in _FIELDS.items():
        if marker.create and "." not in marker.create:
            params |= _AT_CREATE.get(name, calls.as_is)(marker, getattr(spec, name))
    return params | (_domain(spec.domain) if spec.domain else {})


def at_replication(spec: DbInstanceSpec) -> dict[str, Value]:
    """The parameters of ``CreateDBInstanceReadReplica``; a source in another region is named by its ARN."""
    source = spec.replica_of
    left = {*INHERITED, *later(spec), "engine", *(("storage_gib",) if "sqlserver" in spec.engine else ())}
    params = at_create(spec.model_copy(update=dict.fromkeys(left)))
    params["SourceDBInstanceIdentifier"] = source
    if isinstance(source, str) and (match := re.fullmatch(SOURCE_ARN, source)):
        params["SourceRegion"] = match[1]  # botocore signs the copy out of it
    return params | ({"ReplicaMode": spec.replica_mode} if spec.replica_mode else {})


def after_replication(spec: DbInstanceSpec) -> dict[str, Value]:
    """The parameters of the ``ModifyDBInstance`` that sets what the call which makes a replica lacks."""
    return {_FIELDS[name].change: value for name in later(spec) if (value := getattr(spec, name)) is not None}


def later(spec: DbInstanceSpec) -> tuple[str, ...]:
    """What a new replica is given by a second call; few engines take a parameter group at once."""
    at_once = spec.engine.startswith(("oracle-", "db2-"))
    return tuple(name for name in AFTERWARDS if not (at_once and name == "parameter_group"))


def at_change(change: Change[DbInstanceSpec]) -> dict[str, Value]:
    """The parameters of ``ModifyDBInstance`` that settle the differences."""
    params: dict[str, Value] = {}
    for path in sorted({item.path.partition(".")[0] for item in change.fields} - _BY_OTHER_CALLS):
        params |= _AT_CHANGE.get(path, _to_wanted)(path, change)
    return params


def _create_growth(marker: Field, value: Value) -> dict[str, Value]:
    return {marker.create: value} if value else {}  # 0 is refused; without it storage does not grow


_AT_CREATE: Mapping[str, Callable[[Field, Value], dict[str, Value]]] = {
    "max_storage_gib": _create_growth,
    "master_password": calls.password,
}


def _to_wanted(path: str, change: Change[DbInstanceSpec]) -> dict[str, Value]:
    return {_FIELDS[path].change: getattr(change.resource.spec, path)}


def _change_growth(path: str, change: Change[DbInstanceSpec]) -> dict[str, Value]:
    """The allocated size switches it off; AWS refuses 0 (AWS's API reference)."""
    wanted = change.resource.spec
    allocated = max(wanted.gib, change.live.spec.gib)
    return {_FIELDS[path].change: wanted.max_storage_gib or allocated}


def _change_logs(path: str, change: Change[DbInstanceSpec]) -> dict[str, Value]:
    return calls.log_exports(_FIELDS[path], change)


def _domain(domain: Domain) -> dict[str, Value]:
    return {marker.create: value for name, marker in markers(Domain).items() if (value := getattr(domain, name))}


def _change_domain(path: str, change: Change[DbInstanceSpec]) -> dict[str, Value]:
    """All of a directory at once; leaving one has a parameter of its own."""
    wanted = change.resource.spec.domain
    return (_domain(wanted) if wanted else {}) or {"DisableDomain": True}


def _change_monitoring(path: str, change: Change[DbInstanceSpec]) -> dict[str, Value]:
    """Measurements and their role go together (AWS's API reference)."""
    wanted, live = change.resource.spec, change.live.spec
    seconds = live.monitoring_seconds if wanted.monitoring_seconds is None else wanted.monitoring_seconds
    params: dict[str, Value] = {_FIELDS["monitoring_seconds"].change: seconds}
    role = wanted.monitoring_role or live.monitoring_role
    return {**params, _FIELDS["monitoring_role"].change: role} if seconds and role else params


def _change_insights(path: str, change: Change[DbInstanceSpec]) -> dict[str, Value]:
    """Its key must be sent again, the one that it has (RDS-13)."""
    wanted, live = change.resource.spec, change.live.spec
    params = _to_wanted(path, change)
    on = live.insights if wanted.insights is None else wanted.insights
    if not on:
        return params
    params |= {_FIELDS["insights"].change: True}
    for name, value in (
        ("insights_key", live.insights_key or wanted.insights_key),
        ("insights_days", wanted.insights_days or live.insights_days),
    ):
        params |= {_FIELDS[name].change: value} if value else {}
    return params


def _change_password(path: str, change: Change[DbInstanceSpec]) -> dict[str, Value]:
    wanted = change.resource.spec
    return calls.new_password(wanted.master_password, change.live.spec.master_password, wanted.master_secret_key)


def _change_version(path: str, change: Change[DbInstanceSpec]) -> dict[str, Value]:
    """A major upgrade takes the parameter group of the new family in the same call (RDS-6)."""
    params = _to_wanted(path, change)
    running, written = change.live.spec.engine_version, change.resource.spec.engine_version
    if running and written and engines.matches(written, running):
        return {_FIELDS[path].change: running}  # another one is parked, and is taken back
    if not is_major_upgrade(change.resource.spec, change.live.spec):
        return params
    group = change.resource.written.parameter_group
    named = {} if group is None else {_FIELDS["parameter_group"].change: group}
    return params | {"AllowMajorVersionUpgrade": True} | named


def _change_storage(path: str, change: Change[DbInstanceSpec]) -> dict[str, Value]:
    """A change of provisioned storage takes its size and its IOPS along, changed or not (AWS's API reference)."""
    wanted, live = change.resource.spec, change.live.spec
    kind = wanted.storage_type or live.storage_type
    params = _to_wanted(path, change)
    iops = wanted.iops or (live.iops if kind == live.storage_type else None)
    size = max(wanted.gib, live.gib)
    if iops and has_iops(wanted.engine, kind, size):
        params |= {_FIELDS["storage_gib"].change: size, _FIELDS["iops"].change: iops}
    return params


_AT_CHANGE: Mapping[str, Callable[[str, Change[DbInstanceSpec]], dict[str, Value]]] = {
    **dict.fromkeys(("storage_gib", "storage_type", "iops", "throughput_mbps"), _change_storage),
    **dict.fromkeys(("monitoring_seconds", "monitoring_role"), _change_monitoring),
    **dict.fromkeys(("insights", "insights_mode", "insights_days"), _change_insights),
    "domain": _change_domain,
    "max_storage_gib": _change_growth,
    "log_exports": _change_logs,
    **dict.fromkeys(("master_password", "password_version"), _change_password),
    "engine_version": _change_version,
}


def has_iops(engine: str, storage_type: str | None, size: int) -> bool:
    """Whether a number of IOPS can be set for storage of this type and size in GiB (RDS-7)."""
    if storage_type in ("io1", "io2"):
        return True
    facts = engines.ENGINES.get(engine)
    return storage_type == "gp3" and facts is not None and size >= (facts.gp3_settable_from_gib or 0)


def is_major_upgrade(wanted: DbInstanceSpec, live: DbInstanceSpec) -> bool:
    """Whether the written version is of another major version than the live one."""
    return calls.is_major_upgrade(wanted.engine, wanted.engine_version, live.engine_version)
