"""RDS proxies in the sandbox, driven by boto3."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.test_sandbox_rds_group import make_instance, make_subnet_group

SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf"
ROLE = "arn:aws:iam::123456789012:role/proxy"
AUTH = [{"AuthScheme": "SECRETS", "SecretArn": SECRET}]


def make(rds: Any, subnets: list[str], name: str = "front", **more: Any) -> dict[str, Any]:
    settings = {"EngineFamily": "POSTGRESQL", "Auth": AUTH, "RoleArn": ROLE, "VpcSubnetIds": subnets, **more}
    return rds.create_db_proxy(DBProxyName=name, **settings)["DBProxy"]


def look(rds: Any, name: str = "front") -> dict[str, Any]:
    (found,) = rds.describe_db_proxies(DBProxyName=name)["DBProxies"]
    return found


def pool(rds: Any, **config: Any) -> dict[str, Any]:
    changed = rds.modify_db_proxy_target_group(
        DBProxyName="front", TargetGroupName="default", ConnectionPoolConfig=config
    )
    return changed["DBProxyTargetGroup"]["ConnectionPoolConfig"]


@pytest.fixture
def group(ec2: Any, vpc: str) -> str:
    return ec2.create_security_group(GroupName="proxy", Description="d", VpcId=vpc)["GroupId"]


@pytest.mark.repair("rds-proxies")
def test_a_proxy_is_filled_in_and_its_network_is_checked(rds, ec2, subnets, group, refused):
    made = make(rds, subnets, "Front", VpcSecurityGroupIds=[group])
    assert (made["DBProxyName"], made["RequireTLS"], made["DefaultAuthScheme"]) == ("front", False, "NONE")
    assert (made["EndpointNetworkType"], made["TargetConnectionNetworkType"]) == ("IPV4", "IPV4")
    (entry,) = made["Auth"]
    assert (entry["IAMAuth"], entry["ClientPasswordAuthType"]) == ("DISABLED", "POSTGRES_SCRAM_SHA_256")
    with refused("DBProxyAlreadyExistsFault"):
        make(rds, subnets)
    with refused("InvalidSubnet"):
        make(rds, subnets[:1], "one-zone")
    with refused("InvalidSubnet"):
        make(rds, ["subnet-00000000", *subnets], "nowhere")
    with refused("InvalidParameterValue"):
        make(rds, subnets, "no-group", VpcSecurityGroupIds=["sg-00000000"])
    with refused("InvalidParameterCombination"):
        make(rds, subnets, "nothing-to-sign-in-with", Auth=[])
    with refused("InvalidParameterValue"):
        make(rds, subnets, "either", Auth=[AUTH[0] | {"IAMAuth": "ENABLED"}])


@pytest.mark.repair("rds-proxy-changes")
def test_a_proxy_changes(rds, subnets, group, refused):
    make(rds, subnets)
    rds.modify_db_proxy(DBProxyName="Front", RequireTLS=True, IdleClientTimeout=60, SecurityGroups=[group])
    found = look(rds)
    assert (found["RequireTLS"], found["IdleClientTimeout"], found["VpcSecurityGroupIds"]) == (True, 60, [group])
    rds.modify_db_proxy(DBProxyName="front", DefaultAuthScheme="IAM_AUTH", Auth=[])
    found = look(rds)
    assert (found["Auth"], found["DefaultAuthScheme"], found["RoleArn"]) == ([], "IAM_AUTH", ROLE)
    with refused("InvalidParameterCombination"):
        rds.modify_db_proxy(DBProxyName="front", DefaultAuthScheme="NONE")
    with refused("InvalidParameterValue"):
        rds.modify_db_proxy(DBProxyName="front", SecurityGroups=["sg-00000000"])
    with refused("DBProxyNotFoundFault"):
        rds.modify_db_proxy(DBProxyName="nowhere", RequireTLS=True)


@pytest.mark.repair("rds-proxy-pools")
def test_the_pool_of_a_proxy_changes(rds, subnets, refused):
    make(rds, subnets)
    changed = pool(rds, MaxConnectionsPercent=80, MaxIdleConnectionsPercent=0, InitQuery="SET a = 1")
    assert (changed["MaxIdleConnectionsPercent"], changed["InitQuery"]) == (0, "SET a = 1")
    assert "InitQuery" not in pool(rds, InitQuery="")
    assert pool(rds, MaxConnectionsPercent=40)["MaxIdleConnectionsPercent"] == 20
    with refused("InvalidParameterCombination"):
        pool(rds, MaxIdleConnectionsPercent=10)
    with refused("InvalidParameterCombination"):
        pool(rds, MaxConnectionsPercent=10, MaxIdleConnectionsPercent=20)


@pytest.mark.repair("rds-proxy-targets")
def test_a_proxy_has_one_target_that_exists_and_fits(rds, subnets, refused):
    make(rds, subnets)
    make(rds, subnets, "other", EngineFamily="MYSQL")
    make_subnet_group(rds, subnets)
    make_instance(rds, DBSubnetGroupName="private")
    with refused("DBInstanceNotFound"):
        rds.register_db_proxy_targets(DBProxyName="front", DBInstanceIdentifiers=["nowhere"])
    with refused("DBClusterNotFoundFault"):
        rds.register_db_proxy_targets(DBProxyName="front", DBClusterIdentifiers=["nowhere"])
    with refused("InvalidParameterValue"):
        rds.register_db_proxy_targets(DBProxyName="other", DBInstanceIdentifiers=["orders"])
    rds.register_db_proxy_targets(DBProxyName="Front", DBInstanceIdentifiers=["Orders"])
    with refused("DBProxyTargetAlreadyRegisteredFault"):
        rds.register_db_proxy_targets(DBProxyName="front", DBInstanceIdentifiers=["orders"])
    with refused("DBProxyTargetNotFoundFault"):
        rds.deregister_db_proxy_targets(DBProxyName="front", DBInstanceIdentifiers=["nowhere"])
    rds.deregister_db_proxy_targets(DBProxyName="front", DBInstanceIdentifiers=["ORDERS"])
    assert rds.describe_db_proxy_targets(DBProxyName="front")["Targets"] == []
    rds.register_db_proxy_targets(DBProxyName="front", DBInstanceIdentifiers=["orders"])
    rds.delete_db_instance(DBInstanceIdentifier="orders", SkipFinalSnapshot=True)
    assert rds.describe_db_proxy_targets(DBProxyName="front")["Targets"] == []


@pytest.mark.repair("rds-unknown-proxies")
def test_calls_about_an_unknown_proxy_say_so(rds, subnets, refused):
    for call in ("describe_db_proxy_targets", "describe_db_proxy_target_groups", "delete_db_proxy"):
        with refused("DBProxyNotFoundFault"):
            getattr(rds, call)(DBProxyName="nowhere")
    make(rds, subnets)
    assert look(rds, "FRONT")["DBProxyName"] == "front"
    rds.delete_db_proxy(DBProxyName="Front")
    with refused("DBProxyNotFoundFault"):
        look(rds)


@pytest.mark.repair("rds-proxy-groups-in-use")
def test_a_group_of_a_proxy_is_not_deleted(rds, ec2, subnets, group, refused):
    make(rds, subnets, VpcSecurityGroupIds=[group])
    with refused("DependencyViolation"):
        ec2.delete_security_group(GroupId=group)
    rds.delete_db_proxy(DBProxyName="front")
    ec2.delete_security_group(GroupId=group)
