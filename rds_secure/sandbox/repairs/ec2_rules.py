"""EC2 rules about managed prefix lists, and those of default groups. Groups, and rules as such: `ec2`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from moto.ec2.exceptions import EC2ClientError, RulesPerSecurityGroupLimitExceededError
from moto.ec2.models import EC2Backend
from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupRule
from moto.ec2.responses.security_groups import SecurityGroups

from rds_secure.sandbox.repairs.patch import around, replace_property

AUTHORIZE = {"authorize_security_group_ingress": "ingress_rules", "authorize_security_group_egress": "egress_rules"}
QUOTA = 60
"""Rules per group, direction and address family (EC2-2)."""


def default_groups() -> None:
    """A VPC's default group lets its members reach each other."""

    @around(EC2Backend, "create_security_group")
    def create(original: Any, self: EC2Backend, *args: Any, **named: Any) -> Any:
        group = original(self, *args, **named)
        if group.is_default:
            group.add_ingress_rule(SecurityGroupRule(self, "-1", group.id, None, None, None, {"GroupId": group.id}))
            group.ingress_rules[-1].is_egress = False
        return group


def prefix_list_rules() -> None:
    """A rule about a prefix list has its description, and the list must be there."""
    shown: Callable[[Any], Any] = inspect.getattr_static(SecurityGroupRule, "description").fget

    @around(SecurityGroupRule, "__init__")
    def init(original: Any, self: Any, ec2_backend: Any, *args: Any, **named: Any) -> None:
        original(self, ec2_backend, *args, **named)
        listed = args[6] if len(args) > 6 else named.get("prefix_list_id")
        self.prefix_list = dict(listed or {})
        if self.prefix_list_id and self.prefix_list_id not in ec2_backend.managed_prefix_lists:
            what = f"The prefix list ID '{self.prefix_list_id}' does not exist"
            raise EC2ClientError("InvalidPrefixListID.NotFound", what)

    replace_property(SecurityGroupRule, "description", lambda rule: rule.prefix_list.get("Description") or shown(rule))

    @around(SecurityGroup, "_flattened_rules")
    def flattened(original: Any, self: Any, rules: Any) -> Any:
        views = original(self, rules)
        for view in views:
            what = (view.from_port, view.to_port, view.ip_protocol)
            of_view = [rule for rule in rules if (rule.from_port, rule.to_port, rule.ip_protocol) == what]
            view.prefix_list_ids = [dict(rule.prefix_list) for rule in of_view if rule.prefix_list_id]
        return views


def prefix_list_quota() -> None:
    """A prefix list counts as its largest number of entries against the quota of rules, AWS's own as their weight."""
    for action, rules in AUTHORIZE.items():
        around(SecurityGroups, action)(_counting(rules))


def _counting(rules: str) -> Any:
    def authorize(original: Any, self: SecurityGroups) -> Any:
        answer = original(self)
        group = self.ec2_backend.get_security_group_by_name_or_id(self._get_param("GroupId"))
        held = getattr(group, rules)
        lists = [self.ec2_backend.managed_prefix_lists[rule.prefix_list_id] for rule in held if rule.prefix_list_id]
        if len(held) - len(lists) + sum(map(_size, lists)) > QUOTA:
            made = {rule.id for rule in answer.result["SecurityGroupRules"]}
            setattr(group, rules, [rule for rule in held if rule.id not in made])
            raise RulesPerSecurityGroupLimitExceededError
        return answer

    return authorize


def _size(prefix_list: Any) -> int:
    if prefix_list.max_entries is not None:
        return int(prefix_list.max_entries)
    return 55 if prefix_list.prefix_list_name.endswith("cloudfront.origin-facing") else 1
