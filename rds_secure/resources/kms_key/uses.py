"""Who needs a key (KMS-5), as far as RDS and Secrets Manager tell: AWS lets it be deleted or disabled all the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rds_secure.errors import DeniedError, UnsupportedError
from rds_secure.kind import Live, Reader, Scope

READ_ACTIONS = (
    "rds:DescribeDBInstances",
    "rds:DescribeDBClusters",
    "rds:DescribeDBSnapshots",
    "rds:DescribeDBClusterSnapshots",
    "rds:DescribeDBInstanceAutomatedBackups",
    "rds:DescribeDBClusterAutomatedBackups",
    "secretsmanager:ListSecrets",
)

_DATABASES = (("database", "DBInstance"), ("cluster", "DBCluster"))
_COPIES: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("snapshot", "DBSnapshot", {}),
    ("AWS Backup snapshot", "DBSnapshot", {"SnapshotType": "awsbackup"}),  # which no other list has
    ("cluster snapshot", "DBClusterSnapshot", {}),
)
_BACKUPS = (
    ("automated backup of", "DBInstanceAutomatedBackup", "DBInstance"),
    ("automated backup of cluster", "DBClusterAutomatedBackup", "DBCluster"),
)


def databases(reader: Reader, key: str) -> tuple[str, ...] | None:
    """The databases and clusters whose storage a key of this id encrypts; None where that could not be seen."""
    try:
        found = [
            f"{what} {item[f'{thing}Identifier']}"
            for what, thing in _DATABASES
            for item in _listed(reader, thing)
            if str(item.get("KmsKeyId", "")).rpartition("/")[2] == key
        ]
    except (DeniedError, UnsupportedError):
        return None
    return tuple(sorted(found))


def users(reader: Reader, live: Live[Any], scope: Scope, going: frozenset[str]) -> list[str]:
    """What would be lost without the key; not what is going itself."""
    names = {live.exports["id"], live.exports["arn"], *live.facts["names"]}
    names |= {scope.arn("kms", name) for name in live.facts["names"]}
    return [
        *_replicas(live),
        *_encrypted(reader, names, scope, going),
        *_backups(reader, names, scope, going),
        *_secrets(reader, names, live.exports["id"], going),
    ]


def _replicas(live: Live[Any]) -> Iterator[str]:
    """A primary key does not go before its replicas, which may be needed where they are."""
    return (f"its replica in {region}" for region in live.facts["replicas"])


def _encrypted(reader: Reader, names: set[str], scope: Scope, going: frozenset[str]) -> Iterator[str]:
    for what, thing, asked in (*((what, thing, {}) for what, thing in _DATABASES), *_COPIES):
        for item in _listed(reader, thing, asked):
            if names.isdisjoint(_keys(item)) or item[f"{thing}Arn"] in going or _goes_along(item, scope, going):
                continue
            yield f"{what} {item[f'{thing}Identifier']}"


def _backups(reader: Reader, names: set[str], scope: Scope, going: frozenset[str]) -> Iterator[str]:
    """Backups that outlive their database, and copies of those of another region; the rest are named by theirs."""
    for what, thing, source in _BACKUPS:
        for item in _listed(reader, thing):
            arn = str(item.get(f"{source}Arn", ""))
            is_alone = item.get("Status") == "retained" or arn.split(":")[3:4] not in ([scope.region], [])
            if is_alone and arn not in going and item.get("KmsKeyId") in names:
                yield f"{what} {item[f'{source}Identifier']}"


def _listed(reader: Reader, thing: str, asked: Mapping[str, str] | None = None) -> tuple[Mapping[str, Any], ...]:
    return tuple((reader.call("rds", f"Describe{thing}s", asked or None) or {})[f"{thing}s"])


def _keys(item: Mapping[str, Any]) -> set[str]:
    """Every key that a database, cluster or snapshot names."""
    found = [item.get(name) for name in ("KmsKeyId", "PerformanceInsightsKMSKeyId", "ActivityStreamKmsKeyId")]
    found.append((item.get("MasterUserSecret") or {}).get("KmsKeyId"))
    return {key for key in found if key}


def _goes_along(item: Mapping[str, Any], scope: Scope, going: frozenset[str]) -> bool:
    """Automated snapshots are deleted with their database."""
    if item.get("SnapshotType") != "automated":
        return False
    owners = (f"db:{item.get('DBInstanceIdentifier')}", f"cluster:{item.get('DBClusterIdentifier')}")
    return any(scope.arn("rds", owner) in going for owner in owners)


def _secrets(reader: Reader, names: set[str], key: str, going: frozenset[str]) -> Iterator[str]:
    """Secrets of people, those that wait for their deletion too: they can be had back.

    Those that RDS keeps for a database go with it, and the database names their key itself. Older data keys in a secret
    may be encrypted under another key than the secret is: their versions' ids name it.
    """
    params = {"IncludePlannedDeletion": True}
    for secret in (reader.call("secretsmanager", "ListSecrets", params) or {})["SecretList"]:
        is_named = any(key in version for version in secret.get("SecretVersionsToStages") or ())
        if secret.get("ARN") in going or secret.get("OwningService") == "rds":
            continue
        if is_named or secret.get("KmsKeyId") in names:
            yield f"secret {secret['Name']}"
