"""How often AWS is called, exact, as the calls go out of boto3 to the sandbox. Times are never looked at.

Lists cost a call a page, whatever is declared; beside them stand the calls that each declared object needs. The sandbox
pages the tagging API by 100 tags, where AWS gives 100 resources, so those pages are counted by themselves; it shows all
parameters of a group in one page, where AWS takes a page for every hundred.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import ceil
from typing import Any

import pytest

from rds_secure.aws.reader import AwsReader
from rds_secure.live import read_live
from rds_secure.spec import load
from tests.contracts.readers import Counting
from tests.e2e.harness import Call, Harness, Resources

N = 100
APPS = 5

MAIN = {"tag": {"Name": "main"}}
PRIVATE = {"subnets": {"vpc": MAIN, "tag": {"Tier": "private"}}}
STATEMENT = {"effect": "allow", "actions": ["rds:DescribeDBInstances"], "resources": ["*"]}
DATABASES, GROUPS = ("DescribeDBInstances",), ("DescribeSecurityGroups", "DescribeSecurityGroupRules")
LOOK_UPS = ("DescribeVpcs", "DescribeSubnets")
KEYS = ("ListAliases", "DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListResourceTags")
POLICIES = ("GetAccountAuthorizationDetails", "GetPolicy")
FAMILIES = "DescribeEngineDefaultParameters"
SUBNET_GROUPS, PARAMETER_GROUPS = ("DescribeDBSubnetGroups",), ("DescribeDBParameterGroups", "DescribeDBParameters")
RDS_TAGS = ("ListTagsForResource",)
TAGGING = "GetResources"


def app(name: str, **shared: str) -> dict[str, dict[str, dict[str, Any]]]:
    """One application: policy, user, security group, key, subnet group, parameter group, encrypted instance.

    ``shared``: kind → the key of a resource which another application brings along.
    """
    names = {kind: shared.get(kind, name) for kind in ("kms_key", "db_subnet_group", "db_parameter_group")}
    declared: dict[str, dict[str, dict[str, Any]]] = {
        "iam_user": {name: {}},
        "iam_policy": {name: {"statements": [STATEMENT], "attach_to": {"users": [f"${{iam_user.{name}}}"]}}},
        "security_group": {name: {"vpc": MAIN, "ingress": [{"from": "10.20.0.0/16", "port": 5432}]}},
        "kms_key": {name: {}},
        "db_subnet_group": {name: PRIVATE},
        "db_parameter_group": {name: {"family": "postgres16"}},
        "db_instance": {
            name: {
                "engine": "postgres",
                "engine_version": "16",
                "instance_class": "db.t4g.medium",
                "storage_gib": 20,
                "kms_key": f"${{kms_key.{names['kms_key']}}}",
                "subnet_group": f"${{db_subnet_group.{names['db_subnet_group']}}}",
                "parameter_group": f"${{db_parameter_group.{names['db_parameter_group']}}}",
                "security_groups": [f"${{security_group.{name}}}"],
            }
        },
    }
    return {kind: section for kind, section in declared.items() if kind not in shared}


def together(apps: Iterable[Resources]) -> dict[str, dict[str, Any]]:
    """The resources of several applications."""
    merged: dict[str, dict[str, Any]] = {}
    for declared in apps:
        for kind, section in declared.items():
            merged.setdefault(kind, {}).update(section)
    return merged


def counted(calls: Iterable[Call]) -> Counter[str]:
    """How often each action was called."""
    return Counter(call.action for call in calls)


def total(counts: Counter[str], *actions: str) -> int:
    """The calls of all these actions."""
    return sum(counts[action] for action in actions)


def planned(harness: Harness, declared: Resources) -> list[Call]:
    """The calls of a plan that finds nothing to do."""
    harness.recorder.clear()
    assert harness.plan(declared).plan.is_empty
    assert not harness.recorder.writes
    return harness.reads()


@pytest.fixture(scope="module")
def many(harness: Harness) -> list[Call]:
    """The calls of a plan without changes, of 100 databases, groups, keys and policies, all of one stack."""
    kept = {"db_subnet_group": "order-0", "db_parameter_group": "order-0"}
    apps = [app(f"order-{number}", **(kept if number else {})) for number in range(N)]
    declared = {kind: section for kind, section in together(apps).items() if kind != "iam_user"}
    declared["iam_policy"] = {name: {"statements": [STATEMENT]} for name in declared["iam_policy"]}
    harness.sandbox.reset()
    harness.make(declared)
    return planned(harness, declared)


@pytest.fixture
def fresh(harness: Harness) -> Harness:
    """A seeded account in which nothing has been called yet."""
    harness.sandbox.reset()
    harness.recorder.clear()
    return harness


# A hundred of each


def test_databases_groups_and_rules_take_ten_calls_at_most_together(many: list[Call]) -> None:
    counts = counted(many)
    assert total(counts, *DATABASES, *GROUPS, *LOOK_UPS) == 5
    assert total(counts, *DATABASES) == 1, "a hundred databases are one page"


def test_a_key_takes_five_calls_at_most(many: list[Call]) -> None:
    assert total(counted(many), *KEYS) == 4 * N + 1


def test_a_policy_takes_three_calls_at_most(many: list[Call]) -> None:
    assert total(counted(many), *POLICIES) == N + 1


def test_a_subnet_group_or_a_parameter_group_takes_two_calls_at_most(many: list[Call]) -> None:
    counts = counted(many)
    assert total(counts, *SUBNET_GROUPS) == 1
    assert total(counts, *PARAMETER_GROUPS) == 2
    assert total(counts, *RDS_TAGS) == 2


def test_nothing_else_is_called(many: list[Call]) -> None:
    counts = counted(many)
    listed = (*DATABASES, *GROUPS, *LOOK_UPS, *KEYS, *POLICIES, *SUBNET_GROUPS, *PARAMETER_GROUPS, *RDS_TAGS)
    assert counts.keys() == {*listed, FAMILIES, TAGGING}
    assert counts[FAMILIES] == 1
    pages = (N + 2) / 33 + N / 25  # of 100 tags at most: three each, and four of policies, which have a home
    assert counts[TAGGING] <= ceil(pages), "only what no list shows the tags of: keys, policies, two groups"


def test_no_call_is_made_twice(many: list[Call]) -> None:
    assert [text for text, count in Counter(map(repr, many)).items() if count > 1] == []


# N applications


def test_a_plan_keeps_to_the_formula_and_three(fresh: Harness) -> None:
    """8 N + 6 for N applications: six lists, and for each 4 calls for its key, 2 for its parameters, 1 each for the
    tags of its subnet group and its policy. The three: rules, and what look-ups and checks of networks need. On top,
    one list for each family of parameters, however many groups it has. The call to STS came before."""
    declared = together(app(f"order-{number}") for number in range(APPS))
    fresh.make(declared)

    counts = counted(planned(fresh, declared))
    lists = (*DATABASES, *SUBNET_GROUPS, "DescribeDBParameterGroups", "DescribeSecurityGroups", "ListAliases")
    assert total(counts, *lists, "GetAccountAuthorizationDetails") == 6
    assert total(counts, "DescribeSecurityGroupRules", *LOOK_UPS) == 3
    assert counts.total() - counts[TAGGING] == 8 * APPS + 6 + 3 + counts[FAMILIES]
    assert counts[FAMILIES] == 1


def test_a_second_apply_writes_nothing(fresh: Harness) -> None:
    declared = app("orders")
    assert fresh.apply(declared).writes

    assert fresh.apply(declared).writes == ()


def test_an_apply_makes_the_calls_of_its_plan_and_no_other_writes(fresh: Harness) -> None:
    """14 N make things; those that take more than one call are tagged once more when all are done."""
    applied = fresh.apply(together(app(f"order-{number}") for number in range(APPS)))

    tagged = [
        call for call in applied.writes if call.action in ("TagPolicy", "CreateTags", "TagResource", *_RDS_TAGGED)
    ]
    assert len(tagged) == 4 * APPS
    assert len(applied.writes) - len(tagged) == 14 * APPS


_RDS_TAGGED = ("AddTagsToResource",)


def test_an_application_that_shares_key_and_groups_adds_no_call_but_for_its_policy(fresh: Harness) -> None:
    shared = {"kms_key": "order-0", "db_subnet_group": "order-0", "db_parameter_group": "order-0"}
    declared = app("order-0")
    fresh.make(declared)
    one = counted(planned(fresh, declared))

    declared = together([declared, *(app(f"order-{number}", **shared) for number in (1, 2))])
    fresh.make(declared)
    three = counted(planned(fresh, declared))
    assert three - one == Counter({"GetPolicy": 2})


# Round trips that wait for each other


def test_a_plan_is_three_round_trips_deep_after_the_one_to_sts(fresh: Harness) -> None:
    """Look-ups and tags; lists; what each object needs."""
    declared = together(app(f"order-{number}") for number in range(2))
    fresh.make(declared)
    stack, _ = load([str(fresh.spec(declared))])

    with AwsReader(fresh.account.connection) as reader:
        counting = Counting(reader)
        snapshot = read_live(stack, counting, fresh.account.identity)
    assert len(snapshot.live) == 14
    assert counting.depth == 3


def test_what_is_new_or_retired_adds_no_round_trips_but_for_the_look_before_a_deletion(fresh: Harness) -> None:
    made = together([app("orders"), {"iam_role": {"gone": {"trust": {"services": ["ec2.amazonaws.com"]}}}}])
    fresh.make(made)
    stack, _ = load([str(fresh.spec(together([app("orders"), {"iam_group": {"new": {}}}])))])

    with AwsReader(fresh.account.connection) as reader:
        counting = Counting(reader)
        read_live(stack, counting, fresh.account.identity)
    assert counting.depth == 3
