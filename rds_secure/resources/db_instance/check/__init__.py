"""What is wrong with the spec of an instance, as far as that shows without AWS: rules across fields, per engine."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from rds_secure import engines
from rds_secure.database import window
from rds_secure.engines import ENGINES, Engine
from rds_secure.kind import Complaint
from rds_secure.resources.db_instance import member
from rds_secure.resources.db_instance.check.integration import integration, roles
from rds_secure.resources.db_instance.check.monitoring import monitoring
from rds_secure.resources.db_instance.check.replica import replica
from rds_secure.resources.db_instance.check.storage import storage
from rds_secure.resources.db_instance.spec import MANAGED, DbInstanceSpec
from rds_secure.values import Secret

_NAME = re.compile(r"(?=.{1,63}$)[A-Za-z](-?[A-Za-z0-9])*")


def check(key: str, spec: DbInstanceSpec) -> Iterator[Complaint]:
    """Every problem; those that depend on the engine only where it is known."""
    if not _NAME.fullmatch(spec.name or key):  # RDS-5
        what = f"{spec.name or key!r} is no name for a database instance"
        fix = "use 1 to 63 letters, digits and single hyphens, a letter first and no hyphen last"
        yield Complaint(("name",) if spec.name else (), what, fix)
    if not spec.security_groups and "security_groups" in spec.model_fields_set:
        yield Complaint(("security_groups",), "an instance needs a security group", "name one or more")
    if spec.cluster is None:
        yield from _credentials(spec)
    yield from monitoring(spec)
    yield from roles(spec)
    yield from replica(spec)
    yield from _windows(spec)
    if spec.kms_key is not None and not spec.encrypted:
        what = "a key without encryption has nothing to encrypt"
        yield Complaint(("kms_key",), what, "take kms_key out, or encrypted: false")
    if spec.availability_zone is not None and spec.multi_az:
        what = "a Multi-AZ instance is in two zones, which AWS chooses and swaps"
        yield Complaint(("availability_zone",), what, "take availability_zone out, or multi_az")
    engine = ENGINES.get(spec.engine)
    yield from member.check(spec, engine)
    if engine is None:
        yield _unknown_engine(spec.engine)
    elif engine.clustered and spec.cluster is None:
        what = f"{engine.name} runs in clusters, not in instances of its own"
        fix = f"write the cluster that it is an instance of, or use {'mysql' if 'mysql' in engine.name else 'postgres'}"
        yield Complaint(("engine",), what, fix)
    elif spec.cluster is None:
        yield from _engine(spec, engine)


def family_of(spec: DbInstanceSpec) -> str | None:
    """The family of the parameter group that the spec leaves to us; None where no parameter would force TLS.

    Also None where engine and version do not tell: `check` says so.
    """
    engine = ENGINES.get(spec.engine)
    if not _implies_group(spec) or engine is None or engine.clustered:
        return None
    family = engines.family(spec.engine, spec.engine_version or "")
    return family if family and engines.tls_parameters(family) else None


def _implies_group(spec: DbInstanceSpec) -> bool:
    """Whether a group comes along; a replica has its source's."""
    return spec.parameter_group is None and "parameter_group" not in spec.ignore and spec.replica_of is None


def _unknown_engine(written: str) -> Complaint:
    known = [name for name, engine in ENGINES.items() if not engine.clustered]
    near = difflib.get_close_matches(written.lower(), known, 1)
    fix = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(known)}"
    return Complaint(("engine",), f"there is no engine {written!r}", fix)


def _credentials(spec: DbInstanceSpec) -> Iterator[Complaint]:
    if spec.master_username.lower() in engines.REFUSED_MASTER_NAMES:
        what = f"{spec.master_username!r} is guessed first by attackers, or reserved by the engine"
        yield Complaint(("master_username",), what, "use another name, such as dbowner")
    if spec.master_secret_key is not None and spec.master_password != MANAGED:
        what = "only a managed password has a secret that a key could encrypt"
        yield Complaint(("master_secret_key",), what, "take master_secret_key out, or write master_password: managed")
    if spec.password_version != 1 and not isinstance(spec.master_password, Secret):
        what = "there is no source from which a password could be set anew"
        yield Complaint(("password_version",), what, "take password_version out, or write master_password: {env: NAME}")


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
    yield from integration(spec, engine)
    yield from storage(spec, engine)
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
    if not (_implies_group(spec) and engine.tls):
        return
    if version is None:
        what = "without engine_version there is no telling which parameter group forces TLS"
        yield Complaint(("engine_version",), what, "add engine_version, or name a parameter_group")
    elif engines.family(engine.name, version) is None:
        what = f"{engine.name} {version} does not tell the family of its parameter group"
        yield Complaint(("engine_version",), what, f"write more of it, such as {version}.0")
