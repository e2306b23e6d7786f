"""The pipeline: load → read live → plan → apply → verify. The only place that wires the core to AWS."""

from __future__ import annotations

import os
import secrets as random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeAlias

from rds_secure.access import expect
from rds_secure.access.also import questions
from rds_secure.access.delta.topics import topics_of
from rds_secure.access.posture import Posture
from rds_secure.apply import Clock, Generation, Guard, NoLock, Outcome, StackLock, SystemClock, run
from rds_secure.apply.again import BLIND, PAUSES, in_doubt, merged, next_look, rest
from rds_secure.apply.generation import Record
from rds_secure.apply.guard import Held
from rds_secure.apply.lasting import longest_wait, warning
from rds_secure.apply.place import place
from rds_secure.apply.preconditions import with_preconditions as seen_to
from rds_secure.apply.preflight import Answer
from rds_secure.apply.preflight import preflight as ask
from rds_secure.audit.hub.importing import Imported, Sending, carry_out
from rds_secure.aws.caller import AwsCaller
from rds_secure.aws.lock import LOCK_ACTIONS, SsmStore, lock_resources
from rds_secure.aws.reader import AwsReader
from rds_secure.aws.secrets import Secrets
from rds_secure.aws.session import Access, Connection
from rds_secure.draft import Draft, Selection, select, write
from rds_secure.errors import DeniedError, Problem, RdsSecureError, RefusedError, UnsupportedError
from rds_secure.events import Event, Observer, Stopping, Verifying, each, ignore
from rds_secure.inventory import Inventory, Question, Topic, read
from rds_secure.inventory import Place as Where
from rds_secure.inventory.questions import EVERYTHING
from rds_secure.inventory.recording import Recording
from rds_secure.kind import Scope, Stateful
from rds_secure.live import Identity, Snapshot, read_again, read_live
from rds_secure.live.again import needed
from rds_secure.live.authors import authors
from rds_secure.live.closer import traces
from rds_secure.live.recorded import Noted, Readings
from rds_secure.plan import Action, Deletion, Node, Plan, permissions, plan
from rds_secure.plan.back import back
from rds_secure.plan.drift import Drift, Sort, blamed, drift
from rds_secure.plan.recheck import moved_since
from rds_secure.plan.targets import Right
from rds_secure.resources import KINDS
from rds_secure.reviews import Review
from rds_secure.rules.judgement import Bounds
from rds_secure.rules.topics import topics_of as to_judge
from rds_secure.spec import Environment, Source, Stack, build
from rds_secure.values import Address, secrets

Exports: TypeAlias = Mapping[Address, Mapping[str, str]]
"""What each resource yields: its ARN, its endpoint, where its secret is."""

VERIFICATIONS = 8
"""How often the account is read back after an apply, with growing pauses, some 70 s in all (IAM-1, KMS-4)."""


