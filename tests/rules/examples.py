"""The examples of rules as inventories: a spec is planned alone, and what AWS tells is put into replies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from rds_secure.access.alone import offline
from rds_secure.access.posture import Posture
from rds_secure.finding import State
from rds_secure.inventory.model import Inventory, Place, Question
from rds_secure.rules import Context, Of, Rule, judge, subjects_of
from rds_secure.spec import load

ACCOUNT, REGION = "123456789012", "eu-west-1"
RDS = f"arn:aws:rds:{REGION}:{ACCOUNT}"
KEYS = {
    "CUSTOMER": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1",
    "AWS": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/2",
}
UNREAD = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/3"
NOW = datetime(2026, 11, 24, tzinfo=UTC)

BASE = yaml.safe_load("""
version: 1
stack: example
resources:
  kms_key:
    data: {description: the data of orders}
  security_group:
    db: {vpc: {tag: {Name: main}}, ingress: [], egress: []}
  db_subnet_group:
    db: {subnets: {vpc: {tag: {Name: main}}, tag: {Tier: private}}}
  db_parameter_group:
    forced: {family: postgres16, parameters: {rds.force_ssl: "1"}}
    loose: {family: postgres16, parameters: {rds.force_ssl: "0"}}
  db_instance:
    orders:
      engine: postgres
      engine_version: "16"
      instance_class: db.m7g.large
      storage_gib: 20
      kms_key: ${kms_key.data}
      subnet_group: ${db_subnet_group.db}
      security_groups: ["${security_group.db}"]
