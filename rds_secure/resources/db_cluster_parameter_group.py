"""DB cluster parameter groups: how clusters are set up, TLS forced where one parameter does it. It reboots nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from rds_secure import engines, ownership, tagging
from rds_secure.database import parameter_calls, parameter_group
from rds_secure.database.parameter_group import ParameterName, Setting
from rds_secure.fields import Field
from rds_secure.kind import Reader


class DbClusterParameterGroupSpec(parameter_group.ParameterGroupSpec):
    """Parameters of an engine, for clusters of one family: what holds for all instances of a cluster."""

    parameters: Annotated[
        dict[ParameterName, Setting],
        Field(
            create="ModifyDBClusterParameterGroup.Parameters",
            change="ModifyDBClusterParameterGroup.Parameters",
            read="DescribeDBClusterParameters.Parameters[].ParameterValue",
            terraform="parameter",
        ),
    ] = {}
    """Name → value, or {value, apply}. The one that forces TLS is added, unless it is written. What others have set is
    set back to the family's default."""


class DbClusterParameterGroup(parameter_group.ParameterGroup[DbClusterParameterGroupSpec]):
    """RDS `CreateDBClusterParameterGroup` and its like (AWS's API reference)."""

    name = "db_cluster_parameter_group"
    title = "DB cluster parameter group"
    spec = DbClusterParameterGroupSpec
    names = parameter_calls.OF_CLUSTERS
    tagged_as = "rds:cluster-pg"
    read_actions = (
        "rds:DescribeDBClusterParameterGroups",
        "rds:DescribeDBClusterParameters",
        "rds:DescribeDBClusters",
        "rds:DescribeEngineDefaultClusterParameters",
        "rds:ListTagsForResource",
    )

    def tls(self, family: str) -> Mapping[str, str]:
        """Also for Aurora, whose MySQL takes ``ON`` where others take ``1``."""
        return engines.tls_parameters(family)

    def user(self, reader: Reader, name: str, stack: str, going: frozenset[str]) -> str:
        reply = reader.call("rds", "DescribeDBClusters") or {}
        for cluster in reply["DBClusters"]:
            ours = tagging.mapping(cluster.get("TagList")).get(ownership.STACK) == stack
            named = cluster.get("DBClusterParameterGroup", "").lower()
            if name == named and not ours and cluster["DBClusterArn"] not in going:
                return f"cluster {cluster['DBClusterIdentifier']}"
        return ""


KIND = DbClusterParameterGroup()
