"""A living database gets another key, encryption or other subnets, by a new one in its place: whole runs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from rds_secure import api
from rds_secure.operation import snake
from rds_secure.plan import Action, Plan
from rds_secure.plan.approval import approved
from rds_secure.plan.part import moved
from rds_secure.spec import load
from rds_secure.values import Address
from tests.e2e.harness import Harness, Resources
from tests.e2e.migrations import lost

STACK = "bench"

KEYS: Resources = {"kms_key": {"one": {"description": "One"}, "two": {"description": "Two"}}}
NETWORK: Resources = {
    "security_group": {
        "orders-db": {"vpc": {"tag": {"Name": "main"}}, "ingress": [{"from": "10.20.0.0/16", "port": 5432}]}
    },
    "db_subnet_group": {"orders": {"subnets": {"vpc": {"tag": {"Name": "main"}}, "tag": {"Tier": "private"}}}},
}
DATABASE: dict[str, Any] = {
    "engine": "postgres",
    "engine_version": "16",
    "instance_class": "db.t4g.medium",
    "storage_gib": 20,
    "subnet_group": "${db_subnet_group.orders}",
    "security_groups": ["${security_group.orders-db}"],
    "log_exports": ["postgresql"],
    "backup_days": 5,
    "max_storage_gib": 100,
}


AROUND: Resources = {**KEYS, **NETWORK}


def resources(**database: Any) -> Resources:
    policy = {
        "statements": [
            {
                "effect": "allow",
                "actions": ["rds-db:connect"],
                "resources": [
                    "arn:aws:rds-db:${aws.region}:${aws.account_id}:dbuser:${db_instance.orders.resource_id}/app"
                ],
            }
        ]
    }
    return {
        **KEYS,
        **NETWORK,
        "db_instance": {"orders": {**DATABASE, **database}},
        "iam_policy": {"orders-app": policy},
    }


def described(harness: Harness, name: str = "orders") -> dict[str, Any]:
    (found,) = harness.client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    return dict(found)


def names(harness: Harness) -> list[str]:
    return sorted(item["DBInstanceIdentifier"] for item in harness.client("rds").describe_db_instances()["DBInstances"])


def key(harness: Harness, name: str) -> str:
    listed = harness.client("kms").list_aliases()["Aliases"]
    (found,) = (item["TargetKeyId"] for item in listed if item["AliasName"] == f"alias/{STACK}/{name}")
    return str(harness.client("kms").describe_key(KeyId=found)["KeyMetadata"]["Arn"])


_CHANGING = {
    *(
        "DBInstanceStatus",
        "DbiResourceId",
        "InstanceCreateTime",
        "KmsKeyId",
        "LatestRestorableTime",
        "MasterUserSecret",
    ),
    *("StorageEncrypted", "TagList", "PerformanceInsightsKMSKeyId"),
}


def kept_values(instance: dict[str, Any]) -> dict[str, Any]:
    """What stays as it was; what is off may be absent."""
    return {name: value for name, value in instance.items() if name not in _CHANGING and value not in (False, [])}


def test_another_key(harness: Harness) -> None:
    harness.make(resources(kms_key="${kms_key.one}"))
    before, old_key = described(harness), key(harness, "one")
    asked = resources(kms_key="${kms_key.two}", migration={"from": old_key, "to": "${kms_key.two}"})

    planned = harness.plan(harness.spec(asked))
    (step,) = (step for step in planned.plan.steps if str(step.address) == "db_instance.orders")
    assert step.action is Action.MIGRATE
    applied = harness.apply(asked)

    after = described(harness)
    assert after["KmsKeyId"] == key(harness, "two") != before["KmsKeyId"]
    assert kept_values(after) == kept_values(before)
    assert applied.again.plan.is_empty
    (kept,) = applied.again.plan.kept
    old = described(harness, kept.name)
    assert old["DbiResourceId"] == before["DbiResourceId"]
    assert old["DeletionProtection"]


def test_encryption_for_one_that_has_none(harness: Harness) -> None:
    harness.make(resources(encrypted=False, iam_auth=False))
    before = described(harness)
    assert not before["StorageEncrypted"]
    asked = resources(iam_auth=False, kms_key="${kms_key.two}", migration={"from": "none", "to": "${kms_key.two}"})

    applied = harness.apply(asked)

    after = described(harness)
    assert after["StorageEncrypted"]
    assert after["KmsKeyId"] == key(harness, "two")
    assert kept_values(after) == kept_values(before)
    assert applied.again.plan.is_empty
    document = harness.client("iam").get_policy_version(
        PolicyArn=f"arn:aws:iam::{harness.account.identity.account}:policy/orders-app", VersionId="v2"
    )["PolicyVersion"]["Document"]
    assert after["DbiResourceId"] in str(document)


def test_nobody_writes_to_the_source_once_its_snapshot_is_taken(harness: Harness) -> None:
    harness.make(resources(encrypted=False))
    asked = resources(kms_key="${kms_key.two}", migration={"from": "none", "quiesce": "revoke-ingress"})

    applied = harness.apply(asked)

    sent = [call.action for call in applied.writes]
    assert sent.index("CreateSecurityGroup") < sent.index("RebootDBInstance") < sent.index("CreateDBSnapshot")
    old = described(harness, applied.again.plan.kept[0].name)
    (group,) = old["VpcSecurityGroups"]
    rules = harness.client("ec2").describe_security_groups(GroupIds=[group["VpcSecurityGroupId"]])["SecurityGroups"][0]
    assert rules["IpPermissions"] == []
    assert described(harness)["VpcSecurityGroups"] != old["VpcSecurityGroups"]
    assert applied.again.plan.is_empty


def way_back(harness: Harness, asked: Resources, migration: str = "") -> api.Planned:
    stack, sources = load([str(harness.spec(asked))])
    address = Address("db_instance", "orders")
    return api.make_plan(stack, harness.account, sources, roll_back=address, migration=migration)


def rolled_back(harness: Harness, asked: Resources, migration: str = "") -> Plan:
    planned = way_back(harness, asked, migration)
    assert planned.plan.is_applicable
    outcome, _ = harness.attempt(planned)
    assert outcome.succeeded, outcome.failures
    return harness.plan(asked).plan


def test_the_way_back_after_the_switch_keeps_both(harness: Harness) -> None:
    harness.make(resources(encrypted=False))
    before = described(harness)
    asked = resources(kms_key="${kms_key.two}", migration={"from": "none", "quiesce": "revoke-ingress"})
    harness.make(asked)
    new = described(harness)

    again = rolled_back(harness, asked)

    after = described(harness)
    assert after["DbiResourceId"] == before["DbiResourceId"]
    assert after["VpcSecurityGroups"] == before["VpcSecurityGroups"]
    (aside,) = (name for name in names(harness) if name != "orders")
    assert described(harness, aside)["DbiResourceId"] == new["DbiResourceId"]
    assert described(harness, aside)["DeletionProtection"]
    (refusal,) = again.refusals
    assert "was rolled back" in refusal.what
    assert [kept.name for kept in again.kept] == [aside]
    assert harness.apply(resources(encrypted=False)).again.plan.is_empty


def test_after_the_way_back_another_attempt_begins_anew(harness: Harness) -> None:
    harness.make(resources(encrypted=False))
    harness.make(resources(kms_key="${kms_key.two}", migration={"from": "none"}))
    rolled_back(harness, resources(kms_key="${kms_key.two}", migration={"from": "none"}))

    applied = harness.apply(resources(kms_key="${kms_key.two}", migration={"from": "none", "attempt": 2}))

    assert described(harness)["StorageEncrypted"]
    assert len(applied.again.plan.kept) == 2
    assert len(names(harness)) == 3


def test_other_subnets(harness: Harness) -> None:
    harness.make(resources())
    before = described(harness)
    ec2 = harness.client("ec2")
    subnets = [item["SubnetId"] for item in ec2.describe_subnets()["Subnets"] if tagged(item, "Tier") == "private"]
    asked = resources(subnet_group="${db_subnet_group.other}", migration={"from_subnet_group": "orders"})
    asked = {**asked, "db_subnet_group": {**asked["db_subnet_group"], "other": {"subnets": subnets}}}

    applied = harness.apply(asked)

    after = described(harness)
    assert after["DBSubnetGroup"]["DBSubnetGroupName"] == "other"
    assert after["KmsKeyId"] == before["KmsKeyId"]
    assert "CopyDBSnapshot" not in [call.action for call in applied.writes]
    assert applied.again.plan.is_empty


def tagged(item: dict[str, Any], name: str) -> str:
    return next((tag["Value"] for tag in item.get("Tags", ()) if tag["Key"] == name), "")


def test_a_missing_one_is_made_from_a_snapshot(harness: Harness) -> None:
    harness.make(resources(kms_key="${kms_key.one}"))
    rds = harness.client("rds")

    def lose(client: Any) -> None:
        rds.modify_db_instance(DBInstanceIdentifier="orders", DeletionProtection=False, ApplyImmediately=True)
        rds.delete_db_instance(DBInstanceIdentifier="orders", FinalDBSnapshotIdentifier="last-of-orders")

    harness.behind(lose)
    harness.sandbox.settle()
    (refusal,) = harness.plan(resources(kms_key="${kms_key.one}")).plan.refusals
    assert "restore_from" in refusal.fix

    applied = harness.apply(resources(kms_key="${kms_key.two}", restore_from="last-of-orders", storage_gib=40))

    after = described(harness)
    assert after["KmsKeyId"] == key(harness, "two")
    assert after["AllocatedStorage"] == 40
    assert after["BackupRetentionPeriod"] == 5
    assert applied.again.plan.is_empty


def test_what_is_aside_goes_by_its_address(harness: Harness) -> None:
    harness.make(resources(encrypted=False))
    asked = resources(kms_key="${kms_key.two}", migration={"from": "none", "quiesce": "revoke-ingress"})
    harness.make(asked)
    (kept,) = (kept for kept in harness.plan(asked).plan.kept if kept.address.kind == "db_instance")
    assert "billed (730 hours of db.t4g.medium a month, 20 GiB of gp3 with 3000 IOPS and 125 MiB/s" in kept.reason
    assert re.search(
        r"snapshot orders-last-\w+ of 20 GiB at most and snapshot orders-rekeyed-\w+ of 20 GiB", kept.reason
    )

    spec = harness.spec(asked, removed=[{"address": str(kept.address), "keep": False}])
    applied = harness.apply(spec)

    assert names(harness) == ["orders"]
    assert {step.action for step in applied.plan.steps if step.operations} == {Action.DELETE}
    assert not applied.again.plan.kept


@pytest.mark.parametrize("seed", [1, 7])
def test_nothing_is_lost_on_the_way(seed: int, harness: Harness) -> None:
    assert list(lost(harness, AROUND, seed)) == []


def test_an_alias_that_points_elsewhere_later_begins_nothing(harness: Harness) -> None:
    harness.make(resources(kms_key="${kms_key.one}"))
    first = key(harness, "one")
    asked = resources(kms_key="alias/outside", migration={"from": first, "to": "alias/outside"})
    harness.behind(lambda client: point(client, client("kms").create_key()["KeyMetadata"]["Arn"]))
    before = approved(harness.plan(asked).plan)
    harness.behind(lambda client: point(client, key(harness, "two")))
    assert any("kms_key" in line for line in moved(before, harness.plan(asked).plan))  # another key was approved
    assert harness.apply(asked).again.plan.is_empty

    harness.behind(lambda client: point(client, first))
    plan = harness.plan(asked).plan

    assert "in place" in plan.refusals[0].what
    assert all(step.action is not Action.MIGRATE for step in plan.steps)


def point(client: Any, target: str) -> None:
    kms = client("kms")
    listed = [item["AliasName"] for item in kms.list_aliases()["Aliases"]]
    (kms.update_alias if "alias/outside" in listed else kms.create_alias)(
        AliasName="alias/outside", TargetKeyId=target.rpartition("/")[2]
    )


def test_what_somebody_restores_from_the_old_one_is_never_deleted_in_its_place(harness: Harness) -> None:
    harness.make(resources(encrypted=False))
    asked = resources(kms_key="${kms_key.two}", migration={"from": "none"})
    harness.make(asked)
    (kept,) = harness.plan(asked).plan.kept
    spec = harness.spec(asked, removed=[{"address": str(kept.address), "keep": False}])
    tags = described(harness, kept.name)["TagList"]

    def restore(client: Any) -> None:
        rds = client("rds")
        rds.create_db_snapshot(DBInstanceIdentifier=kept.name, DBSnapshotIdentifier="by-hand")
        rds.restore_db_instance_from_db_snapshot(
            DBInstanceIdentifier="forensics", DBSnapshotIdentifier="by-hand", Tags=tags
        )

    harness.behind(restore)
    harness.apply(spec)
    assert names(harness) == ["forensics", "orders"]

    assert not harness.plan(spec).plan.kept
    assert not [step for step in harness.plan(spec).plan.steps if step.operations]


def test_it_is_too_late_to_keep_people_out_once_the_snapshot_is_taken(harness: Harness) -> None:
    harness.make(resources(encrypted=False))
    harness.recorder.refusals["CopyDBSnapshot"] = "AccessDenied"
    outcome, _ = harness.attempt(harness.plan(resources(kms_key="${kms_key.two}", migration={"from": "none"})))
    assert not outcome.succeeded

    late = resources(kms_key="${kms_key.two}", migration={"from": "none", "quiesce": "revoke-ingress"})
    assert "too late" in harness.plan(late).plan.refusals[0].what


def half_done(harness: Harness, asked: Resources | Path, without: str) -> None:
    """A migration of which one call is refused, so that it stops there."""
    harness.recorder.refusals[without] = "AccessDenied"
    outcome, _ = harness.attempt(harness.plan(asked))
    assert not outcome.succeeded
    harness.recorder.refusals.clear()
    harness.sandbox.settle()


QUIET = {"from": "none", "quiesce": "revoke-ingress"}


def test_the_migration_of_another_stack_is_left_alone(harness: Harness) -> None:
    theirs = resources(name="theirs", encrypted=False)
    harness.make(harness.spec(theirs, stack="other"))
    asked = resources(name="theirs", kms_key="${kms_key.two}", migration=QUIET)
    half_done(harness, harness.spec(asked, stack="other"), "CopyDBSnapshot")
    groups = {"security_group": {"orders-own": NETWORK["security_group"]["orders-db"]}}
    subnets = {"db_subnet_group": {"orders-own": NETWORK["db_subnet_group"]["orders"]}}
    fields = {"subnet_group": "${db_subnet_group.orders-own}", "security_groups": ["${security_group.orders-own}"]}
    ours = {**groups, **subnets, "db_instance": {"orders": {**DATABASE, **fields, "name": "ours"}}}

    applied = harness.apply(ours)  # the same address, in another stack

    assert applied.again.plan.is_empty
    assert not applied.again.plan.notes
    assert described(harness, "ours")["DBInstanceStatus"] == "available"


def test_of_two_migrations_the_last_one_is_taken_back_and_the_one_before_if_it_is_named(harness: Harness) -> None:
    harness.make(resources(encrypted=False))
    first = described(harness)
    harness.make(resources(kms_key="${kms_key.one}", migration={"from": "none"}))
    between = described(harness)
    asked = resources(kms_key="${kms_key.two}", migration={"from": key(harness, "one")})
    harness.make(asked)

    rolled_back(harness, asked)

    assert described(harness)["DbiResourceId"] == between["DbiResourceId"]
    assert len(names(harness)) == 3
    (refusal,) = way_back(harness, asked).plan.refusals
    (further,) = re.findall(r"roll-back db_instance.orders SPEC --migration (\w+)$", refusal.fix)

    rolled_back(harness, asked, further)

    assert described(harness)["DbiResourceId"] == first["DbiResourceId"]
    assert len(names(harness)) == 3
    kept = harness.plan(resources(encrypted=False)).plan.kept
    assert len([item for item in kept if "#undone-" in str(item.address)]) == 2
    assert harness.plan(resources(encrypted=False)).plan.is_empty


def test_whoever_lets_people_in_again_ends_a_migration(harness: Harness) -> None:
    harness.make(resources(encrypted=False))
    before = [group["VpcSecurityGroupId"] for group in described(harness)["VpcSecurityGroups"]]
    asked = resources(kms_key="${kms_key.two}", migration=QUIET)
    half_done(harness, asked, "CopyDBSnapshot")
    assert harness.plan(asked).plan.is_applicable

    harness.behind(
        lambda client: client("rds").modify_db_instance(
            DBInstanceIdentifier="orders", VpcSecurityGroupIds=before, ApplyImmediately=True
        )
    )

    assert "somebody let people in" in harness.plan(asked).plan.refusals[0].what
    rolled_back(harness, asked)
    assert described(harness)["VpcSecurityGroups"][0]["VpcSecurityGroupId"] == before[0]


def test_it_does_not_move_to_another_address_half_way(harness: Harness) -> None:
    harness.make(resources(encrypted=False))
    half_done(harness, resources(kms_key="${kms_key.two}", migration={"from": "none"}), "CopyDBSnapshot")
    elsewhere = resources(kms_key="${kms_key.two}", migration={"from": "none"}, name="orders")
    moved = {**KEYS, **NETWORK, "db_instance": {"sales": elsewhere["db_instance"]["orders"]}}

    plan = harness.plan(harness.spec(moved, moved=[{"from": "db_instance.orders", "to": "db_instance.sales"}])).plan

    assert any("moves in the middle of migration" in refusal.what for refusal in plan.refusals)


def test_an_old_restore_from_is_not_taken_where_there_is_newer_data(harness: Harness) -> None:
    harness.make(resources())
    harness.behind(
        lambda client: client("rds").create_db_snapshot(DBInstanceIdentifier="orders", DBSnapshotIdentifier="early")
    )
    asked = resources(restore_from="early")
    assert harness.plan(asked).plan.is_applicable

    def lose(client: Any) -> None:
        rds = client("rds")
        rds.modify_db_instance(DBInstanceIdentifier="orders", DeletionProtection=False, ApplyImmediately=True)
        rds.delete_db_instance(DBInstanceIdentifier="orders", FinalDBSnapshotIdentifier="late")

    harness.behind(lose)
    harness.sandbox.settle()

    (refusal,) = harness.plan(asked).plan.refusals
    assert "snapshot late, which is newer than early" in refusal.what
    assert harness.plan(resources(restore_from="late")).plan.is_applicable


def test_the_way_to_have_it_back_that_a_plan_tells_works(harness: Harness) -> None:
    harness.make(resources(encrypted=False))
    asked = resources(kms_key="${kms_key.two}", migration={"from": "none"})
    (step,) = (step for step in harness.plan(asked).plan.steps if step.action is Action.MIGRATE)
    (told,) = (note.strip() for note in step.notes if note.strip().startswith("aws rds "))

    action, *words = shlex.split(told)[2:]
    given: dict[str, Any] = {}
    for word in words:
        if word.startswith("--"):
            option = word.removeprefix("--")
            given[option] = []
        else:
            given[option].append(word)
    assert given.pop("region") == [harness.account.identity.region]
    model = harness.client("rds").meta.service_model.operation_model("RestoreDBInstanceToPointInTime")
    assert snake(model.name, "-") == action
    fields = {snake(name, "-"): (name, shape.type_name) for name, shape in model.input_shape.members.items()}
    params: dict[str, Any] = {}
    for option, value in given.items():
        name, kind = fields[option.removeprefix("no-")]
        params[name] = not option.startswith("no-") if kind == "boolean" else value if kind == "list" else value[0]
    harness.behind(lambda client: client("rds").restore_db_instance_to_point_in_time(**params))
    assert described(harness, "orders-recovered")["VpcSecurityGroups"] == described(harness)["VpcSecurityGroups"]


def test_what_the_old_one_goes_on_using_is_kept_although_the_spec_is_rid_of_it(harness: Harness) -> None:
    harness.make(resources(kms_key="${kms_key.one}"))
    asked = resources(
        subnet_group="${db_subnet_group.other}",
        kms_key="${kms_key.two}",
        migration={"from": key(harness, "one"), "from_subnet_group": "orders"},
    )
    subnets = {"db_subnet_group": {"other": NETWORK["db_subnet_group"]["orders"]}}
    without = {**asked, **subnets, "kms_key": {"two": KEYS["kms_key"]["two"]}}

    applied = harness.apply(without)

    kept = {str(item.address) for item in applied.plan.kept}
    assert {"db_subnet_group.orders", "kms_key.one"} <= kept
    assert applied.again.plan.is_empty


def test_a_refused_change_tells_an_entry_that_a_spec_takes(harness: Harness) -> None:
    harness.make(resources(kms_key="${kms_key.one}"))
    (refusal,) = harness.plan(resources(kms_key="${kms_key.two}")).plan.refusals

    told = yaml.safe_load(re.findall(r"'migration: (.*?)'", refusal.fix)[0])

    assert told == {"from": key(harness, "one"), "to": "KEY"}
    asked = resources(kms_key="${kms_key.two}", migration={**told, "to": "${kms_key.two}"})
    assert harness.plan(asked).plan.is_applicable


def test_an_approved_migration_goes_on_after_it_was_interrupted_anywhere(harness: Harness) -> None:
    harness.make(resources(encrypted=False))
    asked = resources(kms_key="${kms_key.two}", migration=QUIET)
    before = approved(harness.plan(asked).plan)
    for action in ("RebootDBInstance", "CopyDBSnapshot", "RemoveTagsFromResource"):
        half_done(harness, asked, action)
        assert moved(before, harness.plan(asked).plan) == ()

    assert harness.apply(asked).again.plan.is_empty


def test_what_somebody_else_changes_meanwhile_stops_it(harness: Harness) -> None:
    harness.make(resources(encrypted=False))
    asked = resources(kms_key="${kms_key.two}", migration=QUIET)
    before = approved(harness.plan(asked).plan)
    half_done(harness, asked, "CopyDBSnapshot")
    harness.behind(
        lambda client: client("rds").modify_db_instance(
            DBInstanceIdentifier="orders", BackupRetentionPeriod=9, ApplyImmediately=True
        )
    )

    assert any("backup_days" in line for line in moved(before, harness.plan(asked).plan))


def test_its_managed_password_is_a_new_one_rds_12(harness: Harness) -> None:
    harness.make(resources(kms_key="${kms_key.one}"))
    before = described(harness)["MasterUserSecret"]
    assert before["KmsKeyId"] == key(harness, "one")

    harness.apply(resources(kms_key="${kms_key.two}", migration={"from": key(harness, "one")}))

    after = described(harness)["MasterUserSecret"]
    assert after["SecretArn"] != before["SecretArn"]
    assert after["KmsKeyId"] == key(harness, "two")  # it was the database's own, and is again


def test_what_is_parked_is_made_before_a_migration_rds_2(harness: Harness) -> None:
    harness.make(resources(encrypted=False))
    harness.client("rds").modify_db_instance(
        DBInstanceIdentifier="orders", DBInstanceClass="db.m7g.large", ApplyImmediately=False
    )
    harness.sandbox.settle()
    asked = resources(kms_key="${kms_key.two}", migration={"from": "none"}, instance_class="db.m7g.large")

    refusals = harness.plan(asked).plan.refusals

    assert any("parked for its window: instance_class" in refusal.what for refusal in refusals)
