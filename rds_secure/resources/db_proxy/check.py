"""What is wrong with the spec of a proxy: by itself, and beside what exists outside the spec."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rds_secure.iam import principals
from rds_secure.kind import Complaint, Reader
from rds_secure.resources.db_proxy.spec import DbProxySpec

_SERVICE = "rds.amazonaws.com"
_NAME = re.compile(r"(?=.{1,63}$)[A-Za-z](-?[A-Za-z0-9])*")
_CLIENT_AUTH = {"MYSQL": "MYSQL_", "POSTGRESQL": "POSTGRES_", "SQLSERVER": "SQL_SERVER_"}
_FAMILIES = {"mysql": "MYSQL", "mariadb": "MYSQL", "postgres": "POSTGRESQL", "sqlserver": "SQLSERVER"}
"""The first word of an engine's name → the family of the proxies that serve it; no proxy serves the others."""


def check(key: str, spec: DbProxySpec) -> Iterator[Complaint]:
    """Every problem that shows without AWS."""
    if not _NAME.fullmatch(spec.name or key):
        fix = "use 1 to 63 letters, digits and single hyphens, a letter first and no hyphen last"
        yield Complaint(("name",) if spec.name else (), f"{spec.name or key!r} is no name for a proxy", fix)
    if not spec.subnets:
        yield Complaint(("subnets",), "a proxy needs subnets", "name two or more, in two zones")
    if not spec.security_groups:
        yield Complaint(("security_groups",), "a proxy needs a security group", "name one or more")
    if (spec.instance is None) is (spec.cluster is None):
        what = "a proxy stands in front of one database" + ("" if spec.instance is None else ", and here are two")
        yield Complaint(("cluster",) if spec.cluster else (), what, "write one of instance and cluster")
    yield from _authentication(spec)
    yield from _pool(spec)


def verify(reader: Reader, spec: DbProxySpec) -> Iterator[Complaint]:
    """Every problem that needs a look at AWS; only literals, for references are checked by their own kinds."""
    vpcs: dict[str, str] = {}
    yield from _subnets(reader, spec, vpcs)
    yield from _groups(reader, spec, vpcs)
    yield from _instance(reader, spec, vpcs)
    yield from _role(reader, spec)


def _authentication(spec: DbProxySpec) -> Iterator[Complaint]:
    if not spec.secrets and spec.default_auth != "IAM_AUTH":
        what = "the proxy has nothing to sign in to the database with"
        yield Complaint(("secrets",), what, "name a secret, or write default_auth: IAM_AUTH")
    first: dict[Any, int] = {}
    for index, secret in enumerate(spec.secrets):
        if first.setdefault(secret.arn, index) != index:
            what = f"{secret.arn} is written twice, here and as number {first[secret.arn] + 1}"
            yield Complaint(("secrets", index), what, "keep one of them")
        if secret.client_auth and not secret.client_auth.startswith(_CLIENT_AUTH[spec.engine_family]):
            what = f"clients of a {spec.engine_family} proxy do not sign in with {secret.client_auth}"
            yield Complaint(("secrets", index, "client_auth"), what, "leave it out, or write one of that family")
        if secret.iam == "ENABLED" and spec.engine_family != "SQLSERVER":
            what = f"a {spec.engine_family} proxy cannot leave IAM authentication to the client"
            yield Complaint(("secrets", index, "iam"), what, "write REQUIRED or DISABLED")


def _pool(spec: DbProxySpec) -> Iterator[Complaint]:
    most, idle = spec.pool.max_percent, spec.pool.idle_percent
    if idle is not None and most is None:
        what = "AWS takes idle_percent together with max_percent only"
        yield Complaint(("pool", "idle_percent"), what, "write max_percent as well")
    elif idle is not None and most is not None and idle > most:
        what = f"{idle} % of the connections cannot be idle where there are {most} % at most"
        yield Complaint(("pool", "idle_percent"), what, f"write {most} or less")


