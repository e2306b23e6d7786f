"""Copies of automated backups in another region, which moto lacks: started, stopped and listed. They hold no data."""

from __future__ import annotations

import secrets
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import DBInstanceNotFoundError, InvalidParameterCombination
from moto.rds.models import DBInstance, RDSBackend, rds_backends
from moto.rds.responses import RDSResponse

from rds_secure.sandbox.repairs.patch import add, around
from rds_secure.sandbox.repairs.rds import usable_key


def copies() -> None:
    """Start and StopDBInstanceAutomatedBackupsReplication, in the region that backups are copied to."""

    @add(RDSResponse)
    def start_db_instance_automated_backups_replication(self: RDSResponse) -> ActionResult:
        source = _source(self)
        key, days = self.params.get("KmsKeyId"), self.params.get("BackupRetentionPeriod")
        if not source.backup_retention_period:
            raise InvalidParameterCombination("Automated backups of the source are off")
        if bool(key) is not bool(source.storage_encrypted):
            raise InvalidParameterCombination("KmsKeyId goes with an encrypted source")
        made = {
            "DBInstanceAutomatedBackupsArn": _arn(self.backend),
            "DBInstanceArn": source.arn,
            "DBInstanceIdentifier": source.db_instance_identifier,
            "DbiResourceId": source.dbi_resource_id,
            "Region": source.region,
            "Status": "active",
            "Encrypted": bool(key),
            "BackupRetentionPeriod": int(days or 7),
            **({"KmsKeyId": usable_key(self.backend, key).arn} if key else {}),
        }
        _of(self.backend)[source.arn] = made
        _list(source).append({"DBInstanceAutomatedBackupsArn": made["DBInstanceAutomatedBackupsArn"]})
        return ActionResult({"DBInstanceAutomatedBackup": made})

    @add(RDSResponse)
    def stop_db_instance_automated_backups_replication(self: RDSResponse) -> ActionResult:
        source = _source(self)
        stopped = _of(self.backend).pop(source.arn, None)
        if stopped is None:
            raise DBInstanceNotFoundError(source.db_instance_identifier)
        kept = [one for one in _list(source) if one["DBInstanceAutomatedBackupsArn"] != _named(stopped)]
        source.db_instance_automated_backups_replications = kept
        stopped["Status"] = "retained"
        _of(self.backend)[_named(stopped)] = stopped
        return ActionResult({"DBInstanceAutomatedBackup": stopped})

    @around(RDSBackend, "describe_db_instance_automated_backups")
    def describe(original: Any, self: RDSBackend, db_instance_identifier: str | None = None, **more: Any) -> Any:
        listed = original(self, db_instance_identifier, **more)
        copied = [one for one in _of(self).values() if db_instance_identifier in (None, one["DBInstanceIdentifier"])]
        return [*listed, *copied]


def _named(copy: dict[str, Any]) -> str:
    return str(copy["DBInstanceAutomatedBackupsArn"])


def _source(response: RDSResponse) -> Any:
    arn = str(response.params["SourceDBInstanceArn"])
    region, account, name = arn.split(":")[3], arn.split(":")[4], arn.split(":")[6]
    database: DBInstance | None = rds_backends[account][region].databases.get(name)
    if database is None:
        raise DBInstanceNotFoundError(name)
    return database


def _of(backend: Any) -> dict[str, dict[str, Any]]:
    """The copies in a region: those that go on by the ARN of their database, those that stopped by their own."""
    if not hasattr(backend, "copied_backups"):
        backend.copied_backups = {}
    found: dict[str, dict[str, Any]] = backend.copied_backups
    return found


def _list(database: Any) -> list[dict[str, str]]:
    if not hasattr(database, "db_instance_automated_backups_replications"):
        database.db_instance_automated_backups_replications = []
    found: list[dict[str, str]] = database.db_instance_automated_backups_replications
    return found


def _arn(backend: RDSBackend) -> str:
    return f"arn:aws:rds:{backend.region_name}:{backend.account_id}:auto-backup:ab-{secrets.token_hex(16)}"
