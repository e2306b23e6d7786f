"""Whose things are: strangers, other stacks and copies are never touched; what is ours goes within the limits."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure import api
from rds_secure.errors import RefusedError, SpecError
from rds_secure.plan import Action, Deletion, Plan
from tests.e2e import looks
from tests.e2e.harness import DATA, EVERYTHING, PRUNING, SPECS, STACK, Harness, Resources
from tests.e2e.looks import LOOKS
from tests.e2e.rows import benches, prepared
from tests.e2e.tables import KEY, Bench
from tests.e2e.tables.db_instance import BENCH as DATABASE
from tests.e2e.tables.security_group import BENCH as GROUP
from tests.e2e.tables.security_group import group_id

BYSTANDER: Resources = {"iam_group": {"bystander": {}}}


def refused(harness: Harness, planned: api.Planned) -> list[str]:
    """What a plan refuses; it must not be applicable, with exit code 3, and nothing is written."""
    with pytest.raises(RefusedError) as raised:
        api.apply(planned, harness.account)
    assert raised.value.exit_code == 3
    assert harness.recorder.writes == []
    return [f"{refusal.address}: {refusal.what}" for refusal in planned.plan.refusals]


def kept(plan: Plan) -> dict[str, str]:
    return {str(item.address): item.reason for item in plan.kept}


# Whose it is not


@benches(owned=True, made=True)
def test_a_stranger_of_the_same_name_is_a_conflict(bench: Bench, harness: Harness) -> None:
    prepared(harness, bench)
    harness.behind(bench.stranger)
    before = LOOKS[bench.kind](harness.client, bench.name)

    said = refused(harness, harness.plan(bench.resources(bench.fixed), PRUNING))

    (conflict,) = [line for line in said if "exists already and belongs to no stack" in line]
    assert conflict.startswith(f"{bench.kind}.{KEY}: ")
    assert same(LOOKS[bench.kind](harness.client, bench.name), before)


@benches(owned=True)
def test_what_belongs_to_another_stack_is_a_conflict(bench: Bench, harness: Harness) -> None:
    prepared(harness, bench)
    harness.make(harness.spec(bench.resources(bench.fixed), stack="other"))

    said = refused(harness, harness.plan(bench.resources(bench.fixed), PRUNING))

    assert [line for line in said if line.startswith(f"{bench.kind}.{KEY}: ") and "belongs to stack 'other'" in line]


@benches(owned=True)
def test_what_belongs_to_another_stack_outlives_the_end_of_this_one(bench: Bench, harness: Harness) -> None:
    prepared(harness, bench)
    harness.make(harness.spec(bench.resources(bench.fixed), stack="other"))
    before = LOOKS[bench.kind](harness.client, bench.name)
    harness.make(BYSTANDER)

    gone = harness.destroy(BYSTANDER, EVERYTHING)

    assert [str(step.address) for step in gone.plan.steps] == ["iam_group.bystander"]
    assert same(LOOKS[bench.kind](harness.client, bench.name), before)


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return {**one, "ResponseMetadata": None} == {**other, "ResponseMetadata": None}


def restore(harness: Harness, name: str, tags: list[dict[str, str]]) -> None:
    """Somebody restores a snapshot of the database under another name."""

    def mutate(client: Any) -> None:
        taken = {"DBSnapshotIdentifier": "taken"}
        client("rds").create_db_snapshot(**taken, DBInstanceIdentifier=KEY)
        client("rds").restore_db_instance_from_db_snapshot(**taken, DBInstanceIdentifier=name, Tags=tags)

    harness.behind(mutate)


def test_a_restored_copy_that_carries_our_tags_is_left_alone(harness: Harness) -> None:
    """RDS-18: AWS copies our tags with a snapshot."""
    prepared(harness, DATABASE)
    harness.make(DATABASE.resources({"deletion_protection": False}))
    rds = harness.client("rds")
    tags = looks.db_instance(harness.client, KEY)["TagList"]
    restore(harness, "copied", tags)
    assert looks.db_instance(harness.client, "copied")["tags"]["rds-secure:stack"] == STACK
    spec = DATABASE.resources({"deletion_protection": False})

    planned = harness.plan(spec)
    assert planned.plan.is_empty
    assert planned.plan.notes == ("database instance copied carries the tags of orders: a copy, left alone",)

    harness.destroy(spec, DATA)
    assert [item["DBInstanceIdentifier"] for item in rds.describe_db_instances()["DBInstances"]] == ["copied"]


def test_a_copy_that_has_a_declared_name_is_a_conflict(harness: Harness) -> None:
    prepared(harness, DATABASE)
    harness.make(DATABASE.resources())
    tags = looks.db_instance(harness.client, KEY)["TagList"]
    restore(harness, "invoices", tags)
    both = {"db_instance": {**DATABASE.resources()["db_instance"], "invoices": dict(DATABASE.base)}}

    said = refused(harness, harness.plan(both))

    assert "db_instance.invoices: database instance invoices exists already, as a copy of orders" in said


def test_a_policy_of_another_stack_stays_attached_to_an_exclusive_user(harness: Harness) -> None:
    """Meaning §3: an attachment of another stack's policy is never a stranger: it is shown as theirs."""
    user: Resources = {"iam_user": {"dana": {"exclusive": True}}}
    harness.make(user)
    theirs: Resources = {
        "iam_policy": {
            "look": {
                "statements": [{"effect": "allow", "actions": ["rds:Describe*"], "resources": ["*"]}],
                "attach_to": {"users": ["dana"]},
            }
        }
    }
    harness.make(harness.spec(theirs, stack="other"))

    planned = harness.plan(user)

    assert planned.plan.is_empty
    (step,) = planned.plan.steps
    assert [note for note in step.notes if "stack 'other'" in note]
    assert looks.iam_user(harness.client, "dana")["policies"] == ["look"]


