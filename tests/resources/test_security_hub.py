"""Security Hub: how standards are written, what is read, and the calls that enable and change, and never disable."""

from __future__ import annotations

from typing import Any

import jmespath
import pytest
from pydantic import ValidationError

from rds_secure import ownership
from rds_secure.errors import DeniedError
from rds_secure.kind import Found
from rds_secure.resources.security_hub import KIND, standards
from rds_secure.resources.security_hub.spec import SecurityHubSpec
from rds_secure.values import Address
from tests.fakes import FakeReader, error
from tests.models import assert_valid_call
from tests.resources.planning import (
    SCOPE,
    actions,
    checked,
    compare,
    complaints,
    created,
    declare,
    link,
    updated,
    wanted,
)

HUB = SCOPE.arn("securityhub", "hub/default")
FSBP = "arn:aws:securityhub:eu-west-1::standards/aws-foundational-security-best-practices/v/1.0.0"
CIS_1_2 = "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0"
OTHER = "arn:aws:securityhub:eu-west-1::standards/service-managed-aws-control-tower/v/1.0.0"
MAIN = declare(KIND, "main", {})
OURS = {ownership.STACK: "orders", ownership.ADDRESS: "security_hub.main/default"}
OFF = error("securityhub", "DescribeHub", "InvalidAccessException")


def subscription(arn: str, status: str = "READY", reason: str = "") -> dict[str, Any]:
    why = {"StandardsStatusReason": {"StatusReasonCode": reason}} if reason else {}
    return {"StandardsArn": arn, "StandardsSubscriptionArn": f"{arn}#", "StandardsStatus": status, **why}


def reader(*enabled: Any, tags: dict[str, str] | None = None, **hub: Any) -> FakeReader:
    described = {"HubArn": HUB, "AutoEnableControls": True, "ControlFindingGenerator": "SECURITY_CONTROL", **hub}
    return FakeReader(
        {
            ("securityhub", "DescribeHub"): described,
            ("securityhub", "GetEnabledStandards"): {"StandardsSubscriptions": list(enabled)},
            ("securityhub", "ListTagsForResource"): {"Tags": tags or {}},
            ("securityhub", "DescribeStandards"): {"Standards": [{"StandardsArn": FSBP}, {"StandardsArn": CIS_1_2}]},
        }
    )


def found(*enabled: Any, **more: Any) -> Found[SecurityHubSpec]:
    (only,) = KIND.read(reader(*(enabled or [subscription(FSBP)]), **more), wanted(KIND, MAIN))
    return only


# How standards are written


@pytest.mark.parametrize("name", standards.NAMES)
def test_a_short_name_is_the_arn_of_the_partition_and_region(name: str) -> None:
    for partition, region in (("aws", "eu-west-1"), ("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1")):
        arn = standards.arn(name, partition, region)
        assert arn.startswith(f"arn:{partition}:securityhub:")
        assert (f":{region}:" in arn) is ("standards/" in arn)  # the oldest one of CIS is global
        assert standards.short(arn, partition, region) == name
        assert SecurityHubSpec.model_validate({"standards": [arn]}).standards == (arn,)


def test_what_is_neither_a_name_nor_an_arn_is_refused_and_a_repetition_found() -> None:
    with pytest.raises(ValidationError, match="'pci-dss' is not a security standard"):
        SecurityHubSpec.model_validate({"standards": ["pci-dss"]})
    assert complaints(KIND, {"standards": ["fsbp", FSBP]}) == [(("standards", 1), f"{FSBP!r} is written twice")]


def test_a_standard_that_is_not_offered_here_is_a_complaint() -> None:
    written = declare(KIND, "main", {"standards": ["fsbp", "cis-5.0"]})
    (item,) = KIND.verify(reader(), written, SCOPE)
    assert (item.path, item.what) == (("standards", 1), "Security Hub has no standard cis-5.0 in eu-west-1")
    assert item.fix == "write one of cis-1.2, fsbp"


def test_where_they_are_shown_only_once_the_hub_is_enabled_nothing_is_said() -> None:
    assert list(KIND.verify(FakeReader({("securityhub", "DescribeStandards"): OFF}), MAIN, SCOPE)) == []


def test_a_tag_key_that_security_hub_does_not_take_is_a_complaint() -> None:
    tagged = declare(KIND, "main", {"tags": {"cost centre": "1", "a-b_c:d/e": "2"}})
    assert [item.what for item in KIND.verify(reader(), tagged, SCOPE)] == [
        "Security Hub does not take the tag key 'cost centre'"
    ]


# What is live


def test_a_minimal_hub_reads_as_it_is_declared() -> None:
    live = found(tags=OURS)
    difference, _ = compare(KIND, MAIN, live)
    assert (difference.changes, difference.refused, difference.noted, difference.strangers) == ([], [], [], [])
    assert (live.tags, live.exports) == (OURS, {"arn": HUB})
    assert KIND.predict(SCOPE, "default", MAIN.spec) == {"arn": HUB}


