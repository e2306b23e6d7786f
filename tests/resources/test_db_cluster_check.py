"""Clusters: what is refused before anything is called, by engine and across fields."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure.resources.db_cluster import KIND
from tests.resources.clusters import GROUP, KEY_ID, MULTI_AZ, cluster, complaints, described, reader
from tests.resources.planning import SCOPE

ROLE = "arn:aws:iam::123456789012:role/watch"


def test_what_is_needed_is_enough() -> None:
    assert complaints() == []
    assert complaints(**MULTI_AZ) == []


@pytest.mark.parametrize(
    ("fields", "path", "says"),
    [
        ({"name": "orders--main"}, ("name",), "is no name for a cluster"),
        ({"security_groups": []}, ("security_groups",), "needs a security group"),
        ({"engine": "aurora"}, ("engine",), "there is no engine 'aurora'"),
        ({"engine": "mariadb"}, ("engine",), "mariadb does not run in clusters"),
        ({"engine_version": "sixteen"}, ("engine_version",), "is no version"),
        ({"parameter_group": ..., "engine_version": ...}, ("engine_version",), "which parameter group forces TLS"),
        ({"encrypted": "false", "kms_key": KEY_ID}, ("kms_key",), "nothing to encrypt"),
        ({"port": "80"}, ("port",), "cannot listen on port 80"),
        ({"db_name": "a" * 64}, ("db_name",), "longer than the 63 characters"),
        ({"log_exports": ["audit"]}, ("log_exports", 0), "has no log 'audit'"),
        ({"backup_window": "02:00-02:10"}, ("backup_window",), "too short"),
        ({"instance_class": "db.r6g.large"}, ("instance_class",), "does not take instance_class for a cluster"),
        ({"storage_gib": "100"}, ("storage_gib",), "does not take storage_gib"),
        ({"storage_type": "gp3"}, ("storage_type",), "does not take gp3 storage"),
        ({"public": "true"}, ("public",), "does not take public for a cluster"),
        ({"backtrack_seconds": "3600"}, ("backtrack_seconds",), "cannot be wound back"),
        ({"serverless": {"min": "4", "max": "2"}}, ("serverless", "max"), "from 4 to 2"),
        ({"serverless": {"min": "0", "max": "0.5"}}, ("serverless", "max"), "from 0 to 0.5"),
        (
            {"serverless": {"min": "0.5", "max": "2", "pause_seconds": "300"}},
            ("serverless", "pause_seconds"),
            "never pause",
        ),
        ({"insights": "true", "insights_days": "30"}, ("insights_days",), "cannot be kept for 30 days"),
        ({"insights_key": KEY_ID}, ("insights_key",), "not switched on"),
        ({"insights": "true", "insights_mode": "advanced"}, ("insights_mode",), "465 days"),
        ({**MULTI_AZ, "instance_class": ...}, (), "needs instance_class"),
        ({**MULTI_AZ, "storage_gib": ...}, (), "needs storage_gib"),
        ({**MULTI_AZ, "storage_gib": "10", "iops": "500"}, ("storage_gib",), "10 GiB are not possible"),
        ({**MULTI_AZ, "storage_type": "aurora"}, ("storage_type",), "does not take aurora storage"),
        ({**MULTI_AZ, "iops": ...}, ("storage_type",), "needs a number of IOPS"),
        ({**MULTI_AZ, "storage_type": ..., "iops": ...}, (), "needs a number of IOPS"),
        ({**MULTI_AZ, "iops": "50000"}, ("iops",), "50000 IOPS are not possible"),
        ({**MULTI_AZ, "backtrack_seconds": "60"}, ("backtrack_seconds",), "only Aurora takes backtrack_seconds"),
        ({**MULTI_AZ, "name": "a" * 53}, ("name",), "is no name for a cluster"),
        ({**MULTI_AZ, "monitoring_seconds": "60"}, ("monitoring_seconds",), "needs a role"),
        ({**MULTI_AZ, "monitoring_seconds": "7", "monitoring_role": ROLE}, ("monitoring_seconds",), "every 7 seconds"),
        ({**MULTI_AZ, "monitoring_role": ROLE}, ("monitoring_role",), "nothing is monitored"),
    ],
)
def test_one_mistake_is_one_complaint(fields: dict[str, Any], path: tuple[Any, ...], says: str) -> None:
    [(at, what, fix)] = complaints(**fields)
    assert at == path
    assert says in what
    assert fix


def test_the_system_of_auroras_instances_is_looked_at_by_themselves() -> None:
    found = complaints(monitoring_seconds="60", monitoring_role=ROLE)
    assert [(path, fix) for path, _, fix in found] == [
        (("monitoring_seconds",), "its instances are looked at: write it there"),
        (("monitoring_role",), "its instances are looked at: write it there"),
    ]


def test_a_cluster_without_parameter_group_brings_one_that_forces_tls() -> None:
    """Also Aurora, where the parameter belongs to the cluster (RDS-8)."""
    implied = KIND.implied("orders", cluster(parameter_group=...).spec)
    assert implied is not None
    assert (implied.kind, implied.name) == ("db_cluster_parameter_group", "orders~implied")
    assert implied.fields == {"family": "aurora-postgresql16"}
    mysql = KIND.implied("orders", cluster(engine="aurora-mysql", engine_version="8.0", parameter_group=...).spec)
    assert mysql is not None
    assert mysql.fields == {"family": "aurora-mysql8.0"}
    assert KIND.implied("orders", cluster().spec) is None
    assert KIND.implied("orders", cluster(parameter_group=..., ignore=["parameter_group"]).spec) is None


def looked(*clusters: dict[str, Any], **fields: Any) -> list[str]:
    group = {
        "DBClusterParameterGroupName": "orders-aurora-postgresql16",
        "DBParameterGroupFamily": "aurora-postgresql16",
    }
    looking = reader(*clusters)
    looking.answers = {
        **looking.answers,
        ("rds", "DescribeDBSubnetGroups"): {"DBSubnetGroups": [{"DBSubnetGroupName": "private", "VpcId": "vpc-1"}]},
        ("ec2", "DescribeSecurityGroups"): {"SecurityGroups": [{"GroupId": GROUP, "VpcId": "vpc-1"}]},
        ("rds", "DescribeDBClusterParameterGroups"): {"DBClusterParameterGroups": [group]},
    }
    return [item.what for item in KIND.verify(looking, cluster(**fields), SCOPE)]


def test_what_it_names_outside_the_spec_is_there_and_fits() -> None:
    assert looked() == []
    assert looked(subnet_group="nowhere") == ["there is no subnet group nowhere"]
    assert looked(parameter_group="nowhere") == ["there is no parameter group nowhere"]
    assert looked(engine_version="17") == [
        "parameter group orders-aurora-postgresql16 is for aurora-postgresql16, "
        "and aurora-postgresql 17 needs aurora-postgresql17"
    ]


def test_a_new_cluster_has_a_password_that_rds_makes() -> None:
    assert looked(master_password="unmanaged") == ["a new cluster needs a password, and none is ever written in a spec"]
    assert looked(described(), master_password="unmanaged") == []
