"""The table of engines: one `Engine` each. Only documented facts; what nothing confirmed is marked "memory".

Sources: the texts of botocore's RDS model for CreateDBInstance, and AWS's API reference.
Instance classes, versions on offer and prices are not here: they change by region and by month.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

PORTS = range(1150, 65536)
"""The ports a database may listen on, whatever the engine; see also `Engine.refused_ports`."""

MASTER_NAME = r"[A-Za-z][A-Za-z0-9_]{0,15}"
"""A regular expression for master user names."""

DB_NAME = r"[A-Za-z][A-Za-z0-9_]*"
"""A regular expression for database names; their length is `Engine.db_name_length`."""

REFUSED_MASTER_NAMES = frozenset(
    {
        # Guessed first, and the defaults of consoles and tools; `admin` is also reserved by the PostgreSQL engines.
        *("admin", "administrator", "master", "postgres", "root", "sa", "user"),
        # Reserved by RDS: `rdsadmin` on every engine, `rdsproxyadmin` on Aurora MySQL, the others memory.
        *("rdsadmin", "rds_superuser", "rdsproxyadmin", "rdsrepladmin", "rdstopmgr"),
        # Accounts and roles of the engines themselves (memory).
        *("db2inst1", "dbo", "guest", "mysql", "oracle", "public", "sys", "system"),
    }
)
"""Names a master user must not have, in lower case."""


@dataclass(frozen=True, slots=True)
class Engine:
    """What is particular to one engine; sizes in GiB, lengths in characters."""

    name: str
    """As in ``CreateDBInstance.Engine``."""
    port: int
    """The default port."""
    log_types: tuple[str, ...]
    """Logs that can go to CloudWatch; which of them a version really has, only AWS knows."""
    password_length: tuple[int, int]
    tls: Mapping[str, str] = field(hash=False)
    """The one parameter that makes the server refuse unencrypted connections; empty where there is none (RDS-8)."""
    tls_apply_type: Literal["static", "dynamic"] = "dynamic"
    tls_since: tuple[int, ...] = ()
    """The first version that has the TLS parameter; empty: all have it."""
    storage_gib: Mapping[str, range] = field(default_factory=dict, hash=False)
    """Storage type → sizes; empty where the cluster's volume grows by itself."""
    gp3_settable_from_gib: int | None = None
    """From this size on IOPS and throughput of gp3 may be set (RDS-7)."""
    gp3_least: tuple[int, int] = (12000, 500)
    """The least IOPS and MiB/s of gp3 that can be set, which AWS gives anyway from that size on (user guide)."""
    growth_percent: int = 10
    """Storage that grows by less is rounded up to this (RDS-17)."""
    iops_per_gib: tuple[float, float] | None = None
    """The ratio that the IOPS of io1 must keep."""
    log_volume: bool = False
    """Whether the log can have a volume of its own (user guide)."""
    iam_auth: bool = False
    """Whether the database can authenticate IAM principals."""
    iam_since: tuple[int, ...] = ()
    """The first version that can; empty: all can."""
    licenses: tuple[str, ...] = ()
    """Whose license may be used."""
    character_sets: int = 0
    """How many character sets can be chosen: none, the database's, the national one as well."""
    timezone: bool = False
    """Whether a time zone can be chosen."""
    extended_support: bool = False
    """Whether AWS supports versions past their time, for a fee."""
    directory: bool = True
    """Whether a directory can sign people in."""
    password_refuses: str = '/"@'  # noqa: S105 - the characters, not a password
    db_name_length: int = 64
    """The longest database name; 0: none may be given."""
    refused_ports: frozenset[int] = frozenset()
    single_major_from: int | None = None
    """From this version on the first number alone is the major version; None: it always takes two."""
    family_separator: str = ""
    """Between engine and version in the name of a parameter group family."""
    clustered: bool = False
    """Aurora: the TLS parameter, logs, storage and IAM authentication belong to the cluster."""


def _sizes(smallest: int, largest: int) -> range:
    return range(smallest, largest + 1)


def _storage(ssd: range, provisioned: range, magnetic: range) -> Mapping[str, range]:
    return MappingProxyType(
        {"gp2": ssd, "gp3": ssd, "io1": provisioned, "io2": provisioned, "standard": magnetic},
    )


_REQUIRE_TLS = MappingProxyType({"require_secure_transport": "1"})
_FORCE_SSL = MappingProxyType({"rds.force_ssl": "1"})
_IAM_LOG = "iam-db-auth-error"

