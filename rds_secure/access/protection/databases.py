"""How instances, clusters and proxies are protected, out of the replies of an inventory. It calls nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from rds_secure.access.protection import tls
from rds_secure.access.protection.keys import keys_of
from rds_secure.access.protection.model import (
    Certificate,
    Flag,
    Insights,
    LogGroup,
    Protected,
    Protection,
    Proxy,
    Secret,
    Stream,
    Tls,
    Unknown,
)
from rds_secure.access.protection.snapshots import snapshots_of, storage_key
from rds_secure.access.protection.unread import ask, moment, told
from rds_secure.inventory.model import Inventory, Reply


def protection_of(inventory: Inventory) -> Protection:
    """How everything of an account and Region is protected, as far as it was read (topics databases, keys and
    protection)."""
    databases = tuple(sorted(_databases(inventory), key=lambda one: one.id))
    snapshots = snapshots_of(inventory)
    proxies = tuple(sorted(_proxies(inventory), key=lambda one: one.id))
    keys = keys_of(inventory, databases, snapshots)
    return Protection(databases, proxies, snapshots, keys, tuple(_unlisted(inventory)))


_LISTINGS = {
    "DescribeDBInstances": "databases",
    "DescribeDBClusters": "databases",
    "DescribeDBProxies": "proxies",
    "DescribeDBSnapshots": "snapshots",
    "DescribeDBClusterSnapshots": "snapshots",
}


def _unlisted(inventory: Inventory) -> Iterator[tuple[str, Unknown]]:
    for action, what in _LISTINGS.items():
        reply = ask(inventory, "rds", action)
        if isinstance(reply, Unknown):
            yield what, reply


def _databases(inventory: Inventory) -> Iterator[Protected]:
    clusters = {
        item["DBClusterIdentifier"]: item for item in inventory.items("rds", "DescribeDBClusters", "DBClusters")
    }
    instances = inventory.items("rds", "DescribeDBInstances", "DBInstances")
    for item in instances:
        yield _instance(inventory, item, clusters)
    for item in clusters.values():
        yield _cluster(inventory, item, instances)


def _instance(inventory: Inventory, item: Reply, clusters: Mapping[str, Reply]) -> Protected:
    name, cluster = item["DBInstanceIdentifier"], item.get("DBClusterIdentifier", "")
    encrypted = told(item, "StorageEncrypted", bool)
    return Protected(
        id=f"db:{name}",
        engine=item.get("Engine", ""),
        version=item.get("EngineVersion", ""),
        cluster=f"cluster:{cluster}" if cluster else "",
        encrypted=encrypted,
        key=storage_key(item, encrypted),
        tde=tls.tde(inventory, item),
        tls=_tls(inventory, item, clusters),
        certificate=_certificate(inventory, item),
        secret=_secret(inventory, item),
        insights=_insights(item),
        stream=_stream(item),
        logs=_logs(inventory, f"/aws/rds/instance/{name}/"),
        public=told(item, "PubliclyAccessible", bool),
        deletion_protection=told(item, "DeletionProtection", bool),
        backup_days=told(item, "BackupRetentionPeriod", int),
        iam_auth=told(item, "IAMDatabaseAuthenticationEnabled", bool),
        waiting=tuple(sorted(item.get("PendingModifiedValues") or ())),
    )


def _tls(inventory: Inventory, item: Reply, clusters: Mapping[str, Reply]) -> Tls:
    name = item.get("DBClusterIdentifier")
    if not name:
        return tls.of_instance(inventory, item)
    if name not in clusters:
        why = Unknown(f"cluster {name} was not read")
        return Tls(why, why)
    return tls.of_cluster(inventory, clusters[name], item["DBInstanceIdentifier"])


def _cluster(inventory: Inventory, item: Reply, instances: tuple[Reply, ...]) -> Protected:
    name = item["DBClusterIdentifier"]
    encrypted = told(item, "StorageEncrypted", bool)
    members = [each for each in instances if each.get("DBClusterIdentifier") == name]
    return Protected(
        id=f"cluster:{name}",
        engine=item.get("Engine", ""),
        version=item.get("EngineVersion", ""),
        cluster="",
        encrypted=encrypted,
        key=storage_key(item, encrypted),
        tde=None,
        tls=tls.of_cluster(inventory, item),
        certificate=None,
        secret=_secret(inventory, item),
        insights=_insights(item),
        stream=_stream(item),
        logs=_logs(inventory, f"/aws/rds/cluster/{name}/"),
        public=_any_public(item, members),
        deletion_protection=told(item, "DeletionProtection", bool),
        backup_days=told(item, "BackupRetentionPeriod", int),
        iam_auth=told(item, "IAMDatabaseAuthenticationEnabled", bool),
        waiting=tuple(sorted(item.get("PendingModifiedValues") or ())),
    )


def _any_public(item: Reply, members: list[Reply]) -> Flag:
    """Whether a cluster, or any member of one, is publicly accessible. Clusters of Aurora do not say it themselves."""
    found = [told(each, "PubliclyAccessible", bool) for each in (item, *members)]
    known = [one for one in found if isinstance(one, bool)]
    if any(known):
        return True
    return False if known else Unknown("it has no member that tells")


def _certificate(inventory: Inventory, item: Reply) -> Certificate:
    details = item.get("CertificateDetails") or {}
    authority = details.get("CAIdentifier") or item.get("CACertificateIdentifier")
    if not authority:
        nobody = Unknown("no certificate authority is told")
        return Certificate(nobody, nobody, moment(details, "ValidTill"))
    return Certificate(authority, _authority(inventory, authority), moment(details, "ValidTill"))


def _authority(inventory: Inventory, authority: str) -> datetime | Unknown:
    """Until when a certificate authority is valid."""
    reply = ask(inventory, "rds", "DescribeCertificates")
    if isinstance(reply, Unknown):
        return reply
    listed = {each["CertificateIdentifier"]: each for each in reply.get("Certificates", ())}
    if authority not in listed:
        return Unknown(f"{authority} is not among the certificate authorities that AWS lists")
    return moment(listed[authority], "ValidTill")


def _secret(inventory: Inventory, item: Reply) -> Secret | None:
    """The secret of the master password, if RDS manages one. Without a key of its own it has aws/secretsmanager."""
    named = item.get("MasterUserSecret") or {}
    arn = named.get("SecretArn")
    if not arn:
        return None
    reply = ask(inventory, "secretsmanager", "DescribeSecret", arn)
    if isinstance(reply, Unknown):
        return Secret(arn, named.get("KmsKeyId") or reply, reply)
    key = named.get("KmsKeyId") or reply.get("KmsKeyId")
    return Secret(arn, key, told(reply, "RotationEnabled", bool))


def _insights(item: Reply) -> Insights | None:
    on = item.get("PerformanceInsightsEnabled")
    return Insights(told(item, "PerformanceInsightsKMSKeyId", str)) if on else None


def _stream(item: Reply) -> Stream | None:
    status = item.get("ActivityStreamStatus", "stopped")
    return None if status == "stopped" else Stream(status, told(item, "ActivityStreamKmsKeyId", str))


def _logs(inventory: Inventory, prefix: str) -> tuple[LogGroup, ...] | Unknown:
    """The log groups that it exports to; AWS makes each when the first line comes."""
    reply = ask(inventory, "logs", "DescribeLogGroups", prefix)
    if isinstance(reply, Unknown):
        return reply
    groups = (
        LogGroup(each["logGroupName"], each.get("kmsKeyId"), each.get("retentionInDays"))
        for each in reply.get("logGroups", ())
    )
    return tuple(sorted(groups, key=lambda one: one.name))


def _proxies(inventory: Inventory) -> Iterator[Proxy]:
    for item in inventory.items("rds", "DescribeDBProxies", "DBProxies"):
        secrets = sorted({each["SecretArn"] for each in item.get("Auth", ()) if each.get("SecretArn")})
        yield Proxy(f"db-proxy:{item['DBProxyName']}", told(item, "RequireTLS", bool), tuple(secrets))
