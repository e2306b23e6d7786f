"""The calls that make a data key, store it, and use an older one again, as data.

KMS hands the encrypted data key to the call that stores it; nothing else ever has it, and the plaintext is never
asked for. Each is stored as a version of its own, with a label that keeps AWS from ever dropping it.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from rds_secure import ownership, tagging
from rds_secure.kind import Live, Resource
from rds_secure.operation import Operation, Retry
from rds_secure.resources.data_key.mark import mark, pieces
from rds_secure.resources.data_key.read import CURRENT
from rds_secure.resources.data_key.spec import DataKeySpec
from rds_secure.values import Handed, Value, text

RECOVERY_DAYS = 30
"""How long a deleted secret can be had back: the longest that AWS offers (SM-3)."""

_BLOB, _NUMBER = "encrypted_data_key", "parameter_version"
_NEW = (Retry("ResourceNotFoundException"),)  # SM-1: what has just been made is not seen everywhere at once
_SAID = {"KmsKeyId": "the key", "Description": "the description"}
_USE = ("kms:Decrypt", "kms:GenerateDataKey")
"""What Secrets Manager asks of the caller for a secret under a customer's key (AWS's API reference)."""


def create_secret(resource: Resource[DataKeySpec]) -> Operation:
    """The secret, with nothing in it yet."""
    spec = resource.spec
    return Operation(
        service="secretsmanager",
        action="CreateSecret",
        params={
            "Name": resource.name,
            "Description": spec.description,
            "KmsKeyId": spec.store.kms_key,
            "Tags": tagging.pairs(resource.tags),
        },
        summary=f"create secret {resource.name}",
        exports={"name": "Name", "arn": "ARN"},
        also=("secretsmanager:TagResource", *_USE),
    )


def change_secret(name: str, params: Mapping[str, Value]) -> Operation:
    """Its description, and the key that encrypts it."""
    return Operation(
        service="secretsmanager",
        action="UpdateSecret",
        params={"SecretId": name, **params},
        summary=f"change {' and '.join(_SAID[param] for param in params)} of the secret",
        also=("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"),
    )


def make(resource: Resource[DataKeySpec], *, exists: bool) -> tuple[Operation, ...]:
    """A new data key, stored as the current version; ``exists``: whether its parameter is there already."""
    store = _in_parameter(resource, exists=exists) if resource.spec.in_parameter else (_in_secret(resource),)
    return (_generate(resource), *store)


def _generate(resource: Resource[DataKeySpec]) -> Operation:
    spec, context = resource.spec, resource.written.encryption_context
    size: dict[str, Value] = {"NumberOfBytes": spec.bytes} if spec.bytes else {"KeySpec": spec.key_spec}
    return Operation(
        service="kms",
        action="GenerateDataKeyWithoutPlaintext",
        params={"KeyId": spec.kms_key, **size, **({"EncryptionContext": context} if context else {})},
        summary=f"make data key {spec.version}, which leaves KMS encrypted only",
        hands_on={_BLOB: "CiphertextBlob"},
        retry_on=(Retry("NotFoundException"),),  # KMS-4
    )


def _in_secret(resource: Resource[DataKeySpec]) -> Operation:
    """The version's id is the mark: a lost reply stores nothing twice, and what is stored says how it was made."""
    version = mark(resource.spec, resource.written.encryption_context)
    return Operation(
        service="secretsmanager",
        action="PutSecretValue",
        params={
            "SecretId": resource.name,
            "ClientRequestToken": version,
            "SecretString": Handed(resource.address, _BLOB),
            "VersionStages": (CURRENT, version),
        },
        summary="store it, encrypted, as the current version of the secret",
        retry_on=_NEW,
        also=_USE,
    )


def use_again(resource: Resource[DataKeySpec], live: Live[DataKeySpec], version: str) -> tuple[Operation, ...]:
    """A data key that is kept already, as the current version: nothing is made."""
    if resource.spec.in_parameter:
        return (_fetch(resource, live.facts["versions"][version]), *_in_parameter(resource, exists=True))
    again = Operation(
        service="secretsmanager",
        action="UpdateSecretVersionStage",
        params={
            "SecretId": live.name,
            "VersionStage": CURRENT,
            "RemoveFromVersionId": live.facts["current"],
            "MoveToVersionId": version,
        },
        summary=f"use data key {resource.spec.version} again: it is kept as an older version",
    )
    return (again,)


def _fetch(resource: Resource[DataKeySpec], number: str) -> Operation:
    """An older value of a parameter, encrypted as it is."""
    return Operation(
        service="ssm",
        action="GetParameter",
        params={"Name": f"{resource.name}:{number}"},
        summary=f"take data key {resource.spec.version}, encrypted, from version {number} of the parameter",
        hands_on={_BLOB: "Parameter.Value"},
    )


def _in_parameter(resource: Resource[DataKeySpec], *, exists: bool) -> tuple[Operation, ...]:
    """The tag right after the value: it tells what that is, and that nobody has stored another since.

    Its label keeps Parameter Store from dropping it after a hundred versions (ANY-6).
    """
    spec, name, number = resource.spec, resource.name, Handed(resource.address, _NUMBER)
    version = pieces(spec, resource.written.encryption_context)
    anew: dict[str, Value] = {"Overwrite": True}
    if not exists:
        anew = {"Type": "String", "Tier": "Standard", "Tags": tagging.pairs(resource.tags)}
    put = Operation(
        service="ssm",
        action="PutParameter",
        params={
            "Name": name,
            "Description": spec.description,
            "Value": Handed(resource.address, _BLOB),
            **anew,
        },
        summary=f"store it, encrypted, in parameter {name}",
        hands_on={_NUMBER: "Version"},
        also=() if exists else ("ssm:AddTagsToResource",),
    )
    tag = tagging.parameter(name, {ownership.DATA_KEY: text((number, "/", *version))}, ())
    label = Operation(
        service="ssm",
        action="LabelParameterVersion",
        params={"Name": name, "Labels": (text(tuple(chain(version, (".", number)))),)},
        summary="label its version, so that it is kept",
    )
    return (put, *tag, label)


def delete(spec: DataKeySpec, name: str, days: int = RECOVERY_DAYS) -> Operation:
    """A secret can be had back for a while; a parameter is gone at once, and says so."""
    if spec.in_parameter:
        return Operation(
            service="ssm",
            action="DeleteParameter",
            params={"Name": name},
            summary=f"delete parameter {name} at once: what was encrypted with its data keys can never be read again",
            done_on=("ParameterNotFound",),
            destructive=True,
        )
    return Operation(
        service="secretsmanager",
        action="DeleteSecret",
        params={"SecretId": name, "RecoveryWindowInDays": days},
        summary=f"schedule the deletion of secret {name}, in {days} days",
        done_on=("ResourceNotFoundException",),
        destructive=True,
    )
