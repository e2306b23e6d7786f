"""Option groups as AWS describes them, and who uses them. Settings that hold a password are never taken over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rds_secure import ownership, tagging
from rds_secure.kind import Found, Live, Reader, Scope, Wanted, together
from rds_secure.resources.option_group.check import is_secret
from rds_secure.resources.option_group.spec import Option, OptionGroupSpec

_WAITING = ("pending-apply", "pending-removal", "pending-maintenance-apply", "pending-maintenance-removal")
PERMANENT, PERSISTENT = "permanent", "persistent"


def read(reader: Reader, wanted: Wanted) -> Iterable[Found[OptionGroupSpec]]:
    """Every group that is declared or tagged. An account without any of ours costs no call."""
    if not (wanted.identities or wanted.everything or any(":og:" in arn for arn in wanted.tagged)):
        return []
    listed, databases = together(
        reader, lambda: reader.call("rds", "DescribeOptionGroups") or {}, lambda: _databases(reader)
    )
    groups = [
        group
        for group in listed["OptionGroupsList"]
        if wanted.asks_for(group["OptionGroupName"].lower(), group["OptionGroupArn"])
    ]
    locked = any(_lock(option) == PERSISTENT for group in groups for option in group.get("Options") or ())
    tags, snapshots = together(
        reader,
        lambda: reader.each(lambda group: _tags(reader, group["OptionGroupArn"]), groups),
        lambda: _snapshots(reader) if locked else (),
    )
    return [_found(group, found, databases, snapshots) for group, found in zip(groups, tags, strict=True)]


def held(reader: Reader, live: Live[OptionGroupSpec], scope: Scope, going: frozenset[str]) -> str:
    """Who keeps the group from being deleted (RDS-10): databases of others, backups; "" where nobody does.

    What this stack declares, or keeps, the planner knows. ``going``: the ARNs of databases that are to be deleted;
    their automated backups stay, and the group with them.
    """
    for database in _using(_databases(reader), live.name):
        name = database["DBInstanceIdentifier"]
        if database["DBInstanceArn"] in going:
            if database.get("BackupRetentionPeriod"):
                return f"the automated backups of database {name}, which stay, need it"
        elif tagging.mapping(database.get("TagList")).get(ownership.STACK) != scope.stack:
            return f"database {name}, which is not of this stack, uses it"
    snapshots = [
        snapshot["DBSnapshotIdentifier"]
        for snapshot in _snapshots(reader)
        if _same(snapshot.get("OptionGroupName"), live.name)
    ]
    backups = [
        backup["DBInstanceIdentifier"]
        for backup in (reader.call("rds", "DescribeDBInstanceAutomatedBackups") or {})["DBInstanceAutomatedBackups"]
        if backup.get("Status") == "retained" and _same(backup.get("OptionGroupName"), live.name)
    ]
    if snapshots:
        return f"restoring {_listed('snapshot', snapshots)} needs it"
    return f"the automated backups of {_listed('database', backups)} need it" if backups else ""


def _databases(reader: Reader) -> Iterable[Mapping[str, Any]]:
    reply = reader.call("rds", "DescribeDBInstances") or {}
    databases: Iterable[Mapping[str, Any]] = reply["DBInstances"]
    return databases


def _snapshots(reader: Reader) -> Iterable[Mapping[str, Any]]:
    reply = reader.call("rds", "DescribeDBSnapshots") or {}
    snapshots: Iterable[Mapping[str, Any]] = reply["DBSnapshots"]
    return snapshots


def _tags(reader: Reader, arn: str) -> dict[str, str]:
    reply = reader.call("rds", "ListTagsForResource", {"ResourceName": arn}) or {}
    return tagging.mapping(reply.get("TagList"))


def _using(databases: Iterable[Mapping[str, Any]], name: str) -> Iterator[Mapping[str, Any]]:
    """Instances that have the group, or are to have it."""
    for database in databases:
        if any(_same(item["OptionGroupName"], name) for item in database.get("OptionGroupMemberships") or ()):
            yield database


def _found(
    group: Mapping[str, Any],
    tags: Mapping[str, str],
    databases: Iterable[Mapping[str, Any]],
    snapshots: Iterable[Mapping[str, Any]],
) -> Found[OptionGroupSpec]:
    name, options = group["OptionGroupName"], group.get("Options") or ()
    users = list(_using(databases, name))
    return Found(
        name=name,
        identity=name.lower(),
        spec=OptionGroupSpec.model_construct(
            engine=group["EngineName"],
            major_version=group["MajorEngineVersion"],
            description=group["OptionGroupDescription"],
            options={option["OptionName"]: _option(option) for option in options},
        ),
        exports={"name": name, "arn": group["OptionGroupArn"]},
        tags=tags,
        facts={
            "settings": {option["OptionName"]: _settings(option) for option in options},
            "locks": {option["OptionName"]: lock for option in options if (lock := _lock(option))},
            "holders": (
                *(f"database {database['DBInstanceIdentifier']}" for database in users),
                *(
                    f"snapshot {snapshot['DBSnapshotIdentifier']}"
                    for snapshot in snapshots
                    if _same(snapshot.get("OptionGroupName"), name)
                ),
            ),
            "notes": tuple(note for database in users for note in _notes(name, database)),
        },
    )


def _option(option: Mapping[str, Any]) -> Option:
    """An option with the settings that differ from its defaults: AWS adds all others itself (RDS-9)."""
    default = {setting["Name"]: setting.get("DefaultValue") for setting in option.get("OptionSettings") or ()}
    return Option.model_construct(
        settings={name: value for name, value in _settings(option).items() if value != default[name]},
        port=option.get("Port") or None,
        security_groups=tuple(
            sorted(
                membership["VpcSecurityGroupId"]
                for membership in option.get("VpcSecurityGroupMemberships") or ()
                if membership.get("Status") not in ("removing", "removed")
            )
        ),
        version=option.get("OptionVersion"),
    )


def _settings(option: Mapping[str, Any]) -> dict[str, str]:
    """All settings that have a value, in the order of their names."""
    settings = {setting["Name"]: setting.get("Value") for setting in option.get("OptionSettings") or ()}
    return {name: settings[name] for name in sorted(settings) if settings[name] is not None and not is_secret(name)}


def _lock(option: Mapping[str, Any]) -> str:
    return PERMANENT if option.get("Permanent") else PERSISTENT if option.get("Persistent") else ""


def _notes(group: str, database: Mapping[str, Any]) -> Iterator[str]:
    """What of the group is not in effect yet, which shows only where it is used."""
    name = database["DBInstanceIdentifier"]
    for item in database.get("OptionGroupMemberships") or ():
        if not _same(item["OptionGroupName"], group):
            continue
        if item.get("Status") in _WAITING:
            yield f"database {name}: what changed last waits for its maintenance window"
        elif item.get("Status") in ("applying", "removing"):
            yield f"database {name}: what changed last is just being put into effect"
        elif item.get("Status") == "failed":
            yield f"database {name}: AWS could not put the options into effect"


def _same(one: str | None, other: str) -> bool:
    return (one or "").lower() == other.lower()


def _listed(what: str, names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:3])
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{what}{'s' if len(names) > 1 else ''} {shown}{more}"
