"""Clusters and their instances that take their time, seen by boto3: each row alone, as in `test_sandbox_realism`."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure.sandbox import Sandbox


class Looks:
    """The cluster `orders`, looked at."""

    def __init__(self, rds: Any) -> None:
        self.rds = rds

    def __call__(self) -> dict[str, Any]:
        return self.rds.describe_db_clusters(DBClusterIdentifier="orders")["DBClusters"][0]

    def make(self, name: str = "orders", **more: Any) -> dict[str, Any]:
        asked = {"Engine": "aurora-mysql", "EngineVersion": "8.0", "MasterUsername": "dbowner"}
        asked |= {"ManageMasterUserPassword": True, "DBSubnetGroupName": "private", **more}
        return self.rds.create_db_cluster(DBClusterIdentifier=name, **asked)["DBCluster"]

    def change(self, *, now: bool = True, **more: Any) -> dict[str, Any]:
        return self.rds.modify_db_cluster(DBClusterIdentifier="orders", ApplyImmediately=now, **more)["DBCluster"]

    def statuses(self, count: int) -> list[str]:
        return [self()["Status"] for _ in range(count)]


def member(rds: Any, name: str = "orders-1") -> dict[str, Any]:
    asked = {"DBInstanceClass": "db.r7g.large", "Engine": "aurora-mysql", "DBClusterIdentifier": "orders"}
    return rds.create_db_instance(DBInstanceIdentifier=name, **asked)["DBInstance"]


@pytest.fixture
def look(rds: Any, subnets: list[str]) -> Looks:
    rds.create_db_subnet_group(DBSubnetGroupName="private", DBSubnetGroupDescription="private", SubnetIds=subnets)
    return Looks(rds)


@pytest.fixture(autouse=True)
def alone(request: pytest.FixtureRequest, sandbox: Sandbox, look: Looks) -> None:
    """Only the rows that the test is marked with are on, once there is a cluster `orders`, `available`."""
    look.make()
    look()
    rows = [mark.args[0] for mark in request.node.iter_markers("realism")]
    sandbox.realism(",".join(rows) or "none")


@pytest.mark.realism("rds-cluster-creating")
@pytest.mark.realism("rds-secret-creating")
@pytest.mark.realism("rds-security-groups-joining")
def test_a_new_cluster_its_secret_and_its_groups_take_a_while(look, rds, ec2, vpc):
    """RDS-1."""
    rds.delete_db_cluster(DBClusterIdentifier="orders", SkipFinalSnapshot=True)
    group = ec2.create_security_group(GroupName="db", Description="d", VpcId=vpc)["GroupId"]
    made = look.make(VpcSecurityGroupIds=[group])
    assert (made["Status"], made["MasterUserSecret"]["SecretStatus"]) == ("creating", "creating")
    assert {one["Status"] for one in made["VpcSecurityGroups"]} == {"adding"}
    seen = [look() for _ in range(6)]
    assert [one["Status"] for one in seen][:4] == ["creating", "creating", "available", "available"]
    assert seen[3]["MasterUserSecret"]["SecretStatus"] == "creating"
    assert seen[-1]["MasterUserSecret"]["SecretStatus"] == "active"
    assert {one["Status"] for one in seen[-1]["VpcSecurityGroups"]} == {"active"}


@pytest.mark.realism("rds-creating")
@pytest.mark.realism("rds-busy")
@pytest.mark.realism("rds-deleting")
def test_an_instance_of_a_cluster_comes_and_goes_as_others_but_is_not_backed_up(look, rds, refused):
    """RDS-1; a cluster with an instance stays."""
    assert member(rds)["DBInstanceStatus"] == "creating"
    named = {"DBInstanceIdentifier": "orders-1"}

    def status() -> str:
        return rds.describe_db_instances(**named)["DBInstances"][0]["DBInstanceStatus"]

    with refused("InvalidDBInstanceState"):
        rds.modify_db_instance(**named, PromotionTier=3)
    assert status() == "available"
    rds.delete_db_instance(**named, SkipFinalSnapshot=True)
    with refused("InvalidDBClusterStateFault"):
        rds.delete_db_cluster(DBClusterIdentifier="orders", SkipFinalSnapshot=True)
    assert [status(), status()] == ["deleting", "deleting"]
    with refused("DBInstanceNotFound"):
        status()
    rds.delete_db_cluster(DBClusterIdentifier="orders", SkipFinalSnapshot=True)


@pytest.mark.realism("rds-cluster-busy")
@pytest.mark.realism("rds-cluster-modifying")
def test_a_busy_cluster_takes_no_change_and_no_instance_but_gets_on_meanwhile(look, rds, refused):
    """RDS-1."""
    look.change(EnableIAMDatabaseAuthentication=True)
    assert look.statuses(2) == ["available", "configuring-iam-database-auth"]
    with refused("InvalidDBClusterStateFault"):
        member(rds)
    member(rds)
    look.change(EnableIAMDatabaseAuthentication=False)
    look(), look()
    with refused("InvalidDBClusterStateFault"):
        look.change(DeletionProtection=True)
    look.change(DeletionProtection=True)


@pytest.mark.realism("rds-cluster-modifying")
def test_right_after_a_change_of_a_cluster_its_status_is_still_available(look, refused):
    """RDS-17; what AWS would refuse is refused at once."""
    answer = look.change(BackupRetentionPeriod=9)
    seen = [answer, look(), look(), look()]
    assert [one["Status"] for one in seen] == ["available", "available", "modifying", "available"]
    assert [one["BackupRetentionPeriod"] for one in seen] == [1, 1, 1, 9]
    assert [one.get("PendingModifiedValues", {}) for one in seen] == [{"BackupRetentionPeriod": 9}] * 3 + [{}]
    with refused("InvalidParameterCombination"):
        look.change(EngineVersion="5.7")
    assert look().get("PendingModifiedValues", {}) == {}


@pytest.mark.realism("rds-cluster-renaming")
def test_a_cluster_goes_by_its_former_name_until_it_is_renamed(look, rds):
    """RDS-30."""
    answer = look.change(NewDBClusterIdentifier="Sales")
    assert answer["PendingModifiedValues"] == {"DBClusterIdentifier": "sales"}
    assert look.statuses(2) == ["available", "renaming"]
    (cluster,) = rds.describe_db_clusters()["DBClusters"]
    assert (cluster["DBClusterIdentifier"], cluster["Status"]) == ("sales", "available")
    assert cluster["Endpoint"].startswith("sales.")


@pytest.mark.realism("rds-cluster-window")
def test_another_name_is_there_at_once_where_renaming_takes_no_time(look, rds):
    """RDS-30."""
    look.change(NewDBClusterIdentifier="sales", BackupRetentionPeriod=9)
    (cluster,) = rds.describe_db_clusters()["DBClusters"]
    assert (cluster["DBClusterIdentifier"], cluster["BackupRetentionPeriod"]) == ("sales", 9)


@pytest.mark.realism("rds-cluster-window")
def test_what_waits_for_the_window_is_pending_but_for_a_class_which_shows_nowhere(look, rds, sandbox: Sandbox):
    """RDS-2, RDS-24: protection and log exports wait for nothing."""
    rds.delete_db_cluster(DBClusterIdentifier="orders", SkipFinalSnapshot=True)
    wide = {"DBClusterInstanceClass": "db.m6gd.large", "AllocatedStorage": 100, "StorageType": "io1", "Iops": 1000}
    look.make(Engine="postgres", EngineVersion="16", **wide)
    logs = {"CloudwatchLogsExportConfiguration": {"EnableLogTypes": ["postgresql"]}}
    look.change(now=False, DBClusterInstanceClass="db.m6gd.xlarge", Iops=2000, DeletionProtection=True, **logs)
    sandbox.settle()

    def seen() -> tuple[Any, ...]:
        cluster = look()
        return cluster["DBClusterInstanceClass"], cluster["Iops"], cluster.get("PendingModifiedValues", {})

    assert seen() == ("db.m6gd.large", 1000, {"Iops": 2000})
    assert (look()["DeletionProtection"], look()["EnabledCloudwatchLogsExports"]) == (True, ["postgresql"])
    sandbox.pass_window()
    assert seen() == ("db.m6gd.xlarge", 2000, {})
    look.change(now=False, Iops=3000)
    look.change(now=False, Iops=2000)
    assert seen() == ("db.m6gd.xlarge", 2000, {}), "the old value takes a parked one back"
    look.change(now=False, Iops=3000)
    look.change(EnableIAMDatabaseAuthentication=True)
    assert seen()[1:] == (3000, {}), "an immediate change makes what was parked"


@pytest.mark.realism("rds-cluster-parameters")
def test_static_parameters_of_a_cluster_and_another_group_wait_for_reboots(look, rds):
    """RDS-8, RDS-22."""
    family = look()["DBClusterParameterGroup"].removeprefix("default.")
    group = {"DBClusterParameterGroupName": "tuned"}
    rds.create_db_cluster_parameter_group(**group, DBParameterGroupFamily=family, Description="d")
    member(rds)

    def state() -> str:
        return look()["DBClusterMembers"][0]["DBClusterParameterGroupStatus"]

    def reboot() -> None:
        rds.reboot_db_instance(DBInstanceIdentifier="orders-1")
        rds.describe_db_instances()

    assert state() == "in-sync"
    look.change(DBClusterParameterGroupName="tuned")
    assert state() == "pending-reboot"
    reboot()
    assert state() == "in-sync"
    row = {"ParameterName": "max_connections", "ParameterValue": "100", "ApplyMethod": "pending-reboot"}
    rds.modify_db_cluster_parameter_group(**group, Parameters=[row])
    assert state() == "pending-reboot"
    reboot()
    assert state() == "in-sync"
    rds.reset_db_cluster_parameter_group(**group, Parameters=[row])
    assert state() == "pending-reboot"


@pytest.mark.realism("rds-cluster-deleting")
def test_a_deleted_cluster_uses_its_groups_until_it_is_gone(look, rds, refused):
    """RDS-1, RDS-10."""
    rds.delete_db_cluster(DBClusterIdentifier="orders", SkipFinalSnapshot=True)
    assert look.statuses(2) == ["deleting", "deleting"]
    with refused("InvalidDBSubnetGroupStateFault"):
        rds.delete_db_subnet_group(DBSubnetGroupName="private")
    with refused("DBClusterNotFoundFault"):
        look()
    rds.delete_db_subnet_group(DBSubnetGroupName="private")
