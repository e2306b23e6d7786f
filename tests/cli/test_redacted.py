"""`access snapshot --redact` as it is typed: a recording with other names, of which questions get the same answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from rds_secure.inventory import file
from rds_secure.inventory.recording import Recording
from rds_secure.inventory.redaction.recording import answers
from tests.cli.running import Run
from tests.inventory.accounts import ACCOUNT, account

SALT = "sixteen characters and more"


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    path, inventory = tmp_path / "account.json.gz", account(7)
    caller = f"arn:aws:iam::{ACCOUNT}:user/orders-main"
    file.save(path, Recording(inventory.place, caller, "2026-11-24T20:00:00Z", answers(inventory)))
    return path


def redact(ran: Run, recorded: Path, name: str, *more: str) -> Path:
    path = recorded.with_name(name)
    made = ran("access", "snapshot", "--from", recorded, "--redact", "--out", path, *more)
    assert (made.code, made.err) == (0, "")
    assert ACCOUNT not in made.out
    return path


def test_questions_of_it_are_answered_with_other_names(ran: Run, recorded: Path) -> None:
    redacted = redact(ran, recorded, "redacted.json")
    before, after = (ran("access", "who", "--snapshot", path, "--all") for path in (recorded, redacted))
    assert (before.code, after.code) == (0, 0)
    assert before.err.startswith("Recorded 2026-11-24T20:00:00Z")
    assert "orders-main" in before.out
    assert "orders" not in after.out + redacted.read_text()
    counts = [
        [word for word in text.split() if word.isdecimal() and len(word) < 12] for text in (before.out, after.out)
    ]
    assert sorted(counts[0]) == sorted(counts[1])


def test_names_are_by_chance_unless_a_variable_has_the_salt(
    ran: Run, recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert redact(ran, recorded, "a.json").read_bytes() != redact(ran, recorded, "b.json").read_bytes()
    monkeypatch.setenv("SALT", SALT)
    one, other = (redact(ran, recorded, name, "--salt-from-env", "SALT") for name in ("c.json", "d.json"))
    assert one.read_bytes() == other.read_bytes()
    assert SALT not in one.read_text()


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--from", "FILE"), "--from takes a snapshot in place of the account, for --redact"),
        (("--from", "FILE", "--redact", "--region", "eu-west-1"), "--from takes a snapshot in place of the account"),
        (("stack.yaml", "--redact"), "no plan can be made of a redacted snapshot"),
        (("--salt-from-env", "SALT"), "--salt-from-env is for --redact"),
        (("--from", "FILE", "--redact", "--salt-from-env", "SALT"), "has to have 16 characters or more"),
    ],
)
def test_what_does_not_fit_together_is_wrong_usage(
    ran: Run, recorded: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], what: str
) -> None:
    monkeypatch.setenv("SALT", "short")
    out = recorded.with_name("out.json")
    line = [str(recorded) if word == "FILE" else word for word in words]
    result = ran("access", "snapshot", *line, "--out", out)
    assert (result.code, what in result.err, out.exists()) == (64, True, False), result.err
