"""In whatever order AWS lists things, the answers about who may do what are the same."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rds_secure.access.posture import Posture
from rds_secure.inventory import Inventory, Question
from tests.inventory.accounts import account

DETAILS = Question("iam", "GetAccountAuthorizationDetails")


def shuffled(random: Random, value: Any) -> Any:
    """A reply with each of its lists in another order; policies are texts, and stay as they are."""
    if isinstance(value, dict):
        return {key: shuffled(random, item) for key, item in value.items()}
    if isinstance(value, list):
        return random.sample([shuffled(random, item) for item in value], len(value))
    return value


def other(random: Random, inventory: Inventory) -> Inventory:
    """The same account, its identities listed otherwise."""
    return replace(inventory, replies={**inventory.replies, DETAILS: shuffled(random, inventory.replies[DETAILS])})


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_the_order_in_which_identities_are_listed_changes_no_answer(seed: int, random: Random) -> None:
    inventory = account(seed)
    before, after = Posture(inventory), Posture(other(random, inventory))
    assert after.allowed == before.allowed
    assert after.escalations == before.escalations
