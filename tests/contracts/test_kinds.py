"""The registry of kinds: each is one module, is described, and knows nothing of the others; nobody knows it by name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel

import rds_secure
from rds_secure import resources
from rds_secure.fields import Mode, Reference, markers
from rds_secure.kind import Kind, Stateful
from rds_secure.plan import Refusal
from rds_secure.resources import KINDS, KINDS_BY_NAME
from tests.contracts import account, emitted, specs
from tests.contracts.test_operations import service
from tests.e2e.harness import SPECS

PACKAGE = Path(rds_secure.__file__).parent
NAMES = [kind.name for kind in KINDS]
EVERY = pytest.mark.parametrize("kind", KINDS, ids=NAMES)

LOOKED_UP = ("vpc", "subnet", "security_group", "kms_key", "prefix_list")
"""What `live.lookups` can find."""

AFTERWARDS = {
    ("default_security_group", "id"): "the group is there before anything is planned",
    ("default_security_group", "arn"): "the group is there before anything is planned",
    ("db_cluster", "endpoint"): "RDS gives it one while it is being made",
    ("db_cluster", "reader"): "RDS gives it one while it is being made",
    ("db_cluster", "port"): "it is the engine's own unless it is written",
    ("db_cluster", "secret"): "RDS makes it while the cluster is being made",
    ("db_instance", "endpoint"): "RDS gives it one while it is being made",
    ("db_instance", "port"): "it is the engine's own unless it is written",
    ("db_instance", "secret"): "RDS makes it while the instance is being made",
}
"""Attributes that neither follow from a name nor come with the reply of a call."""

SPOKEN_OF = {
    "access/account.py": "databases and proxies go by the kind of thing that they are",
    "access/expect/names.py": "what is expected is expected of databases and keys",
    "access/expect/reach.py": "what is expected is expected of databases and proxies",
    "access/expect/who.py": "what is expected is expected of databases",
    "access/foresee.py": "an example of what stands for an id",
    "access/network/from_ec2.py": "a peer of a rule is a security group, whose name is also that of a kind",
    "access/network/from_rds.py": "what can be reached goes by the kind of thing that it is",
    "access/network/side_doors.py": "what can be reached goes by the kind of thing that it is",
    "access/network/places.py": "a cluster has members, which are places of their own",
    "audit/trail/context.py": "whom a stack shares snapshots with is known to it",
    "cli/audit/hub.py": "an option has the name of a kind",
    "draft/principals.py": "users, groups, roles and their policies are imported only where they are asked for",
    "inventory/effects/ec2.py": "a parameter of EC2 has the name of a kind",
    "inventory/effects/rds_instances.py": "a parameter of RDS has the name of a kind",
    "live/lookups.py": "look-ups go by the names of what they find, two of which are also kinds",
    "spec/expect.py": "access is expected of people, groups, databases and keys",
    "spec/stack.py": "a message gives an example",
}
"""Modules outside the kinds in which the name of one occurs, and why."""

SHARED = ("database", "iam", "network", "rules", "sandbox", "resources")
"""What kinds share, what stands in for AWS, and the rules about them: written for these kinds."""


# The registry


def test_every_module_of_resources_holds_one_kind_under_its_own_name() -> None:
    modules = [module.name for module in iter_modules(resources.__path__)]
    assert sorted(modules) == sorted(NAMES)
    for name in modules:
        module = __import__(f"rds_secure.resources.{name}", fromlist=["KIND"])
        assert module.KIND is KINDS_BY_NAME[name]
        kinds = {item for item in vars(module).values() if isinstance(item, type) and issubclass(item, Kind)} - {Kind}
        assert kinds == {type(module.KIND)}


def test_kinds_do_not_import_each_other() -> None:
    for kind in KINDS:
        for file in sources(kind):
            for imported in _imports(file):
                inside = imported.removeprefix("rds_secure.resources.").partition(".")[0]
                assert not imported.startswith("rds_secure.resources.") or inside == kind.name, f"{file}: {imported}"
                assert imported != "rds_secure.resources", file


def test_nothing_but_the_kinds_and_what_they_share_knows_a_kind_by_name() -> None:
    """House rule 1: the planner, renderers, command line and executor know none."""
    word = re.compile(rf"\b({'|'.join(NAMES)})\b")
    files = [file for file in PACKAGE.rglob("*.py") if file.relative_to(PACKAGE).parts[0] not in SHARED]
    spoken_of = {str(file.relative_to(PACKAGE)) for file in files if any(map(word.search, _words(file)))}
    assert spoken_of == SPOKEN_OF.keys()


def test_no_module_is_over_400_lines() -> None:
    lines = {str(file): len(file.read_text(encoding="utf-8").splitlines()) for file in PACKAGE.rglob("*.py")}
    assert {file: count for file, count in lines.items() if count > 400} == {}


# What a kind says of itself


@EVERY
def test_a_kind_is_described(kind: Kind[Any]) -> None:
    for described in (type(kind), kind.spec):
        assert described.__doc__
        assert described.__doc__.strip().endswith(".")
    assert re.fullmatch(r"[A-Za-z]+( [a-z]+)*", kind.title)
    assert {"arn", "name"} & kind.exports.keys()
    for name, what in kind.exports.items():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name)
        assert what
        assert not what.endswith(".")


@EVERY
def test_a_kind_has_an_example_that_declares_it(kind: Kind[Any]) -> None:
    first, *_, written = (SPECS / f"{kind.name}.yaml").read_text(encoding="utf-8").partition("\n")
    declared = yaml.safe_load(written)
    assert first == "# yaml-language-server: $schema=../schemas/stack.schema.json"
    assert declared["stack"] == f"example-{kind.name.replace('_', '-')}"
    assert declared["resources"][kind.name]


@EVERY
def test_what_a_kind_refers_to_is_there(kind: Kind[Any]) -> None:
    for part in specs.parts(kind.spec):
        for name, info in part.model_fields.items():
            for reference in _references(info.annotation, info.metadata):
                for target in reference.kinds:
                    assert reference.attribute in KINDS_BY_NAME[target].exports, f"{part.__name__}.{name}"
                assert {reference.lookup, reference.named} <= {"", *LOOKED_UP}, f"{part.__name__}.{name}"


@EVERY
def test_what_others_may_ask_of_a_kind_is_known_from_its_name_or_comes_with_a_reply(kind: Kind[Any]) -> None:
    least = account.stack(kind, specs.minimal(kind.name))
    [address] = [address for address in least.resources if str(address) == f"{kind.name}.{account.SUBJECT}"]
    known = kind.predict(account.SCOPE, least.aws_name(address), least.resources[address])
    told = {name for operation in emitted.operations(kind) for name in operation.exports}
    later = {name for name in kind.exports if (kind.name, name) in AFTERWARDS}
    assert known.keys() | told | later == kind.exports.keys()
    assert not (known.keys() | told) & later


@EVERY
def test_what_cannot_change_comes_with_advice(kind: Kind[Any]) -> None:
    for name, marker in markers(kind.spec).items():
        if marker.mode is Mode.CREATE_ONLY:
            advice = _refusal(kind, name).fix
            assert len(advice) > 20, name
            assert not advice.endswith("."), name


@EVERY
def test_the_tagging_api_is_asked_for_what_no_list_shows_the_tags_of(kind: Kind[Any]) -> None:
    listed = any("ListTags" in action or "ListResourceTags" in action for action in kind.read_actions)
    others = ("iam_policy", "db_cluster")  # GetPolicy shows tags; clusters are listed only where there are any
    assert bool(kind.tagged_as) is (listed or kind.name in others)
    assert re.fullmatch(r"([a-z0-9]+:[a-z-]+( [a-z0-9]+:[a-z-]+)*)?", kind.tagged_as)


def test_only_what_holds_data_or_opens_it_is_kept() -> None:
    assert {kind.name: kind.stateful for kind in KINDS if kind.stateful} == {
        "db_cluster": Stateful.DATA,
        "db_instance": Stateful.DATA,
        "kms_key": Stateful.KEY,
        "data_key": Stateful.KEY,
    }


# What it needs


@EVERY
def test_permissions_to_read_are_actions_that_there_are(kind: Kind[Any]) -> None:
    assert len(set(kind.read_actions)) == len(kind.read_actions)
    for permission in kind.read_actions:
        owner, _, action = permission.partition(":")
        assert action in service(owner).operation_names, permission
        assert action.startswith(("Describe", "Get", "List")), permission


@EVERY
def test_every_read_that_its_source_names_is_among_the_permissions(kind: Kind[Any]) -> None:
    named = {permission for file in sources(kind) for permission in _read_calls(file)}
    assert named <= {*kind.read_actions}


@EVERY
def test_the_services_of_a_kind_are_those_that_it_calls(kind: Kind[Any]) -> None:
    called = {item.service for item in emitted.operations(kind)}
    called |= {permission.partition(":")[0] for permission in kind.read_actions}
    assert {*kind.services} == called


def sources(kind: Kind[Any]) -> list[Path]:
    """The files of a kind."""
    folder = PACKAGE / "resources" / kind.name
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole path"
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names if node.module == "rds_secure.resources")


def _words(file: Path) -> Iterator[str]:
    """Every text and name of a module but for its docstrings and comments."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in docstrings:
                yield text
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                yield name
            case ast.ImportFrom(module=str(module)):
                yield module


def _read_calls(file: Path) -> Iterator[str]:
    """``reader.call("rds", "DescribeDBInstances")`` → ``rds:DescribeDBInstances``, where both are written out."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="call"), args=[ast.Constant(value=owner), ast.Constant(value=action), *_]
            ):
                yield f"{owner}:{action}"


def _references(annotation: Any, metadata: Any) -> Iterator[Reference]:
    yield from (item for item in metadata if isinstance(item, Reference))
    for argument in get_args(annotation):
        if not (isinstance(argument, type) and issubclass(argument, BaseModel)):
            yield from _references(argument, getattr(argument, "__metadata__", ()))


def _refusal(kind: Kind[Any], field: str) -> Refusal:
    """What is said to a change of a field that cannot change; the name is written, so that no new thing is made."""
    named = {"name": "fixed"} if kind.versioned else {}
    [variant, *_] = [variant for variant in specs.variants(kind) if variant.path == field]
    made = account.planned(kind, {**variant.before, **named}, {**variant.after, **named})
    [refusal] = [item for item in made.refusals if item.what.startswith(f"{kind.name}.{account.SUBJECT}.{field} ")]
    return refusal
