"""Who asks, and whom the ``Principal`` of a resource's policy names. No other element of a policy is read here.

Sources: IAM user guide, "AWS JSON policy elements: Principal" and "… NotPrincipal", "Global condition keys", and
"Permissions boundaries" and "Policy evaluation logic" (whom an implicit deny limits). The principal of a session of
GetFederationToken is ``federated-user/<name>``: a policy that names the user does not name it directly, but as one that
names a role names its sessions; ``*`` and its own ARN do ("AWS STS federated user principals", IAM-10).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from typing import Literal as OneOf

from rds_secure.access.iam.context import Context, context
from rds_secure.access.iam.logic import NO, YES, Formula, Literal, every, some
from rds_secure.values import Ref, Text

CallerKind = OneOf["user", "role", "root", "service", "federated", "anyone"]

_TAG = "aws:PrincipalTag/"
_LINKED = re.compile(r"arn:[a-z-]+:iam::\d{12}:role/aws-service-role/")
"""Whoever may make a role chooses its path, but nobody this one."""
_ACCOUNT = re.compile(r"\d{12}")
_ROOT = re.compile(r"arn:[a-z-]+:iam::(\d{12}):root")
_SESSION = re.compile(r"arn:([a-z-]+):sts::(\d{12}):assumed-role/([^/]+)/(.+)")
_TOKEN = re.compile(r"arn:[a-z-]+:sts::(\d{12}):federated-user/(.+)")


@dataclass(frozen=True)
class Caller:
    """A principal that makes a request.

    ``arn`` is that of the user, the role (not of its session) or the account's root; of a federated principal that of
    its provider, of a service its name (``ec2.amazonaws.com``), of anyone ``*``: those have no ``account``.
    ``unique_id`` is ``AIDA…`` or ``AROA…``. ``session`` is the name of a session, None while it is open.
    ``retagged`` says that sessions may bring other tags (the trust policy lets them have ``sts:TagSession``).
    ``token``: it is a session of GetFederationToken, and the user is who began it.
    """

    kind: CallerKind
    arn: str
    account: str = ""
    unique_id: str = ""
    session: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    retagged: bool = False
    token: bool = False

    def __hash__(self) -> int:
        return hash((self.arn, self.session))  # answers are sorted by who gives them, by the thousand

    @property
    def name(self) -> str:
        """The name without path."""
        return self.arn.rpartition("/")[2] if self.kind in ("user", "role") else self.arn

    @property
    def service_linked(self) -> bool:
        """Whether this is a role of an AWS service, which no policy of the organization limits."""
        return bool(_LINKED.match(self.arn))

    def named_by(self) -> Iterator[tuple[str, Naming]]:
        """The keys (`principal_key`) of entries that name the caller, and how they do."""
        own = self.named_as(YES)
        yield "*", Naming(itself=YES)
        if self.kind != "anyone":
            yield self.arn, own
        if self.unique_id:
            yield self.unique_id, own
        if self.account:
            yield self.account, Naming(itself=YES, account=YES) if self.kind == "root" else Naming(account=YES)

    def named_as(self, when: Formula) -> Naming:
        """How one is named by the ARN of the role or user: of a session that is the one who began it, not itself."""
        return Naming(role=when) if self.kind == "role" or self.token else Naming(itself=when)

    def context(self) -> Context:
        """The condition keys that follow from who asks; all others are open."""
        if self.token:
            return self._token_context()
        known = {
            "aws:PrincipalArn": self.arn if self.kind in ("user", "role", "root") else "",
            "aws:PrincipalAccount": self.account,
            "kms:CallerAccount": self.account,
            "aws:PrincipalType": {"user": "User", "role": "AssumedRole", "root": "Account"}.get(self.kind, ""),
            "aws:PrincipalIsAWSService": str(self.kind == "service").lower(),
            "aws:PrincipalServiceName": self.arn if self.kind == "service" else "",
            "aws:username": self.name if self.kind == "user" else "",
            "aws:userid": self.unique_id if self.kind == "user" else "",
        }
        absent = ["aws:username"] if self.kind in ("role", "root", "service") else []
        absent += ["aws:PrincipalServiceName"] if self.kind != "service" else []
        if self.retagged or self.kind in ("federated", "anyone"):
            return context({key: value for key, value in known.items() if value}, absent=absent)
        known |= {f"{_TAG}{key}": value for key, value in self.tags.items()}
        return context({key: value for key, value in known.items() if value}, absent=absent, closed=[_TAG])

    def _token_context(self) -> Context:
        """Those of a session of GetFederationToken; its name is chosen by who begins it, and so may be its tags.

        IAM user guide, "Principal key values", and the knowledge centre's "iam-policy-variables-federated".
        """
        known = {
            "aws:PrincipalAccount": self.account,
            "kms:CallerAccount": self.account,
            "aws:PrincipalType": "FederatedUser",
            "aws:PrincipalIsAWSService": "false",
        }
        return context(known, absent=["aws:username", "aws:PrincipalServiceName"])


@dataclass(frozen=True)
class InSession:
    """An atom: the session of a role or a federated user has this name."""

    name: str

    def text(self, *, holds: bool) -> str:
        return f"the session is {'' if holds else 'not '}named {self.name}"


@dataclass(frozen=True)
class StandsFor:
    """An atom: what a reference will yield is the caller."""

    reference: Ref | Text
    arn: str

    def text(self, *, holds: bool) -> str:
        return f"{self.reference} is {'' if holds else 'not '}{self.arn}"


@dataclass(frozen=True)
class Naming:
    """How a policy names a caller: itself (a user, a role's session, everybody), its role, or its whole account.

    It makes a difference: a policy that names a role is limited by the role's boundary, one that names its account only
    lets the account's own policies count.
    """

    itself: Formula = NO
    role: Formula = NO
    account: Formula = NO

    def __or__(self, other: Naming) -> Naming:
        return Naming(self.itself | other.itself, self.role | other.role, self.account | other.account)

    def __and__(self, when: Formula) -> Naming:
        return Naming(self.itself & when, self.role & when, self.account & when)

    @property
    def somehow(self) -> Formula:
        """Whether it names the caller in any way, as a deny needs it."""
        return self.itself | self.role | self.account


@dataclass(frozen=True)
class Principals:
    """The ``Principal`` element: pairs of a kind (``AWS``, ``Service``, ``Federated``, …) and an entry."""

    entries: tuple[tuple[str, Any], ...]
    negated: bool = False

    def names(self, caller: Caller) -> Naming:
        """How the entries name a caller; ``negated`` is not looked at."""
        naming = Naming()
        for kind, entry in self.entries:
            naming |= _naming(kind, entry, caller)
        return naming

    def spares(self, caller: Caller) -> Formula:
        """Whether a deny with these as its ``NotPrincipal`` spares the caller.

        For certain only where the account is in it as well (and for a role its session): otherwise a service may look
        at the account first, and deny (IAM user guide, "NotPrincipal").
        """
        naming = self.names(caller)
        if naming.itself is YES and caller.kind in ("root", "service", "federated"):
            return YES
        if ("AWS", "*") in self.entries:
            return YES
        fully = every(
            (naming.account, naming.itself, *([naming.role] if caller.kind == "role" or caller.token else ()))
        )
        partly = some((naming.itself, naming.role, naming.account))
        return fully | (partly & Literal(Spared(caller.arn)))


@dataclass(frozen=True)
class Spared:
    """An atom that nobody can decide: whether a ``NotPrincipal`` that has a part of the caller spares it."""

    arn: str

    def text(self, *, holds: bool) -> str:
        return (
            f"a NotPrincipal without all of account, principal and session {'spares' if holds else 'hits'} {self.arn}"
        )


def principals(value: Any, *, negated: bool = False) -> Principals:
    """The element as IAM has it: ``"*"``, or {kind: entry or entries}."""
    if not isinstance(value, Mapping):
        value = {"AWS": value}
    entries = []
    for kind, items in value.items():
        entries += [(kind, item) for item in (items if isinstance(items, list | tuple) else (items,))]
    return Principals(tuple(entries), negated)


def principal_key(kind: str, entry: Any) -> str | None:
    """The key under which an entry is looked up: an account's id for its root; None if it takes a closer look."""
    if isinstance(entry, Ref | Text) or (kind == "AWS" and (_SESSION.fullmatch(entry) or _TOKEN.fullmatch(entry))):
        return None
    if kind == "AWS":
        root = _ROOT.fullmatch(entry)
        return root[1] if root else str(entry)
    return str(entry) if kind in ("Service", "Federated") else f"{kind}:{entry}"


def _naming(kind: str, entry: Any, caller: Caller) -> Naming:
    if kind == "Service" or kind == "Federated":
        return Naming(itself=YES if caller.kind == kind.lower() and caller.arn == entry else NO)
    if kind != "AWS":
        return Naming()
    if entry == "*":
        return Naming(itself=YES)
    if isinstance(entry, Ref | Text):
        return caller.named_as(Literal(StandsFor(entry, caller.arn)))
    return _named_arn(str(entry), caller)


def _named_arn(entry: str, caller: Caller) -> Naming:
    root = _ROOT.fullmatch(entry)
    if root or _ACCOUNT.fullmatch(entry):
        if (root[1] if root else entry) != caller.account:
            return Naming()
        return Naming(itself=YES, account=YES) if caller.kind == "root" else Naming(account=YES)
    if entry in (caller.arn, caller.unique_id or None):
        return caller.named_as(YES)
    if caller.token and (token := _TOKEN.fullmatch(entry)):
        return Naming(itself=_in_session(token[2], caller.session) if token[1] == caller.account else NO)
    if caller.kind == "role" and (session := _SESSION.fullmatch(entry)):
        if (session[2], session[3]) != (caller.account, caller.name):
            return Naming()
        return Naming(itself=_in_session(session[4], caller.session))
    return Naming()


def _in_session(name: str, session: str | None) -> Formula:
    if session is None:
        return Literal(InSession(name))
    return YES if session == name else NO
