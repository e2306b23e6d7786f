"""Every syntax test runs with both of PyYAML's parsers."""

from __future__ import annotations

import pytest
import yaml

from rds_secure.spec import source


@pytest.fixture(params=["libyaml", "pure Python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both parsers of PyYAML: their words for the same error differ."""
    monkeypatch.setattr(source, "_LOADER", yaml.CSafeLoader if request.param == "libyaml" else yaml.SafeLoader)
    return str(request.param)
