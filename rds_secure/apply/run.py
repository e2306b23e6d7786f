"""The loop that carries out a plan: every call as soon as what it needs is complete, many at a time.

A call that fails stops only what depends on it (issue: the rest finishes). Ctrl-C lets running calls finish, waits for
nothing more, and starts no more; so does a lock that is lost. It knows calls and references, never resources.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Protocol, TypeAlias

from rds_secure.apply.clock import Clock
from rds_secure.apply.guard import Guard, NoLock
from rds_secure.apply.wait import Interrupted, Waiter, WaitFailed
from rds_secure.errors import CallError, CredentialsError, RdsSecureError, StaleError, StoppedError
from rds_secure.events import Done, Failed, Observer, Retrying, Skipped, Started, Stopping, Waiting
from rds_secure.operation import Operation, Wait
from rds_secure.paths import search
from rds_secure.plan import Action, Node, Plan, order
from rds_secure.values import Address, Handed, Ref, refs, resolve

WORKERS = 10
"""Calls in flight, as Terraform's default; many more only meet the services' rate limits."""

RETRY_SECONDS = 120.0
"""How long an error that passes by itself (IAM-1, EC2-4) is borne."""


class Caller(Protocol):
    """What carries a call to AWS."""

    def call(
        self, service: str, action: str, params: Mapping[str, Any], *, once: bool = False, region: str = ""
    ) -> Mapping[str, Any]:
        """The reply. Raises `CallError`."""


Recheck: TypeAlias = Callable[[Node], str]
"""What moved since the plan of the object that a deletion is about to reach, or ""; asked right before the call."""


def _nothing_moved(node: Node) -> str:
    """For plans whose deletions are not looked at again."""
    return ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that failed, with AWS's words."""

    address: Address
    operation: Operation
    code: str
    message: str
    uncertain: bool = False
    """Whether it may have taken effect all the same (`errors.CallError`)."""
    interrupted: bool = False
    """Whether it was only waited for no longer."""


@dataclass(slots=True)
class Outcome:
    """What became of a plan: the calls that were done, that failed, and that were never started."""

    done: list[Node] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    skipped: list[Node] = field(default_factory=list)
    interrupted: bool = False
    lost: str = ""
    """Why the lock was not ours any more before the end."""

    @property
    def succeeded(self) -> bool:
        """Whether every call was done."""
        return not (self.failures or self.skipped or self.interrupted or self.lost)


class _LockLost(Exception):  # noqa: N818 - it says what happened
    """A call did not go out, because the lock is not ours any more."""


def run(
    plan: Plan,
    caller: Caller,
    clock: Clock,
    observe: Observer,
    workers: int = WORKERS,
    guard: Guard = NoLock(),  # noqa: B008
    recheck: Recheck = _nothing_moved,
) -> Outcome:
    """Carry out a plan, as long as the guard allows. Errors of single calls are in the outcome.

    Credentials that expire end the run.
    """
    return _Run(plan, caller, clock, observe, guard, recheck).loop(workers)


