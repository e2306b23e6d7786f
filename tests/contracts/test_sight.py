"""Each call that a plan reads with, denied in turn: nothing is created or deleted on what was not seen (meaning §8).

How it is with everything in place: `test_reads`.
"""

from __future__ import annotations

from rds_secure.plan import Action
from rds_secure.spec import load
from tests.contracts.readers import denials
from tests.contracts.test_reads import STACK
from tests.e2e.harness import PRUNING, Harness
from tests.e2e.tables.activity_stream import prepare
from tests.e2e.tables.snapshot_sharing import archived


def test_only_what_was_seen_to_be_missing_is_created(harness: Harness) -> None:
    stack, _ = load([str(harness.spec(STACK))])
    harness.behind(archived)
    harness.behind(prepare)
    for made, denied in denials(harness.account, stack, PRUNING):
        hidden = {address for item in made.unseen for address in item.addresses}
        assert hidden or made.unseen or made.refusals, f"{denied} is read, and nobody misses it"
        assert made.is_applicable == (not (hidden or made.refusals)), denied
        assert {step.address for step in made.steps if step.action is Action.UNSEEN} == hidden, denied
        assert all(step.address not in hidden for step, _ in made.operations()), denied
