"""What is wrong with a migration, or with a restore, as far as the spec alone tells."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.kind import Complaint
from rds_secure.resources.db_instance.spec import DbInstanceSpec

_HERE = "migration"


def migration(spec: DbInstanceSpec) -> Iterator[Complaint]:
    """An entry that says from where and to where, of a database that can be migrated."""
    entry = spec.migration
    if entry is None:
        return
    if entry.from_ is None and entry.from_subnet_group is None:
        fix = "write from: none or the ARN of the key it has now; or from_subnet_group"
        yield Complaint((_HERE,), "it does not say what the database is migrated from", fix)
    if entry.to is not None and entry.to != spec.kms_key:
        yield Complaint((_HERE, "to"), "to and kms_key are two keys", "write the same in both")
    if entry.to is not None and entry.from_ is None:
        yield Complaint((_HERE, "to"), "to another key, and from which is not said", "write from, or take to out")
    if entry.from_ is not None and not spec.encrypted:
        yield Complaint((_HERE,), "nothing is migrated to be unencrypted", "take encrypted: false out, or from")
    if entry.from_ is not None and entry.from_ == spec.kms_key:
        yield Complaint((_HERE, "from"), "it would be migrated to the key that it has", "write another kms_key")
    if entry.from_subnet_group is not None and spec.subnet_group is None:
        yield Complaint((_HERE, "from_subnet_group"), "there is no subnet_group to move to", "write subnet_group")
    if spec.cluster is not None or spec.replica_of is not None:
        whose = "its cluster" if spec.cluster is not None else "its source"
        fix = "take it out, and declare a new one under another key of the spec"
        yield Complaint((_HERE,), f"its data is that of {whose}: it is not migrated by itself", fix)


def restored(spec: DbInstanceSpec) -> Iterator[Complaint]:
    """What does not go together with a snapshot."""
    for field, whose in (("replica_of", "its source"), ("cluster", "its cluster")):
        if spec.restore_from is not None and getattr(spec, field) is not None:
            what = f"its data is that of {whose}, and not of a snapshot"
            yield Complaint(("restore_from",), what, "take one of the two out")
