"""EC2 security groups: the normal form and identity of rules, calls that are all or nothing, groups in use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import (
    DependencyViolationError,
    EC2ClientError,
    InvalidPermissionNotFoundError,
    InvalidSecurityGroupDuplicateError,
    InvalidSecurityGroupNotFoundError,
    InvalidSecurityGroupRuleIdNotFoundError,
)
from moto.ec2.models import EC2Backend
from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupRule
from moto.ec2.responses.security_groups import SecurityGroups
from moto.rds.models import rds_backends

from rds_secure.sandbox.repairs.patch import add_property, around, replace_property

AUTHORIZE = ("authorize_security_group_ingress", "authorize_security_group_egress")
UPDATE = "update_security_group_rule_descriptions_"
NAMED_PROTOCOLS = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6", "all": "-1"}
WITH_PORTS = ("tcp", "udp", "icmp", "icmpv6")
TEXT = re.compile(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}")


def rule_normal_form() -> None:
    """A network is stored as its network address, a protocol by its name, and only TCP, UDP and ICMP have ports."""

    @around(SecurityGroupRule, "__init__")
    def init(
        original: Any,
        self: SecurityGroupRule,
        ec2_backend: Any,
        ip_protocol: str,
        group_id: str,
        from_port: Any,
        to_port: Any,
        ip_range: dict[str, str] | None,
        *rest: Any,
        **named: Any,
    ) -> None:
        protocol = NAMED_PROTOCOLS.get(str(ip_protocol).lower(), str(ip_protocol).lower())
        if protocol not in WITH_PORTS or from_port is None:
            from_port = to_port = "-1"
        network = {
            name: str(ip_network(value, strict=False)) if name.startswith("Cidr") else value
            for name, value in (ip_range or {}).items()
        }
        original(self, ec2_backend, protocol, group_id, from_port, to_port, network, *rest, **named)


def rule_identity() -> None:
    """What makes two rules the same is protocol, ports and peer; their descriptions do not count."""

    def identity(rule: SecurityGroupRule) -> tuple[Any, ...]:
        ports = (rule.from_port, rule.to_port)
        return (
            rule.ip_protocol,
            ports,
            rule.cidr_ipv4,
            rule.cidr_ipv6,
            rule.source_group.get("GroupId"),
            rule.prefix_list_id,
        )

    @around(SecurityGroupRule, "__eq__")
    def equal(original: Any, self: SecurityGroupRule, other: SecurityGroupRule) -> bool:
        return identity(self) == identity(other)


def group_rule_descriptions() -> None:
    """DescribeSecurityGroupRules shows the description of a rule whose peer is a group."""
    replace_property(
        SecurityGroupRule, "description", lambda rule: (rule.ip_range or rule.source_group).get("Description")
    )


def rule_owners() -> None:
    """DescribeSecurityGroupRules names the account that owns a rule's group."""
    add_property(SecurityGroupRule, "group_owner_id", lambda rule: rule.owner_id)


def authorize_as_a_whole() -> None:
    """Authorizing several rules makes all of them or none, and answers with all of them."""

    @around(SecurityGroups, *AUTHORIZE)
    def all_or_nothing(original: Any, self: SecurityGroups) -> ActionResult:
        group = _group(self)
        ingress, egress = group.ingress_rules, group.egress_rules
        group.ingress_rules, group.egress_rules = list(ingress), list(egress)
        try:
            original(self)
        except Exception:
            group.ingress_rules, group.egress_rules = ingress, egress
            raise
        before = {rule.id for rule in (*ingress, *egress)}
        made = [rule for rule in (*group.ingress_rules, *group.egress_rules) if rule.id not in before]
        return ActionResult({"Return": True, "SecurityGroupRules": made})


def description_updates() -> None:
    """Descriptions change by rule id and for group rules too; a description that is left out goes away."""

    def ingress(original: Any, self: SecurityGroups) -> ActionResult:
        return _describe(self, _group(self).ingress_rules)

    def egress(original: Any, self: SecurityGroups) -> ActionResult:
        return _describe(self, _group(self).egress_rules)

    around(SecurityGroups, UPDATE + "ingress")(ingress)
    around(SecurityGroups, UPDATE + "egress")(egress)


def _describe(call: SecurityGroups, rules: list[SecurityGroupRule]) -> ActionResult:
    by_id = {rule.id: rule for rule in rules}
    for item in call._get_param("SecurityGroupRuleDescriptions", []):
        if item["SecurityGroupRuleId"] not in by_id:
            raise InvalidSecurityGroupRuleIdNotFoundError(item["SecurityGroupRuleId"])
        _set_description(by_id[item["SecurityGroupRuleId"]], item.get("Description"))
    for permission in call._process_rules_from_querystring() if call._get_param("IpPermissions") else ():
        for wanted in _wanted(call, permission):
            if wanted not in rules:
                raise InvalidPermissionNotFoundError
            _set_description(rules[rules.index(wanted)], wanted.description)
    return ActionResult({"Return": True})


