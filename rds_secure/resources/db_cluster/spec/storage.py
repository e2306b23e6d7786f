"""Where the data of a cluster lies: size, type, encryption, and how far back it can be wound."""

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
    """Storage of each instance of a Multi-AZ DB cluster in GiB, at least; it needs one. That of Aurora grows by
    itself."""
    storage_type: Annotated[
        Literal["aurora", "aurora-iopt1", "gp3", "io1", "io2"] | None,
        Field(
            Mode.ADOPT,
            create="StorageType",
            change="StorageType",
            read="StorageType",
            terraform="storage_type",
            applies="window",
        ),
    ] = None
    """aurora or aurora-iopt1 (no charge for input and output, dearer otherwise); for a Multi-AZ DB cluster gp3, io1 or
    io2."""
    iops: Annotated[
        Annotated[Int, Limit(ge=1)] | None,
        Field(Mode.ADOPT, create="Iops", change="Iops", read="Iops", terraform="iops", applies="window"),
    ] = None
    """Input and output operations a second of a Multi-AZ DB cluster, which needs a number of them."""
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
    """Whether storage, backups and snapshots are encrypted under a KMS key; fixed once the cluster exists. Aurora
    encrypts all the same, under a key that AWS owns."""
    kms_key: Annotated[
        KmsKey | None,
        Field(Mode.CREATE_ONLY, create="KmsKeyId", read="KmsKeyId", terraform="kms_key_id", applies="never"),
    ] = None
    """The key that encrypts them: a kms_key, an id, an ARN, an alias or a look-up; fixed once the cluster exists.
    Left out: AWS's own key for RDS."""
    backtrack_seconds: Annotated[
        Annotated[Int, Limit(ge=0, le=259200)] | None,
        Field(
            Mode.ADOPT,
            create="BacktrackWindow",
            change="BacktrackWindow",
            read="BacktrackWindow",
            terraform="backtrack_window",
            applies="now",
        ),
    ] = None
    """How far it can be wound back in place, up to 259200 seconds; 0: not at all. Aurora MySQL only; it can be switched
    on only when the cluster is made, and off for ever."""