_MYSQL = Engine(
    name="mysql",
    port=3306,
    log_types=("audit", "error", "general", "slowquery", _IAM_LOG),
    password_length=(8, 41),
    tls=_REQUIRE_TLS,  # dynamic: no reboot (user guide, "Requiring SSL/TLS …")
    tls_since=(5, 7),
    storage_gib=_storage(_sizes(20, 65536), _sizes(100, 65536), _sizes(5, 3072)),
    gp3_settable_from_gib=400,
    iops_per_gib=(0.5, 50),
    log_volume=True,
    iam_auth=True,
    licenses=("general-public-license",),
    extended_support=True,
)
_MARIADB = replace(
    _MYSQL,
    name="mariadb",
    tls_since=(10, 5),
    iam_since=(10, 6),  # user guide, "Supported Regions and DB engines for IAM database authentication"
    extended_support=False,
    directory=False,
)
_POSTGRES = replace(
    _MYSQL,
    name="postgres",
    port=5432,
    log_types=("postgresql", "upgrade", _IAM_LOG),
    password_length=(8, 128),
    # Dynamic by the user guide's list of parameters; families up to postgres10 may still say static (issue threads).
    tls=_FORCE_SSL,
    tls_since=(),
    licenses=("postgresql-license",),
    db_name_length=63,
    single_major_from=10,
)
_ORACLE = Engine(
    name="oracle-ee",
    port=1521,
    log_types=("alert", "audit", "listener", "oemagent", "trace"),
    password_length=(8, 30),
    tls=MappingProxyType({}),  # by the options SSL or NATIVE_NETWORK_ENCRYPTION, never by a parameter (RDS-8, RDS-21)
    storage_gib=_storage(_sizes(20, 65536), _sizes(100, 65536), _sizes(10, 3072)),
    gp3_settable_from_gib=200,
    iops_per_gib=(0.5, 50),
    licenses=("bring-your-own-license", "license-included"),
    character_sets=2,
    password_refuses="/\"@&'",  # noqa: S106 - the characters, not a password
    db_name_length=8,
    single_major_from=18,
    family_separator="-",
)
_SQLSERVER = Engine(
    name="sqlserver-ee",
    port=1433,
    log_types=("agent", "error"),
    password_length=(8, 128),
    tls=_FORCE_SSL,
    tls_apply_type="static",  # user guide, "Using SSL with a Microsoft SQL Server DB instance"
    storage_gib=_storage(_sizes(20, 16384), _sizes(100, 16384), _sizes(20, 1024)),
    gp3_settable_from_gib=20,
    gp3_least=(3000, 125),
    growth_percent=0,
    iops_per_gib=(1, 50),
    licenses=("license-included", "bring-your-own-media"),
    character_sets=1,
    timezone=True,
    db_name_length=0,
    refused_ports=frozenset({1234, 1434, 3260, 3343, 3389, 47001, *range(49152, 49157)}),
    family_separator="-",
)
_DB2 = Engine(
    name="db2-se",
    port=50000,
    log_types=("diag.log", "notify.log", _IAM_LOG),
    password_length=(8, 255),
    tls=MappingProxyType({}),  # has SSL parameters of its own, of which none alone forces TLS (memory)
    storage_gib=MappingProxyType({"gp3": _sizes(20, 65536), "io1": _sizes(100, 65536), "io2": _sizes(100, 65536)}),
    gp3_settable_from_gib=400,  # memory
    iops_per_gib=(0.5, 50),
    licenses=("bring-your-own-license", "marketplace-license"),
    character_sets=1,
    timezone=True,
    family_separator="-",
)
_AURORA_MYSQL = Engine(
    name="aurora-mysql",
    port=3306,
    log_types=("audit", "error", "general", "instance", "slowquery", _IAM_LOG),
    password_length=(8, 41),
    tls=MappingProxyType({"require_secure_transport": "ON"}),
    tls_since=(5, 7),
    iam_auth=True,
    clustered=True,
)
_AURORA_POSTGRES = replace(
    _AURORA_MYSQL,
    name="aurora-postgresql",
    port=5432,
    log_types=("instance", "postgresql", _IAM_LOG),
    tls=_FORCE_SSL,
    tls_since=(),
    db_name_length=63,
    single_major_from=10,
)

ENGINES: Mapping[str, Engine] = MappingProxyType(
    {
        engine.name: engine
        for engine in (
            _POSTGRES,
            _MYSQL,
            _MARIADB,
            *(replace(_ORACLE, name=f"oracle-{edition}") for edition in ("ee", "ee-cdb", "se2", "se2-cdb")),
            *(replace(_SQLSERVER, name=f"sqlserver-{edition}") for edition in ("ee", "se", "ex", "web")),
            *(replace(_DB2, name=f"db2-{edition}") for edition in ("se", "ae", "ce")),
            _AURORA_POSTGRES,
            _AURORA_MYSQL,
        )
    }
)
"""Engine name → its facts. RDS Custom and SQL Server Developer are left out: nothing here is confirmed for them."""


def engine_of(name: str) -> Engine | None:
    """The facts of an engine; those of another edition of it where it is not in the table (oracle-se1)."""
    maker = name.partition("-")[0]
    return ENGINES.get(name) or next(
        (engine for engine in ENGINES.values() if not engine.clustered and engine.name.startswith(f"{maker}-")), None
    )
