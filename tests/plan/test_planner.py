"""What is made, changed and refused (meaning §2, §3). What is deleted: test_deletion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from rds_secure import ownership
from rds_secure.errors import Location
from rds_secure.kind import Change, Consequence, FieldChange
from rds_secure.operation import Operation
from rds_secure.plan import Action, Deletion, Step, order, plan
from rds_secure.values import Address, Ref
from tests import toy
from tests.toy import Toy, ToySpec
from tests.toy_account import ToyAccount, look, owned, planned, refusals, stack, steps

pytestmark = pytest.mark.usefixtures("toys")

A = Address("toy", "a")
ALL = Deletion(everything=True)


def _actions(step: Step) -> list[str]:
    return [operation.action for operation in step.operations]


# Create


def test_what_is_not_there_is_made_with_its_tags() -> None:
    """House rule 9."""
    made = planned(stack({"toy.a": {"colour": "red"}}), ToyAccount())
    step = steps(made)["toy.a"]
    assert (step.action, step.name, step.cause) == (Action.CREATE, "a", "")
    assert _actions(step) == ["CreateToy"]
    tags = step.operations[0].params["Tags"]
    assert tags == owned(stack({"toy.a": {"colour": "red"}}), "toy.a")
    assert not tags[ownership.APPLIED].startswith("1.pending.")


def test_what_takes_several_calls_is_marked_as_pending_until_the_last_one() -> None:
    """Meaning §3."""
    declared = stack({"toy.a": {"peers": [{"to": "${toy.b}"}], "tags": {"team": "x"}}, "toy.b": {}})
    step = steps(planned(declared, ToyAccount()))["toy.a"]
    assert _actions(step) == ["CreateToy", "SetPeers", "TagToy"]
    mark = owned(declared, "toy.a")[ownership.APPLIED]
    assert step.operations[0].params["Tags"][ownership.APPLIED] == mark.replace("1.", "1.pending.", 1)
    assert step.operations[-1].params == {"Id": Ref(A, "id"), "Tags": {ownership.APPLIED: mark}}


def test_what_takes_no_tags_is_made_without() -> None:
    step = steps(planned(stack({"crowd.a": {"peers": [{"to": "id-1"}]}}), ToyAccount()))["crowd.a"]
    assert _actions(step) == ["CreateToy", "SetPeers"]
    assert step.operations[0].params["Tags"] == {}


def test_what_is_made_shows_what_is_written_and_what_is_not_nothing() -> None:
    step = steps(planned(stack({"toy.a": {"parts": ["x"], "tags": {"team": "x"}}}), ToyAccount()))["toy.a"]
    shown = {change.path: change.new for change in step.changes}
    assert shown["parts"] == ("x",)
    assert shown["colour"] == "grey"
    assert not shown.keys() & {"weight", "partner", "settings", "tags", "ignore", "name", "exclusive", "when"}
    assert all(change.old is None for change in step.changes)


def test_members_that_are_mappings_are_shown_one_by_one_when_made() -> None:
    step = steps(planned(stack({"toy.a": {"peers": [{"to": "id-2"}, {"to": "id-1"}]}}), ToyAccount()))["toy.a"]
    peers = [(change.member, change.new) for change in step.changes if change.path == "peers"]
    assert peers == [("id-2", {"to": "id-2", "note": None}), ("id-1", {"to": "id-1", "note": None})]


def test_two_that_name_each_other_can_be_made() -> None:
    declared = stack({"toy.a": {"peers": [{"to": "${toy.b}"}]}, "toy.b": {"peers": [{"to": "${toy.a}"}]}})
    made = planned(declared, ToyAccount())
    assert made.is_applicable
    assert order(made.steps)[A, 1] == {(A, 0), (Address("toy", "b"), 0)}


def test_two_that_need_each_other_are_refused() -> None:
    made = planned(stack({"toy.a": {"partner": "${toy.b}"}, "toy.b": {"partner": "${toy.a}"}}), ToyAccount())
    ((_, what, fix),) = refusals(made)
    assert what in (
        "these wait for each other: toy.a → toy.b → toy.a",
        "these wait for each other: toy.b → toy.a → toy.b",
    )
    assert fix == "take one of the references out"
    assert not made.is_applicable


# Nothing to do


def test_what_is_as_declared_needs_no_call() -> None:
    account, declared = ToyAccount(), {"toy.a": {"colour": "red"}, "toy.b": {"partner": "${toy.a}"}}
    account.own_all(declared)
    made = planned(stack(declared), account)
    assert made.is_empty
    assert steps(made) == {}
    assert {step.action for step in made.steps} == {Action.NONE}


# Update


def test_a_changed_spec_is_told_from_drift() -> None:
    """Meaning §3."""
    account, before, after = ToyAccount(), {"toy.a": {"colour": "red"}}, {"toy.a": {"colour": "blue"}}
    identifier = account.own_all(before)["toy.a"]
    assert steps(planned(stack(after), account))["toy.a"].cause == "spec"
    account.toys[identifier]["fields"]["colour"] = "green"
    assert steps(planned(stack(before), account))["toy.a"].cause == "drift"


def test_a_change_is_marked_as_applied_after_it_was_made() -> None:
    """Meaning §3."""
    account = ToyAccount()
    account.own_all({"toy.a": {"colour": "red"}})
    declared = stack({"toy.a": {"colour": "blue", "peers": [{"to": "id-1"}]}})
    step = steps(planned(declared, account))["toy.a"]
    assert (step.action, _actions(step)) == (Action.UPDATE, ["ModifyToy", "SetPeers", "TagToy"])
    assert step.operations[-1].params["Tags"] == {ownership.APPLIED: owned(declared, "toy.a")[ownership.APPLIED]}


def test_drift_is_settled_without_a_new_mark() -> None:
    account, declared = ToyAccount(), {"toy.a": {"colour": "red"}}
    account.toys[account.own_all(declared)["toy.a"]]["fields"]["colour"] = "green"
    assert _actions(steps(planned(stack(declared), account))["toy.a"]) == ["ModifyToy"]


def test_what_was_not_made_in_full_is_completed_and_is_no_drift() -> None:
    account, declared = ToyAccount(), stack({"toy.a": {"peers": [{"to": "id-9"}]}})
    account.add("toy", "a", ownership.pending(owned(declared, "toy.a")))
    step = steps(planned(declared, account))["toy.a"]
    assert (_actions(step), step.cause) == (["SetPeers", "TagToy"], "spec")


def test_where_no_tag_tells_the_cause_is_open() -> None:
    """IAM-6: groups take no tags."""
    account, declared = ToyAccount(), {"crowd.a": {"colour": "red"}}
    account.toys[account.own_all(declared)["crowd.a"]]["fields"]["colour"] = "green"
    step = steps(planned(stack(declared), account))["crowd.a"]
    assert (step.action, step.cause) == (Action.UPDATE, "")


def test_a_plan_whose_only_difference_is_our_tag_is_tags_only() -> None:
    """Meaning §3."""
    account = ToyAccount()
    account.own_all({"toy.a": {}})
    step = steps(planned(stack({"toy.a": {"ignore": ["colour"]}}), account))["toy.a"]
    assert (step.action, _actions(step), step.changes, step.cause) == (Action.RETAG, ["TagToy"], (), "")


def test_a_changed_tag_of_the_users_is_a_change() -> None:
    account = ToyAccount()
    account.own_all({"toy.a": {"tags": {"team": "x", "cost": "7"}}})
    step = steps(planned(stack({"toy.a": {"tags": {"team": "y"}}}), account))["toy.a"]
    assert step.action is Action.UPDATE
    assert step.changes == (
        FieldChange("tags", old="7", member="cost"),
        FieldChange("tags", old="x", new="y", member="team"),
    )
    assert _actions(step) == ["TagToy", "UntagToy"]
    assert step.operations[1].params["TagKeys"] == ("cost",)
    assert step.cause == "spec"


def test_a_tag_that_somebody_changed_is_drift() -> None:
    account, declared = ToyAccount(), {"toy.a": {"tags": {"team": "x"}}}
    toy = account.toys[account.own_all(declared)["toy.a"]]
    toy["tags"]["team"] = "sales"
    step = steps(planned(stack(declared), account))["toy.a"]
    assert (step.cause, _actions(step)) == ("drift", ["TagToy"])


def test_a_strangers_tag_stays() -> None:
    """Meaning §3."""
    account, declared = ToyAccount(), {"toy.a": {"tags": {"team": "x"}}}
    account.toys[account.own_all(declared)["toy.a"]]["tags"]["scanner"] = "seen"
    assert steps(planned(stack(declared), account)) == {}


def test_tags_that_are_left_to_others_are_not_changed_but_ours_are() -> None:
    account = ToyAccount()
    account.own_all({"toy.a": {"tags": {"team": "x"}}})
    written = {"colour": "red", "tags": {"team": "y"}, "ignore": ["tags"]}
    step = steps(planned(stack({"toy.a": written}), account))["toy.a"]
    assert _actions(step) == ["ModifyToy", "TagToy"]
    assert set(step.operations[1].params["Tags"]) == {ownership.APPLIED}
    assert [change.path for change in step.changes] == ["colour"]


def test_a_new_name_in_place_is_written_to_the_address_tag() -> None:
    account = ToyAccount()
    account.own_all({"label.a": {}})
    step = steps(planned(stack({"label.a": {"name": "other"}}), account))["label.a"]
    assert step.operations[-1].params["Tags"][ownership.ADDRESS] == "label.a/other"


def test_what_is_parked_needs_no_call_and_is_shown() -> None:
    """RDS-2."""
    account, declared = ToyAccount(), {"toy.a": {"colour": "red"}}
    toy = account.toys[account.own_all(declared)["toy.a"]]
    toy["fields"]["colour"], toy["more"] = "grey", {"pending": {"colour": "red"}}
    made = planned(stack(declared), account)
    assert (made.is_empty, made.waits_for_window) == (True, True)
    assert [change.new for change in steps(made)["toy.a"].pending] == ["red"]


def test_now_says_what_else_it_makes_and_the_digest_covers_it() -> None:
    """RDS-2: what is parked is flushed by a change that is made now."""
    digests = set()
    for parked in ({}, {"size": 9, "colour": "blue"}, {"size": 8}):
        account = ToyAccount()
        toy = account.toys[account.own_all({"toy.a": {"when": "now"}})["toy.a"]]
        toy["more"] = {"pending": parked}
        made = planned(stack({"toy.a": {"colour": "red", "when": "now"}}), account)
        digests.add(made.digest)
        notes = [note for note in steps(made)["toy.a"].notes if "parked" in note]
        size = toy["fields"].get("size")
        was = "" if size is None else f" {size}"
        expected = f"made now as well, because AWS has it parked: size{was} → {parked.get('size')}"
        assert notes == ([expected] if parked else [])
        window = planned(stack({"toy.a": {"colour": "red"}}), account)
        assert not [note for note in steps(window)["toy.a"].notes if "parked" in note]
    assert len(digests) == 3


def test_strangers_in_a_set_that_is_not_wholly_ours_are_shown_and_need_no_call() -> None:
    account, declared = ToyAccount(), {"toy.a": {"exclusive": False}}
    account.toys[account.own_all(declared)["toy.a"]]["fields"]["guests"] = ("them",)
    made = planned(stack(declared), account)
    assert made.is_empty
    assert [change.old for change in steps(made)["toy.a"].strangers] == ["them"]


def test_what_differs_and_cannot_change_is_noted() -> None:
    account = ToyAccount()
    account.own_all({"toy.a": {"remark": "old"}})
    step = steps(planned(stack({"toy.a": {"remark": "new"}}), account))["toy.a"]
    assert step.notes == ("remark differs and cannot change: 'old' stays, 'new' is written",)
    assert step.action is Action.RETAG


def test_what_a_kind_found_worth_knowing_is_noted() -> None:
    account, declared = ToyAccount(), {"toy.a": {}}
    account.toys[account.own_all(declared)["toy.a"]]["more"] = {"facts": {"notes": ("it squeaks",)}}
    assert steps(planned(stack(declared), account))["toy.a"].notes == ("it squeaks",)


def test_what_a_kind_says_of_what_is_declared_is_shown_from_its_creation_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toy.Toy, "notes", lambda _, resource, live: iter([f"{resource.spec.colour} fades"]))
    account, declared = ToyAccount(), {"toy.a": {"colour": "red"}}
    assert steps(planned(stack(declared), account))["toy.a"].notes == ("red fades",)
    account.own_all({"toy.a": {"colour": "blue"}})
    assert steps(planned(stack(declared), account))["toy.a"].notes == ("red fades",)


def test_a_passing_state_is_noted_where_something_is_to_change() -> None:
    """RDS-1: calls are refused while an instance is not available."""
    account, declared = ToyAccount(), {"toy.a": {}}
    account.toys[account.own_all(declared)["toy.a"]]["more"] = {"busy": "modifying"}
    assert steps(planned(stack(declared), account)) == {}
    step = steps(planned(stack({"toy.a": {"colour": "red"}}), account))["toy.a"]
    assert step.notes == ("it is modifying just now: the change waits until it is available",)


def test_a_look_up_that_finds_something_else_is_told_from_another_value() -> None:
    account, declared = ToyAccount(), {"toy.a": {"vpc": {"tag": {"Name": "main"}}}}
    tags = [{"Key": "Name", "Value": "main"}]
    account.answers["ec2", "DescribeVpcs"] = {"Vpcs": [{"VpcId": "vpc-0000000b", "Tags": tags}]}
    (applied,) = look(stack(declared), account).resources.values()
    account.add("toy", "a", applied.tags, vpc="vpc-0000000a")
    (change,) = steps(planned(stack(declared), account))["toy.a"].changes
    assert (change.old, change.new, change.note) == ("vpc-0000000a", "vpc-0000000b", "look-up moved")
    (change,) = steps(planned(stack({"toy.a": {"vpc": "vpc-0000000b"}}), account))["toy.a"].changes
    assert change.note == ""


def test_another_look_up_in_the_spec_has_not_moved() -> None:
    account = ToyAccount()
    tags = [{"Key": "Name", "Value": "main"}]
    account.answers["ec2", "DescribeVpcs"] = {"Vpcs": [{"VpcId": "vpc-0000000b", "Tags": tags}]}
    account.own_all({"toy.a": {"vpc": "vpc-0000000a"}})
    declared = {"toy.a": {"vpc": {"tag": {"Name": "main"}}}}
    (change,) = steps(planned(stack(declared), account))["toy.a"].changes
    assert (change.new, change.note) == ("vpc-0000000b", "")


# Refused


def test_what_cannot_change_in_place_is_refused_where_it_is_written() -> None:
    """House rule 6."""
    account = ToyAccount()
    account.own_all({"toy.a": {"shelf": {"wood": "elm"}}})
    snapshot = look(stack({"toy.a": {"material": "steel", "shelf": {"wood": "ash"}}}), account)
    asked: list[tuple[Address, tuple[Any, ...]]] = []

    def locate(address: Address, path: tuple[str | int, ...]) -> Location:
        asked.append((address, path))
        return Location("orders.yaml", len(asked), 1)

    made = plan(snapshot, locate)
    assert asked == [(A, ("material",)), (A, ("shelf", "wood"))]
    assert [(item.what, item.fix, item.location and item.location.line) for item in made.refusals] == [
        ("toy.a.material cannot change in place (wood → steel)", "make another one of that material", 1),
        ("toy.a.shelf.wood cannot change in place (elm → ash)", "make another one of that shelf.wood", 2),
    ]
    assert not made.is_applicable


def test_what_cannot_be_used_is_refused() -> None:
    """KMS-2: a key that waits for its deletion is not gone."""
    account, declared = ToyAccount(), {"toy.a": {}}
    account.toys[account.own_all(declared)["toy.a"]]["more"] = {"blocked": "wake it up"}
    assert refusals(planned(stack(declared), account)) == [("toy.a", "toy.a cannot be used", "wake it up")]


def test_a_conflict_is_refused_and_nothing_is_made_in_its_place() -> None:
    account = ToyAccount()
    account.add("toy", "a")
    made = planned(stack({"toy.a": {}, "toy.b": {}}), account)
    assert refusals(made) == [
        ("toy.a", "toy a exists already and belongs to no stack", "choose another name, or remove what exists")
    ]
    assert list(steps(made)) == ["toy.b"]


def test_another_name_is_refused_and_nothing_is_made_or_deleted() -> None:
    """Meaning §2."""
    account = ToyAccount()
    account.own_all({"toy.a": {}, "toy.b": {}})
    made = planned(stack({"toy.a": {"name": "other"}, "toy.b": {}}), account, ALL)
    assert [what for _, what, _ in refusals(made)] == ["the name of toy.a changes from a to other"]
    assert steps(made) == {}


def test_a_copy_is_never_changed_nor_deleted() -> None:
    """Meaning §3, RDS-18."""
    account, declared = ToyAccount(), stack({"toy.a": {"colour": "red"}})
    account.own_all({"toy.a": {"colour": "red"}})
    account.add("toy", "a-restored", owned(declared, "toy.a"), colour="green")
    account.add("toy", "old-restored", owned(stack({}), "toy.old"))
    made = planned(declared, account, Deletion(frozenset({"vault", "chest"}), everything=True))
    assert made.is_empty
    assert [note.split(" carries")[0] for note in made.notes] == ["toy a-restored", "toy old-restored"]
    assert made.kept == ()


# The plan as a whole


def test_steps_kept_and_refusals_are_in_the_order_of_addresses() -> None:
    account = ToyAccount()
    gone = {"vault.z": {}, "vault.b": {}, "badge.y": {}, "badge.x": {}}
    account.own_all({**gone, "toy.z": {}, "toy.m": {"material": "elm"}})
    account.add("toy", "c")
    made = planned(stack({"toy.m": {}, "toy.c": {}, "toy.z": {}, "badge.a": {}}), account)
    for addresses in ([step.address for step in made.steps], [kept.address for kept in made.kept]):
        assert addresses == sorted(addresses)
    assert [str(refusal.address) for refusal in made.refusals] == ["badge.x", "toy.c", "toy.m"]


def test_a_plan_counts_its_actions_and_lists_its_calls() -> None:
    account = ToyAccount()
    account.own_all({"toy.a": {}, "toy.b": {}})
    made = planned(stack({"toy.a": {"colour": "red"}, "toy.c": {}, "toy.d": {}}), account, ALL)
    counts = {action: made.count(action) for action in Action}
    assert counts == {
        Action.CREATE: 2,
        Action.UPDATE: 1,
        Action.MIGRATE: 0,
        Action.DELETE: 1,
        Action.LET_GO: 0,
        Action.RETAG: 0,
        Action.NONE: 0,
        Action.UNSEEN: 0,
    }
    assert [(str(step.address), operation.action) for step, operation in made.operations()] == [
        ("toy.a", "ModifyToy"),
        ("toy.a", "TagToy"),
        ("toy.b", "DeleteToy"),
        ("toy.c", "CreateToy"),
        ("toy.d", "CreateToy"),
    ]


def test_a_plan_says_where_it_is_for() -> None:
    made = planned(stack({"toy.a": {}}), ToyAccount())
    assert (made.account, made.region, made.stack) == ("123456789012", "eu-west-1", "orders")


# What there is one of only


def test_a_singleton_of_nobody_is_a_conflict_that_says_how_to_take_it_over() -> None:
    """Meaning §3."""
    account = ToyAccount()
    account.add("shrine", "a")
    ((address, what, fix),) = refusals(planned(stack({"shrine.a": {}}), account))
    assert (address, what) == ("shrine.a", "shrine a exists already and belongs to no stack")
    assert fix == "there is one only: to take it over, write 'adopt: {shrine.a: null}' at the top of the spec"


def test_a_singleton_that_aws_makes_by_itself_is_claimed_unless_it_is_another_stacks() -> None:
    account = ToyAccount()
    account.add("spring", "a", {"Name": "ours by nature"}, colour="red")
    step = steps(planned(stack({"spring.a": {}}), account))["spring.a"]
    assert (step.action, step.cause) == (Action.UPDATE, "")
    assert step.notes == ("it belongs to no stack so far: this one claims it",)
    assert [call.action for call in step.operations] == ["ModifyToy", "TagToy"]

    account.named("a")["tags"] |= {"rds-secure:stack": "billing", "rds-secure:address": "spring.a/a"}
    ((_, what, fix),) = refusals(planned(stack({"spring.a": {}}), account))
    assert what == "spring a belongs to stack 'billing', and 'orders' declares it too"
    assert fix == "there is one only: take it out of one of the two stacks"


def test_a_singleton_of_the_stack_is_not_lost_to_a_stranger_in_the_declared_place() -> None:
    account = ToyAccount()
    mine = account.own(stack({"spring.a": {}}), "spring.a")
    account.add("spring", "A")
    snapshot = look(stack({"spring.a": {}}), account)
    assert snapshot.live[Address("spring", "a")].exports["id"] == mine


# What follows


def test_what_changes_elsewhere_may_make_calls_of_its_own_necessary(monkeypatch: pytest.MonkeyPatch) -> None:
    """They come after its own changes, before the tags, and after the other resource."""

    def follow(_: Toy, change: Change[ToySpec], elsewhere: Mapping[Address, tuple[FieldChange, ...]]) -> Consequence:
        because = tuple(address for address, changes in elsewhere.items() if changes and address != change.live.address)
        called = Operation(service="toy", action="ShakeToy", params={}, summary="shake it", after=because)
        shaken = FieldChange("shaken", new=True)
        return Consequence((shaken,), (called,), ("it is shaken",)) if because else Consequence()

    monkeypatch.setattr(Toy, "follow", follow)
    account, declared = ToyAccount(), stack({"toy.a": {"colour": "red"}, "toy.b": {}})
    account.own(stack({"toy.a": {}}), "toy.a")
    account.own(declared, "toy.b")

    made = planned(declared, account)
    step = steps(made)["toy.b"]
    assert (step.action, step.cause, _actions(step)) == (Action.UPDATE, "", ["ShakeToy"])
    assert ([change.path for change in step.changes], step.notes) == (["shaken"], ("it is shaken",))
    assert order(made.steps)[Address("toy", "b"), 0] == {(A, len(steps(made)["toy.a"].operations) - 1)}


def test_what_left_traces_is_not_made_again_unless_it_is_asked_for_by_its_address() -> None:
    """Meaning §5."""
    snapshot = look(stack({"vault.a": {}, "vault.b": {}}), ToyAccount())
    traced = replace(snapshot, traces={Address("vault", "a"): ("a snapshot", "events")})

    refused = plan(traced, lambda *_: None)
    assert refusals(refused) == [
        (
            "vault.a",
            "vault.a is not there, and was before; it left a snapshot; events",
            "restore it as a; or, if it is to begin again empty, pass --create-empty vault.a",
        )
    ]
    assert plan(traced, lambda *_: None, create_empty=frozenset({Address("vault", "a")})).is_applicable
    assert not plan(traced, lambda *_: None, create_empty=frozenset({Address("vault", "b")})).is_applicable
