"""Who may do what as text for people: verb by verb, the worst first, alike principals in one row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.text import Text as Line

from rds_secure.access.findings import Findings
from rds_secure.access.gains import Gain
from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.logic import YES
from rds_secure.access.iam.verbs import Verb
from rds_secure.access.listing import Folded, Listing, Row
from rds_secure.access.naming import label
from rds_secure.access.unknown import BEYOND, sentences
from rds_secure.render.columns import Cell, row, widths
from rds_secure.render.screen import BOLD, DIM, MAGENTA, RED, YELLOW, joined, part, words, wrapped
from rds_secure.render.who_words import (
    MEANS,
    by,
    condition,
    counted,
    given,
    how,
    in_session,
    joined_words,
    listed,
    where,
)

ROWS, NAMES, MEANS_SHOWN = 25, 8, 3
"""So many rows of a verb, principals of a row, and means of a gain are told unless all are asked for."""

_STYLES: Mapping[Verb, str] = {"delete": RED, "break key": RED, "modify": YELLOW, "read secret": YELLOW}
_SHARES = (0.3, 0.22)


def who_page(found: Findings, width: int, *, everything: bool = False) -> Iterator[Line]:
    """All lines; ``everything``: with what is left out otherwise because it is long."""
    place = found.inventory.place
    yield joined(part("Who may do what", BOLD), part(f" · account {place.account} · {place.region}", DIM))
    if found.of:
        yield from wrapped(words(found.of, DIM), width, 0)
    if found.session:
        yield from wrapped(words(in_session(found.session)), width, 0, hang=2)
    if found.listing is not None:
        yield part(_counts(found.listing), DIM)
    for sentence in sentences(found.unknown, partial=found.inventory.partial):
        yield from wrapped([part("Not known:", f"{BOLD} {YELLOW}"), *words(sentence)], width, 0, hang=2)
    if found.listing is not None:
        narrow = found.inventory.partial or any(one.narrows for one in found.unknown)
        known = ", as far as is known" if narrow else ""
        yield from _Page(found.listing, found.gains, width, everything, known).lines()
    yield Line()
    yield from wrapped([part("In no answer:", BOLD), *words(BEYOND, DIM)], width, 0, hang=2)


def _counts(listing: Listing) -> str:
    identities = listing.who.identities
    found = ((len(listing.names), "database"), (len(identities.users), "user"), (len(identities.roles), "role"))
    return " · ".join(counted(number, noun) for number, noun in found)


class _Page:
    def __init__(self, listing: Listing, gains: Sequence[Gain], width: int, everything: bool, known: str) -> None:
        self._listing, self._gains, self._width = listing, gains, width
        self._rows = None if everything else ROWS
        self._names = None if everything else NAMES
        self._means = None if everything else MEANS_SHOWN
        self._known = known
        self._cut = False

    def lines(self) -> Iterator[Line]:
        yield from self._root()
        yield from self._verbs()
        yield from self._nobody()
        yield from self._escalations()
        yield from self._folded("AWS services", "as roles, or because a policy names them", self._listing.services)
        yield from self._folded("Service-linked roles", "which only AWS services can use", self._listing.linked)
        if self._cut:
            yield Line()
            hint = "Not all is shown: --all shows it, --verb, --on and --principal narrow it down, JSON has it all."
            yield from wrapped(words(hint, YELLOW), self._width, 0)

    def _title(self, title: str, style: str, about: str) -> Iterator[Line]:
        yield Line()
        yield from wrapped([part(title, f"{BOLD} {style}".strip()), *words(f"· {about}", DIM)], self._width, 0, hang=2)

    def _root(self) -> Iterator[Line]:
        if root := self._listing.root:
            every = len(root) == len(self._listing.choice.verbs) > 1
            what = "do all of this" if every else joined_words(root)
            yield Line()
            yield from wrapped(
                [part("root", BOLD), *words(f"may {what}{self._on() or ' on every database'}, always.")], self._width, 0
            )

    def _on(self) -> str:
        """The databases that were asked about, where not all are."""
        if self._listing.choice.databases is None:
            return ""
        return " on any of these" if len(self._listing.choice.databases) > 1 else " there"

    def _verbs(self) -> Iterator[Line]:
        told = {verb: [self._cells(found) for found in rows[: self._rows]] for verb, rows in self._listing.rows.items()}
        columns = self._columns([cells for listed in told.values() for cells in listed])
        for verb, cells in told.items():
            rows = self._listing.rows[verb]
            several = len({caller for found in rows for caller in found.principals})
            yield from self._title(verb, _STYLES.get(verb, ""), f"{counted(several, 'principal')} · {MEANS[verb]}")
            yield from self._table(cells, columns)
            yield from self._more(len(rows) - len(cells))

    def _cells(self, found: Row) -> list[Cell]:
        place = where(self._listing, found.verb, found.databases, self._names)
        style = BOLD if place == ["all"] else ""
        told = how(found.way, found.when, found.only)
        style_of_how = "" if found.sure else YELLOW
        return [self._who(found.principals), _words(place, style), _words(told.split(), style_of_how)]

    def _who(self, callers: Sequence[Caller]) -> Cell:
        account = self._listing.account
        named = listed([label(caller, account) for caller in callers], self._names)
        self._cut |= self._names is not None and len(callers) > self._names + 1
        abroad = [caller.account != account for caller in callers]
        return [part(text, MAGENTA if outside else "") for text, outside in zip(named, [*abroad, False], strict=False)]

    def _columns(self, rows: Sequence[Sequence[Cell]]) -> list[int]:
        return widths(rows, self._width - 2, _SHARES)

    def _table(self, rows: Sequence[Sequence[Cell]], columns: Sequence[int]) -> Iterator[Line]:
        for cells in rows:
            yield from row(cells, columns, 2)

    def _more(self, number: int) -> Iterator[Line]:
        if number > 0:
            self._cut = True
            yield part(f"  and {counted(number, 'row')} more", YELLOW)

    def _nobody(self) -> Iterator[Line]:
        listing = self._listing
        folded = {verb for found in (*listing.services, *listing.linked) for verb in found.verbs}
        nobody = [verb for verb in listing.choice.verbs if verb not in listing.rows and verb not in folded]
        if nobody:
            other = " else" if set(nobody) & set(listing.root) else ""
            none = f"Nobody{other}" if listing.choice.folds else "None of these principals"
            may = " or ".join([", ".join(nobody[:-1]), nobody[-1]] if len(nobody) > 1 else nobody)
            yield Line()
            yield from wrapped(words(f"{none} may {may}{self._on()}{self._known}."), self._width, 0)

    def _escalations(self) -> Iterator[Line]:
        if not self._gains:
            return
        several = len({caller for gain in self._gains for caller in gain.principals})
        yield from self._title("Can give themselves more", RED, f"{counted(several, 'principal')} · beyond the above")
        cells = [self._gain(gain) for gain in self._gains[: self._rows]]
        yield from self._table(cells, self._columns(cells))
        yield from self._more(len(self._gains) - len(cells))

    def _gain(self, gain: Gain) -> list[Cell]:
        means = [by(means, self._means) for means in gain.means]
        self._cut |= self._means is not None and len(means) > self._means + 1
        told = " ".join(["by", *listed(means, self._means)])
        return [
            self._who(gain.principals),
            words(given(gain, self._listing)),
            [*words(told), *(words(condition(gain.when), YELLOW) if gain.when is not YES else ())],
        ]

    def _folded(self, title: str, about: str, rows: Sequence[Folded]) -> Iterator[Line]:
        if not rows:
            return
        yield from self._title(title, "", about)
        cells = [self._fold(found) for found in rows[: self._rows]]
        yield from self._table(cells, self._columns(cells))
        yield from self._more(len(rows) - len(cells))

    def _fold(self, found: Folded) -> list[Cell]:
        told = how(found.way, found.when)
        return [
            [part(label(found.principal, self._listing.account))],
            words(", ".join(found.verbs)),
            _words(told.split(), "" if found.when is YES else YELLOW),
        ]


def _words(texts: Sequence[str], style: str) -> Cell:
    return [part(text, style) for text in texts]
