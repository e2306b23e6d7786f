"""Keys that something needs (KMS-5, RDS-4), and policies that would lock the caller out (KMS-3)."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure import tagging
from rds_secure.errors import DeniedError
from rds_secure.resources.kms_key import KIND
from tests.fakes import FakeReader
from tests.models import assert_valid_call
from tests.resources.iam_account import ours
from tests.resources.kms_account import (
    ACCOUNT,
    ALIAS,
    DATA,
    DELEGATION,
    KEY,
    ROOT,
    SECURITY,
    STRANGER,
    TWIN,
    Keys,
    arn,
    found,
    read,
)
from tests.resources.planning import SCOPE, compare, declare, link, updated

# Who needs it


def database(**fields: Any) -> dict[str, Any]:
    return {"DBInstanceIdentifier": "orders", "DBInstanceArn": SCOPE.arn("rds", "db:orders"), **fields}


def snapshot(kind: str) -> dict[str, Any]:
    base = {"DBSnapshotIdentifier": "s", "DBSnapshotArn": SCOPE.arn("rds", "snapshot:s"), "KmsKeyId": arn(KEY)}
    return {**base, "SnapshotType": kind, "DBInstanceIdentifier": "orders"}


CLUSTER = {"DBClusterIdentifier": "c", "DBClusterArn": SCOPE.arn("rds", "cluster:c"), "KmsKeyId": arn(KEY)}


@pytest.mark.parametrize(
    ("uses", "said"),
    [
        ({"instances": [database(KmsKeyId=arn(KEY))]}, "database orders"),
        ({"instances": [database(PerformanceInsightsKMSKeyId=KEY)]}, "database orders"),
        ({"instances": [database(MasterUserSecret={"KmsKeyId": arn(KEY)})]}, "database orders"),
        ({"clusters": [CLUSTER]}, "cluster c"),
        ({"snapshots": [snapshot("manual")]}, "snapshot s"),
        ({"secrets": [{"Name": "app", "KmsKeyId": ALIAS}]}, "secret app"),
        ({"secrets": [{"Name": "app", "KmsKeyId": SCOPE.arn("kms", ALIAS)}]}, "secret app"),
        ({"secrets": [{"Name": "old", "SecretVersionsToStages": {f"data-key-1-32-{KEY}-0": ["x"]}}]}, "secret old"),
    ],
)
def test_kms_5_a_key_that_something_needs_is_not_deleted(uses: dict[str, Any], said: str) -> None:
    fake = Keys().add().reader(**uses)
    answer = KIND.inspect(fake, link(found(), DATA, SCOPE), SCOPE, frozenset())
    assert isinstance(answer, str)
    assert f"in use by {said}," in answer
    for service, action, params in fake.calls:
        assert_valid_call(service, action, params)


def test_what_goes_with_a_database_does_not_hold_its_key() -> None:
    uses = {
        "instances": [database(KmsKeyId=arn(KEY)), {**database(KmsKeyId=arn(TWIN)), "DBInstanceArn": "other"}],
        "snapshots": [snapshot("automated")],
        "secrets": [
            {"Name": "rds!db-1", "KmsKeyId": arn(KEY), "OwningService": "rds"},
            {"Name": "goes-too", "KmsKeyId": arn(KEY), "ARN": "secret"},
            {"Name": "plain"},
        ],
    }
    live = link(found(), DATA, SCOPE)
    going = frozenset({SCOPE.arn("rds", "db:orders"), "secret"})
    assert KIND.inspect(Keys().add().reader(**uses), live, SCOPE, going) is live


BACKUP = {"DBInstanceIdentifier": "orders", "DBInstanceArn": SCOPE.arn("rds", "db:orders"), "KmsKeyId": arn(KEY)}
CLUSTER_BACKUP = {"DBClusterIdentifier": "c", "DBClusterArn": SCOPE.arn("rds", "cluster:c"), "KmsKeyId": arn(KEY)}
CLUSTER_SNAPSHOT = {
    "DBClusterSnapshotIdentifier": "cs",
    "DBClusterSnapshotArn": SCOPE.arn("rds", "cluster-snapshot:cs"),
    "KmsKeyId": arn(KEY),
}
BURIED = {"Name": "old", "KmsKeyId": arn(KEY), "DeletedDate": "2026-11-01"}


ELSEWHERE = "arn:aws:rds:us-west-2:123456789012:db:orders"
"""A database of another region, whose backups are copied to this one under a key of this one."""


@pytest.mark.parametrize(
    ("uses", "said"),
    [
        ({"vaulted": [snapshot("awsbackup")]}, "AWS Backup snapshot s"),
        ({"cluster_snapshots": [CLUSTER_SNAPSHOT]}, "cluster snapshot cs"),
        ({"backups": [{**BACKUP, "Status": "retained"}]}, "automated backup of orders"),
        ({"cluster_backups": [{**CLUSTER_BACKUP, "Status": "retained"}]}, "automated backup of cluster c"),
        ({"backups": [{**BACKUP, "Status": "active", "DBInstanceArn": ELSEWHERE}]}, "automated backup of orders"),
        ({"secrets": [BURIED]}, "secret old"),
    ],
)
def test_kms_5_nor_one_that_a_backup_or_a_secret_needs(uses: dict[str, Any], said: str) -> None:
    fake = Keys().add().reader(**uses)
    answer = KIND.inspect(fake, link(found(), DATA, SCOPE), SCOPE, frozenset())
    assert answer == f"it is in use by {said}, which nobody could read without it"
    for service, action, params in fake.calls:
        assert_valid_call(service, action, params)


def test_backups_of_a_database_that_is_there_are_its_own_matter() -> None:
    live = link(found(), DATA, SCOPE)
    fake = Keys().add().reader(backups=[{**BACKUP, "Status": "active"}])
    assert KIND.inspect(fake, live, SCOPE, frozenset()) is live


def test_a_primary_key_stays_while_it_has_replicas() -> None:
    regions = {"ReplicaKeys": [{"Arn": arn("mrk-1"), "Region": "eu-central-1"}]}
    item = found(MultiRegion=True, MultiRegionConfiguration=regions)
    answer = KIND.inspect(Keys().add().reader(), link(item, DATA, SCOPE), SCOPE, frozenset())
    assert answer == "it is in use by its replica in eu-central-1, which nobody could read without it"


# Disabling it

DENIED = DeniedError("rds", "DescribeDBClusters", "AccessDenied", "not allowed")


def refused(live: Any, **fields: Any) -> list[str]:
    difference, _ = compare(KIND, declare(KIND, "data", fields), live)
    return [advice for _, advice in difference.refused]


def in_use(**uses: Any) -> Any:
    keys = Keys().add()
    (live,) = read(keys, reader=keys.reader(**uses), enabled="false")
    return live


@pytest.mark.parametrize(
    ("uses", "said"),
    [({"instances": [database(KmsKeyId=arn(KEY))]}, "database orders"), ({"clusters": [CLUSTER]}, "cluster c")],
)
def test_rds_4_a_key_in_use_is_not_disabled_unless_that_is_written(uses: dict[str, Any], said: str) -> None:
    live = in_use(**uses)
    (advice,) = refused(live, enabled="false")
    assert advice.startswith(f"{said} would become inaccessible (RDS-4): if that is meant, write")
    assert refused(live, enabled="false", disable_in_use="true") == []
    (call,) = updated(KIND, declare(KIND, "data", {"enabled": "false", "disable_in_use": "true"}), live)
    assert call.summary == f"disable the key: {said} becomes inaccessible"


def test_a_key_whose_databases_could_not_be_seen_is_not_disabled_either() -> None:
    """Meaning §8; other changes of it are made."""
    keys = Keys().add()
    denied = FakeReader({**keys.reader().answers, ("rds", "DescribeDBClusters"): DENIED})
    (live,) = read(keys, reader=denied, enabled="false")
    (advice,) = refused(live, enabled="false")
    assert advice.startswith("which databases it encrypts could not be seen")
    assert refused(live, description="new") == []


def test_databases_are_not_looked_at_for_a_key_that_stays_enabled() -> None:
    keys = Keys().add()
    fake = keys.reader()
    read(keys, reader=fake)
    assert not [call for call in fake.calls if call[0] == "rds"]


def test_keys_of_other_databases_and_databases_that_use_it_otherwise_are_no_obstacle() -> None:
    live = in_use(instances=[database(KmsKeyId=arn(TWIN), PerformanceInsightsKMSKeyId=arn(KEY))])
    assert refused(live, enabled="false") == []


# Locking oneself out

SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/run"
CI = f"arn:aws:iam::{ACCOUNT}:role/teams/ci"
ROLES = ({"RoleName": "ci", "Arn": CI, "Tags": list(tagging.pairs(ours("iam_role", "ci")))},)


def allowing(who: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": who, "Action": "kms:*", "Resource": "*", **more}


def verified(*statements: Any, caller: str = SESSION) -> list[tuple[tuple[Any, ...], str]]:
    resource = declare(KIND, "data", {"document": {"Version": "2012-10-17", "Statement": list(statements)}})
    reader = Keys().reader(caller=caller, roles=ROLES)
    return [(item.path, item.what) for item in KIND.verify(reader, resource, SCOPE)]


CONDITION = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


@pytest.mark.parametrize(
    "statements",
    [
        [allowing({"AWS": CI})],
        [allowing({"AWS": SESSION})],
        [allowing({"AWS": "${iam_role.ci}"})],
        [allowing({"AWS": ACCOUNT})],
        [allowing({"AWS": ROOT}), {**allowing({"AWS": SECURITY}), "Effect": "Deny"}],
        [allowing("*", Condition={"StringEquals": {"kms:CallerAccount": ACCOUNT}})],
        [allowing({"AWS": ROOT}), {**allowing("*"), "Effect": "Deny", "Condition": CONDITION}],
        [allowing({"AWS": ROOT}), {**allowing("*"), "Effect": "Deny", "Action": "kms:ScheduleKeyDeletion"}],
        [allowing({"AWS": ROOT}), {"Effect": "Deny", "NotPrincipal": {"AWS": CI}, "Action": "*", "Resource": "*"}],
    ],
)
def test_kms_3_a_policy_that_keeps_the_caller_in_passes(statements: list[Any]) -> None:
    assert verified(*statements) == []


@pytest.mark.parametrize(
    "statements",
    [
        [allowing({"AWS": SECURITY})],
        [allowing({"AWS": "${iam_role.app}"})],
        [allowing({"AWS": CI}, Action="kms:Decrypt"), allowing({"AWS": SECURITY})],
        [allowing({"Service": "rds.amazonaws.com"})],
        [allowing({"AWS": "210987654321"})],
        [allowing({"AWS": ROOT}), {**allowing({"AWS": CI}), "Effect": "Deny"}],
        [allowing({"AWS": ROOT}), {**allowing("*"), "Effect": "Deny", "Action": "kms:Put*"}],
        [
            allowing({"AWS": ROOT}),
            {"Effect": "Deny", "NotPrincipal": {"AWS": SECURITY}, "Action": "*", "Resource": "*"},
        ],
    ],
)
def test_kms_3_a_policy_that_locks_the_caller_out_is_refused_before_it_is_sent(statements: list[Any]) -> None:
    said = f"{SESSION} could never change this policy again: KMS refuses it"
    assert verified(*statements) == [(("document",), said)]


@pytest.mark.parametrize(("caller", "locked"), [(ROOT, False), (f"arn:aws:iam::{ACCOUNT}:user/me", False)])
def test_root_and_users_are_let_in_by_the_delegation(caller: str, locked: bool) -> None:
    assert bool(verified(*DELEGATION["Statement"], STRANGER, caller=caller)) is locked


def test_what_administrators_and_users_make_is_not_asked_about() -> None:
    fake = Keys().reader(caller=SESSION)
    assert list(KIND.verify(fake, declare(KIND, "data", {"administrators": [SECURITY]}), SCOPE)) == []
    assert ("sts", "GetCallerIdentity", {}) not in fake.calls
