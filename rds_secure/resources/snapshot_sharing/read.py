"""Described snapshots, with whom they are shared, and which of those a spec has let in. It changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rds_secure import ownership, tagging
from rds_secure.kind import Found, Reader, Wanted
from rds_secure.resources.snapshot_sharing.sort import OF_CLUSTERS, Sort, arn_of, identity_of, sort_of
from rds_secure.resources.snapshot_sharing.spec import SnapshotSharingSpec
from rds_secure.values import Address, Value, digest

NOTED = "rds-secure:shared"
"""The tag on a snapshot that notes the accounts which it is shared with by a spec: ``1.`` and a hash of each."""

EVERYBODY = "all"
ONLY_NOTED = "noted as "
"""How an account reads that is noted although the snapshot is not shared with it, before what the note has of it."""


def read(reader: Reader, sort: Sort, wanted: Wanted) -> Iterator[Found[SnapshotSharingSpec]]:
    """What of the sharing of declared snapshots there is: somebody is let in, or a spec has been here before."""
    found = snapshots(reader, sort).items()
    declared = [(name, item) for name, item in found if identity_of(sort, name) in wanted.identities]
    values = reader.each(lambda named: _restorers(reader, sort, named[0]), declared)
    for (name, snapshot), accounts in zip(declared, values, strict=True):
        noted = _tags(snapshot).get(NOTED)
        if accounts or noted is not None:
            yield _found(sort, name, accounts, hashes(noted or ""), wanted)


def snapshots(reader: Reader, sort: Sort) -> dict[str, Mapping[str, Any]]:
    """Manual snapshots by their names, with their tags: one list for all."""
    action, root = sort.snapshots
    reply = reader.call("rds", action, {"SnapshotType": "manual"}) or {}
    return {item[sort.snapshot].lower(): item for item in reply[root]}


def _restorers(reader: Reader, sort: Sort, name: str) -> tuple[str, ...]:
    """The accounts that may restore a snapshot, and ``all`` if everybody may."""
    action, root, inside = sort.attributes
    reply = reader.call("rds", action, {sort.snapshot: name}, absent=sort.gone) or {}
    attributes = (reply.get(root) or {}).get(inside) or ()
    found = {value for item in attributes if item["AttributeName"] == "restore" for value in item["AttributeValues"]}
    return tuple(sorted(found))


def _found(
    sort: Sort, name: str, accounts: tuple[str, ...], noted: frozenset[str], wanted: Wanted
) -> Found[SnapshotSharingSpec]:
    """Everybody is among the accounts that are compared, so that it is taken out whatever is written.

    So is whom an apply that was interrupted had shut out, but not forgotten: by what the note has of it.
    """
    scope = wanted.scope
    declared = [item.spec for item in wanted.declared.values() if item.name == name]
    sharings = [spec for spec in declared if isinstance(spec, SnapshotSharingSpec) and sort_of(spec) is sort]
    written = {account for spec in sharings for account in spec.accounts}
    left = noted - {hashed(account) for account in (*accounts, *written)}
    ours = {account for account in accounts if account == EVERYBODY or hashed(account) in noted}
    ours |= {f"{ONLY_NOTED}{item}" for item in left}
    public = ("it is public: every AWS account may restore it",) if EVERYBODY in accounts else ()
    return Found(
        name=name,
        identity=identity_of(sort, name),
        spec=SnapshotSharingSpec.model_construct(
            snapshot=name,
            cluster=sort is OF_CLUSTERS,
            accounts=tuple(sorted(ours)),
            other_accounts=tuple(account for account in accounts if account not in ours),
        ),
        exports={"name": name, "arn": arn_of(scope, sort, name)},
        facts={"noted": noted, "notes": public},
        owned_by_path=ownership.Owner(scope.stack, Address("snapshot_sharing", name), name),
        keyed=False,
    )


def _tags(item: Mapping[str, Any]) -> dict[str, str]:
    return tagging.mapping(item.get("TagList"))


def owner(reader: Reader, sort: Sort, snapshot: Mapping[str, Any]) -> str | None:
    """The stack of its database: as the tags of that say, or those that the snapshot has of it once it is gone."""
    action, root = sort.databases
    reply, resource_id = reader.call("rds", action) or {}, snapshot.get(sort.resource_id)
    for database in reply[root]:
        if resource_id and database.get(sort.resource_id) == resource_id:
            return _tags(database).get(ownership.STACK)
    return _tags(snapshot).get(ownership.STACK)


def is_shared(account: Value) -> bool:
    """Whether it is an account that may restore the snapshot, not one that is only noted."""
    return not str(account).startswith(ONLY_NOTED)


def hashed(account: Value) -> str:
    """What the note has of an account."""
    return digest(account, 4)


def hashes(noted: str) -> frozenset[str]:
    """What a note has: ``1.abcdwxyz`` → {abcd, wxyz}; nothing for what is no note of ours."""
    version, _, listed = noted.partition(".")
    return frozenset(listed[at : at + 4] for at in range(0, len(listed), 4)) if version == "1" else frozenset()
