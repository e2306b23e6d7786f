"""Where Security Hub and our rules say opposite things of one thing, and what is made of it."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from rds_secure.access.posture import Posture
from rds_secure.audit.hub.compare import compare, named
from rds_secure.audit.hub.model import Aside, Health, Said, Status
from rds_secure.audit.hub.report import hub_report, of
from rds_secure.finding import Finding, Severity, State
from rds_secure.rules import LIVE_CONTROLS, Guardrails, Profile, subjects_of
from rds_secure.rules.arns import by_arn
from tests.access import world
from tests.audit.hub_records import LEDGER, ORDERS, PLACE, RDS, said
from tests.fakes import FakeReader, error

AT = datetime(2026, 11, 23, tzinfo=UTC)
NAMES = {
    ORDERS: ("db:orders",),
    LEDGER: ("db:ledger",),
    "arn:aws:iam::111111111111:user/dana": ("user/dana", "user/dana: own"),
}
DANA = "arn:aws:iam::111111111111:user/dana"
SUBSCRIPTION = f"{RDS}:es:"


def hub(control: str, resource: str = ORDERS, status: Status = Status.FAILED, at: datetime = AT) -> Said:
    return Said(control, resource, "", status, Severity.HIGH, at)


def our(rule: str, state: State, subject: str = "db:orders") -> Finding:
    return Finding(rule, state, Severity.HIGH, subject, "as we say")


def test_what_both_know_and_say_oppositely_is_a_disagreement() -> None:
    listed = [hub("RDS.3"), hub("RDS.8", status=Status.PASSED)]
    ours = [our("storage-encrypted", State.PASS), our("deletion-protection", State.FAIL)]
    found = compare(listed, ours, NAMES)
    assert [(one.control, one.name, one.hub, one.ours, one.rules, one.updated) for one in found.disagreements] == [
        ("RDS.3", "db:orders", Status.FAILED, State.PASS, ("storage-encrypted",), AT),
        ("RDS.8", "db:orders", Status.PASSED, State.FAIL, ("deletion-protection",), AT),
    ]
    assert found.disagreements[1].message == "as we say"
    assert found.number == 2


def test_a_waiver_does_not_make_a_failure_a_disagreement() -> None:
    assert compare([hub("RDS.3")], [our("storage-encrypted", State.WAIVED)], NAMES) == ((), 1)
    passed = compare([hub("RDS.3", status=Status.PASSED)], [our("storage-encrypted", State.WAIVED)], NAMES)
    assert [one.ours for one in passed.disagreements] == [State.WAIVED]


def test_the_policies_written_into_somebody_are_judged_with_them() -> None:
    ours = [our("no-decrypt-with-every-key", State.FAIL, "user/dana: own")]
    found = compare([hub("KMS.2", DANA, Status.PASSED)], ours, NAMES)
    assert [(one.name, one.ours) for one in found.disagreements] == [("user/dana: own", State.FAIL)]


def test_subscriptions_count_for_the_account_and_one_that_passes_is_enough() -> None:
    assert named(f"{SUBSCRIPTION}alarms", {}) == ("account",)
    ours = [our("events-of-clusters", State.PASS, "account")]
    both = [hub("RDS.19", f"{SUBSCRIPTION}one"), hub("RDS.19", f"{SUBSCRIPTION}two", Status.PASSED)]
    assert compare(both, ours, {}) == ((), 1)
    (found,) = compare(both[:1], ours, {}).disagreements
    assert (found.name, found.hub, "no subscription" in found.note) == ("account", Status.FAILED, True)


def test_of_trails_every_one_has_to_pass() -> None:
    ours = [our("trail-encrypted", State.PASS, "account")]
    trail = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/"
    both = [hub("CloudTrail.2", f"{trail}one", Status.PASSED), hub("CloudTrail.2", f"{trail}two")]
    (found,) = compare(both, ours, {}).disagreements
    assert (found.name, found.hub, found.resource) == ("account", Status.FAILED, f"{trail}two")
    assert compare(both[:1], ours, {}) == ((), 1)


VERDICTS = st.sampled_from(Status)
STATES = st.sampled_from([None, *(state for state in State if state is not State.NOT_APPLICABLE)])
PAIRS = (("RDS.3", "storage-encrypted"), ("RDS.8", "deletion-protection"), ("RDS.2", "not-public"))


@given(st.lists(st.tuples(VERDICTS, STATES, STATES), min_size=3, max_size=3), st.randoms())
def test_disagreements_are_exactly_the_opposite_verdicts(
    drawn: list[tuple[Status, State | None, State | None]], chance: random.Random
) -> None:
    """Of two databases, three controls each; the oracle is a table."""
    listed, ours, wanted, number = list[Said](), list[Finding](), set[tuple[str, str]](), 0
    for (control, rule), (status, *states) in zip(PAIRS, drawn, strict=True):
        for (arn, (name,)), state in zip(list(NAMES.items())[:2], states, strict=True):
            listed.append(hub(control, arn, status))
            ours += [our(rule, state, name)] if state else []
            known = status in (Status.PASSED, Status.FAILED) and state not in (None, State.UNKNOWN)
            number += known
            if known and (status is Status.PASSED) != (state is State.PASS):
                wanted.add((control, name))
    found = compare(listed, ours, NAMES)
    assert ({(one.control, one.name) for one in found.disagreements}, found.number) == (wanted, number)
    chance.shuffle(listed)
    chance.shuffle(ours)
    assert compare(listed, ours, NAMES) == found


def test_health_is_by_control_and_by_resource_and_what_has_no_finding_is_not_evaluated() -> None:
    listed = (
        hub("RDS.3"),
        hub("RDS.3", LEDGER, Status.PASSED),
        hub("RDS.2", LEDGER, Status.NOT_AVAILABLE),
        hub("RDS.2", ORDERS, Status.PASSED),
        hub("RDS.8", LEDGER, Status.PASSED),
        hub("IAM.1", DANA),
    )
    found = of(listed, Aside(), PLACE, NAMES, ())
    by = {one.id: one for one in found.controls}
    assert [*by] == [*LIVE_CONTROLS, "IAM.1"]
    told = {one.id: one.count.health for one in found.controls if one.count.health is not Health.NOT_EVALUATED}
    assert told == {
        "RDS.2": Health.UNKNOWN,
        "RDS.3": Health.FAILED,
        "RDS.8": Health.PASSED,
        "IAM.1": Health.FAILED,
    }
    assert (by["RDS.3"].failing, by["RDS.3"].count.passed) == (("db:orders",), 1)
    assert {one.name: (one.count.health, one.failed) for one in found.resources} == {
        "db:ledger": (Health.UNKNOWN, ()),
        "db:orders": (Health.FAILED, ("RDS.3",)),
        "user/dana": (Health.FAILED, ("IAM.1",)),
    }
    assert found.worst() is Severity.HIGH


def test_of_other_controls_only_what_we_judged_too_counts() -> None:
    subnets = [hub("EC2.15", f"arn:aws:ec2:eu-west-1:111111111111:subnet/subnet-{name}") for name in ("db", "web")]
    found = of(tuple(subnets), Aside(others=1), PLACE, NAMES | {subnets[0].resource: ("subnet-db",)}, ())
    assert [one.name for one in found.resources] == ["subnet-db"]
    assert (found.strange, found.aside) == ((), Aside(others=2))


def test_what_fails_there_and_is_nothing_that_we_know_is_shown() -> None:
    gone = hub("RDS.3", f"{RDS}:db:gone")
    passed = hub("RDS.3", f"{RDS}:db:gone-too", Status.PASSED)
    assert of((gone, passed), Aside(), PLACE, NAMES, ()).strange == (gone,)
    assert of((gone,), Aside(), PLACE, {}, ()).strange == ()


def test_every_thing_of_an_account_is_found_by_its_arn() -> None:
    posture = Posture(world.world())
    names = by_arn(subjects_of(posture), posture.inventory.place)
    assert names[world.arn("db", "orders")] == ("db:orders",)
    assert names[world.arn("cluster", "shop")] == ("cluster:shop",)
    assert names[f"arn:aws:ec2:{world.REGION}:{world.ACCOUNT}:security-group/sg-open"] == ("sg-open",)
    assert names[world.KEY] == ("key:aaaa",)
    assert names[world.SECRET] == ("secret:rds!db-1",)
    ec2 = f"arn:aws:ec2:{world.REGION}:{world.ACCOUNT}"
    assert names[f"{ec2}:network-acl/acl-1"] == ("acl-1",)
    assert names[f"{ec2}:vpc/vpc-1"] == ("vpc-1",)
    assert names[f"AWS::::Account:{world.ACCOUNT}"] == ("account",)


def test_an_account_is_read_judged_and_compared() -> None:
    posture = Posture(world.world())
    judged = Guardrails(Profile.STRICT).judge(posture, world.NOW)
    listed = [said("RDS.2", status="PASSED"), said("RDS.3"), said("RDS.3", LEDGER), said("RDS.8", LEDGER, "PASSED")]
    reader = FakeReader({("securityhub", "GetFindings"): {"Findings": listed}})
    found = hub_report(reader, posture.inventory.place, subjects_of(posture), judged)
    assert [(one.control, one.name, one.ours) for one in found.disagreements] == [
        ("RDS.2", "db:orders", State.FAIL),
        ("RDS.3", "db:ledger", State.PASS),
    ]
    assert (found.compared, found.unread) == (4, "")
    assert {call[1] for call in reader.calls} == {"GetFindings"}


def test_where_the_hub_cannot_be_read_all_is_unknown_and_why_is_said() -> None:
    for code, words in (
        ("InvalidAccessException", "Security Hub is not enabled in eu-west-1 of account 111111111111"),
        ("AccessDeniedException", "does not answer securityhub:GetFindings (AccessDeniedException: as AWS says)"),
        ("InternalException", "does not answer securityhub:GetFindings (InternalException"),
    ):
        reader = FakeReader({("securityhub", "GetFindings"): error("securityhub", "GetFindings", code)})
        found = hub_report(reader, PLACE)
        assert words in found.unread
        assert (found.controls, found.worst()) == ((), None)