def test_a_rule_that_carries_another_stacks_tag_is_left_alone(harness: Harness) -> None:
    harness.make(GROUP.resources())
    harness.client("ec2").authorize_security_group_ingress(
        GroupId=group_id(harness.client),
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "198.51.100.0/24"}]}
        ],
        TagSpecifications=[
            {"ResourceType": "security-group-rule", "Tags": [{"Key": "rds-secure:stack", "Value": "other"}]}
        ],
    )

    planned = harness.plan(GROUP.resources())

    assert planned.plan.is_empty
    (step,) = planned.plan.steps
    assert step.notes == ("tcp 22 from 198.51.100.0/24 belongs to stack other",)


def test_tags_of_others_stay_on_everything(harness: Harness) -> None:
    harness.make(SPECS / "quickstart.yaml")
    client, arns = harness.client, "arn:aws:rds:us-east-1:123456789012"
    tag = {"Key": "cost-centre", "Value": "4711"}
    for name in ("db:quickstart", "subgrp:quickstart", "pg:quickstart-implied-postgres16"):
        client("rds").add_tags_to_resource(ResourceName=f"{arns}:{name}", Tags=[tag])
    key = looks.kms_key(client, "alias/quickstart/quickstart-data")["KeyId"]
    client("kms").tag_resource(KeyId=key, Tags=[{"TagKey": "cost-centre", "TagValue": "4711"}])
    group = looks.security_group(client, "quickstart-db")["GroupId"]
    client("ec2").create_tags(Resources=[group], Tags=[tag])
    client("iam").tag_user(UserName="dana", Tags=[tag])
    client("iam").tag_policy(PolicyArn=looks.policy_arn(client, "quickstart-create"), Tags=[tag])

    assert harness.plan(SPECS / "quickstart.yaml").plan.is_empty


# What goes


def test_a_user_with_an_access_key_is_kept_and_so_is_the_group_that_it_is_in(harness: Harness) -> None:
    """IAM-5: credentials are the user's own, and are never deleted here."""
    harness.make({"iam_user": {"dana": {"groups": ["${iam_group.team}"]}}, "iam_group": {"team": {}, "bystander": {}}})
    key = harness.client("iam").create_access_key(UserName="dana")["AccessKey"]["AccessKeyId"]

    applied = harness.apply(BYSTANDER)

    assert kept(applied.plan) == {
        "iam_group.team": "iam_user.dana, which is kept, uses it",
        "iam_user.dana": f"it has access key {key}: remove it first",
    }
    assert applied.writes == ()


def groups(count: int) -> Resources:
    return {"iam_group": {f"group-{number}": {} for number in range(count)}}


def test_a_fifth_of_a_stack_may_be_pruned_without_a_word(harness: Harness) -> None:
    """Meaning §1."""
    harness.make(groups(10))

    applied = harness.apply(groups(8), Deletion())

    assert applied.plan.count(Action.DELETE) == 2
    assert len(harness.client("iam").list_groups()["Groups"]) == 8


def test_more_than_a_fifth_is_refused_unless_it_is_asked_for(harness: Harness) -> None:
    harness.make(groups(10))

    (said,) = refused(harness, harness.plan(groups(7), Deletion()))
    assert "3 of the 10 resources that this stack owns would be deleted" in said
    assert harness.apply(groups(7), Deletion(limit=3)).plan.count(Action.DELETE) == 3


def test_more_than_five_are_refused_in_a_stack_of_any_size(harness: Harness) -> None:
    harness.make(groups(31))

    refused(harness, harness.plan(groups(25), Deletion()))
    assert harness.apply(groups(26), Deletion()).plan.count(Action.DELETE) == 5


