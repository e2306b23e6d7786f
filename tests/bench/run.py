"""What commands cost beside a yardstick: ratios of CPU time, taken in one run. Never a test: no time is asserted.

    python -m tests.bench.run [--pairs 5] [--apps 50]

Each row runs a command (A) and its yardstick (B) by turns, A, B, A, B …, and shows the median of the ratios of the
pairs. CPU is what a process and its children use, user and system; the sandbox is another process, and is not counted.
Memory is the largest resident set. Bytecode is compiled before anything is measured.

The yardsticks: ``python -c pass``, and for `validate` also libyaml's safe loader with pydantic, on the same file: what
loading costs at the least without positions, references and checks. No change below 1.10 means anything.
An "app" is a policy, a user, a security group, a key, a subnet group, a parameter group and an encrypted instance.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]

BARE = ("-c", "pass")
LOADER = """
import sys
import yaml
from rds_secure.resources import KINDS_BY_NAME
with open(sys.argv[1]) as file:
    data = yaml.load(file, Loader=yaml.CSafeLoader)
for kind, section in data["resources"].items():
    for fields in section.values():
        KINDS_BY_NAME[kind].spec.model_validate(fields)
"""
TOOL = ("-c", "from rds_secure.cli import main; main()")


SMALL, LARGE = 14, 257
"""Apps of the two specs that are validated: 98 resources, and some 10,000 lines."""


@dataclass(frozen=True)
class Cost:
    """What one process took: CPU seconds, and its largest resident set in MiB."""

    cpu: float
    memory: float


@dataclass(frozen=True)
class Row:
    """A command and a yardstick, each as the arguments of an interpreter."""

    what: str
    command: Sequence[str]
    beside: str
    yardstick: Sequence[str]


def app(name: str) -> dict[str, dict[str, Any]]:
    """The resources of one app, by kind."""
    private = {"vpc": {"tag": {"Name": "main"}}, "tag": {"Tier": "private"}}
    reading = {"effect": "allow", "actions": ["rds:Describe*"], "resources": [f"${{db_instance.{name}.arn}}"]}
    instance = {
        "engine": "postgres",
        "engine_version": "16",
        "instance_class": "db.t4g.medium",
        "storage_gib": 20,
        "kms_key": f"${{kms_key.{name}}}",
        "subnet_group": f"${{db_subnet_group.{name}}}",
        "parameter_group": f"${{db_parameter_group.{name}}}",
        "security_groups": [f"${{security_group.{name}}}"],
    }
    return {
        "iam_user": {},
        "iam_policy": {"statements": [reading], "attach_to": {"users": [f"${{iam_user.{name}}}"]}},
        "security_group": {"vpc": {"tag": {"Name": "main"}}, "ingress": [{"from": "10.20.0.0/16", "port": "5432"}]},
        "kms_key": {"rotation_days": 365},
        "db_subnet_group": {"subnets": private},
        "db_parameter_group": {"family": "postgres16"},
        "db_instance": instance,
    }


def spec(folder: Path, name: str, apps: int) -> Path:
    """A spec of so many apps, in block style, one value a line, as people write it."""
    import yaml

    resources: dict[str, dict[str, Any]] = {}
    for number in range(apps):
        for kind, fields in app(f"order-{number}").items():
            resources.setdefault(kind, {})[f"order-{number}"] = fields
    data = {"version": 1, "stack": "bench", "resources": json.loads(json.dumps(resources))}
    file = folder / name / "stack.yaml"
    file.parent.mkdir()
    file.write_text(yaml.dump(data, sort_keys=False), encoding="utf-8")
    return file


def cost(arguments: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """Run an interpreter with these arguments; CalledProcessError where it fails."""
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(arguments))
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / (1 if sys.platform == "darwin" else 1024))


def measured(row: Row, pairs: int, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The cells of a row's line."""
    for arguments in (row.command, row.yardstick):
        cost(arguments, environment)  # compiles what it imports
    runs = [(cost(row.command, environment), cost(row.yardstick, environment)) for _ in range(pairs)]
    ratio = median(ours.cpu / theirs.cpu for ours, theirs in runs)
    ours, theirs = (median(run[side].cpu for run in runs) for side in (0, 1))
    memory = median(run[0].memory for run in runs)
    return row.what, f"{ours * 1000:.0f} ms", f"{memory:.0f} MiB", row.beside, f"{theirs * 1000:.0f} ms", f"{ratio:.2f}"


def rows(small: Path, large: Path, planned: Path, apps: int) -> list[Row]:
    """Everything that is measured."""
    lines = len(large.read_text(encoding="utf-8").splitlines())
    less = f"validate, {SMALL * len(app(''))} resources"
    validate, thorough = (*TOOL, "validate", str(small)), (*TOOL, "validate", str(large))
    return [
        Row("--help", (*TOOL, "--help"), "python -c pass", BARE),
        Row(less, validate, "python -c pass", BARE),
        Row(less, validate, "CSafeLoader + pydantic", ("-c", LOADER, str(small))),
        Row(f"validate, {lines:,} lines", thorough, "CSafeLoader + pydantic", ("-c", LOADER, str(large))),
        Row(f"plan, {apps} apps, no change", (*TOOL, "plan", str(planned)), "python -c pass", BARE),
    ]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=5, help="how often each pair is run")
    parser.add_argument("--apps", type=int, default=50, help="the size of the plan")
    options = parser.parse_args()
    dropped = ("AWS_", "RDS_SECURE_", "PYTHONDONTWRITEBYTECODE")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        os.environ["RDS_SECURE_HOME"] = str(folder / "home")  # a sandbox of its own, whatever else is running
        environment |= {"PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "NO_PROXY": "127.0.0.1"}
        from rds_secure import sandbox

        environment |= sandbox.start().environment
        try:
            planned = spec(folder, "planned", options.apps)
            cost((*TOOL, "apply", "--yes", str(planned)), environment)
            chosen = rows(spec(folder, "small", SMALL), spec(folder, "large", LARGE), planned, options.apps)
            show([measured(row, options.pairs, environment) for row in chosen], options.pairs)
        finally:
            sandbox.stop()


def show(lines: Sequence[tuple[str, ...]], pairs: int) -> None:
    """The table, as Markdown."""
    header = ("command", "CPU", "memory", "beside", "CPU", "ratio")
    widths = [max(len(line[column]) for line in (header, *lines)) for column in range(len(header))]
    sys.stdout.write(f"medians of {pairs} pairs\n\n")
    for line in (header, tuple("-" * width for width in widths), *lines):
        sys.stdout.write(f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |\n")


if __name__ == "__main__":
    main()
