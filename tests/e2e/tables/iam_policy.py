"""Policies: their document, written as statements or whole, and whom they are attached to."""

from __future__ import annotations

import json
from typing import Any

from tests.e2e.looks import Client, policy_arn
from tests.e2e.tables.bench import KEY, Bench, Changed, Drifted, Noted, Refused

STATEMENT: dict[str, Any] = {"effect": "allow", "actions": ["rds:Describe*"], "resources": ["*"]}
EVERYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
OUTSIDER = "somebody"


def statement(**parts: Any) -> dict[str, Any]:
    """The fields of a policy with the one statement of the base, changed in these parts."""
    changed = {name: value for name, value in {**STATEMENT, **parts}.items() if value is not ...}
    return {"statements": [changed]}


def outsider(client: Client) -> None:
    client("iam").create_user(UserName=OUTSIDER)


def attach_to_outsider(client: Client) -> None:
    outsider(client)
    client("iam").attach_user_policy(UserName=OUTSIDER, PolicyArn=policy_arn(client, KEY))


def open_up(client: Client) -> None:
    client("iam").create_policy_version(PolicyArn=policy_arn(client, KEY), PolicyDocument=EVERYTHING, SetAsDefault=True)


BENCH = Bench(
    kind="iam_policy",
    name=KEY,
    base={"statements": [STATEMENT]},
    changes=(
        Changed(
            field="statements",
            fields={"statements": [STATEMENT, {"effect": "deny", "actions": ["rds:Delete*"], "resources": ["*"]}]},
            sees={"document[].Effect": ["Allow", "Deny"]},
            path="document",
        ),
        Changed(
            field="statements.sid", fields=statement(sid="Look"), sees={"document[0].Sid": "Look"}, path="document"
        ),
        Changed(
            field="statements.effect",
            fields=statement(effect="deny"),
            sees={"document[0].Effect": "Deny"},
            path="document",
        ),
        Changed(
            field="statements.actions",
            fields=statement(actions=["rds:Describe*", "rds:ListTagsForResource"]),
            sees={"document[0].Action": ["rds:Describe*", "rds:ListTagsForResource"]},
            path="document",
        ),
        Changed(
            field="statements.not_actions",
            fields=statement(actions=..., not_actions=["iam:*"]),
            sees={"document[0].NotAction": "iam:*", "document[0].Action": None},
            path="document",
        ),
        Changed(
            field="statements.resources",
            others={"db_parameter_group": {"tuned": {"family": "postgres16"}}},
            fields=statement(resources=["${db_parameter_group.tuned}"]),
            sees={"document[0].Resource": "arn:aws:rds:us-east-1:123456789012:pg:tuned-postgres16"},
            path="document",
        ),
        Changed(
            field="statements.not_resources",
            fields=statement(resources=..., not_resources=["arn:aws:rds:*:*:db:payroll"]),
            sees={"document[0].NotResource": "arn:aws:rds:*:*:db:payroll"},
            path="document",
        ),
        Changed(
            field="statements.conditions",
            fields=statement(conditions={"Bool": {"aws:SecureTransport": "true"}}),
            sees={"document[0].Condition": {"Bool": {"aws:SecureTransport": "true"}}},
            path="document",
        ),
        Changed(
            field="document",
            fields={
                "statements": ...,
                "document": {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Deny", "Action": "rds:*", "Resource": "*"}],
                },
            },
            sees={"document[0].Action": "rds:*"},
        ),
        Changed(
            field="attach_to.users",
            others={"iam_user": {"dana": {}}},
            fields={"attach_to": {"users": ["${iam_user.dana}"]}},
            sees={"users": ["dana"]},
        ),
        Changed(
            field="attach_to.users",
            note="outside-the-stack",
            prepare=outsider,
            fields={"attach_to": {"users": [OUTSIDER]}},
            sees={"users": [OUTSIDER]},
        ),
        Changed(
            field="attach_to.users",
            note="let-go",
            given={"attach_to": {"users": ["${iam_user.dana}"]}},
            others={"iam_user": {"dana": {}}},
            fields={"attach_to": ...},
            sees={"users": []},
        ),
        Changed(
            field="attach_to.groups",
            others={"iam_group": {"team": {}}},
            fields={"attach_to": {"groups": ["${iam_group.team}"]}},
            sees={"groups": ["team"]},
        ),
        Changed(
            field="attach_to.roles",
            others={"iam_role": {"app": {"trust": {"services": ["ec2.amazonaws.com"]}}}},
            fields={"attach_to": {"roles": ["${iam_role.app}"]}},
            sees={"roles": ["app"]},
        ),
        Changed(
            field="exclusive",
            given={"exclusive": False},
            meanwhile=attach_to_outsider,
            fields={"exclusive": True},
            sees={"users": []},
            path="attach_to.users",
        ),
        Changed(field="tags", fields={"tags": {"purpose": "looking"}}, sees={"tags.purpose": "looking"}),
    ),
    drifts=(
        Drifted(field="document", mutate=open_up, restores=("document",)),
        Drifted(field="attach_to.users", mutate=attach_to_outsider, restores=("users",)),
        Drifted(
            field="attach_to.groups",
            given={"attach_to": {"groups": ["${iam_group.team}"]}},
            others={"iam_group": {"team": {}}},
            mutate=lambda client: client("iam").detach_group_policy(
                GroupName="team", PolicyArn=policy_arn(client, KEY)
            ),
            restores=("groups",),
        ),
        Drifted(
            field="tags",
            given={"tags": {"purpose": "looking"}},
            mutate=lambda client: client("iam").untag_policy(PolicyArn=policy_arn(client, KEY), TagKeys=["purpose"]),
            restores=("tags",),
        ),
    ),
    refusals=(
        Refused(field="path", fields={"path": "/databases/"}),
        Refused(field="name", fields={"name": "invoices"}, says="the name of iam_policy.orders changes"),
    ),
    noted=(
        Noted(
            field="description",
            given={"description": "one"},
            fields={"description": "another"},
            stays="Description",
        ),
    ),
    stranger=lambda client: client("iam").create_policy(PolicyName=KEY, PolicyDocument=EVERYTHING),
    not_tested={"attach_to": "by its parts"},
)
