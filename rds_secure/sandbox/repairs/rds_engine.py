"""RDS engines: the versions on offer, and the groups an instance has when it names none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import DBParameterGroupNotFoundError, InvalidParameterCombination
from moto.rds.models import DBInstance, DBParameterGroup, RDSBackend
from moto.rds.responses import RDSResponse
from moto.rds.utils import DbInstanceEngine

from rds_secure.engines import ENGINES, compare_versions, family, is_major_change, major, matches
from rds_secure.sandbox.repairs.patch import add, around

_ORACLE = ("19.0.0.0.ru-2025-07.rur-2025-07.r1", "19.0.0.0.ru-2025-10.rur-2025-10.r1")
_SQLSERVER = ("14.00.3505.1.v1", "15.00.4445.1.v1", "16.00.4215.2.v1")
_DB2 = ("11.5.9.0.sb00063198.r1", "12.1.2.0.sb00063198.r1")

VERSIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "postgres": ("13.22", "14.19", "15.14", "16.9", "16.10", "17.5", "17.6"),
        "mysql": ("8.0.42", "8.0.43", "8.4.5", "8.4.6"),
        "mariadb": ("10.6.23", "10.11.14", "11.4.7", "11.4.8", "11.8.3"),
        "aurora-postgresql": ("15.13", "16.9", "17.5"),
        "aurora-mysql": ("8.0.mysql_aurora.3.08.2", "8.0.mysql_aurora.3.10.1"),
        **{name: _ORACLE for name in ENGINES if name.startswith("oracle-")},
        **{name: _SQLSERVER for name in ENGINES if name.startswith("sqlserver-")},
        **{name: _DB2 for name in ENGINES if name.startswith("db2-")},
    }
)
"""Engine → some of its versions, oldest first; the last one is the default. Any other full version is taken as well."""


def newest(engine: str, wanted: str | None) -> str | None:
    """The newest version on offer that the wanted one is a prefix of; what is wanted when there is none (RDS-6)."""
    offered = [one for one in VERSIONS.get(engine, ()) if wanted is None or matches(wanted, one)]
    return offered[-1] if offered else wanted


def engines() -> None:
    """Db2 and Oracle's container databases are engines too, with their ports."""

    @around(DbInstanceEngine, "valid_db_instance_engine")
    def valid(original: Any) -> list[str]:
        return sorted({*original(), *ENGINES})

    @around(DBInstance, "default_port")
    def default_port(original: Any, engine: str) -> int:
        port: int = ENGINES[engine].port if engine in ENGINES else original(engine)
        return port


def versions() -> None:
    """A version prefix, or none, means the newest on offer; a major change must be allowed, a downgrade never is."""

    @around(RDSBackend, "create_db_instance")
    def create(original: Any, self: RDSBackend, db_kwargs: Any) -> Any:
        if db_kwargs.get("db_cluster_identifier") is None:
            engine = db_kwargs["engine"]
            db_kwargs["engine_version"] = version = newest(engine, db_kwargs.get("engine_version"))
            if engine in ENGINES and family(engine, version or "") is None:
                raise InvalidParameterCombination(f"Cannot find version {version} for {engine}")
        return original(self, db_kwargs)

    @around(DBInstance, "update")
    def update(original: Any, self: DBInstance, **changes: Any) -> None:
        if changes.get("engine_version"):
            changes["engine_version"] = version = newest(self.engine, changes["engine_version"]) or ""
            if is_major_change(self.engine, self.engine_version, version) and not changes.get(
                "allow_major_version_upgrade"
            ):
                raise InvalidParameterCombination("The AllowMajorVersionUpgrade flag must be present when upgrading")
            if compare_versions(version, self.engine_version) < 0:
                raise InvalidParameterCombination(f"Cannot downgrade {self.engine} to {version}")
        original(self, **changes)


def offered_versions() -> None:
    """DescribeDBEngineVersions answers for the versions that this sandbox offers."""

    @add(RDSResponse)
    def describe_db_engine_versions(self: RDSResponse) -> ActionResult:
        return ActionResult({"DBEngineVersions": list(_offered(self.params))})


