"""Whether what remains to be done is a part of what was approved, and if not, what moved (meaning §6). Pure.

An apply that was cut short leaves less to do, and less is approved with the whole. So each live value may be as it was,
or be where an approved change leads; each change that is left must be an approved one, from the same value to the same;
and each call that is left must be, or be contained in, an approved call for the same resource, or finish what this
very spec has begun to make. All else has moved.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence

from rds_secure import resources
from rds_secure.fields import Mode, markers
from rds_secure.plan.approval import approved, is_id, label
from rds_secure.plan.approved import Approved, ApprovedCall, ApprovedChange, ApprovedStep
from rds_secure.plan.model import Plan
from rds_secure.values import JSON, Address, Handed, Value, canonical, decode, freeze, resolve

_ENDS = ("delete", "let go")
_LATER = {"create": ("update", "tags only"), "update": ("create", "tags only"), "migrate": ("update", "tags only")}
"""What an approved action may have become, once some of it is done."""


def moved(before: Approved, plan: Plan) -> tuple[str, ...]:
    """What moved since the approval, one line each; nothing where the plan is the approved one, or the rest of it."""
    now = approved(plan)
    if now.digest == before.digest:
        return ()
    return tuple(_Comparison(before, now, plan).lines())


def strays(plan: Plan, now: Plan) -> frozenset[Address]:
    """The resources with calls in the plan of ``now`` which are no part of what this plan has for them."""
    comparison = _Comparison(approved(plan), approved(now), now)
    steps = comparison.now.steps
    return frozenset(Address.parse(step.address) for step in steps if any(comparison.unapproved(step)))


def parts(value: JSON, whole: JSON) -> bool:
    """Whether one call's parameters are contained in another's: fewer keys, fewer members of lists, equal leaves.

    What an earlier call was to hand on may be known by now.
    """
    if isinstance(whole, Handed) and isinstance(value, str):
        return True
    if isinstance(value, Mapping) and isinstance(whole, Mapping):
        return all(key in whole and parts(item, whole[key]) for key, item in value.items())
    if isinstance(value, list | tuple) and isinstance(whole, list | tuple):
        return all(any(parts(item, other) for other in whole) for item in value)
    return type(value) is type(whole) and value == whole


def set_by(kind: str, calls: Sequence[ApprovedCall]) -> frozenset[str]:
    """The fields of a resource that calls set by a parameter of that name: deletion protection, before a deletion."""
    return _set_by(kind, {name for call in calls for name in call.params})


def _set_by(kind: str, parameters: Collection[str]) -> frozenset[str]:
    """The fields of a kind that have one of these parameters."""
    fields = markers(resources.kind(kind).spec).items()
    return frozenset(
        name
        for name, marker in fields
        if marker.mode is not Mode.META
        and not {_parameter(marker.create), _parameter(marker.change)}.isdisjoint(parameters)
    )


def shown(value: JSON) -> str:
    """A value in a message: a text as it is, nothing as "none", all else as JSON."""
    if isinstance(value, str):
        return value
    return "none" if value is None else json.dumps(value, ensure_ascii=False)


class _Comparison:
    def __init__(self, before: Approved, now: Approved, plan: Plan) -> None:
        self.before, self.now, self.known, self.unfinished = before, now, plan.known, plan.basis.unfinished
        self.old, self.new = before.by_address(), now.by_address()

    def lines(self) -> Iterator[str]:
        yield from self._scope()
        told = set[str]()
        for address in sorted({*self.before.live, *self.now.live}):
            for line in self._object(address):
                told.add(address)
                yield line
        for step in self.now.steps:
            if step.address not in told:  # what would happen because of it goes without saying
                yield from self.unapproved(step)

    def _scope(self) -> Iterator[str]:
        for name in ("account", "region", "stack"):
            was, is_now = getattr(self.before, name), getattr(self.now, name)
            if was != is_now:
                yield f"the {name} is {is_now}, and the plan is for {was}"
        for lookup in sorted({*self.before.lookups, *self.now.lookups}):
            was, is_now = (list(side.lookups.get(lookup, ())) for side in (self.before, self.now))
            if was != is_now:
                name = decode(freeze(json.loads(lookup)))
                yield f"{name} found {', '.join(was) or 'nothing'}, and finds {', '.join(is_now) or 'nothing'} now"
        for ref, value in sorted(self.now.referred.items()):
            was = self.before.referred.get(ref)
            if was != value and (was is not None or not self._is_made(ref)):
                yield f"{ref} {shown(was)} → {value} since the plan"

    def _is_made(self, ref: str) -> bool:
        """Whether calls of the plan bring about what a reference yields, so that nobody could know it before."""
        return any(step.calls and ref.startswith(f"${{{step.address}.") for step in self.before.steps)

    # What is there

    def _object(self, address: str) -> Iterator[str]:
        step = self.old.get(address)
        if address not in self.now.live:
            if (after := self.new.get(address)) is not None and after.action == "not seen":
                yield f"{address} cannot be read, and could be when the plan was made"
                return
            stopped = step is not None and resources.kind(Address.parse(address).kind).setting and bool(step.calls)
            if not stopped and (step is None or step.action not in _ENDS):
                yield f"{address} is gone since the plan"
        elif address not in self.before.live:
            if not self._is_aside(address) and (step is None or step.action != "create"):
                yield f"{address} is there since the plan"
        else:
            yield from self._values(address, step)

    def _is_aside(self, address: str) -> bool:
        """Whether it is something that a migration of the plan makes beside what it migrates, or leaves there."""
        base, aside, _ = Address.parse(address).name.partition("#")
        migrated = (item.address for item in self.before.steps if item.action == "migrate")
        return bool(aside) and base in {Address.parse(item).name for item in migrated}

    def _values(self, address: str, step: ApprovedStep | None) -> Iterator[str]:
        was, is_now = self.before.live[address], self.now.live[address]
        settled = self._settled(address, step)
        for name in sorted({*was, *is_now}):
            old, new = was.get(name), is_now.get(name)
            if not self._equal(old, new) and name not in settled and not self._is_going(step, name, new):
                yield f"{address}.{name} {shown(old)} → {shown(new)} since the plan"
        parked, left = self.before.parked.get(address, {}), self.now.parked.get(address, {})
        for name in sorted(left):
            if not self._equal(parked.get(name), left[name]):
                yield f"{address}.{name} has {shown(left[name])} parked since the plan"

    def _settled(self, address: str, step: ApprovedStep | None) -> frozenset[str]:
        """The values that approved changes lead to, and that differ no more."""
        after = self.new.get(address)
        left = {self._label(address, change) for change in after.changes} if after else set[str]()
        if step is None:
            return frozenset()
        if step.action == "migrate" and after is not None and after.action != "migrate" and not after.changes:
            return frozenset({*self.before.live[address], *self.now.live[address]})  # another one is there, as declared
        ids = filter(is_id, self.now.live[address]) if step.changes else ()  # a rule is changed by making another one
        return frozenset({self._label(address, change) for change in step.changes} - left) | frozenset(ids)

    def _is_going(self, step: ApprovedStep | None, name: str, new: JSON) -> bool:
        """Whether a value moved because a deletion has begun: it let go of something, protection went off.

        Or because a migration has: it is as one of its calls sets it, to the source or to what takes its place.
        """
        if step is not None and step.action == "migrate":
            return any(self._is_sent(step, call, name, new) for call in step.calls)
        if step is None or step.action not in _ENDS:
            return False
        return new is None or name in set_by(Address.parse(step.address).kind, step.calls[:-1])

    def _is_sent(self, step: ApprovedStep, call: ApprovedCall, name: str, new: JSON) -> bool:
        """Whether a call sets a value to what it is now; of a set, whether it puts a member there or leaves it out."""
        field, of_set, _ = name.partition("[")
        for parameter, sent in call.params.items():
            if field not in _set_by(Address.parse(step.address).kind, {parameter}):
                continue
            values = sent if isinstance(sent, list | tuple) else [sent]
            if new is None and of_set:
                return True
            if any(self._equal(new, value) or "$handed" in canonical(value) for value in values):
                return True
        return False

    def _label(self, address: str, change: ApprovedChange) -> str:
        """The name of what changes, as live values go by it: with every reference filled in that is known now."""
        member = change.member
        if change.in_set:
            value = change.old if change.new is None else change.new
            member = resources.kind(Address.parse(address).kind).member(change.path, self._filled(value))
        return label(change.path, member)

    # What is left to do

    def unapproved(self, step: ApprovedStep) -> Iterator[str]:
        """What of a step that is left is no part of the approved one for the same resource."""
        if not step.calls:
            return
        whole = self.old.get(step.address)
        if whole is None or not whole.calls:
            yield f"{step.address}: nothing was to happen to it, and now it would be: {_said(step)}"
            return
        later = _LATER.get(whole.action, ())
        if step.action != whole.action and step.action not in later:
            yield f"{step.address}: the plan is to {whole.action} it, and now it would be: {_said(step)}"
            return
        yield from self._changes(step, whole)
        for call in step.calls:
            if not (self._finishes(whole, call) or any(self._contains(other, call) for other in whole.calls)):
                yield f"{step.address}: this call is not one of the plan: {call.summary}"

    def _changes(self, step: ApprovedStep, whole: ApprovedStep) -> Iterator[str]:
        """The changes that are left; those of what was made since are the approved ones if their calls are."""
        if whole.action == "create":
            return
        told = [self._told(change) for change in whole.changes]
        for change in step.changes:
            if self._told(change) not in told:
                name = self._label(step.address, change)
                yield f"{step.address}.{name} would change from {shown(change.old)} to {shown(change.new)}"

    def _finishes(self, whole: ApprovedStep, call: ApprovedCall) -> bool:
        """Whether a call goes on with what this very spec has begun to make; that was approved, however it is done.

        Some kinds finish by other calls than they begin with: a group's default rule is then revoked by its id.
        """
        return whole.action == "create" and whole.address in self.unfinished and not call.destructive

    def _told(self, change: ApprovedChange) -> tuple[str, str, str, str, str, str]:
        """All that makes a change the same as another one."""
        key = "" if change.in_set else change.member
        values = (canonical(self._filled(value)) for value in (change.old, change.parked, change.new))
        return (change.path, key, change.when, *values)  # type: ignore[return-value]

    def _contains(self, whole: ApprovedCall, call: ApprovedCall) -> bool:
        """Whether a call is a part of an approved one; a deletion only as a whole, for less may delete more."""
        if (whole.service, whole.action) != (call.service, call.action):
            return False
        sent, granted = (self._filled(item.params) for item in (call, whole))
        return canonical(sent) == canonical(granted) if call.destructive else parts(sent, granted)

    def _equal(self, old: JSON, new: JSON) -> bool:
        return canonical(self._filled(old)) == canonical(self._filled(new))

    def _filled(self, value: JSON) -> Value:
        return resolve(decode(freeze(value)), self.known)


def _said(step: ApprovedStep) -> str:
    return "; ".join(call.summary for call in step.calls)


def _parameter(place: str) -> str:
    """The parameter's name of a place that a marker gives, such as ``AttachUserPolicy.PolicyArn``."""
    return place.rpartition(".")[2]
