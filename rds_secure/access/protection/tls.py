"""Whether databases refuse connections without TLS: by which setting, and whether it is in effect. A reader of replies.

Facts about engines are in `engines` (RDS-8, RDS-21).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rds_secure import engines
from rds_secure.access.protection.model import Flag, Tls, Unknown
from rds_secure.access.protection.unread import ask
from rds_secure.engines.option import ENCRYPTION
from rds_secure.inventory.model import Inventory, Reply

IN_SYNC = "in-sync"


def of_instance(inventory: Inventory, item: Reply) -> Tls:
    """Of an instance that is in no cluster."""
    wanted = _parameters(item)
    if not wanted:
        return _by_options(inventory, item)
    groups = item.get("DBParameterGroups", ())
    if not groups:
        return _unknown("no parameter group is told")
    name, status = groups[0]["DBParameterGroupName"], groups[0].get("ParameterApplyStatus", "")
    return _by_parameter(ask(inventory, "rds", "DescribeDBParameters", name), name, wanted, [status])


def of_cluster(inventory: Inventory, item: Reply, member: str = "") -> Tls:
    """Of a cluster, or of one ``member`` of it: its cluster's parameter group decides (RDS-8)."""
    wanted = _parameters(item)
    name = item.get("DBClusterParameterGroup")
    if not wanted or not name:
        return _unknown("no parameter of this engine is known to force it" if name else "no parameter group is told")
    statuses = [
        each.get("DBClusterParameterGroupStatus", "")
        for each in item.get("DBClusterMembers", ())
        if member in ("", each["DBInstanceIdentifier"])
    ]
    return _by_parameter(ask(inventory, "rds", "DescribeDBClusterParameters", name), name, wanted, statuses)


def _parameters(item: Reply) -> Mapping[str, str]:
    engine = item.get("Engine", "")
    family = engines.family(engine, item.get("EngineVersion", ""))
    return engines.tls_parameters(family or engine)


def _unknown(why: str) -> Tls:
    return Tls(Unknown(why), Unknown(why))


def _by_parameter(reply: Reply | Unknown, group: str, wanted: Mapping[str, str], statuses: Sequence[str]) -> Tls:
    """The one parameter of an engine that forces TLS, as its group has it."""
    name, value = next(iter(wanted.items()))
    if isinstance(reply, Unknown):
        return Tls(reply, reply, f"{name} in {group}", _worst(statuses))
    found: Mapping[str, Any] = next((one for one in reply.get("Parameters", ()) if one["ParameterName"] == name), {})
    live = found.get("ParameterValue")
    if live is None:
        return Tls(*_unset(name, group), f"{name} in {group}", _worst(statuses))
    required = engines.same_parameter_value(live, value)
    dynamic = found.get("ApplyType") == "dynamic"
    return Tls(required, _in_effect(required, statuses, dynamic), f"{name} = {live} in {group}", _worst(statuses))


def _unset(name: str, group: str) -> tuple[Unknown, Unknown]:
    why = Unknown(f"{name} is not set in {group}, and AWS does not tell the engine's default")
    return why, why


def _worst(statuses: Iterable[str]) -> str:
    """One status for all members: any that is not in sync."""
    every = list(dict.fromkeys(statuses))
    return next((one for one in every if one != IN_SYNC), IN_SYNC if every else "")


def _in_effect(required: bool, statuses: Sequence[str], dynamic: bool) -> Flag:
    """What is written counts once it is applied everywhere. A reboot that a group waits for may be for another
    parameter where this one is dynamic."""
    if not required:
        return False
    status = _worst(statuses)
    if status == IN_SYNC:
        return True
    if status == "pending-reboot" and not dynamic:
        return False
    if not status:
        return Unknown("no member tells whether its parameter group is applied")
    return Unknown(f"its parameter group is {status}")


def _by_options(inventory: Inventory, item: Reply) -> Tls:
    """Oracle: native network encryption that is required. The option SSL leaves the clear port open (RDS-21)."""
    engine = item.get("Engine", "")
    if not engine.startswith("oracle-"):
        return _unknown(f"no single setting of {engine or 'its engine'} forces it")
    options = options_of(inventory, item)
    if isinstance(options, Unknown):
        return Tls(options, options)
    status = _worst(each.get("Status", "") for each in item.get("OptionGroupMemberships", ()))
    native = options.get("NATIVE_NETWORK_ENCRYPTION")
    if native is None:
        why = "the option SSL leaves the clear port open" if "SSL" in options else "no option that encrypts"
        return Tls(False, False, why, status)
    settings = {each["Name"]: each.get("Value", "") for each in native.get("OptionSettings", ())}
    value = settings.get(ENCRYPTION, "REQUESTED")
    required = value == "REQUIRED"
    in_effect: Flag = required
    if required and status != IN_SYNC:
        in_effect = Unknown(f"its option group is {status or 'not told to be in sync'}")
    return Tls(required, in_effect, f"{ENCRYPTION} = {value}", status)


def options_of(inventory: Inventory, item: Reply) -> Mapping[str, Any] | Unknown:
    """The options of an instance by name; AWS's own groups have none."""
    names = [each["OptionGroupName"] for each in item.get("OptionGroupMemberships", ())]
    reply = ask(inventory, "rds", "DescribeOptionGroups")
    if isinstance(reply, Unknown):
        return reply if any(not name.startswith("default:") for name in names) else {}
    groups = {each["OptionGroupName"]: each for each in reply.get("OptionGroupsList", ())}
    missing = [name for name in names if name not in groups and not name.startswith("default:")]
    if missing:
        return Unknown(f"option group {missing[0]} is not listed")
    return {option["OptionName"]: option for name in names for option in groups.get(name, {}).get("Options", ())}


def tde(inventory: Inventory, item: Reply) -> bool | Unknown | None:
    """Whether transparent data encryption is available; None where the engine has none (RDS-9)."""
    if engines.option_of(item.get("Engine", ""), "TDE") is None:
        return None
    options = options_of(inventory, item)
    if isinstance(options, Unknown):
        return options
    return "TDE" in options or "TDE_HSM" in options
