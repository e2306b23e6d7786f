"""What is wrong with the spec of an instance, as far as that shows without AWS: rules across fields, per engine."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from rds_secure import engines
from rds_secure.engines import ENGINES, Engine
from rds_secure.kind import Complaint
from rds_secure.resources.db_instance import window
from rds_secure.resources.db_instance.spec import MANAGED, DbInstanceSpec

_NAME = re.compile(r"(?=.{1,63}$)[A-Za-z](-?[A-Za-z0-9])*")


def check(key: str, spec: DbInstanceSpec) -> Iterator[Complaint]:
    """Every problem; those that depend on the engine only where it is known."""
    if not _NAME.fullmatch(spec.name or key):  # RDS-5
        what = f"{spec.name or key!r} is no name for a database instance"
        fix = "use 1 to 63 letters, digits and single hyphens, a letter first and no hyphen last"
        yield Complaint(("name",) if spec.name else (), what, fix)
    if not spec.security_groups:
        yield Complaint(("security_groups",), "an instance needs a security group", "name one or more")
    yield from _credentials(spec)
    yield from _windows(spec)
    if spec.kms_key is not None and not spec.encrypted:
        what = "a key without encryption has nothing to encrypt"
        yield Complaint(("kms_key",), what, "take kms_key out, or encrypted: false")
    engine = ENGINES.get(spec.engine)
    if engine is None:
        yield _unknown_engine(spec.engine)
    elif engine.clustered:
        what = f"{engine.name} runs in clusters, not in instances of its own"
        yield Complaint(("engine",), what, f"use {'mysql' if 'mysql' in engine.name else 'postgres'}")
    else:
        yield from _engine(spec, engine)


def family_of(spec: DbInstanceSpec) -> str | None:
    """The family of the parameter group that the spec leaves to us; None where no parameter would force TLS.

    Also None where engine and version do not tell: `check` says so.
    """
    engine = ENGINES.get(spec.engine)
    if spec.parameter_group is not None or "parameter_group" in spec.ignore or engine is None or engine.clustered:
        return None
    family = engines.family(spec.engine, spec.engine_version or "")
    return family if family and engines.tls_parameters(family) else None


def _unknown_engine(written: str) -> Complaint:
    known = [name for name, engine in ENGINES.items() if not engine.clustered]
    near = difflib.get_close_matches(written.lower(), known, 1)
    fix = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(known)}"
    return Complaint(("engine",), f"there is no engine {written!r}", fix)


def _credentials(spec: DbInstanceSpec) -> Iterator[Complaint]:
    if spec.master_secret_key is not None and spec.master_password != MANAGED:
        what = "an unmanaged password has no secret that a key could encrypt"
        yield Complaint(("master_secret_key",), what, "take master_secret_key out, or write master_password: managed")


def _windows(spec: DbInstanceSpec) -> Iterator[Complaint]:
    daily, weekly = spec.backup_window, spec.maintenance_window
    if daily and window.backup(daily)[1] < window.SHORTEST:
        yield Complaint(("backup_window",), f"{daily} is too short", "half an hour is the least that AWS takes")
    if weekly and window.maintenance(weekly)[1] < window.SHORTEST:
        yield Complaint(("maintenance_window",), f"{weekly} is too short", "half an hour is the least that AWS takes")
    if daily and weekly and window.overlap(daily, weekly):
        what = f"the maintenance window {weekly} meets the backup window {daily}"
        yield Complaint(("maintenance_window",), what, "choose windows that do not overlap")


def _engine(spec: DbInstanceSpec, engine: Engine) -> Iterator[Complaint]:
    yield from _version(spec, engine)
    yield from _storage(spec, engine)
    if spec.port is not None and (spec.port not in engines.PORTS or spec.port in engine.refused_ports):
        what = f"{engine.name} cannot listen on port {spec.port}"
        yield Complaint(("port",), what, f"use {engine.port}, or another one from 1150 to 65535")
    if spec.db_name and engine.db_name_length == 0:
        what = f"{engine.name} makes no database when the instance is made"
        yield Complaint(("db_name",), what, "take db_name out, and create databases inside")
    elif spec.db_name and len(spec.db_name) > engine.db_name_length:
        what = f"{spec.db_name!r} is longer than the {engine.db_name_length} characters that {engine.name} takes"
        yield Complaint(("db_name",), what, "choose a shorter name")
    if spec.iam_auth and not engine.iam_auth:
        what = f"{engine.name} does not know IAM database authentication"
        yield Complaint(("iam_auth",), what, "take iam_auth out")
    for index, log in enumerate(spec.log_exports or ()):
        if log not in engine.log_types:
            what = f"{engine.name} has no log {log!r} to export"
            yield Complaint(("log_exports", index), what, f"use {' or '.join(engine.log_types)}")


def _version(spec: DbInstanceSpec, engine: Engine) -> Iterator[Complaint]:
    version = spec.engine_version
    if version is not None and not re.fullmatch(r"\d+([.-][A-Za-z0-9_]+)*", version):
        yield Complaint(("engine_version",), f"{version!r} is no version", "write one such as 16 or 8.0")
        return
    implied = spec.parameter_group is None and "parameter_group" not in spec.ignore and engine.tls
    if not implied:
        return
    if version is None:
        what = "without engine_version there is no telling which parameter group forces TLS"
        yield Complaint(("engine_version",), what, "add engine_version, or name a parameter_group")
    elif engines.family(engine.name, version) is None:
        what = f"{engine.name} {version} does not tell the family of its parameter group"
        yield Complaint(("engine_version",), what, f"write more of it, such as {version}.0")


def _storage(spec: DbInstanceSpec, engine: Engine) -> Iterator[Complaint]:
    kind = spec.storage_type or "gp3"
    sizes = engine.storage_gib.get(kind)
    if sizes is None:
        what = f"{engine.name} does not take {kind} storage"
        yield Complaint(("storage_type",), what, f"use {' or '.join(engine.storage_gib)}")
        return
    if kind in ("io1", "io2"):
        what = f"{kind} needs a number of IOPS, for which there is no field yet"
        yield Complaint(("storage_type",), what, "use gp3")
    limits = f"{engine.name} takes {sizes.start} to {sizes.stop - 1} GiB of {kind}"
    if spec.storage_gib not in sizes:
        yield Complaint(("storage_gib",), f"{spec.storage_gib} GiB are not possible", limits)
    if not spec.max_storage_gib:
        return
    if spec.max_storage_gib <= spec.storage_gib:
        what = f"storage cannot grow from {spec.storage_gib} to {spec.max_storage_gib} GiB"
        fix = "write a max_storage_gib above storage_gib, or 0 to keep AWS from growing it"
        yield Complaint(("max_storage_gib",), what, fix)
    elif spec.max_storage_gib not in sizes:
        yield Complaint(("max_storage_gib",), f"{spec.max_storage_gib} GiB are not possible", limits)
