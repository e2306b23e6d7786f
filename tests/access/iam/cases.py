"""Random policies and requests over a small world, so that they meet; and shorthand for written ones."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.context import Context, context
from rds_secure.access.iam.policy import Policy, compile_policy

ACCOUNT = "123456789012"
OTHER = "210987654321"
ORDERS = f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:orders"
PAYMENTS = f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:payments"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"

ANN = Caller("user", f"arn:aws:iam::{ACCOUNT}:user/team/ann", ACCOUNT, "AIDAANN")
APP = Caller("role", f"arn:aws:iam::{ACCOUNT}:role/app", ACCOUNT, "AROAAPP")
STRANGER = Caller("role", f"arn:aws:iam::{OTHER}:role/app", OTHER)


def statement(effect: str, action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    """A statement; ``more`` are further elements, and ``NotAction`` and ``NotResource`` replace the given ones."""
    written: dict[str, Any] = {"Effect": effect}
    written |= {} if "NotAction" in more else {"Action": action}
    written |= {} if "NotResource" in more else {"Resource": resource}
    return written | more


def document(*statements: dict[str, Any], version: str | None = "2012-10-17") -> dict[str, Any]:
    return ({"Version": version} if version else {}) | {"Statement": list(statements)}


def policy(*statements: dict[str, Any], name: str = "p", version: str | None = "2012-10-17") -> Policy:
    return compile_policy(name, document(*statements, version=version))


ALLOW_ALL = policy(statement("Allow"), name="all")
NOTHING = policy(name="nothing")

ACTIONS = ("rds:DeleteDBInstance", "rds:DescribeDBInstances", "kms:Decrypt")
KEYS = {"aws:MultiFactorAuthPresent": ("true", "false"), "aws:RequestedRegion": ("eu-west-1", "us-east-1")}

_ACTION_PATTERNS = ("*", "rds:*", "rds:Delete*", "RDS:describeDBInstances", "kms:Decrypt", "ec2:*")
_RESOURCE_PATTERNS = (
    *("*", ORDERS, PAYMENTS, "arn:aws:rds:*:*:db:*", "arn:aws:rds:eu-west-1:*", "arn:aws:rds:*:db:orders"),
    "arn:aws:rds:*:*:db:${aws:RequestedRegion}",
)
_CONDITIONS = st.dictionaries(
    st.sampled_from(
        [
            *("StringEquals", "StringNotEquals", "StringLike", "StringEqualsIfExists", "StringNotLikeIfExists"),
            *("Bool", "BoolIfExists", "ForAnyValue:StringEquals", "ForAllValues:StringLike"),
        ]
    ),
    st.dictionaries(
        st.sampled_from(list(KEYS)),
        st.lists(st.sampled_from(["true", "false", "eu-west-1", "eu-*"]), min_size=1, max_size=2),
        min_size=1,
        max_size=2,
    ),
    max_size=1,
)


@st.composite
def statements(draw: st.DrawFn, effect: str | None = None) -> dict[str, Any]:
    action = draw(st.sampled_from(["Action", "Action", "NotAction"]))
    resource = draw(st.sampled_from(["Resource", "Resource", "NotResource"]))
    written: dict[str, Any] = {
        "Effect": effect or draw(st.sampled_from(["Allow", "Allow", "Deny"])),
        action: draw(st.lists(st.sampled_from(_ACTION_PATTERNS), min_size=1, max_size=2)),
        resource: draw(st.lists(st.sampled_from(_RESOURCE_PATTERNS), min_size=1, max_size=2)),
    }
    conditions: dict[str, Any] = {**draw(_CONDITIONS)}
    conditions |= {"Null": {"aws:MultiFactorAuthPresent": "true"}} if draw(st.integers(0, 9)) == 0 else {}
    return written | ({"Condition": conditions} if conditions else {})


@st.composite
def policies(draw: st.DrawFn, max_size: int = 3) -> Policy:
    return policy(*draw(st.lists(statements(), max_size=max_size)))


@st.composite
def contexts(draw: st.DrawFn) -> Context:
    """Keys with a value, known to be absent, or open."""
    known: dict[str, str] = {}
    absent: list[str] = []
    for key, values in KEYS.items():
        value = draw(st.sampled_from([*values, "absent", "open"]))
        if value == "absent":
            absent.append(key)
        elif value != "open":
            known[key] = value
    return context(known, absent=absent)


@st.composite
def fillings(draw: st.DrawFn, of: Context) -> Context:
    """A context in which every key that was open is decided."""
    decided = {key: draw(st.sampled_from([*values, "absent"])) for key, values in KEYS.items() if of.get(key) is None}
    present = {key: value for key, value in decided.items() if value != "absent"}
    return of.also(context(present, absent=set(decided) - set(present)))
