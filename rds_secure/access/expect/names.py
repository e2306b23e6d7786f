"""What the words of an expectation stand for: databases, keys, principals, networks. It decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from rds_secure.access.account import NAMES
from rds_secure.inventory import Inventory
from rds_secure.inventory.model import Question
from rds_secure.spec.expect import EVERY, OURS
from rds_secure.values import Address, Ref


def unlisted(written: Iterable[Ref | str], inventory: Inventory, listings: Iterable[str]) -> Iterator[str]:
    """Where `EVERY` is meant: what was not listed, so that there may be more than is known, in words."""
    if EVERY in written:
        for action in listings:
            if code := inventory.unread.get(Question("rds", action)):
                yield f"what else there is: rds:{action} was not answered ({code})"


@dataclass(frozen=True, slots=True)
class Names:
    """``known``: what references yield, as far as that is known; ``aws_name``: the name of what the stack declares.

    ``declared``: the addresses of the stack.
    """

    known: Mapping[Ref, str] = field(default_factory=dict)
    aws_name: Callable[[Address], str] = str
    declared: Collection[Address] = ()

    def literal(self, written: Ref | str) -> str:
        """An ARN, id, network or word; of a reference what it yields, or the text that stands for it."""
        return self.known.get(written, f"<{written.target}>") if isinstance(written, Ref) else written

    def named(self, address: Address) -> str:
        """How the engines call a database or proxy of the stack."""
        return f"{NAMES[address.kind]}:{self.aws_name(address).lower()}"

    def things(self, written: Iterable[Ref | str], there: Collection[str], kinds: Collection[str]) -> Iterator[str]:
        """The names of databases (or proxies) meant, each once.

        ``there``: all the names there are; ``kinds``: the kinds that `OURS` means.
        """
        found: dict[str, None] = {}
        for item in written:
            if isinstance(item, Ref):
                if item.target.kind in NAMES:
                    found[self.named(item.target)] = None
            elif item == EVERY:
                found.update(dict.fromkeys(there))
            elif item == OURS:
                found.update({self.named(address): None for address in self.declared if address.kind in kinds})
            else:
                found[item if ":kms:" in item else item.lower()] = None
        yield from found

    def keys(self, written: Iterable[Ref | str]) -> Iterator[str]:
        """The ARNs of keys meant."""
        for item in written:
            if isinstance(item, Ref):
                if item.target.kind == "kms_key":
                    yield self.literal(item)
            elif ":kms:" in item:
                yield item
