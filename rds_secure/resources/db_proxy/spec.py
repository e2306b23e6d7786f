"""How a DB proxy is written: every field with its AWS parameter, its default, and how it is compared."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field as Limit

from rds_secure.fields import (
    Bool,
    Field,
    Int,
    Invalid,
    Mode,
    Named,
    OrLookup,
    Part,
    Pattern,
    Reference,
    ResourceSpec,
    Str,
    Tagged,
)
from rds_secure.values import Lookup, Ref

_NAME = r"[A-Za-z](-?[A-Za-z0-9]){0,62}"


class _SecretReference(Reference):
    """Never repeats what it refuses: it might be the secret itself."""

    def check(self, value: Any) -> Ref | Lookup | str:
        try:
            return super().check(value)
        except Invalid:
            if not isinstance(value, str) or "${" in value:
                raise
            fix = f"write {self.what}, or ${{db_instance.name}}"
            raise Invalid(f"this is not {self.what}", fix) from None


SecretArn = Annotated[
    Ref | str,
    _SecretReference(
        ("db_instance",),
        "secret",
        r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@!-]{1,519}",
        "the ARN of a secret",
    ),
]
Role = Annotated[
    Ref | str, Reference(("iam_role",), "arn", r"arn:aws[a-z-]*:iam::\d{12}:role/[!-~]+", "the ARN of a role")
]
SubnetId = Annotated[
    Ref | Lookup | str,
    Reference((), "id", r"subnet-[0-9a-f]{8,17}", "a subnet id such as subnet-0123456789abcdef0", lookup="subnet"),
]
SecurityGroup = Annotated[
    Ref | Lookup | str,
    Reference(
        ("security_group",), "id", r"sg-[0-9a-f]{8,17}", "a group id such as sg-0123456789abcdef0", "security_group"
    ),
]
Instance = Annotated[Ref | str, Reference(("db_instance",), "name", _NAME, "the identifier of a database")]
ClientAuth = Literal[
    "MYSQL_NATIVE_PASSWORD",
    "MYSQL_CACHING_SHA2_PASSWORD",
    "POSTGRES_SCRAM_SHA_256",
    "POSTGRES_MD5",
    "SQL_SERVER_AUTHENTICATION",
]
_POOL = "ModifyDBProxyTargetGroup.ConnectionPoolConfig"
_POOL_READ = "DescribeDBProxyTargetGroups.TargetGroups[].ConnectionPoolConfig"


class Secret(Part):
    """A secret with the name and password of a database user."""

    arn: Annotated[SecretArn, Field(create="Auth[].SecretArn", change="Auth[].SecretArn", read="Auth[].SecretArn")]
    """The ARN of the secret; a reference to a database yields that of its managed master password. Never the secret."""
    iam: Annotated[
        Literal["REQUIRED", "DISABLED", "ENABLED"],
        Field(create="Auth[].IAMAuth", change="Auth[].IAMAuth", read="Auth[].IAMAuth", terraform="iam_auth"),
    ] = "REQUIRED"
    """Whether clients sign in to the proxy with IAM, not with the password: REQUIRED, DISABLED, or for SQL Server
    ENABLED, where they may do either."""
    client_auth: Annotated[
        ClientAuth | None,
        Field(
            Mode.ADOPT,
            create="Auth[].ClientPasswordAuthType",
            change="Auth[].ClientPasswordAuthType",
            read="Auth[].ClientPasswordAuthType",
            terraform="client_password_auth_type",
        ),
    ] = None
    """How a client's password is checked, if it has one."""


class Pool(Part):
    """The connections that the proxy keeps to the database; all as AWS has them unless written."""

    max_percent: Annotated[
        Annotated[Int, Limit(ge=1, le=100)] | None,
        Field(
            Mode.ADOPT,
            change=f"{_POOL}.MaxConnectionsPercent",
            read=f"{_POOL_READ}.MaxConnectionsPercent",
            terraform="max_connections_percent",
        ),
    ] = None
    """The most connections, as a percentage of the database's max_connections."""
    idle_percent: Annotated[
        Annotated[Int, Limit(ge=0, le=100)] | None,
        Field(
            Mode.ADOPT,
            change=f"{_POOL}.MaxIdleConnectionsPercent",
            read=f"{_POOL_READ}.MaxIdleConnectionsPercent",
            terraform="max_idle_connections_percent",
        ),
    ] = None
    """How many of them may be idle; max_percent has to be written as well."""
    borrow_seconds: Annotated[
        Annotated[Int, Limit(ge=0, le=300)] | None,
        Field(
            Mode.ADOPT,
            change=f"{_POOL}.ConnectionBorrowTimeout",
            read=f"{_POOL_READ}.ConnectionBorrowTimeout",
            terraform="connection_borrow_timeout",
        ),
    ] = None
    """How long a client waits for a connection while all are busy."""
    pinning_filters: Annotated[
        tuple[Literal["EXCLUDE_VARIABLE_SETS"], ...] | None,
        Field(
            Mode.ADOPT,
            change=f"{_POOL}.SessionPinningFilters",
            read=f"{_POOL_READ}.SessionPinningFilters",
            terraform="session_pinning_filters",
            as_set=True,
        ),
    ] = None
    """Statements that do not tie a session to one connection; []: all do."""
    init_query: Annotated[
        Str | None,
        Field(
            Mode.ADOPT,
            change=f"{_POOL}.InitQuery",
            read=f"{_POOL_READ}.InitQuery",
            terraform="init_query",
        ),
    ] = None
    """SQL that is run on every new connection; "": none. Everyone who may describe the proxy can read it."""


