"""What the generated specs are made of: values that no type tells. How they are put together: `specs`.

Both tables go by the name of a kind, or of a part in a spec (`Trust`, `IngressRule`). Values are written as in YAML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import EllipsisType
from typing import Any, TypeAlias

Written: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Value:
    """A value, and what has to be written with it: ``given`` before the change as well, ``also`` only after it.

    ``...`` stands for a field that must not be written.
    """

    written: Any
    given: Mapping[str, Any] = field(default_factory=dict)
    also: Mapping[str, Any | EllipsisType] = field(default_factory=dict)


VPC, OTHER_VPC = "vpc-0123456789abcdef0", "vpc-0fedcba9876543210"
GROUP, OTHER_GROUP = "sg-0123456789abcdef0", "sg-0fedcba9876543210"
SUBNETS = tuple(f"subnet-0123456789abcdef{number}" for number in range(4))
ROLE = "arn:aws:iam::123456789012:role/outside"
KEY_ID = "0a1b2c3d-0000-4000-8000-00000000000a"
FEDERATED = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Federated": "arn:aws:iam::123456789012:saml-provider/office"},
            "Action": "sts:AssumeRoleWithSAML",
        }
    ],
}
READING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "rds:Describe*", "Resource": "${db_instance.neighbour.arn}"}],
}
DELEGATING = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"AWS": "${iam_role.neighbour}"}, "Action": "kms:Decrypt", "Resource": "*"},
    ],
}
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}

MINIMAL: Mapping[str, Written] = {
    "iam_group": {},
    "iam_user": {},
    "iam_role": {"trust": {"services": ["ec2.amazonaws.com"]}},
    "iam_policy": {"statements": [{"effect": "allow", "actions": ["rds:Describe*"], "resources": ["*"]}]},
    "security_group": {"vpc": VPC},
    "db_subnet_group": {"subnets": SUBNETS[:2]},
    "kms_key": {},
    "db_parameter_group": {"family": "postgres16"},
    "option_group": {"engine": "oracle-ee", "major_version": "19"},
    "db_instance": {
        "engine": "postgres",
        "engine_version": "16",
        "instance_class": "db.m7g.large",
        "storage_gib": "100",
        "subnet_group": "private",
        "security_groups": [GROUP],
    },
    "Statement": {"effect": "allow", "actions": ["rds:Describe*"], "resources": ["*"]},
    "AttachTo": {},
    "Trust": {"services": ["ec2.amazonaws.com"]},
    "IngressRule": {"from": "10.20.0.0/16", "port": "5432"},
    "EgressRule": {"to": "10.20.0.0/16", "port": "5432"},
    "Parameter": {"value": "64"},
    "Grant": {"to": ROLE, "operations": ["Decrypt"]},
    "Option": {},
}
"""The least that can be written."""

NEIGHBOURS: Mapping[str, Written] = {**MINIMAL, "option_group": {"engine": "postgres", "major_version": "16"}}
"""What a subject can refer to: one of each kind that fits all others."""

_NAMED = {
    "name": (Value("another-name"),),
    "tags": (Value({"team": "payments"}),),
    "ignore": (Value(["ignore"]),),  # which has no effect, so that all others can be seen
}
_POLICIES = (Value(["ReadOnlyAccess"]), Value(["arn:aws:iam::123456789012:policy/outside", "PowerUserAccess"]))
_BOUNDARY = (Value("${iam_policy.neighbour}"), Value("arn:aws:iam::aws:policy/PowerUserAccess"))
_RULE = {
    "protocol": (
        Value("udp"),
        Value("icmp", also={"port": "3/4"}),
        Value("icmpv6", also={"port": "all"}),
        Value("all", also={"port": ...}),
        Value("50", also={"port": ...}),
    ),
    "port": (Value("443"), Value("all")),
    "ports": (Value("8000-8100", also={"port": ...}),),
    "description": (Value("the application"),),
}
_PEERS = (
    Value("${security_group.neighbour}"),
    Value("self"),
    Value("2001:db8::/32"),
    Value(OTHER_GROUP),
    Value(f"210987654321/{OTHER_GROUP}"),
    Value("pl-0123456789abcdef0"),
)
_RULES = [{"port": "5432"}, {"port": "6432", "description": "the pooler"}]

VALUES: Mapping[str, Mapping[str, tuple[Value, ...]]] = {
    "iam_group": {**_NAMED, "policies": _POLICIES},
    "iam_user": {
        **_NAMED,
        "path": (Value("/teams/"),),
        "groups": (Value(["${iam_group.neighbour}"]), Value(["auditors"])),
        "boundary": _BOUNDARY,
        "policies": _POLICIES,
    },
    "iam_role": {
        **_NAMED,
        "path": (Value("/teams/"),),
        "document": (Value(FEDERATED, also={"trust": ...}),),
        "boundary": _BOUNDARY,
        "policies": _POLICIES,
    },
    "Trust": {
        "services": (Value(["ec2.amazonaws.com", "monitoring.rds.amazonaws.com"]),),
        "principals": (Value(["${iam_role.neighbour}"]), Value(["210987654321", ROLE])),
        "conditions": (Value(MFA),),
    },
    "iam_policy": {
        **_NAMED,
        "path": (Value("/teams/"),),
        "document": (Value(READING, also={"statements": ...}),),
    },
    "Statement": {
        "sid": (Value("Reading"),),
        "actions": (Value(["rds:DescribeDBInstances", "rds:StartDBInstance"]),),
        "not_actions": (Value(["rds:Delete*"], also={"actions": ...}),),
        "resources": (
            Value(["${db_instance.neighbour}"]),
            Value(["${kms_key.neighbour.arn}"]),
            Value(["arn:aws:rds-db:eu-west-1:123456789012:dbuser:${db_instance.neighbour.resource_id}/app"]),
        ),
        "not_resources": (Value(["arn:aws:rds:*:*:db:payroll"], also={"resources": ...}),),
        "conditions": (Value(MFA),),
    },
    "AttachTo": {
        "users": (Value(["${iam_user.neighbour}"]), Value(["dana"])),
        "groups": (Value(["${iam_group.neighbour}"]), Value(["auditors"])),
        "roles": (Value(["${iam_role.neighbour}"]), Value(["deploy"])),
    },
    "security_group": {
        **_NAMED,
        "vpc": (Value(OTHER_VPC),),
        "description": (Value("the databases"),),
        "ingress": (Value([{"from": "10.20.0.0/16", **rule} for rule in _RULES]),),
        "egress": (
            Value([{"to": "10.20.0.0/16", **rule} for rule in _RULES]),
            Value([{"to": "0.0.0.0/0", "protocol": "all"}]),
            Value([{"to": "0.0.0.0/0", "protocol": "all", "description": "everything"}]),
        ),
    },
    "IngressRule": {**_RULE, "from": _PEERS},
    "EgressRule": {**_RULE, "to": _PEERS},
    "db_subnet_group": {**_NAMED, "subnets": (Value(SUBNETS[1:]),)},
    "kms_key": {
        **{name: _NAMED[name] for name in ("tags", "ignore")},
        "alias": (Value("alias/elsewhere"),),
        "spec": (Value("RSA_2048"), Value("HMAC_256")),
        "usage": (Value("SIGN_VERIFY", given={"spec": "RSA_2048"}),),
        "administrators": (Value(["123456789012"]), Value([ROLE])),
        "users": (Value(["${iam_role.neighbour}"]), Value(["${iam_user.neighbour}"])),
        "document": (Value(DELEGATING),),
        "rotation_days": (Value("400"), Value("off")),
    },
    "Grant": {
        "to": (Value("${iam_role.neighbour}"), Value("210987654321")),
        "operations": (Value(["Decrypt", "GenerateDataKey"]),),
        "context": (Value({"purpose": "orders"}),),
        "context_subset": (Value({"purpose": "orders"}),),
        "retire_by": (Value("${iam_user.neighbour}"),),
    },
    "db_parameter_group": {
        **_NAMED,
        "family": (
            Value("postgres17"),
            Value("mysql8.4"),
            Value("mariadb10.11"),
            Value("oracle-ee-19"),
            Value("sqlserver-se-15.0"),
            Value("db2-se-11.5"),
        ),
        "parameters": (
            Value({"work_mem": "64"}),
            Value({"rds.force_ssl": "0"}),
            Value({f"parameter_{number}": "1" for number in range(25)}),
        ),
    },
    "Parameter": {"value": (Value("128"),)},
    "option_group": {
        **_NAMED,
        "engine": (
            Value("oracle-se2"),
            Value("sqlserver-se", also={"major_version": "15.00"}),
            Value("mysql", also={"major_version": "8.4"}),
            Value("postgres", also={"major_version": "16"}),
        ),
        "major_version": (Value("21"),),
        "options": (
            Value({"NATIVE_NETWORK_ENCRYPTION": {}, "TDE": {}}),
            Value({"SSL": {"security_groups": [GROUP]}}),
            Value({"NATIVE_NETWORK_ENCRYPTION": {}}, given={"options": {"SSL": {"security_groups": [GROUP]}}}),
        ),
    },
    "Option": {
        "settings": (
            Value({"ENABLE": "TRUE"}),
            Value({"IAM_ROLE_ARN": "${iam_role.neighbour}"}),
            Value({"ROLE": ROLE}),
        ),
        "port": (Value("2484"),),
        "security_groups": (Value([GROUP, OTHER_GROUP]), Value(["${security_group.neighbour}"])),
        "version": (Value("13.5.0.0.v3"),),
    },
    "db_instance": {
        **_NAMED,
        "engine": tuple(
            Value(engine, also={"engine_version": version})
            for engine, version in (
                ("mysql", "8.4"),
                ("mariadb", "10.11"),
                ("oracle-se2", "19"),
                ("sqlserver-se", "15.00"),
                ("db2-se", "11.5"),
            )
        ),
        "engine_version": (Value("16.4"), Value("17")),
        "instance_class": (Value("db.r7g.xlarge"),),
        "storage_gib": (Value("105"), Value("200")),
        "max_storage_gib": (Value("1000"), Value("0")),
        "storage_type": (Value("gp2"),),
        "kms_key": (Value("${kms_key.neighbour}"), Value(KEY_ID)),
        "security_groups": (Value(["${security_group.neighbour}"]), Value([GROUP, OTHER_GROUP])),
        "subnet_group": (Value("${db_subnet_group.neighbour}"), Value("elsewhere")),
        "parameter_group": (Value("${db_parameter_group.neighbour}"), Value("audited-postgres16")),
        "option_group": (Value("${option_group.neighbour}"), Value("audited")),
        "port": (Value("6432"),),
        "db_name": (Value("orders"),),
        "master_username": (Value("owner"),),
        "master_secret_key": (Value("${kms_key.neighbour}"), Value(KEY_ID)),
        "iam_auth": (Value("false"),),
        "multi_az": (Value("true"),),
        "backup_window": (Value("02:00-02:30"),),
        "maintenance_window": (Value("sun:03:00-sun:04:00"),),
        "log_exports": (Value(["postgresql", "upgrade"]), Value([], given={"log_exports": ["upgrade"]})),
    },
}
"""Values of fields, none of them the default or the minimal one; the first one of each is part of a maximal spec."""

LEFT_OUT: Mapping[str, tuple[frozenset[str], ...]] = {
    "iam_role": (frozenset({"document"}), frozenset({"trust"})),
    "iam_policy": (frozenset({"document"}), frozenset({"statements"})),
    "Trust": (frozenset({"conditions"}), frozenset({"principals"})),
    "Statement": (frozenset({"not_actions", "not_resources"}), frozenset({"actions", "resources", "sid"})),
    "IngressRule": (frozenset({"ports"}), frozenset({"port"})),
    "EgressRule": (frozenset({"ports"}), frozenset({"port"})),
    "kms_key": (
        frozenset({"document", "rotation_days", "grants"}),
        frozenset({"spec", "usage", "administrators", "users", "exclusive"}),
    ),
    "Grant": (frozenset({"context_subset"}), frozenset({"context"})),
    "db_instance": (frozenset({"master_password", "encrypted"}), frozenset({"master_secret_key", "kms_key"})),
}
"""What cannot be written together: a maximal spec for each of these sets, without its fields."""

NEVER_WRITTEN: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    name: {"inline_policies": ("leftover",)} for name in ("iam_group", "iam_user", "iam_role")
}
"""Fields that a spec can only leave empty, with what may be found there at AWS."""
