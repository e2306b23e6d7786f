"""What is deleted, what is kept and why, and how many deletions pass (meaning §1, §5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rds_secure.kind import Live
from rds_secure.plan import Action, Deletion, Plan, order
from rds_secure.values import Address
from tests import toy
from tests.toy_account import ToyAccount, planned, refusals, stack, steps

pytestmark = pytest.mark.usefixtures("toys")

ALL = Deletion(everything=True)


def _kept(made: Plan) -> dict[str, str]:
    return {str(kept.address): kept.reason for kept in made.kept}


def _deleted(made: Plan) -> list[str]:
    return [str(step.address) for step in made.steps if step.action is Action.DELETE]


def _retired(*addresses: str, others: int = 30) -> tuple[ToyAccount, dict[str, Any]]:
    """An account with these, no longer declared, and so many others that stay that none reaches the limit."""
    account = ToyAccount()
    declared: dict[str, Any] = {f"toy.other-{number}": {} for number in range(others)}
    account.own_all({**declared, **{address: {} for address in addresses}})
    return account, declared


def test_small_things_no_longer_declared_are_pruned() -> None:
    """Meaning §5."""
    account, declared = _retired("toy.a", "badge.a", "crowd.a", "mould.a")
    made = planned(stack(declared), account)
    assert _deleted(made) == ["badge.a", "crowd.a", "mould.a", "toy.a"]
    assert made.is_applicable
    assert made.kept == ()


def test_databases_and_keys_no_longer_declared_are_kept() -> None:
    """Meaning §5."""
    account, declared = _retired("vault.a", "chest.a")
    made = planned(stack(declared), account)
    assert made.is_empty
    assert _kept(made) == {"chest.a": "no longer declared, kept", "vault.a": "no longer declared, kept"}


def test_what_is_kept_keeps_what_it_uses_and_what_that_uses() -> None:
    """Meaning §5."""
    account, declared = _retired()
    account.own_all(
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
    account.own_all({"toy.user": {"partner": old}})
    made = planned(stack({**declared, "toy.user": {"partner": old}}), account)
    assert _kept(made) == {"toy.old": "toy.user still uses it"}


def test_what_something_new_names_by_its_id_is_kept() -> None:
    """Meaning §5: written as if it belonged to others, before anything at AWS uses it."""
    account, declared = _retired("toy.old", "toy.older")
    account.own_all({"toy.user": {}})
    new = {"toy.new": {"partner": account.named("old")["id"]}}
    changed = {"toy.user": {"peers": [{"to": account.named("older")["id"]}]}}
    made = planned(stack({**declared, **new, **changed}), account)
    assert _kept(made) == {"toy.old": "toy.new names it", "toy.older": "toy.user names it"}
    assert _deleted(made) == []


def test_what_something_declared_lets_go_of_is_deleted_afterwards() -> None:
    account, declared = _retired("toy.old")
    account.own_all({"toy.user": {"partner": account.named("old")["id"], "colour": "red"}})
    made = planned(stack({**declared, "toy.user": {"colour": "red"}}), account)
    assert _deleted(made) == ["toy.old"]
    assert order(made.steps)[Address("toy", "old"), 0] == {(Address("toy", "user"), 0)}


def test_what_is_named_again_in_other_words_is_not_let_go_of() -> None:
    """Meaning §5: the reference goes, and the same thing's id comes in its place."""
    account, declared = _retired("toy.old")
    old = account.named("old")["id"]
    account.own_all({"toy.other": {}, "toy.user": {"peers": [{"to": old}]}})
    there = {**declared, "toy.other": {}}
    named = {"toy.user": {"peers": [{"to": "${toy.other}", "note": old}]}}
    assert _kept(planned(stack({**there, **named}), account)) == {"toy.old": "toy.user still uses it"}
    gone = {"toy.user": {"peers": [{"to": "${toy.other}", "note": "something else"}]}}
    assert _deleted(planned(stack({**there, **gone}), account)) == ["toy.old"]


def test_what_something_declared_is_not_to_let_go_of_is_kept() -> None:
    account, declared = _retired("toy.old")
    account.own_all({"toy.user": {"partner": account.named("old")["id"]}})
    made = planned(stack({**declared, "toy.user": {"ignore": ["partner"]}}), account)
    assert _kept(made) == {"toy.old": "toy.user still uses it"}


def test_what_something_declared_lets_go_of_in_its_window_is_kept_until_then() -> None:
    account, declared = _retired("toy.old")
    account.own_all({"toy.user": {"house": account.named("old")["id"]}})
    assert _kept(planned(stack({**declared, "toy.user": {}}), account)) == {"toy.old": "toy.user still uses it"}
    assert _deleted(planned(stack({**declared, "toy.user": {"when": "now"}}), account)) == ["toy.old"]


def test_what_is_used_in_several_places_is_kept_until_all_let_go() -> None:
    account, declared = _retired("toy.old")
    old = account.named("old")["id"]
    written = {"partner": old, "peers": [{"to": old}, {"to": old, "note": "again"}]}
    account.own_all({"toy.user": written})
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
    """Meaning §2."""
    account, declared = _retired("mould.a")
    account.own_all({"vault.data": {"partner": account.named("a-wood")["id"]}})
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
    account.own_all({"vault.data": {"partner": wood}})
    after = {**declared, "mould.a": {"material": "steel"}, "vault.data": {"partner": wood}}
    assert _kept(planned(stack(after), account)) == {"mould.a/a-wood": "vault.data still uses it"}


