"""Sharing of a snapshot that a database of the stack has left behind."""

from __future__ import annotations

from tests.e2e.harness import STACK
from tests.e2e.looks import Client
from tests.e2e.tables.bench import Bench, Changed, Drifted

NAME = "archived"
AUDITOR, PARTNER, STRANGER = "210987654321", "345678901234", "456789012345"
OTHERS = {"other_accounts": "always empty in a spec; the drift table has it"}


def archived(client: Client, name: str = NAME, stack: str = STACK, *, own_key: bool = True) -> None:
    """A snapshot, under a key of one's own, with the tags of a database that is gone (RDS-18)."""
    rds, key = client("rds"), {"KmsKeyId": client("kms").create_key()["KeyMetadata"]["Arn"]} if own_key else {}
    rds.create_db_instance(
        DBInstanceIdentifier="old",
        Engine="postgres",
        DBInstanceClass="db.t4g.medium",
        AllocatedStorage=20,
        MasterUsername="somebody",
        ManageMasterUserPassword=True,
        StorageEncrypted=True,
        **key,
    )
    tags = [{"Key": "rds-secure:stack", "Value": stack}, {"Key": "rds-secure:address", "Value": "db_instance.old/old"}]
    rds.create_db_snapshot(DBInstanceIdentifier="old", DBSnapshotIdentifier=name, Tags=tags)
    rds.delete_db_instance(DBInstanceIdentifier="old", SkipFinalSnapshot=True)


def share(client: Client, *accounts: str) -> None:
    client("rds").modify_db_snapshot_attribute(
        DBSnapshotIdentifier=NAME, AttributeName="restore", ValuesToAdd=list(accounts)
    )


def stop_sharing(client: Client) -> None:
    client("rds").modify_db_snapshot_attribute(
        DBSnapshotIdentifier=NAME, AttributeName="restore", ValuesToRemove=[AUDITOR]
    )


BENCH = Bench(
    kind="snapshot_sharing",
    name=NAME,
    base={"snapshot": NAME, "accounts": [AUDITOR]},
    prepare=archived,
    changes=(
        Changed(field="accounts", fields={"accounts": [PARTNER, AUDITOR]}, sees={"accounts": [AUDITOR, PARTNER]}),
        Changed(field="accounts", note="another-one", fields={"accounts": [PARTNER]}, sees={"accounts": [PARTNER]}),
        Changed(
            field="accounts",
            note="one-taken-out-beside-a-stranger",
            given={"accounts": [AUDITOR, PARTNER]},
            meanwhile=lambda client: share(client, STRANGER),
            fields={"accounts": [AUDITOR]},
            sees={"contains(accounts, '345678901234')": False},
        ),
    ),
    drifts=(
        Drifted(
            field="accounts",
            note="taken-away",
            given={"accounts": [AUDITOR, PARTNER]},
            mutate=stop_sharing,
            restores=("accounts",),
        ),
        Drifted(
            field="other_accounts",
            given={"exclusive": True},
            mutate=lambda client: share(client, STRANGER),
            restores=("accounts",),
        ),
    ),
    refusals=(),
    stranger=lambda client: share(client, STRANGER),
    not_tested=OTHERS,
    taggable=False,
)
