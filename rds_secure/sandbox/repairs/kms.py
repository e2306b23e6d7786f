"""KMS keys: metadata, states, rotation, policies. Aliases and grants are in `kms_names`; nothing evaluates policies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kms import models, policy_validator
from moto.kms.models import Key, KmsBackend
from moto.kms.responses import KmsResponse

from rds_secure.sandbox.repairs.patch import amend_json, around, replace_property
from rds_secure.sandbox.repairs.principals import flaw

SYMMETRIC = "SYMMETRIC_DEFAULT"
ENCRYPT, SIGN, MAC, AGREE = "ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"

ROTATION = ("enable_key_rotation", "disable_key_rotation", "get_key_rotation_status")
NEED_ENABLED = ("enable_key_rotation", "disable_key_rotation", "create_grant")
NEED_LIVING = (
    *NEED_ENABLED,
    *("enable_key", "disable_key", "schedule_key_deletion", "update_key_description", "tag_resource", "untag_resource"),
    "create_alias",
)


def usages(spec: str) -> tuple[str, ...]:
    """What a key of this spec can be used for."""
    if spec.startswith("HMAC_"):
        return (MAC,)
    if spec == "ECC_SECG_P256K1":
        return (SIGN,)
    if spec.startswith("ECC_"):
        return (SIGN, AGREE)
    return (ENCRYPT, SIGN) if spec.startswith(("RSA_", "SM2")) else (ENCRYPT,)


def creation() -> None:
    """KeyUsage may be left out for symmetric encryption only, and must fit the spec."""

    @around(KmsBackend, "create_key")
    def create_key(
        original: Any,
        self: KmsBackend,
        policy: str | None,
        key_usage: str | None,
        key_spec: str | None,
        *rest: Any,
        **named: Any,
    ) -> Any:
        spec = key_spec or SYMMETRIC
        usage = key_usage or (ENCRYPT if spec == SYMMETRIC else None)
        if usage not in usages(spec):
            raise JsonRESTError("ValidationException", f"KeyUsage {usage} is not compatible with KeySpec {spec}")
        return original(self, policy, usage, spec, *rest, **named)


def metadata() -> None:
    """MultiRegion is a boolean, and only the algorithms of the key's own usage are listed."""
    encryption = Key.encryption_algorithms.fget  # type: ignore[attr-defined]
    signing = Key.signing_algorithms.fget  # type: ignore[attr-defined]
    replace_property(Key, "encryption_algorithms", lambda key: encryption(key) if key.key_usage == ENCRYPT else None)
    replace_property(Key, "signing_algorithms", lambda key: signing(key) if key.key_usage == SIGN else None)

    @around(Key, "to_dict")
    def to_dict(original: Callable[[Key], Any], self: Key) -> Any:
        self.multi_region = bool(self.multi_region)
        described = original(self)
        if self.key_usage == MAC:
            described["KeyMetadata"]["MacAlgorithms"] = ["HMAC_SHA_" + self.key_spec.removeprefix("HMAC_")]
        return described


def private_keys() -> None:
    """A symmetric key has no RSA key, which would take a tenth of a second to make."""

    @around(models, "generate_private_key")
    def generate(original: Any, key_spec: str) -> Any:
        return None if key_spec == SYMMETRIC or key_spec.startswith("HMAC_") else original(key_spec)


def key_arns() -> None:
    """Every call about a key takes its ARN as well as its id, and deletion answers with the ARN."""

    @around(KmsBackend, "disable_key", "enable_key", "cancel_key_deletion", "schedule_key_deletion")
    def by_either(original: Any, self: KmsBackend, key_id: str, *args: Any) -> Any:
        return original(self, self.get_key_id(key_id), *args)

    @amend_json(KmsResponse, "cancel_key_deletion", "schedule_key_deletion")
    def name_by_arn(self: KmsResponse, answer: dict[str, Any]) -> None:
        answer["KeyId"] = self.kms_backend.describe_key(answer["KeyId"]).arn


