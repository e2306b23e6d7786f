"""RDS instances in the sandbox: static parameters wait for a reboot."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def orders(rds: Any, subnets: list[str]) -> str:
    """An instance with a parameter group of its own."""
    rds.create_db_subnet_group(DBSubnetGroupName="private", DBSubnetGroupDescription="private", SubnetIds=subnets)
    for name in ("tuned", "other"):
        rds.create_db_parameter_group(
            DBParameterGroupName=name, DBParameterGroupFamily="postgres16", Description="tuned"
        )
    rds.create_db_instance(
        DBInstanceIdentifier="orders",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        EngineVersion="16",
        AllocatedStorage=20,
        MasterUsername="dbowner",
        ManageMasterUserPassword=True,
        DBSubnetGroupName="private",
        DBParameterGroupName="tuned",
    )
    return "orders"


def status(rds: Any) -> tuple[str, str]:
    [database] = rds.describe_db_instances(DBInstanceIdentifier="orders")["DBInstances"]
    [group] = database["DBParameterGroups"]
    return group["DBParameterGroupName"], group["ParameterApplyStatus"]


def tune(rds: Any, method: str) -> None:
    parameter = {"ParameterName": "max_connections", "ParameterValue": "100", "ApplyMethod": method}
    rds.modify_db_parameter_group(DBParameterGroupName="tuned", Parameters=[parameter])


@pytest.mark.repair("rds-static-parameters")
def test_a_static_parameter_waits_for_a_reboot(rds, orders):
    assert status(rds) == ("tuned", "in-sync")
    tune(rds, "pending-reboot")
    assert status(rds) == ("tuned", "pending-reboot")
    rds.reboot_db_instance(DBInstanceIdentifier=orders)
    assert status(rds) == ("tuned", "in-sync")
    rds.reset_db_parameter_group(
        DBParameterGroupName="tuned",
        Parameters=[{"ParameterName": "max_connections", "ApplyMethod": "pending-reboot"}],
    )
    assert status(rds) == ("tuned", "pending-reboot")


@pytest.mark.repair("rds-static-parameters")
def test_another_group_waits_for_a_reboot(rds, orders):
    rds.modify_db_instance(DBInstanceIdentifier=orders, DBParameterGroupName="other", ApplyImmediately=True)
    assert status(rds) == ("other", "pending-reboot")
