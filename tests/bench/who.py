"""What the question "who may do what" costs in a large account, and to draw: CPU seconds, to look at. Never a test.

    python -m tests.bench.who [--users 1000] [--roles 1000] [--policies 3000] [--databases 300]

The account is random, the same for a seed: policies by team, by tag, with conditions, boundaries, groups, denies; some
administrators; roles that trust the account, other roles, services and other accounts; a key for each database.
"""

from __future__ import annotations

import argparse
import gc
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from io import StringIO
from itertools import islice
from random import Random
from resource import RUSAGE_SELF, getrusage
from time import process_time
from typing import Any

from rds_secure.access.findings import Findings
from rds_secure.access.iam.escalate import Escalations
from rds_secure.access.iam.estate import Database, Estate, instance
from rds_secure.access.iam.identities import identities, read_policy
from rds_secure.access.iam.who import Who
from rds_secure.access.listing import Choice, Listing
from rds_secure.access.register import review
from rds_secure.cli.main import GARBAGE
from rds_secure.inventory import Inventory, Place, Question
from rds_secure.render.review import review_csv
from rds_secure.render.who import who_text
from rds_secure.render.who_json import who_json
from rds_secure.render.who_markdown import who_markdown

ACCOUNT, REGION = "123456789012", "eu-west-1"
IAM, RDS = f"arn:aws:iam::{ACCOUNT}", f"arn:aws:rds:{REGION}:{ACCOUNT}"
DELETE, MODIFY = "rds:DeleteDBInstance", "rds:ModifyDBInstance"
ACTIONS = ("rds:*", "rds:Describe*", MODIFY, DELETE, "kms:Decrypt", "rds-db:connect", "iam:*", "*")
WEIGHTS = (2, 6, 4, 3, 2, 2, 0.3, 0.1)
CONDITIONS: tuple[Mapping[str, Any], ...] = (
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.0/24"]}},
    {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
    {"StringNotEquals": {"aws:RequestedRegion": [REGION, "us-east-1"]}},
)


def statement(random: Random, number: int) -> dict[str, Any]:
    resources = ("*", f"{RDS}:db:db-{number % 300}", f"arn:aws:rds:*:*:db:db-{number % 30}*", f"{RDS}:*")
    written: dict[str, Any] = {
        "Effect": "Deny" if random.random() < 0.1 else "Allow",
        "Action": [*random.choices(ACTIONS, WEIGHTS, k=random.randint(1, 2)), "s3:GetObject", "logs:*"],
        "Resource": random.choices(resources, (1, 6, 4, 1), k=random.randint(1, 2)),
    }
    return written | ({"Condition": random.choice(CONDITIONS)} if random.random() < 0.3 else {})


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(random: Random, number: int, roles: int) -> str:
    named = (
        {"AWS": f"{IAM}:root"},
        {"AWS": [f"{IAM}:role/role-{random.randrange(roles)}", f"{IAM}:user/user-{number}"]},
        {"Service": "ec2.amazonaws.com"},
        {"AWS": "arn:aws:iam::210987654321:root"},
    )
    principal = random.choices(named, (2, 3, 4, 1))[0]
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


def details(random: Random, users: int, roles: int, policies: int) -> dict[str, Any]:
    """An account in the form of `GetAccountAuthorizationDetails`."""

    def attached(most: int) -> list[dict[str, str]]:
        return [{"PolicyArn": f"{IAM}:policy/p-{random.randrange(policies)}"} for _ in range(random.randint(0, most))]

    def principal(kind: str, number: int) -> dict[str, Any]:
        name = f"{kind}-{number}"
        tags = [{"Key": "team", "Value": f"team-{number % 40}"}]
        boundary = {"PermissionsBoundary": {"PermissionsBoundaryArn": f"{IAM}:policy/p-0"}} if number % 10 == 0 else {}
        inline = [{"PolicyName": "own", "PolicyDocument": document(statement(random, number))}]
        role = f"role-{random.randrange(roles)}"
        assume = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": f"{IAM}:role/{role}",
        }
        inline += [{"PolicyName": "assume", "PolicyDocument": document(assume)}] if number % 3 == 0 else []
        title = kind.capitalize()
        shared = {"Arn": f"{IAM}:{kind}/{name}", "AttachedManagedPolicies": attached(5), "Tags": tags}
        return {f"{title}Name": name, f"{title}Id": f"ID{name}", f"{title}PolicyList": inline, **shared, **boundary}

    written = (
        document(*(statement(random, number) for _ in range(random.randint(1, 3)))) for number in range(policies)
    )
    return {
        "UserDetailList": [
            principal("user", number) | {"GroupList": [f"group-{random.randrange(100)}"]} for number in range(users)
        ],
        "RoleDetailList": [
            principal("role", number) | {"AssumeRolePolicyDocument": trust(random, number, roles)}
            for number in range(roles)
        ],
        "GroupDetailList": [
            {
                "GroupName": f"group-{number}",
                "Arn": f"{IAM}:group/group-{number}",
                "AttachedManagedPolicies": attached(3),
            }
            for number in range(100)
        ],
        "Policies": [
            {
                "PolicyName": f"p-{number}",
                "Arn": f"{IAM}:policy/p-{number}",
                "PolicyVersionList": [{"IsDefaultVersion": True, "Document": text}],
            }
            for number, text in enumerate(written)
        ],
    }


