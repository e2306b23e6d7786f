"""DB clusters: Aurora and Multi-AZ DB clusters, how they are encrypted, reached and backed up. Not their instances."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from rds_secure import engines, ownership, tagging
from rds_secure.database import calls, checks, look, reading, rename, tls
from rds_secure.database.password import MANAGED, UNMANAGED
from rds_secure.kind import (
    Change,
    Complaint,
    FieldChange,
    Found,
    Implied,
    Kind,
    Live,
    Reader,
    Renaming,
    Resource,
    Scope,
    Stateful,
    Wanted,
)
from rds_secure.operation import Operation
from rds_secure.resources.db_cluster import operations, renaming
from rds_secure.resources.db_cluster.check import check, family_of, is_multi_az
from rds_secure.resources.db_cluster.read import found
from rds_secure.resources.db_cluster.refuse import ADVICE, refuses
from rds_secure.resources.db_cluster.spec import DbClusterSpec
from rds_secure.resources.db_cluster.traces import traces
from rds_secure.values import Secret, Value

_LOWER = ("subnet_group", "parameter_group", "backup_window", "maintenance_window")


class DbCluster(Kind[DbClusterSpec]):
    """RDS `CreateDBCluster` and its like (AWS's API reference)."""

    name = "db_cluster"
    title = "database cluster"
    spec = DbClusterSpec
    exports = {
        "name": "its identifier",
        "arn": "its ARN",
        "resource_id": "what rds-db:connect policies name it by; known once it is made",
        "endpoint": "the host name of the instance that writes; known once it is available",
        "reader": "a host name of the instances that only read; known once it is available",
        "port": "the port to connect to; known once it is available",
        "secret": "the ARN of the secret with the master password; known once it is available",
    }
    services = ("rds", "ec2")
    read_actions = (
        "ec2:DescribeSecurityGroups",
        "rds:DescribeBlueGreenDeployments",
        "rds:DescribeCertificates",
        "rds:DescribeDBClusterAutomatedBackups",
        "rds:DescribeDBClusterParameterGroups",
        "rds:DescribeDBClusterSnapshots",
        "rds:DescribeDBClusters",
        "rds:DescribeDBInstances",
        "rds:DescribeIntegrations",
        "rds:DescribeDBProxies",
        "rds:DescribeDBProxyTargets",
        "rds:DescribeDBSubnetGroups",
    )
    tagged_as = "rds:cluster"  # their list has it too, but is not worth a call where there are none
    stateful = Stateful.DATA
    implies = "db_cluster_parameter_group"
    renamed = True

    def check(self, key: str, spec: DbClusterSpec) -> Iterator[Complaint]:
        return check(key, spec)

    def verify(self, reader: Reader, resource: Resource[DbClusterSpec], scope: Scope) -> Iterator[Complaint]:
        spec = resource.spec
        yield from look.network(reader, spec.subnet_group, spec.security_groups)
        yield from look.parameter_group(
            reader, "DescribeDBClusterParameterGroups", spec.parameter_group, spec.engine, spec.engine_version
        )
        yield from look.certificate(reader, spec.ca)
        existing = look.find(reader, "DescribeDBClusters", "DBClusters", "DBClusterIdentifier", resource.name)
        if existing is None:
            yield from checks.first_user(spec.master_username, spec.master_password, "cluster")

    def implied(self, key: str, spec: DbClusterSpec) -> Implied | None:
        family = family_of(spec)
        if family is None:
            return None
        return calls.implied_group(self.implies, key, spec.name, family)

    def own_tags(self, spec: DbClusterSpec) -> Mapping[str, str]:
        return {ownership.PASSWORD: str(spec.password_version)} if isinstance(spec.master_password, Secret) else {}

    def predict(self, scope: Scope, name: str, spec: DbClusterSpec) -> Mapping[str, str]:
        return {"name": name.lower(), "arn": _arn(scope, name)}

    def normalise(
        self, resource: Resource[DbClusterSpec], live: Live[DbClusterSpec] | None, scope: Scope
    ) -> DbClusterSpec:
        spec = resource.spec
        update: dict[str, Value] = {
            name: reading.key_arn(getattr(spec, name), scope)
            for name in ("kms_key", "master_secret_key", "insights_key")
        }
        for name in _LOWER:
            value = getattr(spec, name)
            update[name] = value.lower() if isinstance(value, str) else value  # RDS-5
        if spec.iam_auth is None and engines.signs_in_by_iam(spec.engine, spec.engine_version or ""):
            update["iam_auth"] = True
        if spec.minor_upgrades is None and is_multi_az(spec):
            update["minor_upgrades"] = True
        zones = spec.availability_zones
        if zones and live and set(zones) <= {*(live.spec.availability_zones or ())}:
            update["availability_zones"] = live.spec.availability_zones  # AWS fills them up to three (RDS-16)
        if live and _unwritten_password(resource):
            update["master_password"] = live.spec.master_password  # never switched by a default (meaning §4)
        update |= _keys_of_the_cluster(spec.model_copy(update=update), live)
        if live and spec.when == "window" and _is_major_upgrade(spec, live.spec):
            # It goes along with the upgrade, parked until the window, and must not be switched before it (RDS-6).
            update["parameter_group"] = live.spec.parameter_group
        return spec.model_copy(update=update)

    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[DbClusterSpec]]:
        if not wanted.expects("cluster"):
            return
        reply = reader.call("rds", "DescribeDBClusters") or {}
        for item in reply["DBClusters"]:
            cluster = rename.known_again(found(item))
            if wanted.asks_for(cluster.identity, cluster.exports.get("arn", ""), tags=cluster.tags):
                yield renaming.with_holders(reader, cluster, wanted, item)

    def inspect(
        self, reader: Reader, live: Live[DbClusterSpec], scope: Scope, going: frozenset[str]
    ) -> Live[DbClusterSpec] | str:
        if live.found.busy and live.found.busy != "stopped":
            return f"it is {live.found.busy} just now, and can be deleted when that is over"
        if live.found.busy and live.spec.deletion_protection:
            return checks.STOPPED_AND_PROTECTED
        staying = [] if is_multi_az(live.spec) else _members(reader, live.name, going)
        if staying:
            return f"its instance {staying[0]} stays: only an empty cluster can be deleted"
        reply = reader.call("rds", "DescribeDBClusterSnapshots", {"SnapshotType": "manual"}) or {}
        taken = (snapshot["DBClusterSnapshotIdentifier"] for snapshot in reply["DBClusterSnapshots"])
        facts = {**live.facts, "final_snapshot": reading.free_name(live.name, taken)}
        return replace(live, found=replace(live.found, facts=facts))

    def traces(self, reader: Reader, resource: Resource[DbClusterSpec], scope: Scope) -> tuple[str, ...]:
        return traces(reader, resource, scope)

    def same(self, field: str, wanted: DbClusterSpec, live: DbClusterSpec) -> bool | None:
        if field == "engine_version" and wanted.engine_version and live.engine_version:
            moves = wanted.minor_upgrades is not False  # AWS's default, and the instances' own affair for Aurora
            return engines.satisfies(wanted.engine, wanted.engine_version, live.engine_version, moves)
        if field == "master_password":
            unseen = isinstance(wanted.master_password, Secret) and live.master_password != MANAGED
            return unseen or wanted.master_password == UNMANAGED or None
        if field == "password_version" and not isinstance(wanted.master_password, Secret):
            return True
        if field == "master_secret_key" and live.master_password != MANAGED:
            return True  # it is chosen by the call that has the password managed
        if field == "insights_key" and live.insights_key is None:
            return True  # it is chosen by the call that switches insights on
        return None

    def member(self, path: str, value: Value) -> str:
        return str(value["feature"] or value["role"]) if path == "roles" else super().member(path, value)

    def advice(self, field: str, resource: Resource[DbClusterSpec], live: Live[DbClusterSpec]) -> str:
        return ADVICE.get(field) or super().advice(field, resource, live)

    def refuses(self, change: FieldChange, resource: Resource[DbClusterSpec], live: Live[DbClusterSpec]) -> str:
        return refuses(change, resource.spec, live)

    def rename(self, change: Change[DbClusterSpec]) -> Renaming | None:
        return renaming.renaming(change)

    def notes(self, resource: Resource[DbClusterSpec], live: Live[DbClusterSpec] | None) -> Iterator[str]:
        if live and live.spec.master_password != MANAGED and _unwritten_password(resource):
            yield "RDS does not manage its master password: to have it switched, write master_password: managed"
        spec = resource.spec
        yield from tls.unforced(spec.engine, spec.engine_version, spec.parameter_group, None, self.implies)

    def create(self, resource: Resource[DbClusterSpec], scope: Scope) -> tuple[Operation, ...]:
        return operations.create(resource)

    def update(self, change: Change[DbClusterSpec]) -> tuple[Operation, ...]:
        return operations.update(change)

    def delete(self, live: Live[DbClusterSpec], scope: Scope) -> tuple[Operation, ...]:
        return operations.delete(live)

    def tag(
        self,
        subject: Resource[DbClusterSpec] | Live[DbClusterSpec],
        add: Mapping[str, str],
        remove: tuple[str, ...],
        scope: Scope,
    ) -> tuple[Operation, ...]:
        return tagging.rds(_arn(scope, subject.name), add, remove)


