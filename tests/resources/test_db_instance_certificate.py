"""Whether another certificate authority restarts an instance: what is asked, when, and what the plan says."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure.errors import DeniedError, UnsupportedError
from rds_secure.resources.db_instance import KIND, certificate
from tests.fakes import FakeReader
from tests.models import assert_valid_call
from tests.resources.instances import described, instance
from tests.resources.planning import SCOPE, link, wanted

HAS, OTHER = "rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1"
ASKED = ("rds", "DescribeDBEngineVersions")
UNSAID = "some engines restart for another certificate authority, and AWS did not say whether this one does"


def noted(answer: Any, **written: Any) -> tuple[list[str], FakeReader]:
    """The notes of a plan for an instance with HAS, and the reader that was asked."""
    resource = instance(**written)
    listed = {"DBInstances": [described(CACertificateIdentifier=HAS)]}
    answers: dict[tuple[str, ...], Any] = {("rds", "DescribeDBInstances"): listed, ASKED: answer}
    reader = FakeReader(answers)
    [one] = KIND.read(reader, wanted(KIND, resource))
    for call in reader.calls:
        assert_valid_call(*call)
    return list(certificate.notes(resource.spec, link(one, resource.address, SCOPE))), reader


def versions(*said: bool | None) -> dict[str, Any]:
    """What AWS answers for one version."""
    key = "SupportsCertificateRotationWithoutRestart"
    return {"DBEngineVersions": [{} if item is None else {key: item} for item in said]}


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        (versions(True), "its engine takes another certificate authority without a restart"),
        (versions(False), "it restarts for another certificate authority, with an outage of a minute or so"),
        (versions(None), UNSAID),
        (versions(), UNSAID),
        (DeniedError(*ASKED, "AccessDenied", "no", status=403), UNSAID),
        (UnsupportedError(*ASKED, "NotImplemented", "no", status=501), UNSAID),
    ],
)
def test_a_plan_with_another_authority_says_whether_that_restarts_it(answer: Any, note: str) -> None:
    notes, reader = noted(answer, ca=OTHER)
    assert notes == [note]
    assert reader.calls[-1][1] == ASKED[1]
    assert reader.calls[-1][2]["Engine"] == "postgres"


@pytest.mark.parametrize("written", [{}, {"ca": HAS}, {"ca": OTHER, "ignore": ["ca"]}])
def test_nothing_is_asked_where_it_keeps_the_one_that_it_has(written: dict[str, Any]) -> None:
    notes, reader = noted(versions(False), **written)
    assert notes == []
    assert ASKED[1] not in [action for _, action, _ in reader.calls]
