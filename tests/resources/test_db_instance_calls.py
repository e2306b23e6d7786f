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
from rds_secure.values import Address, Ref
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
    SECRET,
    changes,
    described,
    fails,
    found,
    holds,
    instance,
    modified,
    reader,
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
    [made] = created(KIND, declare(KIND, "orders", MAXIMAL))
    for name, marker in markers(DbInstanceSpec).items():
        if marker.create:
            assert marker.create in made.params, name
    assert made.params["DBInstanceIdentifier"] == "orders-main"
    assert made.params["EnableCloudwatchLogsExports"] == ("postgresql", "upgrade")
    assert made.params["KmsKeyId"] == KEY  # RDS-3


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
    assert changing - tried == {"master_password"}


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
    assert not isinstance(inspected(DBInstanceStatus="stopped"), str)


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
    return described(
        **flat,
        VpcSecurityGroups=groups,
        MasterUserSecret=secret,
        Endpoint={"Address": "host", "Port": params.get("Port", 5432)},
        DBSubnetGroup={"DBSubnetGroupName": params["DBSubnetGroupName"].lower()},
        OptionGroupMemberships=[{"OptionGroupName": params.get("OptionGroupName", "default"), "Status": "in-sync"}],
    )


@given(chosen=st.sets(st.sampled_from(sorted(set(MAXIMAL) - set(MINIMAL) - {"name"}))))
def test_what_is_made_reads_back_without_a_difference(chosen: set[str]) -> None:
    resource = instance(**{name: MAXIMAL[name] for name in chosen})
    [made] = created(KIND, resource)
    [one] = KIND.read(reader(as_described(made)), wanted(KIND, resource))
    difference, _ = compare(KIND, resource, one)
    assert difference.changes == difference.refused == difference.noted == []
