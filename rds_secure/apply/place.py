"""Where a run goes on, in words for others: the page of the CI job, else this machine's name. It calls nothing."""

from __future__ import annotations

import socket
from collections.abc import Mapping

CI_JOBS = (
    "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
    "{CI_JOB_URL}",
    "{BUILDKITE_BUILD_URL}",
    "{CIRCLE_BUILD_URL}",
    "{TRAVIS_BUILD_WEB_URL}",
    "{DRONE_BUILD_LINK}",
    "{BITBUCKET_GIT_HTTP_ORIGIN}/pipelines/results/{BITBUCKET_BUILD_NUMBER}",
    "{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}",
    "{CODEBUILD_BUILD_ARN}",
    "{BUILD_URL}",
)
"""The addresses of jobs, out of the environment variables that CI systems set; Jenkins's is last, for its name is
anybody's."""


def place(environment: Mapping[str, str]) -> str:
    """The first address all of whose variables are set, else the host name."""
    for job in CI_JOBS:
        try:
            found = job.format_map(environment)
        except KeyError:
            continue
        if found:
            return found
    return socket.gethostname()
