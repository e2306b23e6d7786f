"""Public controls on RDS, and what decides each here: a field that is safe by itself, one to be written, or neither.

Controls go by their ids at AWS Security Hub and Config (RDS.8, iam-no-inline-policy-check), Checkov (CKV…) and CIS. How
the rows are held to what they say: `test_controls`. What specs/strict.yaml provisions: `tests.e2e.test_strict`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from rds_secure.engines import ENGINES
from rds_secure.values import Lookup, Ref
from tests.contracts.values import KEY_ID, MULTI_AZ


@dataclass(frozen=True)
class Safe:
    """A field that is as the controls ask unless something else is written, in this or in what it goes with.

    ``sent``: JMESPath over the calls that make the least spec with ``beside``, action → parameters; it must be true.
    """

    ids: str
    decides: str
    sent: str
    beside: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Chosen:
    """A field that has to be written for the controls, as specs/strict.yaml does, and why it is not so by itself.

    ``asked``: whether a value does; ``of``: of which specs that is asked.
    """

    ids: str
    decides: str
    asked: Callable[[Any], bool]
    because: str
    of: Callable[[Any], bool] = lambda _: True


@dataclass(frozen=True)
class Elsewhere:
    """What no field of a spec decides, and why."""

    ids: str
    because: str


Row: TypeAlias = Safe | Chosen | Elsewhere

LOGS: Mapping[str, set[str]] = {
    "postgres": {"postgresql", "upgrade"},
    "mysql": {"audit", "error", "general", "slowquery"},
    "sqlserver-se": {"agent", "error"},
    "aurora-mysql": {"audit", "error", "general", "slowquery"},
    "aurora-postgresql": {"postgresql"},
}
"""The logs that RDS.9 and those beside it ask for."""

EVENTS: Mapping[str, set[str]] = {
    "db-cluster": {"maintenance", "failure"},
    "db-instance": {"maintenance", "configuration change", "failure"},
    "db-parameter-group": {"configuration change"},
    "db-security-group": {"configuration change", "failure"},
}
"""The events that RDS.19 to RDS.22 ask for."""

DATABASES = (("db_instance", "CreateDBInstance"), ("db_cluster", "CreateDBCluster"))
KEY = {"kms_key": KEY_ID}
COPIES = {"region": "eu-central-1", "key": f"arn:aws:kms:eu-central-1:123456789012:key/{KEY_ID}"}
WATCHED = {**KEY, "insights": "true"}
MYSQL = {"engine": "mysql", "engine_version": "8.4"}
_FORCED = "[?ParameterName=='{}'].ParameterValue | [0] == '{}'"
SSL, SECURE = _FORCED.format("rds.force_ssl", "1"), _FORCED.format("require_secure_transport", "1")
SECURE_IN_AURORA = _FORCED.format("require_secure_transport", "ON")
NOT_ALL = '!contains(CreateKey.Policy, \'"*"]\') && !contains(CreateKey.Policy, \'Principal":"*"\')'


def _is_true(value: Any) -> bool:
    return value is True


def _is_reference(value: Any) -> bool:
    return isinstance(value, Ref)


def _is_unusual(port: Any) -> bool:
    return port not in {engine.port for engine in ENGINES.values()}


def _every(_: Any) -> bool:
    return True


def _alone(spec: Any) -> bool:
    return spec.cluster is None


def _member(spec: Any) -> bool:
    return spec.cluster is not None


def _of_engine(name: str) -> Callable[[Any], bool]:
    return lambda spec: spec.engine == name and getattr(spec, "cluster", None) is None


def _of_family(prefix: str) -> Callable[[Any], bool]:
    return lambda spec: str(spec.family).startswith(prefix)


def _logs_of(engine: str) -> Callable[[Any], bool]:
    return lambda logs: LOGS[engine] <= set(logs)


def _events_of(source: str) -> Callable[[Any], bool]:
    return lambda categories: EVENTS[source] <= set(categories)


def _about(source: str) -> Callable[[Any], bool]:
    return lambda spec: spec.source_type == source


def _lists_queries(parameters: Any) -> bool:
    return (
        parameters.get("log_statement") in ("ddl", "mod", "all") and int(parameters["log_min_duration_statement"]) >= 0
    )


def _named_actions(statements: Any) -> bool:
    """Actions one by one, and what they are for: no * for all of a service, or for every resource."""
    allowed = [item for item in statements if item.effect == "allow"]
    actions = [action for item in allowed for action in item.actions]
    named = bool(actions) and not any(action.endswith("*") for action in actions)
    return named and all("*" not in item.resources and not item.not_actions for item in allowed)


DATA_AT_REST: tuple[Row, ...] = (
    Safe(
        "RDS.3 rds-storage-encrypted CIS-3.2.1 CKV_AWS_16", "db_instance.encrypted", "CreateDBInstance.StorageEncrypted"
    ),
    Safe("RDS.27 rds-cluster-encrypted-at-rest CKV_AWS_96", "db_cluster.encrypted", "CreateDBCluster.StorageEncrypted"),
    Chosen("CKV_AWS_327", "db_instance.kms_key", _is_reference, "a key of one's own costs money every month", _alone),
    Chosen("CKV_AWS_327", "db_cluster.kms_key", _is_reference, "a key of one's own costs money every month"),
    Safe(  # copies of an encrypted database without a key are refused (tests/spec/broken)
        "CKV_AWS_245",
        "db_instance.backup_copy.key",
        f"StartDBInstanceAutomatedBackupsReplication.KmsKeyId == '{COPIES['key']}'",
        {"backup_copy": COPIES},
    ),
    Elsewhere("RDS.4 rds-snapshot-encrypted CKV_AWS_146 CKV_AWS_266", "a snapshot is encrypted as its database is"),
    Elsewhere("CKV_AWS_140 aurora-global-database-encryption-at-rest RDS.51", "global databases are not made here"),
    Chosen("CKV_AWS_353", "db_instance.insights", _is_true, "not every class has them, and being kept costs money"),
    *(
        Safe("CKV_AWS_354", f"{kind}.insights_key", f"{call}.PerformanceInsightsKMSKeyId == {call}.KmsKeyId", WATCHED)
        for kind, call in DATABASES
    ),
    Chosen(
        "CKV_AWS_354", "db_instance.insights_key", _is_reference, "a member does not know its cluster's key", _member
    ),
    Chosen(
        "TDE",
        "option_group.options",
        lambda options: "TDE" in options,
        "it never leaves its group again, and is a second layer only",
        _of_engine("sqlserver-se"),
    ),
    Elsewhere("KMS.3 kms-cmk-not-scheduled-for-deletion", "whether a key is about to be deleted shows in the account"),
    Safe("KMS.4 cmk-backing-key-rotation-enabled CKV_AWS_7", "kms_key.rotation_days", "EnableKeyRotation"),
    Safe("KMS.5 kms-key-policy-no-public-access CKV_AWS_33 CKV2_AWS_64", "kms_key.document", NOT_ALL),
    Safe("CKV_AWS_227", "kms_key.enabled", "CreateKey && !DisableKey"),
    Safe("kms_cmk_not_multi_region", "kms_key.multi_region", "CreateKey && !(CreateKey.MultiRegion)"),
    Chosen(
        "KMS.1 iam-customer-policy-blocked-kms-actions", "iam_policy.statements", _named_actions, "nothing is allowed"
    ),
    *(
        Safe("KMS.2 iam-inline-policy-blocked-kms-actions iam-no-inline-policy-check", f"{kind}.inline_policies", sent)
        for kind, sent in (
            ("iam_group", "CreateGroup && !PutGroupPolicy"),
            ("iam_user", "CreateUser && !PutUserPolicy"),
            ("iam_role", "CreateRole && !PutRolePolicy"),
        )
    ),
    *(
        Safe(
            "SecretsManager.1 secretsmanager-rotation-enabled-check",
            f"{kind}.master_password",
            f"{call}.ManageMasterUserPassword && !({call}.MasterUserPassword)",
        )
        for kind, call in DATABASES
    ),
    *(
        Safe(
            "secretsmanager-using-cmk",
            f"{kind}.master_secret_key",
            f"{call}.MasterUserSecretKmsKeyId == {call}.KmsKeyId",
            KEY,
        )
        for kind, call in DATABASES
    ),
)

DATA_IN_TRANSIT: tuple[Row, ...] = (
    Safe("RDS.38 CKV2_AWS_69", "db_instance.parameter_group", f"ModifyDBParameterGroup.Parameters{SSL}"),
    Safe("RDS.39", "db_instance.parameter_group", f"ModifyDBParameterGroup.Parameters{SECURE}", MYSQL),
    Safe(
        "RDS.44",
        "db_instance.parameter_group",
        f"ModifyDBParameterGroup.Parameters{SECURE}",
        {"engine": "mariadb", "engine_version": "11.4"},
    ),
    Safe(
        "RDS.41",
        "db_instance.parameter_group",
        f"ModifyDBParameterGroup.Parameters{SSL}",
        {"engine": "sqlserver-se", "engine_version": "15.00"},
    ),
    Safe("RDS.38", "db_parameter_group.parameters", f"ModifyDBParameterGroup.Parameters{SSL}"),
    Safe("CKV2_AWS_69", "db_cluster.parameter_group", f"ModifyDBClusterParameterGroup.Parameters{SSL}"),
    Safe(
        "CKV2_AWS_69",
        "db_cluster.parameter_group",
        f"ModifyDBClusterParameterGroup.Parameters{SECURE_IN_AURORA}",
        {"engine": "aurora-mysql", "engine_version": "8.0"},
    ),
    Safe("CKV2_AWS_69", "db_cluster_parameter_group.parameters", f"ModifyDBClusterParameterGroup.Parameters{SSL}"),
    Safe("RDS.43 rds-proxy-tls-encryption", "db_proxy.require_tls", "CreateDBProxy.RequireTLS"),
    Safe(
        "oracle-encrypted-in-transit",
        "option_group.options.settings",
        "ModifyOptionGroup.OptionsToInclude[0].OptionSettings[?Name=='SQLNET.ENCRYPTION_SERVER'].Value | [0]"
        " == 'REQUIRED'",
        {"options": {"NATIVE_NETWORK_ENCRYPTION": {}}},
    ),
    Elsewhere("db2-encrypted-in-transit", "no parameter of Db2 forces TLS by itself"),
    Chosen("CKV_AWS_211", "db_instance.ca", lambda name: name.endswith("-g1"), "some engines restart for another one"),
)

NETWORK: tuple[Row, ...] = (
    Safe("RDS.2 CIS-3.2.3 CKV_AWS_17", "db_instance.public", "CreateDBInstance.PubliclyAccessible == `false`"),
    Safe("RDS.2", "db_cluster.public", "CreateDBCluster.PubliclyAccessible == `false`", MULTI_AZ),
    Chosen(
        "RDS.46", "db_instance.subnet_group", _is_reference, "only its owner knows which subnets are private", _alone
    ),
    Chosen(
        "RDS.46",
        "db_subnet_group.subnets",
        lambda subnets: all(isinstance(item, Lookup) for item in subnets),
        "only their owner knows which are private",
    ),
    Safe(
        "RDS.18 rds-db-security-group-not-allowed CKV_AWS_198",
        "db_instance.security_groups",
        "CreateDBInstance.VpcSecurityGroupIds && !(CreateDBInstance.DBSecurityGroups)",
    ),
    *(
        Chosen("RDS.23", f"{kind}.port", _is_unusual, "clients expect the usual one, and a change is a restart", of)
        for kind, of in (("db_instance", _alone), ("db_cluster", _every))
    ),
    Safe(
        "EC2.13 EC2.14 EC2.18 EC2.19 CKV_AWS_24 CKV_AWS_25 CKV_AWS_260 CKV_AWS_277",
        "security_group.ingress",
        "CreateSecurityGroup && !AuthorizeSecurityGroupIngress",
    ),
    Safe(
        "EC2.2 vpc-default-security-group-closed CKV2_AWS_12",
        "default_security_group.rules",
        "RevokeSecurityGroupIngress && RevokeSecurityGroupEgress",
    ),
    Safe("CKV_AWS_382", "security_group.egress", "RevokeSecurityGroupEgress && !AuthorizeSecurityGroupEgress"),
    Chosen(
        "CKV_AWS_23",
        "security_group.ingress",
        lambda rules: all(rule.description for rule in rules),
        "only their author knows what they are for",
    ),
    Elsewhere("EC2.6 EC2.15 EC2.21 vpc-flow-logs-enabled nacl-no-unrestricted-ssh-rdp", "the VPC is not made here"),
    Elsewhere("EC2.22 CKV2_AWS_5", "whether a group is in use shows in the account"),
)

RECOVERY: tuple[Row, ...] = (
    Safe(
        "CKV_AWS_246",
        "activity_stream.kms_key",
        "StartActivityStream.KmsKeyId != `null`",
    ),
    Safe(
        "RDS.1 rds-snapshots-public-prohibited CKV_AWS_302",
        "snapshot_sharing.accounts",
        "!contains(ModifyDBSnapshotAttribute.ValuesToAdd, 'all')",
    ),
    Safe("RDS.8 CKV_AWS_293", "db_instance.deletion_protection", "CreateDBInstance.DeletionProtection"),
    Safe("RDS.7 CKV_AWS_139", "db_cluster.deletion_protection", "CreateDBCluster.DeletionProtection"),
    Safe("RDS.11 CKV_AWS_133", "db_instance.backup_days", "CreateDBInstance.BackupRetentionPeriod >= `7`"),
    Safe("RDS.50", "db_cluster.backup_days", "CreateDBCluster.BackupRetentionPeriod >= `7`"),
    Chosen(
        "RDS.14 CKV_AWS_326",
        "db_cluster.backtrack_seconds",
        lambda seconds: seconds > 0,
        "what it takes to wind back is charged for",
        _of_engine("aurora-mysql"),
    ),
    Elsewhere(
        "RDS.26 rds-in-backup-plan CKV2_AWS_8 aurora-last-backup-recovery-point-created", "AWS Backup's own plans"
    ),
    Chosen("RDS.5 CIS-3.2.4 CKV_AWS_157", "db_instance.multi_az", _is_true, "a standby doubles the price", _alone),
    Chosen("RDS.15", "db_instance.availability_zone", bool, "a second instance costs as much as the first", _member),
    Safe("RDS.16 RDS.47 RDS.48 CKV_AWS_313 RDS.29", "db_cluster.copy_tags", "CreateDBCluster.CopyTagsToSnapshot"),
    Safe("RDS.17 CKV2_AWS_60 RDS.32", "db_instance.copy_tags", "CreateDBInstance.CopyTagsToSnapshot"),
    Safe("RDS.28", "db_cluster.tags", "CreateDBCluster.Tags"),
    Safe("RDS.30", "db_instance.tags", "CreateDBInstance.Tags"),
    Safe("RDS.33", "db_subnet_group.tags", "CreateDBSubnetGroup.Tags"),
    Safe("rds-option-group-tagged", "option_group.tags", "CreateOptionGroup.Tags"),
    Safe("rds-event-subscription-tagged", "event_subscription.tags", "CreateEventSubscription.Tags"),
    Elsewhere("RDS.31", "DB security groups went with EC2-Classic"),
)

OPERATION: tuple[Row, ...] = (
    Safe("RDS.10 CKV_AWS_161", "db_instance.iam_auth", "CreateDBInstance.EnableIAMDatabaseAuthentication"),
    Safe("RDS.12 CKV_AWS_162", "db_cluster.iam_auth", "CreateDBCluster.EnableIAMDatabaseAuthentication"),
    Safe("RDS.25", "db_instance.master_username", "CreateDBInstance.MasterUsername == 'dbowner'"),
    Safe("RDS.24", "db_cluster.master_username", "CreateDBCluster.MasterUsername == 'dbowner'"),
    Safe("RDS.13 CIS-3.2.2 CKV_AWS_226", "db_instance.minor_upgrades", "CreateDBInstance.AutoMinorVersionUpgrade"),
    Safe("RDS.35", "db_cluster.minor_upgrades", "CreateDBCluster.AutoMinorVersionUpgrade", MULTI_AZ),
    Chosen("CKV_AWS_250", "db_instance.engine_version", bool, "a major upgrade is an outage", _alone),
    Chosen("CKV_AWS_388", "db_cluster.engine_version", bool, "a major upgrade is an outage"),
    *(
        Chosen(
            "rds_instance_extended_support",
            f"{kind}.lifecycle_support",
            lambda support: support.endswith("-disabled"),
            "without it AWS upgrades when the time comes, which is an outage",
            lambda spec: spec.engine != "sqlserver-se" and getattr(spec, "cluster", None) is None,
        )
        for kind in ("db_instance", "db_cluster")
    ),
    *(
        Chosen(
            f"RDS.9 {ids}",
            f"{kind}.log_exports",
            _logs_of(engine),
            "CloudWatch charges for logs",
            _of_engine(engine),
        )
        for ids, kind, engine in (
            ("RDS.36 CKV_AWS_129", "db_instance", "postgres"),
            ("RDS.42 mariadb-publish-logs-to-cloudwatch-logs", "db_instance", "mysql"),  # MariaDB has the same logs
            ("RDS.40", "db_instance", "sqlserver-se"),
            ("RDS.34 CKV_AWS_325", "db_cluster", "aurora-mysql"),
            ("RDS.37 CKV_AWS_324", "db_cluster", "aurora-postgresql"),
        )
    ),
    Chosen(
        "RDS.45",
        "db_cluster_parameter_group.parameters",
        lambda given: given["server_audit_logging"] == "1" and bool(given["server_audit_events"]),
        "logs cost money, and say what people do",
        _of_family("aurora-mysql"),
    ),
    Chosen("CKV2_AWS_30", "db_parameter_group.parameters", _lists_queries, "logs cost money", _of_family("postgres")),
    Chosen(
        "CKV2_AWS_27",
        "db_cluster_parameter_group.parameters",
        _lists_queries,
        "logs cost money",
        _of_family("aurora-postgresql"),
    ),
    Chosen("RDS.6 CKV_AWS_118", "db_instance.monitoring_seconds", bool, "CloudWatch charges for what it takes in"),
    Chosen("RDS.6 CKV_AWS_118", "db_instance.monitoring_role", _is_reference, "it goes with monitoring_seconds"),
    *(
        Chosen(
            ids,
            "event_subscription.categories",
            _events_of(source),
            "only its owner knows who is to hear of it",
            _about(source),
        )
        for ids, source in zip(("RDS.19", "RDS.20", "RDS.21", "RDS.22"), EVENTS, strict=True)
    ),
    Safe("RDS.19 RDS.20 RDS.21 RDS.22", "event_subscription.enabled", "CreateEventSubscription.Enabled"),
    Elsewhere("guardduty_rds_protection_enabled", "GuardDuty is the account's"),
)

IDENTITY: tuple[Row, ...] = (
    Chosen(
        "IAM.1 IAM.21 CKV_AWS_1 CKV_AWS_49 CKV_AWS_62 CKV_AWS_63 "
        "CKV_AWS_286 CKV_AWS_287 CKV_AWS_288 CKV_AWS_289 CKV_AWS_290 CKV_AWS_355",
        "iam_policy.statements",
        _named_actions,
        "nothing is allowed that is not written",
    ),
    Safe("CKV_AWS_274 CKV_AWS_275", "iam_role.policies", "CreateRole && !AttachRolePolicy"),
    Chosen(
        "IAM.2 iam-user-no-policies-check CKV_AWS_40",
        "iam_policy.attach_to",
        lambda attached: not attached.users and bool(attached.groups),
        "a policy is attached where that is written",
        lambda spec: spec.attach_to != type(spec.attach_to)(),
    ),
    Safe(
        "CKV_AWS_60 CKV_AWS_61 iam_role_cross_service_confused_deputy_prevention",
        "iam_role.trust.source_account",
        "contains(CreateRole.AssumeRolePolicyDocument, 'aws:SourceAccount')",
        {"trust": {"services": ["monitoring.rds.amazonaws.com"]}},
    ),
    Chosen("CKV2_AWS_14 CKV2_AWS_21 iam-group-has-users-check", "iam_user.groups", bool, "its owner knows who belongs"),
    Safe("securityhub_enabled CIS-5.16", "security_hub.standards", "EnableSecurityHub && BatchEnableStandards"),
    Elsewhere("IAM.3 IAM.4 IAM.5 IAM.6 IAM.7 IAM.8 IAM.19 IAM.22", "passwords, keys and devices are people's own"),
    Elsewhere(
        "CloudTrail.1 CloudTrail.2 CloudTrail.4 CloudTrail.5 CloudTrail.6 CloudTrail.7", "trails are the account's"
    ),
    Elsewhere("iam-external-access-analyzer-enabled", "the analyzer is the account's"),
)

CONTROLS: tuple[Row, ...] = (
    *DATA_AT_REST,
    *DATA_IN_TRANSIT,
    *NETWORK,
    *RECOVERY,
    *OPERATION,
    *IDENTITY,
)
