"""Parameter groups: values that show a moment later, and instances that have not applied them yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.models import DBInstance, DBParameterGroup, RDSBackend
from moto.rds.responses import RDSResponse

from rds_secure.sandbox.realism import lag
from rds_secure.sandbox.realism.course import Step, beyond, course, then
from rds_secure.sandbox.realism.switch import around
from rds_secure.sandbox.repairs import patch
from rds_secure.sandbox.repairs.rds_group import apply_type, shown

CHANGED = "parameters"


def statuses() -> None:
    """A static parameter, or another group, is `pending-reboot` until a reboot; a dynamic one is `applying` at first.

    An instance that is made before the values of its group show comes up without them (RDS-22).
    """
    plain = DBInstance.db_parameter_group_status_list.fget  # type: ignore[attr-defined]

    def memberships(database: DBInstance) -> Any:
        state = course(database).parameters
        groups = plain(database)
        if state == "in-sync":
            return groups
        return [{"DBParameterGroupName": group.name, "ParameterApplyStatus": state} for group in groups]

    patch.replace_property(DBInstance, "db_parameter_group_status_list", memberships)

    @around("rds-parameter-status", RDSBackend, "modify_db_parameter_group")
    def modify(original: Any, self: RDSBackend, db_parameter_group_name: str, changes: Any) -> DBParameterGroup:
        before = _values(self.db_parameter_groups.get(db_parameter_group_name))
        group: DBParameterGroup = original(self, db_parameter_group_name, changes)
        after = _values(group)
        methods = {change["ParameterName"]: change.get("ApplyMethod") for change in changes}
        changed = [name for name in methods if before.get(name) != after.get(name)]
        _applied(group, changed, methods)
        return group

    @around("rds-parameter-status", RDSResponse, "reset_db_parameter_group")
    def reset(original: Any, self: RDSResponse) -> ActionResult:
        group = self.backend.db_parameter_groups.get(self.params["DBParameterGroupName"])
        before = _values(group)
        answer: ActionResult = original(self)
        methods = {row["ParameterName"]: row.get("ApplyMethod") for row in self.params.get("Parameters", [])}
        _applied(group, before.keys() - _values(group).keys(), methods)
        return answer

    @around("rds-parameter-status", DBInstance, "update")
    def update(original: Any, self: DBInstance, **changes: Any) -> None:
        before = self.db_parameter_group_name
        original(self, **changes)
        if self.db_parameter_group_name != before and not changes.get("engine_version"):
            course(self).parameters = "applying"
            course(self).later.pop(_applying_ends, None)  # of the former group
            beyond(self, _pending_reboot)

    @around("rds-parameter-status", RDSBackend, "create_db_instance")
    def create(original: Any, self: RDSBackend, db_kwargs: Any) -> DBInstance:
        made: DBInstance = original(self, db_kwargs)
        if any(lag.is_lagging(CHANGED, one.arn) for one in _groups(made)):
            course(made).parameters = "pending-reboot"
        return made

    @around("rds-parameter-status", RDSBackend, "reboot_db_instance")
    def reboot(original: Any, self: RDSBackend, db_instance_identifier: str) -> DBInstance:
        database: DBInstance = original(self, db_instance_identifier)
        database.status = "rebooting"
        then(database, Step("rebooting"), Step("available", in_sync))
        return database


def _groups(database: DBInstance) -> Iterable[DBParameterGroup]:
    return database.db_parameter_groups()


def _values(group: DBParameterGroup | None) -> dict[str, Any]:
    rows: Mapping[str, Any] = group.parameters if group is not None else {}
    return {name: row.get("ParameterValue") for name, row in rows.items()}


def _applied(group: DBParameterGroup | None, names: Iterable[str], methods: Mapping[str, Any]) -> None:
    """These parameters of a group have changed: whoever uses it applies them at once, or waits for a reboot."""
    names = list(names)
    if group is None or not names:
        return
    waits = any(
        apply_type(group.family or "", name) == "static" or methods.get(name) == "pending-reboot" for name in names
    )
    for database in group.backend.databases.values():
        if any(one is group for one in _groups(database)):
            if waits:
                _pending_reboot(database)
            elif course(database).parameters == "in-sync":
                course(database).parameters = "applying"
                beyond(database, _applying_ends)


def _pending_reboot(database: DBInstance) -> None:
    course(database).parameters = "pending-reboot"


def _applying_ends(database: DBInstance) -> None:
    if course(database).parameters == "applying":
        in_sync(database)


def in_sync(database: DBInstance) -> None:
    """It has restarted, or has applied what needs no restart."""
    course(database).parameters = "in-sync"
    course(database).later.pop(_pending_reboot, None)


def values() -> None:
    """DescribeDBParameters shows the values of before for a moment."""

    @around("rds-parameter-values", RDSBackend, "modify_db_parameter_group")
    def modify(original: Any, self: RDSBackend, db_parameter_group_name: str, changes: Any) -> DBParameterGroup:
        group = self.db_parameter_groups.get(db_parameter_group_name)
        before = {name: dict(row) for name, row in group.parameters.items()} if group is not None else {}
        changed: Any = original(self, db_parameter_group_name, changes)
        changed.shown = before
        lag.begin(CHANGED, changed.arn)
        return changed  # type: ignore[no-any-return]

    @around("rds-parameter-values", RDSResponse, "describe_db_parameters")
    def describe(original: Any, self: RDSResponse) -> ActionResult:
        group: Any = self.backend.db_parameter_groups.get(self.params["DBParameterGroupName"])
        if group is not None and lag.is_early(CHANGED, group.arn):
            return ActionResult({"Parameters": shown(group, group.shown, self.params.get("Source"))})
        return original(self)  # type: ignore[no-any-return]
