"""Which migration a database is in, and how far that has come: read from tags, names and snapshots. It decides nothing.

While it lasts the source stands for the address, whatever it is called; once another database has its place, that one
does, and the source goes by an address of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from rds_secure import ownership, tagging
from rds_secure.database import holders
from rds_secure.kind import Found, Reader, Resource, Wanted, together
from rds_secure.ownership import Owner
from rds_secure.resources.db_instance.migration import bill, marks
from rds_secure.resources.db_instance.migration.marks import Names, Part
from rds_secure.resources.db_instance.spec import DbInstanceSpec
from rds_secure.resources.db_instance.spec.migration import UNENCRYPTED, Migration
from rds_secure.values import Address

FACT = "migration"
"""Among the facts of the instance that stands for an address: its `State`."""

_MOVES = frozenset({"resource_id", "secret"})
"""Exports that are the new database's once it has its place."""


@dataclass(frozen=True, slots=True)
class State:
    """A migration as it is now.

    ``part``: what the source's tags say, "" before anything was done. ``new``: the new database, wherever it is;
    ``in_place``: whether it has the name already. ``snapshot`` and ``copy``: what ``DescribeDBSnapshots`` says of them.
    ``group``: the id of the security group without rules. ``around``: what refers to the source and would be left
    behind, each in words. ``key``: what ``DescribeKey`` says of the key that it goes to; None for one not made yet.
    ``taken``: names that it needs, and that other instances have.
    """

    id: str
    names: Names
    part: str = ""
    source: Found[DbInstanceSpec] | None = None
    new: Found[DbInstanceSpec] | None = None
    in_place: bool = False
    snapshot: Mapping[str, Any] | None = None
    copy: Mapping[str, Any] | None = None
    group: str = ""
    around: tuple[str, ...] = ()
    key: Mapping[str, Any] | None = None
    taken: tuple[str, ...] = ()
    backups: tuple[str, ...] = field(default=(), compare=False)

    @property
    def has_begun(self) -> bool:
        """Whether anything of it is there, and it was not taken back."""
        return bool(self.part) and self.part != Part.BACK


def folded(
    reader: Reader, wanted: Wanted, instances: Iterable[Found[DbInstanceSpec]], described: Mapping[str, Any]
) -> Iterator[Found[DbInstanceSpec]]:
    """The instances, those of one migration put together. ``described``: identity → what AWS said of an instance."""
    listed = list(instances)
    declared = {address: item for address, item in wanted.declared.items() if isinstance(item.spec, DbInstanceSpec)}
    by_name = {resource.name.lower(): resource for resource in declared.values()}
    ours = [item for item in listed if item.tags.get(ownership.STACK) == wanted.scope.stack]  # others' are their affair
    sources = [item for item in ours if _is_source(item)]
    news = {marks.part(item.tags)[0]: item for item in ours if _is_new(item)}
    marked = {item.identity for item in sources}
    together_with = {item.identity for source in sources if (item := news.get(marks.part(source.tags)[0]))}
    for item in listed:
        resource = by_name.get(item.identity)
        if item.identity in marked:
            yield from _of_source(reader, wanted, item, news, declared, described)
        elif item.identity in together_with:
            continue
        elif item.tags.get(ownership.STACK) != wanted.scope.stack:
            yield item
        elif _is_new(item) and resource is not None:  # in its place, and the old one is marked as kept
            migration, _ = marks.part(item.tags)
            state = State(migration, Names(resource.name, migration), Part.NEW, None, item, in_place=True)
            yield replace(item, facts={**item.facts, FACT: state})
        elif marks.part(item.tags)[1] in (Part.OLD, Part.UNDONE):
            yield _kept(reader, item)
        elif resource is not None and asks(resource.spec, item.spec) and _is_ours(item, resource, wanted):
            yield _standing(reader, wanted, item, None, resource, resource.address, resource.name, described)
        else:
            yield item


def asks(wanted: DbInstanceSpec, live: DbInstanceSpec) -> bool:
    """Whether a spec asks for a migration of a database as it is now."""
    entry = wanted.migration
    return entry is not None and (entry.from_ or entry.from_subnet_group) is not None and _fits(entry, live)


