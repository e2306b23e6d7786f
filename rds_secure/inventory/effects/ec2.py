"""What calls of EC2 leave of security groups and their rules. A rule is told twice: in its group, and by its id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from rds_secure.inventory.effects.call import Call, Effect, tagged, untagged
from rds_secure.inventory.effects.ec2_rules import (
    Rule,
    everything,
    of_permissions,
    of_request,
    of_row,
    permissions,
    row,
    same,
)
from rds_secure.inventory.ledger import Ledger, Listing
from rds_secure.inventory.model import Reply

GROUPS = Listing("ec2", "DescribeSecurityGroups", "SecurityGroups", "GroupId")
RULES = Listing("ec2", "DescribeSecurityGroupRules", "SecurityGroupRules", "SecurityGroupRuleId")

_LISTS = {False: "IpPermissions", True: "IpPermissionsEgress"}
"""Whether it is egress → where a group has its rules."""

_UNKNOWN = "a rule is changed by its id, and the ids of rules were not read"


def _created(ledger: Ledger, call: Call) -> Reply:
    """A group that reaches everything (EC2-2): of IPv6 that is so only where its VPC has it."""
    group = {
        "GroupId": call.token(),
        "GroupName": call["GroupName"],
        "Description": call["Description"],
        "VpcId": call.get("VpcId", ""),
        "OwnerId": call.place.account,
        "SecurityGroupArn": call.arn("ec2", f"security-group/{call.token()}"),
        "Tags": _tags(call),
        "IpPermissions": [],
        "IpPermissionsEgress": [],
    }
    ledger.add(GROUPS, group)
    networks = ("0.0.0.0/0", "::/0") if _has_ipv6(ledger, call.get("VpcId", "")) else ("0.0.0.0/0",)
    _add(ledger, call, call.token(), map(everything, networks))
    return group


def _has_ipv6(ledger: Ledger, vpc: str) -> bool:
    found = ledger.look(Listing("ec2", "DescribeVpcs", "Vpcs", "VpcId"), vpc) or {}
    return bool(found.get("Ipv6CidrBlockAssociationSet"))


def _tags(call: Call) -> list[dict[str, str]]:
    return [dict(tag) for each in call.get("TagSpecifications", ()) for tag in each["Tags"]]


def _deleted(ledger: Ledger, call: Call) -> Reply:
    ledger.drop(GROUPS, call["GroupId"])
    for rule in [each["SecurityGroupRuleId"] for each in ledger.items(RULES) if each["GroupId"] == call["GroupId"]]:
        ledger.drop(RULES, rule)
    return {}


# Rules


def _authorized(egress: bool, ledger: Ledger, call: Call) -> Reply:
    rules = list(of_permissions(call["IpPermissions"], egress=egress, account=call.place.account))
    return {"SecurityGroupRules": _add(ledger, call, call["GroupId"], rules, _tags(call))}


def _add(
    ledger: Ledger, call: Call, group: str, rules: Iterable[Rule], tags: Iterable[Mapping[str, str]] = ()
) -> list[dict[str, Any]]:
    """Rules that are not there yet, in both places."""
    made: list[dict[str, Any]] = []
    for rule in rules:
        held = _rules(ledger, group, egress=rule.egress)
        if not any(same(rule, other) for other in held):
            _set(ledger, group, [*held, rule], egress=rule.egress)
            number = len(made) + sum(1 for each in ledger.items(RULES) if each["GroupId"] == group)
            name = call.token() if call.address.kind == "security_group_rule" else f"<{call.address}.rule {number}>"
            made.append(row(rule, name, group, call.place, [dict(tag) for tag in tags]))
    for each in made:
        ledger.add(RULES, each)
    return made


def _rules(ledger: Ledger, group: str, *, egress: bool) -> list[Rule]:
    found = ledger.look(GROUPS, group) or {}
    listed = found.get(_LISTS[egress], ())
    return list(of_permissions(listed, egress=egress, account=found.get("OwnerId", "")))


def _set(ledger: Ledger, group: str, rules: Iterable[Rule], *, egress: bool) -> None:
    found = ledger.edit(GROUPS, group)
    if found is not None:
        found[_LISTS[egress]] = permissions(rules)


def _revoked(egress: bool, ledger: Ledger, call: Call) -> Reply:
    """By their ids, or by what they say."""
    group, ids = call["GroupId"], call.get("SecurityGroupRuleIds", ())
    if ids and not ledger.knows(RULES):
        ledger.forget("ec2", "DescribeSecurityGroups", why=_UNKNOWN)
        return {}
    gone = [rule for each in ids if (rule := _by_id(ledger, each))]
    gone.extend(of_permissions(call.get("IpPermissions", ()), egress=egress, account=call.place.account))
    left = [rule for rule in _rules(ledger, group, egress=egress) if not any(same(rule, other) for other in gone)]
    _set(ledger, group, left, egress=egress)
    for each in list(_ids_of(ledger, group, gone)):
        ledger.drop(RULES, each)
    return {}


def _by_id(ledger: Ledger, name: str) -> Rule | None:
    found = ledger.look(RULES, name)
    return of_row(found) if found else None


def _ids_of(ledger: Ledger, group: str, rules: Iterable[Rule]) -> Iterator[str]:
    for each in ledger.items(RULES):
        if each["GroupId"] == group and any(same(of_row(each), rule) for rule in rules):
            yield each["SecurityGroupRuleId"]


def _changed(ledger: Ledger, call: Call) -> Reply:
    """Rules that say something else from now on, under the same ids."""
    if not ledger.knows(RULES):
        ledger.forget("ec2", "DescribeSecurityGroups", why=_UNKNOWN)
        return {}
    for update in call["SecurityGroupRules"]:
        found = ledger.edit(RULES, update["SecurityGroupRuleId"])
        if found is None:
            continue
        old, group = of_row(found), call["GroupId"]
        new = of_request(update["SecurityGroupRule"], egress=old.egress, owner=call.place.account)
        held = [rule for rule in _rules(ledger, group, egress=old.egress) if not same(rule, old)]
        _set(ledger, group, [*held, new], egress=old.egress)
        fresh = row(new, update["SecurityGroupRuleId"], group, call.place, found.get("Tags", []))
        found.clear()
        found.update(fresh)
    return {}


def _described(egress: bool, ledger: Ledger, call: Call) -> Reply:
    """Other descriptions of rules, by their ids or by what they say; one that is left out goes away."""
    group, texts = call["GroupId"], call.get("SecurityGroupRuleDescriptions", ())
    if texts and not ledger.knows(RULES):
        ledger.forget("ec2", "DescribeSecurityGroups", why=_UNKNOWN)
        return {}
    told = [
        replace(rule, description=each.get("Description", ""))
        for each in texts
        if (rule := _by_id(ledger, each["SecurityGroupRuleId"]))
    ]
    told.extend(of_permissions(call.get("IpPermissions", ()), egress=egress, account=call.place.account))
    held = _rules(ledger, group, egress=egress)
    _set(ledger, group, [_as_told(rule, told) for rule in held], egress=egress)
    for rule in told:
        for name in list(_ids_of(ledger, group, [rule])):
            found = ledger.edit(RULES, name) or {}
            found.pop("Description", None)
            found.update({"Description": rule.description} if rule.description else {})
    return {}


def _as_told(rule: Rule, told: Iterable[Rule]) -> Rule:
    return next((replace(rule, description=each.description) for each in told if same(rule, each)), rule)


# Tags


def _tagged(ledger: Ledger, call: Call) -> Reply:
    for listing, name in _named(call):
        if item := ledger.edit(listing, name):
            item["Tags"] = tagged(item.get("Tags", ()), call.tags)
    return {}


def _untagged(ledger: Ledger, call: Call) -> Reply:
    keys = [tag["Key"] for tag in call["Tags"]]
    for listing, name in _named(call):
        if item := ledger.edit(listing, name):
            item["Tags"] = untagged(item.get("Tags", ()), keys)
    return {}


def _named(call: Call) -> Iterator[tuple[Listing, str]]:
    return ((listing, name) for name in call["Resources"] for listing in (GROUPS, RULES))


EFFECTS: Mapping[str, Effect] = {
    "CreateSecurityGroup": _created,
    "DeleteSecurityGroup": _deleted,
    "AuthorizeSecurityGroupIngress": partial(_authorized, False),
    "AuthorizeSecurityGroupEgress": partial(_authorized, True),
    "RevokeSecurityGroupIngress": partial(_revoked, False),
    "RevokeSecurityGroupEgress": partial(_revoked, True),
    "ModifySecurityGroupRules": _changed,
    "UpdateSecurityGroupRuleDescriptionsIngress": partial(_described, False),
    "UpdateSecurityGroupRuleDescriptionsEgress": partial(_described, True),
    "CreateTags": _tagged,
    "DeleteTags": _untagged,
}
