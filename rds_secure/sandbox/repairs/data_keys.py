"""Data keys as KMS makes them, and the secrets that keep them: states, labels of versions, keys of secrets."""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kms.models import Key, KmsBackend, kms_backends
from moto.secretsmanager.exceptions import InvalidRequestException
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

from rds_secure.sandbox.repairs.patch import around

CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
SYMMETRIC = "SYMMETRIC_DEFAULT"


def generation() -> None:
    """Only an enabled key for symmetric encryption makes data keys."""

    @around(KmsBackend, "generate_data_key")
    def generate(original: Any, self: KmsBackend, key_id: str, **named: Any) -> Any:
        key = _key(self, key_id)
        if key is not None and key.key_state == "PendingDeletion":
            raise JsonRESTError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
        if key is not None and key.key_state == "Disabled":
            raise JsonRESTError("DisabledException", f"{key.arn} is disabled.")
        if key is not None and key.key_spec != SYMMETRIC:
            raise JsonRESTError("InvalidKeyUsageException", f"{key.arn} is not for symmetric encryption.")
        return original(self, key_id=key_id, **named)


def _key(kms: KmsBackend, named: str) -> Key | None:
    """The key of an id, ARN, alias or alias ARN."""
    name = kms.get_alias_name(named)
    key_id = kms.get_key_id_from_alias(name) if name.startswith("alias/") else kms.get_key_id(named)
    return kms.keys.get(key_id or "")


def secret_keys() -> None:
    """A secret is encrypted under a key that exists, is enabled and symmetric."""

    @around(SecretsManagerBackend, "create_secret", "update_secret")
    def under_a_key(original: Any, self: SecretsManagerBackend, *args: Any, **named: Any) -> str:
        _check_key(self, named.get("kms_key_id"))
        return original(self, *args, **named)  # type: ignore[no-any-return]

    @around(SecretsManagerBackend, "put_secret_value")
    def put(original: Any, self: SecretsManagerBackend, secret_id: str, **named: Any) -> str:
        secret = self.secrets.get(secret_id)
        if isinstance(secret, FakeSecret):
            _check_key(self, secret.kms_key_id)
        return original(self, secret_id=secret_id, **named)  # type: ignore[no-any-return]


def _check_key(manager: SecretsManagerBackend, named: str | None) -> None:
    if not named or named == SecretsManagerBackend.DEFAULT_KMS_KEY_ALIAS:
        return
    key = _key(kms_backends[manager.account_id][manager.region_name], named)
    if key is None or key.key_state != "Enabled" or key.key_spec != SYMMETRIC:
        raise JsonRESTError(
            "EncryptionFailure", "The secret cannot be encrypted under this key: check that it is there"
        )


def version_labels() -> None:
    """A new version takes only the labels that it is given, and a version without any is not shown."""

    @around(FakeSecret, "reset_default_version")
    def reset(original: Any, self: FakeSecret, version: dict[str, Any], version_id: str) -> None:
        before = {name: list(item["version_stages"]) for name, item in self.versions.items()}
        original(self, version, version_id)
        taken = {CURRENT, PREVIOUS, *version["version_stages"]}
        for name, labels in before.items():
            own = [label for label in labels if label not in taken]
            kept = [label for label in self.versions[name]["version_stages"] if label in (CURRENT, PREVIOUS)]
            if name != version_id:
                self.versions[name]["version_stages"] = [*kept, *own]

    @around(FakeSecret, "_form_version_ids_to_stages")
    def labelled(original: Any, self: FakeSecret) -> dict[str, list[str]]:
        return {name: labels for name, labels in original(self).items() if labels}


def current_version() -> None:
    """The value of a secret is that of the version to which AWSCURRENT was moved."""

    @around(SecretsManagerBackend, "update_secret_version_stage")
    def move(original: Any, self: SecretsManagerBackend, secret_id: str, **named: Any) -> Any:
        answer = original(self, secret_id=secret_id, **named)
        secret = self.secrets[secret_id]
        if isinstance(secret, FakeSecret):
            current = (name for name, item in secret.versions.items() if CURRENT in item["version_stages"])
            secret.set_default_version_id(next(current, secret.default_version_id))
        return answer


def secret_descriptions() -> None:
    """An empty description takes the old one away."""

    @around(SecretsManagerBackend, "update_secret")
    def update(original: Any, self: SecretsManagerBackend, secret_id: str, **named: Any) -> str:
        answer: str = original(self, secret_id=secret_id, **named)
        if named.get("description") == "":
            secret = self.secrets[secret_id]
            assert isinstance(secret, FakeSecret)  # noqa: S101 - a replica has been refused
            secret.description = ""
        return answer


def dying_secrets() -> None:
    """A secret that waits for its deletion is not changed, and keeps its name (SM-3)."""

    @around(SecretsManagerBackend, "put_secret_value", "tag_resource", "untag_resource", "update_secret_version_stage")
    def living(original: Any, self: SecretsManagerBackend, *args: Any, **named: Any) -> Any:
        _check_living(self, args[0] if args else named["secret_id"])
        return original(self, *args, **named)

    @around(SecretsManagerBackend, "create_secret")
    def create(original: Any, self: SecretsManagerBackend, name: str, **named: Any) -> str:
        _check_living(self, name)
        return original(self, name=name, **named)  # type: ignore[no-any-return]


def _check_living(manager: SecretsManagerBackend, named: str) -> None:
    secret = manager.secrets.get(named)
    if secret is not None and secret.is_deleted():
        raise InvalidRequestException(f"{named} is scheduled for deletion: restore it first.")