def test_what_a_kept_database_uses_is_kept_and_listed(harness: Harness) -> None:
    """Meaning §5: small things no longer declared go, but never what a kept database or key still uses."""
    harness.make(SPECS / "quickstart.yaml")
    left: Resources = {"iam_group": {"quickstart-operators": {}}}

    applied = harness.apply(harness.spec(left, stack="quickstart"))

    assert {str(step.address) for step in applied.plan.steps if step.action is Action.DELETE} == {
        "iam_policy.quickstart-create",
        "iam_policy.quickstart-operate",
        "iam_user.dana",
    }
    assert kept(applied.plan) == {
        "db_instance.quickstart": "no longer declared, kept",
        "db_parameter_group.quickstart~implied": "db_instance.quickstart, which is kept, uses it",
        "db_subnet_group.quickstart": "db_instance.quickstart, which is kept, uses it",
        "kms_key.quickstart-data": "no longer declared, kept",
        "security_group.quickstart-app": "security_group.quickstart-db, which is kept, uses it",
        "security_group.quickstart-db": "db_instance.quickstart, which is kept, uses it",
    }
    assert looks.iam_group(harness.client, "quickstart-operators")["policies"] == []


def test_what_others_use_is_kept_with_the_reason(harness: Harness) -> None:
    """EC2-3, IAM-5: an instance outside the stack stands in a group, a user outside is in another."""
    harness.make(SPECS / "quickstart.yaml")
    iam, ec2 = harness.client("iam"), harness.client("ec2")
    iam.create_user(UserName="outsider")
    harness.sandbox.settle()
    iam.add_user_to_group(UserName="outsider", GroupName="quickstart-operators")
    app = looks.security_group(harness.client, "quickstart-app")["GroupId"]
    hosts = ec2.describe_instances(Filters=[{"Name": "tag:Name", "Values": ["app-1"]}])["Reservations"]
    host = hosts[0]["Instances"][0]["InstanceId"]
    ec2.modify_instance_attribute(InstanceId=host, Groups=[app])

    gone = harness.destroy(SPECS / "quickstart.yaml", EVERYTHING)

    reasons = kept(gone.plan)
    assert set(reasons) == {
        "iam_group.quickstart-operators",
        "security_group.quickstart-app",
        "security_group.quickstart-db",  # which the first one names
    }
    assert reasons["iam_group.quickstart-operators"] == "it has member outsider: remove it first"
    assert host in reasons["security_group.quickstart-app"]


# Rules in groups of others


def in_billing(**fields: Any) -> Resources:
    return {"security_group_rule": {"orders": {"group": {"tag": {"team": "billing"}}, **RULE, **fields}}}


RULE = {"peer": "10.30.0.0/16", "port": 5432}
BILLING: Resources = {"security_group": {"billing": {"vpc": {"tag": {"Name": "main"}}, "tags": {"team": "billing"}}}}


def test_the_stack_that_owns_a_group_shows_a_rule_of_another_stack_and_leaves_it(harness: Harness) -> None:
    billing = harness.spec(BILLING, stack="billing")
    harness.make(billing)
    assert [call.action for call in harness.apply(in_billing()).writes] == ["AuthorizeSecurityGroupIngress"]

    again = harness.plan(billing).plan
    assert again.is_empty
    (step,) = (step for step in again.steps if step.notes)
    assert step.notes == ("tcp 5432 from 10.30.0.0/16 belongs to stack bench",)

    gone = harness.destroy(billing)
    assert [item.reason for item in gone.plan.kept] == ["it holds rules that are not ours: tcp 5432 from 10.30.0.0/16"]
    assert [call.action for call in harness.destroy(in_billing()).writes] == ["RevokeSecurityGroupIngress"]
    assert [call.action for call in harness.destroy(billing).writes] == ["DeleteSecurityGroup"]


def test_a_rule_in_a_group_of_the_stack_is_refused(harness: Harness) -> None:
    harness.make(BILLING)
    with pytest.raises(SpecError) as raised:
        harness.plan({**BILLING, **in_billing()})
    (problem,) = raised.value.problems
    assert "is security_group.billing of this stack" in problem.what
    assert problem.fix == "write the rule in the ingress: of security_group.billing"


def test_a_group_that_only_a_rule_of_ours_names_goes_after_that_rule(harness: Harness) -> None:
    """EC2-3: a group that is named in another's rule cannot be deleted."""
    harness.make(harness.spec(BILLING, stack="billing"))
    app: Resources = {"security_group": {"app": {"vpc": {"tag": {"Name": "main"}}}}, **BYSTANDER}
    harness.make({**app, **in_billing(peer="${security_group.app}")})

    applied = harness.apply(BYSTANDER)

    actions = [call.action for call in applied.writes]
    assert actions == ["RevokeSecurityGroupIngress", "DeleteSecurityGroup"]


