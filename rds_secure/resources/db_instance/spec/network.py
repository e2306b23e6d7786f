"""How an instance is reached: networks, port, public access. Who may sign in is in `credentials`."""

from __future__ import annotations

from typing import Annotated

from rds_secure.fields import Bool, Field, Int, Mode, OrLookup, Part
from rds_secure.resources.db_instance.spec.types import SecurityGroup, SubnetGroup


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
    ]
    """Who can connect: security groups by reference or id, or a look-up that takes all it finds."""
    subnet_group: Annotated[
        SubnetGroup,
        Field(
            Mode.CREATE_ONLY,
            create="DBSubnetGroupName",
            read="DBSubnetGroup.DBSubnetGroupName",
            terraform="db_subnet_group_name",
            applies="never",
        ),
    ]
    """The subnets it may be placed in: a db_subnet_group, or the name of one."""
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
