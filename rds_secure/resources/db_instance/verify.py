"""What of an instance does not fit what exists outside the spec: groups that it names."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.database import checks, look
from rds_secure.kind import Complaint, Reader, Resource, Scope
from rds_secure.resources.db_instance.check.replica import outside
from rds_secure.resources.db_instance.migration import restore
from rds_secure.resources.db_instance.spec import DbInstanceSpec


def verify(reader: Reader, resource: Resource[DbInstanceSpec], scope: Scope) -> Iterator[Complaint]:
    """Every problem that needs a look at AWS. All but one of the calls are lists that are read anyway."""
    spec = resource.spec
    yield from look.network(reader, spec.subnet_group, spec.security_groups)
    yield from look.parameter_group(
        reader, "DescribeDBParameterGroups", spec.parameter_group, spec.engine, spec.engine_version
    )
    yield from look.certificate(reader, spec.ca)
    yield from _cluster(reader, spec)
    if not look.find(reader, "DescribeDBInstances", "DBInstances", "DBInstanceIdentifier", resource.name):
        if spec.replica_of is None and spec.cluster is None:
            yield from checks.first_user(spec.master_username, spec.master_password, "database")
        yield from outside(reader, resource, scope)
        yield from restore.verify(reader, spec)
        yield from look.offered(reader, spec.engine, spec.instance_class)


def _cluster(reader: Reader, spec: DbInstanceSpec) -> Iterator[Complaint]:
    """Only one that is written as a literal: a reference is to a cluster of the spec."""
    if not isinstance(spec.cluster, str):
        return
    cluster = look.find(reader, "DescribeDBClusters", "DBClusters", "DBClusterIdentifier", spec.cluster)
    if cluster is None:
        yield Complaint(("cluster",), f"there is no cluster {spec.cluster}", "declare it, or name another")
    elif cluster["Engine"] != spec.engine:
        what = f"cluster {spec.cluster} is of {cluster['Engine']}, and its instances are too"
        yield Complaint(("engine",), what, f"write engine: {cluster['Engine']}")
