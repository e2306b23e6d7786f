"""Values: references, texts and look-ups in JSON, their form on disk, and digests."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rds_secure.values import (
    Address,
    Handed,
    Lookup,
    Ref,
    Secret,
    Text,
    canonical,
    decode,
    digest,
    encode,
    freeze,
    is_known,
    leaves,
    refs,
    resolve,
    text,
    transform,
)

KEY, ROLE = Address("kms_key", "data"), Address("iam_role", "app")

words = st.text(st.sampled_from('aZ0.-/"$ü*'), max_size=5)
addresses = st.builds(Address, st.sampled_from(["kms_key", "iam_role"]), st.sampled_from(["data", "app", "x~implied"]))
references = st.builds(Ref, addresses, st.sampled_from(["id", "arn"])) | st.builds(Handed, addresses, st.just("blob"))
texts = st.lists(words.filter(bool) | references, min_size=2, max_size=4).map(lambda parts: Text(tuple(parts)))
vpcs = st.builds(lambda name: Lookup("vpc", (("tag:Name", name),)), words)
lookups = vpcs | st.builds(lambda tier, vpc: Lookup("subnet", (("tag:Tier", tier), ("vpc", vpc))), words, words | vpcs)
sources = st.builds(Secret, st.sampled_from(["env", "secret"]), words, words)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), words)
markers = st.sampled_from(["$ref", "$handed", "$text", "$lookup", "$secret", "$mapping", "attribute", "match"])
keys = words | markers
"""Keys that mean something on disk are a user's keys as well, in a policy's conditions or in tags."""

values = st.recursive(
    st.one_of(scalars, references, texts, lookups, sources),
    lambda inner: st.one_of(st.lists(inner, max_size=4).map(tuple), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=8,
)


def _shuffled(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _shuffled(value[key]) for key in reversed(list(value))}
    return tuple(map(_shuffled, value)) if isinstance(value, tuple) else value


@given(values)
def test_decode_is_the_inverse_of_encode_even_through_a_file(value: Any) -> None:
    assert decode(encode(value)) == value
    assert decode(json.loads(canonical(value))) == value


@given(values)
def test_an_encoded_value_is_known(value: Any) -> None:
    assert is_known(encode(value))


@given(values)
def test_a_digest_does_not_depend_on_the_order_of_keys(value: Any) -> None:
    assert digest(_shuffled(value)) == digest(value)


@given(values, st.integers(1, 43))
def test_a_digest_has_the_length_asked_for_and_fits_into_a_tag(value: Any, length: int) -> None:
    found = digest(value, length)
    assert re.fullmatch(rf"[A-Za-z0-9_-]{{{length}}}", found)
    assert digest(value).startswith(found)


@given(values)
def test_freezing_makes_no_difference_to_what_is_frozen(value: Any) -> None:
    assert freeze(value) == value


def test_lists_are_frozen_at_every_depth() -> None:
    assert freeze({"a": [1, {"b": [[2]]}]}) == {"a": (1, {"b": ((2,),)})}


@given(values)
def test_transforming_by_nothing_changes_nothing(value: Any) -> None:
    assert transform(value, lambda leaf: leaf) == value


@given(values)
def test_every_reference_is_among_the_leaves(value: Any) -> None:
    held = [leaf for _, leaf in leaves(value)]
    inside = [part for leaf in held if isinstance(leaf, Text) for part in leaf.parts if isinstance(part, Ref)]
    assert sorted(refs(value), key=repr) == sorted([leaf for leaf in held if isinstance(leaf, Ref)] + inside, key=repr)


@given(values)
def test_resolving_everything_leaves_no_reference(value: Any) -> None:
    resolved = resolve(value, {ref: f"<{ref.attribute}>" for ref in refs(value)})
    assert not list(refs(resolved))
    assert [path for path, _ in leaves(resolved)] == [path for path, _ in leaves(value)]


@given(values)
def test_resolving_with_nothing_known_changes_nothing_but_the_form_of_texts(value: Any) -> None:
    once = resolve(value, {})
    assert sorted(refs(once), key=repr) == sorted(refs(value), key=repr)
    assert resolve(once, {}) == once


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("kms_key.data", KEY),
        ("db_parameter_group.orders~implied", Address("db_parameter_group", "orders~implied")),
        ("db_parameter_group.orders/orders-mysql8-0", Address("db_parameter_group", "orders/orders-mysql8-0")),
    ],
)
def test_an_address_is_read_as_it_is_written(written: str, address: Address) -> None:
    assert Address.parse(written) == address
    assert str(address) == written


@pytest.mark.parametrize("written", ["", "kms_key", ".data", "kms_key.", "."])
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        Address.parse(written)


@pytest.mark.parametrize(
    "mangled",
    [
        {"$ref": "kms_key.data"},
        {"$ref": "kms_key", "attribute": "arn"},
        {"$ref": 7, "attribute": "arn"},
        {"$ref": "kms_key.data", "attribute": "arn", "more": 1},
        {"$text": "arn"},
        {"$text": None},
        {"$lookup": "vpc"},
        {"$lookup": "vpc", "match": ["tag:Name"]},
        {"inside": [{"$ref": "kms_key.data"}]},
    ],
)
def test_a_mangled_marker_is_a_value_error(mangled: Any) -> None:
    with pytest.raises(ValueError, match=r"not an address|not a value"):
        decode(mangled)


def test_values_are_shown_as_they_are_written_in_a_spec() -> None:
    reference = Ref(KEY, "arn")
    assert str(reference) == "${kms_key.data.arn}"
    assert str(Text(("key=", reference, "!"))) == "key=${kms_key.data.arn}!"
    found = Lookup("subnet", (("tag:Tier", "private"), ("vpc", Lookup("vpc", (("tag:Name", "main"),)))))
    assert str(found) == "subnet(tag:Tier=private, vpc=vpc(tag:Name=main))"


def test_a_text_whose_references_are_known_is_a_string() -> None:
    user = Text(("arn:aws:rds-db:eu-west-1:1:dbuser:", Ref(ROLE, "id"), "/", Ref(ROLE, "name")))
    assert resolve(user, {Ref(ROLE, "id"): "AROA"}) == Text(
        ("arn:aws:rds-db:eu-west-1:1:dbuser:AROA/", Ref(ROLE, "name"))
    )
    both = {Ref(ROLE, "id"): "AROA", Ref(ROLE, "name"): "app"}
    assert resolve(user, both) == "arn:aws:rds-db:eu-west-1:1:dbuser:AROA/app"


@pytest.mark.parametrize(
    ("parts", "simplest"),
    [
        ([], ""),
        (["", ""], ""),
        (["a", "b"], "ab"),
        (["", Ref(KEY, "arn"), ""], Ref(KEY, "arn")),
        (["a", "", Ref(KEY, "arn"), "b", "c"], Text(("a", Ref(KEY, "arn"), "bc"))),
    ],
)
def test_parts_become_the_simplest_value(parts: list[str | Ref], simplest: Any) -> None:
    assert text(parts) == simplest


@pytest.mark.parametrize(
    "leaf", [Ref(KEY, "arn"), Text(("a", Ref(KEY, "arn"))), Lookup("vpc", (("tag:Name", "main"),))]
)
def test_a_value_with_something_unknown_inside_is_not_known(leaf: Any) -> None:
    assert not is_known({"a": ({"b": leaf},)})
    assert is_known({"a": ({"b": "known"},)})


def test_what_a_call_hands_on_is_no_attribute_that_anybody_could_refer_to() -> None:
    handed, attribute = Handed(KEY, "encrypted_data_key"), Ref(KEY, "encrypted_data_key")
    assert handed != attribute
    assert str(handed) == "(encrypted data key)"
    assert resolve((handed, attribute), {attribute: "known"}) == (handed, "known")
    assert resolve(Text((handed, "/1")), {handed: "2"}) == "2/1"
    assert list(refs({"Value": handed})) == [handed]
    assert not is_known(handed)
