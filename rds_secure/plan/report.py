"""What an apply came to, as evidence: every call with its request id and time, and what was read back. It only keeps.

A change record can be made of it. Parameters are not in it, so no secret is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from threading import Lock

from rds_secure.events import Done, Event, Failed, Skipped, Started, utc
from rds_secure.plan.model import Action, Plan, Step
from rds_secure.values import Address


@dataclass(frozen=True, slots=True)
class CallMade:
    """One call: what became of it, when it went out and was complete, in UTC.

    ``outcome``: done, failed, skipped, or interrupted, where nobody waited for its effect any longer.
    ``request_id`` is AWS's own, of the last attempt; times and ids are "" where there are none.
    """

    address: Address
    call: str
    summary: str
    outcome: str
    started: str = ""
    ended: str = ""
    request_id: str = ""
    error: str = ""


class Collector:
    """An observer that keeps what the report tells of the calls, in the order in which they ended."""

    def __init__(self, now: Callable[[], str] = utc) -> None:
        self._now, self._lock = now, Lock()
        self._started: dict[tuple[Address, str, str], str] = {}
        self.calls: list[CallMade] = []

    def __call__(self, event: Event) -> None:
        """Take an event in, if it settles a call."""
        with self._lock:
            match event:
                case Started():
                    self._started[event.address, event.call, event.summary] = self._now()
                case Done():
                    self._add(event, "done", event.request_id, "")
                case Failed(interrupted=True):
                    self._add(event, "interrupted", event.request_id, event.message)
                case Failed():
                    self._add(event, "failed", event.request_id, f"{event.code}: {event.message}")
                case Skipped():
                    self._add(event, "skipped", "", f"needs {event.because}, which failed")
                case _:
                    pass

    def _add(self, event: Done | Failed | Skipped, outcome: str, request_id: str, error: str) -> None:
        began = self._started.pop((event.address, event.call, event.summary), "")
        ended = self._now() if began else ""
        made = CallMade(event.address, event.call, event.summary, outcome, began, ended, request_id, error)
        self.calls.append(made)


@dataclass(frozen=True, slots=True)
class ReadBack:
    """A resource that was touched, as it was found after the apply.

    ``state``: agrees, pending (AWS has parked changes), differs, gone, or unknown, where nothing was read back.
    ``exports``: what others may want to know of it: its ARN, its endpoint, where its secret is.
    """

    address: Address
    name: str
    action: Action
    state: str
    exports: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Report:
    """All that a change record needs. ``commit``: that of the spec, "" where it is in no repository.

    ``is_clean``: whether the spec is as that commit has it. ``outcome``: done, failed, interrupted, or not converged.
    """

    plan: Plan
    who: str
    commit: str
    is_clean: bool
    started: str
    ended: str
    outcome: str
    calls: tuple[CallMade, ...]
    resources: tuple[ReadBack, ...]


def read_back(plan: Plan, after: Plan | None, exports: Mapping[Address, Mapping[str, str]]) -> Iterator[ReadBack]:
    """Everything that a plan touched, and what the plan made after it says of it; None where there was none."""
    later = {step.address: step for step in after.steps} if after else {}
    for step in plan.steps:
        if step.operations:
            state = _state(step, later.get(step.address)) if after else "unknown"
            yield ReadBack(step.address, step.name, step.action, state, exports.get(step.address, {}))


def _state(before: Step, after: Step | None) -> str:
    if after is not None and after.operations:
        return "differs"
    if before.action is Action.DELETE:
        return "gone"
    return "pending" if after is not None and after.pending else "agrees"
