"""What is made, changed, deleted, kept and refused (meaning §1, §3, §5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from rds_secure import ownership
from rds_secure.errors import Location
from rds_secure.kind import FieldChange
from rds_secure.plan import Action, Deletion, Plan, Step, order, plan
from rds_secure.values import Address, Ref
from tests.toy import ToyAccount, look, owned, planned, stack, steps

pytestmark = pytest.mark.usefixtures("toys")

A = Address("toy", "a")
ALL = Deletion(everything=True)


def _own(account: ToyAccount, declared: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Make what is declared, references to earlier ones filled in; the ids by address."""
    written = stack(declared)
    found: dict[str, str] = {}
    for address, fields in declared.items():
        known = {name: found[str(value)[2:-1]] for name, value in fields.items() if str(value)[2:-1] in found}
        found[address] = account.own(written, address, **known)
    return found


def _actions(step: Step) -> list[str]:
    return [operation.action for operation in step.operations]


def _refusals(made: Plan) -> list[tuple[str, str, str]]:
    return [(str(refusal.address), refusal.what, refusal.fix) for refusal in made.refusals]


def _kept(made: Plan) -> dict[str, str]:
    return {str(kept.address): kept.reason for kept in made.kept}


def _deleted(made: Plan) -> list[str]:
    return [str(step.address) for step in made.steps if step.action is Action.DELETE]


# Create


def test_what_is_not_there_is_made_with_its_tags() -> None:
    """Design rule 10: "*Tag in the create call*"."""
    made = planned(stack({"toy.a": {"colour": "red"}}), ToyAccount())
    step = steps(made)["toy.a"]
    assert (step.action, step.name, step.cause) == (Action.CREATE, "a", "")
    assert _actions(step) == ["CreateToy"]
    tags = step.operations[0].params["Tags"]
    assert tags == owned(stack({"toy.a": {"colour": "red"}}), "toy.a")
    assert not tags[ownership.APPLIED].startswith("1.pending.")


def test_what_takes_several_calls_is_marked_as_pending_until_the_last_one() -> None:
    """§3: "In create calls it reads `1.pending.…` until the follow-up calls are done"."""
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


def test_two_that_name_each_other_can_be_made() -> None:
    declared = stack({"toy.a": {"peers": [{"to": "${toy.b}"}]}, "toy.b": {"peers": [{"to": "${toy.a}"}]}})
    made = planned(declared, ToyAccount())
    assert made.is_applicable
    assert order(made.steps)[A, 1] == {(A, 0), (Address("toy", "b"), 0)}


def test_two_that_need_each_other_are_refused() -> None:
    made = planned(stack({"toy.a": {"partner": "${toy.b}"}, "toy.b": {"partner": "${toy.a}"}}), ToyAccount())
    ((_, what, fix),) = _refusals(made)
    assert what in (
        "these wait for each other: toy.a → toy.b → toy.a",
        "these wait for each other: toy.b → toy.a → toy.b",
    )
    assert fix == "take one of the references out"
    assert not made.is_applicable


# Nothing to do


def test_what_is_as_declared_needs_no_call() -> None:
    account, declared = ToyAccount(), {"toy.a": {"colour": "red"}, "toy.b": {"partner": "${toy.a}"}}
    _own(account, declared)
    made = planned(stack(declared), account)
    assert made.is_empty
    assert steps(made) == {}
    assert {step.action for step in made.steps} == {Action.NONE}


# Update


def test_a_changed_spec_is_told_from_drift() -> None:
    """§3: the mark "tells drift from a changed spec"."""
    account, before, after = ToyAccount(), {"toy.a": {"colour": "red"}}, {"toy.a": {"colour": "blue"}}
    identifier = _own(account, before)["toy.a"]
    assert steps(planned(stack(after), account))["toy.a"].cause == "spec"
    account.toys[identifier]["fields"]["colour"] = "green"
    assert steps(planned(stack(before), account))["toy.a"].cause == "drift"


