"""How a database gets what AWS gives only to a new one: another key, encryption, other subnets; or its data back."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field as Limit
from pydantic import Field as Setting

from rds_secure.database.types import KmsKey
from rds_secure.fields import Field, Int, Mode, Part, Pattern

KEY_ARN: Final = (
    r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/"
    r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})"
)
UNENCRYPTED: Final = "none"

_SNAPSHOT = r"[A-Za-z](-?[A-Za-z0-9]){0,254}|(rds|awsbackup):[A-Za-z0-9-]{1,240}"
_SNAPSHOT_ARN = rf"arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{{12}}:snapshot:({_SNAPSHOT})"


class Migration(Part):
    """A new database in the place of the old one, with its data: from a snapshot, copied under the new key."""

    from_: Annotated[
        str | None,
        Pattern(f"{UNENCRYPTED}|{KEY_ARN}", "what it is encrypted with now: none, or the ARN of a key"),
        Field(Mode.META),
    ] = Setting(None, alias="from")
    """What the database is encrypted with now: none, or the ARN of its key. Where it is anything else, nothing
    happens: so the entry can stay when it is done."""
    to: Annotated[KmsKey | None, Field(Mode.META)] = None
    """The key that it is to be encrypted with, the same as kms_key."""
    from_subnet_group: Annotated[
        str | None,
        Pattern(r"[A-Za-z][\w .-]{0,254}", "the name of the subnet group that it is in now"),
        Field(Mode.META),
    ] = None
    """The subnet group that the database is in now, for a move to another one, be it in another VPC."""
    quiesce: Annotated[Literal["none", "revoke-ingress"], Field(Mode.META)] = "none"
    """How writes are kept from being lost. none: what is written after the snapshot stays in the old database.
    revoke-ingress: before the snapshot nobody can connect any more, and open connections are ended by a reboot."""
    attempt: Annotated[Int, Limit(ge=1, le=99), Field(Mode.META)] = 1
    """Another number begins anew after a migration was rolled back."""


class MigrationFields(Part):
    """How it is made from what there was."""

    migration: Annotated[Migration | None, Field(Mode.META)] = None
    """Asks for another key, for encryption or for other subnets, which AWS gives to a new database alone."""
    restore_from: Annotated[
        str | None,
        Pattern(rf"{_SNAPSHOT}|{_SNAPSHOT_ARN}", "the name or the ARN of a snapshot"),
        Field(Mode.META, create="RestoreDBInstanceFromDBSnapshot.DBSnapshotIdentifier"),
    ] = None
    """The snapshot that the database is made from, if it is not there; means nothing once it is. Refused where newer
    data of the database is left."""
