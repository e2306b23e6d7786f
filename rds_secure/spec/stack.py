"""A stack: what the files of one folder declare, checked as far as that goes without AWS. Nothing is called here.

Checks go from the outside in: the header of every file, then each resource by its kind's spec type, then what needs
several fields (`Kind.check`), then what needs several resources: references, names, tags. All problems are collected.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from pydantic import ValidationError

from rds_secure import ownership, resources
from rds_secure.errors import Location, Problem, SpecError
from rds_secure.fields import Part, Pattern, ResourceSpec, Str, Tags, values_of
from rds_secure.interpolation import KEY, Invalid, interpolate, shown
from rds_secure.kind import Kind, Scope
from rds_secure.spec.complaints import meant, problems_of
from rds_secure.spec.environment import Environment, filled
from rds_secure.spec.expect import Expectation, Expected, expectations
from rds_secure.spec.guardrails import Tightened, Tightening, Waived, Waiver, tightening, waivers
from rds_secure.spec.source import Path, Source
from rds_secure.spec.suggest import closest, suggestion
from rds_secure.spec.transfer import Moved, Removed, Safety, Transfers, transfers
from rds_secure.values import Address, Ref, leaves
from rds_secure.values import refs as refs_in

_MADE_OF = "lower-case letters, digits and hyphens, a letter first, at most 63"
_ADDRESS = rf"[a-z_]+\.{KEY}"
_FEWER_TAGS = f"use at most {ownership.USER_TAGS}; AWS allows 50, and some are ours"  # ANY-2
_LISTED = ("adopt", "moved", "removed", "expect", "waivers")  # every file has entries of its own


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
    adopt: dict[Annotated[str, Pattern(_ADDRESS, "an address: kind.key, such as kms_key.data")], Str | None] = {}
    """What exists already and becomes the stack's: kind.key → its id, ARN or name; null: found by its AWS name.
    While a line stands here, fields that are not written stay as they are."""
    moved: tuple[Moved, ...] = ()
    """Resources that go by another key from now on, or belong to another stack. Nothing is renamed at AWS."""
    removed: tuple[Removed, ...] = ()
    """What is declared no longer and is to be let go, or to be deleted although data is lost with it."""
    safety: Safety = Safety()
    """How many deletions pass in one apply."""
    expect: tuple[Expectation, ...] = ()
    """Access as a test: what must be so of the account as every plan would leave it."""
    waivers: tuple[Waiver, ...] = ()
    """What somebody answers for although a rule of security finds fault with it, until a day."""
    guardrails: Tightening = Tightening()
    """What is asked of this stack beyond what binds it anyway."""


@dataclass(frozen=True, slots=True)
class Stack:
    """The resources of a stack by address, implied ones included, and where each was written."""

    name: str
    account: str | None
    region: str | None
    tags: Mapping[str, str]
    resources: Mapping[Address, ResourceSpec]
    adopt: Mapping[Address, str | None] = field(default_factory=dict)
    """What exists already and becomes the stack's, and how it is found: by its id, ARN or name; None: by its name."""
    transfers: Transfers = field(default_factory=Transfers)
    """What changes hands: moved, given, taken, removed."""
    safety: Safety = field(default_factory=Safety)
    expectations: tuple[Expected, ...] = ()
    waivers: tuple[Waived, ...] = ()
    tightening: Tightened = field(default_factory=Tightened)
    """What `guardrails:` asks for."""
    bearers: Mapping[Address, Address] = field(default_factory=dict)
    """Each implied resource, and the one that brings it along."""
    sources: Mapping[Address, Source] = field(default_factory=dict, repr=False, compare=False)
    uses_environment: bool = False
    """Whether ``${aws.…}`` is written somewhere, so that it must be built again once AWS has been asked."""

    def at(self, address: Address, path: Path = ()) -> Location | None:
        """Where a field was written, or its nearest ancestor; an implied resource is where its bearer is."""
        written = self.bearers.get(address, address)
        source = self.sources.get(written)
        return source.at(("resources", written.kind, written.name, *path)) if source else None

    def place(self, address: Address, path: Path = ()) -> Location | None:
        """Where a field was written; of what is not, where the key of its resource stands."""
        written = self.bearers.get(address, address)
        source, whole = self.sources.get(written), ("resources", written.kind, written.name)
        if source is None:
            return None
        found = source.at((*whole, *path))
        return source.key_at(whole) if found == source.at(whole) else found

    def emptied(self) -> Stack:
        """The same stack without its resources, as `destroy` plans it.

        What is given to others stays theirs to take, and what ``removed:`` lets go is let go; data that it would delete
        is left to an apply, which asks for it by its name. Nothing is expected of what goes.
        """
        freed = {address: entry for address, entry in self.transfers.removed.items() if entry.keep}
        transfers = Transfers(given=self.transfers.given, removed=freed)
        return replace(self, resources={}, adopt={}, transfers=transfers, expectations=())

    def aws_name(self, address: Address) -> str:
        """The name at AWS of one of its resources."""
        return resources.kind(address.kind).aws_name(self.name, address.name, self.resources[address])


