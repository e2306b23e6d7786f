"""What exists and becomes the stack's: found, taken over, left as it is where nothing is written (meaning §4)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rds_secure import ownership
from rds_secure.plan import Action
from rds_secure.values import Address
from tests.toy_account import ToyAccount, look, owned, planned, refusals, stack, steps

pytestmark = pytest.mark.usefixtures("toys")

A = Address("toy", "a")
NOTE = "it exists already, and is adopted: this stack's from now on"


@pytest.mark.parametrize("how", [None, "id-1", "A", "a", "arn:aws:toy:eu-west-1:123456789012:toy/A"])
def test_it_is_found_by_its_aws_name_or_by_what_is_written(how: str | None) -> None:
    account = ToyAccount()
    account.add("toy", "A")
    snapshot = look(stack({"toy.a": {}}, adopt={"toy.a": how}), account)
    assert snapshot.live[A].exports["id"] == "id-1"
    assert (snapshot.conflicts, snapshot.adopting) == ((), {A})


def test_a_plan_of_what_is_adopted_and_says_what_is_live_sets_its_tags_alone() -> None:
    account = ToyAccount()
    account.add("toy", "a", {"team": "sales"}, colour="red")
    declared = stack({"toy.a": {"colour": "red"}}, adopt={"toy.a": None})
    [step] = planned(declared, account).steps
    assert (step.action, [operation.action for operation in step.operations]) == (Action.RETAG, ["TagToy"])
    assert step.notes == (NOTE,)
    assert step.operations[0].params["Tags"].keys() == {ownership.STACK, ownership.ADDRESS, ownership.APPLIED}


def test_what_is_not_written_stays_as_it_is_while_it_is_adopted() -> None:
    """Also after it was taken over; without the line the defaults act, and that is a changed spec."""
    account = ToyAccount()
    account.add("toy", "a", colour="red", size=7, guests=("dana",))
    adopted = stack({"toy.a": {"parts": ["wheel"]}}, adopt={"toy.a": None})
    first = planned(adopted, account)
    assert [(change.path, change.new) for change in steps(first)["toy.a"].changes] == [("parts", "wheel")]

    account.toys["id-1"]["tags"] = owned(adopted, "toy.a")
    account.toys["id-1"]["fields"]["parts"] = ("wheel",)
    assert planned(adopted, account).is_empty

    later = steps(planned(replace(adopted, adopt={}), account))["toy.a"]
    assert {change.path: change.new for change in later.changes} == {"colour": "grey", "guests": None}
    assert later.cause == "spec"


def test_what_is_written_is_enforced_and_what_cannot_change_is_refused() -> None:
    account = ToyAccount()
    account.add("toy", "a", material="steel")
    adopted = stack({"toy.a": {"material": "wood"}}, adopt={"toy.a": None})
    [(address, what, _)] = refusals(planned(adopted, account))
    assert (address, what) == ("toy.a", "toy.a.material cannot change in place (steel → wood)")


def test_nothing_is_made_in_the_place_of_what_is_not_found() -> None:
    made = planned(stack({"toy.a": {}}, adopt={"toy.a": "id-9"}), ToyAccount())
    assert refusals(made) == [
        ("toy.a", "there is no toy id-9", "correct its line below 'adopt:', or take that out so that toy.a is made")
    ]
    assert not made.is_applicable


def test_adopting_renames_nothing() -> None:
    account = ToyAccount()
    account.add("toy", "old")
    declared = stack({"toy.a": {}}, adopt={"toy.a": "id-1"})
    assert refusals(planned(declared, account)) == [
        ("toy.a", "toy old would be called a", "adopting renames nothing: write 'name: old'")
    ]
    assert planned(stack({"toy.a": {"name": "old"}}, adopt={"toy.a": "id-1"}), account).is_applicable


def test_what_belongs_to_another_stack_is_not_taken() -> None:
    account = ToyAccount()
    theirs = owned(stack({"toy.a": {}}), "toy.a") | {ownership.STACK: "billing"}
    account.add("toy", "a", theirs)
    [(_, what, fix)] = refusals(planned(stack({"toy.a": {}}, adopt={"toy.a": None}), account))
    assert what == "toy a belongs to stack 'billing'"
    assert fix == "take it out there first, or leave toy.a out below 'adopt:'"


def test_what_belongs_to_another_address_of_the_stack_is_not_taken() -> None:
    account, declared = ToyAccount(), stack({"toy.a": {"name": "x"}, "toy.b": {}}, adopt={"toy.a": "x"})
    account.add("toy", "x", owned(stack({"toy.b": {"name": "x"}}), "toy.b"))
    assert ("toy.a", "toy x belongs to toy.b") in [item[:2] for item in refusals(planned(declared, account))]


def test_a_copy_is_nobody_s_and_can_be_adopted_rds_18() -> None:
    account, declared = ToyAccount(), stack({"toy.a": {}, "toy.b": {}}, adopt={"toy.b": None})
    account.own(declared, "toy.a")
    account.add("toy", "b", owned(declared, "toy.a"))
    made = planned(declared, account)
    assert (made.refusals, steps(made)["toy.b"].notes) == ((), (NOTE,))


def test_a_stranger_of_the_declared_name_is_still_in_the_way_of_another_one_that_is_adopted() -> None:
    account = ToyAccount()
    account.add("toy", "a")
    account.add("toy", "old")
    whats = [what for _, what, _ in refusals(planned(stack({"toy.a": {}}, adopt={"toy.a": "id-2"}), account))]
    assert "toy a exists already and belongs to no stack" in whats
