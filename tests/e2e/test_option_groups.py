"""Option groups in use: what holds them, what never leaves them, and how instances follow."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from rds_secure.errors import SpecError
from rds_secure.plan import Action
from rds_secure.values import Address
from tests.e2e import looks
from tests.e2e.harness import DATA, EVERYTHING, PRUNING, Harness, Resources
from tests.e2e.tables.db_groups import subnet_group

BYSTANDER: Resources = {"iam_group": {"bystander": {}}}
TDE: dict[str, Any] = {"engine": "sqlserver-ee", "major_version": "15.00", "options": {"TDE": {}}}
GROUP = Address("option_group", "orders")


@pytest.fixture(autouse=True)
def fresh(harness: Harness) -> None:
    """A seeded account with a subnet group, in which nothing has been called yet."""
    harness.sandbox.reset()
    subnet_group(harness.client, "shelf")
    harness.recorder.clear()


def stack(group: dict[str, Any] | None, **instance: Any) -> Resources:
    """A SQL Server that has the group."""
    fields = {
        "engine": "sqlserver-ee",
        "engine_version": "15.00",
        "instance_class": "db.m5.large",
        "storage_gib": 20,
        "subnet_group": "shelf",
        "security_groups": {"tag": {"Name": "app-1"}},
        "option_group": "${option_group.orders}",
        **instance,
    }
    groups = {} if group is None else {"option_group": {"orders": group}}
    return {**groups, "db_instance": {"orders": fields}}


def kept(planned: Any) -> dict[str, str]:
    return {str(item.address): item.reason for item in planned.plan.kept}


def test_an_instance_is_made_after_its_options_and_has_them(harness: Harness) -> None:
    applied = harness.apply(stack(TDE))

    actions = [call.action for call in applied.writes]
    assert actions.index("CreateOptionGroup") < actions.index("ModifyOptionGroup") < actions.index("CreateDBInstance")
    assert looks.db_instance(harness.client, "orders")["option_group"] == "orders-15-00"
    assert applied.again.plan.is_empty
    (step,) = [step for step in applied.again.plan.steps if step.address == GROUP]
    assert step.notes[0].startswith("TDE is available, which encrypts nothing by itself")  # RDS-20


def test_a_persistent_option_leaves_only_when_nothing_uses_its_group_any_more(harness: Harness) -> None:
    """RDS-9."""
    harness.make(stack(TDE))
    bare = {**TDE, "options": {}}

    planned = harness.plan(stack(bare))
    (refusal,) = planned.plan.refusals
    assert str(refusal.address) == "option_group.orders"
    assert "database orders" in refusal.fix
    assert not planned.plan.is_applicable

    harness.make({"option_group": {"free": TDE}})
    assert harness.apply({"option_group": {"free": bare}}).again.plan.is_empty
    assert looks.option_group(harness.client, "free-15-00")["options"] == {}


def test_a_group_that_a_database_of_somebody_else_uses_is_kept(harness: Harness) -> None:
    """RDS-10."""
    harness.make({"option_group": {"orders": TDE}, **BYSTANDER})
    harness.client("rds").create_db_instance(
        DBInstanceIdentifier="legacy",
        Engine="sqlserver-ee",
        EngineVersion="15.00",
        DBInstanceClass="db.m5.large",
        AllocatedStorage=20,
        MasterUsername="somebody",
        ManageMasterUserPassword=True,
        OptionGroupName="orders-15-00",
    )

    planned = harness.plan(BYSTANDER, PRUNING)
    assert kept(planned) == {"option_group.orders": "database legacy, which is not of this stack, uses it"}
    assert planned.plan.is_empty


def test_a_group_that_a_snapshot_needs_is_kept(harness: Harness) -> None:
    """RDS-9, RDS-10."""
    harness.make(stack(TDE, backup_days=0))
    harness.client("rds").create_db_snapshot(DBInstanceIdentifier="orders", DBSnapshotIdentifier="by-hand")
    harness.make({**stack(TDE, backup_days=0, option_group="default:sqlserver-ee-15-00", when="now")})

    reason = kept(harness.plan(BYSTANDER, PRUNING))["option_group.orders"]
    assert "by-hand" in reason


def test_the_group_of_a_destroyed_database_is_kept_for_its_backups(harness: Harness) -> None:
    """RDS-9: they hold on to it."""
    harness.make(stack(TDE))
    planned = harness.plan_destroy(stack(TDE), EVERYTHING)
    assert kept(planned)["option_group.orders"] == "the automated backups of database orders, which stay, need it"

    gone = harness.destroy(stack(TDE), DATA)
    assert kept(gone)["option_group.orders"] == "the final snapshot of db_instance.orders needs it"
    assert looks.exists(harness.client, "option_group", "orders-15-00")
    assert "snapshots" in kept(harness.plan_destroy(stack(TDE), EVERYTHING))["option_group.orders"]


def test_without_backups_the_final_snapshot_keeps_the_group_and_without_that_nothing_does(harness: Harness) -> None:
    harness.make(stack(TDE, backup_days=0))

    planned = harness.plan_destroy(stack(TDE), DATA)
    assert kept(planned)["option_group.orders"] == "the final snapshot of db_instance.orders needs it"
    planned = harness.plan_destroy(stack(TDE), EVERYTHING)
    deleted = [str(step.address) for step in planned.plan.steps if step.action is Action.DELETE]
    assert "option_group.orders" in deleted


def test_a_major_upgrade_takes_the_group_of_the_new_version_along(harness: Harness) -> None:
    """RDS-6, RDS-9."""
    harness.make(stack(TDE))
    newer = {**TDE, "major_version": "16.00"}

    applied = harness.apply(stack(newer, engine_version="16.00", when="now"))

    (call,) = [call for call in applied.writes if call.action == "ModifyDBInstance"]
    assert (call.params["OptionGroupName"], call.params["AllowMajorVersionUpgrade"]) == ("orders-16-00", True)
    assert looks.db_instance(harness.client, "orders")["option_group"] == "orders-16-00"
    assert [item.name for item in applied.plan.kept if item.address.kind == "option_group"] == ["orders-15-00"]


def test_a_group_that_does_not_fit_is_refused_before_the_first_call(harness: Harness) -> None:
    """RDS-9: offline where both are declared, else by what AWS says."""
    with pytest.raises(SpecError) as raised:
        harness.plan(stack({**TDE, "major_version": "16.00"}))
    assert "option_group.orders is for sqlserver-ee 16.00" in str(raised.value)

    harness.make({"option_group": {"orders": {**TDE, "major_version": "16.00"}}})
    with pytest.raises(SpecError) as raised:
        harness.plan(stack(None, option_group="orders-16-00"))
    assert "option group orders-16-00 is for sqlserver-ee 16.00" in str(raised.value)
    assert harness.recorder.writes == []


def test_a_misspelt_setting_is_refused_before_the_first_call(harness: Harness) -> None:
    spec = {"engine": "oracle-ee", "major_version": "19"}
    wrong = {"NATIVE_NETWORK_ENCRYPTION": {"settings": {"SQLNET.ENCRYPTION_SEVER": "REQUIRED"}}}
    with pytest.raises(SpecError) as raised:
        harness.plan({"option_group": {"orders": {**spec, "options": wrong}}})
    (problem,) = raised.value.problems
    assert "did you mean 'SQLNET.ENCRYPTION_SERVER'?" in problem.fix
    assert harness.recorder.writes == []


def test_a_group_takes_two_lists_its_tags_and_what_its_engine_offers(harness: Harness) -> None:
    """Snapshots are listed for the sake of persistent options only; a stack without groups asks for none of it."""
    groups = {"option_group": {"orders": TDE, "reports": {**TDE, "options": {}}}}
    harness.make(groups)
    assert harness.plan(groups).plan.is_empty

    counts = Counter(call.action for call in harness.reads())
    about = {name: count for name, count in counts.items() if "Option" in name or "Snapshot" in name or "Tags" in name}
    assert about == {
        "DescribeOptionGroups": 1,
        "DescribeOptionGroupOptions": 1,
        "DescribeDBSnapshots": 1,
        "ListTagsForResource": 2,
    }

    harness.sandbox.reset()
    harness.recorder.clear()
    harness.plan(BYSTANDER)
    assert not [call for call in harness.reads() if "Option" in call.action]


def test_only_what_a_look_up_finds_is_called_moved(harness: Harness) -> None:
    found = {"security_groups": {"tag": {"Name": "app-1"}}}
    groups = {"option_group": {"orders": {"engine": "oracle-ee", "major_version": "19", "options": {"SSL": found}}}}
    harness.make(groups)
    rds, ec2 = harness.client("rds"), harness.client("ec2")

    older = [{"Name": "SQLNET.SSL_VERSION", "Value": "1.0"}]
    rds.modify_option_group(
        OptionGroupName="orders-19", OptionsToInclude=[{"OptionName": "SSL", "OptionSettings": older}]
    )
    assert [change.note for step in harness.plan(groups).plan.steps for change in step.changes] == [""]
    harness.make(groups)

    app_1, app_2 = (looks.named(harness.client, "security_group", name) for name in ("app-1", "app-2"))
    ec2.create_tags(Resources=[app_1], Tags=[{"Key": "Name", "Value": "former"}])
    ec2.create_tags(Resources=[app_2], Tags=[{"Key": "Name", "Value": "app-1"}])
    assert [change.note for step in harness.plan(groups).plan.steps for change in step.changes] == ["look-up moved"]