def build(sources: Sequence[Source], environment: Environment | None = None, *, complete: bool = True) -> Stack:
    """The stack that these files declare. Raises `SpecError` with every problem found.

    Where not all that is written could be read (not ``complete``), nothing is called missing.
    """
    unknown = _Findings(complete)
    found = _Findings(complete)
    written = sources
    sources = [filled(source, environment or Environment(), unknown.add) for source in written]
    header = _header(sources, found)
    declared, where = _resources(sources, found)
    if _lacks_resources(sources):
        at = sources[0].at(("resources",)) if sources else None
        found.missing("the stack has no resources", "declare some below 'resources:'", at)
    adopt = _adopted(sources, declared, where, found) if header else {}
    bearers = _implied(declared, adopt)
    stack = Stack(
        name=header.stack if header else "",
        account=header.account if header else None,
        region=header.region if header else None,
        tags=header.tags if header else {},
        resources=declared,
        adopt=adopt,
        transfers=transfers(header.stack, sources, where, found.missing) if header else Transfers(),
        safety=header.safety if header else Safety(),
        expectations=expectations(sources, found.missing) if header else (),
        waivers=waivers(header.stack, sources) if header else (),
        tightening=tightening(header.guardrails, sources) if header else Tightened(),
        bearers=bearers,
        sources=where,
        uses_environment=any(old.data != new.data for old, new in zip(written, sources, strict=True)),
    )
    _across(stack, found)
    if problems := collected(unknown.problems, found.problems):
        raise SpecError(problems)
    return stack


@dataclass(frozen=True, slots=True)
class _Findings:
    """The problems that were found; none that something is missing, unless all that is written could be read."""

    complete: bool
    problems: list[Problem] = field(default_factory=list)
    unbound: list[tuple[Ref, Location]] = field(default_factory=list)
    """References of resources that are no specs yet, because something else is wrong with them."""

    def add(self, what: str, fix: str, at: Location | None) -> None:
        self.problems.append(Problem(what, fix, at))

    def missing(self, what: str, fix: str, at: Location | None) -> None:
        if self.complete:
            self.add(what, fix, at)


def collected(first: Iterable[Problem], then: Iterable[Problem]) -> list[Problem]:
    """Problems in the order of the files; those of ``then`` that stand where one of ``first`` does are its echo."""
    told = {problem.location for problem in first if problem.location}
    return sorted({*first, *(problem for problem in then if problem.location not in told)}, key=_order)


def _order(problem: Problem) -> tuple[str, int, int, str]:
    at = problem.location
    return (at.file, at.line, at.column, problem.what) if at else ("", 0, 0, problem.what)


def _header(sources: Sequence[Source], found: _Findings) -> Header | None:
    """The headers of all files as one; what two of them say differently is a problem."""
    merged: dict[str, Any] = {}
    first: dict[str, Source] = {}
    sound = True
    for source in sources:
        written = {key: value for key, value in source.data.items() if key != "resources"}
        for needed, example in (("version", "version: 1"), ("stack", "stack: orders")):
            if needed not in written:
                sound = False
                found.missing(f"{needed!r} is missing", f"add {example!r} at the top", source.at(()))
        try:
            Header.model_validate({"version": "1", "stack": "a", **written})  # that one is missing was just said
        except ValidationError as error:
            found.problems.extend(problems_of(error, Header, source, (), written, complete=found.complete))
            sound = False
            continue
        for key, value in written.items():
            if key not in _LISTED and merged.setdefault(key, value) != value:
                what = f"{key!r} differs from {first[key].at((key,))}"
                found.add(what, "write the same in every file of the stack", source.at((key,)))
            first.setdefault(key, source)
    if not (sources and sound):
        return None
    header = Header.model_validate(merged)
    if len(header.tags) > ownership.USER_TAGS:
        found.add(f"the stack has {len(header.tags)} tags", _FEWER_TAGS, first["tags"].at(("tags",)))
    return header


