"""Every pattern: what shows it, and what comes near and does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rds_secure.audit.trail.context import Context
from rds_secure.audit.trail.judge import Seen, judge
from rds_secure.audit.trail.model import Finding
from rds_secure.audit.trail.patterns import PATTERNS
from rds_secure.finding import Severity
from tests.audit.records import ACCOUNT, CONTEXT, IAM, KEY, OTHER, SECRET, console, record, role, user

LOW, MEDIUM, HIGH, CRITICAL = Severity
OUTSIDE = f"arn:aws:iam::{OTHER}:root"
ATTACH = "iam:AttachRolePolicy"
OPEN = "ec2:AuthorizeSecurityGroupIngress"
DELETE = "rds:DeleteDBInstance"
POINT = {"recoveryPointArn": f"arn:aws:rds:eu-west-1:{ACCOUNT}:snapshot:awsbackup:job-1"}


def vault(account: str) -> dict[str, Any]:
    return {**POINT, "destinationBackupVaultArn": f"arn:aws:backup:eu-west-1:{account}:backup-vault:v"}


WORLD = {"ipPermissions": {"items": [{"ipv6Ranges": {"items": [{"cidrIpv6": "::/0"}]}}]}}
NARROW = {"ipPermissions": {"items": [{"ipRanges": {"items": [{"cidrIp": "192.0.2.0/24"}]}}]}}
RULES = {"ModifySecurityGroupRulesRequest": {"GroupId": "sg-db", "SecurityGroupRule": {
    "SecurityGroupRule": {"CidrIpv4": "0.0.0.0/0"}}}}  # fmt: skip
ROOT = {"type": "Root", "arn": f"{IAM}:root", "accountId": ACCOUNT}


def findings(*records: dict[str, Any], context: Context = CONTEXT) -> list[Finding]:
    return [finding for suspect in judge(records, context).suspects() for finding in suspect.findings]


def shown(*records: dict[str, Any], context: Context = CONTEXT) -> dict[str, Severity]:
    return {finding.pattern: finding.severity for finding in findings(*records, context=context)}


def modify(**params: Any) -> dict[str, Any]:
    return record("rds:ModifyDBInstance", {"dBInstanceIdentifier": "orders", **params})


def shared(*accounts: str, attribute: str = "restore") -> dict[str, Any]:
    params = {"dBSnapshotIdentifier": "s", "attributeName": attribute, "valuesToAdd": list(accounts)}
    return record("rds:ModifyDBSnapshotAttribute", params)


def parameter(name: str, value: str) -> dict[str, Any]:
    params = {"dBParameterGroupName": "pg16", "parameters": [{"parameterName": name, "parameterValue": value}]}
    return record("rds:ModifyDBParameterGroup", params)


HITS: list[tuple[str, Severity, dict[str, Any]]] = [
    ("data-deleted", CRITICAL, record(DELETE, {"dBInstanceIdentifier": "a", "skipFinalSnapshot": True})),
    ("data-deleted", HIGH, record(DELETE, {"dBInstanceIdentifier": "a", "skipFinalSnapshot": False})),
    ("data-deleted", HIGH, record("rds:DeleteDBInstanceAutomatedBackup", {"dbiResourceId": "db-1"})),
    ("data-deleted", HIGH, record("backup:DeleteRecoveryPoint", POINT)),
    ("copied-out", HIGH, record("backup:StartRestoreJob", POINT, user())),
    ("snapshot-shared", HIGH, record("backup:StartCopyJob", vault(OTHER))),
    ("protection-removed", HIGH, modify(deletionProtection=False)),
    ("protection-removed", HIGH, modify(backupRetentionPeriod=0)),
    ("made-public", CRITICAL, modify(publiclyAccessible=True)),
    ("made-public", CRITICAL, record("rds:RestoreDBInstanceFromDBSnapshot", {"PUBLICLYACCESSIBLE": "true"})),
    ("network-loosened", HIGH, modify(vpcSecurityGroupIds=["sg-1"])),
    ("network-loosened", CRITICAL, record(OPEN, {"groupId": "sg-db", **WORLD})),
    ("network-loosened", HIGH, record(OPEN, {"groupId": "sg-db", **NARROW})),
    ("network-loosened", HIGH, record(OPEN, {"groupName": "databases", **NARROW})),
    ("network-loosened", CRITICAL, record("ec2:ModifySecurityGroupRules", RULES)),
    ("network-loosened", HIGH, record("ec2:CreateRoute", {"routeTableId": "rtb-db", "gatewayId": "igw-1"})),
    ("network-loosened", CRITICAL, record("ec2:ReplaceNetworkAclEntry", {
        "networkAclId": "acl-db", "egress": False, "ruleAction": "allow", "cidrBlock": "0.0.0.0/0"})),
    ("network-loosened", CRITICAL, record("rds:AuthorizeDBSecurityGroupIngress", {"cIDRIP": "0.0.0.0/0"})),
    ("snapshot-shared", CRITICAL, shared("all")),
    ("snapshot-shared", HIGH, shared("333333333333", OTHER)),
    ("snapshot-shared", HIGH, record("rds:CopyDBSnapshot", {"sourceDBSnapshotIdentifier": "s"})),
    ("snapshot-shared", HIGH, record("rds:StartExportTask", {"sourceArn": "s", "s3BucketName": "b"})),
    ("copied-out", HIGH, record("rds:RestoreDBInstanceFromDBSnapshot", {"dBSnapshotIdentifier": "s"}, user())),
    ("copied-out", HIGH, record("rds:CreateDBInstanceReadReplica", {
        "sourceDBInstanceIdentifier": f"arn:aws:rds:us-east-1:{ACCOUNT}:db:orders"}, user())),
    ("credentials-touched", HIGH, modify(masterUserPassword="****")),
    ("credentials-touched", HIGH, modify(rotateMasterUserPassword=True)),
    ("credentials-touched", HIGH, record("rds:DownloadDBLogFilePortion", {"logFileName": "error/postgres.log"})),
    ("credentials-touched", HIGH, record("secretsmanager:GetSecretValue", {"secretId": SECRET}, role("web"))),
    ("credentials-touched", HIGH, record("secretsmanager:GetSecretValue", {"secretId": "orders/app"}, role("web"))),
    ("tls-loosened", HIGH, parameter("rds.force_ssl", "0")),
    ("tls-loosened", HIGH, parameter("require_secure_transport", "OFF")),
    ("tls-loosened", HIGH, record("rds:ResetDBParameterGroup", {"resetAllParameters": True})),
    ("tls-loosened", HIGH, record("rds:ModifyOptionGroup", {"optionsToRemove": ["NATIVE_NETWORK_ENCRYPTION"]})),
    ("key-touched", CRITICAL, record("kms:DisableKey", {"keyId": "1111-2222"})),
    ("key-touched", CRITICAL, record("kms:PutKeyPolicy", {"keyId": "alias/db"}, resources=[{"ARN": KEY}])),
    ("key-touched", CRITICAL, record("kms:CreateGrant", {"keyId": KEY, "granteePrincipal": OUTSIDE})),
    ("audit-off", CRITICAL, record("cloudtrail:StopLogging", {"name": "main"})),
    ("audit-off", CRITICAL, record("securityhub:DisableSecurityHub")),
    ("audit-off", HIGH, record("ec2:DeleteFlowLogs")),
    ("audit-off", HIGH, record("rds:DeleteEventSubscription", {"subscriptionName": "alarms"})),
    ("audit-off", HIGH, modify(cloudwatchLogsExportConfiguration={"disableLogTypes": ["audit"]})),
    ("identity-changed", HIGH, record("iam:AttachUserPolicy", {"userName": "dana", "policyArn": "arn:x"})),
    ("identity-changed", HIGH, record("iam:PutGroupPolicy", {"groupName": "dbas"})),
    ("identity-changed", HIGH, record("iam:CreatePolicyVersion", {"policyArn": f"{IAM}:policy/deploy"})),
    ("identity-changed", HIGH, record(ATTACH, {"roleName": "web", "policyArn": f"{IAM}:policy/deploy"})),
    ("identity-changed", HIGH, record("iam:CreateAccessKey", None, user())),
    ("root-used", HIGH, record("rds:DescribeDBInstances", None, ROOT)),
    ("no-mfa", HIGH, record("rds:RebootDBInstance", {}, console(mfa=False), sessionCredentialFromConsole="true")),
    ("no-mfa", HIGH, record("kms:DisableKey", {"keyId": "x"}, console(mfa=False), userAgent="console.amazonaws.com")),
    ("not-in-spec", MEDIUM, record("rds:CreateDBSnapshot", {}, role("web"))),
    ("not-in-spec", MEDIUM, record(DELETE, {}, user())),
    ("not-in-spec", MEDIUM, record("rds:CreateDBSnapshot", {}, role("web", invokedBy="cloudformation.amazonaws.com"))),
    ("denied-calls", MEDIUM, record("rds:DescribeDBInstances", errorCode="AccessDenied")),
    ("denied-calls", MEDIUM, record(DELETE, errorCode="Client.UnauthorizedOperation")),
    ("denied-calls", MEDIUM, record(DELETE, errorCode="NotAuthorizedException")),
    ("denied-calls", MEDIUM, record("kms:Decrypt", errorCode="AccessDenied", errorMessage=f"on resource: {KEY} …")),
]  # fmt: skip

MISSES: list[tuple[str, dict[str, Any]]] = [
    ("data-deleted", record("rds:DeleteDBParameterGroup", {"dBParameterGroupName": "a"})),
    ("data-deleted", record("docdb-elastic:DeleteDBInstance", {"dBInstanceIdentifier": "a"})),
    ("data-deleted", record("backup:DeleteRecoveryPoint", {"recoveryPointArn": "arn:aws:ec2:eu-west-1::snapshot/s"})),
    ("data-deleted", record("rds:DeleteDBSnapshot", {}, role("backup", invokedBy="backup.amazonaws.com"))),
    ("copied-out", record("backup:StartRestoreJob", POINT, role())),
    ("snapshot-shared", record("backup:StartCopyJob", vault("333333333333"))),
    ("protection-removed", modify(deletionProtection=True, backupRetentionPeriod=10)),
    ("made-public", modify(publiclyAccessible=False)),
    ("network-loosened", modify(vpcSecurityGroupIds=[])),
    ("network-loosened", record(OPEN, {"groupId": "sg-web", **WORLD})),
    ("network-loosened", record(OPEN, {"groupId": "sg-db", **WORLD}, awsRegion="eu-west-3")),
    ("network-loosened", record(OPEN, {
        "groupId": "sg-web", "ipPermissions": {"items": [{"groups": {"items": [{"groupId": "sg-db"}]}}]}})),
    ("network-loosened", record("ec2:CreateRoute", {"routeTableId": "rtb-db", "gatewayId": "vgw-1"})),
    ("network-loosened", record("ec2:CreateRoute", {"routeTableId": "rtb-web", "gatewayId": "igw-1"})),
    ("network-loosened", record("ec2:ReplaceNetworkAclEntry", {"networkAclId": "acl-db", "ruleAction": "deny"})),
    ("network-loosened", record("ec2:ReplaceNetworkAclEntry", {"networkAclId": "acl-db", "egress": True})),
    ("snapshot-shared", shared("333333333333", ACCOUNT)),
    ("snapshot-shared", shared("all", attribute="other")),
    ("snapshot-shared", record("rds:CopyDBSnapshot", {"sourceDBSnapshotIdentifier": "s", "kmsKeyId": KEY})),
    ("copied-out", record("rds:RestoreDBInstanceFromDBSnapshot", {"dBSnapshotIdentifier": "s"}, role())),
    ("copied-out", record("rds:CreateDBInstanceReadReplica", {"sourceDBInstanceIdentifier": "orders"}, user())),
    ("credentials-touched", modify(rotateMasterUserPassword=False, manageMasterUserPassword=True)),
    ("credentials-touched", record("secretsmanager:GetSecretValue", {"secretId": SECRET}, role("app"))),
    ("credentials-touched", record("secretsmanager:GetSecretValue", {"secretId": "orders"}, role("web"))),
    ("tls-loosened", parameter("rds.force_ssl", "1")),
    ("tls-loosened", parameter("max_connections", "0")),
    ("tls-loosened", record("rds:ResetDBParameterGroup", {"parameters": [{"parameterName": "work_mem"}]})),
    ("tls-loosened", record("rds:ModifyOptionGroup", {"optionsToRemove": ["STATSPACK"]})),
    ("key-touched", record("kms:DisableKey", {"keyId": "3333-4444"})),
    ("key-touched", record("kms:CreateGrant", {"keyId": KEY, "granteePrincipal": f"{IAM}:role/app"})),
    ("key-touched", record("kms:CreateGrant", {"keyId": KEY, "granteePrincipal": "rds.eu-west-1.amazonaws.com"})),
    ("audit-off", record("cloudtrail:StartLogging", {"name": "main"})),
    ("audit-off", modify(cloudwatchLogsExportConfiguration={"enableLogTypes": ["audit"]})),
    ("identity-changed", record("iam:AttachUserPolicy", {"userName": "web", "policyArn": "arn:x"})),
    ("identity-changed", record("iam:CreateAccessKey", None, user("web"))),
    ("root-used", record("rds:DescribeDBInstances", None, ROOT | {"invokedBy": "AWS Internal"})),
    ("root-used", record("s3:ListBuckets", None, ROOT)),
    ("no-mfa", record("rds:RebootDBInstance", {}, console(mfa=True), sessionCredentialFromConsole="true")),
    ("no-mfa", record("rds:DescribeDBInstances", {}, console(mfa=False), sessionCredentialFromConsole="true")),
    ("no-mfa", record("rds:RebootDBInstance", {}, role(), sessionCredentialFromConsole="true")),
    ("no-mfa", record("rds:RebootDBInstance", {}, user())),
    ("not-in-spec", record("rds:CreateDBSnapshot", {}, user())),
    ("not-in-spec", record("rds:DescribeDBInstances", {}, role("web"))),
    ("not-in-spec", record("rds:CreateDBSnapshot", {}, role("web"), errorCode="DBInstanceNotFound")),
    ("not-in-spec", record("rds:CreateDBSnapshot", {}, role("backup", invokedBy="backup.amazonaws.com"))),
    ("not-in-spec", record("rds:CreateDBSnapshot", {}, {"type": "AWSService", "invokedBy": "rds.amazonaws.com"})),
    ("denied-calls", record(DELETE, errorCode="InvalidDBInstanceState")),
    ("denied-calls", record("s3:GetObject", errorCode="AccessDenied")),
    ("denied-calls", record("kms:Decrypt", {"keyId": "3333-4444"}, errorCode="AccessDenied")),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "severity", "event"), HITS)
def test_what_shows_a_pattern_is_found(pattern: str, severity: Severity, event: dict[str, Any]) -> None:
    assert shown(event).get(pattern) is severity


@pytest.mark.parametrize(("pattern", "event"), MISSES)
def test_what_comes_near_is_not(pattern: str, event: dict[str, Any]) -> None:
    assert pattern not in shown(event)


def test_every_pattern_is_hit_and_missed_by_some_event() -> None:
    ids = {pattern.id for pattern in PATTERNS}
    assert {pattern for pattern, *_ in HITS} == ids
    assert {pattern for pattern, _ in MISSES} == ids


@pytest.mark.parametrize("code", ["InvalidDBInstanceState", "InvalidParameterCombination"])
def test_a_deletion_that_failed_is_an_attempt(code: str) -> None:
    (found,) = findings(record(DELETE, {"skipFinalSnapshot": True}, errorCode=code))
    assert (found.pattern, found.attempted, found.severity) == ("data-deleted", True, MEDIUM)
    assert found.title == "attempted: databases or backups deleted"
    assert found.evidence[0].error == code


def test_a_denied_deletion_is_a_denied_call_and_nothing_else() -> None:
    assert shown(record(DELETE, errorCode="AccessDenied")) == {"denied-calls": MEDIUM}


def test_what_is_denied_elsewhere_is_an_attempt() -> None:
    (found,) = findings(record("cloudtrail:StopLogging", {"name": "main"}, errorCode="AccessDenied"))
    assert (found.pattern, found.attempted, found.severity) == ("audit-off", True, MEDIUM)


def denied(seconds: int, name: str = "ModifyDBInstance", who: str = "dana") -> dict[str, Any]:
    at = f"2026-11-20T10:{seconds // 60:02}:{seconds % 60:02}Z"
    more = {"eventTime": at, "eventID": f"{at}{name}{who}", "errorCode": "AccessDenied"}
    return record(f"rds:{name}", None, user(who), **more)


@pytest.mark.parametrize(
    ("events", "severity", "note"),
    [
        ([denied(second) for second in (0, 150, 300, 450, 600)], HIGH, "5 within 10 minutes"),
        ([denied(second) for second in (600, 0, 450, 150, 300)], HIGH, "5 within 10 minutes"),
        ([denied(second) for second in (0, 150, 300, 450, 601)], MEDIUM, ""),
        ([denied(0, name) for name in ("ModifyDBInstance", "DeleteDBInstance", "StopDB")], HIGH, "3 different calls"),
        ([denied(0, name) for name in ("ModifyDBInstance", "DeleteDBInstance")], MEDIUM, ""),
        ([denied(second, who=f"user-{second}") for second in range(6)], MEDIUM, ""),
    ],
)  # fmt: skip
def test_denied_calls_are_worse_in_a_burst_or_of_many_kinds(
    events: list[dict[str, Any]], severity: Severity, note: str
) -> None:
    found = findings(*events)
    assert {(one.severity, one.note) for one in found} == {(severity, note)}


def test_one_event_in_two_trails_counts_once() -> None:
    event = record("rds:DeleteDBSnapshot", {"dBSnapshotIdentifier": "s"})
    assert [found.count for found in findings(event, event)] == [1, 1]  # deleted; and ci is not listed for snapshots


def test_events_of_other_accounts_are_left_out_and_counted() -> None:
    seen: Seen = judge([record(DELETE, {}, recipientAccountId=OTHER)], CONTEXT)
    assert (seen.suspects(), seen.events, seen.abroad) == ((), 0, 1)


def test_what_is_not_known_to_be_a_databases_counts_for_less_and_says_so() -> None:
    event = record(OPEN, {"groupId": "sg-1", **WORLD})
    (found,) = findings(event, context=Context())
    assert found.severity is HIGH
    assert "whether it belongs to a database is not known" in found.evidence[0].what


def test_nobody_is_unlisted_where_it_is_not_known_who_is_listed() -> None:
    assert shown(record("rds:CreateDBSnapshot", {}, role("web")), context=Context()) == {}


@pytest.mark.parametrize(
    ("issuer", "found"),
    [
        ("role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS", {}),
        ("role/AWSServiceRoleForNothing", {"not-in-spec": MEDIUM}),
        ("role/x:role/aws-service-role/AWSServiceRoleForNothing", {"not-in-spec": MEDIUM}),
    ],
)
def test_only_a_role_that_aws_made_for_a_service_is_one(issuer: str, found: dict[str, Severity]) -> None:
    name = issuer.rpartition("/")[2]
    session = {"arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/s"}
    who = role(name, **session, sessionContext={"sessionIssuer": {"arn": f"{IAM}:{issuer}"}})
    assert shown(record("rds:CreateDBSnapshot", {}, who)) == found


@pytest.mark.parametrize("pattern", [f"{IAM}:role/web", f"{IAM}:role/deploy/*", "role we?"])
def test_whom_the_caller_trusts_is_listed(pattern: str) -> None:
    context = replace(CONTEXT, trusted=(pattern,))
    assert shown(record("rds:CreateDBSnapshot", {}, role("web")), context=context) == {}


def test_a_spec_that_names_no_account_lets_in_by_name() -> None:
    listed = frozenset({"arn:aws:iam::000000000000:role/web"})
    context = replace(CONTEXT, account="", writers=listed, allowed={}, stand_in="000000000000")
    assert shown(record("rds:CreateDBSnapshot", {}, role("web")), context=context) == {}
    assert shown(record("rds:CreateDBSnapshot", {}, role("ci")), context=context) == {"not-in-spec": MEDIUM}


@pytest.mark.parametrize("name", ["masterUserPassword", "MASTERUSERPASSWORD", "tdeCredentialPassword", "secretString"])
def test_no_secret_is_kept_as_evidence(name: str) -> None:
    secret = "correct-horse"
    params = {
        "masterUserPassword": secret,
        "nested": [{name: {"deep": [secret]}}],
        "o": {"name": name, "value": secret},
    }
    found = findings(modify(**params))
    assert found
    assert secret not in repr(found)
    assert "****" in repr(found)
