"""Described proxies as specs, with their default target group and the database behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rds_secure import tagging
from rds_secure.kind import Found, Reader, together
from rds_secure.resources.db_proxy.spec import DbProxySpec, Pool, Secret

AVAILABLE = "available"
FAILED = ("incompatible-network", "insufficient-resource-limits", "suspended")
"""States that a proxy does not leave by itself."""

_BLOCKED = {
    "incompatible-network": "there is no room for it in its network (incompatible-network)",
    "insufficient-resource-limits": "a limit of the account keeps it from working (insufficient-resource-limits)",
    "suspended": "AWS has suspended it: its database, its role or its secrets cannot be used (suspended)",
}

_NOT_THERE = ("DBProxyNotFoundFault", "DBProxyTargetGroupNotFoundFault", "DBProxyTargetNotFoundFault")
"""What is answered about a proxy that is being made or deleted."""


def read(reader: Reader, proxy: Mapping[str, Any]) -> Found[DbProxySpec]:
    """One member of ``DescribeDBProxies: DBProxies``, with what other calls say of it."""
    named = {"DBProxyName": proxy["DBProxyName"]}
    tags, groups, targets = together(
        reader,
        lambda: reader.call("rds", "ListTagsForResource", {"ResourceName": proxy["DBProxyArn"]}) or {},
        lambda: reader.call("rds", "DescribeDBProxyTargetGroups", named, absent=_NOT_THERE) or {},
        lambda: reader.call("rds", "DescribeDBProxyTargets", named, absent=_NOT_THERE) or {},
    )
    status, members = proxy.get("Status", ""), targets.get("Targets", ())
    spec = DbProxySpec.model_construct(
        engine_family=proxy["EngineFamily"],
        secrets=tuple(sorted(map(_secret, proxy.get("Auth") or ()), key=lambda secret: str(secret.arn))),
        default_auth=proxy.get("DefaultAuthScheme") or "NONE",
        role=proxy["RoleArn"],
        subnets=tuple(sorted(proxy["VpcSubnetIds"])),
        security_groups=tuple(sorted(proxy.get("VpcSecurityGroupIds") or ())),
        require_tls=bool(proxy.get("RequireTLS")),
        idle_seconds=proxy.get("IdleClientTimeout"),
        debug_logging=bool(proxy.get("DebugLogging")),
        network_type=proxy.get("EndpointNetworkType") or "IPV4",
        target_network_type=proxy.get("TargetConnectionNetworkType") or "IPV4",
        instance=_instance(members),
        cluster=_cluster(members),
        pool=_pool(next((group for group in groups.get("TargetGroups", ()) if group.get("IsDefault")), {})),
    )
    return Found(
        name=proxy["DBProxyName"],
        identity=proxy["DBProxyName"].lower(),
        spec=spec,
        exports={
            "name": proxy["DBProxyName"],
            "arn": proxy["DBProxyArn"],
            "resource_id": proxy["DBProxyArn"].rpartition(":")[2],
            "endpoint": proxy.get("Endpoint", ""),
            "vpc": proxy.get("VpcId", ""),
        },
        tags=tagging.mapping(tags.get("TagList")),
        facts={"notes": tuple(_notes(members))},
        busy="" if status in (AVAILABLE, *FAILED) else status,
        blocked=_BLOCKED.get(status, ""),
    )


def _secret(entry: Mapping[str, Any]) -> Secret:
    return Secret.model_construct(
        arn=entry.get("SecretArn", ""),
        iam=entry.get("IAMAuth") or "DISABLED",
        client_auth=entry.get("ClientPasswordAuthType"),
    )


def _pool(group: Mapping[str, Any]) -> Pool:
    config = group.get("ConnectionPoolConfig") or {}
    return Pool.model_construct(
        max_percent=config.get("MaxConnectionsPercent"),
        idle_percent=config.get("MaxIdleConnectionsPercent"),
        borrow_seconds=config.get("ConnectionBorrowTimeout"),
        pinning_filters=tuple(sorted(config.get("SessionPinningFilters") or ())),
        init_query=config.get("InitQuery") or "",
    )


def _cluster(targets: Any) -> str | None:
    """A cluster's members are targets of their own, and name it."""
    tracked = (target.get("TrackedClusterId") or _tracked(target) for target in targets)
    return next((name.lower() for name in tracked if name), None)


def _tracked(target: Mapping[str, Any]) -> str:
    return str(target["RdsResourceId"]) if target.get("Type") == "TRACKED_CLUSTER" else ""


def _instance(targets: Any) -> str | None:
    if _cluster(targets):
        return None
    return next((target["RdsResourceId"].lower() for target in targets if target.get("Type") == "RDS_INSTANCE"), None)


def _notes(targets: Any) -> Iterator[str]:
    for target in targets:
        health = target.get("TargetHealth") or {}
        if health.get("State") == "UNAVAILABLE":
            reason = health.get("Reason", "")
            yield f"{target['RdsResourceId']} is not available to it{f' ({reason})' if reason else ''}"
