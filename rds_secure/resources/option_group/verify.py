"""What of an option group does not fit what AWS offers: options of its engine, their settings, security groups."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from rds_secure.kind import Complaint, Reader, Resource
from rds_secure.resources.option_group.spec import Option, OptionGroupSpec


def verify(reader: Reader, resource: Resource[OptionGroupSpec]) -> Iterator[Complaint]:
    """Every problem that needs a look at AWS; nothing is asked for a group without options."""
    spec = resource.spec
    if not spec.options:
        return
    asked = {"EngineName": spec.engine, "MajorEngineVersion": spec.major_version}
    reply = reader.call("rds", "DescribeOptionGroupOptions", asked) or {}
    offered = {option["Name"]: option for option in reply["OptionGroupOptions"]}
    for name, option in spec.options.items():
        facts = offered.get(name)
        if facts is None:
            near = difflib.get_close_matches(name, offered, 1)
            fix = f"did you mean {near[0]!r}?" if near else f"use {' or '.join(sorted(offered)) or 'none'}"
            yield Complaint(("options", name), f"{spec.engine} {spec.major_version} has no option {name}", fix)
        else:
            yield from _fitting(spec, name, option, facts)
    yield from _security_groups(reader, spec)


def _fitting(spec: OptionGroupSpec, name: str, option: Option, facts: Mapping[str, Any]) -> Iterator[Complaint]:
    at = ("options", name)
    for other in facts.get("OptionsConflictsWith") or ():
        if other in spec.options and name < other:
            yield Complaint(at, f"{name} and {other} exclude each other", "keep one of the two")
    for other in facts.get("OptionsDependedOn") or ():
        if other not in spec.options:
            yield Complaint(at, f"{name} needs the option {other}", f"add {other}, or take {name} out")
    if facts.get("PortRequired") and not option.security_groups:
        what = f"{name} listens on a port of its own, and no security group says who can connect to it"
        yield Complaint(at, what, "add security_groups")
    yield from _versions(name, option, facts)
    yield from _settings(name, option, facts)


def _versions(name: str, option: Option, facts: Mapping[str, Any]) -> Iterator[Complaint]:
    versions = {item["Version"]: item.get("IsDefault") for item in facts.get("OptionGroupOptionVersions") or ()}
    choice = f"use {' or '.join(sorted(versions))}"
    if option.version is None:
        if versions and not any(versions.values()):
            yield Complaint(("options", name), f"{name} has no default version", f"add version: {choice}")
    elif not versions:
        yield Complaint(("options", name, "version"), f"{name} has no versions", "take version out")
    elif option.version not in versions:
        yield Complaint(("options", name, "version"), f"{name} has no version {option.version}", choice)


def _settings(name: str, option: Option, facts: Mapping[str, Any]) -> Iterator[Complaint]:
    offered = {item["SettingName"]: item for item in facts.get("OptionGroupOptionSettings") or ()}
    for setting, value in option.settings.items():
        at = ("options", name, "settings", setting)
        rules = offered.get(setting)
        if rules is None:
            near = difflib.get_close_matches(setting, offered, 1)
            fix = f"did you mean {near[0]!r}?" if near else f"use {' or '.join(sorted(offered)) or 'none'}"
            yield Complaint(at, f"{name} has no setting {setting}", fix)
        elif rules.get("IsModifiable") is False and value != rules.get("DefaultValue"):
            yield Complaint(at, f"{setting} of {name} cannot be changed", "take it out")
    for setting in sorted(offered.keys() - option.settings.keys()):
        rules = offered[setting]
        if rules.get("IsRequired") and rules.get("DefaultValue") is None:
            yield Complaint(("options", name), f"{name} needs the setting {setting}", f"add settings: {setting}")


def _security_groups(reader: Reader, spec: OptionGroupSpec) -> Iterator[Complaint]:
    written = {group for option in spec.options.values() for group in option.security_groups if isinstance(group, str)}
    if not written:
        return
    reply = reader.call("ec2", "DescribeSecurityGroups") or {}
    existing = {group["GroupId"] for group in reply["SecurityGroups"]}
    for name, option in spec.options.items():
        for index, group in enumerate(option.security_groups):
            if isinstance(group, str) and group not in existing:
                what = f"there is no security group {group} here"
                yield Complaint(("options", name, "security_groups", index), what, "declare it, or name another")
