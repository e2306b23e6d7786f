"""KMS in the sandbox, driven by boto3: each repair of keys, aliases and grants."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.kms.models import kms_backends

from rds_secure.sandbox.endpoint import ACCOUNT, REGION

ROLE = f"arn:aws:iam::{ACCOUNT}:role/reader"
NOWHERE = "00000000-0000-0000-0000-000000000000"


def make(kms: Any, **more: Any) -> dict[str, Any]:
    return kms.create_key(**more)["KeyMetadata"]


def policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", **statement}]})


@pytest.mark.repair("kms-creation")
def test_a_key_without_usage_encrypts(kms):
    key = make(kms)
    assert (key["KeyUsage"], key["KeySpec"]) == ("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT")


@pytest.mark.repair("kms-creation")
@pytest.mark.parametrize(
    "wrong",
    [
        {"KeySpec": "RSA_2048"},
        {"KeySpec": "ECC_NIST_P256", "KeyUsage": "ENCRYPT_DECRYPT"},
        {"KeySpec": "HMAC_256", "KeyUsage": "SIGN_VERIFY"},
        {"KeyUsage": "SIGN_VERIFY"},
    ],
)
def test_usage_must_be_given_for_asymmetric_keys_and_fit_the_spec(kms, refused, wrong):
    with refused("ValidationException"):
        make(kms, **wrong)


@pytest.mark.repair("kms-metadata")
def test_metadata_tells_the_algorithms_of_the_keys_usage_only(kms):
    symmetric = make(kms)
    signing = make(kms, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    mac = make(kms, KeySpec="HMAC_384", KeyUsage="GENERATE_VERIFY_MAC")
    assert symmetric["MultiRegion"] is False
    assert "SigningAlgorithms" not in symmetric
    assert signing["SigningAlgorithms"] == ["ECDSA_SHA_256"]
    assert mac["MacAlgorithms"] == ["HMAC_SHA_384"]
    assert not {"EncryptionAlgorithms", "SigningAlgorithms"} & mac.keys()


@pytest.mark.repair("kms-private-keys")
def test_a_symmetric_key_makes_no_private_key_and_still_encrypts(kms):
    key = make(kms)["KeyId"]
    assert kms_backends[ACCOUNT][REGION].keys[key].private_key is None
    blob = kms.encrypt(KeyId=key, Plaintext=b"text")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"text"


@pytest.mark.repair("kms-key-arns")
def test_a_keys_state_changes_by_its_arn(kms):
    arn = make(kms)["Arn"]
    kms.disable_key(KeyId=arn)
    assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "Disabled"
    kms.enable_key(KeyId=arn)
    assert kms.schedule_key_deletion(KeyId=arn)["KeyId"] == arn
    assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert kms.cancel_key_deletion(KeyId=arn)["KeyId"] == arn
    assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "Disabled"


@pytest.mark.repair("kms-key-states")
def test_a_key_that_waits_for_deletion_refuses_changes(kms, refused):
    key = make(kms)["KeyId"]
    kms.schedule_key_deletion(KeyId=key)
    for change in (
        lambda: kms.enable_key(KeyId=key),
        lambda: kms.schedule_key_deletion(KeyId=key),
        lambda: kms.update_key_description(KeyId=key, Description="new"),
        lambda: kms.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "b"}]),
        lambda: kms.create_alias(AliasName="alias/late", TargetKeyId=key),
        lambda: kms.enable_key_rotation(KeyId=key),
    ):
        with refused("KMSInvalidStateException"):
            change()


@pytest.mark.repair("kms-key-states")
def test_a_disabled_key_refuses_rotation_and_grants_but_not_a_policy(kms, refused):
    key = make(kms)["KeyId"]
    kms.disable_key(KeyId=key)
    with refused("DisabledException"):
        kms.enable_key_rotation(KeyId=key)
    with refused("DisabledException"):
        kms.create_grant(KeyId=key, GranteePrincipal=ROLE, Operations=["Decrypt"])
    with refused("KMSInvalidStateException"):
        kms.cancel_key_deletion(KeyId=key)
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy(Principal="*", Action="kms:*"))


@pytest.mark.repair("kms-deletion-window")
@pytest.mark.parametrize("days", [6, 31])
def test_a_waiting_period_is_seven_to_thirty_days(kms, refused, days):
    key = make(kms)["KeyId"]
    with refused("ValidationException"):
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=days)


@pytest.mark.repair("kms-rotation-period")
def test_the_rotation_period_is_read_back(kms, refused):
    key = make(kms)
    assert "RotationPeriodInDays" not in kms.get_key_rotation_status(KeyId=key["KeyId"])
    kms.enable_key_rotation(KeyId=key["KeyId"])
    assert kms.get_key_rotation_status(KeyId=key["Arn"])["RotationPeriodInDays"] == 365
    kms.enable_key_rotation(KeyId=key["Arn"], RotationPeriodInDays=90)
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["RotationPeriodInDays"] == 90
    kms.disable_key_rotation(KeyId=key["KeyId"])
    assert not kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]
    with refused("ValidationException"):
        kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=2561)


@pytest.mark.repair("kms-rotation-support")
@pytest.mark.parametrize(
    "kind",
    [
        {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"},
        {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
    ],
)
def test_only_symmetric_encryption_keys_rotate(kms, refused, kind):
    key = make(kms, **kind)["KeyId"]
    with refused("UnsupportedOperationException"):
        kms.get_key_rotation_status(KeyId=key)
    with refused("UnsupportedOperationException"):
        kms.enable_key_rotation(KeyId=key)


@pytest.mark.repair("kms-policy-documents")
def test_a_key_policy_names_principals_that_exist(kms, iam, refused):
    with refused("MalformedPolicyDocumentException"):
        make(kms, Policy=policy(Principal={"AWS": ROLE}, Action="kms:*"))
    iam.create_role(
        RoleName="reader",
        AssumeRolePolicyDocument=policy(Principal={"Service": "ec2.amazonaws.com"}, Action="sts:AssumeRole"),
    )
    key = make(kms, Policy=policy(Principal={"AWS": ROLE}, Action="kms:*"))["KeyId"]
    with refused("MalformedPolicyDocumentException"):
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy="{")


@pytest.mark.repair("kms-denials")
def test_a_deny_with_a_condition_does_not_hide_the_key(kms):
    denial = {"Effect": "Deny", "Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    key = make(kms, Policy=policy(Action="kms:*", **denial))["KeyId"]
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyId"] == key


@pytest.mark.repair("kms-reserved-aliases")
@pytest.mark.parametrize("name", ["alias/aws/rds", "alias/aws/mine"])
def test_aliases_of_aws_are_reserved(kms, refused, name):
    key = make(kms)["KeyId"]
    with refused("NotAuthorizedException"):
        kms.create_alias(AliasName=name, TargetKeyId=key)


@pytest.mark.repair("kms-managed-keys")
def test_the_alias_of_a_managed_key_points_to_it_once_it_exists(kms):
    def alias() -> dict[str, Any]:
        return next(one for one in kms.list_aliases()["Aliases"] if one["AliasName"] == "alias/aws/rds")

    assert "TargetKeyId" not in alias()
    key = kms.describe_key(KeyId="alias/aws/rds")["KeyMetadata"]
    assert alias()["TargetKeyId"] == key["KeyId"]
    assert key["KeyManager"] == "AWS"
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["RotationPeriodInDays"] == 365


@pytest.mark.repair("kms-named-grants")
def test_a_named_grant_can_be_repeated(kms):
    key = make(kms)["KeyId"]
    grant = {"KeyId": key, "GranteePrincipal": ROLE, "Operations": ["Decrypt", "Encrypt"], "Name": "app"}
    first = kms.create_grant(**grant)["GrantId"]
    assert kms.create_grant(**grant | {"Operations": ["Encrypt", "Decrypt"]})["GrantId"] == first
    assert kms.create_grant(**grant | {"Operations": ["Decrypt"]})["GrantId"] != first
    assert len(kms.list_grants(KeyId=key)["Grants"]) == 2


@pytest.mark.repair("kms-unknown-keys")
def test_grant_calls_about_an_unknown_key_say_so(kms, refused):
    with refused("NotFoundException"):
        kms.list_grants(KeyId=NOWHERE)
    with refused("NotFoundException"):
        kms.create_grant(KeyId=NOWHERE, GranteePrincipal=ROLE, Operations=["Decrypt"])


def test_an_alias_that_is_taken_already_exists(kms, refused):
    kms.create_alias(AliasName="alias/mine", TargetKeyId=make(kms)["KeyId"])
    with refused("AlreadyExistsException"):
        kms.create_alias(AliasName="alias/mine", TargetKeyId=make(kms)["KeyId"])
