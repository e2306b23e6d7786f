"""Reads an inventory: the bulk questions of each topic in parallel, then what follows from them. It decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from rds_secure.errors import CallError, StoppedError, UnsupportedError
from rds_secure.inventory.model import Inventory, Place, Question, Reply
from rds_secure.inventory.questions import ABSENT, ASKED, BULK, LACKING, Topic
from rds_secure.inventory.recording import NOT_RECORDED
from rds_secure.inventory.subjects import FOLLOWING
from rds_secure.reader import Reader


def read(
    reader: Reader,
    place: Place,
    topics: Collection[Topic],
    also: Iterable[Question] = (),
    progress: Callable[[int], object] = lambda asked: None,
) -> Inventory:
    """What AWS says about these topics, and to the questions in ``also`` (keys that no database uses yet).

    ``progress`` is told how many questions have been answered so far. What is not answered is unread, whatever
    the reason. Raises `StoppedError` where somebody stopped it.
    """
    found = Inventory(place)
    wanted = {
        Question(service, action) for topic in topics for service, actions in BULK[topic].items() for action in actions
    }
    wanted.update(also)
    while new := sorted(wanted - found.replies.keys() - found.unread.keys()):
        found = _with(found, new, reader.each(lambda question: _ask(reader, question, place), new))
        progress(len(found.replies))
        wanted = {question for topic in topics for question in FOLLOWING[topic](found)}
    return found


def _ask(reader: Reader, question: Question, place: Place) -> Reply | str:
    """The reply; the error code where there is none, for what AWS refuses and for an endpoint that cannot be reached:
    a plan goes without what it could have said of access. A key or secret is asked about in its own Region.

    KMS takes no ARN of another Region (API reference, DescribeKey: InvalidArnException).
    """
    asked = ASKED.get((question.service, question.action))
    params = asked.params(question.subject) if asked and question.subject else {}
    try:
        absent = ABSENT.get(question.service, ())
        region = _abroad(question, place)
        reply = reader.call(question.service, question.action, params, absent=absent, region=region)
    except StoppedError:
        raise
    except CallError as error:
        lacking = LACKING.get((question.service, question.action))
        is_lacking = isinstance(error, UnsupportedError) and error.code != NOT_RECORDED
        return lacking if lacking is not None and is_lacking else error.code
    return {} if reply is None else reply


def _abroad(question: Question, place: Place) -> str | None:
    """The Region of what is named by an ARN of another one; None for all else."""
    region = question.subject.split(":")[3] if question.subject.startswith("arn:") else ""
    return region if region and region != place.region else None


def _with(found: Inventory, asked: Iterable[Question], answers: Iterable[Reply | str]) -> Inventory:
    replies, unread = dict(found.replies), dict(found.unread)
    for question, answer in zip(asked, answers, strict=True):
        if isinstance(answer, str):
            unread[question] = answer
        else:
            replies[question] = answer
    return Inventory(found.place, replies, unread)
