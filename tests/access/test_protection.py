"""How data is protected is what AWS's replies say, and not known, with why, where they say nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from rds_secure.access.key_users import key_users
from rds_secure.access.posture import Posture
from rds_secure.access.protection import (
    Certificate,
    Key,
    LogGroup,
    Protected,
    Proxy,
    Snapshot,
    Tls,
    Unknown,
    protection_of,
)
from rds_secure.access.protection.model import Flag
from tests.access import world
from tests.access.network.replies import assert_shaped
from tests.access.world import FOREIGN, KEY, LEDGER, LOCKED, MEMBER, NOW, ORDERS, OTHER, REPLIES, SECRET, SHOP


def protected(name: str, changes: Any = None, *denied: tuple[str, ...]) -> Protected:
    found = protection_of(world.world(changes, *denied)).database(name)
    assert found is not None
    return found


def instances(**more: Any) -> dict[tuple[str, ...], Any]:
    """The replies with `orders` changed."""
    return {("rds", "DescribeDBInstances"): {"DBInstances": [ORDERS | more, LEDGER, MEMBER]}}


def test_the_replies_here_have_the_shapes_of_the_service_models() -> None:
    for (service, action, *_), reply in REPLIES.items():
        assert_shaped(service, action, reply)


def test_storage_is_encrypted_with_a_key_or_not_at_all() -> None:
    assert (protected("db:orders").encrypted, protected("db:orders").key) == (False, None)
    assert (protected("db:ledger").encrypted, protected("db:ledger").key) == (True, KEY)
    assert protected("cluster:shop").key == LOCKED


def test_a_key_with_whose_it_is_its_state_and_rotation() -> None:
    found = protection_of(world.world())
    assert found.key(KEY) == Key(KEY, "customer", "Enabled", True, False, world.ACCOUNT)
    locked = found.key(LOCKED)
    assert locked is not None
    assert (locked.state, locked.usable, locked.rotation) == ("PendingDeletion", False, False)


def test_a_key_of_another_account_is_not_known_and_says_why() -> None:
    found = protection_of(world.world()).key(FOREIGN)
    why = Unknown(f"kms:DescribeKey of {FOREIGN}: AccessDeniedException")
    assert found == Key(FOREIGN, why, why, why, why, OTHER)
    assert found.usable == why


@pytest.mark.parametrize(
    ("metadata", "rotation"),
    [
        ({"KeyManager": "AWS"}, True),
        ({"Origin": "EXTERNAL"}, None),
        ({"KeySpec": "RSA_2048"}, None),
    ],
)
def test_aws_rotates_its_own_keys_and_none_that_it_cannot(metadata: dict[str, Any], rotation: bool | None) -> None:
    changed = world.world({("kms", "DescribeKey", KEY): {"KeyMetadata": {"KeyId": "aaaa", **metadata}}})
    found = protection_of(changed).key(KEY)
    assert found is not None
    assert found.rotation is rotation


def test_a_key_that_is_gone_cannot_be_used() -> None:
    found = protection_of(world.world({("kms", "DescribeKey", KEY): {}})).key(KEY)
    assert found is not None
    assert (found.state, found.usable) == ("gone", False)


def test_tls_is_not_forced_by_a_parameter_that_is_off() -> None:
    assert protected("db:orders").tls == Tls(False, False, "rds.force_ssl = 0 in pg16", "in-sync")


@pytest.mark.parametrize(
    ("status", "kind", "in_effect"),
    [
        ("in-sync", "static", True),
        ("in-sync", "dynamic", True),
        ("pending-reboot", "static", False),
        ("pending-reboot", "dynamic", Unknown("its parameter group is pending-reboot")),
        ("applying", "dynamic", Unknown("its parameter group is applying")),
    ],
)
def test_tls_is_in_effect_once_its_group_is_applied(status: str, kind: str, in_effect: Flag) -> None:
    changes = instances(DBParameterGroups=[{"DBParameterGroupName": "pg16", "ParameterApplyStatus": status}])
    parameter = {"ParameterName": "rds.force_ssl", "ParameterValue": "1", "ApplyType": kind}
    changes[("rds", "DescribeDBParameters", "pg16")] = {"Parameters": [parameter]}
    assert protected("db:orders", changes).tls == Tls(True, in_effect, "rds.force_ssl = 1 in pg16", status)


def test_a_cluster_s_group_forces_tls_once_every_member_has_it_rds_8() -> None:
    waiting = Unknown("its parameter group is pending-reboot")
    by = "require_secure_transport = ON in aurora8"
    assert protected("cluster:shop").tls == Tls(True, waiting, by, "pending-reboot")
    assert protected("db:shop-1").tls == Tls(True, waiting, by, "pending-reboot")
    members = [{"DBInstanceIdentifier": "shop-1", "DBClusterParameterGroupStatus": "in-sync"}]
    changed = {("rds", "DescribeDBClusters"): {"DBClusters": [SHOP | {"DBClusterMembers": members}]}}
    assert protected("cluster:shop", changed).tls.in_effect is True
    nobody = {("rds", "DescribeDBClusters"): {"DBClusters": [SHOP | {"DBClusterMembers": []}]}}
    assert protected("cluster:shop", nobody).tls.in_effect == Unknown(
        "no member tells whether its parameter group is applied"
    )


def test_a_member_whose_cluster_was_not_read_is_not_known() -> None:
    tls = protected("db:shop-1", None, ("rds", "DescribeDBClusters")).tls
    assert tls.in_effect == Unknown("cluster shop was not read")


def test_what_is_not_set_is_not_known() -> None:
    changes = {("rds", "DescribeDBParameters", "pg16"): {"Parameters": []}}
    tls = protected("db:orders", changes).tls
    assert tls.required == Unknown("rds.force_ssl is not set in pg16, and AWS does not tell the engine's default")
    denied = protected("db:orders", None, ("rds", "DescribeDBParameters", "pg16")).tls
    assert denied.required == Unknown("rds:DescribeDBParameters of pg16: AccessDenied")


def _options(*options: dict[str, Any], status: str = "in-sync") -> dict[tuple[str, ...], Any]:
    groups = [{"OptionGroupName": "native", "Options": list(options)}]
    memberships = [{"OptionGroupName": "native", "Status": status}]
    ledger = LEDGER | {"OptionGroupMemberships": memberships}
    return {
        ("rds", "DescribeOptionGroups"): {"OptionGroupsList": groups},
        ("rds", "DescribeDBInstances"): {"DBInstances": [ORDERS, ledger, MEMBER]},
    }


def _native(value: str) -> dict[str, Any]:
    settings = [{"Name": "SQLNET.ENCRYPTION_SERVER", "Value": value}]
    return {"OptionName": "NATIVE_NETWORK_ENCRYPTION", "OptionSettings": settings}


def test_oracle_refuses_clear_text_where_native_encryption_is_required_rds_21() -> None:
    assert protected("db:ledger").tls == Tls(True, True, "SQLNET.ENCRYPTION_SERVER = REQUIRED", "in-sync")
    assert protected("db:ledger", _options(_native("REQUESTED"))).tls.required is False
    ssl = protected("db:ledger", _options({"OptionName": "SSL", "Port": 2484})).tls
    assert (ssl.required, ssl.by) == (False, "the option SSL leaves the clear port open")
    late = protected("db:ledger", _options(_native("REQUIRED"), status="pending-apply")).tls
    assert late.in_effect == Unknown("its option group is pending-apply")
    unread = protected("db:ledger", None, ("rds", "DescribeOptionGroups"))
    assert unread.tls.required == Unknown("rds:DescribeOptionGroups: AccessDenied") == unread.tde


def test_tde_is_available_absent_or_not_a_thing_of_the_engine() -> None:
    assert protected("db:ledger").tde is True
    assert protected("db:ledger", _options()).tde is False
    assert protected("db:orders").tde is None


def test_no_single_setting_of_db2_forces_tls() -> None:
    tls = protected("db:orders", instances(Engine="db2-se", EngineVersion="11.5.9.0.sb1")).tls
    assert tls.required == Unknown("no single setting of db2-se forces it")


def test_days_are_counted_to_the_first_certificate_that_ends() -> None:
    authority = NOW + timedelta(days=30)
    mine = Certificate("rds-ca-2019", authority, authority + timedelta(days=5))
    assert (mine.days_left(NOW), mine.days_left(NOW + timedelta(days=31))) == (30, -1)
    orders = protected("db:orders").certificate
    assert orders is not None
    assert (orders.authority, orders.days_left(NOW)) == ("rds-ca-2019", 30)
    ledger = protected("db:ledger").certificate
    assert ledger is not None
    assert ledger.days_left(NOW) == 365
    unread = protected("db:orders", None, ("rds", "DescribeCertificates")).certificate
    assert unread is not None
    assert unread.days_left(NOW) == Unknown("rds:DescribeCertificates: AccessDenied")
    assert protected("cluster:shop").certificate is None


def test_days_are_counted_from_a_recording_as_well() -> None:
    listed = [{"CertificateIdentifier": "rds-ca-2019", "ValidTill": "2026-12-24T12:00:00+00:00"}]
    recorded = protected("db:orders", {("rds", "DescribeCertificates"): {"Certificates": listed}}).certificate
    assert recorded is not None
    assert recorded.days_left(NOW) == 30


def test_what_is_kept_beside_the_data_has_keys_as_well() -> None:
    ledger = protected("db:ledger")
    assert ledger.secret is not None
    assert (ledger.secret.arn, ledger.secret.key, ledger.secret.rotation) == (SECRET, KEY, True)
    assert ledger.insights is not None
    assert ledger.insights.key == KEY
    assert ledger.stream is not None
    assert (ledger.stream.status, ledger.stream.key) == ("started", LOCKED)
    assert ledger.logs == (LogGroup("/aws/rds/instance/ledger/alert", KEY, 30),)
    orders = protected("db:orders")
    assert (orders.secret, orders.insights, orders.stream, orders.logs) == (None, None, None, ())
    denied = protected("db:ledger", None, ("secretsmanager", "DescribeSecret", SECRET)).secret
    assert denied is not None
    assert (denied.key, denied.rotation) == (KEY, Unknown(f"secretsmanager:DescribeSecret of {SECRET}: AccessDenied"))


def test_snapshots_with_whom_they_are_shared() -> None:
    found = {one.id: one for one in protection_of(world.world()).snapshots}
    assert found == {
        "snapshot:rds:ledger-1": Snapshot("snapshot:rds:ledger-1", "db:ledger", True, True, KEY, (), False),
        "snapshot:ledger-audit": Snapshot("snapshot:ledger-audit", "db:ledger", False, True, FOREIGN, (OTHER,), False),
        "snapshot:orders-everybody": Snapshot("snapshot:orders-everybody", "db:orders", False, False, None, (), True),
    }
    why = Unknown("rds:DescribeDBSnapshotAttributes of ledger-audit: AccessDenied")
    denied = protection_of(world.world(None, ("rds", "DescribeDBSnapshotAttributes", "ledger-audit")))
    one = next(one for one in denied.snapshots if one.id == "snapshot:ledger-audit")
    assert (one.shared_with, one.public) == (why, why)


def test_what_was_not_listed_is_told_apart_from_what_is_not_there() -> None:
    assert protection_of(world.world()).unread == ()
    denied = protection_of(world.world(None, ("rds", "DescribeDBSnapshots")))
    assert (denied.snapshots, denied.unread) == (
        (), (("snapshots", Unknown("rds:DescribeDBSnapshots: AccessDenied")),),
    )  # fmt: skip


def test_cluster_snapshots_have_shapes_of_their_own() -> None:
    item = {"DBClusterSnapshotIdentifier": "s", "DBClusterIdentifier": "shop", "SnapshotType": "manual",
            "StorageEncrypted": True, "KmsKeyId": KEY}  # fmt: skip
    restore = [{"AttributeName": "restore", "AttributeValues": ["all", OTHER]}]
    result = {"DBClusterSnapshotIdentifier": "s", "DBClusterSnapshotAttributes": restore}
    changes: dict[tuple[str, ...], Any] = {
        ("rds", "DescribeDBClusterSnapshots"): {"DBClusterSnapshots": [item]},
        ("rds", "DescribeDBClusterSnapshotAttributes", "s"): {"DBClusterSnapshotAttributesResult": result},
    }
    for (service, action, *_), reply in changes.items():
        assert_shaped(service, action, reply)
    assert protection_of(world.world(changes)).snapshots_of("cluster:shop") == (
        Snapshot("cluster-snapshot:s", "cluster:shop", False, True, KEY, (OTHER,), True),
    )


def test_a_cluster_is_as_public_as_any_member() -> None:
    assert protected("cluster:shop").public is False
    changed = {("rds", "DescribeDBInstances"): {"DBInstances": [MEMBER | {"PubliclyAccessible": True}]}}
    assert protected("cluster:shop", changed).public is True
    assert protected("cluster:shop", None, ("rds", "DescribeDBInstances")).public == Unknown(
        "it has no member that tells"
    )


def test_what_a_reply_does_not_say_is_not_known() -> None:
    bare = {"DBInstanceIdentifier": "orders", "DBInstanceArn": "arn", "DbiResourceId": "db-1", "Engine": "postgres"}
    found = protected("db:orders", {("rds", "DescribeDBInstances"): {"DBInstances": [bare]}})
    for value in (found.encrypted, found.key, found.public, found.deletion_protection, found.backup_days):
        assert isinstance(value, Unknown)
    assert found.tls.required == Unknown("no parameter group is told")


def test_proxies_flags_and_what_waits() -> None:
    assert protection_of(world.world()).proxies == (Proxy("db-proxy:front", False, (SECRET,)),)
    orders = protected("db:orders")
    assert (orders.public, orders.deletion_protection, orders.backup_days, orders.iam_auth) == (True, False, 0, False)
    assert orders.waiting == ("AllocatedStorage",)


def test_equal_accounts_are_protected_equally_whatever_the_day() -> None:
    assert protection_of(world.world()) == protection_of(world.world())
    assert protection_of(world.world()) != protection_of(world.world(instances(DeletionProtection=True)))


def test_who_may_use_the_key_of_a_database() -> None:
    found = key_users(Posture(world.world()))
    assert not isinstance(found, Unknown)
    assert [(user.principal.kind, user.sure) for user in found[KEY]] == [("root", True)]
    unread = key_users(Posture(world.world(None, ("iam", "GetAccountAuthorizationDetails"))))
    assert unread == Unknown("users, groups, roles and policies were not read")
