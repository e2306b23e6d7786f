"""A read that is denied is unknown, never absent (meaning §8): nothing is created or deleted on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from rds_secure.errors import DeniedError, UnsupportedError
from rds_secure.plan import Action, Deletion
from rds_secure.values import Address
from tests.toy_account import ToyAccount, planned, stack

pytestmark = pytest.mark.usefixtures("toys")


def _denied(service: str, action: str) -> DeniedError:
    return DeniedError(service, action, "AccessDenied", f"you may not {action}", status=403)


def _blind(account: ToyAccount, kind: str) -> None:
    """Deny the list of one kind, and of no other."""
    seen = account.answers["toy", "DescribeToys"]

    def answer(params: Mapping[str, Any]) -> Any:
        return _denied("toy", "DescribeToys") if params["Kind"] == kind else seen(params)

    account.answers["toy", "DescribeToys"] = answer


def test_nothing_is_planned_for_a_kind_whose_list_is_denied_and_the_plan_is_not_applicable() -> None:
    account, declared = ToyAccount(), stack({"toy.a": {}, "badge.new": {}})
    account.own(declared, "toy.a")
    _blind(account, "toy")

    made = planned(declared, account)

    assert {str(step.address): step.action for step in made.steps} == {
        "toy.a": Action.UNSEEN,
        "badge.new": Action.CREATE,
    }
    [unseen] = made.unseen
    assert unseen.call == "toy DescribeToys: AccessDenied"
    assert (unseen.kinds, unseen.addresses) == (("toy",), (Address("toy", "a"),))
    assert not made.is_applicable
    [obstacle] = made.obstacles
    assert obstacle.what == "toy.a could not be seen (toy DescribeToys: AccessDenied)"
    assert "allow toy:DescribeToys" in obstacle.fix


def test_what_refers_to_something_unseen_is_not_planned_either_however_far_away() -> None:
    account = ToyAccount()
    declared = stack({"toy.a": {}, "badge.b": {"partner": "${toy.a}"}, "label.c": {"partner": "${badge.b}"}})
    _blind(account, "toy")
    made = planned(declared, account)
    assert {step.action for step in made.steps} == {Action.UNSEEN}
    assert list(made.operations()) == []


def test_an_endpoint_that_lacks_the_call_hides_as_much_as_a_denial() -> None:
    """ANY-3."""
    account = ToyAccount()
    account.answers["toy", "DescribeToys"] = UnsupportedError("toy", "DescribeToys", "InvalidAction", "?")
    assert [step.action for step in planned(stack({"toy.a": {}}), account).steps] == [Action.UNSEEN]


def test_nothing_is_deleted_that_something_unseen_may_use() -> None:
    account = ToyAccount()
    account.own(stack({}), "toy.old")
    _blind(account, "badge")
    made = planned(stack({"toy.a": {}}), account, Deletion(limit=9))
    assert made.count(Action.DELETE) == 0
    assert [(str(kept.address), kept.reason) for kept in made.kept] == [
        ("toy.old", "what uses it could not be seen (toy DescribeToys: AccessDenied)")
    ]


def test_a_denial_that_hides_nothing_declared_leaves_the_plan_applicable() -> None:
    account = ToyAccount()
    _blind(account, "badge")
    made = planned(stack({"toy.a": {}}), account)
    assert made.is_applicable
    assert [(item.kinds, item.addresses) for item in made.unseen] == [(("badge",), ())]
    assert made.count(Action.CREATE) == 1


def test_databases_and_keys_are_deleted_only_where_everything_was_seen() -> None:
    account = ToyAccount()
    account.own(stack({}), "vault.old")
    everything = Deletion(frozenset({"vault"}), everything=True)
    assert planned(stack({}), account, everything).count(Action.DELETE) == 1
    account.answers["resourcegroupstaggingapi", "GetResources"] = _denied("resourcegroupstaggingapi", "GetResources")
    made = planned(stack({}), account, everything)
    assert made.count(Action.DELETE) == 0


def test_a_look_up_that_is_denied_is_no_problem_of_the_spec_and_hides_what_needs_it() -> None:
    account = ToyAccount()
    declared = stack({"toy.a": {"vpc": {"tag": {"Name": "main"}}}, "toy.b": {}})
    account.own(stack({"toy.a": {}}), "toy.a", vpc="vpc-0000000a")
    account.answers["ec2", "DescribeVpcs"] = _denied("ec2", "DescribeVpcs")
    made = planned(declared, account)
    assert {step.address.name: step.action for step in made.steps} == {"a": Action.UNSEEN, "b": Action.CREATE}
    assert not made.is_applicable


def test_what_adopt_names_and_cannot_be_seen_is_not_called_missing() -> None:
    account = ToyAccount()
    _blind(account, "toy")
    assert planned(stack({"toy.a": {}}, adopt={"toy.a": "id-1"}), account).refusals == ()
