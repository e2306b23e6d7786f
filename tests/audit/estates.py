"""Two estates made by hand with boto3, none of it by the tool: one in which everything is wrong, and one that is sound.

`FAULTS`: what is planted in the bad one → the rule that has to find it, and on what. Ids that AWS chooses are named by
their ``<key>`` in what `bad` returns.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from rds_secure.sandbox.endpoint import ACCOUNT, REGION
from rds_secure.sandbox.seed import HOSTS

Client: TypeAlias = Callable[..., Any]

MONITORING = "monitoring.rds.amazonaws.com"
STRANGER = "210987654321"
WORLD = {"CidrIp": "0.0.0.0/0"}
TAGS = [{"Key": "team", "Value": "payments"}]


@dataclass(frozen=True)
class Fault:
    """Something wrong, in words; the rule that finds it; on what. ``strict``: only the strict rules ask for it."""

    what: str
    rule: str
    subject: str
    strict: bool = False


FAULTS = (
    # An instance that everybody can reach and nobody looks after
    Fault("a public address", "not-public", "db:shop"),
    Fault("the default security group", "no-default-group", "db:shop"),
    Fault("subnets that lead to the internet", "private-subnets", "db:shop"),
    Fault("no encryption", "storage-encrypted", "db:shop"),
    Fault("no encryption", "customer-key", "db:shop", strict=True),
    Fault("TLS not forced", "tls-required", "db:shop"),
    Fault("no backups", "backups-kept", "db:shop"),
    Fault("one call deletes it", "deletion-protection", "db:shop"),
    Fault("snapshots without tags", "copy-tags", "db:shop"),
    Fault("passwords alone", "iam-sign-in", "db:shop"),
    Fault("a master user called postgres", "master-name", "db:shop"),
    Fault("no minor upgrades", "minor-upgrades", "db:shop"),
    Fault("a password that people know", "managed-password", "db:shop", strict=True),
    Fault("one zone", "multi-az", "db:shop", strict=True),
    Fault("no tags", "own-tags", "db:shop", strict=True),
    Fault("no logs", "log-exports", "db:shop", strict=True),
    Fault("no metrics of the host", "enhanced-monitoring", "db:shop", strict=True),
    Fault("the usual port", "own-port", "db:shop", strict=True),
    Fault("nothing is kept of queries", "query-log", "db:shop", strict=True),
    # Its security group, and another one, with administration open to the world
    Fault("the world may connect to it", "no-open-database", "<open>"),
    Fault("the database's port is open to the world", "no-risky-ports", "<open>"),
    Fault("a port that is none of the web's", "only-web-open", "<open>", strict=True),
    Fault("everything may leave", "no-open-egress", "<open>", strict=True),
    Fault("rules without a word", "rules-described", "<open>", strict=True),
    Fault("ssh from the world", "no-risky-ports", "<ssh>"),
    Fault("a port that is none of the web's", "only-web-open", "<ssh>", strict=True),
    Fault("rules without a word", "rules-described", "<ssh>", strict=True),
    Fault("a default group with rules", "default-group-empty", "<default>", strict=True),
    Fault("everything may leave", "no-open-egress", "<default>", strict=True),
    Fault("the same in the default VPC", "default-group-empty", "<default of the default VPC>", strict=True),
    *(
        Fault("rules without a word", "rules-described", f"<{name}>", strict=True)
        for name in ("default", "default of the default VPC", *HOSTS)
    ),
    Fault("nobody sees what is refused", "flow-logs", "<vpc>", strict=True),
    Fault("an ACL for everybody", "no-remote-acl", "<acl>", strict=True),
    # An encrypted one whose key goes, and one under a key for everybody
    Fault("the key of a database is to be deleted", "key-not-deleted", "<dying>"),
    Fault("a key that stays as it is", "key-rotated", "<public>"),
    Fault("a key for everybody", "key-not-public", "<public>"),
    # Snapshots
    Fault("anybody may restore it", "snapshot-not-public", "snapshot:shop-public"),
    Fault("a copy without encryption", "snapshot-encrypted", "snapshot:shop-public"),
    Fault("a copy without encryption", "snapshot-encrypted", "snapshot:shop-shared"),
    Fault("an account that nobody knows has it", "snapshot-sharing-declared", "snapshot:shop-shared"),
    # People
    Fault("everything on everything", "no-admin-policy", "policy/all"),
    Fault("every key decrypts", "no-decrypt-with-every-key", "policy/all"),
    Fault("a role that RDS takes for any account", "no-confused-deputy", "role/watch"),
    Fault("a password for everybody", "secret-not-public", "<secret>"),
    Fault("all of RDS", "no-service-wildcard", "user/dana: own of user dana"),
    Fault("all of RDS on everything", "no-writes-everywhere", "user/dana: own of user dana"),
    Fault("all of RDS on everything", "no-permissions-everywhere", "user/dana: own of user dana"),
    Fault("an action that there is not", "known-actions", "policy/helping"),
    Fault("whoever has it may write their own policies", "no-escalation", "policy/helping"),
    Fault("a statement that says what another one says", "no-shadowed-statement", "policy/helping"),
    Fault("a service on behalf of anybody", "no-confused-deputy", "role/helper"),
    Fault("everybody may assume it", "trust-not-public", "role/open"),
    Fault("a policy on a user", "no-policies-on-users", "user/dana"),
    Fault("a policy of one user's own", "no-inline-policies", "user/dana", strict=True),
    # The account
    Fault("the root user has a password alone", "root-has-mfa", "account", strict=True),
    Fault("any password will do", "password-policy", "account", strict=True),
    Fault("nothing is kept of what is done", "trail-on", "account", strict=True),
    Fault("nobody looks at sign-ins", "guardduty-logins", "account", strict=True),
    Fault("nobody looks at anything", "security-hub-on", "account", strict=True),
)


def bad(client: Client) -> Mapping[str, str]:
    """Everything is wrong; ids that AWS chooses, by the names that `FAULTS` has for them."""
    net = _Net(client)
    shop = net.group("shop-open", [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [WORLD]}])
    ssh = net.group("ssh", [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [WORLD]}])
    net.subnet_group("public", "public")
    net.subnet_group("private", "private")
    rds = client("rds")
    _parameters(rds, "shop", {"rds.force_ssl": "0"})  # which by itself is 1 in PostgreSQL 16
    rds.create_db_instance(
        **_instance("shop", "public", "postgres", "16.10", shop, net.defaults["default"]),
        DBParameterGroupName="shop",
        MasterUsername="postgres",
        MasterUserPassword="correct-horse",
        PubliclyAccessible=True,
        StorageEncrypted=False,
        BackupRetentionPeriod=0,
        DeletionProtection=False,
        CopyTagsToSnapshot=False,
        AutoMinorVersionUpgrade=False,
        EnableIAMDatabaseAuthentication=False,
    )
    dying, public = (client("kms").create_key(Description=name)["KeyMetadata"]["KeyId"] for name in ("dying", "public"))
    for name, key in (("ledger", dying), ("notes", public)):
        _sound(client, name, net.group(name, []), key)
    client("kms").enable_key_rotation(KeyId=dying)
    client("kms").schedule_key_deletion(KeyId=dying, PendingWindowInDays=7)
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
    client("kms").put_key_policy(KeyId=public, PolicyName="default", Policy=_document(everybody))
    for name, account in (("shop-public", "all"), ("shop-shared", STRANGER)):
        rds.create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier="shop", Tags=TAGS)
        rds.modify_db_snapshot_attribute(DBSnapshotIdentifier=name, AttributeName="restore", ValuesToAdd=[account])
    (notes,) = rds.describe_db_instances(DBInstanceIdentifier="notes")["DBInstances"]
    secret = notes["MasterUserSecret"]["SecretArn"]
    reads = {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    client("secretsmanager").put_resource_policy(SecretId=secret, ResourcePolicy=_document(reads))
    iam = client("iam")
    iam.create_policy(PolicyName="all", PolicyDocument=_document(_allow("*", "*")))
    own = _allow("iam:PutUserPolicy", f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}")
    more = [_allow("rds:StopDBInstnace", "*"), _allow("rds:Describe*", "*"), _allow("rds:DescribeEvents", "*")]
    iam.create_policy(PolicyName="helping", PolicyDocument=_document(own, *more))
    trusted = {"helper": {"Service": "glue.amazonaws.com"}, "watch": {"Service": MONITORING}, "open": {"AWS": "*"}}
    for name, principal in trusted.items():
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document(_trust(principal)))
    iam.create_user(UserName="dana")
    iam.put_user_policy(UserName="dana", PolicyName="own", PolicyDocument=_document(_allow("rds:*", "*")))
    _heard(client)
    ids = {"open": shop, "ssh": ssh, "dying": f"key:{dying}", "public": f"key:{public}", "vpc": net.vpc, "acl": net.acl,
           "secret": f"secret:{secret.rpartition(':')[2]}", **net.defaults, **net.hosts()}  # fmt: skip
    return {f"<{name}>": found for name, found in ids.items()}


BEYOND = frozenset({("root-has-mfa", "account")})
"""What the strict rules find in the good one all the same: nothing gives the emulator's root user a second factor."""

