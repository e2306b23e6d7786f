"""Proxies: how they are checked, read and compared, and the calls that make, change and delete them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from rds_secure import tagging
from rds_secure.kind import Found
from rds_secure.operation import Operation
from rds_secure.resources.db_proxy import KIND
from rds_secure.resources.db_proxy.spec import DbProxySpec
from rds_secure.values import Address, Ref
from tests.fakes import FakeReader
from tests.models import assert_valid_call
from tests.resources.planning import (
    SCOPE,
    actions,
    checked,
    compare,
    complaints,
    created,
    declare,
    knowing,
    link,
    updated,
    wanted,
)

A, B, C = "subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb", "subnet-0cccccccccccccccc"
VPC, OTHER_VPC = "vpc-0123456789abcdef0", "vpc-0fedcba9876543210"
GROUP = "sg-0123456789abcdef0"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-AbCdEf"
ROLE = "arn:aws:iam::123456789012:role/proxy"
ARN = "arn:aws:rds:eu-west-1:123456789012:db-proxy:prx-0123456789abcdef0"
ORDERS = Address("db_instance", "orders")
MINIMAL: dict[str, Any] = {
    "engine_family": "POSTGRESQL",
    "secrets": [{"arn": SECRET}],
    "role": ROLE,
    "subnets": [A, B],
    "security_groups": [GROUP],
    "instance": "orders",
}
POOL = {
    "MaxConnectionsPercent": 100,
    "MaxIdleConnectionsPercent": 50,
    "ConnectionBorrowTimeout": 120,
    "SessionPinningFilters": [],
}


def described(name: str = "front", **fields: Any) -> dict[str, Any]:
    """A member of DescribeDBProxies."""
    auth = {
        "AuthScheme": "SECRETS",
        "SecretArn": SECRET,
        "IAMAuth": "REQUIRED",
        "ClientPasswordAuthType": "POSTGRES_SCRAM_SHA_256",
    }
    return {
        "DBProxyName": name,
        "DBProxyArn": ARN,
        "Status": "available",
        "EngineFamily": "POSTGRESQL",
        "VpcId": VPC,
        "VpcSecurityGroupIds": [GROUP],
        "VpcSubnetIds": [B, A],
        "DefaultAuthScheme": "NONE",
        "Auth": [auth],
        "RoleArn": ROLE,
        "Endpoint": "front.proxy-abc.eu-west-1.rds.amazonaws.com",
        "RequireTLS": True,
        "IdleClientTimeout": 1800,
        "DebugLogging": False,
        "EndpointNetworkType": "IPV4",
        "TargetConnectionNetworkType": "IPV4",
        **fields,
    }


def target(name: str, kind: str = "RDS_INSTANCE", state: str = "AVAILABLE", **more: Any) -> dict[str, Any]:
    """A member of DescribeDBProxyTargets."""
    return {"RdsResourceId": name, "Type": kind, "Port": 5432, "TargetHealth": {"State": state}, **more}


HEALTHY = (target("orders"),)


def reader(*proxies: dict[str, Any], targets: Any = HEALTHY, pool: Mapping[str, Any] = POOL, **more: Any) -> FakeReader:
    group = {"TargetGroupName": "default", "IsDefault": True, "ConnectionPoolConfig": pool}
    return FakeReader(
        {
            ("rds", "DescribeDBProxies"): {"DBProxies": list(proxies)},
            ("rds", "DescribeDBProxyTargetGroups"): {"TargetGroups": [group]},
            ("rds", "DescribeDBProxyTargets"): {"Targets": list(targets)},
            ("rds", "ListTagsForResource"): {"TagList": list(tagging.pairs({"team": "payments"}))},
            **more,
        }
    )


def found(targets: Any = HEALTHY, pool: Mapping[str, Any] = POOL, **fields: Any) -> Found[DbProxySpec]:
    looking = reader(described(**fields), targets=targets, pool=pool)
    [one] = KIND.read(looking, wanted(KIND, declare(KIND, "front", MINIMAL)))
    return one


def said(**fields: Any) -> list[tuple[tuple[Any, ...], str]]:
    return complaints(KIND, {name: value for name, value in {**MINIMAL, **fields}.items() if value is not ...})


def verified(account: Mapping[tuple[str, str], Any], **fields: Any) -> list[tuple[tuple[Any, ...], str]]:
    resource = declare(KIND, "front", {**MINIMAL, **fields})
    return [(item.path, item.what) for item in KIND.verify(FakeReader(account), resource, SCOPE)]


def account(*zones: str, vpcs: tuple[str, str] = (VPC, VPC), group_vpc: str = VPC, engine: str = "postgres") -> Any:
    subnets = zip((A, B), zones, vpcs, strict=False)
    instance = {"DBInstanceIdentifier": "orders", "Engine": engine, "DBSubnetGroup": {"VpcId": VPC}}
    return {
        ("ec2", "DescribeSubnets"): {
            "Subnets": [{"SubnetId": name, "AvailabilityZone": zone, "VpcId": vpc} for name, zone, vpc in subnets]
        },
        ("ec2", "DescribeSecurityGroups"): {"SecurityGroups": [{"GroupId": GROUP, "VpcId": group_vpc}]},
        ("rds", "DescribeDBInstances"): {"DBInstances": [instance]},
        ("iam", "GetAccountAuthorizationDetails"): {"RoleDetailList": [role()]},
    }


def role(service: Any = "rds.amazonaws.com", **statement: Any) -> dict[str, Any]:
    """A member of GetAccountAuthorizationDetails."""
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole", **statement}
    return {"RoleName": "proxy", "Arn": ROLE, "AssumeRolePolicyDocument": {"Statement": trust}}


def of(calls: tuple[Operation, ...], action: str) -> Operation:
    (call,) = [call for call in calls if call.action == action]
    return call


# What is checked


def test_the_least_that_can_be_written_is_in_order() -> None:
    assert said() == []
    assert said(secrets=[], default_auth="IAM_AUTH") == []


@pytest.mark.parametrize(
    ("fields", "path", "what"),
    [
        ({"subnets": []}, ("subnets",), "a proxy needs subnets"),
        ({"security_groups": []}, ("security_groups",), "a proxy needs a security group"),
        ({"name": "a--b"}, ("name",), "'a--b' is no name for a proxy"),
        ({"instance": ...}, (), "a proxy stands in front of one database"),
        ({"cluster": "books"}, ("cluster",), "a proxy stands in front of one database, and here are two"),
        ({"secrets": []}, ("secrets",), "the proxy has nothing to sign in to the database with"),
        (
            {"secrets": [], "default_auth": "NONE"},
            ("secrets",),
            "the proxy has nothing to sign in to the database with",
        ),
        (
            {"secrets": [{"arn": SECRET}, {"arn": SECRET}]},
            ("secrets", 1),
            f"{SECRET} is written twice, here and as number 1",
        ),
        (
            {"secrets": [{"arn": SECRET, "client_auth": "MYSQL_NATIVE_PASSWORD"}]},
            ("secrets", 0, "client_auth"),
            "clients of a POSTGRESQL proxy do not sign in with MYSQL_NATIVE_PASSWORD",
        ),
        (
            {"secrets": [{"arn": SECRET, "iam": "ENABLED"}]},
            ("secrets", 0, "iam"),
            "a POSTGRESQL proxy cannot leave IAM authentication to the client",
        ),
        (
            {"pool": {"idle_percent": 10}},
            ("pool", "idle_percent"),
            "AWS takes idle_percent together with max_percent only",
        ),
        (
            {"pool": {"max_percent": 20, "idle_percent": 30}},
            ("pool", "idle_percent"),
            "30 % of the connections cannot be idle where there are 20 % at most",
        ),
    ],
)
def test_what_cannot_be_is_refused_offline(fields: dict[str, Any], path: tuple[Any, ...], what: str) -> None:
    where = () if path == () and "instance" in fields else path
    assert said(**fields) == [(where, what)]


def test_subnets_must_exist_in_one_vpc_and_two_zones() -> None:
    assert verified(account("eu-west-1a", "eu-west-1b")) == []
    assert verified(account("eu-west-1a")) == [(("subnets",), f"there is no {B} here")]
    assert verified(account("eu-west-1a", "eu-west-1a")) == [(("subnets",), "all subnets are in eu-west-1a")]
    two = verified(account("eu-west-1a", "eu-west-1b", vpcs=(VPC, OTHER_VPC)))
    assert two == [(("subnets",), "the subnets are in more than one VPC")]


def test_groups_must_be_in_the_vpc_of_the_subnets() -> None:
    zones = ("eu-west-1a", "eu-west-1b")
    elsewhere = verified(account(*zones, group_vpc=OTHER_VPC))
    assert elsewhere == [(("security_groups",), f"{GROUP} is in {OTHER_VPC}, and the subnets are in {VPC}")]
    missing = verified(account(*zones), security_groups=["sg-0fedcba9876543210"])
    assert missing == [(("security_groups",), "there is no security group sg-0fedcba9876543210 here")]


def test_the_database_must_exist_and_fit() -> None:
    zones = ("eu-west-1a", "eu-west-1b")
    assert verified(account(*zones), instance="Orders") == []
    assert verified(account(*zones), instance="ledger") == [(("instance",), "there is no database ledger")]
    assert verified(account(*zones, engine="oracle-se2")) == [(("instance",), "no proxy serves oracle-se2")]
    other = verified(account(*zones, engine="mariadb"))
    assert other == [(("engine_family",), "orders runs mariadb, which POSTGRESQL is not for")]
    assert verified(account(*zones, engine="sqlserver-se"), engine_family="SQLSERVER") == []
    apart = verified(account(*zones, vpcs=(OTHER_VPC, OTHER_VPC), group_vpc=OTHER_VPC))
    assert apart == [(("subnets",), f"orders is in {VPC}, and the subnets are in {OTHER_VPC}")]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (role(), ""),
        (role(["ec2.amazonaws.com", "rds.amazonaws.com"]), ""),
        (role(Principal="*"), ""),
        (role("ec2.amazonaws.com"), f"{ROLE} does not trust rds.amazonaws.com, so that no proxy can work in it"),
        (role(Effect="Deny"), f"{ROLE} does not trust rds.amazonaws.com, so that no proxy can work in it"),
        (role() | {"Arn": f"{ROLE}-2"}, f"there is no role {ROLE} here"),
    ],
)
def test_a_role_that_is_written_by_its_arn_must_exist_and_trust_rds(found: dict[str, Any], said: str) -> None:
    seen = account("eu-west-1a", "eu-west-1b") | {
        ("iam", "GetAccountAuthorizationDetails"): {"RoleDetailList": [found]}
    }
    assert verified(seen) == ([(("role",), said)] if said else [])


@pytest.mark.parametrize("written", ["Hunter2", "hunter2", "arn:aws:sns:eu-west-1:123456789012:hunter2"])
def test_what_stands_in_the_place_of_a_secret_is_never_repeated(written: str) -> None:
    with pytest.raises(ValueError, match="this is not the ARN of a secret: write the ARN of a secret") as caught:
        DbProxySpec.model_validate({**MINIMAL, "secrets": [{"arn": written}]})
    assert written not in str(caught.value.errors()[0]["msg"])


# What is read, and how it compares


def test_what_is_read_equals_what_is_declared() -> None:
    difference, _ = compare(KIND, declare(KIND, "front", {**MINIMAL, "instance": "Orders"}), found())
    assert (difference.changes, difference.refused, difference.noted) == ([], [], [])


def test_a_proxy_is_read_with_its_tags_its_pool_and_its_target() -> None:
    looking = reader(described(), described("a-stranger"))
    [one] = KIND.read(looking, wanted(KIND, declare(KIND, "front", MINIMAL)))
    assert (one.name, one.tags, one.exports["arn"]) == ("front", {"team": "payments"}, ARN)
    assert one.exports["resource_id"] == "prx-0123456789abcdef0"
    assert (one.spec.instance, one.spec.cluster, one.spec.pool.max_percent) == ("orders", None, 100)
    assert sorted(call[1] for call in looking.calls) == [
        "DescribeDBProxies",
        "DescribeDBProxyTargetGroups",
        "DescribeDBProxyTargets",
        "ListTagsForResource",
    ]
    for service, action, params in looking.calls:
        assert_valid_call(service, action, params)


def test_nothing_is_listed_where_no_proxy_is_declared_or_tagged() -> None:
    looking = reader(described())
    assert list(KIND.read(looking, wanted(KIND))) == []
    assert looking.calls == []
    assert [one.name for one in KIND.read(looking, wanted(KIND, tagged={ARN: {}}))] == ["front"]


@pytest.mark.parametrize(
    "targets",
    [
        (target("books", "TRACKED_CLUSTER"), target("books-1")),
        (target("books-1", TrackedClusterId="books"), target("books-2", TrackedClusterId="books")),
    ],
)
def test_the_members_of_a_cluster_are_no_targets_of_ours(targets: tuple[dict[str, Any], ...]) -> None:
    one = found(targets=targets)
    assert (one.spec.cluster, one.spec.instance) == ("books", None)


def test_a_target_that_is_not_available_is_noted_with_the_reason() -> None:
    sick = target("orders", TargetHealth={"State": "UNAVAILABLE", "Reason": "AUTH_FAILURE"})
    assert found(targets=(sick,)).facts["notes"] == ("orders is not available to it (AUTH_FAILURE)",)
    assert found().facts["notes"] == ()


@pytest.mark.parametrize("status", ["incompatible-network", "insufficient-resource-limits", "suspended"])
def test_a_proxy_that_cannot_work_is_blocked(status: str) -> None:
    assert status in found(Status=status).blocked
    assert found(Status="modifying").busy == "modifying"


def test_how_clients_sign_in_is_kept_where_it_is_not_written() -> None:
    live = found(Auth=[{"AuthScheme": "SECRETS", "SecretArn": SECRET, "ClientPasswordAuthType": "POSTGRES_MD5"}])
    [changed] = updated(KIND, declare(KIND, "front", MINIMAL), live)  # IAMAuth is DISABLED when it is absent
    [entry] = changed.params["Auth"]
    assert (entry["IAMAuth"], entry["ClientPasswordAuthType"]) == ("REQUIRED", "POSTGRES_MD5")


# Calls


def test_a_new_proxy_takes_tls_and_iam_only_and_logs_no_queries() -> None:
    """RDS.43 of Security Hub asks for TLS."""
    made = of(created(KIND, declare(KIND, "front", MINIMAL)), "CreateDBProxy")
    assert made.params["RequireTLS"] is True
    assert made.params["DebugLogging"] is False
    assert made.params["Auth"] == ({"AuthScheme": "SECRETS", "SecretArn": SECRET, "IAMAuth": "REQUIRED"},)
    assert "iam:PassRole" in made.also  # ANY-4


def test_a_new_proxy_is_made_then_its_pool_is_set_then_its_database_is_registered() -> None:
    resource = declare(KIND, "front", {**MINIMAL, "pool": {"max_percent": 80}})
    calls = created(KIND, resource)
    assert actions(calls) == ["CreateDBProxy", "ModifyDBProxyTargetGroup", "RegisterDBProxyTargets"]
    assert tagging.mapping(calls[0].params["Tags"]) == resource.tags
    assert calls[1].params["ConnectionPoolConfig"] == {"MaxConnectionsPercent": 80}
    assert calls[2].params["DBInstanceIdentifiers"] == ("orders",)
    assert actions(created(KIND, declare(KIND, "front", MINIMAL))) == ["CreateDBProxy", "RegisterDBProxyTargets"]


def test_registering_waits_for_the_health_of_that_target_and_says_why_it_is_not_well() -> None:
    wait = of(created(KIND, declare(KIND, "front", MINIMAL)), "RegisterDBProxyTargets").wait
    assert wait is not None
    assert "RdsResourceId=='orders'" in wait.select
    assert [condition.path for condition in wait.until] == ["TargetHealth.State", "TargetHealth.Reason"]
    assert wait.fail == ()  # REGISTERING and UNAVAILABLE pass by


def test_the_proxy_itself_is_waited_for_and_states_that_do_not_pass_end_the_wait() -> None:
    wait = of(created(KIND, declare(KIND, "front", MINIMAL)), "CreateDBProxy").wait
    assert wait is not None
    assert ("available",) in [condition.any_of for condition in wait.until]
    assert [condition.any_of for condition in wait.fail] == [
        ("incompatible-network", "insufficient-resource-limits", "suspended")
    ]


def test_secret_and_database_of_the_stack_are_references_in_the_calls() -> None:
    fields = {**MINIMAL, "secrets": [{"arn": "${db_instance.orders}"}], "instance": "${db_instance.orders}"}
    scope = replace(SCOPE, known={Ref(ORDERS, "name"): "orders"})
    calls = created(KIND, declare(KIND, "front", fields), scope)
    assert calls[0].params["Auth"][0]["SecretArn"] == Ref(ORDERS, "secret")
    assert calls[1].params["DBInstanceIdentifiers"] == (Ref(ORDERS, "name"),)
    assert calls[1].summary == "register orders as the target"
    assert calls[1].wait is not None
    assert "RdsResourceId=='orders'" in calls[1].wait.select


@pytest.mark.parametrize(
    ("fields", "params"),
    [
        ({"require_tls": False}, {"RequireTLS": False}),
        ({"idle_seconds": 60}, {"IdleClientTimeout": 60}),
        ({"debug_logging": True}, {"DebugLogging": True}),
        ({"security_groups": [GROUP, "sg-0fedcba9876543210"]}, {"SecurityGroups": (GROUP, "sg-0fedcba9876543210")}),
        ({"role": f"{ROLE}-2"}, {"RoleArn": f"{ROLE}-2"}),
        ({"default_auth": "IAM_AUTH"}, {"DefaultAuthScheme": "IAM_AUTH"}),
        ({"default_auth": "IAM_AUTH", "secrets": []}, {"DefaultAuthScheme": "IAM_AUTH", "Auth": ()}),
    ],
)
def test_a_change_sends_what_changes_and_nothing_else(fields: dict[str, Any], params: dict[str, Any]) -> None:
    [changed] = updated(KIND, declare(KIND, "front", {**MINIMAL, **fields}), found())
    assert changed.action == "ModifyDBProxy"
    assert {**changed.params} == {"DBProxyName": "front", **params}
    assert ("iam:PassRole" in changed.also) is ("role" in fields)


def test_a_change_waits_until_it_shows() -> None:
    """RDS-17: right after the call the old state still reads available."""
    [changed] = updated(KIND, declare(KIND, "front", {**MINIMAL, "require_tls": False}), found())
    assert changed.wait is not None
    assert ("RequireTLS", (False,)) in [(condition.path, condition.any_of) for condition in changed.wait.until]


def test_the_pool_is_sent_as_a_whole_for_aws_takes_the_idle_percentage_with_the_other_one_only() -> None:
    fields = {**MINIMAL, "pool": {"borrow_seconds": 30, "pinning_filters": ["EXCLUDE_VARIABLE_SETS"]}}
    [changed] = updated(KIND, declare(KIND, "front", fields), found())
    assert changed.params["ConnectionPoolConfig"] == {
        "MaxConnectionsPercent": 100,
        "MaxIdleConnectionsPercent": 50,
        "ConnectionBorrowTimeout": 30,
        "SessionPinningFilters": ("EXCLUDE_VARIABLE_SETS",),
        "InitQuery": "",
    }


def test_another_database_takes_the_place_of_the_one_before() -> None:
    calls = updated(KIND, declare(KIND, "front", {**MINIMAL, "instance": "ledger"}), found())
    assert actions(calls) == ["DeregisterDBProxyTargets", "RegisterDBProxyTargets"]
    assert [call.params["DBInstanceIdentifiers"] for call in calls] == [("orders",), ("ledger",)]
    assert calls[0].wait is not None
    assert calls[0].wait.gone


def test_a_database_that_is_registered_already_is_registered() -> None:
    calls = updated(KIND, declare(KIND, "front", MINIMAL), found(targets=()))
    assert [(call.action, call.done_on) for call in calls] == [
        ("RegisterDBProxyTargets", ("DBProxyTargetAlreadyRegisteredFault",))
    ]


def test_a_cluster_takes_the_place_of_an_instance() -> None:
    declared = declare(KIND, "front", {name: value for name, value in MINIMAL.items() if name != "instance"})
    declared = replace(declared, spec=declared.spec.model_copy(update={"cluster": "Books"}))
    calls = updated(KIND, declared, found())
    assert [call.params.get("DBClusterIdentifiers") for call in calls] == [None, ("books",)]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"engine_family": "MYSQL"}, "engine_family"),
        ({"subnets": [A, B, C]}, "subnets"),
        ({"network_type": "DUAL"}, "network_type"),
        ({"target_network_type": "IPV6"}, "target_network_type"),
    ],
)
def test_what_is_fixed_is_refused_with_advice(fields: dict[str, Any], path: str) -> None:
    difference, _ = compare(KIND, declare(KIND, "front", {**MINIMAL, **fields}), found())
    assert [(change.path, "declare a new proxy" in advice) for change, advice in difference.refused] == [(path, True)]


def test_a_proxy_lets_its_database_go_before_it_is_deleted() -> None:
    scope = knowing(SCOPE, (ORDERS, {"name": "orders"}))
    calls = checked(KIND.delete(link(found(), Address(KIND.name, "front"), scope), scope))
    assert actions(calls) == ["DeregisterDBProxyTargets", "DeleteDBProxy"]
    assert calls[0].releases == (ORDERS,)
    assert (calls[1].done_on, calls[1].destructive) == (("DBProxyNotFoundFault",), True)  # RDS-25
    alone = checked(KIND.delete(link(found(targets=()), Address(KIND.name, "front"), scope), scope))
    assert actions(alone) == ["DeleteDBProxy"]


def test_tags_go_to_its_arn_which_no_name_tells() -> None:
    resource = declare(KIND, "front", MINIMAL)
    assert KIND.predict(SCOPE, "Front", resource.spec) == {"name": "front"}
    [call] = checked(KIND.tag(resource, {"team": "payments"}, (), SCOPE))
    assert call.params["ResourceName"] == resource.ref("arn")
    live = link(found(), resource.address, SCOPE)
    assert {call.params["ResourceName"] for call in checked(KIND.tag(live, {"a": "b"}, ("c",), SCOPE))} == {ARN}