def test_a_change_is_marked_as_applied_after_it_was_made() -> None:
    """§3: "on change it is written last"."""
    account = ToyAccount()
    _own(account, {"toy.a": {"colour": "red"}})
    declared = stack({"toy.a": {"colour": "blue", "peers": [{"to": "id-1"}]}})
    step = steps(planned(declared, account))["toy.a"]
    assert (step.action, _actions(step)) == (Action.UPDATE, ["ModifyToy", "SetPeers", "TagToy"])
    assert step.operations[-1].params["Tags"] == {ownership.APPLIED: owned(declared, "toy.a")[ownership.APPLIED]}


def test_drift_is_settled_without_a_new_mark() -> None:
    account, declared = ToyAccount(), {"toy.a": {"colour": "red"}}
    account.toys[_own(account, declared)["toy.a"]]["fields"]["colour"] = "green"
    assert _actions(steps(planned(stack(declared), account))["toy.a"]) == ["ModifyToy"]


def test_what_was_not_made_in_full_is_completed_and_is_no_drift() -> None:
    account, declared = ToyAccount(), stack({"toy.a": {"peers": [{"to": "id-9"}]}})
    account.add("toy", "a", ownership.pending(owned(declared, "toy.a")))
    step = steps(planned(declared, account))["toy.a"]
    assert (_actions(step), step.cause) == (["SetPeers", "TagToy"], "spec")


def test_where_no_tag_tells_the_cause_is_open() -> None:
    """IAM-6: groups take no tags."""
    account, declared = ToyAccount(), {"crowd.a": {"colour": "red"}}
    account.toys[_own(account, declared)["crowd.a"]]["fields"]["colour"] = "green"
    step = steps(planned(stack(declared), account))["crowd.a"]
    assert (step.action, step.cause) == (Action.UPDATE, "")


def test_a_plan_whose_only_difference_is_our_tag_is_tags_only() -> None:
    """§3: "A plan whose only difference is this tag is shown as "tags only""."""
    account = ToyAccount()
    _own(account, {"toy.a": {}})
    step = steps(planned(stack({"toy.a": {"ignore": ["colour"]}}), account))["toy.a"]
    assert (step.action, _actions(step), step.changes, step.cause) == (Action.RETAG, ["TagToy"], (), "")


def test_a_changed_tag_of_the_users_is_a_change() -> None:
    account = ToyAccount()
    _own(account, {"toy.a": {"tags": {"team": "x", "cost": "7"}}})
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
    toy = account.toys[_own(account, declared)["toy.a"]]
    toy["tags"]["team"] = "sales"
    step = steps(planned(stack(declared), account))["toy.a"]
    assert (step.cause, _actions(step)) == ("drift", ["TagToy"])


def test_a_strangers_tag_stays() -> None:
    """§3: "a stranger's tag stays"."""
    account, declared = ToyAccount(), {"toy.a": {"tags": {"team": "x"}}}
    account.toys[_own(account, declared)["toy.a"]]["tags"]["scanner"] = "seen"
    assert steps(planned(stack(declared), account)) == {}


def test_tags_that_are_left_to_others_are_not_changed_but_ours_are() -> None:
    account = ToyAccount()
    _own(account, {"toy.a": {"tags": {"team": "x"}}})
    written = {"colour": "red", "tags": {"team": "y"}, "ignore": ["tags"]}
    step = steps(planned(stack({"toy.a": written}), account))["toy.a"]
    assert _actions(step) == ["ModifyToy", "TagToy"]
    assert set(step.operations[1].params["Tags"]) == {ownership.APPLIED}
    assert [change.path for change in step.changes] == ["colour"]


def test_a_new_name_in_place_is_written_to_the_address_tag() -> None:
    account = ToyAccount()
    _own(account, {"label.a": {}})
    step = steps(planned(stack({"label.a": {"name": "other"}}), account))["label.a"]
    assert step.operations[-1].params["Tags"][ownership.ADDRESS] == "label.a/other"


