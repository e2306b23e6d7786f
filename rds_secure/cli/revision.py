"""The commit that a spec was taken from, for reports. It asks git, and does without where there is none."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

_PATIENCE = 10
"""Seconds."""


def revision(files: Sequence[str]) -> tuple[str, bool]:
    """The commit that files are of, "" where they are in no repository; and whether they are as it has them."""
    folders = {str(Path(file).absolute().parent) for file in files}
    if len(folders) != 1:
        return "", False
    folder = folders.pop()
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return "", False
    changed = _git(folder, "status", "--porcelain", "--", *(str(Path(file).absolute()) for file in files))
    return commit, changed == ""


def _git(folder: str, *arguments: str) -> str | None:
    """What git says; None where it cannot."""
    command = ["git", "-C", folder, "--no-optional-locks", *arguments]
    try:
        made = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return made.stdout.strip() if made.returncode == 0 else None
