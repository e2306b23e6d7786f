"""Accounts by chance, as an inventory: names that resemble each other, patterns, tags, conditions, keys, secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random
from typing import Any

from rds_secure.inventory import Inventory, Place, Question

ACCOUNT, OTHER, REGION = "123456789012", "210987654321", "eu-west-1"
PLACE = Place(ACCOUNT, REGION)
IAM, RDS = f"arn:aws:iam::{ACCOUNT}", f"arn:aws:rds:{REGION}:{ACCOUNT}"
MANAGED = "arn:aws:iam::aws:policy/AmazonShopAccess"

HEADS, TAILS = ("orders", "billing", "Orders", "ord"), ("main", "replica", "prod", "x1")
TEAMS = ("shop", "Shop", "finance", "ops")

ALIGNED = (
    "*",
    f"{RDS}:*",
    f"{RDS}:db:*",
    "arn:aws:rds:*:*:db:orders-*",
    "arn:aws:rds:*:*:*:*-prod",
    "arn:aws:rds:eu-*:*:db:*-main",
    f"{RDS}:db:orders-main",
    f"{RDS}:d*",
    "arn:aws:rds:*",
    "arn:*:role/orders-*",
    f"{IAM}:role/orders-*",
    f"{IAM}:role/team/*",
    f"{IAM}:user/${{aws:username}}",
    f"{IAM}:*",
    f"arn:aws:rds-db:{REGION}:{ACCOUNT}:dbuser:*/app_*",
    f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*",
    f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!*",
    "arn:aws:secretsmanager:*:*:secret:orders-*",
    "arn:aws:s3:::ord*",
    f"arn:aws:lambda:{REGION}:{ACCOUNT}:func*",
    f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:ord*",
)
"""Resources of which each wildcard stands between words, or that fit nothing that is asked about."""

UNALIGNED = (
    "arn:aws:rds:*:*:db:ord*",
    "arn:aws:rds:*:*:db:*rod",
    "arn:aws:rds:*:*:db:orders-?ain",
    f"{IAM}:role/o*",
    "*orders*",
    f"arn:aws:rds:*:{ACCOUNT[:4]}*:db:*",
    f"{IAM}:user/x${{aws:username}}",
)
"""Resources that fit other names after any renaming."""

CONDITIONS: tuple[Mapping[str, Any], ...] = (
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.0/24"]}},
    {"StringEquals": {"aws:ResourceTag/Team": "${aws:PrincipalTag/Team}"}},
    {"StringEqualsIgnoreCase": {"aws:ResourceTag/team": "SHOP"}},
    {"StringNotEquals": {"aws:RequestedRegion": [REGION, "us-east-1"]}},
    {"ArnLike": {"aws:PrincipalArn": f"{IAM}:role/orders-*"}},
    {"StringLike": {"aws:PrincipalArn": f"{IAM}:user/*"}},
    {"StringNotLike": {"aws:username": "orders-*"}},
    {"StringEquals": {"aws:PrincipalAccount": ACCOUNT, "aws:ResourceAccount": [ACCOUNT, OTHER]}},
    {"StringLike": {"ec2:Vpc": "ord*"}},
    {"ForAnyValue:StringLike": {"aws:TagKeys": ["team*", "aws:createdBy"]}},
    {"StringEquals": {"kms:ViaService": f"rds.{REGION}.amazonaws.com"}},
    {"StringEquals": {"aws:PrincipalOrgID": "o-acme123456"}},
)
ACTIONS = ("rds:*", "rds:Describe*", "rds:ModifyDBInstance", "rds:DeleteDBInstance", "rds:CreateDBInstance")
OTHERS = ("kms:Decrypt", "kms:*", "rds-db:connect", "iam:*", "sts:AssumeRole", "iam:PassRole", "*")
MORE = ("secretsmanager:GetSecretValue", "lambda:*")


def document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Id": "orders policy", "Statement": list(statements)})


def name(random: Random) -> str:
    return f"{random.choice(HEADS)}-{random.choice(TAILS)}"


def statement(random: Random, resources: tuple[str, ...]) -> dict[str, Any]:
    written: dict[str, Any] = {
        "Sid": random.choice(HEADS),
        "Effect": "Deny" if random.random() < 0.2 else "Allow",
        "Action" if random.random() < 0.95 else "NotAction": random.choices((*ACTIONS, *OTHERS, *MORE), k=2),
        "Resource" if random.random() < 0.95 else "NotResource": random.choices(resources, k=2),
    }
    return written | ({"Condition": random.choice(CONDITIONS)} if random.random() < 0.5 else {})


def tags(random: Random) -> list[dict[str, str]]:
    found = {random.choice(("team", "Team")): random.choice(TEAMS), "rds-secure:stack": "orders"}
    return [{"Key": key, "Value": value} for key, value in found.items()]


def trust(random: Random, names: list[str]) -> str:
    named = random.choice(
        (
            {"AWS": f"{IAM}:root"},
            {"AWS": [f"{IAM}:role/{random.choice(names)}", f"{IAM}:user/{random.choice(names)}"]},
            {"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]},
            {"AWS": [OTHER, f"arn:aws:iam::{OTHER}:role/billing-prod"]},
            {"Federated": f"{IAM}:saml-provider/Acme"},
        )
    )
    action = "sts:AssumeRoleWithSAML" if "Federated" in named else "sts:AssumeRole"
    return document({"Effect": "Allow", "Principal": named, "Action": action})


def details(random: Random, resources: tuple[str, ...]) -> dict[str, Any]:
    names = sorted({name(random) for _ in range(8)})
    users, roles, groups = names[:3], names[2:7], names[:2]

    def inline() -> list[dict[str, str]]:
        return [{"PolicyName": name(random), "PolicyDocument": document(statement(random, resources))}]

    def shared(kind: str, called: str) -> dict[str, Any]:
        attached = random.sample([f"{IAM}:policy/{each}" for each in names[:3]] + [MANAGED], k=random.randint(0, 2))
        path = "team/" if kind == "role" and random.random() < 0.3 else ""
        bound = {"PermissionsBoundary": {"PermissionsBoundaryArn": f"{IAM}:policy/{names[0]}"}}
        return {
            f"{kind.capitalize()}Name": called,
            f"{kind.capitalize()}Id": f"A{kind.upper()}{called.upper().replace('-', '')}",
            "Arn": f"{IAM}:{kind}/{path}{called}",
            f"{kind.capitalize()}PolicyList": inline(),
            "AttachedManagedPolicies": [{"PolicyArn": arn, "PolicyName": arn.rpartition("/")[2]} for arn in attached],
            "Tags": tags(random),
        } | (bound if kind != "group" and random.random() < 0.2 else {})

    versions = [{"IsDefaultVersion": True, "VersionId": "v1"}]
    own = {"Effect": "Allow", "Action": "rds:StopDBInstance", "Resource": "arn:aws:rds:*:*:db:amazonshop*"}
    policies = [
        {"PolicyName": each, "Arn": f"{IAM}:policy/{each}", "Description": "of the shop's orders"}
        | {"PolicyVersionList": [{**versions[0], "Document": document(statement(random, resources))}]}
        for each in names[:3]
    ]
    managed = {"PolicyName": "AmazonShopAccess", "Arn": MANAGED}
    managed |= {"PolicyVersionList": [{**versions[0], "Document": json.dumps({"Statement": [own]})}]}
    return {
        "UserDetailList": [shared("user", each) | {"GroupList": [random.choice(groups)]} for each in users],
        "GroupDetailList": [shared("group", each) for each in groups],
        "RoleDetailList": [
            shared("role", each)
            | {"AssumeRolePolicyDocument": trust(random, names)}
            | {"InstanceProfileList": [{"InstanceProfileName": f"{each}-profile"}]}
            for each in roles
        ],
        "Policies": [*policies, managed],
    }


def instance(random: Random, number: int, called: str) -> dict[str, Any]:
    secret = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{'rds!db' if number % 2 else 'orders'}-{number}abcd"
    return {
        "DBInstanceIdentifier": called,
        "DBInstanceArn": f"{RDS}:db:{called}",
        "DbiResourceId": f"db-ABCDEFGHIJKLMNOPQRSTUVWX{number:02}",
        "DBInstanceStatus": "available",
        "Engine": "postgres",
        "MasterUsername": "ordersowner",
        "Endpoint": {"Address": f"{called}.abc123.{REGION}.rds.amazonaws.com", "Port": 5432},
        "DBParameterGroups": [{"DBParameterGroupName": f"{called}-pg", "ParameterApplyStatus": "in-sync"}],
        "OptionGroupMemberships": [{"OptionGroupName": "default:postgres-16", "Status": "in-sync"}],
        "DBSubnetGroup": {"DBSubnetGroupName": "orders-main", "VpcId": "vpc-1", "Subnets": []},
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-0abc", "Status": "active"}],
        "KmsKeyId": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{number:08}-aaaa-bbbb-cccc-dddddddddddd",
        "MasterUserSecret": {"SecretArn": secret, "SecretStatus": "active"},
        "TagList": tags(random),
        "StorageEncrypted": True,
    }


def account(seed: int, resources: tuple[str, ...] = ALIGNED) -> Inventory:
    """An account; the same for a seed."""
    random = Random(seed)
    called = sorted({name(random).lower() for _ in range(4)} | {"amazonshop-orders"})
    databases = [instance(random, number, each) for number, each in enumerate(called)]
    found: dict[Question, Mapping[str, Any]] = {
        Question("iam", "GetAccountAuthorizationDetails"): details(random, resources),
        Question("rds", "DescribeDBInstances"): {"DBInstances": databases},
        Question("organizations", "DescribeOrganization"): {
            "Organization": {"Id": "o-acme123456", "MasterAccountId": OTHER, "MasterAccountEmail": "root@acme.example"}
        },
        Question("organizations", "ListPoliciesForTarget", ACCOUNT): {"Policies": [{"Id": "p-acme1", "Name": "Guard"}]},
        Question("organizations", "DescribePolicy", "p-acme1"): {
            "Policy": {
                "PolicySummary": {"Id": "p-acme1", "Description": "of Acme"},
                "Content": document(
                    {"Effect": "Allow", "Action": "*", "Resource": "*"},
                    {"Effect": "Deny", "Action": "rds:Delete*", "Resource": random.choice(resources)},
                ),
            }
        },
        Question("organizations", "ListParents", ACCOUNT): {"Parents": [{"Id": "r-acme", "Type": "ROOT"}]},
        Question("organizations", "ListPoliciesForTarget", "r-acme"): {"Policies": []},
    }
    names = [item["RoleName"] for item in found[Question("iam", "GetAccountAuthorizationDetails")]["RoleDetailList"]]
    for item in databases:
        role = f"{IAM}:role/{random.choice(names)}"
        root = {"Effect": "Allow", "Principal": {"AWS": f"{IAM}:root"}, "Action": "kms:*", "Resource": "*"}
        one = {**root, "Principal": {"AWS": role}, "Action": "kms:Decrypt", "Condition": random.choice(CONDITIONS)}
        found[Question("kms", "GetKeyPolicy", item["KmsKeyId"])] = {"Policy": document(root, one)}
        found[Question("kms", "ListGrants", item["KmsKeyId"])] = {
            "Grants": [
                {
                    "GrantId": "abcdef0123456789",
                    "Name": name(random),
                    "GranteePrincipal": random.choice((role, "rds.amazonaws.com", "dms.amazonaws.com")),
                    "Operations": ["Decrypt"],
                    "Constraints": {"EncryptionContextSubset": {"aws:rds:db-id": item["DbiResourceId"]}},
                }
            ]
        }
        arn = item["MasterUserSecret"]["SecretArn"]
        allow = {"Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": "secretsmanager:GetSecretValue"}
        found[Question("secretsmanager", "GetResourcePolicy", arn)] = {
            "ResourcePolicy": document({**allow, "Resource": "*", "Condition": random.choice(CONDITIONS)})
        }
    return Inventory(PLACE, found, {Question("kms", "DescribeKey", databases[0]["KmsKeyId"]): "AccessDenied"})
