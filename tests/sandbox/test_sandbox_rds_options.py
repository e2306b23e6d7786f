"""RDS instances in the sandbox: insights, directory, roles and the like, as boto3 sees them set and changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Make = Callable[..., dict[str, Any]]
ROLE = "arn:aws:iam::123456789012:role/import"


@pytest.fixture
def make(rds: Any, subnets: list[str]) -> Make:
    rds.create_db_subnet_group(DBSubnetGroupName="private", DBSubnetGroupDescription="private", SubnetIds=subnets)

    def instance(**more: Any) -> dict[str, Any]:
        asked: dict[str, Any] = {
            "DBInstanceIdentifier": "orders",
            "DBInstanceClass": "db.t4g.micro",
            "Engine": "postgres",
            "AllocatedStorage": 20,
            "MasterUsername": "dbowner",
            "ManageMasterUserPassword": True,
            "DBSubnetGroupName": "private",
        }
        return rds.create_db_instance(**asked | more)["DBInstance"]

    return instance


def change(rds: Any, **more: Any) -> dict[str, Any]:
    rds.modify_db_instance(DBInstanceIdentifier="orders", ApplyImmediately=True, **more)
    return rds.describe_db_instances(DBInstanceIdentifier="orders")["DBInstances"][0]


@pytest.mark.repair("rds-insights")
def test_insights_read_back_and_keep_their_key(rds, kms, make, refused):
    assert make()["PerformanceInsightsEnabled"] is False
    key = kms.create_key()["KeyMetadata"]
    on = change(rds, EnablePerformanceInsights=True, PerformanceInsightsKMSKeyId=key["KeyId"])
    assert (on["PerformanceInsightsKMSKeyId"], on["PerformanceInsightsRetentionPeriod"]) == (key["Arn"], 7)
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    with refused("InvalidParameterCombination"):
        change(rds, EnablePerformanceInsights=True, PerformanceInsightsKMSKeyId=other)
    assert change(rds, PerformanceInsightsRetentionPeriod=62)["PerformanceInsightsRetentionPeriod"] == 62
    assert change(rds, EnablePerformanceInsights=False)["PerformanceInsightsEnabled"] is False


@pytest.mark.repair("rds-settings")
def test_what_is_chosen_at_first_reads_back(make):
    made = make(Engine="sqlserver-se", EngineVersion="15.00", Timezone="W. Europe Standard Time", NetworkType="DUAL")
    assert (made["Timezone"], made["NetworkType"]) == ("W. Europe Standard Time", "DUAL")
    assert (made["LicenseModel"], made["DatabaseInsightsMode"]) == ("license-included", "standard")
    assert "EngineLifecycleSupport" not in made


@pytest.mark.repair("rds-certificates")
def test_an_instance_has_a_certificate_authority_of_the_region(rds, make, refused):
    known = [item["CertificateIdentifier"] for item in rds.describe_certificates()["Certificates"]]
    (named,) = rds.describe_certificates(CertificateIdentifier=known[1])["Certificates"]
    assert named["CertificateIdentifier"] == known[1]
    assert named["ValidFrom"] < named["ValidTill"]
    with refused("CertificateNotFound"):
        rds.describe_certificates(CertificateIdentifier="rds-ca-2015")
    assert make()["CACertificateIdentifier"] in known
    assert change(rds, CACertificateIdentifier=known[1])["CACertificateIdentifier"] == known[1]
    with refused("CertificateNotFound"):
        change(rds, CACertificateIdentifier="rds-ca-2015")


@pytest.mark.repair("rds-directories")
def test_an_instance_joins_a_directory_and_leaves_it(rds, make):
    assert make()["DomainMemberships"] == []
    [joined] = change(rds, Domain="d-0123456789", DomainIAMRoleName="directory")["DomainMemberships"]
    assert (joined["Domain"], joined["IAMRoleName"], joined["Status"]) == ("d-0123456789", "directory", "joined")
    assert "OU" not in joined
    assert change(rds, DisableDomain=True)["DomainMemberships"] == []


@pytest.mark.repair("rds-monitoring-stream")
def test_an_instance_that_is_measured_says_where_its_measurements_go(rds, make):
    made = make(MonitoringInterval=60, MonitoringRoleArn=ROLE)
    assert made["EnhancedMonitoringResourceArn"].endswith(made["DbiResourceId"])
    assert "EnhancedMonitoringResourceArn" not in change(rds, MonitoringInterval=0)


@pytest.mark.repair("rds-monitoring-off")
def test_monitoring_that_ends_needs_no_role(rds, make):
    made = make(MonitoringInterval=60, MonitoringRoleArn=ROLE)
    assert made["MonitoringRoleArn"] == ROLE
    assert "MonitoringRoleArn" not in change(rds, MonitoringInterval=0)


@pytest.mark.repair("rds-role-removal")
def test_a_role_is_taken_away(rds, make, refused):
    make()
    asked = {"DBInstanceIdentifier": "orders", "RoleArn": ROLE, "FeatureName": "s3Import"}
    rds.add_role_to_db_instance(**asked)
    rds.remove_role_from_db_instance(**asked)
    assert rds.describe_db_instances(DBInstanceIdentifier="orders")["DBInstances"][0]["AssociatedRoles"] == []
    with refused("DBInstanceRoleNotFound"):
        rds.remove_role_from_db_instance(**asked)
