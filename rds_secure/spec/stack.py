"""A stack: what the files of one folder declare, checked as far as that goes without AWS. Nothing is called here.

Checks go from the outside in: the header of every file, then each resource by its kind's spec type, then what needs
several fields (`Kind.check`), then what needs several resources: references, names, tags. All problems are collected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Annotated, Any, Literal

from pydantic import ValidationError

from rds_secure import ownership, resources
from rds_secure.errors import Location, Problem, SpecError
from rds_secure.fields import Part, Pattern, ResourceSpec, Tags, values_of
from rds_secure.interpolation import shown
from rds_secure.kind import Kind, Scope
from rds_secure.spec.complaints import meant, problem_of
from rds_secure.spec.source import Path, Source
from rds_secure.spec.suggest import closest
from rds_secure.values import Address, Ref, leaves
from rds_secure.values import refs as refs_in

KEY = r"[a-z][a-z0-9-]{0,62}"
"""A resource's key, and a stack's name."""

_MADE_OF = "lower-case letters, digits and hyphens, a letter first, at most 63"
_FILLED = ("resources", "tags")
_AWS = re.compile(r"\$\{aws\.([^{}]*)\}")


class Header(Part):
    """The top of a spec file."""

    version: Literal["1"]
    """The version of this language; it pins the defaults: an upgrade of the tool never changes what a spec means."""
    stack: Annotated[str, Pattern(KEY, f"a stack name: {_MADE_OF}")]
    """The owner of everything below; unique in the account."""
    account: Annotated[str, Pattern(r"[0-9]{12}", "an account id: twelve digits")] | None = None
    """A guard: refuse to run against any other account."""
    region: Annotated[str, Pattern(r"[a-z]{2,}(-[a-z]+)+-[0-9]+", "a region such as eu-west-1")] | None = None
    """The region of the stack; the session's, if left out."""
    tags: Tags = {}
    """Tags of every resource of the stack."""
    resources: Mapping[str, Any] = {}
    """What the stack owns, by kind and key."""


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


def build(sources: Sequence[Source], environment: Environment | None = None, *, complete: bool = True) -> Stack:
    """The stack that these files declare. Raises `SpecError` with every problem found.

    Where files of the stack could not be read (not ``complete``), what may be in them is not called missing.
    """
    unknown: list[Problem] = []
    problems: list[Problem] = []
    written = sources
    sources = [_filled(source, environment or Environment(), unknown) for source in written]
    header = _header(sources, problems)
    declared, where = _resources(sources, problems)
    if complete and _lacks_resources(sources):
        at = sources[0].at(("resources",)) if sources else None
        problems.append(Problem("the stack has no resources", "declare some below 'resources:'", at))
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
    problems.extend(_across(stack, complete=complete))
    if found := collected(unknown, problems):
        raise SpecError(found)
    return stack


def collected(first: Iterable[Problem], then: Iterable[Problem]) -> list[Problem]:
    """Problems in the order of the files; those of ``then`` that stand where one of ``first`` does are its echo."""
    told = {problem.location for problem in first if problem.location}
    return sorted({*first, *(problem for problem in then if problem.location not in told)}, key=_order)


def _order(problem: Problem) -> tuple[str, int, int, str]:
    at = problem.location
    return (at.file, at.line, at.column, problem.what) if at else ("", 0, 0, problem.what)


def _filled(source: Source, environment: Environment, problems: list[Problem]) -> Source:
    """The source with ``${aws.…}`` replaced, keeping each text's own type (quoted or not).

    Not in what says where the stack lives, and whose it is: that must be known before AWS is asked.
    """
    known = asdict(environment)

    def fill(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: fill(item) for key, item in value.items()}
        if isinstance(value, list):
            return [fill(item) for item in value]
        return type(value)(_AWS.sub(lambda found: known.get(found[1], found[0]), value)) if value else value

    for path, value in leaves(source.data):
        for name in _AWS.findall(value or "") if path[0] in _FILLED else ():
            if name not in known:
                fix = _suggestion(f"${{aws.{name}}}", [f"${{aws.{fact}}}" for fact in known])
                problems.append(Problem(f"${{aws.{name}}} is not known", fix, source.at(path)))
    return replace(source, data={key: fill(item) if key in _FILLED else item for key, item in source.data.items()})


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
        header = Header.model_validate(merged)
        if len(header.tags) > ownership.USER_TAGS:
            problems.append(_tagged("the stack", len(header.tags), first["tags"].at(("tags",))))
        return header
    except ValidationError as error:
        for entry in error.errors():
            if entry["type"] != "missing":  # said for every file above
                source = first[str(entry["loc"][0])]
                problems.append(problem_of(entry, Header, source, (), merged))
        return None


