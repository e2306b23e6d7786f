"""The JSON Schemas: valid themselves, committed as generated, and of one mind with the loader about structure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from rds_secure.cli.main import run
from rds_secure.errors import SpecError
from rds_secure.resources import KINDS
from rds_secure.spec import build
from rds_secure.spec.schema import stack_schema
from tests.spec.parsing import good

ROOT = Path(__file__).parents[2]
SCHEMA = stack_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


class _Editor(yaml.SafeLoader):
    """YAML 1.2 as editors read it: ``on`` and ``no`` are texts, and so are ``22:30`` and dates."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


_Editor.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(str(loader.construct_scalar(node))))
for tag, pattern, first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    _Editor.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"(?:{pattern})\Z"), list(first))


def the_schema_takes(text: str) -> bool:
    return bool(VALIDATOR.is_valid(yaml.load(text, Loader=_Editor)))


def the_loader_takes(text: str) -> bool:
    try:
        build([good(text)])
    except SpecError:
        return False
    return True


def spec(resources: str = "iam_group: {operators: {}}", header: str = "version: 1\nstack: orders\n") -> str:
    return f"{header}resources: {{{resources}}}\n"


def instance(more: str) -> str:
    fields = {
        "engine": "postgres",
        "engine_version": "16",
        "instance_class": "db.m7g.large",
        "storage_gib": "20",
        "subnet_group": "orders",
        "security_groups": "[sg-0123456789abcdef0]",
    }
    key, _, value = more.partition(": ")
    written = {**fields, key: value}
    return spec(
        f"db_instance: {{orders: {{{', '.join(f'{name}: {text}' for name, text in written.items() if text)}}}}}"
    )


def group(rule: str) -> str:
    return spec(f"security_group: {{orders: {{vpc: vpc-0123456789abcdef0, ingress: [{rule}]}}}}")


def policy(more: str) -> str:
    return spec(
        f"iam_policy: {{orders: {{statements: [{{effect: allow, actions: ['rds:*'], resources: ['*'], {more}}}]}}}}"
    )


