"""How one rule in somebody else's group is written. Rules of groups of the stack: `security_group`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field as Limit

from rds_secure import network
from rds_secure.fields import Field, Int, Mode, Pattern, Reference, ResourceSpec, Tagged
from rds_secure.network import EgressRule, IngressRule, NotWritten, Peer
from rds_secure.network.calls import Direction
from rds_secure.values import Lookup, Ref

Group = Annotated[
    Ref | Lookup | str,
    Reference(
        ("security_group",),
        "id",
        r"sg-[0-9a-f]{8,17}",
        "a security group id such as sg-0123456789abcdef0",
        lookup="security_group",
    ),
]

_PARTS = ("protocol", "port", "ports", "description")


class SecurityGroupRuleSpec(Tagged, ResourceSpec):
    """One rule in a security group that belongs to others."""

    group: Annotated[
        Group,
        Field(Mode.CREATE_ONLY, create="GroupId", read="GroupId", terraform="security_group_id", applies="never"),
    ]
    """The group that is to have the rule: an id, or a look-up by tags. It is not touched otherwise."""
    direction: Annotated[
        Direction,
        Field(Mode.CREATE_ONLY, read="IsEgress", terraform="type", applies="never"),
    ] = "ingress"
    """Whether the rule lets traffic in (ingress) or out (egress)."""
    peer: Annotated[
        Peer,
        Field(
            create="IpPermissions[].IpRanges[].CidrIp",
            change="AuthorizeSecurityGroupIngress.IpPermissions[].IpRanges[].CidrIp",
            read="CidrIpv4",
            terraform="cidr_ipv4",
        ),
    ]
    """Who may connect, or be reached: as ``from`` or ``to`` of the rules in `security_group`."""
    protocol: Annotated[
        str,
        Pattern(r"tcp|udp|icmp|icmpv6|all|-1|\d{1,3}", "a protocol: tcp, udp, icmp, icmpv6, all, or its number"),
        Field(
            create="IpPermissions[].IpProtocol",
            change="AuthorizeSecurityGroupIngress.IpPermissions[].IpProtocol",
            read="IpProtocol",
            terraform="ip_protocol",
        ),
    ] = "tcp"
    """The protocol, by name (tcp, udp, icmp, icmpv6, all) or by number."""
    port: Annotated[
        Annotated[str, Pattern(r"all|\d{1,5}|\d{1,3}/\d{1,3}", "a port from 0 to 65535, or all")] | None,
        Field(
            create="IpPermissions[].FromPort",
            change="AuthorizeSecurityGroupIngress.IpPermissions[].FromPort",
            read="FromPort",
            terraform="from_port",
        ),
    ] = None
    """One port, or all; for icmp and icmpv6 a type (8), a type with its code (3/4), or all."""
    ports: Annotated[
        Annotated[str, Pattern(r"\d{1,5}-\d{1,5}", "a range of ports such as 8000-8100")] | None,
        Field(
            create="IpPermissions[].ToPort",
            change="AuthorizeSecurityGroupIngress.IpPermissions[].ToPort",
            read="ToPort",
            terraform="to_port",
        ),
    ] = None
    """A range of ports: 8000-8100."""
    description: Annotated[
        Annotated[
            str, Pattern(rf"{network.TEXT}{{0,255}}", "a description of letters, digits and ._-:/()#,@[]+=&;{}!$*")
        ]
        | None,
        Field(
            create="IpPermissions[].IpRanges[].Description",
            change="UpdateSecurityGroupRuleDescriptionsIngress.SecurityGroupRuleDescriptions[].Description",
            read="Description",
            terraform="description",
        ),
    ] = None
    """What it is for: at most 255 letters, digits, spaces and ``._-:/()#,@[]+=&;{}!$*``."""
    leftovers: Annotated[
        NotWritten,
        Field(change="RevokeSecurityGroupIngress.SecurityGroupRuleIds", read="SecurityGroupRuleId", as_set=True),
    ] = ()
    """Rules that an earlier apply replaced and could not revoke any more. Nothing can be written here: they go."""
    rule_quota: Annotated[Int, Limit(ge=1, le=1000), Field(Mode.META)] = 60
    """How many rules AWS allows per direction and address family: the account's quota, 60 unless AWS has raised it."""

    @property
    def rule(self) -> IngressRule | EgressRule:
        """The rule as a group's own would be written."""
        parts: dict[str, Any] = {name: getattr(self, name) for name in _PARTS}
        if self.direction == "ingress":
            return IngressRule.model_construct(from_=self.peer, **parts)
        return EgressRule.model_construct(to=self.peer, **parts)

    def with_rule(self, rule: IngressRule | EgressRule) -> SecurityGroupRuleSpec:
        """The spec with the parts of a rule in place of its own."""
        parts = {name: getattr(rule, name) for name in _PARTS}
        return self.model_copy(update={"direction": rule.direction, "peer": rule.peer, **parts})
