"""The whole pipeline, from YAML to the sandbox: what is planned, what goes over the wire, what is there then."""

import pytest

pytest.register_assert_rewrite("tests.e2e.harness")
