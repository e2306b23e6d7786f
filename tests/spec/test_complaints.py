"""What is said about fields: in the words of the spec, at the place, with what to do; never in pydantic's words."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field as Setting
from pydantic import ValidationError

from rds_secure.errors import SpecError
from rds_secure.fields import Field, Int, Part, Pattern, ResourceSpec, Str
from rds_secure.spec import build
from rds_secure.spec.complaints import meant, problems_of
from rds_secure.spec.source import Plain
from tests.spec.parsing import good

EXAMPLES = Path(__file__).parents[2] / "specs"


class Wheel(Part):
    """A nested part."""

    from_: Annotated[Str, Field(create="Wheel.Maker", terraform="manufacturer")] = Setting(alias="from")
    """Who made it. And when."""
    spokes: Annotated[Int, Setting(gt=2, lt=100), Field(create="Wheels[].SpokeCount")] = 32
    """How many spokes it has."""


class Bicycle(ResourceSpec):
    """A spec with a field for everything that can be wrong."""

    maker: Annotated[Str, Field(create="Vendor", terraform="vendor")]
    """IAM's name for it, such as `Peugeot`. Never changes."""
    colour: Annotated[Literal["red", "green", "blue"], Field(read="Paint[0].RGBColor")] = "red"
    """Its colour."""
    gears: Annotated[Int, Setting(ge=1, le=27), Field()] = 1
    """How many gears it has."""
    lock_password: Annotated[Literal["managed", "unmanaged"], Field()] = "managed"
    """Who knows it."""
    wheels: Annotated[tuple[Wheel, ...], Field()] = ()
    """Its wheels."""
    front: Annotated[Wheel | None, Field()] = None
    """The wheel in front."""
    badges: Annotated[dict[Annotated[str, Pattern("[a-z]+", "a badge: small letters")], Str], Field()] = {}
    """What is stuck on it."""


def said(text: str, complete: bool = True) -> list[str]:
    """What is said about a bicycle that is written below ``bicycle:``."""
    source = good("bicycle: " + text)
    data = source.data["bicycle"]
    with pytest.raises(ValidationError) as caught:
        Bicycle.model_validate(data)
    found = problems_of(caught.value, Bicycle, source, ("bicycle",), data, complete=complete)
    return [str(problem).removeprefix("f.yaml:") for problem in found]


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("{maker: x, gears: 0}", 28, "gears: 0 is less than 1: write at least 1"),
        ("{maker: x, gears: 28}", 28, "gears: 28 is more than 27: write at most 27"),
        ("{maker: x, front: {from: y, spokes: 2}}", 46, "front.spokes: 2 is not more than 2: write more than 2"),
        (
            "{maker: x, front: {from: y, spokes: 100}}",
            46,
            "front.spokes: 100 is not less than 100: write less than 100",
        ),
        ("{maker: x, colour: pink}", 29, "colour: 'pink' is not possible: write red, green or blue"),
        ("{maker: x, colour: RED}", 29, "colour: 'RED' is not possible: write red, green or blue"),
        ("{maker: x, colour: }", 29, "colour: nothing is written here: write red, green or blue"),
        ("{maker: x, colour: [red]}", 29, "colour: a list is not possible: write red, green or blue"),
        ("{maker: x, lock_password: 1234}", 36, "lock_password: this is not possible: write managed or unmanaged"),
        ("{maker: x, wheels: round}", 29, "wheels: a list is needed here: write [item, …]"),
        ("{maker: x, wheels: {from: y}}", 29, "wheels: a list is needed here: write [item, …]"),
        (
            "{maker: x, wheels: [round]}",
            30,
            "wheels: a mapping is needed here: write 'key: value' below it, one a line",
        ),
        ("{maker: x, front: []}", 28, "front: a mapping is needed here: write 'key: value' below it, one a line"),
        ("{maker: x, badges: [a]}", 29, "badges: a mapping is needed here: write 'key: value' below it, one a line"),
        ("{maker: x, badges: {A1: b}}", 30, "badges: 'A1' is not a badge: write small letters"),
        ("{maker: x, badges: {a: [b]}}", 33, "badges.a: a list is written here: write a text"),
        ("{maker: x, ignore: gears}", 29, "ignore: a list is needed here: write [item, …]"),
        ("{}", 10, "'maker' is missing: add it (IAM's name for it, such as Peugeot)"),
        ("{maker: x, front: {spokes: 8}}", 28, "'from' is missing: add it (who made it)"),
        ("{maker: x, wheels: [{from: y}, {}]}", 41, "'from' is missing: add it (who made it)"),
        ("[maker]", 10, "a mapping is needed here: write 'key: value' below it, one a line"),
        ("x", 10, "a mapping is needed here: write 'key: value' below it, one a line"),
    ],
)
def test_a_mistake_is_told_at_its_place_with_what_to_do(text: str, column: int, says: str) -> None:
    assert said(text) == [f"1:{column}: {says}"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("colr", "colour"),
        ("vendor", "maker"),
        ("Vendor", "maker"),
        ("VENDOR", "maker"),
        ("RGBColor", "colour"),
        ("rgb_color", "colour"),
        ("rgbcolor", "colour"),
        ("wheel", "wheels"),
        ("Gears", "gears"),
    ],
)
def test_an_unknown_field_is_known_by_its_other_names(word: str, meant: str) -> None:
    assert f"1:21: there is no field '{word}' here: did you mean '{meant}'?" in said(f"{{gears: 1, {word}: 1}}")


