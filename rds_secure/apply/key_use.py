"""Whether a key's policy lets a caller have what RDS needs of it: by naming the caller, or by leaving it to IAM. Pure.

RDS uses a customer managed key by grants, which it makes with the caller's rights while a database is made or a
snapshot copied (RDS user guide, "AWS KMS key management"): so what has to be allowed is allowed to the caller, through
RDS, and ``kms:CreateGrant`` for an AWS resource.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.context import context
from rds_secure.access.iam.evaluate import Policies, Request, evaluate
from rds_secure.access.iam.policy import Policy, compile_policy
from rds_secure.documents import LANGUAGE
from rds_secure.kind import Scope
from rds_secure.plan.targets import Right

_ANYTHING = compile_policy(
    "whatever IAM allows",
    {"Version": LANGUAGE, "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Actions of KMS on a key, by what its policy says of a caller.

    ``named``: allowed by it alone. ``delegated``: as IAM has it. ``denied``: neither. ``unsure``: on conditions of
    which nothing is known, or of a caller of whom too little is.
    """

    named: tuple[str, ...] = ()
    delegated: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


def judge(policy: Policy, key: str, principal: str, rights: Iterable[Right], scope: Scope) -> Verdict:
    """What the policy of the key (an ARN) says; ``principal``: the ARN of a user, a role or the account's root.

    The ARN of a session does not tell its role, which may have a path: what depends on that is unsure.
    """
    actions = sorted({right.action for right in rights if right.action.startswith("kms:") and right.arn == key})
    found = {action: _judged(policy, key, principal, action, scope) for action in actions}
    return Verdict(*(tuple(action for action in actions if found[action] == sort) for sort in Verdict.__slots__))


def _judged(policy: Policy, key: str, principal: str, action: str, scope: Scope) -> str:
    caller, is_known = _caller(principal)
    known = {"kms:ViaService": f"rds.{scope.region}.amazonaws.com", "kms:GrantIsForAWSResource": "true"}
    request = Request(caller, action, key, key.split(":")[4], context(known), strict=True)
    if evaluate(request, Policies(identity=(), resource=(policy,))).outcome == "allowed":
        return "named"
    outcome = evaluate(request, Policies(identity=(_ANYTHING,), resource=(policy,))).outcome
    if outcome == "allowed":
        return "delegated"
    return "denied" if outcome != "conditional" and is_known else "unsure"


def _caller(principal: str) -> tuple[Caller, bool]:
    """The caller, and whether its ARN is the one that policies name it by."""
    account, _, rest = principal.partition("::")[2].partition(":")
    if rest == "root":
        return Caller("root", principal, account), True
    if match := re.fullmatch(r"(arn:[a-z-]+):sts::\d{12}:assumed-role/([^/]+)/(.+)", principal):
        return Caller("role", f"{match[1]}:iam::{account}:role/{match[2]}", account, session=match[3]), False
    return Caller("role" if rest.startswith("role/") else "user", principal, account), True
