"""What kinds read, in the sandbox, of objects that have everything: permissions, exports, facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import rds_secure
from rds_secure.aws.reader import AwsReader
from rds_secure.kind import Kind, Wanted
from rds_secure.live import Snapshot
from rds_secure.plan import Action, Plan
from rds_secure.resources import KINDS, KINDS_BY_NAME
from rds_secure.spec import load
from rds_secure.values import Address
from tests.contracts import account
from tests.contracts.readers import Listening, denials
from tests.contracts.test_kinds import EVERY, sources
from tests.e2e.harness import EVERYTHING, PRUNING, Harness
from tests.e2e.tables import activity_stream
from tests.e2e.tables.snapshot_sharing import archived

PACKAGE = Path(rds_secure.__file__).parent
STACK: dict[str, dict[str, dict[str, Any]]] = {
    "iam_group": {"everything": {"policies": ["ReadOnlyAccess"]}},
    "iam_user": {
        "everything": {
            "groups": ["${iam_group.everything}"],
            "boundary": "ReadOnlyAccess",
            "policies": ["ReadOnlyAccess"],
        }
    },
    "iam_role": {
        "everything": {
            "trust": {"principals": ["${iam_user.everything}"]},
            "boundary": "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "policies": ["ReadOnlyAccess"],
            "instance_profile": True,
        }
    },
    "iam_policy": {
        "everything": {
            "statements": [{"effect": "allow", "actions": ["rds:Describe*"], "resources": ["*"]}],
            "attach_to": {"users": ["${iam_user.everything}"], "roles": ["${iam_role.everything}"]},
        }
    },
    "security_group": {
        "everything": {
            "vpc": {"tag": {"Name": "main"}},
            "ingress": [{"from": "self", "port": 5432}, {"from": {"tag": {"Name": "app-1"}}, "port": 5432}],
            "egress": [{"to": {"prefix_list": "com.amazonaws.us-east-1.s3"}, "port": 443}],
        }
    },
    "security_group_rule": {
        "everything": {"group": {"tag": {"Name": "bastion"}}, "peer": {"tag": {"Name": "app-1"}}, "port": 5432}
    },
    "default_security_group": {"everything": {"vpc": {"tag": {"Name": "main"}}}},
    "security_hub": {"everything": {}},
    "db_subnet_group": {"everything": {"subnets": {"vpc": {"tag": {"Name": "main"}}, "tag": {"Tier": "private"}}}},
    "kms_key": {"everything": {"administrators": ["123456789012"], "users": ["${iam_role.everything}"]}},
    "data_key": {"everything": {"kms_key": "${kms_key.everything}", "encryption_context": {"app": "orders"}}},
    "db_parameter_group": {"everything": {"family": "postgres16", "parameters": {"work_mem": "64"}}},
    "option_group": {
        "everything": {
            "engine": "oracle-ee",
            "major_version": "19",
            "options": {"TDE": {}, "SSL": {"security_groups": ["${security_group.everything}"]}},
        }
    },
    "db_cluster_parameter_group": {"everything": {"family": "aurora-mysql8.0", "parameters": {"time_zone": "UTC"}}},
    "db_cluster": {
        "everything": {
            "engine": "aurora-mysql",
            "engine_version": "8.0",
            "kms_key": "${kms_key.everything}",
            "subnet_group": "${db_subnet_group.everything}",
            "security_groups": ["${security_group.everything}", "${security_group.everything.id}"],
            "parameter_group": "${db_cluster_parameter_group.everything}",
        }
    },
    "db_instance": {
        "everything": {
            "engine": "postgres",
            "engine_version": "16",
            "instance_class": "db.m7g.large",
            "storage_gib": 100,
            "kms_key": "${kms_key.everything}",
            "subnet_group": "${db_subnet_group.everything}",
            "security_groups": ["${security_group.everything}", "${security_group.everything.id}"],
            "parameter_group": "${db_parameter_group.everything}",
        },
    },
    "db_proxy": {
        "everything": {
            "engine_family": "POSTGRESQL",
            "secrets": [{"arn": "${db_instance.everything}"}],
            "role": "${iam_role.everything}",
            "subnets": {"vpc": {"tag": {"Name": "main"}}, "tag": {"Tier": "private"}},
            "security_groups": {"tag": {"Name": "app-1"}},
            "instance": "${db_instance.everything}",
        }
    },
    "event_subscription": {
        "everything": {
            "topic": "arn:aws:sns:us-east-1:123456789012:alerts",
            "source_type": "db-instance",
            "categories": ["failure"],
            "sources": ["${db_instance.everything}"],
        }
    },
    "activity_stream": {"everything": {"of": activity_stream.BOOKS, "kms_key": "${kms_key.everything}"}},
    "snapshot_sharing": {"everything": {"snapshot": "archived", "accounts": ["210987654321"]}},
}


@pytest.fixture(scope="module")
def snapshot(harness: Harness) -> Snapshot:
    """The account with one resource of each kind in it."""
    harness.behind(archived)
    harness.behind(activity_stream.prepare)
    harness.make(STACK)
    made = harness.plan(STACK)
    assert made.plan.is_empty
    return made.snapshot


def reads(kind: Kind[Any], snapshot: Snapshot, harness: Harness) -> set[str]:
    """What the kind reads: to check what is declared, to find it, and before it could be deleted."""
    scope = snapshot.scope
    with AwsReader(harness.account.connection) as reader:
        listening = Listening(reader)
        for address, live in snapshot.live.items():
            if address.kind == kind.name:
                resource = snapshot.resources[address]
                assert list(kind.verify(listening, resource, scope)) == []
                identity = kind.identity(resource.name, resource.spec, scope)
                assert list(kind.read(listening, Wanted(scope, frozenset({identity}), {})))
                kind.inspect(listening, live, scope, frozenset())
                lost = Wanted(scope, frozenset({f"{identity}-lost"}), {})  # a key is then looked for by all their tags
                assert len(list(kind.read(listening, lost))) < 2
    return {f"{service}:{action}" for service, action in listening.calls}


@EVERY
def test_every_read_is_among_the_permissions_and_every_permission_is_needed(
    kind: Kind[Any], snapshot: Snapshot, harness: Harness
) -> None:
    made = reads(kind, snapshot, harness)
    assert made <= {*kind.read_actions}

    shared = [path for folder in ("iam", "network", "database") for path in (PACKAGE / folder).glob("*.py")] + sources(
        kind
    )
    texts = "\n".join(file.read_text(encoding="utf-8") for file in shared)
    unused = [name for name in kind.read_actions if name not in made and f'"{name.partition(":")[2]}"' not in texts]
    assert unused == []


@EVERY
def test_what_is_read_has_every_attribute_and_none_other_than_was_told_before(
    kind: Kind[Any], snapshot: Snapshot
) -> None:
    for address, live in snapshot.live.items():
        if address.kind == kind.name:
            resource = snapshot.resources[address]
            predicted = kind.predict(snapshot.scope, resource.name, resource.spec)
            assert live.exports.keys() == kind.exports.keys()
            assert predicted.items() <= dict(live.exports).items()


@pytest.mark.usefixtures("snapshot")
def test_everything_is_still_found_when_nothing_of_it_is_declared_any_more(harness: Harness) -> None:
    """By tags in lists, by the tagging API, by the path of a group; not what is a setting of something else."""
    left = harness.plan({"iam_group": {"other": {}}}).snapshot
    assert sorted(map(str, left.retired)) == sorted(f"{kind.name}.everything" for kind in KINDS if not kind.setting)


@pytest.mark.usefixtures("snapshot")
def test_nothing_that_is_there_is_created_or_deleted_whatever_read_is_denied(harness: Harness) -> None:
    """Meaning §8."""
    stack, _ = load([str(harness.spec(STACK))])
    for made, denied in denials(harness.account, stack, PRUNING):
        assert made.count(Action.CREATE) == made.count(Action.DELETE) == 0, denied


@pytest.mark.usefixtures("snapshot")
def test_nothing_is_deleted_that_was_not_seen_and_nothing_stateful_without_full_sight(harness: Harness) -> None:
    """Meaning §8."""
    other: dict[str, dict[str, dict[str, Any]]] = {"iam_group": {"other": {}}}
    stack, _ = load([str(harness.spec(other))])
    seen = _deleted(harness.plan(other, EVERYTHING).plan)
    assert seen
    for made, denied in denials(harness.account, stack, EVERYTHING):
        going, kinds = _deleted(made), {name for item in made.unseen for name in item.kinds}
        assert going <= seen, denied
        assert not {address for address in going if address.kind in kinds}, denied
        assert not (made.unseen and any(KINDS_BY_NAME[address.kind].stateful for address in going)), denied


def _deleted(made: Plan) -> set[Address]:
    return {step.address for step in made.steps if step.action is Action.DELETE}


@EVERY
def test_the_facts_that_tests_make_up_are_those_that_are_read(kind: Kind[Any], snapshot: Snapshot) -> None:
    [live] = [live for address, live in snapshot.live.items() if str(address) == f"{kind.name}.everything"]
    made_up = account.facts(kind, live.found.spec)
    assert made_up.keys() - {"final_snapshot"} <= live.facts.keys()
    assert all(type(made_up[name]) is type(live.facts[name]) for name in made_up.keys() & live.facts.keys())
