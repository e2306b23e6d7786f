"""The engines' own forms, made of an inventory: identities and estate, network and targets. It decides nothing.

Databases are called as the end of their ARN calls them: ``db:orders``, ``cluster:orders``; proxies ``db-proxy:orders``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from rds_secure import tagging
from rds_secure.access.iam import estate
from rds_secure.access.iam.estate import Database, Estate
from rds_secure.access.iam.identities import Identities, identities, read_policy
from rds_secure.access.iam.policy import Policy, grants, unreadable
from rds_secure.access.iam.verbs import Part
from rds_secure.access.network import from_ec2, from_rds
from rds_secure.access.network.model import Network
from rds_secure.access.network.target import Target
from rds_secure.inventory.model import Inventory, Reply
from rds_secure.inventory.subjects import above

Levels = tuple[tuple[Policy, ...], ...]
"""The policies of an organization, level by level: what is attached to the root, each unit on the way, the account."""

NAMES: Mapping[str, str] = {"db_instance": "db", "db_cluster": "cluster", "db_proxy": "db-proxy"}
"""Kinds of targets → how their names begin."""


def identities_of(inventory: Inventory, levels: Levels | None = None) -> Identities | None:
    """Users, groups, roles and policies; None if they were not read.

    ``levels`` stand in for those of the organization (from a file). Policies of the organization that were not read
    limit nothing here: say so once, with `organization_is_known`, instead of at every answer.
    """
    details = inventory.reply("iam", "GetAccountAuthorizationDetails")
    if details is None:
        return None
    place = inventory.place
    levels = levels_of(inventory) if levels is None else levels
    return identities(details, place.account, partition=place.partition, levels=levels)


def levels_of(inventory: Inventory) -> Levels:
    """The organization's policies, from the root down; those that were not read are left out."""
    found = [level for target in above(inventory) if (level := tuple(_level(inventory, target)))]
    return tuple(reversed(found))


_ALLOWING = '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
"""What a policy that was not read is taken to say, lest the others of its level seem to be all that allow anything."""


def _level(inventory: Inventory, target: str) -> Iterator[Policy]:
    listed = inventory.reply("organizations", "ListPoliciesForTarget", target) or {}
    for item in listed.get("Policies", ()):
        reply = inventory.reply("organizations", "DescribePolicy", item["Id"])
        name = item.get("Name", item["Id"])
        yield read_policy(name, reply["Policy"]["Content"] if reply else _ALLOWING)


def organization_is_known(inventory: Inventory) -> bool:
    """Whether every policy of the organization that limits the account was read, or there is none."""
    asked = inventory.reply("organizations", "DescribeOrganization")
    return asked is not None and not any(question.service == "organizations" for question in inventory.unread)


def estate_of(inventory: Inventory) -> Estate:
    """The databases, and the policies of their keys and secrets."""
    place = inventory.place
    instances = inventory.items("rds", "DescribeDBInstances", "DBInstances")
    clusters = inventory.items("rds", "DescribeDBClusters", "DBClusters")
    databases = (*(_instance(item) for item in instances), *(_cluster(item) for item in clusters))
    governing, tags = dict(_governing(inventory)), dict(_guards_tags(inventory))
    used = (one.parts["key"] for one in databases if "key" in one.parts)
    aliases = _aliases(inventory, {*governing, *tags, *used})
    return Estate(place.account, place.region, databases, governing, place.partition, tags, aliases)


