"""What specs/strict.yaml provisions, looked at by a judge that knows public controls and nothing of the tool."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rds_secure.sandbox.seed import AWAY, KEY_AWAY
from tests.e2e import judge
from tests.e2e.harness import SPECS, Harness


def test_a_judge_finds_nothing_in_what_is_strict_and_whatever_somebody_weakens(harness: Harness) -> None:
    harness.make(SPECS / "strict.yaml")
    assert judge.findings(harness.client) == []
    (copied,) = harness.client("rds", AWAY).describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    assert copied["DBInstanceIdentifier"] == "strict-postgres"
    assert (copied["KmsKeyId"].rpartition("/")[2], copied["BackupRetentionPeriod"]) == (KEY_AWAY, 7)

    harness.behind(_weaken)
    found = judge.findings(harness.client)
    assert [finding for finding in found if not finding.startswith("KMS.4 ")] == [
        "CKV_AWS_23 strict-mysql",
        "CKV_AWS_382 strict-postgres",
        "EC2.19 strict-mysql",
        "IAM.2 strict-dana",
        "RDS.11 strict-mysql",
        "RDS.2 strict-postgres",
        "RDS.20 db-instance",
        "RDS.38 strict-aurora-mysql",
        "RDS.5 strict-sqlserver",
        "RDS.8 strict-aurora-postgres",
        "RDS.9 strict-mysql",
    ]
    assert len(found) == 12


def _weaken(client: Callable[[str], Any]) -> None:
    rds, ec2, kms = client("rds"), client("ec2"), client("kms")
    now = {"ApplyImmediately": True}
    rds.modify_db_instance(DBInstanceIdentifier="strict-postgres", PubliclyAccessible=True, **now)
    rds.modify_db_instance(DBInstanceIdentifier="strict-sqlserver", MultiAZ=False, **now)
    logs = {"DisableLogTypes": ["audit"]}
    rds.modify_db_instance(
        DBInstanceIdentifier="strict-mysql", BackupRetentionPeriod=6, CloudwatchLogsExportConfiguration=logs, **now
    )
    rds.modify_db_cluster(DBClusterIdentifier="strict-aurora-postgres", DeletionProtection=False, **now)
    open_to_all = {"ParameterName": "require_secure_transport", "ParameterValue": "OFF", "ApplyMethod": "immediate"}
    rds.modify_db_cluster_parameter_group(
        DBClusterParameterGroupName="strict-aurora-mysql-aurora-mysql8-0", Parameters=[open_to_all]
    )
    rds.modify_event_subscription(SubscriptionName="strict-instances", SourceType="db-instance", Enabled=False)
    groups = {item["GroupName"]: item["GroupId"] for item in ec2.describe_security_groups()["SecurityGroups"]}
    everybody = {"IpProtocol": "tcp", "FromPort": 13306, "ToPort": 13306, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=groups["strict-mysql"], IpPermissions=[everybody])
    inside = {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "IpRanges": [{"CidrIp": "10.20.0.0/16", "Description": "endpoints"}],
    }
    ec2.authorize_security_group_egress(GroupId=groups["strict-postgres"], IpPermissions=[inside])
    kms.disable_key_rotation(KeyId=kms.describe_key(KeyId="alias/strict/strict-data")["KeyMetadata"]["KeyId"])
    client("iam").attach_user_policy(UserName="strict-dana", PolicyArn="arn:aws:iam::aws:policy/PowerUserAccess")
