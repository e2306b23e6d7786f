"""Keys as the read calls of KMS show them, and who uses them, for tests of keys. It has no tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rds_secure import documents, ownership, tagging
from rds_secure.errors import CallError
from rds_secure.kind import Found, Scope
from rds_secure.resources.kms_key import KIND
from rds_secure.resources.kms_key.spec import SYMMETRIC, KmsKeySpec
from rds_secure.values import Address
from tests.fakes import FakeReader, error
from tests.resources.planning import SCOPE, declare, wanted

ACCOUNT, STACK = SCOPE.account, SCOPE.stack
DATA, ROLE = Address("kms_key", "data"), Address("iam_role", "app")
ALIAS = "alias/orders/data"
KEY, TWIN, FOREIGN = "11111111-aaaa", "22222222-bbbb", "99999999-cccc"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
SECURITY = f"arn:aws:iam::{ACCOUNT}:role/security"
OURS = {ownership.STACK: STACK, ownership.ADDRESS: f"kms_key.data/{ALIAS}"}


def arn(key: str) -> str:
    return SCOPE.arn("kms", f"key/{key}")


DELEGATION: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "RdsSecureAccount",
            "Effect": "Allow",
            "Principal": {"AWS": ROOT},
            "Action": "kms:*",
            "Resource": "*",
        }
    ],
}
STRANGER = {"Sid": "Audit", "Effect": "Allow", "Principal": {"AWS": SECURITY}, "Action": "kms:Get*", "Resource": "*"}


class Keys:
    """KMS as far as reading goes: keys by id, each with what four calls show of it."""

    def __init__(self) -> None:
        self.keys: dict[str, dict[str, Any]] = {}
        self.aliases: dict[str, str] = {}
        self.denied: set[str] = set()
        self.grants: dict[str, list[dict[str, Any]]] = {}

    def add(
        self,
        key: str = KEY,
        alias: str | None = ALIAS,
        tags: Mapping[str, str] = OURS,
        document: Any = DELEGATION,
        rotation: int | None = 365,
        **meta: Any,
    ) -> Keys:
        base: dict[str, Any] = {"KeyId": key, "Arn": arn(key), "KeyState": "Enabled", "Description": ""}
        base |= {"KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT"}
        base |= {"CreationDate": datetime(2026, 1, 1, tzinfo=UTC)}
        self.keys[key] = {"meta": base | meta, "tags": tags, "document": document, "rotation": rotation}
        if alias:
            self.aliases[alias] = key
        return self

    def reader(self, **more: Any) -> FakeReader:
        def of(params: Mapping[str, Any]) -> Any:
            return self.keys.get(params["KeyId"]) or error("kms", "", "NotFoundException")

        def describe(params: Mapping[str, Any]) -> Any:
            key = of(params)
            return key if isinstance(key, CallError) else {"KeyMetadata": key["meta"]}

        def policy(params: Mapping[str, Any]) -> Any:
            key = of(params)
            return key if isinstance(key, CallError) else {"Policy": documents.render(key["document"])}

        def tags(params: Mapping[str, Any]) -> Any:
            key = of(params)
            if params["KeyId"] in self.denied:
                return error("kms", "ListResourceTags", "AccessDeniedException")
            return (
                key if isinstance(key, CallError) else {"Tags": list(tagging.pairs(key["tags"], "TagKey", "TagValue"))}
            )

        def rotation(params: Mapping[str, Any]) -> Any:
            key = of(params)
            if isinstance(key, CallError):
                return key
            if key["meta"]["KeySpec"] != SYMMETRIC:
                return error("kms", "GetKeyRotationStatus", "UnsupportedOperationException")
            days = key["rotation"]
            return {"KeyRotationEnabled": True, "RotationPeriodInDays": days} if days else {"KeyRotationEnabled": False}

        listed = [{"AliasName": name, "TargetKeyId": key} for name, key in self.aliases.items()]
        return FakeReader(
            {
                ("kms", "ListAliases"): {"Aliases": [{"AliasName": "alias/aws/rds"}, *listed]},
                ("kms", "ListKeys"): {"Keys": [{"KeyId": key, "KeyArn": arn(key)} for key in self.keys]},
                ("kms", "DescribeKey"): describe,
                ("kms", "GetKeyPolicy"): policy,
                ("kms", "GetKeyRotationStatus"): rotation,
                ("kms", "ListResourceTags"): tags,
                ("kms", "ListGrants"): lambda params: {"Grants": self.grants.get(params["KeyId"], [])},
                ("rds", "DescribeDBInstances"): {"DBInstances": more.get("instances", [])},
                ("rds", "DescribeDBClusters"): {"DBClusters": more.get("clusters", [])},
                ("rds", "DescribeDBSnapshots"): {"DBSnapshots": more.get("snapshots", [])},
                ("rds", "DescribeDBSnapshots", "awsbackup"): {"DBSnapshots": more.get("vaulted", [])},
                ("rds", "DescribeDBInstanceAutomatedBackups"): {"DBInstanceAutomatedBackups": more.get("backups", [])},
                ("rds", "DescribeDBClusterAutomatedBackups"): {
                    "DBClusterAutomatedBackups": more.get("cluster_backups", [])
                },
                ("rds", "DescribeDBClusterSnapshots"): {"DBClusterSnapshots": more.get("cluster_snapshots", [])},
                ("secretsmanager", "ListSecrets"): {"SecretList": more.get("secrets", [])},
                ("sts", "GetCallerIdentity"): {"Arn": more.get("caller", f"arn:aws:iam::{ACCOUNT}:user/me")},
                ("iam", "GetAccountAuthorizationDetails"): {
                    "UserDetailList": [],
                    "RoleDetailList": [{"RoleName": "security", "Arn": SECURITY}, *more.get("roles", ())],
                },
            }
        )


def tagged(*keys: str) -> dict[str, Any]:
    """What the tagging API knows of these keys."""
    return {arn(key): OURS for key in keys}


def read(keys: Keys, *known: str, reader: FakeReader | None = None, **fields: Any) -> list[Found[KmsKeySpec]]:
    request = wanted(KIND, declare(KIND, "data", fields), tagged=tagged(*known))
    return list(KIND.read(reader or keys.reader(), request))


def found(**live: Any) -> Found[KmsKeySpec]:
    (only,) = read(Keys().add(**live))
    return only


def policy_of(scope: Scope = SCOPE, **fields: Any) -> Any:
    resource = declare(KIND, "data", fields, scope)
    return KIND.normalise(resource, None, scope).document


def by_sid(document: Any) -> dict[str, Any]:
    return {statement["Sid"]: statement for statement in document["Statement"]}
