"""The keys that databases, snapshots, secrets and logs use, each as KMS describes it. It evaluates no policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from rds_secure.access.protection.model import Arn, Key, LogGroup, Protected, Snapshot, Unknown
from rds_secure.access.protection.unread import ask, told
from rds_secure.inventory.model import Inventory

_MANAGERS: dict[str, Literal["customer", "aws"]] = {"CUSTOMER": "customer", "AWS": "aws"}


def keys_of(inventory: Inventory, databases: Iterable[Protected], snapshots: Iterable[Snapshot]) -> tuple[Key, ...]:
    """Every key in use, by ARN."""
    used = {arn for one in databases for arn in _of_database(one)}
    used.update(one.key for one in snapshots if isinstance(one.key, str))
    return tuple(key(inventory, arn) for arn in sorted(used))


def _of_database(one: Protected) -> Iterator[Arn]:
    logs: tuple[LogGroup, ...] = () if isinstance(one.logs, Unknown) else one.logs
    found = [one.key, *(log.key for log in logs)]
    found += [part.key for part in (one.secret, one.insights, one.stream) if part]
    yield from (arn for arn in found if isinstance(arn, str))


def key(inventory: Inventory, arn: Arn) -> Key:
    """A key; unknown in everything if it was not read, as one of another account often is not."""
    parts = arn.split(":")
    account = parts[4] if len(parts) > 5 else ""
    reply = ask(inventory, "kms", "DescribeKey", arn)
    if isinstance(reply, Unknown):
        return Key(arn, reply, reply, reply, reply, account)
    found = reply.get("KeyMetadata")
    if not found:
        gone = Unknown(f"there is no key {arn}")
        return Key(arn, gone, "gone", gone, gone, account)
    manager = _MANAGERS.get(found.get("KeyManager", ""), Unknown("KeyManager is not told"))
    return Key(
        arn,
        manager,
        told(found, "KeyState", str),
        _rotation(inventory, arn, found, manager),
        told(found, "MultiRegion", bool),
        account,
    )


def _rotation(inventory: Inventory, arn: Arn, found: Any, manager: object) -> bool | Unknown | None:
    """Whether KMS rotates it: symmetric keys with KMS's own material only (KMS guide, "Rotate AWS KMS keys")."""
    if manager == "aws":
        return True
    symmetric = found.get("KeySpec", found.get("CustomerMasterKeySpec", "SYMMETRIC_DEFAULT")) == "SYMMETRIC_DEFAULT"
    if not symmetric or found.get("Origin", "AWS_KMS") != "AWS_KMS":
        return None
    reply = ask(inventory, "kms", "GetKeyRotationStatus", arn)
    return reply if isinstance(reply, Unknown) else told(reply, "KeyRotationEnabled", bool)
