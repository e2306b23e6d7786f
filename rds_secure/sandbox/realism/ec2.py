"""EC2 security groups: a group that was just made is not found everywhere yet (EC2-4)."""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import InvalidSecurityGroupNotFoundError
from moto.ec2.models import EC2Backend
from moto.ec2.models.security_groups import SecurityGroup
from moto.ec2.responses.security_groups import SecurityGroups

from rds_secure.sandbox.realism import lag
from rds_secure.sandbox.realism.switch import around

OF_RULES = tuple(
    f"{verb}_{direction}"
    for verb in ("authorize_security_group", "revoke_security_group", "update_security_group_rule_descriptions")
    for direction in ("ingress", "egress")
)


def new_groups() -> None:
    """The first call about the rules of a new group, or with it as a peer, does not find it."""

    @around("ec2-new-groups", EC2Backend, "create_security_group")
    def create(original: Any, self: EC2Backend, *args: Any, **named: Any) -> SecurityGroup:
        made: SecurityGroup = original(self, *args, **named)
        lag.begin("group", made.id)
        return made

    @around("ec2-new-groups", SecurityGroups, *OF_RULES)
    def rules(original: Any, self: SecurityGroups) -> Any:
        permissions = self._get_param("IpPermissions", []) or []
        peers = [peer.get("GroupId") for item in permissions for peer in item.get("UserIdGroupPairs", [])]
        for group in dict.fromkeys((self._get_param("GroupId"), *peers)):
            if group and lag.is_early("group", group):
                raise InvalidSecurityGroupNotFoundError(group)
        return original(self)
