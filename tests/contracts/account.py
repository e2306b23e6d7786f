"""An account that exists on paper only: a stack with one subject among neighbours, and what is live, made from specs.

Everything goes through the real parser and the real planner. What a kind notes for its own operations when it reads
(rule ids, versions) is made up here; that reading yields just that is for the tests of each kind.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, TypeAlias

from rds_secure import ownership, resources
from rds_secure.fields import mapped
from rds_secure.kind import Found, Kind, Live, Resource, Scope
from rds_secure.live import Snapshot
from rds_secure.live.declared import written as as_written
from rds_secure.operation import Operation
from rds_secure.plan import Deletion, Plan, Step, plan
from rds_secure.spec import Environment, Stack, build
from rds_secure.spec.source import parse
from rds_secure.values import Address, Ref, digest, resolve
from tests.contracts.values import NEIGHBOURS, VPC, Written
from tests.resources.planning import link

SCOPE = Scope("123456789012", "eu-west-1", "aws", "orders")
SUBJECT, NEIGHBOUR = "subject", "neighbour"
EVERYTHING = Deletion(frozenset(kind.name for kind in resources.KINDS if kind.stateful), everything=True)
Seen: TypeAlias = Callable[[Found[Any], Found[Any]], Found[Any]]
"""What is live, and what would be if all were as declared, to what is found."""

_TAGS = ("Tags", "TagSpecifications")
_TAGGING = ("Tag", "Untag", "AddTags", "RemoveTags", "CreateTags", "DeleteTags")


def stack(kind: Kind[Any], subject: Written | None, other: Written | None = None) -> Stack:
    """A stack of the subject, if there is one, and of the neighbours to which it, or its ``other`` spec, refers."""
    written = json.dumps((subject, other))
    near = [item.name for item in resources.KINDS if f"${{{item.name}.{NEIGHBOUR}" in written]
    declared: dict[str, dict[str, Written]] = {name: {NEIGHBOUR: NEIGHBOURS[name]} for name in near}
    declared.setdefault("iam_user", {})["bystander"] = {}  # a stack is never empty
    if subject is not None:
        declared.setdefault(kind.name, {})[SUBJECT] = subject
    return _built(json.dumps({"version": 1, "stack": SCOPE.stack, "resources": declared}))


@cache
def _built(text: str) -> Stack:
    source, problems = parse(text, "contracts.yaml")
    assert source is not None, problems
    return build([source], Environment(SCOPE.account, SCOPE.region, SCOPE.partition))


def planned(
    kind: Kind[Any],
    before: Written | None,
    after: Written | None,
    *,
    alone: bool = False,
    crowded: bool = False,
    seen: Seen = lambda found, _: found,
    **live: Any,
) -> Plan:
    """The plan that leads from one spec of the subject to another; None: it is not there.

    ``live``: fields that AWS has otherwise than ``before`` says. With ``alone`` the neighbours are not there yet
    either; in a ``crowded`` account what the kinds note takes other calls than usual (see `_CROWDED`). ``seen`` has
    the last word on what is found of the subject.
    """
    wanted = _resources(stack(kind, after, before))
    former = _resources(stack(kind, before, after))
    address = Address(kind.name, SUBJECT)
    scope = _scope({**former, **wanted})
    found = {
        at: _found(resource, scope, live if at == address else {}, wanted.get(at) if crowded else None)
        for at, resource in former.items()
        if (before is not None if at.name == SUBJECT else not alone)
    }
    if address in found and address in wanted:
        found[address] = seen(found[address], _found(wanted[address], scope, {}, None))
    if kind.claimed and before is None and address in wanted:  # AWS has made it
        untouched = _found(wanted[address], scope, AS_AWS_MAKES_IT[kind.name], None)
        found[address] = replace(untouched, tags={})
    known = {Ref(at, name): value for at, item in found.items() for name, value in item.exports.items()}
    scope = replace(scope, known={**_predicted(wanted, scope), **known})
    linked = {at: link(item, at, scope) for at, item in found.items()}
    ours = {at: item for at, item in linked.items() if at in wanted and not _is_older(wanted[at], item)}
    retired = {at: item for at, item in linked.items() if at not in ours}
    gone = {Address(at.kind, f"{at.name}/{item.name}") if at in wanted else at: item for at, item in retired.items()}
    older = {at: replace(item, address=at) for at, item in gone.items()}
    return plan(Snapshot(scope, wanted, ours, older), lambda *_: None, EVERYTHING)


def subject(made: Plan, kind: Kind[Any]) -> Step:
    """What happens to the subject."""
    (step,) = (step for step in made.steps if step.address == Address(kind.name, SUBJECT))
    return step


def calls(step: Step) -> list[Operation]:
    """The calls of a step but those that only tag: the mark of what was applied follows every change of a spec."""
    return [item for item in step.operations if not item.action.startswith(_TAGGING)]


def params(operations: Iterable[Operation]) -> list[tuple[str, Any]]:
    """What is sent beside tags."""
    return [
        (item.action, {key: value for key, value in item.params.items() if key not in _TAGS}) for item in operations
    ]


def _is_older(wanted: Resource[Any], live: Live[Any]) -> bool:
    """Whether what is live is an older version, under a name of its own, of what is declared."""
    return resources.kind(wanted.address.kind).versioned and live.name != wanted.name


def _resources(declared: Stack) -> dict[Address, Resource[Any]]:
    return {address: _resource(declared, address) for address in declared.resources}


def _resource(declared: Stack, address: Address) -> Resource[Any]:
    kind, spec, name = resources.kind(address.kind), declared.resources[address], declared.aws_name(address)
    home = SCOPE.region if kind.home else ""
    tags = ownership.tags(
        SCOPE.stack, address, name, as_written(spec), getattr(spec, "tags", {}), home, kind.own_tags(spec)
    )
    return Resource(address, name, spec, spec, tags if kind.taggable else {})


def _scope(declared: Mapping[Address, Resource[Any]]) -> Scope:
    """The scope with every export known that anything may refer to."""
    made_up = {
        Ref(address, name): value
        for address, resource in declared.items()
        for name, value in _exports(resource, SCOPE).items()
    }
    return replace(SCOPE, known=made_up)


def _predicted(declared: Mapping[Address, Resource[Any]], scope: Scope) -> dict[Ref, str]:
    return {
        Ref(address, name): value
        for address, resource in declared.items()
        for name, value in resources.kind(address.kind).predict(scope, resource.name, resource.spec).items()
    }


def _exports(resource: Resource[Any], scope: Scope) -> dict[str, str]:
    """Every export of a live object; those that do not follow from its name are told by `_EXPORTS`."""
    kind = resources.kind(resource.address.kind)
    number = 1 if resource.address.name == SUBJECT else 2
    made_up = {name: _EXPORTS.get((kind.name, name), f"{name}-of-{resource.name}") for name in kind.exports}
    told = {name: value.format(number) for name, value in made_up.items()}
    return {**told, **kind.predict(scope, resource.name, resource.spec)}


_EXPORTS = {
    ("security_group", "id"): "sg-0123456789abcd0{:02}",
    ("security_group", "arn"): "arn:aws:ec2:eu-west-1:123456789012:security-group/sg-0123456789abcd0{:02}",
    ("security_group_rule", "id"): "sgr-0123456789abcd0{:02}",
    ("security_group_rule", "arn"): "arn:aws:ec2:eu-west-1:123456789012:security-group-rule/sgr-0123456789abcd0{:02}",
    ("default_security_group", "id"): "sg-0123456789abcd1{:02}",
    ("default_security_group", "arn"): "arn:aws:ec2:eu-west-1:123456789012:security-group/sg-0123456789abcd1{:02}",
    ("kms_key", "id"): "0a1b2c3d-0000-4000-8000-0000000000{:02}",
    ("kms_key", "arn"): "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0000-4000-8000-0000000000{:02}",
    ("data_key", "arn"): "arn:aws:secretsmanager:eu-west-1:123456789012:secret:kept-aBcD{:02}",
    ("db_cluster", "resource_id"): "cluster-ABCDEFGHIJKLMNOPQRSTUV{:02}",
    ("db_instance", "resource_id"): "db-ABCDEFGHIJKLMNOPQRSTUV{:02}",
}


def _found(resource: Resource[Any], scope: Scope, live: Mapping[str, Any], target: Resource[Any] | None) -> Found[Any]:
    kind = resources.kind(resource.address.kind)
    spec = _normal(kind, resource, scope).model_copy(update=live)
    noted = facts(kind, spec)
    if target and kind.name in _CROWDED:
        noted |= _CROWDED[kind.name](spec, _normal(kind, target, scope))
    owner = ownership.Owner(SCOPE.stack, resource.address, resource.name)
    is_adopted = target is not None and kind.adoptable  # what takes no tags is nobody's until then
    return Found(
        name=resource.name,
        identity=kind.identity(resource.name, resource.spec, scope),
        spec=spec,
        exports=_exports(resource, scope),
        tags=resource.tags,
        facts=noted,
        owned_by_path=None if kind.taggable or is_adopted else owner,
    )


def facts(kind: Kind[Any], spec: Any) -> dict[str, Any]:
    """What a kind notes for its own operations, for a spec as it would be read."""
    return _FACTS[kind.name](spec) if kind.name in _FACTS else {}


def _normal(kind: Kind[Any], resource: Resource[Any], scope: Scope) -> Any:
    """The declared spec in the form in which reading yields it, ids and all."""
    return mapped(kind.normalise(resource, None, scope), lambda value, *_: resolve(value, scope.known))


def _held(spec: Any) -> dict[str, Any]:
    return {"attached": len(spec.policies), "theirs": {}}


def _listed(name: str, grant: Any) -> dict[str, Any]:
    """A grant as ListGrants shows it."""
    return {
        "GrantId": f"id-of-{name}",
        "Name": f"rds-secure/{SCOPE.stack}/{SUBJECT}/{name}",
        "GranteePrincipal": grant.to,
        "Operations": list(grant.operations),
        "Constraints": {
            "EncryptionContextEquals": grant.context,
            "EncryptionContextSubset": grant.context_subset,
        },
        "RetiringPrincipal": grant.retire_by,
    }


def _profile(spec: Any) -> dict[str, Any]:
    return {"exists": spec.instance_profile, "roles": (SUBJECT,) if spec.instance_profile else ()}


@cache
def _versions() -> tuple[Mapping[str, Any], ...]:
    """As many versions as IAM keeps, so that a new one needs room."""
    return tuple(
        {"id": f"v{number}", "created": "2026-01-01", "default": number == 5, "document": {"Statement": [number]}}
        for number in range(1, 6)
    )


def _rules(spec: Any) -> dict[str, Any]:
    rule_ids = {
        direction: {rule.label: f"sgr-{direction}-{number}" for number, rule in enumerate(spec.rules(direction))}
        for direction in ("ingress", "egress")
    }
    return {"rule_ids": rule_ids, "theirs": {"ingress": {}, "egress": {}}, "lists": {}}


def _rule(spec: Any) -> dict[str, Any]:
    own = _EXPORTS["security_group_rule", "id"].format(1)
    labels = {own: spec.rule.label, **{identifier: f"older {identifier}" for identifier in spec.leftovers}}
    return {"group": spec.group, "labels": labels, "held": (spec.peer,), "lists": {}}


def _default_rules(spec: Any) -> dict[str, dict[str, str]]:
    ids = {label: f"sgr-{number:017}" for number, label in enumerate(spec.rules)}
    ingress = {label for label in ids if " from " in label}
    return {
        "ingress": {label: ids[label] for label in ingress},
        "egress": {label: ids[label] for label in ids.keys() - ingress},
    }


AS_AWS_MAKES_IT: Mapping[str, Mapping[str, Any]] = {
    "default_security_group": {"rules": ("all traffic from sg-0123456789abcd101", "all traffic to 0.0.0.0/0")}
}
"""What AWS gives to the things that it makes by itself."""


def _all_dynamic(spec: Any, target: Any) -> dict[str, Any]:
    return {"types": dict.fromkeys((*spec.parameters, *target.parameters), "dynamic")}


_FACTS: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "iam_group": lambda spec: {
        **_held(spec),
        "members": {},
        "path": "/",
        "also": "arn:aws:iam::123456789012:group/orders",
    },
    "iam_user": _held,
    "iam_role": lambda spec: {**_held(spec), "instance_profiles": (), "profile": _profile(spec)},
    "iam_policy": lambda _: {"versions": _versions()},
    "security_group": _rules,
    "security_group_rule": _rule,
    "default_security_group": lambda spec: {"rule_ids": _default_rules(spec)},
    "data_key": lambda _: {"versions": {}, "current": "", "labels": (), "replicas": ()},
    "kms_key": lambda spec: {
        "targets": {},
        "names": (),
        "twins": (),
        "grants": {name: (_listed(name, grant),) for name, grant in spec.grants.items()},
        "grantees": (),
        "databases": (),
        "replicas": (),
    },
    "db_parameter_group": lambda _: {"default": {}, "types": {}},
    "option_group": lambda spec: {
        "settings": {name: dict(option.settings) for name, option in spec.options.items()},
        "locks": {},
        "holders": (),
        "notes": (),
    },
    "snapshot_sharing": lambda spec: {"noted": frozenset(digest(account, 4) for account in spec.accounts)},
    "db_cluster_parameter_group": lambda _: {"default": {}, "types": {}},
    "db_cluster": lambda _: {"status": "available", "window": "", "final_snapshot": "subject-final"},
    "db_instance": lambda _: {
        "status": "available",
        "window": "",
        "replica": False,
        "final_snapshot": "subject-final",
        "vpc": VPC,
    },
}

_CROWDED: Mapping[str, Callable[[Any, Any], dict[str, Any]]] = {
    "iam_group": lambda *_: {"attached": 10},
    "iam_user": lambda *_: {"attached": 10},
    "iam_role": lambda *_: {"attached": 10},
    "iam_policy": lambda spec, target: {
        "versions": (
            {"id": "v1", "created": "2026-01-01", "default": False, "document": target.document},
            {"id": "v2", "created": "2026-01-02", "default": True, "document": spec.document},
        )
    },
    "kms_key": lambda _, target: {"targets": {target.alias: "another-key"}},
    "db_parameter_group": _all_dynamic,
    "db_cluster_parameter_group": _all_dynamic,
    "db_cluster": lambda *_: {"skip_final_snapshot": True},
    "db_instance": lambda *_: {
        "skip_final_snapshot": True,
        "waiting": ("group-of-subject",),
        "maintenance": ({"Action": "system-update"},),
    },
}
"""What it may note otherwise: no attachment is left, an older version is the wanted one, the alias has another key, a
parameter is dynamic, a database leaves no snapshot, and waits for a reboot and for maintenance."""