def _lacks_resources(sources: Sequence[Source]) -> bool:
    """Whether nothing is declared at all, and no other word stands in the place of ``resources:``."""
    keys = {key for source in sources for key in source.data}
    return keys <= set(Header.model_fields) and not any(source.data.get("resources") for source in sources)


def _resources(
    sources: Sequence[Source], found: _Findings
) -> tuple[dict[Address, ResourceSpec], dict[Address, Source]]:
    declared: dict[Address, ResourceSpec] = {}
    where: dict[Address, Source] = {}
    for source in sources:
        for kind, section in _sections(source, found):
            for key, data in section.items():
                address = Address(kind.name, key)
                path: Path = ("resources", kind.name, key)
                if not re.fullmatch(KEY, key):
                    found.add(f"{shown(key)} cannot be the key of a resource", f"use {_MADE_OF}", source.key_at(path))
                elif address in where:
                    what = f"{address} is declared at {where[address].key_at(path)} already"
                    found.add(what, "keep one of the two", source.key_at(path))
                elif (spec := _spec(kind, source, address, data, found)) is not None:
                    declared[address] = spec
                where.setdefault(address, source)
    return declared, where


def _adopted(
    sources: Sequence[Source],
    declared: Mapping[Address, ResourceSpec],
    where: Mapping[Address, Source],
    found: _Findings,
) -> dict[Address, str | None]:
    """What all files list below ``adopt:``."""
    adopt: dict[Address, str | None] = {}
    for source in sources:
        for text, value in (source.data.get("adopt") or {}).items():
            address, at = Address.parse(text), source.key_at(("adopt", text))
            kind = resources.KINDS_BY_NAME.get(address.kind)
            if kind is None:
                found.add(f"there is no kind {address.kind!r}", suggestion(address.kind, resources.KINDS_BY_NAME), at)
            elif not kind.adoptable:
                what = f"{text} cannot be adopted: it is a setting of something else, which takes no tags of its own"
                found.add(what, "take the line out: what is declared is found at what it is a setting of", at)
            elif address in adopt:
                found.add(f"{text} is adopted twice", "keep one of the two lines", at)
            elif address not in where:
                fix = f"declare it below 'resources:', or did you mean another {kind.title}?"
                found.missing(f"{text} is adopted, and not declared", fix, at)
            elif address in declared:
                adopt[address] = value
    return adopt


def _sections(source: Source, found: _Findings) -> Iterator[tuple[Kind[Any], dict[str, Any]]]:
    """The resources of a file, kind by kind."""
    sections = source.data.get("resources") or {}
    if not isinstance(sections, dict):
        fix = "write kinds below it, such as 'kms_key:'"
        found.add("'resources' is not a mapping of kinds", fix, source.at(("resources",)))
        return
    for name, section in sections.items():
        path: Path = ("resources", name)
        kind = resources.KINDS_BY_NAME.get(name)
        if kind is None:
            fix = suggestion(name, resources.KINDS_BY_NAME)
            found.add(f"there is no kind {shown(name)}", fix, source.key_at(path))
        elif not isinstance(section, dict) or not section:
            fix = f"write keys below it, such as 'orders:', or leave {name} out"
            found.missing(f"{name!r} holds no resources", fix, source.at(path))
        else:
            yield kind, section


def _spec(kind: Kind[Any], source: Source, address: Address, data: Any, found: _Findings) -> ResourceSpec | None:
    path: Path = ("resources", address.kind, address.name)
    if data is None:
        data = {}
    try:
        spec: ResourceSpec = kind.spec.model_validate(data)
    except ValidationError as error:
        found.problems.extend(problems_of(error, kind.spec, source, path, data, complete=found.complete))
        _beside(kind, source, address, data, {str(item["loc"][0]) for item in error.errors() if item["loc"]}, found)
        return None
    for index, name in enumerate(spec.ignore):
        if name not in kind.spec.model_fields:
            what = f"{kind.name} has no field {shown(name)} to ignore"
            found.add(what, meant(name, kind.spec), source.at((*path, "ignore", index)))
    for complaint in kind.check(address.name, spec):  # these may be that something is missing
        found.missing(complaint.what, complaint.fix, source.at((*path, *complaint.path)))
    return spec


