"""Comparison with the files in golden/. RDS_SECURE_UPDATE_GOLDEN=1 writes them anew, for a person to look at."""

from __future__ import annotations

import os
from pathlib import Path

HERE = Path(__file__).parent / "golden"


def assert_golden(name: str, text: str) -> None:
    """The text is, to the byte, what the file holds."""
    path = HERE / name
    if os.environ.get("RDS_SECURE_UPDATE_GOLDEN") == "1":
        path.write_bytes(text.encode())
    assert text == path.read_bytes().decode(), f"{name} differs; RDS_SECURE_UPDATE_GOLDEN=1 takes the new text"
