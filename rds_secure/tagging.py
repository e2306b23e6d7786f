"""How each service takes and gives tags: plain mappings on our side. Whose they are: `ownership`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rds_secure.operation import Operation
from rds_secure.values import Value


def pairs(tags: Mapping[str, Value], key: str = "Key", value: str = "Value") -> tuple[dict[str, Value], ...]:
    """``{k: v}`` → ``[{Key: k, Value: v}]``, sorted; KMS calls them TagKey and TagValue."""
    return tuple({key: name, value: tags[name]} for name in sorted(tags))


def mapping(listed: Iterable[Mapping[str, Any]] | None, key: str = "Key", value: str = "Value") -> dict[str, str]:
    """The inverse of `pairs`; None reads as no tags."""
    return {str(tag[key]): str(tag[value]) for tag in listed or ()}


def rds(arn: Value, add: Mapping[str, str], remove: tuple[str, ...]) -> tuple[Operation, ...]:
    """Tags of any RDS object; ModifyDBInstance takes none (RDS-14)."""
    return _calls("rds", "AddTagsToResource", "RemoveTagsFromResource", {"ResourceName": arn}, add, remove)


def iam(
    what: str, subject: Mapping[str, Value], add: Mapping[str, str], remove: tuple[str, ...]
) -> tuple[Operation, ...]:
    """Tags of an IAM ``what``: User, Role, Policy. Groups take none (IAM-6)."""
    return _calls("iam", f"Tag{what}", f"Untag{what}", subject, add, remove)


def kms(key_id: Value, add: Mapping[str, str], remove: tuple[str, ...]) -> tuple[Operation, ...]:
    """Tags of a KMS key."""
    calls = _calls("kms", "TagResource", "UntagResource", {"KeyId": key_id}, {}, remove)
    if add:
        params = {"KeyId": key_id, "Tags": pairs(add, "TagKey", "TagValue")}
        calls = (Operation(service="kms", action="TagResource", params=params, summary=_said(add)), *calls)
    return calls


def secret(name: Value, add: Mapping[str, str], remove: tuple[str, ...]) -> tuple[Operation, ...]:
    """Tags of a secret of Secrets Manager."""
    return _calls("secretsmanager", "TagResource", "UntagResource", {"SecretId": name}, add, remove)


def parameter(name: Value, add: Mapping[str, Value], remove: tuple[str, ...]) -> tuple[Operation, ...]:
    """Tags of an SSM parameter."""
    subject = {"ResourceType": "Parameter", "ResourceId": name}
    return _calls("ssm", "AddTagsToResource", "RemoveTagsFromResource", subject, add, remove)


def ec2(identifier: Value, add: Mapping[str, str], remove: tuple[str, ...]) -> tuple[Operation, ...]:
    """Tags of an EC2 object."""
    calls: list[Operation] = []
    if add:
        params: dict[str, Value] = {"Resources": (identifier,), "Tags": pairs(add)}
        calls.append(Operation(service="ec2", action="CreateTags", params=params, summary=_said(add)))
    if remove:
        params = {"Resources": (identifier,), "Tags": tuple({"Key": key} for key in remove)}
        calls.append(Operation(service="ec2", action="DeleteTags", params=params, summary=_removed(remove)))
    return tuple(calls)


def security_hub(arn: Value, add: Mapping[str, str], remove: tuple[str, ...]) -> tuple[Operation, ...]:
    """Tags of the hub, which takes them as a mapping."""
    calls = _calls("securityhub", "TagResource", "UntagResource", {"ResourceArn": arn}, {}, remove)
    if add:
        params: dict[str, Value] = {"ResourceArn": arn, "Tags": dict(add)}
        said = Operation(service="securityhub", action="TagResource", params=params, summary=_said(add))
        calls = (said, *calls)
    return calls


def _calls(
    service: str, tag: str, untag: str, subject: Mapping[str, Value], add: Mapping[str, Value], remove: tuple[str, ...]
) -> tuple[Operation, ...]:
    calls: list[Operation] = []
    if add:
        params = {**subject, "Tags": pairs(add)}
        calls.append(Operation(service=service, action=tag, params=params, summary=_said(add)))
    if remove:
        params = {**subject, "TagKeys": remove}
        calls.append(Operation(service=service, action=untag, params=params, summary=_removed(remove)))
    return tuple(calls)


def _said(add: Mapping[str, Value]) -> str:
    return f"set tags {', '.join(sorted(add))}"


def _removed(keys: tuple[str, ...]) -> str:
    return f"remove tags {', '.join(keys)}"
