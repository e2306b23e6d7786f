"""`audit` at the command line, over recordings and files: nothing is called."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rds_secure.cli.audit import events
from rds_secure.inventory import file
from rds_secure.live import Identity
from rds_secure.reader import Reader
from tests.access import world
from tests.audit.records import ACCOUNT, CONTEXT, IAM, REGION, record, role
from tests.cli.running import ROOT, Ran, Run
from tests.fakes import FakeReader

DELETED = record("rds:DeleteDBInstance", {"dBInstanceIdentifier": "orders", "masterUserPassword": "hunter2"})
LATER = record("rds:CreateDBSnapshot", {}, role("web"), eventTime="2026-11-23T10:00:00Z")


@pytest.fixture
def audited(ran: Run, tmp_path: Path) -> Run:
    """A trail of these events, and what an audit of it says."""

    def asked(events: list[Any], *arguments: str | Path) -> Ran:
        folder = tmp_path / "trail"
        folder.mkdir(exist_ok=True)
        (folder / "a.json").write_text(json.dumps({"Records": events}))
        return ran("audit", f"--cloudtrail={folder}", *arguments)

    return asked


def test_a_finding_is_exit_3_from_the_severity_on_that_is_asked_for(audited: Run) -> None:
    found = audited([DELETED], "--no-account")
    assert (found.code, found.err) == (3, "")
    assert "db:orders deleted" in found.out
    assert "hunter2" not in found.out
    assert audited([DELETED], "--no-account", "--fail-on", "critical").code == 0
    assert audited([record("rds:StopDBInstance", {})], "--no-account").code == 0


@pytest.mark.parametrize(("form", "begins"), [("text", "The account"), ("json", "{"), ("markdown", "## ")])
def test_every_form_holds_the_event(audited: Run, form: str, begins: str) -> None:
    found = audited([DELETED], "--no-account", "--format", form)
    assert (found.code, found.out.startswith(begins)) == (3, True)
    assert DELETED["eventID"] in found.out
    assert "hunter2" not in found.out


def test_of_a_recorded_account_ids_and_who_may_are_known(audited: Run, tmp_path: Path) -> None:
    path = tmp_path / "account.json"
    file.save(path, world.recording(world.world()))
    rule = {"groupId": "sg-open", "ipPermissions": {"items": [{"ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}}
    found = audited([record("ec2:AuthorizeSecurityGroupIngress", rule), LATER], "--snapshot", path, "--format", "json")
    shown = json.loads(found.out)
    assert (found.code, shown["trail"]["worst"], shown["account"]) == (3, "critical", world.ACCOUNT)
    patterns = {one["pattern"] for suspect in shown["trail"]["principals"] for one in suspect["findings"]}
    assert patterns == {"network-loosened", "not-in-spec"}
    assert "not known" not in shown["trail"]["principals"][0]["findings"][0]["evidence"][0]["what"]


def test_of_a_spec_alone_whom_it_lets_in_is_listed(audited: Run) -> None:
    spec = (ROOT / "specs" / "quickstart.yaml", "--no-account", "--region", "eu-west-1", "--format", "json")
    dana = {"type": "IAMUser", "arn": "arn:aws:iam::111111111111:user/dana", "userName": "dana"}
    events = [record("rds:RebootDBInstance", {}, dana), LATER]
    patterns = [one["principal"] for one in json.loads(audited(events, *spec).out)["trail"]["principals"]]
    assert [name.rpartition("/")[2] for name in patterns] == ["web"]
    trusted = json.loads(audited(events, *spec, "--authorised", "role web").out)
    assert trusted["trail"]["principals"] == []


def test_only_events_of_the_time_that_is_asked_for(audited: Run) -> None:
    for words, number in (
        (("--since", "2026-11-22"), 1),
        (("--until", "2026-11-22T00:00:00Z"), 1),
        (("--since", "20000d"), 2),
    ):
        shown = json.loads(audited([DELETED, LATER], "--no-account", "--format", "json", *words).out)
        assert shown["trail"]["coverage"]["events"] == number


def test_a_time_without_events_is_said(audited: Run) -> None:
    found = " ".join(audited([DELETED, LATER], "--no-account").out.split())
    assert "No event at all from 2026-11-20T11:00Z to 2026-11-23T10:00Z." in found


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--since", "yesterday"), "'yesterday' is no time"),
        (("--since", "2026-11-22", "--until", "2026-11-21"), "--since is later than --until"),
        (("--no-account", "--region", "eu-west-1"), "--no-account without SPEC"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(audited: Run, words: tuple[str, ...], said: str) -> None:
    found = audited([DELETED], *words)
    assert (found.code, said in " ".join(found.err.split())) == (64, True)


class _Account:
    """An account in whose trail there is a deletion, of yesterday."""

    identity = Identity(ACCOUNT, REGION, "aws", f"{IAM}:role/auditor")

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
        listed = {"Events": [{"CloudTrailEvent": json.dumps(DELETED | {"eventTime": yesterday})}]}
        yield FakeReader({("cloudtrail", "LookupEvents"): listed})


def test_what_is_looked_up_is_judged_once_and_its_ninety_days_are_said() -> None:
    since = datetime(2020, 1, 1, tzinfo=UTC)
    wish = events.Wish(None, since, None, (), (), 50, asks=True)
    found = events.looked_up(_Account(), wish, CONTEXT, [])
    assert [(one.pattern, one.count) for one in found.suspects[0].findings] == [("data-deleted", 1)]
    assert found.coverage.gaps[0] == "CloudTrail's look-up has 90 days only: --cloudtrail=FOLDER reads more."
    assert found.coverage.since is not None
    assert found.coverage.since > since


def test_a_folder_without_a_trail_is_no_answer(ran: Run, tmp_path: Path) -> None:
    for text in (None, "nonsense", json.dumps({"version": 1})):
        if text is not None:
            (tmp_path / "a.json").write_text(text)
        found = ran("audit", f"--cloudtrail={tmp_path}", "--no-account")
        assert found.code == 64
        assert "Nothing was found" not in found.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--sandbox", "--cloudtrail"), "say --cloudtrail=FOLDER"),
        (("--cloudtrail", "--no-account"), "say which files to read"),
        (("--since", "7d"), "add --cloudtrail"),
        (("--known-account", "123456789012"), "add --cloudtrail"),
        (("--cloudtrail=nowhere",), "there is no folder 'nowhere'"),
        (("--cloudtrail=.", "--limit", "100"), "of files all is read"),
        (("trail",), "trail does not exist"),
    ],
)
def test_events_come_from_somewhere(ran: Run, words: tuple[str, ...], said: str) -> None:
    found = ran("audit", *words)
    assert (found.code, said in " ".join(found.err.split())) == (1 if words == ("trail",) else 64, True)


def test_a_recording_holds_no_events(ran: Run, tmp_path: Path) -> None:
    path = tmp_path / "account.json"
    file.save(path, world.recording(world.world()))
    found = ran("audit", "--cloudtrail", "--snapshot", path)
    assert (found.code, "--snapshot holds no events" in found.err) == (64, True)
