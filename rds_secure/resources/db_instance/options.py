"""Whether an instance and its option group fit: engine, major version, ports. It changes neither."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from rds_secure import engines
from rds_secure.fields import ResourceSpec
from rds_secure.kind import Complaint, Found, Live, Reader, Resource, Wanted
from rds_secure.resources.db_instance.spec import DbInstanceSpec
from rds_secure.values import Address, Ref


def check_beside(spec: DbInstanceSpec, declared: Mapping[Address, ResourceSpec]) -> Iterator[Complaint]:
    """A group of the same stack, by what is written of both."""
    if not isinstance(spec.option_group, Ref):
        return
    group: Any = declared.get(spec.option_group.target)
    if group is not None:
        taken = [(name, option.port or _usual(group.engine, name)) for name, option in group.options.items()]
        yield from _fitting(spec, str(spec.option_group.target), group.engine, group.major_version, taken)


def verify(reader: Reader, resource: Resource[DbInstanceSpec]) -> Iterator[Complaint]:
    """A group outside the stack, by what AWS says of it; AWS's own default groups are left to AWS."""
    spec, name = resource.spec, resource.spec.option_group
    if not isinstance(name, str) or name.startswith("default:"):
        return
    reply = reader.call("rds", "DescribeOptionGroups") or {}
    groups = {group["OptionGroupName"].lower(): group for group in reply["OptionGroupsList"]}
    group = groups.get(name.lower())
    if group is None:
        yield Complaint(("option_group",), f"there is no option group {name}", "declare it, or name another")
        return
    taken = [(option["OptionName"], option.get("Port")) for option in group.get("Options") or ()]
    said = f"option group {name}"
    yield from _fitting(spec, said, group["EngineName"], group["MajorEngineVersion"], taken)
    missing = sorted(_permanent(reader, resource.name, groups) - {option for option, _ in taken})
    if missing:  # RDS-9
        what = f"{said} has no {' and '.join(missing)}, which the database has and which AWS never takes off it"
        yield Complaint(("option_group",), what, f"name a group that has {' and '.join(missing)}")


def with_losses(reader: Reader, found: Found[DbInstanceSpec], wanted: Wanted) -> Found[DbInstanceSpec]:
    """The instance, with the permanent options noted that its group has and the one of its stack does not declare.

    Options of a live group are looked at only where an instance is to have a group of the stack.
    """
    group = _declared_group(found, wanted)
    if group is None:
        return found
    reply = reader.call("rds", "DescribeOptionGroups") or {}
    groups = {item["OptionGroupName"].lower(): item for item in reply["OptionGroupsList"]}
    lost = tuple(sorted(_permanent(reader, found.name, groups) - {*group.options}))
    return replace(found, facts={**found.facts, LOST: lost}) if lost else found


LOST = "permanent_options_lost"


def refuses(live: Live[DbInstanceSpec]) -> str:
    """What to do instead of a move to a group without a permanent option (RDS-9); "" where none would be lost."""
    lost = " and ".join(live.facts.get(LOST, ()))
    return f"AWS never takes {lost} off a database: name a group that has {lost}" if lost else ""


def _declared_group(found: Found[DbInstanceSpec], wanted: Wanted) -> Any:
    """The spec of the group of the stack that the instance is to have; None without one."""
    for resource in wanted.declared.values():
        mine = isinstance(resource.spec, DbInstanceSpec) and resource.name.lower() == found.identity
        if mine and isinstance(resource.spec.option_group, Ref):
            group = wanted.declared.get(resource.spec.option_group.target)
            return group.spec if group else None
    return None


def _permanent(reader: Reader, name: str, groups: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The permanent options of the group that a live instance has."""
    reply = reader.call("rds", "DescribeDBInstances") or {}
    live = [item for item in reply["DBInstances"] if item["DBInstanceIdentifier"].lower() == name.lower()]
    members = (item for database in live for item in database.get("OptionGroupMemberships") or ())
    named = {item["OptionGroupName"].lower() for item in members}
    options = [option for group in named & groups.keys() for option in groups[group].get("Options") or ()]
    return {option["OptionName"] for option in options if option.get("Permanent")}


def _usual(engine: str, name: str) -> int | None:
    facts = engines.option_of(engine, name)
    return facts.port if facts else None


def _fitting(
    spec: DbInstanceSpec, said: str, engine: str, version: str, taken: Iterable[tuple[str, int | None]]
) -> Iterator[Complaint]:
    if not engines.option_group_fits(spec.engine, spec.engine_version or "", engine, version):  # RDS-9
        mine = f"{spec.engine} {spec.engine_version or ''}".strip()
        what = f"{said} is for {engine} {version}, and this is {mine}"
        yield Complaint(("option_group",), what, "name a group of this engine and major version")
        return
    facts = engines.ENGINES.get(spec.engine)
    port = spec.port or (facts.port if facts else None)
    for option, other in taken:
        if other is not None and other == port:  # RDS-21
            what = f"option {option} of {said} listens on port {port}, as the database does"
            yield Complaint(("port",), what, "give one of them another port")
