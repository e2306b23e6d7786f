"""Random specs about access, and random changes of them. All are valid, and most changes can be applied."""

from __future__ import annotations

import copy
from random import Random
from typing import Any, TypeAlias

World: TypeAlias = dict[str, dict[str, dict[str, Any]]]
"""Kind → key → fields, as under ``resources:``."""

_MAIN = {"tag": {"Name": "main"}}
_SUBNETS = [{"vpc": _MAIN, "tag": {"Tier": tier}} for tier in ("private", "public")]
_PEERS = (
    "10.20.0.0/16",
    "10.20.100.0/24",
    "0.0.0.0/0",
    "::/0",
    "198.51.100.0/25",
    "self",
    "${security_group.one}",
    "${security_group.two}",
    {"tag": {"Name": "app-1"}},
    {"tag": {"Name": "bastion"}},
)
_ACTIONS = (
    "rds:*",
    "rds:Describe*",
    "rds:ModifyDBInstance",
    "rds:DeleteDBInstance",
    "rds:CreateDBInstance",
    "rds-db:connect",
    "kms:Decrypt",
    "kms:*",
    "secretsmanager:GetSecretValue",
    "iam:CreatePolicyVersion",
    "iam:PutUserPolicy",
    "iam:AttachRolePolicy",
    "iam:PassRole",
    "sts:AssumeRole",
)
_RESOURCES = (
    "*",
    "arn:${aws.partition}:rds:${aws.region}:${aws.account_id}:db:*",
    "${db_instance.orders.arn}",
    "${db_instance.ledger.arn}",
    "${kms_key.data.arn}",
    "${iam_role.app.arn}",
    "arn:${aws.partition}:rds-db:${aws.region}:${aws.account_id}:dbuser:${db_instance.orders.resource_id}/app",
    "${db_instance.orders.secret}",
)
_CONDITIONS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"StringEquals": {"aws:ResourceTag/team": "payments"}},
    {"StringEquals": {"aws:PrincipalTag/team": "payments"}},
    {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}},
    {"StringEquals": {"iam:ResourceTag/team": "payments"}},
    {"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/*/data*"}},
)


def world(random: Random) -> World:
    """A spec of every kind that bears on access."""
    made: World = {
        "kms_key": {"data": _key(random), "more": _key(random)},
        "iam_group": {"operators": {}, "readers": {}},
        "iam_user": {"dana": _user(random), "kim": _user(random)},
        "iam_role": {"app": _role(random), "ops": _role(random)},
        "iam_policy": {name: _policy(random) for name in ("first", "second", "third")} | {"bounds": _bounds(random)},
        "security_group": {name: _group(random) for name in ("one", "two")},
        "security_group_rule": {"single": _rule(random)},
        "db_subnet_group": {"inside": {"subnets": _SUBNETS[0]}, "both": {"subnets": random.choice(_SUBNETS)}},
        "db_parameter_group": {"tuned": {"family": "postgres16", "parameters": _parameters(random)}},
        "db_instance": {"orders": _instance(random), "ledger": _instance(random, "mysql")},
    }
    for more in (_cluster, _proxy, _oracle):
        if random.random() < 0.4:
            for kind, things in more(random).items():
                made.setdefault(kind, {}).update(things)
    made["event_subscription"] = {"alerts": _subscription(random)}
    return made


def change(random: Random, before: World) -> World:
    """Another spec of the same things: some made anew at random, some taken out, some added."""
    after = copy.deepcopy(before)
    fresh = world(random)
    for kind, things in fresh.items():
        for name, fields in things.items():
            if name not in after.get(kind, {}):
                after.setdefault(kind, {})[name] = fields
            elif random.random() < 0.5:
                after[kind][name] = _changed(random, kind, after[kind][name], fields)
    _take_out(random, after)
    return after