def test_a_field_unlike_any_other_lists_them_all() -> None:
    assert said("{maker: x, saddle: y}") == [
        "1:21: there is no field 'saddle' here: "
        "use one of badges, colour, front, gears, ignore, lock_password, maker, wheels"
    ]


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("{front: {manufacturer: y}}", 19, "'manufacturer' here: did you mean 'from'?"),
        ("{wheels: [{from: y, spoke_count: 8}]}", 30, "'spoke_count' here: did you mean 'spokes'?"),
        ("{front: {from: y, gears: 8}}", 28, "'gears' here: use one of from, spokes"),
    ],
)
def test_a_field_of_a_nested_part_is_looked_for_in_that_part(text: str, column: int, says: str) -> None:
    assert f"1:{column}: there is no field {says}" in said(text)


def test_a_field_under_another_name_is_told_once_but_other_missing_ones_are_told() -> None:
    assert said("{vendor: x}") == ["1:11: there is no field 'vendor' here: did you mean 'maker'?"]
    assert [text.partition(":")[2] for text in said("{front: {spoke_count: 1}}")] == [
        "10: 'maker' is missing: add it (IAM's name for it, such as Peugeot)",
        "18: 'from' is missing: add it (who made it)",
        "19: there is no field 'spoke_count' here: did you mean 'spokes'?",
    ]


def test_nothing_is_missing_where_not_everything_could_be_read() -> None:
    assert said("{front: {spokes: 1}}", complete=False) == [
        "1:27: front.spokes: 1 is not more than 2: write more than 2"
    ]


def test_everything_that_is_wrong_is_told() -> None:
    assert len(said("{gears: x, colour: y, wheels: [{spokes: z}, 5], badges: {B: []}, front: 0, saddle: 1}")) == 10


def test_a_long_text_is_not_repeated_in_full() -> None:
    (says,) = said(f"{{maker: x, colour: {'y' * 1000}}}")

    assert len(says) < 200


def test_what_may_be_ignored_is_known_by_its_other_names_too() -> None:
    assert meant("RGBColor", Bicycle) == "did you mean 'colour'?"


# Every kind, with anything anywhere


def example() -> Any:
    """All that the examples declare, as one file; a spec of every kind is among it."""
    merged: dict[str, Any] = {"version": Plain("1"), "stack": Plain("orders"), "tags": {"team": "db"}, "resources": {}}
    for path in sorted(EXAMPLES.glob("*.yaml")):
        for kind, section in good(path.read_text(encoding="utf-8")).data["resources"].items():
            merged["resources"].setdefault(kind, {}).update(section)
    return merged


EXAMPLE = example()


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(place for key, item in items for place in places(item, (*path, key)))]


def put(data: Any, path: tuple[Any, ...], value: Any, key: str | None) -> Any:
    """A copy of the data with a value in another place, or under another key."""
    if not path:
        return value
    if isinstance(data, list):
        return [put(item, path[1:], value, key) if index == path[0] else item for index, item in enumerate(data)]
    if key is not None and len(path) == 1:
        return {**data, key: value}
    return {name: put(item, path[1:], value, key) if name == path[0] else item for name, item in data.items()}


JARGON = re.compile(
    r"pydantic|Input|valid |validat|instance of|<class|Error|NoneType|dict|tuple|Plain(?!text)|\[type|function|union"
    r"|correct it|: :|::|None|Ref\(|Lookup\(|\n"
)
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|\$\{[^}]*\}")

WORDS = ["", "x", "true", "off", "-1", "0", "1", "70000", "9" * 20, "*", "a, b", "ü", "10.0.0.0/8", "1-2", "A_b", "16"]
REFERENCES = [
    "${kms_key.data}",
    "${kms_key.orders-data.id}",
    "${x",
    "${x}",
    "${aws.x}",
    "${aws.region}",
    "${iam_role.x}",
]
LITERALS = [
    "default",
    "alias/x",
    "vpc-01234567",
    "sg-01234567",
    "postgres",
    "mysql",
    "x" * 300,
    "self",
    "arn:aws:iam::1:x",
]
scalars = st.none() | st.sampled_from([*WORDS, *REFERENCES, *LITERALS]).map(Plain)
junk = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["tag", "vpc", "Name", "from", "x", "Statement", "Bool", ""]), inner, max_size=3
        )
    ),
    max_leaves=4,
)


@given(st.sampled_from(places(EXAMPLE)[1:]), junk, st.none() | st.sampled_from(["x", "Name", "port", "engine", ""]))
@settings(max_examples=400, deadline=None)
def test_anything_anywhere_in_a_spec_makes_a_stack_or_says_plainly_what_is_wrong_law(
    path: tuple[Any, ...], value: Any, key: str | None
) -> None:
    source = replace(good("version: 1"), data=put(EXAMPLE, path, value, key))
    if not isinstance(source.data, dict):
        return
    try:
        build([source])
    except SpecError as error:
        for problem in error.problems:
            assert not JARGON.search(QUOTED.sub("''", f"{problem.what}: {problem.fix}")), problem
            assert problem.location is not None


def test_the_examples_together_declare_every_kind() -> None:
    from rds_secure.resources import KINDS_BY_NAME

    assert set(EXAMPLE["resources"]) == set(KINDS_BY_NAME)
