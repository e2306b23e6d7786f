"""The spec of an option group: its engine, and its options with their settings, ports and security groups."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field as Limit
from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from rds_secure.fields import (
    Field,
    Int,
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


class _Setting(Reference):
    """A setting's value: any text, or the role that an option works with."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": ["string", "number", "boolean"]}

    def check(self, value: Any) -> Ref | Lookup | str:
        """The reference, or the text."""
        found = super().check(value)
        return str(found) if isinstance(found, str) else found


OptionName = Annotated[
    str, Pattern(r"[A-Za-z][A-Za-z0-9_-]{0,62}", "the name of an option such as TDE: letters, digits, _ and -")
]
SettingName = Annotated[str, Pattern(r"[A-Za-z][\w.-]{0,254}", "the name of a setting such as SQLNET.SSL_VERSION")]
SettingValue = Annotated[Ref | str, _Setting(("iam_role",), "arn", r"[^\x00]*", "the value of a setting")]
SecurityGroup = Annotated[
    Ref | Lookup | str,
    Reference(
        ("security_group",), "id", r"sg-[0-9a-f]{8,17}", "a group id such as sg-0123456789abcdef0", "security_group"
    ),
]


class Option(Part):
    """One option of a group."""

    settings: Annotated[
        dict[SettingName, SettingValue],
        Field(
            create="ModifyOptionGroup.OptionsToInclude[].OptionSettings",
            change="ModifyOptionGroup.OptionsToInclude[].OptionSettings",
            read="Options[].OptionSettings[].Value",
            terraform="option_settings",
            applies="window",
        ),
    ] = {}
    """Name → value, as the option takes it; a role by reference. Those that are not written stay as they are, but for
    SSL (TLS 1.2) and NATIVE_NETWORK_ENCRYPTION (required, with AES), which AWS sets up less securely. No password."""
    port: Annotated[
        Annotated[Int, Limit(ge=1, le=65535)] | None,
        Field(
            Mode.ADOPT,
            create="ModifyOptionGroup.OptionsToInclude[].Port",
            change="ModifyOptionGroup.OptionsToInclude[].Port",
            read="Options[].Port",
            terraform="port",
            applies="window",
        ),
    ] = None
    """The port of its own that it listens on, for options that do; the option's usual one if left out."""
    security_groups: Annotated[
        tuple[SecurityGroup, ...],
        OrLookup(),
        Field(
            create="ModifyOptionGroup.OptionsToInclude[].VpcSecurityGroupMemberships",
            change="ModifyOptionGroup.OptionsToInclude[].VpcSecurityGroupMemberships",
            read="Options[].VpcSecurityGroupMemberships[].VpcSecurityGroupId",
            terraform="vpc_security_group_memberships",
            applies="window",
        ),
    ] = ()
    """Who can connect to that port: security groups by reference or id, or a look-up that takes all it finds."""
    version: Annotated[
        Str | None,
        Field(
            Mode.ADOPT,
            create="ModifyOptionGroup.OptionsToInclude[].OptionVersion",
            change="ModifyOptionGroup.OptionsToInclude[].OptionVersion",
            read="Options[].OptionVersion",
            terraform="version",
            applies="window",
        ),
    ] = None
    """The version of the option, where it has some; AWS takes its default if left out."""


class OptionGroupSpec(Named, Tagged, ResourceSpec):
    """Options of an engine, for instances of one major version."""

    engine: Annotated[
        Str,
        Field(Mode.CREATE_ONLY, create="EngineName", read="EngineName", terraform="engine_name", applies="never"),
    ]
    """The engine whose options these are: oracle-ee, sqlserver-se, mysql, … Only its instances can have the group."""
    major_version: Annotated[
        Str,
        Field(
            Mode.CREATE_ONLY,
            create="MajorEngineVersion",
            read="MajorEngineVersion",
            terraform="major_engine_version",
            applies="never",
        ),
    ]
    """The engine's major version: 19, 15.00, 8.0. The group's name ends in it, so that another version makes another
    group."""
    description: Annotated[
        Str,
        Field(
            Mode.NOTED,
            create="OptionGroupDescription",
            read="OptionGroupDescription",
            terraform="option_group_description",
            applies="never",
        ),
    ] = "managed by rds-secure"
    """What it is for; fixed once the group exists."""
    options: Annotated[
        dict[OptionName, Option],
        Field(
            create="ModifyOptionGroup.OptionsToInclude",
            change="ModifyOptionGroup.OptionsToInclude",
            read="Options[].OptionName",
            terraform="option",
            applies="window",
        ),
    ] = {}
    """Name → option; {} takes it as it comes. Others are removed, but for those that AWS never lets go: TDE, Timezone,
    OLS. TDE makes encryption available, and encrypts nothing by itself."""
    when: Annotated[
        Literal["window", "now"], Field(Mode.META, change="ApplyImmediately", terraform="apply_immediately")
    ] = "window"
    """When a change reaches the databases that use the group: each in its maintenance window, or all of them now,
    together with everything parked."""
