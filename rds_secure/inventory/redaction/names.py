"""Other names for those of an account, word by word, so that whatever was equal, or fit a pattern, still does.

A text is runs of letters and digits (words) with other characters between them. Those stay, and so do AWS's own words;
any other word becomes another one, always the same, and an account's id another id. Names, ARNs and patterns whose
wildcards stand between words are renamed alike: ``orders-*`` fits ``orders-main`` before and after.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Collection
from functools import lru_cache
from hashlib import sha256

from rds_secure.inventory.redaction.words import AWS_WORDS, ENGINE, LINKED, NAMED, TYPES

_WORD = re.compile(r"[^\W_]+")
_ACCOUNT = re.compile(r"[0-9]{12}")
_SMALL = re.compile(r"[0-9]{1,2}[a-f]?")
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_SERVICE = re.compile(r"[a-z0-9-]+\.amazonaws\.com(\.cn)?")
_RESERVED = ("aws:", "rds-secure:")
_LETTERS = "bcdfghkmnprtvwxy"
_LENGTH = 12
_MARK = "zq"
_WILD = "*?"


class UnalignedError(ValueError):
    """A pattern with a wildcard inside a word: nobody can rename it so that it fits the same names."""


class Renamer:
    """Names by a key. ``known`` are further words that stay; ``pieces`` make a word stay that has one."""

    def __init__(self, key: bytes, known: Collection[str] = (), pieces: Collection[str] = ()) -> None:
        self._key = key
        self._known = frozenset(word.lower() for word in (*AWS_WORDS, *known))
        self._pieces = tuple(piece.lower() for piece in pieces)
        self._word: Callable[[str], str] = lru_cache(maxsize=None)(self._renamed)

    def word(self, word: str) -> str:
        """The other word: distinct for distinct ones, alike but for case where they are."""
        return self._word(word)

    def _renamed(self, word: str) -> str:
        if _ACCOUNT.fullmatch(word):
            return f"{int.from_bytes(self._digest(word)[:16]) % 10**12:012d}"
        if self.stays(word):
            return word
        lower = word.lower()
        digest = self._digest(lower)
        letters = _MARK + "".join(_LETTERS[byte % 16] for byte in digest[:_LENGTH])
        if word == lower:
            return letters
        mask = self._digest(word)  # another case of the same word is another case of the same letters
        upper = [letter.upper() if mask[at] % 2 else letter for at, letter in enumerate(letters[1:])]
        return letters[0].upper() + "".join(upper)

    def _digest(self, word: str) -> bytes:
        return hmac.digest(self._key, word.encode("utf-8", "surrogatepass"), sha256)

    def stays(self, word: str) -> bool:
        """Whether a word is AWS's own in whatever case, or too small a number to say anything."""
        lower = word.lower()
        return (
            lower in self._known
            or any(piece in lower for piece in self._pieces)
            or any(form.fullmatch(lower) for form in (_SMALL, ENGINE, LINKED))
        )

    def text(self, text: str) -> str:
        """A name, an ARN, any text without patterns. Principals that are services stay."""
        if _SERVICE.fullmatch(text):
            return text
        return _WORD.sub(lambda found: self.word(found[0]), text)

    def tag_key(self, key: str) -> str:
        """A tag's key; AWS's own, and ours, stay."""
        return key if key.startswith(_RESERVED) else self.text(key)

    def pattern(self, text: str, variable: Callable[[str], str], *, strict: bool = True) -> str:
        """A text with wildcards and ``${variables}``, which ``variable`` renames.

        Raises `UnalignedError` where it could not fit the same names any more. Without ``strict`` it may not: for what
        nothing is compared with.
        """
        named = _naming(text)
        strict = strict and not _is_elsewhere(text)
        variables = [found.span() for found in _VARIABLE.finditer(text) if found[0][2:-1] not in ("*", "?", "$")]
        open_after = {start for start, _ in variables} | {at for at, letter in enumerate(text) if letter in _WILD}
        open_before = {end for _, end in variables} | {at + 1 for at, letter in enumerate(text) if letter in _WILD}
        if strict and "?" in _VARIABLE.sub("", text):
            raise UnalignedError(text)

        def word(found: re.Match[str], shift: int) -> str:
            start, end = found.start() + shift, found.end() + shift
            if named and named[0] <= start < named[1]:
                return found[0]
            if strict and (start in open_before or end in open_after):
                raise UnalignedError(text)
            return self.word(found[0])

        def words(start: int, end: int) -> str:
            return _WORD.sub(lambda found: word(found, start), text[start:end])

        pieces, at = [], 0
        for found in _VARIABLE.finditer(text):
            pieces += [words(at, found.start()), variable(found[0])]
            at = found.end()
        return "".join([*pieces, words(at, len(text))])


def _head(text: str) -> list[str] | None:
    """The six fields of a pattern of ARNs."""
    fields = text.split(":", 5)
    return fields if len(fields) == 6 and fields[0] == "arn" else None


def _is_elsewhere(text: str) -> bool:
    """Whether a pattern is one of ARNs of a service of which nothing with a name is asked about."""
    fields = _head(text)
    if not fields or not re.fullmatch(r"[a-z0-9-]+", fields[2]) or fields[2] in NAMED:
        return False
    kind = re.split("[:/]", fields[5])[0]
    return fields[2] not in TYPES or not re.search(r"[*?$].*[^\W_]", kind)


def _naming(text: str) -> tuple[int, int] | None:
    """Where in a pattern of ARNs the type of the resource stands, in part: before a wildcard. It is no name, and stays.

    A whole type consists of AWS's words. Where the account is none, nobody knows which field is which.
    """
    fields = _head(text)
    types = TYPES.get(fields[2]) if fields and re.fullmatch(r"[0-9*]*", fields[4]) else None
    if not fields or not types:
        return None
    found = re.match(r"([^:/*?$]*)[*?]", fields[5])
    if not found or not any(one.startswith(found[1]) for one in types):
        return None
    begin = len(text) - len(fields[5])
    return begin, begin + len(found[1])