UNTOLD = frozenset({"standard-support"})
"""Rules that nobody can answer: the emulator does not know DescribeDBMajorEngineVersions."""


def good(client: Client) -> None:
    """Nothing is wrong, by the strict rules neither, but for `BEYOND`."""
    net = _Net(client)
    net.tidy()
    net.subnet_group("private", "private")
    key = client("kms").create_key(Description="data")["KeyMetadata"]["KeyId"]
    client("kms").enable_key_rotation(KeyId=key)
    app = {"IpProtocol": "tcp", "FromPort": 6432, "ToPort": 6432,
           "IpRanges": [{"CidrIp": "10.20.0.0/16", "Description": "the order service"}]}  # fmt: skip
    net.guard()
    _sound(client, "orders", net.group("orders", [app]), key)
    _watched(client, net.vpc, key)
    rds = client("rds")
    rds.create_db_snapshot(DBSnapshotIdentifier="orders-1", DBInstanceIdentifier="orders", Tags=TAGS)
    iam = client("iam")
    iam.create_group(GroupName="operators")
    restart = _allow("rds:RebootDBInstance", f"arn:aws:rds:{REGION}:{ACCOUNT}:db:orders")
    made = iam.create_policy(PolicyName="operate", PolicyDocument=_document(restart))
    iam.attach_group_policy(GroupName="operators", PolicyArn=made["Policy"]["Arn"])
    iam.create_user(UserName="dana")
    iam.add_user_to_group(GroupName="operators", UserName="dana")
    _heard(client)


