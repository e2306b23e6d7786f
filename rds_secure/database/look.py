"""What a database names outside the spec, looked up at AWS: groups that are missing or do not fit. It only reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rds_secure import engines
from rds_secure.kind import Complaint, Reader
from rds_secure.values import Value


def network(reader: Reader, subnet_group: Value, security_groups: Iterable[Value]) -> Iterator[Complaint]:
    """Only what is written as a literal: references are checked by their own kinds."""
    vpcs: dict[str, str] = {}
    if isinstance(subnet_group, str):
        group = find(reader, "DescribeDBSubnetGroups", "DBSubnetGroups", "DBSubnetGroupName", subnet_group)
        if group is None:
            what = f"there is no subnet group {subnet_group}"
            yield Complaint(("subnet_group",), what, "declare it, or name another")
        else:
            vpcs[subnet_group] = group["VpcId"]
    written = {group for group in security_groups if isinstance(group, str)}
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


def is_awss_own(reader: Reader, key: str) -> bool:
    """Whether a key, by its id or ARN, is one of AWS's own, which has an alias below alias/aws/ (RDS-3)."""
    aliases = (reader.call("kms", "ListAliases") or {})["Aliases"]
    own = {item.get("TargetKeyId") for item in aliases if item["AliasName"].startswith("alias/aws/")}
    return key.rpartition("/")[2] in own


def parameter_group(reader: Reader, lists: str, named: Value, engine: str, version: str | None) -> Iterator[Complaint]:
    """The group of parameters; ``lists``: the call that has its kind, such as ``DescribeDBParameterGroups``."""
    if not isinstance(named, str):
        return
    root = lists.removeprefix("Describe")
    found = find(reader, lists, root, f"{root.removesuffix('s')}Name", named)
    if found is None:
        yield Complaint(("parameter_group",), f"there is no parameter group {named}", "declare it, or name another")
        return
    family, wanted = found["DBParameterGroupFamily"], engines.family(engine, version or "")
    if wanted and family != wanted:  # RDS-8
        what = f"parameter group {named} is for {family}, and {engine} {version} needs {wanted}"
        yield Complaint(("parameter_group",), what, f"name a group of the family {wanted}")


def certificate(reader: Reader, named: str | None) -> Iterator[Complaint]:
    """The certificate authority."""
    if named is None:
        return
    reply = reader.call("rds", "DescribeCertificates") or {}
    known = [item["CertificateIdentifier"] for item in reply["Certificates"]]
    if named not in known:
        what = f"there is no certificate authority {named} in this region"
        yield Complaint(("ca",), what, f"use one of {', '.join(sorted(known))}")


def offered(reader: Reader, engine: str, instance_class: str) -> Iterator[Complaint]:
    """Whether AWS offers a class for an engine in this region; for which of its versions, it says elsewhere."""
    asked = {"Engine": engine, "DBInstanceClass": instance_class}
    reply = reader.call("rds", "DescribeOrderableDBInstanceOptions", asked, first_page=True) or {}
    if not reply["OrderableDBInstanceOptions"]:
        what = f"AWS offers no {instance_class} for {engine} in this region"
        fix = "choose another class: aws rds describe-orderable-db-instance-options --engine lists them"
        yield Complaint(("instance_class",), what, fix)


def find(reader: Reader, action: str, root: str, key: str, name: str) -> Mapping[str, Any] | None:
    """The member of a list that has this name, in any case."""
    reply = reader.call("rds", action) or {}
    return next((item for item in reply[root] if item[key].lower() == name.lower()), None)
