"""DB instances: databases, and how they are encrypted, reached and backed up. What is inside them is never touched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from rds_secure import engines, tagging
from rds_secure.fields import ResourceSpec
from rds_secure.kind import (
    Change,
    Complaint,
    FieldChange,
    Found,
    Implied,
    Kind,
    Live,
    Reader,
    Resource,
    Scope,
    Stateful,
    Wanted,
)
from rds_secure.operation import Operation
from rds_secure.resources.db_instance import operations, options
from rds_secure.resources.db_instance.check import check, family_of
from rds_secure.resources.db_instance.read import found
from rds_secure.resources.db_instance.refuse import refuses
from rds_secure.resources.db_instance.spec import MANAGED, UNMANAGED, DbInstanceSpec
from rds_secure.resources.db_instance.verify import verify
from rds_secure.values import Address, Value

_NO_SNAPSHOT = ("failed", "incompatible-network", "incompatible-restore")
"""States in which AWS makes no final snapshot (RDS-26)."""

_ADVICE = {
    "encrypted": "AWS encrypts a database only when it is made (RDS-4): copy a snapshot of it under a key, restore "
    "the copy as a new database, and declare that one under another key of the spec",
    "kms_key": "AWS never changes the key of a database (RDS-4): keep the one it has, or copy a snapshot of it under "
    "the new key and restore the copy as a new database, declared under another key of the spec",
    "subnet_group": "a database stays in its subnets: restore a snapshot of it there as a new database, declared "
    "under another key of the spec",
    "engine": "AWS never changes the engine: declare a new database under another key of the spec, and move the data",
    "db_name": "it only counts when a database is made: create further ones inside, and write the one it was made with",
    "master_username": "AWS never renames it: write the name that it has, and create further users inside",
    "master_secret_key": "the key of a managed password is fixed (RDS-12): write the one that it has, or leave it out",
}


class DbInstance(Kind[DbInstanceSpec]):
    """RDS `CreateDBInstance` and its like (AWS's API reference)."""

    name = "db_instance"
    title = "database instance"
    spec = DbInstanceSpec
    exports = {
        "name": "its identifier",
        "arn": "its ARN",
        "resource_id": "what rds-db:connect policies name it by; known once it is made",
        "endpoint": "the host name to connect to; known once it is available",
        "port": "the port to connect to; known once it is available",
        "secret": "the ARN of the secret with the master password; known once it is available",
    }
    services = ("rds", "ec2")
    read_actions = (
        "ec2:DescribeSecurityGroups",
        "rds:DescribeDBInstances",
        "rds:DescribeDBParameterGroups",
        "rds:DescribeDBSnapshots",
        "rds:DescribeDBSubnetGroups",
        "rds:DescribeOptionGroups",
    )
    stateful = Stateful.DATA

    def check(self, key: str, spec: DbInstanceSpec) -> Iterator[Complaint]:
        return check(key, spec)

    def check_together(self, spec: DbInstanceSpec, declared: Mapping[Address, ResourceSpec]) -> Iterator[Complaint]:
        return options.check_together(spec, declared)

    def verify(self, reader: Reader, resource: Resource[DbInstanceSpec], scope: Scope) -> Iterator[Complaint]:
        yield from verify(reader, resource)
        yield from options.verify(reader, resource)

    def implied(self, key: str, spec: DbInstanceSpec) -> Implied | None:
        family = family_of(spec)
        if family is None:
            return None
        return Implied("db_parameter_group", f"{key}~implied", {"family": family}, "parameter_group", "name")

    def predict(self, scope: Scope, name: str, spec: DbInstanceSpec) -> Mapping[str, str]:
        return {"name": name.lower(), "arn": _arn(scope, name)}

    def normalise(
        self, resource: Resource[DbInstanceSpec], live: Live[DbInstanceSpec] | None, scope: Scope
    ) -> DbInstanceSpec:
        spec = resource.spec
        update: dict[str, Value] = {
            "kms_key": _key_arn(spec.kms_key, scope),
            "master_secret_key": _key_arn(spec.master_secret_key, scope),
        }
        for field in ("subnet_group", "parameter_group", "option_group", "backup_window", "maintenance_window"):
            value = getattr(spec, field)
            update[field] = value.lower() if isinstance(value, str) else value  # RDS-5
        engine = engines.ENGINES.get(spec.engine)
        if spec.iam_auth is None and engine and engine.iam_auth:
            update["iam_auth"] = True
        chosen_now = live is None or live.spec.master_password == UNMANAGED
        if live and _unwritten_password(resource):
            update["master_password"] = live.spec.master_password  # never switched by a default (meaning §4)
        elif spec.master_secret_key is None and spec.master_password == MANAGED and chosen_now:
            update["master_secret_key"] = update["kms_key"]
        if live and spec.when == "window" and operations.is_major_upgrade(spec, live.spec):
            # It goes along with the upgrade, parked until the window, and must not be switched before it (RDS-6).
            update["parameter_group"] = live.spec.parameter_group
        return spec.model_copy(update=update)

    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[DbInstanceSpec]]:
        reply = reader.call("rds", "DescribeDBInstances") or {}
        for instance in map(found, reply["DBInstances"]):
            if wanted.asks_for(instance.identity, instance.exports.get("arn", ""), tags=instance.tags):
                yield instance

    def inspect(
        self, reader: Reader, live: Live[DbInstanceSpec], scope: Scope, going: frozenset[str]
    ) -> Live[DbInstanceSpec] | str:
        if live.found.busy and live.found.busy != "stopped":
            return f"it is {live.found.busy} just now, and can be deleted when that is over"
        facts = dict(live.facts)
        if facts["replica"] or facts["status"] in _NO_SNAPSHOT:  # RDS-26
            facts["skip_final_snapshot"] = True
        else:
            facts["final_snapshot"] = _free_name(reader, live.name)
        return replace(live, found=replace(live.found, facts=facts))

    def same(self, field: str, wanted: DbInstanceSpec, live: DbInstanceSpec) -> bool | None:
        if field == "engine_version" and wanted.engine_version and live.engine_version:
            return engines.satisfies(wanted.engine, wanted.engine_version, live.engine_version, wanted.minor_upgrades)
        if field == "master_password":
            return wanted.master_password == UNMANAGED or None
        if field == "db_name" and wanted.db_name and live.db_name:
            return wanted.db_name.lower() == live.db_name.lower() or None  # Oracle's come back in upper case
        if field == "master_secret_key" and live.master_password == UNMANAGED:
            return True  # it is chosen by the call that has the password managed
        return None

    def advice(self, field: str, resource: Resource[DbInstanceSpec], live: Live[DbInstanceSpec]) -> str:
        return _ADVICE.get(field) or super().advice(field, resource, live)

    def refuses(self, change: FieldChange, resource: Resource[DbInstanceSpec], live: Live[DbInstanceSpec]) -> str:
        return refuses(change, resource.spec, live)

    def notes(self, resource: Resource[DbInstanceSpec], live: Live[DbInstanceSpec] | None) -> Iterator[str]:
        if live and live.spec.master_password == UNMANAGED and _unwritten_password(resource):
            yield "RDS does not manage its master password: to have it switched, write master_password: managed"

    def create(self, resource: Resource[DbInstanceSpec], scope: Scope) -> tuple[Operation, ...]:
        return operations.create(resource)

    def update(self, change: Change[DbInstanceSpec]) -> tuple[Operation, ...]:
        return operations.update(change)

    def delete(self, live: Live[DbInstanceSpec], scope: Scope) -> tuple[Operation, ...]:
        return operations.delete(live)

    def tag(
        self,
        subject: Resource[DbInstanceSpec] | Live[DbInstanceSpec],
        add: Mapping[str, str],
        remove: tuple[str, ...],
        scope: Scope,
    ) -> tuple[Operation, ...]:
        return tagging.rds(_arn(scope, subject.name), add, remove)


def _unwritten_password(resource: Resource[DbInstanceSpec]) -> bool:
    return "master_password" not in resource.written.model_fields_set


def _arn(scope: Scope, name: str) -> str:
    return scope.arn("rds", f"db:{name.lower()}")


def _key_arn(key: Value, scope: Scope) -> Value:
    """AWS answers with the ARN of a key whatever it was given (RDS-3)."""
    return scope.arn("kms", f"key/{key}") if isinstance(key, str) and not key.startswith("arn:") else key


def _free_name(reader: Reader, name: str) -> str:
    """The first of ``<name>-final-1``, ``-2``, … that no snapshot has (RDS-11)."""
    reply = reader.call("rds", "DescribeDBSnapshots", {"SnapshotType": "manual"}) or {}
    pattern = re.compile(rf"{re.escape(name.lower())}-final-(\d+)")
    matches = (pattern.fullmatch(item["DBSnapshotIdentifier"].lower()) for item in reply["DBSnapshots"])
    taken = {int(match.group(1)) for match in matches if match}
    return f"{name.lower()}-final-{next(number for number in range(1, len(taken) + 2) if number not in taken)}"


KIND = DbInstance()
