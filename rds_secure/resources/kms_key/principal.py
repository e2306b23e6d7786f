"""How whoever may use a key is written, and the ARN that AWS gives back for it. Whether it exists is not asked here."""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from rds_secure.fields import Reference
from rds_secure.values import Ref, Value

Principal: TypeAlias = Annotated[
    Ref | str,
    Reference(
        ("iam_role", "iam_user"),
        "arn",
        r"\d{12}|arn:[a-z-]+:(?:iam::\d{12}:(?:root|(?:user|role)/[^*?\s]+)|sts::\d{12}:[^*?\s]+)",
        "an account id, or the ARN of a user or role",
    ),
]

_ACCOUNT = re.compile(r"\d{12}")


def completed(principal: Value, partition: str) -> Value:
    """The ARN of its root for a bare account id, as AWS gives it back."""
    is_account = isinstance(principal, str) and _ACCOUNT.fullmatch(principal)
    return f"arn:{partition}:iam::{principal}:root" if is_account else principal
