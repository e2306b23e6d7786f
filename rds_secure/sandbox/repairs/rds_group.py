"""RDS subnet groups and parameter groups: names, contents, and that groups in use stay."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import InvalidSubnetIdError
from moto.ec2.models import ec2_backends
from moto.rds.exceptions import (
    DBParameterGroupNotFoundError,
    DBSubnetGroupNotFoundError,
    InvalidParameterCombination,
    InvalidParameterValue,
    InvalidSubnet,
    RDSClientError,
)
from moto.rds.models import DBParameterGroup, DBSubnetGroup, RDSBackend
from moto.rds.responses import RDSResponse

from rds_secure.engines import ENGINES, engine_of_family, tls_parameters
from rds_secure.sandbox.repairs.patch import add, add_property, around

PARAMETER_GROUP_NAME = re.compile(r"(?!.*--)[a-zA-Z][a-zA-Z0-9-]{0,254}(?<!-)")
SUBNET_GROUP_NAME = re.compile(r"(?!default$)[a-z0-9 ._-]{1,255}", re.IGNORECASE)
PARAMETERS_PER_CALL = 20
STATIC = frozenset({"max_connections", "shared_buffers", "shared_preload_libraries", "rds.logical_replication"})
"""Parameters that take a reboot, besides a TLS parameter that `ENGINES` knows to be static."""


def subnet_groups() -> None:
    """A subnet group has a valid name that is not taken, subnets that exist, and two zones (RDS-10)."""
    add_property(DBSubnetGroup, "supported_network_types", lambda group: ["IPV4"])

    @around(RDSResponse, "create_db_subnet_group")
    def create(original: Any, self: RDSResponse) -> ActionResult:
        name = self.params["DBSubnetGroupName"]
        if not SUBNET_GROUP_NAME.fullmatch(name):
            raise InvalidParameterValue(f"The parameter DBSubnetGroupName {name} is not a valid identifier.")
        if name in self.backend.subnet_groups:
            raise RDSClientError("DBSubnetGroupAlreadyExists", f"The DB subnet group '{name}' already exists.")
        _check_subnets(self)
        return original(self)  # type: ignore[no-any-return]


def subnet_group_changes() -> None:
    """A subnet group survives being modified; one that does not exist is not found."""

    @around(RDSResponse, "modify_db_subnet_group")
    def modify(original: Any, self: RDSResponse) -> ActionResult:
        name = self.params["DBSubnetGroupName"]
        if name not in self.backend.subnet_groups:
            raise DBSubnetGroupNotFoundError(name)
        _check_subnets(self)
        return original(self)  # type: ignore[no-any-return]

    @around(RDSBackend, "modify_db_subnet_group")
    def keep(original: Any, self: RDSBackend, subnet_name: str, *rest: Any) -> DBSubnetGroup:
        group: DBSubnetGroup = original(self, subnet_name, *rest)
        self.subnet_groups[group.name] = group
        return group


def _check_subnets(call: RDSResponse) -> None:
    ec2 = ec2_backends[call.current_account][call.region]
    zones = set()
    for subnet_id in call.params.get("SubnetIds", []):
        try:
            zones.add(ec2.get_subnet(subnet_id).availability_zone)
        except InvalidSubnetIdError:
            raise InvalidSubnet(subnet_id) from None
    if len(zones) < 2:
        raise RDSClientError(
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement.",
        )


def parameter_group_names() -> None:
    """A parameter group's name has letters, digits and hyphens only, and is found whatever its case (RDS-22, RDS-5)."""

    @around(RDSBackend, "create_db_parameter_group")
    def create(original: Any, self: RDSBackend, named: Any) -> DBParameterGroup:
        name = named["db_parameter_group_name"]
        if not PARAMETER_GROUP_NAME.fullmatch(name):
            raise InvalidParameterValue(f"The parameter DBParameterGroupName {name} is not a valid identifier.")
        return original(self, named)  # type: ignore[no-any-return]

    @around(RDSBackend, "describe_db_parameter_groups")
    def describe(original: Any, self: RDSBackend, named: Any) -> list[DBParameterGroup]:
        name = named.get("db_parameter_group_name")
        return [_parameter_group(self, name)] if name else list(self.db_parameter_groups.values())


def _parameter_group(rds: RDSBackend, name: str) -> DBParameterGroup:
    if name not in rds.db_parameter_groups:
        raise DBParameterGroupNotFoundError(name)
    return rds.db_parameter_groups[name]


def parameters() -> None:
    """DescribeDBParameters says who set a parameter and how it applies, and has those that the family comes with."""

    @around(RDSResponse, "describe_db_parameters")
    def describe(original: Any, self: RDSResponse) -> ActionResult:
        group = _parameter_group(self.backend, self.params["DBParameterGroupName"])
        return ActionResult({"Parameters": shown(group, group.parameters, self.params.get("Source"))})

    @around(RDSBackend, "modify_db_parameter_group")
    def modify(
        original: Any, self: RDSBackend, db_parameter_group_name: str, changes: Iterable[Any]
    ) -> DBParameterGroup:
        group = _writable(self, db_parameter_group_name, changes)
        at_once = (change["ParameterName"] for change in changes if change.get("ApplyMethod") == "immediate")
        for name in at_once:
            if apply_type(group.family or "", name) == "static":
                raise InvalidParameterCombination("cannot use immediate apply method for static parameter")
        return original(self, db_parameter_group_name, changes)  # type: ignore[no-any-return]


