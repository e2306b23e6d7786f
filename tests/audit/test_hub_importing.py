"""What of our findings is sent to Security Hub over what is there, in batches, and what is told of what it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rds_secure.audit.hub.importing import BATCH, Sending, carry_out, ours, sending
from rds_secure.errors import Location
from rds_secure.finding import Excuse, Finding, Severity, State
from rds_secure.render.asff import asff, product_arn
from rds_secure.render.sending_page import came_of, sending_text
from rds_secure.rules import RULES
from tests.audit.hub_records import PLACE, RDS, said
from tests.fakes import FakeCaller, FakeReader, error
from tests.models import assert_valid_call

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ALL = frozenset(f"rds-secure/{rule.id}" for rule in RULES)
EXCUSE = Excuse("may be away", "dba@example.com", date(2999, 12, 31), Location("a.yaml", 1, 1))


def told(state: State, name: str = "orders", rule: str = "multi-az", at: datetime = NOW) -> dict[str, Any]:
    """A finding as it is sent."""
    excuse = EXCUSE if state is State.WAIVED else None
    one = Finding(rule, state, Severity.LOW, f"db:{name}", "", excuse=excuse)
    (record,) = asff([one], RULES, {f"db:{name}": f"{RDS}:db:{name}"}, PLACE, at)
    return record


class Hub:
    """Security Hub as far as these calls go: an import keeps a workflow, an update sets it."""

    def __init__(self) -> None:
        self.findings: dict[str, dict[str, Any]] = {}

    def call(self, service: str, action: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        assert_valid_call(service, action, params)
        if action == "BatchImportFindings":
            for one in params["Findings"]:
                old = self.findings.get(one["Id"])
                if old is None or one["UpdatedAt"] > old["UpdatedAt"]:
                    kept = {"Workflow": old["Workflow"]} if old else {}
                    self.findings[one["Id"]] = {**one, **kept}
            return {"SuccessCount": len(params["Findings"]), "FailedCount": 0, "FailedFindings": []}
        for known in params["FindingIdentifiers"]:
            self.findings[known["Id"]]["Workflow"] = params["Workflow"]
        return {"ProcessedFindings": params["FindingIdentifiers"], "UnprocessedFindings": []}

    def now(self, *made: dict[str, Any], looked_for: frozenset[str] = ALL) -> Sending:
        plan = sending(made, self.findings.values(), looked_for)
        carry_out(plan, self)
        return plan

    def state(self, name: str = "orders") -> tuple[str, str, str]:
        (one,) = (one for one in self.findings.values() if one["ProductFields"]["rds-secure/subject"] == f"db:{name}")
        return one["Compliance"]["Status"], one["Workflow"]["Status"], one["RecordState"]


def test_what_fails_is_sent_and_what_passes_only_where_it_was_sent_before() -> None:
    hub = Hub()
    hub.now(told(State.FAIL), told(State.PASS, "ledger"), told(State.UNKNOWN, "shop"))
    assert [one["ProductFields"]["rds-secure/subject"] for one in hub.findings.values()] == ["db:orders"]
    plan = hub.now(told(State.PASS, at=NOW + DAY))
    assert (len(plan.passed), hub.state()) == (1, ("PASSED", "NEW", "ARCHIVED"))
    assert hub.now(told(State.PASS, at=NOW + 2 * DAY)).is_empty


def test_what_fails_again_keeps_its_beginning_and_is_always_newer() -> None:
    hub = Hub()
    hub.now(told(State.FAIL))
    hub.now(told(State.PASS, at=NOW + DAY))
    hub.now(told(State.FAIL, at=NOW - DAY))  # a clock that is behind
    (one,) = hub.findings.values()
    assert (one["CreatedAt"], one["UpdatedAt"]) == ("2026-11-24T12:00:00.000Z", "2026-11-25T12:00:01.000Z")
    assert hub.state() == ("FAILED", "NEW", "ACTIVE")


def test_what_is_gone_is_archived_only_where_somebody_looked() -> None:
    hub = Hub()
    hub.now(told(State.FAIL), told(State.FAIL, "ledger"))
    blind = hub.now(told(State.FAIL, at=NOW + DAY), looked_for=frozenset())
    assert (blind.gone, blind.left, hub.state("ledger")[2]) == ((), 1, "ACTIVE")
    seeing = hub.now(told(State.FAIL, at=NOW + 2 * DAY))
    assert (len(seeing.gone), seeing.left) == (1, 0)
    assert hub.state("ledger") == ("NOT_AVAILABLE", "NEW", "ARCHIVED")


def test_what_security_hub_added_to_a_finding_is_not_sent_back() -> None:
    old = told(State.FAIL, "ledger")
    old["ProductFields"] |= {"aws/securityhub/FindingId": "x"}
    old["Resources"][0] |= {"Details": {"Other": {}}}
    old |= {"Region": "eu-west-1", "ProcessedAt": "2026-11-24T12:00:00.000Z", "WorkflowState": "NEW"}
    (one,) = sending([told(State.FAIL)], [old], ALL).gone
    assert "aws/securityhub/FindingId" not in one["ProductFields"]
    assert {"Region", "ProcessedAt", "WorkflowState", "Workflow"}.isdisjoint(one)
    assert set(one["Resources"][0]) == {"Type", "Id", "Partition", "Region"}


def test_a_waiver_that_comes_and_ends_is_followed_by_the_workflow() -> None:
    hub = Hub()
    hub.now(told(State.FAIL))
    hub.now(told(State.WAIVED, at=NOW + DAY))
    assert hub.state() == ("FAILED", "SUPPRESSED", "ACTIVE")
    assert hub.now(told(State.WAIVED, at=NOW + 2 * DAY)).suppress == ()
    hub.now(told(State.UNKNOWN, at=NOW + 3 * DAY))
    assert hub.state() == ("WARNING", "SUPPRESSED", "ACTIVE"), "nobody knows whether it is still waived"
    hub.now(told(State.FAIL, at=NOW + 4 * DAY))
    assert hub.state() == ("FAILED", "NEW", "ACTIVE")
    hub.now(told(State.WAIVED, at=NOW + 5 * DAY))
    hub.now(told(State.PASS, at=NOW + 6 * DAY))
    assert hub.state() == ("PASSED", "RESOLVED", "ARCHIVED")


def test_what_a_person_suppressed_stays_suppressed() -> None:
    hub = Hub()
    hub.now(told(State.FAIL))
    next(iter(hub.findings.values()))["Workflow"] = {"Status": "SUPPRESSED"}
    for number, state in enumerate((State.FAIL, State.PASS, State.FAIL), 1):
        plan = hub.now(told(state, at=NOW + number * DAY))
        assert (plan.reopen, hub.state()[1]) == ((), "SUPPRESSED")


def test_where_a_suppression_cannot_be_taken_back_the_mark_of_it_stays_for_the_next_run() -> None:
    hub = Hub()
    hub.now(told(State.WAIVED))
    plan = sending([told(State.FAIL, at=NOW + DAY)], hub.findings.values(), ALL)
    refusing = FakeCaller({("securityhub", "BatchUpdateFindings"): error("securityhub", "x", "AccessDeniedException")})
    done = carry_out(plan, refusing)
    assert (refusing.actions, done.imported, len(done.failed)) == (["BatchUpdateFindings"], 0, 1)
    hub.now(told(State.FAIL, at=NOW + 2 * DAY))
    assert hub.state() == ("FAILED", "NEW", "ACTIVE")


STATES = st.sampled_from([None, State.FAIL, State.WAIVED, State.PASS, State.UNKNOWN, State.KNOWN])


@given(st.lists(st.tuples(STATES, STATES), min_size=1, max_size=8))
def test_after_every_run_security_hub_has_what_we_say(runs: list[tuple[State | None, State | None]]) -> None:
    """Of two databases, each in any state, or gone (None), at each run; nobody else touches the workflow."""
    hub = Hub()
    for number, states in enumerate(runs):
        at = NOW + number * DAY
        made = [told(state, name, at=at) for name, state in zip(("orders", "ledger"), states, strict=True) if state]
        plan = hub.now(*made, told(State.PASS, "other", at=at))
        assert plan.left == 0
        for name, state in zip(("orders", "ledger"), states, strict=True):
            is_there = any(one["ProductFields"]["rds-secure/subject"] == f"db:{name}" for one in hub.findings.values())
            if state in (State.FAIL, State.KNOWN, State.WAIVED):
                status, workflow, record = hub.state(name)
                assert (status, record, workflow == "SUPPRESSED") == ("FAILED", "ACTIVE", state is State.WAIVED)
            elif is_there and state in (State.PASS, None):
                assert hub.state(name)[2] == "ARCHIVED"


def test_batches_have_a_hundred_and_what_is_refused_is_told_by_finding() -> None:
    made = [told(State.FAIL, f"db-{number}") for number in range(2 * BATCH + 1)]
    bad = {"FailedFindings": [{"Id": made[0]["Id"], "ErrorCode": "InvalidInput", "ErrorMessage": "no"}]}
    caller = FakeCaller(
        {
            ("securityhub", "BatchImportFindings"): [
                {"SuccessCount": BATCH - 1, "FailedCount": 1, **bad},
                error("securityhub", "BatchImportFindings", "LimitExceededException"),
                {"SuccessCount": 1, "FailedCount": 0, "FailedFindings": []},
            ]
        }
    )
    done = carry_out(sending(made, [], ALL), caller)
    assert [len(params["Findings"]) for _, _, params in caller.calls] == [BATCH, BATCH, 1]
    assert (done.imported, len(done.failed)) == (BATCH, BATCH + 1)
    assert done.failed[made[0]["Id"]] == "InvalidInput: no"
    text = came_of(done)
    assert "Security Hub took 100 findings" in text
    assert "It did not take 101:" in text
    assert "and 99 more" in text


def test_only_our_findings_are_read_whatever_else_is_there() -> None:
    product = product_arn(PLACE)
    listed = [told(State.FAIL), said("RDS.3"), {**told(State.FAIL, "x"), "GeneratorId": "prowler-x"}, "nonsense"]
    reader = FakeReader({("securityhub", "GetFindings"): {"Findings": listed}})
    assert ours(reader, product) == listed[:1]
    ((service, action, params),) = reader.calls
    assert_valid_call(service, action, params)


def test_what_is_to_be_sent_is_shown_first() -> None:
    evil = told(State.FAIL, "x\x1b[2J")
    plan = sending([told(State.FAIL), evil], [told(State.FAIL, "gone")], ALL)
    text = sending_text(plan, "eu-west-1 of account 1")
    assert text.splitlines()[0] == "To Security Hub in eu-west-1 of account 1: 3 findings"
    assert "low           multi-az: db:orders" in text
    assert "gone, to be archived: 1" in text
    assert "\x1b" not in text
    assert sending_text(Sending(), "x") == "Nothing to send to Security Hub in x."
