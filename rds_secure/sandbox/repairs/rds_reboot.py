"""RDS instances and their static parameters: they wait for a reboot, and say so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.models import DBInstance, RDSBackend
from moto.rds.responses import RDSResponse

from rds_secure.sandbox.repairs.patch import around, replace_property


def static_parameters() -> None:
    """A static value that changes, and a group that is another one, are in effect after a reboot (RDS-8)."""
    replace_property(DBInstance, "db_parameter_group_status_list", _statuses)

    @around(DBInstance, "update")
    def update(original: Any, self: Any, **changes: Any) -> None:
        former = self.db_parameter_group_name
        original(self, **changes)
        if changes.get("db_parameter_group_name") not in (None, former):
            self.waits_for_reboot = "engine_version" not in changes

    @around(RDSBackend, "modify_db_parameter_group")
    def modify(original: Any, self: RDSBackend, name: str, parameters: Iterable[Mapping[str, Any]]) -> Any:
        changed = original(self, name, parameters)
        _wait(self, name, parameters)
        return changed

    @around(RDSResponse, "reset_db_parameter_group")
    def reset(original: Any, self: RDSResponse) -> ActionResult:
        done: ActionResult = original(self)
        _wait(self.backend, self.params["DBParameterGroupName"], self.params.get("Parameters", []))
        return done

    @around(RDSBackend, "reboot_db_instance")
    def reboot(original: Any, self: RDSBackend, name: str) -> DBInstance:
        database: Any = original(self, name)
        database.waits_for_reboot = False
        return database  # type: ignore[no-any-return]


def _statuses(database: Any) -> list[dict[str, str]]:
    status = "pending-reboot" if getattr(database, "waits_for_reboot", False) else "in-sync"
    return [
        {"DBParameterGroupName": group.name, "ParameterApplyStatus": status} for group in database.db_parameter_groups()
    ]


def _wait(rds: RDSBackend, name: str, parameters: Iterable[Mapping[str, Any]]) -> None:
    if not any(item.get("ApplyMethod") == "pending-reboot" for item in parameters):
        return
    for database in rds.databases.values():
        if str(database.db_parameter_group_name).lower() == name.lower():
            database.waits_for_reboot = True  # type: ignore[attr-defined]