_HALF = {
    "kms_key.more": "kms_key.data",
    "iam_group.readers": "iam_group.operators",
    "iam_user.kim": "iam_user.dana",
    "iam_role.ops": "iam_role.app",
    "iam_policy.second": "iam_policy.first",
    "iam_policy.third": "iam_policy.first",
    "security_group.two": "security_group.one",
    "db_subnet_group.both": "db_subnet_group.inside",
    "db_instance.ledger": "db_instance.orders",
}
"""What a world of half the size lacks → what is referred to instead."""


def halved(world: World) -> World:
    """A world of half the size, for a quick trial."""
    kept = {
        kind: {name: _elsewhere(fields) for name, fields in things.items() if f"{kind}.{name}" not in _HALF}
        for kind, things in world.items()
    }
    return {kind: things for kind, things in kept.items() if things}


def _elsewhere(value: Any) -> Any:
    """A value with references to what is there; two that become one are said once."""
    if isinstance(value, dict):
        return {name: _elsewhere(each) for name, each in value.items()}
    if isinstance(value, list):
        found = [_elsewhere(each) for each in value]
        return [each for place, each in enumerate(found) if each not in found[:place]]
    for gone, kept in _HALF.items() if isinstance(value, str) else ():
        value = value.replace(f"${{{gone}", f"${{{kept}")
    return value


_FIXED: dict[str, tuple[str, ...]] = {
    "db_instance": ("engine", "engine_version", "kms_key", "subnet_group", "cluster", "insights_key"),
    "db_cluster": ("engine", "engine_version", "kms_key", "subnet_group"),
    "db_proxy": ("engine_family", "subnets"),
    "db_parameter_group": ("family",),
    "option_group": ("engine", "major_version"),
    "security_group": ("vpc",),
    "security_group_rule": ("group", "direction"),
}
"""What AWS never changes."""


