"""Words of AWS that an account's replies hold: names of AWS's own policies, and what those name. It renames nothing.

AWS publishes these policies. What they name (``role/rds-monitoring-role``) stays as it is wherever it is, so that they
apply as before, and their documents stay word by word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rds_secure import documents
from rds_secure.inventory.redaction.words import NAMED

_OWN = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:aws:[\w/+=,.@-]+")
_LINKED = re.compile(r":role/aws-service-role/([\w.-]+)/")
_WORD = re.compile(r"[^\W_]+")
_SHORT = 4


def is_own(arn: Any) -> bool:
    """Whether a managed policy is AWS's."""
    return isinstance(arn, str) and ":iam::aws:policy/" in arn


def texts(value: Any) -> Iterator[str]:
    """Every text of a reply."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)


def own_words(replies: Iterable[Any]) -> tuple[frozenset[str], frozenset[str]]:
    """Words of AWS, and pieces of words that its patterns leave open (``AmazonSageMaker*``)."""
    words: set[str] = set()
    pieces: set[str] = set()
    for reply in replies:
        for text in texts(reply):
            for found in (*_OWN.finditer(text), *_LINKED.finditer(text)):
                words.update(_WORD.findall(found[0]))
        for item in reply.get("Policies", ()) if isinstance(reply.get("Policies"), list | tuple) else ():
            if isinstance(item, Mapping) and is_own(item.get("Arn")):
                for text in _named(item):
                    _sort(text, words, pieces)
    return frozenset(words), frozenset(pieces)


def is_open(document: Any) -> bool:
    """Whether one of AWS's documents has a pattern with a piece so short that it would let names stay."""
    return any(len(piece) < _SHORT for text in _patterns(document) for piece in _pieces(text))


def _named(policy: Mapping[str, Any]) -> Iterator[str]:
    for version in policy.get("PolicyVersionList", ()):
        if version.get("IsDefaultVersion") and not is_open(version.get("Document")):
            yield from _patterns(version.get("Document"))


def _patterns(document: Any) -> Iterator[str]:
    """What a document compares with names: its resources of services with names, and what conditions are about tags."""
    try:
        parsed = documents.parse(document)
    except ValueError:
        return
    written = parsed.get("Statement", ())
    for statement in written if isinstance(written, tuple) else (written,):
        if not isinstance(statement, Mapping):
            continue
        for key in ("Resource", "NotResource"):
            yield from filter(_is_named, texts(statement.get(key)))
        for tests in (statement.get("Condition") or {}).values():
            for key, operands in tests.items() if isinstance(tests, Mapping) else ():
                if "tag" in key.lower() or key.lower().startswith(("aws:principal", "aws:user", "aws:resource")):
                    yield key.partition("/")[2]
                    yield from texts(operands)


def _is_named(pattern: str) -> bool:
    fields = pattern.split(":", 5)
    return len(fields) < 6 or not re.fullmatch(r"[a-z0-9-]+", fields[2]) or fields[2] in NAMED


def _sort(pattern: str, words: set[str], pieces: set[str]) -> None:
    found = set(_pieces(pattern))
    pieces |= found
    words |= set(_WORD.findall(re.sub(r"\$\{[^}]*\}", "*", pattern))) - found


def _pieces(pattern: str) -> Iterator[str]:
    """Words of a pattern beside which anything may stand."""
    plain = re.sub(r"\$\{[^}]*\}", "*", pattern)
    for found in _WORD.finditer(plain):
        if plain[max(found.start() - 1, 0)] in "*?" or plain[found.end() : found.end() + 1] in ("*", "?"):
            yield found[0]