def _lacks_resources(sources: Sequence[Source]) -> bool:
    """Whether nothing is declared at all, and no other word stands in the place of ``resources:``."""
    keys = {key for source in sources for key in source.data}
    return keys <= set(Header.model_fields) and not any(source.data.get("resources") for source in sources)


def _resources(
    sources: Sequence[Source], problems: list[Problem]
) -> tuple[dict[Address, ResourceSpec], dict[Address, Source]]:
    declared: dict[Address, ResourceSpec] = {}
    where: dict[Address, Source] = {}
    for source in sources:
        for kind, section in _sections(source, problems):
            for key, data in section.items():
                address = Address(kind.name, key)
                path: Path = ("resources", kind.name, key)
                if not re.fullmatch(KEY, key):
                    what = f"{shown(key)} cannot be the key of a resource"
                    problems.append(Problem(what, f"use {_MADE_OF}", source.key_at(path)))
                elif address in where:
                    what = f"{address} is declared at {where[address].key_at(path)} already"
                    problems.append(Problem(what, "keep one of the two", source.key_at(path)))
                elif (spec := _spec(kind, source, address, data, problems)) is not None:
                    declared[address] = spec
                where.setdefault(address, source)
    return declared, where


def _sections(source: Source, problems: list[Problem]) -> Iterator[tuple[Kind[Any], dict[str, Any]]]:
    """The resources of a file, kind by kind."""
    sections = source.data.get("resources") or {}
    if not isinstance(sections, dict):
        what = "'resources' is not a mapping of kinds"
        problems.append(Problem(what, "write kinds below it, such as 'kms_key:'", source.at(("resources",))))
        return
    for name, section in sections.items():
        path: Path = ("resources", name)
        kind = resources.KINDS_BY_NAME.get(name)
        if kind is None:
            fix = _suggestion(name, resources.KINDS_BY_NAME)
            problems.append(Problem(f"there is no kind {shown(name)}", fix, source.key_at(path)))
        elif not isinstance(section, dict) or not section:
            fix = f"write keys below it, such as 'orders:', or leave {name} out"
            problems.append(Problem(f"{name!r} holds no resources", fix, source.at(path)))
        else:
            yield kind, section


def _spec(kind: Kind[Any], source: Source, address: Address, data: Any, problems: list[Problem]) -> ResourceSpec | None:
    path: Path = ("resources", address.kind, address.name)
    if data is None:
        data = {}
    try:
        spec: ResourceSpec = kind.spec.model_validate(data)
    except ValidationError as error:
        problems.extend(problem_of(entry, kind.spec, source, path, data) for entry in error.errors())
        return None
    for index, name in enumerate(spec.ignore):
        if name not in kind.spec.model_fields:
            what = f"{kind.name} has no field {shown(name)} to ignore"
            problems.append(Problem(what, meant(name, kind.spec), source.at((*path, "ignore", index))))
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


def _across(stack: Stack, *, complete: bool) -> Iterator[Problem]:
    for address in sorted(stack.resources):
        for path, leaf in leaves(values_of(stack.resources[address])):
            for ref in refs_in(leaf):
                if said := _dangling(ref, stack, complete=complete):
                    yield Problem(*said, stack.at(address, path))
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
        tags = len({**stack.tags, **getattr(spec, "tags", {})})
        if kind.taggable and tags > ownership.USER_TAGS >= len(stack.tags):
            yield _tagged(f"{address}, with those of the stack,", tags, stack.at(address, ("tags",)))


def _tagged(what: str, count: int, location: Location | None) -> Problem:
    fix = f"use at most {ownership.USER_TAGS}; AWS allows 50, and some are ours"  # ANY-2
    return Problem(f"{what} has {count} tags", fix, location)


def _dangling(ref: Ref, stack: Stack, *, complete: bool) -> tuple[str, str] | None:
    """What is wrong with a reference, and what to do about it."""
    kind = resources.KINDS_BY_NAME.get(ref.target.kind)
    if kind is None:
        return f"there is no kind {ref.target.kind!r}", _suggestion(ref.target.kind, resources.KINDS_BY_NAME)
    if ref.target not in stack.resources and ref.target not in stack.sources:
        fix = _suggestion(str(ref.target), map(str, stack.resources), otherwise="declare it, or write an id or a name")
        return (f"there is no {ref.target} in this stack", fix) if complete else None
    if ref.attribute not in kind.exports:
        return f"{kind.name} has no attribute {ref.attribute!r}", _suggestion(ref.attribute, kind.exports)
    return None


def _suggestion(word: str, known: Iterable[str], otherwise: str = "") -> str:
    choices = sorted(known)
    guess = closest(word, choices)
    return f"did you mean {guess!r}?" if guess else otherwise or f"use one of {', '.join(choices)}"
