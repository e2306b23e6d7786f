"""Credentials that may end before the waits of a plan do."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from rds_secure.apply.lasting import Lasting, longest_wait, warning
from rds_secure.operation import Wait
from rds_secure.plan.model import Action, Step
from rds_secure.values import Ref
from tests.render.plans import address, call, plan

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
A, B, C = (address(f"kms_key.{name}") for name in "abc")


def _waiting(seconds: int, **params: Ref) -> Step:
    wait = Wait("kms", "DescribeKey", {}, "KeyMetadata", timeout=seconds)
    target = next(iter(params), "")
    where = {"": A, "b": B, "c": C}[target]
    return Step(where, where.name, Action.CREATE, operations=(call("kms", "CreateKey", params, "make it", wait=wait),))


def test_the_longest_chain_of_waits_counts_and_what_goes_on_beside_it_does_not() -> None:
    one, other, third = _waiting(1000), _waiting(300, b=Ref(A, "arn")), _waiting(900, c=Ref(C, "none"))
    assert longest_wait(plan(one, other)) == 1300
    assert longest_wait(plan(one, third)) == 1000
    assert longest_wait(plan()) == 0


@pytest.mark.parametrize(
    ("lasting", "seconds", "said"),
    [
        (Lasting(), 99999, ""),
        (Lasting(renew=False), 3600, ""),
        (Lasting(renew=False), 10800, "not known when these credentials of a session end: within an hour if one role"),
        (Lasting(renew=False, until=NOW + timedelta(minutes=50)), 3000, ""),
        (
            Lasting(renew=False, until=NOW + timedelta(minutes=50)),
            3001,
            "end in 50 min, and the waits .* take 50 min: ",
        ),
        (Lasting(renew=False, until=NOW + timedelta(hours=2)), 10800, "end in 2 h, .* may take 3 h: use credentials"),
        (Lasting(renew=False, until=NOW - timedelta(hours=2)), 0, "these credentials have ended"),
    ],
)
def test_what_may_end_before_the_waits_do_is_said_iam_8(lasting: Lasting, seconds: int, said: str) -> None:
    found = warning(lasting, NOW, seconds)
    assert bool(found) == bool(said)
    assert re.search(said, found)