class DbProxySpec(Named, Tagged, ResourceSpec):
    """A proxy in front of one database: with TLS and IAM authentication only, unless written otherwise."""

    engine_family: Annotated[
        Literal["MYSQL", "POSTGRESQL", "SQLSERVER"],
        Field(
            Mode.CREATE_ONLY,
            create="EngineFamily",
            read="EngineFamily",
            terraform="engine_family",
            applies="never",
        ),
    ]
    """What the database speaks: MYSQL (MariaDB too), POSTGRESQL or SQLSERVER. Fixed once the proxy exists."""
    secrets: Annotated[
        tuple[Secret, ...], Field(create="Auth", change="Auth", read="Auth", terraform="auth", as_set=True)
    ] = ()
    """The secrets that the proxy signs in to the database with, one per database user."""
    default_auth: Annotated[
        Literal["NONE", "IAM_AUTH"] | None,
        Field(
            Mode.ADOPT,
            create="DefaultAuthScheme",
            change="DefaultAuthScheme",
            read="DefaultAuthScheme",
            terraform="default_auth_scheme",
        ),
    ] = None
    """IAM_AUTH: the proxy signs in to the database with IAM too, and needs no secrets. NONE: with secrets only."""
    role: Annotated[Role, Field(create="RoleArn", change="RoleArn", read="RoleArn", terraform="role_arn")]
    """The role in which the proxy reads the secrets and decrypts them; it must trust rds.amazonaws.com."""
    subnets: Annotated[
        tuple[SubnetId, ...],
        OrLookup(),
        Field(
            Mode.CREATE_ONLY,
            create="VpcSubnetIds",
            read="VpcSubnetIds",
            terraform="vpc_subnet_ids",
            applies="never",
            as_set=True,
        ),
    ]
    """Subnets of one VPC, in two availability zones at least: ids, or a look-up that takes all it finds. Fixed."""
    security_groups: Annotated[
        tuple[SecurityGroup, ...],
        OrLookup(),
        Field(
            create="VpcSecurityGroupIds",
            change="SecurityGroups",
            read="VpcSecurityGroupIds",
            terraform="vpc_security_group_ids",
            as_set=True,
        ),
    ]
    """The security groups of the proxy; those of the database must let them in."""
    require_tls: Annotated[
        Bool, Field(create="RequireTLS", change="RequireTLS", read="RequireTLS", terraform="require_tls")
    ] = True
    """Whether clients must connect with TLS."""
    idle_seconds: Annotated[
        Annotated[Int, Limit(ge=1, le=28800)] | None,
        Field(
            Mode.ADOPT,
            create="IdleClientTimeout",
            change="IdleClientTimeout",
            read="IdleClientTimeout",
            terraform="idle_client_timeout",
        ),
    ] = None
    """After how many idle seconds a client is disconnected."""
    debug_logging: Annotated[
        Bool, Field(create="DebugLogging", change="DebugLogging", read="DebugLogging", terraform="debug_logging")
    ] = False
    """Whether the text of queries goes to its log, secrets in it included."""
    network_type: Annotated[
        Literal["IPV4", "IPV6", "DUAL"] | None,
        Field(
            Mode.CREATE_ONLY,
            create="EndpointNetworkType",
            read="EndpointNetworkType",
            terraform="endpoint_network_type",
            applies="never",
        ),
    ] = None
    """The IP versions of its endpoint: IPV4 unless written. Fixed."""
    target_network_type: Annotated[
        Literal["IPV4", "IPV6"] | None,
        Field(
            Mode.CREATE_ONLY,
            create="TargetConnectionNetworkType",
            read="TargetConnectionNetworkType",
            terraform="target_connection_network_type",
            applies="never",
        ),
    ] = None
    """The IP version of its connections to the database: IPV4 unless written. Fixed."""
    instance: Annotated[
        Instance | None,
        Field(
            create="RegisterDBProxyTargets.DBInstanceIdentifiers",
            change="RegisterDBProxyTargets.DBInstanceIdentifiers",
            read="DescribeDBProxyTargets.Targets[].RdsResourceId",
            terraform="db_instance_identifier",
        ),
    ] = None
    """The database behind it. One of `instance` and `cluster` is written."""
    cluster: Annotated[
        Annotated[str, Pattern(_NAME, "the identifier of a cluster: letters, digits and single hyphens")] | None,
        Field(
            create="RegisterDBProxyTargets.DBClusterIdentifiers",
            change="RegisterDBProxyTargets.DBClusterIdentifiers",
            read="DescribeDBProxyTargets.Targets[].TrackedClusterId",
            terraform="db_cluster_identifier",
        ),
    ] = None
    """The cluster behind it, by its identifier, in place of `instance`."""
    pool: Annotated[Pool, Field()] = Pool()
    """Its connections to the database."""
