"""RDS instances as they come and go: statuses that take a moment, and calls that an instance is too busy for."""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.models import EC2Backend
from moto.rds.exceptions import KMSKeyNotAccessibleFault, RDSClientError
from moto.rds.models import DBInstance, DBInstanceClustered, MasterUserSecret, RDSBackend
from moto.rds.responses import RDSResponse

from rds_secure.sandbox.realism import lag
from rds_secure.sandbox.realism.course import USABLE, Step, beyond, course, look, then
from rds_secure.sandbox.realism.switch import around, is_on
from rds_secure.sandbox.repairs import patch, rds

MADE = ("create_db_instance", "create_db_instance_read_replica")
"""Restores end in the first of them."""

NEED_AVAILABLE = ("modify_db_instance", "delete_db_instance", "reboot_db_instance", "create_db_snapshot")


def looks() -> None:
    """Each DescribeDBInstances is a look at the instances that it asks for, by the name that they are to get too."""

    @patch.around(RDSResponse, "describe_db_instances")
    def describe(original: Any, self: RDSResponse) -> Any:
        named = self.params.get("DBInstanceIdentifier")
        for name, database in list(self.backend.databases.items()):
            own = (name.lower(), database.arn.lower(), course(database).going.get("new_db_instance_identifier"))
            if named is None or named.lower() in own:
                look(database)
        return original(self)


def creating() -> None:
    """A new instance is `creating`, then `backing-up`, then `available`, and has no endpoint before that.

    An instance of a cluster is not backed up.
    """
    shown = DBInstance.endpoint.fget  # type: ignore[attr-defined]

    def endpoint(database: DBInstance) -> Any:
        return None if course(database).new else shown(database)

    patch.replace_property(DBInstance, "endpoint", endpoint)

    @around("rds-creating", RDSBackend, *MADE)
    def create(original: Any, self: RDSBackend, db_kwargs: Any) -> DBInstance:
        made: DBInstance = original(self, db_kwargs)
        made.status, course(made).new = "creating", True
        backup = () if isinstance(made, DBInstanceClustered) else (Step("backing-up"),)
        then(made, Step("creating"), *backup, Step("available", _is_there))
        return made


def _is_there(database: Any) -> None:
    course(database).new = False


def secret_creating() -> None:
    """The secret of a managed password is `creating` for a moment longer than anything else takes."""

    def status(secret: MasterUserSecret) -> str:
        return "creating" if course(secret.resource).secret else "active"

    patch.replace_property(MasterUserSecret, "secret_status", status)

    @around("rds-secret-creating", RDSBackend, *MADE)
    def create(original: Any, self: RDSBackend, db_kwargs: Any) -> DBInstance:
        made: DBInstance = original(self, db_kwargs)
        make_secret(made, had_one=False)
        return made

    @around("rds-secret-creating", DBInstance, "update")
    def update(original: Any, self: DBInstance, **changes: Any) -> None:
        had_one = hasattr(self, "master_user_secret")
        original(self, **changes)
        make_secret(self, had_one)


def make_secret(database: Any, had_one: bool) -> None:
    """A secret that was just begun is being made for a while."""
    if not had_one and hasattr(database, "master_user_secret"):
        course(database).secret = True
        beyond(database, _secret_made)


def _secret_made(database: Any) -> None:
    course(database).secret = False


def security_groups_joining() -> None:
    """Security groups are `adding` or `removing` for a moment, on a new instance and after a change."""
    patch.replace_property(DBInstance, "vpc_security_group_membership_list", memberships)

    @around("rds-security-groups-joining", RDSBackend, *MADE)
    def create(original: Any, self: RDSBackend, db_kwargs: Any) -> DBInstance:
        made: DBInstance = original(self, db_kwargs)
        change_groups(made, ())
        return made

    @around("rds-security-groups-joining", DBInstance, "update")
    def update(original: Any, self: DBInstance, **changes: Any) -> None:
        before = tuple(self.vpc_security_group_ids)
        original(self, **changes)
        change_groups(self, before)


def memberships(database: Any) -> list[dict[str, str]]:
    """The security groups of an instance or a cluster, with their statuses."""
    joining = course(database).joining
    statuses = {name: "adding" if name in joining else "active" for name in database.vpc_security_group_ids}
    statuses.update(dict.fromkeys(course(database).leaving, "removing"))
    return [{"VpcSecurityGroupId": name, "Status": status} for name, status in statuses.items()]


def change_groups(database: Any, before: tuple[str, ...]) -> None:
    """Security groups that were not there before join, those that are not there any more leave."""
    after = database.vpc_security_group_ids
    if not isinstance(database, DBInstanceClustered) and set(before) != set(after):
        course(database).joining = set(after) - set(before)
        course(database).leaving = tuple(name for name in before if name not in after)
        beyond(database, _groups_joined)


def _groups_joined(database: Any) -> None:
    course(database).joining, course(database).leaving = set(), ()


def busy() -> None:
    """While an instance is neither available nor optimising its storage, it takes no change, and no replica."""

    @around("rds-busy", RDSBackend, *NEED_AVAILABLE)
    def refuse(original: Any, self: RDSBackend, db_instance_identifier: str, *args: Any, **named: Any) -> Any:
        database = self.databases.get(db_instance_identifier)
        if database is not None and database.status not in USABLE:
            look(database)
            if database.status != "stopped":
                raise _not_available(db_instance_identifier)
        return original(self, db_instance_identifier, *args, **named)

    @around("rds-busy", RDSBackend, "create_db_instance_read_replica")
    def replicate(original: Any, self: RDSBackend, db_kwargs: Any) -> Any:
        source = self.find_db_from_id(db_kwargs["source_db_instance_identifier"])
        if source.status not in USABLE:
            look(source)
            raise _not_available(source.db_instance_identifier)
        return original(self, db_kwargs)


def _not_available(name: str) -> RDSClientError:
    return RDSClientError("InvalidDBInstanceState", f"DB instance {name} is not in available state.")


def deleting() -> None:
    """A deleted instance is `deleting` for a moment, in which it still uses what it used."""

    @around("rds-deleting", RDSBackend, "delete_db_instance")
    def delete(original: Any, self: RDSBackend, db_instance_identifier: str, *args: Any, **named: Any) -> DBInstance:
        going: DBInstance = original(self, db_instance_identifier, *args, **named)
        self.databases[db_instance_identifier] = going
        course(going).later = {}
        course(going).ahead = [Step("deleting"), Step("deleting"), Step(effect=_gone)]
        return going


def _gone(database: DBInstance) -> None:
    database.backend.databases.pop(database.db_instance_identifier, None)
    if is_on("rds-interfaces"):
        for group in database.vpc_security_group_ids:
            lag.begin("interface", group)


def interfaces() -> None:
    """The network interface of an instance that is gone holds its security groups for a moment."""

    @around("rds-interfaces", EC2Backend, "delete_security_group")
    def delete(original: Any, self: EC2Backend, name: str | None = None, group_id: str | None = None) -> Any:
        if group_id and lag.is_early("interface", group_id):
            raise DependencyViolationError(f"resource {group_id} has a dependent object")
        return original(self, name, group_id)


def new_keys() -> None:
    """RDS does not see a key that was just made."""

    @around("rds-new-keys", rds, "usable_key")
    def usable(original: Any, backend: RDSBackend, named: str) -> Any:
        key = original(backend, named)
        if lag.is_early("key for RDS", key.id):
            raise KMSKeyNotAccessibleFault(named)
        return key