def _subnets(reader: Reader, spec: DbProxySpec, vpcs: dict[str, str]) -> Iterator[Complaint]:
    reply = reader.call("ec2", "DescribeSubnets") or {}
    subnets = [subnet for subnet in reply["Subnets"] if subnet["SubnetId"] in spec.subnets]
    missing = {str(subnet) for subnet in spec.subnets} - {subnet["SubnetId"] for subnet in subnets}
    if missing:
        yield Complaint(("subnets",), f"there is no {' or '.join(sorted(missing))} here", "name existing subnets")
        return
    if len({subnet["VpcId"] for subnet in subnets}) > 1:
        yield Complaint(("subnets",), "the subnets are in more than one VPC", "choose subnets of one VPC")
        return
    vpcs["the subnets"] = subnets[0]["VpcId"]
    zones = sorted({subnet["AvailabilityZone"] for subnet in subnets})
    if len(zones) < 2:
        yield Complaint(("subnets",), f"all subnets are in {zones[0]}", "add subnets of a second availability zone")


def _groups(reader: Reader, spec: DbProxySpec, vpcs: Mapping[str, str]) -> Iterator[Complaint]:
    written = {group for group in spec.security_groups if isinstance(group, str)}
    if not written:
        return
    reply = reader.call("ec2", "DescribeSecurityGroups") or {}
    groups = {group["GroupId"]: group["VpcId"] for group in reply["SecurityGroups"]}
    for group in sorted(written):
        if group not in groups:
            what = f"there is no security group {group} here"
            yield Complaint(("security_groups",), what, "declare it, or name another")
        elif vpcs and groups[group] not in vpcs.values():
            what = f"{group} is in {groups[group]}, and the subnets are in {vpcs['the subnets']}"
            yield Complaint(("security_groups",), what, "choose groups of the VPC of the subnets")


def _instance(reader: Reader, spec: DbProxySpec, vpcs: Mapping[str, str]) -> Iterator[Complaint]:
    if not isinstance(spec.instance, str):
        return
    reply, name = reader.call("rds", "DescribeDBInstances") or {}, spec.instance.lower()
    found = next((item for item in reply["DBInstances"] if item["DBInstanceIdentifier"].lower() == name), None)
    if found is None:
        yield Complaint(("instance",), f"there is no database {name}", "declare it, or name another")
        return
    family = _FAMILIES.get(found["Engine"].partition("-")[0])
    if family is None:
        yield Complaint(("instance",), f"no proxy serves {found['Engine']}", "connect to the database itself")
    elif family != spec.engine_family:
        what = f"{name} runs {found['Engine']}, which {spec.engine_family} is not for"
        yield Complaint(("engine_family",), what, f"write {family}")
    vpc = (found.get("DBSubnetGroup") or {}).get("VpcId")
    if vpc and vpcs and vpc not in vpcs.values():
        what = f"{name} is in {vpc}, and the subnets are in {vpcs['the subnets']}"
        yield Complaint(("subnets",), what, "choose subnets of the VPC of the database")


def _role(reader: Reader, spec: DbProxySpec) -> Iterator[Complaint]:
    if not isinstance(spec.role, str):
        return
    roles = {detail["Arn"]: detail for detail in principals.listed(reader, "Role")}
    if spec.role not in roles:
        yield Complaint(("role",), f"there is no role {spec.role} here", "declare it, or name another")
    elif not any(map(_lets_in, _several(roles[spec.role]["AssumeRolePolicyDocument"]["Statement"]))):
        what = f"{spec.role} does not trust {_SERVICE}, so that no proxy can work in it"
        yield Complaint(("role",), what, f"let {_SERVICE} assume it, or name another")


def _lets_in(statement: Mapping[str, Any]) -> bool:
    """Whether a statement of a trust policy lets RDS in; conditions are not looked at."""
    principal = statement.get("Principal", {})
    services = _several(principal.get("Service", ())) if isinstance(principal, Mapping) else _several(principal)
    return statement.get("Effect") == "Allow" and bool({_SERVICE, "*"} & {*services})


def _several(value: Any) -> tuple[Any, ...]:
    """One that stands for itself, or a list (IAM-3)."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)