BROKEN = {
    "a list": "- version: 1\n",
    "a text": "orders\n",
    "no version": spec(header="stack: orders\n"),
    "another version": spec(header="version: 2\nstack: orders\n"),
    "a version with a point": spec(header="version: 1.1\nstack: orders\n"),
    "no stack": spec(header="version: 1\n"),
    "a stack without a name": spec(header="version: 1\nstack:\n"),
    "a stack that is a list": spec(header="version: 1\nstack: [orders]\n"),
    "a stack name with capitals": spec(header="version: 1\nstack: Orders\n"),
    "an account of letters": spec(header="version: 1\nstack: orders\naccount: payments\n"),
    "an account that is a list": spec(header="version: 1\nstack: orders\naccount: ['123456789012']\n"),
    "a region of two words": spec(header="version: 1\nstack: orders\nregion: eu west\n"),
    "tags that are a list": spec(header="version: 1\nstack: orders\ntags: [team]\n"),
    "a tag that is a list": spec(header="version: 1\nstack: orders\ntags: {team: [db]}\n"),
    "a tag of AWS's": spec(header="version: 1\nstack: orders\ntags: {'aws:x': db}\n"),
    "an unknown key at the top": spec(header="version: 1\nstack: orders\nresource: {}\n"),
    "no resources": "version: 1\nstack: orders\n",
    "empty resources": "version: 1\nstack: orders\nresources: {}\n",
    "resources that are nothing": "version: 1\nstack: orders\nresources:\n",
    "resources that are a list": "version: 1\nstack: orders\nresources: [iam_group]\n",
    "an unknown kind": spec("iam_groups: {operators: {}}"),
    "an empty section": spec("iam_group: {}"),
    "a section that is nothing": spec("iam_group: "),
    "a section that is a list": spec("iam_group: [operators]"),
    "a key with capitals": spec("iam_group: {Operators: {}}"),
    "a key that is too long": spec(f"iam_group: {{{'a' * 64}: {{}}}}"),
    "a resource that is a list": spec("iam_group: {operators: []}"),
    "a resource that is a text": spec("iam_group: {operators: all}"),
    "a resource that is nothing but needs fields": spec("db_subnet_group: {orders: }"),
    "an unknown field": spec("iam_group: {operators: {colour: red}}"),
    "a field of Terraform": spec("db_subnet_group: {orders: {subnet_ids: [subnet-01234567, subnet-01234568]}}"),
    "a field that is missing": instance("engine: "),
    "a number that is a word": instance("storage_gib: plenty"),
    "a number with a point": instance("storage_gib: 20.5"),
    "a number that is a list": instance("storage_gib: [20]"),
    "a number that is nothing": instance("backup_days: ~"),
    "a number that is too small": instance("storage_gib: 0"),
    "a number that is too large": instance("backup_days: 36"),
    "a boolean that is yes": instance("public: yes"),
    "a boolean that is a number": instance("public: 1"),
    "a boolean that is nothing": instance("public: ~"),
    "a text that is a list": instance("instance_class: [db.m7g.large]"),
    "a text that is a mapping": instance("engine: {name: postgres}"),
    "a text that does not match": instance("instance_class: large"),
    "a choice that there is not": instance("when: tonight"),
    "a choice that is a list": instance("when: [now]"),
    "a list that is a text": instance("security_groups: sg-0123456789abcdef0"),
    "a list that is nothing": instance("security_groups: ~"),
    "a list of lists": instance("security_groups: [[sg-0123456789abcdef0]]"),
    "a reference that is a list": instance("subnet_group: [orders]"),
    "a look-up where none is": instance("subnet_group: {tag: {Name: orders}}"),
    "a look-up without tags": instance("kms_key: {tag: {}}"),
    "a look-up by name": instance("kms_key: {name: orders}"),
    "a look-up that is more": instance("kms_key: {tag: {Name: orders}, vpc: vpc-0123456789abcdef0}"),
    "a look-up of a list": instance("kms_key: {tag: {Name: [orders]}}"),
    "a look-up of nothing": instance("kms_key: {tag: {Name: ~}}"),
    "a look-up in place of a list without tags": instance("security_groups: {}"),
    "a look-up in a list of lists": spec("db_subnet_group: {orders: {subnets: {vpc: [main], tag: {Tier: private}}}}"),
    "fields to ignore that are a text": instance("ignore: port"),
    "a rule that is a text": group("all"),
    "a rule without a peer": group("{port: 5432}"),
    "a rule of the other direction": group("{to: 10.0.0.0/8, port: 5432}"),
    "an unknown field in a rule": group("{from: 10.0.0.0/8, prot: 5432}"),
    "a protocol that there is not": group("{from: 10.0.0.0/8, port: 5432, protocol: tpc}"),
    "an effect that there is not": policy("effect: permit"),
    "actions that are a text": policy("actions: 'rds:*'"),
    "conditions that are a list": policy("conditions: []"),
    "an element of IAM's": policy("Principal: '*'"),
    "a document that is a text": spec("iam_policy: {orders: {document: '{}'}}"),
    "who to attach to as a list": spec("iam_policy: {orders: {attach_to: [operators]}}"),
    "an inline policy": spec("iam_group: {operators: {inline_policies: [x]}}"),
    "a rotation that is a word": spec("kms_key: {orders: {rotation_days: always}}"),
    "a rotation that is too short": spec("kms_key: {orders: {rotation_days: 30}}"),
    "a parameter that is a list": spec("db_parameter_group: {orders: {family: postgres16, parameters: {x: [1]}}}"),
    "a parameter without a value": spec("db_parameter_group: {orders: {family: postgres16, parameters: {x: {}}}}"),
    "a trust that is a list": spec("iam_role: {orders: {trust: [ec2.amazonaws.com]}}"),
}

