"""What an approval covers of what somebody gains, and what is gained beyond it (meaning 6.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rds_secure.access.delta.gains import beyond, gains, unseen
from rds_secure.access.delta.model import Connecting, Delta, Interface
from rds_secure.access.network.evidence import Verdict
from rds_secure.inventory import Inventory, Question
from rds_secure.plan.approved import ApprovedAccess
from rds_secure.values import Address, Ref
from tests.access.delta.kit import DELEGATED, KEY, database, delta, guarded, network, people
from tests.access.iam.account import IAM, MFA, group, user
from tests.access.iam.cases import statement

NONE, REACHABLE = Verdict.NONE, Verdict.REACHABLE
DELETE = statement("Allow", "rds:DeleteDBInstance")
OPS = group("ops"), group("ops", DELETE)


def given(before: Inventory, after: Inventory, known: Mapping[Ref, str] | None = None) -> ApprovedAccess:
    return gains(delta(before, after), known or {})


def test_what_was_shown_is_covered_and_so_is_less() -> None:
    dana, eve = (user(name, groups=("ops",)) for name in ("dana", "eve"))
    both = given(people(OPS[0], dana, eve), people(OPS[1], dana, eve))
    one = given(people(OPS[0], dana), people(OPS[1], dana))
    assert beyond(both, both) == ()
    assert beyond(both, one) == ()
    assert beyond(one, both) == (f"{IAM}:user/eve would gain delete on *, which was not shown",)
    assert both.digest != one.digest


def test_what_is_lost_binds_nobody() -> None:
    lost = given(people(user("dana", DELETE)), people(user("dana")))
    assert (lost.gains, lost.reach) == ((), ())


def test_what_was_shown_with_a_condition_does_not_cover_it_without() -> None:
    bound = given(people(user("dana")), people(user("dana", DELETE | {"Condition": MFA})))
    free = given(people(user("dana")), people(user("dana", DELETE)))
    assert beyond(free, bound) == ()
    assert beyond(bound, free) == (f"{IAM}:user/dana would gain delete on *, which was not shown",)


def test_addresses_are_covered_exactly() -> None:
    wide, narrow = given(network(), network("10.0.1.0/24")), given(network(), network("10.0.1.0/25"))
    assert beyond(wide, narrow) == ()
    assert beyond(narrow, wide) == tuple(
        f"10.0.1.128/25 would gain reach on db:{name} (inside the VPC, reachable), which was not shown"
        for name in ("orders", "payments")
    )


def test_one_instance_more_in_a_group_that_was_shown_is_no_other_gain() -> None:
    one, two = (given(network(instances=number), network("sg-app", instances=number)) for number in (1, 2))
    assert one == two
    assert beyond(given(network(), network()), one)


def test_what_is_in_the_way_is_no_gain() -> None:
    assert given(network(), network("198.51.100.0/24")).reach == ()


def test_protection_that_goes_is_one() -> None:
    on, off = (guarded(database("orders", DeletionProtection=flag)) for flag in (True, False))
    shown = given(on, off)
    assert beyond(given(on, on), shown) == ("db:orders: deletion protection would become no, which was not shown",)
    assert given(off, on).gains == ()


def test_ids_of_the_stacks_own_things_are_what_stands_for_them() -> None:
    ref = Ref(Address("db_instance", "orders"), "resource_id")
    grant = statement("Allow", "kms:Decrypt", Principal={"AWS": f"{IAM}:user/dana"})
    there = (database("orders", KmsKeyId=KEY),)

    def encrypted_for(resource: str) -> Inventory:
        only = {"Condition": {"StringEquals": {"kms:EncryptionContext:aws:rds:db-id": resource}}}
        return people(user("dana"), databases=there, keys={KEY: (*DELEGATED, grant | only)})

    before = people(user("dana"), databases=there, keys={KEY: DELEGATED})
    foreseen = given(before, encrypted_for("<db_instance.orders.resource_id>"))
    made = given(before, encrypted_for("db-ABCDEFGH"), {ref: "db-ABCDEFGH"})
    assert foreseen == made
    assert foreseen.gains


def test_who_ends_as_was_approved_gains_nothing_by_what_is_left_of_a_plan() -> None:
    """Half of it took away what the rest gives back; what others do to somebody else changes nothing."""
    approved = given(
        people(user("dana", DELETE), user("eve")), people(user("dana", DELETE | {"Sid": "New"}), user("eve"))
    )
    assert approved.gains == ()
    half, whole = user("dana"), user("dana", DELETE | {"Sid": "New"})
    rest = given(people(half, user("eve")), people(whole, user("eve")))
    assert rest.gains
    assert beyond(approved, rest) == ()
    eve = user("eve", statement("Allow", "rds:*"))
    assert beyond(approved, given(people(half, eve, user("new")), people(whole, eve, user("new")))) == ()
    databases = (database("orders"), database("payments"), database("later"))
    assert beyond(approved, given(people(half, databases=databases), people(whole, databases=databases))) == ()


def test_who_ends_with_more_than_was_approved_gains_it() -> None:
    approved = given(people(user("dana", DELETE)), people(user("dana", DELETE | {"Sid": "New"})))
    modifies = statement("Allow", "rds:ModifyDBInstance")
    now = given(people(user("dana")), people(user("dana", DELETE | {"Sid": "New"}, modifies)))
    assert beyond(approved, now) == (
        f"{IAM}:user/dana would gain delete on *, which was not shown",
        f"{IAM}:user/dana would gain modify on *, which was not shown",
    )
    wider = given(people(user("dana")), people(user("dana", statement("Allow", "rds:Delete*"))))
    assert beyond(approved, wider)


def test_a_database_that_is_reached_in_the_end_from_where_was_approved_is_no_gain() -> None:
    split = network("10.0.1.0/26", "10.0.1.64/26")
    approved = given(network("10.0.1.0/25"), split)
    assert approved.reach == ()
    rest = given(network(), split)
    assert rest.reach
    assert beyond(approved, rest) == ()
    assert len(beyond(approved, given(network(), network("10.0.1.0/24")))) == 2


def test_what_was_known_when_it_was_approved_has_to_be_known_later() -> None:
    before, after = people(user("dana"), keys={KEY: DELEGATED}), people(user("dana", DELETE), keys={KEY: DELEGATED})
    question = Question("kms", "GetKeyPolicy", KEY)
    denied = replace(
        before, replies={q: r for q, r in before.replies.items() if q != question}, unread={question: "AccessDenied"}
    )
    known, unknown = given(before, after), given(denied, after)
    assert unseen(known, unknown) == (f"kms:GetKeyPolicy of {KEY}",)
    assert (unseen(unknown, unknown), unseen(unknown, known), unseen(known, known)) == ((), (), ())
    assert known.digest != unknown.digest


def test_the_digest_is_of_what_is_gained_and_not_of_where_it_ends() -> None:
    one = given(people(user("dana")), people(user("dana", DELETE)))
    assert one.ends
    assert one.model_copy(update={"ends": {}}).digest == one.digest


def test_groups_of_an_interface_are_in_the_order_of_what_stands_for_them() -> None:
    ref = Ref(Address("security_group", "app"), "id")

    def carrying(*groups: str, known: Mapping[Ref, str]) -> ApprovedAccess:
        interface = Interface("eni-1", groups=groups)
        return gains(Delta(connections=(Connecting(("db:orders",), NONE, REACHABLE, (interface,)),)), known)

    foreseen = carrying("<security_group.app>", "sg-1", known={})
    assert carrying("sg-1", "sg-7", known={ref: "sg-7"}) == foreseen
    assert carrying("sg-0", "sg-1", known={ref: "sg-0"}) == foreseen
