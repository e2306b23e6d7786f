"""The types of fields that several kinds of databases share: references, what times are made of. It has no field."""

from __future__ import annotations

from typing import Annotated, Final

from rds_secure.fields import Reference
from rds_secure.values import Lookup, Ref

_KEY = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32}"
_ARN = r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}"

KmsKey = Annotated[
    Ref | Lookup | str,
    Reference(
        ("kms_key",),
        "arn",
        rf"({_ARN}:key/)?({_KEY})",
        "a key's id, ARN or alias",
        lookup="kms_key",
        alias=rf"({_ARN}:)?alias/[A-Za-z0-9/_-]+",
    ),
]
SecurityGroup = Annotated[
    Ref | Lookup | str,
    Reference(
        ("security_group",), "id", r"sg-[0-9a-f]{8,17}", "a group id such as sg-0123456789abcdef0", "security_group"
    ),
]
SubnetGroup = Annotated[
    Ref | str, Reference(("db_subnet_group",), "name", r"[A-Za-z][\w .-]{0,254}", "the name of a subnet group")
]
_ROLE = r"[\w+=,.@-]{1,64}"
RoleArn = Annotated[
    Ref | str,
    Reference(("iam_role",), "arn", rf"arn:aws[a-z-]*:iam::\d{{12}}:role/([\w+=,.@-]+/)*{_ROLE}", "the ARN of a role"),
]
RoleName = Annotated[Ref | str, Reference(("iam_role",), "name", _ROLE, "the name of a role")]
GROUP_NAME: Final = r"[A-Za-z](-?[A-Za-z0-9]){0,254}|default\.[a-z0-9.-]+"
"""The name of a group of parameters, AWS's own among them."""

REGION: Final = r"[a-z]{2,}(?:-[a-z]+)+-[0-9]+"
"""The name of a region."""

ZONE: Final = r"[a-z]{2,}(-[a-z]+)+-\d+(-[a-z]+)*[a-z0-9-]*"
"""An availability zone, or a local one."""

TIME: Final = r"([01]\d|2[0-3]):[0-5]\d"
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY: Final = f"(?:{'|'.join(''.join(f'[{letter}{letter.upper()}]' for letter in day) for day in _WEEK)})"
"""In any case, without a flag: editors read the pattern as JavaScript does."""
