"""The generic diff: what each mode of a field makes of a difference (meaning §2, RDS-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rds_secure.fields import mapped, plain
from rds_secure.kind import FieldChange, Found, Live, Resource
from rds_secure.plan.diff import Difference, diff
from rds_secure.values import Address, Ref
from tests.toy import Peer, Shelf, Toy, ToySpec

pytestmark = pytest.mark.usefixtures("toys")

KIND = Toy()
HERE, THERE = Address("toy", "here"), Address("toy", "there")
KNOWN = {Ref(THERE, "id"): "id-7", Ref(THERE, "arn"): "arn:aws:toy:eu-west-1:123456789012:toy/there"}


def _compare(
    wanted: Mapping[str, Any],
    live: Mapping[str, Any],
    *,
    pending: Mapping[str, Any] | None = None,
    known: Mapping[Ref, str] = KNOWN,
) -> Difference:
    spec = ToySpec.model_validate(wanted)
    found = Found("here", "here", ToySpec.model_construct(**live), {"id": "id-1"}, pending=pending or {})
    return diff(KIND, Resource(HERE, "here", spec, spec), Live(HERE, found, found.spec), known)


def _changes(wanted: Mapping[str, Any], live: Mapping[str, Any], **more: Any) -> list[tuple[str, Any, Any]]:
    difference = _compare(wanted, live, **more)
    assert difference == Difference(changes=difference.changes)
    return [(change.path, change.old, change.new) for change in difference.changes]


# Laws

texts = st.text(st.sampled_from("ab.1"), min_size=1, max_size=3)
members = st.lists(texts, max_size=3).map(tuple)
targets = st.sampled_from(["id-7", "id-8", Ref(THERE, "id"), Ref(Address("toy", "new"), "id")])
policies = st.none() | st.fixed_dictionaries(
    {"Statement": st.lists(st.fixed_dictionaries({"Effect": st.just("Allow"), "Action": texts}), max_size=2)}
)
specs = st.builds(
    ToySpec.model_construct,
    colour=texts,
    size=st.integers(0, 9),
    weight=st.none() | st.integers(0, 9),
    material=texts,
    remark=st.none() | texts,
    release=st.none() | texts,
    parts=members,
    guests=members,
    settings=st.dictionaries(texts, texts, max_size=3),
    policy=policies,
    shelf=st.builds(Shelf.model_construct, books=members, label=st.none() | texts, wood=texts),
    partner=st.none() | targets,
    house=st.none() | targets,
    peers=st.lists(
        st.builds(Peer.model_construct, to=targets, note=st.none() | texts),
        max_size=2,
        unique_by=lambda peer: KNOWN.get(peer.to, peer.to),
    ).map(tuple),
    exclusive=st.booleans(),
)


def _diff(wanted: ToySpec, live: ToySpec) -> Difference:
    found = Found("here", "here", live, {"id": "id-1"})
    return diff(KIND, Resource(HERE, "here", wanted, wanted), Live(HERE, found, live), KNOWN)


@given(specs)
def test_nothing_differs_from_itself(spec: ToySpec) -> None:
    assert _diff(spec, spec) == Difference()


@given(specs)
def test_nothing_differs_from_its_form_with_ids_for_what_is_known(spec: ToySpec) -> None:
    """House rule 2: both sides may name the same thing by id or by reference."""
    literal = mapped(spec, lambda value, marker, many: KNOWN.get(value, value) if isinstance(value, Ref) else value)
    assert not _diff(spec, literal).changes
    assert not _diff(literal, spec).changes


@given(specs, specs)
def test_what_is_declared_does_not_differ_from_what_the_changes_make_of_what_is_live(
    wanted: ToySpec, live: ToySpec
) -> None:
    difference = _diff(wanted, live)
    settled = {path: _settled(wanted, live, path, difference) for path in ToySpec.model_fields if path != "shelf"}
    shelf = {name: _settled(wanted, live, f"shelf.{name}", difference) for name in Shelf.model_fields}
    assert not _diff(wanted, ToySpec.model_construct(**settled, shelf=Shelf.model_construct(**shelf))).changes


def _settled(wanted: ToySpec, live: ToySpec, path: str, difference: Difference) -> Any:
    """The live value of a field with its changes made."""
    value: Any = live
    for name in path.split("."):
        value = getattr(value, name)
    for change in difference.changes:
        if change.path != path:
            continue
        if not change.member:
            value = change.new
        elif isinstance(value, Mapping):
            value = {**value, change.member: change.new}
            value = {key: item for key, item in value.items() if item is not None}
        else:
            kept = [item for item in value if plain(item) != change.old]
            value = (*kept, *([] if change.new is None else [_member(path, change.new)]))
    return value


def _member(path: str, value: Any) -> Any:
    return Peer.model_construct(**value) if path == "peers" else value


@given(specs, specs)
def test_members_and_fields_that_are_ignored_are_never_compared(wanted: ToySpec, live: ToySpec) -> None:
    everything = wanted.model_copy(update={"ignore": tuple(ToySpec.model_fields)})
    assert _diff(everything, live) == Difference()


# One mode after the other


def test_an_enforced_field_is_set_to_what_is_written_or_to_its_default() -> None:
    """Meaning §2."""
    assert _changes({"colour": "red"}, {"colour": "blue"}) == [("colour", "blue", "red")]
    assert _changes({}, {"colour": "blue"}) == [("colour", "blue", "grey")]


def test_an_enforced_field_that_is_left_out_is_taken_away() -> None:
    assert _changes({}, {"partner": "id-9"}) == [("partner", "id-9", None)]


def test_an_adopted_field_that_is_left_out_stays_as_it_is() -> None:
    """Meaning §2."""
    assert _changes({}, {"weight": 3}) == []
    assert _changes({"weight": 4}, {"weight": 3}) == [("weight", 3, 4)]
    assert _changes({"weight": 0}, {"weight": 3}) == [("weight", 3, 0)]


def test_a_create_only_field_is_refused_with_the_kinds_advice() -> None:
    """Meaning §2, house rule 6."""
    difference = _compare({"material": "steel"}, {"material": "wood"})
    change = FieldChange("material", old="wood", new="steel")
    assert difference == Difference(refused=[(change, "make another one of that material")])


def test_a_create_only_field_may_be_only_noted() -> None:
    """Meaning §2."""
    difference = _compare({"remark": "new"}, {"remark": "old"})
    assert difference == Difference(noted=[FieldChange("remark", old="old", new="new")])
    assert _compare({}, {"remark": "old"}) == Difference()


@pytest.mark.parametrize(("wanted", "live", "differs"), [(5, 4, True), (5, 5, False), (5, 6, False)])
def test_a_floor_is_only_ever_raised(wanted: int, live: int, differs: bool) -> None:
    """RDS-7: storage never shrinks, and grows by itself."""
    assert _changes({"size": wanted}, {"size": live}) == ([("size", live, wanted)] if differs else [])


def test_a_prefix_is_what_the_kind_calls_one() -> None:
    """RDS-6: `16` comes back as 16.x."""
    assert _changes({"release": "16"}, {"release": "16.4"}) == []
    assert _changes({"release": "16"}, {"release": "1"}) == [("release", "1", "16")]
    assert _changes({"release": "17"}, {"release": "16.4"}) == [("release", "16.4", "17")]


def test_what_is_ours_and_not_at_aws_is_not_compared() -> None:
    assert _changes({"exclusive": False, "tags": {"team": "payments"}, "name": "here"}, {}) == []


def test_an_ignored_field_is_left_to_others() -> None:
    """`ignore:` leaves a field to others."""
    assert _changes({"colour": "red", "ignore": ["colour"]}, {"colour": "blue"}) == []


# Sets, mappings, parts, documents


def test_a_set_differs_member_by_member_whatever_the_order() -> None:
    assert _changes({"parts": ["a", "b", "a"]}, {"parts": ("b", "a")}) == []
    difference = _compare({"parts": ["a", "c"]}, {"parts": ("b", "a")})
    assert [(change.member, change.old, change.new, change.when) for change in difference.changes] == [
        ("b", "b", None, "reboot"),
        ("c", None, "c", "reboot"),
    ]


def test_members_of_one_identity_are_one_that_changed() -> None:
    """EC2-1: the description is not part of a rule's identity."""
    difference = _compare(
        {"peers": [{"to": "id-1", "note": "new"}, {"to": "id-2"}]},
        {"peers": (Peer.model_construct(to="id-1", note="old"), Peer.model_construct(to="id-3"))},
    )
    assert difference.changes == [
        FieldChange("peers", {"to": "id-1", "note": "old"}, {"to": "id-1", "note": "new"}, "id-1"),
        FieldChange("peers", None, {"to": "id-2", "note": None}, "id-2"),
        FieldChange("peers", {"to": "id-3", "note": None}, None, "id-3"),
    ]