def estate(random: Random, databases: int) -> Estate:
    """Databases with a key each, whose policy lets the account decide and names a role."""
    listed: list[Database] = []
    governing = {}
    for number in range(databases):
        key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{number}"
        root = {"Effect": "Allow", "Principal": {"AWS": f"{IAM}:root"}, "Action": "kms:*", "Resource": "*"}
        role = root | {"Principal": {"AWS": f"{IAM}:role/role-{number}"}, "Action": ["kms:Decrypt", "kms:CreateGrant"]}
        governing[key] = (read_policy(f"key {number}", document(root, role)),)
        tags = {"team": f"team-{random.randrange(40)}"}
        others = {"key": key, "pg": f"{RDS}:pg:p{number % 20}", "subgrp": f"{RDS}:subgrp:main"}
        name = f"db-{number}"
        listed.append(instance(name, f"{RDS}:db:{name}", f"db-ID{number}", others=others, tags=tags))  # type: ignore[arg-type]
    return Estate(ACCOUNT, REGION, tuple(listed), governing)


def drawing(found: Findings, *, rows: int) -> Iterator[tuple[str, tuple[float, int]]]:
    """Each step after the decisions, and each form: CPU seconds, and characters. The CSV up to so many rows."""

    def text(everything: bool) -> str:
        stream = StringIO()
        who_text(found, stream=stream, width=100, color=False, everything=everything)
        return stream.getvalue()

    steps: dict[str, Callable[[], int]] = {
        "put in order": lambda: len(found.listing.answers) if found.listing else 0,
        "escalations in order": lambda: len(found.gains),
        "text": lambda: len(text(everything=False)),
        "text with --all": lambda: len(text(everything=True)),
        "Markdown": lambda: len(who_markdown(found)),
        "JSON": lambda: sum(map(len, who_json(found))),
        f"CSV of {rows} rows": lambda: sum(map(len, review_csv(found, islice(review(found), rows)))),
    }
    for name, step in steps.items():
        start = process_time()
        size = step()
        yield name, (process_time() - start, size)


def main() -> None:
    parser = argparse.ArgumentParser(description="What access who costs.")
    for name, default in (
        ("users", 1000),
        ("roles", 1000),
        ("policies", 3000),
        ("databases", 300),
        ("seed", 1),
        ("rows", 100_000),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    gc.set_threshold(*GARBAGE)  # as the command does
    random = Random(given.seed)
    account, asked = details(random, given.users, given.roles, given.policies), estate(random, given.databases)
    start = process_time()
    who = Who(identities(account, ACCOUNT), asked)
    read = process_time()
    answers = list(who.answers())
    decided = process_time()
    means = list(Escalations(who).all())
    escalated = process_time()
    inventory = Inventory(Place(ACCOUNT, REGION), {Question("iam", "GetAccountAuthorizationDetails"): account})
    drawn = dict(drawing(Findings(inventory, Listing(who, Choice(who.askers))), rows=given.rows))
    command = decided - start + drawn["put in order"][0] + drawn["escalations in order"][0]
    kinds = Counter((answer.sure, bool(answer.way)) for answer in answers)
    print(f"compile {read - start:.2f} s, decide {decided - read:.2f} s, escalate {escalated - decided:.2f} s")  # noqa: T201
    for name in ("text", "JSON"):
        print(f"all of `access who` as {name}: {command + drawn[name][0]:.2f} s")  # noqa: T201
    for name, (seconds, size) in drawn.items():
        print(f"{name}: {seconds:.2f} s, {size / 1e6:.2f} MB")  # noqa: T201
    print(f"at most {getrusage(RUSAGE_SELF).ru_maxrss / 1024:.0f} MB of memory")  # noqa: T201
    print(f"{len(answers)} answers; (sure, by a role): {dict(kinds)}; {len(means)} escalations")  # noqa: T201


if __name__ == "__main__":
    main()
