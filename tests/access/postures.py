"""A small account as an inventory, in the shapes of AWS's replies, to be put together in a test."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rds_secure.access.account import Levels
from rds_secure.access.findings import Asked, Findings, find
from rds_secure.access.posture import Posture
from rds_secure.inventory import Inventory, Place, Question
from tests.access.iam.account import IAM, MFA, group, managed, role, user
from tests.access.iam.cases import ACCOUNT, OTHER, ROOT, document, statement

REGION = "eu-west-1"
RDS = f"arn:aws:rds:{REGION}:{ACCOUNT}"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!db-1-AbCdEf"
PLACE = Place(ACCOUNT, REGION)
DETAILS = Question("iam", "GetAccountAuthorizationDetails")
_LISTS = {"UserName": "UserDetailList", "GroupName": "GroupDetailList", "RoleName": "RoleDetailList"}


def details(*items: Mapping[str, Any]) -> dict[str, Any]:
    """The reply of `GetAccountAuthorizationDetails`."""
    found: dict[str, Any] = {"Policies": [item for item in items if "PolicyVersionList" in item]}
    return found | {name: [item for item in items if key in item] for key, name in _LISTS.items()}


def instance(name: str, number: int, *, is_guarded: bool = False) -> dict[str, Any]:
    """An instance; a guarded one has a key and a secret of its own."""
    found: dict[str, Any] = {
        "DBInstanceIdentifier": name,
        "DBInstanceArn": f"{RDS}:db:{name}",
        "DbiResourceId": f"db-{number}",
        "TagList": [{"Key": "team", "Value": name[:3]}],
    }
    return found | ({"KmsKeyId": KEY, "MasterUserSecret": {"SecretArn": SECRET}} if is_guarded else {})


def inventory(
    *items: Mapping[str, Any], databases: tuple[str, ...] = ("orders", "payments"), key: tuple[Any, ...] = ()
) -> Inventory:
    """An account with these identities, and databases of which the first one has a key and a secret.

    ``key``: further statements of the key's policy.
    """
    instances = [instance(name, number, is_guarded=number == 1) for number, name in enumerate(databases, 1)]
    delegated = json.dumps(document(statement("Allow", "kms:*", Principal={"AWS": ROOT}), *key))
    replies: dict[Question, Mapping[str, Any]] = {
        DETAILS: details(*items),
        Question("rds", "DescribeDBInstances"): {"DBInstances": instances},
        Question("rds", "DescribeDBClusters"): {"DBClusters": []},
        Question("kms", "GetKeyPolicy", KEY): {"Policy": delegated},
        Question("kms", "ListGrants", KEY): {"Grants": []},
        Question("organizations", "DescribeOrganization"): {},
    }
    return Inventory(PLACE, replies)


def asked(
    *items: Mapping[str, Any],
    on: tuple[str, ...] = (),
    levels: Levels | None = None,
    key: tuple[Any, ...] = (),
    **words: Any,
) -> Findings:
    """What is found in such an account; ``words`` are those of `Asked`."""
    return find(Posture(inventory(*items, key=key), levels), Asked(databases=on, **words))


def made(day: str, item: dict[str, Any]) -> dict[str, Any]:
    """The same user, group or role, made on a day; of a policy, its version in force."""
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    if "PolicyVersionList" in item:
        versions = [version | {"CreateDate": moment} for version in item["PolicyVersionList"]]
        return item | {"PolicyVersionList": versions}
    return item | {"CreateDate": moment}


SHOP = (
    user("ann", statement("Allow")),
    user("bob", statement("Allow", "sts:AssumeRole"), groups=("ops",), attached=("deploy",)),
    user("cid", statement("Allow", "rds:DeleteDBInstance", f"{RDS}:db:orders", Condition=MFA)),
    user("eve", statement("Allow", "iam:CreatePolicyVersion", f"{IAM}:policy/deploy"), attached=("deploy",)),
    group("ops", statement("Allow", "rds:Describe*")),
    managed("deploy", statement("Allow", "rds:ModifyDBInstance", f"arn:aws:rds:*:{ACCOUNT}:db:pay*")),
    role(
        "dba",
        statement("Allow", ["rds:*", "kms:*"]),
        trusts=[{"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole", "Condition": MFA}],
    ),
    role(
        "app-ci",
        statement("Allow", "rds:Delete*", [f"{RDS}:db:orders", f"{RDS}:snapshot:*"]),
        trusts={"AWS": f"arn:aws:iam::{OTHER}:root"},
    ),
    role("app-host", statement("Allow", "rds-db:connect", f"arn:aws:rds-db:*:{ACCOUNT}:dbuser:*/app")),
    role("AWSServiceRoleForRDS", statement("Allow", "rds:Describe*"), trusts={"Service": "rds.amazonaws.com"})
    | {"Arn": f"{IAM}:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS"},
)
"""A shop's account: an administrator, a role behind MFA, another account, a host, somebody who can help herself."""