GOOD = {
    "the least": spec(),
    "a quoted version": spec(header="version: '1'\nstack: orders\n"),
    "an account without quotes": spec(header="version: 1\nstack: orders\naccount: 123456789012\n"),
    "an account with a zero in front": spec(header="version: 1\nstack: orders\naccount: 012345678901\n"),
    "optional things left empty": spec(header="version: 1\nstack: orders\naccount:\nregion: ~\n"),
    "a stack that is called off": spec(header="version: 1\nstack: off\n"),
    "tags of all kinds": spec(header="version: 1\nstack: orders\ntags: {on: no, a: 1, b: true, c: 1.5, d: 22:30}\n"),
    "a resource that is nothing": spec("iam_group: {operators: }"),
    "a key that is called on": spec("iam_group: {on: {}}"),
    "an instance": instance(""),
    "a version that is a number": instance("engine_version: 16.10"),
    "a name that is nothing": instance("name: ~"),
    "booleans": instance("public: true"),
    "a window": instance("backup_window: 22:30-23:30"),
    "a list that is looked up": instance("security_groups: {tag: {Name: orders}}"),
    "a look-up in a list": instance("security_groups: [{tag: {Name: orders}}, sg-0123456789abcdef0]"),
    "a look-up by a number": instance("kms_key: {tag: {Name: 1}}"),
    "a key by its alias": instance("kms_key: alias/orders"),
    "subnets of a VPC": spec("db_subnet_group: {orders: {subnets: {vpc: {tag: {Name: main}}, tag: {Tier: private}}}}"),
    "subnets of a VPC by its id": spec(
        "db_subnet_group: {orders: {subnets: {vpc: vpc-0123456789abcdef0, tag: {Tier: private}}}}"
    ),
    "a rule with a number for a port": group("{from: 10.0.0.0/8, port: 5432}"),
    "a rule for all": group("{from: self, port: all, description: on}"),
    "a statement with a condition": policy("conditions: {Bool: {'aws:SecureTransport': true}}"),
    "an account as a principal": spec("kms_key: {orders: {users: [123456789012]}}"),
    "no rotation": spec("kms_key: {orders: {rotation_days: off}}"),
    "parameters": spec("db_parameter_group: {orders: {family: postgres16, parameters: {a: 1, b: {value: on}}}}"),
}  # fmt: skip


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)

    assert SCHEMA["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert set(SCHEMA["properties"]["resources"]["properties"]) == {kind.name for kind in KINDS}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_refused_by_the_schema_and_by_the_loader(name: str) -> None:
    try:
        taken = the_loader_takes(BROKEN[name])
    except AssertionError:  # not even a file of ours
        taken = False
    assert (the_schema_takes(BROKEN[name]), taken) == (False, False)


@pytest.mark.parametrize("name", GOOD)
def test_what_is_good_is_taken_by_the_schema_and_by_the_loader(name: str) -> None:
    assert (the_schema_takes(GOOD[name]), the_loader_takes(GOOD[name])) == (True, True)


@pytest.mark.parametrize("path", sorted((ROOT / "specs").glob("*.yaml")), ids=lambda path: path.name)
def test_every_example_is_taken_by_the_schema_and_by_the_loader_and_names_the_schema(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert the_schema_takes(text)
    assert the_loader_takes(text)
    (named,) = re.findall(r"^# yaml-language-server: \$schema=(.*)$", text, re.MULTILINE)
    assert (path.parent / named).resolve() == ROOT / "schemas" / "stack.schema.json"


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(item)


def test_every_field_is_described() -> None:
    for node in nodes(SCHEMA):
        for name, field in node.get("properties", {}).items():
            if name not in ("tag", "vpc", "prefix_list"):
                described = field.get("description") or SCHEMA["$defs"][field["$ref"].rpartition("/")[2]]["description"]
                assert described
                assert described == " ".join(described.split())
                assert not re.search(r"\b(RDS|IAM|KMS|EC2|ANY)-\d", described)  # our facts' numbers


def test_every_definition_is_used_and_no_title_repeats_a_name() -> None:
    named = {node["$ref"].rpartition("/")[2] for node in nodes(SCHEMA) if "$ref" in node}

    assert named == set(SCHEMA["$defs"])
    assert [node["title"] for node in nodes(SCHEMA) if isinstance(node.get("title"), str)] == [SCHEMA["title"]]


def test_limits_have_the_names_of_json_schema() -> None:
    days = SCHEMA["$defs"]["DbInstanceSpec"]["properties"]["backup_days"]

    assert (days["minimum"], days["maximum"]) == (0, 35)
    assert not [node for node in nodes(SCHEMA) if {"ge", "gt", "le", "lt"} & set(node)]


def test_patterns_are_read_alike_in_python_and_in_editors() -> None:
    """JavaScript has no inline flags and no ``\\A``, ``\\Z``; a ``$`` inside would mean a line end in Python."""
    patterns = {node["pattern"] for node in nodes(SCHEMA) if isinstance(node.get("pattern"), str)}
    patterns |= {pattern for node in nodes(SCHEMA) for pattern in node.get("patternProperties", {})}

    assert patterns
    for pattern in patterns:
        re.compile(pattern)
        assert not re.search(r"\(\?[a-zA-Z#P>]|\\[AZzpP]|\(\?<[=!]|[*+?}]\+", pattern), pattern


@pytest.mark.parametrize("which", ["stack", "plan", "drift", "report"])
def test_the_committed_schemas_are_those_that_are_printed(
    which: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(["schema", which]) == 0

    printed = capsysbinary.readouterr().out
    assert (ROOT / "schemas" / f"{which}.schema.json").read_bytes() == printed
    Draft202012Validator.check_schema(json.loads(printed))