""")

INSTANCE: Mapping[str, Any] = {
    "DBInstanceIdentifier": "orders",
    "DBInstanceArn": f"{RDS}:db:orders",
    "DbiResourceId": "db-A",
    "Engine": "postgres",
    "DBSubnetGroup": {"DBSubnetGroupName": "db", "VpcId": "vpc-1", "Subnets": [{"SubnetIdentifier": "subnet-1"}]},
    "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1", "Status": "active"}],
    "Endpoint": {"Address": "orders.example", "Port": 5432},
}


def judged(rule: Rule, example: str, folder: Path) -> set[State]:
    """What the engine says of an example, by that rule."""
    return states(rule, inventory(rule, example, folder))


def states(rule: Rule, inventory: Inventory) -> set[State]:
    """What the engine says of everything in an inventory, by that rule."""
    posture = Posture(inventory)
    about_keys = rule.of[0] is Of.KEY  # which are there in every example, without policies
    asked = [one for one in subjects_of(posture) if about_keys or one.of is not Of.KEY]
    return {one.state for one in judge([rule], asked, Context(posture, NOW))}


def inventory(rule: Rule, example: str, folder: Path) -> Inventory:
    """An example as an inventory."""
    for name, arn in {"CUSTOMER": KEYS["CUSTOMER"], "AWS-OWN": KEYS["AWS"], "UNREAD": UNREAD}.items():
        example = example.replace(f"<{name}-KEY>", arn)
    written = yaml.safe_load(example)
    return _alone(written, folder) if "db_instance" in written else account(rule, written)


def _alone(written: Mapping[str, Any], folder: Path) -> Inventory:
    whole = _merged(BASE, {"resources": written})
    path = folder / "spec.yaml"
    path.write_text(yaml.safe_dump(whole))
    return offline(load((path,))[1], REGION)[1]


def _merged(under: Any, over: Any) -> Any:
    if not (isinstance(under, dict) and isinstance(over, dict)):
        return over
    merged = {key: _merged(under.get(key), value) for key, value in over.items()}
    return {key: value for key, value in {**under, **merged}.items() if value is not None}


def account(rule: Rule, told: Mapping[str, Any]) -> Inventory:
    """An account that has one thing, of which AWS tells this, and to one question (``unread``) nothing."""
    replies: dict[Question, Any] = {}
    told = dict(told)
    unread = told.pop("unread", "")
    for name, arn in KEYS.items():
        key = {"Arn": arn, "KeyId": arn[-1], "KeyManager": name, "Origin": "AWS_KMS", "KeyState": "Enabled"}
        replies[Question("kms", "DescribeKey", arn)] = {"KeyMetadata": key}
    replies[Question("rds", "DescribeDBClusters")] = {"DBClusters": []}
    _MAKERS[rule.of[0] if told.get("Engine") != "aurora-mysql" else Of.CLUSTER](replies, told)
    kept = {asked: reply for asked, reply in replies.items() if asked.action != unread}
    assert len(kept) < len(replies) or not unread, f"{unread} is not asked"
    return Inventory(Place(ACCOUNT, REGION), kept)


def _instance(replies: dict[Question, Any], told: dict[str, Any]) -> None:
    if "members" in told:
        return _cluster(replies, told)
    routes = [{"DestinationCidrBlock": to, "GatewayId": by} for to, by in told.pop("routes", {}).items()]
    table = {"RouteTableId": "rtb-1", "Associations": [{"SubnetId": "subnet-1"}], "Routes": routes}
    replies[Question("ec2", "DescribeRouteTables")] = {"RouteTables": [table]}
    group = {"GroupId": "sg-1", "GroupName": told.pop("GroupName", "db")}
    replies.setdefault(Question("ec2", "DescribeSecurityGroups"), {"SecurityGroups": [group]})
    if "parameters" in told:
        told["DBParameterGroups"] = [{"DBParameterGroupName": "group", "ParameterApplyStatus": "in-sync"}]
        replies[Question("rds", "DescribeDBParameters", "group")] = _parameters(told.pop("parameters"))
    life = {"LifecycleSupportName": "open-source-rds-standard-support"}
    major = {"Engine": told.get("Engine"), "MajorEngineVersion": str(told.get("EngineVersion")).partition(".")[0]}
    ends = {**life, "LifecycleSupportEndDate": told.pop("supported_until", None)}
    replies[Question("rds", "DescribeDBMajorEngineVersions")] = {
        "DBMajorEngineVersions": [{**major, "SupportedEngineLifecycles": [ends]}]
    }
    replies[Question("rds", "DescribeDBInstances")] = {"DBInstances": [{**INSTANCE, **told}]}
    return None


def _cluster(replies: dict[Question, Any], told: dict[str, Any]) -> None:
    members = told.pop("members", {})
    replies[Question("rds", "DescribeDBClusterParameters", "group")] = _parameters(told.pop("parameters", {}))
    cluster = {
        "DBClusterIdentifier": "orders",
        "DBClusterArn": f"{RDS}:cluster:orders",
        "DbClusterResourceId": "cluster-A",
        "DBClusterParameterGroup": "group",
        "DBClusterMembers": [{"DBInstanceIdentifier": name} for name in members],
    }
    instances = [
        {**INSTANCE, "DBInstanceIdentifier": name, "DBClusterIdentifier": "orders", "AvailabilityZone": zone}
        for name, zone in members.items()
    ]
    replies[Question("rds", "DescribeDBClusters")] = {"DBClusters": [{**cluster, **told}]}
    replies[Question("rds", "DescribeDBInstances")] = {"DBInstances": instances}


def _parameters(values: Mapping[str, str]) -> Any:
    return {"Parameters": [{"ParameterName": key, "ParameterValue": value} for key, value in values.items()]}


def _proxy(replies: dict[Question, Any], told: dict[str, Any]) -> None:
    replies[Question("rds", "DescribeDBProxies")] = {"DBProxies": [{"DBProxyName": "orders", **told}]}


def _snapshot(replies: dict[Question, Any], told: dict[str, Any]) -> None:
    attributes = [{"AttributeName": "restore", "AttributeValues": told.pop("restore", [])}]
    snapshot = {"DBSnapshotIdentifier": "s", "DBInstanceIdentifier": "orders", "SnapshotType": "manual", **told}
    replies[Question("rds", "DescribeDBSnapshots")] = {"DBSnapshots": [snapshot]}
    replies[Question("rds", "DescribeDBSnapshotAttributes", "s")] = {
        "DBSnapshotAttributesResult": {"DBSnapshotAttributes": attributes}
    }


def _group(replies: dict[Question, Any], told: dict[str, Any]) -> None:
    ends = {"from": "IpPermissions", "to": "IpPermissionsEgress"}
    group: dict[str, Any] = {"GroupId": "sg-1", "GroupName": "db", **dict.fromkeys(ends.values(), ())}
    for word, direction in ends.items():
        if word in told:
            block = {"CidrIp": told.pop(word), "Description": told.pop("description", "")}
            port = told.pop("port", None)
            ports = {} if port is None else {"FromPort": port, "ToPort": port}
            group[direction] = [{"IpProtocol": told.pop("protocol", "tcp"), **ports, "IpRanges": [block]}]
    for word, direction in {"prefix_list": "IpPermissions", "to_prefix_list": "IpPermissionsEgress"}.items():
        if word in told:
            peers = {"PrefixListIds": [{"PrefixListId": told.pop(word)}]}
            port = told.pop("port", None)
            ports = {} if port is None else {"FromPort": port, "ToPort": port}
            group[direction] = [{"IpProtocol": told.pop("protocol", "tcp"), **ports, **peers}]
    replies[Question("ec2", "DescribeSecurityGroups")] = {"SecurityGroups": [{**group, **told}]}
    _instance(replies, {})


def _key(replies: dict[Question, Any], told: dict[str, Any]) -> None:
    arn = KEYS["CUSTOMER"]
    statement = told.pop("policy", {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "kms:*"})
    replies[Question("kms", "GetKeyPolicy", arn)] = {"Policy": _document(statement)}
    replies[Question("kms", "GetKeyRotationStatus", arn)] = {"KeyRotationEnabled": told.pop("rotation", True)}
    replies[Question("kms", "DescribeKey", arn)]["KeyMetadata"].update(told)
    del replies[Question("kms", "DescribeKey", KEYS["AWS"])]


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Resource": "*", **statement}]})


def _secret(replies: dict[Question, Any], told: dict[str, Any]) -> None:
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!db-1-AbCdEf"
    policy = {"ResourcePolicy": _document(told.pop("policy"))} if "policy" in told else {}
    replies[Question("secretsmanager", "GetResourcePolicy", arn)] = {"ARN": arn, **policy}
    replies[Question("secretsmanager", "DescribeSecret", arn)] = {"ARN": arn, "Name": "rds!db-1", **told}
    replies[Question("rds", "DescribeDBProxies")] = {"DBProxies": [{"DBProxyName": "p", "Auth": [{"SecretArn": arn}]}]}


def _policy(replies: dict[Question, Any], told: dict[str, Any]) -> None:
    """A policy with one statement, or with several."""
    statements = told if "Statement" in told else {"Statement": [told]}
    version = {"IsDefaultVersion": True, "Document": {"Version": "2012-10-17", **statements}}
    arn = f"arn:aws:iam::{ACCOUNT}:policy/p"
    replies[Question("iam", "GetAccountAuthorizationDetails")] = {
        "Policies": [{"PolicyName": "p", "Arn": arn, "PolicyVersionList": [version]}]
    }


def _principal(replies: dict[Question, Any], told: dict[str, Any]) -> None:
    """A user, or a role with a statement of its trust policy."""
    if "trust" in told:
        trust = {"Version": "2012-10-17", "Statement": [told["trust"]]}
        role = {"RoleName": "app", "Arn": f"arn:aws:iam::{ACCOUNT}:role/app", "AssumeRolePolicyDocument": trust}
        replies[Question("iam", "GetAccountAuthorizationDetails")] = {"RoleDetailList": [role]}
        return
    user = {"UserName": "dana", "Arn": f"arn:aws:iam::{ACCOUNT}:user/dana", **told}
    replies[Question("iam", "GetAccountAuthorizationDetails")] = {"UserDetailList": [user]}


def _acl(replies: dict[Question, Any], told: dict[str, Any]) -> None:
    acl = {"NetworkAclId": "acl-1", "IsDefault": False, "Associations": [{"SubnetId": "subnet-1"}], "Entries": [told]}
    replies[Question("ec2", "DescribeNetworkAcls")] = {"NetworkAcls": [acl]}
    _instance(replies, {})


def _subnet(replies: dict[Question, Any], told: dict[str, Any]) -> None:
    replies[Question("ec2", "DescribeSubnets")] = {"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", **told}]}
    _instance(replies, {})


def _vpc(replies: dict[Question, Any], told: dict[str, Any]) -> None:
    log = {"FlowLogId": "fl-1", "ResourceId": "vpc-1", "FlowLogStatus": "ACTIVE", **told}
    replies[Question("ec2", "DescribeVpcs")] = {"Vpcs": [{"VpcId": "vpc-1"}]}
    replies[Question("ec2", "DescribeFlowLogs")] = {"FlowLogs": [log]}
    _instance(replies, {})


def _account(replies: dict[Question, Any], told: dict[str, Any]) -> None:
    login = {"Name": "RDS_LOGIN_EVENTS", "Status": told.pop("guardduty", "ENABLED")}
    replies[Question("guardduty", "ListDetectors")] = {"DetectorIds": ["1"]}
    replies[Question("guardduty", "GetDetector", "1")] = {"Status": "ENABLED", "Features": [login]}
    arn = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/main"
    trail = {"Name": "main", "TrailARN": arn, **told.pop("trail", {})}
    replies[Question("cloudtrail", "DescribeTrails")] = {"trailList": [trail]}
    replies[Question("cloudtrail", "GetTrailStatus", arn)] = {"IsLogging": True}
    selectors = [{"IncludeManagementEvents": True, "ReadWriteType": "All"}]
    replies[Question("cloudtrail", "GetEventSelectors", arn)] = {"EventSelectors": selectors}
    replies[Question("securityhub", "DescribeHub")] = told.pop("hub", {})
    replies[Question("iam", "GetAccountSummary")] = {"SummaryMap": told.pop("summary", {})}
    replies[Question("iam", "GetAccountPasswordPolicy")] = {"PasswordPolicy": told.pop("passwords", {})}
    replies[Question("rds", "DescribeEventSubscriptions")] = {"EventSubscriptionsList": [told]}


_MAKERS = {
    Of.INSTANCE: _instance,
    Of.CLUSTER: _cluster,
    Of.PROXY: _proxy,
    Of.SNAPSHOT: _snapshot,
    Of.SECURITY_GROUP: _group,
    Of.NETWORK_ACL: _acl,
    Of.SUBNET: _subnet,
    Of.VPC: _vpc,
    Of.KEY: _key,
    Of.SECRET: _secret,
    Of.POLICY: _policy,
    Of.PRINCIPAL: _principal,
    Of.ACCOUNT: _account,
}
