"""What of an instance does not fit what exists outside the spec: groups that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rds_secure import engines
from rds_secure.kind import Complaint, Reader, Resource
from rds_secure.resources.db_instance.spec import UNMANAGED, DbInstanceSpec


def verify(reader: Reader, resource: Resource[DbInstanceSpec]) -> Iterator[Complaint]:
    """Every problem that needs a look at AWS. All calls are lists that are read anyway."""
    yield from _network(reader, resource.spec)
    yield from _parameters(reader, resource.spec)
    if not _find(reader, "DescribeDBInstances", "DBInstances", "DBInstanceIdentifier", resource.name):
        yield from _missing(resource.spec)


def _network(reader: Reader, spec: DbInstanceSpec) -> Iterator[Complaint]:
    """Only what is written as a literal: references are checked by their own kinds."""
    vpcs: dict[str, str] = {}
    if isinstance(spec.subnet_group, str):
        group = _find(reader, "DescribeDBSubnetGroups", "DBSubnetGroups", "DBSubnetGroupName", spec.subnet_group)
        if group is None:
            yield Complaint(
                ("subnet_group",), f"there is no subnet group {spec.subnet_group}", "declare it, or name another"
            )
        else:
            vpcs[spec.subnet_group] = group["VpcId"]
    written = {group for group in spec.security_groups if isinstance(group, str)}
    if not written:
        return
    reply = reader.call("ec2", "DescribeSecurityGroups") or {}
    groups = {group["GroupId"]: group["VpcId"] for group in reply["SecurityGroups"]}
    missing = sorted(written - set(groups))
    if missing:
        what = f"there is no security group {' or '.join(missing)} here"
        yield Complaint(("security_groups",), what, "declare it, or name another")
    vpcs |= {group: groups[group] for group in written & set(groups)}
    if len(set(vpcs.values())) > 1:
        where = ", ".join(f"{group} in {vpc}" for group, vpc in sorted(vpcs.items()))
        yield Complaint(("security_groups",), f"these are not in one VPC: {where}", "choose groups of one VPC")


def _parameters(reader: Reader, spec: DbInstanceSpec) -> Iterator[Complaint]:
    name = spec.parameter_group
    if not isinstance(name, str):
        return
    group = _find(reader, "DescribeDBParameterGroups", "DBParameterGroups", "DBParameterGroupName", name)
    if group is None:
        yield Complaint(("parameter_group",), f"there is no parameter group {name}", "declare it, or name another")
        return
    family = group["DBParameterGroupFamily"]
    wanted = engines.family(spec.engine, spec.engine_version or "")
    if wanted and family != wanted:  # RDS-8
        what = f"parameter group {name} is for {family}, and {spec.engine} {spec.engine_version} needs {wanted}"
        yield Complaint(("parameter_group",), what, f"name a group of the family {wanted}")


def _missing(spec: DbInstanceSpec) -> Iterator[Complaint]:
    """What is asked of a database that is yet to be made; one that exists has what it has."""
    if spec.master_username.lower() in engines.REFUSED_MASTER_NAMES:
        what = f"{spec.master_username!r} is guessed first by attackers, or reserved by the engine"
        yield Complaint(("master_username",), what, "use another name, such as dbowner")
    if spec.master_password == UNMANAGED:
        what = "a new database needs a password, and none is ever written in a spec"
        yield Complaint(("master_password",), what, "write managed: RDS makes one and keeps it in Secrets Manager")


def _find(reader: Reader, action: str, root: str, key: str, name: str) -> Mapping[str, Any] | None:
    reply = reader.call("rds", action) or {}
    return next((item for item in reply[root] if item[key].lower() == name.lower()), None)