# What there is one of only


CLAIMING: Resources = {"default_security_group": {"main": {"vpc": {"tag": {"Name": "main"}}, "tags": {"team": "net"}}}}


def test_a_default_group_is_claimed_emptied_and_let_go_without_another_change(harness: Harness) -> None:
    """Meaning §3."""
    before = LOOKS["default_security_group"](harness.client, "default")
    assert before["ingress"]
    assert before["egress"]
    applied = harness.apply({**CLAIMING, **BYSTANDER})
    (step,) = (step for step in applied.plan.steps if step.address.kind == "default_security_group")
    assert "it belongs to no stack so far: this one claims it" in step.notes
    claimed = LOOKS["default_security_group"](harness.client, "default")
    assert (claimed["GroupId"], claimed["ingress"], claimed["egress"]) == (before["GroupId"], [], [])

    gone = harness.apply(BYSTANDER, Deletion())
    assert [call.action for call in gone.writes] == ["DeleteTags"]
    assert not gone.plan.refusals, "nothing is deleted, so no limit is reached"
    left = LOOKS["default_security_group"](harness.client, "default")
    assert (left["tags"], left["ingress"], left["egress"]) == ({"team": "net"}, [], [])


def test_a_rule_of_a_stack_in_a_default_group_is_shown_and_left(harness: Harness) -> None:
    harness.make(harness.spec(CLAIMING, stack="other"))
    rule = {"group": {"tag": {"team": "net"}}, "peer": "10.30.0.0/16", "port": 443}
    harness.make({"security_group_rule": {"orders": rule}})

    again = harness.plan(harness.spec(CLAIMING, stack="other")).plan
    assert again.is_empty
    assert [step.notes for step in again.steps] == [("tcp 443 from 10.30.0.0/16 belongs to stack bench",)]


HUB: Resources = {"security_hub": {"main": {}}}


def test_a_hub_that_is_enabled_already_is_a_conflict_that_says_how_to_take_it_over(harness: Harness) -> None:
    """Meaning §3."""
    harness.client("securityhub").enable_security_hub()
    planned = harness.plan(HUB)
    assert refused(harness, planned) == [
        "security_hub.main: security hub default exists already and belongs to no stack"
    ]
    (refusal,) = planned.plan.refusals
    assert "adopt: {security_hub.main: null}" in refusal.fix


def test_standards_that_the_spec_does_not_name_are_shown_and_stay(harness: Harness) -> None:
    harness.make({"security_hub": {"main": {"standards": ["fsbp", "cis-1.4"]}}})
    applied = harness.apply(HUB)
    (step,) = applied.plan.steps
    assert [(change.path, change.member) for change in step.strangers] == [("standards", "cis-1.4")]
    assert {call.action for call in applied.writes} == {"TagResource"}
    assert len(looks.security_hub(harness.client, "default")["standards"]) == 2


def test_a_hub_is_let_go_and_never_disabled(harness: Harness) -> None:
    """Meaning §3."""
    harness.make({**HUB, **BYSTANDER})
    before = looks.security_hub(harness.client, "default")
    applied = harness.apply(BYSTANDER, Deletion())
    assert [call.action for call in applied.writes] == ["UntagResource"]
    after = looks.security_hub(harness.client, "default")
    assert after["tags"] == {}
    assert same({**after, "tags": 0}, {**before, "tags": 0})


def test_a_group_at_the_path_of_before_goes_by_its_name_and_stays_there(harness: Harness) -> None:
    """Its path ended in the stack, so nothing tells a new name of it from another group."""
    made = harness.client("iam").create_group(GroupName="team", Path=f"/rds-secure/us-east-1/{STACK}/")["Group"]

    assert harness.plan({"iam_group": {"team": {}}}).plan.is_empty
    renamed = harness.plan({"iam_group": {"team": {"name": "crew"}}})
    assert refused(harness, renamed) == ["iam_group.team: the name of iam_group.team changes from team to crew"]
    elsewhere = harness.plan({"iam_group": {"crew": {}}}, PRUNING)
    assert [str(step.address) for step in elsewhere.plan.steps] == ["iam_group.crew"]
    assert kept(elsewhere.plan) == {
        "iam_group.team": "its path does not tell its key, so it may be what crew was before"
    }
    harness.apply({"iam_group": {"crew": {}}})
    harness.apply({"iam_group": {"crew": {}}})  # now that nothing is missing any more, it goes
    left = [group["Arn"] for group in harness.client("iam").list_groups()["Groups"]]
    assert made["Arn"] not in left
    assert len(left) == 1