def _wanted(call: SecurityGroups, permission: dict[str, Any]) -> Iterator[SecurityGroupRule]:
    """The rules, as yet in no group, that a permission of a call describes."""
    rules: Iterator[SecurityGroupRule] = call.ec2_backend._iterate_security_rules(
        permission["ip_protocol"],
        _group(call).id,
        permission["from_port"],
        permission["to_port"],
        permission["ip_ranges"],
        permission["source_groups"],
        permission["prefix_list_ids"],
    )
    return rules


def _set_description(rule: Any, text: str | None) -> None:
    peer = rule.ip_range or rule.source_group or rule.prefix_list
    peer.pop("Description", None)
    if text:
        peer["Description"] = text


def _group(call: SecurityGroups) -> SecurityGroup:
    named = call._get_param("GroupId") or call._get_param("GroupName")
    group: SecurityGroup | None = call.ec2_backend.get_security_group_by_name_or_id(named)
    if group is None:
        raise InvalidSecurityGroupNotFoundError(named)
    return group


def groups_in_use() -> None:
    """A group that an interface, a database or another group's rule uses is not deleted; nor is a default group."""

    @around(EC2Backend, "delete_security_group")
    def delete(original: Any, self: EC2Backend, name: str | None = None, group_id: str | None = None) -> Any:
        group = self.get_security_group_by_name_or_id(group_id or name or "")
        if group is not None and group.is_default:
            raise EC2ClientError(
                "CannotDelete", f"the specified group: {group.id} name: default cannot be deleted by a user"
            )
        user = next(_users(self, group), None) if group is not None else None
        if user is not None:
            raise DependencyViolationError(f"resource {group_id or name} has a dependent object: {user}")
        return original(self, name, group_id)


def _users(ec2: EC2Backend, group: SecurityGroup) -> Iterator[str]:
    """What keeps a group from being deleted (EC2-3)."""
    for interface in ec2.enis.values():
        lives = interface.instance is None or interface.instance.state != "terminated"
        if lives and group in interface.group_set:
            yield interface.id
    rds = rds_backends[ec2.account_id][ec2.region_name]
    databases: tuple[Any, ...] = (*rds.databases.values(), *rds.clusters.values())
    for database in databases:
        if group.id in database.vpc_security_group_ids:
            yield database.arn
    for other in (found for groups in ec2.groups.values() for found in groups.values()):
        for rule in (*other.ingress_rules, *other.egress_rules):
            if other is not group and rule.source_group.get("GroupId") == group.id:
                yield other.id


def instance_groups() -> None:
    """The interface of an instance loses the groups that the instance loses, and is found by those that it gains."""

    @around(EC2Backend, "modify_instance_security_groups")
    def modify(original: Any, self: EC2Backend, instance_id: str, new_group_id_list: list[str]) -> Any:
        instance = original(self, instance_id, new_group_id_list)
        for interface in instance.nics.values():
            interface._group_set = list(instance.security_groups)
        return instance


def group_creation() -> None:
    """Group names ignore case, the VPC must exist, and texts have only the characters that EC2 allows (EC2-5)."""

    @around(EC2Backend, "create_security_group")
    def create(
        original: Any, self: EC2Backend, name: str, description: str, vpc_id: str | None = None, **more: Any
    ) -> SecurityGroup:
        if vpc_id is not None:
            self.get_vpc(vpc_id)
        _check_text(description)
        namesakes = self.groups[vpc_id or self.default_vpc.id].values()
        if not more.get("force") and name.lower() in {group.name.lower() for group in namesakes}:
            raise InvalidSecurityGroupDuplicateError(name)
        made: SecurityGroup = original(self, name, description, vpc_id, **more)
        return made

    @around(SecurityGroups, *AUTHORIZE)
    def authorize(original: Any, self: SecurityGroups) -> Any:
        for permission in self._get_param("IpPermissions", []):
            for peers in ("IpRanges", "Ipv6Ranges", "UserIdGroupPairs"):
                for peer in permission.get(peers, []):
                    _check_text(peer.get("Description"))
        return original(self)


def _check_text(text: str | None) -> None:
    if not TEXT.fullmatch(text or ""):
        raise EC2ClientError("InvalidParameterValue", f"Value ({text}) for a description is invalid: character set")
