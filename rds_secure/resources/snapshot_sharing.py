"""Sharing of manual DB snapshots: which accounts may restore one, and never everybody. Snapshots are not made here.

AWS keeps a plain list of accounts. Which of them are ours is noted in a tag on the snapshot, as hashes, so that an
account that is taken out of the spec loses its access, and one that others have let in does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from rds_secure import ownership, tagging
from rds_secure.fields import Bool, Field, Invalid, Mode, Pattern, ResourceSpec
from rds_secure.kind import Change, Complaint, Found, Kind, Live, Reader, Resource, Scope, Wanted
from rds_secure.operation import Operation, Retry
from rds_secure.values import Address, Value, digest

NOTED = "rds-secure:shared"
"""The tag on a snapshot that notes the accounts which it is shared with by a spec: ``1.`` and a hash of each."""

EVERYBODY = "all"
ACCOUNTS = 20
"""How many accounts AWS shares a snapshot with (from memory)."""

_NAME = r"[A-Za-z](-?[A-Za-z0-9]){0,254}"
_VALUES = "DBSnapshotAttributesResult.DBSnapshotAttributes[].AttributeValues"
_GONE = ("DBSnapshotNotFound",)


def _not_written(value: Any) -> Any:
    if value:
        raise Invalid("accounts of others are not written", "write them under accounts, or take this out")
    return value


class SnapshotSharingSpec(ResourceSpec):
    """The accounts that may copy and restore one manual snapshot of a database of the stack."""

    snapshot: Annotated[
        str,
        Pattern(_NAME, "the name of a manual snapshot: letters, digits and single hyphens; automated ones stay here"),
        Field(Mode.META, create="DBSnapshotIdentifier", terraform="db_snapshot_identifier"),
    ]
    """The name of the snapshot, which exists already. Automated ones, and those under AWS's own key, stay unshared."""
    accounts: Annotated[
        tuple[
            Annotated[str, Pattern(r"\d{12}", "an account id: twelve digits; a snapshot is never shared with all")], ...
        ],
        Field(
            create="ValuesToAdd",
            change="ValuesToAdd",
            read=f"DescribeDBSnapshotAttributes.{_VALUES}",
            terraform="shared_accounts",
            as_set=True,
        ),
    ]
    """The ids of the accounts; the policy of the snapshot's key must let them in as well. [] for none. An account that
    is taken out here loses its access; if the whole resource is taken out, all stays as it is."""
    other_accounts: Annotated[
        tuple[str, ...],
        BeforeValidator(_not_written),
        WithJsonSchema({"type": "array", "maxItems": 0}),
        Field(change="ValuesToRemove", read=f"DescribeDBSnapshotAttributes.{_VALUES}", as_set=True, shared=True),
    ] = ()
    """Always empty. Accounts that others have let in are shown, and removed with `exclusive: true`."""
    exclusive: Annotated[Bool, Field(Mode.META)] = False
    """Whether accounts that are not written here are removed; if not, they are only shown. Everybody always is."""


