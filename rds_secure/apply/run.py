"""The loop that carries out a plan: every call as soon as what it needs is complete, many at a time.

A call that fails stops only what depends on it (issue: the rest finishes). Ctrl-C lets running calls finish, waits for
nothing more, and starts no more. It knows calls and references, never resources.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Protocol

from rds_secure.apply.clock import Clock
from rds_secure.apply.paths import search
from rds_secure.apply.wait import Waiter, WaitFailed
from rds_secure.errors import CallError, CredentialsError, RdsSecureError
from rds_secure.events import Done, Failed, Observer, Retrying, Skipped, Started, Stopping, Waiting
from rds_secure.operation import Operation
from rds_secure.plan import Node, Plan, order
from rds_secure.values import Address, Handed, Ref, refs, resolve

WORKERS = 10
"""Calls in flight, as Terraform's default; many more only meet the services' rate limits."""

RETRY_SECONDS = 120.0
"""How long an error that passes by itself (IAM-1, EC2-4) is borne."""


class Caller(Protocol):
    """What carries a call to AWS."""

    def call(self, service: str, action: str, params: Mapping[str, Any], *, once: bool = False) -> Mapping[str, Any]:
        """The reply. Raises `CallError`."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that failed, with AWS's words."""

    address: Address
    operation: Operation
    code: str
    message: str
    uncertain: bool = False
    """Whether it may have taken effect all the same (`errors.CallError`)."""


@dataclass(slots=True)
class Outcome:
    """What became of a plan: the calls that were done, that failed, and that were never started."""

    done: list[Node] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    skipped: list[Node] = field(default_factory=list)
    interrupted: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether every call was done."""
        return not (self.failures or self.skipped or self.interrupted)


def run(plan: Plan, caller: Caller, clock: Clock, observe: Observer, workers: int = WORKERS) -> Outcome:
    """Carry out a plan. Errors of single calls are in the outcome; credentials that expire end the run."""
    return _Run(plan, caller, clock, observe).loop(workers)


class _Run:
    def __init__(self, plan: Plan, caller: Caller, clock: Clock, observe: Observer) -> None:
        self.caller, self.clock, self.observe = caller, clock, observe
        self.waiter = Waiter(caller, clock)
        self.values: dict[Ref, str] = dict(plan.known)
        self.blobs: set[str] = set()
        self.lock = Lock()
        self.operations = {
            (step.address, index): operation for step in plan.steps for index, operation in enumerate(step.operations)
        }
        self.blocked = {node: set(needed) for node, needed in order(plan.steps).items()}
        self.started = 0
        self.outcome = Outcome()

    def loop(self, workers: int) -> Outcome:
        """Carry out all of it in a thread of its own, so that Ctrl-C never comes in the middle of the bookkeeping."""
        with ThreadPoolExecutor(1, thread_name_prefix="apply-loop") as conductor:
            try:
                conductor.submit(self._carry_out, workers).result()
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
                for node in () if self.outcome.interrupted else self._ready(workers - len(running)):
                    running[pool.submit(self._operate, node)] = node
                if not running:
                    return
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    self._settle(running.pop(future), future)

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
        if not isinstance(error, WaitFailed | RdsSecureError):
            raise error
        code = error.code if isinstance(error, CallError) else type(error).__name__
        message = self._without_blobs(error.message if isinstance(error, CallError) else str(error))
        uncertain = isinstance(error, CallError) and error.uncertain
        self.outcome.failures.append(Failure(address, operation, code, message, uncertain))
        request = error.request_id if isinstance(error, CallError) else ""
        self.observe(Failed(address, operation.summary, code, message, operation.call, request))
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
                operation.wait,
                self._filled(operation.wait.params),
                lambda missing, seen, elapsed: self.observe(Waiting(address, missing, elapsed, seen)),
            )
            self._export(address, operation.wait.exports, ready)
        request = str(reply.get("ResponseMetadata", {}).get("RequestId", ""))
        self.observe(Done(address, operation.summary, self.clock.now() - start, operation.call, request))

    def _call(self, address: Address, operation: Operation) -> Mapping[str, Any]:
        params = self._filled(operation.params)
        start, pause = self.clock.now(), 1.0
        while True:
            try:
                return self.caller.call(operation.service, operation.action, params, once=not operation.repeatable)
            except CallError as error:
                if error.code in operation.done_on:
                    return {}
                passing = any(
                    retry.code == error.code and retry.contains in error.message for retry in operation.retry_on
                )
                if not passing or self.outcome.interrupted or self.clock.now() - start >= RETRY_SECONDS:
                    raise
                self.observe(Retrying(address, operation.summary, error.code))
            self.clock.sleep(self.clock.spread(pause))
            pause = min(pause * 2, 15.0)

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
