"""RDS cluster parameter groups: names, contents, and that groups in use stay. Defaults of families: `rds_group`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import (
    DBClusterParameterGroupNotFoundError,
    InvalidParameterCombination,
    InvalidParameterValue,
    RDSClientError,
)
from moto.rds.models import DBClusterParameterGroup, RDSBackend
from moto.rds.responses import RDSResponse

from rds_secure.engines import engine_of_family
from rds_secure.sandbox.repairs.patch import add, around
from rds_secure.sandbox.repairs.rds_group import (
    PARAMETER_GROUP_NAME,
    PARAMETERS_PER_CALL,
    apply_type,
    defaults,
    parameter_row,
)


def names() -> None:
    """A cluster parameter group's name has letters, digits and single hyphens only (RDS-22)."""

    @around(RDSBackend, "create_db_cluster_parameter_group")
    def create(original: Any, self: RDSBackend, db_cluster_parameter_group_name: str, **more: Any) -> Any:
        name = db_cluster_parameter_group_name
        if not PARAMETER_GROUP_NAME.fullmatch(name):
            raise InvalidParameterValue(f"The parameter DBClusterParameterGroupName {name} is not a valid identifier.")
        return original(self, db_cluster_parameter_group_name=name, **more)


def _group(rds: RDSBackend, name: str) -> DBClusterParameterGroup:
    if name not in rds.db_cluster_parameter_groups:
        raise DBClusterParameterGroupNotFoundError(name)
    return rds.db_cluster_parameter_groups[name]


def _writable(rds: RDSBackend, name: str, changes: Iterable[Any]) -> DBClusterParameterGroup:
    group = _group(rds, name)
    if name.startswith("default."):
        raise RDSClientError("InvalidDBParameterGroupState", f"The default parameter group {name} cannot be changed.")
    if len(list(changes)) > PARAMETERS_PER_CALL:
        raise InvalidParameterValue(f"At most {PARAMETERS_PER_CALL} parameters in one call.")
    return group


def parameters() -> None:
    """DescribeDBClusterParameters says who set a parameter and how it applies, and has what the family comes with."""

    @around(RDSResponse, "describe_db_cluster_parameters")
    def describe(original: Any, self: RDSResponse) -> ActionResult:
        group = _group(self.backend, self.params["DBClusterParameterGroupName"])
        family = group.db_parameter_group_family
        rows = {one["ParameterName"]: one for one in defaults(family)}
        for name, stored in group.parameters.items():
            if name not in rows or rows[name]["ParameterValue"] != stored.get("ParameterValue"):
                rows[name] = parameter_row(family, {**stored, "Source": "user"})
        source = self.params.get("Source")
        return ActionResult({"Parameters": [one for one in rows.values() if source in (None, one["Source"])]})

    @around(RDSBackend, "modify_db_cluster_parameter_group")
    def modify(original: Any, self: RDSBackend, name: str, changes: Iterable[Any]) -> DBClusterParameterGroup:
        group = _writable(self, name, changes)
        for change in changes:
            static = apply_type(group.db_parameter_group_family, change["ParameterName"]) == "static"
            if static and change.get("ApplyMethod") == "immediate":
                raise InvalidParameterCombination("cannot use immediate apply method for static parameter")
        return original(self, name, changes)  # type: ignore[no-any-return]


def engine_defaults() -> None:
    """DescribeEngineDefaultClusterParameters lists what a family comes with: only what this package knows of it."""

    @add(RDSResponse)
    def describe_engine_default_cluster_parameters(self: RDSResponse) -> ActionResult:
        family = self.params["DBParameterGroupFamily"]
        if engine_of_family(family) is None:
            raise InvalidParameterValue(f"The parameter DBParameterGroupFamily {family} is not valid.")
        listed = {"DBParameterGroupFamily": family, "Parameters": defaults(family)}
        return ActionResult({"EngineDefaults": listed})


def resets() -> None:
    """ResetDBClusterParameterGroup takes back what was set: the parameters it names, or all."""

    @add(RDSResponse)
    def reset_db_cluster_parameter_group(self: RDSResponse) -> ActionResult:
        named = self.params.get("Parameters", [])
        group = _writable(self.backend, self.params["DBClusterParameterGroupName"], named)
        everything = list(group.parameters) if self.params.get("ResetAllParameters") else []
        for name in (*everything, *(parameter["ParameterName"] for parameter in named)):
            group.parameters.pop(name, None)
        return ActionResult({"DBClusterParameterGroupName": group.name})


def in_use() -> None:
    """A cluster parameter group that a cluster uses is not deleted; nor is a default one (RDS-10)."""

    @around(RDSBackend, "delete_db_cluster_parameter_group")
    def delete(original: Any, self: RDSBackend, db_cluster_parameter_group_name: str) -> None:
        name = db_cluster_parameter_group_name
        used = any(name.lower() == str(one.parameter_group).lower() for one in self.clusters.values())
        if used or name.startswith("default."):
            raise RDSClientError(
                "InvalidDBParameterGroupState", f"The parameter group {name} is in use or a default one."
            )
        original(self, db_cluster_parameter_group_name=name)
