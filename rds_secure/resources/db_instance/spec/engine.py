"""What runs: engine, version, class, groups of parameters and options; how it is encrypted is in `storage`."""

from __future__ import annotations

from typing import Annotated, Literal

from rds_secure import engines
from rds_secure.database.types import GROUP_NAME
from rds_secure.fields import Field, Mode, Part, Pattern, Reference, Str
from rds_secure.values import Ref

ParameterGroup = Annotated[
    Ref | str, Reference(("db_parameter_group",), "name", GROUP_NAME, "the name of a parameter group")
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


class EngineFields(Part):
    """What runs."""

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
    db_name: Annotated[
        str | None,
        Pattern(engines.DB_NAME, "a database name: letters, digits and underscores, a letter first"),
        Field(Mode.CREATE_ONLY, create="DBName", read="DBName", terraform="db_name", applies="never"),
    ] = None
    """A database to create inside it at first."""
    license: Annotated[
        Str | None,
        Field(
            Mode.ADOPT,
            create="LicenseModel",
            change="LicenseModel",
            read="LicenseModel",
            terraform="license_model",
            applies="window",
        ),
    ] = None
    """Whose license is used, where the engine leaves a choice: license-included, bring-your-own-license, …; a change is
    an outage."""
    character_set: Annotated[
        Str | None,
        Field(
            Mode.CREATE_ONLY,
            create="CharacterSetName",
            read="CharacterSetName",
            terraform="character_set_name",
            applies="never",
        ),
    ] = None
    """The character set, or collation, of a Db2, Oracle or SQL Server database."""
    nchar_character_set: Annotated[
        Str | None,
        Field(
            Mode.CREATE_ONLY,
            create="NcharCharacterSetName",
            read="NcharCharacterSetName",
            terraform="nchar_character_set_name",
            applies="never",
        ),
    ] = None
    """The national character set of an Oracle database."""
    timezone: Annotated[
        Str | None,
        Field(Mode.CREATE_ONLY, create="Timezone", read="Timezone", terraform="timezone", applies="never"),
    ] = None
    """The time zone of a Db2 or SQL Server instance."""
    lifecycle_support: Annotated[
        Literal["open-source-rds-extended-support", "open-source-rds-extended-support-disabled"] | None,
        Field(
            Mode.ADOPT,
            create="EngineLifecycleSupport",
            change="EngineLifecycleSupport",
            read="EngineLifecycleSupport",
            terraform="engine_lifecycle_support",
            applies="now",
        ),
    ] = None
    """Whether AWS goes on supporting MySQL and PostgreSQL versions past their time, for a fee."""
