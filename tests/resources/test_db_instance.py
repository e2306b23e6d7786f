"""Database instances: how they are read, and how what is declared and what is live compare."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure import ownership, tagging
from rds_secure.fields import Mode, markers
from rds_secure.resources.db_instance import KIND, DbInstanceSpec
from rds_secure.values import Address, Lookup, Ref, Secret
from tests.models import assert_valid_read
from tests.resources.instances import (
    ARN,
    GROUP,
    KEY,
    KEY_ID,
    ORDERS,
    OTHER_GROUP,
    OTHER_KEY,
    SECRET,
    changes,
    described,
    found,
    instance,
    modified,
    reader,
    refused,
)
from tests.resources.planning import SCOPE, compare, knowing, link, wanted

# Reading


def test_what_is_read_equals_what_is_declared() -> None:
    difference, _ = compare(KIND, instance(), found())
    assert difference.changes == difference.refused == difference.noted == difference.pending == []


def test_every_field_but_the_ones_of_ours_is_read() -> None:
    for name, marker in markers(DbInstanceSpec).items():
        if marker.mode is not Mode.META:
            assert_valid_read("rds", "DescribeDBInstances", f"DBInstances[0] | {marker.read}")
            assert hasattr(found().spec, name)


def test_all_instances_are_one_call_and_ours_are_told_by_name_tag_or_arn() -> None:
    tagged = {"TagList": tagging.pairs({ownership.STACK: "orders"})}
    looking = reader(
        described(),
        described(DBInstanceIdentifier="old", DBInstanceArn="arn:old", **tagged),
        described(DBInstanceIdentifier="older", DBInstanceArn="arn:older"),
        described(DBInstanceIdentifier="stranger", DBInstanceArn="arn:stranger"),
    )
    asked = wanted(KIND, instance(name="Orders"), tagged={"arn:older": {}})
    assert [one.name for one in KIND.read(looking, asked)] == ["orders", "old", "older"]
    assert looking.calls == [("rds", "DescribeDBInstances", {})]


def test_exports_are_what_exists_rds_1() -> None:
    assert found().exports == {
        "name": "orders",
        "arn": ARN,
        "resource_id": "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "endpoint": "orders.abc.eu-west-1.rds.amazonaws.com",
        "port": "5432",
        "secret": SECRET,
    }
    young = described(DBInstanceStatus="creating")
    del young["Endpoint"], young["MasterUserSecret"]
    [one] = KIND.read(reader(young), wanted(KIND, instance()))
    assert set(one.exports) == {"name", "arn", "resource_id"}
    assert set(KIND.exports) == {"name", "arn", "resource_id", "endpoint", "port", "secret"}


@pytest.mark.parametrize(
    ("fields", "busy", "blocked"),
    [
        ({"DBInstanceStatus": "available"}, False, False),
        ({"DBInstanceStatus": "storage-optimization"}, False, False),
        ({"DBInstanceStatus": "storage-full"}, False, False),
        ({"DBInstanceStatus": "modifying"}, True, False),
        ({"DBInstanceStatus": "backing-up"}, True, False),
        ({"DBInstanceStatus": "stopped"}, True, False),
        ({"DBInstanceStatus": "failed"}, False, True),
        ({"DBInstanceStatus": "inaccessible-encryption-credentials-recoverable"}, False, True),
        ({"DBInstanceStatus": "inaccessible-encryption-credentials"}, False, True),
        ({"DBInstanceStatus": "incompatible-parameters"}, False, False),
    ],
)
def test_a_state_passes_or_needs_somebody_rds_1_rds_4(fields: dict[str, Any], busy: bool, blocked: bool) -> None:
    one = found(**fields)
    assert (bool(one.busy), bool(one.blocked)) == (busy, blocked)


def test_parameters_that_wait_for_a_reboot_are_said_rds_8() -> None:
    waiting = [{"DBParameterGroupName": "orders-postgres16", "ParameterApplyStatus": "pending-reboot"}]
    assert found(DBParameterGroups=waiting).facts["waiting"] == ("orders-postgres16",)
    assert (found().facts["waiting"], found().facts["notes"]) == ((), ())


def test_names_come_back_in_lower_case_rds_5() -> None:
    resource = instance(name="Orders", subnet_group="Private", parameter_group="Orders-Postgres16", option_group="Mine")
    live = found(OptionGroupMemberships=[{"OptionGroupName": "mine", "Status": "in-sync"}])
    assert (changes(resource, live), refused(resource, live)) == ({}, {})


def test_logs_that_are_absent_are_none_rds_17() -> None:
    assert found().spec.log_exports == ()
    assert changes(instance(log_exports=[]), found()) == {}
    switching = {"PendingCloudwatchLogsExports": {"LogTypesToEnable": ["upgrade"], "LogTypesToDisable": ["postgresql"]}}
    on_the_way = found(EnabledCloudwatchLogsExports=["postgresql"], PendingModifiedValues=switching)
    assert on_the_way.spec.log_exports == ("upgrade",)


def test_the_option_group_in_effect_is_the_live_one_and_the_other_is_pending_rds_24() -> None:
    memberships = [
        {"OptionGroupName": "default:postgres-16", "Status": "pending-removal"},
        {"OptionGroupName": "audited", "Status": "pending-apply"},
    ]
    one = found(OptionGroupMemberships=memberships)
    assert (one.spec.option_group, one.pending["option_group"]) == ("default:postgres-16", "audited")
    difference, _ = compare(KIND, instance(option_group="audited"), one)
    assert difference.changes == []
    assert [(item.path, item.new) for item in difference.pending] == [("option_group", "audited")]


# Comparing


@pytest.mark.parametrize("written", [KEY_ID, KEY])
def test_a_key_is_its_arn_however_it_is_written_rds_3(written: str) -> None:
    assert refused(instance(kms_key=written), found()) == {}
    assert changes(instance(kms_key=written), found()) == {}


@pytest.mark.parametrize("written", ["alias/orders", "arn:aws:kms:eu-west-1:123456789012:alias/orders"])
def test_an_alias_is_looked_up_rds_3(written: str) -> None:
    assert instance(kms_key=written).spec.kms_key == Lookup("kms_key", (("alias", written),))


def test_a_key_of_the_stack_is_the_one_that_its_reference_yields() -> None:
    scope = knowing(SCOPE, (Address("kms_key", "data"), {"arn": KEY}))
    difference, change = compare(KIND, instance(kms_key="${kms_key.data}"), found(), scope)
    assert difference.changes == difference.refused == []
    assert change.live.spec.kms_key == Ref(Address("kms_key", "data"), "arn")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("engine", "mysql"),
        ("encrypted", "false"),
        ("kms_key", OTHER_KEY),
        ("subnet_group", "public"),
        ("db_name", "orders"),
        ("master_username", "owner"),
        ("master_secret_key", KEY),
        ("availability_zone", "eu-west-1b"),
    ],
)
def test_what_aws_cannot_change_is_refused_with_what_to_do_rds_4(field: str, value: str) -> None:
    advice = refused(instance(**{field: value}), found())
    assert set(advice) == {field}
    assert len(advice[field].split()) > 8


def test_every_field_that_cannot_change_has_advice_of_its_own() -> None:
    general = KIND.advice("no such field", instance(), link(found(), ORDERS, SCOPE))
    for name, marker in markers(DbInstanceSpec).items():
        if marker.mode is Mode.CREATE_ONLY:
            assert KIND.advice(name, instance(), link(found(), ORDERS, SCOPE)) != general


def test_what_is_left_out_stays_as_aws_has_it_rds_16() -> None:
    moved = found(
        PreferredBackupWindow="05:00-05:30",
        PreferredMaintenanceWindow="wed:07:00-wed:07:30",
        StorageType="io1",
        MultiAZ=True,
        MaxAllocatedStorage=1000,
        Endpoint={"Address": "elsewhere", "Port": 6432},
        DBName="orders",
        EnabledCloudwatchLogsExports=["upgrade"],
        OptionGroupMemberships=[{"OptionGroupName": "theirs", "Status": "in-sync"}],
    )
    assert changes(instance(), moved) == {}
    assert refused(instance(), moved) == {}


@pytest.mark.parametrize(
    ("fields", "difference"),
    [
        ({"PubliclyAccessible": True}, {"public": (True, False)}),
        ({"DeletionProtection": False}, {"deletion_protection": (False, True)}),
        ({"CopyTagsToSnapshot": False}, {"copy_tags": (False, True)}),
        ({"AutoMinorVersionUpgrade": False}, {"minor_upgrades": (False, True)}),
        ({"BackupRetentionPeriod": 1}, {"backup_days": (1, 7)}),
        ({"IAMDatabaseAuthenticationEnabled": False}, {"iam_auth": (False, True)}),
        (
            {"VpcSecurityGroups": [{"VpcSecurityGroupId": OTHER_GROUP, "Status": "active"}]},
            {f"security_groups {GROUP}": (None, GROUP), f"security_groups {OTHER_GROUP}": (OTHER_GROUP, None)},
        ),
        (
            {"DBParameterGroups": [{"DBParameterGroupName": "default.postgres16", "ParameterApplyStatus": "in-sync"}]},
            {"parameter_group": ("default.postgres16", "orders-postgres16")},
        ),
    ],
)
def test_what_is_less_safe_than_the_defaults_is_a_difference(fields: dict[str, Any], difference: Any) -> None:
    assert changes(instance(), found(**fields)) == difference


def test_a_master_password_is_switched_where_that_is_written_and_never_by_a_default() -> None:
    """Meaning §4: somebody may be using the old one."""
    own = found(MasterUserSecret=None)
    assert changes(instance(), own) == {}
    assert changes(instance(master_password="managed"), own) == {"master_password": ("unmanaged", "managed")}
    live = link(own, Address(KIND.name, "orders"), SCOPE)
    group = {"parameter_group": "${db_parameter_group.orders.name}"}
    [note] = KIND.notes(instance(**group), live)
    assert "write master_password: managed" in note
    assert list(KIND.notes(instance(**group, master_password="unmanaged"), live)) == []
    assert list(KIND.notes(instance(**group), link(found(), Address(KIND.name, "orders"), SCOPE))) == []


@pytest.mark.parametrize(
    ("written", "live", "same"),
    [
        ("16", "16.4", True),
        ("16.4", "16.4", True),
        ("16.3", "16.4", True),  # AWS moved it on
        ("16.5", "16.4", False),
        ("17", "16.4", False),
        ("16.1", "16.10", True),
        (..., "16.4", True),
    ],
)
def test_the_written_version_is_a_prefix_or_a_floor_rds_6(written: Any, live: str, same: bool) -> None:
    assert ("engine_version" not in changes(instance(engine_version=written), found(EngineVersion=live))) == same


def test_a_minor_version_is_held_where_upgrades_are_switched_off_rds_16() -> None:
    held = instance(engine_version="16.5", minor_upgrades="false")
    assert "engine_version" in changes(held, found(EngineVersion="16.4", AutoMinorVersionUpgrade=False))


def test_storage_that_grew_by_itself_is_no_difference_rds_7() -> None:
    assert changes(instance(), found(AllocatedStorage=500)) == {}
    assert changes(instance(storage_gib="200"), found()) == {"storage_gib": (100, 200)}


@pytest.mark.parametrize(
    ("written", "live", "difference"),
    [
        ("0", {}, {}),
        ("0", {"MaxAllocatedStorage": 100}, {}),
        ("0", {"MaxAllocatedStorage": 200}, {"max_storage_gib": (200, 0)}),
        ("200", {}, {"max_storage_gib": (0, 200)}),
        ("200", {"MaxAllocatedStorage": 200}, {}),
    ],
)
def test_growth_is_off_when_its_limit_is_absent_or_the_allocated_size(written: str, live: Any, difference: Any) -> None:
    assert changes(instance(max_storage_gib=written), found(**live)) == difference


def test_the_zone_of_a_standby_pair_is_the_business_of_aws_rds_16() -> None:
    elsewhere = instance(availability_zone="eu-west-1b")
    assert set(refused(elsewhere, found())) == {"availability_zone"}
    assert refused(elsewhere, found(MultiAZ=True)) == {}


def test_a_directory_that_waits_for_its_window_is_parked_rds_24() -> None:
    waiting = {"Domain": "d-0123456789", "IAMRoleName": "directory", "Status": "pending-maintenance-join"}
    joining = instance(domain={"directory": "d-0123456789", "role": "directory"})
    difference, _ = compare(KIND, joining, found(DomainMemberships=[waiting]))
    assert difference.changes == []
    assert [item.path for item in difference.pending] == ["domain.directory", "domain.role"]


def test_a_directory_of_your_own_is_known_by_its_secret() -> None:
    own = {"fqdn": "corp.example.com", "secret": SECRET.replace("!", "-"), "dns": ["10.20.0.1", "10.20.0.2"]}
    membership = {
        "FQDN": "corp.example.com",
        "OU": "OU=databases",
        "AuthSecretArn": own["secret"],
        "DnsIps": ["10.20.0.2", "10.20.0.1"],
        "Status": "joined",
    }
    assert changes(instance(domain=own), found(DomainMemberships=[membership])) == {}
    assert changes(instance(domain={**own, "ou": "OU=other"}), found(DomainMemberships=[membership])) == {
        "domain.ou": ("OU=databases", "OU=other")
    }


def test_windows_are_compared_without_case() -> None:
    same = instance(backup_window="02:17-02:47", maintenance_window="Sun:03:11-Sun:03:41")
    assert changes(same, found()) == {}
    assert changes(instance(backup_window="01:00-01:30"), found()) == {"backup_window": ("02:17-02:47", "01:00-01:30")}


def test_oracle_shows_database_names_in_upper_case() -> None:
    oracle = instance(engine="oracle-ee", engine_version="19", parameter_group=..., db_name="orders")
    assert refused(oracle, found(Engine="oracle-ee", EngineVersion="19.0.0.0", DBName="ORDERS")) == {}


def test_iam_authentication_is_left_alone_where_the_engine_does_not_know_it() -> None:
    oracle = instance(engine="oracle-ee", engine_version="19", parameter_group=...)
    live = found(Engine="oracle-ee", EngineVersion="19.0.0.0", IAMDatabaseAuthenticationEnabled=False)
    assert changes(oracle, live) == {}


def test_mariadb_signs_in_by_iam_from_10_6_on() -> None:
    for version, change in (("10.5.28", {}), ("10.6.21", {"iam_auth": (False, True)})):
        group = [{"DBParameterGroupName": "orders"}]
        live = found(
            Engine="mariadb", EngineVersion=version, IAMDatabaseAuthenticationEnabled=False, DBParameterGroups=group
        )
        assert changes(instance(engine="mariadb", engine_version=version, parameter_group="orders"), live) == change


def test_an_unmanaged_password_is_left_alone_in_both_directions() -> None:
    unmanaged = instance(master_password="unmanaged")
    assert changes(unmanaged, found()) == {}
    assert changes(unmanaged, found(MasterUserSecret=None)) == {}


ENV = {"env": "DB_PASSWORD"}


def known(version: str) -> dict[str, Any]:
    """An instance whose password was set by us, as our tag says."""
    return {"MasterUserSecret": None, "TagList": tagging.pairs({ownership.PASSWORD: version})}


def test_a_password_from_a_source_is_never_read_back_and_changes_with_its_version() -> None:
    assert changes(instance(master_password=ENV), found(**known("1"))) == {}
    again = instance(master_password=ENV, password_version="2")
    assert changes(again, found(**known("1"))) == {"password_version": (1, 2)}
    assert again.tags[ownership.PASSWORD] == "2"
    assert ownership.PASSWORD not in instance().tags


def test_a_password_that_we_never_set_is_set_rds_12() -> None:
    source = Secret("env", "DB_PASSWORD")
    assert changes(instance(master_password=ENV), found(MasterUserSecret=None)) == {"password_version": (None, 1)}
    assert changes(instance(master_password=ENV), found()) == {
        "master_password": ("managed", source),
        "password_version": (None, 1),
    }
    assert changes(instance(), found(**known("3"))) == {}, "never switched by a default"
    assert changes(instance(master_password="managed"), found(**known("3"))) == {
        "master_password": ("unmanaged", "managed")
    }


def test_the_key_of_a_managed_password_is_only_compared_where_it_is_written_rds_12() -> None:
    assert refused(instance(kms_key=KEY), found()) == {}
    assert set(refused(instance(master_secret_key=KEY), found())) == {"master_secret_key"}
    assert refused(instance(master_secret_key=OTHER_KEY), found()) == {}


@pytest.mark.parametrize(
    ("field", "value", "parked"),
    [
        ("instance_class", "db.m7g.xlarge", {"DBInstanceClass": "db.m7g.xlarge"}),
        ("storage_gib", "200", {"AllocatedStorage": 200}),
        ("storage_type", "gp2", {"StorageType": "gp2"}),
        ("iops", "13000", {"Iops": 13000}),
        ("throughput_mbps", "600", {"StorageThroughput": 600}),
        ("dedicated_log_volume", "true", {"DedicatedLogVolume": True}),
        ("engine_version", "16.5", {"EngineVersion": "16.5"}),
        ("multi_az", "true", {"MultiAZ": True}),
        ("iam_auth", "false", {"IAMDatabaseAuthenticationEnabled": False}),
        ("ca", "rds-ca-rsa4096-g1", {"CACertificateIdentifier": "rds-ca-rsa4096-g1"}),
        ("license", "license-included", {"LicenseModel": "license-included"}),
        ("backup_days", "0", {"BackupRetentionPeriod": 0}),
    ],
)
def test_what_is_parked_is_not_sent_again_rds_2(field: str, value: str, parked: dict[str, Any]) -> None:
    live = found(PendingModifiedValues=parked)
    difference, _ = compare(KIND, instance(**{field: value}), live)
    assert difference.changes == difference.refused == []
    assert [(item.path, item.when) for item in difference.pending] == [(field, "window")]
    hurried, _ = compare(KIND, instance(**{field: value, "when": "now"}), live)
    assert [(item.path, item.when) for item in hurried.changes] == [(field, "now")]


def test_a_parked_value_that_is_no_longer_wanted_is_replaced_rds_2() -> None:
    live = found(PendingModifiedValues={"DBInstanceClass": "db.m7g.4xlarge"})
    difference, _ = compare(KIND, instance(), live)
    assert [(item.old, item.parked, item.new) for item in difference.changes] == [
        ("db.m7g.large", "db.m7g.4xlarge", "db.m7g.large")
    ]


def test_a_parked_major_upgrade_is_in_sync_with_its_prefix_and_keeps_the_group_rds_6() -> None:
    upgraded = instance(engine_version="17", parameter_group="orders-postgres17")
    live = found(PendingModifiedValues={"EngineVersion": "17.2"})
    difference, _ = compare(KIND, upgraded, live)
    assert difference.changes == []
    assert [item.path for item in difference.pending] == ["engine_version"]


def test_a_parked_upgrade_is_taken_back_by_the_version_that_runs_rds_2() -> None:
    live = found(PendingModifiedValues={"EngineVersion": "17.2"})
    assert modified(instance(), live) == {"ApplyImmediately": False, "EngineVersion": "16.4"}
    assert refused(instance(), live) == {}


def test_what_is_parked_and_no_field_is_known_too_rds_2() -> None:
    live = found(PendingModifiedValues={"MasterUserPassword": "****", "DBInstanceIdentifier": "renamed"})
    assert live.pending == {"master_user_password": "another one", "db_instance_identifier": "another one"}
    assert changes(instance(), live) == {}
