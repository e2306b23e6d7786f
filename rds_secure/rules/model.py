"""A rule, what it is asked about, and what it answers. The rules themselves are tables in the modules beside.

A rule is a pure function over one thing of an account, be it live, as a plan would leave it, or as a spec alone tells:
all three are an `Inventory`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as member
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from rds_secure.access.iam.identities import Group, Role, User
from rds_secure.access.iam.policy import Policy
from rds_secure.access.posture import Posture
from rds_secure.access.protection import Protected, Proxy, Snapshot, Unknown
from rds_secure.finding import Severity, State
from rds_secure.inventory.model import Reply
from rds_secure.values import Address


class Of(StrEnum):
    """What kind of thing a rule is about."""

    INSTANCE = "db_instance"
    CLUSTER = "db_cluster"
    PROXY = "db_proxy"
    SNAPSHOT = "snapshot"
    SECURITY_GROUP = "security_group"
    NETWORK_ACL = "network_acl"
    SUBNET = "subnet"
    VPC = "vpc"
    KEY = "kms_key"
    SECRET = "secret"  # noqa: S105 - what it is, not one
    """A secret of Secrets Manager that a database or proxy uses, with its policy."""
    POLICY = "policy"
    """A policy document of IAM, managed or inline."""
    PRINCIPAL = "principal"
    """A user, group or role of IAM; a role with its trust policy."""
    ACCOUNT = "account"
    """The account and Region as a whole: what is there only once."""


DATABASES = (Of.INSTANCE, Of.CLUSTER)

KINDS: Mapping[Of, tuple[str, ...]] = MappingProxyType(
    {
        Of.INSTANCE: ("db_instance",),
        Of.CLUSTER: ("db_cluster",),
        Of.PROXY: ("db_proxy",),
        Of.SECURITY_GROUP: ("security_group",),
        Of.KEY: ("kms_key",),
        Of.POLICY: ("iam_policy",),
        Of.PRINCIPAL: ("iam_user", "iam_group", "iam_role"),
    }
)
"""What a rule is about → the kinds of a spec that are such; snapshots, secrets and others are none."""

Detail = Protected | Proxy | Snapshot | Policy | User | Group | Role | None
"""What the engines know of a thing."""


_THINGS: Mapping[Of, tuple[str, ...]] = {
    Of.INSTANCE: ("DbiResourceId",),
    Of.CLUSTER: ("DbClusterResourceId",),
    Of.PROXY: ("DBProxyArn",),
    Of.SNAPSHOT: ("DBSnapshotArn", "DBClusterSnapshotArn"),
    Of.SECURITY_GROUP: ("GroupId",),
    Of.NETWORK_ACL: ("NetworkAclId",),
    Of.SUBNET: ("SubnetId",),
    Of.VPC: ("VpcId",),
}
"""By which key a reply tells what a thing is, whatever it is called, where that is not its ARN."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that a rule is asked about.

    ``name``: how findings call it (``db:orders``). ``reply``: as AWS describes it. ``address``: where it stands in
    ``stack``, by its tags or a spec ("": in the one at hand). ``detail``: what the engines know of it. Of a policy:
    ``inline``, that it is written into a principal; ``bounds``, that it only bounds what others allow.
    """

    of: Of
    name: str
    reply: Reply
    address: Address | None = None
    detail: Detail = None
    inline: bool = False
    stack: str = ""
    bounds: bool = False

    @property
    def thing(self) -> str:
        """What it is, whatever it is called: an id or ARN, its name where AWS tells neither.

        A policy that is written into a principal has that of the principal, and its own name.
        """
        found = next((str(self.reply[key]) for key in _THINGS.get(self.of, ("Arn",)) if self.reply.get(key)), self.name)
        return f"{found}: {self.name.partition(': ')[2]}" if self.inline else found

    @property
    def protected(self) -> Protected:
        """What protects a database. Raises TypeError for anything else."""
        if not isinstance(self.detail, Protected):
            raise TypeError(f"{self.name} is no database")
        return self.detail

    @property
    def policy(self) -> Policy:
        """The document of a policy, a key or a secret. Raises TypeError for anything else."""
        if not isinstance(self.detail, Policy):
            raise TypeError(f"{self.name} is no policy")
        return self.detail


@dataclass(frozen=True, slots=True)
class Context:
    """Everything around it. ``now``: with a time zone; None where only a spec is judged."""

    posture: Posture
    now: datetime | None = None


Path = tuple[str | int, ...]
"""Where something is written in a spec, below its resource."""


class Verdict(NamedTuple):
    """The answer: what is so, and the field of the spec that makes it so, if it is another one than the rule's.

    ``otherwise``: where that is written if there is nothing at ``path``. ``also``: further failures of the same thing.
    ``what``: what exactly fails, each port or day of it, by words that stay the same where nothing gets worse.
    """

    state: State
    message: str = ""
    path: Path | None = None
    otherwise: tuple[Path, ...] = ()
    also: tuple[Verdict, ...] = ()
    what: tuple[str, ...] = ()


PASSED, NOT_APPLICABLE = Verdict(State.PASS), Verdict(State.NOT_APPLICABLE)


def failed(message: str, *path: str | int, what: Iterable[object] = ()) -> Verdict:
    """It is not as the rule asks."""
    return Verdict(State.FAIL, message, path or None, what=tuple(map(str, what)))


def together(verdicts: Iterable[Verdict]) -> Verdict:
    """All failures of one thing as one answer, or else what is unknown; passed, if there is none."""
    listed = sorted(verdicts, key=lambda one: one.state is not State.FAIL)
    failures = [one for one in listed if one.state is State.FAIL]
    if not failures:
        return listed[0] if listed else PASSED
    return failures[0]._replace(also=tuple(failures[1:]))


def unknown(why: str) -> Verdict:
    """Nobody can tell."""
    return Verdict(State.UNKNOWN, why)


def asked(flag: bool | Unknown, message: str, *path: str | int) -> Verdict:
    """What a flag that should be true amounts to."""
    if isinstance(flag, Unknown):
        return unknown(flag.why)
    return PASSED if flag else failed(message, *path)


Decide = Callable[[Subject, Context], Verdict]


def aka(**whose: str) -> dict[str, tuple[str, ...]]:
    """Whose → ids, out of words: ``aka(hub="RDS.3 RDS.27", checkov="CKV_AWS_16")``."""
    names = {
        "hub": "Security Hub",
        "config": "AWS Config",
        "cis": "CIS",
        "analyzer": "IAM Access Analyzer",
        "prowler": "Prowler",
        "checkov": "Checkov",
        "parliament": "Parliament",
    }
    return {names[who]: tuple(ids.split()) for who, ids in whose.items()}


class Profile(StrEnum):
    """How much is asked for: ``baseline`` is what every database needs."""

    BASELINE = "baseline"
    STRICT = "strict"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    ``field``: the field of the spec that decides, "" where none does. ``aliases``: whose rule → its ids there
    (see `aka`; `frameworks` adds what those lead to). ``live``: it needs the account, no spec tells. ``good`` and
    ``bad``: an example each, as YAML: resources of a spec; where no spec decides or may say it, what AWS tells of it.
    ``doubt``: one of which the rule says that it is unknown, where it follows a reference to something else.
    ``stricter``: why it is severer than the controls of Security Hub that it has the names of.
    """

    id: str
    of: tuple[Of, ...]
    severity: Severity
    title: str
    why: str
    fix: str
    decide: Decide
    good: str
    bad: str
    field: str = ""
    aliases: Mapping[str, tuple[str, ...]] = member(default_factory=dict)
    profile: Profile = Profile.BASELINE
    live: bool = False
    doubt: str = ""
    stricter: str = ""