def _fits(entry: Migration, live: DbInstanceSpec) -> bool:
    now = str(live.kms_key or "") if live.encrypted else UNENCRYPTED
    group = live.subnet_group if isinstance(live.subnet_group, str) else ""
    key_fits = entry.from_ is None or entry.from_ == now
    return key_fits and (entry.from_subnet_group is None or entry.from_subnet_group.lower() == group)


def _is_ours(item: Found[DbInstanceSpec], resource: Resource[DbInstanceSpec], wanted: Wanted) -> bool:
    owner = ownership.owner(item.tags)
    is_it = owner is not None and owner.name.lower() == item.identity
    return is_it and owner is not None and (owner.stack, owner.address) == (wanted.scope.stack, resource.address)


def _is_source(item: Found[DbInstanceSpec]) -> bool:
    """Tags alone tell nothing: whatever is restored from it has them too (RDS-18)."""
    migration, part = marks.part(item.tags)
    mine = marks.is_of(item.exports.get("resource_id", ""), migration)
    return bool(migration) and mine and part in (*marks.ON_THE_WAY, Part.BACK)


def _is_new(item: Found[DbInstanceSpec]) -> bool:
    migration, part = marks.part(item.tags)
    owner = ownership.owner(item.tags)
    return part == Part.NEW and owner is not None and item.identity in _places(owner, migration)


def _places(owner: Owner, migration: str) -> tuple[str, str]:
    return (owner.name.lower(), Names(owner.name, migration).new)


def _kept(reader: Reader, item: Found[DbInstanceSpec]) -> Found[DbInstanceSpec]:
    """What is aside after a migration says in every plan that it is there, and costs money."""
    migration, part = marks.part(item.tags)
    owner = ownership.owner(item.tags)
    if owner is None:
        return item
    is_marked = "#" in owner.address.name and item.identity == owner.name.lower()
    is_on_its_way = part == Part.UNDONE and item.identity == Names(owner.name, migration).undone
    is_it = part == Part.UNDONE or marks.is_of(item.exports.get("resource_id", ""), migration)
    if not (is_it and (is_marked or is_on_its_way)):
        return item  # still in its place; or restored from it by somebody, tags and all (RDS-18)
    here = marks.aside(marks.base(owner.address), Part(part), migration)
    what = "the database as it was before migration" if part == Part.OLD else "what was taken back with migration"
    names = marks.beside(item.name, Part(part), migration)
    left = together(reader, lambda: _snapshot(reader, names.snapshot), lambda: _snapshot(reader, names.copy))
    stay = f"; and {stored}, which stay" if (stored := bill.snapshots(left)) else ""
    entry = f"'removed: [{{address: {here}, keep: false}}]'"
    reason = f"{what} {migration}, kept aside and billed ({bill.database(item.spec)}); it goes by {entry}{stay}"
    return replace(item, facts={**item.facts, "kept": reason}, owned_by_path=Owner(owner.stack, here, item.name))


def _of_source(
    reader: Reader,
    wanted: Wanted,
    source: Found[DbInstanceSpec],
    news: Mapping[str, Found[DbInstanceSpec]],
    declared: Mapping[Address, Resource[DbInstanceSpec]],
    described: Mapping[str, Any],
) -> Iterator[Found[DbInstanceSpec]]:
    """What stands for the address, and the source beside it once that is another one."""
    migration, part = marks.part(source.tags)
    owner, new = ownership.owner(source.tags), news.get(migration)
    if owner is None:
        yield source
        return
    address = marks.base(owner.address)
    resource = declared.get(address)
    # The name is the one that it began with: another one in the spec since then renames nothing.
    name = resource.name if resource is not None and address != owner.address else owner.name
    if new is not None and new.identity == name.lower():
        now = Part.BACK if part == Part.BACK else Part.NEW
        state = State(migration, Names(name, migration), now, source, new, in_place=True)
        yield replace(new, facts={**new.facts, FACT: state})
        yield replace(source, owned_by_path=Owner(owner.stack, marks.aside(address, Part.OLD, migration), source.name))
    elif part == Part.BACK and source.identity != name.lower():  # on its way back
        yield replace(source, owned_by_path=Owner(owner.stack, marks.aside(address, Part.OLD, migration), source.name))
    else:
        yield _standing(reader, wanted, source, new, resource, address, name, described)


