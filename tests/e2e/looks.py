"""What AWS has, read with plain boto3: one look for each kind, as plain data. Nothing of the tool is used here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

Client = Callable[[str], Any]
"""A boto3 client of a service."""


class NothingThereError(Exception):
    """No object goes by that name, where boto3 answers with an empty list."""


_ATTACHED = "AttachedPolicies"


def iam_group(client: Client, name: str) -> dict[str, Any]:
    iam = client("iam")
    return {
        **iam.get_group(GroupName=name)["Group"],
        "policies": _names(iam.list_attached_group_policies(GroupName=name)[_ATTACHED]),
        "inline": iam.list_group_policies(GroupName=name)["PolicyNames"],
    }


def iam_user(client: Client, name: str) -> dict[str, Any]:
    iam = client("iam")
    user = iam.get_user(UserName=name)["User"]
    return {
        **user,
        "boundary": user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        "groups": sorted(group["GroupName"] for group in iam.list_groups_for_user(UserName=name)["Groups"]),
        "policies": _names(iam.list_attached_user_policies(UserName=name)[_ATTACHED]),
        "inline": iam.list_user_policies(UserName=name)["PolicyNames"],
        "tags": tags(iam.list_user_tags(UserName=name)["Tags"]),
    }


def iam_role(client: Client, name: str) -> dict[str, Any]:
    iam = client("iam")
    role = iam.get_role(RoleName=name)["Role"]
    return {
        **role,
        "boundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        "trust": _statements(role["AssumeRolePolicyDocument"]),
        "profiles": {
            profile["InstanceProfileName"]: [held["RoleName"] for held in profile["Roles"]]
            for profile in iam.list_instance_profiles()["InstanceProfiles"]
        },
        "policies": _names(iam.list_attached_role_policies(RoleName=name)[_ATTACHED]),
        "inline": iam.list_role_policies(RoleName=name)["PolicyNames"],
        "tags": tags(role.get("Tags")),
    }


def iam_policy(client: Client, name: str) -> dict[str, Any]:
    iam = client("iam")
    arn = policy_arn(client, name)
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    held = iam.list_entities_for_policy(PolicyArn=arn)
    version = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    return {
        **policy,
        "document": _statements(version["Document"]),
        "users": sorted(item["UserName"] for item in held["PolicyUsers"]),
        "groups": sorted(item["GroupName"] for item in held["PolicyGroups"]),
        "roles": sorted(item["RoleName"] for item in held["PolicyRoles"]),
        "tags": tags(policy.get("Tags")),
    }


def kms_key(client: Client, alias: str) -> dict[str, Any]:
    kms = client("kms")
    meta = kms.describe_key(KeyId=alias)["KeyMetadata"]
    key = meta["KeyId"]
    rotation: dict[str, Any] = {}
    if meta["KeySpec"] == "SYMMETRIC_DEFAULT":
        rotation = kms.get_key_rotation_status(KeyId=key)
    policy = _statements(json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]))
    return {
        **meta,
        "rotates": rotation.get("KeyRotationEnabled"),
        "period": rotation.get("RotationPeriodInDays"),
        "policy": policy,
        "sids": {statement.get("Sid"): statement for statement in policy},
        "aliases": sorted(item["AliasName"] for item in kms.list_aliases(KeyId=key)["Aliases"]),
        "grants": {
            grant["Name"]: {
                "to": grant["GranteePrincipal"],
                "operations": sorted(grant["Operations"]),
                "context": grant.get("Constraints", {}),
                "retire_by": grant.get("RetiringPrincipal"),
            }
            for grant in kms.list_grants(KeyId=key)["Grants"]
        },
        "tags": tags(kms.list_resource_tags(KeyId=key)["Tags"], "TagKey", "TagValue"),
    }


def data_key(client: Client, name: str) -> dict[str, Any]:
    """A secret, or with a slash in front a parameter: what is stored in it, and which versions are kept."""
    return _parameter(client, name) if name.startswith("/") else _secret(client, name)


def _secret(client: Client, name: str) -> dict[str, Any]:
    manager = client("secretsmanager")
    secret = manager.describe_secret(SecretId=name)
    if "DeletedDate" in secret:
        raise NothingThereError(name)
    stages = secret["VersionIdsToStages"]
    value = manager.get_secret_value(SecretId=name)["SecretString"]
    return {
        **secret,
        "current": next(version for version, labels in stages.items() if "AWSCURRENT" in labels),
        "previous": next((version for version, labels in stages.items() if "AWSPREVIOUS" in labels), None),
        "kept": sorted(stages),
        "value": value,
        "tags": tags(secret.get("Tags")),
    }


def _parameter(client: Client, name: str) -> dict[str, Any]:
    ssm = client("ssm")
    history = ssm.get_parameter_history(Name=name)["Parameters"]
    tagged = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
    return {
        **history[-1],
        "current": str(history[-1]["Version"]),
        "kept": [row["Value"] for row in history],
        "labels": [row["Labels"] for row in history],
        "value": history[-1]["Value"],
        "tags": tags(tagged),
    }


def security_group(client: Client, name: str) -> dict[str, Any]:
    ec2 = client("ec2")
    asked = [{"Name": "group-name", "Values": [name]}]
    group = _one(ec2.describe_security_groups(Filters=asked)["SecurityGroups"], name)
    rows = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group["GroupId"]]}])
    return {
        **group,
        "ingress": sorted(_rule(row) for row in rows["SecurityGroupRules"] if not row["IsEgress"]),
        "egress": sorted(_rule(row) for row in rows["SecurityGroupRules"] if row["IsEgress"]),
        "tags": tags(group.get("Tags")),
    }


def default_security_group(client: Client, name: str) -> dict[str, Any]:
    """The one of the seeded VPC."""
    ec2 = client("ec2")
    asked = [
        {"Name": "group-name", "Values": ["default"]},
        {"Name": "vpc-id", "Values": [named(client, "vpc", "main")]},
    ]
    group = _one(ec2.describe_security_groups(Filters=asked)["SecurityGroups"], name)
    rows = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group["GroupId"]]}])
    return {
        **group,
        "ingress": sorted(_rule(row) for row in rows["SecurityGroupRules"] if not row["IsEgress"]),
        "egress": sorted(_rule(row) for row in rows["SecurityGroupRules"] if row["IsEgress"]),
        "tags": tags(group.get("Tags")),
    }


def security_hub(client: Client, name: str) -> dict[str, Any]:
    hub = client("securityhub")
    described = hub.describe_hub()
    enabled = hub.get_enabled_standards()["StandardsSubscriptions"]
    return {
        **described,
        "standards": [item["StandardsArn"].partition("/")[2] for item in enabled],
        "tags": hub.list_tags_for_resource(ResourceArn=described["HubArn"])["Tags"],
    }


def security_group_rule(client: Client, name: str) -> dict[str, Any]:
    """What was added to the seeded group `bastion`, which has one rule for ssh."""
    ec2 = client("ec2")
    asked = [{"Name": "group-id", "Values": [named(client, "security_group", "bastion")]}]
    rows = ec2.describe_security_group_rules(Filters=asked)["SecurityGroupRules"]
    added = [row for row in rows if not row["IsEgress"] and row.get("Description") != "ssh from the office"]
    if not added:
        raise NothingThereError(name)
    return {
        "rules": sorted(map(_rule, added)),
        "ids": sorted(row["SecurityGroupRuleId"] for row in added),
        "tags": tags(added[0].get("Tags")),
    }


def db_subnet_group(client: Client, name: str) -> dict[str, Any]:
    (group,) = client("rds").describe_db_subnet_groups(DBSubnetGroupName=name)["DBSubnetGroups"]
    return {
        **group,
        "subnets": sorted(subnet["SubnetIdentifier"] for subnet in group["Subnets"]),
        "tags": _rds_tags(client, group["DBSubnetGroupArn"]),
    }


def db_parameter_group(client: Client, name: str) -> dict[str, Any]:
    rds = client("rds")
    (group,) = rds.describe_db_parameter_groups(DBParameterGroupName=name)["DBParameterGroups"]
    rows = rds.describe_db_parameters(DBParameterGroupName=name)["Parameters"]
    return {
        **group,
        "parameters": {row["ParameterName"]: row["ParameterValue"] for row in rows},
        "methods": {row["ParameterName"]: row["ApplyMethod"] for row in rows},
        "tags": _rds_tags(client, group["DBParameterGroupArn"]),
    }


def option_group(client: Client, name: str) -> dict[str, Any]:
    rds = client("rds")
    (group,) = rds.describe_option_groups(OptionGroupName=name)["OptionGroupsList"]
    return {
        **group,
        "options": {option["OptionName"]: _option(option) for option in group["Options"]},
        "tags": _rds_tags(client, group["OptionGroupArn"]),
    }


def db_cluster_parameter_group(client: Client, name: str) -> dict[str, Any]:
    rds, named = client("rds"), {"DBClusterParameterGroupName": name}
    (group,) = rds.describe_db_cluster_parameter_groups(**named)["DBClusterParameterGroups"]
    rows = rds.describe_db_cluster_parameters(**named, Source="user")["Parameters"]
    return {
        **group,
        "parameters": {row["ParameterName"]: row["ParameterValue"] for row in rows},
        "methods": {row["ParameterName"]: row["ApplyMethod"] for row in rows},
        "tags": _rds_tags(client, group["DBClusterParameterGroupArn"]),
    }


def db_cluster(client: Client, name: str) -> dict[str, Any]:
    (cluster,) = client("rds").describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
    cluster.pop("LatestRestorableTime", None)  # moves on by itself
    return {
        **cluster,
        "security_groups": sorted(group["VpcSecurityGroupId"] for group in cluster["VpcSecurityGroups"]),
        "logs": sorted(cluster.get("EnabledCloudwatchLogsExports", ())),
        "tags": tags(cluster["TagList"]),
    }


def db_instance(client: Client, name: str) -> dict[str, Any]:
    (instance,) = client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    instance.pop("LatestRestorableTime", None)  # moves on by itself
    return {
        **instance,
        "security_groups": sorted(group["VpcSecurityGroupId"] for group in instance["VpcSecurityGroups"]),
        "parameter_group": instance["DBParameterGroups"][0]["DBParameterGroupName"],
        "option_group": instance["OptionGroupMemberships"][0]["OptionGroupName"],
        "logs": sorted(instance.get("EnabledCloudwatchLogsExports", ())),
        "tags": tags(instance["TagList"]),
    }


def db_proxy(client: Client, name: str) -> dict[str, Any]:
    rds = client("rds")
    (proxy,) = rds.describe_db_proxies(DBProxyName=name)["DBProxies"]
    proxy.pop("UpdatedDate")  # moves on by itself
    (group,) = rds.describe_db_proxy_target_groups(DBProxyName=name)["TargetGroups"]
    targets = rds.describe_db_proxy_targets(DBProxyName=name)["Targets"]
    return {
        **proxy,
        "secrets": {entry["SecretArn"]: entry for entry in proxy["Auth"]},
        "pool": group["ConnectionPoolConfig"],
        "targets": [f"{target['Type']} {target['RdsResourceId']}" for target in targets],
        "tags": _rds_tags(client, proxy["DBProxyArn"]),
    }


def event_subscription(client: Client, name: str) -> dict[str, Any]:
    found = client("rds").describe_event_subscriptions(SubscriptionName=name)["EventSubscriptionsList"]
    subscription = _one(found, name)
    return {
        **subscription,
        "categories": sorted(subscription.get("EventCategoriesList", ())),
        "sources": sorted(subscription.get("SourceIdsList", ())),
        "tags": _rds_tags(client, subscription["EventSubscriptionArn"]),
    }


def snapshot_sharing(client: Client, name: str) -> dict[str, Any]:
    rds = client("rds")
    (snapshot,) = rds.describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"]
    result = rds.describe_db_snapshot_attributes(DBSnapshotIdentifier=name)["DBSnapshotAttributesResult"]
    (accounts,) = [item["AttributeValues"] for item in result["DBSnapshotAttributes"]]
    if not accounts:
        raise NothingThereError(name)
    return {"accounts": sorted(accounts), "tags": tags(snapshot["TagList"])}


def activity_stream(client: Client, name: str) -> dict[str, Any]:
    """The cluster that has a stream, of which there is one, and the alias of the stream's key."""
    clusters = client("rds").describe_db_clusters()["DBClusters"]
    cluster = _one([item for item in clusters if item.get("ActivityStreamStatus") == "started"], name)
    aliases = client("kms").list_aliases(KeyId=cluster["ActivityStreamKmsKeyId"])["Aliases"]
    return {**cluster, "key": _one(aliases, name)["AliasName"], "tags": {}}


