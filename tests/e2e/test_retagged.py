"""Tags and aliases that a plan changes: what policies that go by them make of it is foreseen, and comes to pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from rds_secure import api
from rds_secure.access.delta import compare
from rds_secure.access.posture import Posture
from rds_secure.sandbox import Sandbox
from rds_secure.spec import load
from tests.e2e.foresight.compare import differences, misjudged
from tests.e2e.foresight.trial import ROWS, Seen, applied
from tests.e2e.harness import PRUNING

VPC = {"tag": {"Name": "main"}}


def allowed(action: str, condition: dict[str, Any]) -> dict[str, Any]:
    return {"effect": "allow", "actions": [action], "resources": ["*"], "conditions": condition}


def tagged(team: str, alias: str) -> dict[str, Any]:
    """A database, its key and two roles that are all of one team, and people who may what belongs to team a."""
    by_tag = {"StringEquals": {"aws:ResourceTag/team": "a"}}
    statements = [
        allowed("rds:DeleteDBInstance", by_tag),
        allowed("kms:Decrypt", by_tag),
        allowed("kms:ScheduleKeyDeletion", {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/of-team-a"}}),
        allowed("sts:AssumeRole", by_tag),
    ]
    database = {
        "engine": "postgres",
        "engine_version": "16",
        "instance_class": "db.t4g.medium",
        "storage_gib": 20,
        "kms_key": "${kms_key.data}",
        "subnet_group": "${db_subnet_group.inside}",
        "security_groups": ["${security_group.db}"],
        "tags": {"team": team},
    }
    trusting = {"principals": ["${aws.account_id}"]}
    connecting = {"StringEquals": {"aws:PrincipalTag/team": "a"}}
    return {
        "iam_user": {"dana": {}},
        "iam_role": {"app": {"trust": trusting, "tags": {"team": team}}},
        "iam_policy": {
            "own": {"statements": statements, "attach_to": {"users": ["${iam_user.dana}"]}},
            "roles": {
                "statements": [allowed("rds:ModifyDBInstance", connecting)],
                "attach_to": {"roles": ["${iam_role.app}"]},
            },
        },
        "kms_key": {"data": {"tags": {"team": team}, "alias": alias}},
        "security_group": {"db": {"vpc": VPC}},
        "db_subnet_group": {"inside": {"subnets": {"vpc": VPC, "tag": {"Tier": "private"}}}},
        "db_instance": {"orders": database},
    }


def test_what_retagging_gives_is_foreseen(sandbox: Sandbox, account: api.Account, tmp_path: Path) -> None:
    sandbox.realism(ROWS)

    def made(team: str, alias: str) -> Seen:
        folder = tmp_path / team
        folder.mkdir()
        spec = {"version": 1, "stack": "retagged", "resources": tagged(team, alias)}
        (folder / "stack.yaml").write_text(yaml.safe_dump(spec))
        stack, sources = load([str(folder)])
        return applied(sandbox, account, lambda: api.make_plan(stack, account, sources, PRUNING))

    made("b", "alias/of-team-b")
    seen = made("a", "alias/of-team-a")
    assert differences(seen) == ()
    assert misjudged(seen) == ()
    delta = compare(Posture(seen.before), Posture(seen.foreseen))
    gained = {(one.verb, *one.way) for one in delta.permissions if one.principals[0].name == "user dana"}
    role = next(arn for _, *way in gained for arn in way)
    assert gained == {("delete",), ("use key",), ("break key",), ("modify", role)}
