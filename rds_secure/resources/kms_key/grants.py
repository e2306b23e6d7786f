"""Grants of a key: how they are written, read and made. Only those of the stack, by name, are ever changed (KMS-7).

A grant of ours is named ``rds-secure/<stack>/<key>/<name>``. AWS cannot change one: another is made, whose name ends in
a number, and then the first is revoked. What is not declared is nobody's to take away: RDS reads databases by grants.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, TypeAlias

from rds_secure.fields import Field, Mode, Part, Pattern, Str, plain
from rds_secure.kind import Change, Complaint, Live, Scope
from rds_secure.operation import Operation, Retry
from rds_secure.resources.kms_key.principal import Principal, completed
from rds_secure.values import Address, Value, resolve

GrantOperation: TypeAlias = Literal[
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
    "Sign",
    "Verify",
    "GenerateMac",
    "VerifyMac",
    "DeriveSharedSecret",
    "GetPublicKey",
    "DescribeKey",
    "CreateGrant",
    "RetireGrant",
]

_ANY = ("CreateGrant", "DescribeKey", "RetireGrant")
_CRYPT = ("Decrypt", "Encrypt", "ReEncryptFrom", "ReEncryptTo")
_POSSIBLE: Mapping[str, tuple[str, ...]] = {
    "ENCRYPT_DECRYPT": (*_CRYPT, "GetPublicKey", *_ANY),
    "SIGN_VERIFY": ("Sign", "Verify", "GetPublicKey", *_ANY),
    "GENERATE_VERIFY_MAC": ("GenerateMac", "VerifyMac", *_ANY),
    "KEY_AGREEMENT": ("DeriveSharedSecret", "GetPublicKey", *_ANY),
}
"""What a grant can allow on an asymmetric or message code key of a usage (KMS developer guide, memory)."""

_SYMMETRIC = (
    *_CRYPT,
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    *_ANY,
)


Name: TypeAlias = Annotated[
    str, Pattern(r"[a-zA-Z][a-zA-Z0-9_-]{0,63}", "a name: letters, digits, _ and -, a letter first, at most 64")
]


class Grant(Part):
    """What somebody may do with the key, beside its policy. Nothing of a grant can change: another takes its place."""

    to: Annotated[
        Principal,
        Field(
            create="CreateGrant.GranteePrincipal",
            read="ListGrants.Grants[].GranteePrincipal",
            terraform="grantee_principal",
        ),
    ]
    """Who gets it: a role or user by reference or ARN, an account by id."""
    operations: Annotated[
        tuple[GrantOperation, ...],
        Field(
            create="CreateGrant.Operations", read="ListGrants.Grants[].Operations", terraform="operations", as_set=True
        ),
    ]
    """What it allows, such as Decrypt."""
    context: Annotated[
        Mapping[str, Str],
        Field(
            create="CreateGrant.Constraints.EncryptionContextEquals",
            read="ListGrants.Grants[].Constraints.EncryptionContextEquals",
            terraform="encryption_context_equals",
        ),
    ] = {}
    """Only with exactly this encryption context, which only symmetric keys have."""
    context_subset: Annotated[
        Mapping[str, Str],
        Field(
            create="CreateGrant.Constraints.EncryptionContextSubset",
            read="ListGrants.Grants[].Constraints.EncryptionContextSubset",
            terraform="encryption_context_subset",
        ),
    ] = {}
    """Only with an encryption context that has this in it, in place of `context`."""
    retire_by: Annotated[
        Principal | None,
        Field(
            create="CreateGrant.RetiringPrincipal",
            read="ListGrants.Grants[].RetiringPrincipal",
            terraform="retiring_principal",
        ),
    ] = None
    """Who may retire it before it is revoked here."""


class Several(Grant):
    """Live only: a grant beside others of its name, which a change left behind that was interrupted."""

    others: Annotated[tuple[str, ...], Field(Mode.META)] = ()
    """Their ids."""


# What is declared


def check(grants: Mapping[str, Grant], usage: str, *, symmetric: bool) -> Iterator[Complaint]:
    """What KMS would refuse."""
    possible = _SYMMETRIC if symmetric else _POSSIBLE.get(usage, ())
    fix = f"write some of {', '.join(possible)}"
    for name, grant in grants.items():
        where = ("grants", name)
        if not grant.operations:
            yield Complaint((*where, "operations"), "the grant allows nothing", fix)
        for index, operation in enumerate(grant.operations):
            if operation not in possible:
                said = f"{operation} is nothing that a key of this spec and usage does"
                yield Complaint((*where, "operations", index), said, fix)
        if grant.context and grant.context_subset:
            said = "both context and context_subset are written"
            yield Complaint((*where, "context_subset"), said, "keep one of them")
        if (grant.context or grant.context_subset) and not symmetric:
            field = "context" if grant.context else "context_subset"
            said = "only a symmetric encryption key has an encryption context"
            yield Complaint((*where, field), said, "take it out")


def normal(grants: Mapping[str, Grant], partition: str) -> dict[str, Grant]:
    """The declared grants as they are read back: ARNs in place of account ids, operations in order."""
    return {
        name: grant.model_copy(
            update={
                "to": completed(grant.to, partition),
                "operations": tuple(sorted(set(grant.operations))),
                "retire_by": completed(grant.retire_by, partition),
            }
        )
        for name, grant in grants.items()
    }


# What is live


def ours(listed: Iterable[Mapping[str, Any]], stack: str, address: Address) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """Name → the grants that are named so for this key, the one made last at the end."""
    prefix, found = _prefix(stack, address), dict[str, list[Mapping[str, Any]]]()
    for item in listed:
        if item.get("Name", "").startswith(prefix):
            found.setdefault(_split(item["Name"].removeprefix(prefix))[0], []).append(item)
    return {name: tuple(sorted(items, key=lambda item: _split(item["Name"])[1])) for name, items in found.items()}


def read(named: Mapping[str, tuple[Mapping[str, Any], ...]]) -> dict[str, Grant]:
    """The grants of the stack as they would be declared."""
    return {name: _grant(items) for name, items in named.items()}


def others(listed: Iterable[Mapping[str, Any]], named: Mapping[str, tuple[Mapping[str, Any], ...]]) -> tuple[str, ...]:
    """Who else has grants, and how many: never touched (KMS-7)."""
    own = {item["GrantId"] for items in named.values() for item in items}
    who = Counter(_grantee(item) for item in listed if item["GrantId"] not in own)
    return tuple(f"{name} ({count})" for name, count in sorted(who.items()))


def notes(declared: Mapping[str, Grant], live: Live[Any]) -> Iterator[str]:
    """Which grants there are beside the declared ones; all of them stay."""
    for name, items in sorted(live.facts["grants"].items()):
        if name not in declared:
            command = f"aws kms revoke-grant --key-id {live.exports['id']} --grant-id {items[-1]['GrantId']}"
            yield f"grant {name} is not declared and stays: when nothing needs it, `{command}`"
    if who := live.facts["grantees"]:
        yield f"it has grants that are not the stack's, and stay: {', '.join(who)}"


# Calls


def made(grants: Mapping[str, Grant], key: Value, stack: str, address: Address) -> tuple[Operation, ...]:
    """The calls for a new key."""
    return tuple(_create(grant, key, name, _prefix(stack, address) + name) for name, grant in grants.items())


def settled(change: Change[Any]) -> Iterator[Operation]:
    """New grants before those go that they replace, so that nothing is missing for a moment."""
    key, prefix = change.live.exports["id"], _prefix(change.scope.stack, change.resource.address)
    for item in change.members("grants"):
        name, grant = item.member, change.resource.spec.grants[item.member]
        there: tuple[Mapping[str, Any], ...] = change.live.facts["grants"].get(name, ())
        same = [one for one in there if _is(one, grant, change.scope)][-1:]
        if not same:
            number = max((_split(one["Name"])[1] for one in there), default=0) + 1
            yield _create(grant, key, name, f"{prefix}{name}/{number}" if there else prefix + name)
        yield from (_revoke(name, key, one["GrantId"]) for one in there if one not in same)


def _is(live: Mapping[str, Any], grant: Grant, scope: Scope) -> bool:
    return bool(plain(_grant((live,))) == resolve(plain(grant), scope.known))


def _create(grant: Grant, key: Value, name: str, full: str) -> Operation:
    params: dict[str, Value] = {
        "KeyId": key,
        "GranteePrincipal": grant.to,
        "Operations": grant.operations,
        "Name": full,
    }
    if grant.context or grant.context_subset:
        equals = {"EncryptionContextEquals": dict(grant.context)} if grant.context else {}
        subset = {"EncryptionContextSubset": dict(grant.context_subset)} if grant.context_subset else {}
        params["Constraints"] = {**equals, **subset}
    if grant.retire_by is not None:
        params["RetiringPrincipal"] = grant.retire_by
    return Operation(
        service="kms",
        action="CreateGrant",
        params=params,
        summary=f"grant {name}: {', '.join(grant.operations)}",
        # KMS-4: the key and its state take a moment; IAM-1: so does a principal. The name makes it repeatable (KMS-8).
        retry_on=(Retry("NotFoundException"), Retry("DisabledException"), Retry("InvalidArnException")),
    )


def _revoke(name: str, key: Value, grant: str) -> Operation:
    return Operation(
        service="kms",
        action="RevokeGrant",
        params={"KeyId": key, "GrantId": grant},
        summary=f"revoke the former grant {name}",
        done_on=("NotFoundException", "InvalidGrantIdException"),
        destructive=True,
    )


def _prefix(stack: str, address: Address) -> str:
    return f"rds-secure/{stack}/{address.name}/"


def _split(name: str) -> tuple[str, int]:
    """``app/2`` → app, 2; the first one of a name has no number."""
    first, slash, number = name.rpartition("/")
    return (first, int(number)) if slash and number.isdigit() else (name, 1)


def _grantee(item: Mapping[str, Any]) -> str:
    return str(item.get("GranteePrincipal") or item.get("GranteeServicePrincipal") or "somebody")


def _grant(items: tuple[Mapping[str, Any], ...]) -> Grant:
    item = items[-1]
    constraints = item.get("Constraints") or {}
    fields: dict[str, Any] = {
        "to": _grantee(item),
        "operations": tuple(sorted(item["Operations"])),
        "context": dict(constraints.get("EncryptionContextEquals") or {}),
        "context_subset": dict(constraints.get("EncryptionContextSubset") or {}),
        "retire_by": item.get("RetiringPrincipal") or item.get("RetiringServicePrincipal"),
    }
    if len(items) > 1:
        return Several.model_construct(**fields, others=tuple(one["GrantId"] for one in items[:-1]))
    return Grant.model_construct(**fields)