class _Run:
    def __init__(
        self, plan: Plan, caller: Caller, clock: Clock, observe: Observer, guard: Guard, recheck: Recheck
    ) -> None:
        self.caller, self.clock, self.observe, self.guard, self.recheck = caller, clock, observe, guard, recheck
        self.waiter = Waiter(caller, clock, self._pause)
        self.values: dict[Ref, str] = dict(plan.known)
        self.blobs: set[str] = set()
        self.lock = Lock()
        self.operations = {
            (step.address, index): operation for step in plan.steps for index, operation in enumerate(step.operations)
        }
        self.ending = {step.address for step in plan.steps if step.action is Action.DELETE}
        self.blocked = {node: set(needed) for node, needed in order(plan.steps, plan.known).items()}
        self.started = 0
        self.outcome = Outcome()

    def loop(self, workers: int) -> Outcome:
        """Carry out all of it in a thread of its own, so that Ctrl-C never comes in the middle of the bookkeeping."""
        with ThreadPoolExecutor(1, thread_name_prefix="apply-loop") as conductor:
            try:
                carried = conductor.submit(self._carry_out, workers)
                # A signal that comes right before a wait without end is not seen before that ends.
                while not wait([carried], timeout=0.5).done:
                    pass
                carried.result()
            except KeyboardInterrupt:
                self.outcome.interrupted = True
                self.waiter.stop()
                self.observe(Stopping())
        self.outcome.skipped.extend(sorted(self.blocked))
        return self.outcome

    def _carry_out(self, workers: int) -> None:
        running: dict[Future[None], Node] = {}
        with ThreadPoolExecutor(workers, thread_name_prefix="apply") as pool:
            while True:
                for node in () if self._is_over else self._ready(workers - len(running)):
                    running[pool.submit(self._operate, node)] = node
                if not running:
                    return
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    self._settle(running.pop(future), future)

    @property
    def _is_over(self) -> bool:
        """Whether no more calls go out, whatever is left."""
        return self.outcome.interrupted or bool(self.outcome.lost)

    def _ready(self, room: int) -> list[Node]:
        """What can go out now, no more than there is room for: what is queued could not be called back."""
        ready = sorted(node for node, needed in self.blocked.items() if not needed)[:room]
        for node in ready:
            del self.blocked[node]
        return ready

    def _settle(self, node: Node, future: Future[None]) -> None:
        error = future.exception()
        if error is None:
            self.outcome.done.append(node)
            for needed in self.blocked.values():
                needed.discard(node)
            return
        operation, address = self.operations[node], node[0]
        if isinstance(error, _LockLost):
            self.outcome.skipped.append(node)
            return
        if not isinstance(error, WaitFailed | RdsSecureError):
            raise error
        code = error.code if isinstance(error, CallError) else type(error).__name__
        message = self._without_blobs(error.message if isinstance(error, CallError) else str(error))
        uncertain = isinstance(error, CallError) and error.uncertain
        stopped = isinstance(error, Interrupted | StoppedError)
        self.outcome.failures.append(Failure(address, operation, code, message, uncertain, stopped))
        request = error.request_id if isinstance(error, CallError) else ""
        self.observe(Failed(address, operation.summary, code, message, operation.call, request, stopped))
        self._skip(node, address, everything=isinstance(error, CredentialsError))

    def _skip(self, failed: Node, because: Address, *, everything: bool = False) -> None:
        """Give up what needs the failed call, directly or not; or everything that has not gone out."""
        for node in sorted(node for node, needed in self.blocked.items() if everything or failed in needed):
            if node in self.blocked:
                del self.blocked[node]
                self.outcome.skipped.append(node)
                skipped = self.operations[node]
                self.observe(Skipped(node[0], skipped.summary, because, skipped.call))
                self._skip(node, because)

    def _operate(self, node: Node) -> None:
        address, operation = node[0], self.operations[node]
        if (operation.destructive or address in self.ending) and (moved := self.recheck(node)):
            raise StaleError(moved)
        self._stay(operation, fresh=address in self.ending)
        with self.lock:
            self.started += 1
            number = self.started
        self.observe(Started(address, operation.summary, number, len(self.operations), operation.call))
        start = self.clock.now()
        reply = self._call(address, operation)
        self._export(address, operation.exports, reply)
        self._export(address, operation.hands_on, reply, Handed)
        if operation.wait:
            ready = self.waiter.wait(
                self._known(operation.wait),
                self._filled(operation.wait.params),
                lambda missing, seen, elapsed: self.observe(Waiting(address, missing, elapsed, seen)),
            )
            self._export(address, operation.wait.exports, ready)
        request = str(reply.get("ResponseMetadata", {}).get("RequestId", ""))
        self.observe(Done(address, operation.summary, self.clock.now() - start, operation.call, request))

    def _known(self, wait: Wait) -> Wait:
        """A wait with the references in what it waits for filled in."""
        with self.lock:
            until = tuple(replace(item, any_of=resolve(item.any_of, self.values)) for item in wait.until)
        return replace(wait, until=until)

    def _call(self, address: Address, operation: Operation) -> Mapping[str, Any]:
        params = self._filled(operation.params)
        start, pause, in_doubt = self.clock.now(), 1.0, False
        while True:
            try:
                return self.caller.call(
                    operation.service,
                    operation.action,
                    params,
                    once=not operation.repeatable,
                    region=operation.region,
                )
            except CallError as error:
                if error.code in operation.done_on:
                    return {}
                # One that was sent before, and whose reply was lost, may be what this one meets: "exists", "is busy".
                error.uncertain = in_doubt = in_doubt or error.uncertain
                passing = any(
                    retry.code == error.code and retry.contains in error.message for retry in operation.retry_on
                )
                if passing and self.outcome.interrupted:
                    raise Interrupted(f"interrupted before another attempt, after {error.code}") from error
                if not passing or self._is_over or self.clock.now() - start >= RETRY_SECONDS:
                    raise
                self.observe(Retrying(address, operation.summary, error.code))
                if not self._pause(self.clock.spread(pause)):
                    raise
            pause = min(pause * 2, 15.0)
            self._stay(operation)

    def _stay(self, operation: Operation, *, fresh: bool = False) -> None:
        """Go on only while the lock is ours; as of now, before a call that takes something away. Raises `_LockLost`."""
        if self._has_lost(fresh=fresh or operation.takes_away):
            raise _LockLost

    def _pause(self, seconds: float) -> bool:
        """Sleep; whether the lock is ours after it. Whoever has minutes to wait looks up when a look is due."""
        while seconds > 0:
            piece = min(seconds, self.guard.due())
            self.clock.sleep(piece)
            seconds -= piece
            if self._has_lost():
                return False
        return True

    def _has_lost(self, *, fresh: bool = False) -> bool:
        lost = self.guard.lost(fresh=fresh)
        if not self.outcome.interrupted:  # after that nothing is tried again, a look at the lock neither
            self.outcome.lost = self.outcome.lost or lost
        return bool(lost)

    def _export(self, address: Address, exports: Mapping[str, str], source: Any, to: type[Ref] = Ref) -> None:
        for attribute, path in exports.items():
            value = search(path, source)
            if value is not None:
                with self.lock:
                    self.values[to(address, attribute)] = text = _text(value)
                    if isinstance(value, bytes):
                        self.blobs.add(text)

    def _without_blobs(self, message: str) -> str:
        """The message of an error, should it repeat what was sent: blobs are key material, and nobody reads them."""
        with self.lock:
            for blob in self.blobs:
                message = message.replace(blob, "(a blob)")
        return message

    def _filled(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Parameters with every reference filled in. Raises `RdsSecureError` where one yields nothing."""
        with self.lock:
            filled: Mapping[str, Any] = resolve(dict(params), self.values)
        missing = sorted({str(ref) for ref in refs(filled)})
        if missing:
            raise RdsSecureError(f"{', '.join(missing)} is not known yet: run apply again when it is there")
        return filled


def _text(value: Any) -> str:
    """A value of a reply as parameters take it: blobs in base64, the form in which text carries them."""
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else str(value)
