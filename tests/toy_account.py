"""An account that holds the objects of the toy kinds, and short ways to plan stacks of them.

It is as strict as AWS where the order of calls matters: what is referred to must exist when the call comes, names are
unique, and what something still refers to cannot be deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rds_secure import ownership, resources
from rds_secure.errors import CallError
from rds_secure.fields import values_of
from rds_secure.live import Snapshot, read_live
from rds_secure.plan import Deletion, Plan, plan
from rds_secure.spec import Stack
from rds_secure.spec.transfer import Safety, Transfers
from rds_secure.values import Address
from tests.fakes import FakeCaller, FakeReader, error
from tests.toy import FILLED, IDENTITY, OURS, SCOPE, ToySpec


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
        shown = {name: value for name, value in values_of(ToySpec()).items() if name not in OURS}
        shown = {**shown, **FILLED, **{name: value for name, value in fields.items() if value is not None}}
        toy = {"kind": kind, "id": identifier, "name": name, "tags": dict(tags or {}), "fields": shown, "path": path}
        self.toys[identifier] = {**toy, "more": {}}
        return identifier

    def own(self, written: Stack, address: str, name: str | None = None, **fields: Any) -> str:
        """An object that this stack made under this address, as its spec says but for ``fields``; its id."""
        at = Address.parse(address)
        kind = resources.kind(at.kind)
        spec = written.resources[at] if at in written.resources else kind.spec.model_validate({})
        name = name or kind.aws_name(written.name, at.name, spec)
        shown = {key: value for key, value in values_of(spec).items() if key not in OURS} | fields
        path = f"/{written.name}/" if at.kind == "crowd" else ""
        return self.add(at.kind, name, owned(written, address, name), path=path, **shown)

    def own_all(self, declared: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
        """All that is declared, made in this order, references to earlier ones filled in; the ids by address."""
        written, found = stack(declared), dict[str, str]()
        for address, fields in declared.items():
            known = {name: found[str(value)[2:-1]] for name, value in fields.items() if str(value)[2:-1] in found}
            found[address] = self.own(written, address, **known)
        return found

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


def stack(
    declared: Mapping[str, Mapping[str, Any]],
    tags: Mapping[str, str] | None = None,
    adopt: Mapping[str, str | None] | None = None,
    transfers: Transfers = Transfers(),  # noqa: B008
    safety: Safety = Safety(),  # noqa: B008
) -> Stack:
    """The stack ``orders`` that declares these fields at these addresses."""
    specs = {}
    for address, fields in declared.items():
        at = Address.parse(address)
        specs[at] = resources.kind(at.kind).spec.model_validate(fields)
    adopted = {Address.parse(address): value for address, value in (adopt or {}).items()}
    return Stack("orders", None, None, tags or {}, specs, adopted, transfers, safety)


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


def refusals(made: Plan) -> list[tuple[str, str, str]]:
    """The address, what is wrong and what to do, of all that is refused."""
    return [(str(refusal.address), refusal.what, refusal.fix) for refusal in made.refusals]
