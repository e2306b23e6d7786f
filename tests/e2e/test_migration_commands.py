"""`rds-secure migration` as it is typed."""

from __future__ import annotations

from tests.e2e.test_commands import Commands, command, connections  # noqa: F401 - fixtures
from tests.e2e.test_migration import resources


def test_how_far_it_has_come_and_the_way_back(command: Commands) -> None:  # noqa: F811
    command.harness.make(resources(encrypted=False))
    asked = command.harness.spec(resources(kms_key="${kms_key.two}", migration={"from": "none"}))

    unknown = command("migration", "status", "db_instance.order", asked)
    assert (unknown.code, "did you mean 'db_instance.orders'?" in unknown.err) == (64, True)
    before = command("migration", "status", "db_instance.orders", asked)
    assert (before.code, "take snapshot orders-last-" in before.out) == (0, True)
    not_begun = command("migration", "continue", "db_instance.orders", asked, "--yes")
    assert (not_begun.code, "was begun" in not_begun.err) == (3, True)
    nowhere = command("migration", "roll-back", "db_instance.orders", asked, "--confirm", "db_instance.orders")
    assert (nowhere.code, "it is in no migration" in nowhere.out) == (3, True)
    assert command.writes == []

    command.harness.make(asked)
    aside = command("migration", "status", "db_instance.orders", asked)
    assert "Kept aside" in aside.out
    declined = command.typing("no", "migration", "roll-back", "db_instance.orders", asked)
    assert (declined.code, "LOST from orders" in declined.out) == (1, True)
    back = command.typing("db_instance.orders", "migration", "roll-back", "db_instance.orders", asked)
    assert back.code == 0
    assert "AWS agrees with the spec" not in back.out
