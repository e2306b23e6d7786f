"""What KMS has: the keys of a stack, found by alias and by tag. Who needs a key: `uses`.

A key's name can be lost, and a key can be made twice (KMS-1): where a declared one is found neither by its alias nor
by the tagging API, the tags of all keys of the account are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from rds_secure import documents, ownership, tagging
from rds_secure.errors import RdsSecureError
from rds_secure.kind import Found, Reader, Resource, Wanted, together
from rds_secure.ownership import Owner
from rds_secure.resources.kms_key import grants, uses
from rds_secure.resources.kms_key.spec import OFF, SYMMETRIC, KmsKeySpec
from rds_secure.values import Value

_GONE = ("NotFoundException",)
_NO_ROTATION = ("UnsupportedOperationException",)
"""What KMS answers for a key that cannot rotate."""

_BUSY = {"Creating": "being created", "Updating": "being updated"}


_Grants: TypeAlias = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class _Key:
    """A key as four calls show it; ``owner`` is set only where it is the stack's."""

    meta: Mapping[str, Any]
    document: Value
    rotation: int | str | None
    tags: Mapping[str, str]
    aliases: tuple[str, ...]
    owner: Owner | None
    grants: _Grants
    databases: tuple[str, ...] | None

    @property
    def name(self) -> str:
        """The alias it goes by: the one it was made under while it has that, else any."""
        own = self.owner.name if self.owner else ""
        return own if own in self.aliases or not self.aliases else self.aliases[0]


def read(reader: Reader, wanted: Wanted) -> Iterator[Found[KmsKeySpec]]:
    """The keys that are declared or tagged for the stack; at most four calls for each, beside one for all aliases. Two
    more, where a spec asks for it: the grants of a key, and the databases under one that is to be disabled."""
    aliases = _aliases(reader)
    tagged = {arn.rpartition("/")[2]: tags for arn, tags in wanted.tagged.items() if _is_key(arn)}
    ids = {aliases[name] for name in wanted.identities if name in aliases} | tagged.keys()
    ids |= (asked := _named(reader, wanted, aliases))
    known = {owner.name for tags in tagged.values() if (owner := ownership.owner(tags))}
    if wanted.identities - aliases.keys() - known:
        ids |= set(_swept(reader, wanted.scope.stack, ids | _managed(aliases)))
    keys = [key for key in reader.each(lambda key: _key(reader, key, aliases, wanted), sorted(ids)) if key]
    targets = {name: aliases[name] for name in wanted.identities if name in aliases}
    ours = [key for key in keys if key.owner]
    for twins in _by_address(ours).values():
        kept, *others = sorted(twins, key=_rank)
        yield _found(kept, targets, others)
    held = wanted.identities - {key.owner.name for key in ours if key.owner}
    for key in keys:
        if key.owner is None:
            found = _found(key, targets, ())
            names = sorted(held.intersection(key.aliases))
            yield from (replace(found, name=name, identity=name) for name in names)
            if not names and key.meta["KeyId"] in asked:
                yield found


def _named(reader: Reader, wanted: Wanted, aliases: Mapping[str, str]) -> set[str]:
    """The keys that ``adopt:`` names, by id, ARN or alias; or all that are not AWS's own."""
    if wanted.everything:
        listed = (reader.call("kms", "ListKeys") or {})["Keys"]
        return {key["KeyId"] for key in listed} - _managed(aliases)
    return {aliases.get(name, name.rpartition("/")[2]) for name in wanted.adopted}


def _aliases(reader: Reader) -> dict[str, str]:
    """Alias → key id; AWS's own aliases have no key until a service makes one."""
    listed = (reader.call("kms", "ListAliases") or {})["Aliases"]
    return {item["AliasName"]: item["TargetKeyId"] for item in listed if item.get("TargetKeyId")}


def _managed(aliases: Mapping[str, str]) -> set[str]:
    return {key for name, key in aliases.items() if name.startswith("alias/aws/")}


def _is_key(arn: str) -> bool:
    return arn.split(":")[2] == "kms" and ":key/" in arn


def _swept(reader: Reader, stack: str, known: set[str]) -> list[str]:
    """The keys that carry the stack's tag, whatever the tagging API knows (KMS-1, KMS-8).

    A key whose policy keeps us out is not one that we made. Where every key does, it is rather our permission that
    is missing, and nothing is known: the denial is raised.
    """
    listed = (reader.call("kms", "ListKeys") or {})["Keys"]
    keys = [item["KeyId"] for item in listed if item["KeyId"] not in known]
    denied = ("AccessDeniedException", *_GONE)
    replies = reader.each(lambda key: reader.call("kms", "ListResourceTags", {"KeyId": key}, absent=denied), keys)
    if keys and not any(reply is not None for reply in replies):
        reader.call("kms", "ListResourceTags", {"KeyId": keys[0]}, absent=_GONE)
    found = zip(keys, replies, strict=True)
    return [key for key, reply in found if _tags(reply or {}).get(ownership.STACK) == stack]


def _tags(reply: Mapping[str, Any]) -> dict[str, str]:
    return tagging.mapping(reply.get("Tags"), "TagKey", "TagValue")


