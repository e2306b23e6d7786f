"""What a recorded account is not for is refused, before anything is planned."""

from __future__ import annotations

from pathlib import Path

import pytest

from rds_secure.inventory import Place, file
from rds_secure.inventory.recording import Recording
from tests.cli.running import Run

SPEC = """
version: 1
stack: orders
account: "123456789012"
region: eu-west-1
resources: {iam_group: {orders: {}}}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "stack.yaml"
    path.write_text(SPEC)
    return path


def saved(tmp_path: Path, *, account: str = "123456789012", region: str = "eu-west-1", redacted: bool = False) -> Path:
    path = tmp_path / "account.json"
    place = Place(account, region)
    file.save(path, Recording(place, "arn:aws:iam::1:user/dana", "2026-11-24T20:00:00Z", redacted=redacted))
    return path


@pytest.mark.parametrize(
    "more", [("--profile", "dana"), ("--role-arn", "arn:aws:iam::123456789012:role/dba"), ("--sandbox",)]
)
@pytest.mark.parametrize("words", [("plan", "SPEC"), ("access", "reach")])
def test_a_way_to_reach_aws_beside_it_is_wrong_usage(
    ran: Run, spec: Path, tmp_path: Path, words: tuple[str, ...], more: tuple[str, ...]
) -> None:
    line = [str(spec) if word == "SPEC" else word for word in words]
    result = ran(*line, "--snapshot", saved(tmp_path), *more)
    assert (result.code, "leave --profile, --role-arn and --sandbox out" in result.err) == (64, True)


def test_a_plan_of_one_cannot_be_saved_and_none_can_be_applied(ran: Run, spec: Path, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    result = ran("plan", spec, "--snapshot", saved(tmp_path), "--out", out)
    assert (result.code, "cannot be saved with --out" in result.err, out.exists()) == (64, True, False)
    applied = ran("apply", spec, "--snapshot", saved(tmp_path))
    assert (applied.code, "No such option" in applied.err) == (64, True)


@pytest.mark.parametrize(
    ("made", "what"),
    [
        ({"account": "210987654321"}, "the spec is for account 123456789012, the snapshot is of 210987654321"),
        ({"region": "us-east-1"}, "the snapshot is of us-east-1, not eu-west-1"),
        ({"redacted": True}, "is redacted: its names are not those of a spec"),
    ],
)
def test_a_spec_for_another_account_or_region_is_refused(
    ran: Run, spec: Path, tmp_path: Path, made: dict[str, str], what: str
) -> None:
    result = ran("plan", spec, "--snapshot", saved(tmp_path, **made))  # type: ignore[arg-type]
    assert (result.code, what in " ".join(result.err.split())) == (3, True), result.err


def test_another_region_in_words_is_refused(ran: Run, tmp_path: Path) -> None:
    result = ran("access", "reach", "--snapshot", saved(tmp_path), "--region", "us-east-1")
    assert (result.code, "the snapshot is of eu-west-1, not us-east-1" in result.err) == (3, True)


def test_a_damaged_one_is_refused(ran: Run, tmp_path: Path) -> None:
    path = saved(tmp_path)
    path.write_text(path.read_text().replace("dana", "root"))
    result = ran("access", "reach", "--snapshot", path)
    assert (result.code, "is not as it was written" in result.err) == (3, True)