def _beside(kind: Kind[Any], source: Source, address: Address, data: Any, bad: set[str], found: _Findings) -> None:
    """What is wrong with a resource beside its bad fields: its references, and rules about the other fields."""
    path: Path = ("resources", address.kind, address.name)
    rest = {name: value for name, value in data.items() if name not in bad} if isinstance(data, dict) else {}
    for inside, leaf in leaves(rest):
        with suppress(Invalid):
            written = interpolate(leaf, document=True) if isinstance(leaf, str) else None
            found.unbound.extend((ref, source.at((*path, *inside))) for ref in refs_in(written))
    with suppress(ValidationError):  # where a bad field is required, the rules that need it cannot be asked
        for complaint in kind.check(address.name, kind.spec.model_validate(rest)):
            if complaint.path and complaint.path[0] not in bad:
                found.missing(complaint.what, complaint.fix, source.at((*path, *complaint.path)))


def _implied(declared: dict[Address, ResourceSpec], adopt: Container[Address]) -> dict[Address, Address]:
    """Adds what resources bring along, and lets the bearer's field refer to it: implied resource → its bearer.

    Never for what is adopted: it keeps what it has (meaning §4).
    """
    bearers: dict[Address, Address] = {}
    for address, spec in list(declared.items()):
        if address in adopt:
            continue
        if implied := resources.kind(address.kind).implied(address.name, spec):
            target = Address(implied.kind, implied.name)
            declared[target] = resources.kind(implied.kind).spec.model_validate(dict(implied.fields))
            declared[address] = spec.model_copy(update={implied.field: Ref(target, implied.attribute)})
            bearers[target] = address
    return bearers


def _across(stack: Stack, found: _Findings) -> None:
    scope = Scope(stack.account or "", stack.region or "", "aws", stack.name)
    names: dict[tuple[str, str], Address] = {}
    for address in sorted(stack.resources):
        spec = stack.resources[address]
        kind = resources.kind(address.kind)
        for path, leaf in leaves(values_of(spec)):
            for ref in refs_in(leaf):
                _reference(ref, stack, found, stack.at(address, path))
        for complaint in kind.check_beside(address.name, spec, stack.resources):
            found.missing(complaint.what, complaint.fix, stack.at(address, complaint.path))
        other = names.setdefault((kind.name, kind.identity(stack.aws_name(address), spec, scope)), address)
        if other != address:
            if "name" in kind.spec.model_fields:
                what = f"{address} and {other} have the same name at AWS, {stack.aws_name(address)!r}"
                found.add(what, "give one of them another 'name:'", stack.at(address))
            else:
                found.add(f"{address} and {other} are the same thing at AWS", "keep one of them", stack.at(address))
        tags = len({**stack.tags, **getattr(spec, "tags", {})})
        if kind.taggable and tags > ownership.USER_TAGS >= len(stack.tags):
            what = f"{address}, with those of the stack, has {tags} tags"
            found.add(what, _FEWER_TAGS, stack.at(address, ("tags",)))

    for entry in stack.expectations:
        for ref in refs_in(values_of(entry.expectation)):
            _reference(ref, stack, found, entry.at)
    for waived in stack.waivers:
        if isinstance(waived.waiver.resource, Ref):
            _reference(waived.waiver.resource, stack, found, waived.at)
    for ref, at in found.unbound:
        _reference(ref, stack, found, at)


def _reference(ref: Ref, stack: Stack, found: _Findings, at: Location | None) -> None:
    kind = resources.KINDS_BY_NAME.get(ref.target.kind)
    if kind is None:
        fix = suggestion(ref.target.kind, resources.KINDS_BY_NAME)
        found.add(f"there is no kind {ref.target.kind!r}", fix, at)
    elif ref.target not in stack.resources and ref.target not in stack.sources:
        declared = (stack.resources.keys() | stack.sources.keys()) - stack.bearers.keys()
        guess = closest(ref.target.name, [address.name for address in declared if address.kind == kind.name])
        fix = f"did you mean '{kind.name}.{guess}'?" if guess else "declare it, or write an id or a name"
        found.missing(f"there is no {ref.target} in this stack", fix, at)
    elif ref.attribute and ref.attribute not in kind.exports:
        fix = suggestion(ref.attribute, kind.exports)
        found.add(f"{kind.name} has no attribute {ref.attribute!r}", fix, at)
