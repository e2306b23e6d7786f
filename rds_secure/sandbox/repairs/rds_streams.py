"""RDS activity streams, which moto does not have: started and stopped for a cluster or an instance. Nothing is sent."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import RDSClientError
from moto.rds.models import RDSBackend
from moto.rds.responses import RDSResponse

from rds_secure.sandbox.repairs.patch import add


def activity_streams() -> None:
    """A cluster needs an instance, and either a key that is not AWS's own; what is on is not started again."""

    @add(RDSResponse)
    def start_activity_stream(self: RDSResponse) -> ActionResult:
        arn, key = self.params["ResourceArn"], str(self.params["KmsKeyId"])
        database = _database(self.backend, arn)
        if _is_on(database) or (":cluster:" in arn and not _has_instance(self.backend, database)):
            raise _unfit(arn)
        database.activity_stream_kms_key_id = _key(self.backend, key)
        database.activity_stream_mode = self.params["Mode"]
        database.activity_stream_status = "started"
        database.activity_stream_kinesis_stream_name = f"aws-rds-das-{arn.rpartition(':')[2]}"
        native = self.params.get("EngineNativeAuditFieldsIncluded")
        database.activity_stream_engine_native_audit_fields_included = str(native).lower() == "true"
        return _answer(database, "starting")

    @add(RDSResponse)
    def stop_activity_stream(self: RDSResponse) -> ActionResult:
        arn = self.params["ResourceArn"]
        database = _database(self.backend, arn)
        if not _is_on(database):
            raise _unfit(arn)
        answer = _answer(database, "stopping")
        database.activity_stream_status = "stopped"
        for name in ("kms_key_id", "mode", "kinesis_stream_name", "engine_native_audit_fields_included"):
            setattr(database, f"activity_stream_{name}", None)
        return answer


def _answer(database: Any, status: str) -> ActionResult:
    return ActionResult(
        {
            "KmsKeyId": database.activity_stream_kms_key_id,
            "KinesisStreamName": database.activity_stream_kinesis_stream_name,
            "Status": status,
        }
    )


def _is_on(database: Any) -> bool:
    return getattr(database, "activity_stream_status", "stopped") == "started"


def _has_instance(rds: RDSBackend, cluster: Any) -> bool:
    return any(item.db_cluster_identifier == cluster.db_cluster_identifier for item in rds.databases.values())


def _database(rds: RDSBackend, arn: str) -> Any:
    _, _, name = arn.rpartition(":")
    if ":cluster:" in arn and name in rds.clusters:
        return rds.clusters[name]
    if ":db:" in arn and name in rds.databases:
        return rds.databases[name]
    code = "DBClusterNotFoundFault" if ":cluster:" in arn else "DBInstanceNotFound"
    raise RDSClientError(code, f"{arn} not found.")


def _unfit(arn: str) -> RDSClientError:
    code = "InvalidDBClusterStateFault" if ":cluster:" in arn else "InvalidDBInstanceState"
    return RDSClientError(code, f"{arn} is in no state for this.")


def _key(rds: RDSBackend, named: str) -> str:
    key = rds.kms.keys.get(named.rpartition("/")[2])
    if key is None or key.key_manager == "AWS":
        raise RDSClientError("KMSKeyNotAccessibleFault", f"The key {named} cannot be used for an activity stream.")
    return str(key.arn)
