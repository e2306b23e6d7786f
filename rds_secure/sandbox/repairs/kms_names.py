"""KMS aliases and grants: which alias names are AWS's own, the keys behind them, and grants that can be repeated."""

from __future__ import annotations

from typing import Any, cast

from moto.core.exceptions import JsonRESTError
from moto.kms.models import Grant, Key, KmsBackend
from moto.kms.responses import KmsResponse
from moto.kms.utils import RESERVED_ALIASE_TARGET_KEY_IDS

from rds_secure.sandbox.repairs.patch import amend_json, around

OF_GRANTS = ("create_grant", "list_grants", "revoke_grant")


def reserved_aliases() -> None:
    """Nobody but AWS makes, moves or deletes an alias that begins with alias/aws/."""

    @around(KmsResponse, "create_alias", "update_alias", "delete_alias")
    def not_for_customers(original: Any, self: KmsResponse) -> Any:
        if self._get_param("AliasName").startswith("alias/aws/"):
            raise JsonRESTError("NotAuthorizedException", "aliases that begin with alias/aws/ are reserved")
        return original(self)


def managed_keys() -> None:
    """A key behind alias/aws/… is AWS's own and rotates; until a service has made it, its alias has no key."""
    targets: dict[str, str | None] = cast(Any, RESERVED_ALIASE_TARGET_KEY_IDS)
    targets.update(dict.fromkeys(targets))

    @around(KmsBackend, "_generate_default_keys")
    def make(original: Any, self: KmsBackend, alias_name: str) -> str | None:
        key_id: str | None = original(self, alias_name)
        if key_id is not None:
            key = self.keys[key_id]
            key.key_manager, key.key_rotation_status = "AWS", True
            key.description = f"Default key that protects what {alias_name.removeprefix('alias/aws/')} encrypts"
        return key_id

    @amend_json(KmsResponse, "list_aliases")
    def leave_out_missing_keys(self: KmsResponse, answer: dict[str, Any]) -> None:
        answer["Aliases"] = [
            {name: value for name, value in alias.items() if value is not None} for alias in answer["Aliases"]
        ]


def unknown_keys() -> None:
    """A grant call about a key that does not exist is NotFoundException."""

    @around(KmsBackend, *OF_GRANTS)
    def of_a_known_key(original: Any, self: KmsBackend, key_id: str, *args: Any, **named: Any) -> Any:
        if self.any_id_to_key_id(key_id) not in self.keys:
            raise JsonRESTError("NotFoundException", f"Key '{key_id}' does not exist")
        return original(self, key_id, *args, **named)


def named_grants() -> None:
    """A grant with the name, grantee, operations and constraints of one that exists is that grant."""

    @around(Key, "add_grant")
    def add_grant(original: Any, self: Key, name: str, grantee: str, operations: list[str], **terms: Any) -> Grant:
        for grant in self.grants.values():
            same = (grant.name, grant.grantee_principal, sorted(grant.operations)) == (
                name,
                grantee,
                sorted(operations),
            )
            if name and same and grant.constraints == terms["constraints"]:
                return grant
        made: Grant = original(self, name, grantee, operations, **terms)
        return made

    @around(Grant, "to_json")
    def to_json(original: Any, self: Grant) -> Any:
        """ListGrants leaves out what is not there, where moto says null."""
        return {name: value for name, value in original(self).items() if value is not None}
