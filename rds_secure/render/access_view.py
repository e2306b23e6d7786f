"""What a plan does to access, in its published form: a part of `view.PlanView`. How it is written: `json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from rds_secure.access.delta.gains import gains
from rds_secure.access.delta.model import Appearing, Danger, Delta
from rds_secure.access.network.evidence import Verdict
from rds_secure.access.network.intervals import Addresses
from rds_secure.render.access_words import lines, summary
from rds_secure.values import Ref

DangerName = Literal["internet", "data", "gain", "sight", "change", "loss"]
EffectName = Literal["gains", "changes", "loses"]
VerdictName = Literal["none", "latent", "unknown", "possible", "reachable"]


class _View(BaseModel):
    """The base of all parts: every field is always there."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class PrincipalView(_View):
    """Who asks."""

    kind: str
    """user, role, root, service, federated or anyone."""
    arn: str
    """Its ARN; of a service its name, of a federated principal its provider, * for anyone."""
    account: str
    """Another account that it is of; empty for this one, and for what is of none."""


class PermissionView(_View):
    """That principals may do something to databases which they could not, or not on these conditions, or no more."""

    danger: DangerName
    """How bad it is."""
    effect: EffectName
    """Whether they gain, lose, or have something else that cannot be compared."""
    principals: tuple[PrincipalView, ...]
    """Who."""
    verb: str
    """create, modify, delete, describe, connect, read secret, use key or break key."""
    databases: tuple[str, ...]
    """db:…, cluster:…; * for any."""
    was: str
    """On which conditions before; empty for not at all, always for none."""
    now: str
    """On which conditions with the plan."""
    actions: tuple[str, ...]
    """Actions by which it is, or was, allowed."""
    way: tuple[str, ...]
    """ARNs of the roles that are assumed for it, one after the other."""


class ActionsView(_View):
    """That principals may do what they could before, by other actions of their own."""

    danger: DangerName
    """How bad it is."""
    effect: EffectName
    """Whether there are more of them."""
    principals: tuple[PrincipalView, ...]
    """Who."""
    verb: str
    """The verb that the actions are of."""
    databases: tuple[str, ...]
    """To which databases."""
    gained: tuple[str, ...]
    """Actions that are allowed now."""
    lost: tuple[str, ...]
    """Actions that are allowed no more."""


class EscalationView(_View):
    """That principals can give themselves what they have not."""

    danger: DangerName
    """How bad it is."""
    effect: EffectName
    """Whether they gain that."""
    principals: tuple[PrincipalView, ...]
    """Who."""
    verbs: tuple[str, ...]
    """What they can give themselves."""
    was: str
    """On which conditions before."""
    now: str
    """On which conditions with the plan."""
    by: tuple[str, ...]
    """By which actions, and what these are done to."""


class ReachView(_View):
    """That addresses reach databases as they did not before."""

    danger: DangerName
    """How bad it is."""
    databases: tuple[str, ...]
    """db:…, cluster:…, db-proxy:…"""
    way: str
    """How they come: internet, inside the VPC, peering …"""
    was: VerdictName
    """What became of them before."""
    now: VerdictName
    """What becomes of them with the plan."""
    addresses: tuple[str, ...]
    """The addresses, exactly, as the fewest networks."""


class InterfaceView(_View):
    """A network interface in view."""

    id: str
    """Its id."""
    instance: str
    """The EC2 instance that has it; empty for none."""
    address: str
    """The address that fares best."""
    groups: tuple[str, ...]
    """The security groups that it carries."""


class ConnectionView(_View):
    """That interfaces in view reach databases as they did not before."""

    danger: DangerName
    """How bad it is."""
    databases: tuple[str, ...]
    """Which databases."""
    was: VerdictName
    """What became of them before."""
    now: VerdictName
    """What becomes of them with the plan."""
    interfaces: tuple[InterfaceView, ...]
    """The interfaces."""


class DoorView(_View):
    """That a way to the data which is no connection to the database opens or closes."""

    danger: DangerName
    """How bad it is."""
    databases: tuple[str, ...]
    """Which databases."""
    kind: str
    """data-api, proxy, load-balancer, nat-gateway, client-vpn, session-manager, replica …"""
    through: str
    """What it leads through."""
    was: VerdictName
    """How that reached the databases before."""
    now: VerdictName
    """How it does with the plan."""


class ProtectionView(_View):
    """That databases are protected otherwise."""

    danger: DangerName
    """How bad it is."""
    effect: EffectName
    """Whether they gain protection or lose it."""
    databases: tuple[str, ...]
    """Which databases."""
    aspect: str
    """What protects: deletion protection, TLS required, days of backups …"""
    was: str
    """What it was."""
    now: str
    """What it becomes."""


class NewView(_View):
    """A database that there was not before."""

    database: str
    """Its name."""
    holders: dict[str, int]
    """Verb → how many principals may do that to it because they may do so to any database."""
    protection: dict[str, str]
    """How it is protected, as far as that is known: aspect → what it is."""


class AccessView(_View):
    """What a plan does to access: who may do what, from where databases are reached, how data is protected."""

    empty: bool
    """Whether nothing changes, as far as is known."""
    summary: str
    """That, and how bad the worst is, for people."""
    lines: tuple[str, ...]
    """Every change in a sentence for people, the worst first."""
    digest: str
    """What an approval is bound to besides the plan: who gains what."""
    permissions: tuple[PermissionView, ...]
    """Who may do what."""
    actions: tuple[ActionsView, ...]
    """By which other actions."""
    escalations: tuple[EscalationView, ...]
    """Who can give themselves more."""
    reach: tuple[ReachView, ...]
    """Which addresses reach what."""
    connections: tuple[ConnectionView, ...]
    """Which interfaces reach what."""
    doors: tuple[DoorView, ...]
    """Which side doors open and close."""
    protection: tuple[ProtectionView, ...]
    """What protects less, more, or otherwise."""
    appeared: tuple[NewView, ...]
    """Databases that are new."""
    gone: tuple[str, ...]
    """Databases that go."""
    unknown: tuple[str, ...]
    """What is not known, for people."""


def access_view(delta: Delta, known: Mapping[Ref, str]) -> AccessView:
    """A change in access in its published form; ``known``: what the plan's references yield."""
    parts = {name: tuple(map(_plain, getattr(delta, name))) for name in _PARTS}
    return AccessView(
        empty=delta.is_empty,
        summary=summary(delta),
        lines=tuple(line.text for line in lines(delta)),
        digest=gains(delta, known).digest,
        **parts,
        gone=delta.gone,
        unknown=delta.unknown,
    )


_PARTS = ("permissions", "actions", "escalations", "reach", "connections", "doors", "protection", "appeared")


def _plain(change: object) -> Any:
    """A change by the names of its fields, which its view has too."""
    match change:
        case Danger() | Verdict():
            return change.name.lower()
        case Addresses():
            return change.networks()
        case tuple():
            return tuple(map(_plain, change))
        case Appearing():
            return {
                "database": change.database,
                "holders": dict(change.holders),
                "protection": dict(change.protection),
            }
    if not is_dataclass(change):
        return change
    found = {item.name: _plain(getattr(change, item.name)) for item in fields(change)}
    if hasattr(change, "danger"):
        found["danger"] = _plain(change.danger)
    return found
