"""`access reach` and `access encryption` at the command line, of a recorded account: nothing is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rds_secure.inventory import file
from tests.access import world
from tests.cli.running import Ran, Run

RECORDED = "Recorded 2026-11-24T12:00:00Z: this is about the account as it was then.\n"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recorded") / "account.json"
    file.save(path, world.recording(world.world()))
    return path


@pytest.fixture
def reach(ran: Run, recorded: Path) -> Run:
    def asked(*arguments: str | Path) -> Ran:
        return ran("access", "reach", "--snapshot", recorded, *arguments)

    return asked


def test_reach_is_told_of_all_or_of_what_is_named(reach: Run) -> None:
    every = reach()
    assert (every.code, every.err) == (0, RECORDED)
    assert "4 databases and 1 proxy: 1 reachable from the internet." in every.out
    for word in ("db:orders", "orders", "db_instance.main"):
        one = reach("--to", word)
        assert (one.code, "db:orders · port 5432" in one.out, "db:ledger" in one.out) == (0, True, False)
        assert "passes   publicly accessible: yes" in one.out, "one database is told hop by hop"
    assert "cluster:shop" in reach("--to", "cluster:shop", "--to", "ledger").out


def test_a_database_that_is_not_there_is_wrong_usage(reach: Run) -> None:
    wrong = reach("--to", "order")
    assert (wrong.code, wrong.out) == (64, "")
    assert "no database 'order': did you mean 'orders'?" in wrong.err


@pytest.mark.parametrize("source", ["i-1", "eni-1", "10.0.2.10"])
def test_a_pair_is_explained(reach: Run, source: str) -> None:
    told = reach("--from", source, "--to", "orders")
    assert (told.code, told.err) == (0, RECORDED)
    assert f"{source}{' (web)' if source == 'i-1' else ''} → db:orders: reachable" in told.out
    assert "groups of the target, in: sg-open (open) allows tcp 5432" in told.out
    shown = json.loads(reach("--from", source, "--to", "orders", "--format", "json").out)
    assert [(one["database"], one["verdict"]) for one in shown["explanations"]] == [("db:orders", "reachable")]


def test_a_source_that_is_none_is_wrong_usage(reach: Run) -> None:
    for source, what in (("10.0.2", "is no source"), ("i-99", "no interface of i-99 was read")):
        wrong = reach("--from", source)
        assert (wrong.code, what in " ".join(wrong.err.split())) == (64, True)


def test_pictures_explain_no_pair(reach: Run) -> None:
    wrong = reach("--from", "i-1", "--format", "svg")
    assert (wrong.code, "--from explains in words" in wrong.err) == (64, True)


@pytest.mark.parametrize(
    ("form", "begins"),
    [("json", "{"), ("markdown", "## "), ("mermaid", "flowchart LR"), ("svg", "<svg "), ("html", "<!doctype html>")],
)
def test_reach_in_every_form(reach: Run, form: str, begins: str) -> None:
    told = reach("--format", form)
    assert (told.code, told.err, told.out.startswith(begins)) == (0, RECORDED, True)
    assert "customer managed key" in told.out or form in ("json", "markdown"), "pictures show keys"


@pytest.mark.parametrize(("form", "begins"), [("text", "Account "), ("json", "{"), ("markdown", "## ")])
def test_encryption_in_every_form(ran: Run, recorded: Path, form: str, begins: str) -> None:
    told = ran("access", "encryption", "--snapshot", recorded, "--format", form)
    assert (told.code, told.err, told.out.startswith(begins)) == (0, RECORDED, True)
    assert "pending-reboot" in told.out
