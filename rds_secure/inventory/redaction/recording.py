"""A recording with other names, of what the questions of access ask. The rest of it, which plans need, is left out."""

from __future__ import annotations

from dataclasses import replace

from rds_secure.inventory.model import Inventory, Question
from rds_secure.inventory.questions import ASKED, EVERYTHING
from rds_secure.inventory.reading import read
from rds_secure.inventory.recorded import RecordedReader
from rds_secure.inventory.recording import NOT_RECORDED, Answer, Call, Recording, Refusal, call
from rds_secure.inventory.redaction import redact, renamer_for


def redacted_recording(recording: Recording, key: bytes) -> Recording:
    """A recording that says the same of access, with names made by ``key``, and nothing that plans need."""
    inventory = read(RecordedReader(recording), recording.place, EVERYTHING)
    renamer = renamer_for(inventory, key)
    made = redact(inventory, renamer)
    caller = renamer.text(recording.caller)
    return replace(recording, place=made.place, caller=caller, answers=answers(made), of="", redacted=True)


def answers(inventory: Inventory) -> dict[Call, Answer]:
    """The calls of an inventory with their answers, as `reading.read` would ask them."""
    denied = {asked: code for asked, code in inventory.unread.items() if code != NOT_RECORDED}
    return {
        **{_asked(asked): reply for asked, reply in inventory.replies.items()},
        **{_asked(asked): Refusal("denied", code) for asked, code in denied.items()},
    }


def _asked(question: Question) -> Call:
    asked = ASKED.get((question.service, question.action))
    params = asked.params(question.subject) if asked and question.subject else {}
    return call(question.service, question.action, params)