@pytest.mark.parametrize(
    ("owned_in_all", "gone", "passes"),
    [(25, 5, True), (24, 5, False), (40, 5, True), (40, 6, False), (5, 1, True), (4, 1, False)],
)
def test_many_deletions_at_once_are_refused(owned_in_all: int, gone: int, passes: bool) -> None:
    """Meaning §1."""
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
    assert refusals(planned(stack(declared), account)) == [
        (
            "badge.a",
            "2 of the 4 resources that this stack owns would be deleted: badge.a, toy.a; "
            "0 would pass (safety: deletions, deletions_percent)",
            "if that is meant, pass --prune-limit 2",
        )
    ]


def test_what_is_kept_counts_as_owned_and_not_as_deleted() -> None:
    account, declared = _retired("vault.a", "toy.a", others=3)
    assert planned(stack(declared), account).is_applicable


# Destroy


def _everything() -> ToyAccount:
    account = ToyAccount()
    account.own_all(
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
    """Meaning §5."""
    made = planned(stack({}), _everything(), ALL)
    assert _deleted(made) == ["toy.alone", "toy.user"]
    assert _kept(made) == {
        "chest.key": "no longer declared, kept",
        "chest.spare": "no longer declared, kept",
        "toy.group": "vault.data, which is kept, uses it",
        "vault.data": "no longer declared, kept",
    }


def test_databases_are_destroyed_when_asked_for_and_their_keys_kept() -> None:
    """Meaning §5."""
    made = planned(stack({}), _everything(), Deletion(frozenset({"vault"}), everything=True))
    assert _deleted(made) == ["toy.alone", "toy.group", "toy.user", "vault.data"]
    assert _kept(made)["chest.spare"] == "no longer declared, kept"
    assert "chest.key" in _kept(made)


def test_a_key_that_a_final_snapshot_needs_is_kept_even_where_keys_may_go() -> None:
    both = frozenset({"vault", "chest"})
    made = planned(stack({}), _everything(), Deletion(both, everything=True))
    assert _kept(made) == {"chest.key": "the final snapshot of vault.data needs it"}
    assert "chest.spare" in _deleted(made)


def test_what_leaves_no_snapshot_of_its_own_keeps_its_key_without_speaking_of_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """RDS-26: a member or a failed instance makes no final snapshot, but backups of it may stay."""

    def inspect(self: Any, reader: Any, live: Live[Any], *_: Any) -> Live[Any]:
        return replace(live, found=replace(live.found, facts={**live.facts, "skip_final_snapshot": True}))

    monkeypatch.setattr(toy.Vault, "inspect", inspect)
    made = planned(stack({}), _everything(), Deletion(frozenset({"vault", "chest"}), everything=True))
    assert _kept(made) == {"chest.key": "what is left of vault.data needs it"}


def test_what_final_snapshots_are_restored_with_is_kept_as_keys_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """RDS-10: snapshots hold on to option groups. Meaning §5."""
    monkeypatch.setattr(toy.Toy, "in_snapshots", True)
    data = frozenset({"vault"})
    made = planned(stack({}), _everything(), Deletion(data, everything=True))
    assert _kept(made)["toy.group"] == "the final snapshot of vault.data needs it"
    assert "toy.group" in _deleted(planned(stack({}), _everything(), Deletion(data, False, everything=True)))


def test_without_a_final_snapshot_the_keys_go_as_well_after_what_they_protect() -> None:
    """Meaning §5."""
    both = frozenset({"vault", "chest"})
    made = planned(stack({}), _everything(), Deletion(both, final_snapshot=False, everything=True))
    assert made.kept == ()
    said = {str(step.address): step.notes for step in made.steps if step.notes}
    assert said.keys() == {"chest.key", "chest.spare"}, "what is lost with a key is said, databases say it themselves"
    assert "automated backups that AWS keeps of deleted databases" in said["chest.key"][0]
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


# What there is one of only


def test_a_singleton_no_longer_declared_is_let_go_and_only_its_marks_come_off() -> None:
    """Meaning §3."""
    account = ToyAccount()
    account.own(stack({"shrine.a": {"tags": {"team": "payments"}}}), "shrine.a")
    made = planned(stack({"toy.a": {}}), account)
    assert made.is_applicable, "it is no deletion, so it does not count against the limit"
    step = steps(made)["shrine.a"]
    assert (step.action, step.changes) == (Action.LET_GO, ())
    (call,) = step.operations
    marks = ("rds-secure:address", "rds-secure:applied", "rds-secure:stack")
    assert (call.action, call.params["TagKeys"], call.destructive) == ("UntagToy", marks, False)


def test_destroy_lets_singletons_go_as_well() -> None:
    account = ToyAccount()
    account.own_all({"shrine.a": {}, "toy.b": {}})
    made = planned(stack({}), account, ALL)
    assert {str(step.address): step.action for step in made.steps} == {
        "shrine.a": Action.LET_GO,
        "toy.b": Action.DELETE,
    }


def test_a_singleton_that_is_let_go_keeps_nothing_and_is_kept_by_nothing() -> None:
    account, declared = _retired()
    account.own_all({"toy.used": {}, "shrine.a": {"partner": "${toy.used}"}, "vault.data": {"partner": "${shrine.a}"}})
    made = planned(stack(declared), account)
    assert steps(made)["shrine.a"].action is Action.LET_GO
    assert _deleted(made) == ["toy.used"]
    assert _kept(made) == {"vault.data": "no longer declared, kept"}
