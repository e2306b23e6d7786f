"""Why somebody may do something to a database, or may not: each request that it takes, with the statements that decide.

The decisions are those of `evaluate`, one request at a time; `who` decides the same for all databases at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rds_secure.access.iam.become import Way
from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.context import OPEN
from rds_secure.access.iam.court import Asker
from rds_secure.access.iam.estate import Database
from rds_secure.access.iam.evaluate import Decision, Request, evaluate, together
from rds_secure.access.iam.verbs import VERBS, Act, Part, Verb
from rds_secure.access.iam.who import Who


@dataclass(frozen=True)
class Step:
    """One request: who asks, for what, of which resources, and the decision on it."""

    caller: Caller
    action: str
    resources: tuple[str, ...]
    decision: Decision


@dataclass(frozen=True)
class Explanation:
    """A way: the roles that are assumed one after the other (none: as oneself), and then an action each of the verb.

    ``hops`` are the requests to become the roles. An action that makes no sense for the database is left out.
    """

    way: Way
    hops: tuple[Step, ...]
    acts: tuple[Step, ...]


def explain(who: Who, asker: Asker, verb: Verb, database: str) -> tuple[Explanation, ...]:
    """Why somebody may do this, or not, as itself, and by every way that adds something.

    Raises KeyError for a database that was not asked about.
    """
    place = {known.name: known for known in who.databases}[database]
    found = [Explanation((), (), tuple(_acts(who, asker, verb, place)))]
    ways = {
        answer.way: None for answer in who.answers_of(asker) if answer.verb == verb and database in answer.databases
    }
    for way in (way for way in ways if way):
        hops, last = _hops(who, asker, way)
        found.append(Explanation(way, hops, tuple(_acts(who, last, verb, place))))
    return tuple(found)


def _hops(who: Who, asker: Asker, way: Way) -> tuple[tuple[Step, ...], Asker]:
    """The requests to become the roles of a way, and who one is in the end."""
    roles = {role.caller.arn: role for role in who.ways.askers}
    trusts = {role.arn: role.trust for role in who.identities.roles}
    steps = []
    for hop in way:
        action = who.ways.action(asker.caller)
        known = who.identities.tags.get(hop.role, OPEN)
        request = Request(asker.caller, action, hop.role, who.identities.account, known, strict=True)
        decision = evaluate(request, replace(asker.policies, resource=(trusts[hop.role],)))
        steps.append(Step(asker.caller, action, (hop.role,), decision))
        asker = roles[hop.role]
    return tuple(steps), asker


def _acts(who: Who, asker: Asker, verb: Verb, database: Database) -> Iterator[Step]:
    for act in VERBS[verb]:
        if all(part in database.parts for part in act.needs):
            parts = [part for part in (*act.needs, *act.also) if part in database.parts]
            decisions = [_decide(who, asker, act, part, database, fresh=verb == "create") for part in parts]
            resources = tuple(database.parts[part] for part in parts)
            yield Step(asker.caller, act.action, resources, together(decisions))


def _decide(who: Who, asker: Asker, act: Act, part: Part, database: Database, *, fresh: bool) -> Decision:
    arn = database.parts[part]
    owner = arn.split(":")[4] or who.estate.account
    known = who.courts.context(database, part, fresh)
    request = Request(asker.caller, act.action, arn, owner, known, strict=who.courts.strict(part))
    return evaluate(request, replace(asker.policies, resource=who.courts.governing(part).get(arn, ())))
