"""A stack: what the files of one folder declare, checked as far as that goes without AWS. Nothing is called here.

Checks go from the outside in: the header of every file, then each resource by its kind's spec type, then what needs
several fields (`Kind.check`), then what needs several resources: references, names, tags. All problems are collected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from pydantic import ValidationError

from rds_secure import ownership, resources
from rds_secure.errors import Location, Problem, SpecError
from rds_secure.fields import Part, Pattern, ResourceSpec, Tags, values_of
from rds_secure.kind import Kind, Scope
from rds_secure.spec.complaints import problem_of
from rds_secure.spec.source import Path, Source
from rds_secure.spec.suggest import closest
from rds_secure.values import Address, Ref, leaves
from rds_secure.values import refs as refs_in

KEY = Pattern(r"[a-z][a-z0-9-]{0,62}", "a key of lower-case letters, digits and hyphens, a letter first, at most 63")
_AWS = re.compile(r"\$\{aws\.([^{}]*)\}")


class Header(Part):
    """The top of a spec file."""

    version: Literal["1"]
    """The version of this language; it pins the defaults: an upgrade of the tool never changes what a spec means."""
    stack: Annotated[str, Pattern(r"[a-z][a-z0-9-]{0,62}", "a stack name of lower-case letters, digits and hyphens")]
    """The owner of everything below; unique in the account."""
    account: Annotated[str, Pattern(r"\d{12}", "an account id of twelve digits")] | None = None
    """A guard: refuse to run against any other account."""
    region: Annotated[str, Pattern(r"[a-z]{2,}(-[a-z]+)+-\d+", "a region such as eu-west-1")] | None = None
    """The region of the stack; the session's, if left out."""
    tags: Tags = {}
    """Tags of every resource of the stack."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What ``${aws.…}`` stands for; placeholders where nobody has asked AWS."""

    account_id: str = "000000000000"
    region: str = "us-east-1"
    partition: str = "aws"


@dataclass(frozen=True, slots=True)
class Stack:
    """The resources of a stack by address, implied ones included, and where each was written."""

    name: str
    account: str | None
    region: str | None
    tags: Mapping[str, str]
    resources: Mapping[Address, ResourceSpec]
    implied: frozenset[Address] = frozenset()
    sources: Mapping[Address, Source] = field(default_factory=dict, repr=False, compare=False)
    uses_environment: bool = False
    """Whether ``${aws.…}`` is written somewhere, so that it must be built again once AWS has been asked."""

    def at(self, address: Address, path: Path = ()) -> Location | None:
        """Where a field was written, or its nearest ancestor; an implied resource is where its bearer is."""
        bearer = Address("db_instance", address.name.partition("~")[0]) if "~" in address.name else address
        source = self.sources.get(bearer)
        return source.at(("resources", bearer.kind, bearer.name, *path)) if source else None

    def aws_name(self, address: Address) -> str:
        """The name at AWS of one of its resources."""
        return resources.kind(address.kind).aws_name(self.name, address.name, self.resources[address])


def build(sources: Sequence[Source], environment: Environment | None = None) -> Stack:
    """The stack that these files declare. Raises `SpecError` with every problem found."""
    problems: list[Problem] = []
    written = sources
    sources = [_filled(source, environment or Environment(), problems) for source in written]
    header = _header(sources, problems)
    declared, where = _resources(sources, problems)
    implied = _implied(declared)
    stack = Stack(
        name=header.stack if header else "",
        account=header.account if header else None,
        region=header.region if header else None,
        tags=header.tags if header else {},
        resources={**declared, **implied},
        implied=frozenset(implied),
        sources=where,
        uses_environment=any(old.data != new.data for old, new in zip(written, sources, strict=True)),
    )
    problems.extend(_across(stack))
    if problems:
        raise SpecError(sorted(set(problems), key=_order))
    return stack


def _order(problem: Problem) -> tuple[str, int, int, str]:
    at = problem.location
    return (at.file, at.line, at.column, problem.what) if at else ("", 0, 0, problem.what)


def _filled(source: Source, environment: Environment, problems: list[Problem]) -> Source:
    """The source with ``${aws.…}`` replaced, keeping each text's own type (quoted or not)."""
    unknown: set[str] = set()

    def leaf(value: Any) -> Any:
        if not isinstance(value, str) or "${aws." not in value:
            return value

        def known(match: re.Match[str]) -> str:
            name = match.group(1)
            if name not in Environment.__dataclass_fields__:
                unknown.add(name)
            return str(getattr(environment, name, ""))

        return type(value)(_AWS.sub(known, value))

    def convert(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: convert(item) for key, item in value.items()}
        return [convert(item) for item in value] if isinstance(value, list) else leaf(value)

    filled = replace(source, data=convert(source.data))
    for path, value in leaves(source.data):
        for name in _AWS.findall(value) if isinstance(value, str) else ():
            if name in unknown:
                what = f"${{aws.{name}}} is not known"
                problems.append(Problem(what, "use account_id, region or partition", source.at(path)))
    return filled


def _header(sources: Sequence[Source], problems: list[Problem]) -> Header | None:
    """The headers of all files as one; what two of them say differently is a problem."""
    merged: dict[str, Any] = {}
    first: dict[str, Source] = {}
    for source in sources:
        for key, value in source.data.items():
            if key == "resources":
                continue
            if key in merged and merged[key] != value:
                other = first[key].at((key,))
                what = f"{key!r} differs from {other}"
                problems.append(Problem(what, "write the same in every file of the stack", source.at((key,))))
            merged.setdefault(key, value)
            first.setdefault(key, source)
        for needed in ("version", "stack"):
            if needed not in source.data:
                example = "version: 1" if needed == "version" else "stack: orders"
                problems.append(Problem(f"{needed!r} is missing", f"add {example!r} at the top", source.at(())))
    try:
        return Header.model_validate(merged)
    except ValidationError as error:
        for entry in error.errors():
            if entry["type"] != "missing":  # said for every file above
                source = first[str(entry["loc"][0])]
                problems.append(problem_of(entry, Header, source, (), merged))
        return None


