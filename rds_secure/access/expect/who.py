"""Who may although only others are expected to. Whoever acts is judged: of a role that somebody assumes, the role.

Not counted are roles that are linked to an AWS service: it alone can use them, for its own work (IAM user guide,
"Service-linked roles"); and RDS itself, which has a grant on the key of each of its databases (RDS user guide,
"Encrypting Amazon RDS resources").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase

from rds_secure.access.expect.names import Names, unlisted
from rds_secure.access.expect.outcome import ByPrincipal, Outcome
from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.court import Asker
from rds_secure.access.iam.escalate import Escalations
from rds_secure.access.iam.estate import Database
from rds_secure.access.iam.evaluate import Reason
from rds_secure.access.iam.explain import explain
from rds_secure.access.iam.identities import Identities
from rds_secure.access.iam.logic import NO, Atom, Formula, Literal, atoms, resolve
from rds_secure.access.iam.policy import Unread
from rds_secure.access.iam.spread import places
from rds_secure.access.iam.verbs import Verb
from rds_secure.access.iam.who import Who
from rds_secure.access.posture import Posture
from rds_secure.inventory.questions import DATABASES
from rds_secure.spec.expect import Expected

EXPLAINED = 20
"""Breaches whose statements are looked up; the others are told without."""

_ACCOUNT, _SERVICE = "account ", "service "


def who_may(expected: Expected, posture: Posture, names: Names) -> Outcome:
    """What has become of an expectation about who may."""
    who = posture.who
    if who is None:
        return Outcome(expected, unknown=("the identities of the account were not read",))
    entry = expected.expectation
    breaches: list[ByPrincipal] = []
    unknown = dict.fromkeys(unlisted(entry.on, posture.inventory, DATABASES))
    keys = dict.fromkeys(names.keys(entry.on))
    if keys and (of_keys := _of_keys(posture, tuple(keys))) is not None:
        _collect(expected, of_keys, _Meant(names, of_keys.identities, entry.only), tuple(keys), breaches, unknown)
    there = tuple(database.name for database in who.databases)
    things = tuple(name for name in names.things(entry.on, there, ("db_instance", "db_cluster")) if name not in keys)
    unknown.update({f"there is no {name} in the account": None for name in things if name not in there})
    known = tuple(name for name in things if name in there)
    if known:
        _collect(expected, who, _Meant(names, who.identities, entry.only), known, breaches, unknown)
    return Outcome(expected, tuple(breaches), tuple(unknown))


def _of_keys(posture: Posture, arns: tuple[str, ...]) -> Who | None:
    """The question about keys alone, be they of a database or not; each is called by its ARN."""
    who = posture.who
    if who is None:
        return None
    estate = replace(who.estate, databases=tuple(Database(arn, {"key": arn}) for arn in arns))
    return Who(who.identities, estate)


class _Meant:
    """Whom the list of an expectation means."""

    def __init__(self, names: Names, identities: Identities, only: tuple[object, ...]) -> None:
        self._account = identities.account
        self._entries = frozenset(names.literal(item) for item in only)  # type: ignore[arg-type]
        self._patterns = tuple(entry for entry in self._entries if entry.startswith("arn:") and "*" in entry)
        groups = {group.name: group.arn for group in identities.groups}
        self._groups = {
            user.arn: frozenset(groups[name] for name in user.groups if name in groups) for user in identities.users
        }

    def covers(self, caller: Caller) -> bool:
        """Whether a principal is among them."""
        entries = self._entries
        if caller.arn in entries or self._groups.get(caller.arn, frozenset()) & entries:
            return True
        if any(fnmatchcase(caller.arn, pattern) for pattern in self._patterns):
            return True
        match caller.kind:
            case "root" if caller.account == self._account:
                return "root" in entries
            case "service":
                return _SERVICE + caller.arn in entries
            case "anyone":
                return "anyone" in entries
        return caller.account != self._account and _ACCOUNT + caller.account in entries


def _collect(
    expected: Expected,
    who: Who,
    meant: _Meant,
    things: tuple[str, ...],
    breaches: list[ByPrincipal],
    unknown: dict[str, None],
) -> None:
    """Notes who may, or can give itself the right, to any of the things, and is not meant."""
    told = set[tuple[str, Verb]]()
    for breach in _candidates(who, meant, expected, things):
        if breach.escalation and (breach.caller.arn, breach.verb) in told:
            continue
        if missing := _unread(breach.when):
            unknown.update(dict.fromkeys(missing))
            continue
        told.add((breach.caller.arn, breach.verb))
        explained = len(breaches) < EXPLAINED and not breach.escalation
        breaches.append(replace(breach, reasons=_reasons(who, breach)) if explained else breach)


def _candidates(who: Who, meant: _Meant, expected: Expected, things: tuple[str, ...]) -> Iterator[ByPrincipal]:
    """Everybody who is not meant and may, and then who can give itself the right."""
    wanted = sum(1 << place for place, database in enumerate(who.databases) if database.name in things)
    for asker in who.askers:
        if not (_is_the_service(asker.caller) or meant.covers(asker.caller)):
            yield from _powers(who, asker, expected, wanted)
    if expected.expectation.escalation == "allow":
        return
    for found in Escalations(who).all():
        if not (_is_the_service(found.principal) or meant.covers(found.principal)):
            for verb in expected.expectation.may:
                if verb in found.verbs:
                    yield ByPrincipal(found.principal, verb, things, found.when, escalation=found)


def _is_the_service(caller: Caller) -> bool:
    """Whether a principal is nobody but AWS at its own work."""
    return caller.service_linked or (caller.kind == "service" and caller.arn.partition(".")[0] == "rds")


def _powers(who: Who, asker: Asker, expected: Expected, wanted: int) -> Iterator[ByPrincipal]:
    """What one principal may do to the things (bits over the databases), verb by verb, where it is alike."""
    powers = who.powers(asker)
    for verb in expected.expectation.may:
        for power in powers.get(verb, ()):
            if mask := power.mask & wanted:
                things = tuple(who.databases[place].name for place in places(mask))
                yield ByPrincipal(asker.caller, verb, things, power.when)


def _unread(when: Formula) -> tuple[str, ...]:
    """The policies that were not read, where without them it is not allowed: then nobody knows."""

    def without(atom: Atom) -> Formula:
        return NO if isinstance(atom, Unread) else Literal(atom)

    if resolve(when, without) is not NO:
        return ()
    return tuple(f"{atom.policy} was not read" for atom in atoms(when) if isinstance(atom, Unread))


def _reasons(who: Who, breach: ByPrincipal) -> tuple[Reason, ...]:
    """The statements that allow it, of the first thing, without a way through other roles."""
    asker = next(asker for asker in who.askers if asker.caller == breach.caller)
    own = explain(who, asker, breach.verb, breach.things[0])[0]
    found = (reason for step in own.acts for reason in step.decision.reasons if step.decision.when is not NO)
    return tuple(dict.fromkeys(reason for reason in found if reason.allow))