def test_what_is_parked_needs_no_call_and_is_shown() -> None:
    """RDS-2."""
    account, declared = ToyAccount(), {"toy.a": {"colour": "red"}}
    toy = account.toys[_own(account, declared)["toy.a"]]
    toy["fields"]["colour"], toy["more"] = "grey", {"pending": {"colour": "red"}}
    made = planned(stack(declared), account)
    assert (made.is_empty, made.waits_for_window) == (True, True)
    assert [change.new for change in steps(made)["toy.a"].pending] == ["red"]


def test_strangers_in_a_set_that_is_not_wholly_ours_are_shown_and_need_no_call() -> None:
    account, declared = ToyAccount(), {"toy.a": {"exclusive": False}}
    account.toys[_own(account, declared)["toy.a"]]["fields"]["guests"] = ("them",)
    made = planned(stack(declared), account)
    assert made.is_empty
    assert [change.old for change in steps(made)["toy.a"].strangers] == ["them"]


def test_what_differs_and_cannot_change_is_noted() -> None:
    account = ToyAccount()
    _own(account, {"toy.a": {"remark": "old"}})
    step = steps(planned(stack({"toy.a": {"remark": "new"}}), account))["toy.a"]
    assert step.notes == ("remark differs and cannot change: 'old' stays, 'new' is written",)
    assert step.action is Action.RETAG


def test_what_a_kind_found_worth_knowing_is_noted() -> None:
    account, declared = ToyAccount(), {"toy.a": {}}
    account.toys[_own(account, declared)["toy.a"]]["more"] = {"facts": {"notes": ("it squeaks",)}}
    assert steps(planned(stack(declared), account))["toy.a"].notes == ("it squeaks",)


def test_a_passing_state_is_noted_where_something_is_to_change() -> None:
    """RDS-1: calls are refused while an instance is not available."""
    account, declared = ToyAccount(), {"toy.a": {}}
    account.toys[_own(account, declared)["toy.a"]]["more"] = {"busy": "modifying"}
    assert steps(planned(stack(declared), account)) == {}
    step = steps(planned(stack({"toy.a": {"colour": "red"}}), account))["toy.a"]
    assert step.notes == ("it is modifying just now: the change waits until it is available",)


# Refused


def test_what_cannot_change_in_place_is_refused_where_it_is_written() -> None:
    """Design rule 6: "*Nothing is ever replaced*"."""
    account = ToyAccount()
    _own(account, {"toy.a": {"shelf": {"wood": "elm"}}})
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
    """KMS-2: `PendingDeletion` is not "gone"."""
    account, declared = ToyAccount(), {"toy.a": {}}
    account.toys[_own(account, declared)["toy.a"]]["more"] = {"blocked": "wake it up"}
    assert _refusals(planned(stack(declared), account)) == [("toy.a", "toy.a cannot be used", "wake it up")]


def test_a_conflict_is_refused_and_nothing_is_made_in_its_place() -> None:
    account = ToyAccount()
    account.add("toy", "a")
    made = planned(stack({"toy.a": {}, "toy.b": {}}), account)
    assert _refusals(made) == [
        ("toy.a", "toy a exists already and belongs to no stack", "choose another name, or remove what exists")
    ]
    assert list(steps(made)) == ["toy.b"]


def test_another_name_is_refused_and_nothing_is_made_or_deleted() -> None:
    """§2: "Changing `name:` of something that exists is an immutable change (exit 3)"."""
    account = ToyAccount()
    _own(account, {"toy.a": {}, "toy.b": {}})
    made = planned(stack({"toy.a": {"name": "other"}, "toy.b": {}}), account, ALL)
    assert [what for _, what, _ in _refusals(made)] == ["the name of toy.a changes from a to other"]
    assert steps(made) == {}


