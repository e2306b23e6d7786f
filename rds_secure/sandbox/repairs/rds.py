"""RDS instances as they are made: identity, encryption key and its grant, password, network, storage.

Changing and deleting them is in `rds_change`, versions and defaults per engine in `rds_engine`.
"""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Iterable
from typing import Any

from moto.ec2.models import ec2_backends
from moto.kms.models import Grant, Key
from moto.rds.exceptions import InvalidParameterCombination, InvalidParameterValue, KMSKeyNotAccessibleFault
from moto.rds.models import DBInstance, DBSnapshot, MasterUserSecret, RDSBackend
from moto.secretsmanager.models import FakeSecret

from rds_secure.engines import ENGINES
from rds_secure.sandbox.repairs.patch import around, replace_property

IDENTITY_ALPHABET = string.ascii_uppercase + string.digits
GRANTED = ("Decrypt", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo", "CreateGrant", "DescribeKey")
GP3_BASELINE = {"iops": 3000, "storage_throughput": 125}
"""IOPS and MB/s of a small volume (RDS-17)."""


def resource_ids() -> None:
    """Every instance has a DbiResourceId of its own, replicas included."""

    def identity() -> str:
        return "db-" + "".join(secrets.choice(IDENTITY_ALPHABET) for _ in range(26))

    @around(DBInstance, "__init__")
    def init(original: Any, self: DBInstance, *args: Any, **named: Any) -> None:
        original(self, *args, **named)
        self.dbi_resource_id = identity()

    @around(RDSBackend, "create_db_instance_read_replica")
    def replica(original: Any, self: RDSBackend, db_kwargs: Any) -> DBInstance:
        made: DBInstance = original(self, db_kwargs)
        made.dbi_resource_id = identity()
        return made


def encryption_keys() -> None:
    """A key given in any form reads back as its ARN, none as that of alias/aws/rds; an unusable one is refused."""

    @around(RDSBackend, "create_db_instance")
    def create(original: Any, self: RDSBackend, db_kwargs: Any) -> Any:
        if db_kwargs.get("db_cluster_identifier") is None:
            if db_kwargs.get("kms_key_id") and not db_kwargs.get("storage_encrypted"):
                raise InvalidParameterCombination("KmsKeyId needs StorageEncrypted")
            if db_kwargs.get("storage_encrypted"):
                db_kwargs["kms_key_id"] = usable_key(self, db_kwargs.get("kms_key_id") or "alias/aws/rds").arn
        return original(self, db_kwargs)

    @around(MasterUserSecret, "__init__")
    def init(original: Any, self: MasterUserSecret, resource: Any, kms_key_id: str | None) -> None:
        original(self, resource, kms_key_id and usable_key(resource.backend, kms_key_id).arn)


def usable_key(rds: RDSBackend, named: str) -> Key:
    """The key of this id, ARN, alias or alias ARN; raises KMSKeyNotAccessibleFault unless it can encrypt (RDS-4)."""
    kms = rds.kms
    name = kms.get_alias_name(named)
    key_id = kms.get_key_id_from_alias(name) if name.startswith("alias/") else kms.get_key_id(named)
    key = kms.keys.get(key_id or "")
    elsewhere = named.startswith("arn:") and named.split(":")[3] != rds.region_name
    if key is None or elsewhere or key.key_state != "Enabled" or key.key_spec != "SYMMETRIC_DEFAULT":
        raise KMSKeyNotAccessibleFault(named)
    return key


def grants() -> None:
    """RDS holds a grant on the key of each encrypted instance, replicas included, while the instance lives."""

    @around(RDSBackend, "create_db_instance", "create_db_instance_read_replica")
    def create(original: Any, self: RDSBackend, db_kwargs: Any) -> DBInstance:
        made: DBInstance = original(self, db_kwargs)
        if made.db_cluster_identifier is None and made.kms_key_id is not None:
            service = f"rds.{self.region_name}.amazonaws.com"
            made.key_grant = usable_key(self, made.kms_key_id).add_grant(  # type: ignore[attr-defined]
                "",
                service,
                list(GRANTED),
                constraints={"EncryptionContextSubset": {"aws:rds:db-id": made.dbi_resource_id}},
                retiring_principal=service,
            )
        return made

    @around(RDSBackend, "delete_db_instance")
    def delete(original: Any, self: RDSBackend, *args: Any, **named: Any) -> DBInstance:
        gone: DBInstance = original(self, *args, **named)
        grant: Grant | None = getattr(gone, "key_grant", None)
        if grant is not None and grant.key_id in self.kms.keys:
            self.kms.keys[grant.key_id].retire_grant(grant.id)
        return gone


def managed_passwords() -> None:
    """The managed secret is active at once, holds the user's name, is rotated every week, and excludes a password that
    is given."""
    replace_property(MasterUserSecret, "secret_status", lambda secret: "active")

    @around(MasterUserSecret, "_create_secret")
    def made(original: Any, self: MasterUserSecret, kms_key_id: str | None) -> FakeSecret:
        secret: FakeSecret = original(self, kms_key_id)
        secret.rotation_requested = secret.rotation_enabled = True
        secret.auto_rotate_after_days = 7
        return secret

    @around(MasterUserSecret, "_generate_secret_string")
    def generate(original: Any, self: MasterUserSecret) -> str:
        secret = json.loads(original(self))
        return json.dumps(secret | {"username": self.resource.master_username, "password": secrets.token_urlsafe(21)})

    @around(RDSBackend, "create_db_instance")
    def create(original: Any, self: RDSBackend, db_kwargs: Any) -> Any:
        if db_kwargs.get("manage_master_user_password") and db_kwargs.get("master_user_password"):
            raise InvalidParameterCombination("MasterUserPassword cannot be given with ManageMasterUserPassword")
        return original(self, db_kwargs)

    @around(DBInstance, "update")
    def update(original: Any, self: DBInstance, **changes: Any) -> None:
        if changes.get("manage_master_user_password") and changes.get("master_user_password"):
            raise InvalidParameterCombination("MasterUserPassword cannot be given with ManageMasterUserPassword")
        if changes.get("manage_master_user_password") and hasattr(self, "master_user_secret"):
            changes.pop("manage_master_user_password")
        original(self, **changes)


def public_access() -> None:
    """PubliclyAccessible is false unless set, never absent."""

    @around(RDSBackend, "create_db_instance")
    def create(original: Any, self: RDSBackend, db_kwargs: Any) -> DBInstance:
        made: DBInstance = original(self, db_kwargs)
        made.publicly_accessible = bool(made.publicly_accessible)
        return made


def security_groups_exist() -> None:
    """An instance's security groups exist, and are in the VPC of its subnet group."""

    @around(RDSBackend, "create_db_instance")
    def create(original: Any, self: RDSBackend, db_kwargs: Any) -> Any:
        subnet_group = self.subnet_groups.get(db_kwargs.get("db_subnet_group_name") or "")
        check_groups(self, db_kwargs.get("vpc_security_group_ids") or (), subnet_group)
        return original(self, db_kwargs)

    @around(DBInstance, "update")
    def update(original: Any, self: DBInstance, **changes: Any) -> None:
        subnet_group = getattr(self, "db_subnet_group", None)
        check_groups(self.backend, changes.get("vpc_security_group_ids") or (), subnet_group)
        original(self, **changes)


def check_groups(rds: RDSBackend, group_ids: Iterable[str], subnet_group: Any) -> None:
    ec2 = ec2_backends[rds.account_id][rds.region_name]
    for group_id in group_ids:
        group = ec2.get_security_group_from_id(group_id)
        if group is None:
            raise InvalidParameterValue(f"Invalid security group , groupId= {group_id}, groupName=.")
        if subnet_group is not None and group.vpc_id != subnet_group.vpc_id:
            raise InvalidParameterCombination("The DB instance and EC2 security group are in different VPCs.")


def storage_defaults() -> None:
    """Storage is gp3 unless given, its size is required, and gp3 reads back its baseline performance."""

    @around(RDSBackend, "create_db_instance")
    def create(original: Any, self: RDSBackend, db_kwargs: Any) -> DBInstance:
        if db_kwargs.get("db_cluster_identifier") is None:
            if not db_kwargs.get("allocated_storage"):
                raise InvalidParameterValue("AllocatedStorage must be given for this engine")
            db_kwargs["storage_type"] = db_kwargs.get("storage_type") or ("io1" if db_kwargs.get("iops") else "gp3")
        made: DBInstance = original(self, db_kwargs)
        _fill_performance(made)
        return made

    @around(DBInstance, "update")
    def update(original: Any, self: DBInstance, **changes: Any) -> None:
        original(self, **changes)
        _fill_performance(self)


def _fill_performance(database: DBInstance) -> None:
    if database.db_cluster_identifier is not None:
        return
    if database.storage_type == "gp3":
        for name, least in _baseline(database).items():
            setattr(database, name, getattr(database, name) or least)
    elif database.storage_type in ("gp2", "standard"):
        database.iops = None
        database.storage_throughput = None


def backups_off() -> None:
    """A database that keeps backups for no days has no automated snapshot, and loses those that it had."""

    @around(DBInstance, "save_automated_backup")
    def save(original: Any, self: DBInstance) -> None:
        if self.backup_retention_period:
            original(self)

    @around(DBInstance, "update")
    def update(original: Any, self: DBInstance, **changes: Any) -> None:
        original(self, **changes)
        if not self.backup_retention_period:
            snapshots = self.backend.database_snapshots
            for name in [name for name, one in snapshots.items() if _is_backup(one, self)]:
                del snapshots[name]


def _is_backup(snapshot: DBSnapshot, database: DBInstance) -> bool:
    return snapshot.snapshot_type == "automated" and snapshot.dbi_resource_id == database.dbi_resource_id


def _baseline(database: DBInstance) -> dict[str, int]:
    """What gp3 gives for its size."""
    engine = ENGINES.get(database.engine)
    if engine is None or int(database.allocated_storage or 0) < (engine.gp3_settable_from_gib or 0):
        return GP3_BASELINE
    return dict(zip(GP3_BASELINE, engine.gp3_least, strict=True))


def automated_snapshots() -> None:
    """A database that is made again within a minute gets an automated snapshot of its own."""

    @around(RDSBackend, "create_auto_snapshot")
    def create(original: Any, self: RDSBackend, instance: str, snapshot: str) -> DBSnapshot:
        number, unique = 1, snapshot
        while unique in self.database_snapshots:
            number, unique = number + 1, f"{snapshot}-{number}"
        made: DBSnapshot = original(self, instance, unique)
        return made
