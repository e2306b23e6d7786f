"""Whole pipelines against the sandbox: a spec is planned, applied, verified, destroyed, and every call is recorded.

It goes through `rds_secure.api` as the command line does, with a clock on which nothing takes time. What AWS then has
is looked at with plain boto3 (`Harness.client`), never with the tool's own readers.

Neither goes over a socket (`inside`). The wire is tested by what runs the command line (`test_commands`, `test_lock`,
`test_migration_commands`, `test_quickstart`) and by ``tests/crash/test_sigkill.py``.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import jmespath
import yaml
from botocore.exceptions import ConnectionClosedError

from rds_secure import api
from rds_secure.apply import Outcome
from rds_secure.aws.secrets import Secrets
from rds_secure.aws.session import Access, Connection
from rds_secure.plan import Deletion, Plan
from rds_secure.sandbox import Sandbox, inside
from rds_secure.spec import load
from rds_secure.values import Address, Handed, canonical, freeze, refs, resolve
from tests.e2e.covered import Policy
from tests.fakes import FakeClock

ROOT = Path(__file__).parents[2]
SPECS = ROOT / "specs"

STACK = "bench"
"""The stack's name, where a test writes the resources only."""

PRUNING = Deletion(limit=99)
"""As with ``--prune-limit 99``."""

SMALL = Deletion(everything=True)
DATA = replace(SMALL, stateful=api.stateful(keys=False))
EVERYTHING = replace(SMALL, stateful=api.stateful(keys=True), final_snapshot=False)
"""What destroy deletes: by itself, with --include-data, and with --no-final-snapshot as well."""

EARLY = frozenset(
    {
        "DeleteConflict",
        "DependencyViolation",
        "InvalidDBClusterStateFault",
        "InvalidDBInstanceState",
        "InvalidDBProxyStateFault",
        "InvalidEventSubscriptionState",
        "InvalidGroup.NotFound",
        "KMSKeyNotAccessibleFault",
        "MalformedPolicyDocument",
        "MalformedPolicyDocumentException",
        "NoSuchEntity",
        "NotFoundException",
    }
)
"""What AWS answers to a call that comes too early (IAM-1, EC2-4, KMS-4, RDS-1)."""

