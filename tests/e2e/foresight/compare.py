"""What differs between the answers for a foreseen account and for the real one, where they do. It reads nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from rds_secure.access.delta import Delta, compare
from rds_secure.access.delta.topics import topics_of
from rds_secure.access.posture import Posture
from rds_secure.access.protection import Protection
from rds_secure.inventory import Inventory, Question
from rds_secure.inventory.effects import placeholder
from rds_secure.inventory.questions import BULK, Topic
from rds_secure.inventory.subjects import databases_of, keys_of, secrets_of
from rds_secure.rules import RULES, Context, judge, subjects_of
from rds_secure.rules.subjects import owned_by
from rds_secure.values import Ref
from tests.e2e.foresight.trial import Seen

NOW = datetime(2026, 11, 24, tzinfo=UTC)

CHOSEN: Mapping[str, tuple[str, ...]] = {
    "DBInstances": ("AvailabilityZone", "SecondaryAvailabilityZone", "EngineVersion", "CACertificateIdentifier",
                    "CertificateDetails"),
    # Whether an Aurora cluster is public its members tell, and the sandbox tells it of the cluster as well.
    "DBClusters": ("EngineVersion", "AvailabilityZones", "PubliclyAccessible"),
}  # fmt: skip
"""Listing → what AWS chooses when a thing is made, so that nobody can foresee it: filled in before comparing."""


def differences(seen: Seen) -> tuple[str, ...]:
    """One line for each answer that there is on one side only."""
    foreseen = Posture(_named(seen))
    real = Posture(seen.real)
    lines = []
    for what, one, other in (
        ("who", _who(foreseen), _who(real)),
        ("escalation", _escalations(foreseen), _escalations(real)),
        ("reach", _reached(foreseen), _reached(real)),
        ("protection", _protected(foreseen), _protected(real)),
        ("rule", _ruled(foreseen, seen), _ruled(real, seen)),
    ):
        lines += [f"{what}, foreseen only: {each}" for each in sorted(one - other)]
        lines += [f"{what}, real only: {each}" for each in sorted(other - one)]
    return tuple(lines)


def misjudged(seen: Seen) -> tuple[str, ...]:
    """What was said to change about access and did not, or did and was not said; by all that can be read, and by what
    has to be read for this plan."""
    before, topics = seen.before, topics_of(seen.plan)
    real = _told(compare(Posture(before), Posture(seen.real)))
    foreseen = _told(compare(Posture(before), Posture(_named(seen))))
    little = _told(compare(*(Posture(_restricted(each, topics)) for each in (before, _named(seen)))))
    lines = [f"change, {what}: {each}" for what, one in (("all", foreseen), ("least", little)) for each in one ^ real]
    return tuple(sorted(lines))


def _told(delta: Delta) -> set[str]:
    return {
        f"{field.name}: {each}"
        for field in dataclasses.fields(delta)
        if field.name not in ("unknown", "unread", "ends")  # which follow from the rest
        for each in getattr(delta, field.name)
    }


def _restricted(inventory: Inventory, topics: Collection[Topic]) -> Inventory:
    """An inventory without what is asked for other topics."""
    services = {service for topic in topics for service in (*BULK[topic], *_SERVICES.get(topic, ()))}
    actions = {action for topic in Topic if topic not in topics for each in BULK[topic].values() for action in each}
    kept = {
        question: reply
        for question, reply in inventory.replies.items()
        if question.service in services and question.action not in actions
    }
    return dataclasses.replace(inventory, replies=kept)


_SERVICES = {Topic.KEYS: ("kms", "secretsmanager"), Topic.PROTECTION: ("rds", "logs")}
"""Topic → the services of what follows from its listings."""


# Names


def _named(seen: Seen) -> Inventory:
    """The foreseen inventory with the real ids in place of what stands for them."""
    text = {placeholder(ref): _last(value) for ref, value in seen.known.items()}
    text |= {
        placeholder(Ref(ref.target, "id")): value.rpartition("-")[2]
        for ref, value in seen.known.items()
        if ref.target.kind == "data_key" and ref.attribute == "arn"
    }
    text |= dict(_own_keys(seen))
    replies = {
        Question(question.service, question.action, _replaced(question.subject, text)): _mapped(reply, text)
        for question, reply in seen.foreseen.replies.items()
    }
    inventory = Inventory(seen.foreseen.place, replies, seen.foreseen.unread)
    for question, reply in replies.items():
        _fill(question, reply, seen.real.replies.get(question) or {})
    return inventory


def _own_keys(seen: Seen) -> Iterator[tuple[str, str]]:
    """The keys of AWS's own, which nobody has named."""
    for action, listed, key in _DATABASES:
        real = {item[key]: item for item in seen.real.items("rds", action, listed)}
        for item in seen.foreseen.items("rds", action, listed):
            other = real.get(item[key], {})
            for one, its in ((item, other), (item.get("MasterUserSecret", {}), other.get("MasterUserSecret", {}))):
                for name in ("KmsKeyId", "PerformanceInsightsKMSKeyId"):
                    if "<aws/" in str(one.get(name)) and name in its:
                        yield one[name].rpartition(":key/")[2], its[name].rpartition(":key/")[2]


