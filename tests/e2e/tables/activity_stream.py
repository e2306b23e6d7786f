"""The activity stream of a cluster that was made by somebody else."""

from __future__ import annotations

from tests.e2e.looks import Client
from tests.e2e.tables.bench import KEY, Bench, Changed, Drifted
from tests.e2e.tables.db_proxy import aurora

BOOKS = "arn:aws:rds:us-east-1:123456789012:cluster:books"


def prepare(client: Client) -> None:
    """A cluster with an instance, and two keys."""
    aurora(client)
    client("rds").create_db_instance(
        DBInstanceIdentifier="books-1",
        DBClusterIdentifier="books",
        Engine="aurora-postgresql",
        DBInstanceClass="db.r7g.large",
    )
    for alias in ("alias/mine", "alias/other"):
        key = client("kms").create_key()["KeyMetadata"]["KeyId"]
        client("kms").create_alias(AliasName=alias, TargetKeyId=key)


def start(client: Client, mode: str = "async", key: str = "alias/mine") -> None:
    key_arn = client("kms").describe_key(KeyId=key)["KeyMetadata"]["Arn"]
    client("rds").start_activity_stream(ResourceArn=BOOKS, Mode=mode, KmsKeyId=key_arn, ApplyImmediately=True)


def stop(client: Client) -> None:
    client("rds").stop_activity_stream(ResourceArn=BOOKS, ApplyImmediately=True)


def restart(client: Client, mode: str = "async", key: str = "alias/mine") -> None:
    stop(client)
    start(client, mode, key)


BENCH = Bench(
    kind="activity_stream",
    name=KEY,
    base={"of": BOOKS, "kms_key": "alias/mine"},
    prepare=prepare,
    changes=(
        Changed(field="mode", fields={"mode": "sync"}, sees={"ActivityStreamMode": "sync"}),
        Changed(field="kms_key", fields={"kms_key": "alias/other"}, sees={"key": "alias/other"}),
    ),
    drifts=(
        Drifted(field="mode", mutate=lambda client: restart(client, mode="sync"), restores=("ActivityStreamMode",)),
        Drifted(field="kms_key", mutate=lambda client: restart(client, key="alias/other"), restores=("key",)),
    ),
    refusals=(),
    stranger=start,
    not_tested={"native_audit_fields": "is of instances: the example of the kind has it"},
    taggable=False,
)