def key_states() -> None:
    """A disabled key, or one that waits for its deletion, refuses the changes that AWS's table of key states names."""

    @around(KmsBackend, *NEED_ENABLED)
    def enabled_only(original: Any, self: KmsBackend, key_id: str, *args: Any, **named: Any) -> Any:
        key = self.describe_key(key_id)
        if key.key_state == "Disabled":
            raise JsonRESTError("DisabledException", f"{key.arn} is disabled.")
        return original(self, key_id, *args, **named)

    @around(KmsBackend, *NEED_LIVING)
    def not_pending(original: Any, self: KmsBackend, key_id: str, *args: Any, **named: Any) -> Any:
        key = self.describe_key(key_id)
        if key.key_state == "PendingDeletion":
            raise JsonRESTError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
        return original(self, key_id, *args, **named)

    @around(KmsBackend, "cancel_key_deletion")
    def pending_only(original: Any, self: KmsBackend, key_id: str) -> None:
        key = self.describe_key(key_id)
        if key.key_state != "PendingDeletion":
            raise JsonRESTError("KMSInvalidStateException", f"{key.arn} is not pending deletion.")
        original(self, key_id)


def deletion_window() -> None:
    """A waiting period other than 7 to 30 days is refused, not ignored."""

    @around(KmsBackend, "schedule_key_deletion")
    def schedule(original: Any, self: KmsBackend, key_id: str, days: int) -> Any:
        if not 7 <= days <= 30:
            raise JsonRESTError("ValidationException", "PendingWindowInDays must be between 7 and 30")
        return original(self, key_id, days)


def rotation_period() -> None:
    """The rotation period is kept, 365 days unless given, and reads back while rotation is on."""

    @around(KmsResponse, "enable_key_rotation")
    def enable(original: Any, self: KmsResponse) -> Any:
        days = self._get_param("RotationPeriodInDays", 365)
        if not 90 <= days <= 2560:
            raise JsonRESTError("ValidationException", "RotationPeriodInDays must be between 90 and 2560")
        answer = original(self)
        self.kms_backend.describe_key(self._get_param("KeyId")).rotation_days = days  # type: ignore[attr-defined]
        return answer

    @amend_json(KmsResponse, "get_key_rotation_status")
    def status(self: KmsResponse, answer: dict[str, Any]) -> None:
        key = self.kms_backend.describe_key(self._get_param("KeyId"))
        answer["KeyId"] = key.arn
        if answer["KeyRotationEnabled"]:
            answer["RotationPeriodInDays"] = getattr(key, "rotation_days", 365)


def rotation_support() -> None:
    """Only symmetric encryption keys rotate."""

    @around(KmsBackend, *ROTATION)
    def symmetric_only(original: Any, self: KmsBackend, key_id: str) -> Any:
        if self.describe_key(key_id).key_spec != SYMMETRIC:
            raise JsonRESTError("UnsupportedOperationException", "keys of this type do not support rotation")
        return original(self, key_id)


def policy_documents() -> None:
    """A policy that is no JSON, or names a principal that does not exist, is refused."""

    def check(backend: KmsBackend, policy: str | None) -> None:
        wrong = flaw(policy, backend.account_id) if policy else None
        if wrong:
            raise JsonRESTError("MalformedPolicyDocumentException", wrong)

    @around(KmsBackend, "create_key")
    def create_key(original: Any, self: KmsBackend, policy: str | None, *rest: Any, **named: Any) -> Any:
        check(self, policy)
        return original(self, policy, *rest, **named)

    @around(KmsBackend, "put_key_policy")
    def put_key_policy(original: Any, self: KmsBackend, key_id: str, policy: str) -> None:
        check(self, policy)
        original(self, key_id, policy)


def denials() -> None:
    """A Deny with a condition, or for some principals, does not stop everybody from describing the key."""

    @around(policy_validator, "check_statement")
    def applies(original: Any, statement: dict[str, Any], resource: str, action: str) -> bool:
        to_everybody = statement.get("Principal") in ("*", {"AWS": "*"}) and not statement.get("Condition")
        return bool(to_everybody and original(statement, resource, action))