def _standing(
    reader: Reader,
    wanted: Wanted,
    source: Found[DbInstanceSpec],
    new: Found[DbInstanceSpec] | None,
    resource: Resource[DbInstanceSpec] | None,
    address: Address,
    name: str,
    described: Mapping[str, Any],
) -> Found[DbInstanceSpec]:
    """The source, which goes by the address as long as no other database has its name."""
    begun, part = marks.part(source.tags)
    spec = resource.spec if resource is not None else None
    entry = spec.migration if spec is not None else None
    wished = marks.migration_id(source.exports["resource_id"], entry.attempt) if entry else begun
    asked = spec is not None and asks(spec, source.spec)
    stands = replace(source, identity=name.lower(), owned_by_path=Owner(wanted.scope.stack, address, source.name))
    if part == Part.BACK and not asked:  # nothing is going on, and nothing is asked for
        return stands
    if part not in marks.ON_THE_WAY and wished != begun:
        begun, part = wished, ""
    names = Names(name, begun)
    key = spec.kms_key if spec is not None else None
    target = wanted.scope.resolve(key)
    snapshot, copy, group, around, described_key = together(
        reader,
        lambda: _snapshot(reader, names.snapshot),
        lambda: _snapshot(reader, names.copy),
        lambda: _group(reader, begun) if part or (entry and entry.quiesce != "none") else "",
        lambda: tuple(_around(reader, source, described[source.identity])),
        lambda: _key(reader, target),
    )
    state = State(
        id=begun,
        names=names,
        part=part,
        source=source,
        new=new,
        snapshot=snapshot,
        copy=copy,
        group=group,
        around=around,
        key=described_key,
        taken=tuple(
            other
            for other in (names.new, names.old)
            if other in described and other not in (source.identity, new.identity if new else "")
        ),
        backups=tuple(_backups(described[source.identity])),
    )
    is_left = asked and part != Part.BACK
    exports = {export: value for export, value in source.exports.items() if not (is_left and export in _MOVES)}
    return replace(stands, exports=exports, facts={**source.facts, FACT: state})


def _snapshot(reader: Reader, name: str) -> Mapping[str, Any] | None:
    params = {"DBSnapshotIdentifier": name}
    reply = reader.call("rds", "DescribeDBSnapshots", params, absent=("DBSnapshotNotFound",))
    return next(iter(reply["DBSnapshots"]), None) if reply else None


def _group(reader: Reader, migration: str) -> str:
    """The id of the group without rules, by its tags."""
    reply = reader.call("ec2", "DescribeSecurityGroups") or {}
    wanted = marks.part_of(Part.GROUP, migration).items()
    for group in reply["SecurityGroups"]:
        if wanted <= tagging.mapping(group.get("Tags")).items():
            return str(group["GroupId"])
    return ""


def _key(reader: Reader, key: Any) -> Mapping[str, Any] | None:
    if not isinstance(key, str):
        return None
    reply = reader.call("kms", "DescribeKey", {"KeyId": key}, absent=("NotFoundException",))
    return reply["KeyMetadata"] if reply else {}


def _around(reader: Reader, source: Found[DbInstanceSpec], described: Mapping[str, Any]) -> Iterator[str]:
    """What hangs on this very database and would not follow to another one."""
    for replica in described.get("ReadReplicaDBInstanceIdentifiers") or ():
        yield f"it has the read replica {replica}"
    for cluster in described.get("ReadReplicaDBClusterIdentifiers") or ():
        yield f"it has the read replica {cluster}, a cluster"
    yield from holders.copies(described)
    if str(described.get("Engine", "")).startswith("custom-"):
        yield "it is an RDS Custom instance"
    if described.get("MultiTenant"):
        yield "it has tenant databases"
    yield from holders.around(reader, source.identity, source.exports["arn"])


def _backups(described: Mapping[str, Any]) -> Iterator[str]:
    """How far back and forth it can be had again: times as AWS has them."""
    latest = described.get("LatestRestorableTime")
    if described.get("BackupRetentionPeriod") and latest is not None:
        yield f"{latest:%Y-%m-%d %H:%M:%S} UTC" if isinstance(latest, datetime) else str(latest)


def of(found: Found[DbInstanceSpec]) -> State | None:
    """The migration that an instance stands in the middle of."""
    state = found.facts.get(FACT)
    return state if isinstance(state, State) else None
