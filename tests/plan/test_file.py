"""Plan files: written and read back, and refused whenever they are not to the byte what was written (meaning §6)."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import rds_secure
from rds_secure.errors import RefusedError, SpecError, UsageError
from rds_secure.plan import Deletion, file
from rds_secure.plan import plan as plan_of
from rds_secure.plan.approval import approved
from rds_secure.spec import Source, build
from rds_secure.spec.source import parse
from rds_secure.values import Address
from tests.toy_account import ToyAccount, look

pytestmark = pytest.mark.usefixtures("toys")

PUBLISHED = Path(__file__).parents[2] / "schemas" / "plan-file.schema.json"
MUTANTS = 10_000
TEXT = """\
version: 1   # the language
stack: orders
resources:
  toy:
    a: {colour: red, parts: [x, y], settings: {k: "1"}, policy: {Allow: "${toy.b.arn} / ü"}}
    b: {partner: "${toy.a}"}
"""


def sources(text: str = TEXT) -> tuple[Source, ...]:
    source, problems = parse(text, "orders.yaml")
    assert source
    assert not problems
    return (source,)


def written(text: str = TEXT) -> bytes:
    account, stack = ToyAccount(), build(sources(text))
    account.own(stack, "toy.a", colour="green", parts=("y",), policy=None)
    account.own(stack, "toy.old")
    made = plan_of(look(stack, account), stack.at, Deletion(limit=3))
    return file.write(made, sources(text), 3, frozenset({Address("toy", "b")})).encode()


def read(raw: bytes) -> file.PlanFile:
    return file.read(raw, "orders.plan")


def told(raw: bytes) -> str:
    with pytest.raises(RefusedError) as caught:
        read(raw)
    return str(caught.value)


def sealed(raw: bytes, change: Callable[[Any], object]) -> bytes:
    """The file after a change, with a checksum that fits: what somebody can write who knows how."""
    data = json.loads(raw)
    change(data)
    data.pop("checksum", None)
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    data["checksum"] = sha256(text.encode()).hexdigest()
    return (json.dumps(data, sort_keys=True, indent=1) + "\n").encode()


# Written and read


def test_a_file_holds_the_plan_the_stack_and_the_options() -> None:
    account, stack = ToyAccount(), build(sources())
    made = plan_of(look(stack, account), stack.at)
    found = read(file.write(made, sources(), None, frozenset()).encode())
    assert found.digest == made.digest
    assert found.approved.model_dump(mode="json") == approved(made).model_dump(mode="json")
    assert build(found.stack()) == stack
    assert [item.at(("resources", "toy", "a")).line for item in found.stack()] == [5]
    assert (found.options.prune_limit, found.create_empty()) == (None, frozenset())
    assert (read(written()).options.prune_limit, read(written()).create_empty()) == (3, {Address("toy", "b")})


def test_the_same_plan_gives_the_same_bytes_which_are_all_ascii() -> None:
    assert written() == written()
    assert written().isascii()


def test_the_digest_can_be_checked_from_the_file_alone() -> None:
    data = json.loads(written())
    assert read(written()).approved.digest == data["digest"]
    moved = sealed(written(), lambda data: data["approved"]["live"]["toy.a"].update(colour="blue"))
    assert told(moved) == "orders.plan does not hold the plan of its digest: make a new one with plan --out"


def test_the_file_obeys_the_published_schema() -> None:
    schema = file.file_schema()
    assert PUBLISHED.read_text() == json.dumps(schema, indent=2) + "\n"
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(written()))
    for part in (schema, *schema["$defs"].values()):
        assert set(part["required"]) == set(part["properties"])
        assert part["additionalProperties"] is False
        assert all("description" in field for field in part["properties"].values())


# Refused


def test_ten_thousand_mutants_are_refused() -> None:
    """Every one of them, by a message, and before anything could be called: reading a file takes its bytes alone."""
    raw, chance = written(), random.Random(4)
    for number in range(MUTANTS):
        mutant = _bytes_mutated(raw, chance) if number % 2 else _data_mutated(raw, chance)
        if mutant == raw:
            continue
        with pytest.raises(RefusedError) as caught:
            read(mutant)
        assert str(caught.value).startswith("orders.plan ")
        assert len(str(caught.value).splitlines()) == 1


def test_what_the_published_schema_refuses_is_refused_whatever_its_checksum() -> None:
    raw, chance, refused = written(), random.Random(5), 0
    validator = Draft202012Validator(file.file_schema())
    for _ in range(300):
        mutant = sealed(raw, lambda data: _mutate(data, chance))
        if not validator.is_valid(json.loads(mutant)):
            refused += 1
            told(mutant)
    assert refused > 100


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data.update(format_version="2.0"), "is a plan file of another format"),
        (lambda data: data.update(tool_version="9.0.0"), f"rds-secure 9.0.0, and this is {rds_secure.__version__}"),
        (lambda data: data.update(more=1), "more: Extra inputs are not permitted"),
        (lambda data: data.pop("sources"), "sources: Field required"),
        (lambda data: data["options"].update(prune_limit="3"), "options.prune_limit"),
        (lambda data: data["options"].update(prune_limit=True), "options.prune_limit"),
        (lambda data: data["approved"]["steps"][0].update(action="replace"), "approved.steps.0.action"),
        (lambda data: data["approved"]["steps"][0]["calls"][0].update(params=[]), "approved.steps.0.calls.0.params"),
    ],
)
def test_what_is_wrong_is_said(change: Callable[[Any], object], message: str) -> None:
    assert message in told(sealed(written(), change))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe{\x00",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"format_version": "\\ud800"}',
        b"9" * 10_000,
        b"NaN",
        TEXT.encode(),
        b"{}",
        b"null",
    ],
)
def test_what_is_no_plan_file_is_refused(raw: bytes) -> None:
    assert told(raw).startswith("orders.plan is no plan file")


def test_an_edited_checksum_and_an_edited_layout_are_tampering() -> None:
    raw = written()
    assert "its checksum does not fit" in told(raw.replace(b'"checksum": "', b'"checksum": "0'))
    assert "its checksum does not fit" in told(raw.replace(b"\n", b"\r\n"))
    assert "its checksum does not fit" in told(raw + b" ")


def test_a_stack_inside_that_is_no_stack_is_refused_as_a_spec_is() -> None:
    broken = read(sealed(written(), lambda data: data["sources"][0].update(text="stack: [")))
    with pytest.raises(SpecError, match=r"^orders\.yaml:2:1: "):
        broken.stack()


# On disk


def test_a_file_is_replaced_by_a_newer_plan_and_nothing_else_is(tmp_path: Path) -> None:
    path, spec = tmp_path / "orders.plan", tmp_path / "orders.yaml"
    spec.write_text(TEXT)
    for _ in range(2):
        file.save(path, written().decode())
        assert file.load(path) == read(written())
    with pytest.raises(UsageError, match=r"orders\.yaml exists already and is no plan file: name another file"):
        file.save(spec, written().decode())
    assert spec.read_text() == TEXT
    assert sorted(item.name for item in tmp_path.iterdir()) == ["orders.plan", "orders.yaml"]


def test_a_place_that_cannot_be_written_or_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be written: No such file or directory"):
        file.save(tmp_path / "none" / "orders.plan", "{}")
    with pytest.raises(UsageError, match=r"cannot be read: No such file or directory"):
        file.load(tmp_path / "orders.plan")
    with pytest.raises(UsageError, match=r"cannot be read: Is a directory"):
        file.load(tmp_path)


def test_a_plan_file_is_told_from_a_spec_by_what_is_in_it(tmp_path: Path) -> None:
    contents = {"plan": written(), "yaml": TEXT.encode(), "json": b'{"version": "1", "stack": "orders"}'}
    for name, raw in contents.items():
        (tmp_path / name).write_bytes(raw)
    assert [file.is_one(tmp_path / name) for name in (*contents, "none")] == [True, False, False, False]
    assert not file.is_one(tmp_path)


def _bytes_mutated(raw: bytes, chance: random.Random) -> bytes:
    """Bytes changed, put in, taken out, doubled, or cut off."""
    mutant = bytearray(raw)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(mutant))
        match chance.randrange(5):
            case 0:
                mutant[at] = chance.randrange(256)
            case 1:
                mutant.insert(at, chance.randrange(256))
            case 2:
                del mutant[at : at + chance.randint(1, 40)]
            case 3:
                mutant[at:at] = mutant[at : at + chance.randint(1, 200)]
            case 4:
                del mutant[max(at, 1) :]
        if not mutant:
            break
    return bytes(mutant)


def _data_mutated(raw: bytes, chance: random.Random) -> bytes:
    """Valid JSON, laid out as a plan file is, with one thing in it that is another."""
    data = json.loads(raw)
    _mutate(data, chance)
    return (json.dumps(data, sort_keys=True, indent=1) + "\n").encode()


_OTHERS: tuple[Any, ...] = (None, True, 0, -1, 1e308, "", "x", "$ref", [], {}, {"$ref": 1}, [None], "\u202e", 2**70)


def _mutate(data: Any, chance: random.Random) -> None:
    """Change one entry somewhere inside."""
    inside = data
    while True:
        keys: list[Any] = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
        key = chance.choice(keys) if keys else None
        child = inside[key] if keys else None
        if isinstance(child, dict | list) and child and chance.random() < 0.8:
            inside = child
            continue
        break
    if key is None or chance.random() < 0.1:
        inside.update(more=1) if isinstance(inside, dict) else inside.append(1)
    elif chance.random() < 0.2:
        del inside[key]
    else:
        inside[key] = chance.choice(_OTHERS)