def _instance(name: str, subnets: str, engine: str, version: str, *groups: str) -> dict[str, Any]:
    return {
        "DBInstanceIdentifier": name,
        "DBInstanceClass": "db.m7g.large",
        "Engine": engine,
        "EngineVersion": version,
        "AllocatedStorage": 20,
        "DBSubnetGroupName": subnets,
        "VpcSecurityGroupIds": list(groups),
    }


def _trust(principal: Mapping[str, str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}


def _sound(client: Client, name: str, group: str, key: str) -> None:
    """A database with which nothing is wrong, unless its key is."""
    ours = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    trust = {**_trust({"Service": MONITORING}), "Condition": ours}
    iam, watch, rds = client("iam"), f"watch-{name}", client("rds")
    role = iam.create_role(RoleName=watch, AssumeRolePolicyDocument=_document(trust))["Role"]["Arn"]
    iam.attach_role_policy(
        RoleName=watch, PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
    )
    _parameters(rds, name, {"log_statement": "ddl", "log_min_duration_statement": "1000"})
    rds.create_db_instance(
        **_instance(name, "private", "postgres", "16.10", group),
        DBParameterGroupName=name,
        Port=6432,
        MasterUsername="dbowner",
        ManageMasterUserPassword=True,
        MasterUserSecretKmsKeyId=key,
        PubliclyAccessible=False,
        StorageEncrypted=True,
        KmsKeyId=key,
        BackupRetentionPeriod=14,
        DeletionProtection=True,
        CopyTagsToSnapshot=True,
        AutoMinorVersionUpgrade=True,
        EnableIAMDatabaseAuthentication=True,
        MultiAZ=True,
        EnableCloudwatchLogsExports=["postgresql", "upgrade"],
        MonitoringInterval=60,
        MonitoringRoleArn=role,
        Tags=TAGS,
    )


def _parameters(rds: Any, name: str, values: Mapping[str, str]) -> None:
    """A group of parameters with these values."""
    rds.create_db_parameter_group(DBParameterGroupName=name, DBParameterGroupFamily="postgres16", Description=name)
    written = [
        {"ParameterName": key, "ParameterValue": value, "ApplyMethod": "immediate"} for key, value in values.items()
    ]
    rds.modify_db_parameter_group(DBParameterGroupName=name, Parameters=written)


def _watched(client: Client, vpc: str, key: str) -> None:
    """An account that keeps what is done in it, and looks at it."""
    client("iam").update_account_password_policy(
        MinimumPasswordLength=14, RequireSymbols=True, RequireNumbers=True, RequireUppercaseCharacters=True,
        RequireLowercaseCharacters=True, PasswordReusePrevention=24,
    )  # fmt: skip
    client("securityhub").enable_security_hub()
    client("guardduty").create_detector(Enable=True, Features=[{"Name": "RDS_LOGIN_EVENTS", "Status": "ENABLED"}])
    client("s3").create_bucket(Bucket="trail")
    trails = client("cloudtrail")
    trails.create_trail(
        Name="all", S3BucketName="trail", IsMultiRegionTrail=True, EnableLogFileValidation=True,
        IncludeGlobalServiceEvents=True, KmsKeyId=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key}",
    )  # fmt: skip
    trails.start_logging(Name="all")
    whole = [{"ReadWriteType": "All", "IncludeManagementEvents": True}]  # as a new trail has at AWS
    trails.put_event_selectors(TrailName="all", EventSelectors=whole)
    client("ec2").create_flow_logs(
        ResourceIds=[vpc], ResourceType="VPC", TrafficType="ALL", LogDestinationType="s3",
        LogDestination="arn:aws:s3:::trail",
    )  # fmt: skip


