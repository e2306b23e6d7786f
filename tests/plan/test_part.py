"""What of an approved plan may be carried out later (meaning §6): the whole, the rest of it, and nothing that moved."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rds_secure import ownership
from rds_secure.apply import run
from rds_secure.events import ignore
from rds_secure.plan import Action, Deletion, Node, Plan, order
from rds_secure.plan.approval import approved
from rds_secure.plan.part import moved, parts
from rds_secure.plan.planner import plan as plan_of
from rds_secure.values import Address, Ref, resolve
from tests.fakes import FakeClock, error
from tests.toy_account import ToyAccount, look, planned, stack

pytestmark = pytest.mark.usefixtures("toys")

ALL = Deletion(limit=99)

DECLARED: dict[str, Any] = {
    "toy.a": {"colour": "red", "parts": ["x", "y"], "settings": {"k": "1", "l": "2"}, "tags": {"team": "payments"}},
    "toy.b": {"partner": "${toy.a}", "peers": [{"to": "${toy.a}"}, {"to": "${toy.new}"}]},
    "toy.new": {"peers": [{"to": "${toy.b}"}], "house": "${toy.other}", "parts": ["z"]},
    "toy.other": {"policy": {"Allow": "${toy.a}"}},
    "badge.c": {"shelf": {"books": ["one"], "label": "mine"}},
    "toy.quiet": {"weight": 7, "guests": ["us"], "exclusive": False},
}
"""Of which the account has some, some of that as it should be, and two things beside."""


def account() -> ToyAccount:
    """Before the plan: a and b differ, new and other are to be made, c and quiet are in sync, old ones are to go."""
    made, declared = ToyAccount(), stack(DECLARED)
    before = stack({**DECLARED, "toy.old": {}, "toy.older": {"peers": [{"to": "${toy.old}"}]}})
    a = made.own(declared, "toy.a", colour="green", parts=("y", "w"), settings={"k": "0", "m": "3"})
    made.own(declared, "toy.b", partner=None, peers=())
    made.own(declared, "badge.c", shelf={"books": ("one",), "label": "mine", "wood": "oak"})
    made.own(declared, "toy.quiet", weight=7, guests=("us", "them"))
    old = made.own(before, "toy.old", partner=a)
    made.own(before, "toy.older", peers=({"to": old, "note": None},))
    made.add("toy", "stranger", colour="blue")
    return made


def plan(of: ToyAccount) -> Plan:
    return planned(stack(DECLARED), of, ALL)


def carry_out(made: Plan, of: ToyAccount, nodes: list[Node]) -> None:
    """Some calls of a plan, in this order, as an apply makes them that is cut short."""
    caller, known = of.caller(), dict(made.known)
    operations = {(step.address, index): item for step in made.steps for index, item in enumerate(step.operations)}
    for node in nodes:
        operation = operations[node]
        reply = caller.call(operation.service, operation.action, resolve(dict(operation.params), known))
        if "id" in operation.exports:
            known[Ref(node[0], "id")] = reply["Toy"]["Id"]
            known[Ref(node[0], "arn")] = reply["Toy"]["Arn"]


def orders(made: Plan, seed: int) -> list[Node]:
    """One order in which the calls can go out."""
    chance, left, done = random.Random(seed), dict(order(made.steps)), list[Node]()
    while left:
        ready = sorted(node for node, needed in left.items() if needed <= set(done))
        node = chance.choice(ready)
        done.append(node)
        del left[node]
    return done


# The same plan, and what is left of it


def test_the_plan_of_an_account_that_nobody_touched_is_the_approved_one() -> None:
    before = plan(account())
    assert {step.action for step in before.steps} == {Action.CREATE, Action.UPDATE, Action.DELETE, Action.NONE}
    assert moved(approved(before), plan(account())) == ()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 1))
def test_what_is_left_of_a_half_done_apply_is_a_part_of_what_was_approved(seed: int, share: float) -> None:
    """Whichever calls went out before it was cut short."""
    of = account()
    before = plan(of)
    calls = orders(before, seed)
    carry_out(before, of, calls[: round(share * len(calls))])
    assert moved(approved(before), plan(of)) == ()


def test_the_rest_of_an_approved_plan_leads_where_the_whole_does() -> None:
    whole, halves = account(), account()
    before = plan(whole)
    assert run(before, whole.caller(), FakeClock(), ignore).succeeded
    carry_out(before, halves, orders(before, 4)[:5])
    rest = plan(halves)
    assert run(rest, halves.caller(), FakeClock(), ignore).succeeded
    for of in (whole, halves):
        assert plan(of).is_empty
        assert moved(approved(before), plan(of)) == ()


# What moved


def _replaced(of: ToyAccount) -> None:
    """Somebody restores a database in the place of one, say; AWS copies its tags (RDS-18)."""
    toy = of.toys.pop(of.named("quiet")["id"])
    of.toys["id-99"] = {**toy, "id": "id-99"}


def _changes() -> Iterator[tuple[str, Callable[[ToyAccount], object], str]]:
    """What somebody may do between plan and apply, and how it is told."""

    def put(name: str, **fields: Any) -> Callable[[ToyAccount], object]:
        return lambda of: of.named(name)["fields"].update(fields)

    yield "another value", put("a", colour="blue"), "toy.a.colour green → blue since the plan"
    yield "drift of what was in sync", put("quiet", weight=8), "toy.quiet.weight 7 → 8 since the plan"
    yield "a member more", put("a", parts=("y", "w", "v")), "toy.a.parts[v] none → v since the plan"
    yield "a member less", put("a", parts=("w",)), "toy.a.parts[y] y → none since the plan"
    yield (
        "an entry more",
        put("a", settings={"k": "0", "m": "3", "n": "4"}),
        "toy.a.settings[n] none → 4 since the plan",
    )
    yield "an entry's value", put("a", settings={"k": "9", "m": "3"}), "toy.a.settings[k] 0 → 9 since the plan"
    yield (
        "a nested field",
        lambda of: of.named("c")["fields"]["shelf"].update(label="theirs"),
        "badge.c.shelf.label mine → theirs since the plan",
    )
    yield "what is to go", put("old", colour="blue"), "toy.old.colour grey → blue since the plan"
    yield "another one of the same name", _replaced, "toy.quiet.(id) id-4 → id-99 since the plan"
    yield "something gone", lambda of: of.toys.pop(of.named("quiet")["id"]), "toy.quiet is gone since the plan"
    yield (
        "something made under its address",
        lambda of: of.own(stack(DECLARED), "toy.other", "other", colour="blue"),
        "toy.other: this call is not one of the plan: change colour",
    )
    yield (
        "a tag",
        lambda of: of.named("quiet")["tags"].pop("rds-secure:applied"),
        "toy.quiet: nothing was to happen to it, and now it would be: set tags rds-secure:applied",
    )
    yield (
        "one more that is ours and no longer declared",
        lambda of: of.own(stack({"toy.late": {}}), "toy.late"),
        "toy.late is there since the plan",
    )


CHANGES = list(_changes())


@pytest.mark.parametrize(("change", "told"), [item[1:] for item in CHANGES], ids=[item[0] for item in CHANGES])
def test_any_change_of_what_the_plan_depends_on_is_named(change: Callable[[ToyAccount], object], told: str) -> None:
    of = account()
    before = plan(of)
    change(of)
    after = plan(of)
    assert after.digest != before.digest
    assert moved(approved(before), after) == (told,)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 0.7), st.sampled_from(["a", "b", "c", "quiet", "old", "older"]), st.data())
def test_whatever_is_done_already_a_change_by_somebody_else_is_caught(
    seed: int, share: float, name: str, data: st.DataObject
) -> None:
    """To a value that is neither the one at the time of the plan nor the one that the plan leads to."""
    of = account()
    before = plan(of)
    calls = orders(before, seed)
    carry_out(before, of, calls[: round(share * len(calls))])
    if name not in {toy["name"] for toy in of.toys.values()}:
        return  # gone already, as the plan would have it
    field, value = data.draw(
        st.sampled_from([("colour", "black"), ("parts", ("q",)), ("settings", {"q": "1"}), ("partner", "stranger's")])
    )
    fields = of.named(name)["fields"]
    fields[field] = of.named("stranger")["id"] if field == "partner" else value
    told = moved(approved(before), plan(of))
    assert any(f".{name}.{field}" in line for line in told), told


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 1), st.integers(0, 3))
def test_what_strangers_do_never_voids_a_plan(seed: int, share: float, what: int) -> None:
    of = account()
    before = plan(of)
    calls = orders(before, seed)
    carry_out(before, of, calls[: round(share * len(calls))])
    guests = of.named("quiet")["fields"]
    strangers: list[Callable[[], object]] = [
        lambda: of.add("toy", "another", colour="black"),
        lambda: of.named("stranger")["fields"].update(colour="black"),
        lambda: of.toys.pop(of.named("stranger")["id"]),
        lambda: guests.update(guests=("us", "them", "those")),
    ]
    digest = plan(of).digest
    strangers[what]()
    assert plan(of).digest == digest
    assert moved(approved(before), plan(of)) == ()


def test_a_change_towards_the_approved_value_is_as_good_as_ours() -> None:
    of = account()
    before = plan(of)
    of.named("a")["fields"]["colour"] = "red"
    rest = plan(of)
    assert rest.digest != before.digest
    assert moved(approved(before), rest) == ()


@pytest.mark.parametrize("mark", ["pending", "applied"])
def test_what_was_begun_may_be_finished_by_other_calls_and_what_was_finished_may_not_be_changed(mark: str) -> None:
    """Security groups are made with a rule that is then revoked by an id that nobody knew before."""
    of = account()
    before = plan(of)
    identifier = of.own(stack(DECLARED), "toy.other", "other", colour="as AWS makes it")
    tags = of.toys[identifier]["tags"]
    of.toys[identifier]["tags"] = ownership.pending(tags) if mark == "pending" else tags
    told = ("toy.other: this call is not one of the plan: change colour",) if mark == "applied" else ()
    assert moved(approved(before), plan(of)) == told


def test_more_to_delete_than_was_approved_is_told() -> None:
    """What was kept because something used it, and is not used any more."""
    of = account()
    identifier = of.own(stack({"toy.spare": {}}), "toy.spare")
    of.own(stack({"vault.v": {}}), "vault.v", house=identifier)
    before = plan(of)
    assert [str(kept.address) for kept in before.kept] == ["toy.spare", "vault.v"]
    of.named("v")["fields"]["house"] = None
    assert f"vault.v.house {_ref('toy.spare')} → none since the plan" in moved(approved(before), plan(of))


def test_another_spec_is_another_plan() -> None:
    of = account()
    other = {**DECLARED, "toy.a": {**DECLARED["toy.a"], "colour": "black"}}
    assert moved(approved(plan(of)), planned(stack(other), of, ALL)) == (
        "toy.a.colour would change from green to black",
        "toy.a: this call is not one of the plan: change colour and parts and settings",
        "toy.a: this call is not one of the plan: set tags rds-secure:applied",
    )


def test_look_ups_that_find_something_else_are_named() -> None:
    def made(*found: str) -> Plan:
        of, declared = ToyAccount(), stack({"toy.a": {"subnets": {"tag": {"Tier": "private"}}}})
        subnets = [{"SubnetId": subnet, "Tags": [{"Key": "Tier", "Value": "private"}]} for subnet in found]
        of.answers["ec2", "DescribeSubnets"] = {"Subnets": subnets}
        return plan_of(look(declared, of), declared.at)

    told = "subnet(tag:Tier=private) found subnet-1, and finds subnet-1, subnet-2 now"
    assert moved(approved(made("subnet-1")), made("subnet-1", "subnet-2")) == (told,)


def test_another_thing_behind_a_reference_is_named() -> None:
    """A policy would name another object than the one it was approved for."""
    of, declared = ToyAccount(), {"toy.a": {}, "toy.b": {"partner": "${toy.a}", "colour": "red"}}
    old = of.own(stack(declared), "toy.a")
    of.own(stack(declared), "toy.b", partner=None)
    before = planned(stack(declared), of)
    gone = of.toys.pop(old)
    of.toys["id-99"] = {**gone, "id": "id-99"}
    after = planned(stack(declared), of)
    assert after.digest != before.digest
    assert moved(approved(before), after) == (
        "${toy.a.id} id-1 → id-99 since the plan",
        "toy.a.(id) id-1 → id-99 since the plan",
    )


@pytest.mark.parametrize("name", ["account", "region", "stack"])
def test_a_plan_holds_where_it_was_made(name: str) -> None:
    before = plan(account())
    elsewhere = approved(before).model_copy(update={name: "elsewhere"})
    assert f"the {name} is {getattr(before, name)}, and the plan is for elsewhere" in moved(elsewhere, before)


# Parts of calls


@pytest.mark.parametrize(
    ("value", "whole", "holds"),
    [
        ({"A": 1}, {"A": 1, "B": 2}, True),
        ({"A": 1, "B": 2}, {"A": 1}, False),
        ({"A": [1, {"C": 3}]}, {"A": [{"C": 3, "D": 4}, 2, 1]}, True),
        ({"A": [1, 3]}, {"A": [1, 2]}, False),
        ({"A": True}, {"A": 1}, False),
        ({"A": {}}, {"A": {"B": 1}}, True),
        ("a", ["a"], False),
        (None, {}, False),
    ],
)
def test_a_part_has_nothing_that_the_whole_has_not(value: Any, whole: Any, holds: bool) -> None:
    assert parts(value, whole) is holds


@given(
    st.recursive(st.integers() | st.text(max_size=3), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_everything_is_a_part_of_itself(value: Any) -> None:
    assert parts(value, value)


def test_a_deletion_is_approved_as_a_whole_only() -> None:
    """Without one of its parameters it may delete more: a final snapshot is one of them (RDS-11)."""
    of = account()
    before = approved(plan(of))
    steps = [
        step.model_copy(
            update={"calls": tuple(_with(call, {"Snapshot": "s"}) if call.destructive else call for call in step.calls)}
        )
        for step in before.steps
    ]
    told = moved(before.model_copy(update={"steps": tuple(steps)}), plan(of))
    assert told == (
        "toy.old: this call is not one of the plan: delete old",
        "toy.older: this call is not one of the plan: delete older",
    )


def _with(call: Any, more: Mapping[str, Any]) -> Any:
    return call.model_copy(update={"params": {**call.params, **more}})


def _ref(address: str) -> str:
    return f'{{"$ref": "{address}", "attribute": "id"}}'


def test_the_calls_of_an_apply_that_failed_in_the_middle_are_still_approved() -> None:
    """By the loop itself: one call fails, what depends on it is skipped, the rest is done."""
    of = account()
    before = plan(of)
    caller = of.caller()
    caller.answers["toy", "SetPeers"] = error("toy", "SetPeers", "Broken")
    outcome = run(before, caller, FakeClock(), ignore)
    assert {failure.address for failure in outcome.failures} >= {Address("toy", "b")}
    rest = plan(of)
    assert moved(approved(before), rest) == ()
    assert run(rest, of.caller(), FakeClock(), ignore).succeeded
    assert plan(of).is_empty
