"""RDS cluster parameter groups in the sandbox, driven by boto3."""

from __future__ import annotations

from typing import Any

import pytest

FORCE_SSL = {"ParameterName": "rds.force_ssl", "ParameterValue": "1", "ApplyMethod": "pending-reboot"}
NAMED = {"DBClusterParameterGroupName": "orders"}


def make(rds: Any, name: str = "orders", family: str = "aurora-postgresql16") -> dict[str, Any]:
    answer = rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName=name, DBParameterGroupFamily=family, Description="test"
    )
    return answer["DBClusterParameterGroup"]


@pytest.mark.repair("rds-cluster-parameter-group-names")
def test_a_cluster_parameter_groups_name_has_no_dots(rds, refused):
    assert make(rds, "Orders")["DBClusterParameterGroupName"] == "orders"
    with refused("DBParameterGroupAlreadyExists"):
        make(rds)
    for name in ("or.ders", "or--ders", "orders-", "1orders"):
        with refused("InvalidParameterValue"):
            make(rds, name)


@pytest.mark.repair("rds-cluster-parameters")
def test_a_cluster_parameter_says_who_set_it_and_how_it_applies(rds, refused):
    make(rds)
    assert rds.describe_db_cluster_parameters(**NAMED, Source="user")["Parameters"] == []
    rds.modify_db_cluster_parameter_group(**NAMED, Parameters=[FORCE_SSL])
    (shown,) = rds.describe_db_cluster_parameters(**NAMED, Source="user")["Parameters"]
    assert {**FORCE_SSL, "Source": "user", "ApplyType": "dynamic"}.items() <= shown.items()
    static = {"ParameterName": "shared_buffers", "ParameterValue": "1", "ApplyMethod": "immediate"}
    with refused("InvalidParameterCombination"):
        rds.modify_db_cluster_parameter_group(**NAMED, Parameters=[static])
    many = [FORCE_SSL | {"ParameterName": f"parameter_{number}"} for number in range(21)]
    with refused("InvalidParameterValue"):
        rds.modify_db_cluster_parameter_group(**NAMED, Parameters=many)
    with refused("DBParameterGroupNotFound"):
        rds.describe_db_cluster_parameters(DBClusterParameterGroupName="nowhere")


@pytest.mark.repair("rds-cluster-engine-defaults")
def test_a_family_of_clusters_says_what_it_comes_with(rds, refused):
    answer = rds.describe_engine_default_cluster_parameters(DBParameterGroupFamily="aurora-mysql8.0")
    (shown,) = answer["EngineDefaults"]["Parameters"]
    assert (shown["ParameterName"], shown["ParameterValue"]) == ("require_secure_transport", "0")
    with refused("InvalidParameterValue"):
        rds.describe_engine_default_cluster_parameters(DBParameterGroupFamily="nothing1")


@pytest.mark.repair("rds-cluster-parameter-resets")
def test_cluster_parameters_are_reset(rds):
    make(rds)
    other = FORCE_SSL | {"ParameterName": "log_connections"}
    rds.modify_db_cluster_parameter_group(**NAMED, Parameters=[FORCE_SSL, other])
    rds.reset_db_cluster_parameter_group(
        **NAMED, ResetAllParameters=False, Parameters=[{"ParameterName": "log_connections", "ApplyMethod": "immediate"}]
    )
    (shown,) = rds.describe_db_cluster_parameters(**NAMED, Source="user")["Parameters"]
    assert shown["ParameterName"] == "rds.force_ssl"
    rds.reset_db_cluster_parameter_group(**NAMED, ResetAllParameters=True)
    assert rds.describe_db_cluster_parameters(**NAMED, Source="user")["Parameters"] == []


@pytest.mark.repair("rds-cluster-groups-in-use")
def test_a_cluster_parameter_group_in_use_stays(rds, refused):
    make(rds)
    make(rds, "free")
    rds.create_db_cluster(
        DBClusterIdentifier="orders",
        Engine="aurora-postgresql",
        EngineVersion="16.9",
        MasterUsername="dbowner",
        ManageMasterUserPassword=True,
        **NAMED,
    )
    with refused("InvalidDBParameterGroupState"):
        rds.delete_db_cluster_parameter_group(**NAMED)
    rds.delete_db_cluster_parameter_group(DBClusterParameterGroupName="free")
    with refused("InvalidDBParameterGroupState"):
        rds.delete_db_cluster_parameter_group(DBClusterParameterGroupName="default.aurora-postgresql16")
