"""What the generated specs are made of: values that no type tells. How they are put together: `specs`.

Both tables go by the name of a kind, or of a part in a spec (`Trust`, `IngressRule`). Values are written as in YAML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import EllipsisType
from typing import Any, TypeAlias

from rds_secure.resources.db_instance.spec import INHERITED

Written: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Value:
    """A value, and what has to be written with it: ``given`` before the change as well, ``also`` only after it.

    ``beside``: before and after it, beside the part that the field is in. ``...`` stands for a field that must not be
    written.
    """

    written: Any
    given: Mapping[str, Any | EllipsisType] = field(default_factory=dict)
    also: Mapping[str, Any | EllipsisType] = field(default_factory=dict)
    beside: Mapping[str, Any] = field(default_factory=dict)


VPC, OTHER_VPC = "vpc-0123456789abcdef0", "vpc-0fedcba9876543210"
GROUP, OTHER_GROUP = "sg-0123456789abcdef0", "sg-0fedcba9876543210"
SUBNETS = tuple(f"subnet-0123456789abcdef{number}" for number in range(4))
ROLE = "arn:aws:iam::123456789012:role/outside"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:alerts"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-AbCdEf"
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
DELEGATES = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"AWS": "${iam_role.neighbour}"}, "Action": "kms:Decrypt", "Resource": "*"},
    ],
}
JOINING = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:joining"
OWN_DIRECTORY = {"fqdn": "ad.example.com", "secret": f"{JOINING}-AbCdEf", "dns": ["10.20.0.1", "10.20.0.2"]}
COPY_KEY = f"arn:aws:kms:eu-central-1:123456789012:key/{KEY_ID}"
SOURCE = "arn:aws:rds:us-east-1:123456789012:db:orders"
STREAMED = "arn:aws:rds:eu-west-1:123456789012:cluster:ledger"
STREAM_KEY = f"arn:aws:kms:eu-west-1:123456789012:key/{KEY_ID}"
MULTI_AZ = {
    "engine": "postgres",
    "instance_class": "db.m6gd.large",
    "storage_gib": "100",
    "storage_type": "io1",
    "iops": "1000",
}
"""What makes a Multi-AZ DB cluster of one that is Aurora."""

MEMBER: Mapping[str, Any] = {
    "engine": "aurora-postgresql",
    "cluster": "${db_cluster.neighbour}",
    **dict.fromkeys(("engine_version", "storage_gib", "subnet_group", "security_groups"), ...),
}
"""What makes an instance of a cluster of one that stands alone."""

MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}

MINIMAL: Mapping[str, Written] = {
    "iam_group": {},
    "iam_user": {},
    "iam_role": {"trust": {"services": ["ec2.amazonaws.com"]}},
    "iam_policy": {"statements": [{"effect": "allow", "actions": ["rds:Describe*"], "resources": ["*"]}]},
    "security_group": {"vpc": VPC},
    "security_group_rule": {"group": GROUP, "peer": "10.20.0.0/16", "port": "5432"},
    "default_security_group": {"vpc": VPC},
    "security_hub": {},
    "db_subnet_group": {"subnets": SUBNETS[:2]},
    "kms_key": {},
    "data_key": {"kms_key": KEY_ID},
    "db_parameter_group": {"family": "postgres16"},
    "option_group": {"engine": "oracle-ee", "major_version": "19"},
    "db_cluster_parameter_group": {"family": "aurora-postgresql16"},
    "db_cluster": {
        "engine": "aurora-postgresql",
        "engine_version": "16",
        "subnet_group": "private",
        "security_groups": [GROUP],
    },
    "Serverless": {"min": "0", "max": "8"},
    "db_instance": {
        "engine": "postgres",
        "engine_version": "16",
        "instance_class": "db.m7g.large",
        "storage_gib": "100",
        "subnet_group": "private",
        "security_groups": [GROUP],
    },
    "db_proxy": {
        "engine_family": "POSTGRESQL",
        "secrets": [{"arn": SECRET}],
        "role": ROLE,
        "subnets": SUBNETS[:2],
        "security_groups": [GROUP],
        "instance": "orders",
    },
    "event_subscription": {"topic": TOPIC, "source_type": "db-instance"},
    "snapshot_sharing": {"snapshot": "before-the-move", "accounts": ["210987654321"]},
    "activity_stream": {"of": STREAMED, "kms_key": STREAM_KEY},
    "Statement": {"effect": "allow", "actions": ["rds:Describe*"], "resources": ["*"]},
    "AttachTo": {},
    "Trust": {"services": ["ec2.amazonaws.com"]},
    "IngressRule": {"from": "10.20.0.0/16", "port": "5432"},
    "EgressRule": {"to": "10.20.0.0/16", "port": "5432"},
    "Parameter": {"value": "64"},
    "Grant": {"to": ROLE, "operations": ["Decrypt"]},
    "Option": {},
    "Secret": {"arn": SECRET},
    "Pool": {},
    "Store": {},
    "Domain": {},
    "Directory": {},
    "ClusterRole": {"feature": "s3Import", "role": ROLE},
    "BackupCopy": {"region": "eu-central-1", "key": COPY_KEY},
    "Migration": {"from": "none"},
    "FeatureRole": {"feature": "s3Import", "role": ROLE},
}
"""The least that can be written."""

NEIGHBOURS: Mapping[str, Written] = {**MINIMAL, "option_group": {"engine": "postgres", "major_version": "16"}}
"""What a subject can refer to: one of each kind that fits all others."""

_AURORA_MYSQL = {"engine": "aurora-mysql", "engine_version": "8.0"}
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
    "security_group_rule": {
        **{name: _NAMED[name] for name in ("tags", "ignore")},
        **_RULE,
        "group": (Value(OTHER_GROUP),),
        "peer": _PEERS,
    },
    "default_security_group": {**{name: _NAMED[name] for name in ("tags", "ignore")}, "vpc": (Value(OTHER_VPC),)},
    "security_hub": {
        **{name: _NAMED[name] for name in ("tags", "ignore")},
        "standards": (Value(["fsbp", "cis-1.4"]),),
    },
    "db_subnet_group": {**_NAMED, "subnets": (Value(SUBNETS[1:]),)},
    "kms_key": {
        **{name: _NAMED[name] for name in ("tags", "ignore")},
        "alias": (Value("alias/elsewhere"),),
        "spec": (Value("RSA_2048"), Value("HMAC_256")),
        "usage": (Value("SIGN_VERIFY", given={"spec": "RSA_2048"}),),
        "administrators": (Value(["123456789012"]), Value([ROLE])),
        "users": (Value(["${iam_role.neighbour}"]), Value(["${iam_user.neighbour}"])),
        "document": (Value(DELEGATES),),
        "rotation_days": (Value("400"), Value("off")),
    },
    "data_key": {
        **{name: _NAMED[name] for name in ("tags", "ignore")},
        "kms_key": (Value("${kms_key.neighbour}"), Value(KEY_ID.replace("0a", "0b"))),
        "key_spec": (Value("AES_128"),),
        "bytes": (Value("64"), Value("16")),
        "encryption_context": (Value({"app": "orders"}),),
    },
    "Store": {
        "secret": (Value("shelf/orders"),),
        "parameter": (Value("/shelf/orders"),),
        "kms_key": (Value("${kms_key.neighbour}"),),
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
    "db_cluster_parameter_group": {
        **_NAMED,
        "family": tuple(map(Value, ("aurora-postgresql17", "aurora-mysql8.0", "mysql8.4", "postgres16"))),
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
    "db_cluster": {
        **_NAMED,
        "engine": (Value("aurora-mysql", also={"engine_version": "8.0"}), Value("postgres", also=MULTI_AZ)),
        "engine_version": (
            Value("16.4"),
            Value("17", given={"instance_parameter_group": "audited-aurora-postgresql17"}),
        ),
        "instance_class": (Value("db.r6gd.large", given={**MULTI_AZ, "when": "now"}),),
        "parameter_group": (
            Value("${db_cluster_parameter_group.neighbour}"),
            Value("audited-aurora-postgresql16"),
        ),
        "db_name": (Value("orders"),),
        "minor_upgrades": (Value("false"),),
        "maintenance_window": (Value("sun:03:00-sun:04:00"),),
        "storage_gib": (Value("200", given=MULTI_AZ),),
        "storage_type": (Value("aurora-iopt1"), Value("io2", given=MULTI_AZ)),
        "iops": (Value("2000", given=MULTI_AZ),),
        "kms_key": (Value("${kms_key.neighbour}"), Value(KEY_ID)),
        "backtrack_seconds": (Value("7200", given={**_AURORA_MYSQL, "backtrack_seconds": "3600"}),),
        "security_groups": (Value(["${security_group.neighbour}"]), Value([GROUP, OTHER_GROUP])),
        "subnet_group": (Value("${db_subnet_group.neighbour}"), Value("elsewhere")),
        "port": (Value("6432"),),
        "public": (Value("true", given=MULTI_AZ),),
        "master_username": (Value("owner"),),
        "master_secret_key": (Value("${kms_key.neighbour}"), Value(KEY_ID)),
        "master_password": (
            Value("unmanaged"),
            Value({"env": "DB_PASSWORD"}),
            Value({"secret": "orders/master", "key": "password"}),
        ),
        "password_version": (Value("2", given={"master_password": {"env": "DB_PASSWORD"}}),),
        "iam_auth": (Value("false"),),
        "backup_window": (Value("02:00-02:30"),),
        "log_exports": (
            Value(["iam-db-auth-error"]),
            Value([], given={"log_exports": ["instance"]}),
        ),
        "monitoring_seconds": (Value("15", given={**MULTI_AZ, "monitoring_role": ROLE, "monitoring_seconds": "60"}),),
        "monitoring_role": (
            Value("${iam_role.neighbour}", given={**MULTI_AZ, "monitoring_role": ROLE, "monitoring_seconds": "60"}),
        ),
        "insights": (Value("true"), Value("false", given={"insights": "true"})),
        "insights_days": (Value("31", given={"insights": "true"}),),
        "insights_key": (Value("${kms_key.neighbour}", given={"insights": "true", "insights_key": KEY_ID}),),
        "insights_mode": (Value("advanced", given={"insights": "true", "insights_days": "465"}),),
        "availability_zones": (Value(["eu-west-1a", "eu-west-1b"]),),
        "network_type": (Value("DUAL", also={"when": "now"}),),
        "ca": (Value("rds-ca-rsa4096-g1", given=MULTI_AZ),),
        "instance_parameter_group": (Value("audited-aurora-postgresql17"),),
    },
    "Directory": {
        "directory": (Value("d-9876543210", given={"directory": "d-0123456789", "role": "directory"}),),
        "role": (Value("${iam_role.neighbour}", given={"directory": "d-0123456789", "role": "directory"}),),
    },
    "ClusterRole": {
        "feature": (Value("s3Export"),),
        "role": (Value("${iam_role.neighbour}"),),
    },
    "Serverless": {
        "min": (Value("0.5"),),
        "max": (Value("16"),),
        "pause_seconds": (Value("600"),),
    },
    "Domain": {
        "directory": (Value("d-0123456789", also={"role": "directory"}),),
        "role": (Value("${iam_role.neighbour}", given={"directory": "d-0123456789", "role": "directory"}),),
        "fqdn": (Value("corp.example.com", given=OWN_DIRECTORY),),
        "ou": (Value("OU=databases,DC=corp,DC=example,DC=com", given=OWN_DIRECTORY),),
        "secret": (Value(f"{JOINING}-2-AbCdEf", given=OWN_DIRECTORY),),
        "dns": (Value(["10.20.0.3", "10.20.0.4"], given=OWN_DIRECTORY),),
    },
    "Migration": {
        "from_subnet_group": (Value("elsewhere"),),
        "from": (Value(STREAM_KEY),),
        "to": (Value("${kms_key.neighbour}", beside={"kms_key": "${kms_key.neighbour}"}),),
    },
    "BackupCopy": {
        "region": (Value("us-west-2", also={"key": COPY_KEY.replace("eu-central-1", "us-west-2")}),),
        "key": (Value(COPY_KEY.replace("eu-central-1", "us-west-2"), also={"region": "us-west-2"}),),
        "retention_days": (Value("14", given={"retention_days": "7"}),),
    },
    "FeatureRole": {
        "feature": (Value("s3Export"),),
        "role": (Value("${iam_role.neighbour}"),),
    },
    "db_instance": {
        **_NAMED,
        "restore_from": (Value("orders-final-1"),),
        "cluster": (Value("${db_cluster.neighbour}", also=MEMBER), Value("payroll", given=MEMBER)),
        "promotion_tier": (Value("0", given=MEMBER),),
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
        "replica_of": (Value(SOURCE, also={"kms_key": KEY_ID, "engine_version": ...}),),
        "replica_mode": (
            Value(
                "mounted",
                given={
                    "engine": "oracle-ee",
                    "engine_version": ...,
                    "replica_of": SOURCE,
                    "kms_key": KEY_ID,
                    "replica_mode": "open-read-only",
                },
            ),
        ),
        "storage_gib": (Value("105"), Value("200")),
        "max_storage_gib": (Value("1000"), Value("0")),
        "storage_type": (Value("gp2"), Value("io1", also={"iops": "3000"})),
        "iops": (
            Value("13000", given={"storage_type": "gp3", "storage_gib": "400", "iops": "12000"}),
            Value("4000", given={"storage_type": "io2", "iops": "3000"}),
        ),
        "throughput_mbps": (
            Value("600", given={"storage_type": "gp3", "storage_gib": "400", "throughput_mbps": "500"}),
        ),
        "dedicated_log_volume": (Value("true", given={"storage_type": "io1", "iops": "3000"}),),
        "kms_key": (Value("${kms_key.neighbour}"), Value(KEY_ID)),
        "security_groups": (Value(["${security_group.neighbour}"]), Value([GROUP, OTHER_GROUP])),
        "subnet_group": (Value("${db_subnet_group.neighbour}"), Value("elsewhere")),
        "parameter_group": (Value("${db_parameter_group.neighbour}"), Value("audited-postgres16")),
        "option_group": (Value("${option_group.neighbour}"), Value("audited")),
        "port": (Value("6432"),),
        "db_name": (Value("orders"),),
        "master_username": (Value("owner"),),
        "master_password": (
            Value("unmanaged"),
            Value({"env": "DB_PASSWORD"}),
            Value({"secret": "orders/master", "key": "password"}),
        ),
        "password_version": (Value("2", given={"master_password": {"env": "DB_PASSWORD"}}),),
        "master_secret_key": (Value("${kms_key.neighbour}"), Value(KEY_ID)),
        "iam_auth": (Value("false"),),
        "multi_az": (Value("true"),),
        "backup_window": (Value("02:00-02:30"),),
        "maintenance_window": (Value("sun:03:00-sun:04:00"),),
        "monitoring_seconds": (Value("60", given={"monitoring_role": ROLE, "monitoring_seconds": "15"}),),
        "monitoring_role": (
            Value("${iam_role.neighbour}", given={"monitoring_seconds": "60", "monitoring_role": ROLE}),
        ),
        "insights_mode": (Value("advanced", given={"insights": "true", "insights_days": "465"}),),
        "insights_days": (Value("465", given={"insights": "true"}), Value("31", given={"insights": "true"})),
        "insights_key": (
            Value("${kms_key.neighbour}", given={"insights": "true", "insights_key": KEY_ID}),
            Value(KEY_ID, given={"insights": "true", "insights_key": "${kms_key.neighbour}"}),
        ),
        "license": (
            Value("postgresql-license"),
            Value(
                "license-included",
                given={"engine": "oracle-se2", "engine_version": "19", "license": "bring-your-own-license"},
            ),
        ),
        "character_set": (Value("Latin1_General_CI_AS", given={"engine": "sqlserver-se", "engine_version": "15.00"}),),
        "nchar_character_set": (Value("UTF8", given={"engine": "oracle-se2", "engine_version": "19"}),),
        "timezone": (Value("W. Europe Standard Time", given={"engine": "sqlserver-se", "engine_version": "15.00"}),),
        "ca": (Value("rds-ca-rsa4096-g1"),),
        "availability_zone": (Value("eu-west-1b"),),
        "network_type": (Value("DUAL", also={"when": "now"}),),
        "log_exports": (Value(["postgresql", "upgrade"]), Value([], given={"log_exports": ["upgrade"]})),
    },
    "db_proxy": {
        **_NAMED,
        "secrets": (
            Value([{"arn": SECRET}, {"arn": "${db_instance.neighbour}", "iam": "DISABLED"}]),
            Value([{"arn": f"{SECRET}-2"}]),
        ),
        "default_auth": (Value("IAM_AUTH"), Value("IAM_AUTH", also={"secrets": ...})),
        "role": (Value("${iam_role.neighbour}"), Value(f"{ROLE}-2")),
        "subnets": (Value(SUBNETS[:3]),),
        "security_groups": (Value(["${security_group.neighbour}"]), Value([GROUP, OTHER_GROUP])),
        "idle_seconds": (Value("600"),),
        "network_type": (Value("DUAL", given={"network_type": "IPV4"}),),
        "target_network_type": (Value("IPV6", given={"target_network_type": "IPV4"}),),
        "instance": (Value("${db_instance.neighbour}"), Value("invoices")),
        "cluster": (Value("ledger", also={"instance": ...}),),
    },
    "Secret": {
        "arn": (Value(f"{SECRET}-2"), Value("${db_instance.neighbour}")),
        "client_auth": (Value("POSTGRES_MD5"), Value("POSTGRES_SCRAM_SHA_256", given={"client_auth": "POSTGRES_MD5"})),
    },
    "Pool": {
        "max_percent": (Value("80"),),
        "idle_percent": (Value("20", given={"max_percent": "80"}),),
        "borrow_seconds": (Value("30"),),
        "pinning_filters": (
            Value(["EXCLUDE_VARIABLE_SETS"]),
            Value([], given={"pinning_filters": ["EXCLUDE_VARIABLE_SETS"]}),
        ),
        "init_query": (Value("SET search_path TO orders"), Value("", given={"init_query": "SET role TO orders"})),
    },
    "event_subscription": {
        **_NAMED,
        "topic": (Value(f"{TOPIC}-of-others"),),
        "categories": (Value(["failure"]), Value([], given={"categories": ["failure", "recovery"]})),
        "sources": (Value(["${db_instance.neighbour}"]), Value(["orders", "invoices"])),
    },
    "snapshot_sharing": {
        "ignore": _NAMED["ignore"],
        "snapshot": (Value("after-the-move"),),
        "accounts": (Value(["210987654321", "345678901234"]), Value(["345678901234"]), Value([])),
    },
    "activity_stream": {
        "ignore": _NAMED["ignore"],
        "of": (Value("arn:aws:rds:eu-west-1:123456789012:cluster:payments"),),
        "instance": (
            Value("${db_instance.neighbour}", given={"of": "arn:aws:rds:eu-west-1:123456789012:cluster:payments"}),
        ),
        "kms_key": (Value("${kms_key.neighbour}"),),
        "mode": (Value("sync"),),
        "native_audit_fields": (Value("true", given={"of": "arn:aws:rds:eu-west-1:123456789012:db:ledger"}),),
    },
}
"""Values of fields, none of them the default or the minimal one; the first one of each is part of a maximal spec."""

_OF_POSTGRES = frozenset(
    {"restore_from", "migration", "replica_of", "replica_mode", "character_set", "nchar_character_set", "timezone"}
)
_TOGETHER = frozenset(
    {
        *("storage_type", "iops", "throughput_mbps", "dedicated_log_volume"),
        *("insights", "insights_mode", "insights_days", "insights_key", "monitoring_seconds", "monitoring_role"),
    }
)
_OTHERS = frozenset(
    {
        *("replica_of", "replica_mode", "restore_from", "migration"),
        *("availability_zone", "db_name", "dedicated_log_volume", "encrypted", "iam_auth", "license"),
        *(
            "lifecycle_support",
            "log_exports",
            "master_password",
            "option_group",
            "parameter_group",
            "password_version",
            "throughput_mbps",
        ),
    }
)
"""What not every engine has, and what makes no sense alone."""

_OF_AURORA = frozenset(
    {
        *("availability_zones", "backtrack_seconds", "data_api", "domain", "instance_parameter_group"),
        *("network_type", "serverless"),
    }
)
"""What a Multi-AZ DB cluster does not take."""

_OF_MEMBERS = frozenset({"cluster", "promotion_tier"})

LEFT_OUT: Mapping[str, tuple[frozenset[str], ...]] = {
    "iam_role": (frozenset({"document"}), frozenset({"trust"})),
    "iam_policy": (frozenset({"document"}), frozenset({"statements"})),
    "Trust": (frozenset({"conditions"}), frozenset({"principals"})),
    "Statement": (frozenset({"not_actions", "not_resources"}), frozenset({"actions", "resources", "sid"})),
    "security_group_rule": (frozenset({"ports"}), frozenset({"port"})),
    "IngressRule": (frozenset({"ports"}), frozenset({"port"})),
    "EgressRule": (frozenset({"ports"}), frozenset({"port"})),
    "kms_key": (
        frozenset({"document", "rotation_days", "grants"}),
        frozenset({"spec", "usage", "administrators", "users", "exclusive"}),
    ),
    "Grant": (frozenset({"context_subset"}), frozenset({"context"})),
    "data_key": (frozenset({"key_spec"}), frozenset({"bytes"})),
    "Store": (frozenset({"parameter"}), frozenset({"secret", "kms_key"})),
    "db_proxy": (frozenset({"cluster"}), frozenset({"instance"})),
    "db_cluster": (
        frozenset(
            {
                "master_password",
                "password_version",
                "encrypted",
                "public",
                "monitoring_seconds",
                "monitoring_role",
                "ca",
            }
        )
        | MULTI_AZ.keys() - {"engine", "storage_type"},
        frozenset({"master_secret_key", "kms_key"}) | _OF_AURORA,
        frozenset(
            {
                "master_password",
                "password_version",
                "encrypted",
                "public",
                "monitoring_seconds",
                "monitoring_role",
                "ca",
            }
        )
        | {"insights", "insights_days", "insights_mode", "insights_key"}
        | MULTI_AZ.keys() - {"engine"},
    ),
    "db_instance": (
        _OF_MEMBERS
        | _OF_POSTGRES - {"migration"}
        | {"master_password", "password_version", "encrypted", "dedicated_log_volume", "availability_zone"},
        _OF_MEMBERS | _OF_POSTGRES | {"master_secret_key", "kms_key", "throughput_mbps", "multi_az", "backup_copy"},
        _OF_MEMBERS
        | _OF_POSTGRES
        | _TOGETHER
        | {"encrypted", "master_password", "password_version", "availability_zone"},
        _OF_MEMBERS | _OTHERS | {"nchar_character_set"},
        _OF_MEMBERS | _OTHERS | {"timezone", "character_set"},
        _OF_MEMBERS | _OTHERS - {"replica_of", "replica_mode"} | {*INHERITED, "insights_mode"},
    ),
    "activity_stream": (frozenset({"native_audit_fields"}), frozenset({"mode", "instance"})),
    "Domain": (frozenset(OWN_DIRECTORY) | {"ou"}, frozenset({"directory", "role"})),
}
"""What cannot be written together: a maximal spec for each of these sets, without its fields."""

MORE: Mapping[str, tuple[Written, ...]] = {
    "db_instance": (
        {
            "engine": "aurora-postgresql",
            "cluster": "${db_cluster.neighbour}",
            "instance_class": "db.r7g.large",
            "promotion_tier": "0",
            "parameter_group": "audited-aurora-postgresql16",
            "public": "true",
            "availability_zone": "eu-west-1b",
            "maintenance_window": "sun:03:00-sun:04:00",
            "minor_upgrades": "false",
            "tags": {"team": "payments"},
        },
        {
            **MINIMAL["db_instance"],
            "restore_from": "rds:orders-2026-01-31-03-00",
            "kms_key": "${kms_key.neighbour}",
            "storage_type": "io2",
            "storage_gib": "200",
            "iops": "3000",
            "max_storage_gib": "1000",
            "master_password": {"secret": "orders/master", "key": "password"},
            "password_version": "2",
            "monitoring_seconds": "60",
            "monitoring_role": "${iam_role.neighbour}",
            "insights": "true",
            "insights_days": "465",
            "log_exports": ["postgresql"],
            "roles": [{"feature": "s3Import", "role": "${iam_role.neighbour}"}],
            "domain": OWN_DIRECTORY,
            "tags": {"team": "payments"},
        },
    ),
}
"""Whole specs that share too little with the others to be generated with them."""

NEVER_WRITTEN: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    **{name: {"inline_policies": ("leftover",)} for name in ("iam_group", "iam_user", "iam_role")},
    "snapshot_sharing": {"other_accounts": ("456789012345",)},
    "security_group_rule": {"leftovers": ("sgr-0fedcba9876543210",)},
    "default_security_group": {"rules": ("tcp 22 from 0.0.0.0/0",)},
}
"""Fields that a spec can only leave empty, with what may be found there at AWS."""