def _changed(random: Random, kind: str, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Some of its fields as they are in the new one."""
    fields = sorted({*old, *new} - {*_FIXED.get(kind, ())})
    taken = [name for name in fields if random.random() < 0.6]
    kept = {name: value for name, value in old.items() if name not in taken}
    made = kept | {name: new[name] for name in taken if name in new}
    if made.get("name") != old.get("name"):
        made["when"] = "now"  # what waits for the window would be made with the rename (RDS-2)
    if not made.get("insights"):
        made.pop("insights_key", None)
    return made


def _take_out(random: Random, world: World) -> None:
    """Small things that nothing refers to any more; references to them go first."""
    for kind, name in (("iam_user", "kim"), ("iam_policy", "third"), ("security_group_rule", "single")):
        if name in world.get(kind, {}) and random.random() < 0.25 and f"{kind}.{name}" not in str(world):
            del world[kind][name]
            if not world[kind]:
                del world[kind]


def _some(random: Random, values: Any, most: int) -> list[Any]:
    return random.sample(list(values), random.randint(0, most))


def _statement(random: Random) -> dict[str, Any]:
    found = {
        "effect": random.choice(["allow", "allow", "allow", "deny"]),
        "actions": sorted(random.sample(_ACTIONS, random.randint(1, 3))),
        "resources": sorted(random.sample(_RESOURCES, random.randint(1, 2))),
        "conditions": random.choice(_CONDITIONS),
    }
    return {name: value for name, value in found.items() if value}


def _statements(random: Random) -> list[dict[str, Any]]:
    return [_statement(random) for _ in range(random.randint(1, 2))]


def _bounds(random: Random) -> dict[str, Any]:
    """What boundaries refer to, and refers to nothing."""
    actions = sorted(random.sample(_ACTIONS, 5))
    return {"statements": [{"effect": "allow", "actions": actions, "resources": ["*"]}]}


def _policy(random: Random) -> dict[str, Any]:
    attach = {
        "users": _some(random, ("${iam_user.dana}",), 1),
        "groups": _some(random, ("${iam_group.operators}", "${iam_group.readers}"), 2),
        "roles": _some(random, ("${iam_role.app}", "${iam_role.ops}"), 2),
    }
    return {"statements": _statements(random), "attach_to": {name: names for name, names in attach.items() if names}}


def _user(random: Random) -> dict[str, Any]:
    found: dict[str, Any] = {"groups": _some(random, ("${iam_group.operators}", "${iam_group.readers}"), 2)}
    if random.random() < 0.3:
        found["boundary"] = "arn:${aws.partition}:iam::aws:policy/ReadOnlyAccess"
    if random.random() < 0.3:
        found["boundary"] = "${iam_policy.bounds}"
    return found | {"tags": {"team": random.choice(["payments", "search"])}}


def _role(random: Random) -> dict[str, Any]:
    trust: dict[str, Any] = random.choice(
        [
            {"services": ["ec2.amazonaws.com"]},
            {"services": ["lambda.amazonaws.com"]},
            {"principals": ["${aws.account_id}"]},
            {"principals": ["${iam_user.dana}"], "conditions": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}},
            {"principals": ["210987654321"]},
        ]
    )
    found: dict[str, Any] = {"trust": trust, "instance_profile": random.choice([True, False])}
    if random.random() < 0.3:
        found["boundary"] = "${iam_policy.bounds}"
    if random.random() < 0.3:
        found["policies"] = ["AmazonRDSReadOnlyAccess"]
    if random.random() < 0.5:
        found["tags"] = {"team": random.choice(["payments", "search"])}
    return found


def _key(random: Random) -> dict[str, Any]:
    found: dict[str, Any] = {
        "users": _some(random, ("${iam_role.app}", "${iam_user.dana}"), 2),
        "administrators": _some(random, ("${iam_role.ops}",), 1),
        "rotation_days": random.choice([365, 180, "off"]),
    }
    if random.random() < 0.5:
        found["tags"] = {"team": random.choice(["payments", "search"])}
    if random.random() < 0.4:
        found["grants"] = {
            "exports": {"to": "${iam_role.ops}", "operations": random.choice([["Decrypt"], ["Encrypt"]])}
        }
    return found


def _rules(random: Random, word: str) -> list[dict[str, Any]]:
    rules = []
    for peer in _some(random, _PEERS, 3):
        port = random.choice([{"port": 5432}, {"port": 3306}, {"ports": "1024-65535"}, {"port": "all"}])
        rules.append({word: peer, **port})
    return rules


def _group(random: Random) -> dict[str, Any]:
    return {"vpc": _MAIN, "ingress": _rules(random, "from"), "egress": _rules(random, "to")}


def _rule(random: Random) -> dict[str, Any]:
    return {
        "group": {"tag": {"Name": "app-2"}},
        "direction": "egress",
        "peer": random.choice(["${security_group.one}", "10.20.0.0/16"]),
        "port": random.choice([5432, 3306]),
    }


def _subscription(random: Random) -> dict[str, Any]:
    kept = random.choice([[], ["failure"], ["maintenance", "configuration change", "failure"]])
    topic = "arn:${aws.partition}:sns:${aws.region}:${aws.account_id}:database-alerts"
    return {"topic": topic, "source_type": "db-instance", "categories": kept, "enabled": random.choice([True, False])}


def _parameters(random: Random) -> dict[str, Any]:
    names = {"rds.force_ssl": random.choice(["0", "1"]), "log_connections": "1", "max_connections": "200"}
    return {name: names[name] for name in _some(random, names, 3)}


def _instance(random: Random, engine: str = "postgres") -> dict[str, Any]:
    found: dict[str, Any] = {
        "engine": engine,
        "engine_version": {"postgres": "16", "mysql": "8.0"}[engine],
        "instance_class": "db.t4g.medium",
        "storage_gib": random.choice([20, 40]),
        "kms_key": random.choice(["${kms_key.data}", "${kms_key.more}"]),
        "subnet_group": random.choice(["${db_subnet_group.inside}", "${db_subnet_group.both}"]),
        "security_groups": random.choice(
            [["${security_group.one}"], ["${security_group.one}", "${security_group.two}"]]
        ),
        "public": random.choice([True, False]),
        "multi_az": random.choice([True, False]),
        "iam_auth": random.choice([True, False]),
        "deletion_protection": random.choice([True, False]),
        "backup_days": random.choice([7, 14]),
        "when": random.choice(["now", "window"]),
    }
    if random.random() < 0.5:
        found["port"] = random.choice([5432, 6432])
    if engine == "postgres" and random.random() < 0.5:
        found["parameter_group"] = "${db_parameter_group.tuned}"
    if random.random() < 0.3:
        found["log_exports"] = {"postgres": ["postgresql"], "mysql": ["error"]}[engine]
    if random.random() < 0.3:
        found |= {"insights": True, "insights_key": "${kms_key.data}"}
    if random.random() < 0.3:
        found["tags"] = {"team": "payments"}
    if random.random() < 0.2:
        found["name"] = f"{engine}-renamed"
    if random.random() < 0.3:
        found["reboot"] = "now"
    return found


def _cluster(random: Random) -> World:
    cluster = {
        "engine": "aurora-postgresql",
        "engine_version": "16",
        "kms_key": "${kms_key.data}",
        "subnet_group": "${db_subnet_group.inside}",
        "security_groups": random.choice([["${security_group.one}"], ["${security_group.two}"]]),
        "data_api": random.choice([True, False]),
        "iam_auth": random.choice([True, False]),
        "deletion_protection": random.choice([True, False]),
        "parameter_group": "${db_cluster_parameter_group.shop}",
        "port": random.choice([5432, 6432]),
        "when": random.choice(["now", "window"]),
    }
    names = {"log_statement": "ddl", "rds.force_ssl": random.choice(["0", "1"]), "shared_buffers": "4096"}
    parameters = {name: names[name] for name in _some(random, names, 3)}
    if random.random() < 0.3:
        cluster["name"] = "shop-renamed"
    member = {"engine": "aurora-postgresql", "cluster": "${db_cluster.shop}", "instance_class": "db.t4g.medium"}
    return {
        "db_cluster": {"shop": cluster},
        "db_instance": {"shop-1": member},
        "db_cluster_parameter_group": {"shop": {"family": "aurora-postgresql16", "parameters": parameters}},
    }


def _oracle(random: Random) -> World:
    """A second port, and groups of its own on it."""
    encryption = {"settings": {"SQLNET.ENCRYPTION_SERVER": random.choice(["REQUIRED", "REQUESTED"])}}
    ssl = {"port": random.choice([2484, 2485]), "security_groups": ["${security_group.two}"]}
    options = random.choice([{"SSL": ssl}, {"NATIVE_NETWORK_ENCRYPTION": encryption}, {"SSL": ssl, "TDE": {}}])
    database = {
        "engine": "oracle-ee",
        "engine_version": "19",
        "instance_class": "db.m5.large",
        "license": "bring-your-own-license",
        "storage_gib": 20,
        "kms_key": "${kms_key.data}",
        "subnet_group": "${db_subnet_group.inside}",
        "security_groups": ["${security_group.one}"],
        "option_group": "${option_group.oracle}",
        "when": random.choice(["now", "window"]),
    }
    group = {"engine": "oracle-ee", "major_version": "19", "options": options}
    return {"option_group": {"oracle": group}, "db_instance": {"legacy": database}}


def _proxy(random: Random) -> World:
    proxy = {
        "engine_family": "POSTGRESQL",
        "role": "${iam_role.app}",
        "subnets": _SUBNETS[0],
        "security_groups": random.choice([["${security_group.two}"], ["${security_group.one}"]]),
        "secrets": [{"arn": "${db_instance.orders}"}],
        "require_tls": random.choice([True, False]),
        "instance": "${db_instance.orders}",
    }
    return {"db_proxy": {"front": proxy}}
