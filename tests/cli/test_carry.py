"""What is said at the end of an apply that could not be read back."""

from __future__ import annotations

from rds_secure.cli.carry import _left
from rds_secure.plan import Action, Step
from tests.render import plans


def test_what_cannot_be_read_back_is_not_taken_for_done() -> None:
    """Meaning §8."""
    address = plans.address("db_instance.orders")
    call = plans.call("rds", "CreateDBInstance", {}, "create instance orders")
    before = plans.plan(Step(address, "orders", Action.CREATE, (call,)))
    after = plans.plan(Step(address, "orders", Action.UNSEEN))
    assert "db_instance.orders: could not be read back" in _left(before, after)
