"""What runs in a cluster: engine, version, size, parameters. Where its data lies is in `storage`."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, WithJsonSchema
from pydantic import Field as Limit

from rds_secure import engines
from rds_secure.database.types import DAY, GROUP_NAME, TIME
from rds_secure.fields import Bool, Field, Int, Invalid, Mode, Part, Pattern, Reference, Str
from rds_secure.interpolation import shown
from rds_secure.values import Ref

ParameterGroup = Annotated[
    Ref | str,
    Reference(("db_cluster_parameter_group",), "name", GROUP_NAME, "the name of a cluster parameter group"),
]
InstanceParameterGroup = Annotated[
    Ref | str,
    Reference(("db_parameter_group",), "name", GROUP_NAME, "the name of a parameter group"),
]


def _capacity(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str) and re.fullmatch(r"\d{1,3}(\.[05]0?)?", value):
        return float(value)
    raise Invalid(f"{shown(value)} is not a number of capacity units", "write one in half steps, such as 0.5 or 16")


Capacity = Annotated[
    float,
    BeforeValidator(_capacity),
    Limit(ge=0, le=256),
    WithJsonSchema({"type": ["number", "string"], "minimum": 0, "maximum": 256, "pattern": r"^\d{1,3}(\.[05]0?)?$"}),
]


class Serverless(Part):
    """Between what the instances of class db.serverless scale, in Aurora capacity units of about 2 GiB."""

    min: Annotated[
        Capacity,
        Field(
            create="ServerlessV2ScalingConfiguration.MinCapacity",
            change="ServerlessV2ScalingConfiguration.MinCapacity",
            read="ServerlessV2ScalingConfiguration.MinCapacity",
            terraform="min_capacity",
            applies="now",
        ),
    ]
    """The least, in half steps; 0 where the version can pause."""
    max: Annotated[
        Capacity,
        Field(
            create="ServerlessV2ScalingConfiguration.MaxCapacity",
            change="ServerlessV2ScalingConfiguration.MaxCapacity",
            read="ServerlessV2ScalingConfiguration.MaxCapacity",
            terraform="max_capacity",
            applies="now",
        ),
    ]
    """The most, in half steps, up to 256."""
    pause_seconds: Annotated[
        Annotated[Int, Limit(ge=300, le=86400)] | None,
        Field(
            Mode.ADOPT,
            create="ServerlessV2ScalingConfiguration.SecondsUntilAutoPause",
            change="ServerlessV2ScalingConfiguration.SecondsUntilAutoPause",
            read="ServerlessV2ScalingConfiguration.SecondsUntilAutoPause",
            terraform="seconds_until_auto_pause",
            applies="now",
        ),
    ] = None
    """After how many idle seconds an instance pauses, 300 to 86400, where the least is 0."""


class EngineFields(Part):
    """What runs."""

    engine: Annotated[Str, Field(Mode.CREATE_ONLY, create="Engine", read="Engine", terraform="engine", applies="never")]
    """aurora-postgresql or aurora-mysql; postgres or mysql for a Multi-AZ DB cluster."""
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
    takes the cluster parameter group of the new family along."""
    instance_class: Annotated[
        str | None,
        Pattern(r"db\.[a-z0-9-]+(\.[a-z0-9-]+)*", "an instance class such as db.m6gd.large"),
        Field(
            Mode.ADOPT,
            create="DBClusterInstanceClass",
            change="DBClusterInstanceClass",
            read="DBClusterInstanceClass",
            terraform="db_cluster_instance_class",
            applies="window",
        ),
    ] = None
    """Processor and memory of the instances of a Multi-AZ DB cluster, which needs one. Those of Aurora say it
    themselves."""
    serverless: Annotated[
        Serverless | None,
        Field(
            Mode.ADOPT,
            create="ServerlessV2ScalingConfiguration",
            change="ServerlessV2ScalingConfiguration",
            read="ServerlessV2ScalingConfiguration",
            terraform="serverlessv2_scaling_configuration",
            applies="now",
        ),
    ] = None
    """Between what the instances of class db.serverless scale. Aurora only."""
    parameter_group: Annotated[
        ParameterGroup | None,
        Field(
            Mode.ADOPT,
            create="DBClusterParameterGroupName",
            change="DBClusterParameterGroupName",
            read="DBClusterParameterGroup",
            terraform="db_cluster_parameter_group_name",
            applies="reboot",
        ),
    ] = None
    """Its parameters: a db_cluster_parameter_group, or the name of one. Left out: a group of its own that forces TLS;
    then engine_version is required."""
    instance_parameter_group: Annotated[
        InstanceParameterGroup | None,
        Field(Mode.META, change="DBInstanceParameterGroupName", terraform="db_instance_parameter_group_name"),
    ] = None
    """The db_parameter_group, or the name of one, that the instances of an Aurora cluster get by a major upgrade: of
    the new family, and the one that is written there. Left out: the default group of that family."""
    db_name: Annotated[
        str | None,
        Pattern(engines.DB_NAME, "a database name: letters, digits and underscores, a letter first"),
        Field(Mode.CREATE_ONLY, create="DatabaseName", read="DatabaseName", terraform="database_name", applies="never"),
    ] = None
    """A database to create inside it at first."""
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
    """Whether a version past its end of standard support is kept patched, which costs extra; AWS says yes. Disabled: a
    cluster of such a version cannot be made."""
    minor_upgrades: Annotated[
        Bool | None,
        Field(
            Mode.ADOPT,
            create="AutoMinorVersionUpgrade",
            change="AutoMinorVersionUpgrade",
            read="AutoMinorVersionUpgrade",
            terraform="auto_minor_version_upgrade",
            applies="now",
        ),
    ] = None
    """Whether AWS installs newer minor versions in the maintenance window. Left out: true for a Multi-AZ DB cluster;
    for Aurora as its instances say."""
    maintenance_window: Annotated[
        str | None,
        Pattern(rf"{DAY}:{TIME}-{DAY}:{TIME}", "a weekly window in UTC such as sun:03:00-sun:04:00"),
        Field(
            Mode.ADOPT,
            create="PreferredMaintenanceWindow",
            change="PreferredMaintenanceWindow",
            read="PreferredMaintenanceWindow",
            terraform="preferred_maintenance_window",
            applies="now",
        ),
    ] = None
    """When AWS may restart it, once a week, UTC, half an hour at least: sun:03:00-sun:04:00."""
    when: Annotated[
        Literal["window", "now"], Field(Mode.META, change="ApplyImmediately", terraform="apply_immediately")
    ] = "window"
    """When a change that AWS can defer is made: in the maintenance window, or now, together with everything parked."""
