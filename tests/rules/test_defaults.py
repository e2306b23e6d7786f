"""The least that can be written of each kind and engine passes the baseline, but for what is said here, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from rds_secure import resources
from rds_secure.access.alone import offline
from rds_secure.access.posture import Posture
from rds_secure.engines import ENGINES
from rds_secure.finding import State
from rds_secure.rules import Guardrails
from rds_secure.spec import load
from tests.contracts.specs import minimal

BESIDE: Mapping[str, Any] = {
    "security_group": {"db": {"vpc": {"tag": {"Name": "main"}}, "ingress": [], "egress": []}},
    "db_subnet_group": {"db": {"subnets": {"vpc": {"tag": {"Name": "main"}}, "tag": {"Tier": "private"}}}},
}
PLACED = {"subnet_group": "${db_subnet_group.db}", "security_groups": ["${security_group.db}"]}
VERSIONS = {
    "postgres": "16", "mysql": "8.4", "mariadb": "11.4", "oracle": "19", "sqlserver": "15.00", "db2": "11.5",
    "aurora-postgresql": "16", "aurora-mysql": "8.0",
}  # fmt: skip

FAILING: Mapping[tuple[str, str], str] = {
    ("oracle", "tls-required"): "Oracle forces nothing by a parameter, and an option group has to be made for it",
}
"""How an engine's name begins, and a rule that its least spec fails: why, for rules below ``high`` alone."""


def _instance(engine: str) -> dict[str, Any]:
    version = VERSIONS.get(engine) or VERSIONS[engine.partition("-")[0]]
    license_of = {"license": "bring-your-own-license"} if engine.startswith(("oracle", "db2")) else {}
    return {"engine": engine, "engine_version": version, "instance_class": "db.m6i.large", **license_of}


def _specs() -> Iterator[tuple[str, dict[str, Any]]]:
    """A spec for each engine, in each form in which it can be run."""
    for name, engine in ENGINES.items():
        if engine.clustered:
            written = {"engine": name, "engine_version": VERSIONS[name]}
            member = {"engine": name, "instance_class": "db.r6g.large", "cluster": "${db_cluster.orders}"}
            yield name, {"db_cluster": {"orders": written | PLACED}, "db_instance": {"one": member}}
        else:
            storage = 100 if name.startswith("db2") else 20
            yield name, {"db_instance": {"orders": _instance(name) | {"storage_gib": storage} | PLACED}}
    for name in ("postgres", "mysql"):
        written = {"engine": name, "engine_version": VERSIONS[name], "instance_class": "db.m6gd.large"}
        sizes = {"storage_gib": 100, "storage_type": "io1", "iops": 1000}
        yield f"{name}, Multi-AZ DB cluster", {"db_cluster": {"orders": written | sizes | PLACED}}


def _failed(folder: Path, written: Mapping[str, Any]) -> dict[str, str]:
    """The rules of the baseline that a spec fails, and what they say."""
    path = folder / "spec.yaml"
    path.write_text(yaml.safe_dump({"version": 1, "stack": "least", "resources": {**BESIDE, **written}}))
    plan, inventory = offline(load((path,))[1], "eu-west-1")
    assert plan.is_applicable, plan.obstacles
    findings = Guardrails().judge(Posture(inventory))
    assert not Guardrails().stopping(findings)
    return {one.rule: one.message for one in findings if one.state is State.FAIL}


@pytest.mark.parametrize(("engine", "written"), list(_specs()), ids=[name for name, _ in _specs()])
def test_the_least_spec_of_an_engine_fails_nothing_without_a_reason(
    engine: str, written: dict[str, Any], tmp_path: Path
) -> None:
    begins = engine.partition("-")[0]
    assert _failed(tmp_path, written).keys() == {rule for word, rule in FAILING if word == begins}


@pytest.mark.parametrize("kind", [kind.name for kind in resources.KINDS])
def test_the_least_spec_of_a_kind_is_never_stopped(kind: str, tmp_path: Path) -> None:
    assert not _failed(tmp_path, {kind: {"subject": minimal(kind)}})
