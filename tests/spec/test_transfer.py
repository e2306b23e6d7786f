"""`moved:`, `removed:` and `safety:` as they are written, and every way in which they can be wrong (meaning §4, §5)."""

from __future__ import annotations

import pytest

from rds_secure.spec.transfer import Place, Safety
from rds_secure.values import Address
from tests.spec.test_stack import HEADER, problem, problems, stack

A, B, C = (Address("iam_role", key) for key in "abc")
ROLES = "resources: {iam_role: {b: {trust: {services: [ecs-tasks.amazonaws.com]}}}}\n"


def moved(*entries: str) -> str:
    return f"{HEADER}{ROLES}moved:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries)


def removed(*entries: str) -> str:
    return f"{HEADER}{ROLES}removed:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries)


def test_a_resource_moves_inside_its_stack() -> None:
    assert stack(moved("from: iam_role.a, to: iam_role.b")).transfers.moved == {A: B}


def test_moves_that_go_on_from_one_another_lead_to_the_last_place() -> None:
    made = stack(moved("from: iam_role.a, to: iam_role.c", "from: iam_role.c, to: iam_role.b"))
    assert made.transfers.moved == {A: B, C: B}


def test_a_resource_is_given_to_another_stack_and_taken_from_one() -> None:
    made = stack(moved("from: iam_role.a, to: billing/iam_role.x", "from: base/iam_role.y, to: iam_role.b"))
    assert made.transfers.given == {A: Place("billing", Address("iam_role", "x"))}
    assert made.transfers.taken == {Place("base", Address("iam_role", "y")): B}


def test_a_move_and_a_gift_go_on_from_one_another_too() -> None:
    made = stack(moved("from: iam_role.a, to: iam_role.c", "from: iam_role.c, to: billing/iam_role.x"))
    assert (made.transfers.moved, set(made.transfers.given)) == ({}, {A, C})


def test_the_stacks_own_name_may_be_written() -> None:
    assert stack(moved("from: orders/iam_role.a, to: orders/iam_role.b")).transfers.moved == {A: B}


def test_every_file_of_a_stack_has_entries_of_its_own() -> None:
    made = stack(
        moved("from: iam_role.a, to: iam_role.b"),
        HEADER + "removed: [{address: iam_role.c, keep: true}]\nmoved: [{from: iam_role.d, to: other/iam_role.d}]\n",
    )
    assert (set(made.transfers.moved), set(made.transfers.removed)) == ({A}, {C})
    assert set(made.transfers.given) == {Address("iam_role", "d")}


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (["from: iam_role.a, to: iam_rule.b"], "a.yaml:5:28: there is no kind 'iam_rule': did you mean 'iam_role'?"),
        (["from: iam_role.a, to: iam_user.b"], "iam_role.a and iam_user.b are of two kinds"),
        (["from: x/iam_role.a, to: y/iam_role.b"], "write one of them without a stack: it is in orders"),
        (["from: iam_role.b, to: iam_role.b"], "iam_role.b would move to where it is"),
        (["from: iam_role.b, to: x/iam_role.b"], "a.yaml:5:12: iam_role.b is declared still: rename its key"),
        (["from: iam_role.a, to: iam_role.c"], "a.yaml:5:28: iam_role.c is to be what was moved, and is not declared"),
        (["from: x/iam_role.a, to: iam_role.c"], "iam_role.c is to be what was moved, and is not declared"),
        (["from: iam_group.a, to: x/iam_group.b"], "no IAM group can be moved"),
        (["from: a, to: iam_role.b"], "'a' is not an address: write kind.key, or stack/kind.key"),
        (["to: iam_role.b"], "'from' is missing"),
        (
            ["from: iam_role.a, to: iam_role.b", "from: iam_role.a, to: x/iam_role.b"],
            "iam_role.a is moved at a.yaml:5:12 already",
        ),
        (
            ["from: iam_role.a, to: iam_role.b", "from: iam_role.c, to: iam_role.b"],
            "something moves to iam_role.b at a.yaml:5:28 already",
        ),
    ],
)
def test_a_move_that_cannot_be_is_explained(entries: list[str], said: str) -> None:
    found = problems(moved(*entries))
    assert [line for line in found if said.removeprefix("a.yaml:5:") in line], found


def test_moves_in_a_circle_are_refused() -> None:
    entries = ["from: iam_role.a, to: iam_role.c", "from: iam_role.c, to: iam_role.a"]
    assert "iam_role.a moves in a circle" in problems(moved(*entries))[0]


def test_what_is_removed_says_what_becomes_of_it() -> None:
    entry = "address: kms_key.data, keep: false, window_days: 7"
    made = stack(removed("address: iam_role.a, keep: true", entry)).transfers.removed
    assert made[A].keep
    key = made[Address("kms_key", "data")]
    assert (key.keep, key.window_days) == (False, 7)


def test_a_database_goes_with_a_final_snapshot_and_its_backups_stay_unless_it_is_written() -> None:
    """Meaning §5."""
    [(_, entry)] = stack(removed("address: db_instance.orders, keep: false")).transfers.removed.items()
    assert (entry.final_snapshot, entry.delete_automated_backups) == (True, False)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("address: iam_role.a", "'keep' is missing"),
        ("address: iam_role.b, keep: true", "iam_role.b is declared, and removed as well: keep one of the two"),
        ("address: iam_group.a, keep: true", "no IAM group can be let go of"),
        ("address: activity_stream.a, keep: false", "no activity stream can be removed: take the entry out"),
        ("address: security_hub.a, keep: false", "is ever deleted: write 'keep: true'"),
        ("address: iam_role.a, keep: false, final_snapshot: true", "'final_snapshot' means nothing for this"),
        ("address: db_instance.a, keep: true, final_snapshot: false", "'final_snapshot' means nothing for this"),
        ("address: db_instance.a, keep: false, window_days: 7", "'window_days' means nothing for this"),
        ("address: kms_key.a, keep: false, window_days: 5", "write at least 7"),
        ("address: kms_kex.a, keep: false", "there is no kind 'kms_kex': did you mean 'kms_key'?"),
    ],
)
def test_a_removal_that_cannot_be_is_explained(entry: str, said: str) -> None:
    assert said in problem(removed(entry))


def test_nothing_is_removed_twice_nor_moved_and_removed() -> None:
    twice = ["address: iam_role.a, keep: true", "address: iam_role.a, keep: false"]
    assert "iam_role.a is removed twice" in problem(removed(*twice))
    both = moved("from: iam_role.a, to: iam_role.b") + "removed: [{address: iam_role.a, keep: true}]\n"
    assert "iam_role.a is moved, and removed as well" in problem(both)


def test_the_lower_limit_of_each_two_counts() -> None:
    ours = Safety(deletions=9, databases=0, keys=3)
    assert ours.tightened(Safety(deletions=7, databases=2)) == Safety(deletions=7, databases=0, keys=1)
    assert ours.tightened(ours) == ours
