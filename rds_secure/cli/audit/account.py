"""What an audit reads: the account, or a recording of it, and what the stacks of the specs have in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rds_secure.cli import guardrails, recorded

if TYPE_CHECKING:
    from rds_secure.access.posture import Posture
    from rds_secure.audit.declared import Declared
    from rds_secure.audit.report import Audit
    from rds_secure.inventory import Inventory, Question
    from rds_secure.live.recorded import Readings
    from rds_secure.spec import Source, Stack

_ANY_NUMBER = 1_000_000
"""Of deletions: an audit deletes nothing."""


@dataclass(frozen=True, slots=True)
class Reaching:
    """The specs, and how to reach AWS: options of the command line."""

    specs: tuple[str, ...]
    profile: str | None
    region: str | None
    role_arn: str | None
    sandbox: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read. ``to_be``: the account as applying the specs would leave it, as far as their plans go through.

    ``refused``: the stacks whose plan does not.
    """

    account: Readings
    posture: Posture
    declared: tuple[Declared, ...]
    to_be: Posture
    refused: tuple[str, ...] = ()


def see(reaching: Reaching, *, foresees: bool) -> Seen:
    """Read the account; ``foresees``: also what becomes of it when the specs are applied."""
    from rds_secure import api
    from rds_secure.access.posture import Posture
    from rds_secure.inventory.questions import EVERYTHING
    from rds_secure.spec import load_each

    loaded = load_each(reaching.specs) if reaching.specs else ()
    guard = _guard([stack for stack, _ in loaded])
    account = recorded.told(
        recorded.readings(guard, reaching.profile, reaching.region, reaching.role_arn, reaching.sandbox)
    )
    declared = tuple(_declared(stack, account, sources) for stack, sources in loaded)
    also = frozenset(question for each in declared for question in _questions(each, foresees=foresees))
    posture = Posture(api.take_inventory(account, EVERYTHING, also))
    inventory, refused = _to_be(posture.inventory, declared) if foresees else (posture.inventory, ())
    to_be = posture if inventory is posture.inventory else Posture(inventory)
    return Seen(account, posture, declared, to_be, refused)


def audited(seen: Seen) -> Audit:
    """What the rules say of it."""
    from rds_secure.audit.report import audit
    from rds_secure.live.recorded import Recorded

    account = seen.account
    at = datetime.fromisoformat(account.recording.at) if isinstance(account, Recorded) else datetime.now(UTC)
    binding = guardrails.given(*(each.stack for each in seen.declared))
    found = audit(seen.posture, binding, at, account.identity.arn, seen.declared)
    anew = guardrails.recorded(binding, found.findings)
    return audit(seen.posture, anew, at, account.identity.arn, seen.declared) if anew else found


def _guard(stacks: Sequence[Stack]) -> Stack:
    """One stack in the place of all: its account and Region are those that they name, its resources all of theirs."""
    from rds_secure.errors import UsageError
    from rds_secure.spec import named

    for what, found in (("accounts", {each.account for each in stacks}), ("regions", {each.region for each in stacks})):
        several = sorted(each for each in found if each)
        if len(several) > 1:
            raise UsageError(f"the specs name {len(several)} {what} ({', '.join(several)}): audit one at a time")
    resources = {address: spec for each in stacks for address, spec in each.resources.items()}
    account = next((each.account for each in stacks if each.account), None)
    region = next((each.region for each in stacks if each.region), None)
    return replace(named("audit"), account=account, region=region, resources=resources)


def _declared(stack: Stack, account: Readings, sources: Sequence[Source]) -> Declared:
    from rds_secure import api
    from rds_secure.audit.declared import Declared
    from rds_secure.plan import Deletion

    planned = api.make_plan(stack, account, sources, Deletion(limit=_ANY_NUMBER))
    return Declared(planned.stack, planned.snapshot, planned.plan)


def _questions(one: Declared, *, foresees: bool) -> Iterator[Question]:
    """What else is asked: of keys that a stack has and no database uses, of what it expects, of what it would make."""
    from rds_secure import resources
    from rds_secure.access import expect
    from rds_secure.access.also import questions
    from rds_secure.inventory.questions import EVERYTHING
    from rds_secure.inventory.subjects import key_questions
    from rds_secure.kind import Stateful

    for address, live in one.snapshot.live.items():
        if resources.kind(address.kind).stateful is Stateful.KEY:
            yield from key_questions(live.exports["arn"])
    yield from expect.questions(one.stack.expectations, one.names)
    if foresees:
        yield from questions(one.plan, EVERYTHING)


def _to_be(inventory: Inventory, declared: Sequence[Declared]) -> tuple[Inventory, tuple[str, ...]]:
    """The account when the plans that are not refused are carried out, one after the other; and those that are."""
    from rds_secure.access.foresee import foresee

    refused = tuple(each.stack.name for each in declared if not each.plan.is_applicable)
    for each in declared:
        if each.plan.is_applicable and not each.plan.is_empty:
            inventory = foresee(inventory, each.plan)
    return inventory, refused
