"""The field types of specs: what each takes, what it makes of it, and what it says when it takes something not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic import Field as Setting

from rds_secure import resources
from rds_secure.fields import (
    VPC,
    Bool,
    Document,
    Field,
    Int,
    Mentions,
    Mode,
    Named,
    OrLookup,
    Part,
    Pattern,
    PolicyText,
    Reference,
    ResourceSpec,
    Str,
    Tagged,
    Tags,
    mapped,
    markers,
    plain,
    values_of,
)
from rds_secure.interpolation import Invalid, interpolate, shown
from rds_secure.spec.source import parse
from rds_secure.values import Address, Lookup, Ref, Text

KEY, GROUP = Address("kms_key", "data"), Address("security_group", "orders-db")

KEY_REFERENCE = Reference(
    ("kms_key",), "arn", r"[0-9a-f-]{36}", "a key's id", lookup="kms_key", alias=r"alias/[a-z/-]+"
)
GROUP_NAME = Reference(("iam_group", "iam_user"), "name", r"[a-z]+", "a name")
SUBNET = Reference((), "id", r"subnet-[0-9a-f]{8}", "a subnet id", lookup="subnet")


def loaded(text: str) -> Any:
    """A value as the loader hands it over, with what is written after ``field:``."""
    source, problems = parse(f"field: {text}\n", "f.yaml")
    assert problems == ()
    assert source is not None
    return source.data["field"]


def read(field: Any, text: str) -> Any:
    """What a field makes of what is written."""
    return TypeAdapter(field).validate_python(loaded(text))


def refusal(field: Any, text: str) -> str:
    """What a field says about something it does not take."""
    with pytest.raises(ValidationError) as caught:
        read(field, text)
    (entry,) = caught.value.errors()
    invalid = entry["ctx"]["error"]
    assert isinstance(invalid, Invalid)
    return f"{invalid.what}: {invalid.fix}"


def invalid(function: Callable[..., Any], *arguments: Any, **more: Any) -> str:
    with pytest.raises(Invalid) as caught:
        function(*arguments, **more)
    return str(caught.value)


# Texts, numbers, booleans


@pytest.mark.parametrize(
    "written",
    ["on", "no", "true", "22:30", "16.10", "1e3", "0x1F", "012345678901", "1_000", "2026-01-31", "=", "-1", "NaN"],
)
def test_a_text_is_what_is_written(written: str) -> None:
    value = read(Str, written)

    assert value == written
    assert type(value) is str


@pytest.mark.parametrize(("written", "value"), [("'null'", "null"), ('"a: b"', "a: b"), ("''", ""), ("'~'", "~")])
def test_quotes_make_a_text_of_anything(written: str, value: str) -> None:
    assert read(Str, written) == value


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("", "nothing is written here: write a text"),
        ("~", "nothing is written here: write a text"),
        ("[a]", "a list is written here: write a text"),
        ("{a: b}", "a mapping is written here: write a text"),
        ("${kms_key.data}", "'${kms_key.data}' has a reference, which this field does not take: write the text itself"),
    ],
)
def test_a_text_field_takes_only_texts(written: str, says: str) -> None:
    assert refusal(Str, written) == says


@pytest.mark.parametrize(
    ("written", "value"), [("7", 7), ("'7'", 7), ("007", 7), ("+7", 7), ("-7", -7), ("0", 0), ("9" * 18, 10**18 - 1)]
)
def test_a_whole_number_is_digits(written: str, value: int) -> None:
    assert read(Int, written) == value


@pytest.mark.parametrize("written", ["7.0", "7 GiB", "0x10", "0o17", "1_000", "1e3", "''", "true", "\u0667", "9" * 19])
def test_what_is_not_digits_is_no_whole_number(written: str) -> None:
    word = written.strip("'")
    assert refusal(Int, written) == f"'{word}' is not a whole number: write digits only, such as 7"


@pytest.mark.parametrize(
    ("written", "says"), [("", "nothing is written here"), ("[7]", "a list is not a"), ("{7: 7}", "a mapping is not a")]
)
def test_nothing_a_list_and_a_mapping_are_no_whole_numbers(written: str, says: str) -> None:
    assert refusal(Int, written).startswith(says)


def test_numbers_that_code_hands_over_are_taken_and_booleans_are_not() -> None:
    assert TypeAdapter(Int).validate_python(7) == 7
    with pytest.raises(ValidationError, match="True is not a whole number"):
        TypeAdapter(Int).validate_python(True)


@pytest.mark.parametrize(("written", "value"), [("true", True), ("false", False), ("'true'", True)])
def test_a_boolean_is_true_or_false(written: str, value: bool) -> None:
    assert read(Bool, written) is value


@pytest.mark.parametrize("written", ["yes", "no", "on", "off", "True", "FALSE", "1", "0", "''", "y"])
def test_nothing_else_is_a_boolean(written: str) -> None:
    word = written.strip("'")
    assert refusal(Bool, written) == f"'{word}' is neither true nor false: write true or false"


def test_nothing_is_no_boolean_either() -> None:
    assert refusal(Bool, "") == "nothing is written here: write true or false"
    assert TypeAdapter(Bool).validate_python(True) is True


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "nothing"),
        ({}, "a mapping"),
        ([], "a list"),
        ((), "a list"),
        ("it's", '"it\'s"'),
        (loaded("plain"), "'plain'"),
        ("two\nlines", "'two\\nlines'"),
        ("x" * 80, f"'{'x' * 80}'"),
        ("x" * 81, f"'{'x' * 79}…'"),
        (7, "7"),
    ],
)
def test_a_value_is_shown_on_one_line_and_not_too_long(value: Any, said: str) -> None:
    assert shown(value) == said


# Patterns

VERSION = Annotated[str, Pattern(r"\d+(\.\d+)?", "a version such as 16.4")]
ACCOUNT = Annotated[str, Pattern(r"[0-9]{12}", "an account id: twelve digits")]


@pytest.mark.parametrize("written", ["16", "16.10", "'16'"])
def test_a_text_that_matches_its_pattern_is_taken(written: str) -> None:
    value = read(VERSION, written)

    assert value == written.strip("'")
    assert type(value) is str


@pytest.mark.parametrize("written", ["x16", "16.x", "''", '"16\\n"'])
def test_a_pattern_holds_for_the_whole_text(written: str) -> None:
    assert refusal(VERSION, written).endswith("is not a version such as 16.4: write one")


def test_what_a_pattern_is_made_of_is_said_as_what_to_write() -> None:
    assert refusal(ACCOUNT, "12345") == "'12345' is not an account id: write twelve digits"


def test_a_pattern_takes_only_texts() -> None:
    assert refusal(ACCOUNT, "[1]") == "a list is written here: write a text"
    assert refusal(ACCOUNT, "${iam_role.app}").startswith("'${iam_role.app}' has a reference")


@pytest.mark.parametrize(
    ("tags", "says"),
    [
        ("{'aws:owner': x}", "'aws:owner' is not a tag key"),
        ("{'rds-secure:stack': x}", "'rds-secure:stack' is not a tag key"),
        ("{'': x}", "'' is not a tag key"),
        ("{'a,b': x}", "'a,b' is not a tag key"),
        ("{team: 'a, b'}", "'a, b' is not a tag value"),
        ("{team: 'aws:x'}", "'aws:x' is not a tag value"),
        ("{team: 'rds:x'}", "'rds:x' is not a tag value"),
        ("{team: ~}", "nothing is written here"),
    ],
)
def test_tags_that_aws_refuses_are_refused_any_2(tags: str, says: str) -> None:
    assert refusal(Tags, tags).startswith(says)


def test_tags_may_be_as_long_as_aws_takes_them_and_in_any_alphabet_any_2() -> None:
    written = f"{{{'k' * 128}: {'v' * 256}, Büro: 'Straße 1', on: off, empty: ''}}"

    assert read(Tags, written) == {"k" * 128: "v" * 256, "Büro": "Straße 1", "on": "off", "empty": ""}
    assert "at most 128" in refusal(Tags, f"{{{'k' * 129}: v}}")
    assert "at most 256" in refusal(Tags, f"{{k: {'v' * 257}}}")


# References in texts


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("", ""),
        ("no reference", "no reference"),
        ("$ { } $x {y}", "$ { } $x {y}"),
        ("${kms_key.data}", Ref(KEY, "arn")),
        ("${kms_key.data.id}", Ref(KEY, "id")),
        ("a ${kms_key.data} b", Text(("a ", Ref(KEY, "arn"), " b"))),
        ("${kms_key.data}${security_group.orders-db.id}", Text((Ref(KEY, "arn"), Ref(GROUP, "id")))),
        ("$${kms_key.data}", Text(("$", Ref(KEY, "arn")))),
    ],
)
def test_references_are_found_in_a_text(written: str, value: Any) -> None:
    assert interpolate(written, attribute="arn") == value


@pytest.mark.parametrize(
    "inside", ["", " a.b ", "orders", "a.b.c.d", "a.", ".b", "A.b", "a.b.C", "a.b!", "aws:x", "a._b"]
)
def test_anything_else_in_a_reference_is_refused(inside: str) -> None:
    says = invalid(interpolate, f"x-${{{inside}}}")

    assert says == f"${{{inside}}} is not a reference: write ${{kind.name}} or ${{kind.name.attribute}}"


@pytest.mark.parametrize("written", ["${kms_key.data", "a ${", "${a.b} and ${c.d", "${a.${b.c}}"])
def test_a_reference_must_be_closed(written: str) -> None:
    assert "never closed: close it with }" in invalid(interpolate, written)


@pytest.mark.parametrize("variable", ["aws:username", "aws:PrincipalTag/team", "*", "?", "$", "saml:sub", "s3:x-y"])
def test_iams_own_variables_pass_through_in_documents_only(variable: str) -> None:
    written = f"arn:aws:s3:::home/${{{variable}}}"

    assert interpolate(written, document=True) == written
    assert "is not a reference" in invalid(interpolate, written)


def test_references_and_iams_variables_may_stand_in_one_text() -> None:
    value = interpolate("${iam_role.app}/${aws:username}", attribute="arn", document=True)

    assert value == Text((Ref(Address("iam_role", "app"), "arn"), "/${aws:username}"))


@given(st.text(alphabet=st.characters(exclude_characters="$")))
def test_a_text_without_a_dollar_is_itself(written: str) -> None:
    assert interpolate(written) == written


references = st.builds(
    Ref, st.sampled_from([KEY, GROUP, Address("db_instance", "a1~implied")]), st.sampled_from(["id", "arn"])
)


@given(st.lists(references | st.text("a-{}:/ ", min_size=1), min_size=1))
def test_what_is_shown_of_a_text_with_references_reads_back_as_the_same_law(parts: list[str | Ref]) -> None:
    written = "".join(map(str, parts))

    assert str(interpolate(written)) == written
    assert interpolate(str(interpolate(written))) == interpolate(written)


# Reference fields


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("${kms_key.data}", Ref(KEY, "arn")),
        ("${kms_key.data.id}", Ref(KEY, "id")),
        ("01234567-89ab-cdef-0123-456789abcdef", "01234567-89ab-cdef-0123-456789abcdef"),
        ("alias/orders/data", Lookup("kms_key", (("alias", "alias/orders/data"),))),
        ("{tag: {Name: on}}", Lookup("kms_key", (("tag:Name", "on"),))),
        ("{tag: {Tier: db, Name: 012}}", Lookup("kms_key", (("tag:Name", "012"), ("tag:Tier", "db")))),
    ],
)
def test_a_reference_a_literal_an_alias_or_a_look_up(written: str, value: Any) -> None:
    assert read(Annotated[Ref | Lookup | str, KEY_REFERENCE], written) == value


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (
            "${security_group.orders-db}",
            "${security_group.orders-db} does not refer to kms_key: "
            "write a key's id, or ${kms_key.name}, or a look-up {tag: {…}}",
        ),
        ("data", "'data' is not a key's id: write one, or ${kms_key.data}, or a look-up {tag: {…}}"),
        ("da_ta", "'da_ta' is not a key's id: write one, or ${kms_key.name}, or a look-up {tag: {…}}"),
        ("key/${kms_key.data}", "'key/${kms_key.data}' has text around a reference: write a key's id, or"),
        ("${data}", "${data} is not a reference: write ${kind.name} or ${kind.name.attribute}"),
        ("", "nothing is written here: write a key's id, or ${kms_key.name}, or a look-up {tag: {…}}"),
        ("[a]", "a list is written here: write a key's id"),
        ("{Name: data}", "a look-up has no 'Name': write {tag: {Name: value}}"),
        ("{tag: {Name: a}, vpc: b}", "a look-up has no 'vpc': write {tag: {Name: value}}"),
        ("{}", "a look-up needs tags: write {tag: {Name: value}}"),
        ("{tag: {}}", "a look-up needs tags"),
        ("{tag: Name}", "a look-up needs tags"),
        ("{tag: {Name: ~}}", "nothing is written here: write a text"),
        ("{tag: {Name: [a]}}", "a list is written here: write a text"),
        ("{tag: {Name: '${kms_key.data}'}}", "'${kms_key.data}' has a reference, which this field does not take"),
    ],
)
def test_what_a_reference_field_does_not_take(written: str, says: str) -> None:
    assert refusal(Annotated[Ref | Lookup | str, KEY_REFERENCE], written).startswith(says)


def test_a_reference_may_be_to_one_of_several_kinds() -> None:
    field = Annotated[Ref | str, GROUP_NAME]

    assert read(field, "${iam_user.dana}") == Ref(Address("iam_user", "dana"), "name")
    assert refusal(field, "${kms_key.data}") == (
        "${kms_key.data} does not refer to iam_group or iam_user: "
        "write a name, or ${iam_group.name}, or ${iam_user.name}"
    )


def test_a_field_that_cannot_be_looked_up_says_so() -> None:
    says = refusal(Annotated[Ref | str, GROUP_NAME], "{tag: {Name: operators}}")

    assert says.startswith("a look-up is written here, which this field does not take: write a name")


@pytest.mark.parametrize(
    ("written", "vpc"),
    [
        ("vpc-01234567", "vpc-01234567"),
        ("{tag: {Name: main}}", Lookup("vpc", (("tag:Name", "main"),))),
    ],
)
def test_subnets_are_looked_up_within_a_vpc(written: str, vpc: Any) -> None:
    value = read(Annotated[Ref | Lookup | str, SUBNET], f"{{vpc: {written}, tag: {{Tier: private}}}}")

    assert value == Lookup("subnet", (("tag:Tier", "private"), ("vpc", vpc)))


def test_a_look_up_within_something_that_is_no_vpc_is_refused() -> None:
    field = Annotated[Ref | Lookup | str, SUBNET]

    says = refusal(field, "{vpc: '${db_subnet_group.orders.vpc}', tag: {Tier: private}}")
    assert says.startswith("a look-up is made before anything is, so it takes no reference as its vpc")
    assert refusal(field, "{vpc: main, tag: {Tier: private}}").startswith("'main' is not a VPC id")
    assert refusal(field, "{Tier: private}") == "a look-up has no 'Tier': write {vpc: …, tag: {Name: value}}"


# Lists that are looked up

Subnets = Annotated[tuple[Annotated[Ref | Lookup | str, SUBNET], ...], OrLookup()]


def test_a_look_up_may_stand_in_place_of_a_list() -> None:
    found = Lookup("subnet", (("tag:Tier", "private"),))

    assert read(Subnets, "{tag: {Tier: private}}") == (found,)
    assert read(Subnets, "[{tag: {Tier: private}}, subnet-01234567]") == (found, "subnet-01234567")
    assert read(Subnets, "[]") == ()


def test_a_single_text_in_place_of_a_list_is_refused() -> None:
    with pytest.raises(ValidationError):
        read(Subnets, "subnet-01234567")


# Policy documents


def test_a_document_keeps_its_shape_and_finds_references_and_variables() -> None:
    written = "{Statement: [{Effect: Allow, Resource: ['${kms_key.data}', 'arn:aws:s3:::${aws:username}', 3]}], Id: ~}"

    assert read(Document, written) == {
        "Statement": ({"Effect": "Allow", "Resource": (Ref(KEY, "arn"), "arn:aws:s3:::${aws:username}", "3")},),
        "Id": None,
    }


@pytest.mark.parametrize(
    ("field", "written", "says"),
    [
        (Document, "[]", "a list is written here: write a mapping, as in the JSON of a policy document"),
        (Document, "", "nothing is written here: write a mapping"),
        (Document, "'{}'", "'{}' is written here: write a mapping"),
        (Document, "{Id: '${data}'}", "${data} is not a reference"),
        (PolicyText, "", "nothing is written here: write a text, such as an action or an ARN"),
        (PolicyText, "{a: b}", "a mapping is written here: write a text"),
        (PolicyText, "'${'", "'${' has a ${ that is never closed"),
    ],
)
def test_what_a_policy_does_not_take(field: Any, written: str, says: str) -> None:
    assert refusal(field, written).startswith(says)


# Whole specs


class Peer(Part):
    """A nested part."""

    source: Annotated[Ref | Lookup | str, KEY_REFERENCE, Field()] = Setting(alias="from")
    port: Annotated[Int | None, Field()] = None


class Toy(Named, Tagged, ResourceSpec):
    """Every way in which a reference may stand in a spec."""

    size: Annotated[Int, Field(terraform="volume")] = 1
    key: Annotated[Annotated[Ref | Lookup | str, KEY_REFERENCE] | None, Field(Mode.CREATE_ONLY)] = None
    subnets: Annotated[Subnets, Field(as_set=True)] = ()
    peers: Annotated[tuple[Peer, ...], Field(as_set=True)] = ()
    first: Annotated[Peer | None, Field()] = None
    policy: Annotated[Document | None, Mentions(("kms_key",), "arn"), Field(document=True)] = None
    words: Annotated[tuple[Str, ...], Field()] = ()
    mode: Annotated[Literal["now", "later"], Field(Mode.META)] = "later"


PRIVATE = Lookup("subnet", (("tag:Tier", "private"),))


def toy(text: str) -> Toy:
    return Toy.model_validate(loaded(text))


def test_the_values_of_a_spec_are_plain_and_go_by_their_written_names() -> None:
    spec = toy("{key: '${kms_key.data}', peers: [{from: alias/a, port: 1}], first: {from: alias/b}, words: [a]}")

    assert values_of(spec) == {
        "ignore": (),
        "tags": {},
        "name": None,
        "size": 1,
        "key": Ref(KEY, "arn"),
        "subnets": (),
        "peers": ({"from": Lookup("kms_key", (("alias", "alias/a"),)), "port": 1},),
        "first": {"from": Lookup("kms_key", (("alias", "alias/b"),)), "port": None},
        "policy": None,
        "words": ("a",),
        "mode": "later",
    }


def test_plain_values_hold_no_parts_and_no_lists() -> None:
    part = Peer.model_validate({"from": "${kms_key.data}"})

    assert plain({"a": [part, [1, None]]}) == {"a": ({"from": Ref(KEY, "arn"), "port": None}, (1, None))}


def test_a_spec_cannot_be_changed_and_takes_nothing_unknown() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        toy("{}").size = 2  # type: ignore[misc]
    with pytest.raises(ValidationError, match="colour"):
        toy("{colour: red}")


def test_markers_are_found_by_field() -> None:
    found = markers(Toy)

    assert set(found) == set(Toy.model_fields)
    assert (found["size"].terraform, found["key"].mode, found["peers"].as_set) == ("volume", Mode.CREATE_ONLY, True)
    assert found["name"].mode is found["tags"].mode is found["ignore"].mode is Mode.META


def specs_and_parts(spec: type[BaseModel]) -> set[type[BaseModel]]:
    found = {spec}
    for info in spec.model_fields.values():
        waiting = [info.annotation]
        while waiting:
            annotation = waiting.pop()
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                found |= specs_and_parts(annotation)
            waiting += getattr(annotation, "__args__", ())
    return found


@pytest.mark.parametrize("kind", resources.KINDS, ids=lambda kind: kind.name)
def test_every_field_of_every_kind_has_a_marker_and_a_description(kind: Any) -> None:
    for part in specs_and_parts(kind.spec):
        assert set(markers(part)) == set(part.model_fields), part
        undescribed = [name for name, info in part.model_fields.items() if not info.description]
        assert undescribed == [], part


def test_every_leaf_of_a_spec_can_be_replaced_and_is_told_what_it_may_refer_to() -> None:
    seen: list[tuple[Any, Reference | None, bool]] = []

    def leaf(value: Any, marker: Reference | None, many: bool) -> Any:
        seen.append((value, marker, many))
        return value

    spec = toy(
        "{key: '${kms_key.data}', subnets: [subnet-01234567], first: {from: '${kms_key.data}'},"
        " peers: [{from: alias/a}], policy: {Id: [x, {y: z}]}, words: [w], tags: {team: db}}"
    )
    assert mapped(spec, leaf) == spec
    marked = {(str(value), many): marker for value, marker, many in seen if value is not None}
    assert marked["${kms_key.data.arn}", False] == marked["kms_key(alias=alias/a)", False] == KEY_REFERENCE
    assert marked["subnet-01234567", True] == SUBNET
    assert marked["x", True] == marked["z", False] == Mentions(("kms_key",), "arn")
    assert marked["w", True] is marked["db", False] is marked["1", False] is None


def test_what_a_look_up_finds_takes_its_place_in_the_list() -> None:
    found = ("subnet-0000000a", "subnet-0000000b")
    spec = toy("{subnets: [{tag: {Tier: private}}, subnet-01234567], key: alias/data}")

    replaced = mapped(spec, lambda value, marker, many: found if value == PRIVATE else value)

    assert replaced.subnets == (*found, "subnet-01234567")
    assert replaced.key == spec.key
    assert spec.subnets == (PRIVATE, "subnet-01234567")


def test_a_spec_without_leaves_to_replace_stays_as_it_is_law() -> None:
    spec = Toy()

    assert mapped(spec, lambda value, marker, many: value) == spec


def test_a_vpc_takes_an_id_a_look_up_and_a_reference_that_yields_one() -> None:
    field = Annotated[Ref | Lookup | str, VPC]

    assert read(field, "vpc-0123456789abcdef0") == "vpc-0123456789abcdef0"
    assert read(field, "${db_subnet_group.orders.vpc}") == Ref(Address("db_subnet_group", "orders"), "vpc")
    assert refusal(field, "vpc-xyz").startswith("'vpc-xyz' is not a VPC id such as vpc-0123456789abcdef0: write one")
