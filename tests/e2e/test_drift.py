"""Changes that somebody makes at AWS, behind the spec: found, named by attribute, and put right where they are ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.harness import SPECS, Operator, changed, pending, step

QUICKSTART = SPECS / "quickstart.yaml"
GROUP = "quickstart-implied-postgres16"
OPEN = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}],
}
INLINE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "rds:*", "Resource": "*"}]}
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"

OURS = {
    "kms_key.quickstart-data.document",
    "kms_key.quickstart-data.rotation_days",
    "security_group.quickstart-db.ingress[tcp 5432 from 0.0.0.0/0]",
    "db_instance.quickstart.deletion_protection",
    "db_instance.quickstart.public",
    "db_parameter_group.quickstart~implied.parameters[rds.force_ssl]",
}
"""Six of the eight; the other two are additions to a user, which are shown and left alone."""


def _disturb(operator: Operator) -> None:
    rds, kms, ec2, iam = (operator.client(name) for name in ("rds", "kms", "ec2", "iam"))
    key = kms.describe_key(KeyId="alias/quickstart/quickstart-data")["KeyMetadata"]["KeyId"]
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(OPEN))
    kms.disable_key_rotation(KeyId=key)
    anybody = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=_group(ec2), IpPermissions=[anybody])
    iam.attach_user_policy(UserName="dana", PolicyArn=ADMINISTRATOR)
    iam.put_user_policy(UserName="dana", PolicyName="sneaky", PolicyDocument=json.dumps(INLINE))
    rds.modify_db_instance(
        DBInstanceIdentifier="quickstart", DeletionProtection=False, PubliclyAccessible=True, ApplyImmediately=True
    )
    off = {"ParameterName": "rds.force_ssl", "ParameterValue": "0", "ApplyMethod": "immediate"}
    rds.modify_db_parameter_group(DBParameterGroupName=GROUP, Parameters=[off])


def _group(ec2: Any) -> str:
    found = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["quickstart-db"]}])
    return str(found["SecurityGroups"][0]["GroupId"])


@pytest.fixture
def disturbed(operator: Operator) -> Operator:
    """The quickstart, applied, and changed in eight places."""
    operator.apply(QUICKSTART)
    _disturb(operator)
    return operator


def test_a_clean_state_shows_nothing(operator: Operator) -> None:
    operator.apply(QUICKSTART)
    plan = operator.plan(QUICKSTART)
    assert [str(item.address) for item in plan.steps if not item.says_nothing] == []
    assert (plan.notes, plan.kept, plan.refusals) == ((), (), ())


def test_eight_changes_are_found_and_named_in_one_plan(disturbed: Operator) -> None:
    plan = disturbed.plan(QUICKSTART)
    assert changed(plan) == OURS
    strangers = {(change.path, change.member) for change in step(plan, "iam_user.dana").strangers}
    assert strangers == {("policies", ADMINISTRATOR), ("inline_policies", "sneaky")}
    assert {item.cause for item in plan.steps if item.operations} == {"drift"}


def test_an_apply_repairs_what_is_ours_and_leaves_what_is_not(disturbed: Operator) -> None:
    disturbed.apply(QUICKSTART)
    assert pending(disturbed.plan(QUICKSTART)) == []
    instance = disturbed.client("rds").describe_db_instances()["DBInstances"][0]
    assert (instance["DeletionProtection"], instance["PubliclyAccessible"]) == (True, False)
    kms, alias = disturbed.client("kms"), "alias/quickstart/quickstart-data"
    key = kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"]
    assert "Open" not in kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    iam = disturbed.client("iam")
    assert iam.list_user_policies(UserName="dana")["PolicyNames"] == ["sneaky"]


def test_an_exclusive_user_loses_what_others_gave_it(disturbed: Operator) -> None:
    text = QUICKSTART.read_text("utf-8")
    text = text.replace("    dana:\n", "    dana:\n      exclusive: true\n")
    done = disturbed.apply(text)
    assert {"DetachUserPolicy", "DeleteUserPolicy"} <= {call.action for call in done.writes}
    iam = disturbed.client("iam")
    assert iam.list_user_policies(UserName="dana")["PolicyNames"] == []
    assert iam.list_attached_user_policies(UserName="dana")["AttachedPolicies"] == []
