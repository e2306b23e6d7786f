"""Who reaches a cluster, and who can sign in. No password is ever a value here."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field as Limit

from rds_secure import engines
from rds_secure.database.password import MANAGED, Password
from rds_secure.database.types import ZONE, KmsKey, SecurityGroup, SubnetGroup
from rds_secure.fields import Bool, Field, Int, Mode, OrLookup, Part, Pattern


class AccessFields(Part):
    """Who reaches it, and who can sign in."""

    security_groups: Annotated[
        tuple[SecurityGroup, ...],
        OrLookup(),
        Field(
            create="VpcSecurityGroupIds",
            change="VpcSecurityGroupIds",
            read="VpcSecurityGroups[].VpcSecurityGroupId",
            terraform="vpc_security_group_ids",
            applies="now",
            as_set=True,
        ),
    ]
    """Who can connect: security groups by reference or id, or a look-up that takes all it finds."""
    subnet_group: Annotated[
        SubnetGroup,
        Field(
            Mode.CREATE_ONLY,
            create="DBSubnetGroupName",
            read="DBSubnetGroup",
            terraform="db_subnet_group_name",
            applies="never",
        ),
    ]
    """The subnets it may be placed in: a db_subnet_group, or the name of one."""
    availability_zones: Annotated[
        tuple[Annotated[str, Pattern(ZONE, "a zone such as eu-west-1a")], ...] | None,
        Field(
            Mode.CREATE_ONLY,
            create="AvailabilityZones",
            read="AvailabilityZones",
            terraform="availability_zones",
            applies="never",
        ),
    ] = None
    """Zones that the storage of an Aurora cluster lies in, up to three; AWS chooses those that are not written. Those
    of its instances are chosen there."""
    network_type: Annotated[
        Literal["IPV4", "DUAL"] | None,
        Field(
            Mode.ADOPT,
            create="NetworkType",
            change="NetworkType",
            read="NetworkType",
            terraform="network_type",
            applies="window",
        ),
    ] = None
    """IPV4, or DUAL for IPv6 as well; Aurora only. AWS does not show that a change waits for its window: it takes
    when: now."""
    ca: Annotated[
        str | None,
        Pattern(r"[a-z][a-z0-9-]+", "the name of a certificate authority such as rds-ca-rsa2048-g1"),
        Field(
            Mode.ADOPT,
            create="CACertificateIdentifier",
            change="CACertificateIdentifier",
            read="CertificateDetails.CAIdentifier",
            terraform="ca_certificate_identifier",
            applies="window",
        ),
    ] = None
    """The certificate authority of the TLS certificates of a Multi-AZ DB cluster. For Aurora its instances say it."""
    port: Annotated[
        Int | None,
        Field(Mode.ADOPT, create="Port", change="Port", read="Port", terraform="port", applies="now"),
    ] = None
    """The port it listens on, 1150 to 65535; the engine's own if left out. A change restarts all instances at once."""
    public: Annotated[
        Bool,
        Field(
            Mode.CREATE_ONLY,
            create="PubliclyAccessible",
            read="PubliclyAccessible",
            terraform="publicly_accessible",
            applies="never",
        ),
    ] = False
    """Whether a Multi-AZ DB cluster has addresses on the internet. For Aurora its instances say it."""
    master_username: Annotated[
        str,
        Pattern(engines.MASTER_NAME, "a user name: 1 to 16 letters, digits and underscores, a letter first"),
        Field(
            Mode.CREATE_ONLY,
            create="MasterUsername",
            read="MasterUsername",
            terraform="master_username",
            applies="never",
        ),
    ] = "dbowner"
    """The name of its first user; never one of those that are guessed first, such as admin."""
    master_password: Annotated[
        Password,
        Field(
            create="ManageMasterUserPassword",
            change="ManageMasterUserPassword",
            read="MasterUserSecret.SecretArn",
            terraform="manage_master_user_password",
            applies="now",
        ),
    ] = MANAGED
    """managed: RDS makes the password, keeps it in Secrets Manager and rotates it. {env: NAME} or {secret: NAME, key:
    KEY}: it is found there when it is set; it cannot be read back, see password_version. unmanaged: it is left as it
    is, which needs a cluster that exists. No password is ever written in a spec."""
    password_version: Annotated[
        Int, Limit(ge=1), Field(change="MasterUserPassword", read="TagList[].Value", applies="now")
    ] = 1
    """Another number sets the password anew from its source: after it changed there. Kept in a tag."""
    master_secret_key: Annotated[
        KmsKey | None,
        Field(
            Mode.CREATE_ONLY,
            create="MasterUserSecretKmsKeyId",
            change="MasterUserSecretKmsKeyId",
            read="MasterUserSecret.KmsKeyId",
            terraform="master_user_secret_kms_key_id",
            applies="never",
        ),
    ] = None
    """The key that encrypts the managed password; fixed once it is managed. Left out: the kms_key of the cluster, or
    else AWS's own key for Secrets Manager."""
    iam_auth: Annotated[
        Bool | None,
        Field(
            Mode.ADOPT,
            create="EnableIAMDatabaseAuthentication",
            change="EnableIAMDatabaseAuthentication",
            read="IAMDatabaseAuthenticationEnabled",
            terraform="iam_database_authentication_enabled",
            applies="window",
        ),
    ] = None
    """Whether IAM users and roles can sign in without a password. Left out: true where the engine has it."""
