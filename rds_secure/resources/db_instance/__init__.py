"""DB instances: databases, and how they are encrypted, reached and backed up. What is inside them is never touched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from rds_secure import engines, ownership, tagging
from rds_secure.database import calls, checks, reading, rename, tls
from rds_secure.fields import ResourceSpec
from rds_secure.kind import (
    Change,
    Complaint,
    Consequence,
    FieldChange,
    Found,
    Implied,
    Kind,
    Live,
    Migrating,
    Reader,
    Renaming,
    Resource,
    Scope,
    Stateful,
    Wanted,
)
from rds_secure.operation import Operation
from rds_secure.resources.db_instance import (
    certificate,
    copies,
    member,
    operations,
    options,
    parameters,
    renaming,
    upkeep,
)
from rds_secure.resources.db_instance.check import check, family_of
from rds_secure.resources.db_instance.check.replica import beside
from rds_secure.resources.db_instance.migration import look, restore
from rds_secure.resources.db_instance.migration.back import roll_back
from rds_secure.resources.db_instance.migration.course import advice, migrate
from rds_secure.resources.db_instance.read import found
from rds_secure.resources.db_instance.reboot import follow
from rds_secure.resources.db_instance.refuse import refuses
from rds_secure.resources.db_instance.spec import (
    AFTERWARDS,
    INHERITED,
    MANAGED,
    PROMOTED,
    SOURCE_ARN,
    UNMANAGED,
    DbInstanceSpec,
)
from rds_secure.resources.db_instance.traces import traces
from rds_secure.resources.db_instance.verify import verify
from rds_secure.values import Address, Ref, Secret, Value

_NO_SNAPSHOT = ("failed", "incompatible-network", "incompatible-restore")
"""States in which AWS makes no final snapshot (RDS-26)."""

_ADVICE = {
    "cluster": "an instance never moves between clusters: declare another instance under another key of the "
    "spec, and remove this one in a later apply",
    "engine": "AWS never changes the engine: declare a new database under another key of the spec, and move the data",
    "db_name": "it only counts when a database is made: create further ones inside, and write the one it was made with",
    "master_username": "AWS never renames it: write the name that it has, and create further users inside",
    "replica_of": "a database becomes a replica only when it is made: take replica_of out where it was promoted, or "
    "declare the replica under another key of the spec",
    "insights_key": "it is fixed once insights were switched on (RDS-13): write the one that it has, or leave it out",
    "character_set": "it is chosen when a database is made: write the one that it has, or declare a new database under "
    "another key of the spec, and move the data",
    "nchar_character_set": "it is chosen when a database is made: write the one that it has, or declare a new database "
    "under another key of the spec, and move the data",
    "timezone": "it is chosen when an instance is made: write the one that it has, or declare a new database under "
    "another key of the spec, and move the data",
    "availability_zone": "an instance stays in its zone: write the one that it has, or leave it out",
    "master_secret_key": "the key of a managed password is fixed (RDS-12): write the one that it has, or leave it out",
}


_PROMOTION = (
    "that would make it a database of its own, which no plan ever does: write replica_of again; or promote it by hand "
    "('aws rds promote-read-replica'), and take replica_of out after that"
)


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
    services = ("rds", "ec2", "kms")
    read_actions = (
        "ec2:DescribeSecurityGroups",
        "kms:DescribeKey",
        "rds:DescribeBlueGreenDeployments",
        "rds:DescribeDBProxies",
        "rds:DescribeDBProxyTargets",
        "rds:DescribeCertificates",
        "rds:DescribeDBClusters",
        "rds:DescribeDBEngineVersions",
        "rds:DescribeDBInstanceAutomatedBackups",
        "rds:DescribeDBInstances",
        "rds:DescribeIntegrations",
        "rds:DescribeDBParameterGroups",
        "rds:DescribeDBSnapshots",
        "rds:DescribeDBSubnetGroups",
        "rds:DescribeEvents",
        "rds:DescribeOptionGroups",
        "rds:DescribeOrderableDBInstanceOptions",
        "rds:DescribePendingMaintenanceActions",
    )
    stateful = Stateful.DATA
    implies = "db_parameter_group"
    renamed = follows_names = True

    def check(self, key: str, spec: DbInstanceSpec) -> Iterator[Complaint]:
        return check(key, spec)

    def verify(self, reader: Reader, resource: Resource[DbInstanceSpec], scope: Scope) -> Iterator[Complaint]:
        yield from verify(reader, resource, scope)
        yield from options.verify(reader, resource)
        yield from copies.verify(reader, resource.spec, scope)

    def check_beside(
        self, key: str, spec: DbInstanceSpec, declared: Mapping[Address, ResourceSpec]
    ) -> Iterator[Complaint]:
        yield from options.check_beside(spec, declared)
        target = spec.replica_of.target if isinstance(spec.replica_of, Ref) else None
        source = declared.get(target) if target else None
        if target == Address(self.name, key):
            yield Complaint(("replica_of",), "a database is no replica of itself", "name another one")
        elif target and isinstance(source, DbInstanceSpec):
            yield from beside(spec, str(target), source)

    def implied(self, key: str, spec: DbInstanceSpec) -> Implied | None:
        family = family_of(spec)
        if family is None:
            return None
        return calls.implied_group(self.implies, key, spec.name, family)

    def own_tags(self, spec: DbInstanceSpec) -> Mapping[str, str]:
        return {ownership.PASSWORD: str(spec.password_version)} if isinstance(spec.master_password, Secret) else {}

    def predict(self, scope: Scope, name: str, spec: DbInstanceSpec) -> Mapping[str, str]:
        return {"name": name.lower(), "arn": _arn(scope, name)}

    def normalise(
        self, resource: Resource[DbInstanceSpec], live: Live[DbInstanceSpec] | None, scope: Scope
    ) -> DbInstanceSpec:
        spec = resource.spec
        update: dict[str, Value] = {
            "kms_key": reading.key_arn(spec.kms_key, scope),
            "master_secret_key": reading.key_arn(spec.master_secret_key, scope),
            "insights_key": reading.key_arn(spec.insights_key, scope),
        }
        for field in ("subnet_group", "parameter_group", "option_group", "backup_window", "maintenance_window"):
            value = getattr(spec, field)
            update[field] = value.lower() if isinstance(value, str) else value  # RDS-5
        if spec.iam_auth is None and engines.signs_in_by_iam(spec.engine, spec.engine_version or ""):
            update["iam_auth"] = True
        chosen_now = live is None or live.spec.master_password != MANAGED
        if live and _unwritten_password(resource):
            update["master_password"] = live.spec.master_password  # never switched by a default (meaning §4)
        elif spec.master_secret_key is None and spec.master_password == MANAGED and chosen_now:
            update["master_secret_key"] = update["kms_key"]
        if spec.insights and spec.insights_key is None and (live is None or live.spec.insights_key is None):
            update["insights_key"] = update["kms_key"]
        if spec.cluster is not None:
            update |= {"cluster": spec.cluster.lower() if isinstance(spec.cluster, str) else spec.cluster}
            update |= member.as_the_cluster_has_it(live)
        elif live and spec.when == "window" and parameters.is_major_upgrade(spec, live.spec):
            # It goes along with the upgrade, parked until the window, and must not be switched before it (RDS-6).
            update["parameter_group"] = live.spec.parameter_group
        if spec.replica_of is not None:
            update |= _from_source(resource, live, scope)
        elif live and live.spec.replica_of is not None:
            update["replica_of"] = PROMOTED
        return spec.model_copy(update=update)

    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[DbInstanceSpec]]:
        reply = reader.call("rds", "DescribeDBInstances") or {}
        described = {item["DBInstanceIdentifier"].lower(): item for item in reply["DBInstances"]}
        listed = (rename.known_again(found(item)) for item in reply["DBInstances"])
        for instance in look.folded(reader, wanted, listed, described):
            if wanted.asks_for(instance.identity, instance.exports.get("arn", ""), tags=instance.tags):
                instance = renaming.with_holders(reader, instance, wanted, described)
                instance = copies.looked_up(reader, member.with_its_cluster(reader, instance))
                instance = certificate.with_rotation(reader, instance, wanted)
                instance = upkeep.with_pending(reader, instance, wanted)
                yield options.with_losses(reader, instance, wanted)

    def inspect(
        self, reader: Reader, live: Live[DbInstanceSpec], scope: Scope, going: frozenset[str]
    ) -> Live[DbInstanceSpec] | str:
        if look.of(live.found):
            return "it is in the middle of a migration: finish that, or take it back"
        if live.found.busy and live.found.busy != "stopped":
            return f"it is {live.found.busy} just now, and can be deleted when that is over"
        if live.found.busy and live.spec.cluster:  # RDS-27
            return "its cluster is stopped: start that, for AWS takes no instance out of it until then"
        if live.found.busy and live.spec.deletion_protection:
            return checks.STOPPED_AND_PROTECTED
        facts = dict(live.facts)
        if facts["replica"] or live.spec.cluster or facts["status"] in _NO_SNAPSHOT:  # RDS-26
            facts["skip_final_snapshot"] = True
        else:
            facts["final_snapshot"] = _free_name(reader, live.name)
        return replace(live, found=replace(live.found, facts=facts))

    def traces(self, reader: Reader, resource: Resource[DbInstanceSpec], scope: Scope) -> tuple[str, ...]:
        return traces(reader, resource, scope)

    def again(self, resource: Resource[DbInstanceSpec]) -> str:
        if resource.spec.restore_from is not None:
            return (
                "write the one that is to be restored below restore_from; "
                f"or, if the older data is meant, pass --create-empty {resource.address}"
            )
        return f"write 'restore_from: SNAPSHOT' to have its data back, or {super().again(resource)}"

    def same(self, field: str, wanted: DbInstanceSpec, live: DbInstanceSpec) -> bool | None:
        if field == "engine_version" and wanted.engine_version and live.engine_version:
            return engines.satisfies(wanted.engine, wanted.engine_version, live.engine_version, wanted.minor_upgrades)
        if field == "master_password":
            unseen = isinstance(wanted.master_password, Secret) and live.master_password != MANAGED
            return unseen or wanted.master_password == UNMANAGED or None
        if field == "password_version" and not isinstance(wanted.master_password, Secret):
            return True
        if field == "db_name" and wanted.db_name and live.db_name:
            return wanted.db_name.lower() == live.db_name.lower() or None  # Oracle's come back in upper case
        if field == "master_secret_key" and live.master_password != MANAGED:
            return True  # it is chosen by the call that has the password managed
        if field == "insights_key" and live.insights_key is None:
            return True  # it is chosen by the call that switches them on
        if field == "availability_zone" and live.multi_az:
            return True  # RDS-16
        if field == "domain.ou" and wanted.domain and wanted.domain.ou is None:
            return True  # AWS chooses one
        return None

    def member(self, path: str, value: Value) -> str:
        return str(value["feature"]) if path == "roles" else super().member(path, value)

    def advice(self, field: str, resource: Resource[DbInstanceSpec], live: Live[DbInstanceSpec]) -> str:
        if field == "replica_of" and resource.spec.replica_of == PROMOTED:
            return _PROMOTION
        if asked := advice(field, live.found.spec):
            return asked
        return _ADVICE.get(field) or super().advice(field, resource, live)

    def refuses(self, change: FieldChange, resource: Resource[DbInstanceSpec], live: Live[DbInstanceSpec]) -> str:
        return refuses(change, resource.spec, live)

    def migrate(self, change: Change[DbInstanceSpec], refused: tuple[FieldChange, ...]) -> Migrating | None:
        return migrate(change, refused)

    def rename(self, change: Change[DbInstanceSpec]) -> Renaming | None:
        return renaming.renaming(change)

    def roll_back(
        self,
        resource: Resource[DbInstanceSpec],
        live: Live[DbInstanceSpec] | None,
        asides: Mapping[Address, Live[Any]],
        scope: Scope,
        migration: str = "",
    ) -> Migrating | None:
        return roll_back(resource, live, asides, scope, migration)

    def notes(self, resource: Resource[DbInstanceSpec], live: Live[DbInstanceSpec] | None) -> Iterator[str]:
        alone = resource.spec.cluster is None  # else the password is the cluster's
        if live and alone and live.spec.master_password != MANAGED and _unwritten_password(resource):
            yield "RDS does not manage its master password: to have it switched, write master_password: managed"
        if alone and not isinstance(resource.spec.replica_of, Ref):  # a replica has the group of its source
            spec = resource.spec
            yield from tls.unforced(
                spec.engine, spec.engine_version, spec.parameter_group, spec.option_group, self.implies
            )
        if live:
            yield from copies.notes(resource.spec, live.spec)
            yield from certificate.notes(resource.spec, live)

    def create(self, resource: Resource[DbInstanceSpec], scope: Scope) -> tuple[Operation, ...]:
        made = restore.create(resource, scope) if resource.spec.restore_from else operations.create(resource)
        return (*made, *copies.create(resource, scope))

    def update(self, change: Change[DbInstanceSpec]) -> tuple[Operation, ...]:
        return (*operations.update(change), *copies.update(change))

    def follow(
        self, change: Change[DbInstanceSpec], elsewhere: Mapping[Address, tuple[FieldChange, ...]]
    ) -> Consequence:
        restart, made = follow(change, elsewhere), upkeep.follow(change)
        if (restart.operations or made.operations) and change.live.facts.get("status") == "stopped":
            return Consequence(notes=(*made.notes, checks.STOPPED))
        return Consequence(
            (*restart.changes, *made.changes),
            (*restart.operations, *made.operations),
            (*restart.notes, *made.notes),
        )

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


def _from_source(
    resource: Resource[DbInstanceSpec], live: Live[DbInstanceSpec] | None, scope: Scope
) -> dict[str, Value]:
    """What a replica does not say: it is as AWS has it, and our defaults have no say in it."""
    written = resource.written.model_fields_set
    left = (*INHERITED, *(name for name in AFTERWARDS if name not in written))
    update: dict[str, Value] = {name: getattr(live.spec, name) if live else None for name in left}
    match = re.fullmatch(SOURCE_ARN, str(resource.spec.replica_of))
    if match and match[1] == scope.region:  # AWS names it without its region
        update["replica_of"] = match[3]
    return update


def _arn(scope: Scope, name: str) -> str:
    return scope.arn("rds", f"db:{name.lower()}")


def _free_name(reader: Reader, name: str) -> str:
    reply = reader.call("rds", "DescribeDBSnapshots", {"SnapshotType": "manual"}) or {}
    return reading.free_name(name, (snapshot["DBSnapshotIdentifier"] for snapshot in reply["DBSnapshots"]))


KIND = DbInstance()