def _arn(scope: Scope, name: str) -> str:
    return scope.arn("rds", f"cluster:{name.lower()}")


def _unwritten_password(resource: Resource[DbClusterSpec]) -> bool:
    return "master_password" not in resource.written.model_fields_set


def _keys_of_the_cluster(spec: DbClusterSpec, live: Live[DbClusterSpec] | None) -> dict[str, Value]:
    """What is encrypted beside the data takes the key of the cluster, where it is chosen now."""
    keys: dict[str, Value] = {}
    is_new = live is None or live.spec.master_password != MANAGED
    if spec.master_secret_key is None and spec.master_password == MANAGED and is_new:
        keys["master_secret_key"] = spec.kms_key
    if spec.insights_key is None and spec.insights and (live is None or live.spec.insights_key is None):
        keys["insights_key"] = spec.kms_key
    return keys


def _is_major_upgrade(wanted: DbClusterSpec, live: DbClusterSpec) -> bool:
    return calls.is_major_upgrade(wanted.engine, wanted.engine_version, live.engine_version)


def _members(reader: Reader, cluster: str, going: frozenset[str]) -> list[str]:
    """Its instances that do not go with it."""
    reply = reader.call("rds", "DescribeDBInstances") or {}
    return [
        instance["DBInstanceIdentifier"]
        for instance in reply["DBInstances"]
        if instance.get("DBClusterIdentifier") == cluster and instance["DBInstanceArn"] not in going
    ]


KIND = DbCluster()