LOOKS: Mapping[str, Callable[[Client, str], dict[str, Any]]] = {
    look.__name__: look
    for look in (
        iam_group,
        iam_user,
        iam_role,
        iam_policy,
        kms_key,
        data_key,
        security_group,
        security_group_rule,
        security_hub,
        default_security_group,
        db_subnet_group,
        db_parameter_group,
        option_group,
        db_cluster_parameter_group,
        db_cluster,
        db_instance,
        db_proxy,
        event_subscription,
        snapshot_sharing,
        activity_stream,
    )
}
"""Kind → what boto3 says of one object, by its AWS name."""


def exists(client: Client, kind: str, name: str) -> bool:
    """Whether boto3 finds it."""
    try:
        LOOKS[kind](client, name)
    except (ClientError, NothingThereError):
        return False
    return True


def tags(listed: Any, key: str = "Key", value: str = "Value") -> dict[str, str]:
    """A tag list as a mapping."""
    return {tag[key]: tag[value] for tag in listed or ()}


def policy_arn(client: Client, name: str) -> str:
    """The ARN of a customer managed policy."""
    policies = client("iam").list_policies(Scope="Local")["Policies"]
    return str(_one([policy["Arn"] for policy in policies if policy["PolicyName"] == name], name))


def named(client: Client, what: str, name: str) -> str:
    """The id of a seeded vpc, subnet or security_group, by its tag Name."""
    asked = {"Filters": [{"Name": "tag:Name", "Values": [name]}]}
    ec2 = client("ec2")
    if what == "vpc":
        found = [item["VpcId"] for item in ec2.describe_vpcs(**asked)["Vpcs"]]
    elif what == "subnet":
        found = [item["SubnetId"] for item in ec2.describe_subnets(**asked)["Subnets"]]
    else:
        found = [item["GroupId"] for item in ec2.describe_security_groups(**asked)["SecurityGroups"]]
    return str(_one(found, name))


