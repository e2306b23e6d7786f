"""A trail with planted patterns among noise, the same for a seed; what has to be found in it is told beside it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from rds_secure.audit.trail.judge import Seen
from tests.audit.records import ACCOUNT, CONTEXT, IAM, KEY, OTHER, REGION, SECRET, console, record, role, user

START = datetime(2026, 9, 1, tzinfo=UTC)
SPAN = 80 * 24 * 3600
FILE = 500
"""Records of one file, as in a busy account."""

Found = tuple[str, str, bool]
"""Principal, pattern, and whether it was but attempted."""

_LINKED = {"sessionIssuer": {"arn": f"{IAM}:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS"}}
_SG = {"ipPermissions": {"items": [{"fromPort": 5432, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}}


def planted() -> Iterator[tuple[Found, dict[str, Any]]]:
    """One event for each, and its finding. Each is by somebody of his own."""
    calls: list[tuple[str, str, dict[str, Any] | None, dict[str, Any]]] = [
        ("data-deleted", "rds:DeleteDBInstance", {"dBInstanceIdentifier": "orders", "skipFinalSnapshot": True}, {}),
        ("data-deleted", "rds:DeleteDBSnapshot", {"dBSnapshotIdentifier": "orders-1"}, {}),
        ("protection-removed", "rds:ModifyDBInstance", {"dBInstanceIdentifier": "a", "deletionProtection": False}, {}),
        ("made-public", "rds:ModifyDBInstance", {"dBInstanceIdentifier": "a", "publiclyAccessible": True}, {}),
        ("network-loosened", "ec2:AuthorizeSecurityGroupIngress", {"groupId": "sg-db", **_SG}, {}),
        ("network-loosened", "ec2:CreateRoute", {"routeTableId": "rtb-db", "gatewayId": "igw-1"}, {}),
        (
            "snapshot-shared",
            "rds:ModifyDBSnapshotAttribute",
            {"dBSnapshotIdentifier": "s", "attributeName": "restore", "valuesToAdd": ["all"]},
            {},
        ),
        ("credentials-touched", "rds:ModifyDBInstance", {"masterUserPassword": "****"}, {}),
        ("credentials-touched", "secretsmanager:GetSecretValue", {"secretId": SECRET}, {}),
        (
            "tls-loosened",
            "rds:ModifyDBParameterGroup",
            {"parameters": [{"parameterName": "rds.force_ssl", "parameterValue": "0"}]},
            {},
        ),
        ("key-touched", "kms:ScheduleKeyDeletion", {"keyId": KEY}, {}),
        ("key-touched", "kms:CreateGrant", {"keyId": KEY, "granteePrincipal": f"arn:aws:iam::{OTHER}:role/x"}, {}),
        ("audit-off", "cloudtrail:StopLogging", {"name": "main"}, {}),
        ("identity-changed", "iam:PutRolePolicy", {"roleName": "ci"}, {"awsRegion": "us-east-1"}),
    ]  # fmt: skip
    for number, (pattern, call, params, more) in enumerate(calls):
        who = f"planted-{number}"
        yield (f"{IAM}:role/deploy/{who}", pattern, False), record(call, params, role(who), **more)
    failed = {"errorCode": "InvalidParameterCombination"}
    found = (f"{IAM}:role/deploy/hasty", "data-deleted", True)
    yield found, record("rds:DeleteDBInstance", {"dBInstanceIdentifier": "orders"}, role("hasty"), **failed)
    root = {"type": "Root", "arn": f"{IAM}:root", "accountId": ACCOUNT}
    yield (f"{IAM}:root", "root-used", False), record("rds:DescribeDBInstances", None, root)
    unsafe = console(mfa=False) | {"arn": f"{IAM}:user/careless", "userName": "careless"}
    agent = {"sessionCredentialFromConsole": "true"}
    yield (f"{IAM}:user/careless", "no-mfa", False), record("rds:RebootDBInstance", {}, unsafe, **agent)
    stranger = role("stranger", invokedBy="cloudformation.amazonaws.com")
    yield (f"{IAM}:role/deploy/stranger", "not-in-spec", False), record("rds:CreateDBSnapshot", {}, stranger)
    copied = {"dBSnapshotIdentifier": "orders-1", "dBInstanceIdentifier": "mine"}
    restored = record("rds:RestoreDBInstanceFromDBSnapshot", copied, role("thief"))
    yield (f"{IAM}:role/deploy/thief", "copied-out", False), restored
    for name in ("DeleteDBInstance", "ModifyDBInstance", "DeleteDBCluster"):
        denied = record(f"rds:{name}", None, user("prober"), errorCode="AccessDenied")
        yield (f"{IAM}:user/prober", "denied-calls", False), denied


LISTED = frozenset(
    (*(f"{IAM}:role/planted-{number}" for number in range(20)), f"{IAM}:role/ci", f"{IAM}:user/careless")
)
"""Who may change databases; the stranger and the thief may not."""

_ACTIONS = ("ModifyDBInstance", "DeleteDBInstance", "DeleteDBSnapshot", "ModifyDBSnapshotAttribute",
            "ModifyDBParameterGroup", "RebootDBInstance", "StartDBInstance")  # fmt: skip

JUDGED_BY = replace(CONTEXT, writers=LISTED, allowed={f"rds:{action}": LISTED for action in _ACTIONS})

ALSO: Found = (f"{IAM}:role/deploy/thief", "not-in-spec", False)
"""What the thief's event is as well."""


