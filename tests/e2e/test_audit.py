"""An audit of estates that others made: every fault is found, and nothing where there is none; nothing is changed."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from rds_secure.sandbox.endpoint import ACCOUNT
from tests.audit.estates import BEYOND, FAULTS, UNTOLD, WORLD, bad, good
from tests.audit.records import record
from tests.e2e.harness import ROOT, Resources
from tests.e2e.test_commands import QUICKSTART, Commands, command, connections  # noqa: F401 - fixtures
from tests.e2e.test_expect import DELETE, ONLY, ROLES

SCHEMA = json.loads((ROOT / "schemas" / "audit.schema.json").read_text())


def audited(command: Commands, code: int, *arguments: str | Path) -> Any:  # noqa: F811
    """An audit as JSON, which obeys its schema, of an account in which nothing is written."""
    command.harness.recorder.clear()
    ran = command("audit", "--format", "json", *arguments)
    assert (ran.code, ran.err, command.writes) == (code, "", [])
    shown = json.loads(ran.out)
    jsonschema.validate(shown, SCHEMA, cls=jsonschema.Draft202012Validator)
    return shown


def of(shown: Any, state: str) -> Counter[tuple[str, str]]:
    return Counter((one["rule"], one["subject"]) for one in shown["findings"] if one["state"] == state)


@pytest.mark.parametrize("profile", ["baseline", "strict"])
def test_every_planted_fault_is_found_and_nothing_else(command: Commands, profile: str) -> None:  # noqa: F811
    ids: dict[str, str] = {}
    command.harness.behind(lambda client: ids.update(bad(client)))
    shown = audited(command, 3, "--rules", profile)
    planted = [
        (each.rule, ids.get(each.subject, each.subject)) for each in FAULTS if profile == "strict" or not each.strict
    ]
    assert of(shown, "fail") == Counter(planted)
    assert {rule for rule, _ in of(shown, "unknown")} == UNTOLD
    assert [one["call"] for one in shown["unread"]] == ["rds:DescribeDBMajorEngineVersions"]
    worst = shown["databases"][0]
    assert (worst["id"], worst["from_internet"], worst["encrypted"], worst["tls_required"]) == (
        "db:shop", "reachable", False, False,
    )  # fmt: skip
    assert [name.rpartition("/")[2] for name in worst["delete"]["always"]["named"]] == ["dana"]


def test_of_a_sound_estate_nothing_is_said(command: Commands) -> None:  # noqa: F811
    command.harness.behind(good)
    shown = audited(command, 0, "--fail-on", "low")
    assert of(shown, "fail") == Counter()
    assert {rule for rule, _ in of(shown, "unknown")} == UNTOLD
    assert "Nothing fails" in command("audit").out
    assert of(audited(command, 3, "--rules", "strict"), "fail") == Counter(BEYOND)


def test_the_severity_that_stops_is_asked_for(command: Commands) -> None:  # noqa: F811
    def shorten(client: Any) -> None:
        good(client)
        client("rds").modify_db_instance(
            DBInstanceIdentifier="orders", BackupRetentionPeriod=1, ApplyImmediately=True
        )  # fmt: skip

    command.harness.behind(shorten)
    assert [command("audit", "--fail-on", grade).code for grade in ("medium", "high")] == [3, 0]


@pytest.mark.parametrize(
    ("form", "begins", "said"),
    [
        ("html", "<!doctype html>", "<h3>db:shop</h3>"),
        ("markdown", "## Audit", "- **critical** `db:shop`: `not-public`"),
        ("sarif", "{", '"ruleId": "not-public"'),
        ("junit", "<testsuites", 'classname="not-public" name="db:shop"'),
    ],
)
def test_every_form_tells_it(command: Commands, form: str, begins: str, said: str) -> None:  # noqa: F811
    command.harness.behind(bad)
    ran = command("audit", "--format", form)
    assert (ran.code, ran.err, ran.out.startswith(begins), said in ran.out) == (3, "", True, True)


# Of what a spec declares


def test_what_a_spec_declares_is_told_at_its_line_and_with_its_stack(command: Commands) -> None:  # noqa: F811
    command.harness.make(QUICKSTART)

    def weaken(client: Any) -> None:
        change = {"BackupRetentionPeriod": 1, "ApplyImmediately": True}
        client("rds").modify_db_instance(DBInstanceIdentifier="quickstart", **change)
        (key,) = (
            each["TargetKeyId"] for each in client("kms").list_aliases()["Aliases"] if "quickstart" in each["AliasName"]
        )
        client("kms").disable_key_rotation(KeyId=key)

    command.harness.behind(weaken)
    shown = audited(command, 0, QUICKSTART)
    failed = {one["rule"]: one for one in shown["findings"] if one["state"] == "fail"}
    assert failed.keys() == {"backups-kept", "key-rotated"}
    text = QUICKSTART.read_text().splitlines()
    database, key = failed["backups-kept"], failed["key-rotated"]
    assert (database["stack"], database["address"]) == ("quickstart", "db_instance.quickstart")
    assert (key["stack"], key["address"]) == ("quickstart", "kms_key.quickstart-data")
    for one, written in ((database, "quickstart:"), (key, "rotation_days: 365")):
        place = one["location"]
        assert place["file"] == "specs/quickstart.yaml"
        assert text[place["line"] - 1].strip() == written
    without = {one["rule"]: one for one in audited(command, 0)["findings"] if one["state"] == "fail"}
    assert (without["backups-kept"]["stack"], without["backups-kept"]["location"]) == ("quickstart", None)


def giving(*roles: str) -> Resources:
    attached = {"roles": [f"${{iam_role.{name}}}" for name in roles]}
    return ROLES | {"iam_policy": {"delete": {"statements": [DELETE], "attach_to": attached}}}


def test_what_a_spec_expects_is_held_against_the_account_as_it_is(command: Commands) -> None:  # noqa: F811
    spec = command.harness.spec(giving("dba"), expect=[ONLY])
    command.harness.make(spec)
    (met,) = audited(command, 0, spec)["expectations"]
    assert (met["state"], met["holds"], met["stack"]) == ("met", True, "bench")

    allow = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "rds:DeleteDBInstance", "Resource": "*"}],
    }

    def let(client: Any) -> None:
        client("iam").create_user(UserName="eve")
        client("iam").put_user_policy(UserName="eve", PolicyName="own", PolicyDocument=json.dumps(allow))

    command.harness.behind(let)
    (broken,) = audited(command, 3, spec)["expectations"]
    assert (broken["state"], "user eve may delete" in broken["what"]) == ("broken", True)
    text = command("audit", spec)
    assert (text.code, "0 of 1 expectations hold." in text.out) == (3, True)
    assert f"{spec}:" in text.out
    assert "user eve may delete" in " ".join(text.out.split())
    assert audited(command, 0)["expectations"] == [], "without a spec nothing is expected"


def test_two_stacks_may_have_the_same_address(command: Commands) -> None:  # noqa: F811
    def group(port: int) -> Resources:
        rule = {"port": port, "from": "0.0.0.0/0"}
        return {"security_group": {"web": {"vpc": {"tag": {"Name": "main"}}, "name": f"web-{port}", "ingress": [rule]}}}

    first, second = (command.harness.spec(group(port), stack=name) for name, port in (("one", 22), ("two", 3389)))
    for spec in (first, second):
        command.harness.make(spec)
    shown = audited(command, 3, first, second)
    places = {
        one["stack"]: one["location"]["file"]
        for one in shown["findings"]
        if one["rule"] == "no-risky-ports" and one["fix"]
    }
    assert places == {"one": str(first), "two": str(second)}
    assert shown["stacks"] == ["one", "two"]
    alone = audited(command, 3, first)
    located = {
        one["stack"]: one["location"] for one in alone["findings"] if one["rule"] == "no-risky-ports" and one["fix"]
    }
    assert located["two"] is None


# What was not read


def test_what_was_not_read_is_counted_with_the_reason_and_fails_nothing(command: Commands) -> None:  # noqa: F811
    command.harness.behind(good)
    command.harness.recorder.refusals["GetKeyPolicy"] = "AccessDeniedException"
    text = command("audit")
    assert (text.code, "Nothing fails" in text.out) == (0, True)
    assert re.search(r"\n +\d+ key:\S+ was not read: key-not-public", text.out)
    assert "AccessDeniedException: kms:GetKeyPolicy\n" in text.out
    command.harness.recorder.refusals["DescribeDBInstances"] = "AccessDenied"
    text = command("audit", "--all")
    assert (text.code, "No database could be listed." in text.out) == (0, True)
    command.harness.recorder.refusals.clear()


def test_a_recorded_account_is_audited_as_it_was(command: Commands, tmp_path: Path) -> None:  # noqa: F811
    command.harness.behind(lambda client: bad(client) and None)
    live = audited(command, 3)
    file = tmp_path / "account.json.gz"
    assert command("access", "snapshot", "--out", file).code == 0
    calls = len(command.calls)
    ran = command("audit", "--snapshot", file, "--format", "json")
    then = json.loads(ran.out)
    assert (ran.code, len(command.calls)) == (3, calls)
    assert then["findings"] == live["findings"]
    assert then["databases"] == live["databases"]


# Compared with an earlier one


def test_an_audit_is_compared_with_an_earlier_one_of_the_account(command: Commands, tmp_path: Path) -> None:  # noqa: F811
    command.harness.behind(good)
    before = tmp_path / "2026-11-23.json"
    before.write_text(command("audit", "--format", "json").out)
    again = audited(command, 0, "--compare", before)["compared"]
    assert (again["new"], again["gone"], again["changed"], again["blinded"]) == ([], [], [], 0)
    ids: dict[str, str] = {}

    def open_up(client: Any) -> None:
        (group,) = client("ec2").describe_security_groups(
            Filters=[{"Name": "group-name", "Values": ["orders"]}]
        )["SecurityGroups"]  # fmt: skip
        ids["group"] = group["GroupId"]
        rule = {"IpProtocol": "tcp", "FromPort": 6432, "ToPort": 6432, "IpRanges": [WORLD]}
        client("ec2").authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[rule])

    command.harness.behind(open_up)
    now = audited(command, 3, "--compare", before, "--new-only")["compared"]
    assert [(one["rule"], one["subject"]) for one in now["new"]] == [("no-open-database", ids["group"])]
    text = command("audit", "--compare", before)
    assert "1 new, 0 gone, 0 changed." in text.out
    after = tmp_path / "2026-11-24.json"
    after.write_text(command("audit", "--format", "json").out)
    known = command("audit", "--compare", after, "--new-only")
    assert (known.code, "nothing has changed" in known.out) == (0, True), "what was there then stops nothing"
    assert command("audit", "--compare", after).code == 3


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("nonsense", 64, "is no audit"),
        ('{"format_version": "2.0"}', 64, "has format 2.0"),
        ('{"format_version": "1.3", "account": "1"}', 64, "is no whole audit"),
        (None, 3, "the earlier audit is of account 210987654321 in us-east-1, this one of account"),
    ],
)
def test_only_an_audit_of_this_account_is_compared(
    command: Commands,  # noqa: F811
    tmp_path: Path,
    text: str | None,
    code: int,
    said: str,
) -> None:
    before = tmp_path / "before.json"
    other = json.loads(command("audit", "--format", "json").out) | {
        "account": "210987654321",
        "more": "of a later version",
    }
    before.write_text(json.dumps(other) if text is None else text)
    ran = command("audit", "--compare", before)
    assert (ran.code, said in " ".join(ran.err.split())) == (code, True), ran.err


def test_what_is_new_needs_something_old(command: Commands) -> None:  # noqa: F811
    assert "--new-only needs an earlier audit" in command("audit", "--new-only").err


# With what was done


def restarts_by(*roles: str) -> list[dict[str, Any]]:
    """Restarts of a database, each by a role of this account."""
    account = {"recipientAccountId": ACCOUNT}
    return [
        record("rds:RebootDBInstance", {"dBInstanceIdentifier": "orders"}, _role(name), eventID=name, **account)
        for name in roles
    ]


def _role(name: str) -> dict[str, Any]:
    issuer = {"type": "Role", "arn": f"arn:aws:iam::{ACCOUNT}:role/{name}", "accountId": ACCOUNT, "userName": name}
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/s"
    return {"type": "AssumedRole", "arn": session, "accountId": ACCOUNT, "sessionContext": {"sessionIssuer": issuer}}


def test_who_writes_and_is_not_listed_is_told_beside_what_the_rules_say(
    command: Commands,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Listed is who may: in the account as it is, and with a spec as applying it would leave it."""
    reboot = {"effect": "allow", "actions": ["rds:RebootDBInstance"], "resources": ["*"]}
    roles = {"iam_role": {name: {"trust": {"services": ["ecs-tasks.amazonaws.com"]}} for name in ("dba", "app")}}

    def giving_reboot(*names: str) -> Resources:
        attached = {"roles": [f"${{iam_role.{name}}}" for name in names]}
        return roles | {"iam_policy": {"restart": {"statements": [reboot], "attach_to": attached}}}

    command.harness.make(command.harness.spec(giving_reboot("dba", "app")))
    (tmp_path / "a.json").write_text(json.dumps({"Records": restarts_by("dba", "app", "stranger")}))
    trail = f"--cloudtrail={tmp_path}"

    def unlisted(shown: Any) -> list[str]:
        return [
            suspect["principal"].rpartition("/")[2]
            for suspect in shown["trail"]["principals"]
            if any(one["pattern"] == "not-in-spec" for one in suspect["findings"])
        ]

    assert unlisted(audited(command, 0, trail)) == ["stranger"]
    narrowed = command.harness.spec(giving_reboot("dba"))
    shown = audited(command, 0, narrowed, trail)
    assert sorted(unlisted(shown)) == ["app", "stranger"]
    assert shown["findings"], "the rules are asked as well"
    assert audited(command, 3, narrowed, trail, "--fail-on", "medium")
    command.client("iam").create_group(GroupName="orders")
    refused = command.harness.spec({"iam_group": {"orders": {}}})
    gaps = audited(command, 0, refused, trail)["trail"]["coverage"]["gaps"]
    assert "The plan of stack bench is refused: who is listed is told without it." in gaps