@dataclass(frozen=True, slots=True)
class Account:
    """A stack's account: the connection to it, who we are there, and the clock by which things happen there."""

    connection: Connection
    identity: Identity
    clock: Clock = field(default_factory=SystemClock)

    def reading(self) -> AwsReader:
        """A reading of it, for a ``with``."""
        return AwsReader(self.connection)


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, the reading of the account it was made from, and what else it was made with."""

    plan: Plan
    snapshot: Snapshot
    stack: Stack
    deletion: Deletion = field(default_factory=Deletion)
    create_empty: frozenset[Address] = frozenset()
    back: Address | None = None
    """What a migration of is taken back, where the plan is that."""
    migration: str = ""
    """The id of that migration, where it was asked for."""


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
    account: Readings,
    sources: Sequence[Source] = (),
    deletion: Deletion = Deletion(),  # noqa: B008
    create_empty: frozenset[Address] = frozenset(),
    roll_back: Address | None = None,
    migration: str = "",
) -> Planned:
    """Read the account, or a recording of it, and plan. ``sources`` let ``${aws.…}`` be filled in with what AWS says.

    ``create_empty``: databases that may begin again empty although something of them is left. ``roll_back``: plan the
    way back of a migration of that address, and nothing else; ``migration``: its id, where it is not the last one.
    """
    identity = account.identity
    if stack.uses_environment and sources:
        stack = build(sources, Environment(identity.account, identity.region, identity.partition))
    with account.reading() as reader:
        snapshot = read_live(stack, reader, identity, deletion.stateful, roll_back)
    if roll_back:
        made = back(snapshot, stack.at, roll_back, migration)
    else:
        made = plan(snapshot, stack.at, deletion, create_empty)
    return Planned(made, snapshot, stack, deletion, create_empty, roll_back, migration)


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


def take_inventory(account: Readings, topics: Collection[Topic], also: Iterable[Question] = ()) -> Inventory:
    """What AWS says about these topics, whoever owns what; what it denies is unread."""
    identity = account.identity
    with account.reading() as reader:
        return read(reader, Where(identity.account, identity.region, identity.partition), topics, also)


def record(account: Readings, stack: Stack | None = None, sources: Sequence[Source] = ()) -> Recording:
    """All that the questions of access ask of an account and, with a stack, all that its plan asks.

    And what would be asked if its databases were missing, so that one more of them can be planned.
    """
    noted = Noted(account)
    take_inventory(noted, EVERYTHING)
    if stack is not None:
        planned = make_plan(stack, noted, sources)
        take_inventory(noted, EVERYTHING, questions(planned.plan, EVERYTHING))
        declared = planned.snapshot.resources.items()
        data = [item for address, item in declared if address.kind in stateful(keys=False)]
        with noted.reading() as reader:
            traces(reader, data, planned.snapshot.scope)
    return noted.recording(datetime.now(UTC), stack.name if stack else "")


def review(
    planned: Planned,
    account: Readings,
    topics: Collection[Topic] = (),
    bounds: Bounds | None = None,
    *,
    access: bool = True,
    begun: bool = False,
) -> Review:
    """What a plan does to access, what it makes worse by the rules, and whether all is then as the stack expects.

    The account is read only where a call bears on access (not at all without ``access``) or on what a rule is about
    (not at all without ``bounds``), or something is expected; ``topics``: read these as well. What AWS denies is
    unknown, and said. A way back of a migration is never stopped by what the stack expects or a rule says, and reads
    nothing for the former without ``access``; one that is the rest of what was ``begun`` only by what it makes worse.
    """
    stack, binds = planned.stack, planned.back is None
    expected = stack.expectations if binds or access else ()
    bears = topics_of(planned.plan) | frozenset(topics) if access else frozenset[Topic]()
    judged = to_judge(planned.plan, old=bounds.old) if bounds else frozenset[Topic]()
    wanted = bears | judged | expect.topics(expected)
    names = expect.Names(planned.plan.known, stack.aws_name, stack.resources)
    also = questions(planned.plan, wanted) | expect.questions(expected, names)
    found = take_inventory(account, wanted, also) if wanted else None
    before = Posture(found) if found else None
    return Review(planned.plan, bears, before, stack, binds, bounds, datetime.now(UTC), begun)


def import_findings(plan: Sending, account: Account) -> Imported:
    """Send findings of ours to Security Hub. What it does not take is told, not raised."""
    return carry_out(plan, AwsCaller(account.connection))


def least_policy(planned: Planned, also: Sequence[Right] = ()) -> tuple[permissions.Document, ...]:
    """The least policies with which a caller can plan, carry out this plan, and read back; ``also``: further rights."""
    return permissions.least(planned.plan, planned.snapshot.scope, also)


def lock_rights(stack: str, account: Account) -> tuple[Right, ...]:
    """What whoever applies needs for the lock of a stack."""
    return tuple(Right(action, arn) for action in LOCK_ACTIONS for arn in lock_resources(account.identity, stack))


def preflight(planned: Planned, account: Account, also: Sequence[Right] = ()) -> Answer:
    """Whether the caller may make every call of a plan, and has these further rights. IAM is asked, nothing changed."""
    scope = planned.snapshot.scope
    with AwsReader(account.connection) as reader:
        return ask((*permissions.calling(planned.plan, scope), *also), reader, account.identity.arn, scope)


def with_preconditions(planned: Planned, account: Readings) -> Planned:
    """The plan, which says of every migration and restore in it what is ok, missing or unknown; nothing is changed."""
    with account.reading() as reader:
        plan = seen_to(planned.plan, reader, account.identity.arn, planned.snapshot.scope)
    return replace(planned, plan=plan)


def too_short(planned: Planned, account: Account) -> str:
    """What to say where the caller's credentials may end before the waits of a plan do; "" where they do not."""
    return warning(account.connection.lasting(), datetime.now(UTC), longest_wait(planned.plan))


def stack_lock(stack: str, account: Account) -> StackLock:
    """The way of this run to the lock of a stack. Nothing is taken yet."""
    me = Record(run=random.token_hex(16), who=account.identity.arn, where=place(os.environ))
    return StackLock(SsmStore(account.connection, stack), me, account.clock, lambda: datetime.now(UTC))


