"""The evaluator against another one that was written for the purpose."""

from __future__ import annotations

from random import Random
from typing import Any

from rds_secure.access.iam.context import context
from rds_secure.access.iam.evaluate import Policies, Request, evaluate
from rds_secure.access.iam.logic import NO, YES
from rds_secure.access.iam.policy import Policy, compile_policy
from tests.access.iam import naive
from tests.access.iam.cases import ACCOUNT, ACTIONS, APP, KEYS, ORDERS, PAYMENTS, document, statement

ACTION_PATTERNS = ("*", "rds:*", "rds:Delete*", "RDS:describeDBInstances", "kms:Decrypt", "ec2:*", "rds:?e*Instance")
RESOURCE_PATTERNS = (
    *("*", ORDERS, PAYMENTS, "arn:*", "arn:aws:rds:*:*:db:*", "arn:aws:rds:eu-west-1:*", "arn:aws:rds:*:*:db:o?ders"),
    "arn:aws:rds:${aws:RequestedRegion}:*:db:*",
)
OPERATORS = (
    *("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIfExists"),
    *("StringNotLikeIfExists", "ForAnyValue:StringEquals", "ForAllValues:StringLike"),
    *("ForAnyValue:StringNotEquals", "ForAllValues:StringNotLike"),
)


def drawn(random: Random) -> dict[str, Any]:
    """A statement."""

    def some(options: tuple[str, ...]) -> list[str]:
        return random.sample(options, random.randint(1, 2))

    action = random.choice(["Action", "Action", "NotAction"])
    resource = random.choice(["Resource", "Resource", "NotResource"])
    conditions: dict[str, Any] = {}
    if random.random() < 0.4:
        key = random.choice(list(KEYS))
        conditions[random.choice(OPERATORS)] = {key: some(("true", "false", "eu-west-1", "eu-*", "us-east-1"))}
    if random.random() < 0.2:
        conditions["Null"] = {"aws:MultiFactorAuthPresent": random.choice(["true", "false"])}
    if random.random() < 0.2:
        conditions[random.choice(["Bool", "BoolIfExists"])] = {"aws:MultiFactorAuthPresent": some(("true", "false"))}
    written = {action: some(ACTION_PATTERNS), resource: some(RESOURCE_PATTERNS)}
    if resource == "NotResource" and any("$" in pattern for pattern in written[resource]):
        written[resource] = [ORDERS]  # without a value nobody knows
    return {"Effect": random.choice(["Allow", "Allow", "Allow", "Deny"]), **written, "Condition": conditions}


def test_both_decide_alike() -> None:
    random = Random(7)
    seen = {True: 0, False: 0}
    for _ in range(1500):
        keys = {key: random.choice(values) for key, values in KEYS.items() if random.random() < 0.7}
        sizes = [random.randint(0, 3) for _ in range(random.randint(0, 2))]
        identity = [document(*(drawn(random) for _ in range(size))) for size in sizes]
        full = document(statement("Allow", ["*"], ["*"]))
        limits = [[random.choice([full, document(drawn(random), drawn(random))])] for _ in range(random.randint(0, 3))]
        if len(limits) > 1:
            limits[-2].append(document(drawn(random)))  # a session may have several
        compiled = [tuple(_compiled(one) for one in group) for group in limits]
        boundary = compiled.pop()[0] if len(compiled) > 1 else None
        session = compiled.pop() if len(compiled) > 1 else ()
        policies = Policies(tuple(map(_compiled, identity)), boundary, session, tuple(compiled))
        action, resource = random.choice(ACTIONS), random.choice([ORDERS, PAYMENTS])
        request = Request(APP, action, resource, ACCOUNT, context(keys, closed=["aws:"]))
        when = evaluate(request, policies).when
        assert when in (YES, NO), (keys, identity, limits)
        expected = naive.allowed(action, resource, keys, identity, limits)
        assert (when is YES) is expected, (action, resource, keys, identity, limits)
        seen[expected] += 1
    assert min(seen.values()) > 100


def _compiled(written: dict[str, Any]) -> Policy:
    return compile_policy("p", written)
