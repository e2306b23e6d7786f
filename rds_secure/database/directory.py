"""Directories that databases are joined to: what a spec says of one, and how a membership reads on its way."""

from __future__ import annotations

from typing import Annotated, Final

from rds_secure.database.types import RoleName
from rds_secure.fields import Field, Part, Pattern

PARKED: Final = (
    "pending-join",
    "pending-maintenance-join",
    "pending-enable-kerberos",
    "pending-maintenance-enable-kerberos",
)
"""Statuses of a directory that is not in use yet; nothing else shows that it is parked (RDS-24)."""

JOINED: Final = ("joined", "kerberos-enabled")
"""Statuses of a directory that is in use."""


class Directory(Part):
    """A directory of AWS Directory Service."""

    directory: Annotated[
        str | None,
        Pattern(r"d-[0-9a-z]{10}", "the id of a directory: d- and ten digits or letters"),
        Field(
            create="Domain", change="Domain", read="DomainMemberships[].Domain", terraform="domain", applies="window"
        ),
    ] = None
    """A directory of AWS Directory Service, such as d-0123456789."""
    role: Annotated[
        RoleName | None,
        Field(
            create="DomainIAMRoleName",
            change="DomainIAMRoleName",
            read="DomainMemberships[].IAMRoleName",
            terraform="domain_iam_role_name",
            applies="window",
        ),
    ] = None
    """The role by which RDS calls Directory Service: an iam_role, or the name of one."""
