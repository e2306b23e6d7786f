"""What is wrong with the spec of an instance, as far as that shows without AWS: rules across fields, per engine."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure import engines
from rds_secure.database import checks
from rds_secure.engines import ENGINES, Engine
from rds_secure.kind import Complaint
from rds_secure.resources.db_instance import copies, member
from rds_secure.resources.db_instance.check.integration import integration, roles
from rds_secure.resources.db_instance.check.migration import migration, restored
from rds_secure.resources.db_instance.check.replica import replica
from rds_secure.resources.db_instance.check.storage import storage
from rds_secure.resources.db_instance.spec import DbInstanceSpec


def check(key: str, spec: DbInstanceSpec) -> Iterator[Complaint]:
    """Every problem; those that depend on the engine only where it is known."""
    yield from checks.name(key, spec.name, "a database instance")
    if not spec.security_groups and "security_groups" in spec.model_fields_set:
        yield Complaint(("security_groups",), "an instance needs a security group", "name one or more")
    if spec.cluster is None:
        yield from checks.credentials(spec.master_password, spec.password_version, spec.master_secret_key)
    yield from checks.monitoring(spec.monitoring_seconds, spec.monitoring_role)
    yield from checks.insights(
        on=spec.insights, days=spec.insights_days, mode=spec.insights_mode, key=spec.insights_key
    )
    yield from roles(spec)
    yield from replica(spec)
    yield from copies.check(spec)
    yield from migration(spec)
    yield from restored(spec)
    yield from checks.windows(spec.backup_window, spec.maintenance_window)
    yield from checks.encryption(encrypted=spec.encrypted, key=spec.kms_key)
    if spec.availability_zone is not None and spec.multi_az:
        what = "a Multi-AZ instance is in two zones, which AWS chooses and swaps"
        yield Complaint(("availability_zone",), what, "take availability_zone out, or multi_az")
    engine = ENGINES.get(spec.engine)
    yield from member.check(spec, engine)
    if engine is None:
        yield checks.engine(spec.engine, checks.names(clustered=False))
    elif engine.clustered and spec.cluster is None:
        what = f"{engine.name} runs in clusters, not in instances of its own"
        fix = f"write the cluster that it belongs to, or use {'mysql' if 'mysql' in engine.name else 'postgres'}"
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


def _engine(spec: DbInstanceSpec, engine: Engine) -> Iterator[Complaint]:
    implied = _implies_group(spec) and bool(engine.tls)
    yield from checks.version(engine, spec.engine_version, implied=implied)
    yield from integration(spec, engine)
    yield from storage(spec, engine)
    yield from checks.port(engine, spec.port)
    yield from checks.db_name(engine, spec.db_name, "instance")
    if spec.iam_auth and not engines.signs_in_by_iam(engine.name, spec.engine_version or ""):
        since = f" before {'.'.join(map(str, engine.iam_since))}" if engine.iam_auth else ""
        what = f"{engine.name}{since} does not know IAM database authentication"
        yield Complaint(("iam_auth",), what, "take iam_auth out")
    yield from checks.logs(engine, spec.log_exports)
