"""The calls that change a key, as data. Keys are called by id; grants are made and revoked in `grants`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rds_secure import documents, tagging
from rds_secure.kind import Change, Resource
from rds_secure.operation import Condition, Operation, Retry, Wait
from rds_secure.resources.kms_key.spec import OFF, KmsKeySpec
from rds_secure.values import Value

WINDOW_DAYS = 30
"""How long a key waits for its deletion: the longest that AWS offers (KMS-4)."""

_NEW = (Retry("NotFoundException"),)  # KMS-4: what has just been made is not seen everywhere at once
_FOR_REPLICAS = ("iam:CreateServiceLinkedRole",)  # with which KMS keeps multi-region keys in step (ANY-4)
_PRINCIPALS = (Retry("MalformedPolicyDocumentException", "invalid principals"),)  # IAM-1; a lock-out says other words


def create(resource: Resource[KmsKeySpec]) -> Operation:
    """Make the key; sent once, because each repetition would make another one (KMS-1)."""
    spec = resource.spec
    params: dict[str, Value] = {
        "Policy": documents.template(spec.document),
        "Description": spec.description,
        "KeySpec": spec.spec,
        "KeyUsage": spec.usage,
        "Tags": tagging.pairs(resource.tags, "TagKey", "TagValue"),
    }
    if spec.multi_region:
        params["MultiRegion"] = True
    return Operation(
        service="kms",
        action="CreateKey",
        params=params,
        summary=f"create key for {resource.name}",
        exports={"id": "KeyMetadata.KeyId", "arn": "KeyMetadata.Arn"},
        wait=until_enabled(resource.ref("id")),
        retry_on=_PRINCIPALS,
        also=("kms:PutKeyPolicy", "kms:TagResource", *(_FOR_REPLICAS if spec.multi_region else ())),
        repeatable=False,
    )


def schedule_deletion(key: Value, days: int = WINDOW_DAYS) -> Operation:
    """Let the key go, if nothing else is asked for in the longest time that there is; until then it can be had back."""
    return Operation(
        service="kms",
        action="ScheduleKeyDeletion",
        params={"KeyId": key, "PendingWindowInDays": days},
        summary=f"schedule the deletion of the key, in {days} days",
        done_on=("NotFoundException", "KMSInvalidStateException"),
        destructive=True,
    )


def until_enabled(key: Value) -> Wait:
    """Until the key can be used."""
    return Wait(
        service="kms",
        action="DescribeKey",
        params={"KeyId": key},
        select="KeyMetadata",
        until=(Condition("KeyState", ("Enabled",), "the key"),),
        fail=(Condition("KeyState", ("PendingDeletion", "PendingReplicaDeletion", "Unavailable"), "the key"),),
        absent=("NotFoundException",),
    )


def enable(key: Value) -> Operation:
    """Let it be used again."""
    return Operation(
        service="kms", action="EnableKey", params={"KeyId": key}, summary="enable the key", wait=until_enabled(key)
    )


def disable(key: Value, databases: Sequence[str] = ()) -> Operation:
    """Take the key out of use, and with it the databases that it encrypts (RDS-4)."""
    held = ", ".join(databases) or "databases encrypted under it"
    summary = f"disable the key: {held} become{'s' if len(databases) == 1 else ''} inaccessible"
    return Operation(service="kms", action="DisableKey", params={"KeyId": key}, summary=summary, retry_on=_NEW)


def put_policy(key: Value, document: Value) -> Operation:
    """Replace the policy; the lock-out check is never bypassed (KMS-3)."""
    return Operation(
        service="kms",
        action="PutKeyPolicy",
        params={"KeyId": key, "PolicyName": "default", "Policy": documents.template(document)},
        summary="replace the key policy",
        retry_on=_PRINCIPALS,
    )


def describe(key: Value, text: str) -> Operation:
    """Change the description."""
    params = {"KeyId": key, "Description": text}
    return Operation(service="kms", action="UpdateKeyDescription", params=params, summary="change the description")


def rotate(key: Value, days: int | str | None) -> Operation:
    """Set the rotation, or stop it."""
    retry = (*_NEW, Retry("DisabledException"))  # KMS-4: a state change takes seconds
    if days == OFF:
        summary = "stop rotating the key"
        return Operation(
            service="kms", action="DisableKeyRotation", params={"KeyId": key}, summary=summary, retry_on=retry
        )
    return Operation(
        service="kms",
        action="EnableKeyRotation",
        params={"KeyId": key, "RotationPeriodInDays": days},
        summary=f"rotate the key every {days} days",
        retry_on=retry,
    )


def name(key: Value, alias: str, action: str = "CreateAlias") -> Operation:
    """Give the key a name, or with UpdateAlias the name of another key."""
    return Operation(
        service="kms",
        action=action,
        params={"AliasName": alias, "TargetKeyId": key},
        summary=f"name the key {alias}",
        retry_on=_NEW,
        done_on=("AlreadyExistsException",) if action == "CreateAlias" else (),
    )


def unname(alias: str) -> Operation:
    """Take a name away."""
    params = {"AliasName": alias}
    return Operation(
        service="kms", action="DeleteAlias", params=params, summary=f"remove {alias}", done_on=("NotFoundException",)
    )


def rename(change: Change[KmsKeySpec]) -> Iterator[Operation]:
    """The new name before the old one goes, which is taken away only where the key was made under it."""
    key, new, old = change.live.exports["id"], change.resource.name, change.live.spec.alias
    target = change.live.facts["targets"].get(new)
    if target != key:
        yield name(key, new, "UpdateAlias" if target else "CreateAlias")
    if old and old == change.live.name and change.resource.spec.exclusive:
        yield unname(old)
