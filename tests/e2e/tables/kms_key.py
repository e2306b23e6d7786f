"""Keys: description, alias, policy, rotation, grants of the stack, and whether they can be used."""

from __future__ import annotations

import json
from typing import Any

from tests.e2e.looks import Client
from tests.e2e.tables.bench import Bench, Changed, Drifted, Refused

ALIAS = "alias/bench/orders"
ROLE = {"iam_role": {"app": {"trust": {"services": ["ec2.amazonaws.com"]}}}}
APP = "arn:aws:iam::123456789012:role/app"
ROOT = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"}
ANYBODY = {"Sid": "Anybody", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}


def key_id(client: Client) -> str:
    found: str = client("kms").describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
    return found


def open_up(client: Client) -> None:
    """A statement beside the others that lets everybody in."""
    kms, key = client("kms"), key_id(client)
    document = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    document["Statement"].append(ANYBODY)
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(document))


def move_alias(client: Client) -> None:
    """Somebody points the alias at another key."""
    kms = client("kms")
    kms.update_alias(AliasName=ALIAS, TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])


def named_key(client: Client) -> None:
    kms = client("kms")
    kms.create_alias(AliasName=ALIAS, TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])


def granted(**more: Any) -> dict[str, Any]:
    """One grant to the role, with these fields of it otherwise."""
    return {"grants": {"app": {"to": "${iam_role.app}", "operations": ["Decrypt"], **more}}}


def revoke(client: Client) -> None:
    """Somebody takes the grant away."""
    kms, key = client("kms"), key_id(client)
    (grant,) = kms.list_grants(KeyId=key)["Grants"]
    kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])


GRANT = '"rds-secure/bench/orders/app"'
NEXT = '"rds-secure/bench/orders/app/2"'
"""AWS cannot change a grant: another one takes its place, under another name."""


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"document": {"Version": "2012-10-17", "Statement": list(statements)}}


