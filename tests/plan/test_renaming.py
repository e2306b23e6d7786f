"""Another name for what exists, in a plan: the last of its calls, before all that refers to it; what is refused."""

from __future__ import annotations

import pytest

from rds_secure import ownership
from rds_secure.plan import Action, order
from rds_secure.values import Address
from tests import toy
from tests.toy_account import ToyAccount, look, planned, refusals, stack, steps

SHIP, HARBOUR = Address("ship", "a"), Address("toy", "b")


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch) -> None:
    toy.register(monkeypatch)


def account(**more: object) -> ToyAccount:
    """A ship, and a toy that refers to it by its ARN."""
    made = ToyAccount()
    before = {"ship.a": {}, "toy.b": {"policy": policy()}}
    ids = made.own_all(before)
    old = "arn:aws:toy:eu-west-1:123456789012:ship/a"
    made.toys[ids["toy.b"]]["fields"]["policy"] = {"Statement": [{"Effect": "Allow", "Resource": old}]}
    made.toys[ids["ship.a"]] |= {"leaving": ("name", "arn"), "more": more}
    return made


def policy() -> dict[str, object]:
    return {"Statement": [{"Effect": "Allow", "Resource": "${ship.a.arn}"}]}


RENAMED = {"ship.a": {"name": "other", "colour": "red", "when": "now"}, "toy.b": {"policy": policy()}}


def test_it_comes_after_all_other_calls_but_the_one_for_tags() -> None:
    step = steps(planned(stack(RENAMED), account()))["ship.a"]
    assert [call.action for call in step.operations] == ["ModifyToy", "RenameToy", "TagToy"]
    assert step.operations[-1].params["Tags"][ownership.ADDRESS] == "ship.a/other"
    assert [change.path for change in step.changes] == ["name", "colour"]
    assert "another name is painted on it" in step.notes
    assert (step.action, step.cause, step.name) == (Action.UPDATE, "spec", "a")


def test_what_refers_to_it_changes_as_well_and_only_then() -> None:
    """Meaning §2: what is known beforehand is nobody's name yet."""
    made = planned(stack(RENAMED), account())
    follower = steps(made)["toy.b"]
    assert [change.path for change in follower.changes] == ["policy"]
    assert (follower.cause, follower.notes) == ("", ("it follows ship.a, which gets another name",)), "this is no drift"
    assert order(made.steps, made.known)[HARBOUR, 0] == {(SHIP, 2)}


def test_what_is_in_its_way_is_refused() -> None:
    made = planned(stack(RENAMED), account(facts={"moored": True}))
    assert refusals(made) == [("ship.a", "a is moored", "cast off")]


def test_what_is_parked_is_made_with_it_and_the_digest_covers_that() -> None:
    """RDS-2: a rename is made at once, and so is all that waits."""
    declared = stack({"ship.a": {"name": "other"}, "toy.b": {"policy": policy()}})
    made = [planned(declared, account(pending=parked)) for parked in ({}, {"size": 9})]
    assert len({one.digest for one in made}) == 2
    assert "made now as well, because AWS has it parked: size 1 → 9" in steps(made[1])["ship.a"].notes


@pytest.mark.parametrize("owner", ["", "theirs"])
def test_a_name_that_is_taken_is_a_conflict_before_the_first_call(owner: str) -> None:
    taken = account()
    taken.add("ship", "other", {ownership.STACK: owner, ownership.ADDRESS: "ship.x/other"} if owner else {})
    snapshot = look(stack(RENAMED), taken)
    [conflict] = snapshot.conflicts
    assert (str(conflict.address), "ship other" in conflict.what) == ("ship.a", True)
    assert not planned(stack(RENAMED), taken).is_applicable


def test_adopting_gives_no_other_name_even_where_one_can_be_given() -> None:
    """Meaning §4."""
    made = ToyAccount()
    made.add("ship", "old")
    snapshot = look(stack({"ship.a": {}}, adopt={"ship.a": "old"}), made)
    assert [item.fix for item in snapshot.conflicts] == ["adopting renames nothing: write 'name: old'"]


@pytest.mark.parametrize(("follows", "changed"), [(True, []), (False, ["partner"])])
def test_where_aws_keeps_up_by_itself_nothing_changes(
    monkeypatch: pytest.MonkeyPatch, follows: bool, changed: list[str]
) -> None:
    """RDS-30: the replicas of a database go on."""
    monkeypatch.setattr(toy.Toy, "follows_names", follows)
    made = ToyAccount()
    before = {"ship.a": {}, "toy.b": {"partner": "${ship.a}"}}
    ids = made.own_all(before)
    made.toys[ids["toy.b"]]["fields"]["partner"] = ids["ship.a"]
    made.toys[ids["ship.a"]]["leaving"] = ("id",)
    toys = planned(stack({**before, "ship.a": {"name": "other"}}), made).steps[1]
    assert (toys.address, [change.path for change in toys.changes]) == (HARBOUR, changed)