@contextmanager
def hold(
    lock: StackLock,
    digest: str,
    timeout: float = 0.0,
    waiting: Callable[[Generation], object] = lambda holder: None,
    stuck: Callable[[int, BaseException], object] = lambda generation, why: None,
) -> Iterator[Held]:
    """Hold the lock of a stack, and release it on the way out, whichever that is.

    ``timeout``: seconds to wait for who holds it, of whom ``waiting`` is told; `LockedError` after them. ``stuck`` is
    told of a lock that could not be released, and why. Raises `RefusedError` where the caller may not take it.
    """
    try:
        try:
            held = lock.acquire(digest, timeout, waiting)
        except (DeniedError, UnsupportedError) as error:
            allow = f"allow the caller {error.service}:{error.action}"
            fix = f"{allow}, or pass --no-lock and see to it that nobody else applies"
            raise RefusedError([Problem(f"the lock cannot be taken: {error}", fix)]) from error
        yield held
    finally:
        tried = lock.tried
        try:
            lock.release()
        except BaseException as error:
            stuck(tried, error)
            if not isinstance(error, Exception):
                raise


def apply(
    planned: Planned,
    account: Account,
    observe: Observer = ignore,
    clock: Clock | None = None,
    guard: Guard = NoLock(),  # noqa: B008
) -> Outcome:
    """Carry out a plan, which must be applicable, as long as the guard allows. What failed is in the outcome.

    Where no answer says whether a call took effect, the account is read anew, and the rest of the plan carried out.
    `preflight` tells before whether the caller may.
    """
    if not planned.plan.is_applicable:
        raise RefusedError(planned.plan.obstacles)
    if missing := list(_without_secrets(planned, Secrets(account.connection))):
        raise RefusedError(missing)
    caller, time = AwsCaller(account.connection), clock or account.clock

    def heed(event: Event) -> None:
        if isinstance(event, Stopping):
            account.connection.stopping.set()

    def once(part: Planned) -> Outcome:
        try:
            return run(part.plan, caller, time, each(heed, observe), guard=guard, recheck=Recheck(part, account))
        finally:  # the lock is released by calls that are tried again
            account.connection.stopping.clear()

    outcome, looks, blind = once(planned), 0, 0
    while looks < len(PAUSES) and in_doubt(outcome) and not outcome.lost:
        before, (pause, after) = len(outcome.done), next_look(outcome, looks)
        now = None
        try:
            observe(Verifying(after))
            time.sleep(time.spread(pause))
            now = _planned_again(planned, account)
        except RdsSecureError:  # such as a key that KMS does not show yet (KMS-4); the failures are told either way
            pass
        except KeyboardInterrupt:
            outcome.interrupted = True
            observe(Stopping())
            break
        if now is None or not now.plan.is_applicable:  # something may be on its way: a stream that stops
            looks, blind = looks if blind < BLIND else after, blind + 1
            continue
        looks = after
        left = rest(planned.plan, outcome, now.plan, first_look=looks % 2 == 1)
        outcome = merged(planned.plan, outcome, now.plan, left, once(replace(now, plan=left)))
        if len(outcome.done) > before:  # what is in doubt now is another call
            looks = 0
    return outcome


def _planned_again(planned: Planned, account: Account) -> Planned:
    """A plan of the same, of the account as it is now."""
    wishes = (planned.deletion, planned.create_empty, planned.back, planned.migration)
    return make_plan(planned.stack, account, (), *wishes)


@dataclass(frozen=True, slots=True)
class Recheck:
    """Reads what is about to be deleted once more: what moved of it since the plan, or ""."""

    planned: Planned
    account: Account

    def __call__(self, node: Node) -> str:
        address, index = node
        made, snapshot = self.planned.plan, self.planned.snapshot
        (step,) = (step for step in made.steps if step.address == address)
        before = snapshot.live.get(address) or snapshot.retired.get(address)
        if before is None:  # it was made by this very plan
            return ""
        ending = {item.address for item in made.steps if item.action is Action.DELETE}
        going = frozenset(snapshot.retired[at].exports.get("arn", "") for at in ending & snapshot.retired.keys())
        with AwsReader(self.account.connection) as reader:
            now = read_again(before, snapshot, reader)
            if moved := moved_since(made, snapshot, step, index, now):
                return moved
            return needed(now or before, snapshot, reader, going) if address in ending else ""


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
        left = [step.address for step in again.plan.steps if step.is_open and step.address in touched]
        if not left or attempt == VERIFICATIONS:
            break
        clock.sleep(clock.spread(pause))
        pause *= 1.7
    return again


def stateful(*, keys: bool) -> frozenset[str]:
    """The kinds that hold data: databases, and with ``keys`` the keys as well."""
    wanted = {Stateful.DATA, Stateful.KEY} if keys else {Stateful.DATA}
    return frozenset(kind.name for kind in KINDS if kind.stateful in wanted)
