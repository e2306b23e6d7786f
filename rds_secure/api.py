"""The pipeline: load → read live → plan → apply → verify. The only place that wires the core to AWS."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rds_secure.apply import Clock, Outcome, SystemClock, run
from rds_secure.apply.again import PAUSES, in_doubt, merged, rest
from rds_secure.aws.caller import AwsCaller
from rds_secure.aws.reader import AwsReader
from rds_secure.aws.secrets import Secrets
from rds_secure.aws.session import Access, Connection
from rds_secure.draft import Draft, Selection, select, write
from rds_secure.errors import Problem, RdsSecureError, RefusedError
from rds_secure.events import Observer, Stopping, Verifying, ignore
from rds_secure.kind import Scope, Stateful
from rds_secure.live import Identity, Snapshot, read_live
from rds_secure.live.authors import authors
from rds_secure.plan import Deletion, Plan, plan
from rds_secure.plan.drift import Drift, Sort, blamed, drift
from rds_secure.resources import KINDS
from rds_secure.spec import Environment, Source, Stack, build
from rds_secure.values import Address, secrets

VERIFICATIONS = 8
"""How often the account is read back after an apply, with growing pauses, some 70 s in all (IAM-1, KMS-4)."""


@dataclass(frozen=True, slots=True)
class Account:
    """A stack's account: the connection to it, who we are there, and the clock by which things happen there."""

    connection: Connection
    identity: Identity
    clock: Clock = field(default_factory=SystemClock)


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and the reading of the account it was made from."""

    plan: Plan
    snapshot: Snapshot
    stack: Stack


def connect(stack: Stack, access: Access, clock: Clock | None = None) -> Account:
    """Credentials and region for a stack; its ``account:`` guard is checked before anything else is called."""
    if access.region and stack.region and access.region != stack.region:
        fix = f"leave --region out, or use a spec for {access.region}"
        raise RefusedError([Problem(f"the spec is for {stack.region}, not {access.region}", fix)])
    region = stack.region or access.region
    clock = clock or SystemClock()
    connection = Connection(
        Access(access.profile, region, access.role_arn, access.endpoint, access.access_key, access.secret_key), clock
    )
    identity = connection.identity()
    if stack.account and stack.account != identity.account:
        what = f"the spec is for account {stack.account}, the credentials are for {identity.account}"
        raise RefusedError([Problem(what, "use other credentials, or another spec")])
    return Account(connection, identity, clock)


def make_plan(
    stack: Stack,
    account: Account,
    sources: Sequence[Source] = (),
    deletion: Deletion = Deletion(),  # noqa: B008
    create_empty: frozenset[Address] = frozenset(),
) -> Planned:
    """Read the account and plan. ``sources`` let ``${aws.…}`` be filled in with what AWS says.

    ``create_empty``: databases that may begin again empty although something of them is left.
    """
    identity = account.identity
    if stack.uses_environment and sources:
        stack = build(sources, Environment(identity.account, identity.region, identity.partition))
    with AwsReader(account.connection) as reader:
        snapshot = read_live(stack, reader, identity, deletion.stateful)
    return Planned(plan(snapshot, stack.at, deletion, create_empty), snapshot, stack)


def find_drift(planned: Planned, account: Account) -> Drift:
    """What differs from the spec, and who changed it, as far as CloudTrail can tell."""
    found = drift(planned.plan)
    changed = [item.step.address for item in found.deviations if item.sort is not Sort.MARKS]
    with AwsReader(account.connection) as reader:
        return blamed(found, *authors(planned.snapshot, changed, reader))


def draft(name: str, account: Account, selection: Selection) -> Draft:
    """A spec of what exists, for a stack of that name."""
    identity = account.identity
    scope = Scope(identity.account, identity.region, identity.partition, name)
    with AwsReader(account.connection) as reader:
        return write(select(reader, scope, selection), scope)


def apply(planned: Planned, account: Account, observe: Observer = ignore, clock: Clock | None = None) -> Outcome:
    """Carry out a plan, which must be applicable. What failed is in the outcome.

    Where no answer says whether a call took effect, the account is read anew, and the rest of the plan carried out.
    """
    if not planned.plan.is_applicable:
        raise RefusedError([Problem(item.what, item.fix, item.location) for item in planned.plan.refusals])
    if missing := list(_without_secrets(planned, Secrets(account.connection))):
        raise RefusedError(missing)
    caller, clock = AwsCaller(account.connection), clock or account.clock
    outcome = run(planned.plan, caller, clock, observe)
    for number, pause in enumerate(PAUSES, 1):
        if not in_doubt(outcome):
            break
        try:
            observe(Verifying(number))
            clock.sleep(clock.spread(pause))
            now = make_plan(planned.stack, account).plan
        except RdsSecureError:  # such as a key that KMS does not show yet (KMS-4); the failures are told either way
            continue
        except KeyboardInterrupt:
            outcome.interrupted = True
            observe(Stopping())
            break
        if not now.is_applicable:
            break
        left = rest(planned.plan, outcome, now, first_look=number % 2 == 1)
        outcome = merged(planned.plan, outcome, now, left, run(left, caller, clock, observe))
    return outcome


def _without_secrets(planned: Planned, found: Secrets) -> Iterator[Problem]:
    """Sources of secrets that have nothing to give: better known before the first call than after half of them."""
    for step, operation in planned.plan.operations():
        for _, why in found.missing(secrets(operation.params)):
            yield Problem(why, "set it before you apply, or name another source", planned.stack.at(step.address))


def verify(
    planned: Planned, account: Account, deletion: Deletion, observe: Observer = ignore, clock: Clock | None = None
) -> Planned:
    """Plan again until nothing is left for what was touched, or the patience is over; the last plan."""
    clock = clock or account.clock
    touched = {step.address for step in planned.plan.steps if step.operations}
    pause = 1.0
    for attempt in range(1, VERIFICATIONS + 1):
        observe(Verifying(attempt))
        again = make_plan(planned.stack, account, deletion=deletion)
        left = [step.address for step in again.plan.steps if step.operations and step.address in touched]
        if not left or attempt == VERIFICATIONS:
            break
        clock.sleep(clock.spread(pause))
        pause *= 1.7
    return again


def stateful(*, keys: bool) -> frozenset[str]:
    """The kinds that hold data: databases, and with ``keys`` the keys as well."""
    wanted = {Stateful.DATA, Stateful.KEY} if keys else {Stateful.DATA}
    return frozenset(kind.name for kind in KINDS if kind.stateful in wanted)
