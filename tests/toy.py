"""Kinds for tests only, with a field of every mode, and an account that holds their objects. No kind of the product.

`ToyAccount` is as strict as AWS where the order of calls matters: what is referred to must exist when the call comes,
names are unique, and what something still refers to cannot be deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

import pytest

from rds_secure import ownership, resources
from rds_secure.errors import CallError
from rds_secure.fields import (
    VPC,
    Bool,
    Document,
    Field,
    Int,
    Mentions,
    Mode,
    Named,
    OrLookup,
    Part,
    Reference,
    ResourceSpec,
    Str,
    Tagged,
    plain,
    values_of,
)
from rds_secure.kind import Change, Complaint, Found, Kind, Live, Reader, Resource, Scope, Stateful, Wanted
from rds_secure.live import Identity, Snapshot, read_live
from rds_secure.operation import Operation
from rds_secure.ownership import Owner
from rds_secure.plan import Deletion, Plan, plan
from rds_secure.spec import Stack
from rds_secure.values import Address, Lookup, Ref, Value, refs
from tests.fakes import FakeCaller, FakeReader, error

NAMES = ("toy", "vault", "chest", "mould", "label", "badge", "crowd")
IDENTITY = Identity("123456789012", "eu-west-1", "aws", "arn:aws:iam::123456789012:user/dana")
SCOPE = Scope(IDENTITY.account, IDENTITY.region, IDENTITY.partition, "orders")

ToyId = Annotated[Ref | Lookup | str, Reference(NAMES, "id", r"id-[0-9]+", "an id such as id-1")]
SubnetId = Annotated[Ref | Lookup | str, Reference((), "id", r"subnet-[0-9a-f]+", "a subnet id", lookup="subnet")]


class Peer(Part):
    """A member of a set, told from others by whom it names; its note is not part of its identity."""

    to: Annotated[ToyId, Field()]
    note: Annotated[Str | None, Field()] = None


class Shelf(Part):
    """A nested part."""

    books: Annotated[tuple[Str, ...], Field(as_set=True, shared=True)] = ()
    label: Annotated[Str | None, Field(Mode.ADOPT)] = None
    wood: Annotated[Str, Field(Mode.CREATE_ONLY)] = "oak"


class ToySpec(Named, Tagged, ResourceSpec):
    """A field of every mode."""

    colour: Annotated[Str, Field(applies="window")] = "grey"
    size: Annotated[Int, Field(Mode.FLOOR, applies="window")] = 1
    weight: Annotated[Int | None, Field(Mode.ADOPT, applies="now")] = None
    material: Annotated[Str, Field(Mode.CREATE_ONLY, applies="never")] = "wood"
    remark: Annotated[Str | None, Field(Mode.NOTED, applies="never")] = None
    release: Annotated[Str | None, Field(Mode.PREFIX)] = None
    parts: Annotated[tuple[Str, ...], Field(as_set=True, applies="reboot")] = ()
    guests: Annotated[tuple[Str, ...], Field(as_set=True, shared=True)] = ()
    settings: Annotated[dict[str, Str], Field()] = {}
    policy: Annotated[Document | None, Mentions(NAMES, "arn"), Field(document=True)] = None
    shelf: Annotated[Shelf, Field()] = Shelf()
    partner: Annotated[ToyId | None, Field()] = None
    house: Annotated[ToyId | None, Field(applies="window")] = None
    peers: Annotated[tuple[Peer, ...], Field(as_set=True)] = ()
    vpc: Annotated[Ref | Lookup | str | None, VPC, Field(Mode.ADOPT)] = None
    subnets: Annotated[tuple[SubnetId, ...], OrLookup(), Field(Mode.META)] = ()
    exclusive: Annotated[Bool, Field(Mode.META)] = True
    when: Annotated[Literal["now", "window"], Field(Mode.META)] = "window"


_OURS = ("ignore", "name", "tags", "exclusive", "when", "subnets")
_FILLED = {"weight": 10, "release": "1.7"}
"""What the account chooses where nothing is written."""


class Toy(Kind[ToySpec]):
    """One call makes it, a second one names its peers (weak), a third may change it."""

    name = "toy"
    title = "toy"
    spec = ToySpec
    exports = {"id": "its id", "arn": "its ARN", "name": "its name"}
    services = ("toy",)
    read_actions = ("toy:DescribeToys",)

    def verify(self, reader: Reader, resource: Resource[ToySpec], scope: Scope) -> Iterator[Complaint]:
        if resource.spec.colour == "no such colour":
            yield Complaint(("colour",), "there is no such colour", "choose another")

    def predict(self, scope: Scope, name: str, spec: ToySpec) -> Mapping[str, str]:
        return {"name": name, "arn": scope.arn("toy", f"{self.name}/{name}")}

    def read(self, reader: Reader, wanted: Wanted) -> Iterator[Found[ToySpec]]:
        for toy in (reader.call("toy", "DescribeToys", {"Kind": self.name}) or {})["Toys"]:
            tagged = toy["tags"].get(ownership.STACK) == wanted.scope.stack
            if toy["name"].lower() in wanted.identities or tagged or wanted.scope.stack in toy.get("path", ""):
                yield self.found(toy, wanted.scope)

    def found(self, toy: Mapping[str, Any], scope: Scope) -> Found[ToySpec]:
        fields = dict(toy["fields"])
        fields["peers"] = tuple(Peer.model_construct(**peer) for peer in fields.get("peers", ()))
        fields["shelf"] = Shelf.model_construct(**fields.get("shelf", {}))
        return Found(
            name=toy["name"],
            identity=toy["name"].lower(),
            spec=ToySpec.model_construct(**fields),
            exports={"id": toy["id"], "arn": scope.arn("toy", f"{self.name}/{toy['name']}"), "name": toy["name"]},
            tags=toy["tags"],
            **toy["more"],
        )

    def inspect(self, reader: Reader, live: Live[ToySpec], scope: Scope, going: frozenset[str]) -> Live[ToySpec] | str:
        if live.facts.get("stuck"):
            return f"it is {live.facts['stuck']}"
        return replace(live, found=replace(live.found, facts={**live.facts, "going": going}))

    def same(self, field: str, wanted: ToySpec, live: ToySpec) -> bool | None:
        if field == "release" and wanted.release and live.release:
            return live.release.startswith(f"{wanted.release}.")
        return None

    def member(self, path: str, value: Value) -> str:
        return str(value["to"]) if isinstance(value, Mapping) else str(value)

    def foreign(self, path: str, value: Value) -> bool:
        return isinstance(value, str) and value.startswith("another's ")

    def advice(self, field: str, resource: Resource[ToySpec], live: Live[ToySpec]) -> str:
        return f"make another one of that {field}"

    def create(self, resource: Resource[ToySpec], scope: Scope) -> tuple[Operation, ...]:
        fields = {name: value for name, value in values_of(resource.spec).items() if name not in (*_OURS, "peers")}
        params = {"Kind": self.name, "Name": resource.name, "Tags": dict(resource.tags), "Fields": fields}
        exports = {"id": "Toy.Id", "arn": "Toy.Arn"}
        calls = [_call("CreateToy", params, f"make {resource.name}", exports=exports)]
        if resource.spec.peers:
            calls.append(_peers(resource.ref("id"), plain(resource.spec.peers), ()))
        return tuple(calls)

    def update(self, change: Change[ToySpec]) -> tuple[Operation, ...]:
        wanted, identifier = values_of(change.resource.spec), change.live.exports["id"]
        sets: dict[str, Value] = {}
        members: dict[str, Value] = {}
        for path in sorted({item.path for item in change.fields} - {"peers"}):
            if path in ("parts", "guests", "shelf.books"):
                members[path] = {"Add": change.added(path), "Remove": change.removed(path)}
            else:
                sets[path] = wanted["shelf"]["label"] if path == "shelf.label" else wanted[path]
        calls = []
        if sets or members:
            params = {"Id": identifier, "Set": sets, "Members": members}
            released = _targets(item.old for path in ("partner", "house") for item in change.members(path))
            calls.append(_call("ModifyToy", params, f"change {change.names}", releases=released))
        if "peers" in change:
            left = wanted["peers"]
            released = _targets(item.old for item in change.members("peers") if item.new is None)
            calls.append(_peers(identifier, left, released))
        return tuple(calls)

    def delete(self, live: Live[ToySpec], scope: Scope) -> tuple[Operation, ...]:
        identifier, released = live.exports["id"], _targets(plain(live.spec.peers))
        release = (_peers(identifier, (), released),) if released else ()
        gone = _call("DeleteToy", {"Id": identifier}, f"delete {live.name}", done_on=("NotFound",), destructive=True)
        return (*release, gone)

    def tag(
        self,
        subject: Resource[ToySpec] | Live[ToySpec],
        add: Mapping[str, str],
        remove: tuple[str, ...],
        scope: Scope,
    ) -> tuple[Operation, ...]:
        identifier = subject.exports["id"] if isinstance(subject, Live) else subject.ref("id")
        tagged = _call("TagToy", {"Id": identifier, "Tags": dict(add)}, f"set tags {', '.join(sorted(add))}")
        untagged = _call("UntagToy", {"Id": identifier, "TagKeys": remove}, f"remove tags {', '.join(remove)}")
        return (*((tagged,) if add else ()), *((untagged,) if remove else ()))


def _call(action: str, params: Mapping[str, Value], summary: str, **more: Any) -> Operation:
    return Operation(service="toy", action=action, params=params, summary=summary, **more)


def _peers(identifier: Value, peers: Iterable[Value], released: tuple[Address, ...]) -> Operation:
    params = {"Id": identifier, "Peers": tuple(peers)}
    return _call("SetPeers", params, "name its peers", releases=released, weak=True)


def _targets(value: Value) -> tuple[Address, ...]:
    return tuple(sorted({ref.target for ref in refs(tuple(value))}))


class Vault(Toy):
    """Holds data: kept when no longer declared."""

    name, title, stateful = "vault", "vault", Stateful.DATA


class Chest(Toy):
    """A key: data as well, which goes only when asked for by that word."""

    name, title, stateful = "chest", "chest", Stateful.KEY


class Mould(Toy):
    """Its name follows its material; another one is a new object, and the old one retires."""

    name, title, versioned = "mould", "mould", True

    def aws_name(self, stack: str, key: str, spec: ToySpec) -> str:
        return spec.name or f"{key}-{spec.material}"


class Label(Toy):
    """Its name changes in place."""

    name, title, renames = "label", "label", True


class Badge(Toy):
    """A global object: it carries its home region."""

    name, title, home = "badge", "badge", True


class Crowd(Toy):
    """Takes no tags: ours by its path."""

    name, title, home, taggable = "crowd", "crowd", True, False

    def found(self, toy: Mapping[str, Any], scope: Scope) -> Found[ToySpec]:
        found = super().found(toy, scope)
        stack = str(toy.get("path", "")).strip("/")
        return replace(found, owned_by_path=Owner(stack, Address("crowd", toy["name"]), toy["name"]) if stack else None)

    def tag(self, *_: Any) -> tuple[Operation, ...]:
        return ()


KINDS: tuple[Kind[Any], ...] = (Toy(), Vault(), Chest(), Mould(), Label(), Badge(), Crowd())


def register(monkeypatch: pytest.MonkeyPatch, *kinds: Kind[Any]) -> None:
    """Make these the kinds that there are; the toy kinds, if none are given."""
    kinds = kinds or KINDS
    monkeypatch.setattr(resources, "KINDS", kinds)
    monkeypatch.setattr(resources, "KINDS_BY_NAME", {kind.name: kind for kind in kinds})


class ToyAccount:
    """The objects by id, and the calls that read and write them."""

    def __init__(self) -> None:
        self.toys: dict[str, dict[str, Any]] = {}
        self.answers: dict[tuple[str, ...], Any] = {
            ("toy", "DescribeToys"): self._describe,
            ("resourcegroupstaggingapi", "GetResources"): {"ResourceTagMappingList": []},
        }
        self._made = 0

    def add(self, kind: str, name: str, tags: Mapping[str, str] | None = None, *, path: str = "", **fields: Any) -> str:
        """Something that exists already, with its fields as AWS would show them; its id."""
        self._made += 1
        identifier = f"id-{self._made}"
        shown = {name: value for name, value in values_of(ToySpec()).items() if name not in _OURS}
        shown = {**shown, **_FILLED, **{name: value for name, value in fields.items() if value is not None}}
        toy = {"kind": kind, "id": identifier, "name": name, "tags": dict(tags or {}), "fields": shown, "path": path}
        self.toys[identifier] = {**toy, "more": {}}
        return identifier

    def own(self, written: Stack, address: str, name: str | None = None, **fields: Any) -> str:
        """An object that this stack made under this address, as its spec says but for ``fields``; its id."""
        at = Address.parse(address)
        kind = resources.kind(at.kind)
        spec = written.resources[at] if at in written.resources else kind.spec.model_validate({})
        name = name or kind.aws_name(written.name, at.name, spec)
        shown = {key: value for key, value in values_of(spec).items() if key not in _OURS} | fields
        path = f"/{written.name}/" if at.kind == "crowd" else ""
        return self.add(at.kind, name, owned(written, address, name), path=path, **shown)

    def reader(self) -> FakeReader:
        """A reading of the account; a new one sees it anew."""
        return FakeReader(self.answers)

    def caller(self) -> FakeCaller:
        """What carries calls to the account."""
        calls = ("CreateToy", "ModifyToy", "SetPeers", "TagToy", "UntagToy", "DeleteToy")
        return FakeCaller({("toy", call): getattr(self, f"_{call}") for call in calls})

    def named(self, name: str) -> dict[str, Any]:
        """The one object of that name."""
        (toy,) = (toy for toy in self.toys.values() if toy["name"] == name)
        return toy

    def _describe(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"Toys": [toy for toy in self.toys.values() if toy["kind"] == params["Kind"]]}

    def _CreateToy(self, params: Mapping[str, Any]) -> Any:  # noqa: N802 - named for the call
        kind, name = params["Kind"], params["Name"]
        if any(toy["kind"] == kind and toy["name"].lower() == name.lower() for toy in self.toys.values()):
            return error("toy", "CreateToy", "AlreadyExists")
        if missing := self._missing(params["Fields"]):
            return missing
        path = "/orders/" if kind == "crowd" else ""
        identifier = self.add(kind, name, params["Tags"], path=path, **params["Fields"])
        return {"Toy": {"Id": identifier, "Arn": SCOPE.arn("toy", f"{kind}/{name}")}}

    def _ModifyToy(self, params: Mapping[str, Any]) -> Any:  # noqa: N802
        if missing := self._missing(params):
            return missing
        fields = self.toys[params["Id"]]["fields"]
        for path, value in params["Set"].items():
            _inside(fields, path)[path.rpartition(".")[2]] = value
        for path, members in params["Members"].items():
            part, name = _inside(fields, path), path.rpartition(".")[2]
            kept = [item for item in part[name] if item not in members["Remove"]]
            part[name] = (*kept, *members["Add"])
        return {}

    def _SetPeers(self, params: Mapping[str, Any]) -> Any:  # noqa: N802
        if missing := self._missing(params):
            return missing
        self.toys[params["Id"]]["fields"]["peers"] = params["Peers"]
        return {}

    def _TagToy(self, params: Mapping[str, Any]) -> Any:  # noqa: N802
        self.toys[params["Id"]]["tags"].update(params["Tags"])
        return {}

    def _UntagToy(self, params: Mapping[str, Any]) -> Any:  # noqa: N802
        for key in params["TagKeys"]:
            del self.toys[params["Id"]]["tags"][key]
        return {}

    def _DeleteToy(self, params: Mapping[str, Any]) -> Any:  # noqa: N802
        gone = params["Id"]
        if gone not in self.toys:
            return error("toy", "DeleteToy", "NotFound")
        users = [toy["name"] for toy in self.toys.values() if toy["id"] != gone and gone in _ids(toy["fields"])]
        if users:
            return error("toy", "DeleteToy", "InUse", f"used by {users}")
        del self.toys[gone]
        return {}

    def _missing(self, value: Any) -> CallError | None:
        gone = sorted(_ids(value) - self.toys.keys())
        return error("toy", "Call", "NotFound", f"there is no {gone}") if gone else None


def _inside(fields: dict[str, Any], path: str) -> dict[str, Any]:
    part, dot, _ = path.partition(".")
    if not dot:
        return fields
    fields[part] = dict(fields[part])
    inside: dict[str, Any] = fields[part]
    return inside


def _ids(value: Any) -> set[str]:
    if isinstance(value, Mapping):
        return set().union(*map(_ids, value.values()))
    if isinstance(value, list | tuple):
        return set().union(*map(_ids, value))
    return {value} if isinstance(value, str) and value.startswith("id-") else set()


def stack(declared: Mapping[str, Mapping[str, Any]], tags: Mapping[str, str] | None = None) -> Stack:
    """The stack ``orders`` that declares these fields at these addresses."""
    specs = {}
    for address, fields in declared.items():
        at = Address.parse(address)
        specs[at] = resources.kind(at.kind).spec.model_validate(fields)
    return Stack("orders", None, None, tags or {}, specs)


def owned(written: Stack, address: str, name: str | None = None) -> dict[str, str]:
    """The tags with which this stack makes what it declares, or once declared, at an address."""
    at = Address.parse(address)
    kind = resources.kind(at.kind)
    if not kind.taggable:
        return {}
    alone = stack({address: {}}) if at not in written.resources else written
    made = read_live(alone, ToyAccount().reader(), IDENTITY).resources[at]
    where = f"{address}/{name or made.name}".replace("~", "+")
    return {**made.tags, ownership.ADDRESS: where}


def look(written: Stack, account: ToyAccount, going: Iterable[str] = ()) -> Snapshot:
    """What is live."""
    return read_live(written, account.reader(), IDENTITY, frozenset(going))


def planned(written: Stack, account: ToyAccount, deletion: Deletion = Deletion()) -> Plan:  # noqa: B008
    """The plan that makes the account agree with the stack."""
    return plan(look(written, account, deletion.stateful), written.at, deletion)


def steps(made: Plan) -> dict[str, Any]:
    """The steps of a plan that say something, by address."""
    return {str(step.address): step for step in made.steps if not step.says_nothing}