def test_a_member_is_the_same_by_id_and_by_reference() -> None:
    assert _changes({"peers": [{"to": "${toy.there}"}]}, {"peers": (Peer.model_construct(to="id-7"),)}) == []


def test_a_members_reference_stays_a_reference_in_the_change() -> None:
    """Edges of the graph come from the changes' references (house rule 4)."""
    ((_, old, new),) = _changes({"peers": [{"to": "${toy.there}", "note": "x"}]}, {"peers": (Peer(to="id-7"),)})
    assert new == {"to": Ref(THERE, "id"), "note": "x"}
    assert old == {"to": "id-7", "note": None}


def test_strangers_of_a_shared_set_are_shown_and_left() -> None:
    """Meaning §3."""
    difference = _compare({"guests": ["a"], "exclusive": False}, {"guests": ("b",)})
    assert difference.strangers == [FieldChange("guests", old="b", member="b")]
    assert difference.changes == [FieldChange("guests", new="a", member="a")]


def test_strangers_are_removed_where_the_resource_is_exclusive() -> None:
    """Meaning §3."""
    assert _changes({"guests": ["a"]}, {"guests": ("a", "b")}) == [("guests", "b", None)]


def test_a_set_that_is_not_shared_is_ours_even_where_the_resource_is_not_exclusive() -> None:
    assert _changes({"exclusive": False}, {"parts": ("b",)}) == [("parts", "b", None)]


