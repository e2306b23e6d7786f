"""Kinds for tests only, with a field of every mode. No kind of the product; their objects are in `toy_account`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

import pytest

from rds_secure import resources
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
from rds_secure.kind import (
    Change,
    Complaint,
    FieldChange,
    Found,
    Kind,
    Live,
    Reader,
    Renaming,
    Resource,
    Scope,
    Stateful,
    Wanted,
)
from rds_secure.live import Identity
from rds_secure.operation import Operation
from rds_secure.ownership import Owner
from rds_secure.values import Address, Lookup, Ref, Value, refs

NAMES = ("toy", "vault", "chest", "mould", "label", "badge", "crowd", "shrine", "spring", "ship")
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


OURS = ("ignore", "name", "tags", "exclusive", "when", "subnets")
FILLED = {"weight": 10, "release": "1.7"}
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
            asked = wanted.asks_for(toy["name"].lower(), toy["id"], tags=toy["tags"])
            if asked or wanted.scope.stack in toy.get("path", ""):
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
        fields = {name: value for name, value in values_of(resource.spec).items() if name not in (*OURS, "peers")}
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
        """Peers are let go of before; partner and house only with the toy itself."""
        identifier, held = live.exports["id"], _targets((live.spec.partner, live.spec.house))
        released = tuple(peer for peer in _targets(plain(live.spec.peers)) if peer not in held)
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


class Ship(Toy):
    """It can be given another name, which is what others know it by."""

    name, title, renamed = "ship", "ship", True

    def found(self, toy: Mapping[str, Any], scope: Scope) -> Found[ToySpec]:
        return replace(super().found(toy, scope), leaving=frozenset(toy.get("leaving", ())))

    def rename(self, change: Change[ToySpec]) -> Renaming | None:
        old, new = change.live.name, change.resource.name
        if old == new:
            return None
        if "moored" in change.live.facts:
            return Renaming(obstacles=((f"{old} is moored", "cast off"),))
        call = _call("RenameToy", {"Id": change.live.exports["id"], "Name": new}, f"rename {old}")
        return Renaming((FieldChange("name", old, new),), (call,), ("another name is painted on it",))


class Badge(Toy):
    """A global object: it carries its home region."""

    name, title, home = "badge", "badge", True


class Crowd(Toy):
    """Takes no tags: ours by its path, /stack/ or /stack/key/."""

    name, title, home, taggable = "crowd", "crowd", True, False

    def found(self, toy: Mapping[str, Any], scope: Scope) -> Found[ToySpec]:
        found = super().found(toy, scope)
        stack, _, key = str(toy.get("path", "")).strip("/").partition("/")
        if not stack:
            return found
        owner = Owner(stack, Address("crowd", key or toy["name"]), toy["name"])
        return replace(found, owned_by_path=owner, keyed=bool(key))

    def tag(self, *_: Any) -> tuple[Operation, ...]:
        return ()


class Shrine(Toy):
    """There is one only: let go of, never deleted."""

    name, title, singleton = "shrine", "shrine", True

    def delete(self, live: Live[ToySpec], scope: Scope) -> tuple[Operation, ...]:
        raise AssertionError("it is never deleted")


class Spring(Shrine):
    """There is one already, which nobody made."""

    name, title, claimed = "spring", "spring", True


KINDS: tuple[Kind[Any], ...] = (Toy(), Vault(), Chest(), Mould(), Label(), Badge(), Crowd(), Shrine(), Spring(), Ship())


def register(monkeypatch: pytest.MonkeyPatch, *kinds: Kind[Any]) -> None:
    """Make these the kinds that there are; the toy kinds, if none are given."""
    kinds = kinds or KINDS
    monkeypatch.setattr(resources, "KINDS", kinds)
    monkeypatch.setattr(resources, "KINDS_BY_NAME", {kind.name: kind for kind in kinds})
