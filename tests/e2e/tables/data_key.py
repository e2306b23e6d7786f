"""Data keys in a secret: what makes another one, what uses a kept one again, and what is put back around them."""

from __future__ import annotations

from typing import Any

from tests.e2e.looks import Client
from tests.e2e.tables.bench import KEY, Bench, Changed, Drifted, Refused

ALIAS = "alias/outside"
TAG = [{"Key": "team", "Value": "others"}]


def outside_key(client: Client, alias: str = ALIAS) -> None:
    """A key that no stack owns."""
    kms = client("kms")
    kms.create_alias(AliasName=alias, TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])


def outside_keys(client: Client) -> None:
    outside_key(client)
    outside_key(client, "alias/other")


def key_arn(client: Client, alias: str) -> str:
    found: str = client("kms").describe_key(KeyId=alias)["KeyMetadata"]["Arn"]
    return found


def mark(client: Client, version: int = 1, alias: str = ALIAS) -> str:
    """The id of the version with the data key of this number, made under this key without a context."""
    return f"data-key-{version}-32-{key_arn(client, alias).rpartition('/')[2]}-44136fa3"


def lost(client: Client) -> None:
    """A data key of which only the tags are missing."""
    client("secretsmanager").create_secret(Name=KEY, SecretString="encrypted", ClientRequestToken=mark(client))


def overwrite(client: Client) -> None:
    client("secretsmanager").put_secret_value(SecretId=KEY, SecretString="mine")


def change(client: Client, **more: Any) -> None:
    client("secretsmanager").update_secret(SecretId=KEY, **more)


BENCH = Bench(
    kind="data_key",
    name=KEY,
    prepare=outside_keys,
    base={"kms_key": ALIAS},
    changes=(
        Changed(
            field="version",
            fields={"version": 2},
            sees={
                "current": lambda client: mark(client, 2),
                "previous": mark,
                "kept": lambda client: [mark(client), mark(client, 2)],
            },
        ),
        Changed(
            field="version",
            note="with-room-between",
            fields={"version": 7},
            sees={"current": lambda client: mark(client, 7)},
        ),
        Changed(
            field="kms_key",
            fields={"kms_key": "alias/other", "store": {"kms_key": ALIAS}},
            sees={"current": lambda client: mark(client, 1, "alias/other"), "previous": mark},
        ),
        Changed(
            field="kms_key",
            note="and-with-it-the-key-of-the-secret",
            fields={"kms_key": "alias/other"},
            sees={"KmsKeyId": lambda client: key_arn(client, "alias/other")},
            path="kms_key store.kms_key",
        ),
        Changed(
            field="store.kms_key",
            fields={"store": {"kms_key": "alias/other"}},
            sees={"KmsKeyId": lambda client: key_arn(client, "alias/other")},
        ),
        Changed(field="description", fields={"description": "for orders"}, sees={"Description": "for orders"}),
        Changed(field="tags", fields={"tags": {"team": "payments"}}, sees={"tags.team": "payments"}),
    ),
    drifts=(
        Drifted(field="version", note="overwritten", mutate=overwrite, restores=("current", "value")),
        Drifted(
            field="store.kms_key",
            mutate=lambda client: change(client, KmsKeyId=key_arn(client, "alias/other")),
            restores=("KmsKeyId", "current", "value"),
        ),
        Drifted(
            field="description",
            mutate=lambda client: change(client, Description="mine"),
            restores=("Description", "current", "value"),
        ),
        Drifted(
            field="tags",
            given={"tags": {"team": "payments"}},
            mutate=lambda client: client("secretsmanager").tag_resource(SecretId=KEY, Tags=TAG),
            restores=("tags",),
        ),
    ),
    refusals=(
        Refused(field="key_spec", fields={"key_spec": "AES_128"}),
        Refused(field="bytes", fields={"bytes": 64}),
        Refused(field="encryption_context", fields={"encryption_context": {"app": "orders"}}),
        Refused(
            field="store.secret", fields={"store": {"secret": "invoices"}}, says="the name of data_key.orders changes"
        ),
        Refused(
            field="store.parameter",
            fields={"store": {"parameter": "/orders"}},
            says="the name of data_key.orders changes",
        ),
    ),
    stranger=lost,
    not_tested={"store": "by its parts"},
)
