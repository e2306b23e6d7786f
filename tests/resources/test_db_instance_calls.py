"""The calls that make, change and delete a database instance, and what they wait for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rds_secure import tagging
from rds_secure.engines import ENGINES
from rds_secure.fields import Mode, markers
from rds_secure.kind import Stateful
from rds_secure.operation import Operation, Retry
from rds_secure.resources.db_instance import KIND, DbInstanceSpec
from rds_secure.values import Address, Ref, Secret
from tests.fakes import FakeReader
from tests.models import assert_valid_call
from tests.resources.instances import (
    ARN,
    GROUP,
    KEY,
    MAXIMAL,
    MINIMAL,
    ORDERS,
    OTHER_GROUP,
    OTHER_KEY,
    OTHER_ROLE,
    ROLE,
    SECRET,
    changes,
    described,
    fails,
    found,
    holds,
    instance,
    modified,
    reader,
    refused,
)
from tests.resources.planning import SCOPE, actions, checked, compare, created, declare, link, updated, wanted

# Making


def test_a_new_instance_is_made_by_one_call_that_says_everything() -> None:
    resource = instance(
        kms_key="${kms_key.data}",
        security_groups=["${security_group.db}"],
        subnet_group="${db_subnet_group.orders}",
        parameter_group="${db_parameter_group.orders}",
        tags={"team": "payments"},
    )
    [made] = created(KIND, resource)
    key = Ref(Address("kms_key", "data"), "arn")
    params = dict(made.params)
    assert tagging.mapping(params.pop("Tags")) == resource.tags
    assert params == {
        "DBInstanceIdentifier": "orders",
        "Engine": "postgres",
        "EngineVersion": "16",
        "DBInstanceClass": "db.m7g.large",
        "AllocatedStorage": 100,
        "StorageEncrypted": True,
        "KmsKeyId": key,
        "VpcSecurityGroupIds": (Ref(Address("security_group", "db"), "id"),),
        "DBSubnetGroupName": Ref(Address("db_subnet_group", "orders"), "name"),
        "DBParameterGroupName": Ref(Address("db_parameter_group", "orders"), "name"),
        "MasterUsername": "dbowner",
        "ManageMasterUserPassword": True,
        "MasterUserSecretKmsKeyId": key,
        "EnableIAMDatabaseAuthentication": True,
        "PubliclyAccessible": False,
        "BackupRetentionPeriod": 7,
        "DeletionProtection": True,
        "AutoMinorVersionUpgrade": True,
        "CopyTagsToSnapshot": True,
    }
    assert set(made.exports) == {"arn", "resource_id"}
    assert made.wait is not None
    assert set(made.wait.exports) == {"endpoint", "port", "secret"}  # RDS-1: no reply has them yet
    assert {"name", *made.exports, *made.wait.exports} == set(KIND.exports)
    assert made.retry_on == (Retry("KMSKeyNotAccessibleFault"),)
    assert made.done_on == ()  # RDS-15: what exists already may be somebody else's


def test_every_written_field_reaches_the_call() -> None:
    made, role = created(KIND, declare(KIND, "orders", MAXIMAL))
    assert role.action == "AddRoleToDBInstance"
    for name, marker in markers(DbInstanceSpec).items():
        if marker.create and name not in ELSEWHERE:
            assert marker.create in made.params, name
    assert made.params["DBInstanceIdentifier"] == "orders-main"
    assert made.params["EnableCloudwatchLogsExports"] == ("postgresql", "upgrade")
    assert made.params["KmsKeyId"] == KEY  # RDS-3


ELSEWHERE = {
    *("throughput_mbps", "roles", "availability_zone", "cluster", "promotion_tier", "replica_of", "replica_mode"),
    *("character_set", "nchar_character_set", "timezone", "restore_from"),
}
"""Fields that do not go together with all others; they have tests of their own."""


def test_a_database_may_be_made_without_growth_encryption_and_logs_in_words() -> None:
    [made] = created(KIND, instance(max_storage_gib="0", encrypted="false", log_exports=[]))
    assert made.params["StorageEncrypted"] is False
    assert not {"MaxAllocatedStorage", "EnableCloudwatchLogsExports", "KmsKeyId"} & set(made.params)


@pytest.mark.parametrize("engine", [name for name, facts in ENGINES.items() if not facts.clustered])
def test_every_engine_makes_a_valid_call(engine: str) -> None:
    version = {"mysql": "8.0", "mariadb": "10.6", "postgres": "16"}.get(engine, "19")
    fields = {"engine": engine, "engine_version": version, "parameter_group": ...}
    [made] = created(KIND, instance(**fields))
    assert ("EnableIAMDatabaseAuthentication" in made.params) == ENGINES[engine].iam_auth


def test_permissions_beyond_the_call_itself_are_named_any_4() -> None:
    [plain] = created(KIND, instance())
    assert {"secretsmanager:CreateSecret", "secretsmanager:TagResource", "rds:AddTagsToResource"} <= set(plain.also)
    assert "kms:CreateGrant" not in plain.also
    [keyed] = created(KIND, instance(kms_key=KEY))
    assert {"kms:CreateGrant", "kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey"} <= set(keyed.also)


def test_name_and_arn_are_known_beforehand() -> None:
    assert KIND.predict(SCOPE, "Orders", instance().spec) == {"name": "orders", "arn": ARN}


# Waiting


@pytest.mark.parametrize(
    "not_yet",
    [
        {"DBInstanceStatus": "creating"},
        {"DBInstanceStatus": "backing-up"},
        {"PendingModifiedValues": {"MasterUserPassword": "****"}},
        {"Endpoint": None},
        {"VpcSecurityGroups": [{"VpcSecurityGroupId": GROUP, "Status": "adding"}]},
        {"DBParameterGroups": [{"DBParameterGroupName": "x", "ParameterApplyStatus": "applying"}]},
        {"OptionGroupMemberships": [{"OptionGroupName": "x", "Status": "pending-apply"}]},
        {"MasterUserSecret": {"SecretArn": SECRET, "SecretStatus": "creating"}},
    ],
)
def test_it_is_made_when_everything_holds_at_once_rds_1(not_yet: dict[str, Any]) -> None:
    [made] = created(KIND, instance())
    assert holds(made.wait, described())
    assert not holds(made.wait, described(**not_yet))
    assert not fails(made.wait, described(**not_yet))


@pytest.mark.parametrize(
    "failed",
    [
        {"DBInstanceStatus": "failed"},
        {"DBInstanceStatus": "incompatible-network"},
        {"DBInstanceStatus": "inaccessible-encryption-credentials-recoverable"},
        {"MasterUserSecret": {"SecretArn": SECRET, "SecretStatus": "impaired"}},
    ],
)
def test_a_state_that_does_not_pass_ends_the_wait(failed: dict[str, Any]) -> None:
    [made] = created(KIND, instance())
    assert fails(made.wait, described(**failed))
    assert not fails(made.wait, described())


def test_all_who_wait_ask_the_same_question() -> None:
    [one], [other] = created(KIND, instance()), created(KIND, instance("billing"))
    assert one.wait
    assert other.wait
    assert (one.wait.action, one.wait.params) == (other.wait.action, other.wait.params) == ("DescribeDBInstances", {})


def test_a_change_is_done_when_its_value_shows_although_the_state_reads_available_rds_17() -> None:
    [changed] = updated(KIND, instance(), found(DeletionProtection=False, PubliclyAccessible=True))
    assert not holds(changed.wait, described(PubliclyAccessible=True))
    assert not holds(changed.wait, described(DeletionProtection=False))
    assert holds(changed.wait, described())


def test_what_waits_for_its_window_does_not_hold_up_the_apply_rds_2() -> None:
    parked = described(
        PendingModifiedValues={"DBInstanceClass": "db.m7g.xlarge"},
        OptionGroupMemberships=[{"OptionGroupName": "audited", "Status": "pending-apply"}],
    )
    [later] = updated(KIND, instance(instance_class="db.m7g.xlarge"), found())
    assert holds(later.wait, parked)
    [at_once] = updated(KIND, instance(instance_class="db.m7g.xlarge", when="now"), found())
    assert not holds(at_once.wait, parked)


# Changing


@pytest.mark.parametrize(
    ("fields", "params"),
    [
        ({"instance_class": "db.m7g.xlarge"}, {"DBInstanceClass": "db.m7g.xlarge"}),
        ({"storage_gib": "200"}, {"AllocatedStorage": 200}),
        ({"max_storage_gib": "500"}, {"MaxAllocatedStorage": 500}),
        ({"storage_type": "gp2"}, {"StorageType": "gp2"}),
        ({"iops": "13000"}, {"Iops": 13000}),
        ({"throughput_mbps": "600"}, {"StorageThroughput": 600}),
        ({"dedicated_log_volume": "true"}, {"DedicatedLogVolume": True}),
        ({"engine_version": "16.5"}, {"EngineVersion": "16.5"}),
        ({"security_groups": [OTHER_GROUP, GROUP]}, {"VpcSecurityGroupIds": (OTHER_GROUP, GROUP)}),
        ({"parameter_group": "other"}, {"DBParameterGroupName": "other"}),
        ({"option_group": "audited"}, {"OptionGroupName": "audited"}),
        ({"port": "6432"}, {"DBPortNumber": 6432}),
        ({"iam_auth": "false"}, {"EnableIAMDatabaseAuthentication": False}),
        ({"multi_az": "true"}, {"MultiAZ": True}),
        ({"public": "true"}, {"PubliclyAccessible": True}),
        ({"backup_days": "14"}, {"BackupRetentionPeriod": 14}),
        ({"backup_window": "01:00-01:30"}, {"PreferredBackupWindow": "01:00-01:30"}),
        ({"maintenance_window": "Sat:01:00-Sat:02:00"}, {"PreferredMaintenanceWindow": "sat:01:00-sat:02:00"}),
        ({"deletion_protection": "false"}, {"DeletionProtection": False}),
        ({"minor_upgrades": "false"}, {"AutoMinorVersionUpgrade": False}),
        ({"log_exports": ["upgrade"]}, {"CloudwatchLogsExportConfiguration": {"EnableLogTypes": ("upgrade",)}}),
        ({"copy_tags": "false"}, {"CopyTagsToSnapshot": False}),
        ({"ca": "rds-ca-rsa4096-g1"}, {"CACertificateIdentifier": "rds-ca-rsa4096-g1"}),
        ({"license": "license-included"}, {"LicenseModel": "license-included"}),
        (
            {"lifecycle_support": "open-source-rds-extended-support-disabled"},
            {"EngineLifecycleSupport": "open-source-rds-extended-support-disabled"},
        ),
        (
            {"monitoring_seconds": "60", "monitoring_role": ROLE},
            {"MonitoringInterval": 60, "MonitoringRoleArn": ROLE},
        ),
        ({"insights": "true"}, {"EnablePerformanceInsights": True}),
        (
            {"domain": {"directory": "d-0123456789", "role": "directory"}},
            {"Domain": "d-0123456789", "DomainIAMRoleName": "directory"},
        ),
    ],
)
def test_every_field_that_can_change_does_by_its_own_parameter(fields: dict[str, Any], params: dict[str, Any]) -> None:
    assert modified(instance(**fields), found()) == {"ApplyImmediately": False, **params}


def test_every_field_is_tried_above_or_cannot_change() -> None:
    tried = {
        name
        for mark in test_every_field_that_can_change_does_by_its_own_parameter.pytestmark  # type: ignore[attr-defined]
        for fields, _ in mark.args[1]
        for name in fields
    }
    changing = {
        name
        for name, marker in markers(DbInstanceSpec).items()
        if marker.mode not in (Mode.META, Mode.CREATE_ONLY) and marker.change
    }
    apart = {
        "master_password",
        "password_version",
        "network_type",
        "roles",
        "insights_mode",
        "insights_days",
        "replica_mode",
        "promotion_tier",
    }
    assert changing - tried == apart, "which have tests of their own"


def test_all_differences_are_one_call() -> None:
    params = modified(instance(instance_class="db.m7g.xlarge", multi_az="true"), found(PubliclyAccessible=True))
    assert set(params) == {"ApplyImmediately", "DBInstanceClass", "MultiAZ", "PubliclyAccessible"}


def test_now_is_opt_in_rds_2() -> None:
    assert modified(instance(multi_az="true", when="now"), found())["ApplyImmediately"] is True


def test_the_plan_says_when_a_change_is_made() -> None:
    difference, _ = compare(KIND, instance(multi_az="true", public="true", parameter_group="other"), found())
    when = {item.path: item.when for item in difference.changes}
    assert when == {"multi_az": "window", "public": "now", "parameter_group": "reboot"}


def test_growth_is_switched_off_by_the_allocated_size() -> None:
    live = found(MaxAllocatedStorage=500)
    assert modified(instance(max_storage_gib="0"), live)["MaxAllocatedStorage"] == 100
    assert modified(instance(max_storage_gib="0", storage_gib="200"), live)["MaxAllocatedStorage"] == 200


LARGE = {"storage_gib": "400", "storage_type": "gp3"}


@pytest.mark.parametrize(
    ("fields", "live", "params"),
    [
        ({**LARGE, "iops": "13000"}, {}, {"Iops": 13000, "AllocatedStorage": 400}),
        ({**LARGE, "throughput_mbps": "600"}, {}, {"StorageThroughput": 600, "Iops": 12000, "AllocatedStorage": 400}),
        ({**LARGE, "storage_gib": "800"}, {}, {"AllocatedStorage": 800, "Iops": 12000}),
        ({"storage_gib": "800", "storage_type": ...}, {}, {"AllocatedStorage": 800, "Iops": 12000}),
        ({**LARGE, "storage_type": "gp2"}, {}, {"StorageType": "gp2"}),
        (
            {**LARGE, "storage_type": "io1", "iops": "4000"},
            {},
            {"StorageType": "io1", "AllocatedStorage": 400, "Iops": 4000},
        ),
        (
            {**LARGE, "storage_gib": "110", "storage_type": "gp3"},
            {"AllocatedStorage": 100, "Iops": 3000, "StorageThroughput": 125},
            {"AllocatedStorage": 110},
        ),
    ],
)
def test_provisioned_storage_changes_together_with_its_size_and_its_iops_rds_7(
    fields: dict[str, Any], live: dict[str, Any], params: dict[str, Any]
) -> None:
    before = found(**{"AllocatedStorage": 400, "Iops": 12000, "StorageThroughput": 500, **live})
    assert modified(instance(**fields), before) == {"ApplyImmediately": False, **params}


def test_measurements_and_their_role_go_together() -> None:
    on = found(MonitoringInterval=60, MonitoringRoleArn=ROLE)
    faster = instance(monitoring_seconds="15", monitoring_role=ROLE)
    assert modified(faster, on) == {"ApplyImmediately": False, "MonitoringInterval": 15, "MonitoringRoleArn": ROLE}
    other = instance(monitoring_seconds="60", monitoring_role=OTHER_ROLE)
    assert modified(other, on)["MonitoringInterval"] == 60
    assert modified(instance(monitoring_seconds="0"), on) == {"ApplyImmediately": False, "MonitoringInterval": 0}


def test_a_role_is_passed_and_may_be_new_any_4_iam_1() -> None:
    wanted_on = instance(monitoring_seconds="60", monitoring_role="${iam_role.monitoring}")
    [made], [changed] = created(KIND, wanted_on), updated(KIND, wanted_on, found())
    for call in (made, changed):
        assert "iam:PassRole" in call.also
        assert [retry.code for retry in call.retry_on if "IAM role ARN" in retry.contains] == ["InvalidParameterValue"]
    [plain] = created(KIND, instance())
    assert "iam:PassRole" not in plain.also


INSIGHTS = {
    "PerformanceInsightsEnabled": True,
    "PerformanceInsightsKMSKeyId": OTHER_KEY,
    "PerformanceInsightsRetentionPeriod": 7,
}


def test_insights_are_encrypted_by_the_key_of_the_instance_unless_they_have_one_rds_13() -> None:
    on = instance(kms_key=KEY, insights="true")
    [made] = created(KIND, on)
    assert made.params["PerformanceInsightsKMSKeyId"] == KEY
    assert modified(on, found())["PerformanceInsightsKMSKeyId"] == KEY
    assert changes(on, found(**INSIGHTS)) == {}
    [bare] = created(KIND, instance(insights="true"))
    assert "PerformanceInsightsKMSKeyId" not in bare.params


def test_the_key_of_insights_is_sent_again_with_every_change_of_them_rds_13() -> None:
    longer = instance(kms_key=KEY, insights="true", insights_days="62")
    assert modified(longer, found(**INSIGHTS)) == {
        "ApplyImmediately": False,
        "EnablePerformanceInsights": True,
        "PerformanceInsightsKMSKeyId": OTHER_KEY,
        "PerformanceInsightsRetentionPeriod": 62,
    }
    advanced = instance(insights="true", insights_days="465", insights_mode="advanced")
    assert modified(advanced, found(**INSIGHTS)) == {
        "ApplyImmediately": False,
        "DatabaseInsightsMode": "advanced",
        "EnablePerformanceInsights": True,
        "PerformanceInsightsKMSKeyId": OTHER_KEY,
        "PerformanceInsightsRetentionPeriod": 465,
    }
    off = modified(instance(insights="false"), found(**INSIGHTS))
    assert off == {"ApplyImmediately": False, "EnablePerformanceInsights": False}


def test_a_directory_is_left_by_a_parameter_of_its_own() -> None:
    membership = {"Domain": "d-0123456789", "IAMRoleName": "directory", "FQDN": "corp.example.com", "Status": "joined"}
    joined = found(DomainMemberships=[membership])
    assert changes(instance(domain={"directory": "d-0123456789", "role": "directory"}), joined) == {}
    assert modified(instance(domain={}), joined) == {"ApplyImmediately": False, "DisableDomain": True}
    moved = modified(instance(domain={"directory": "d-9876543210", "role": "directory"}), joined)
    assert moved == {"ApplyImmediately": False, "Domain": "d-9876543210", "DomainIAMRoleName": "directory"}


def test_an_instance_is_made_when_it_has_joined_its_directory() -> None:
    [made] = created(KIND, instance(domain={"directory": "d-0123456789", "role": "directory"}))
    assert not holds(made.wait, described(DomainMemberships=[{"Domain": "d-0123456789", "Status": "joining"}]))
    assert holds(made.wait, described(DomainMemberships=[{"Domain": "d-0123456789", "Status": "kerberos-enabled"}]))


def test_a_network_type_changes_at_once_or_not_at_all_rds_24() -> None:
    [call] = updated(KIND, instance(network_type="DUAL", when="now"), found())
    assert call.params["NetworkType"] == "DUAL"
    assert not holds(call.wait, described()), "no pending value shows that it is on its way"
    assert holds(call.wait, described(NetworkType="DUAL"))
    assert "when: now" in refused(instance(network_type="DUAL"), found())["network_type"]
    assert changes(instance(network_type="DUAL"), found(NetworkType="dual")) == {}


def test_a_feature_changes_its_role_one_after_the_other() -> None:
    import_, export = {"feature": "s3Import", "role": ROLE}, {"feature": "s3Export", "role": ROLE}
    _, *roles = created(KIND, instance(roles=[import_, export]))
    assert [call.params["FeatureName"] for call in roles] == ["s3Import", "s3Export"]
    live = found(
        AssociatedRoles=[
            {"FeatureName": "s3Import", "RoleArn": OTHER_ROLE, "Status": "ACTIVE"},
            {"FeatureName": "Lambda", "RoleArn": ROLE, "Status": "ACTIVE"},
        ]
    )
    calls = updated(KIND, instance(roles=[import_, export]), live)
    assert [(call.action, call.params["FeatureName"], call.params["RoleArn"]) for call in calls] == [
        ("RemoveRoleFromDBInstance", "Lambda", ROLE),
        ("RemoveRoleFromDBInstance", "s3Import", OTHER_ROLE),
        ("AddRoleToDBInstance", "s3Export", ROLE),
        ("AddRoleToDBInstance", "s3Import", ROLE),
    ]
    assert all("iam:PassRole" in call.also for call in calls)
    pending = {"FeatureName": "s3Import", "RoleArn": ROLE, "Status": "PENDING"}
    assert not holds(calls[-1].wait, described(AssociatedRoles=[pending]))
    assert holds(calls[-1].wait, described(AssociatedRoles=[{**pending, "Status": "ACTIVE"}]))
    assert not holds(calls[1].wait, described(AssociatedRoles=[pending]))
    assert holds(calls[1].wait, described())


def test_logs_are_switched_on_and_off_in_one_call() -> None:
    live = found(EnabledCloudwatchLogsExports=["postgresql"])
    params = modified(instance(log_exports=["upgrade"]), live)
    assert params["CloudwatchLogsExportConfiguration"] == {
        "EnableLogTypes": ("upgrade",),
        "DisableLogTypes": ("postgresql",),
    }
    params = modified(instance(log_exports=[]), live)
    assert params["CloudwatchLogsExportConfiguration"] == {"DisableLogTypes": ("postgresql",)}


def test_a_password_becomes_managed_under_the_key_of_the_instance_rds_12() -> None:
    live = found(MasterUserSecret=None)
    assert modified(instance(master_password="managed"), live) == {
        "ApplyImmediately": False,
        "ManageMasterUserPassword": True,
    }
    params = modified(instance(master_password="managed", kms_key=KEY), live)
    assert params["MasterUserSecretKmsKeyId"] == KEY
    params = modified(instance(master_password="managed", kms_key=KEY, master_secret_key=OTHER_KEY), live)
    assert params["MasterUserSecretKmsKeyId"] == OTHER_KEY
    assert "MasterUserPassword" not in params


def test_a_password_is_set_from_its_source_and_no_longer_managed_rds_12() -> None:
    source = Secret("env", "DB_PASSWORD")
    written = instance(master_password={"env": "DB_PASSWORD"})
    [made] = created(KIND, written)
    assert made.params["MasterUserPassword"] == source
    assert not {"ManageMasterUserPassword", "MasterUserSecretKmsKeyId"} & set(made.params)
    assert modified(written, found()) == {
        "ApplyImmediately": False,
        "MasterUserPassword": source,
        "ManageMasterUserPassword": False,
    }
    unmanaged = found(MasterUserSecret=None)
    assert modified(written, unmanaged) == {"ApplyImmediately": False, "MasterUserPassword": source}
    [call] = updated(KIND, written, found())
    assert not holds(call.wait, described())
    assert not holds(call.wait, described(MasterUserSecret=None, PendingModifiedValues={"MasterUserPassword": "***"}))
    assert holds(call.wait, described(MasterUserSecret=None))


def test_a_stored_secret_takes_a_permission_to_read_it_any_4() -> None:
    [stored] = created(KIND, instance(master_password={"secret": "orders", "key": "password"}))
    assert "secretsmanager:GetSecretValue" in stored.also
    [variable] = created(KIND, instance(master_password={"env": "DB_PASSWORD"}))
    assert not [action for action in variable.also if action.startswith("secretsmanager")]


def test_a_major_upgrade_takes_the_group_of_the_new_family_along_rds_6() -> None:
    group = Ref(Address("db_parameter_group", "orders~implied"), "name")
    resource = instance(engine_version="17", parameter_group="${db_parameter_group.orders~implied}")
    for when in ("window", "now"):
        wanted = replace(resource, spec=resource.spec.model_copy(update={"when": when}))
        assert modified(wanted, found()) == {
            "ApplyImmediately": when == "now",
            "EngineVersion": "17",
            "AllowMajorVersionUpgrade": True,
            "DBParameterGroupName": group,
        }


def test_a_major_upgrade_in_the_window_leaves_the_old_group_in_use_until_then() -> None:
    upgraded = instance(engine_version="17", parameter_group="orders-postgres17")
    assert changes(upgraded, found()) == {"engine_version": ("16.4", "17")}
    at_once = instance(engine_version="17", parameter_group="orders-postgres17", when="now")
    assert set(changes(at_once, found())) == {"engine_version", "parameter_group"}


def test_a_minor_upgrade_needs_no_leave() -> None:
    assert "AllowMajorVersionUpgrade" not in modified(instance(engine_version="16.5"), found())


@pytest.mark.parametrize(("size", "said"), [("105", "rounds up to 110 GiB"), ("110", ""), ("200", "")])
def test_storage_that_grows_by_less_than_a_tenth_is_rounded_up_rds_17(size: str, said: str) -> None:
    [call] = updated(KIND, instance(storage_gib=size), found())
    assert said in call.summary
    assert ("rounds up" in call.summary) == bool(said)


def test_a_change_bears_with_a_backup_that_goes_on_rds_1() -> None:
    [call] = updated(KIND, instance(multi_az="true"), found())
    assert Retry("InvalidDBInstanceState") in call.retry_on


# Deleting


SNAPSHOTS: dict[Any, Any] = {
    ("rds", "DescribeDBSnapshots"): {
        "DBSnapshots": [
            {"DBSnapshotIdentifier": name}
            for name in ("orders-final-1", "orders-final-3", "x-orders-final-2", "orders")
        ]
    }
}


def inspected(**fields: Any) -> Any:
    looking = FakeReader(SNAPSHOTS)
    outcome = KIND.inspect(looking, link(found(**fields), ORDERS, SCOPE), SCOPE, frozenset())
    for service, action, params in looking.calls:
        assert_valid_call(service, action, params)
    return outcome


def test_it_leaves_a_snapshot_whose_name_is_free_rds_11() -> None:
    off, gone = checked(KIND.delete(inspected(), SCOPE))
    assert off.params == {"DBInstanceIdentifier": "orders", "DeletionProtection": False, "ApplyImmediately": False}
    assert gone.params == {
        "DBInstanceIdentifier": "orders",
        "FinalDBSnapshotIdentifier": "orders-final-2",
        "SkipFinalSnapshot": False,
        "DeleteAutomatedBackups": False,
    }
    assert gone.destructive
    assert not off.destructive
    assert gone.done_on == ("DBInstanceNotFound",)
    assert set(gone.also) == {"rds:CreateDBSnapshot", "rds:AddTagsToResource"}
    assert gone.wait
    assert gone.wait.gone
    assert "orders-final-2" in gone.summary


def test_protection_is_off_before_it_goes_rds_11() -> None:
    off, _ = KIND.delete(inspected(), SCOPE)
    assert not holds(off.wait, described())
    assert not holds(off.wait, described(DeletionProtection=False, DBInstanceStatus="modifying"))
    assert holds(off.wait, described(DeletionProtection=False))
    assert actions(KIND.delete(inspected(DeletionProtection=False), SCOPE)) == ["DeleteDBInstance"]


@pytest.mark.parametrize(
    "fields",
    [
        {"DBInstanceStatus": "failed"},
        {"DBInstanceStatus": "incompatible-restore"},
        {"DBInstanceStatus": "incompatible-network"},
        {"ReadReplicaSourceDBInstanceIdentifier": "main"},
    ],
)
def test_it_leaves_none_where_aws_makes_none_rds_26(fields: dict[str, Any]) -> None:
    gone = checked(KIND.delete(inspected(**fields), SCOPE))[-1]
    assert gone.params["SkipFinalSnapshot"] is True
    assert "FinalDBSnapshotIdentifier" not in gone.params
    assert gone.params["DeleteAutomatedBackups"] is False
    assert "without a final snapshot" in gone.summary


def test_it_leaves_none_where_that_is_asked_for_in_words() -> None:
    live = inspected()
    asked = replace(live, found=replace(live.found, facts={**live.facts, "skip_final_snapshot": True}))
    assert checked(KIND.delete(asked, SCOPE))[-1].params["SkipFinalSnapshot"] is True


def test_without_a_closer_look_nothing_is_deleted() -> None:
    with pytest.raises(KeyError):
        KIND.delete(link(found(), ORDERS, SCOPE), SCOPE)


def test_what_is_changing_stays_for_now_rds_1() -> None:
    assert inspected(DBInstanceStatus="modifying") == "it is modifying just now, and can be deleted when that is over"
    stopped = {"DBInstanceStatus": "stopped"}
    assert not isinstance(inspected(**stopped, DeletionProtection=False), str)
    assert inspected(**stopped).endswith("comes off only while it runs: start it")
    assert inspected(**stopped, DBClusterIdentifier="payroll").startswith("its cluster is stopped")


def test_tags_are_set_and_removed_by_calls_of_their_own_rds_14() -> None:
    calls = checked(KIND.tag(link(found(), ORDERS, SCOPE), {"team": "payments"}, ("old",), SCOPE))
    assert actions(calls) == ["AddTagsToResource", "RemoveTagsFromResource"]
    assert {call.params["ResourceName"] for call in calls} == {ARN}


def test_databases_are_kept_unless_deleting_them_is_asked_for() -> None:
    assert KIND.stateful is Stateful.DATA


# A law: what is made reads back without a difference


def as_described(call: Operation) -> dict[str, Any]:
    """What AWS shows of an instance that a create call made, where it was given a value."""
    params = call.params
    given = {
        marker.read: params[marker.create] for marker in markers(DbInstanceSpec).values() if marker.create in params
    }
    flat = {path: value for path, value in given.items() if path.isidentifier()}
    groups = [{"VpcSecurityGroupId": group, "Status": "active"} for group in params["VpcSecurityGroupIds"]]
    secret = {"SecretArn": SECRET, "SecretStatus": "active", "KmsKeyId": params.get("MasterUserSecretKmsKeyId")}
    joined = {"Domain": params.get("Domain"), "IAMRoleName": params.get("DomainIAMRoleName"), "Status": "joined"}
    return described(
        **flat,
        DomainMemberships=[joined] if "Domain" in params else [],
        VpcSecurityGroups=groups,
        MasterUserSecret=secret,
        Endpoint={"Address": "host", "Port": params.get("Port", 5432)},
        DBSubnetGroup={"DBSubnetGroupName": params["DBSubnetGroupName"].lower()},
        OptionGroupMemberships=[{"OptionGroupName": params.get("OptionGroupName", "default"), "Status": "in-sync"}],
    )


@given(chosen=st.sets(st.sampled_from(sorted(set(MAXIMAL) - set(MINIMAL) - {"name", "roles"}))))
def test_what_is_made_reads_back_without_a_difference(chosen: set[str]) -> None:
    resource = instance(**{name: MAXIMAL[name] for name in chosen})
    [made] = created(KIND, resource)
    [one] = KIND.read(reader(as_described(made)), wanted(KIND, resource))
    difference, _ = compare(KIND, resource, one)
    assert difference.changes == difference.refused == difference.noted == []