@pytest.mark.parametrize("code", ["InvalidAccessException", "ResourceNotFoundException"])
def test_where_it_is_not_enabled_there_is_nothing(code: str) -> None:
    fake = FakeReader({("securityhub", "DescribeHub"): error("securityhub", "DescribeHub", code)})
    assert list(KIND.read(fake, wanted(KIND, MAIN))) == []


def test_reading_takes_three_calls() -> None:
    fake = reader()
    list(KIND.read(fake, wanted(KIND, MAIN)))
    assert [action for _, action, _ in fake.calls] == ["DescribeHub", "GetEnabledStandards", "ListTagsForResource"]
    for service, action, params in fake.calls:
        assert_valid_call(service, action, params)


def test_it_is_looked_at_only_where_it_is_declared_or_tagged_for_the_stack() -> None:
    fake = reader(subscription(FSBP), tags=OURS)
    assert list(KIND.read(fake, wanted(KIND))) == []
    assert fake.calls == []
    assert [live.tags for live in KIND.read(fake, wanted(KIND, tagged={HUB: OURS}))] == [OURS]


def test_a_denied_look_is_no_absence() -> None:
    """Meaning §8."""
    denied = DeniedError("securityhub", "DescribeHub", "AccessDeniedException", "no", status=403)
    with pytest.raises(DeniedError):
        list(KIND.read(FakeReader({("securityhub", "DescribeHub"): denied}), wanted(KIND, MAIN)))


def test_a_standard_that_does_not_work_is_said() -> None:
    live = found(
        subscription(FSBP, "INCOMPLETE", "NO_AVAILABLE_CONFIGURATION_RECORDER"), subscription(CIS_1_2, "DELETING")
    )
    assert live.spec.standards == ("fsbp",)
    assert live.facts["notes"] == (
        "standard fsbp is incomplete: AWS Config records nothing here",
        "standard cis-1.2 is deleting",
    )


def test_a_standard_that_is_not_written_is_a_stranger_and_stays() -> None:
    live = found(subscription(FSBP), subscription(OTHER))
    difference, _ = compare(KIND, MAIN, live)
    assert [item.member for item in difference.strangers] == [OTHER]
    assert updated(KIND, MAIN, live) == ()


# Operations


def test_a_new_hub_is_enabled_with_its_tags_and_with_its_own_standards_only() -> None:
    enable, standard = created(KIND, MAIN)
    assert (enable.action, enable.params["EnableDefaultStandards"]) == ("EnableSecurityHub", False)
    assert enable.params["Tags"] == MAIN.tags
    assert enable.done_on == ("ResourceConflictException",)
    assert "ControlFindingGenerator" not in enable.params
    assert standard.params == {"StandardsSubscriptionRequests": ({"StandardsArn": FSBP},)}


def test_a_standard_is_waited_for_until_it_is_ready_or_as_ready_as_it_gets() -> None:
    *_, call = created(KIND, declare(KIND, "main", {"standards": ["fsbp", "cis-1.2"]}))
    assert call.wait is not None

    def missing(*statuses: str) -> int:
        found = [subscription(arn, status) for arn, status in zip((FSBP, CIS_1_2), statuses, strict=False)]
        return sum(not item.holds(jmespath.search(item.path, found)) for item in call.wait.until)  # type: ignore[union-attr]

    assert [missing("PENDING", "READY"), missing("READY"), missing("READY", "INCOMPLETE")] == [1, 1, 0]
    failed = [subscription(FSBP, "FAILED")]
    assert any(item.holds(jmespath.search(item.path, failed)) for item in call.wait.fail)


def test_only_what_changes_is_sent() -> None:
    live = found()
    (call,) = updated(KIND, declare(KIND, "main", {"new_controls": "false"}), live)
    assert (call.action, call.params) == ("UpdateSecurityHubConfiguration", {"AutoEnableControls": False})
    (call,) = updated(KIND, declare(KIND, "main", {"findings": "standard-control"}), live)
    assert call.params == {"ControlFindingGenerator": "STANDARD_CONTROL"}
    (call,) = updated(KIND, declare(KIND, "main", {"standards": ["fsbp", "cis-1.2"]}), live)
    assert call.params == {"StandardsSubscriptionRequests": ({"StandardsArn": CIS_1_2},)}


def test_a_hub_that_is_made_with_other_settings_gets_them() -> None:
    fields = {"new_controls": "false", "findings": "standard-control", "standards": []}
    calls = created(KIND, declare(KIND, "main", fields))
    assert actions(calls) == ["EnableSecurityHub", "UpdateSecurityHubConfiguration"]
    assert calls[0].params["ControlFindingGenerator"] == "STANDARD_CONTROL"


def test_nothing_disables_it_and_its_tags_come_off() -> None:
    live = link(found(tags=OURS), Address(KIND.name, "main"), SCOPE)
    assert KIND.delete(live, SCOPE) == ()
    (off,) = checked(KIND.tag(live, {}, ownership.marks(live.found.tags), SCOPE))
    assert off.params == {"ResourceArn": HUB, "TagKeys": (ownership.ADDRESS, ownership.STACK)}
