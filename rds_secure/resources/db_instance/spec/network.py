"""How an instance is reached: networks, port, public access. Who may sign in is in `credentials`."""

from __future__ import annotations

from typing import Annotated, Literal

from rds_secure.database.types import ZONE, SecurityGroup, SubnetGroup
from rds_secure.fields import Bool, Field, Int, Mode, OrLookup, Part, Pattern


class NetworkFields(Part):
    """How it is reached."""

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
    ] = ()
    """Who can connect: security groups by reference or id, or a look-up that takes all it finds."""
    subnet_group: Annotated[
        SubnetGroup | None,
        Field(
            Mode.CREATE_ONLY,
            create="DBSubnetGroupName",
            read="DBSubnetGroup.DBSubnetGroupName",
            terraform="db_subnet_group_name",
            applies="never",
        ),
    ] = None
    """The subnets it may be placed in: a db_subnet_group, or the name of one."""
    availability_zone: Annotated[
        str | None,
        Pattern(ZONE, "a zone such as eu-west-1a"),
        Field(
            Mode.CREATE_ONLY,
            create="AvailabilityZone",
            read="AvailabilityZone",
            terraform="availability_zone",
            applies="never",
        ),
    ] = None
    """The zone of an instance without a standby; AWS chooses one, and moves the two of a Multi-AZ instance."""
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
    """IPV4, or DUAL for IPv6 as well. AWS does not show that a change waits for its window: it takes when: now."""
    port: Annotated[
        Int | None,
        Field(Mode.ADOPT, create="Port", change="DBPortNumber", read="Endpoint.Port", terraform="port", applies="now"),
    ] = None
    """The port it listens on, 1150 to 65535; the engine's own if left out. A change restarts it at once."""
    public: Annotated[
        Bool,
        Field(
            create="PubliclyAccessible",
            change="PubliclyAccessible",
            read="PubliclyAccessible",
            terraform="publicly_accessible",
            applies="now",
        ),
    ] = False
    """Whether it has an address on the internet."""
    multi_az: Annotated[
        Bool | None,
        Field(Mode.ADOPT, create="MultiAZ", change="MultiAZ", read="MultiAZ", terraform="multi_az", applies="window"),
    ] = None
    """Whether a standby waits in a second availability zone, which doubles the price."""