def offered_classes() -> None:
    """DescribeOrderableDBInstanceOptions offers every class with a well-known family for every engine that is known."""

    @around(RDSResponse, "describe_orderable_db_instance_options")
    def options(original: Any, self: RDSResponse) -> ActionResult:
        engine, named = str(self.params.get("Engine")), str(self.params.get("DBInstanceClass") or "db.m7g.large")
        known = engine in VERSIONS and _CLASS.fullmatch(named)
        versions = VERSIONS[engine] if known else ()
        rows = [{"Engine": engine, "EngineVersion": version, "DBInstanceClass": named} for version in versions]
        return ActionResult({"OrderableDBInstanceOptions": rows})


_CLASS = re.compile(r"db\.(serverless|(t|m|r|x|z|c)\d[a-z0-9]*\.(micro|small|medium|(\d*x?)large)(\..+)?)")


def _offered(asked: Any) -> Iterator[dict[str, Any]]:
    for engine, offered in VERSIONS.items():
        for version in offered[-1:] if asked.get("DefaultOnly") and not asked.get("EngineVersion") else offered:
            row = {"Engine": engine, "EngineVersion": version, "DBParameterGroupFamily": family(engine, version)}
            exact = all(asked.get(name) in (None, row[name]) for name in ("Engine", "DBParameterGroupFamily"))
            if exact and (asked.get("EngineVersion") is None or matches(asked["EngineVersion"], version)):
                logs = list(ENGINES[engine].log_types)
                described = {"DBEngineDescription": engine, "DBEngineVersionDescription": f"{engine} {version}"}
                yield row | described | {"ExportableLogTypes": logs, "SupportsLogExportsToCloudwatchLogs": bool(logs)}


def default_groups() -> None:
    """An instance that names no group has default.<family> and default:<engine>-<major>, of its own version."""

    @around(DBInstance, "default_db_parameter_group_details")
    def details(original: Any, self: DBInstance) -> tuple[str, str]:
        named = family(self.engine, self.engine_version)
        return (named, f"default.{named}") if named else original(self)

    @around(DBInstance, "__init__")
    def init(original: Any, self: DBInstance, *args: Any, **named: Any) -> None:
        original(self, *args, **named)
        _default_option_group(self)

    @around(DBInstance, "update")
    def update(original: Any, self: DBInstance, **changes: Any) -> None:
        self.option_group_supplied |= changes.get("option_group_name") is not None
        original(self, **changes)
        _default_option_group(self)


def _default_option_group(database: DBInstance) -> None:
    if database.db_cluster_identifier is None and not database.option_group_supplied and database.engine in ENGINES:
        number = major(database.engine, database.engine_version).replace(".", "-")
        database.option_group_name = f"default:{database.engine}-{number}"


def group_families() -> None:
    """A parameter group fits the instance's version; the default one of that version can be chosen by its name."""

    @around(RDSBackend, "create_db_instance")
    def create(original: Any, self: RDSBackend, db_kwargs: Any) -> Any:
        if db_kwargs.get("db_cluster_identifier") is None:
            _check_family(
                self, db_kwargs.get("db_parameter_group_name"), db_kwargs["engine"], db_kwargs["engine_version"]
            )
        return original(self, db_kwargs)

    @around(RDSBackend, "modify_db_instance")
    def modify(original: Any, self: RDSBackend, db_instance_identifier: str, db_kwargs: Any) -> DBInstance:
        database = self.describe_db_instances(db_instance_identifier)[0]
        version = newest(database.engine, db_kwargs.get("engine_version") or database.engine_version) or ""
        named = db_kwargs.get("db_parameter_group_name")
        if database.db_cluster_identifier is None and named:
            if named == f"default.{family(database.engine, version)}":
                _make_default(self, named)
            _check_family(self, named, database.engine, version)
        return original(self, db_instance_identifier, db_kwargs)  # type: ignore[no-any-return]


def _make_default(rds: RDSBackend, name: str) -> None:
    if name not in rds.db_parameter_groups:
        of = name.removeprefix("default.")
        made: Any = DBParameterGroup
        rds.db_parameter_groups[name] = made(rds, name, f"Default parameter group for {of}", of, [])


def _check_family(rds: RDSBackend, name: str | None, engine: str, version: str) -> None:
    needed = family(engine, version)
    if name is None or needed is None or name == f"default.{needed}":
        return
    group = rds.db_parameter_groups.get(name)
    if group is None:
        raise DBParameterGroupNotFoundError(name)
    if group.family != needed:
        raise InvalidParameterCombination(
            f"The parameter group {name} with DBParameterGroupFamily {group.family} can't be used for this instance. "
            f"Please use a parameter group with DBParameterGroupFamily {needed}."
        )
