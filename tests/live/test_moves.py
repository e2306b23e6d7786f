"""What goes by another address, or to another stack: matched, marked, taken, or refused (meaning §4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rds_secure import ownership
from rds_secure.plan import Action, Deletion
from rds_secure.spec import Stack
from rds_secure.spec.transfer import Place, Transfers
from rds_secure.values import Address
from tests.toy_account import ToyAccount, look, owned, planned, refusals, stack, steps

pytestmark = pytest.mark.usefixtures("toys")

A, B = Address("toy", "a"), Address("toy", "b")
TO_BILLING = Transfers(given={A: Place("billing", B)})
FROM_ORDERS = Transfers(taken={Place("orders", A): B})


def _billing(fields: dict[str, Any]) -> Stack:
    return replace(stack({"toy.b": fields}, transfers=FROM_ORDERS), name="billing")


def test_a_moved_resource_changes_its_tags_alone() -> None:
    account = ToyAccount()
    account.own(stack({"toy.a": {"name": "a", "colour": "red"}}), "toy.a", colour="red")
    declared = stack({"toy.b": {"name": "a", "colour": "red"}}, transfers=Transfers(moved={A: B}))
    [step] = planned(declared, account).steps
    assert (str(step.address), step.action, step.notes) == ("toy.b", Action.RETAG, ("it was toy.a: moved",))
    assert step.operations[0].params["Tags"] == {ownership.ADDRESS: "toy.b/a"}


def test_a_move_that_was_made_says_nothing_more() -> None:
    account = ToyAccount()
    declared = stack({"toy.b": {"name": "a"}}, transfers=Transfers(moved={A: B}))
    account.own(declared, "toy.b", "a")
    made = planned(declared, account)
    assert (made.is_empty, steps(made)) == (True, {})


def test_where_there_is_nothing_to_move_the_resource_is_made() -> None:
    """The entry may stand in a spec that makes the same stack elsewhere."""
    made = planned(stack({"toy.b": {}}, transfers=Transfers(moved={A: B})), ToyAccount())
    assert steps(made)["toy.b"].action is Action.CREATE


def test_a_move_renames_nothing() -> None:
    account = ToyAccount()
    account.own(stack({"toy.a": {}}), "toy.a")
    made = planned(stack({"toy.b": {}}, transfers=Transfers(moved={A: B})), account)
    what = "toy.b was toy.a, which is called a at AWS and not b"
    assert refusals(made) == [("toy.b", what, "a move renames nothing: write 'name: a'")]
    assert made.is_empty


def test_nothing_moves_to_where_something_is() -> None:
    account = ToyAccount()
    account.own(stack({"toy.a": {}}), "toy.a")
    account.own(stack({"toy.b": {}}), "toy.b")
    made = planned(stack({"toy.b": {}}, transfers=Transfers(moved={A: B})), account)
    assert [what for _, what, _ in refusals(made)] == ["toy a moves to toy.b, and b is there already"]


def test_a_copy_does_not_move_rds_18() -> None:
    account = ToyAccount()
    account.add("toy", "copy", owned(stack({"toy.a": {}}), "toy.a"))
    made = planned(stack({"toy.b": {}}, transfers=Transfers(moved={A: B})), account)
    assert steps(made)["toy.b"].action is Action.CREATE
    assert made.notes == ("toy copy carries the tags of a: a copy, left alone",)


def test_what_is_given_is_marked_and_stays_until_it_is_taken() -> None:
    account = ToyAccount()
    account.own_all({"toy.used": {}, "toy.a": {"partner": "${toy.used}"}, "toy.c": {}})
    giver = stack({"toy.c": {}}, transfers=TO_BILLING)
    made = planned(giver, account)
    step = steps(made)["toy.a"]
    assert (step.action, step.operations[0].params["Tags"]) == (Action.RETAG, {ownership.OFFER: "billing/toy.b"})
    assert step.notes == ("given to billing/toy.b: that stack takes it with its next apply",)
    assert [(str(kept.address), kept.reason) for kept in made.kept] == [
        ("toy.used", "toy.a, which is given away, uses it")
    ]
    account.named("a")["tags"][ownership.OFFER] = "billing/toy.b"
    assert planned(giver, account).is_empty


def test_what_is_given_and_declared_again_is_given_no_longer() -> None:
    account, declared = ToyAccount(), stack({"toy.a": {}})
    account.own(declared, "toy.a")
    account.named("a")["tags"][ownership.OFFER] = "billing/toy.b"
    assert [call.params for _, call in planned(declared, account).operations()] == [
        {"Id": "id-1", "TagKeys": (ownership.OFFER,)}
    ]


def test_a_stack_takes_what_another_one_gives() -> None:
    account = ToyAccount()
    account.own(stack({"toy.a": {}}), "toy.a")
    account.named("a")["tags"][ownership.OFFER] = "billing/toy.b"
    made = planned(_billing({"name": "a"}), account)
    [step] = made.steps
    assert (made.refusals, step.action, step.notes) == ((), Action.RETAG, ("it was orders/toy.a: moved",))
    tagged, untagged = step.operations
    assert tagged.params["Tags"].items() >= {ownership.STACK: "billing", ownership.ADDRESS: "toy.b/a"}.items()
    assert untagged.params["TagKeys"] == (ownership.OFFER,)


@pytest.mark.parametrize("offer", [None, "billing/toy.c", "other/toy.b"])
def test_nothing_is_taken_that_is_not_given_to_that_very_place(offer: str | None) -> None:
    """Meaning §4: without the giver's entry exit 3."""
    account = ToyAccount()
    account.own(stack({"toy.a": {}}), "toy.a")
    if offer:
        account.named("a")["tags"][ownership.OFFER] = offer
    made = planned(_billing({"name": "a"}), account)
    what = "toy a belongs to stack 'orders', which does not give it"
    entry = "write 'moved: [{from: toy.a, to: billing/toy.b}]' in that stack and apply it, then apply this one"
    assert refusals(made) == [("toy.b", what, entry)]
    assert made.is_empty