class SnapshotSharing(Kind[SnapshotSharingSpec]):
    """RDS `ModifyDBSnapshotAttribute` with the attribute ``restore``."""

    name = "snapshot_sharing"
    title = "snapshot sharing"
    spec = SnapshotSharingSpec
    exports = {"name": "the snapshot's name", "arn": "the snapshot's ARN"}
    services = ("rds", "kms")
    read_actions = (
        "kms:ListAliases",
        "rds:DescribeDBInstances",
        "rds:DescribeDBSnapshotAttributes",
        "rds:DescribeDBSnapshots",
    )
    taggable = False
    let_go = True

    def aws_name(self, stack: str, key: str, spec: SnapshotSharingSpec) -> str:
        """That of the snapshot, in lower case (RDS-5)."""
        return spec.snapshot.lower()

    def check(self, key: str, spec: SnapshotSharingSpec) -> Iterator[Complaint]:
        if len(set(spec.accounts)) > ACCOUNTS:
            what = f"{len(set(spec.accounts))} accounts are written, and AWS shares a snapshot with {ACCOUNTS} at most"
            yield Complaint(("accounts",), what, "share a copy of it with the rest")

    def verify(self, reader: Reader, resource: Resource[SnapshotSharingSpec], scope: Scope) -> Iterator[Complaint]:
        spec = resource.spec
        if scope.account in spec.accounts:
            index = spec.accounts.index(scope.account)
            yield Complaint(("accounts", index), f"{scope.account} is this account itself", "take it out")
        snapshot = _snapshots(reader).get(resource.name)
        if snapshot is None:
            what = f"there is no manual snapshot {resource.name} here"
            yield Complaint(("snapshot",), what, "make it first, or name one that exists")
            return
        database = snapshot["DBInstanceIdentifier"]
        if _owner(reader, snapshot) != scope.stack:
            what = f"{resource.name} is a snapshot of {database}, which this stack does not own"
            yield Complaint(("snapshot",), what, "share it in the stack of its database")
        if spec.accounts and snapshot.get("Encrypted") and _is_awss_own(reader, snapshot.get("KmsKeyId", "")):
            what = f"{resource.name} is encrypted under AWS's own key, which no other account can use"
            yield Complaint(("snapshot",), what, "copy it under a key of your own, and share the copy")

    def predict(self, scope: Scope, name: str, spec: SnapshotSharingSpec) -> Mapping[str, str]:
        return {"name": name, "arn": _arn(scope, name)}

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
        if not wanted.identities:
            return
        declared = [item for name, item in _snapshots(reader).items() if name in wanted.identities]
        values = reader.each(lambda item: _restorers(reader, item["DBSnapshotIdentifier"]), declared)
        for snapshot, accounts in zip(declared, values, strict=True):
            noted = _tags(snapshot).get(NOTED)
            if accounts or noted is not None:
                yield _found(snapshot, accounts, _hashes(noted or ""), wanted.scope)

    def create(self, resource: Resource[SnapshotSharingSpec], scope: Scope) -> tuple[Operation, ...]:
        """The note comes first: an account that gets in without one would be taken for one of others."""
        name, accounts = resource.name, resource.spec.accounts
        note = _note(name, frozenset(map(_hash, accounts)), scope)
        return (note, *_share(name, accounts, ()))

    def update(self, change: Change[SnapshotSharingSpec]) -> tuple[Operation, ...]:
        """Whoever gets in is noted before, and whoever loses access is forgotten after."""
        name, scope, noted = change.live.name, change.scope, change.live.facts["noted"]
        ours = frozenset(map(_hash, change.resource.spec.accounts))
        removed = (*change.removed("accounts"), *change.removed("other_accounts"))
        shared = _share(name, change.added("accounts"), removed)
        before = (_note(name, noted | ours, scope),) if ours - noted else ()
        after = (_note(name, ours, scope),) if noted - ours else ()
        return (*before, *shared, *after)

    def delete(self, live: Live[SnapshotSharingSpec], scope: Scope) -> tuple[Operation, ...]:
        forget = Operation(
            service="rds",
            action="RemoveTagsFromResource",
            params={"ResourceName": _arn(scope, live.name), "TagKeys": (NOTED,)},
            summary=f"forget who {live.name} was shared with",
            done_on=_GONE,
            destructive=True,
        )
        return (*_share(live.name, (), live.spec.accounts), forget)


# What is live


def _snapshots(reader: Reader) -> dict[str, Mapping[str, Any]]:
    """Manual snapshots by their names, with their tags: one list for all."""
    reply = reader.call("rds", "DescribeDBSnapshots", {"SnapshotType": "manual"}) or {}
    return {item["DBSnapshotIdentifier"].lower(): item for item in reply["DBSnapshots"]}


def _restorers(reader: Reader, name: str) -> tuple[str, ...]:
    """The accounts that may restore a snapshot, and ``all`` if everybody may."""
    reply = reader.call("rds", "DescribeDBSnapshotAttributes", {"DBSnapshotIdentifier": name}, absent=_GONE) or {}
    attributes = (reply.get("DBSnapshotAttributesResult") or {}).get("DBSnapshotAttributes") or ()
    found = {value for item in attributes if item["AttributeName"] == "restore" for value in item["AttributeValues"]}
    return tuple(sorted(found))


