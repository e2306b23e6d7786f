"""What calls of RDS leave of subnet, parameter and option groups, and of the databases that use them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from rds_secure.inventory.effects import rds
from rds_secure.inventory.effects.call import Call, Effect
from rds_secure.inventory.effects.rds import CLUSTERS, INSTANCES, OPTION_GROUPS, SUBNET_GROUPS, Item
from rds_secure.inventory.ledger import Ledger, Listing
from rds_secure.inventory.model import Reply

SUBNETS = Listing("ec2", "DescribeSubnets", "Subnets", "SubnetId")

# Subnet groups


def subnets_of(ledger: Ledger, names: tuple[str, ...]) -> Iterator[Reply]:
    """Those of the subnets that are in sight."""
    return (found for name in names if (found := ledger.look(SUBNETS, name)))


def vpc_of(ledger: Ledger, call: Call, names: tuple[str, ...]) -> str:
    """The VPC of subnets; what stands for it where they were not read."""
    return next((str(found["VpcId"]) for found in subnets_of(ledger, names)), call.token("vpc"))


def _members(ledger: Ledger, names: tuple[str, ...]) -> list[Item]:
    members = []
    for name in names:
        zone = (ledger.look(SUBNETS, name) or {}).get("AvailabilityZone")
        where = {"SubnetAvailabilityZone": {"Name": zone}} if zone else {}
        members.append({"SubnetIdentifier": name, "SubnetStatus": "Active", **where})
    return members


def _subnets_made(ledger: Ledger, call: Call) -> Reply:
    name, subnets = call["DBSubnetGroupName"].lower(), tuple(call["SubnetIds"])
    group: Item = {
        "DBSubnetGroupName": name,
        "DBSubnetGroupDescription": call["DBSubnetGroupDescription"],
        "DBSubnetGroupArn": call.arn("rds", f"subgrp:{name}"),
        "VpcId": vpc_of(ledger, call, subnets),
        "SubnetGroupStatus": "Complete",
        "Subnets": _members(ledger, subnets),
    }
    ledger.add(SUBNET_GROUPS, group)
    ledger.aside["subnet group", name] = group
    return {"DBSubnetGroup": group}


def _subnets_changed(ledger: Ledger, call: Call) -> Reply:
    """Databases show the group as it is now."""
    group = ledger.edit(SUBNET_GROUPS, call["DBSubnetGroupName"]) or {}
    group["Subnets"] = _members(ledger, tuple(call["SubnetIds"]))
    if "DBSubnetGroupDescription" in call.params:
        group["DBSubnetGroupDescription"] = call["DBSubnetGroupDescription"]
    for name in _users(ledger, group.get("DBSubnetGroupName", "")):
        instance = ledger.edit(INSTANCES, name) or {}
        instance["DBSubnetGroup"] = dict(group)
    return {"DBSubnetGroup": group}


def _users(ledger: Ledger, group: str) -> list[str]:
    return [
        item["DBInstanceIdentifier"]
        for item in ledger.items(INSTANCES)
        if (item.get("DBSubnetGroup") or {}).get("DBSubnetGroupName") == group
    ]


def _subnets_gone(ledger: Ledger, call: Call) -> Reply:
    ledger.drop(SUBNET_GROUPS, call["DBSubnetGroupName"])
    return {}


# Parameter groups


@dataclass(frozen=True, slots=True)
class _Groups:
    """How the calls for one sort of parameter groups, and what they yield, are named."""

    what: str
    arn: str

    @property
    def name(self) -> str:
        return f"DB{self.what}GroupName"

    @property
    def values(self) -> str:
        """The question for the parameters of a group."""
        return f"DescribeDB{self.what}s"


_OF_INSTANCES, _OF_CLUSTERS = _Groups("Parameter", "pg"), _Groups("ClusterParameter", "cluster-pg")


def _parameters_made(groups: _Groups, ledger: Ledger, call: Call) -> Reply:
    """A group that says what the family's own group says, as far as that was read."""
    name = call[groups.name].lower()
    rows = _defaults(groups, ledger, call["DBParameterGroupFamily"])
    ledger.aside["family", name] = call["DBParameterGroupFamily"]
    ledger.put("rds", groups.values, name, {"Parameters": [dict(row) for row in rows.values()]})
    what = f"DB{groups.what}Group"
    return {what: {groups.name: name, f"{what}Arn": call.arn("rds", f"{groups.arn}:{name}")}}


def _defaults(groups: _Groups, ledger: Ledger, family: str | None) -> Mapping[str, Reply]:
    reply = ledger.answer("rds", groups.values, f"default.{family}") if family else None
    return {row["ParameterName"]: row for row in (reply or {}).get("Parameters", ())}


def _parameters_set(groups: _Groups, ledger: Ledger, call: Call) -> Reply:
    name = call[groups.name].lower()
    rows = _rows(groups, ledger, name)
    changed = [each for each in call["Parameters"] if _value(rows, each["ParameterName"]) != each["ParameterValue"]]
    for each in changed:
        row = rows.setdefault(each["ParameterName"], {"ParameterName": each["ParameterName"]})
        row |= {"ParameterValue": each["ParameterValue"], "ApplyMethod": each["ApplyMethod"], "Source": "user"}
        if each["ApplyMethod"] == "immediate":  # which AWS takes for what is dynamic alone (RDS-8)
            row["ApplyType"] = "dynamic"
    _written(groups, ledger, name, rows)
    if any(each["ApplyMethod"] == "pending-reboot" for each in changed):
        _wait_for_restart(groups, ledger, name)
    return {groups.name: name}