def _heard(client: Client) -> None:
    """Somebody hears of what happens to databases."""
    topic = client("sns").create_topic(Name="alerts")["TopicArn"]
    rds = client("rds")
    for source, categories in (
        ("db-cluster", ["maintenance", "failure"]),
        ("db-instance", ["maintenance", "configuration change", "failure"]),
        ("db-parameter-group", ["configuration change"]),
        ("db-security-group", ["configuration change", "failure"]),
    ):
        rds.create_event_subscription(
            SubscriptionName=f"of-{source}",
            SnsTopicArn=topic,
            SourceType=source,
            EventCategories=categories,
            Enabled=True,
        )


class _Net:
    """The seeded VPC."""

    def __init__(self, client: Client) -> None:
        self.ec2, self.rds = client("ec2"), client("rds")
        (found,) = self.ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["main"]}])["Vpcs"]
        self.vpc = found["VpcId"]
        self.defaults: Mapping[str, str] = {
            "default" if group["VpcId"] == self.vpc else "default of the default VPC": group["GroupId"]
            for group in self._groups("default")
        }

    @property
    def acl(self) -> str:
        """The network ACL of the VPC's subnets."""
        found = self.ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [self.vpc]}])["NetworkAcls"]
        return next(each["NetworkAclId"] for each in found if each["Associations"])

    def _groups(self, *names: str) -> list[Any]:
        found = self.ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": list(names)}])
        return list(found["SecurityGroups"])

    def hosts(self) -> Mapping[str, str]:
        """The groups of the hosts that are there from the start."""
        return {group["GroupName"]: group["GroupId"] for group in self._groups(*HOSTS)}

    def tidy(self) -> None:
        """Default groups without rules, and hosts whose rules say what they are for."""
        for group in self._groups("default"):
            for verb, rules in (("ingress", group["IpPermissions"]), ("egress", group["IpPermissionsEgress"])):
                if rules:
                    getattr(self.ec2, f"revoke_security_group_{verb}")(GroupId=group["GroupId"], IpPermissions=rules)
        for group in self._groups(*HOSTS):
            told = [{**WORLD, "Description": "updates"}]
            self.ec2.update_security_group_rule_descriptions_egress(
                GroupId=group["GroupId"], IpPermissions=[{"IpProtocol": "-1", "IpRanges": told}]
            )

    def guard(self) -> None:
        """Refuse remote administration from everywhere in the VPC's network ACL."""
        found = self.ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [self.vpc]}])["NetworkAcls"]
        ports = [(port, cidr) for port in (22, 3389) for cidr in ("0.0.0.0/0", "::/0")]
        for acl in found:
            for number, (port, cidr) in enumerate(ports, 10):
                block = {"Ipv6CidrBlock" if ":" in cidr else "CidrBlock": cidr}
                self.ec2.create_network_acl_entry(
                    NetworkAclId=acl["NetworkAclId"], RuleNumber=number, Protocol="6", RuleAction="deny", Egress=False,
                    PortRange={"From": port, "To": port}, **block,
                )  # fmt: skip

    def group(self, name: str, ingress: Iterable[Mapping[str, Any]]) -> str:
        """A security group; one that lets nobody in lets nothing out either, nor does one whose rules say what for."""
        made: str = self.ec2.create_security_group(GroupName=name, Description=name, VpcId=self.vpc)["GroupId"]
        rules = list(ingress)
        if rules:
            self.ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=rules)
        if not any(WORLD in rule["IpRanges"] for rule in rules):
            (group,) = self.ec2.describe_security_groups(GroupIds=[made])["SecurityGroups"]
            self.ec2.revoke_security_group_egress(GroupId=made, IpPermissions=group["IpPermissionsEgress"])
        return made

    def subnet_group(self, name: str, tier: str) -> None:
        """A subnet group of all subnets of a tier."""
        found = self.ec2.describe_subnets(Filters=[{"Name": "tag:Tier", "Values": [tier]}])["Subnets"]
        subnets = [each["SubnetId"] for each in found]
        self.rds.create_db_subnet_group(DBSubnetGroupName=name, DBSubnetGroupDescription=name, SubnetIds=subnets)


def _allow(action: str, resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def _document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
