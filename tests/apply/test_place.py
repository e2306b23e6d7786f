"""Where a run goes on: the job's page on every CI system that says which, else the machine."""

from __future__ import annotations

import socket

import pytest

from rds_secure.apply.place import place

JOBS = [
    (
        {
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "example/orders",
            "GITHUB_RUN_ID": "7",
            "CI": "true",
        },
        "https://github.com/example/orders/actions/runs/7",
    ),
    ({"CI_JOB_URL": "https://gitlab.example/jobs/7"}, "https://gitlab.example/jobs/7"),
    ({"BUILD_URL": "https://jenkins.example/job/orders/7/"}, "https://jenkins.example/job/orders/7/"),
    (
        {
            "SYSTEM_COLLECTIONURI": "https://dev.azure.com/example/",
            "SYSTEM_TEAMPROJECT": "orders",
            "BUILD_BUILDID": "7",
        },
        "https://dev.azure.com/example/orders/_build/results?buildId=7",
    ),
]


@pytest.mark.parametrize(("environment", "job"), JOBS, ids=["github", "gitlab", "jenkins", "azure"])
def test_a_job_is_named_by_its_page(environment: dict[str, str], job: str) -> None:
    assert place(environment) == job


@pytest.mark.parametrize("environment", [{}, {"GITHUB_RUN_ID": "7"}, {"BUILD_URL": ""}])
def test_a_machine_is_named_by_its_name(environment: dict[str, str]) -> None:
    assert place(environment) == socket.gethostname()