def _parameters_reset(groups: _Groups, ledger: Ledger, call: Call) -> Reply:
    """Back to what the family's own group says; where that was not read nobody knows."""
    name = call[groups.name].lower()
    rows = _rows(groups, ledger, name)
    defaults = _defaults(groups, ledger, ledger.aside.get(("family", name)) or _family(groups, ledger, name))
    named = [each["ParameterName"] for each in call.get("Parameters") or ()]
    gone = list(rows) if call.get("ResetAllParameters") else named
    for each in gone:
        rows.pop(each, None)
        if each in defaults:
            rows[each] = dict(defaults[each])
    _written(groups, ledger, name, rows)
    if any(each.get("ApplyMethod") == "pending-reboot" for each in call.get("Parameters") or ()):
        _wait_for_restart(groups, ledger, name)
    return {groups.name: name}


def _rows(groups: _Groups, ledger: Ledger, name: str) -> dict[str, Item]:
    reply = ledger.answer("rds", groups.values, name) or {}
    return {row["ParameterName"]: row for row in reply.get("Parameters", ())}


def _value(rows: Mapping[str, Reply], name: str) -> Any:
    return rows.get(name, {}).get("ParameterValue")


def _written(groups: _Groups, ledger: Ledger, name: str, rows: Mapping[str, Item]) -> None:
    """A group that was not read stays unread."""
    reply = ledger.answer("rds", groups.values, name)
    if reply is not None:
        reply["Parameters"] = list(rows.values())


def _family(groups: _Groups, ledger: Ledger, name: str) -> str | None:
    """The family of a group, by a database that uses it."""
    users = _instances_with(ledger, name) if groups is _OF_INSTANCES else _clusters_with(ledger, name)
    return next((rds.family(dict(item)) for item in users), None)


def _instances_with(ledger: Ledger, name: str) -> list[Reply]:
    return [
        item
        for item in ledger.items(INSTANCES)
        if any(group["DBParameterGroupName"] == name for group in item.get("DBParameterGroups", ()))
    ]


def _clusters_with(ledger: Ledger, name: str) -> list[Reply]:
    return [item for item in ledger.items(CLUSTERS) if item.get("DBClusterParameterGroup") == name]


def _wait_for_restart(groups: _Groups, ledger: Ledger, name: str) -> None:
    """Whoever uses the group has the new values after a restart only (RDS-8)."""
    if groups is _OF_CLUSTERS:
        for cluster in _clusters_with(ledger, name):
            for member in (ledger.edit(CLUSTERS, cluster["DBClusterIdentifier"]) or {}).get("DBClusterMembers", ()):
                member["DBClusterParameterGroupStatus"] = "pending-reboot"
        return
    for instance in _instances_with(ledger, name):
        for group in (ledger.edit(INSTANCES, instance["DBInstanceIdentifier"]) or {}).get("DBParameterGroups", ()):
            if group["DBParameterGroupName"] == name:
                group["ParameterApplyStatus"] = "pending-reboot"


def _parameters_gone(groups: _Groups, ledger: Ledger, call: Call) -> Reply:
    if ledger.answer("rds", groups.values, call[groups.name].lower()) is not None:
        ledger.put("rds", groups.values, call[groups.name].lower(), {})
    return {}


# Option groups


def _options_made(ledger: Ledger, call: Call) -> Reply:
    name = call["OptionGroupName"].lower()
    group: Item = {
        "OptionGroupName": name,
        "OptionGroupArn": call.arn("rds", f"og:{name}"),
        "EngineName": call["EngineName"],
        "MajorEngineVersion": call["MajorEngineVersion"],
        "Options": [],
    }
    ledger.add(OPTION_GROUPS, group)
    return {"OptionGroup": group}


def _options_changed(ledger: Ledger, call: Call) -> Reply:
    group = ledger.edit(OPTION_GROUPS, call["OptionGroupName"]) or {}
    options = {option["OptionName"]: option for option in group.get("Options", ())}
    for name in call.get("OptionsToRemove") or ():
        options.pop(name, None)
    for asked in call.get("OptionsToInclude") or ():
        option = options.setdefault(asked["OptionName"], {"OptionName": asked["OptionName"], "OptionSettings": []})
        option |= {key: asked[key] for key in ("OptionVersion", "Port") if key in asked}
        if "VpcSecurityGroupMemberships" in asked:
            option["VpcSecurityGroupMemberships"] = [
                {"VpcSecurityGroupId": each, "Status": "active"} for each in asked["VpcSecurityGroupMemberships"]
            ]
        settings = {setting["Name"]: setting for setting in option.get("OptionSettings", ())}
        for setting in asked.get("OptionSettings") or ():
            settings[setting["Name"]] = {**settings.get(setting["Name"], {}), **setting}
        option["OptionSettings"] = list(settings.values())
    group["Options"] = list(options.values())
    return {"OptionGroup": group}


def _options_gone(ledger: Ledger, call: Call) -> Reply:
    ledger.drop(OPTION_GROUPS, call["OptionGroupName"])
    return {}


EFFECTS: Mapping[str, Effect] = {
    "CreateDBSubnetGroup": _subnets_made,
    "ModifyDBSubnetGroup": _subnets_changed,
    "DeleteDBSubnetGroup": _subnets_gone,
    **{
        f"{verb}DB{groups.what}Group": partial(effect, groups)
        for groups in (_OF_INSTANCES, _OF_CLUSTERS)
        for verb, effect in (
            ("Create", _parameters_made),
            ("Modify", _parameters_set),
            ("Reset", _parameters_reset),
            ("Delete", _parameters_gone),
        )
    },
    "CreateOptionGroup": _options_made,
    "ModifyOptionGroup": _options_changed,
    "DeleteOptionGroup": _options_gone,
}
