"""Taking over what somebody made by hand: ``adopt:`` names it, and its tags are all that changes (meaning §4)."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure import ownership, resources
from rds_secure.plan import Action
from tests.e2e.harness import Harness
from tests.e2e.looks import LOOKS, Client, named
from tests.e2e.rows import prepared, step_of
from tests.e2e.tables import BENCHES, KEY, Bench
from tests.e2e.tables.db_instance import BENCH as DATABASE

ADOPTABLE = [
    bench
    for bench in BENCHES
    if resources.kind(bench.kind).adoptable and bench.kind not in ("db_instance", "iam_group")
]
"""A database differs in what cannot change from what the tables declare, and a group gets another path: see below."""


@pytest.mark.parametrize("bench", ADOPTABLE, ids=[bench.kind for bench in ADOPTABLE])
def test_what_somebody_made_is_taken_over_and_then_in_sync(bench: Bench, harness: Harness) -> None:
    prepared(harness, bench)
    harness.behind(bench.stranger)
    before = LOOKS[bench.kind](harness.client, bench.name)
    spec = harness.spec(bench.resources(bench.fixed), adopt={f"{bench.kind}.{KEY}": None})

    planned = harness.plan(spec)
    step = step_of(planned.plan.steps, bench)
    assert planned.plan.is_applicable, planned.plan.refusals
    assert step.action in (Action.RETAG, Action.UPDATE)
    harness.carry_out(planned)

    tags = LOOKS[bench.kind](harness.client, bench.name)["tags"]
    assert {ownership.STACK, ownership.ADDRESS, ownership.APPLIED} <= tags.keys()
    assert harness.plan(spec).plan.is_empty
    if step.action is Action.RETAG:
        assert untagged(LOOKS[bench.kind](harness.client, bench.name)) == untagged(before)


def untagged(look: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in look.items() if name.lower() not in ("tags", "taglist", "responsemetadata")}


def by_hand(client: Client) -> None:
    client("rds").create_db_instance(
        DBInstanceIdentifier=KEY,
        Engine="postgres",
        EngineVersion="16.3",
        DBInstanceClass="db.t4g.medium",
        AllocatedStorage=50,
        MasterUsername="somebody",
        MasterUserPassword="not-a-secret",
        DBSubnetGroupName="shelf",
        VpcSecurityGroupIds=[named(client, "security_group", "app-1")],
        BackupRetentionPeriod=1,
    )


def test_a_database_is_taken_over_as_it_is_without_a_parameter_group_of_ours(harness: Harness) -> None:
    """Its defaults stay away: it gets no protection and no longer backups, for nobody wrote that."""
    prepared(harness, DATABASE)
    harness.behind(by_hand)
    before = LOOKS["db_instance"](harness.client, KEY)
    spec = harness.spec(DATABASE.resources(), adopt={f"db_instance.{KEY}": None})

    (step,) = harness.apply(spec).plan.steps
    assert (step.action, [operation.action for operation in step.operations]) == (
        Action.RETAG,
        ["AddTagsToResource"],
    )
    assert untagged(LOOKS["db_instance"](harness.client, KEY)) == untagged(before)
    assert harness.plan(spec).plan.is_empty

    later = harness.plan(harness.spec(DATABASE.resources({"encrypted": False, "master_username": "somebody"}))).plan
    changed = {change.path for step in later.steps for change in step.changes if step.address.kind == "db_instance"}
    assert {"deletion_protection", "backup_days"} <= changed
    assert "master_password" not in changed, "that is switched where it is written, never by a default"


@pytest.mark.parametrize("named", [None, "staff", "arn:aws:iam::123456789012:group/teams/staff"])
def test_a_group_moves_below_the_stacks_path_with_its_members_and_policies(named: str | None, harness: Harness) -> None:
    """Groups take no tags (IAM-6). What refers to its ARN in the stack gets the new one in the same apply."""
    iam = harness.client("iam")

    def staff(client: Client) -> None:
        client("iam").create_group(GroupName="staff", Path="/teams/")
        client("iam").create_user(UserName="eve")
        client("iam").add_user_to_group(GroupName="staff", UserName="eve")

    harness.behind(staff)
    admit = {"effect": "allow", "actions": ["iam:AddUserToGroup"], "resources": ["${iam_group.staff.arn}"]}
    declared: dict[str, dict[str, dict[str, Any]]] = {
        "iam_group": {"staff": {"policies": ["SecurityAudit"]}},
        "iam_policy": {"admit": {"statements": [admit]}},
    }
    spec = harness.spec(declared, adopt={"iam_group.staff": named})

    planned = harness.plan(spec)
    step = next(step for step in planned.plan.steps if step.address.kind == "iam_group")
    assert step.action is Action.UPDATE
    assert [operation.action for operation in step.operations] == ["AttachGroupPolicy", "UpdateGroup"]
    assert any("its ARN changes from arn:aws:iam::123456789012:group/teams/staff to" in note for note in step.notes)
    harness.carry_out(planned)

    got = iam.get_group(GroupName="staff")
    assert got["Group"]["Path"].endswith("/staff/")
    assert [user["UserName"] for user in got["Users"]] == ["eve"]
    policy = next(item for item in iam.list_policies(Scope="Local")["Policies"] if item["PolicyName"] == "admit")
    version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    assert got["Group"]["Arn"] in str(version["Document"])
    assert harness.plan(spec).plan.is_empty
    assert harness.plan(harness.spec(declared)).plan.is_empty, "without its line as well"
