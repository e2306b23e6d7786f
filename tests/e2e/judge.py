"""A judge of accounts that knows nothing of the tool: it reads what public controls go by, and says what fails.

It changes nothing. Security groups are judged where they have a tag of a stack, all else wherever it is from.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, TypeAlias

from tests.contracts.controls import EVENTS, LOGS

Client: TypeAlias = Callable[..., Any]
"""A boto3 client of a service, and of another region where one is named."""

USUAL_PORTS = {1433, 1521, 3306, 5432, 50000}
GUESSED = {"admin", "administrator", "master", "postgres", "rdsadmin", "root", "sa", "user"}
SIGN_IN_BY_IAM = ("postgres", "mysql", "mariadb", "aurora-postgresql", "aurora-mysql")
FORCED = {
    "postgres": ("rds.force_ssl", "1"),
    "sqlserver": ("rds.force_ssl", "1"),
    "mysql": ("require_secure_transport", "1"),
    "aurora-postgresql": ("rds.force_ssl", "1"),
    "aurora-mysql": ("require_secure_transport", "ON"),
}
WORLD = ("0.0.0.0/0", "::/0")


def findings(client: Client) -> list[str]:
    """What the strictest reading finds, sorted: control, thing."""
    rds = client("rds")
    instances = rds.describe_db_instances()["DBInstances"]
    clusters = rds.describe_db_clusters()["DBClusters"]
    alone = [one for one in instances if "DBClusterIdentifier" not in one]
    judged: Iterable[Iterator[tuple[str, str, bool]]] = (
        *(_database(client, one, one["DBInstanceIdentifier"]) for one in alone),
        *(_database(client, one, one["DBClusterIdentifier"]) for one in clusters),
        *(_instance(client, one) for one in instances),
        *(_cluster(one, instances) for one in clusters),
        _networks(client),
        _keys(client),
        _people(client),
        _account(client),
    )
    return sorted(f"{control} {name}" for control, name, passed in chain.from_iterable(judged) if not passed)


def _database(client: Client, one: Mapping[str, Any], name: str) -> Iterator[tuple[str, str, bool]]:
    """What instances that stand alone and clusters have in common."""
    engine, port = one["Engine"], one.get("Port") or one["Endpoint"]["Port"]
    yield "RDS.3", name, one["StorageEncrypted"]
    yield "CKV_AWS_327", name, _is_customers(client, one["KmsKeyId"])
    yield "RDS.8", name, one["DeletionProtection"]
    yield "RDS.11", name, one["BackupRetentionPeriod"] >= 7
    yield "RDS.17", name, one["CopyTagsToSnapshot"]
    yield "RDS.10", name, one["IAMDatabaseAuthenticationEnabled"] or engine not in SIGN_IN_BY_IAM
    yield "RDS.23", name, port not in USUAL_PORTS
    yield "RDS.25", name, one["MasterUsername"] not in GUESSED
    yield "RDS.9", name, LOGS[engine] <= set(one.get("EnabledCloudwatchLogsExports", ()))
    yield "RDS.30", name, any(not tag["Key"].startswith(("aws:", "rds-secure:")) for tag in one["TagList"])
    yield "secretsmanager-using-cmk", name, _is_customers(client, one.get("MasterUserSecret", {}).get("KmsKeyId"))
    yield "rds_instance_extended_support", name, one.get("EngineLifecycleSupport", "-disabled").endswith("-disabled")
    parameters = _parameters(client, one)
    yield "RDS.38", name, (FORCED[engine.removesuffix("-se")]) in parameters.items()
    if engine.endswith("postgres") or engine == "aurora-postgresql":
        yield (
            "CKV2_AWS_30",
            name,
            parameters["log_statement"] == "ddl" and bool(parameters["log_min_duration_statement"]),
        )
    for copied in one.get("DBInstanceAutomatedBackupsReplications", ()):
        yield "CKV_AWS_245", name, _is_under_a_key_there(client, copied["DBInstanceAutomatedBackupsArn"])
    if engine == "sqlserver-se":
        yield "TDE", name, "TDE" in _options(client, one)
    groups = client("ec2").describe_security_groups(
        GroupIds=[item["VpcSecurityGroupId"] for item in one["VpcSecurityGroups"]]
    )
    yield "EC2.2", name, all(group["GroupName"] != "default" for group in groups["SecurityGroups"])


def _instance(client: Client, one: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    name = one["DBInstanceIdentifier"]
    yield "RDS.2", name, not one["PubliclyAccessible"]
    yield "RDS.5", name, one["MultiAZ"] or "DBClusterIdentifier" in one
    yield "RDS.6", name, one["MonitoringInterval"] > 0 and bool(one.get("MonitoringRoleArn"))
    yield "RDS.13", name, one["AutoMinorVersionUpgrade"]
    yield "CKV_AWS_353", name, one["PerformanceInsightsEnabled"]
    yield "CKV_AWS_354", name, _is_customers(client, one.get("PerformanceInsightsKMSKeyId"))
    yield "CKV_AWS_211", name, one["CACertificateIdentifier"].endswith("-g1")
    yield "in-sync", name, all(item["ParameterApplyStatus"] == "in-sync" for item in one["DBParameterGroups"])
    yield (
        "RDS.46",
        name,
        not _public_subnets(client) & {item["SubnetIdentifier"] for item in one["DBSubnetGroup"]["Subnets"]},
    )


def _cluster(one: Mapping[str, Any], instances: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, bool]]:
    name = one["DBClusterIdentifier"]
    zones = {item["AvailabilityZone"] for item in instances if item.get("DBClusterIdentifier") == name}
    yield "RDS.15", name, len(zones) > 1
    yield "RDS.14", name, one["Engine"] != "aurora-mysql" or one.get("BacktrackWindow", 0) > 0


def _networks(client: Client) -> Iterator[tuple[str, str, bool]]:
    ec2 = client("ec2")
    groups = ec2.describe_security_groups()["SecurityGroups"]
    ours = {group["GroupId"]: group["GroupName"] for group in groups if _is_ours(group.get("Tags"))}
    for rule in ec2.describe_security_group_rules()["SecurityGroupRules"]:
        if name := ours.get(rule["GroupId"]):
            yield "EC2.19", name, rule.get("CidrIpv4", rule.get("CidrIpv6")) not in WORLD
            yield "CKV_AWS_23", name, bool(rule.get("Description"))
            yield "CKV_AWS_382", name, not rule["IsEgress"]
            yield "EC2.2", name, name != "default"


def _keys(client: Client) -> Iterator[tuple[str, str, bool]]:
    kms = client("kms")
    for key in (item["KeyId"] for item in kms.list_keys()["Keys"]):
        if kms.describe_key(KeyId=key)["KeyMetadata"]["KeyManager"] == "CUSTOMER":
            policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
            yield "KMS.4", key, kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
            yield "KMS.5", key, all(_is_somebody(item["Principal"]) for item in policy["Statement"])
            yield "KMS.3", key, kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"


def _people(client: Client) -> Iterator[tuple[str, str, bool]]:
    details = client("iam").get_account_authorization_details(Filter=["User", "Group", "Role", "LocalManagedPolicy"])
    for user in details["UserDetailList"]:
        held = [*user["AttachedManagedPolicies"], *user.get("UserPolicyList", ())]
        yield "IAM.2", user["UserName"], not held
        yield "CKV2_AWS_21", user["UserName"], bool(user["GroupList"])
    for role in details["RoleDetailList"]:
        yield "iam-no-inline-policy-check", role["RoleName"], not role["RolePolicyList"]
        yield "CKV_AWS_61", role["RoleName"], "aws:SourceAccount" in json.dumps(role["AssumeRolePolicyDocument"])
    for group in details["GroupDetailList"]:
        yield "iam-no-inline-policy-check", group["GroupName"], not group["GroupPolicyList"]
    for policy in details["Policies"]:
        document = next(item["Document"] for item in policy["PolicyVersionList"] if item["IsDefaultVersion"])
        for statement in _listed(document["Statement"]):
            yield "IAM.21", policy["PolicyName"], not any(item.endswith("*") for item in _listed(statement["Action"]))
            yield "CKV_AWS_355", policy["PolicyName"], "*" not in _listed(statement["Resource"])


def _account(client: Client) -> Iterator[tuple[str, str, bool]]:
    heard = client("rds").describe_event_subscriptions()["EventSubscriptionsList"]
    for control, (source, events) in zip(("RDS.19", "RDS.20", "RDS.21", "RDS.22"), EVENTS.items(), strict=True):
        yield (
            control,
            source,
            any(
                item["Enabled"] and item["SourceType"] == source and events <= set(item["EventCategoriesList"])
                for item in heard
            ),
        )
    hub = client("securityhub")
    yield "CIS-5.16", "hub", bool(hub.get_enabled_standards()["StandardsSubscriptions"])


# What is looked up


def _parameters(client: Client, one: Mapping[str, Any]) -> dict[str, str | None]:
    """The parameters that have a value, by somebody or by the family, of the instance's group or the cluster's."""
    rds = client("rds")
    if "DBClusterParameterGroup" in one:
        pages = rds.get_paginator("describe_db_cluster_parameters").paginate(
            DBClusterParameterGroupName=one["DBClusterParameterGroup"]
        )
    else:
        pages = rds.get_paginator("describe_db_parameters").paginate(
            DBParameterGroupName=one["DBParameterGroups"][0]["DBParameterGroupName"]
        )
    return {item["ParameterName"]: item.get("ParameterValue") for page in pages for item in page["Parameters"]}


def _options(client: Client, one: Mapping[str, Any]) -> set[str]:
    name = one["OptionGroupMemberships"][0]["OptionGroupName"]
    (group,) = client("rds").describe_option_groups(OptionGroupName=name)["OptionGroupsList"]
    return {option["OptionName"] for option in group["Options"]}


def _public_subnets(client: Client) -> set[str]:
    tables = client("ec2").describe_route_tables()["RouteTables"]
    return {
        link["SubnetId"]
        for table in tables
        for link in table["Associations"]
        if "SubnetId" in link
        and any(
            route.get("DestinationCidrBlock") in WORLD and route.get("GatewayId", "").startswith("igw-")
            for route in table["Routes"]
        )
    }


def _is_customers(client: Client, key: str | None) -> bool:
    return key is not None and client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyManager"] == "CUSTOMER"


def _is_under_a_key_there(client: Client, copy: str) -> bool:
    """Whether copies of automated backups (their ARN) are kept in their region, under a customer's key of that."""
    region = copy.split(":")[3]
    listed = client("rds", region).describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    keys = [one.get("KmsKeyId") for one in listed if one["DBInstanceAutomatedBackupsArn"] == copy]
    return [_is_customers(lambda service: client(service, region), key) for key in keys] == [True]


def _is_ours(tags: Iterable[Mapping[str, str]] | None) -> bool:
    return any(tag["Key"] == "rds-secure:stack" for tag in tags or ())


def _is_somebody(principal: Any) -> bool:
    named = principal.values() if isinstance(principal, Mapping) else [principal]
    return all("*" not in _listed(value) for value in named)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
