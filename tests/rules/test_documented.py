"""What the README shows of profiles, waivers, policies and rules of one's own works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rds_secure.rules import META, RULES, installed
from rds_secure.rules.files import read_policy, read_profile
from rds_secure.spec import load
from tests.rules.packages import install

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
IDS = {rule.id for rule in (*RULES, *META)}


def block(after: str, language: str) -> str:
    """The first block of code in that language after a text."""
    found = re.search(rf"^```{language}\n(.*?)^```", README.partition(after)[2], re.DOTALL | re.MULTILINE)
    assert found, after
    return found[1]


def written(folder: Path, text: str) -> Path:
    path = folder / "file.yaml"
    path.write_text(text)
    return path


def test_the_profile(tmp_path: Path) -> None:
    chosen = read_profile(written(tmp_path, block("takes a profile of your own", "yaml")), {*IDS, "acme/owner-tag"})
    assert len(chosen.said.rules) == 3


def test_the_policy(tmp_path: Path) -> None:
    said = read_policy(written(tmp_path, block("### A policy that nobody loosens", "yaml")), IDS).said
    assert (len(said.waive), len(said.waivers), said.baseline) == (2, 1, "allowed")


@pytest.mark.parametrize("after", ["### Waivers", "A spec can ask for more"])
def test_the_sections_of_a_spec(after: str, tmp_path: Path) -> None:
    spec = (ROOT / "specs" / "quickstart.yaml").read_text()
    stack, _ = load(
        [written(tmp_path, spec + block(after, "yaml").replace("db_instance.orders", "db_instance.quickstart"))]
    )
    assert {one.waiver.rule for one in stack.waivers} <= IDS
    assert set(stack.tightening.said.also) <= IDS
    assert stack.waivers or stack.tightening.said.also


def test_the_rule_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    point = block("### Rules of your own", "toml")
    assert f"[project.entry-points.{installed.GROUP!r}]".replace("'", '"') in point
    install(tmp_path / "site", monkeypatch, code=block("### Rules of your own", "python"), module="acme_documented",
            point="acme = acme_documented:RULES")  # fmt: skip
    assert [rule.id for rule in installed.load().rules] == ["acme/named"]
