"""What an instance works together with: a directory that signs people in, roles that it acts as."""

from __future__ import annotations

from typing import Annotated

from rds_secure.database.directory import Directory
from rds_secure.database.types import RoleArn
from rds_secure.fields import Field, Mode, Part, Pattern, Str


class Domain(Directory):
    """A directory: one of AWS Directory Service, or one of your own."""

    fqdn: Annotated[
        Str | None,
        Field(
            create="DomainFqdn",
            change="DomainFqdn",
            read="DomainMemberships[].FQDN",
            terraform="domain_fqdn",
            applies="window",
        ),
    ] = None
    """The name of a directory of your own, such as corp.example.com; SQL Server only."""
    ou: Annotated[
        Str | None,
        Field(
            create="DomainOu", change="DomainOu", read="DomainMemberships[].OU", terraform="domain_ou", applies="window"
        ),
    ] = None
    """The organizational unit in it."""
    secret: Annotated[
        str | None,
        Pattern(r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+", "the ARN of a secret"),
        Field(
            create="DomainAuthSecretArn",
            change="DomainAuthSecretArn",
            read="DomainMemberships[].AuthSecretArn",
            terraform="domain_auth_secret_arn",
            applies="window",
        ),
    ] = None
    """The ARN of a secret with the user that may join it."""
    dns: Annotated[
        tuple[Annotated[str, Pattern(r"\d{1,3}(\.\d{1,3}){3}", "an IPv4 address")], ...],
        Field(
            create="DomainDnsIps",
            change="DomainDnsIps",
            read="DomainMemberships[].DnsIps",
            terraform="domain_dns_ips",
            applies="window",
            as_set=True,
        ),
    ] = ()
    """The addresses of its two DNS servers."""


class FeatureRole(Part):
    """A role that the engine acts as for one of its features."""

    feature: Annotated[
        str,
        Pattern(r"[A-Za-z][A-Za-z0-9_]*", "the name of a feature such as s3Import or S3_INTEGRATION"),
        Field(
            create="AddRoleToDBInstance.FeatureName",
            change="AddRoleToDBInstance.FeatureName",
            read="AssociatedRoles[].FeatureName",
            terraform="feature_name",
        ),
    ]
    """The engine's name for it: s3Import, s3Export, Lambda, S3_INTEGRATION."""
    role: Annotated[
        RoleArn,
        Field(
            create="AddRoleToDBInstance.RoleArn",
            change="AddRoleToDBInstance.RoleArn",
            read="AssociatedRoles[].RoleArn",
            terraform="role_arn",
        ),
    ]
    """The role: an iam_role, or the ARN of one. It must trust rds.amazonaws.com."""


class IntegrationFields(Part):
    """What it works together with."""

    domain: Annotated[
        Domain | None,
        Field(Mode.ADOPT, read="DomainMemberships", applies="window"),
    ] = None
    """The directory that it is joined to: {directory, role}, or {fqdn, ou, secret, dns}; {}: none. Joining is an
    outage."""
    roles: Annotated[
        tuple[FeatureRole, ...],
        Field(
            create="AddRoleToDBInstance.RoleArn",
            change="RemoveRoleFromDBInstance.RoleArn",
            read="AssociatedRoles[].RoleArn",
            as_set=True,
        ),
    ] = ()
    """Roles that its engine acts as, one for each feature: [{feature: s3Import, role: …}]. Others are removed."""
