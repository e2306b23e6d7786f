"""The least policy of a plan as documents: nothing more than is needed, in as few documents as IAM takes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rds_secure.kind import Scope
from rds_secure.operation import Operation
from rds_secure.plan import permissions
from rds_secure.plan.targets import Right, rights
from rds_secure.values import Address, Ref, Secret

SCOPE = Scope("123456789012", "eu-west-1", "aws", "orders")
AT = Address("db_instance", "orders")
ARNS = [f"arn:aws:rds:eu-west-1:123456789012:db:orders-{number:03}" for number in range(200)]
RIGHTS = st.lists(
    st.builds(
        Right,
        st.sampled_from([f"rds:Act{number}" for number in range(40)]),
        st.sampled_from(["*", *ARNS]),
        st.sampled_from([(), (("aws:ResourceTag/rds-secure:stack", "orders"),)]),
    ),
    max_size=300,
)


def _allowed(documents: tuple[permissions.Document, ...]) -> set[Right]:
    return {
        Right(action, arn, tuple(statement.get("Condition", {}).get("StringEquals", {}).items()))
        for document in documents
        for statement in document["Statement"]
        for action in statement["Action"]
        for arn in statement["Resource"]
    }


@given(RIGHTS)
def test_documents_allow_what_is_needed_and_nothing_else_within_the_limit_of_iam(needed: list[Right]) -> None:
    """IAM-2."""
    documents = permissions.documents(needed)
    everywhere = {(right.action, right.conditions) for right in needed if right.arn == "*"}
    free = {(right.action, right.arn) for right in needed if not right.conditions}
    said = {right for right in needed if right.conditions and free & {(right.action, right.arn), (right.action, "*")}}
    least = {right for right in needed if right.arn == "*" or (right.action, right.conditions) not in everywhere} - said
    assert _allowed(documents) == least
    assert all(len(json.dumps(item, separators=(",", ":"))) <= permissions.LIMIT for item in documents)
    assert permissions.documents(reversed(needed)) == documents


def test_several_policies_are_a_list_and_one_is_a_document() -> None:
    assert isinstance(json.loads(permissions.text(permissions.documents([Right("rds:A")]))), dict)
    many = permissions.documents([Right(f"rds:{arn[-3:]}", arn) for arn in ARNS])
    assert len(json.loads(permissions.text(many))) == len(many) > 1


def test_planning_needs_no_right_to_ask_who_one_is_and_none_to_change_anything() -> None:
    names = {right.action for right in permissions.reading()}
    assert "tag:GetResources" in names
    assert all(name.partition(":")[2].startswith(("Describe", "Get", "List", "Search")) for name in names)
    assert "sts:GetCallerIdentity" not in names
    assert "secretsmanager:GetSecretValue" not in names


def _of(service: str, action: str, params: dict[str, Any], *also: str, known: dict[Ref, str] | None = None) -> set[str]:
    operation = Operation(service=service, action=action, params=params, summary="", also=also)
    scope = Scope(SCOPE.account, SCOPE.region, SCOPE.partition, SCOPE.stack, known or {})
    return {f"{right.action} {right.arn.split(':', 5)[-1]}" for right in rights(AT, operation, scope)}


KEY = Ref(Address("kms_key", "data"), "arn")
KEY_ARN = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"


@pytest.mark.parametrize(("known", "key"), [({}, "key/*"), ({KEY: KEY_ARN}, "key/0a1b")])
def test_a_reference_is_as_narrow_as_what_is_known_of_it(known: dict[Ref, str], key: str) -> None:
    params = {"DBInstanceIdentifier": "orders", "DBParameterGroupName": "orders-pg", "KmsKeyId": KEY}
    assert _of("rds", "CreateDBInstance", params, "kms:CreateGrant", "rds:AddTagsToResource", known=known) == {
        "rds:CreateDBInstance db:orders",
        "rds:CreateDBInstance pg:orders-pg",
        "rds:CreateDBInstance og:default*",
        "rds:CreateDBInstance subgrp:default*",
        "rds:AddTagsToResource db:orders",
        f"kms:CreateGrant {key}",
    }


def test_a_final_snapshot_is_made_and_tagged_under_its_own_name() -> None:
    params = {"DBInstanceIdentifier": "orders", "FinalDBSnapshotIdentifier": "orders-final"}
    assert _of("rds", "DeleteDBInstance", params, "rds:AddTagsToResource", "rds:CreateDBSnapshot") == {
        "rds:DeleteDBInstance db:orders",
        "rds:CreateDBSnapshot db:orders",
        "rds:CreateDBSnapshot snapshot:orders-final",
        "rds:AddTagsToResource snapshot:orders-final",
    }


def test_a_role_is_passed_by_its_arn_wherever_it_stands_and_by_name_with_and_without_a_path() -> None:
    arn = "arn:aws:iam::123456789012:role/teams/monitor"
    params = {"DBInstanceIdentifier": "orders", "MonitoringRoleArn": arn, "DomainIAMRoleName": "directory"}
    assert _of("rds", "ModifyDBInstance", params, "iam:PassRole") == {
        "rds:ModifyDBInstance db:orders",
        "iam:PassRole role/teams/monitor",
        "iam:PassRole role/directory",
        "iam:PassRole role/*/directory",
    }
    known = {Ref(Address("iam_role", "r"), "arn"): "arn:aws:iam::123456789012:role/ad/directory"}
    params = {"DBInstanceIdentifier": "orders", "DomainIAMRoleName": "directory"}
    assert "iam:PassRole role/ad/directory" in _of("rds", "ModifyDBInstance", params, "iam:PassRole", known=known)
    assert "iam:PassRole role/*/directory" not in _of("rds", "ModifyDBInstance", params, "iam:PassRole", known=known)


def test_a_group_that_moves_is_asked_for_where_it_is_and_where_it_goes() -> None:
    needed = _of("iam", "UpdateGroup", {"GroupName": "staff", "NewPath": "/rds-secure/eu-west-1/orders/staff/"})
    assert needed == {
        "iam:UpdateGroup group/staff",
        "iam:UpdateGroup group/*/staff",
        "iam:UpdateGroup group/rds-secure/eu-west-1/orders/staff/staff",
    }


def test_a_stored_password_is_read_and_decrypted_by_way_of_secrets_manager_alone() -> None:
    params = {"DBInstanceIdentifier": "orders", "MasterUserPassword": Secret("secret", "orders/master", "password")}
    operation = Operation(
        service="rds",
        action="ModifyDBInstance",
        params=params,
        summary="",
        also=("kms:Decrypt", "secretsmanager:GetSecretValue"),
    )
    found = {right.action: right for right in rights(AT, operation, SCOPE)}
    assert found["secretsmanager:GetSecretValue"].arn.endswith(":secret:orders/master-??????")
    assert found["kms:Decrypt"].conditions == (("kms:ViaService", "secretsmanager.eu-west-1.amazonaws.com"),)


def test_a_group_that_is_made_by_the_same_plan_is_told_by_the_tag_of_the_stack() -> None:
    group = Ref(Address("security_group", "orders"), "id")
    for params, expected in (
        ({"GroupId": group}, (("aws:ResourceTag/rds-secure:stack", "orders"),)),
        ({"GroupId": "sg-0a1b"}, ()),
    ):
        operation = Operation(service="ec2", action="RevokeSecurityGroupEgress", params=params, summary="")
        [right] = rights(AT, operation, SCOPE)
        assert right.conditions == expected
        assert right.is_known == (not expected)


def test_a_snapshot_is_tagged_as_it_is_made_and_a_copy_acts_on_both() -> None:
    tags = ({"Key": "team", "Value": "payments"},)
    taken = {"DBInstanceIdentifier": "orders", "DBSnapshotIdentifier": "last", "Tags": tags}
    assert _of("rds", "CreateDBSnapshot", taken, "rds:AddTagsToResource") == {
        *("rds:CreateDBSnapshot db:orders", "rds:CreateDBSnapshot snapshot:last"),
        "rds:AddTagsToResource snapshot:last",
    }
    copied = {"SourceDBSnapshotIdentifier": "last", "TargetDBSnapshotIdentifier": "copy", "Tags": tags}
    assert _of("rds", "CopyDBSnapshot", copied, "rds:AddTagsToResource") == {
        *("rds:CopyDBSnapshot snapshot:last", "rds:CopyDBSnapshot snapshot:copy"),
        "rds:AddTagsToResource snapshot:copy",
    }


def test_a_database_that_gets_another_name_is_asked_for_under_both() -> None:
    params = {"DBInstanceIdentifier": "orders", "NewDBInstanceIdentifier": "orders-old"}
    assert _of("rds", "ModifyDBInstance", params) == {
        *("rds:ModifyDBInstance db:orders", "rds:ModifyDBInstance db:orders-old")
    }


def test_a_restore_is_asked_for_the_snapshot_and_for_the_defaults_that_it_takes() -> None:
    params = {"DBInstanceIdentifier": "orders", "DBSnapshotIdentifier": "last", "DBSubnetGroupName": "private"}
    assert _of("rds", "RestoreDBInstanceFromDBSnapshot", params) == {
        f"rds:RestoreDBInstanceFromDBSnapshot {on}"
        for on in ("db:orders", "snapshot:last", "subgrp:private", "og:default*", "pg:default*")
    }
