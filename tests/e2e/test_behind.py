"""Eight changes that somebody makes at AWS behind the spec, all at once: found, named by attribute, in one plan."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rds_secure.plan import Action, Plan
from tests.e2e import looks
from tests.e2e.harness import ROOT, SPECS, Harness

QUICKSTART = SPECS / "quickstart.yaml"
ALIAS = "alias/quickstart/quickstart-data"
GROUP = "quickstart-implied-postgres16"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def disturb(client: looks.Client) -> None:
    kms, iam, rds = client("kms"), client("iam"), client("rds")
    key = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=document("kms:*", Principal="*"))
    kms.disable_key_rotation(KeyId=key)
    anybody = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    group = looks.security_group(client, "quickstart-db")["GroupId"]
    client("ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=[anybody])
    iam.attach_user_policy(UserName="dana", PolicyArn=ADMINISTRATOR)
    iam.put_user_policy(UserName="dana", PolicyName="sneaky", PolicyDocument=document("rds:*"))
    rds.modify_db_instance(DBInstanceIdentifier="quickstart", DeletionProtection=False, PubliclyAccessible=True)
    off = {"ParameterName": "rds.force_ssl", "ParameterValue": "0", "ApplyMethod": "immediate"}
    rds.modify_db_parameter_group(DBParameterGroupName=GROUP, Parameters=[off])


def document(action: str, **more: Any) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def changed(plan: Plan) -> set[tuple[str, str, str]]:
    return {(str(step.address), change.path, change.member) for step in plan.steps for change in step.changes}


def strangers(plan: Plan) -> set[tuple[str, str, str]]:
    return {(str(step.address), change.path, change.member) for step in plan.steps for change in step.strangers}


OURS = {
    ("kms_key.quickstart-data", "document", ""),
    ("kms_key.quickstart-data", "rotation_days", ""),
    ("security_group.quickstart-db", "ingress", "tcp 5432 from 0.0.0.0/0"),
    ("db_instance.quickstart", "deletion_protection", ""),
    ("db_instance.quickstart", "public", ""),
    ("db_parameter_group.quickstart~implied", "parameters", "rds.force_ssl"),
}
THEIRS = {
    ("iam_user.dana", "policies", ADMINISTRATOR),
    ("iam_user.dana", "inline_policies", "sneaky"),
}
"""Additions to a user: shown, and removed where the user is exclusive (meaning §3)."""


@pytest.fixture
def quickstart(harness: Harness) -> Harness:
    harness.make(QUICKSTART)
    return harness


def test_a_clean_state_shows_nothing(quickstart: Harness) -> None:
    plan = quickstart.plan(QUICKSTART).plan

    assert all(step.says_nothing for step in plan.steps)
    assert (plan.notes, plan.kept, plan.refusals) == ((), (), ())


def test_all_eight_are_found_and_named_in_one_plan(quickstart: Harness) -> None:
    quickstart.behind(disturb)

    plan = quickstart.plan(QUICKSTART).plan

    assert changed(plan) == OURS
    assert strangers(plan) == THEIRS
    assert {step.cause for step in plan.steps if step.operations} == {"drift"}
    assert {step.action for step in plan.steps if step.operations} == {Action.UPDATE}


def test_the_opened_policy_is_shown_by_its_statement(quickstart: Harness) -> None:
    quickstart.behind(disturb)

    plan = quickstart.plan(QUICKSTART).plan

    (opened,) = [change for step in plan.steps for change in step.changes if change.path == "document"]
    said = "\n".join(opened.detail)
    assert "principal" in said
    assert "*" in said
    assert "RdsSecureAccount" in said


def test_an_apply_puts_right_what_is_ours_and_leaves_what_is_not(quickstart: Harness) -> None:
    quickstart.behind(disturb)

    applied = quickstart.apply(QUICKSTART)

    assert changed(applied.again.plan) == set()
    key = looks.kms_key(quickstart.client, ALIAS)
    assert [statement["Principal"] for statement in key["policy"]] == [{"AWS": "arn:aws:iam::123456789012:root"}]
    assert (key["rotates"], key["period"]) == (True, 365)
    instance = looks.db_instance(quickstart.client, "quickstart")
    assert (instance["DeletionProtection"], instance["PubliclyAccessible"]) == (True, False)
    assert looks.db_parameter_group(quickstart.client, GROUP)["parameters"] == {"rds.force_ssl": "1"}
    assert len(looks.security_group(quickstart.client, "quickstart-db")["ingress"]) == 1
    user = looks.iam_user(quickstart.client, "dana")
    assert (user["policies"], user["inline"]) == (["AdministratorAccess"], ["sneaky"])


def test_an_exclusive_user_loses_what_others_gave_it(quickstart: Harness) -> None:
    quickstart.behind(disturb)
    text = (ROOT / QUICKSTART).read_text(encoding="utf-8")
    spec = quickstart.spec({})
    spec.write_text(text.replace("    dana:\n", "    dana:\n      exclusive: true\n"), encoding="utf-8")

    applied = quickstart.apply(spec)

    assert changed(applied.plan) == OURS | THEIRS
    user = looks.iam_user(quickstart.client, "dana")
    assert (user["policies"], user["inline"]) == ([], [])


# What somebody deleted


def test_a_security_group_that_was_deleted_is_made_again_with_the_rules_that_name_it(harness: Harness) -> None:
    spec, ec2 = SPECS / "security_group.yaml", harness.client("ec2")
    harness.make(spec)
    app, db = (looks.security_group(harness.client, name)["GroupId"] for name in ("app", "db"))
    rows = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [app]}])["SecurityGroupRules"]
    about = [row["SecurityGroupRuleId"] for row in rows if row.get("ReferencedGroupInfo", {}).get("GroupId") == db]
    ec2.revoke_security_group_egress(GroupId=app, SecurityGroupRuleIds=about)
    ec2.delete_security_group(GroupId=db)

    applied = harness.apply(spec)

    assert {str(step.address): step.action for step in applied.plan.steps} == {
        "security_group.app": Action.UPDATE,
        "security_group.db": Action.CREATE,
    }
    again = looks.security_group(harness.client, "db")
    assert again["ingress"] == [f"tcp 5432-5432 {app}: order service"]
    assert f"tcp 5432-5432 {again['GroupId']}: orders database" in looks.security_group(harness.client, "app")["egress"]


def test_a_user_and_a_policy_that_were_deleted_are_made_again(quickstart: Harness) -> None:
    def delete(client: looks.Client) -> None:
        iam, operate = client("iam"), looks.policy_arn(client, "quickstart-operate")
        iam.remove_user_from_group(UserName="dana", GroupName="quickstart-operators")
        iam.delete_user(UserName="dana")
        iam.detach_group_policy(GroupName="quickstart-operators", PolicyArn=operate)
        iam.delete_policy(PolicyArn=operate)

    quickstart.behind(delete)

    applied = quickstart.apply(QUICKSTART)

    made = {str(step.address) for step in applied.plan.steps if step.action is Action.CREATE}
    assert made == {"iam_user.dana", "iam_policy.quickstart-operate"}
    assert looks.iam_user(quickstart.client, "dana")["groups"] == ["quickstart-operators"]
    assert looks.iam_policy(quickstart.client, "quickstart-operate")["groups"] == ["quickstart-operators"]


def test_a_key_that_lost_its_alias_is_found_by_its_tags_and_named_again(quickstart: Harness) -> None:
    """KMS-1: no other key is made."""
    kms = quickstart.client("kms")
    key = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
    kms.delete_alias(AliasName=ALIAS)

    applied = quickstart.apply(QUICKSTART)

    assert [call.action for call in applied.writes] == ["CreateAlias"]
    assert changed(applied.plan) == {("kms_key.quickstart-data", "alias", "")}
    assert kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"] == key


def test_a_key_that_waits_for_its_deletion_stops_everything_and_says_how_to_get_it_back(quickstart: Harness) -> None:
    """KMS-2: it is not gone, so no twin is made."""
    kms = quickstart.client("kms")
    key = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
    quickstart.behind(lambda _: kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7))

    planned = quickstart.plan(QUICKSTART)

    (refusal,) = planned.plan.refusals
    assert str(refusal.address) == "kms_key.quickstart-data"
    assert f"aws kms cancel-key-deletion --key-id {key}" in refusal.fix
    assert planned.plan.is_empty
    assert quickstart.recorder.writes == []
