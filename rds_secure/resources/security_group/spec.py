"""How a security group is written. Its rules: `network`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field as Limit

from rds_secure import network
from rds_secure.fields import VPC, Bool, Field, Int, Mode, Named, Pattern, ResourceSpec, Tagged
from rds_secure.network import EgressRule, IngressRule
from rds_secure.network.calls import Direction
from rds_secure.values import Lookup, Ref


class SecurityGroupSpec(Named, Tagged, ResourceSpec):
    """A security group and its rules."""

    vpc: Annotated[
        Ref | Lookup | str,
        VPC,
        Field(Mode.CREATE_ONLY, create="VpcId", read="VpcId", terraform="vpc_id", applies="never"),
    ]
    """Its VPC: an id, or a look-up by tags."""
    description: Annotated[
        str,
        Pattern(rf"{network.TEXT}{{1,255}}", "a description of letters, digits and ._-:/()#,@[]+=&;{}!$* only"),
        Field(Mode.NOTED, create="Description", read="Description", terraform="description", applies="never"),
    ] = "managed by rds-secure"
    """What it is for: 1 to 255 letters, digits, spaces and ``._-:/()#,@[]+=&;{}!$*``. AWS cannot change it later."""
    ingress: Annotated[
        tuple[IngressRule, ...],
        Field(
            create="AuthorizeSecurityGroupIngress.IpPermissions",
            change="RevokeSecurityGroupIngress.SecurityGroupRuleIds",
            read="IpPermissions",
            terraform="ingress",
            as_set=True,
            shared=True,
        ),
    ] = ()
    """Who may connect. None, unless written."""
    egress: Annotated[
        tuple[EgressRule, ...],
        Field(
            create="AuthorizeSecurityGroupEgress.IpPermissions",
            change="RevokeSecurityGroupEgress.SecurityGroupRuleIds",
            read="IpPermissionsEgress",
            terraform="egress",
            as_set=True,
            shared=True,
        ),
    ] = ()
    """What may be reached from it. Nothing, unless written: the rule by which AWS allows everything is removed."""
    exclusive: Annotated[Bool, Field(Mode.META)] = True
    """Whether rules that are not written here are removed. With false they are shown, and stay."""
    rule_quota: Annotated[Int, Limit(ge=1, le=1000), Field(Mode.META)] = 60
    """How many rules AWS allows per direction and address family: the account's quota, 60 unless AWS has raised it."""

    def rules(self, direction: Direction) -> tuple[IngressRule | EgressRule, ...]:
        """The rules of one direction."""
        return self.ingress if direction == "ingress" else self.egress
