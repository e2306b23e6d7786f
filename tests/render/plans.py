"""Plans built by hand, as the planner builds them from a small stack: what the renderers are shown in the tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rds_secure.errors import Location
from rds_secure.kind import FieldChange
from rds_secure.live import Unseen
from rds_secure.operation import Operation, Wait
from rds_secure.plan.model import Action, Kept, Plan, Refusal, Step
from rds_secure.values import Address, Ref, Text, Value

ACCOUNT, REGION, STACK = "123456789012", "eu-west-1", "orders"


def address(written: str) -> Address:
    return Address.parse(written)


def ref(written: str) -> Ref:
    target, _, attribute = written.rpartition(".")
    return Ref(Address.parse(target), attribute)


def call(service: str, action: str, params: Mapping[str, Value], summary: str, **more: Any) -> Operation:
    return Operation(service=service, action=action, params=params, summary=summary, **more)


def plan(*steps: Step, known: Mapping[str, str] | None = None, **more: Any) -> Plan:
    return Plan(
        account=ACCOUNT,
        region=REGION,
        stack=STACK,
        steps=tuple(sorted(steps, key=lambda step: step.address)),
        known={ref(written): value for written, value in (known or {}).items()},
        digest="q0Yb2oX3mHqz5xV1kUe8Jr7cTn4sLwD6aGfPiBhNyZE",
        **more,
    )


def made(fields: Mapping[str, Value]) -> tuple[FieldChange, ...]:
    return tuple(FieldChange(path, new=value) for path, value in fields.items())


def unseen() -> Plan:
    """A read that was denied hides a database and what refers to it, another one nothing declared."""
    orders, proxy = address("db_instance.orders"), address("db_proxy.orders")
    why = "what uses it could not be seen (rds DescribeDBInstances: AccessDenied)"
    denied = ("AccessDenied", "User: arn:aws:iam::123456789012:user/dana is not authorized")
    return plan(
        Step(orders, "orders", Action.UNSEEN),
        Step(proxy, "orders", Action.UNSEEN),
        Step(address("db_subnet_group.orders"), "orders", Action.NONE),
        kept=(Kept(address("iam_role.old"), "old", why),),
        unseen=(
            Unseen("rds", "DescribeDBInstances", *denied, kinds=("db_instance",), addresses=(orders, proxy)),
            Unseen("securityhub", "DescribeHub", *denied, kinds=("security_hub",)),
        ),
    )


def rule(peer: str, value: Value, port: str, description: str = "") -> dict[str, Value]:
    return {"protocol": "tcp", "port": port, "ports": None, "description": description or None, peer: value}


KNOWN = {
    "db_instance.orders.arn": "arn:aws:rds:eu-west-1:123456789012:db:orders",
    "db_parameter_group.orders~implied.name": "orders-postgres16",
    "db_subnet_group.orders.name": "orders",
    "iam_group.orders-operators.name": "orders-operators",
    "iam_role.orders-app.arn": "arn:aws:iam::123456789012:role/orders-app",
}

KEY_POLICY = {
    "Version": "2012-10-17",
    "Statement": (
        {
            "Sid": "AccountAdministration",
            "Effect": "Allow",
            "Principal": {"AWS": ("arn:aws:iam::123456789012:root",)},
            "Action": ("kms:*",),
            "Resource": "*",
        },
        {
            "Sid": "Use",
            "Effect": "Allow",
            "Principal": {"AWS": (ref("iam_role.orders-app.arn"),)},
            "Action": ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"),
            "Resource": "*",
        },
        {
            "Sid": "Grants",
            "Effect": "Allow",
            "Principal": {"AWS": (ref("iam_role.orders-app.arn"),)},
            "Action": ("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"),
            "Resource": "*",
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": ("true",)}},
        },
    ),
}

OPERATORS_POLICY = {
    "Version": "2012-10-17",
    "Statement": (
        {
            "Effect": "Allow",
            "Action": ("rds:DescribeDBInstances", "rds:ModifyDBInstance"),
            "Resource": (ref("db_instance.orders.arn"),),
        },
        {
            "Sid": "Connect",
            "Effect": "Allow",
            "Action": ("rds-db:connect",),
            "Resource": (
                Text(
                    (
                        "arn:aws:rds-db:eu-west-1:123456789012:dbuser:",
                        ref("db_instance.orders.resource_id"),
                        "/operators",
                    )
                ),
            ),
        },
        {"Sid": "NoDelete", "Effect": "Deny", "Action": ("rds:DeleteDBInstance",), "NotResource": ("*-scratch",)},
    ),
}


def create_all() -> Plan:
    """The first apply: everything is made, and little of it is known before."""
    return plan(*_network(), *_identity(), _key(), *_database(), known=KNOWN)


def _network() -> tuple[Step, ...]:
    group = ref("security_group.orders-db.id")
    return (
        Step(
            address("security_group.orders-app"),
            "orders-app",
            Action.CREATE,
            (
                call(
                    "ec2",
                    "CreateSecurityGroup",
                    {
                        "GroupName": "orders-app",
                        "Description": "managed by rds-secure",
                        "VpcId": "vpc-0a1b2c3d4e5f60718",
                    },
                    "create security group orders-app",
                    exports={"id": "GroupId"},
                ),
            ),
            made(
                {
                    "vpc": "vpc-0a1b2c3d4e5f60718",
                    "description": "managed by rds-secure",
                    "egress": (
                        rule("to", group, "5432", "orders database"),
                        rule("to", "10.20.0.0/16", "443", "VPC endpoints"),
                    ),
                }
            ),
        ),
        Step(
            address("security_group.orders-db"),
            "orders-db",
            Action.CREATE,
            (
                call(
                    "ec2",
                    "CreateSecurityGroup",
                    {
                        "GroupName": "orders-db",
                        "Description": "managed by rds-secure",
                        "VpcId": "vpc-0a1b2c3d4e5f60718",
                    },
                    "create security group orders-db",
                    exports={"id": "GroupId"},
                ),
                call(
                    "ec2",
                    "AuthorizeSecurityGroupIngress",
                    {
                        "GroupId": group,
                        "IpPermissions": (
                            {
                                "IpProtocol": "tcp",
                                "FromPort": 5432,
                                "ToPort": 5432,
                                "UserIdGroupPairs": (
                                    {"GroupId": ref("security_group.orders-app.id"), "Description": "order service"},
                                ),
                            },
                        ),
                    },
                    "allow tcp 5432 from ${security_group.orders-app.id}",
                    weak=True,
                ),
            ),
            made(
                {
                    "vpc": "vpc-0a1b2c3d4e5f60718",
                    "description": "managed by rds-secure",
                    "ingress": (rule("from", ref("security_group.orders-app.id"), "5432", "order service"),),
                    "tags": {"team": "payments"},
                }
            ),
        ),
    )


def _identity() -> tuple[Step, ...]:
    policy = Text(('{"Statement":[{"Resource":"', ref("db_instance.orders.resource_id"), '"}]}'))
    return (
        Step(
            address("iam_group.orders-operators"),
            "orders-operators",
            Action.CREATE,
            (
                call(
                    "iam",
                    "CreateGroup",
                    {"GroupName": "orders-operators", "Path": "/rds-secure/eu-west-1/orders/orders-operators/"},
                    "create group orders-operators",
                ),
            ),
        ),
        Step(
            address("iam_policy.orders-operators"),
            "orders-operators",
            Action.CREATE,
            (
                call(
                    "iam",
                    "CreatePolicy",
                    {"PolicyName": "orders-operators", "PolicyDocument": policy, "Description": "the team's policy"},
                    "create policy orders-operators",
                    also=("iam:TagPolicy",),
                ),
            ),
            made(
                {
                    "path": "/",
                    "document": OPERATORS_POLICY,
                    "attach_to": {"users": (), "groups": (ref("iam_group.orders-operators.name"),), "roles": ()},
                }
            ),
        ),
    )


def _key() -> Step:
    return Step(
        address("kms_key.orders-data"),
        "alias/orders/orders-data",
        Action.CREATE,
        (
            call("kms", "CreateKey", {"Description": "Encrypts the orders databases"}, "create key", repeatable=False),
            call(
                "kms",
                "CreateAlias",
                {"AliasName": "alias/orders/orders-data", "TargetKeyId": ref("kms_key.orders-data.id")},
                "name it alias/orders/orders-data",
            ),
        ),
        made(
            {
                "alias": "alias/orders/orders-data",
                "description": "Encrypts the orders databases",
                "spec": "SYMMETRIC_DEFAULT",
                "document": KEY_POLICY,
                "rotation_days": 365,
                "enabled": True,
            }
        ),
    )


def _database() -> tuple[Step, ...]:
    params = {
        "DBInstanceIdentifier": "orders",
        "Engine": "postgres",
        "DBParameterGroupName": ref("db_parameter_group.orders~implied.name"),
        "KmsKeyId": ref("kms_key.orders-data.arn"),
        "VpcSecurityGroupIds": (ref("security_group.orders-db.id"),),
        "ManageMasterUserPassword": True,
    }
    wait = Wait("rds", "DescribeDBInstances", {}, "DBInstances[0]")
    return (
        Step(
            address("db_instance.orders"),
            "orders",
            Action.CREATE,
            (call("rds", "CreateDBInstance", params, "create database orders", wait=wait),),
            made(
                {
                    "engine": "postgres",
                    "engine_version": "16",
                    "instance_class": "db.m7g.large",
                    "storage_gib": 100,
                    "encrypted": True,
                    "kms_key": ref("kms_key.orders-data.arn"),
                    "security_groups": (ref("security_group.orders-db.id"),),
                    "subnet_group": ref("db_subnet_group.orders.name"),
                    "parameter_group": ref("db_parameter_group.orders~implied.name"),
                    "public": False,
                    "log_exports": (),
                    "maintenance_window": None,
                }
            ),
        ),
        Step(
            address("db_parameter_group.orders~implied"),
            "orders-postgres16",
            Action.CREATE,
            (call("rds", "CreateDBParameterGroup", {"DBParameterGroupName": "orders-postgres16"}, "create group"),),
            made({"family": "postgres16", "parameters": {"rds.force_ssl": "1"}}),
        ),
        Step(
            address("db_subnet_group.orders"),
            "orders",
            Action.CREATE,
            (call("rds", "CreateDBSubnetGroup", {"DBSubnetGroupName": "orders"}, "create subnet group orders"),),
            made(
                {
                    "description": "managed by rds-secure",
                    "subnets": ("subnet-0123456789abcdef0", "subnet-0123456789abcdef1", "subnet-0123456789abcdef2"),
                }
            ),
        ),
    )


def update_everything() -> Plan:
    """Every form that a change can take, in a stack that is there."""
    known = KNOWN | {
        "kms_key.orders-data.arn": "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "security_group.orders-app.id": "sg-0aaaaaaaaaaaaaaaa",
        "security_group.orders-db.id": "sg-0bbbbbbbbbbbbbbbb",
    }
    return plan(
        _changed_database(),
        Step(
            address("db_parameter_group.orders"),
            "orders-postgres16",
            Action.UPDATE,
            (call("rds", "ModifyDBParameterGroup", {"DBParameterGroupName": "orders-postgres16"}, "set 3 parameters"),),
            (
                FieldChange("parameters", old="0", new="1", member="rds.force_ssl", when="reboot"),
                FieldChange("parameters", new="1", member="log_connections"),
                FieldChange("parameters", old="ddl", member="log_statement"),
                FieldChange("tags", old="payments", new="orders", member="team"),
            ),
            cause="spec",
        ),
        Step(
            address("iam_group.scratch"),
            "scratch",
            Action.DELETE,
            (call("iam", "DeleteGroup", {"GroupName": "scratch"}, "delete group scratch", destructive=True),),
        ),
        Step(
            address("iam_role.orders-app"),
            "orders-app",
            Action.RETAG,
            (call("iam", "TagRole", {"RoleName": "orders-app"}, "set tags rds-secure:applied"),),
        ),
        Step(
            address("iam_user.bob"),
            "bob",
            Action.DELETE,
            (
                call("iam", "RemoveUserFromGroup", {"UserName": "bob", "GroupName": "dbas"}, "take bob out of dbas"),
                call("iam", "DeleteUser", {"UserName": "bob"}, "delete user bob", destructive=True),
            ),
        ),
        Step(address("iam_user.dana"), "dana", Action.NONE),
        Step(
            address("security_group.orders-db"),
            "orders-db",
            Action.UPDATE,
            (call("ec2", "AuthorizeSecurityGroupIngress", {"GroupId": "sg-0bbbbbbbbbbbbbbbb"}, "allow two rules"),),
            _changed_rules(),
            cause="spec",
        ),
        known=known,
        kept=(
            Kept(address("db_instance.archive"), "archive", "no longer declared, kept"),
            Kept(address("kms_key.archive"), "alias/orders/archive", "db_instance.archive, which is kept, uses it"),
        ),
        notes=("kms_key: a look-up by alias/shared now finds another key than orders-data uses: nothing is changed",),
    )


def _changed_database() -> Step:
    return Step(
        address("db_instance.orders"),
        "orders",
        Action.UPDATE,
        (
            call(
                "rds", "ModifyDBInstance", {"DBInstanceIdentifier": "orders", "BackupRetentionPeriod": 14}, "change it"
            ),
        ),
        (
            FieldChange("instance_class", old="db.m7g.large", new="db.m7g.xlarge", when="window"),
            FieldChange("storage_gib", old=100, new=200, when="window", note="replaces the parked value"),
            FieldChange("backup_days", old=7, new=14, when="now"),
            FieldChange("parameter_group", old="default.postgres16", new="orders-postgres16", when="reboot"),
            FieldChange("master_username", new="dbowner"),
            FieldChange(
                "monitoring_role",
                old="arn:aws:iam::123456789012:role/rds-monitoring-role-of-old",
                new=ref("iam_role.monitoring.arn"),
            ),
            FieldChange("security_groups", old="sg-0123456789abcdef0", member="sg-0123456789abcdef0", when="now"),
            FieldChange(
                "security_groups",
                new=ref("security_group.orders-db.id"),
                member="${security_group.orders-db.id}",
                when="now",
            ),
            FieldChange("log_exports", new="upgrade", member="upgrade"),
        ),
        notes=("parameter group orders-postgres16: static parameters are not in effect until it is rebooted",),
        cause="spec",
    )


def _changed_rules() -> tuple[FieldChange, ...]:
    office, service = rule("from", "203.0.113.0/24", "5432"), rule("from", ref("security_group.orders-app.id"), "5432")
    return (
        FieldChange("ingress", old=office | {"description": "office"}, member="tcp 5432 from 203.0.113.0/24"),
        FieldChange(
            "ingress",
            old=service | {"description": "orders"},
            new=service | {"description": "order service"},
            member="tcp 5432 from ${security_group.orders-app.id}",
        ),
        FieldChange(
            "ingress",
            new=rule("from", "10.20.7.0/24", "5432", "reports, from the warehouse that has a very long description"),
            member="tcp 5432 from 10.20.7.0/24",
        ),
    )


def drift() -> Plan:
    """What somebody did to AWS behind the spec."""
    document = (
        "~ AccountAdministration",
        "    principal AWS: - arn:aws:iam::123456789012:root + *",
        "+ Use",
        "    + action kms:Decrypt",
        "    + resource *",
    )
    return plan(
        Step(
            address("iam_policy.orders-operators"),
            "orders-operators",
            Action.UPDATE,
            (call("iam", "DetachUserPolicy", {"UserName": "mallory"}, "detach it from user mallory"),),
            (FieldChange("attach_to.users", old="mallory", member="mallory"),),
            strangers=(FieldChange("attach_to.roles", old="Auditor", member="Auditor"),),
            cause="drift",
        ),
        Step(
            address("kms_key.orders-data"),
            "alias/orders/orders-data",
            Action.UPDATE,
            (call("kms", "PutKeyPolicy", {"KeyId": "1234abcd"}, "change the policy"),),
            (
                FieldChange("document", old=KEY_POLICY, new=KEY_POLICY, detail=document),
                FieldChange("rotation_days", old="off", new=365),
            ),
            cause="drift",
        ),
        known=KNOWN,
    )


def refusals() -> Plan:
    """What is not done, and why."""
    return plan(
        Step(address("db_instance.orders"), "orders", Action.NONE),
        refusals=(
            Refusal(
                address("db_instance.orders"),
                "db_instance.orders.encrypted cannot change in place (False → True)",
                "declare a new resource under another key, and remove this one in a later apply",
                Location("specs/orders.yaml", 31, 7),
            ),
            Refusal(
                address("iam_user.dana"),
                "there is a user 'dana' already, and it is not of this stack",
                "choose another name for yours",
            ),
        ),
    )


def empty() -> Plan:
    """AWS agrees with the spec."""
    return plan(Step(address("db_instance.orders"), "orders", Action.NONE))


def parked(path: str, live: Value, aside: Value, wanted: Value) -> FieldChange:
    """A change that waits for the window."""
    return FieldChange(path, live, wanted, when="window", note="parked by AWS", parked=aside)


def pending() -> Plan:
    """Nothing to call, but AWS has not done all of it yet."""
    return plan(
        Step(
            address("db_instance.orders"),
            "orders",
            Action.NONE,
            pending=(
                parked("instance_class", "db.m7g.large", "db.m7g.xlarge", "db.m7g.xlarge"),
                parked("storage_gib", 100, 220, 200),
            ),
        ),
    )
