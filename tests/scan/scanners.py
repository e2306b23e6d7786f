"""Scanners that others wrote, run in a process of their own against a sandbox. What they say, in one form."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from rds_secure.sandbox import Sandbox

SERVICES = ("rds", "kms", "iam", "ec2")
"""What Prowler is asked about."""


class Said(NamedTuple):
    """What a scanner says of one thing: ``check`` is its own id of the rule, ``thing`` an ARN, an id or a label."""

    check: str
    thing: str
    passes: bool
    name: str = ""


def prowler(program: str, sandbox: Sandbox, folder: Path) -> Iterator[Said]:
    """What Prowler's checks of `SERVICES` say."""
    services = ("--service", *SERVICES, "--region", sandbox.region)
    written = ("--output-formats", "csv", "--output-directory", str(folder), "--output-filename", "prowler")
    run((program, "aws", *services, *written, "--no-banner", "--no-color", "--ignore-exit-code-3"), sandbox)
    with (folder / "prowler.csv").open(newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            if row["STATUS"] in ("PASS", "FAIL"):
                yield Said(row["CHECK_ID"], row["RESOURCE_UID"], row["STATUS"] == "PASS", row["RESOURCE_NAME"])


def custodian(program: str, sandbox: Sandbox, folder: Path, policies: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Each of Custodian's policies, and each thing that it finds, as AWS describes it."""
    output = folder / "custodian"
    run((program, "run", "--cache-period", "0", "--region", sandbox.region, "-s", str(output), str(policies)), sandbox)
    for result in sorted(output.glob("*/resources.json")):
        for thing in json.loads(result.read_text()):
            yield result.parent.name, thing


def checkov(program: str, sandbox: Sandbox, folder: Path, terraform: str) -> Iterator[Said]:
    """What Checkov says of some Terraform; things are the labels of resources there."""
    (folder / "main.tf").write_text(terraform)
    options = (
        "-d",
        str(folder),
        "--framework",
        "terraform",
        "-o",
        "json",
        "--compact",
        "--soft-fail",
        "--skip-download",
    )
    told = json.loads(run((program, *options), sandbox))
    for key, passes in (("passed_checks", True), ("failed_checks", False)):
        for each in told["results"][key]:
            yield Said(each["check_id"], each["resource"].partition(".")[2], passes)


def run(command: Sequence[str], sandbox: Sandbox) -> str:
    """Run a scanner against a sandbox, and return what it prints."""
    environment = {**os.environ, **sandbox.environment}
    environment.pop("PYTHONPATH", None)  # it has packages of its own
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
