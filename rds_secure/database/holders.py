"""What names a database or a cluster and may not keep up with it: proxies, deployments, integrations. Only reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rds_secure.errors import UnsupportedError
from rds_secure.kind import Reader

_TRACKED = "TRACKED_CLUSTER"


def around(reader: Reader, name: str, arn: str, *, cluster: bool = False) -> Iterator[str]:
    """All that names an instance, or a cluster, from outside of it."""
    yield from proxies(reader, name, cluster=cluster)
    yield from deployments(reader, arn)
    yield from integrations(reader, arn)


def proxies(reader: Reader, name: str, *, cluster: bool = False) -> Iterator[str]:
    """The proxies that send connections to an instance, or to a cluster."""
    listed = (reader.call("rds", "DescribeDBProxies") or {})["DBProxies"]
    for proxy, targets in zip(listed, reader.each(lambda item: _targets(reader, item), listed), strict=True):
        if any((_cluster if cluster else _instance)(item).lower() == name.lower() for item in targets):
            yield f"proxy {proxy['DBProxyName']} sends connections to it"


def deployments(reader: Reader, arn: str) -> Iterator[str]:
    """The blue/green deployments that copy it and have not taken its place."""
    filters = [{"Name": "source", "Values": [arn]}]
    reply = reader.call("rds", "DescribeBlueGreenDeployments", {"Filters": filters}) or {}
    for deployment in reply.get("BlueGreenDeployments", ()):
        if deployment.get("Status") != "SWITCHOVER_COMPLETED":
            yield f"blue/green deployment {deployment['BlueGreenDeploymentName']} copies it"


def integrations(reader: Reader, arn: str) -> Iterator[str]:
    """The zero-ETL integrations that are fed by it. An endpoint that does not know them has none."""
    try:
        reply = reader.call("rds", "DescribeIntegrations") or {}
    except UnsupportedError:
        return
    for integration in reply.get("Integrations", ()):
        if integration["SourceArn"] == arn:
            yield f"the zero-ETL integration {integration['IntegrationName']} is fed by it"


def copies(described: Mapping[str, Any]) -> Iterator[str]:
    """Where its backups and its activity go on their own."""
    for copied in described.get("DBInstanceAutomatedBackupsReplications") or ():
        region = copied["DBInstanceAutomatedBackupsArn"].split(":")[3]
        yield f"its backups are copied to {region} (backup_copy)"
    if described.get("ActivityStreamStatus", "stopped") != "stopped":
        yield "its activity is streamed (activity_stream)"


def _instance(target: Mapping[str, Any]) -> str:
    return "" if target.get("Type") == _TRACKED else str(target.get("RdsResourceId", ""))


def _cluster(target: Mapping[str, Any]) -> str:
    """Its members are targets of their own, and name it."""
    return str(
        target.get("TrackedClusterId") or (target.get("RdsResourceId") if target.get("Type") == _TRACKED else "")
    )


def _targets(reader: Reader, proxy: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    reply = reader.call("rds", "DescribeDBProxyTargets", {"DBProxyName": proxy["DBProxyName"]}) or {}
    return list(reply.get("Targets", ()))
