"""Activity streams in the sandbox, driven by boto3."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.test_sandbox_rds_cluster import look, make

__all__ = ["make"]


def start(rds: Any, arn: str, key: str) -> dict[str, Any]:
    return rds.start_activity_stream(ResourceArn=arn, Mode="async", KmsKeyId=key, ApplyImmediately=True)


@pytest.mark.repair("rds-activity-streams")
def test_a_stream_starts_once_there_is_an_instance_and_stops(rds, kms, make, refused):
    arn, key = make()["DBClusterArn"], kms.create_key()["KeyMetadata"]["Arn"]
    with refused("InvalidDBClusterStateFault"):
        start(rds, arn, key)
    rds.create_db_instance(
        DBInstanceIdentifier="orders-1",
        DBClusterIdentifier="orders",
        Engine="aurora-postgresql",
        DBInstanceClass="db.r7g.large",
    )
    with refused("KMSKeyNotAccessibleFault"):
        start(rds, arn, "alias/aws/rds")
    with refused("DBClusterNotFoundFault"):
        start(rds, f"{arn}-of-others", key)
    assert start(rds, arn, key)["KinesisStreamName"] == look(rds)["ActivityStreamKinesisStreamName"]
    assert (look(rds)["ActivityStreamStatus"], look(rds)["ActivityStreamKmsKeyId"]) == ("started", key)
    with refused("InvalidDBClusterStateFault"):
        start(rds, arn, key)
    rds.stop_activity_stream(ResourceArn=arn)
    assert look(rds)["ActivityStreamStatus"] == "stopped"
    with refused("InvalidDBClusterStateFault"):
        rds.stop_activity_stream(ResourceArn=arn)
