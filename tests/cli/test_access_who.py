"""`access who` and `access review` on the command line, of a spec alone: no AWS is there."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.running import ROOT, Run

SPEC = ROOT / "specs" / "quickstart.yaml"
ALONE = (SPEC, "--offline", "--region", "eu-west-1")


def test_who_may_do_what_is_told_of_a_spec_alone(ran: Run) -> None:
    shown = ran("access", "who", *ALONE, "--principal", "iam_user.dana", "--on", "db_instance.quickstart")
    assert (shown.code, shown.err) == (0, "")
    assert "stack quickstart, of the spec alone" in shown.out
    assert "Not known: what is not in the spec" in shown.out
    assert "modify · 1 principal" in shown.out
    assert "user dana  db:quickstart" in shown.out
    none = "None of these principals may delete, break key, read secret, connect or use key there, as far as is known."
    assert none in " ".join(shown.out.split())


def test_programs_get_json_and_tickets_markdown(ran: Run) -> None:
    shown = json.loads(ran("access", "who", *ALONE, "--verb", "modify", "--format", "json").out)
    assert shown["partial"] is True
    assert {answer["principal"].rpartition("/")[2] for answer in shown["answers"]} >= {"dana"}
    assert "- `user dana`: `db:quickstart`" in ran("access", "who", *ALONE, "--format", "markdown").out


def test_why_names_the_statements_that_decide(ran: Run) -> None:
    for words in (("db:quickstart",), ("db_instance.quickstart",), ("--on", "quickstart"), ()):
        shown = ran("access", "who", *ALONE, "--why", "dana", "modify", *words)
        assert shown.code == 0
        assert "+ allows Operate of quickstart-operate (policy of the principal)" in shown.out
    assert "db:quickstart: no" in ran("access", "who", *ALONE, "--why", "dana", "delete").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--principal", "dna"), "there is no principal 'dna': did you mean 'dana'?"),
        (("--on", "quikstart"), "did you mean 'quickstart'?"),
        (("--verb", "delte"), "there is no verb 'delte': did you mean 'delete'?"),
        (("--why", "dana", "remove"), "there is no verb 'remove'"),
        (("--why", "dna", "delete"), "there is no principal 'dna'"),
        (("--why", "dana", "delete", "--format", "json"), "--why takes no --principal, --verb or --format"),
    ],
)
def test_a_word_that_means_nothing_is_wrong_usage(ran: Run, words: tuple[str, ...], said: str) -> None:
    shown = ran("access", "who", *ALONE, *words)
    assert shown.code == 64
    assert said in shown.err


def test_the_organizations_policies_can_come_from_a_file(ran: Run, tmp_path: Path) -> None:
    file = tmp_path / "scp.json"
    everything = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    nothing = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "rds:Modify*", "Resource": "*"}}
    file.write_text(json.dumps([[everything], [everything, {"name": "frozen", "document": nothing}]]))
    shown = ran("access", "who", *ALONE, "--scp", file, "--verb", "modify", "--principal", "dana")
    assert "organization" not in shown.out
    told = ran("access", "who", *ALONE, "--scp", file, "--why", "dana", "modify")
    assert "- denies statement 1 of frozen (policy of the organization)" in told.out
    file.write_text("{}")
    assert ran("access", "who", *ALONE, "--scp", file).code == 64


def test_a_session_that_is_given_a_policy_may_less(ran: Run, tmp_path: Path) -> None:
    file = tmp_path / "ci.json"
    stop = {"Effect": "Allow", "Action": "rds:StopDBInstance", "Resource": "*"}
    file.write_text(json.dumps({"Version": "2012-10-17", "Statement": [stop]}))
    asked = ("access", "who", *ALONE, "--session-policy", file)
    shown = ran(*asked, "--principal", "dana")
    assert (shown.code, shown.err) == (0, "")
    assert "In a session that is given ci.json when it begins." in shown.out
    assert "user dana (federated)  db:quickstart" in shown.out
    told = json.loads(ran(*asked, "--principal", "dana", "--format", "json").out)
    assert told["session_policies"] == ["ci.json"]
    assert {act["action"] for answer in told["answers"] for act in answer["actions"]} == {"rds:StopDBInstance"}
    assert "In sessions that are given `ci.json`." in ran(*asked, "--principal", "dana", "--format", "markdown").out
    why = ran(*asked, "--why", "dana", "describe").out
    assert "not allowed: the policy of the session does not allow it" in why
    assert "+ allows statement 1 of ci.json (policy of the session)" in ran(*asked, "--why", "dana", "modify").out


def test_a_session_is_somebodys_and_its_policy_has_to_be_one(ran: Run, tmp_path: Path) -> None:
    file = tmp_path / "ci.json"
    file.write_text('{"Statement": [{"Effect": "Allow", "Action": "rds", "Resource": "*"}]}')
    shown = ran("access", "who", *ALONE, "--session-policy", file, "--principal", "dana")
    assert (shown.code, shown.out) == (1, "")
    assert f"{file}:1:16: statement 1: Action 'rds' is no action" in shown.err
    file.write_text('{"Statement": [{"Effect": "Allow", "Action": "rds:*", "Resource": "*"}]}')
    shown = ran("access", "who", *ALONE, "--session-policy", file)
    assert (shown.code, shown.out) == (64, "")
    assert "name the role or user by --principal" in shown.err
    shown = ran("access", "who", *ALONE, "--session-policy", file, "--principal", "root")
    assert (shown.code, shown.out) == (64, "")
    assert "no session of root is given policies here" in shown.err


def test_auditors_get_a_list(ran: Run) -> None:
    shown = ran("access", "review", *ALONE, "--principal", "dana", "--verb", "modify")
    assert "not known: what is not in the spec" in shown.err
    (row,) = csv.DictReader(shown.out.splitlines())
    assert (row["name"], row["verb"], row["database"], row["source"]) == (
        *("user dana", "modify", "db:quickstart"),
        "Operate of quickstart-operate",
    )
    assert json.loads(ran("access", "review", *ALONE, "--format", "json").out)["partial"] is True
    assert "user dana arn:aws" in ran("access", "review", *ALONE, "--format", "text").out
