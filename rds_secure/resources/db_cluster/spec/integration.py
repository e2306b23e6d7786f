"""What a cluster works together with: a directory, roles that it acts as, the Data API."""

from __future__ import annotations

from typing import Annotated

from rds_secure.database.types import RoleArn, RoleName
from rds_secure.fields import Bool, Field, Mode, Part, Pattern


class Directory(Part):
    """A directory of AWS Directory Service."""

    directory: Annotated[
        str | None,
        Pattern(r"d-[0-9a-z]{10}", "the id of a directory: d- and ten digits or letters"),
        Field(
            create="Domain", change="Domain", read="DomainMemberships[].Domain", terraform="domain", applies="window"
        ),
    ] = None
    """The directory, such as d-0123456789."""
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


class ClusterRole(Part):
    """A role that a cluster acts as."""

    feature: Annotated[
        str | None,
        Pattern(r"[A-Za-z][A-Za-z0-9_]*", "the name of a feature such as s3Import"),
        Field(
            create="AddRoleToDBCluster.FeatureName",
            change="AddRoleToDBCluster.FeatureName",
            read="AssociatedRoles[].FeatureName",
            terraform="feature_name",
        ),
    ] = None
    """The engine's name for what it is for: s3Import, s3Export, Lambda. PostgreSQL needs one; MySQL finds its roles by
    parameters such as aws_default_s3_role."""
    role: Annotated[
        RoleArn,
        Field(
            create="AddRoleToDBCluster.RoleArn",
            change="AddRoleToDBCluster.RoleArn",
            read="AssociatedRoles[].RoleArn",
            terraform="role_arn",
        ),
    ]
    """The role: an iam_role, or the ARN of one. It must trust rds.amazonaws.com."""


class IntegrationFields(Part):
    """What it works together with."""

    domain: Annotated[
        Directory | None,
        Field(Mode.ADOPT, read="DomainMemberships", applies="window"),
    ] = None
    """The directory that an Aurora cluster is joined to: {directory, role}; {}: none."""
    roles: Annotated[
        tuple[ClusterRole, ...],
        Field(
            create="AddRoleToDBCluster.RoleArn",
            change="RemoveRoleFromDBCluster.RoleArn",
            read="AssociatedRoles[].RoleArn",
            terraform="iam_roles",
            as_set=True,
        ),
    ] = ()
    """Roles that its engine acts as: [{feature: s3Import, role: …}]. Others are removed."""
    data_api: Annotated[
        Bool,
        Field(
            create="CreateDBCluster.EnableHttpEndpoint",
            change="EnableHttpEndpoint.ResourceArn",
            read="HttpEndpointEnabled",
            terraform="enable_http_endpoint",
            applies="now",
        ),
    ] = False
    """Whether statements can be sent to an Aurora cluster over HTTPS by whoever IAM lets do so, past its networks."""