def test_members_with_a_home_elsewhere_are_never_strangers() -> None:
    """Meaning §3."""
    for exclusive in (True, False):
        assert _compare({"exclusive": exclusive}, {"guests": ("another's guest",)}) == Difference()


def test_a_mapping_differs_key_by_key() -> None:
    difference = _compare(
        {"settings": {"same": "1", "other": "2", "new": "3"}}, {"settings": {"other": "9", "same": "1", "old": "4"}}
    )
    assert difference.changes == [
        FieldChange("settings", new="3", member="new"),
        FieldChange("settings", old="4", member="old"),
        FieldChange("settings", old="9", new="2", member="other"),
    ]


def test_a_nested_part_differs_field_by_field_each_in_its_own_mode() -> None:
    difference = _compare(
        {"shelf": {"books": ["a"], "wood": "elm"}, "exclusive": False},
        {"shelf": Shelf.model_construct(books=("b",), label="live")},
    )
    assert difference.changes == [FieldChange("shelf.books", new="a", member="a")]
    assert difference.strangers == [FieldChange("shelf.books", old="b", member="b")]
    assert [change for change, _ in difference.refused] == [FieldChange("shelf.wood", old="oak", new="elm")]


def test_documents_are_compared_by_meaning() -> None:
    """IAM-3: order and one-element lists carry no meaning."""
    wanted = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["a:b"], "Resource": "*"}]}
    live = {"Statement": {"Effect": "Allow", "Action": "A:B", "Resource": ["*"]}, "Version": "2012-10-17"}
    assert _changes({"policy": wanted}, {"policy": live}) == []


def test_a_document_differs_by_statement() -> None:
    wanted = {"Statement": [{"Effect": "Allow", "Action": "a:Read", "Resource": "${toy.there}"}]}
    live = {"Statement": [{"Effect": "Allow", "Action": "a:Write", "Resource": KNOWN[Ref(THERE, "arn")]}]}
    (change,) = _compare({"policy": wanted}, {"policy": live}).changes
    assert change.detail == ("~ Allow a:Read", "    - action a:Write", "    + action a:Read")


def test_a_document_that_is_not_there_is_added_statement_by_statement() -> None:
    wanted = {"Statement": [{"Sid": "Use", "Effect": "Allow", "Action": "a:Read", "Resource": "*"}]}
    (change,) = _compare({"policy": wanted}, {"policy": None}).changes
    assert (change.old, any("Use" in line for line in change.detail)) == (None, True)


def test_a_reference_that_is_not_known_yet_differs_from_every_id() -> None:
    assert _changes({"partner": "${toy.new}"}, {"partner": "id-7"}) == [
        ("partner", "id-7", Ref(Address("toy", "new"), "id"))
    ]


# When


@pytest.mark.parametrize(
    ("written", "when"), [({}, "window"), ({"when": "window"}, "window"), ({"when": "now"}, "now")]
)
def test_what_aws_can_defer_waits_for_the_window_unless_written_otherwise(
    written: Mapping[str, Any], when: str
) -> None:
    """Meaning §2."""
    (change,) = _compare({"colour": "red", **written}, {}).changes
    assert change.when == when


def test_what_applies_at_once_says_so_whatever_is_written() -> None:
    (change,) = _compare({"weight": 4, "when": "window"}, {"weight": 3}).changes
    assert change.when == "now"
    (change,) = _compare({"release": "2"}, {"release": "1.0"}).changes
    assert change.when == ""