def _resources(
    sources: Sequence[Source], problems: list[Problem]
) -> tuple[dict[Address, ResourceSpec], dict[Address, Source]]:
    declared: dict[Address, ResourceSpec] = {}
    where: dict[Address, Source] = {}
    written = False
    for source in sources:
        sections = source.data.get("resources", {})
        if not isinstance(sections, dict):
            what = "'resources' is not a mapping of kinds"
            problems.append(Problem(what, "write kinds below it, such as kms_key:", source.at(("resources",))))
            written = True
            continue
        for name, section in sections.items():
            path: Path = ("resources", name)
            kind = resources.KINDS_BY_NAME.get(name)
            if kind is None:
                written = True
                guess = closest(name, resources.KINDS_BY_NAME)
                fix = f"did you mean {guess!r}?" if guess else f"use one of {', '.join(resources.KINDS_BY_NAME)}"
                problems.append(Problem(f"there is no kind {name!r}", fix, source.key_at(path)))
                continue
            if not isinstance(section, dict):
                written = True
                fix = f"write names below it, such as orders: {{…}}, or leave {name} out"
                problems.append(Problem(f"{name!r} holds no resources", fix, source.at(path)))
                continue
            for key, data in section.items():
                written = True
                address = Address(name, key)
                if not re.fullmatch(KEY.pattern, key):
                    problems.append(Problem(f"{key!r} is not {KEY.what}", "rename it", source.key_at((*path, key))))
                elif address in where:
                    other = where[address].key_at((*path, key))
                    what = f"{address} is declared at {other} already"
                    problems.append(Problem(what, "keep one of the two", source.key_at((*path, key))))
                elif (spec := _spec(kind, source, address, data, problems)) is not None:
                    declared[address] = spec
                where.setdefault(address, source)
    if not written:
        at = sources[0].at(()) if sources else None
        problems.append(Problem("the stack has no resources", "declare some below 'resources:'", at))
    return declared, where


def _spec(kind: Kind[Any], source: Source, address: Address, data: Any, problems: list[Problem]) -> ResourceSpec | None:
    path: Path = ("resources", address.kind, address.name)
    if data is None:
        data = {}
    try:
        spec: ResourceSpec = kind.spec.model_validate(data)
    except ValidationError as error:
        problems.extend(problem_of(entry, kind.spec, source, path, data) for entry in error.errors())
        return None
    for name in spec.ignore:
        if name not in kind.spec.model_fields:
            what = f"{kind.name} has no field {name!r} to ignore"
            problems.append(Problem(what, _suggestion(name, kind.spec.model_fields), source.at((*path, "ignore"))))
    problems.extend(
        Problem(complaint.what, complaint.fix, source.at((*path, *complaint.path)))
        for complaint in kind.check(address.name, spec)
    )
    return spec


def _implied(declared: dict[Address, ResourceSpec]) -> dict[Address, ResourceSpec]:
    """Resources that others bring along; the bearer's field then refers to them."""
    found: dict[Address, ResourceSpec] = {}
    for address, spec in list(declared.items()):
        implied = resources.kind(address.kind).implied(address.name, spec)
        if implied:
            target = Address(implied.kind, implied.name)
            found[target] = resources.kind(implied.kind).spec.model_validate(dict(implied.fields))
            declared[address] = spec.model_copy(update={implied.field: Ref(target, implied.attribute)})
    return found


def _across(stack: Stack) -> Iterator[Problem]:
    yield from _references(stack)
    scope = Scope(stack.account or "", stack.region or "", "aws", stack.name)
    names: dict[tuple[str, str], Address] = {}
    for address in sorted(stack.resources):
        spec = stack.resources[address]
        kind = resources.kind(address.kind)
        identity = kind.identity(stack.aws_name(address), spec, scope)
        other = names.setdefault((address.kind, identity), address)
        if other != address:
            what = f"{address} and {other} have the same name at AWS, {stack.aws_name(address)!r}"
            yield Problem(what, "give one of them another 'name:'", stack.at(address))
        if kind.taggable and len({**stack.tags, **getattr(spec, "tags", {})}) > ownership.USER_TAGS:
            what = f"{address} has more than {ownership.USER_TAGS} tags"
            yield Problem(what, "AWS allows 50, of which some are ours: use fewer", stack.at(address, ("tags",)))


def _references(stack: Stack) -> Iterator[Problem]:
    for address in sorted(stack.resources):
        for path, leaf in leaves(values_of(stack.resources[address])):
            for ref in refs_in(leaf):
                if ref.target not in stack.resources and ref.target not in stack.sources:
                    siblings = [str(known) for known in stack.resources]
                    fix = _suggestion(str(ref.target), siblings, otherwise="declare it, or write an id or a name")
                    yield Problem(f"there is no {ref.target} in this stack", fix, stack.at(address, path))
                elif ref.attribute not in (exports := resources.kind(ref.target.kind).exports):
                    fix = _suggestion(ref.attribute, exports)
                    yield Problem(f"{ref.target.kind} has no attribute {ref.attribute!r}", fix, stack.at(address, path))


def _suggestion(word: str, known: Any, otherwise: str = "") -> str:
    guess = closest(word, known)
    return f"did you mean {guess!r}?" if guess else otherwise or f"use one of {', '.join(sorted(known))}"