Resources: TypeAlias = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Kind → key → fields, as under ``resources:``."""


@dataclass(frozen=True)
class Call:
    """One API call as it went out, its parameters before they are put into the form of the wire."""

    service: str
    action: str
    params: Any

    @property
    def is_write(self) -> bool:
        """Whether it can change anything."""
        return not self.action.startswith(("Describe", "Get", "List", "Lookup", "Simulate"))

    @property
    def is_of_lock(self) -> bool:
        """Whether it takes or releases the lock of a stack, which no plan has a call for (meaning §7)."""
        return self.service == "ssm" and bool(_LOCK.match(str(self.params.get("Name", ""))))

    def __repr__(self) -> str:
        return f"{self.service} {self.action} {self.params}"


_LOCK = re.compile(r"/rds-secure/[^/]+/lock/\d{12}")


@dataclass
class Recorder:
    """Every call of the connections that it listens to, in the order in which they went out.

    A write that came too early is in ``early`` in place of ``calls``: it changed nothing, and is sent again.
    ``replies``: what each was answered, the last one where two were the same; ``refusals``: action → the error code
    that it is answered with, without ever reaching the sandbox; ``lost``: actions that are carried out, but whose reply
    never arrives.
    """

    calls: list[Call] = field(default_factory=list)
    early: list[Call] = field(default_factory=list)
    replies: dict[str, Any] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)

    def listen(self, connection: Connection) -> Connection:
        """Hear every call of a connection; to be asked before the connection makes its first client."""
        events: Any = connection._session.events  # whose stubs know no handler that answers
        events.register("before-parameter-build", self._heard)
        events.register("before-call", self._answered)
        events.register("after-call", self._arrived)
        return connection

    def clear(self) -> None:
        """Forget all calls, and let every call through again."""
        self.calls.clear()
        self.early.clear()
        self.replies.clear()
        self.refusals.clear()
        self.lost.clear()

    @property
    def writes(self) -> list[Call]:
        """The calls that can change something, but for those of the lock."""
        return [call for call in self.calls if call.is_write and not call.is_of_lock]

    def _heard(self, params: Any, model: Any, context: Any, **_: Any) -> None:
        sent = {
            name: value for name, value in params.items() if not (name in _tokens(model) and _UUID.fullmatch(value))
        }
        context["call"] = Call(model.service_model.service_name, model.name, freeze(sent))
        self.calls.append(context["call"])

    def _answered(self, model: Any, **_: Any) -> tuple[Any, Any] | None:
        code = self.refusals.get(model.name)
        if code is None:
            return None
        answer = {"Error": {"Code": code, "Message": "refused by the test"}, "ResponseMetadata": {}}
        return _Refused(), answer

    def _arrived(self, model: Any, parsed: Any, context: Any, **_: Any) -> None:
        call: Call = context["call"]
        self.replies[repr(call)] = parsed
        if call.is_write and parsed.get("Error", {}).get("Code") in EARLY:
            self.calls.remove(call)
            self.early.append(call)
        if model.name in self.lost:
            raise ConnectionClosedError(endpoint_url="the sandbox")


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _tokens(model: Any) -> list[str]:
    """Parameters that botocore fills with a random token of its own, unless they are given."""
    return list(model.idempotent_members)


class _Refused:
    """As much of an HTTP response as botocore looks at."""

    status_code = 400


@dataclass(frozen=True)
class Applied:
    """What an apply came to: the plan, the outcome, the writes that were made, and the plan right after it."""

    planned: api.Planned
    outcome: Outcome
    writes: tuple[Call, ...]
    again: api.Planned

    @property
    def plan(self) -> Plan:
        """The plan that was carried out."""
        return self.planned.plan


class Harness:
    """One account, one folder of specs, one recorder."""

    def __init__(self, sandbox: Sandbox, account: api.Account, recorder: Recorder, folder: Path) -> None:
        self.sandbox, self.account, self.recorder = sandbox, account, recorder
        self.client: Callable[..., Any] = sandbox.client
        self._folder = folder
        self._written = 0

    def spec(self, resources: Resources, *, stack: str = STACK, **header: Any) -> Path:
        """A spec file with these resources."""
        self._written += 1
        folder = self._folder / str(self._written)  # one stack, one folder
        folder.mkdir(parents=True)
        file = folder / "stack.yaml"
        data = {"version": 1, "stack": stack, **header, "resources": resources}
        file.write_text(yaml.safe_dump(data, sort_keys=False))
        return file

    def plan(self, spec: Path | Resources, deletion: Deletion = Deletion()) -> api.Planned:  # noqa: B008
        """What `rds-secure plan` plans."""
        stack, sources = load([str(spec if isinstance(spec, Path) else self.spec(spec))])
        return api.make_plan(stack, self.account, sources, deletion)

    def apply(self, spec: Path | Resources, deletion: Deletion = PRUNING) -> Applied:
        """Plan, apply, read back; every write must be one of the plan, and nothing of what was touched may be left."""
        return self.carry_out(self.plan(spec, deletion), deletion)

    def plan_destroy(self, spec: Path | Resources, deletion: Deletion) -> api.Planned:
        """What `rds-secure destroy` plans."""
        stack, _ = load([str(spec if isinstance(spec, Path) else self.spec(spec))])
        return api.make_plan(stack.emptied(), self.account, deletion=deletion)

    def destroy(self, spec: Path | Resources, deletion: Deletion = SMALL) -> Applied:
        """What `rds-secure destroy` does."""
        return self.carry_out(self.plan_destroy(spec, deletion), deletion)

    def carry_out(self, planned: api.Planned, deletion: Deletion = PRUNING) -> Applied:
        """Apply a plan and read back, as `apply` does; the least policy of the plan must cover every call."""
        before, early = len(self.recorder.calls), len(self.recorder.early)
        outcome, writes = self.attempt(planned)
        assert outcome.succeeded, outcome.failures
        again = api.verify(planned, self.account, deletion, clock=FakeClock())
        touched = {step.address for step in planned.plan.steps if step.operations}
        left = [step for step in again.plan.steps if step.operations and step.address in touched]
        assert not left, [(str(step.address), step.changes) for step in left]
        known = {**planned.snapshot.scope.known, **again.snapshot.scope.known}
        secrets = Secrets(self.account.connection)
        expected = list(_expected(planned.plan, known, self.recorder.replies, secrets))
        assert _counted(writes) == _counted(call for _, call, _ in expected if call.is_write)
        policy = Policy(planned)
        made = [*self.recorder.calls[before:], *self.recorder.early[early:]]
        assert policy.uncovered((call.service, call.action) for call in made) == set()
        after = replace(planned.snapshot.scope, known=known)
        misses = [
            policy.misses(address, call.service, call.action, call.params, after, region)
            for address, call, region in expected
        ]
        assert not any(misses), misses
        return Applied(planned, outcome, writes, again)

    def attempt(self, planned: api.Planned) -> tuple[Outcome, tuple[Call, ...]]:
        """Apply a plan of which calls may fail: the outcome, and the writes that went out."""
        before = len(self.recorder.writes)
        outcome = api.apply(planned, self.account, clock=FakeClock())
        return outcome, tuple(self.recorder.writes[before:])

    def make(self, spec: Path | Resources) -> None:
        """Apply a spec that another test checks, as the ground to stand on, and let everybody see it."""
        outcome, _ = self.attempt(self.plan(spec))
        assert outcome.succeeded, outcome.failures
        self.sandbox.settle()
        self.recorder.clear()

    def behind(self, mutate: Callable[[Callable[[str], Any]], object]) -> None:
        """Somebody does something with boto3, and waits until all of it is done."""
        self.sandbox.realism("none")
        mutate(self.client)
        self.sandbox.realism("all")

    def reads(self) -> list[Call]:
        """The calls so far that only look."""
        return [call for call in self.recorder.calls if not call.is_write]


def connect(sandbox: Sandbox, recorder: Recorder) -> api.Account:
    """An account of the sandbox whose calls are recorded."""
    access = Access(
        region=sandbox.region,
        endpoint=sandbox.endpoint,
        access_key=sandbox.credentials["aws_access_key_id"],
        secret_key=sandbox.credentials["aws_secret_access_key"],
    )
    connection = recorder.listen(Connection(access))
    inside.answering(connection._session.events, sandbox.application)
    return api.Account(connection, connection.identity())


def _expected(
    plan: Plan, known: Mapping[Any, str], replies: Mapping[str, Any], secrets: Secrets
) -> Iterable[tuple[Address, Call, str]]:
    """The calls of a plan, every reference and every secret filled in, what a reply hands on, and their regions."""
    filled = dict(known)
    for step, operation in plan.operations():
        params = resolve(freeze(dict(operation.params)), filled)
        assert not list(refs(params)), f"{operation.action}: {[str(ref) for ref in refs(params)]} not known"
        call = Call(operation.service, operation.action, secrets.fill(params).params)
        for name, path in operation.hands_on.items():
            value = jmespath.search(path, replies[repr(call)])
            text = base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
            filled[Handed(step.address, name)] = text
        yield step.address, call, operation.region


def _counted(calls: Iterable[Call]) -> list[str]:
    return sorted(f"{call.service} {call.action} {canonical(call.params)}" for call in calls)