# RDS-2: pending is a third state


def test_what_is_parked_already_is_not_sent_again() -> None:
    """RDS-2: comparing two states would send the same change for ever."""
    difference = _compare({"colour": "red"}, {"colour": "grey"}, pending={"colour": "red"})
    parked = FieldChange("colour", old="grey", new="red", when="window", note="parked by AWS", parked="red")
    assert difference == Difference(pending=[parked])


def test_what_is_parked_is_sent_again_to_have_it_now() -> None:
    (change,) = _compare({"colour": "red", "when": "now"}, {"colour": "grey"}, pending={"colour": "red"}).changes
    assert replace(change, note="") == FieldChange("colour", old="grey", new="red", when="now", parked="red")


def test_another_parked_value_is_replaced() -> None:
    (change,) = _compare({"colour": "red"}, {"colour": "grey"}, pending={"colour": "blue"}).changes
    assert replace(change, note="") == FieldChange("colour", old="grey", new="red", when="window", parked="blue")


def test_a_parked_change_back_to_what_is_live_is_taken_back() -> None:
    (change,) = _compare({"colour": "grey"}, {"colour": "grey"}, pending={"colour": "blue"}).changes
    assert replace(change, note="") == FieldChange("colour", old="grey", new="grey", when="window", parked="blue")


def test_a_parked_value_that_is_in_effect_already_is_nothing() -> None:
    assert _compare({"colour": "red"}, {"colour": "red"}, pending={"colour": "red"}) == Difference()


def test_a_field_left_to_aws_is_not_asked_what_is_parked() -> None:
    assert _compare({}, {"weight": 3}, pending={"weight": 4}) == Difference()


def test_a_floor_is_met_by_what_is_live_or_by_what_is_parked() -> None:
    assert _compare({"size": 5}, {"size": 5}, pending={"size": 9}) == Difference()
    assert len(_compare({"size": 8}, {"size": 5}, pending={"size": 9}).pending) == 1
    (change,) = _compare({"size": 8}, {"size": 5}, pending={"size": 6}).changes
    assert (change.old, change.parked, change.new) == (5, 6, 8)


def test_a_prefix_is_met_by_what_is_parked() -> None:
    assert len(_compare({"release": "17"}, {"release": "16.4"}, pending={"release": "17.1"}).pending) == 1


def test_a_reference_is_met_by_a_parked_id() -> None:
    difference = _compare({"partner": "${toy.there}"}, {"partner": "id-1"}, pending={"partner": "id-7"})
    assert [change.path for change in difference.pending] == ["partner"]
    assert not difference.changes


def test_a_parked_value_of_what_cannot_change_is_refused_as_ever() -> None:
    difference = _compare({"material": "wood"}, {"material": "wood"}, pending={"material": "steel"})
    assert [change.parked for change, _ in difference.refused] == ["steel"]


def test_the_kind_decides_only_where_the_generic_rule_sees_a_difference() -> None:
    kind = _Unlike()
    spec = ToySpec(colour="red")
    found = Found("here", "here", replace_colour(spec), {"id": "id-1"})
    resource = Resource(HERE, "here", spec, spec)
    assert diff(kind, resource, Live(HERE, found, found.spec), {}) == Difference()
    assert diff(kind, resource, Live(HERE, replace(found, spec=spec), spec), {}) == Difference()


class _Refusing(Toy):
    """A kind that cannot take a colour back."""

    def refuses(self, change: FieldChange, resource: Resource[ToySpec], live: Live[ToySpec]) -> str:
        return "paint another one" if change.path == "colour" and change.new == "grey" else ""


@pytest.mark.parametrize(("colour", "is_refused"), [("grey", True), ("blue", False)])
def test_a_kind_may_refuse_what_aws_does_not_make_as_things_are(colour: str, is_refused: bool) -> None:
    """RDS-6: versions never go back."""
    spec, live = ToySpec(colour=colour), ToySpec(colour="red")
    found = Found("here", "here", live, {"id": "id-1"})
    difference = diff(_Refusing(), Resource(HERE, "here", spec, spec), Live(HERE, found, live), {})
    assert [advice for _, advice in difference.refused] == (["paint another one"] if is_refused else [])
    assert bool(difference.changes) is not is_refused


def replace_colour(spec: ToySpec) -> ToySpec:
    return spec.model_copy(update={"colour": "RED"})


class _Unlike(Toy):
    """A kind that reads colours without case, and says False where values are equal."""

    def same(self, field: str, wanted: ToySpec, live: ToySpec) -> bool | None:
        return wanted.colour != live.colour and wanted.colour.lower() == live.colour.lower()
