"""What is live, matched to the addresses of a stack: ours, others', copies, names (meaning §3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from rds_secure import ownership, resources
from rds_secure.errors import DeniedError, SpecError, UnsupportedError
from rds_secure.kind import Reader, Resource, Scope
from rds_secure.live import Snapshot, read_live
from rds_secure.live.declared import written
from rds_secure.values import Address, Ref
from tests.fakes import FakeReader
from tests.toy import IDENTITY, Toy, ToySpec, register
from tests.toy_account import ToyAccount, look, owned, stack

pytestmark = pytest.mark.usefixtures("toys")

A, B = Address("toy", "a"), Address("toy", "b")


def _whats(snapshot: Snapshot) -> list[tuple[str, str]]:
    return [(str(conflict.address), conflict.what) for conflict in snapshot.conflicts]


# Ours and others'


def test_what_is_declared_and_ours_is_live_under_its_address() -> None:
    account, declared = ToyAccount(), stack({"toy.a": {}})
    identifier = account.own(declared, "toy.a")
    snapshot = look(declared, account)
    assert snapshot.live[A].exports["id"] == identifier
    assert (snapshot.retired, snapshot.conflicts, snapshot.notes) == ({}, (), ())


def test_what_is_declared_and_not_there_is_not_live() -> None:
    snapshot = look(stack({"toy.a": {}}), ToyAccount())
    assert (dict(snapshot.live), list(snapshot.resources)) == ({}, [A])


def test_what_is_ours_and_no_longer_declared_is_retired_whatever_its_kind() -> None:
    """Meaning §5."""
    account = ToyAccount()
    account.own(stack({}), "toy.a")
    account.own(stack({}), "badge.old")
    account.own(stack({}), "crowd.friends")
    snapshot = look(stack({"toy.b": {}}), account)
    assert sorted(map(str, snapshot.retired)) == ["badge.old", "crowd.friends", "toy.a"]


def test_a_stranger_that_is_not_in_the_way_is_not_there() -> None:
    account = ToyAccount()
    account.add("toy", "c")
    snapshot = look(stack({"toy.a": {}}), account)
    assert (snapshot.live, snapshot.retired, snapshot.conflicts, snapshot.notes) == ({}, {}, (), ())


def test_a_same_named_stranger_is_a_conflict() -> None:
    """Meaning §3."""
    account = ToyAccount()
    account.add("toy", "A", {"team": "sales"})
    snapshot = look(stack({"toy.a": {}}), account)
    assert _whats(snapshot) == [("toy.a", "toy A exists already and belongs to no stack")]
    assert snapshot.live == {}


def test_a_same_named_thing_of_another_stack_is_a_conflict() -> None:
    """Meaning §3."""
    account = ToyAccount()
    theirs = owned(replace(stack({"toy.a": {}}), name="billing"), "toy.a")
    account.add("toy", "a", {**theirs, ownership.STACK: "billing"})
    account.add("crowd", "b", path="/billing/")
    assert _whats(look(stack({"toy.a": {}, "crowd.b": {}}), account)) == [
        ("crowd.b", "crowd b belongs to stack 'billing', and 'orders' declares it too"),
        ("toy.a", "toy a belongs to stack 'billing', and 'orders' declares it too"),
    ]


def test_what_takes_no_tags_is_ours_by_its_path() -> None:
    """Meaning §3."""
    account, declared = ToyAccount(), stack({"crowd.readers": {"name": "All-Readers"}})
    account.own(declared, "crowd.readers")
    snapshot = look(declared, account)
    assert snapshot.live[Address("crowd", "readers")].name == "All-Readers"
    assert dict(snapshot.resources[Address("crowd", "readers")].tags) == {}


@pytest.mark.parametrize("name", ["a", "first"])
def test_a_path_with_a_key_tells_whose_it_is_whatever_its_name(name: str) -> None:
    """Meaning §2: another name is a conflict where nothing is renamed in place."""
    account = ToyAccount()
    account.add("crowd", name, path="/orders/a/")
    snapshot = look(stack({"crowd.a": {"name": "second"}}), account)
    assert _whats(snapshot) == [("crowd.a", f"the name of crowd.a changes from {name} to second")]
    assert f"write 'name: {name}'" in snapshot.conflicts[0].fix
    assert (snapshot.live, snapshot.retired) == ({}, {})


def test_a_path_with_another_key_is_no_claim_to_the_name() -> None:
    account = ToyAccount()
    account.add("crowd", "b", path="/orders/a/")
    snapshot = look(stack({"crowd.b": {}}), account)
    assert _whats(snapshot) == [("crowd.b", "crowd b belongs to crowd.a of this stack")]
    assert list(snapshot.retired) == [Address("crowd", "a")]


def test_a_copy_with_our_tags_is_only_mentioned() -> None:
    """Meaning §3, RDS-18."""
    account, declared = ToyAccount(), stack({"toy.a": {}})
    account.own(declared, "toy.a")
    account.add("toy", "a-restored", owned(declared, "toy.a"))
    account.add("vault", "old-restored", owned(stack({}), "vault.old"))
    snapshot = look(declared, account)
    assert snapshot.notes == (
        "toy a-restored carries the tags of a: a copy, left alone",
        "vault old-restored carries the tags of old: a copy, left alone",
    )
    assert (snapshot.live[A].name, snapshot.retired, snapshot.conflicts) == ("a", {}, ())


def test_a_copy_in_the_place_of_what_is_declared_is_a_conflict() -> None:
    """Meaning §3: a copy is not ours."""
    account, declared = ToyAccount(), stack({"toy.a": {}, "toy.b": {}})
    account.own(declared, "toy.a")
    account.add("toy", "b", owned(declared, "toy.a"))
    assert _whats(look(declared, account)) == [("toy.b", "toy b exists already, as a copy of a")]


def test_names_are_compared_without_case() -> None:
    """RDS-5: AWS returns names in lower case."""
    account, declared = ToyAccount(), stack({"toy.a": {"name": "Orders"}})
    account.add("toy", "orders", owned(declared, "toy.a"))
    assert look(declared, account).live[A].name == "orders"


def test_tags_of_another_kind_are_no_claim() -> None:
    account = ToyAccount()
    account.add("toy", "a", owned(stack({}), "badge.a"))
    snapshot = look(stack({"toy.b": {}}), account)
    assert snapshot.notes == ("toy a carries the tags of badge.a: left alone",)
    assert (snapshot.live, snapshot.retired) == ({}, {})


def test_a_global_object_of_the_stack_in_another_region_is_not_touched() -> None:
    """Meaning §3."""
    account, declared = ToyAccount(), stack({"badge.a": {}})
    elsewhere = {ownership.HOME: "us-east-1"}
    account.add("badge", "a", owned(declared, "badge.a") | elsewhere)
    account.add("badge", "old", owned(stack({}), "badge.old") | elsewhere)
    snapshot = look(declared, account)
    assert _whats(snapshot) == [("badge.a", "badge a belongs to this stack in us-east-1")]
    assert snapshot.conflicts[0].fix == "run with --region us-east-1, or use another name"
    assert (snapshot.live, snapshot.retired) == ({}, {})


# Names that change


def test_another_name_for_what_exists_is_a_conflict() -> None:
    """Meaning §2."""
    account, before, after = ToyAccount(), stack({"toy.a": {}}), stack({"toy.a": {"name": "other"}})
    account.own(before, "toy.a")
    snapshot = look(after, account)
    assert _whats(snapshot) == [("toy.a", "the name of toy.a changes from a to other")]
    assert "write 'name: a'" in snapshot.conflicts[0].fix
    assert (snapshot.live, snapshot.retired) == ({}, {})


def test_another_name_is_a_change_where_the_kind_renames_in_place() -> None:
    """Meaning §2."""
    account, before, after = ToyAccount(), stack({"label.a": {}}), stack({"label.a": {"name": "other"}})
    account.own(before, "label.a")
    snapshot = look(after, account)
    assert snapshot.live[Address("label", "a")].name == "a"
    assert snapshot.conflicts == ()


def test_another_name_is_another_object_where_the_kind_is_versioned() -> None:
    """Meaning §2."""
    account, before, after = ToyAccount(), stack({"mould.a": {}}), stack({"mould.a": {"material": "steel"}})
    account.own(before, "mould.a")
    snapshot = look(after, account)
    assert snapshot.live == {}
    assert list(snapshot.retired) == [Address("mould", "a/a-wood")]
    assert snapshot.conflicts == ()


def test_every_version_retires_when_the_resource_is_no_longer_declared() -> None:
    account = ToyAccount()
    for material in ("wood", "steel", "clay"):
        account.own(stack({"mould.a": {"material": material}}), "mould.a")
    snapshot = look(stack({"toy.b": {}}), account)
    assert sorted(live.name for live in snapshot.retired.values()) == ["a-clay", "a-steel", "a-wood"]


def test_a_name_that_another_address_of_the_stack_holds_is_a_conflict() -> None:
    account, before = ToyAccount(), stack({"toy.a": {"name": "x"}})
    account.own(before, "toy.a")
    assert _whats(look(stack({"toy.b": {"name": "x"}}), account)) == [("toy.b", "toy x belongs to toy.a of this stack")]


class _Placed(Toy):
    """Unique by place and name, as a security group is by VPC and name."""

    def identity(self, name: str, spec: ToySpec, scope: Any) -> str:
        return f"{spec.material}/{name.lower()}"

    def read(self, reader: Any, wanted: Any) -> Any:
        for toy in reader.call("toy", "DescribeToys", {"Kind": self.name})["Toys"]:
            yield replace(self.found(toy, wanted.scope), identity=f"{toy['fields']['material']}/{toy['name'].lower()}")


@pytest.fixture
def placed(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, _Placed())


@pytest.mark.usefixtures("placed")
def test_what_is_ours_in_another_place_is_live_so_that_the_move_is_refused() -> None:
    """EC2-3: a group of this name in another VPC is no change of its name."""
    account, before = ToyAccount(), stack({"toy.a": {"material": "wood"}})
    account.own(before, "toy.a")
    snapshot = look(stack({"toy.a": {"material": "steel"}}), account)
    assert snapshot.live[A].spec.material == "wood"
    assert snapshot.conflicts == ()


@pytest.mark.usefixtures("placed")
@pytest.mark.parametrize("order", [("wood", "steel"), ("steel", "wood")])
def test_of_two_with_one_address_the_one_in_its_place_is_live_and_the_other_mentioned(order: tuple[str, str]) -> None:
    """KMS-1: a key may be made twice."""
    account, declared = ToyAccount(), stack({"toy.a": {"material": "steel"}})
    for material in order:
        account.add("toy", "a", owned(declared, "toy.a"), material=material)
    snapshot = look(declared, account)
    assert snapshot.live[A].spec.material == "steel"
    assert snapshot.notes == ("toy a (wood/a) is a twin of toy.a: left alone",)


# References


def test_ids_of_the_stacks_own_things_become_references() -> None:
    """House rule 2."""
    account, declared = ToyAccount(), stack({"toy.a": {}, "toy.b": {}})
    own = account.own(declared, "toy.a")
    other = account.add("toy", "stranger")
    arn = "arn:aws:toy:eu-west-1:123456789012:toy/a"
    policy = {"Statement": [{"Resource": [arn, f"{arn}/part", "*"]}]}
    account.own(declared, "toy.b", partner=own, peers=({"to": other, "note": own},), policy=policy)
    live = look(declared, account).live[B].spec
    assert live.partner == Ref(A, "id")
    assert [(peer.to, peer.note) for peer in live.peers] == [(other, own)]
    assert live.policy == {"Statement": ({"Resource": (Ref(A, "arn"), f"{arn}/part", "*")},)}


def test_ids_of_what_is_retired_become_references_as_well() -> None:
    account, declared = ToyAccount(), stack({"toy.b": {}})
    account.own(declared, "toy.b", partner=account.own(stack({}), "toy.a"))
    assert look(declared, account).live[B].spec.partner == Ref(A, "id")


def test_what_follows_from_a_name_is_known_before_it_exists() -> None:
    """ARNs that follow from account, region and name are known at plan time."""
    known = look(stack({"toy.a": {}}), ToyAccount()).scope.known
    assert known[Ref(A, "arn")] == "arn:aws:toy:eu-west-1:123456789012:toy/a"
    assert Ref(A, "id") not in known


def test_what_is_live_is_known_better() -> None:
    account, before, after = ToyAccount(), stack({"label.a": {}}), stack({"label.a": {"name": "other"}})
    account.own(before, "label.a")
    assert look(after, account).scope.known[Ref(Address("label", "a"), "name")] == "a"


# What is looked at more closely


def test_only_what_may_be_deleted_is_looked_at_more_closely() -> None:
    account = ToyAccount()
    for address in ("toy.a", "vault.a", "chest.a"):
        account.toys[account.own(stack({}), address)]["more"] = {"facts": {"stuck": "glued"}}
    declared = stack({"toy.b": {}})
    assert list(look(declared, account).stuck) == [A]
    stuck = look(declared, account, going=("vault",)).stuck
    assert {str(address): reason for address, reason in stuck.items()} == {
        "toy.a": "it is glued",
        "vault.a": "it is glued",
    }


def test_a_closer_look_knows_which_data_goes_in_the_same_run() -> None:
    account = ToyAccount()
    for address in ("toy.a", "vault.a", "chest.a"):
        account.own(stack({}), address)
    retired = look(stack({"toy.b": {}}), account, going=("vault",)).retired
    assert retired[A].facts["going"] == {"arn:aws:toy:eu-west-1:123456789012:vault/a"}
    assert "going" not in retired[Address("chest", "a")].facts


@pytest.mark.parametrize("error", [DeniedError, UnsupportedError])
def test_what_cannot_be_looked_at_stays(error: type[DeniedError], monkeypatch: pytest.MonkeyPatch) -> None:
    """Meaning §8."""

    class Hidden(Toy):
        def inspect(self, reader: Any, live: Any, scope: Any, going: Any) -> Any:
            raise error("toy", "DescribeUsers", "AccessDenied", "no")

    register(monkeypatch, Hidden())
    account = ToyAccount()
    account.own(stack({}), "toy.a")
    stuck = look(stack({"toy.b": {}}), account).stuck
    assert stuck == {A: "what it holds could not be seen: toy DescribeUsers: AccessDenied"}


# Unknown and wrong


@pytest.mark.parametrize("error", [DeniedError, UnsupportedError])
@pytest.mark.parametrize("call", [("toy", "DescribeToys"), ("resourcegroupstaggingapi", "GetResources")])
def test_a_read_that_fails_is_never_taken_for_absence(call: tuple[str, str], error: type[DeniedError]) -> None:
    """Meaning §8."""
    account = ToyAccount()
    account.answers[call] = error(*call, "AccessDenied", "no")
    account.own(stack({"toy.a": {}}), "toy.a")
    snapshot = look(stack({"toy.a": {}}), account)
    assert [item.call for item in snapshot.unseen] == [" ".join(call) + ": AccessDenied"]
    assert A in (snapshot.hidden if call[0] == "toy" else snapshot.live)


def test_what_does_not_fit_is_said_for_every_resource() -> None:
    declared = stack({"toy.a": {"colour": "no such colour"}, "toy.b": {"colour": "no such colour"}, "toy.c": {}})
    with pytest.raises(SpecError) as raised:
        look(declared, ToyAccount())
    assert [problem.what for problem in raised.value.problems] == ["there is no such colour"] * 2


# Tags that are wanted


def test_a_resource_is_to_carry_the_tags_of_the_stack_and_its_own() -> None:
    declared = stack({"toy.a": {"tags": {"team": "orders"}}}, tags={"team": "payments", "cost": "7"})
    tags = look(declared, ToyAccount()).resources[A].tags
    assert (tags["team"], tags["cost"]) == ("orders", "7")
    assert tags[ownership.ADDRESS] == "toy.a/a"
    assert ownership.HOME not in tags


def test_a_global_resource_is_to_carry_its_home() -> None:
    tags = look(stack({"badge.a": {}}), ToyAccount()).resources[Address("badge", "a")].tags
    assert tags[ownership.HOME] == "eu-west-1"


def _mark(fields: Mapping[str, Any], tags: Mapping[str, str] | None = None) -> str:
    mark = look(stack({"toy.a": fields}, tags=tags), ToyAccount()).resources[A].tags[ownership.APPLIED]
    return mark.split(".")[1]


def test_the_mark_leaves_defaults_out() -> None:
    """Meaning §3: so a new default of the tool is no change of the spec."""
    assert _mark({}) == _mark({"colour": "grey", "parts": [], "partner": None})
    assert _mark({}) != _mark({"colour": "red"})
    assert _mark({"partner": "id-1"}) != _mark({"partner": "${toy.a}"})


def test_the_mark_covers_tags_wherever_they_are_written() -> None:
    assert _mark({"tags": {"team": "x"}}) == _mark({}, tags={"team": "x"})
    assert _mark({"tags": {"team": "x"}}) != _mark({"tags": {"team": "y"}})
    assert _mark({}) != _mark({}, tags={"team": "x"})


def test_what_is_written_does_not_depend_on_the_order_of_fields() -> None:
    one = ToySpec.model_validate({"colour": "red", "size": 2})
    other = ToySpec.model_validate({"size": 2, "colour": "red"})
    assert list(written(one).items()) == list(written(other).items()) == [("colour", "red"), ("size", 2)]


# The tagging API


class _Tagged(Toy):
    """Known to the tagging API only, as RDS subnet groups are."""

    def read(self, reader: Any, wanted: Any) -> Any:
        for toy in reader.call("toy", "DescribeToys", {"Kind": self.name})["Toys"]:
            found = self.found(toy, wanted.scope)
            if found.identity in wanted.identities or found.exports["arn"] in wanted.tagged:
                yield replace(found, tags=wanted.tagged.get(found.exports["arn"], found.tags))


def test_what_the_tagging_api_knows_of_the_stack_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, _Tagged())
    account = ToyAccount()
    tags = owned(stack({}), "toy.a")
    account.own(stack({}), "toy.a")
    listed = {"ResourceARN": "arn:aws:toy:eu-west-1:123456789012:toy/a", "Tags": []}
    listed["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
    account.answers["resourcegroupstaggingapi", "GetResources"] = {"ResourceTagMappingList": [listed]}
    assert list(look(stack({"toy.b": {}}), account).retired) == [A]


@pytest.mark.parametrize(
    ("partition", "region", "regions"),
    [
        ("aws", "eu-west-1", [None, "us-east-1"]),
        ("aws", "us-east-1", [None]),
        ("aws-us-gov", "us-gov-east-1", [None, "us-gov-west-1"]),
        ("aws-cn", "cn-northwest-1", [None, "cn-north-1"]),
        ("aws-iso", "us-iso-east-1", [None]),
    ],
)
def test_the_tags_of_policies_are_asked_where_the_partition_keeps_them(
    partition: str, region: str, regions: list[str | None]
) -> None:
    """ANY-5: the region of global services differs by partition."""
    reader = ToyAccount().reader()
    read_live(stack({"toy.a": {}}), reader, replace(IDENTITY, partition=partition, region=region))
    asked = _asked(reader)
    assert [where for where, _ in asked] == regions
    assert all(params["TagFilters"] == [{"Key": ownership.STACK, "Values": ["orders"]}] for _, params in asked)
    assert all(params["ResourceTypeFilters"] == ["iam:policy"] for _, params in asked[1:])


def _asked(reader: FakeReader) -> list[tuple[str | None, dict[str, Any]]]:
    calls = zip(reader.regions, reader.calls, strict=True)
    return [(region, params) for region, (service, _, params) in calls if service == "resourcegroupstaggingapi"]


def test_every_kind_is_read_once() -> None:
    reader = ToyAccount().reader()
    read_live(stack({"toy.a": {}, "vault.b": {}}), reader, IDENTITY)
    asked = [params["Kind"] for service, _, params in reader.calls if service == "toy"]
    assert asked == [kind.name for kind in resources.KINDS]


def test_only_what_holds_data_is_asked_what_it_left_and_what_is_denied_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Meaning §5, §8."""

    def traces(kind: Toy, reader: Reader, resource: Resource[Any], scope: Scope) -> tuple[str, ...]:
        if resource.name == "denied":
            raise DeniedError("toy", "DescribeEvents", "AccessDenied", "no")
        return (f"a part of {resource.name}",) if resource.name != "new" else ()

    monkeypatch.setattr(Toy, "traces", traces)
    account = ToyAccount()
    declared = {"toy.a": {}, "vault.gone": {}, "vault.new": {}, "vault.denied": {}, "vault.here": {}}
    account.own(stack(declared), "vault.here")
    assert look(stack(declared), account).traces == {
        Address("vault", "gone"): ("a part of gone",),
        Address("vault", "denied"): ("what it left could not be seen: toy DescribeEvents: AccessDenied",),
    }


def test_what_has_the_tags_of_something_missing_under_another_name_may_be_it_renamed_by_hand() -> None:
    """Meaning §5, RDS-18: nothing empty is made beside it, and nobody is told to remove it."""
    account, before = ToyAccount(), stack({"vault.a": {}, "toy.b": {}, "vault.c": {}})
    for address, name in (("vault.a", "renamed"), ("toy.b", "b2"), ("vault.c", "c")):
        account.add(address.partition(".")[0], name, owned(before, address))
    account.add("vault", "c-restored", owned(before, "vault.c"))
    account.add("toy", "no-vault", owned(before, "vault.a"))

    (left,) = look(before, account).traces.items()
    again = "write 'name: renamed' and 'adopt: {vault.a: renamed}' to go on with it, if it was renamed by hand"
    assert left == (Address("vault", "a"), (f"vault renamed, which has its tags: {again}",))

    (conflict,) = look(stack({"vault.a": {"name": "renamed"}}), account).conflicts
    again = "choose another name; or, if it is the one itself, renamed by hand, write 'adopt: {vault.a: renamed}'"
    assert (conflict.what, conflict.fix) == ("vault renamed exists already, as a copy of a", again)
