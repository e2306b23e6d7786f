"""What a spec alone tells of access: a plan that makes all of it, and what inventory that would leave. Asks nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rds_secure.access.foresee import foresee
from rds_secure.inventory.model import Inventory, Place, Question
from rds_secure.inventory.questions import BULK
from rds_secure.live import Identity
from rds_secure.live.alone import alone
from rds_secure.plan import Plan, plan
from rds_secure.spec import Environment, Source, build

NOT_TOLD = "a spec alone does not tell"
"""Why a question has no answer."""

NOTHING: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("iam", "GetAccountAuthorizationDetails"): dict.fromkeys(
        ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"), ()
    ),
    ("ec2", "DescribeSecurityGroups"): {"SecurityGroups": ()},
    ("ec2", "DescribeSecurityGroupRules"): {"SecurityGroupRules": ()},
    ("rds", "DescribeDBInstances"): {"DBInstances": ()},
    ("rds", "DescribeDBClusters"): {"DBClusters": ()},
    ("rds", "DescribeDBProxies"): {"DBProxies": ()},
    ("rds", "DescribeDBProxyEndpoints"): {"DBProxyEndpoints": ()},
    ("rds", "DescribeDBSubnetGroups"): {"DBSubnetGroups": ()},
    ("rds", "DescribeOptionGroups"): {"OptionGroupsList": ()},
    ("rds", "DescribeDBSecurityGroups"): {"DBSecurityGroups": ()},
    ("rds", "DescribeEventSubscriptions"): {"EventSubscriptionsList": ()},
}
"""What a spec tells a part of. There may be more than that: the inventory is partial."""


def offline(sources: Sequence[Source], region: str = "") -> tuple[Plan, Inventory]:
    """The plan for an account in which nothing is yet, and what it leaves.

    ``region``: where the spec names none. An account that no spec names is 000000000000. Raises `SpecError`.
    """
    place = _place(sources, region)
    stack = build(sources, Environment(place.account, place.region, place.partition))
    made = plan(alone(stack, Identity(place.account, place.region, place.partition, "")), stack.at)
    return made, foresee(_nothing(place), made)


def _place(sources: Sequence[Source], region: str) -> Place:
    stack, default = build(sources), Environment()
    where = stack.region or region or default.region
    return Place(stack.account or default.account_id, where, _partition(where))


def _partition(region: str) -> str:
    """By the name of the Region (AWS General Reference, "Amazon Resource Names")."""
    return next(
        (name for start, name in (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov")) if region.startswith(start)), "aws"
    )


def _nothing(place: Place) -> Inventory:
    questions = {
        Question(service, action)
        for services in BULK.values()
        for service, actions in services.items()
        for action in actions
    }
    begun = {Question(*question): reply for question, reply in NOTHING.items()}
    unread = dict.fromkeys(sorted(questions - begun.keys()), NOT_TOLD)
    return Inventory(place, begun, unread, partial=True)
