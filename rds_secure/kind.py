"""The contract of a kind: a spec type, a bulk read, and its operations as data. Kinds themselves are in `resources`.

A kind never calls AWS except through the `Reader` it is handed, never writes, and never prints. Both sides of a
comparison are its spec type: `read` yields what is live as that type, `normalise` brings what is declared to its form.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar, Generic, TypeVar

from rds_secure import ownership
from rds_secure.difference import Consequence as Consequence
from rds_secure.difference import FieldChange as FieldChange
from rds_secure.difference import Migrating as Migrating
from rds_secure.difference import Renaming as Renaming
from rds_secure.fields import ResourceSpec
from rds_secure.operation import Operation
from rds_secure.ownership import Owner
from rds_secure.reader import Reader as Reader
from rds_secure.reader import together as together
from rds_secure.values import JSON, Address, Ref, Value, resolve

S = TypeVar("S", bound=ResourceSpec)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a stack lives, and what is known of its references before anything is called."""

    account: str
    region: str
    partition: str
    stack: str
    known: Mapping[Ref, str] = field(default_factory=dict)

    def arn(self, service: str, resource: str, *, regional: bool = True) -> str:
        """``arn:<partition>:<service>:<region>:<account>:<resource>`` (ANY-5); IAM's have no region."""
        return f"arn:{self.partition}:{service}:{self.region if regional else ''}:{self.account}:{resource}"

    def resolve(self, value: Value) -> Value:
        """The value with every reference that is known replaced by what it yields."""
        return resolve(value, self.known)


@dataclass(frozen=True, slots=True)
class Resource(Generic[S]):
    """A declared resource, ready to be planned: look-ups found, spec normalised.

    ``name`` is its AWS name, ``tags`` all tags it is to carry (ours included; empty where AWS takes none),
    ``written`` the spec as it was written.
    """

    address: Address
    name: str
    spec: S
    written: S
    tags: Mapping[str, str] = field(default_factory=dict)

    def ref(self, attribute: str) -> Ref:
        """A reference to one of its own exports."""
        return Ref(self.address, attribute)


@dataclass(frozen=True, slots=True)
class Found(Generic[S]):
    """An object that exists at AWS, as its kind read it.

    ``identity`` is what makes it unique within its kind (compare `Kind.identity`); ``name`` its AWS name.
    ``spec`` is built with ``model_construct``: live values obey no rule of ours. ``pending``: field → value which
    AWS has parked for a window. ``facts`` is what operations need and no field shows (rule ids, versions).
    ``owned_by_path``: whose it is without tags: an IAM group by its path, a setting by what it is of; without ``keyed``
    the address in it is only guessed from the name. ``busy``: a passing state in which it takes no change. ``blocked``:
    why it cannot be used at all (a key that waits for its deletion). ``leaving``: exports that another name is about to
    change, and that refer to nothing any more but where AWS itself keeps up (`Kind.follows_names`).
    """

    name: str
    identity: str
    spec: S
    exports: Mapping[str, str]
    tags: Mapping[str, str] = field(default_factory=dict)
    pending: Mapping[str, Value] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    owned_by_path: Owner | None = None
    keyed: bool = True
    busy: str = ""
    blocked: str = ""
    leaving: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Live(Generic[S]):
    """An object of the stack at AWS, matched to its address; ids of the stack's own things are references."""

    address: Address
    found: Found[S]
    spec: S

    @property
    def name(self) -> str:
        """Its AWS name."""
        return self.found.name

    @property
    def exports(self) -> Mapping[str, str]:
        """Attribute → value."""
        return self.found.exports

    @property
    def facts(self) -> Mapping[str, Any]:
        """What its kind noted for its own operations."""
        return self.found.facts


@dataclass(frozen=True, slots=True)
class Change(Generic[S]):
    """What is declared, what is live, and the differences between the two that are to be settled."""

    resource: Resource[S]
    live: Live[S]
    fields: tuple[FieldChange, ...]
    scope: Scope

    def __contains__(self, path: object) -> bool:
        return any(change.path == path for change in self.fields)

    @property
    def names(self) -> str:
        """The changed fields, for a summary: "description and subnets"."""
        return " and ".join(sorted({change.path for change in self.fields}))

    def members(self, path: str) -> tuple[FieldChange, ...]:
        """The differences of one set or mapping field."""
        return tuple(change for change in self.fields if change.path == path)

    def added(self, path: str) -> tuple[Value, ...]:
        """The members that a set field gains."""
        return tuple(change.new for change in self.members(path) if change.old is None)

    def removed(self, path: str) -> tuple[Value, ...]:
        """The members that a set field loses."""
        return tuple(change.old for change in self.members(path) if change.new is None)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a read is asked for.

    ``identities`` of declared resources; ``tagged``: ARN → tags of everything that carries the stack's tag;
    ``adopted``: names, ids and ARNs written below ``adopt:``; ``everything``: whatever there is; ``declared``: the
    resources themselves, for what is only looked at where a spec asks for it; ``givers``: stacks that give some.
    """

    scope: Scope
    identities: frozenset[str]
    tagged: Mapping[str, Mapping[str, str]]
    adopted: frozenset[str] = frozenset()
    everything: bool = False
    declared: Mapping[Address, Resource[Any]] = field(default_factory=dict)
    givers: frozenset[str] = frozenset()

    def asks_for(self, identity: str, *ids: str, tags: Mapping[str, str] = MappingProxyType({})) -> bool:
        """Whether an object is to be read; ``ids`` are its other names (id, ARN), ``tags`` those that a list shows."""
        return (
            self.everything
            or identity in self.identities
            or not self.adopted.isdisjoint((identity, *ids))
            or any(name in self.tagged for name in ids)
            or tags.get(ownership.STACK) in {self.scope.stack, *self.givers}
        )

    def expects(self, what: str) -> bool:
        """Whether anything is declared, or tagged with an ARN of this sort (``es`` in ``arn:…:es:name``).

        If nothing is, then a list would find nothing, and is not worth its call.
        """
        return self.everything or bool(self.identities) or any(arn.split(":")[5] == what for arn in self.tagged)


@dataclass(frozen=True, slots=True)
class Complaint:
    """A problem inside one resource's spec, found offline: the path below the resource, what, and what to do."""

    path: tuple[str | int, ...]
    what: str
    fix: str