def _guards_tags(inventory: Inventory) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The tags of keys and secrets, by ARN. What RDS puts on a secret that it makes is not known before it has."""
    for arn, reply in inventory.each("kms", "ListResourceTags").items():
        yield arn, {tag["TagKey"]: tag["TagValue"] for tag in reply.get("Tags", ())}
    for arn, reply in inventory.each("secretsmanager", "DescribeSecret").items():
        if "Tags" in reply or not reply.get("OwningService"):
            yield arn, {tag["Key"]: tag["Value"] for tag in reply.get("Tags") or ()}


def _aliases(inventory: Inventory, arns: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """What keys are called; () for one without an alias. Those of another account or Region list theirs themselves."""
    listed = inventory.reply("kms", "ListAliases")
    if listed is None:
        return {}
    named: dict[str, list[str]] = {}
    for alias in listed.get("Aliases", ()):
        named.setdefault(alias.get("TargetKeyId", ""), []).append(alias["AliasName"])
    here = f":kms:{inventory.place.region}:{inventory.place.account}:key/"
    ids = {arn: arn.partition(here)[2] for arn in arns if here in arn}
    own = {arn: (f"alias/{name.strip('<>')}",) for arn, name in ids.items() if name.startswith("<aws/")}  # not made yet
    return {arn: tuple(sorted(named.get(name, ()))) for arn, name in ids.items()} | own


def _instance(item: Reply) -> Database:
    """An instance of DescribeDBInstances."""
    name, arn = f"db:{item['DBInstanceIdentifier']}", item["DBInstanceArn"]
    parts: dict[Part, str] = {}
    for group in item.get("DBParameterGroups", ())[:1]:
        parts["pg"] = _sibling(arn, "pg", group["DBParameterGroupName"])
    for group in item.get("OptionGroupMemberships", ())[:1]:
        parts["og"] = _sibling(arn, "og", group["OptionGroupName"])
    if (item.get("DBSubnetGroup") or {}).get("DBSubnetGroupName"):
        parts["subgrp"] = _sibling(arn, "subgrp", item["DBSubnetGroup"]["DBSubnetGroupName"])
    if item.get("DBClusterIdentifier"):
        parts["cluster"] = _sibling(arn, "cluster", item["DBClusterIdentifier"])
    return estate.instance(name, arn, item["DbiResourceId"], others={**parts, **_guards(item)}, tags=_tags(item))


def _cluster(item: Reply) -> Database:
    """A cluster of DescribeDBClusters."""
    name, arn = f"cluster:{item['DBClusterIdentifier']}", item["DBClusterArn"]
    parts: dict[Part, str] = {}
    if item.get("DBClusterParameterGroup"):
        parts["cluster-pg"] = _sibling(arn, "cluster-pg", item["DBClusterParameterGroup"])
    if item.get("DBSubnetGroup"):
        parts["subgrp"] = _sibling(arn, "subgrp", item["DBSubnetGroup"])
    return estate.cluster(name, arn, item["DbClusterResourceId"], others={**parts, **_guards(item)}, tags=_tags(item))


def _guards(item: Reply) -> dict[Part, str]:
    """The key and the secret."""
    secret = (item.get("MasterUserSecret") or {}).get("SecretArn")
    found: dict[Part, str | None] = {"key": item.get("KmsKeyId"), "secret": secret}
    return {part: arn for part, arn in found.items() if arn}


def _sibling(arn: str, part: str, name: str) -> str:
    return ":".join((*arn.split(":")[:5], part, name))


def _tags(item: Reply) -> Mapping[str, str]:
    return tagging.mapping(item.get("TagList"))


def _governing(inventory: Inventory) -> Iterator[tuple[str, tuple[Policy, ...]]]:
    """The policies of keys, with their grants, and of secrets. A key without is one whose policy was not read."""
    granted = inventory.each("kms", "ListGrants")
    for arn, reply in inventory.each("kms", "GetKeyPolicy").items():
        if reply:
            own = read_policy(f"the policy of {arn.rpartition(':')[2]}", reply["Policy"])
            given = granted.get(arn)
            name = f"the grants of {arn.rpartition(':')[2]}"
            yield arn, (own, unreadable(name) if given is None else grants(name, given.get("Grants", ())))
    for question in (*inventory.replies, *inventory.unread):
        if (question.service, question.action) == ("secretsmanager", "GetResourcePolicy"):
            arn, policy = question.subject, inventory.reply("secretsmanager", "GetResourcePolicy", question.subject)
            name = f"the policy of {arn.rpartition(':')[2]}"
            if policy is None:
                yield arn, (unreadable(name),)
            elif policy.get("ResourcePolicy"):
                yield arn, (read_policy(name, policy["ResourcePolicy"]),)


def network_of(inventory: Inventory) -> Network:
    """The network."""
    place = inventory.place
    return from_ec2.network_of(
        place.account,
        place.region,
        inventory.bulk("ec2"),
        entries=inventory.each("ec2", "GetManagedPrefixListEntries"),
        transit_routes=inventory.each("ec2", "SearchTransitGatewayRoutes"),
    )


def targets_of(inventory: Inventory) -> tuple[Target, ...]:
    """Everything that can be connected to; proxies' ``backends`` keep the bare identifiers of RDS."""
    found = from_rds.targets_of(inventory.bulk("rds"), proxy_targets=inventory.each("rds", "DescribeDBProxyTargets"))
    return tuple(replace(target, id=f"{NAMES[target.kind]}:{target.id}") for target in found)