def test_a_copy_is_never_changed_nor_deleted() -> None:
    """§3, RDS-18: a copy is "reported, never changed, pruned, or deleted"."""
    account, declared = ToyAccount(), stack({"toy.a": {"colour": "red"}})
    _own(account, {"toy.a": {"colour": "red"}})
    account.add("toy", "a-restored", owned(declared, "toy.a"), colour="green")
    account.add("toy", "old-restored", owned(stack({}), "toy.old"))
    made = planned(declared, account, Deletion(frozenset({"vault", "chest"}), everything=True))
    assert made.is_empty
    assert [note.split(" carries")[0] for note in made.notes] == ["toy a-restored", "toy old-restored"]
    assert made.kept == ()


# Deletion


def _retired(*addresses: str, others: int = 30) -> tuple[ToyAccount, dict[str, Any]]:
    """An account with these, no longer declared, and so many others that stay that none reaches the limit."""
    account = ToyAccount()
    declared: dict[str, Any] = {f"toy.other-{number}": {} for number in range(others)}
    _own(account, {**declared, **{address: {} for address in addresses}})
    return account, declared


def test_small_things_no_longer_declared_are_pruned() -> None:
    """§5: "Small things … no longer declared are pruned, whatever their kind, also when their section is gone"."""
    account, declared = _retired("toy.a", "badge.a", "crowd.a", "mould.a")
    made = planned(stack(declared), account)
    assert _deleted(made) == ["badge.a", "crowd.a", "mould.a", "toy.a"]
    assert made.is_applicable
    assert made.kept == ()


def test_databases_and_keys_no_longer_declared_are_kept() -> None:
    """§5: "Databases, clusters and keys no longer declared are kept: "no longer declared, kept""."""
    account, declared = _retired("vault.a", "chest.a")
    made = planned(stack(declared), account)
    assert made.is_empty
    assert _kept(made) == {"chest.a": "no longer declared, kept", "vault.a": "no longer declared, kept"}


def test_what_is_kept_keeps_what_it_uses_and_what_that_uses() -> None:
    """§5: "never what a kept database or key still uses: that is kept and listed"."""
    account, declared = _retired()
    _own(
        account,
        {
            "toy.base": {},
            "toy.group": {"partner": "${toy.base}"},
            "vault.data": {"partner": "${toy.group}"},
            "toy.user": {"partner": "${vault.data}"},
        },
    )
    made = planned(stack(declared), account)
    assert _kept(made) == {
        "toy.base": "toy.group, which is kept, uses it",
        "toy.group": "vault.data, which is kept, uses it",
        "vault.data": "no longer declared, kept",
    }
    assert _deleted(made) == ["toy.user"]


def test_what_something_declared_still_uses_is_kept() -> None:
    account, declared = _retired("toy.old")
    old = account.named("old")["id"]
    _own(account, {"toy.user": {"partner": old}})
    made = planned(stack({**declared, "toy.user": {"partner": old}}), account)
    assert _kept(made) == {"toy.old": "toy.user still uses it"}


def test_what_something_declared_lets_go_of_is_deleted_afterwards() -> None:
    account, declared = _retired("toy.old")
    _own(account, {"toy.user": {"partner": account.named("old")["id"], "colour": "red"}})
    made = planned(stack({**declared, "toy.user": {"colour": "red"}}), account)
    assert _deleted(made) == ["toy.old"]
    assert order(made.steps)[Address("toy", "old"), 0] == {(Address("toy", "user"), 0)}


def test_what_something_declared_is_not_to_let_go_of_is_kept() -> None:
    account, declared = _retired("toy.old")
    _own(account, {"toy.user": {"partner": account.named("old")["id"]}})
    made = planned(stack({**declared, "toy.user": {"ignore": ["partner"]}}), account)
    assert _kept(made) == {"toy.old": "toy.user still uses it"}


def test_what_something_declared_lets_go_of_in_its_window_is_kept_until_then() -> None:
    account, declared = _retired("toy.old")
    _own(account, {"toy.user": {"house": account.named("old")["id"]}})
    assert _kept(planned(stack({**declared, "toy.user": {}}), account)) == {"toy.old": "toy.user still uses it"}
    assert _deleted(planned(stack({**declared, "toy.user": {"when": "now"}}), account)) == ["toy.old"]


