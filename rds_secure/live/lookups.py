"""Look-ups: what is found by tag, alias or name outside the spec, before anything is compared.

A field that takes one value needs exactly one match, a list takes all that match (meaning §2). EC2 objects are
matched in whole-account lists, which the kinds read anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rds_secure import tagging
from rds_secure.errors import Problem
from rds_secure.fields import Reference, mapped, values_of
from rds_secure.kind import Reader, together
from rds_secure.live.sight import Sight
from rds_secure.spec.stack import Stack
from rds_secure.values import Address, Lookup, leaves

_EC2 = {
    "vpc": ("DescribeVpcs", "Vpcs", "VpcId"),
    "subnet": ("DescribeSubnets", "Subnets", "SubnetId"),
    "security_group": ("DescribeSecurityGroups", "SecurityGroups", "GroupId"),
    "prefix_list": ("DescribeManagedPrefixLists", "PrefixLists", "PrefixListId"),
}


def resolve_lookups(
    stack: Stack, reader: Reader, sight: Sight
) -> tuple[dict[Address, Any], dict[Lookup, tuple[str, ...]], list[Problem]]:
    """The specs with every look-up replaced by what it finds, the matches, and the look-ups that fail.

    One that is denied finds nothing and is no problem of the spec: ``sight`` knows which addresses it hides.
    """
    written = [
        (address, path, leaf)
        for address, spec in sorted(stack.resources.items())
        for path, leaf in leaves(values_of(spec))
        if isinstance(leaf, Lookup)
    ]
    distinct = list(dict.fromkeys(leaf for _, _, leaf in written))

    def look(lookup: Lookup) -> tuple[str, ...] | None:
        where = {address for address, _, leaf in written if leaf == lookup}
        return sight.look(lambda: _find(lookup, reader), None, addresses=where)

    seen = zip(distinct, reader.each(look, distinct), strict=True)
    found = {lookup: matches for lookup, matches in seen if matches is not None}
    problems = []
    for address, path, lookup in written:
        if lookup not in found:
            continue
        matches, many = found[lookup], isinstance(path[-1], int)
        if not matches:
            what, fix = f"no {lookup.what} matches {_said(lookup)}", f"correct the {_by(lookup)}, or write an id"
            problems.append(Problem(what, fix, stack.at(address, path)))
        elif len(matches) > 1 and not many:
            what = f"{len(matches)} match {_said(lookup)}: {', '.join(matches)}"
            fix = "write the id of one" if _by(lookup) == "name" else "add tags until one is left, or write its id"
            problems.append(Problem(what, fix, stack.at(address, path)))

    def leaf(value: Any, marker: Reference | None, many: bool) -> Any:
        if not isinstance(value, Lookup):
            return value
        matches = found.get(value, ())
        return matches if many else (matches or ("",))[0]

    specs = {address: mapped(spec, leaf) for address, spec in stack.resources.items()}
    return specs, found, problems


def _find(lookup: Lookup, reader: Reader) -> tuple[str, ...]:
    wanted = dict(lookup.match)
    if "alias" in wanted:
        return _by_alias(str(wanted["alias"]), reader)
    tags = {key.removeprefix("tag:"): value for key, value in wanted.items() if key.startswith("tag:")}
    if lookup.what not in _EC2:
        return _by_tag(lookup.what, tags, reader)
    action, root, identifier = _EC2[lookup.what]
    vpc, name = wanted.get("vpc"), wanted.get("name")
    vpcs, reply = together(
        reader,
        lambda: _find(vpc, reader) if isinstance(vpc, Lookup) else (vpc,) if vpc else None,
        lambda: reader.call("ec2", action) or {},
    )
    return tuple(
        sorted(
            item[identifier]
            for item in reply[root]
            if tags.items() <= tagging.mapping(item.get("Tags")).items()
            and (vpcs is None or item["VpcId"] in vpcs)
            and (name is None or item["PrefixListName"] == name)
        )
    )


def _by_alias(alias: str, reader: Reader) -> tuple[str, ...]:
    """The ARN of the key behind an alias, given by name or by ARN (RDS-3)."""
    reply = reader.call("kms", "ListAliases") or {}
    for entry in reply["Aliases"]:
        if alias in (entry["AliasName"], entry["AliasArn"]) and entry.get("TargetKeyId"):
            return (f"{entry['AliasArn'].partition(':alias/')[0]}:key/{entry['TargetKeyId']}",)
    return ()


_TYPES = {"kms_key": "kms:key"}


def _by_tag(what: str, tags: Mapping[str, Any], reader: Reader) -> tuple[str, ...]:
    filters = [{"Key": key, "Values": [value]} for key, value in sorted(tags.items())]
    params = {"TagFilters": filters, "ResourceTypeFilters": [_TYPES[what]]}
    reply = reader.call("resourcegroupstaggingapi", "GetResources", params) or {}
    return tuple(sorted(item["ResourceARN"] for item in reply["ResourceTagMappingList"]))


def _by(lookup: Lookup) -> str:
    """What it goes by."""
    return "name" if any(key == "name" for key, _ in lookup.match) else "tags"


def _said(lookup: Lookup) -> str:
    return ", ".join(f"{key}={value if isinstance(value, str) else f'({_said(value)})'}" for key, value in lookup.match)
