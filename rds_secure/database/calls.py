"""What calls about databases have in common: parameters from the fields' markers, and what they need beside.

Most fields are sent as they are, under the name that their marker says; each kind lists those that are not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar

from rds_secure import engines
from rds_secure.database.password import MANAGED
from rds_secure.fields import Field, ResourceSpec, markers
from rds_secure.kind import Change, Implied
from rds_secure.operation import Retry
from rds_secure.values import Address, Secret, Value, secrets

S = TypeVar("S", bound=ResourceSpec)
Params: TypeAlias = dict[str, Value]

_SET_PASSWORD, _MANAGE_PASSWORD = "MasterUserPassword", "ManageMasterUserPassword"

NEW_KEY = Retry("KMSKeyNotAccessibleFault")
"""RDS does not see a key at once that was just made (KMS-4)."""

NEW_ROLE = Retry("InvalidParameterValue", "IAM role ARN value is invalid or does not include the required permissions")
"""RDS does not see a role at once that was just made (IAM-1; the message is in Terraform's provider)."""

ROLES = ("MonitoringRoleArn", "DomainIAMRoleName")
"""Parameters that name a role for RDS to take."""

# What calls need beside their own action (AWS's API reference, ANY-4).
NETWORK = tuple(
    f"ec2:Describe{what}"
    for what in (
        "AccountAttributes",
        "AvailabilityZones",
        "InternetGateways",
        "SecurityGroups",
        "Subnets",
        "VpcAttribute",
        "Vpcs",
    )
)
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "Tags": ("rds:AddTagsToResource",),
    "KmsKeyId": ("kms:CreateGrant", "kms:DescribeKey"),
    "ManageMasterUserPassword": (
        "kms:DescribeKey",
        "secretsmanager:CreateSecret",
        "secretsmanager:TagResource",
    ),
    "MasterUserSecretKmsKeyId": ("kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey"),
    **dict.fromkeys(ROLES, ("iam:PassRole",)),
    "PerformanceInsightsKMSKeyId": ("kms:CreateGrant", "kms:DescribeKey"),
}

_STORED = ("kms:Decrypt", "secretsmanager:GetSecretValue")


def at_create(spec: ResourceSpec, special: Mapping[str, Callable[[Field, Value], Params]]) -> Params:
    """The parameters of a create call: everything that is written, or a default of ours."""
    params: Params = {}
    for name, marker in markers(type(spec)).items():
        if marker.create:
            params |= special.get(name, as_is)(marker, getattr(spec, name))
    return params


def as_is(marker: Field, value: Value) -> Params:
    """The value under its own name; nothing for what is left out."""
    return {} if value is None or value == () else {marker.create: value}


def password(marker: Field, value: Value) -> Params:
    """A password that RDS makes and keeps, or one from a source."""
    if isinstance(value, Secret):
        return {_SET_PASSWORD: value}
    return {marker.create: True} if value == MANAGED else {}


def new_password(wanted: Value, was: Value, key: Value) -> Params:
    """Managed, with a key that can only be chosen now; or set, which ends that in the same call (RDS-12)."""
    if isinstance(wanted, Secret):
        return {_SET_PASSWORD: wanted, **({_MANAGE_PASSWORD: False} if was == MANAGED else {})}
    return {_MANAGE_PASSWORD: True, **({} if key is None else {"MasterUserSecretKmsKeyId": key})}


def at_change(change: Change[S], special: Mapping[str, Callable[[Field, Change[S]], Params]]) -> Params:
    """The parameters of a change call: the fields that differ."""
    params: Params = {}
    wanted = change.resource.spec
    fields = markers(type(wanted))
    for name in sorted({item.path.partition(".")[0] for item in change.fields}):
        send = special.get(name)
        params |= send(fields[name], change) if send else {fields[name].change: getattr(wanted, name)}
    return params


def log_exports(marker: Field, change: Change[S]) -> Params:
    """What is switched on, and what off."""
    added, removed = sorted(change.added("log_exports")), sorted(change.removed("log_exports"))
    lists = {"EnableLogTypes": tuple(added), "DisableLogTypes": tuple(removed)}
    return {marker.change: {name: logs for name, logs in lists.items() if logs}}


def permissions(params: Mapping[str, Value], *base: str) -> tuple[str, ...]:
    """The IAM actions that a call with these parameters needs beside its own."""
    stored = _STORED if any(secret.source == "secret" for secret in secrets(params)) else ()
    named = (action for name in params for action in _NEEDS.get(name, ()) if params[name])
    return tuple(sorted({*base, *stored, *named}))


def retries(params: Mapping[str, Value]) -> tuple[Retry, ...]:
    """What passes by itself when a call is made with things that were just made."""
    keys = ("KmsKeyId", "MasterUserSecretKmsKeyId", "PerformanceInsightsKMSKeyId")
    new_key = (NEW_KEY,) if any(name in params for name in keys) else ()
    return (*new_key, *((NEW_ROLE,) if any(name in params for name in ROLES) else ()))


def is_major_upgrade(engine: str, wanted: str | None, live: str | None) -> bool:
    """Whether the written version is of another major version than the live one."""
    if wanted is None or not live or engine not in engines.ENGINES:
        return False
    return engines.is_major_change(engine, live, wanted)


def implied_group(kind: str, key: str, name: str | None, family: str) -> Implied:
    """The parameter group that a database brings along to force TLS; it keeps its name where the database keeps its."""
    named = {"name": f"{name}-implied-{family.replace('.', '-')}"} if name else {}  # RDS-22: no dots
    address = Address("", key).bringing(kind)
    return Implied(address.kind, address.name, {"family": family, **named}, "parameter_group", "name")