@dataclass(frozen=True, slots=True)
class Implied:
    """A resource that another one brings along: an instance's parameter group that forces TLS."""

    kind: str
    name: str
    fields: Mapping[str, JSON]
    field: str
    attribute: str


class Stateful(StrEnum):
    """What is lost with an object: nothing, the data in it, or the means to read the data of others."""

    NO = ""
    DATA = "data"
    KEY = "key"


class Kind(ABC, Generic[S]):
    """One kind of resource. Subclasses live in `rds_secure.resources`, one module each."""

    name: ClassVar[str]
    """The one word it goes by in specs, plans, code and files."""
    title: ClassVar[str]
    """What it is, for people: "KMS key"."""
    spec: type[S]
    exports: ClassVar[Mapping[str, str]]
    """Attribute → what it is; what ``${kind.name.attribute}`` may ask for."""
    services: ClassVar[tuple[str, ...]]
    """The services that it reads from and that its operations call."""
    read_actions: ClassVar[tuple[str, ...]]
    """IAM actions that `verify`, `read` and `inspect` need."""
    taggable: ClassVar[bool] = True
    tagged_as: ClassVar[str] = ""
    """What the tagging API calls it, where no list of its own service shows its tags: ``kms:key``, or several."""
    stateful: ClassVar[Stateful] = Stateful.NO
    """Whether anything is lost with it: then it is kept when no longer declared (meaning §5)."""
    versioned: ClassVar[bool] = False
    """Its AWS name follows a field (a group's family): another name is a new object, and the old one retires."""
    renames: ClassVar[bool] = False
    """Its name can change in place, by a field of its spec (a key's alias)."""
    renamed: ClassVar[bool] = False
    """Its name can change in place, with all that comes of it (`rename`); by adopting or moving it never does."""
    follows_names: ClassVar[bool] = False
    """AWS keeps up what it refers to by name when that gets another one."""
    singleton: ClassVar[bool] = False
    """AWS has one in each account or VPC: it is never deleted, but let go when no longer declared (meaning §3)."""
    claimed: ClassVar[bool] = False
    """A singleton that AWS makes by itself (a VPC's default group): one of no stack is claimed, and no conflict."""
    adoptable: ClassVar[bool] = True
    """Whether something that exists can become ours by being tagged (meaning §4)."""
    adopted_by: ClassVar[str] = ""
    """The export by which an import names it below ``adopt:``; its AWS name is enough for the others."""
    imported: ClassVar[bool] = True
    """Whether an import takes it along; users, groups and roles only where they are asked for."""
    in_snapshots: ClassVar[bool] = False
    """A snapshot of a database needs it, and keeps it from being deleted."""
    implies: ClassVar[str] = ""
    """The kind of what it may bring along (`implied`), which changes hands with it."""
    setting: ClassVar[bool] = False
    """A setting of something that goes on without it: no longer declared, it is neither found nor changed back."""
    home: ClassVar[bool] = False
    """Global objects, which carry their stack's region in a tag (IAM)."""

    # What is declared

    def draft(self, live: Live[S]) -> S:
        """What an import starts from: the live spec, with what has to be said so that no default changes it."""
        return live.spec

    def unsaid(self, live: Live[S]) -> Iterator[str]:
        """What an import says in comments, since no field can: it stays as it is."""
        yield from ()

    def aws_name(self, stack: str, key: str, spec: S) -> str:
        """Its name at AWS: ``name:`` if written, else the key."""
        return str(getattr(spec, "name", None) or key)

    def naming(self, name: str, live: S) -> str:
        """How a spec says that it has this AWS name: ``name: orders``."""
        return f"name: {name}"

    def identity(self, name: str, spec: S, scope: Scope) -> str:
        """What makes an object unique within the kind; the AWS name, without case, unless overridden."""
        return name.lower()

    def check(self, key: str, spec: S) -> Iterator[Complaint]:
        """Problems that need no AWS: rules across fields, names, sizes."""
        yield from ()

    def check_beside(self, key: str, spec: S, declared: Mapping[Address, ResourceSpec]) -> Iterator[Complaint]:
        """Problems that need no AWS, but the stack's other resources: what it refers to does not fit."""
        yield from ()

    def verify(self, reader: Reader, resource: Resource[S], scope: Scope) -> Iterator[Complaint]:
        """Problems that need a look at AWS: things outside the spec that are missing or do not fit."""
        yield from ()

    def implied(self, key: str, spec: S) -> Implied | None:
        """A resource that this one brings along, or None."""
        return None

    def predict(self, scope: Scope, name: str, spec: S) -> Mapping[str, str]:
        """The exports that follow from account, region and name, known before the thing exists (house rule 4)."""
        return {}

    def normalise(self, resource: Resource[S], live: Live[S] | None, scope: Scope) -> S:
        """The declared spec in the form in which `read` yields the live one."""
        return resource.spec

    def own_tags(self, spec: S) -> Mapping[str, str]:
        """Tags of ours that only this kind keeps: the version of a password, which cannot be read."""
        return {}

    # What is live

    @abstractmethod
    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[S]]:
        """Every object that is declared (by identity) or tagged for the stack; in bulk. Strangers may be among them."""

    def inspect(self, reader: Reader, live: Live[S], scope: Scope, going: frozenset[str]) -> Live[S] | str:
        """A closer look at something that may be deleted: the object with more facts, or why it must stay.

        ``going``: ARNs of the databases and keys that are to be deleted in the same run, and so hold nothing.
        """
        return live

    def traces(self, reader: Reader, resource: Resource[S], scope: Scope) -> tuple[str, ...]:
        """What is left of something declared that is not there now, although it once was; asked only then (RDS-15)."""
        return ()

    def again(self, resource: Resource[S]) -> str:
        """What to do about something that is missing and has left traces."""
        empty = f"if it is to begin again empty, pass --create-empty {resource.address}"
        return f"restore it as {resource.name}; or, {empty}"

    # How the two compare

    def same(self, field: str, wanted: S, live: S) -> bool | None:
        """Whether a field is in sync although its values differ; None where the generic rule decides."""
        return None

    def member(self, path: str, value: Value) -> str:
        """What identifies a member of a set field, also its label: two that share it are one, changed."""
        return value if isinstance(value, str) else str(value)

    def foreign(self, path: str, value: Value) -> bool:
        """Whether a live member of a set that is not declared has its home elsewhere: nothing to show here."""
        return False

    def advice(self, field: str, resource: Resource[S], live: Live[S]) -> str:
        """What to do about a change that AWS cannot make in place."""
        return "declare a new resource under another key, and remove this one in a later apply"

    def refuses(self, change: FieldChange, resource: Resource[S], live: Live[S]) -> str:
        """What to do instead of a change that AWS does not make as things are; "" where it can be made."""
        return ""

    def migrate(self, change: Change[S], refused: tuple[FieldChange, ...]) -> Migrating | None:
        """How the ``refused`` differences are made after all, or what goes on of that already; None for neither."""
        return None

    def rename(self, change: Change[S]) -> Renaming | None:
        """How it gets its declared name, or what is left of that; None for neither."""
        return None

    def roll_back(
        self,
        resource: Resource[S],
        live: Live[S] | None,
        asides: Mapping[Address, Live[Any]],
        scope: Scope,
        migration: str = "",
    ) -> Migrating | None:
        """The way back of a migration; ``asides``: what is kept beside the address. None where there is none ever.

        ``migration``: the id of one that is not the last.
        """
        return None

    def notes(self, resource: Resource[S], live: Live[S] | None) -> Iterator[str]:
        """What is worth knowing of a declared resource beside its differences; it changes nothing."""
        yield from ()

    def takes_effect(self, change: FieldChange, resource: Resource[S], live: Live[S]) -> str:
        """When a change is in effect (`FieldChange.when`); what the field's marker says, unless overridden."""
        return change.when

    # Operations

    @abstractmethod
    def create(self, resource: Resource[S], scope: Scope) -> tuple[Operation, ...]:
        """The calls that make it. The first one creates it, with its tags (house rule 9)."""

    @abstractmethod
    def update(self, change: Change[S]) -> tuple[Operation, ...]:
        """The calls that settle the differences."""

    def follow(self, change: Change[S], elsewhere: Mapping[Address, tuple[FieldChange, ...]]) -> Consequence:
        """What its own changes, if any, and those of other resources of the plan (``elsewhere``) make necessary."""
        return Consequence()

    def delete(self, live: Live[S], scope: Scope) -> tuple[Operation, ...]:
        """The calls that delete it; none for a singleton, which is let go, and a setting, which stays as it is."""
        return ()

    def tag(
        self, subject: Resource[S] | Live[S], add: Mapping[str, str], remove: tuple[str, ...], scope: Scope
    ) -> tuple[Operation, ...]:
        """The calls that set and remove tags; none where AWS takes no tags."""
        return ()
