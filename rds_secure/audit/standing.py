"""How each database stands: who may delete and change it, from where it is reached, how its data is protected. Pure.

Every answer is that of the engines (`Posture`); here they are only put beside each other, database by database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rds_secure.access.findings import find
from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.verbs import Verb
from rds_secure.access.network.summary import Exposure, exposures
from rds_secure.access.posture import Posture
from rds_secure.access.protection import Protected
from rds_secure.finding import Finding, Severity, State
from rds_secure.values import Address

VERBS: tuple[Verb, ...] = ("delete", "modify")
"""What is told of each database."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Who may do one thing to one database, each principal once.

    Left out are the root user where he may always, AWS services, and the roles that only they can use.
    """

    always: tuple[Caller, ...] = ()
    perhaps: tuple[Caller, ...] = ()
    """On conditions."""
    by_themselves: tuple[Caller, ...] = ()
    """Who may not, or not always, and can give themselves the right."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One instance or cluster. ``stack`` and ``address``: where it stands, if it is of a stack.

    ``allowed``: by verb; None where the identities were not read. ``exposure``: None where nothing tells its network.
    ``failed``: severity → how many rules fail on it.
    """

    protected: Protected
    allowed: Mapping[Verb, Allowed] | None
    exposure: Exposure | None
    failed: Mapping[Severity, int]
    stack: str = ""
    address: Address | None = None

    @property
    def id(self) -> str:
        """``db:orders``, ``cluster:orders``."""
        return self.protected.id

    @property
    def worst(self) -> int:
        """The highest severity that fails; 0 where nothing does."""
        return max(self.failed, default=0)


def standings(posture: Posture, findings: Iterable[Finding]) -> tuple[Standing, ...]:
    """Every database, those with the worst findings first."""
    by_subject: dict[str, list[Finding]] = {}
    for finding in findings:
        by_subject.setdefault(finding.subject, []).append(finding)
    reached = {one.answer.target: one for one in exposures(posture.reached)}
    allowed = _allowed(posture)
    made = []
    for database in posture.protection.databases:
        found = by_subject.get(database.id, [])
        grades = [one.severity for one in found if one.state is State.FAIL]
        made.append(
            Standing(
                database,
                None if allowed is None else {verb: allowed[verb].get(database.id, Allowed()) for verb in VERBS},
                reached.get(database.id),
                {grade: grades.count(grade) for grade in sorted(set(grades), reverse=True)},
                next((one.stack for one in found if one.address), ""),
                next((one.address for one in found if one.address), None),
            )
        )
    return tuple(sorted(made, key=_rank))


def _rank(one: Standing) -> tuple[list[int], str]:
    return [-one.failed.get(grade, 0) for grade in sorted(Severity, reverse=True)], one.id


def _allowed(posture: Posture) -> Mapping[Verb, Mapping[str, Allowed]] | None:
    """Verb → database → who may."""
    listing = find(posture).listing
    if listing is None:
        return None
    found: dict[Verb, dict[str, Allowed]] = {}
    for verb in VERBS:
        sure: dict[str, dict[Caller, None]] = {}
        perhaps: dict[str, dict[Caller, None]] = {}
        means: dict[str, dict[Caller, None]] = {}
        for row in listing.rows.get(verb, ()):
            if not row.only:  # of its snapshots and groups alone: not the database itself
                for name in row.databases:
                    (sure if row.sure else perhaps).setdefault(name, {}).update(dict.fromkeys(row.principals))
        for gift in posture.escalations:
            for gained, names in zip(gift.verbs, gift.databases, strict=False):
                if gained == verb:
                    for name in names:
                        means.setdefault(name, {})[gift.principal] = None
        found[verb] = {
            name: Allowed(
                tuple(always := sure.get(name, {})),
                tuple(each for each in perhaps.get(name, {}) if each not in always),
                tuple(each for each in means.get(name, {}) if each not in always),
            )
            for name in {**sure, **perhaps, **means}
        }
    return found
