"""Where the data lies: size, type and encryption. What fits which engine is checked elsewhere."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field as Limit

from rds_secure.database.types import KmsKey
from rds_secure.fields import Bool, Field, Int, Mode, Part


class StorageFields(Part):
    """Where the data lies."""

    storage_gib: Annotated[
        Annotated[Int, Limit(ge=1)] | None,
        Field(
            Mode.FLOOR,
            create="AllocatedStorage",
            change="AllocatedStorage",
            read="AllocatedStorage",
            terraform="allocated_storage",
            applies="window",
        ),
    ] = None
    """Storage in GiB, at least: it grows, by 10 % at least, and never shrinks."""
    max_storage_gib: Annotated[
        Annotated[Int, Limit(ge=0)] | None,
        Field(
            Mode.ADOPT,
            create="MaxAllocatedStorage",
            change="MaxAllocatedStorage",
            read="MaxAllocatedStorage",
            terraform="max_allocated_storage",
            applies="now",
        ),
    ] = None
    """How far AWS may let the storage grow by itself, in GiB; 0: not at all."""
    storage_type: Annotated[
        Literal["gp2", "gp3", "io1", "io2", "standard"] | None,
        Field(
            Mode.ADOPT,
            create="StorageType",
            change="StorageType",
            read="StorageType",
            terraform="storage_type",
            applies="window",
        ),
    ] = None
    """The kind of storage; AWS takes gp3. A change to or from standard is an outage."""
    iops: Annotated[
        Annotated[Int, Limit(ge=1)] | None,
        Field(Mode.ADOPT, create="Iops", change="Iops", read="Iops", terraform="iops", applies="window"),
    ] = None
    """Input and output operations a second: of io1 and io2, which need them, and of gp3 that is large enough."""
    throughput_mbps: Annotated[
        Annotated[Int, Limit(ge=1)] | None,
        Field(
            Mode.ADOPT,
            create="StorageThroughput",
            change="StorageThroughput",
            read="StorageThroughput",
            terraform="storage_throughput",
            applies="window",
        ),
    ] = None
    """MiB a second, of gp3 that is large enough; at most a quarter of the IOPS."""
    dedicated_log_volume: Annotated[
        Bool | None,
        Field(
            Mode.ADOPT,
            create="DedicatedLogVolume",
            change="DedicatedLogVolume",
            read="DedicatedLogVolume",
            terraform="dedicated_log_volume",
            applies="window",
        ),
    ] = None
    """Whether the log has a volume of its own, with io1 and io2; a change is an outage."""
    encrypted: Annotated[
        Bool,
        Field(
            Mode.CREATE_ONLY,
            create="StorageEncrypted",
            read="StorageEncrypted",
            terraform="storage_encrypted",
            applies="never",
        ),
    ] = True
    """Whether storage, backups and snapshots are encrypted; fixed once the database exists."""
    kms_key: Annotated[
        KmsKey | None,
        Field(Mode.CREATE_ONLY, create="KmsKeyId", read="KmsKeyId", terraform="kms_key_id", applies="never"),
    ] = None
    """The key that encrypts them: a kms_key, an id, an ARN, an alias or a look-up; fixed once the database exists.
    Left out: AWS's own key for RDS."""

    @property
    def gib(self) -> int:
        """Storage in GiB; 0 where nothing says it."""
        return self.storage_gib or 0