_DATABASES = (
    ("DescribeDBInstances", "DBInstances", "DBInstanceIdentifier"),
    ("DescribeDBClusters", "DBClusters", "DBClusterIdentifier"),
)


def _last(value: str) -> str:
    """What of an ARN stands behind service, Region, account and sort; other values are as they are."""
    last = value.split(":", 6)[-1] if value.startswith("arn:") else value
    return last.removeprefix("rds!db-").removeprefix("rds!cluster-")


def _mapped(value: Any, text: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _mapped(item, text) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(item, text) for item in value]
    return _replaced(value, text) if isinstance(value, str) else value


def _replaced(value: str, text: Mapping[str, str]) -> str:
    if "<" in value:
        for name, real in text.items():
            value = value.replace(name, real)
    return value


_KEYS = {
    "DBInstances": "DBInstanceIdentifier",
    "DBClusters": "DBClusterIdentifier",
    "UserDetailList": "UserName",
    "RoleDetailList": "RoleName",
    "GroupDetailList": "GroupName",
    "Policies": "Arn",
}
_IDS = ("UserId", "RoleId", "GroupId", "PolicyId")


def _fill(question: Question, reply: Any, real: Mapping[str, Any]) -> None:
    """Fill in what AWS chooses, and ids that nothing refers to."""
    for listed, key in _KEYS.items():
        there = {item[key]: item for item in real.get(listed, ())}
        for item in reply.get(listed, ()):
            found = there.get(item[key], {})
            for name in CHOSEN.get(listed, ()):
                if name in found and str(found[name]).startswith(str(item.get(name, ""))):
                    item[name] = found[name]
            for name in _IDS:
                if str(item.get(name, "")).startswith("<") and name in found:
                    item[name] = found[name]


# Answers


def _who(posture: Posture) -> set[str]:
    return {
        f"{answer.principal.arn} {answer.verb} {name}: {sorted(f'{act} if {when}' for act, when in answer.acts)} "
        f"by {[(hop.role, str(hop.when), hop.profiles) for hop in answer.way]}"
        for answer in posture.allowed
        for name in answer.databases
    }


def _escalations(posture: Posture) -> set[str]:
    return {
        f"{one.principal.arn} {one.action} {sorted(one.targets)} {one.gift} {one.verbs} if {one.when} {one.launch} "
        f"{[sorted(names) for names in one.databases]}"
        for one in posture.escalations
    }


def _reached(posture: Posture) -> set[str]:
    return {line for answer in posture.reached for line in _lines(answer)}


def _lines(answer: Any) -> Iterator[str]:
    for each in answer.ranges:
        yield f"{answer.target} {each.origin} {each.addresses}: {each.outcome.verdict}"
    for each in answer.sources:
        yield f"{answer.target} {each.interface} {each.address}: {each.verdict}"
    for each in answer.side_doors:
        yield f"{answer.target} {each.kind} {each.through}: {each.verdict}"
    for each in answer.unseen:
        yield f"{answer.target} unseen {each}"


def _protected(posture: Posture) -> set[str]:
    return set(_flat(posture.protection))


def _ruled(posture: Posture, seen: Seen) -> set[str]:
    """What every rule says; not of automated snapshots, which are AWS's to take, or of keys and secrets that nothing
    uses, which are read where a plan names them."""
    used = {f"key:{arn.rpartition('/')[2]}" for each in databases_of(posture.inventory) for arn in keys_of(each)}
    used |= {f"secret:{arn.rpartition(':')[2]}" for arn in secrets_of(posture.inventory)}
    return {
        f"{one.rule}: {one.subject} {one.address}: {one.state} {one.message}"
        for one in judge(RULES, subjects_of(posture, owned_by("", seen.known)), Context(posture, NOW))
        if "snapshot:rds:" not in one.subject
        and (one.subject in used or not one.subject.startswith(("key:", "secret:")))
    }


def _flat(protection: Protection) -> Iterator[str]:
    """Each field of each database, proxy, key and snapshot; automated snapshots are AWS's to take."""
    snapshots = (each for each in protection.snapshots if not each.automated)
    items: tuple[Any, ...] = (*protection.databases, *protection.proxies, *protection.keys, *snapshots)
    for item in items:
        name = getattr(item, "id", None) or getattr(item, "arn", "")
        for field in dataclasses.fields(item):
            yield f"{name} {field.name}: {getattr(item, field.name)}"
