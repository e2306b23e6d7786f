"""RDS option groups: which there can be, what their options are made of, and that options and groups in use stay.

What an engine offers is moto's own record of AWS's answers; for versions that it lacks there are no options.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.rds.exceptions import (
    InvalidParameterCombination,
    InvalidParameterValue,
    OptionGroupNotFoundFaultError,
    RDSClientError,
)
from moto.rds.models import DBInstance, DBInstanceAutomatedBackup, DBSnapshot, OptionGroup, RDSBackend
from moto.utilities.utils import get_partition

from rds_secure.engines import ENGINES, option_group_fits, option_group_version
from rds_secure.sandbox.repairs.patch import add_property, around, replace_property

NAME = re.compile(r"(?!.*--)[a-zA-Z][a-zA-Z0-9-]{0,254}(?<!-)")
Described = dict[str, Any]


def option_groups() -> None:
    """A group has a valid name that is not taken, and is of any major version of any engine but Aurora."""

    @around(RDSBackend, "create_option_group")
    def create(original: Any, self: RDSBackend, asked: Mapping[str, Any]) -> OptionGroup:
        name, engine, version = asked["option_group_name"], asked["engine_name"], asked["major_engine_version"]
        if not NAME.fullmatch(name):
            raise InvalidParameterValue(f"The parameter OptionGroupName {name} is not a valid identifier.")
        if name in self.option_groups:
            raise RDSClientError("OptionGroupAlreadyExistsFault", f"An option group named {name} already exists.")
        if engine not in ENGINES or ENGINES[engine].clustered:
            raise InvalidParameterValue(f"Invalid DB engine: {engine}")
        if option_group_version(engine, version) != version:
            raise InvalidParameterCombination(f"Cannot find major version {version} for {engine}")
        self.option_groups[name] = made = OptionGroup(self, **asked)
        return made


def option_group_lists() -> None:
    """DescribeOptionGroups lists all groups, none too, and finds one by its name in any case (RDS-5)."""

    @around(RDSBackend, "describe_option_groups")
    def describe(original: Any, self: RDSBackend, asked: Mapping[str, Any]) -> list[OptionGroup]:
        if name := asked.get("option_group_name"):
            return [_group(self, name)]
        return [
            group
            for group in self.option_groups.values()
            if asked.get("engine_name") in (None, group.engine_name)
            and asked.get("major_engine_version") in (None, group.major_engine_version)
        ]


def offered_options() -> None:
    """DescribeOptionGroupOptions answers for every engine and version, of which some have no options."""

    @around(RDSBackend, "describe_option_group_options")
    def describe(original: Any, engine_name: str, major_engine_version: str | None = None) -> list[Described]:
        if engine_name not in ENGINES:
            raise InvalidParameterValue(f"Invalid DB engine: {engine_name}")
        try:
            offered: list[Described] = original(engine_name, major_engine_version)
        except (InvalidParameterCombination, InvalidParameterValue):
            return []
        return offered


def options() -> None:
    """An option is offered, has all its settings, its port and security groups, and changes bit by bit (RDS-9)."""
    replace_property(OptionGroup, "options", lambda group: [group._options[name] for name in sorted(group._options)])

    @around(RDSBackend, "modify_option_group")
    def modify(
        original: Any,
        self: RDSBackend,
        option_group_name: str,
        options_to_include: Iterable[Mapping[str, Any]] | None = None,
        options_to_remove: Iterable[str] | None = None,
    ) -> OptionGroup:
        group = _group(self, option_group_name)
        included, removed = list(options_to_include or ()), set(options_to_remove or ())
        if not included and not removed:
            raise InvalidParameterValue("At least one option must be added, modified, or removed.")
        there = {name: deepcopy(option) for name, option in group._options.items() if name not in removed}
        offered = {item["Name"]: item for item in _offered(self, group)}
        for asked in included:
            name = asked["OptionName"]
            if name not in offered:
                raise InvalidParameterValue(f"Unrecognized option name: {name}")
            there[name] = _changed(self, there.get(name) or _new(offered[name]), asked, offered[name])
        for name in there:
            for other in offered[name].get("OptionsConflictsWith") or ():
                if other in there:  # RDS-21
                    raise InvalidParameterCombination(f"The option {name} conflicts with {other}")
            for other in offered[name].get("OptionsDependedOn") or ():
                if other not in there:
                    raise InvalidParameterCombination(f"The option {name} depends on {other}")
        group._options = there
        return group


def option_locks() -> None:
    """A permanent option stays in its group, a persistent one while a database or a snapshot uses it (RDS-9)."""

    @around(RDSBackend, "modify_option_group")
    def modify(original: Any, self: RDSBackend, name: str, included: Any = None, removed: Any = None) -> OptionGroup:
        group = _group(self, name)
        for option in (group._options[item] for item in removed or () if item in group._options):
            if option["Permanent"] or (option["Persistent"] and _used(self, name)):
                raise InvalidParameterCombination(f"The option {option['OptionName']} cannot be removed from {name}")
        return original(self, name, included, removed)  # type: ignore[no-any-return]


def option_groups_in_use() -> None:
    """A group that a database or a snapshot uses is not deleted; nor is a default one (RDS-10)."""

    @around(RDSBackend, "delete_option_group")
    def delete(original: Any, self: RDSBackend, option_group_name: str) -> OptionGroup:
        _group(self, option_group_name)
        if _used(self, option_group_name):
            raise RDSClientError(
                "InvalidOptionGroupStateFault", f"The option group '{option_group_name}' cannot be deleted: it is used."
            )
        return original(self, option_group_name)  # type: ignore[no-any-return]


def option_group_fit() -> None:
    """An instance has a group that exists and is of its engine and version; its backups say which (RDS-9)."""
    add_property(
        DBInstanceAutomatedBackup,
        "option_group_name",
        lambda backup: getattr(backup.automated_snapshots[-1], "option_group_name", None),
    )

    @around(RDSBackend, "create_db_instance")
    def create(original: Any, self: RDSBackend, db_kwargs: Any) -> Any:
        if db_kwargs.get("db_cluster_identifier") is None:
            _check_fit(self, db_kwargs, db_kwargs["engine"], db_kwargs.get("engine_version"))
        return original(self, db_kwargs)

    @around(RDSBackend, "modify_db_instance")
    def modify(original: Any, self: RDSBackend, db_instance_identifier: str, db_kwargs: Any) -> Any:
        database = self.describe_db_instances(db_instance_identifier)[0]
        if database.db_cluster_identifier is None:
            _check_fit(self, db_kwargs, database.engine, db_kwargs.get("engine_version") or database.engine_version)
        return original(self, db_instance_identifier, db_kwargs)

    @around(DBSnapshot, "__init__")
    def init(
        original: Any, self: DBSnapshot, backend: RDSBackend, database: DBInstance, *more: Any, **named: Any
    ) -> None:
        original(self, backend, database, *more, **named)
        snapshot: Any = self  # it has no such field of its own
        snapshot.option_group_name = getattr(database, "option_group_name", None)


def _group(rds: RDSBackend, name: str) -> OptionGroup:
    if name not in rds.option_groups:
        raise OptionGroupNotFoundFaultError(name)
    return rds.option_groups[name]


def _offered(rds: RDSBackend, group: OptionGroup) -> list[Described]:
    return rds.describe_option_group_options(group.engine_name, group.major_engine_version)


def _used(rds: RDSBackend, name: str) -> bool:
    holders = (*rds.databases.values(), *rds.database_snapshots.values())
    return any(str(getattr(holder, "option_group_name", "")).lower() == name.lower() for holder in holders)


def _check_fit(rds: RDSBackend, asked: Any, engine: str, version: str | None) -> None:
    name = asked.get("option_group_name")
    if not name or name.startswith("default:"):
        return
    group = _group(rds, name)
    if not option_group_fits(engine, version or "", group.engine_name, group.major_engine_version):
        raise InvalidParameterCombination(
            f"The option group {name} is associated with {group.engine_name} {group.major_engine_version} and cannot "
            f"be used with {engine} {version}"
        )
    asked["option_group_name"] = group.name


def _new(offered: Described) -> Described:
    versions = [item["Version"] for item in offered.get("OptionGroupOptionVersions") or () if item.get("IsDefault")]
    return {
        "OptionName": offered["Name"],
        "OptionDescription": offered["Description"],
        "Persistent": offered["Persistent"],
        "Permanent": offered["Permanent"],
        "Port": offered.get("DefaultPort"),
        "OptionVersion": versions[0] if versions else None,
        "OptionSettings": [
            {
                "Name": setting["SettingName"],
                "Value": setting.get("DefaultValue"),
                "DefaultValue": setting.get("DefaultValue"),
                "AllowedValues": setting.get("AllowedValues"),
                "ApplyType": setting.get("ApplyType"),
                "IsModifiable": setting.get("IsModifiable"),
            }
            for setting in offered.get("OptionGroupOptionSettings") or ()
        ],
        "DBSecurityGroupMemberships": [],
        "VpcSecurityGroupMemberships": [],
    }


def _changed(rds: RDSBackend, option: Described, asked: Mapping[str, Any], offered: Described) -> Described:
    name = option["OptionName"]
    versions = [item["Version"] for item in offered.get("OptionGroupOptionVersions") or ()]
    if asked.get("OptionVersion"):
        if asked["OptionVersion"] not in versions:
            raise InvalidParameterCombination(f"Invalid version for {name}: {asked['OptionVersion']}")
        option["OptionVersion"] = asked["OptionVersion"]
    elif versions and not option["OptionVersion"]:
        raise InvalidParameterCombination(
            f"{name} option requires a version number. Valid versions are {','.join(versions)}"
        )
    if asked.get("Port"):
        if not offered["PortRequired"]:
            raise InvalidParameterCombination(f"The option {name} does not take a port")
        option["Port"] = asked["Port"]
    if "VpcSecurityGroupMemberships" in asked:
        groups = [_security_group(rds, group) for group in asked["VpcSecurityGroupMemberships"]]
        option["VpcSecurityGroupMemberships"] = [{"VpcSecurityGroupId": group, "Status": "active"} for group in groups]
    if offered["PortRequired"] and not option["VpcSecurityGroupMemberships"]:
        raise InvalidParameterValue(f"At least one security group must be specified for the {name} option.")
    settings = {setting["Name"]: setting for setting in option["OptionSettings"]}
    for setting in asked.get("OptionSettings") or ():
        _set(rds, name, settings, setting["Name"], setting["Value"])
    return option


def _set(rds: RDSBackend, option: str, settings: Mapping[str, Described], name: str, value: str) -> None:
    if name not in settings or settings[name]["IsModifiable"] is False:
        raise InvalidParameterValue(f"We do not support setting: {name} for {option}")
    if name.endswith("IAM_ROLE_ARN"):
        roles = iam_backends[rds.account_id][get_partition(rds.region_name)].roles.values()
        if value not in [role.arn for role in roles]:
            raise InvalidParameterValue(
                "IAM role ARN value is invalid or does not include the required permissions for: " + option
            )
    settings[name]["Value"] = value


def _security_group(rds: RDSBackend, group_id: str) -> str:
    if ec2_backends[rds.account_id][rds.region_name].get_security_group_from_id(group_id) is None:
        raise InvalidParameterValue(f"Invalid security group , groupId= {group_id}, groupName=.")
    return group_id