def test_taking_renames_nothing_either() -> None:
    account = ToyAccount()
    account.own(stack({"toy.a": {}}), "toy.a")
    account.named("a")["tags"][ownership.OFFER] = "billing/toy.b"
    [(_, what, fix)] = refusals(planned(_billing({}), account))
    assert (what, fix) == (
        "toy.b was orders/toy.a, which is called a at AWS and not b",
        "a move renames nothing: write 'name: a'",
    )


def test_nothing_is_made_in_the_place_of_what_another_stack_was_to_give() -> None:
    made = planned(_billing({}), ToyAccount())
    assert refusals(made) == [
        (
            "toy.b",
            "stack 'orders' has no toy.a that could become toy.b",
            "correct the entry below 'moved:', or take it out",
        )
    ]


def test_what_was_taken_is_simply_ours() -> None:
    account, taker = ToyAccount(), _billing({"name": "a"})
    account.add("toy", "a", {**owned(stack({"toy.b": {"name": "a"}}), "toy.b"), ownership.STACK: "billing"})
    assert planned(taker, account).is_applicable


def test_destroy_stumbles_over_no_move_whether_it_was_made_or_not() -> None:
    everything = Deletion(everything=True)
    moving = stack({"toy.b": {"name": "a"}}, transfers=Transfers(moved={A: B}))
    account = ToyAccount()
    account.own(stack({"toy.a": {}}), "toy.a")
    assert steps(planned(moving.emptied(), account, everything))["toy.a"].action is Action.DELETE

    taken = ToyAccount()
    tags = owned(stack({"toy.b": {"name": "a"}}), "toy.b") | {ownership.STACK: "billing"}
    identifier = taken.add("toy", "a", tags)
    gone = look(_billing({"name": "a"}).emptied(), taken)
    assert (gone.conflicts, [live.exports["id"] for live in gone.retired.values()]) == ((), [identifier])


def test_destroy_leaves_what_is_given_to_others() -> None:
    account = ToyAccount()
    account.own(stack({"toy.a": {}}), "toy.a")
    made = planned(stack({}, transfers=TO_BILLING).emptied(), account, Deletion(everything=True))
    assert steps(made)["toy.a"].action is Action.RETAG
