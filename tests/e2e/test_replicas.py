"""Read replicas through the whole pipeline: made after their source, never promoted, gone before it."""

from __future__ import annotations

import pytest

from rds_secure.errors import SpecError
from tests.e2e.harness import EVERYTHING, Harness
from tests.e2e.tables.db_instance import BASE, shelf

ELSEWHERE = "eu-west-1"
PLAIN = {name: value for name, value in BASE.items() if name != "engine_version"}


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_PASSWORD", "correct-horse-battery")


def stack(**reports: object) -> dict[str, dict[str, dict[str, object]]]:
    source = {**BASE, "master_password": {"env": "ORDERS_PASSWORD"}}
    return {"db_instance": {"orders": source, "reports": {**PLAIN, "replica_of": "${db_instance.orders}", **reports}}}


def test_a_replica_is_made_after_its_source_and_goes_before_it(harness: Harness) -> None:
    shelf(harness.client)
    applied = harness.apply(stack(backup_days=3))
    made = [call.action for call in applied.writes if call.action.startswith("CreateDBInstance")]
    assert made == ["CreateDBInstance", "CreateDBInstanceReadReplica"]
    assert applied.again.plan.is_empty
    [seen] = harness.client("rds").describe_db_instances(DBInstanceIdentifier="reports")["DBInstances"]
    assert (seen["ReadReplicaSourceDBInstanceIdentifier"], seen["BackupRetentionPeriod"]) == ("orders", 3)

    gone = harness.destroy(stack(backup_days=3), EVERYTHING)
    deleted = [call.params["DBInstanceIdentifier"] for call in gone.writes if call.action == "DeleteDBInstance"]
    assert deleted == ["reports", "orders"]


def test_taking_replica_of_out_promotes_nothing(harness: Harness) -> None:
    shelf(harness.client)
    harness.make(stack())
    written = stack()
    written["db_instance"]["reports"] = dict(BASE, master_password="unmanaged")
    planned = harness.plan(written)
    assert not planned.plan.is_applicable
    assert [item.what for item in planned.plan.refusals if "replica_of" in item.what] == [
        "db_instance.reports.replica_of cannot change in place (${db_instance.orders.name} → none)"
    ]


def test_a_replica_of_a_database_elsewhere_has_a_key_of_its_own_region(harness: Harness) -> None:
    """RDS-19: a managed source is refused before anything is called."""
    shelf(harness.client)
    rds = harness.client("rds")
    harness.behind(
        lambda client: client("rds").create_db_instance(
            DBInstanceIdentifier="far",
            Engine="postgres",
            DBInstanceClass="db.t4g.medium",
            AllocatedStorage=20,
            MasterUsername="somebody",
            ManageMasterUserPassword=True,
            DBSubnetGroupName="shelf",
            BackupRetentionPeriod=1,
        )
    )
    [source] = rds.describe_db_instances()["DBInstances"]
    declared = {"db_instance": {"reports": {**PLAIN, "replica_of": source["DBInstanceArn"]}}}
    with pytest.raises(SpecError, match="has a password that RDS manages"):
        harness.plan(declared)
    harness.behind(
        lambda client: client("rds").modify_db_instance(
            DBInstanceIdentifier="far", ManageMasterUserPassword=False, MasterUserPassword="correct-horse"
        )
    )
    applied = harness.apply(declared)
    assert applied.again.plan.is_empty
    seen = {one["DBInstanceIdentifier"]: one for one in rds.describe_db_instances()["DBInstances"]}
    signs_in = {name: one["IAMDatabaseAuthenticationEnabled"] for name, one in seen.items()}
    assert signs_in == {"far": False, "reports": True}, "what a replica is made with is not its source's"
