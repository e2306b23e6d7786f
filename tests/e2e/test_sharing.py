"""Shared snapshots: everybody is always shut out, others are shown, and nothing of it is undone by forgetting it."""

from __future__ import annotations

import pytest

from rds_secure.errors import SpecError
from tests.e2e.harness import EVERYTHING, Harness, Resources
from tests.e2e.looks import Client, snapshot_sharing
from tests.e2e.tables.snapshot_sharing import AUDITOR, BENCH, NAME, PARTNER, STRANGER, archived, share

OPEN = "in-the-open"
BYSTANDER: Resources = {"iam_group": {"bystander": {}}}


def unencrypted(client: Client) -> None:
    """A snapshot of a database that is not encrypted: only such a one can be public."""
    rds = client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="open",
        Engine="postgres",
        DBInstanceClass="db.t4g.medium",
        AllocatedStorage=20,
        MasterUsername="somebody",
        ManageMasterUserPassword=True,
        Tags=[{"Key": "rds-secure:stack", "Value": "bench"}],
    )
    rds.create_db_snapshot(DBInstanceIdentifier="open", DBSnapshotIdentifier=OPEN)


def test_a_public_snapshot_is_public_no_more_although_others_stay(harness: Harness) -> None:
    harness.behind(unencrypted)
    declared = BENCH.resources({"snapshot": OPEN})
    harness.make(declared)
    harness.client("rds").modify_db_snapshot_attribute(
        DBSnapshotIdentifier=OPEN, AttributeName="restore", ValuesToAdd=["all", STRANGER]
    )

    applied = harness.apply(declared)

    (step,) = applied.plan.steps
    assert [(change.path, change.old, change.new) for change in step.changes] == [("accounts", "all", None)]
    assert [change.old for change in step.strangers] == [STRANGER]
    assert "it is public: every AWS account may restore it" in step.notes
    assert snapshot_sharing(harness.client, OPEN)["accounts"] == [AUDITOR, STRANGER]
    assert applied.again.plan.is_empty


def test_who_was_let_in_before_is_a_stranger_until_it_is_written(harness: Harness) -> None:
    harness.behind(archived)
    share(harness.client, AUDITOR, STRANGER)

    applied = harness.apply(BENCH.resources())
    assert [change.old for change in applied.plan.steps[0].strangers] == [STRANGER]

    harness.apply(BENCH.resources({"accounts": [PARTNER]}))
    assert snapshot_sharing(harness.client, NAME)["accounts"] == [PARTNER, STRANGER]


def test_what_is_no_longer_declared_is_let_go_and_not_undone(harness: Harness) -> None:
    harness.behind(archived)
    harness.make(BENCH.resources(others=BYSTANDER))

    assert harness.apply(BYSTANDER).writes == ()
    harness.destroy(BYSTANDER, EVERYTHING)

    assert snapshot_sharing(harness.client, NAME)["accounts"] == [AUDITOR]


def test_a_snapshot_of_a_cluster_is_shared_like_any_other(harness: Harness) -> None:
    rds, key = harness.client("rds"), harness.client("kms").create_key()["KeyMetadata"]["Arn"]
    rds.create_db_cluster(
        DBClusterIdentifier="books",
        Engine="aurora-postgresql",
        MasterUsername="somebody",
        ManageMasterUserPassword=True,
        StorageEncrypted=True,
        KmsKeyId=key,
    )
    rds.create_db_cluster_snapshot(
        DBClusterIdentifier="books",
        DBClusterSnapshotIdentifier=NAME,
        Tags=[{"Key": "rds-secure:stack", "Value": "bench"}],
    )

    def seen() -> list[str]:
        result = rds.describe_db_cluster_snapshot_attributes(DBClusterSnapshotIdentifier=NAME)
        (attribute,) = result["DBClusterSnapshotAttributesResult"]["DBClusterSnapshotAttributes"]
        return sorted(attribute["AttributeValues"])

    harness.apply(BENCH.resources({"cluster": True}))
    assert seen() == [AUDITOR]
    harness.apply(BENCH.resources({"cluster": True, "accounts": [PARTNER]}))
    assert seen() == [PARTNER]
    assert harness.plan(BENCH.resources({"cluster": True, "accounts": [PARTNER]})).plan.is_empty


@pytest.mark.parametrize(
    ("stack", "encrypted", "said"),
    [("other", True, "which this stack does not own"), ("bench", False, "encrypted under AWS's own key")],
    ids=["of-another-stack", "under-the-key-of-AWS"],
)
def test_what_cannot_be_shared_is_refused_before_the_first_call(
    stack: str, encrypted: bool, said: str, harness: Harness
) -> None:
    harness.behind(lambda client: archived(client, stack=stack, own_key=encrypted))

    with pytest.raises(SpecError) as raised:
        harness.plan(BENCH.resources())

    (problem,) = raised.value.problems
    assert said in problem.what
    assert problem.location is not None
    assert problem.location.file.endswith("stack.yaml")
    assert harness.recorder.writes == []
