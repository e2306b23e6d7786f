"""What `removed:` asks for, in so many words: let go, or deleted with what is in it (meaning §4, §5)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rds_secure import ownership
from rds_secure.errors import SpecError
from rds_secure.plan import Action, Deletion
from rds_secure.plan.retirement import Retirement
from rds_secure.spec.safety import read_safety
from rds_secure.spec.transfer import Removed, Safety, Transfers
from rds_secure.values import Address
from tests.toy_account import ToyAccount, look, planned, refusals, stack, steps

pytestmark = pytest.mark.usefixtures("toys")


def _removed(**entries: bool | dict[str, Any]) -> Transfers:
    """Entries by address (``__`` for the dot): what becomes of it, or only whether it is kept."""
    found = {}
    for address, entry in entries.items():
        at = address.replace("__", ".")
        fields = entry if isinstance(entry, dict) else {"keep": entry}
        found[Address.parse(at)] = Removed.model_validate({"address": at, "keep": False, **fields})
    return Transfers(removed=found)


def _account(*addresses: str, others: int = 30) -> tuple[ToyAccount, dict[str, Any]]:
    account = ToyAccount()
    declared: dict[str, Any] = {f"toy.other-{number}": {} for number in range(others)}
    account.own_all({**declared, **{address: {} for address in addresses}})
    return account, declared


def test_a_database_or_key_goes_only_where_it_is_named() -> None:
    account, declared = _account("vault.a", "vault.b", "chest.a")
    made = planned(stack(declared, transfers=_removed(vault__a=False)), account)
    assert made.is_applicable
    assert {str(kept.address) for kept in made.kept} == {"vault.b", "chest.a"}
    assert steps(made)["vault.a"].action is Action.DELETE


def test_what_is_let_go_loses_our_tags_and_nothing_else_and_keeps_what_it_uses() -> None:
    account, declared = _account()
    account.own_all({"toy.group": {}, "vault.a": {"partner": "${toy.group}"}})
    made = planned(stack(declared, transfers=_removed(vault__a=True)), account)
    step = steps(made)["vault.a"]
    assert (step.action, [call.action for call in step.operations]) == (Action.LET_GO, ["UntagToy"])
    assert [(str(kept.address), kept.reason) for kept in made.kept] == [
        ("toy.group", "vault.a, which is let go, uses it")
    ]


def test_an_entry_that_matches_nothing_is_a_note() -> None:
    account, declared = _account()
    made = planned(stack(declared, transfers=_removed(vault__a=False)), account)
    assert (made.is_empty, made.notes) == (True, ("removed: there is no vault.a, so its entry can be taken out",))


def test_the_final_snapshot_of_what_is_removed_keeps_its_key() -> None:
    account, declared = _account()
    account.own_all({"chest.key": {}, "vault.a": {"partner": "${chest.key}"}})
    both = _removed(vault__a=False, chest__key=False)
    made = planned(stack(declared, transfers=both), account)
    assert [(str(kept.address), kept.reason) for kept in made.kept] == [
        ("chest.key", "the final snapshot of vault.a needs it")
    ]
    without = _removed(vault__a={"final_snapshot": False}, chest__key=False)
    assert planned(stack(declared, transfers=without), account).kept == ()


def test_the_wishes_of_an_entry_are_among_the_facts_of_what_goes() -> None:
    account, declared = _account("vault.a")
    wishes = _removed(vault__a={"final_snapshot": False, "delete_automated_backups": True})
    snapshot = look(stack(declared, transfers=wishes), account)
    [live] = Retirement(snapshot, Deletion(), {}).deleted
    assert live.facts.items() >= {"skip_final_snapshot": True, "delete_automated_backups": True}.items()


def test_what_holds_data_is_deleted_in_an_apply_of_its_own() -> None:
    """Meaning §5: only those deletions, what depends on them, and what goes because they go."""
    account, declared = _account()
    account.own_all({"toy.group": {}, "vault.a": {"partner": "${toy.group}"}, "toy.policy": {"partner": "${vault.a}"}})
    transfers = _removed(vault__a=False)
    alone = planned(stack({**declared, "toy.policy": {}}, transfers=transfers), account)
    assert alone.is_applicable
    assert {str(step.address) for step in alone.steps if step.operations} == {"toy.group", "toy.policy", "vault.a"}

    mixed = planned(stack({**declared, "toy.policy": {}, "toy.new": {}}, transfers=transfers), account)
    [(address, what, _)] = refusals(mixed)
    assert (address, what) == ("vault.a", "vault.a would be deleted together with other changes: toy.new")


def test_a_small_thing_that_is_named_passes_the_limit_and_a_second_database_does_not() -> None:
    names = [f"toy.x{number}" for number in range(6)]
    named = _removed(**{name.replace(".", "__"): False for name in names})
    account, declared = _account(*names)
    assert planned(stack(declared), account).is_applicable is False
    assert planned(stack(declared, transfers=named), account).is_applicable

    account, declared = _account("vault.a", "vault.b")
    both = _removed(vault__a=False, vault__b=False)
    [(_, what, fix)] = refusals(planned(stack(declared, transfers=both), account))
    assert what == "2 databases would be deleted in one apply, and 1 would pass: vault.a, vault.b"
    assert fix == "remove them one apply after another, or write 'safety: {databases: 2}'"
    assert planned(stack(declared, transfers=both, safety=Safety(databases=2)), account).is_applicable


def test_the_limits_of_the_spec_count_and_the_command_line_asks_in_words() -> None:
    """Meaning §1."""
    account, declared = _account("toy.a", "toy.b")
    strict = stack(declared, safety=Safety(deletions=1))
    [(_, what, fix)] = refusals(planned(strict, account))
    assert (what, fix) == (
        "2 of the 32 resources that this stack owns would be deleted: toy.a, toy.b; "
        "1 would pass (safety: deletions, deletions_percent)",
        "if that is meant, pass --prune-limit 2",
    )
    assert planned(strict, account, Deletion(limit=2)).is_applicable
    assert planned(stack(declared, safety=Safety(deletions_percent=3)), account).is_applicable is False


def test_a_file_of_limits_can_only_tighten_them(tmp_path: Path) -> None:
    account, declared = _account("toy.a", "toy.b")
    (tmp_path / "limits.yaml").write_text("deletions: 1\n")
    limits = read_safety(tmp_path / "limits.yaml")
    [(_, _, fix)] = refusals(planned(stack(declared), account, Deletion(limit=9, at_most=limits)))
    assert fix == "delete them in several applies: the file of limits allows 1"
    wide = stack(declared, safety=Safety(deletions=9, deletions_percent=100))
    assert planned(wide, account).is_applicable
    assert not planned(wide, account, Deletion(at_most=limits)).is_applicable
    assert not planned(
        stack(declared), account, Deletion(at_most=Safety(deletions=9, deletions_percent=0))
    ).is_applicable


def test_a_mistake_in_a_file_of_limits_is_shown_where_it_is(tmp_path: Path) -> None:
    file = tmp_path / "limits.yaml"
    file.write_text("databases: 0\ndeletion: 1\n")
    with pytest.raises(SpecError) as caught:
        read_safety(file)
    assert str(caught.value) == f"{file}:2:1: there is no field 'deletion' here: did you mean 'deletions'?"


def test_an_offer_that_nobody_makes_any_longer_is_taken_back() -> None:
    """Meaning §4: without the giver's entry nothing changes hands."""
    account, declared = _account("vault.a")
    account.named("a")["tags"][ownership.OFFER] = "billing/vault.a"
    made = planned(stack(declared), account)
    step = steps(made)["vault.a"]
    assert (step.action, [call.params["TagKeys"] for call in step.operations]) == (Action.RETAG, [(ownership.OFFER,)])
    assert step.notes == ("not given to billing/vault.a any longer",)
    assert [str(kept.address) for kept in made.kept] == ["vault.a"]


def test_destroy_deletes_no_data_because_of_an_entry_that_an_apply_would_ask_about() -> None:
    """Meaning §5: `destroy` is confirmed by the stack's name, the deletion of data by its own."""
    account, _ = _account("vault.a", "chest.b", "toy.c", others=0)
    declared = stack({}, transfers=_removed(vault__a=False, chest__b=True))
    made = planned(declared.emptied(), account, Deletion(everything=True))
    actions = {str(step.address): step.action for step in made.steps}
    assert actions == {"chest.b": Action.LET_GO, "toy.c": Action.DELETE}
    assert {str(kept.address) for kept in made.kept} == {"vault.a"}
