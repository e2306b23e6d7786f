"""What keeps a comparison from being complete: questions that were not answered, in words. It asks nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.access.account import organization_is_known
from rds_secure.inventory.model import Inventory, Question


def unknown(before: Inventory, after: Inventory) -> tuple[str, ...]:
    """What is not known, before or after, each action once."""
    return (*_organization(before), *_unread(before, after))


def _organization(before: Inventory) -> Iterator[str]:
    asked = any(question.service == "organizations" for question in (*before.replies, *before.unread))
    if asked and not organization_is_known(before):
        yield "the policies of the organization could not be read: it is taken for granted that they allow"


def _unread(before: Inventory, after: Inventory) -> Iterator[str]:
    groups: dict[tuple[str, str, str, str], list[str]] = {}
    for question in sorted({*before.unread, *after.unread}):
        if question.service != "organizations":
            when, code = _when(question, before, after)
            groups.setdefault((question.service, question.action, when, code), []).append(question.subject)
    for (service, action, when, code), subjects in groups.items():
        of = [_short(subject) for subject in subjects if subject]
        more = f" and {len(of) - 3} more" if len(of) > 3 else ""
        about = f" of {', '.join(of[:3])}{more}" if of else ""
        yield f"not known {when}: {service}:{action}{about} ({code})"


def _when(question: Question, before: Inventory, after: Inventory) -> tuple[str, str]:
    was, now = before.unread.get(question), after.unread.get(question)
    when = "before and after" if was and now else "before" if was else "after"
    return when, was or now or ""


def _short(subject: str) -> str:
    """The end of an ARN, as it is called."""
    return subject.split(":", 5)[-1] if subject.startswith("arn:") else subject