def test_what_is_used_in_several_places_is_kept_until_all_let_go() -> None:
    account, declared = _retired("toy.old")
    old = account.named("old")["id"]
    written = {"partner": old, "peers": [{"to": old}, {"to": old, "note": "again"}]}
    _own(account, {"toy.user": written})
    assert _kept(planned(stack({**declared, "toy.user": {"partner": old}}), account)) != {}
    assert _kept(planned(stack({**declared, "toy.user": {"peers": written["peers"]}}), account)) != {}
    assert _deleted(planned(stack({**declared, "toy.user": {}}), account)) == ["toy.old"]


def test_what_cannot_be_deleted_is_kept_and_says_why() -> None:
    account, declared = _retired("toy.a")
    account.named("a")["more"] = {"facts": {"stuck": "in use by the neighbours"}}
    made = planned(stack(declared), account)
    assert _kept(made) == {"toy.a": "it is in use by the neighbours"}
    assert _deleted(made) == []


def test_an_old_version_retires_when_nothing_uses_it() -> None:
    """§2: "the group of the old family retires when nothing uses it"."""
    account, declared = _retired("mould.a")
    _own(account, {"vault.data": {"partner": account.named("a-wood")["id"]}})
    after = {**declared, "mould.a": {"material": "steel"}, "vault.data": {"partner": "${mould.a}"}}
    made = planned(stack(after), account)
    changed, gone = Address("vault", "data"), Address("mould", "a/a-wood")
    assert steps(made)["mould.a"].action is Action.CREATE
    assert _deleted(made) == ["mould.a/a-wood"]
    graph = order(made.steps)
    assert (Address("mould", "a"), 0) in graph[changed, 0]
    assert graph[gone, 0] == {(changed, 0)}


def test_an_old_version_that_is_still_used_stays() -> None:
    account, declared = _retired("mould.a")
    wood = account.named("a-wood")["id"]
    _own(account, {"vault.data": {"partner": wood}})
    after = {**declared, "mould.a": {"material": "steel"}, "vault.data": {"partner": wood}}
    assert _kept(planned(stack(after), account)) == {"mould.a/a-wood": "vault.data still uses it"}


@pytest.mark.parametrize(
    ("owned_in_all", "gone", "passes"),
    [(25, 5, True), (24, 5, False), (40, 5, True), (40, 6, False), (5, 1, True), (4, 1, False)],
)
def test_many_deletions_at_once_are_refused(owned_in_all: int, gone: int, passes: bool) -> None:
    """§1: "more than 5 deletions, or more than 20 % of what the stack owns, is exit 3 unless `--prune-limit N`"."""
    addresses = [f"badge.gone-{number}" for number in range(gone)]
    account, declared = _retired(*addresses, others=owned_in_all - gone)
    made = planned(stack(declared), account)
    assert made.is_applicable is passes
    assert len(_deleted(made)) == gone
    assert planned(stack(declared), account, Deletion(limit=gone)).is_applicable
    assert not planned(stack(declared), account, Deletion(limit=gone - 1)).is_applicable
    assert planned(stack(declared), account, ALL).is_applicable


def test_too_many_deletions_are_named_with_the_way_out() -> None:
    account, declared = _retired("toy.a", "badge.a", others=2)
    assert _refusals(planned(stack(declared), account)) == [
        (
            "badge.a",
            "2 of the 4 resources that this stack owns would be deleted: badge.a, toy.a",
            "if that is meant, pass --prune-limit 2",
        )
    ]


def test_what_is_kept_counts_as_owned_and_not_as_deleted() -> None:
    account, declared = _retired("vault.a", "toy.a", others=3)
    assert planned(stack(declared), account).is_applicable


# Destroy


def _everything() -> ToyAccount:
    account = ToyAccount()
    _own(
        account,
        {
            "chest.key": {},
            "chest.spare": {},
            "toy.group": {},
            "toy.alone": {},
            "vault.data": {"partner": "${chest.key}", "settings": {}},
            "toy.user": {"partner": "${toy.group}"},
        },
    )
    account.named("data")["fields"]["peers"] = ({"to": account.named("group")["id"]},)
    return account


