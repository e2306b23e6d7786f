"""Copies of automated backups in another region: how they are read, started and stopped, and what does not fit.

They are made and listed by calls in the region that they go to; no copy is ever deleted here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rds_secure.database import calls
from rds_secure.kind import Change, Complaint, Found, Live, Reader, Resource, Scope
from rds_secure.operation import Condition, Operation, Retry
from rds_secure.resources.db_instance import waits
from rds_secure.resources.db_instance.spec import BackupCopy, DbInstanceSpec

_BUSY = Retry("InvalidDBInstanceState")
_HERE = "backup_copy"


# What does not fit


def check(spec: DbInstanceSpec) -> Iterator[Complaint]:
    """What needs no AWS: a region, a key of it for an encrypted database, and backups that could be copied."""
    copy = spec.backup_copy
    if copy is None or copy == BackupCopy():
        return
    if copy.region is None:
        yield Complaint((_HERE,), "a copy needs a region to go to", "write region, or {} for no copies")
        return
    if copy.key is None and spec.encrypted and "encrypted" not in spec.ignore and spec.replica_of is None:
        what = "copies of an encrypted database are encrypted with a key of the region that they go to"
        yield Complaint((_HERE,), what, f"write key, the ARN of a key in {copy.region}")
    elif copy.key is not None and not spec.encrypted:
        yield Complaint((_HERE, "key"), "copies of a database are encrypted only where it is", "take key out")
    if copy.key is not None and copy.key.split(":")[3] != copy.region:
        what = f"the key is in {copy.key.split(':')[3]}, and the copies go to {copy.region}"
        yield Complaint((_HERE, "key"), what, f"write the ARN of a key in {copy.region}")
    if spec.backup_days == 0 and "backup_days" not in spec.ignore:
        what = "without automated backups there is nothing to copy"
        yield Complaint((_HERE,), what, "write backup_days: 1 or more, or take backup_copy out")


def verify(reader: Reader, spec: DbInstanceSpec, scope: Scope) -> Iterator[Complaint]:
    """A region of its own, in which backups can be listed: what cannot be reached is noticed before the first call."""
    copy = spec.backup_copy
    if copy is None or copy.region is None:
        return
    if copy.region == scope.region:
        what = f"backups are in {scope.region} anyway"
        yield Complaint((_HERE, "region"), what, "write another region, or take backup_copy out")
        return
    reader.call("rds", "DescribeDBInstanceAutomatedBackups", region=copy.region)


def refuses(path: str, wanted: DbInstanceSpec, live: DbInstanceSpec) -> str:
    """Another key in the same region (user guide, on stopped cross-region backups); "" for what can change."""
    before, after = live.backup_copy, wanted.backup_copy
    if path != f"{_HERE}.key" or before is None or after is None or before.region != after.region:
        return ""
    return (
        "copies that are there keep the key they have, and AWS makes none under another one beside them: write that "
        "key; or write backup_copy: {}, apply, delete the copies by hand, and write the other key after that"
    )


# What is live


def looked_up(reader: Reader, found: Found[DbInstanceSpec]) -> Found[DbInstanceSpec]:
    """The instance with key and days of its copies, from the region they are in; asked only where there are any."""
    copy = found.spec.backup_copy
    if copy is None or copy.region is None:
        return found
    reply = reader.call("rds", "DescribeDBInstanceAutomatedBackups", region=copy.region) or {}
    source = found.exports.get("arn")
    listed = [item for item in reply["DBInstanceAutomatedBackups"] if item.get("DBInstanceArn") == source]
    for item in listed:
        if item.get("Status") != "retained":
            days = item.get("BackupRetentionPeriod")
            copy = BackupCopy.model_construct(region=copy.region, key=item.get("KmsKeyId"), retention_days=days)
    return replace(found, spec=found.spec.model_copy(update={_HERE: copy}))


# Calls


def create(resource: Resource[DbInstanceSpec], scope: Scope) -> Iterator[Operation]:
    """Copies of a new database, once it is there."""
    copy = resource.spec.backup_copy
    if copy is not None and copy.region is not None:
        yield _start(resource.name, copy, copy.region, scope)


def update(change: Change[DbInstanceSpec]) -> Iterator[Operation]:
    """AWS changes no copying that goes on: it is stopped, and started as it should be."""
    wanted, live = change.resource.spec.backup_copy, change.live.spec.backup_copy
    if wanted is None or not any(item.path.startswith(f"{_HERE}.") for item in change.fields):
        return
    if live is not None and live.region is not None:
        yield _stop(change.live.name, live.region, change.scope)
    if wanted.region is not None:
        yield _start(change.live.name, wanted, wanted.region, change.scope)


def left(live: Live[DbInstanceSpec]) -> str:
    """What a deletion leaves of them, for its summary; "" where there are none."""
    copy = live.spec.backup_copy
    return f"; the copies of its backups in {copy.region} stay for their days" if copy and copy.region else ""


def notes(wanted: DbInstanceSpec, live: DbInstanceSpec) -> Iterator[str]:
    """What becomes of copies that are no longer made."""
    before, after = live.backup_copy, wanted.backup_copy
    if before is not None and before.region is not None and after is not None and after.region != before.region:
        yield f"the copies of its backups that are in {before.region} stay there until their days are over"


def _start(name: str, copy: BackupCopy, region: str, scope: Scope) -> Operation:
    params = {
        "SourceDBInstanceArn": _arn(name, scope),
        "SourceRegion": scope.region,  # botocore signs the copy out of it
        "BackupRetentionPeriod": copy.retention_days,
        "KmsKeyId": copy.key,
    }
    given = {key: value for key, value in params.items() if value is not None}
    return Operation(
        service="rds",
        action="StartDBInstanceAutomatedBackupsReplication",
        params=given,
        summary=f"copy its backups to {region}",
        region=region,
        wait=waits.wait(name, (Condition(f"type({_copied(region)} | [0])", ("string",), f"a copy in {region}"),)),
        retry_on=(_BUSY, Retry("InvalidDBInstanceAutomatedBackupState")),
        also=calls.permissions(given),
    )


def _stop(name: str, region: str, scope: Scope) -> Operation:
    return Operation(
        service="rds",
        action="StopDBInstanceAutomatedBackupsReplication",
        params={"SourceDBInstanceArn": _arn(name, scope)},
        summary=f"copy no more backups to {region}",
        region=region,
        wait=waits.wait(name, (Condition(_copied(region), what=f"what is copied to {region}"),)),
        retry_on=(_BUSY,),
    )


def _copied(region: str) -> str:
    """Where the instance lists what is copied to a region (JMESPath)."""
    arn = "DBInstanceAutomatedBackupsArn"
    return f"DBInstanceAutomatedBackupsReplications[?contains({arn}, ':{region}:')].{arn}"


def _arn(name: str, scope: Scope) -> str:
    return scope.arn("rds", f"db:{name.lower()}")
