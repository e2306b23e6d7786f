"""Each kind from nothing to nothing: made from the least that can be written, left alone, and deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from rds_secure import resources
from rds_secure.plan import Action, Deletion
from tests.e2e import looks
from tests.e2e.harness import EVERYTHING, PRUNING, Harness, Resources
from tests.e2e.looks import exists
from tests.e2e.rows import benches, look, prepared, step_of
from tests.e2e.tables import BENCHES, KEY, Bench
from tests.e2e.tables import db_instance as databases

BYSTANDER: Resources = {"iam_group": {"bystander": {}}}
"""What the stack still declares when everything else is gone: a stack without resources is refused."""


def bench_of(kind: str) -> Bench:
    return next(bench for bench in BENCHES if bench.kind == kind)


@benches()
def test_it_is_made_from_the_least_that_can_be_written_and_then_left_alone(bench: Bench, harness: Harness) -> None:
    prepared(harness, bench)

    applied = harness.apply(bench.resources())

    assert step_of(applied.plan.steps, bench).action is Action.CREATE
    assert exists(harness.client, bench.kind, bench.name)
    assert applied.again.plan.is_empty
    assert all(step.says_nothing for step in applied.again.plan.steps)
    harness.recorder.clear()
    assert harness.apply(bench.resources()).writes == ()
    assert harness.reads()


@benches()
def test_it_is_gone_when_it_is_no_longer_declared_unless_data_is_lost_with_it(bench: Bench, harness: Harness) -> None:
    prepared(harness, bench)
    harness.make(bench.resources(others=BYSTANDER))

    applied = harness.apply(BYSTANDER)

    if resources.kind(bench.kind).stateful:
        kept = {str(kept.address): kept.reason for kept in applied.plan.kept}
        assert kept[f"{bench.kind}.{KEY}"] == "no longer declared, kept"
        assert applied.writes == ()
        applied = harness.destroy(BYSTANDER, EVERYTHING)
    assert step_of(applied.plan.steps, bench).action is Action.DELETE
    assert not exists(harness.client, bench.kind, bench.name)


@pytest.mark.parametrize("kind", ["iam_group", "db_subnet_group"])
def test_what_uses_up_the_limit_is_not_pruned_without_being_asked_for(kind: str, harness: Harness) -> None:
    bench = bench_of(kind)
    prepared(harness, bench)
    harness.make(bench.resources(others=BYSTANDER))

    planned = harness.plan(BYSTANDER, Deletion())

    (refusal,) = planned.plan.refusals
    assert "1 of the 2 resources that this stack owns would be deleted" in refusal.what
    assert "--prune-limit 1" in refusal.fix


# What the tables cannot say


def test_storage_is_a_floor_so_a_larger_one_stays(harness: Harness) -> None:
    """RDS-7: it never shrinks, and grows by itself."""
    bench = bench_of("db_instance")
    prepared(harness, bench)
    harness.make(bench.resources({"storage_gib": 40}))

    applied = harness.apply(bench.resources({"storage_gib": 20}))

    assert step_of(applied.plan.steps, bench).changes == ()
    assert look(harness, bench, "AllocatedStorage") == 40


def test_a_newer_minor_version_is_no_difference(harness: Harness) -> None:
    """RDS-6: AWS moves minor versions on."""
    bench = bench_of("db_instance")
    prepared(harness, bench)
    harness.make(bench.resources({"engine_version": "16.9"}))
    harness.behind(lambda client: databases.modify(client, EngineVersion="16.10"))

    assert harness.plan(bench.resources({"engine_version": "16.9"})).plan.is_empty


@pytest.mark.parametrize(("written", "sent"), [({}, False), ({"when": "now"}, True)], ids=["window", "now"])
def test_changes_wait_for_the_window_unless_told_otherwise(
    written: Mapping[str, Any], sent: bool, harness: Harness
) -> None:
    """RDS-2: applying at once would also flush everything that is parked."""
    bench = bench_of("db_instance")
    prepared(harness, bench)
    harness.make(bench.resources(written))

    applied = harness.apply(bench.resources(written, {"instance_class": "db.m7g.large"}))

    (call,) = [call for call in applied.writes if call.action == "ModifyDBInstance"]
    assert call.params["ApplyImmediately"] is sent


def test_a_sixth_version_of_a_policy_retires_the_oldest(harness: Harness) -> None:
    """IAM-2: there are five at most."""
    bench = bench_of("iam_policy")

    def about(number: int) -> Resources:
        name = f"arn:aws:rds:*:*:db:number-{number}"
        return bench.resources({"statements": [{"effect": "allow", "actions": ["rds:*"], "resources": [name]}]})

    for number in range(1, 6):
        harness.make(about(number))
    applied = harness.apply(about(6))

    assert [call.params["VersionId"] for call in applied.writes if call.action == "DeletePolicyVersion"] == ["v1"]
    versions = harness.client("iam").list_policy_versions(PolicyArn=looks.policy_arn(harness.client, KEY))["Versions"]
    assert sorted(version["VersionId"] for version in versions) == ["v2", "v3", "v4", "v5", "v6"]
    assert look(harness, bench, "document[0].Resource") == "arn:aws:rds:*:*:db:number-6"


def test_a_new_family_makes_a_new_parameter_group_and_retires_the_old_one(harness: Harness) -> None:
    bench = bench_of("db_parameter_group")
    harness.make(bench.resources())

    applied = harness.apply(bench.resources({"family": "postgres17"}))

    assert {str(step.address): step.action for step in applied.plan.steps} == {
        "db_parameter_group.orders": Action.CREATE,
        "db_parameter_group.orders/orders-postgres16": Action.DELETE,
    }
    names = [
        group["DBParameterGroupName"]
        for group in harness.client("rds").describe_db_parameter_groups()["DBParameterGroups"]
    ]
    assert names == ["orders-postgres17"]


def test_a_field_that_is_ignored_is_left_to_others(harness: Harness) -> None:
    bench = bench_of("db_instance")
    prepared(harness, bench)
    spec = bench.resources({"ignore": ["instance_class", "tags"]})
    harness.make(spec)
    harness.behind(lambda client: databases.modify(client, DBInstanceClass="db.m7g.large"))

    assert harness.plan(spec, PRUNING).plan.is_empty
    assert not harness.plan(bench.resources(), PRUNING).plan.is_empty


def test_names_with_capitals_are_found_again_as_aws_has_them(harness: Harness) -> None:
    """RDS-5: RDS lower-cases names; IAM and EC2 keep them."""
    prepared(harness, bench_of("db_instance"))
    shelf = {"name": "Shelf-2", "subnets": {"vpc": {"tag": {"Name": "main"}}, "tag": {"Tier": "private"}}}
    named = ["${db_instance.orders}", "${db_subnet_group.shelf}", "${db_parameter_group.tuned}"]
    spec: Resources = {
        "db_subnet_group": {"shelf": shelf},
        "db_parameter_group": {"tuned": {"name": "Tuned", "family": "postgres16"}},
        "db_instance": {
            "orders": {
                **databases.BASE,
                "name": "Orders",
                "subnet_group": "${db_subnet_group.shelf}",
                "parameter_group": "${db_parameter_group.tuned}",
            }
        },
        "iam_policy": {
            "look": {
                "name": "Look",
                "statements": [{"effect": "allow", "actions": ["rds:*"], "resources": named}],
            }
        },
    }

    applied = harness.apply(spec)

    assert applied.again.plan.is_empty
    prefix = "arn:aws:rds:us-east-1:123456789012"
    assert looks.iam_policy(harness.client, "Look")["document"][0]["Resource"] == [
        f"{prefix}:db:orders",
        f"{prefix}:subgrp:shelf-2",
        f"{prefix}:pg:tuned",
    ]
    assert harness.destroy(spec, EVERYTHING).again.plan.steps == ()


def test_another_way_to_write_the_same_changes_our_own_tag_only(harness: Harness) -> None:
    """EC2-1: the network of a rule is stored as its network address."""
    bench = bench_of("security_group")
    harness.make(bench.resources({"ingress": [{"from": "198.51.100.0/24", "port": 5432}]}))

    applied = harness.apply(bench.resources({"ingress": [{"from": "198.51.100.7/24", "port": 5432}]}))

    assert step_of(applied.plan.steps, bench).action is Action.RETAG
    assert [call.action for call in applied.writes] == ["CreateTags"]
    assert applied.again.plan.is_empty


def test_a_tag_of_the_stack_changes_on_everything_that_takes_tags(harness: Harness) -> None:
    spec: Resources = {"kms_key": {"data": {}}, "iam_user": {"dana": {}}, "iam_group": {"team": {}}}
    harness.make(harness.spec(spec, tags={"team": "payments"}))

    applied = harness.apply(harness.spec(spec, tags={"team": "orders"}))

    assert [call.action for call in applied.writes] == ["TagUser", "TagResource"]
    assert looks.iam_user(harness.client, "dana")["tags"]["team"] == "orders"
    assert looks.kms_key(harness.client, "alias/bench/data")["tags"]["team"] == "orders"
    harness.apply(spec)
    assert "team" not in looks.iam_user(harness.client, "dana")["tags"]


def test_a_look_up_that_finds_more_than_before_is_said_to_have_moved(harness: Harness) -> None:
    bench = bench_of("db_subnet_group")
    harness.make(bench.resources())
    ec2 = harness.client("ec2")
    vpc = looks.named(harness.client, "vpc", "main")
    made = ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.200.0/24", AvailabilityZone="us-east-1d")
    subnet = made["Subnet"]["SubnetId"]
    ec2.create_tags(Resources=[subnet], Tags=[{"Key": "Tier", "Value": "private"}])

    applied = harness.apply(bench.resources())

    (change,) = step_of(applied.plan.steps, bench).changes
    assert (change.path, change.member, change.note) == ("subnets", subnet, "look-up moved")
    assert subnet in look(harness, bench, "subnets")


def test_all_of_a_database_can_change_in_one_call(harness: Harness) -> None:
    bench = bench_of("db_instance")
    prepared(harness, bench)
    harness.make(bench.resources())
    fields: dict[str, Any] = {}
    for row in bench.changes:
        if not (row.given or row.others or row.prepare) and row.field not in ("engine_version", "backup_days"):
            fields |= row.fields

    applied = harness.apply(bench.resources(fields))

    assert [call.action for call in applied.writes] == ["ModifyDBInstance", "AddTagsToResource"]
    assert len(fields) > 12
    assert {change.path for change in step_of(applied.plan.steps, bench).changes} == set(fields)
    assert applied.again.plan.is_empty


def test_a_database_changes_to_other_groups_before_the_old_ones_are_deleted(harness: Harness) -> None:
    """EC2-3, RDS-10: a group in use cannot be deleted."""
    bench = bench_of("db_instance")
    prepared(harness, bench)

    def standing_in(name: str) -> Resources:
        used = {
            "security_groups": [f"${{security_group.{name}}}"],
            "parameter_group": f"${{db_parameter_group.{name}}}",
        }
        groups: Resources = {
            "security_group": {name: {"vpc": {"tag": {"Name": "main"}}}},
            "db_parameter_group": {name: {"family": "postgres16"}},
        }
        return bench.resources(used, others=groups)

    harness.make(standing_in("old"))
    applied = harness.apply(standing_in("new"))

    actions = [call.action for call in applied.writes]
    assert actions.index("ModifyDBInstance") < actions.index("DeleteSecurityGroup")
    assert actions.index("ModifyDBInstance") < actions.index("DeleteDBParameterGroup")
    assert applied.again.plan.is_empty
    assert look(harness, bench, "parameter_group") == "new-postgres16"


def test_a_user_has_its_new_group_and_boundary_before_the_old_ones_are_deleted(harness: Harness) -> None:
    """IAM-5: what is in use cannot be deleted."""

    def with_team(name: str) -> Resources:
        statement = {"effect": "allow", "actions": ["rds:*"], "resources": ["*"]}
        return {
            "iam_group": {name: {}},
            "iam_policy": {name: {"statements": [statement]}},
            "iam_user": {"dana": {"groups": [f"${{iam_group.{name}}}"], "boundary": f"${{iam_policy.{name}}}"}},
        }

    harness.make(with_team("old"))
    applied = harness.apply(with_team("new"))

    actions = [call.action for call in applied.writes]
    assert actions.index("AddUserToGroup") < actions.index("RemoveUserFromGroup") < actions.index("DeleteGroup")
    assert actions.index("PutUserPermissionsBoundary") < actions.index("DeletePolicy")
    user = looks.iam_user(harness.client, "dana")
    assert (user["groups"], user["boundary"]) == (["new"], "arn:aws:iam::123456789012:policy/new")
    assert applied.again.plan.is_empty


def test_two_security_groups_may_name_each_other(harness: Harness) -> None:
    vpc = {"tag": {"Name": "main"}}
    both: Resources = {
        "security_group": {
            "app": {"vpc": vpc, "egress": [{"to": "${security_group.db}", "port": 5432}]},
            "db": {"vpc": vpc, "ingress": [{"from": "${security_group.app}", "port": 5432}]},
        }
    }

    assert harness.apply(both).again.plan.is_empty
    app, db = (looks.security_group(harness.client, name) for name in ("app", "db"))
    assert app["egress"] == [f"tcp 5432-5432 {db['GroupId']}: "]
    assert db["ingress"] == [f"tcp 5432-5432 {app['GroupId']}: "]
    assert harness.destroy(both).plan.count(Action.DELETE) == 2
