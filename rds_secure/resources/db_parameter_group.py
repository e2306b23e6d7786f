"""DB parameter groups: how instances are set up, TLS forced where one parameter does it. It reboots nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from rds_secure import engines, ownership, tagging
from rds_secure.database import parameter_calls, parameter_group
from rds_secure.database.parameter_group import ParameterName, Setting
from rds_secure.engines import ENGINES
from rds_secure.fields import Field
from rds_secure.kind import Reader


class DbParameterGroupSpec(parameter_group.ParameterGroupSpec):
    """Parameters of an engine, for instances of one family."""

    parameters: Annotated[
        dict[ParameterName, Setting],
        Field(
            create="ModifyDBParameterGroup.Parameters",
            change="ModifyDBParameterGroup.Parameters",
            read="DescribeDBParameters.Parameters[].ParameterValue",
            terraform="parameter",
        ),
    ] = {}
    """Name → value, or {value, apply}. The one that forces TLS is added, unless it is written. What others have set is
    set back to the family's default."""


class DbParameterGroup(parameter_group.ParameterGroup[DbParameterGroupSpec]):
    """RDS `CreateDBParameterGroup` and its like (AWS's API reference)."""

    name = "db_parameter_group"
    title = "DB parameter group"
    spec = DbParameterGroupSpec
    names = parameter_calls.OF_INSTANCES
    tagged_as = "rds:pg"
    read_actions = (
        "rds:DescribeDBInstances",
        "rds:DescribeDBParameterGroups",
        "rds:DescribeDBParameters",
        "rds:DescribeEngineDefaultParameters",
        "rds:ListTagsForResource",
    )

    def tls(self, family: str) -> Mapping[str, str]:
        """None for Aurora: there it belongs to the cluster's group."""
        engine = ENGINES.get(engines.engine_of_family(family) or "")
        return {} if engine is None or engine.clustered else engines.tls_parameters(family)

    def user(self, reader: Reader, name: str, stack: str, going: frozenset[str]) -> str:
        reply = reader.call("rds", "DescribeDBInstances") or {}
        for instance in reply["DBInstances"]:
            named = {group["DBParameterGroupName"].lower() for group in instance.get("DBParameterGroups") or ()}
            ours = tagging.mapping(instance.get("TagList")).get(ownership.STACK) == stack
            if name in named and not ours and instance["DBInstanceArn"] not in going:
                return f"database {instance['DBInstanceIdentifier']}"
        return ""


KIND = DbParameterGroup()
