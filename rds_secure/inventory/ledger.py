"""The replies of an inventory while they are changed: whatever is touched is copied first, once. It decides nothing.

What was not read stays unread: a change of it is lost on nobody, for nobody knows the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from rds_secure.inventory.model import Inventory, Question, Reply


@dataclass(frozen=True, slots=True)
class Listing:
    """Where a reply lists things: the key that the list has, and the one by which its members are told apart."""

    service: str
    action: str
    key: str
    name: str

    @property
    def question(self) -> Question:
        """What is asked for all of them."""
        return Question(self.service, self.action)


class Ledger:
    """An inventory that is being changed. The one it is made of stays as it is.

    ``aside`` is for what effects have to tell each other and no reply shows.
    """

    def __init__(self, inventory: Inventory) -> None:
        self.place = inventory.place
        self.partial = inventory.partial
        self.aside: dict[tuple[str, str], Any] = {}
        self._replies: dict[Question, Reply] = dict(inventory.replies)
        self._unread = dict(inventory.unread)
        self._lists: dict[Listing, list[Reply]] = {}
        self._ours: set[int] = set()
        self._answers: set[Question] = set()

    def inventory(self) -> Inventory:
        """The replies as they are by now."""
        return Inventory(self.place, dict(self._replies), dict(self._unread), self.partial)

    # What lists all there are

    def knows(self, listing: Listing) -> bool:
        """Whether it was read."""
        return listing.question in self._replies

    def items(self, listing: Listing) -> Sequence[Reply]:
        """All of them, to look at."""
        return (self._replies.get(listing.question) or {}).get(listing.key) or ()

    def look(self, listing: Listing, name: str) -> Reply | None:
        """The one of that name, to look at; names ignore case."""
        wanted = name.lower()
        return next((item for item in self.items(listing) if item[listing.name].lower() == wanted), None)

    def edit(self, listing: Listing, name: str) -> dict[str, Any] | None:
        """The one of that name, to change; None where there is none in sight."""
        wanted = name.lower()
        for index, item in enumerate(self.items(listing)):
            if item[listing.name].lower() == wanted:
                return self._own(listing, index)
        return None

    def each(self, listing: Listing) -> Iterator[dict[str, Any]]:
        """All of them, to change: for what concerns few of them, `items` and `edit` copy less."""
        for index in range(len(self.items(listing))):
            yield self._own(listing, index)

    def add(self, listing: Listing, item: dict[str, Any]) -> None:
        """Another one; where they were not read, it is one of those that nobody knows."""
        if self.knows(listing):
            self._ours.add(id(item))
            self._list(listing).append(item)

    def drop(self, listing: Listing, name: str) -> None:
        """The one of that name is no more."""
        wanted = name.lower()
        if self.look(listing, name) is not None:
            items = self._list(listing)
            items[:] = [item for item in items if item[listing.name].lower() != wanted]

    def _list(self, listing: Listing) -> list[Reply]:
        if listing not in self._lists:
            reply = self._replies[listing.question]
            self._lists[listing] = list(reply.get(listing.key) or ())
            self._replies[listing.question] = {**reply, listing.key: self._lists[listing]}
        return self._lists[listing]

    def _own(self, listing: Listing, index: int) -> dict[str, Any]:
        items = self._list(listing)
        if id(items[index]) not in self._ours:
            items[index] = deepcopy(dict(items[index]))
            self._ours.add(id(items[index]))
        item: Any = items[index]
        return item  # type: ignore[no-any-return]

    # What is asked of one thing

    def reply(self, service: str, action: str, subject: str = "") -> Reply | None:
        """The reply, to look at; None where it was not read."""
        return self._replies.get(Question(service, action, subject))

    def answer(self, service: str, action: str, subject: str) -> dict[str, Any] | None:
        """The reply, to change; None where it was not read, or there is no such thing."""
        question = Question(service, action, subject)
        if not self._replies.get(question):
            return None
        if question not in self._answers:
            self._replies[question] = deepcopy(dict(self._replies[question]))
            self._answers.add(question)
        reply: Any = self._replies[question]
        return reply  # type: ignore[no-any-return]

    def put(self, service: str, action: str, subject: str, reply: dict[str, Any]) -> None:
        """A reply in full, whatever was known before."""
        question = Question(service, action, subject)
        self._unread.pop(question, None)
        self._replies[question] = reply
        self._answers.add(question)

    def forget(self, service: str, action: str, subject: str = "", *, why: str) -> None:
        """What a change leads to that nobody can tell from outside: unread from now on."""
        question = Question(service, action, subject)
        if question in self._replies:
            del self._replies[question]
            self._unread[question] = why