def _key(reader: Reader, key: str, aliases: Mapping[str, str], wanted: Wanted) -> _Key | None:
    """None for a key that the tagging API still knows although it is gone.

    What its spec asks for is read at the same time if its alias tells whose it is; later that is known from its tags,
    and equal calls are made once. One that has the stack's tags, but is not shown, was made a moment ago (KMS-4).
    Raises `RdsSecureError`: taken for absent it would be made again (KMS-1).
    """
    names = tuple(sorted(name for name, target in aliases.items() if target == key))
    named = next((resource for resource in wanted.declared.values() if resource.name in names), None)
    described, policy, tagged, rotation, _ = together(
        reader,
        lambda: reader.call("kms", "DescribeKey", {"KeyId": key}, absent=_GONE),
        lambda: reader.call("kms", "GetKeyPolicy", {"KeyId": key, "PolicyName": "default"}, absent=_GONE),
        lambda: reader.call("kms", "ListResourceTags", {"KeyId": key}, absent=_GONE),
        lambda: reader.call("kms", "GetKeyRotationStatus", {"KeyId": key}, absent=(*_GONE, *_NO_ROTATION)),
        lambda: _asked(reader, key, named),
    )
    tags = _tags(tagged or {})
    if described is None or policy is None:
        if tags.get(ownership.STACK) == wanted.scope.stack:
            raise RdsSecureError(f"key {key} of this stack was just made, and KMS does not show it yet: run this again")
        return None
    owner = ownership.owner(tags)
    owner = owner if owner and owner.stack == wanted.scope.stack else None
    granted, databases = _asked(reader, key, wanted.declared.get(owner.address) if owner else named)
    return _Key(
        meta=described["KeyMetadata"],
        document=documents.parse(policy["Policy"]),
        rotation=_rotation(rotation),
        tags=tags,
        aliases=names,
        owner=owner,
        grants=granted,
        databases=databases,
    )


def _asked(reader: Reader, key: str, declared: Resource[Any] | None) -> tuple[_Grants, tuple[str, ...] | None]:
    """What is only read where a spec asks for it: all grants, if it says something of grants; the databases under the
    key, if that is to be disabled."""
    granted: _Grants = ()
    if declared and "grants" in declared.written.model_fields_set:
        granted = tuple((reader.call("kms", "ListGrants", {"KeyId": key}, absent=_GONE) or {}).get("Grants", ()))
    is_to_stop = declared is not None and not declared.spec.enabled
    return granted, uses.databases(reader, key) if is_to_stop else ()


def _rotation(status: Mapping[str, Any] | None) -> int | str | None:
    """Days, ``off``, or None where a key cannot rotate (KMS-4)."""
    if status is None:
        return None
    return int(status.get("RotationPeriodInDays") or 365) if status["KeyRotationEnabled"] else OFF


def _by_address(keys: Iterable[_Key]) -> dict[str, list[_Key]]:
    found: dict[str, list[_Key]] = {}
    for key in keys:
        if key.owner:
            found.setdefault(str(key.owner.address), []).append(key)
    return found


def _rank(key: _Key) -> tuple[bool, bool, str]:
    """Which of two keys of one address is kept: the one its alias points at, else the oldest; one that stays."""
    has_alias = key.owner is not None and key.owner.name in key.aliases
    return (not has_alias, key.meta["KeyState"] == "PendingDeletion", str(key.meta.get("CreationDate", "")))


def _found(key: _Key, targets: Mapping[str, str], twins: Iterable[_Key]) -> Found[KmsKeySpec]:
    meta, alias = key.meta, key.name if key.name in key.aliases else None
    exports = {"id": meta["KeyId"], "arn": meta["Arn"]}
    if alias in targets:  # else it is about to be renamed, and only its new name is of use to others
        exports["alias"] = key.name
    copies = tuple(sorted(twin.meta["Arn"] for twin in twins))
    named = grants.ours(key.grants, key.owner.stack, key.owner.address) if key.owner else {}
    replicas = (meta.get("MultiRegionConfiguration") or {}).get("ReplicaKeys", ())
    return Found(
        name=key.owner.name if key.owner else key.name,
        identity=key.name,
        spec=KmsKeySpec.model_construct(
            description=meta.get("Description", ""),
            alias=alias,
            spec=meta.get("KeySpec", SYMMETRIC),
            usage=meta.get("KeyUsage", "ENCRYPT_DECRYPT"),
            document=key.document,
            rotation_days=key.rotation,
            multi_region=bool(meta.get("MultiRegion", False)),
            enabled=meta["KeyState"] != "Disabled",
            grants=grants.read(named),
        ),
        exports=exports,
        tags=key.tags,
        facts={
            "targets": targets,
            "names": key.aliases,
            "twins": copies,
            "notes": tuple(_notes(key, copies)),
            "grants": named,
            "grantees": grants.others(key.grants, named),
            "databases": key.databases,
            "replicas": tuple(sorted(replica["Region"] for replica in replicas)),
        },
        busy=_BUSY.get(meta["KeyState"], ""),
        blocked=_blocked(meta),
    )


def _notes(key: _Key, twins: Iterable[str]) -> Iterator[str]:
    for name in key.aliases:
        if name != key.name:
            yield f"{name} is another name of it, and stays"
    for twin in twins:
        yield f"{twin} was made for the same resource and is not used: look what it is, and schedule its deletion"


def _blocked(meta: Mapping[str, Any]) -> str:
    """Why it cannot be used, and the way out; a key that waits for its deletion is not gone (KMS-2)."""
    match meta["KeyState"]:
        case "PendingDeletion":
            date = str(meta.get("DeletionDate", ""))[:10] or "a day to come"
            cancel = f"aws kms cancel-key-deletion --key-id {meta['KeyId']}"
            return f"it waits for its deletion on {date}: cancel that with `{cancel}`, then enable it"
        case "PendingReplicaDeletion":
            return "it waits for its deletion until its replicas in other regions are gone: cancel that in KMS"
        case "PendingImport":
            return "its key material has not been imported: import it, or declare a key under another name"
        case "Unavailable":
            return "its key store is not connected: connect it"
    return ""
