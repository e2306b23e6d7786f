"""RDS proxies: names, networks, how clients sign in, the pool of connections, and the database behind one."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import DependencyViolationError, InvalidSubnetIdError
from moto.ec2.models import EC2Backend, ec2_backends
from moto.rds.exceptions import (
    DBInstanceNotFoundError,
    DBProxyAlreadyExistsFault,
    DBProxyNotFoundFault,
    InvalidParameterCombination,
    InvalidParameterValue,
    InvalidSubnet,
    RDSClientError,
)
from moto.rds.models import DBProxy, DBProxyTargetGroup, RDSBackend, rds_backends
from moto.rds.responses import RDSResponse

from rds_secure.sandbox.repairs.patch import add, around, replace_property

CLIENT_AUTH = {
    "MYSQL": "MYSQL_CACHING_SHA2_PASSWORD",
    "POSTGRESQL": "POSTGRES_SCRAM_SHA_256",
    "SQLSERVER": "SQL_SERVER_AUTHENTICATION",
}
SERVED = {"mysql": "MYSQL", "mariadb": "MYSQL", "postgres": "POSTGRESQL", "sqlserver": "SQLSERVER"}
"""The first word of an engine's name → the family of its proxies."""
POOL = {
    "MaxConnectionsPercent": "max_connections",
    "MaxIdleConnectionsPercent": "max_idle_connections",
    "ConnectionBorrowTimeout": "borrow_timeout",
    "SessionPinningFilters": "session_pinning_filters",
    "InitQuery": "init_query",
}
"""Members of ConnectionPoolConfig → where a target group of moto has them."""


def proxies() -> None:
    """A proxy has a name in lower case that is free, two zones, groups of its VPC, and a way to sign in."""

    @around(RDSResponse, "create_db_proxy")
    def create(original: Any, self: RDSResponse) -> ActionResult:
        name, family = self.params["DBProxyName"].lower(), self.params["EngineFamily"]
        if name in self.backend.db_proxies:
            raise DBProxyAlreadyExistsFault(name)
        _check_network(self.backend, self.params["VpcSubnetIds"], self.params.get("VpcSecurityGroupIds") or ())
        scheme = self.params.get("DefaultAuthScheme") or "NONE"
        self.params["DBProxyName"] = name
        self.params["Auth"] = _auth(self.params.get("Auth") or (), scheme, family)
        made: ActionResult = original(self)
        proxy: Any = self.backend.db_proxies[name]
        proxy.default_auth_scheme = scheme
        proxy.endpoint_network_type = self.params.get("EndpointNetworkType") or "IPV4"
        proxy.target_connection_network_type = self.params.get("TargetConnectionNetworkType") or "IPV4"
        proxy.require_tls = bool(proxy.require_tls)
        if family == "SQLSERVER":
            group = proxy.proxy_target_groups["default"]
            group.max_connections, group.max_idle_connections = 10, 5
        return made


def proxy_changes() -> None:
    """ModifyDBProxy changes what it is given."""

    @add(RDSResponse)
    def modify_db_proxy(self: RDSResponse) -> ActionResult:
        proxy: Any = _proxy(self.backend, self.params["DBProxyName"])
        params = self.params
        if "SecurityGroups" in params:
            _check_network(self.backend, proxy.vpc_subnet_ids, params["SecurityGroups"])
            proxy.vpc_security_group_ids = list(params["SecurityGroups"])
        scheme = params.get("DefaultAuthScheme") or proxy.default_auth_scheme
        if "Auth" in params or "DefaultAuthScheme" in params:
            proxy.auth = _auth(params.get("Auth", proxy.auth), scheme, proxy.engine_family)
            proxy.default_auth_scheme = scheme
        proxy.require_tls = params.get("RequireTLS", proxy.require_tls)
        proxy.idle_client_timeout = params.get("IdleClientTimeout", proxy.idle_client_timeout)
        proxy.debug_logging = params.get("DebugLogging", proxy.debug_logging)
        proxy.role_arn = params.get("RoleArn", proxy.role_arn)
        return ActionResult({"DBProxy": proxy})


def proxy_pools() -> None:
    """The pool takes an initial query and a percentage of 0, and the idle percentage with the other one only."""
    before: Any = inspect.getattr_static(DBProxyTargetGroup, "connection_pool_config")

    def config(group: DBProxyTargetGroup) -> dict[str, Any]:
        query = getattr(group, "init_query", "")
        shown: dict[str, Any] = before.fget(group)
        return shown | ({"InitQuery": query} if query else {})

    replace_property(DBProxyTargetGroup, "connection_pool_config", config)

    @around(RDSBackend, "modify_db_proxy_target_group")
    def modify(original: Any, self: RDSBackend, proxy_name: str, config: Mapping[str, Any]) -> DBProxyTargetGroup:
        group = _proxy(self, proxy_name).proxy_target_groups["default"]
        given = {name: config[name] for name in POOL if config.get(name) is not None}
        idle, most = given.get("MaxIdleConnectionsPercent"), given.get("MaxConnectionsPercent")
        if idle is not None and (most is None or int(idle) > int(most)):
            raise InvalidParameterCombination("MaxIdleConnectionsPercent needs a MaxConnectionsPercent that is larger.")
        if most is not None and idle is None:
            given["MaxIdleConnectionsPercent"] = int(most) // 2
        for name, value in given.items():
            setattr(group, POOL[name], list(value) if isinstance(value, list | tuple) else value)
        return group


