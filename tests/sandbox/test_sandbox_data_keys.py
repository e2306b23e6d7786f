"""Data keys and secrets in the sandbox, driven by boto3: each repair of what makes and keeps them."""

from __future__ import annotations

from typing import Any

import pytest

SPEC = {"KeySpec": "AES_256"}
TOKENS = ["data-key-1-of-thirty-two-letters", "data-key-2-of-thirty-two-letters", "data-key-3-of-thirty-two-letters"]


def make(kms: Any, **more: Any) -> str:
    return kms.create_key(**more)["KeyMetadata"]["Arn"]


def put(secrets: Any, token: str, *labels: str) -> None:
    stages = ["AWSCURRENT", token, *labels]
    secrets.put_secret_value(SecretId="s", SecretString=token, ClientRequestToken=token, VersionStages=stages)


def stages(secrets: Any) -> dict[str, set[str]]:
    described = secrets.describe_secret(SecretId="s").get("VersionIdsToStages", {})
    return {version: set(labels) for version, labels in described.items()}


@pytest.mark.repair("kms-data-keys")
def test_a_disabled_or_dying_key_makes_no_data_keys(kms, refused):
    key = make(kms)
    kms.create_alias(AliasName="alias/data", TargetKeyId=key)
    kms.disable_key(KeyId=key)
    for named in (key, key.rpartition("/")[2], "alias/data"):
        with refused("DisabledException"):
            kms.generate_data_key_without_plaintext(KeyId=named, **SPEC)
    kms.enable_key(KeyId=key)
    assert kms.generate_data_key_without_plaintext(KeyId="alias/data", **SPEC)["KeyId"] == key
    kms.schedule_key_deletion(KeyId=key)
    with refused("KMSInvalidStateException"):
        kms.generate_data_key_without_plaintext(KeyId=key, **SPEC)


@pytest.mark.repair("kms-data-keys")
@pytest.mark.parametrize(
    "other",
    [
        {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"},
        {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
    ],
)
def test_only_keys_for_symmetric_encryption_make_data_keys(kms, refused, other):
    with refused("InvalidKeyUsageException"):
        kms.generate_data_key_without_plaintext(KeyId=make(kms, **other), **SPEC)


@pytest.mark.repair("secrets-keys")
def test_a_secret_needs_a_usable_key(kms, secrets, refused):
    key = make(kms)
    missing = key.replace(key[-8:], "00000000")
    for wrong in (missing, make(kms, KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT"), "alias/missing"):
        with refused("EncryptionFailure"):
            secrets.create_secret(Name="s", KmsKeyId=wrong)
    secrets.create_secret(Name="s", KmsKeyId=key)
    with refused("EncryptionFailure"):
        secrets.update_secret(SecretId="s", KmsKeyId=missing)
    kms.disable_key(KeyId=key)
    with refused("EncryptionFailure"):
        put(secrets, TOKENS[0])
    secrets.create_secret(Name="plain", SecretString="under AWS's own key")


@pytest.mark.repair("secrets-version-labels")
def test_labels_stay_with_their_versions_and_a_version_without_any_is_not_shown(secrets):
    """SM-2: only AWSCURRENT and AWSPREVIOUS move by themselves."""
    secrets.create_secret(Name="s")
    for token in TOKENS:
        put(secrets, token, "last")
    assert stages(secrets) == {
        TOKENS[0]: {TOKENS[0]},
        TOKENS[1]: {TOKENS[1], "AWSPREVIOUS"},
        TOKENS[2]: {TOKENS[2], "AWSCURRENT", "last"},
    }
    secrets.update_secret_version_stage(SecretId="s", VersionStage=TOKENS[0], RemoveFromVersionId=TOKENS[0])
    assert stages(secrets).keys() == {TOKENS[1], TOKENS[2]}
    [listed] = secrets.list_secrets()["SecretList"]
    assert listed["SecretVersionsToStages"].keys() == {TOKENS[1], TOKENS[2]}


@pytest.mark.repair("secrets-current-version")
def test_the_value_is_that_of_the_version_to_which_awscurrent_was_moved(secrets):
    secrets.create_secret(Name="s")
    for token in TOKENS[:2]:
        put(secrets, token)
    secrets.update_secret_version_stage(
        SecretId="s", VersionStage="AWSCURRENT", MoveToVersionId=TOKENS[0], RemoveFromVersionId=TOKENS[1]
    )
    assert secrets.get_secret_value(SecretId="s")["SecretString"] == TOKENS[0]
    assert stages(secrets) == {TOKENS[0]: {TOKENS[0], "AWSCURRENT"}, TOKENS[1]: {TOKENS[1], "AWSPREVIOUS"}}
    put(secrets, TOKENS[2])
    assert stages(secrets)[TOKENS[0]] == {TOKENS[0], "AWSPREVIOUS"}


@pytest.mark.repair("secrets-descriptions")
def test_a_description_is_taken_away_by_an_empty_one(secrets):
    secrets.create_secret(Name="s", Description="old")
    secrets.update_secret(SecretId="s", KmsKeyId="alias/aws/secretsmanager")
    assert secrets.describe_secret(SecretId="s")["Description"] == "old"
    secrets.update_secret(SecretId="s", Description="")
    assert not secrets.describe_secret(SecretId="s").get("Description")


@pytest.mark.repair("secrets-dying")
def test_a_secret_that_waits_for_its_deletion_is_not_changed_and_keeps_its_name(secrets, refused):
    """SM-3: it can be had back."""
    secrets.create_secret(Name="s")
    put(secrets, TOKENS[0])
    secrets.delete_secret(SecretId="s", RecoveryWindowInDays=30)
    tags = [{"Key": "a", "Value": "b"}]
    for change in (
        lambda: put(secrets, TOKENS[1]),
        lambda: secrets.tag_resource(SecretId="s", Tags=tags),
        lambda: secrets.untag_resource(SecretId="s", TagKeys=["a"]),
        lambda: secrets.update_secret(SecretId="s", Description="new"),
        lambda: secrets.create_secret(Name="s"),
    ):
        with refused("InvalidRequestException"):
            change()
    secrets.restore_secret(SecretId="s")
    assert secrets.get_secret_value(SecretId="s")["SecretString"] == TOKENS[0]
