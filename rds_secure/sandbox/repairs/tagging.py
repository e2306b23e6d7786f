"""Resource Groups Tagging API: kinds of resource that moto's answer leaves out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.iam.models import AWSManagedPolicy, IAMBackend, iam_backends
from moto.rds.models import RDSBackend
from moto.resourcegroupstaggingapi import models
from moto.securityhub.models import SecurityHubBackend, securityhub_backends
from moto.utilities.utils import get_partition

from rds_secure.sandbox.repairs.patch import around

IAM_REGION = "us-east-1"
"""The region in which AWS lists what belongs to IAM."""


def rds_groups() -> None:
    """GetResources finds subnet groups, parameter groups and option groups."""

    @around(RDSBackend, "iter_tagged_resources")
    def with_groups(original: Any, self: RDSBackend) -> Iterator[TaggedResource]:
        yield from original(self)
        groups: dict[str, Any] = {
            "rds:subgrp": self.subnet_groups,
            "rds:pg": self.db_parameter_groups,
            "rds:cluster-pg": self.db_cluster_parameter_groups,
            "rds:og": self.option_groups,
        }
        for kind, found in groups.items():
            for group in found.values():
                yield TaggedResource(group.arn, {tag["Key"]: tag["Value"] for tag in group.get_tags()}, kind)


def rds_events() -> None:
    """GetResources finds event subscriptions."""

    @around(RDSBackend, "iter_tagged_resources")
    def with_subscriptions(original: Any, self: RDSBackend) -> Iterator[TaggedResource]:
        yield from original(self)
        for found in self.event_subscriptions.values():
            yield TaggedResource(found.arn, {tag["Key"]: tag["Value"] for tag in found.get_tags()}, "rds:es")


class _Policies(TaggableResourcesMixin):
    """The customer managed policies of an account."""

    SERVICE_NAMESPACE = "iam"

    def __init__(self, iam: IAMBackend) -> None:
        self._iam = iam
        self.partition = iam.partition

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        for policy in self._iam.managed_policies.values():
            if not isinstance(policy, AWSManagedPolicy):
                tags = {tag["Key"]: tag["Value"] for tag in policy.get_tags()}
                yield TaggedResource(policy.arn, tags, "iam:policy")


class _Hub(TaggableResourcesMixin):
    """The Security Hub of a region."""

    SERVICE_NAMESPACE = "securityhub"

    def __init__(self, hub: SecurityHubBackend) -> None:
        self._hub = hub
        self.partition = hub.partition

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        if self._hub.enabled:
            yield TaggedResource(self._hub.describe_hub()["HubArn"], dict(self._hub.tags), "securityhub:hub")


def security_hubs() -> None:
    """GetResources finds the hub."""

    @around(models, "iter_taggable_backends")
    def with_hub(original: Any, account_id: str, region_name: str) -> Iterator[TaggableResourcesMixin]:
        yield from original(account_id, region_name)
        yield _Hub(securityhub_backends[account_id][region_name])


def iam_policies() -> None:
    """GetResources finds customer managed policies, in the region where AWS keeps IAM."""

    @around(models, "iter_taggable_backends")
    def with_policies(original: Any, account_id: str, region_name: str) -> Iterator[TaggableResourcesMixin]:
        yield from original(account_id, region_name)
        if region_name == IAM_REGION:
            yield _Policies(iam_backends[account_id][get_partition(region_name)])