def _found(
    snapshot: Mapping[str, Any], accounts: tuple[str, ...], noted: frozenset[str], scope: Scope
) -> Found[SnapshotSharingSpec]:
    """Everybody is among the accounts that are compared, so that it is taken out whatever is written."""
    name = snapshot["DBSnapshotIdentifier"].lower()
    ours = {account for account in accounts if account == EVERYBODY or _hash(account) in noted}
    public = ("it is public: every AWS account may restore it",) if EVERYBODY in accounts else ()
    return Found(
        name=name,
        identity=name,
        spec=SnapshotSharingSpec.model_construct(
            snapshot=name,
            accounts=tuple(sorted(ours)),
            other_accounts=tuple(account for account in accounts if account not in ours),
        ),
        exports={"name": name, "arn": _arn(scope, name)},
        facts={"noted": noted, "notes": public},
        owned_by_path=ownership.Owner(scope.stack, Address("snapshot_sharing", name), name),
    )


def _tags(item: Mapping[str, Any]) -> dict[str, str]:
    return tagging.mapping(item.get("TagList"))


def _owner(reader: Reader, snapshot: Mapping[str, Any]) -> str | None:
    """The stack of its database: as the tags of that say, or those that the snapshot has of it once it is gone."""
    reply = reader.call("rds", "DescribeDBInstances") or {}
    for instance in reply["DBInstances"]:
        if instance.get("DbiResourceId") == snapshot.get("DbiResourceId"):
            return _tags(instance).get(ownership.STACK)
    return _tags(snapshot).get(ownership.STACK)


def _is_awss_own(reader: Reader, key: str) -> bool:
    """Whether a key is that behind alias/aws/rds, which encrypts where none is named (RDS-3)."""
    reply = reader.call("kms", "ListAliases") or {}
    targets = {item["AliasName"]: item.get("TargetKeyId") for item in reply["Aliases"]}
    return bool(key) and key.rpartition("/")[2] == targets.get("alias/aws/rds")


# The note


def _hash(account: Value) -> str:
    return digest(account, 4)


def _hashes(noted: str) -> frozenset[str]:
    """``1.abcdwxyz`` → {abcd, wxyz}; nothing for what is no note of ours."""
    version, _, listed = noted.partition(".")
    return frozenset(listed[at : at + 4] for at in range(0, len(listed), 4)) if version == "1" else frozenset()


def _note(name: str, hashes: frozenset[str], scope: Scope) -> Operation:
    tag = {"Key": NOTED, "Value": f"1.{''.join(sorted(hashes))}"}
    return Operation(
        service="rds",
        action="AddTagsToResource",
        params={"ResourceName": _arn(scope, name), "Tags": (tag,)},
        summary="note which accounts are shared with by the spec",
    )


def _share(name: str, added: Iterable[Value], removed: Iterable[Value]) -> tuple[Operation, ...]:
    lists = {"ValuesToAdd": tuple(sorted(added)), "ValuesToRemove": tuple(sorted(removed))}
    given = {parameter: accounts for parameter, accounts in lists.items() if accounts}
    if not given:
        return ()
    said = {"ValuesToAdd": "share with", "ValuesToRemove": "stop sharing with"}
    operation = Operation(
        service="rds",
        action="ModifyDBSnapshotAttribute",
        params={"DBSnapshotIdentifier": name, "AttributeName": "restore", **given},
        summary=", ".join(f"{said[parameter]} {' '.join(accounts)}" for parameter, accounts in given.items()),
        retry_on=(Retry("InvalidDBSnapshotState"),),
        done_on=() if lists["ValuesToAdd"] else _GONE,
    )
    return (operation,)


def _arn(scope: Scope, name: str) -> str:
    return scope.arn("rds", f"snapshot:{name}")


KIND = SnapshotSharing()
