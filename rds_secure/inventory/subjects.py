"""What else there is to ask, given what has been answered: one question for each key, group, secret … in use.

Each function yields every question that follows from an inventory so far; those that are answered are not asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from rds_secure.inventory.model import Inventory, Question, Reply
from rds_secure.inventory.questions import Topic

_KEY_QUESTIONS = ("DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListGrants", "ListResourceTags")
_SECRET_QUESTIONS = ("DescribeSecret", "GetResourcePolicy")


def databases_of(found: Inventory) -> Iterator[Reply]:
    """Instances and clusters, as RDS describes them."""
    yield from found.items("rds", "DescribeDBInstances", "DBInstances")
    yield from found.items("rds", "DescribeDBClusters", "DBClusters")


def keys_of(database: Reply) -> Iterator[str]:
    """The ARNs of the keys that a database uses: of its storage, its insights, its secret, its stream."""
    for key in ("KmsKeyId", "PerformanceInsightsKMSKeyId", "ActivityStreamKmsKeyId"):
        if database.get(key):
            yield database[key]
    if (database.get("MasterUserSecret") or {}).get("KmsKeyId"):
        yield database["MasterUserSecret"]["KmsKeyId"]


def secrets_of(found: Inventory) -> Iterator[str]:
    """The ARNs of the secrets of master users, and of those that proxies use."""
    for database in databases_of(found):
        if (database.get("MasterUserSecret") or {}).get("SecretArn"):
            yield database["MasterUserSecret"]["SecretArn"]
    for proxy in found.items("rds", "DescribeDBProxies", "DBProxies"):
        yield from (auth["SecretArn"] for auth in proxy.get("Auth", ()) if auth.get("SecretArn"))


def key_questions(arn: str) -> Iterator[Question]:
    """Everything that is asked of a key."""
    return (Question("kms", action, arn) for action in _KEY_QUESTIONS)


def secret_questions(arn: str) -> Iterator[Question]:
    """Everything that is asked of a secret."""
    return (Question("secretsmanager", action, arn) for action in _SECRET_QUESTIONS)


def _databases(found: Inventory) -> Iterator[Question]:
    for proxy in found.items("rds", "DescribeDBProxies", "DBProxies"):
        yield Question("rds", "DescribeDBProxyTargets", proxy["DBProxyName"])


def _network(found: Inventory) -> Iterator[Question]:
    for item in found.items("ec2", "DescribeManagedPrefixLists", "PrefixLists"):
        yield Question("ec2", "GetManagedPrefixListEntries", item["PrefixListId"])
    for item in found.items("ec2", "DescribeTransitGatewayRouteTables", "TransitGatewayRouteTables"):
        yield Question("ec2", "SearchTransitGatewayRoutes", item["TransitGatewayRouteTableId"])


def _keys(found: Inventory) -> Iterator[Question]:
    arns = {arn for database in databases_of(found) for arn in keys_of(database)}
    arns.update(item["KmsKeyId"] for item in _snapshots(found) if item.get("KmsKeyId"))
    for arn in sorted(arns):
        yield from key_questions(arn)
    for arn in sorted(set(secrets_of(found))):
        yield from secret_questions(arn)


def _snapshots(found: Inventory) -> Iterator[Reply]:
    yield from found.items("rds", "DescribeDBSnapshots", "DBSnapshots")
    yield from found.items("rds", "DescribeDBClusterSnapshots", "DBClusterSnapshots")


def _protection(found: Inventory) -> Iterator[Question]:
    for item in found.items("rds", "DescribeDBInstances", "DBInstances"):
        for group in item.get("DBParameterGroups", ()):
            yield Question("rds", "DescribeDBParameters", group["DBParameterGroupName"])
        yield Question("logs", "DescribeLogGroups", f"/aws/rds/instance/{item['DBInstanceIdentifier']}/")
    for item in found.items("rds", "DescribeDBClusters", "DBClusters"):
        if item.get("DBClusterParameterGroup"):
            yield Question("rds", "DescribeDBClusterParameters", item["DBClusterParameterGroup"])
        yield Question("logs", "DescribeLogGroups", f"/aws/rds/cluster/{item['DBClusterIdentifier']}/")
    for item in found.items("rds", "DescribeDBSnapshots", "DBSnapshots"):
        if item.get("SnapshotType") == "manual":
            yield Question("rds", "DescribeDBSnapshotAttributes", item["DBSnapshotIdentifier"])
    for item in found.items("rds", "DescribeDBClusterSnapshots", "DBClusterSnapshots"):
        if item.get("SnapshotType") == "manual":
            yield Question("rds", "DescribeDBClusterSnapshotAttributes", item["DBClusterSnapshotIdentifier"])


def _organization(found: Inventory) -> Iterator[Question]:
    """From the account up to the root: parents, what is attached to each, and what that says.

    The management account is limited by nothing (Organizations user guide, "SCP effects on permissions").
    """
    organization = (found.reply("organizations", "DescribeOrganization") or {}).get("Organization")
    if not organization or organization.get("MasterAccountId") == found.place.account:
        return
    for target in above(found):
        yield Question("organizations", "ListPoliciesForTarget", target)
        for policy in (found.reply("organizations", "ListPoliciesForTarget", target) or {}).get("Policies", ()):
            yield Question("organizations", "DescribePolicy", policy["Id"])
        if not target.startswith("r-"):
            yield Question("organizations", "ListParents", target)


def above(found: Inventory) -> Iterator[str]:
    """The account, the units that it is in, and the root, as far as they are known; from below."""
    target = found.place.account
    while target:
        yield target
        parents = (found.reply("organizations", "ListParents", target) or {}).get("Parents", ())
        target = parents[0]["Id"] if parents else ""


def _identities(found: Inventory) -> Iterator[Question]:
    """What a policy says that nobody has yet, and is therefore not among the account's details."""
    for arn, reply in found.each("iam", "GetPolicy").items():
        if reply:
            yield Question("iam", "GetPolicyVersion", f"{arn} {reply['Policy']['DefaultVersionId']}")


def _account(found: Inventory) -> Iterator[Question]:
    for detector in found.items("guardduty", "ListDetectors", "DetectorIds"):
        yield Question("guardduty", "GetDetector", str(detector))
    for trail in found.items("cloudtrail", "DescribeTrails", "trailList"):
        yield Question("cloudtrail", "GetTrailStatus", trail["TrailARN"])
        yield Question("cloudtrail", "GetEventSelectors", trail["TrailARN"])


FOLLOWING: Mapping[Topic, Callable[[Inventory], Iterator[Question]]] = MappingProxyType(
    {
        Topic.DATABASES: _databases,
        Topic.NETWORK: _network,
        Topic.IDENTITIES: _identities,
        Topic.ORGANIZATION: _organization,
        Topic.KEYS: _keys,
        Topic.PROTECTION: _protection,
        Topic.ACCOUNT: _account,
    }
)
