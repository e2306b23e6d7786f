"""IAM and STS in the sandbox, driven by boto3: each repair of principals and managed policies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rds_secure.sandbox.endpoint import ACCOUNT

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
NOWHERE = f"arn:aws:iam::{ACCOUNT}:policy/nowhere"


def document(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


DOCUMENT = document(Action="rds:DescribeDBInstances", Resource="*")
TRUST = document(Action="sts:AssumeRole", Principal={"Service": "rds.amazonaws.com"})


def make_policy(iam: Any, name: str = "read", **more: Any) -> str:
    return iam.create_policy(PolicyName=name, PolicyDocument=DOCUMENT, **more)["Policy"]["Arn"]


def details(iam: Any, kind: str) -> list[dict[str, Any]]:
    list_name = {"User": "UserDetailList", "Role": "RoleDetailList", "LocalManagedPolicy": "Policies"}[kind]
    return iam.get_account_authorization_details(Filter=[kind])[list_name]


@pytest.mark.repair("sts-caller")
def test_the_caller_is_the_accounts_root_user(sandbox):
    caller = sandbox.client("sts").get_caller_identity()
    assert (caller["Account"], caller["Arn"]) == (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root")


@pytest.mark.repair("iam-user-boundaries")
def test_a_users_boundary_is_kept_changed_and_taken_off(iam):
    one, other = make_policy(iam, "one"), make_policy(iam, "other")
    iam.create_user(UserName="ann", PermissionsBoundary=one)
    assert iam.get_user(UserName="ann")["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == one
    iam.put_user_permissions_boundary(UserName="ann", PermissionsBoundary=other)
    (user,) = details(iam, "User")
    assert user["PermissionsBoundary"]["PermissionsBoundaryArn"] == other
    assert "PermissionsBoundary" not in iam.list_users()["Users"][0]
    iam.delete_user_permissions_boundary(UserName="ann")
    assert "PermissionsBoundary" not in iam.get_user(UserName="ann")["User"]


@pytest.mark.repair("iam-service-credentials")
def test_a_user_has_no_service_credentials(iam, refused):
    iam.create_user(UserName="ann")
    assert iam.list_service_specific_credentials(UserName="ann")["ServiceSpecificCredentials"] == []
    with refused("NoSuchEntity"):
        iam.list_service_specific_credentials(UserName="nobody")


@pytest.mark.repair("iam-boundaries-exist")
def test_a_boundary_is_a_policy_that_exists(iam, refused):
    with refused("NoSuchEntity"):
        iam.create_user(UserName="ann", PermissionsBoundary=NOWHERE)
    with refused("NoSuchEntity"):
        iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=NOWHERE)
    iam.create_user(UserName="ann")
    with refused("NoSuchEntity"):
        iam.put_user_permissions_boundary(UserName="ann", PermissionsBoundary=NOWHERE)


@pytest.mark.repair("iam-trust-policies")
def test_a_trust_policy_names_principals_that_exist(iam, refused):
    ann = document(Action="sts:AssumeRole", Principal={"AWS": [f"arn:aws:iam::{ACCOUNT}:user/ann"]})
    with refused("MalformedPolicyDocument"):
        iam.create_role(RoleName="app", AssumeRolePolicyDocument=ann)
    iam.create_user(UserName="ann")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=ann)
    iam.delete_user(UserName="ann")
    with refused("MalformedPolicyDocument"):
        iam.update_assume_role_policy(RoleName="app", PolicyDocument=ann)


@pytest.mark.repair("iam-names-ignore-case")
def test_names_do_not_differ_in_case_alone(iam, refused):
    iam.create_user(UserName="ann")
    iam.create_group(GroupName="dba")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST)
    make_policy(iam, "read")
    for again in (
        lambda: iam.create_user(UserName="Ann"),
        lambda: iam.create_group(GroupName="DBA"),
        lambda: iam.create_role(RoleName="App", AssumeRolePolicyDocument=TRUST),
        lambda: make_policy(iam, "READ", Path="/else/"),
    ):
        with refused("EntityAlreadyExists"):
            again()


@pytest.mark.repair("iam-groups-move")
def test_a_group_moves_to_a_new_path_with_its_policies(iam):
    iam.create_group(GroupName="dba")
    iam.attach_group_policy(GroupName="dba", PolicyArn=make_policy(iam))
    iam.update_group(GroupName="dba", NewPath="/rds-secure/home/")
    group = iam.get_group(GroupName="dba")["Group"]
    assert group["Arn"] == f"arn:aws:iam::{ACCOUNT}:group/rds-secure/home/dba"
    iam.update_group(GroupName="dba", NewGroupName="dbas")
    assert iam.get_group(GroupName="dbas")["Group"]["Path"] == "/rds-secure/home/"
    assert len(iam.list_attached_group_policies(GroupName="dbas")["AttachedPolicies"]) == 1


@pytest.mark.repair("iam-groups-by-path")
def test_groups_are_listed_by_their_path(iam):
    iam.create_group(GroupName="ours", Path="/rds-secure/home/")
    iam.create_group(GroupName="theirs")
    listed = iam.list_groups(PathPrefix="/rds-secure/")["Groups"]
    assert [group["GroupName"] for group in listed] == ["ours"]


@pytest.mark.repair("iam-leftovers")
def test_a_user_or_group_that_holds_something_is_not_deleted(iam, refused):
    iam.create_user(UserName="ann")
    iam.create_group(GroupName="dba")
    iam.add_user_to_group(UserName="ann", GroupName="dba")
    with refused("DeleteConflict"):
        iam.delete_user(UserName="ann")
    with refused("DeleteConflict"):
        iam.delete_group(GroupName="dba")
    iam.remove_user_from_group(UserName="ann", GroupName="dba")
    key = iam.create_access_key(UserName="ann")["AccessKey"]["AccessKeyId"]
    with refused("DeleteConflict"):
        iam.delete_user(UserName="ann")
    iam.delete_access_key(UserName="ann", AccessKeyId=key)
    iam.delete_user(UserName="ann")
    iam.delete_group(GroupName="dba")


@pytest.mark.repair("iam-aws-policies")
def test_aws_own_policies_can_be_attached_and_are_not_local(iam, refused):
    iam.create_user(UserName="ann")
    iam.attach_user_policy(UserName="ann", PolicyArn=READ_ONLY)
    assert iam.get_policy(PolicyArn=READ_ONLY)["Policy"]["AttachmentCount"] == 1
    assert details(iam, "LocalManagedPolicy") == []
    with refused("NoSuchEntity"):
        iam.attach_user_policy(UserName="ann", PolicyArn=READ_ONLY + "ButNot")


@pytest.mark.repair("iam-detail-names")
def test_authorization_details_name_their_policies(iam):
    make_policy(iam, "read", Path="/team/")
    (policy,) = details(iam, "LocalManagedPolicy")
    assert (policy["PolicyName"], policy["Path"], policy["DefaultVersionId"]) == ("read", "/team/", "v1")
    assert policy["PolicyVersionList"][0]["Document"] == json.loads(DOCUMENT)


@pytest.mark.repair("iam-boundary-usage")
def test_a_policy_counts_its_use_as_a_boundary(iam):
    arn = make_policy(iam)
    iam.create_user(UserName="ann", PermissionsBoundary=arn)
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=arn)
    (policy,) = details(iam, "LocalManagedPolicy")
    assert (policy["PermissionsBoundaryUsageCount"], policy["AttachmentCount"]) == (2, 0)


@pytest.mark.repair("iam-attach-once")
def test_attaching_twice_is_attaching_once(iam):
    arn = make_policy(iam)
    iam.create_user(UserName="ann")
    iam.attach_user_policy(UserName="ann", PolicyArn=arn)
    iam.attach_user_policy(UserName="ann", PolicyArn=arn)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 1


@pytest.mark.repair("iam-policy-quotas")
def test_documents_and_attachments_have_a_limit(iam, refused):
    names = [f"arn:aws:s3:::{'b' * 100}{number}" for number in range(60)]
    with refused("LimitExceeded"):
        iam.create_policy(PolicyName="long", PolicyDocument=document(Action="s3:ListBucket", Resource=names))
    spaced = json.dumps(json.loads(document(Action="s3:ListBucket", Resource=names[:50])), indent=40)
    assert len(spaced) > 6_144
    long = iam.create_policy(PolicyName="spaced", PolicyDocument=spaced)["Policy"]["Arn"]
    with refused("LimitExceeded"):
        iam.create_policy_version(PolicyArn=long, PolicyDocument=document(Action="s3:ListBucket", Resource=names))
    iam.create_user(UserName="ann")
    for number in range(10):
        iam.attach_user_policy(UserName="ann", PolicyArn=make_policy(iam, f"p{number}"))
    with refused("LimitExceeded"):
        iam.attach_user_policy(UserName="ann", PolicyArn=long)


@pytest.mark.repair("iam-policies-in-use")
def test_a_policy_in_use_or_with_old_versions_is_not_deleted(iam, refused):
    arn = make_policy(iam)
    iam.create_user(UserName="ann", PermissionsBoundary=arn)
    with refused("DeleteConflict"):
        iam.delete_policy(PolicyArn=arn)
    iam.delete_user_permissions_boundary(UserName="ann")
    iam.attach_user_policy(UserName="ann", PolicyArn=arn)
    with refused("DeleteConflict"):
        iam.delete_policy(PolicyArn=arn)
    iam.detach_user_policy(UserName="ann", PolicyArn=arn)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=DOCUMENT, SetAsDefault=True)
    with refused("DeleteConflict"):
        iam.delete_policy(PolicyArn=arn)
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    iam.delete_policy(PolicyArn=arn)
    with refused("NoSuchEntity"):
        iam.get_policy(PolicyArn=arn)


def test_a_policy_has_five_versions_at_most(iam, refused):
    arn = make_policy(iam)
    for _ in range(4):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=DOCUMENT)
    with refused("LimitExceeded"):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=DOCUMENT)


def test_authorization_details_show_what_principals_have(iam):
    arn = make_policy(iam)
    iam.create_group(GroupName="dba")
    iam.create_user(UserName="ann", Tags=[{"Key": "team", "Value": "data"}])
    iam.add_user_to_group(UserName="ann", GroupName="dba")
    iam.attach_user_policy(UserName="ann", PolicyArn=arn)
    iam.put_user_policy(UserName="ann", PolicyName="inline", PolicyDocument=DOCUMENT)
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST, Tags=[{"Key": "team", "Value": "data"}])
    (user,), (role,) = details(iam, "User"), details(iam, "Role")
    assert user["GroupList"] == ["dba"]
    assert user["Tags"] == role["Tags"] == [{"Key": "team", "Value": "data"}]
    assert user["AttachedManagedPolicies"] == [{"PolicyName": "read", "PolicyArn": arn}]
    assert user["UserPolicyList"] == [{"PolicyName": "inline", "PolicyDocument": json.loads(DOCUMENT)}]
    assert role["AssumeRolePolicyDocument"] == json.loads(TRUST)