def test_destroy_removes_small_things_and_keeps_data_with_all_it_uses() -> None:
    """§5: "`destroy` removes the small things, keeps databases and keys with all that they use, and lists what it
    kept"."""
    made = planned(stack({}), _everything(), ALL)
    assert _deleted(made) == ["toy.alone", "toy.user"]
    assert _kept(made) == {
        "chest.key": "no longer declared, kept",
        "chest.spare": "no longer declared, kept",
        "toy.group": "vault.data, which is kept, uses it",
        "vault.data": "no longer declared, kept",
    }


def test_databases_are_destroyed_when_asked_for_and_their_keys_kept() -> None:
    """§5: "`--include-data` deletes databases with a final snapshot and then keeps the key, saying so"."""
    made = planned(stack({}), _everything(), Deletion(frozenset({"vault"}), everything=True))
    assert _deleted(made) == ["toy.alone", "toy.group", "toy.user", "vault.data"]
    assert _kept(made)["chest.spare"] == "no longer declared, kept"
    assert "chest.key" in _kept(made)


def test_a_key_that_a_final_snapshot_needs_is_kept_even_where_keys_may_go() -> None:
    both = frozenset({"vault", "chest"})
    made = planned(stack({}), _everything(), Deletion(both, everything=True))
    assert _kept(made) == {"chest.key": "the final snapshot of vault.data needs it"}
    assert "chest.spare" in _deleted(made)


def test_without_a_final_snapshot_the_keys_go_as_well_after_what_they_protect() -> None:
    """§5: "`--include-data --no-final-snapshot` deletes both"."""
    both = frozenset({"vault", "chest"})
    made = planned(stack({}), _everything(), Deletion(both, final_snapshot=False, everything=True))
    assert made.kept == ()
    assert _deleted(made) == ["chest.key", "chest.spare", "toy.alone", "toy.group", "toy.user", "vault.data"]
    data = Address("vault", "data")
    assert order(made.steps)[Address("chest", "key"), 0] == {(data, 1)}
    assert order(made.steps)[Address("toy", "group"), 0] == {(data, 0), (Address("toy", "user"), 0)}


def test_two_retired_ones_that_name_each_other_let_go_before_they_are_deleted() -> None:
    account, declared = _retired("toy.x", "toy.y")
    x, y = account.named("x"), account.named("y")
    x["fields"]["peers"], y["fields"]["peers"] = ({"to": y["id"]},), ({"to": x["id"]},)
    made = planned(stack(declared), account)
    graph = order(made.steps)
    assert graph[Address("toy", "x"), 1] == {(Address("toy", "x"), 0), (Address("toy", "y"), 0)}
    assert made.is_applicable


# The plan as a whole


def test_steps_kept_and_refusals_are_in_the_order_of_addresses() -> None:
    account = ToyAccount()
    _own(
        account, {"vault.z": {}, "vault.b": {}, "toy.z": {}, "toy.m": {"material": "elm"}, "badge.y": {}, "badge.x": {}}
    )
    account.add("toy", "c")
    made = planned(stack({"toy.m": {}, "toy.c": {}, "toy.z": {}, "badge.a": {}}), account)
    for addresses in ([step.address for step in made.steps], [kept.address for kept in made.kept]):
        assert addresses == sorted(addresses)
    assert [str(refusal.address) for refusal in made.refusals] == ["badge.x", "toy.c", "toy.m"]


def test_a_plan_counts_its_actions_and_lists_its_calls() -> None:
    account = ToyAccount()
    _own(account, {"toy.a": {}, "toy.b": {}})
    made = planned(stack({"toy.a": {"colour": "red"}, "toy.c": {}, "toy.d": {}}), account, ALL)
    counts = {action: made.count(action) for action in Action}
    assert counts == {Action.CREATE: 2, Action.UPDATE: 1, Action.DELETE: 1, Action.RETAG: 0, Action.NONE: 0}
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
