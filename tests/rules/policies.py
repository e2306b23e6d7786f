"""Policies to be judged by themselves: one document of a kind in an account, and what the rules say of it."""

from __future__ import annotations

import json
from typing import Any

from rds_secure.access.posture import Posture
from rds_secure.finding import Finding, State
from rds_secure.inventory.model import Inventory, Place, Question, Reply
from rds_secure.rules import Context, comparing, judge, statements, subjects_of, trusting, wildcards, words
from rds_secure.rules import escalation as escalation_rules
from tests.rules.examples import ACCOUNT, REGION

_MODULES = (trusting, wildcards, escalation_rules, words, comparing, statements)
LINT = tuple(rule for module in _MODULES for rule in module.RULES)
"""The rules about what documents say."""

DETAILS = Question("iam", "GetAccountAuthorizationDetails")


def judged(replies: dict[Question, Reply], account: str = ACCOUNT) -> list[Finding]:
    """What is wrong or not known."""
    posture = Posture(Inventory(Place(account, REGION), replies))
    found = judge(LINT, subjects_of(posture), Context(posture))
    return [one for one in found if one.state is not State.PASS]


def document(*written: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(written)}


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def managed(written: dict[str, Any], account: str = ACCOUNT) -> Reply:
    version = {"IsDefaultVersion": True, "Document": written}
    return {"PolicyName": "p", "Arn": f"arn:aws:iam::{account}:policy/p", "PolicyVersionList": [version]}


def of_policy(written: dict[str, Any], account: str = ACCOUNT) -> list[Finding]:
    return judged({DETAILS: {"Policies": [managed(written, account)]}}, account)


def of_trust(written: dict[str, Any], path: str = "") -> list[Finding]:
    arn = f"arn:aws:iam::{ACCOUNT}:role/{path}app"
    return judged({DETAILS: {"RoleDetailList": [{"RoleName": "app", "Arn": arn, "AssumeRolePolicyDocument": written}]}})


def of_key(written: dict[str, Any], manager: str = "CUSTOMER") -> list[Finding]:
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    metadata = {"Arn": arn, "KeyId": "1", "KeyManager": manager, "KeyState": "Enabled"}
    return judged(
        {
            Question("kms", "DescribeKey", arn): {"KeyMetadata": metadata},
            Question("kms", "GetKeyPolicy", arn): {"Policy": json.dumps(written)},
        }
    )


def of_secret(written: dict[str, Any] | None) -> list[Finding]:
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!db-1-AbCdEf"
    said = {"ResourcePolicy": json.dumps(written)} if written else {}
    return judged({Question("secretsmanager", "GetResourcePolicy", arn): {"ARN": arn, **said}})


def told(findings: list[Finding], *rules: str) -> list[str]:
    """Messages of the findings of some rules, or of all with their rules."""
    return [one.message for one in findings if one.rule in rules] if rules else [one.rule for one in findings]