def found_in(seen: Seen) -> set[Found]:
    """What was found, to be compared with what was planted."""
    return {
        (suspect.principal, finding.pattern, finding.attempted)
        for suspect in seen.suspects()
        for finding in suspect.findings
    }


def noise(random: Random) -> dict[str, Any]:
    """An event that is nothing, often nearly something."""
    number = random.randrange(400)
    own = {"groupId": f"sg-{number}", **_SG}
    service = {"type": "AWSService", "invokedBy": "rds.amazonaws.com"}
    backup = role("backup", invokedBy="backup.amazonaws.com")
    made: tuple[tuple[float, str, dict[str, Any] | None, dict[str, Any], dict[str, Any]], ...] = (
        (30, "rds:DescribeDBInstances", {"maxRecords": 100}, role(f"monitor-{number}"), {}),
        (10, "rds:DescribeDBInstances", None, user(f"u-{number}"), {}),
        (10, "kms:Decrypt", {"keyId": KEY}, role(f"app-{number}"), {}),
        (10, "sts:AssumeRole", {"roleArn": f"{IAM}:role/app-{number}"}, user(f"u-{number}"), {}),
        (8, "ec2:DescribeInstances", {"filterSet": {}}, role(f"app-{number}"), {}),
        (5, "ec2:AuthorizeSecurityGroupIngress", own, role("web"), {}),
        (4, "ec2:CreateRoute", {"routeTableId": f"rtb-{number}", "gatewayId": "igw-1"}, role("web"), {}),
        (4, "kms:DisableKey", {"keyId": f"{KEY}-{number}"}, role("web"), {}),
        (4, "kms:CreateGrant", {"keyId": KEY, "granteePrincipal": f"{IAM}:role/app"}, service, {}),
        (4, "secretsmanager:GetSecretValue", {"secretId": f"web-{number}"}, role(f"app-{number}"), {}),
        (3, "iam:AttachRolePolicy", {"roleName": f"web-{number}", "policyArn": "arn:x"}, user("admin"), {}),
        (3, "rds:DeleteDBSnapshot", {"dBSnapshotIdentifier": f"awsbackup-{number}"}, backup, {}),
        (3, "rds:ModifyDBInstance", {"deletionProtection": True, "allocatedStorage": 100}, role("ci"), {}),
        (2, "rds:AddTagsToResource", {"tags": [{"key": "a", "value": "b"}]}, role("ci"), {}),
        (2, "s3:GetObject", {"key": "passwords.txt"}, user(f"u-{number}"), {"errorCode": "AccessDenied"}),
        (1, "rds:StartDBInstance", {}, role("AWSServiceRoleForRDS", sessionContext=_LINKED), {}),
    )  # fmt: skip
    _, call, params, who, more = random.choices(made, [row[0] for row in made])[0]
    return record(call, params, who, **more)


def trail(folder: Path, size: int, seed: int = 1) -> set[Found]:
    """Write so many events as AWS lays them out, packed; what has to be found, and nothing else."""
    random = Random(seed)
    plants = list(planted())
    places = dict(zip(sorted(random.sample(range(size), len(plants))), plants, strict=True))
    where = folder / "AWSLogs" / ACCOUNT / "CloudTrail" / REGION
    where.mkdir(parents=True)
    held: list[dict[str, Any]] = []
    for number in range(size):
        event = places[number][1] if number in places else noise(random)
        at = START + timedelta(seconds=SPAN * number // size)
        held.append(event | {"eventID": f"e-{number:08}", "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}"})
        if len(held) == FILE or number == size - 1:
            name = f"{ACCOUNT}_CloudTrail_{REGION}_{at:%Y%m%dT%H%MZ}_{number:08}.json.gz"
            (where / name).write_bytes(gzip.compress(json.dumps({"Records": held}).encode(), 1))
            held = []
    return {ALSO, *(found for found, _ in plants)}
