"""The spec of a database instance: every field with its AWS parameter, its default, and how it is compared."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field as Limit

from rds_secure import engines
from rds_secure.fields import (
    Bool,
    Field,
    Int,
    Mode,
    Named,
    OrLookup,
    Pattern,
    Reference,
    ResourceSpec,
    Str,
    Tagged,
)
from rds_secure.values import Lookup, Ref

_KEY = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32}"
_ARN = r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}"

KmsKey = Annotated[
    Ref | Lookup | str,
    Reference(
        ("kms_key",),
        "arn",
        rf"({_ARN}:key/)?({_KEY})",
        "a key's id, ARN or alias",
        lookup="kms_key",
        alias=rf"({_ARN}:)?alias/[A-Za-z0-9/_-]+",
    ),
]
SecurityGroup = Annotated[
    Ref | Lookup | str,
    Reference(
        ("security_group",), "id", r"sg-[0-9a-f]{8,17}", "a group id such as sg-0123456789abcdef0", "security_group"
    ),
]
SubnetGroup = Annotated[
    Ref | str, Reference(("db_subnet_group",), "name", r"[A-Za-z][\w .-]{0,254}", "the name of a subnet group")
]
ParameterGroup = Annotated[
    Ref | str,
    Reference(
        ("db_parameter_group",),
        "name",
        r"[A-Za-z](-?[A-Za-z0-9]){0,254}|default\.[a-z0-9.-]+",
        "the name of a parameter group",
    ),
]
OptionGroup = Annotated[
    Ref | str,
    Reference(
        ("option_group",),
        "name",
        r"[A-Za-z](-?[A-Za-z0-9]){0,254}|default:[a-z0-9.-]+",
        "the name of an option group",
    ),
]
MANAGED: Final = "managed"
UNMANAGED: Final = "unmanaged"
_TIME = r"([01]\d|2[0-3]):[0-5]\d"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = f"(?:{'|'.join(''.join(f'[{letter}{letter.upper()}]' for letter in day) for day in _DAYS)})"
"""In any case, without a flag: editors read the pattern as JavaScript does."""


class DbInstanceSpec(Named, Tagged, ResourceSpec):
    """A database: encrypted, private, with TLS forced where one parameter does it, unless written otherwise."""

    engine: Annotated[Str, Field(Mode.CREATE_ONLY, create="Engine", read="Engine", terraform="engine", applies="never")]
    """The engine: postgres, mysql, mariadb, oracle-…, sqlserver-… or db2-…."""
    engine_version: Annotated[
        Str | None,
        Field(
            Mode.PREFIX,
            create="EngineVersion",
            change="EngineVersion",
            read="EngineVersion",
            terraform="engine_version",
            applies="window",
        ),
    ] = None
    """The version, or the beginning of it: "16" is any 16.x. Newer minor versions are no difference. A major upgrade
    takes the parameter group of the new family along."""
    instance_class: Annotated[
        str,
        Pattern(r"db\.[a-z0-9-]+(\.[a-z0-9-]+)*", "an instance class such as db.m7g.large"),
        Field(
            create="DBInstanceClass",
            change="DBInstanceClass",
            read="DBInstanceClass",
            terraform="instance_class",
            applies="window",
        ),
    ]
    """Processor and memory, such as db.m7g.large."""
    storage_gib: Annotated[
        Int,
        Limit(ge=1),
        Field(
            Mode.FLOOR,
            create="AllocatedStorage",
            change="AllocatedStorage",
            read="AllocatedStorage",
            terraform="allocated_storage",
            applies="window",
        ),
    ]
    """Storage in GiB, at least: it grows, by 10 % at least, and never shrinks."""
    max_storage_gib: Annotated[
        Annotated[Int, Limit(ge=0)] | None,
        Field(
            Mode.ADOPT,
            create="MaxAllocatedStorage",
            change="MaxAllocatedStorage",
            read="MaxAllocatedStorage",
            terraform="max_allocated_storage",
            applies="now",
        ),
    ] = None
    """How far AWS may let the storage grow by itself, in GiB; 0: not at all."""
    storage_type: Annotated[
        Literal["gp2", "gp3", "io1", "io2", "standard"] | None,
        Field(
            Mode.ADOPT,
            create="StorageType",
            change="StorageType",
            read="StorageType",
            terraform="storage_type",
            applies="window",
        ),
    ] = None
    """The kind of storage; AWS takes gp3."""
    encrypted: Annotated[
        Bool,
        Field(
            Mode.CREATE_ONLY,
            create="StorageEncrypted",
            read="StorageEncrypted",
            terraform="storage_encrypted",
            applies="never",
        ),
    ] = True
    """Whether storage, backups and snapshots are encrypted; fixed once the database exists."""
    kms_key: Annotated[
        KmsKey | None,
        Field(Mode.CREATE_ONLY, create="KmsKeyId", read="KmsKeyId", terraform="kms_key_id", applies="never"),
    ] = None
    """The key that encrypts them: a kms_key, an id, an ARN, an alias or a look-up; fixed once the database exists.
    Left out: AWS's own key for RDS."""
    security_groups: Annotated[
        tuple[SecurityGroup, ...],
        OrLookup(),
        Field(
            create="VpcSecurityGroupIds",
            change="VpcSecurityGroupIds",
            read="VpcSecurityGroups[].VpcSecurityGroupId",
            terraform="vpc_security_group_ids",
            applies="now",
            as_set=True,
        ),
    ]
    """Who can connect: security groups by reference or id, or a look-up that takes all it finds."""
    subnet_group: Annotated[
        SubnetGroup,
        Field(
            Mode.CREATE_ONLY,
            create="DBSubnetGroupName",
            read="DBSubnetGroup.DBSubnetGroupName",
            terraform="db_subnet_group_name",
            applies="never",
        ),
    ]
    """The subnets it may be placed in: a db_subnet_group, or the name of one."""
    parameter_group: Annotated[
        ParameterGroup | None,
        Field(
            Mode.ADOPT,
            create="DBParameterGroupName",
            change="DBParameterGroupName",
            read="DBParameterGroups[0].DBParameterGroupName",
            terraform="parameter_group_name",
            applies="reboot",
        ),
    ] = None
    """Its parameters: a db_parameter_group, or the name of one. Left out: a group of its own that forces TLS, where one
    parameter of the engine does that; then engine_version is required."""
    option_group: Annotated[
        OptionGroup | None,
        Field(
            Mode.ADOPT,
            create="OptionGroupName",
            change="OptionGroupName",
            read="OptionGroupMemberships[].OptionGroupName",
            terraform="option_group_name",
            applies="window",
        ),
    ] = None
    """Its options, such as TDE: an option_group, or the name of one, for its engine and major version."""
    port: Annotated[
        Int | None,
        Field(Mode.ADOPT, create="Port", change="DBPortNumber", read="Endpoint.Port", terraform="port", applies="now"),
    ] = None
    """The port it listens on, 1150 to 65535; the engine's own if left out. A change restarts it at once."""
    db_name: Annotated[
        str | None,
        Pattern(engines.DB_NAME, "a database name: letters, digits and underscores, a letter first"),
        Field(Mode.CREATE_ONLY, create="DBName", read="DBName", terraform="db_name", applies="never"),
    ] = None
    """A database to create inside it at first."""
    master_username: Annotated[
        str,
        Pattern(engines.MASTER_NAME, "a user name: 1 to 16 letters, digits and underscores, a letter first"),
        Field(Mode.CREATE_ONLY, create="MasterUsername", read="MasterUsername", terraform="username", applies="never"),
    ] = "dbowner"
    """The name of its first user; never one of those that are guessed first, such as admin."""
    master_password: Annotated[
        Literal["managed", "unmanaged"],
        Field(
            create="ManageMasterUserPassword",
            change="ManageMasterUserPassword",
            read="MasterUserSecret.SecretArn",
            terraform="manage_master_user_password",
            applies="now",
        ),
    ] = MANAGED
    """managed: RDS makes the password, keeps it in Secrets Manager and rotates it. unmanaged: it is left as it is,
    which needs a database that exists. No password is ever written in a spec."""
    master_secret_key: Annotated[
        KmsKey | None,
        Field(
            Mode.CREATE_ONLY,
            create="MasterUserSecretKmsKeyId",
            change="MasterUserSecretKmsKeyId",
            read="MasterUserSecret.KmsKeyId",
            terraform="master_user_secret_kms_key_id",
            applies="never",
        ),
    ] = None
    """The key that encrypts the managed password; fixed once it is managed. Left out: the kms_key of the instance, or
    else AWS's own key for Secrets Manager."""
    iam_auth: Annotated[
        Bool | None,
        Field(
            Mode.ADOPT,
            create="EnableIAMDatabaseAuthentication",
            change="EnableIAMDatabaseAuthentication",
            read="IAMDatabaseAuthenticationEnabled",
            terraform="iam_database_authentication_enabled",
            applies="window",
        ),
    ] = None
    """Whether IAM users and roles can sign in without a password. Left out: true where the engine has it."""
    multi_az: Annotated[
        Bool | None,
        Field(Mode.ADOPT, create="MultiAZ", change="MultiAZ", read="MultiAZ", terraform="multi_az", applies="window"),
    ] = None
    """Whether a standby waits in a second availability zone, which doubles the price."""
    public: Annotated[
        Bool,
        Field(
            create="PubliclyAccessible",
            change="PubliclyAccessible",
            read="PubliclyAccessible",
            terraform="publicly_accessible",
            applies="now",
        ),
    ] = False
    """Whether it has an address on the internet."""
    backup_days: Annotated[
        Int,
        Limit(ge=0, le=35),
        Field(
            create="BackupRetentionPeriod",
            change="BackupRetentionPeriod",
            read="BackupRetentionPeriod",
            terraform="backup_retention_period",
            applies="window",
        ),
    ] = 7
    """For how many days automated backups are kept, 0 to 35; 0: none are made. Only a change to or from 0
    waits for the window."""
    backup_window: Annotated[
        str | None,
        Pattern(rf"{_TIME}-{_TIME}", "a daily window in UTC such as 02:00-02:30"),
        Field(
            Mode.ADOPT,
            create="PreferredBackupWindow",
            change="PreferredBackupWindow",
            read="PreferredBackupWindow",
            terraform="backup_window",
            applies="now",
        ),
    ] = None
    """When backups are made, every day, UTC, half an hour at least: 02:00-02:30."""
    maintenance_window: Annotated[
        str | None,
        Pattern(rf"{_DAY}:{_TIME}-{_DAY}:{_TIME}", "a weekly window in UTC such as sun:03:00-sun:04:00"),
        Field(
            Mode.ADOPT,
            create="PreferredMaintenanceWindow",
            change="PreferredMaintenanceWindow",
            read="PreferredMaintenanceWindow",
            terraform="maintenance_window",
            applies="now",
        ),
    ] = None
    """When AWS may restart it, once a week, UTC, half an hour at least: sun:03:00-sun:04:00."""
    deletion_protection: Annotated[
        Bool,
        Field(
            create="DeletionProtection",
            change="DeletionProtection",
            read="DeletionProtection",
            terraform="deletion_protection",
            applies="now",
        ),
    ] = True
    """Whether AWS refuses to delete it."""
    minor_upgrades: Annotated[
        Bool,
        Field(
            create="AutoMinorVersionUpgrade",
            change="AutoMinorVersionUpgrade",
            read="AutoMinorVersionUpgrade",
            terraform="auto_minor_version_upgrade",
            applies="now",
        ),
    ] = True
    """Whether AWS installs newer minor versions in the maintenance window."""
    log_exports: Annotated[
        tuple[Str, ...] | None,
        Field(
            Mode.ADOPT,
            create="EnableCloudwatchLogsExports",
            change="CloudwatchLogsExportConfiguration",
            read="EnabledCloudwatchLogsExports",
            terraform="enabled_cloudwatch_logs_exports",
            applies="now",
            as_set=True,
        ),
    ] = None
    """Logs that go to CloudWatch, by the engine's names for them; []: none."""
    copy_tags: Annotated[
        Bool,
        Field(
            create="CopyTagsToSnapshot",
            change="CopyTagsToSnapshot",
            read="CopyTagsToSnapshot",
            terraform="copy_tags_to_snapshot",
            applies="now",
        ),
    ] = True
    """Whether snapshots carry its tags."""
    when: Annotated[
        Literal["window", "now"], Field(Mode.META, change="ApplyImmediately", terraform="apply_immediately")
    ] = "window"
    """When a change that AWS can defer is made: in the maintenance window, or now, together with everything parked."""
