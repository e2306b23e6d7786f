"""Which findings count: of this account and Region, active, not suppressed, Security Hub's own, the newest. Pure.

AWS is asked for no others, and all is looked at again here: an administrator's account sees its members, an aggregating
Region sees others, and an emulator may not filter at all. What does not count is numbered, by reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from rds_secure.audit.hub.controls import WATCHED, control_of
from rds_secure.audit.hub.model import Aside, Said, Status
from rds_secure.audit.trail.event import moment
from rds_secure.finding import Severity
from rds_secure.inventory import Place

OWN = ":product/aws/securityhub"
"""How the ARN of Security Hub's own product ends."""

_STATUS = {"PASSED": Status.PASSED, "FAILED": Status.FAILED, "WARNING": Status.WARNING,
           "NOT_AVAILABLE": Status.NOT_AVAILABLE}  # fmt: skip
_ORDER = tuple(Status)
"""The worst first: of two findings of one moment the worse counts."""


class Sifted(NamedTuple):
    """What counts, by control and resource, and how much does not."""

    said: tuple[Said, ...]
    aside: Aside


def sift(records: Iterable[object], place: Place) -> Sifted:
    """The newest finding of every control and resource, and the numbers of all others."""
    kept: dict[tuple[str, str], Said] = {}
    reasons, products = Counter[str](), Counter[str]()
    seen: set[tuple[str, str]] = set()
    for record in records:
        if not isinstance(record, Mapping):
            reasons["malformed"] += 1
            continue
        key = (_text(record, "ProductArn"), _text(record, "Id"))
        if all(key) and key in seen:  # two questions may find one
            continue
        seen.add(key)
        reason = _reason(record, place)
        if reason == "product":
            products[_product(record)] += 1
        elif reason:
            reasons[reason] += 1
        elif found := list(_said(record)):
            reasons["repeated"] += sum([_keep(kept, said) for said in found])
        else:
            reasons["malformed"] += 1
    return Sifted(
        tuple(sorted(kept.values(), key=lambda one: (WATCHED.index(one.control), one.resource))),
        Aside(
            suppressed=reasons["suppressed"],
            archived=reasons["archived"],
            abroad=reasons["abroad"],
            repeated=reasons["repeated"],
            others=reasons["others"],
            malformed=reasons["malformed"],
            products=dict(sorted(products.items())),
        ),
    )


def _keep(kept: dict[tuple[str, str], Said], said: Said) -> int:
    """Whether there was one about the same already."""
    key = (said.control, said.resource)
    before = kept.get(key)
    if before is None or _rank(said) > _rank(before):
        kept[key] = said
    return int(before is not None)


def _rank(said: Said) -> tuple[datetime, int]:
    return said.updated, -_ORDER.index(said.status)


def _reason(record: Mapping[str, Any], place: Place) -> str:
    """Why a finding does not count; "" where it does."""
    away = _text(record, "AwsAccountId") != place.account or _region(record) != place.region
    workflow = record.get("Workflow")
    status = _text(workflow, "Status") if isinstance(workflow, Mapping) else ""
    archived, suppressed = _text(record, "RecordState") == "ARCHIVED", status == "SUPPRESSED"
    if not _text(record, "ProductArn").endswith(OWN):
        return "others" if away or archived or suppressed else "product"
    if control_of(record) not in WATCHED:
        return "others"
    if away:
        return "abroad"
    return "archived" if archived else "suppressed" if suppressed else ""


def _said(record: Mapping[str, Any]) -> Iterator[Said]:
    """What it says of each of its resources; nothing where it makes no sense."""
    compliance = record.get("Compliance")
    status = _STATUS.get(_text(compliance, "Status")) if isinstance(compliance, Mapping) else None
    updated = moment(record.get("UpdatedAt"))
    listed = record.get("Resources")
    if status is None or updated is None or not isinstance(listed, list):
        return
    for item in listed:
        if isinstance(item, Mapping) and (resource := _text(item, "Id")):
            yield Said(
                control_of(record),
                resource,
                _text(item, "Type"),
                status,
                _severity(record),
                updated,
                _text(record, "Title"),
                _why(record),
            )


def _region(record: Mapping[str, Any]) -> str:
    """Security Hub fills it in; until then the product's ARN tells it."""
    arn = _text(record, "ProductArn").split(":")
    return _text(record, "Region") or (arn[3] if len(arn) > 3 else "")


def _product(record: Mapping[str, Any]) -> str:
    return _text(record, "ProductName") or _text(record, "ProductArn").rpartition(":product/")[2] or "?"


def _severity(record: Mapping[str, Any]) -> Severity | None:
    told = record.get("Severity")
    label = _text(told, "Label") if isinstance(told, Mapping) else ""
    return Severity[label] if label in Severity.__members__ else None


def _why(record: Mapping[str, Any]) -> str:
    """What Security Hub says of a status that is neither passed nor failed."""
    compliance, fields = record.get("Compliance"), record.get("ProductFields")
    reasons = compliance.get("StatusReasons") if isinstance(compliance, Mapping) else None
    if isinstance(reasons, list) and reasons and isinstance(reasons[0], Mapping):
        return _text(reasons[0], "Description") or _text(reasons[0], "ReasonCode")
    return _text(fields, "aws/securityhub/annotation") if isinstance(fields, Mapping) else ""


def _text(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""
