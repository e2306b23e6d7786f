"""What a cluster works together with: a directory, roles that it acts as, the Data API."""

from __future__ import annotations

from typing import Annotated

from rds_secure.database.directory import Directory
from rds_secure.database.types import RoleArn
from rds_secure.fields import Bool, Field, Mode, Part, Pattern


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