def proxy_targets() -> None:
    """One database that exists, of the proxy's engine, is registered once; its proxy lets it go when it is deleted."""

    @around(RDSBackend, "register_db_proxy_targets")
    def register(
        original: Any,
        self: RDSBackend,
        db_proxy_name: str,
        target_group_name: str,
        db_cluster_identifiers: list[str],
        db_instance_identifiers: list[str],
    ) -> Any:
        proxy = _proxy(self, db_proxy_name)
        clusters = [name.lower() for name in db_cluster_identifiers]
        instances = [name.lower() for name in db_instance_identifiers]
        for name in clusters:
            if name not in self.clusters:
                raise RDSClientError("DBClusterNotFoundFault", f"DBCluster {name} not found.")
        for name in instances:
            if name not in self.databases:
                raise DBInstanceNotFoundError(name)
        for name in (*clusters, *instances):
            engine = (self.clusters if name in clusters else self.databases)[name].engine
            if SERVED.get(engine.removeprefix("aurora-").replace("postgresql", "postgres").partition("-")[0]) != (
                proxy.engine_family
            ):
                raise InvalidParameterValue(f"{engine} does not fit a proxy of {proxy.engine_family}.")
        if proxy.proxy_target_groups["default"].targets:
            raise RDSClientError("DBProxyTargetAlreadyRegisteredFault", "The proxy has a target already.")
        return original(self, proxy.db_proxy_name, target_group_name, clusters, instances)

    @around(RDSBackend, "deregister_db_proxy_targets")
    def deregister(
        original: Any,
        self: RDSBackend,
        db_proxy_name: str,
        target_group_name: str,
        db_cluster_identifiers: list[str],
        db_instance_identifiers: list[str],
    ) -> Any:
        proxy = _proxy(self, db_proxy_name)
        named = {name.lower() for name in (*db_cluster_identifiers, *db_instance_identifiers)}
        if not named <= {target.rds_resource_id for target in proxy.proxy_target_groups["default"].targets}:
            raise RDSClientError("DBProxyTargetNotFoundFault", f"{', '.join(sorted(named))} is no target of the proxy.")
        return original(self, proxy.db_proxy_name, target_group_name, sorted(named), sorted(named))

    @around(RDSBackend, "delete_db_instance")
    def delete(original: Any, self: RDSBackend, db_instance_identifier: str, *args: Any, **named: Any) -> Any:
        gone = original(self, db_instance_identifier, *args, **named)
        for proxy in self.db_proxies.values():
            group = proxy.proxy_target_groups["default"]
            group.targets = [one for one in group.targets if one.rds_resource_id != db_instance_identifier.lower()]
        return gone


def unknown_proxies() -> None:
    """A call about a proxy that does not exist says so; names have no case."""

    @around(RDSBackend, "delete_db_proxy", "describe_db_proxy_targets", "describe_db_proxy_target_groups")
    def by_name(original: Any, self: RDSBackend, proxy_name: str) -> Any:
        return original(self, _proxy(self, proxy_name).db_proxy_name)

    @around(RDSBackend, "describe_db_proxies")
    def describe(original: Any, self: RDSBackend, db_proxy_name: str | None, filters: Any = None) -> Any:
        return original(self, db_proxy_name and db_proxy_name.lower(), filters)


def proxy_groups_in_use() -> None:
    """A security group that a proxy uses is not deleted (EC2-3)."""

    @around(EC2Backend, "delete_security_group")
    def delete(original: Any, self: EC2Backend, name: str | None = None, group_id: str | None = None) -> Any:
        group = self.get_security_group_by_name_or_id(group_id or name or "")
        for proxy in rds_backends[self.account_id][self.region_name].db_proxies.values():
            if group is not None and group.id in (proxy.vpc_security_group_ids or ()):
                raise DependencyViolationError(f"resource {group.id} has a dependent object: {proxy.arn}")
        return original(self, name, group_id)


def _proxy(rds: RDSBackend, name: str) -> DBProxy:
    if name.lower() not in rds.db_proxies:
        raise DBProxyNotFoundFault(name)
    return rds.db_proxies[name.lower()]


def _auth(given: Iterable[Mapping[str, Any]], scheme: str, family: str) -> list[dict[str, Any]]:
    """Entries as AWS shows them, with everything filled in."""
    entries = [
        {
            "AuthScheme": entry.get("AuthScheme") or "SECRETS",
            "SecretArn": entry["SecretArn"],
            "IAMAuth": entry.get("IAMAuth") or "DISABLED",
            "ClientPasswordAuthType": entry.get("ClientPasswordAuthType") or CLIENT_AUTH[family],
        }
        for entry in given
    ]
    if not entries and scheme != "IAM_AUTH":
        raise InvalidParameterCombination("Auth must be given unless DefaultAuthScheme is IAM_AUTH.")
    for entry in entries:
        if entry["IAMAuth"] == "ENABLED" and family != "SQLSERVER":
            raise InvalidParameterValue("IAMAuth ENABLED is valid for SQL Server only.")
    return entries


def _check_network(rds: RDSBackend, subnet_ids: Iterable[str], group_ids: Iterable[str]) -> None:
    ec2 = ec2_backends[rds.account_id][rds.region_name]
    subnets = []
    for subnet_id in subnet_ids:
        try:
            subnets.append(ec2.get_subnet(subnet_id))
        except InvalidSubnetIdError:
            raise InvalidSubnet(subnet_id) from None
    if len({subnet.availability_zone for subnet in subnets}) < 2 or len({subnet.vpc_id for subnet in subnets}) > 1:
        raise InvalidSubnet(", ".join(subnet.id for subnet in subnets))
    for group_id in group_ids:
        group = ec2.get_security_group_from_id(group_id)
        if group is None or group.vpc_id != subnets[0].vpc_id:
            raise InvalidParameterValue(f"Invalid security group {group_id} for this VPC.")
