"""What is about to be deleted, read again: which differences stop it, and which are the plan's own doing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rds_secure.live import Snapshot, read_again
from rds_secure.plan import Action, Deletion, Plan
from rds_secure.plan import plan as plan_of
from rds_secure.plan.recheck import moved_since
from rds_secure.values import Address
from tests.toy_account import ToyAccount, look, stack

pytestmark = pytest.mark.usefixtures("toys")

ALL = Deletion(limit=99)
OLD, CLUB, KEPT = Address("toy", "old"), Address("crowd", "club"), Address("toy", "kept")


def account() -> ToyAccount:
    made, before = ToyAccount(), stack({"toy.old": {}, "crowd.club": {}, "toy.kept": {}})
    friend = made.add("toy", "friend")
    kept = made.own(before, "toy.kept")
    made.own(before, "toy.old", peers=({"to": kept, "note": None}, {"to": friend, "note": None}), parts=("x", "y"))
    made.own(before, "crowd.club")
    return made


def plan(of: ToyAccount) -> tuple[Plan, Snapshot]:
    declared = stack({"toy.kept": {}})
    snapshot = look(declared, of)
    return plan_of(snapshot, declared.at, ALL), snapshot


def told(of: ToyAccount, change: Callable[[ToyAccount], object], address: Address = OLD, index: int = -1) -> str:
    """What is said of an object that this was done to after the plan; ``index`` of the call, the last one else."""
    made, snapshot = plan(of)
    change(of)
    (step,) = (step for step in made.steps if step.address == address)
    assert step.action is Action.DELETE
    now = read_again(snapshot.retired[address], snapshot, of.reader())
    return moved_since(made, snapshot, step, index % len(step.operations), now)


def put(name: str, **fields: Any) -> Callable[[ToyAccount], object]:
    return lambda of: of.named(name)["fields"].update(fields)


def test_what_nobody_touched_may_go() -> None:
    assert told(account(), lambda of: None) == ""
    assert told(account(), lambda of: None, CLUB) == ""


def test_what_strangers_do_stops_no_deletion() -> None:
    assert told(account(), lambda of: (of.add("toy", "older"), put("friend", colour="red")(of))) == ""


def test_another_value_stops_it_and_is_named() -> None:
    assert told(account(), put("old", colour="red", size=9)) == (
        "toy.old.colour grey → red since the plan; toy.old.size 1 → 9 since the plan"
    )
    assert told(account(), put("club", parts=("new",)), CLUB) == "crowd.club.parts[new] none → new since the plan"


def test_what_it_has_let_go_of_by_now_stops_nothing() -> None:
    assert told(account(), put("old", peers=(), parts=("y",))) == ""


def test_another_thing_that_holds_it_now_stops_it() -> None:
    def more(of: ToyAccount) -> None:
        put("old", parts=("x", "y", "z"))(of)

    assert told(account(), more) == "toy.old.parts[z] none → z since the plan"


def test_what_is_gone_already_stops_nothing() -> None:
    assert told(account(), lambda of: of.toys.pop(of.named("old")["id"])) == ""


def test_another_one_of_its_name_stays() -> None:
    """AWS copies tags where a database is restored in the place of another (RDS-18)."""

    def restored(of: ToyAccount) -> None:
        old = of.toys.pop(of.named("old")["id"])
        of.toys["id-99"] = {**old, "id": "id-99"}

    assert told(account(), restored) == "toy.old.(id) id-3 → id-99 since the plan"


def test_what_is_another_ones_by_now_stays() -> None:
    def sold(of: ToyAccount) -> None:
        of.named("old")["tags"] = {**of.named("old")["tags"], "rds-secure:stack": "billing"}

    assert told(account(), sold) == (
        "toy.old was toy.old of stack 'orders' at the time of the plan, and is toy.old of stack 'billing'"
    )
    assert "and is nobody's" in told(account(), lambda of: of.named("old").update(tags={}))
