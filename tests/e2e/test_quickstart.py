"""The two specs that show the whole: what is at AWS afterwards, looked at with boto3, is what they say."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from rds_secure.plan import Action, Plan
from tests.e2e import looks
from tests.e2e.harness import DATA, EVERYTHING, SPECS, Harness

QUICKSTART, SEED = SPECS / "quickstart.yaml", SPECS / "seed.yaml"

OURS = {"rds-secure:stack", "rds-secure:address", "rds-secure:applied"}


@pytest.fixture
def quickstart(harness: Harness) -> Harness:
    harness.make(QUICKSTART)
    return harness


@pytest.fixture
def seed(harness: Harness) -> Harness:
    harness.make(SEED)
    return harness


def actions(plan: Plan, action: Action) -> set[str]:
    return {str(step.address) for step in plan.steps if step.action is action}


def grants(harness: Harness, key: str) -> list[str]:
    return sorted(grant["GrantId"] for grant in harness.client("kms").list_grants(KeyId=key)["Grants"])


# What is at AWS


def test_the_key_rotates_every_year_under_its_alias(quickstart: Harness) -> None:
    key = looks.kms_key(quickstart.client, "alias/quickstart/quickstart-data")

    assert (key["rotates"], key["period"]) == (True, 365)
    assert (key["KeyState"], key["Description"]) == ("Enabled", "Encrypts the quickstart database")
    assert key["aliases"] == ["alias/quickstart/quickstart-data"]
    assert [statement["Principal"] for statement in key["policy"]] == [{"AWS": "arn:aws:iam::123456789012:root"}]


def test_the_database_is_encrypted_private_and_protected(quickstart: Harness) -> None:
    key = looks.kms_key(quickstart.client, "alias/quickstart/quickstart-data")["Arn"]
    instance = looks.db_instance(quickstart.client, "quickstart")

    assert (instance["StorageEncrypted"], instance["KmsKeyId"]) == (True, key)
    assert instance["MasterUserSecret"]["SecretStatus"] == "active"
    assert instance["MasterUserSecret"]["KmsKeyId"] == key
    assert instance["MasterUsername"] == "dbowner"
    assert instance["PubliclyAccessible"] is False
    assert instance["DeletionProtection"] is True
    assert instance["IAMDatabaseAuthenticationEnabled"] is True
    assert instance["BackupRetentionPeriod"] == 7
    assert instance["EngineVersion"].startswith("16.")
    assert instance["logs"] == ["postgresql", "upgrade"]
    assert instance["DBSubnetGroup"]["DBSubnetGroupName"] == "quickstart"


def test_tls_is_forced_by_the_group_that_the_database_uses(quickstart: Harness) -> None:
    used = looks.db_instance(quickstart.client, "quickstart")["parameter_group"]
    group = looks.db_parameter_group(quickstart.client, used)

    assert group["DBParameterGroupFamily"] == "postgres16"
    assert group["parameters"] == {"rds.force_ssl": "1"}


def test_both_groups_have_these_rules_and_no_others(quickstart: Harness) -> None:
    app = looks.security_group(quickstart.client, "quickstart-app")
    db = looks.security_group(quickstart.client, "quickstart-db")

    assert app["ingress"] == []
    assert app["egress"] == sorted(
        [f"tcp 5432-5432 {db['GroupId']}: the database", "tcp 443-443 10.20.0.0/16: VPC endpoints"]
    )
    assert db["ingress"] == [f"tcp 5432-5432 {app['GroupId']}: the application"]
    assert db["egress"] == []  # EC2-2: the rule that AWS adds is gone
    assert looks.db_instance(quickstart.client, "quickstart")["security_groups"] == [db["GroupId"]]


def test_one_policy_is_about_this_very_instance_and_both_reach_the_user_by_the_group(quickstart: Harness) -> None:
    instance = looks.db_instance(quickstart.client, "quickstart")
    operate = looks.iam_policy(quickstart.client, "quickstart-operate")

    (statement,) = operate["document"]
    assert statement["Resource"] == instance["DBInstanceArn"]
    assert operate["groups"] == ["quickstart-operators"]
    assert looks.iam_policy(quickstart.client, "quickstart-create")["groups"] == ["quickstart-operators"]
    assert looks.iam_user(quickstart.client, "dana")["groups"] == ["quickstart-operators"]


TAGGED = [
    ("iam_user", "dana", "dana"),
    ("iam_policy", "quickstart-create", "quickstart-create"),
    ("iam_policy", "quickstart-operate", "quickstart-operate"),
    ("security_group", "quickstart-app", "quickstart-app"),
    ("security_group", "quickstart-db", "quickstart-db"),
    ("db_subnet_group", "quickstart", "quickstart"),
    ("kms_key", "quickstart-data", "alias/quickstart/quickstart-data"),
    ("db_parameter_group", "quickstart+implied", "quickstart-implied-postgres16"),
    ("db_instance", "quickstart", "quickstart"),
]


def test_everything_carries_the_stacks_tag_and_says_whose_it_is(quickstart: Harness) -> None:
    for kind, key, name in TAGGED:
        found = looks.LOOKS[kind](quickstart.client, name)["tags"]
        assert found["team"] == "payments"
        assert found["rds-secure:stack"] == "quickstart"
        assert found["rds-secure:address"] == f"{kind}.{key}/{name}"
        assert found["rds-secure:applied"].startswith("1.")
        assert not found["rds-secure:applied"].startswith("1.pending.")
        home = {"rds-secure:home"} if kind.startswith("iam_") else set()
        assert set(found) == {"team", *OURS, *home}


def test_the_seed_gives_its_user_two_policies_and_data_keys_and_the_database_one_rule_each_way(seed: Harness) -> None:
    user = looks.iam_user(seed.client, "rds-admin")
    instance = looks.db_instance(seed.client, "seed")
    group = looks.security_group(seed.client, "seed-db")
    key = looks.kms_key(seed.client, "alias/seed/seed")

    assert user["policies"] == ["rds-create", "rds-one-instance"]
    (one,) = looks.iam_policy(seed.client, "rds-one-instance")["document"]
    assert one["Resource"] == instance["DBInstanceArn"]
    assert group["ingress"] == ["tcp 3306-3306 10.20.0.0/16: clients inside the VPC"]
    assert group["egress"] == ["tcp 443-443 10.20.0.0/16: endpoints inside the VPC"]
    assert instance["security_groups"] == [group["GroupId"]]
    assert instance["KmsKeyId"] == key["Arn"]
    assert key["sids"]["RdsSecureUsers"]["Principal"] == {"AWS": user["Arn"]}
    assert "kms:GenerateDataKey*" in key["sids"]["RdsSecureUsers"]["Action"]
    assert looks.db_parameter_group(seed.client, instance["parameter_group"])["parameters"] == {
        "require_secure_transport": "1"
    }


def test_the_seeds_data_key_is_kept_encrypted_and_whoever_may_decrypt_can_use_it(seed: Harness) -> None:
    kept = looks.data_key(seed.client, "seed")
    key = looks.kms_key(seed.client, "alias/seed/seed")

    assert (kept["KmsKeyId"], key["KeyId"] in kept["current"]) == (key["Arn"], True)
    encrypted = base64.b64decode(kept["value"])
    opened = seed.client("kms").decrypt(CiphertextBlob=encrypted, EncryptionContext={"database": "seed"})
    assert (len(opened["Plaintext"]), opened["KeyId"]) == (32, key["Arn"])


# Taking it down


def test_destroy_keeps_the_database_and_its_key_with_all_that_they_use(quickstart: Harness) -> None:
    gone = quickstart.destroy(QUICKSTART)

    assert actions(gone.plan, Action.DELETE) == {
        "iam_group.quickstart-operators",
        "iam_policy.quickstart-create",
        "iam_policy.quickstart-operate",
        "iam_user.dana",
    }
    kept = {str(kept.address): kept.reason for kept in gone.plan.kept}
    assert set(kept) == {
        "db_instance.quickstart",
        "db_parameter_group.quickstart~implied",
        "db_subnet_group.quickstart",
        "kms_key.quickstart-data",
        "security_group.quickstart-app",  # the database's group names it in a rule
        "security_group.quickstart-db",
    }
    assert kept["db_instance.quickstart"] == kept["kms_key.quickstart-data"] == "no longer declared, kept"
    assert kept["db_subnet_group.quickstart"] == "db_instance.quickstart, which is kept, uses it"
    assert looks.db_instance(quickstart.client, "quickstart")["DeletionProtection"] is True
    assert looks.kms_key(quickstart.client, "alias/quickstart/quickstart-data")["KeyState"] == "Enabled"


def test_destroy_with_data_leaves_a_snapshot_and_the_key_that_reads_it(quickstart: Harness) -> None:
    gone = quickstart.destroy(QUICKSTART, DATA)

    kept = {str(kept.address): kept.reason for kept in gone.plan.kept}
    assert kept == {"kms_key.quickstart-data": "the final snapshot of db_instance.quickstart needs it"}
    rds = quickstart.client("rds")
    assert rds.describe_db_instances()["DBInstances"] == []
    (snapshot,) = rds.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    key = looks.kms_key(quickstart.client, "alias/quickstart/quickstart-data")
    assert snapshot["DBSnapshotIdentifier"] == "quickstart-final-1"
    assert (snapshot["KmsKeyId"], key["KeyState"]) == (key["Arn"], "Enabled")


def test_destroy_again_keeps_the_key_because_of_the_snapshot_that_is_left(quickstart: Harness) -> None:
    """KMS-5: nothing in AWS stops the deletion of a key that a snapshot needs; we do."""
    quickstart.destroy(QUICKSTART, DATA)

    again = quickstart.destroy(QUICKSTART, EVERYTHING)

    assert again.writes == ()
    (kept,) = again.plan.kept
    assert (str(kept.address), "snapshot quickstart-final-1" in kept.reason) == ("kms_key.quickstart-data", True)


def test_destroy_without_snapshots_schedules_the_key_in_30_days(quickstart: Harness) -> None:
    key = looks.kms_key(quickstart.client, "alias/quickstart/quickstart-data")["KeyId"]

    gone = quickstart.destroy(QUICKSTART, EVERYTHING)

    assert gone.plan.kept == ()
    (scheduled,) = [call.params for call in gone.writes if call.action == "ScheduleKeyDeletion"]
    assert scheduled == {"KeyId": key, "PendingWindowInDays": 30}
    assert quickstart.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert quickstart.client("rds").describe_db_instances()["DBInstances"] == []
    assert quickstart.client("rds").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"] == []


def test_the_grants_of_rds_on_the_key_are_never_touched(quickstart: Harness) -> None:
    """KMS-7: without its grant a database becomes unreadable. One more is planted, as RDS makes them for insights."""
    key = looks.kms_key(quickstart.client, "alias/quickstart/quickstart-data")["KeyId"]
    kms = quickstart.client("kms")
    planted = kms.create_grant(
        KeyId=key,
        GranteePrincipal="rds.us-east-1.amazonaws.com",
        RetiringPrincipal="rds.us-east-1.amazonaws.com",
        Operations=["Decrypt", "GenerateDataKey"],
    )["GrantId"]
    held = grants(quickstart, key)
    assert planted in held
    assert len(held) == 2
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=opened())

    quickstart.apply(QUICKSTART)
    assert grants(quickstart, key) == held
    quickstart.destroy(QUICKSTART)
    assert grants(quickstart, key) == held
    assert not [call for call in quickstart.recorder.writes if "Grant" in call.action]


def opened() -> str:
    """A key policy that lets everybody in."""
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
