"""The spec reference in the README: complete, readable as Markdown, and renewed in place."""

from __future__ import annotations

import re
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field as Setting

from rds_secure.fields import Bool, Field, Int, Mode, Named, Part, ResourceSpec, Str, Tagged
from rds_secure.kind import Found, Kind, Live, Reader, Resource, Scope, Wanted
from rds_secure.operation import Operation
from rds_secure.resources import KINDS
from rds_secure.spec.reference import BEGIN, END, insert, reference
from tests.toy import register

README = Path(__file__).parents[2] / "README.md"


class Wheel(Part):
    """A nested part."""

    from_: Annotated[Str, Field()] = Setting(alias="from")
    """Who made it."""


class BicycleSpec(Named, Tagged, ResourceSpec):
    """A field for every cell."""

    maker: Annotated[Str, Field(Mode.CREATE_ONLY, create="Vendor", read="Vendor", terraform="vendor", applies="never")]
    """Who made it | and where,
    on two lines."""
    colour: Annotated[Literal["red", "green"] | None, Field(Mode.ADOPT, applies="now")] = None
    """Its colour."""
    gears: Annotated[Int, Field(create="Gears", change="Gears", applies="window")] = 1
    """How many gears."""
    lit: Annotated[Bool, Field(create="Light", change="Switch.Light", applies="reboot")] = True
    """Whether it has a light."""
    note: Annotated[Str, Field(Mode.NOTED)] = ""
    """Anything."""
    wheels: Annotated[tuple[Wheel, ...], Field()] = ()
    """Its wheels."""
    front: Annotated[Wheel | None, Field()] = None
    """The wheel in front."""
    spares: Annotated[dict[str, Wheel], Field()] = {}
    """Spare wheels."""


class Bicycle(Kind[BicycleSpec]):
    """Never read or made: only described."""

    name, title, spec = "bicycle", "bicycle", BicycleSpec
    exports = {"id": "its id", "arn": "its ARN"}

    def read(self, reader: Reader, wanted: Wanted) -> Iterator[Found[BicycleSpec]]:
        raise NotImplementedError

    def create(self, resource: Resource[BicycleSpec], scope: Scope) -> tuple[Operation, ...]:
        raise NotImplementedError

    def update(self, change: Any) -> tuple[Operation, ...]:
        raise NotImplementedError

    def delete(self, live: Live[BicycleSpec], scope: Scope) -> tuple[Operation, ...]:
        raise NotImplementedError


def rows(text: str) -> dict[str, list[str]]:
    """The cells of every row by the field that it begins with."""
    cells = [re.split(r" (?<!\\)\| ", line[2:-2]) for line in text.splitlines() if line.startswith("| `")]
    return {row[0].strip("`"): [cell.strip() for cell in row[1:]] for row in cells}


def description(field: str) -> str:
    described = BicycleSpec.model_fields[field].description
    assert described
    return described


def test_a_kind_is_described_field_by_field(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, Bicycle())

    assert reference().splitlines()[:3] == [
        "<details><summary><code>bicycle</code>: bicycle</summary>",
        "",
        "| field | what | default | on change | AWS parameter (change) | read from | Terraform |",
    ]
    assert "A reference may ask for: `id` (its id), `arn` (its ARN)." in reference()
    nothing = ["", "", ""]
    assert rows(reference()) == {
        "maker": [r"Who made it \| and where, on two lines.", "required", "create-only", *["`Vendor`"] * 2, "`vendor`"],
        "colour": ["Its colour. One of `red`, `green`.", "", "adopt, at once", *nothing],
        "gears": ["How many gears.", "`1`", "enforced, in the window", "`Gears`", "", ""],
        "lit": ["Whether it has a light.", "`true`", "enforced, after a reboot", "`Light` (`Switch.Light`)", "", ""],
        "note": ["Anything.", "none", "create-only, difference noted", *nothing],
        "wheels": ["Its wheels.", "none", "enforced", *nothing],
        "wheels[].from": ["Who made it.", "required", "enforced", *nothing],
        "front": ["The wheel in front.", "", "enforced", *nothing],
        "front.from": ["Who made it.", "required", "enforced", *nothing],
        "spares": ["Spare wheels.", "none", "enforced", *nothing],
        "spares.*.from": ["Who made it.", "required", "enforced", *nothing],
        "ignore": [description("ignore"), "none", "ours, not at AWS", *nothing],
        "tags": [description("tags"), "none", "ours, not at AWS", *nothing],
        "name": [description("name"), "", "ours, not at AWS", *nothing],
    }
    assert list(rows(reference()))[-3:] == ["ignore", "tags", "name"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_field_of_every_kind_has_a_row(kind: Kind[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, kind)
    described = rows(reference())

    assert {info.alias or name for name, info in kind.spec.model_fields.items()} <= set(described)
    assert all(len(row) == 6 and row[0] and row[2] for row in described.values())


def test_what_is_said_is_shown_by_markdown() -> None:
    """A ``<`` outside code would begin an HTML tag, and vanish."""
    for line in reference().splitlines():
        if line.startswith("| `"):
            assert "<" not in re.sub(r"(`+).+?\1", "", line), line


def test_the_reference_replaces_what_stood_between_the_marks() -> None:
    made = insert(f"# before\n{BEGIN}\nold\n{END}\nafter\n")

    assert made == f"# before\n{BEGIN}\n\n{reference()}\n{END}\nafter\n"
    assert insert(made) == made


@pytest.mark.parametrize("readme", ["", BEGIN, END, f"{END}\n{BEGIN}"])
def test_a_readme_without_the_marks_is_refused(readme: str) -> None:
    with pytest.raises(ValueError, match="the README lacks"):
        insert(readme)


def test_the_command_renews_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "README.md"
    path.write_text(f"é\n{BEGIN}{END}\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["reference", str(path)])
    monkeypatch.delitem(sys.modules, "rds_secure.spec.reference")

    runpy.run_module("rds_secure.spec.reference", run_name="__main__")

    assert path.read_text(encoding="utf-8") == insert(f"é\n{BEGIN}{END}\n")


def test_the_readme_has_the_current_reference() -> None:
    written = README.read_text(encoding="utf-8")

    assert insert(written) == written
