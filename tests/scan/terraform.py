"""What AWS says of an account, written as Terraform: for scanners that judge that. No module, no state, no variables.

Only what they look at; names of arguments are those of the AWS provider.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

Client: TypeAlias = Callable[..., Any]

_INSTANCE: Mapping[str, str] = {
    "identifier": "DBInstanceIdentifier",
    "engine": "Engine",
    "engine_version": "EngineVersion",
    "instance_class": "DBInstanceClass",
    "allocated_storage": "AllocatedStorage",
    "storage_encrypted": "StorageEncrypted",
    "kms_key_id": "KmsKeyId",
    "username": "MasterUsername",
    "publicly_accessible": "PubliclyAccessible",
    "backup_retention_period": "BackupRetentionPeriod",
    "deletion_protection": "DeletionProtection",
    "copy_tags_to_snapshot": "CopyTagsToSnapshot",
    "iam_database_authentication_enabled": "IAMDatabaseAuthenticationEnabled",
    "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
    "multi_az": "MultiAZ",
    "enabled_cloudwatch_logs_exports": "EnabledCloudwatchLogsExports",
    "monitoring_interval": "MonitoringInterval",
    "monitoring_role_arn": "MonitoringRoleArn",
    "performance_insights_enabled": "PerformanceInsightsEnabled",
    "performance_insights_kms_key_id": "PerformanceInsightsKMSKeyId",
}
"""Argument of aws_db_instance → where DescribeDBInstances has it."""


def written(client: Client) -> str:
    """The account as Terraform; the label of each resource is the name that findings have for it (`labels`)."""
    return "".join((*_databases(client), *_groups(client), *_keys(client), *_people(client)))


def label(subject: str) -> str:
    """The label of a resource: ``db:shop`` → ``db_shop``."""
    return "".join(char if char.isalnum() or char in "-_" else "_" for char in subject)


def _databases(client: Client) -> Iterator[str]:
    rds = client("rds")
    for found in rds.describe_db_instances()["DBInstances"]:
        arguments = {name: found[key] for name, key in _INSTANCE.items() if key in found}
        arguments["port"] = found["Endpoint"]["Port"]
        if "MasterUserSecret" in found:
            arguments["manage_master_user_password"] = True
        (group,) = found["DBParameterGroups"]
        if not group["DBParameterGroupName"].startswith("default."):
            arguments["parameter_group_name"] = Raw(
                f"aws_db_parameter_group.{label(group['DBParameterGroupName'])}.name"
            )
        yield _resource("aws_db_instance", f"db:{found['DBInstanceIdentifier']}", arguments)
    for group in rds.describe_db_parameter_groups()["DBParameterGroups"]:
        name = group["DBParameterGroupName"]
        if not name.startswith("default."):
            pages = rds.get_paginator("describe_db_parameters").paginate(DBParameterGroupName=name, Source="user")
            blocks = [
                ("parameter", {"name": each["ParameterName"], "value": each["ParameterValue"]})
                for page in pages
                for each in page["Parameters"]
                if "ParameterValue" in each
            ]
            family = group["DBParameterGroupFamily"]
            yield _resource("aws_db_parameter_group", name, {"name": name, "family": family}, *blocks)


def _groups(client: Client) -> Iterator[str]:
    for group in client("ec2").describe_security_groups()["SecurityGroups"]:
        blocks = []
        for way, key in (("ingress", "IpPermissions"), ("egress", "IpPermissionsEgress")):
            for rule in group[key]:
                for what, listed, field in (
                    ("cidr_blocks", "IpRanges", "CidrIp"),
                    ("security_groups", "UserIdGroupPairs", "GroupId"),
                ):
                    for each in rule[listed]:
                        ports = {"from_port": rule.get("FromPort", 0), "to_port": rule.get("ToPort", 0)}
                        told = {"description": each["Description"]} if each.get("Description") else {}
                        one = {"protocol": rule["IpProtocol"], **ports, what: [each[field]], **told}
                        blocks.append((way, one))
        is_default = group["GroupName"] == "default"
        named = {} if is_default else {"name": group["GroupName"], "description": group["Description"]}
        kind = "aws_default_security_group" if is_default else "aws_security_group"
        yield _resource(kind, group["GroupId"], named, *blocks)


def _keys(client: Client) -> Iterator[str]:
    kms = client("kms")
    for each in kms.list_keys()["Keys"]:
        found = kms.describe_key(KeyId=each["KeyId"])["KeyMetadata"]
        if found["KeyManager"] == "CUSTOMER":
            rotation = kms.get_key_rotation_status(KeyId=each["KeyId"])["KeyRotationEnabled"]
            policy = kms.get_key_policy(KeyId=each["KeyId"], PolicyName="default")["Policy"]
            arguments = {"enable_key_rotation": rotation, "is_enabled": found["Enabled"], "policy": policy}
            yield _resource("aws_kms_key", f"key:{each['KeyId']}", arguments)


def _people(client: Client) -> Iterator[str]:
    details = client("iam").get_account_authorization_details(Filter=["User", "Role", "Group", "LocalManagedPolicy"])
    for policy in details["Policies"]:
        (document,) = (version["Document"] for version in policy["PolicyVersionList"] if version["IsDefaultVersion"])
        arguments = {"name": policy["PolicyName"], "policy": json.dumps(document)}
        yield _resource("aws_iam_policy", f"policy/{policy['PolicyName']}", arguments)
    for user in details["UserDetailList"]:
        for policy in user.get("UserPolicyList", ()):
            document = json.dumps(policy["PolicyDocument"])
            arguments = {"name": policy["PolicyName"], "user": user["UserName"], "policy": document}
            yield _resource("aws_iam_user_policy", f"user/{user['UserName']}", arguments)


class Raw(str):
    """An expression, which is no text."""


def _resource(kind: str, subject: str, arguments: Mapping[str, Any], *blocks: tuple[str, Mapping[str, Any]]) -> str:
    lines = [f'resource "{kind}" "{label(subject)}" {{', *_lines(arguments, "  ")]
    for name, inner in blocks:
        lines += [f"  {name} {{", *_lines(inner, "    "), "  }"]
    return "\n".join([*lines, "}", "", ""])


def _lines(arguments: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, value in arguments.items():
        yield f"{indent}{name} = {value if isinstance(value, Raw) else json.dumps(value)}"