def _one(found: list[Any], name: str) -> Any:
    if len(found) != 1:
        raise NothingThereError(name)
    return found[0]


def _names(policies: Any) -> list[str]:
    return sorted(policy["PolicyName"] for policy in policies)


def _statements(document: Mapping[str, Any]) -> list[Any]:
    """The statements of a document, in which a list of one means the same as the one (IAM-3)."""
    return [{name: _lone(value) for name, value in statement.items()} for statement in document["Statement"]]


def _lone(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lone(item) for name, item in value.items()}
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _option(option: Mapping[str, Any]) -> dict[str, Any]:
    """An option with the settings that differ from their defaults."""
    return {
        "settings": {
            setting["Name"]: setting["Value"]
            for setting in option["OptionSettings"]
            if setting.get("Value") != setting.get("DefaultValue")
        },
        "port": option.get("Port"),
        "version": option.get("OptionVersion"),
        "security_groups": sorted(item["VpcSecurityGroupId"] for item in option["VpcSecurityGroupMemberships"]),
    }


def _rds_tags(client: Client, arn: str) -> dict[str, str]:
    return tags(client("rds").list_tags_for_resource(ResourceName=arn)["TagList"])


def _rule(row: Mapping[str, Any]) -> str:
    """``tcp 5432-5432 10.20.0.0/16: the application``."""
    named = row.get("ReferencedGroupInfo", {}).get("GroupId") or row.get("PrefixListId")
    peer = row.get("CidrIpv4") or row.get("CidrIpv6") or named
    return f"{row['IpProtocol']} {row.get('FromPort')}-{row.get('ToPort')} {peer}: {row.get('Description', '')}"
