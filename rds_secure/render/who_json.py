"""Who may do what as JSON, piece by piece: an answer a line, so that a large account needs no memory for its text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from rds_secure.access.findings import Findings
from rds_secure.access.unknown import BEYOND
from rds_secure.render.published import View
from rds_secure.render.who_view import Views, WhoHead, unknown_views


def who_json(found: Findings) -> Iterator[str]:
    """The pieces of a JSON text. Printable ASCII only: nothing in it can command a terminal."""
    listing = found.listing
    views = Views(listing) if listing else None
    answers = listing.answers if listing else ()
    callers = dict.fromkeys(answer.principal for answer in answers)
    callers |= dict.fromkeys(item.principal for item in found.escalations)
    head = WhoHead(
        format_version="1.0",
        account=found.inventory.place.account,
        region=found.inventory.place.region,
        known=listing is not None,
        partial=found.inventory.partial,
        session_policies=found.session,
        unknown=unknown_views(found.unknown),
        beyond=BEYOND,
        databases=views.databases if views else (),
        possible=views.possible if views else {},
        principals=tuple(map(views.principal, callers)) if views else (),
    )
    yield from json_object(
        head,
        {
            "answers": (view for answer in answers for view in views.answers(answer)) if views else (),
            "escalations": filter(None, map(views.escalation, found.escalations)) if views else (),
        },
    )


def json_object(head: View, lists: dict[str, Iterable[View]]) -> Iterator[str]:
    """An object of small fields, one a line, and of long lists, an item a line."""
    lines = [f"  {json.dumps(name)}: {_text(value)}" for name, value in head.model_dump(mode="json").items()]
    yield "{\n" + ",\n".join(lines)
    for name, items in lists.items():
        yield f",\n  {json.dumps(name)}: ["
        comma = "\n"
        for item in items:
            yield f"{comma}    {_text(item.model_dump(mode='json'))}"
            comma = ",\n"
        yield "]" if comma == "\n" else "\n  ]"
    yield "\n}\n"


def _text(value: Any) -> str:
    return json.dumps(value).replace("\x7f", "\\u007f")
