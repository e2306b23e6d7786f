"""Sharing of manual DB snapshots: which accounts may restore one, and never everybody. Snapshots are not made here.

AWS keeps a plain list of accounts. Which of them are ours is noted in a tag on the snapshot, as hashes, so that an
account that is taken out of the spec loses its access, and one that others have let in does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rds_secure.database import look
from rds_secure.kind import Change, Complaint, Found, Kind, Live, Reader, Resource, Scope, Wanted
from rds_secure.operation import Operation
from rds_secure.resources.snapshot_sharing.calls import note, share
from rds_secure.resources.snapshot_sharing.read import hashed, is_shared, owner, read, snapshots
from rds_secure.resources.snapshot_sharing.sort import OF_CLUSTERS, OF_INSTANCES, arn_of, identity_of, sort_of
from rds_secure.resources.snapshot_sharing.spec import SnapshotSharingSpec

ACCOUNTS = 20
"""How many accounts AWS shares a snapshot with (from memory)."""


class SnapshotSharing(Kind[SnapshotSharingSpec]):
    """RDS `ModifyDBSnapshotAttribute`, or its like for clusters, with the attribute ``restore``."""

    name = "snapshot_sharing"
    title = "snapshot sharing"
    spec = SnapshotSharingSpec
    exports = {"name": "the snapshot's name", "arn": "the snapshot's ARN"}
    services = ("rds", "kms")
    read_actions = (
        "kms:ListAliases",
        "rds:DescribeDBClusterSnapshotAttributes",
        "rds:DescribeDBClusterSnapshots",
        "rds:DescribeDBClusters",
        "rds:DescribeDBInstances",
        "rds:DescribeDBSnapshotAttributes",
        "rds:DescribeDBSnapshots",
    )
    taggable = False
    setting = True
    adoptable = False
    imported = False

    def aws_name(self, stack: str, key: str, spec: SnapshotSharingSpec) -> str:
        """That of the snapshot, in lower case (RDS-5)."""
        return spec.snapshot.lower()

    def identity(self, name: str, spec: SnapshotSharingSpec, scope: Scope) -> str:
        """Snapshots of clusters have names of their own."""
        return identity_of(sort_of(spec), name)

    def check(self, key: str, spec: SnapshotSharingSpec) -> Iterator[Complaint]:
        if len(set(spec.accounts)) > ACCOUNTS:
            what = f"{len(set(spec.accounts))} accounts are written, and AWS shares a snapshot with {ACCOUNTS} at most"
            yield Complaint(("accounts",), what, "share a copy of it with the rest")

    def verify(self, reader: Reader, resource: Resource[SnapshotSharingSpec], scope: Scope) -> Iterator[Complaint]:
        spec, sort = resource.spec, sort_of(resource.spec)
        if scope.account in spec.accounts:
            index = spec.accounts.index(scope.account)
            yield Complaint(("accounts", index), f"{scope.account} is this account itself", "take it out")
        snapshot = snapshots(reader, sort).get(resource.name)
        if snapshot is None:
            what = f"there is no manual snapshot {resource.name} here"
            yield Complaint(("snapshot",), what, "make it first, or name one that exists")
            return
        if owner(reader, sort, snapshot) != scope.stack:
            what = f"{resource.name} is a snapshot of {snapshot[sort.database]}, which this stack does not own"
            yield Complaint(("snapshot",), what, "share it in the stack of its database")
        if spec.accounts and snapshot.get(sort.encrypted) and look.is_awss_own(reader, snapshot.get("KmsKeyId", "")):
            what = f"{resource.name} is encrypted under AWS's own key, which no other account can use"
            yield Complaint(("snapshot",), what, "copy it under a key of your own, and share the copy")

    def predict(self, scope: Scope, name: str, spec: SnapshotSharingSpec) -> Mapping[str, str]:
        return {"name": name, "arn": arn_of(scope, sort_of(spec), name)}

    def normalise(
        self, resource: Resource[SnapshotSharingSpec], live: Live[SnapshotSharingSpec] | None, scope: Scope
    ) -> SnapshotSharingSpec:
        """Each account once. One that others have let in, and that is written now, is not one of others any more."""
        accounts = tuple(sorted(set(resource.spec.accounts)))
        others = live.spec.other_accounts if live else ()
        taken_over = tuple(account for account in others if account in accounts)
        return resource.spec.model_copy(update={"accounts": accounts, "other_accounts": taken_over})

    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[SnapshotSharingSpec]]:
        """Only of declared snapshots: without a spec nobody is let in, or shut out."""
        for sort in (OF_INSTANCES, OF_CLUSTERS):
            if any(identity.startswith(identity_of(sort, "")) for identity in wanted.identities):
                yield from read(reader, sort, wanted)

    def create(self, resource: Resource[SnapshotSharingSpec], scope: Scope) -> tuple[Operation, ...]:
        """The note comes first: an account that gets in without one would be taken for one of others."""
        sort, name, accounts = sort_of(resource.spec), resource.name, resource.spec.accounts
        noting = note(arn_of(scope, sort, name), frozenset(map(hashed, accounts)))
        return (noting, *share(sort, name, accounts, ()))

    def update(self, change: Change[SnapshotSharingSpec]) -> tuple[Operation, ...]:
        """Whoever gets in is noted before, and whoever loses access is forgotten after."""
        sort, name, noted = sort_of(change.resource.spec), change.live.name, change.live.facts["noted"]
        arn = arn_of(change.scope, sort, name)
        ours = frozenset(map(hashed, change.resource.spec.accounts))
        removed = (*filter(is_shared, change.removed("accounts")), *change.removed("other_accounts"))
        shared = share(sort, name, change.added("accounts"), removed)
        before = (note(arn, noted | ours),) if ours - noted else ()
        after = (note(arn, ours),) if noted - ours else ()
        return (*before, *shared, *after)


KIND = SnapshotSharing()
