"""What differs from a spec, sorted; and who is to blame."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure.live.authors import Author
from rds_secure.plan import Deletion
from rds_secure.plan.drift import Sort, blamed, drift
from rds_secure.values import Address
from tests.toy_account import ToyAccount, planned, stack

pytestmark = pytest.mark.usefixtures("toys")

ALL = Deletion(everything=True)


def _drift(declared: dict[str, Any], account: ToyAccount) -> dict[str, Sort]:
    found = drift(planned(stack(declared), account, ALL))
    return {str(item.step.address): item.sort for item in found.deviations}


def test_every_way_to_differ_has_its_word() -> None:
    account = ToyAccount()
    declared = {f"toy.{name}": {} for name in ("same", "other", "marked")}
    account.own_all({**declared, "toy.old": {}, "vault.kept": {}})
    account.named("other")["fields"]["colour"] = "red"
    account.own(stack({"toy.full": {"exclusive": False}}), "toy.full", guests=("dana",))
    del account.named("marked")["tags"]["rds-secure:applied"]
    fields = {**declared, "toy.full": {"exclusive": False}, "toy.gone": {}}
    assert _drift(fields, account) == {
        "toy.full": Sort.ADDED,
        "toy.gone": Sort.MISSING,
        "toy.marked": Sort.MARKS,
        "toy.old": Sort.UNDECLARED,
        "toy.other": Sort.DIFFERS,
    }


def test_what_agrees_is_no_drift_and_neither_is_what_waits_for_its_window() -> None:
    account = ToyAccount()
    account.own_all({"toy.a": {}})
    assert drift(planned(stack({"toy.a": {}}), account)).is_none


def test_a_conflict_is_drift_too() -> None:
    account = ToyAccount()
    account.add("toy", "a")
    found = drift(planned(stack({"toy.a": {}}), account))
    assert (found.deviations, found.is_none) == ((), False)


def test_who_changed_a_thing_stands_beside_it() -> None:
    account = ToyAccount()
    account.own_all({"toy.a": {}})
    account.named("a")["fields"]["colour"] = "red"
    found = drift(planned(stack({"toy.a": {}}), account))
    dana = Author("dana", "ModifyToy", "2026-11-24T12:00:00+00:00")
    [item] = blamed(found, {Address("toy", "a"): dana}, "not all").deviations
    assert item.author == dana
