"""What makes an instance a read replica of another one, and what it then has from that one."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from rds_secure.fields import Field, Mode, Part, Reference
from rds_secure.values import Ref

PROMOTED: Final = "none"
"""What `replica_of` is compared as where a replica is declared as a database of its own."""

SOURCE_ARN = r"arn:aws[a-z-]*:rds:([a-z0-9-]+):(\d{12}):db:([a-z](-?[a-z0-9]){0,62})"

INHERITED = (
    *("engine_version", "db_name", "license", "character_set", "nchar_character_set", "timezone", "lifecycle_support"),
    *("master_username", "master_password", "password_version", "master_secret_key", "encrypted"),
)
"""Fields that a replica has from its source; the call that makes it takes none of them."""

AFTERWARDS = ("backup_days", "backup_window", "insights_mode", "maintenance_window", "parameter_group")
"""Fields that the call lacks, and that are set when the replica is there."""


class ReplicaFields(Part):
    """What it copies."""

    replica_of: Annotated[
        Annotated[
            Ref | str,
            Reference(("db_instance",), "name", SOURCE_ARN, "the ARN of a database instance"),
        ]
        | None,
        Field(
            Mode.CREATE_ONLY,
            create="CreateDBInstanceReadReplica.SourceDBInstanceIdentifier",
            read="ReadReplicaSourceDBInstanceIdentifier",
            terraform="replicate_source_db",
            applies="never",
        ),
    ] = None
    """The database of which this is a read replica: a db_instance, or the ARN of one, which may be in another region:
    then kms_key is a key of this region. Version, user, password and encryption are the source's."""
    replica_mode: Annotated[
        Literal["open-read-only", "mounted"] | None,
        Field(
            Mode.ADOPT,
            create="CreateDBInstanceReadReplica.ReplicaMode",
            change="ReplicaMode",
            read="ReplicaMode",
            terraform="replica_mode",
            applies="window",
        ),
    ] = None
    """Whether a replica of Oracle or Db2 can be read, or only stands by."""
