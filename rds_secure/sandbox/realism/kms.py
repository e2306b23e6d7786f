"""KMS: what was just made or switched is not seen at once (KMS-4); nobody locks the account out of a key (KMS-3)."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse

from rds_secure.sandbox.realism import lag
from rds_secure.sandbox.realism.iam import begins, unseen
from rds_secure.sandbox.realism.switch import around
from rds_secure.sandbox.repairs.patch import amend_json
from rds_secure.sandbox.repairs.principals import named

OF_A_KEY = (
    *("describe_key", "create_alias", "enable_key_rotation", "disable_key_rotation", "enable_key", "disable_key"),
    *("put_key_policy", "tag_resource", "schedule_key_deletion", "create_grant"),
)
SWITCH = ("enable_key", "disable_key", "schedule_key_deletion", "cancel_key_deletion")
POLICY = ("create_key", "put_key_policy")
PRINCIPAL = "principal for KMS"
MALFORMED = "MalformedPolicyDocumentException"


def new_keys() -> None:
    """The first call about a new key does not find it."""

    @around("kms-new-keys", KmsResponse, "create_key")
    def create(original: Any, self: KmsResponse) -> str:
        answer: str = original(self)
        key = json.loads(answer)["KeyMetadata"]["KeyId"]
        lag.begin("key", key)
        return answer

    @around("kms-new-keys", KmsResponse, *OF_A_KEY)
    def use(original: Any, self: KmsResponse) -> str:
        named_key = self._get_param("KeyId") or self._get_param("TargetKeyId") or ""
        if lag.is_early("key", self.kms_backend.get_key_id(named_key)):
            raise JsonRESTError("NotFoundException", f"Key '{named_key}' does not exist")
        return original(self)  # type: ignore[no-any-return]


def new_keys_for_rds() -> None:
    """RDS, too, does not see a new key at first (see `rds_status.new_keys`)."""

    @around("rds-new-keys", KmsResponse, "create_key")
    def create(original: Any, self: KmsResponse) -> str:
        answer: str = original(self)
        lag.begin("key for RDS", json.loads(answer)["KeyMetadata"]["KeyId"])
        return answer


def new_aliases() -> None:
    """The first look at the aliases, or by a new one, does not see it."""

    @around("kms-new-aliases", KmsResponse, "create_alias")
    def create(original: Any, self: KmsResponse) -> str:
        answer: str = original(self)
        lag.begin("alias", self._get_param("AliasName"))
        return answer

    @amend_json(KmsResponse, "list_aliases")
    def without(self: KmsResponse, answer: dict[str, Any]) -> None:
        answer["Aliases"] = [one for one in answer["Aliases"] if not lag.is_early("alias", one["AliasName"])]

    @around("kms-new-aliases", KmsResponse, "describe_key")
    def describe(original: Any, self: KmsResponse) -> str:
        name = self._get_param("KeyId")
        if lag.is_early("alias", name):
            raise JsonRESTError("NotFoundException", f"Alias {name} is not found.")
        return original(self)  # type: ignore[no-any-return]


def states() -> None:
    """DescribeKey shows the state of before, once."""

    @around("kms-states", KmsResponse, *SWITCH)
    def switch(original: Any, self: KmsResponse) -> str:
        key: Any = self.kms_backend.keys.get(self.kms_backend.get_key_id(self._get_param("KeyId")))
        before = key.key_state if key is not None else None
        answer: str = original(self)
        if key.key_state != before:
            key.state_shown = before
            lag.begin("state", key.id)
        return answer

    @amend_json(KmsResponse, "describe_key")
    def describe(self: KmsResponse, answer: dict[str, Any]) -> None:
        shown = answer["KeyMetadata"]
        if lag.is_early("state", shown["KeyId"]):
            shown["KeyState"] = vars(self.kms_backend.keys[shown["KeyId"]])["state_shown"]
            shown["Enabled"] = shown["KeyState"] == "Enabled"
            if shown["KeyState"] != "PendingDeletion":
                shown.pop("DeletionDate", None)


def new_principals() -> None:
    """The first key policy that names a new user or role is refused (IAM-1)."""
    begins("kms-new-principals", PRINCIPAL, "create_user", "create_role")

    @around("kms-new-principals", KmsResponse, *POLICY)
    def check(original: Any, self: KmsResponse) -> str:
        if unseen(self._get_param("Policy") or "", PRINCIPAL):
            what = "Policy contains a statement with one or more invalid principals."
            raise JsonRESTError(MALFORMED, what)
        return original(self)  # type: ignore[no-any-return]


def lock_out() -> None:
    """A policy by which the caller, the account's root here, could not change it again is refused."""

    @around("kms-lock-out", KmsResponse, *POLICY)
    def check(original: Any, self: KmsResponse) -> str:
        policy = self._get_param("Policy")
        if policy and not self._get_param("BypassPolicyLockoutSafetyCheck") and _locks_out(self.kms_backend, policy):
            what = "The new key policy will not allow you to update the key policy in the future."
            raise JsonRESTError(MALFORMED, what)
        return original(self)  # type: ignore[no-any-return]


def _locks_out(kms: KmsBackend, policy: str) -> bool:
    try:
        found = json.loads(policy).get("Statement", [])
        statements = [found] if isinstance(found, dict) else list(found)
        return not any(_lets_change(kms, statement) for statement in statements)
    except (ValueError, AttributeError, TypeError):
        return False  # a policy that is no policy is refused with other words


def _lets_change(kms: KmsBackend, statement: dict[str, Any]) -> bool:
    actions = statement.get("Action", [])
    actions = [actions] if isinstance(actions, str) else actions
    root = f"arn:{kms.partition}:iam::{kms.account_id}:root"
    return (
        statement.get("Effect") == "Allow"
        and any(fnmatchcase("kms:putkeypolicy", action.lower()) for action in actions)
        and bool({"*", kms.account_id, root} & set(named({"Statement": statement})))
    )