def shown(group: DBParameterGroup, stored: Mapping[str, Any], source: str | None) -> list[dict[str, Any]]:
    """The rows of a group in which users have ``stored`` these.

    What is set to the default does not count as set by a user (issue 23335 of Terraform's aws provider).
    """
    family = group.family or ""
    rows = {row["ParameterName"]: row for row in defaults(family)}
    for name, row in stored.items():
        if name not in rows or rows[name]["ParameterValue"] != row.get("ParameterValue"):
            rows[name] = parameter_row(family, {**row, "Source": "user"})
    return [row for row in rows.values() if source in (None, row["Source"])]


def engine_defaults() -> None:
    """DescribeEngineDefaultParameters lists what a family comes with: here only what this package knows of it."""

    @add(RDSResponse)
    def describe_engine_default_parameters(self: RDSResponse) -> ActionResult:
        family = self.params["DBParameterGroupFamily"]
        if engine_of_family(family) is None:
            raise InvalidParameterValue(f"The parameter DBParameterGroupFamily {family} is not valid.")
        listed = {"DBParameterGroupFamily": family, "Parameters": defaults(family)}
        return ActionResult({"EngineDefaults": listed})


def defaults(family: str) -> list[dict[str, Any]]:
    """What forces TLS, which PostgreSQL does from version 15 on without being asked."""
    postgres = re.fullmatch(r"postgres(\d+)", family)
    value = "1" if postgres and int(postgres[1]) >= 15 else "0"
    return [
        parameter_row(family, {"ParameterName": name, "ParameterValue": value, "Source": "system"})
        for name in tls_parameters(family)
    ]


def parameter_row(family: str, stored: dict[str, Any]) -> dict[str, Any]:
    switch = stored["ParameterName"] in tls_parameters(family)
    return {
        "ApplyMethod": "pending-reboot",
        "DataType": "boolean" if switch else "string",  # the others: what they are is of no use here
        "IsModifiable": True,
        **stored,
        "ApplyType": apply_type(family, stored["ParameterName"]),
    }


def apply_type(family: str, name: str) -> str:
    engine = ENGINES.get(engine_of_family(family) or "")
    if engine is not None and name in engine.tls:
        return engine.tls_apply_type
    return "static" if name in STATIC else "dynamic"


def _writable(rds: RDSBackend, name: str, changes: Iterable[Any]) -> DBParameterGroup:
    group = _parameter_group(rds, name)
    if name.startswith("default."):
        raise RDSClientError("InvalidDBParameterGroupState", f"The default parameter group {name} cannot be changed.")
    if len(list(changes)) > PARAMETERS_PER_CALL:
        raise InvalidParameterValue(f"At most {PARAMETERS_PER_CALL} parameters in one call.")
    return group


def parameter_resets() -> None:
    """ResetDBParameterGroup takes back what was set: the parameters it names, or all."""

    @add(RDSResponse)
    def reset_db_parameter_group(self: RDSResponse) -> ActionResult:
        named = self.params.get("Parameters", [])
        group = _writable(self.backend, self.params["DBParameterGroupName"], named)
        everything = list(group.parameters) if self.params.get("ResetAllParameters") else []
        for name in (*everything, *(parameter["ParameterName"] for parameter in named)):
            group.parameters.pop(name, None)
        return ActionResult({"DBParameterGroupName": group.name})


def groups_in_use() -> None:
    """A parameter group or subnet group that a database uses is not deleted; nor is a default one (RDS-10)."""

    @around(RDSBackend, "delete_db_parameter_group")
    def delete_parameter_group(original: Any, self: RDSBackend, name: str) -> DBParameterGroup:
        used = any(name.lower() == str(one.db_parameter_group_name).lower() for one in self.databases.values())
        if used or name.startswith("default."):
            raise RDSClientError(
                "InvalidDBParameterGroupState", f"The parameter group {name} is in use or a default one."
            )
        return original(self, name)  # type: ignore[no-any-return]

    @around(RDSBackend, "delete_subnet_group")
    def delete_subnet_group(original: Any, self: RDSBackend, name: str) -> DBSubnetGroup:
        group = self.subnet_groups.get(name)
        used = (getattr(one, "db_subnet_group", None) for one in self.databases.values())
        clusters = (self.subnet_groups.get(one.db_subnet_group_name) for one in self.clusters.values())
        if group is not None and any(group is one for one in (*used, *clusters)):
            raise RDSClientError("InvalidDBSubnetGroupStateFault", f"The subnet group {name} is in use.")
        return original(self, name)  # type: ignore[no-any-return]
