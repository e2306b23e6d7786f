"""The things that rules are about as AWS names them: by ARNs, and the types of Security Hub. It judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rds_secure.inventory.model import Place
from rds_secure.rules.model import Of, Subject

_KEYS = (
    "DBInstanceArn",
    "DBClusterArn",
    "DBProxyArn",
    "DBSnapshotArn",
    "DBClusterSnapshotArn",
    "SubnetArn",
    "ARN",
    "Arn",
)
"""Where replies tell an ARN."""
_IN_EC2: Mapping[Of, tuple[str, str]] = {
    Of.SECURITY_GROUP: ("security-group", "GroupId"),
    Of.NETWORK_ACL: ("network-acl", "NetworkAclId"),
    Of.VPC: ("vpc", "VpcId"),
}
"""What EC2 tells no ARN of → how the ARN calls it, and its id (Service Authorization Reference, EC2)."""

_TYPES: Mapping[str, str] = {
    "db:": "AwsRdsDbInstance",
    "cluster:": "AwsRdsDbCluster",
    "snapshot:": "AwsRdsDbSnapshot",
    "cluster-snapshot:": "AwsRdsDbClusterSnapshot",
    "sg-": "AwsEc2SecurityGroup",
    "acl-": "AwsEc2NetworkAcl",
    "subnet-": "AwsEc2Subnet",
    "vpc-": "AwsEc2Vpc",
    "key:": "AwsKmsKey",
    "secret:": "AwsSecretsManagerSecret",
    "policy/": "AwsIamPolicy",
    "user/": "AwsIamUser",
    "group/": "AwsIamGroup",
    "role/": "AwsIamRole",
    "account": "AwsAccount",
}
"""How findings begin a name → the type of a resource in Security Hub's format; it has none for proxies."""
OTHER = "Other"
"""The type of what has none (API reference, Resource)."""


def account_id(place: Place) -> str:
    """An account as Security Hub names it among resources."""
    return f"AWS::::Account:{place.account}"


def arn_of(subject: Subject, place: Place) -> str:
    """The ARN of a thing, of an inline policy that of its holder; "" where AWS does not tell one."""
    if subject.of is Of.ACCOUNT:
        return account_id(place)
    if subject.of in _IN_EC2:
        kind, key = _IN_EC2[subject.of]
        owner = subject.reply.get("OwnerId") or place.account
        return f"arn:{place.partition}:ec2:{place.region}:{owner}:{kind}/{subject.reply[key]}"
    return str(next((subject.reply[key] for key in _KEYS if subject.reply.get(key)), ""))


def by_arn(subjects: Iterable[Subject], place: Place) -> Mapping[str, tuple[str, ...]]:
    """ARN → the names by which findings call what it stands for: a user, and the policies written into it."""
    found: dict[str, tuple[str, ...]] = {}
    for subject in subjects:
        if arn := arn_of(subject, place):
            found[arn] = (*found.get(arn, ()), subject.name)
    return found


def type_of(name: str) -> str:
    """The type of the thing that findings call so, in the words of Security Hub."""
    return next((kind for begins, kind in _TYPES.items() if name.startswith(begins)), OTHER)