BENCH = Bench(
    kind="kms_key",
    name=ALIAS,
    base={},
    changes=(
        Changed(field="description", fields={"description": "for orders"}, sees={"Description": "for orders"}),
        Changed(
            field="alias",
            fields={"alias": "databases/orders"},
            name="alias/databases/orders",
            sees={"aliases": ["alias/databases/orders"]},
        ),
        Changed(
            field="administrators",
            others=ROLE,
            fields={"administrators": ["${iam_role.app}"]},
            sees={"sids.RdsSecureAdministrators.Principal.AWS": APP},
            path="document",
        ),
        Changed(
            field="users",
            others=ROLE,
            fields={"users": ["${iam_role.app}"]},
            sees={
                "sids.RdsSecureUsers.Principal.AWS": APP,
                "contains(sids.RdsSecureUsers.Action || `[]`, 'kms:GenerateDataKey*')": True,
            },
            path="document",
        ),
        Changed(
            field="users",
            note="taken-out",
            given={"users": ["${iam_role.app}"]},
            others=ROLE,
            fields={"users": ...},
            sees={"keys(sids)": ["RdsSecureAccount"]},
            path="document",
        ),
        Changed(
            field="document",
            fields=document(ROOT, {**ROOT, "Sid": "Read", "Action": ["kms:Decrypt"]}),
            sees={"sids.Read.Action": "kms:Decrypt"},
        ),
        Changed(field="rotation_days", fields={"rotation_days": 180}, sees={"period": 180}),
        Changed(field="rotation_days", note="off", fields={"rotation_days": "off"}, sees={"rotates": False}),
        Changed(
            field="rotation_days",
            note="on",
            given={"rotation_days": "off"},
            fields={"rotation_days": 90},
            sees={"rotates": True, "period": 90},
        ),
        Changed(field="enabled", fields={"enabled": False}, sees={"KeyState": "Disabled"}),
        Changed(
            field="enabled",
            note="again",
            given={"enabled": False},
            fields={"enabled": True},
            sees={"KeyState": "Enabled"},
        ),
        Changed(
            field="exclusive",
            given={"exclusive": False},
            meanwhile=open_up,
            fields={"exclusive": True},
            sees={"sids.Anybody": None},
            path="document",
        ),
        Changed(
            field="grants",
            others=ROLE,
            fields=granted(),
            sees={
                f"grants.{GRANT}": {"to": APP, "operations": ["Decrypt"], "context": {}, "retire_by": None},
            },
        ),
        Changed(
            field="grants.to",
            given=granted(),
            others=ROLE,
            fields=granted(to="123456789012"),
            sees={f"grants.{NEXT}.to": ROOT["Principal"]["AWS"], f"grants.{GRANT}": None},
            path="grants",
        ),
        Changed(
            field="grants.operations",
            given=granted(),
            others=ROLE,
            fields=granted(operations=["Encrypt", "Decrypt"]),
            sees={f"grants.{NEXT}.operations": ["Decrypt", "Encrypt"], f"grants.{GRANT}": None},
            path="grants",
        ),
        Changed(
            field="grants.context",
            given=granted(),
            others=ROLE,
            fields=granted(context={"data": "orders"}),
            sees={f"grants.{NEXT}.context": {"EncryptionContextEquals": {"data": "orders"}}},
            path="grants",
        ),
        Changed(
            field="grants.context_subset",
            given=granted(context={"data": "orders"}),
            others=ROLE,
            fields=granted(context_subset={"data": "orders"}),
            sees={f"grants.{NEXT}.context": {"EncryptionContextSubset": {"data": "orders"}}},
            path="grants",
        ),
        Changed(
            field="grants.retire_by",
            given=granted(),
            others=ROLE,
            fields=granted(retire_by="${iam_role.app}"),
            sees={f"grants.{NEXT}.retire_by": APP},
            path="grants",
        ),
        Changed(field="tags", fields={"tags": {"data": "orders"}}, sees={"tags.data": "orders"}),
    ),
    drifts=(
        Drifted(field="document", mutate=open_up, restores=("policy",)),
        Drifted(
            field="rotation_days",
            mutate=lambda client: client("kms").disable_key_rotation(KeyId=key_id(client)),
            restores=("rotates", "period"),
        ),
        Drifted(
            field="rotation_days",
            note="slower",
            mutate=lambda client: client("kms").enable_key_rotation(KeyId=key_id(client), RotationPeriodInDays=2560),
            restores=("rotates", "period"),
        ),
        Drifted(
            field="description",
            mutate=lambda client: client("kms").update_key_description(KeyId=key_id(client), Description="mine"),
            restores=("Description",),
        ),
        Drifted(
            field="enabled",
            mutate=lambda client: client("kms").disable_key(KeyId=key_id(client)),
            restores=("KeyState",),
        ),
        Drifted(field="grants", given=granted(), others=ROLE, mutate=revoke, restores=("grants",)),
        Drifted(field="alias", mutate=move_alias, restores=("KeyId", "aliases")),
        Drifted(
            field="tags",
            given={"tags": {"data": "orders"}},
            mutate=lambda client: client("kms").untag_resource(KeyId=key_id(client), TagKeys=["data"]),
            restores=("tags",),
        ),
    ),
    refusals=(
        Refused(field="multi_region", fields={"multi_region": True}),
        Refused(
            field="grants",
            note="of-a-disabled-key",
            given={"enabled": False},
            others=ROLE,
            fields={"enabled": False, **granted()},
            says="kms_key.orders.grants cannot",
        ),
        Refused(field="spec", fields={"spec": "RSA_2048", "rotation_days": ...}),
        Refused(
            field="usage",
            given={"spec": "RSA_2048"},
            fields={"usage": "SIGN_VERIFY"},
            says="kms_key.orders.usage cannot",
        ),
    ),
    stranger=named_key,
    fixed={"alias": "bench/orders"},
)
